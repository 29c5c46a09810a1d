"""Is this file a Word package that is safe to open? Knows zip, XML and relationships; nothing of tags or styles."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from plainconsent.errors import Fault
from plainconsent.writers._docx_runs import W

MOST_BYTES = 50_000_000
MOST_ENTRIES = 2_000
MOST_RATIO = 200  # unpacked to packed, of an entry over a million bytes; honest XML stays below 100

_SAVE = "Open it in Word and save it again as “Word document (.docx)”."
_OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
_REFUSED_LINKS = {
    "vbaProject": "macros", "wordVbaData": "macros", "keyMapCustomizations": "macros", "attachedToolbars": "macros",
    "oleObject": "an embedded object", "package": "an embedded object", "control": "an ActiveX control",
    "activeXControlBinary": "an ActiveX control", "aFChunk": "another document inside it",
    "subDocument": "another document inside it", "frame": "another document inside it",
}  # fmt: skip
_WEB = ("http://", "https://", "mailto:")
# Fields that only print. Others, such as DDE or INCLUDETEXT, start programs or fetch files when Word opens the form.
_FIELDS = {
    "PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "HYPERLINK", "TITLE", "STYLEREF", "REF", "PAGEREF", "SYMBOL", "SEQ", "TOC",
}  # fmt: skip


def package_faults(data: bytes) -> tuple[list[Fault], bool]:
    """All that is wrong with the package, and whether it is sound enough to be opened so that more can be found."""
    parts, faults = _unpacked(data)
    if faults:
        return faults, False
    trees: dict[str, Any] = {}
    for name, part in parts.items():
        if name.endswith((".xml", ".rels")) or part.replace(b"\0", b"").lstrip(
            b"\xef\xbb\xbf\xff\xfe \t\r\n"
        ).startswith(b"<"):
            tree = _tree(name, part)
            if isinstance(tree, Fault):
                faults.append(tree)
            else:
                trees[name] = tree
    sound = not faults
    if "[Content_Types].xml" not in parts or "_rels/.rels" not in parts:
        faults, sound = [*faults, Fault("master", "is a zip file, but not a Word document.", _SAVE)], False
    for name, tree in trees.items():
        faults += _link_faults(name, tree) if name.endswith(".rels") else _field_faults(name, tree)
    return faults + _macro_faults(parts), sound


# --- zip -----------------------------------------------------------------------------------------------------------


def _unpacked(data: bytes) -> tuple[Mapping[str, bytes], list[Fault]]:
    """The parts by name; or the faults that make it unsafe or impossible to unpack them."""
    if data.startswith(_OLD_WORD):
        return {}, [Fault("master", "is an old .doc file or has a password.", _SAVE)]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            faults = list(_entry_faults(package.infolist()))
            return ({}, faults) if faults else _read(package)
    except _BROKEN:
        return {}, [Fault("master", "is not a Word file: it can't be read as a zip package.", _SAVE)]


def _entry_faults(entries: list[zipfile.ZipInfo]) -> Iterator[Fault]:
    smaller = "Take out large pictures."
    if len(entries) > MOST_ENTRIES:
        yield Fault("master", f"holds {len(entries)} parts; {MOST_ENTRIES} are allowed.", _SAVE)
    if (total := sum(entry.file_size for entry in entries)) > MOST_BYTES:
        yield Fault("master", f"unpacks to {total} bytes; {MOST_BYTES} are allowed.", smaller)
    seen: set[str] = set()
    for entry in entries:
        if entry.file_size > 1_000_000 and entry.file_size > MOST_RATIO * entry.compress_size:
            yield Fault(f"master, {entry.filename}", f"unpacks to more than {MOST_RATIO} times its size.", smaller)
        if entry.filename.lower() in seen:
            yield Fault(f"master, {entry.filename}", "stands twice in the package.", _SAVE)
        if entry.flag_bits & 1:
            yield Fault(f"master, {entry.filename}", "is encrypted.", "Save it without a password.")
        seen.add(entry.filename.lower())


def _read(package: zipfile.ZipFile) -> tuple[Mapping[str, bytes], list[Fault]]:
    """Reads part by part and counts what really comes out: the sizes a package declares may be lies."""
    parts: dict[str, bytes] = {}
    left = MOST_BYTES
    for entry in package.infolist():
        try:
            with package.open(entry) as stream:
                parts[entry.filename] = stream.read(left + 1)
        except _BROKEN:
            return {}, [
                Fault(f"master, {entry.filename}", "is damaged, or its size is not what the package says.", _SAVE)
            ]
        left -= len(parts[entry.filename])
        if left < 0:
            return {}, [Fault("master", f"unpacks to more than {MOST_BYTES} bytes.", "Take out large pictures.")]
    return parts, []


# --- parts ---------------------------------------------------------------------------------------------------------


def _tree(name: str, part: bytes) -> Any:
    """The parsed part, or its Fault. A document type is refused before parsing: entities live there."""
    declared = Fault(f"master, {name}", "declares a document type or entities (DTD).", _SAVE)
    # Without zero bytes a UTF-16 part shows it, too.
    if b"<!DOCTYPE" in part.replace(b"\0", b"") or b"<!ENTITY" in part.replace(b"\0", b""):
        return declared
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        root = etree.fromstring(part, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return Fault(f"master, {name}", f"is not sound XML ({error}).", _SAVE)
    return declared if root.getroottree().docinfo.doctype else root


def _link_faults(name: str, tree: Any) -> Iterator[Fault]:
    for link in tree.iter("{*}Relationship"):
        kind, target = link.get("Type", "").rsplit("/", 1)[-1], link.get("Target", "")
        if kind in _REFUSED_LINKS:
            yield Fault(f"master, {name}", f"holds {_REFUSED_LINKS[kind]}: {target[:80]!r}.", "Take it out.")
        elif link.get("TargetMode", "").lower() == "external":
            if kind == "attachedTemplate":
                remedy = "In Word: Developer, Document Template, choose Normal."
                yield Fault(f"master, {name}", f"is tied to the template {target[:80]!r}.", remedy)
            elif kind != "hyperlink":
                yield Fault(
                    f"master, {name}", f"fetches {target[:80]!r} from outside ({kind}).", "Embed it in the document."
                )
            elif not target.lower().startswith(_WEB):
                yield Fault(
                    f"master, {name}", f"links to {target[:80]!r}.", "Link only to web pages and mail addresses."
                )


def _field_faults(name: str, tree: Any) -> Iterator[Fault]:
    for code in _field_codes(tree):
        word = (code.split() or [""])[0].upper()
        if word not in _FIELDS:
            yield Fault(
                f"master, {name}",
                f"holds the field “{code.strip()[:60]}”.",
                f"Use only these fields: {', '.join(sorted(_FIELDS))}.",
            )


def _field_codes(tree: Any) -> Iterator[str]:
    """The code of every field; codes may be split over runs and stand inside one another."""
    open_codes: list[str] = []
    for element in tree.iter(f"{{{W}}}fldSimple", f"{{{W}}}fldChar", f"{{{W}}}instrText"):
        kind = element.get(f"{{{W}}}fldCharType")
        if element.tag.endswith("fldSimple"):
            yield element.get(f"{{{W}}}instr", "")
        elif element.tag.endswith("instrText") and open_codes:
            open_codes[-1] += element.text or ""
        elif kind == "begin":
            open_codes.append("")
        elif kind == "end" and open_codes:
            yield open_codes.pop()
    yield from open_codes


def _macro_faults(parts: Mapping[str, bytes]) -> list[Fault]:
    """Macros by the names of their parts and by what the package says of itself."""
    found = [name for name in parts if name.lower().rsplit("/", 1)[-1] in ("vbaproject.bin", "vbadata.xml")]
    types = parts.get("[Content_Types].xml", b"").replace(b"\0", b"").lower()
    if not found and (b"macroenabled" in types or b"vbaproject" in types):
        found = ["[Content_Types].xml"]
    return [
        Fault(f"master, {name}", "holds macros.", "Save it as a Word document without macros (.docx).")
        for name in found
    ]
