"""Checks a practice's own Word master before it is used: what its tags ask for, where they stand, what styles it lacks."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree
from markupsafe import Markup

from plainconsent.errors import Fault, nearest
from plainconsent.writers._docx_package import package_faults
from plainconsent.writers._docx_runs import W
from plainconsent.writers._docx_styles import style_faults

# A tag's name, the element it must stand in (the whole body, a whole run, or text), and how it is written.
PLACES: Mapping[str, tuple[str, str]] = {
    "body": ("body", "{{p body }}"),
    "page_words": ("p", "{{r page_words }}"),
    "letterhead": ("p", "{{r letterhead }}"),
    "title": ("t", "{{ title }}"),
    "footer": ("t", "{{ footer }}"),
    "draft": ("t", "{{ draft }}"),
}
# What a client or the practice fills in, which a letterhead may repeat: prints as text, or as nothing where it is empty.
BLANKS = ("client_name", "client_dob", "clinician_name", "clinician_license_number", "practice_name", "practice_address",
          "practice_phone")  # fmt: skip
_KNOWN = (
    f"A master may use {', '.join(tag for _, tag in PLACES.values())}, blanks like {{{{ {BLANKS[0]} }}}}, "
    "and {% if name %} with these names."
)
_MAYBE_EMPTY = ("draft", "letterhead")
_NEEDED = {"header": ("draft",), "footer": ("footer", "page_words")}
_ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If)
_DEEDS = {
    nodes.Getattr: "reads an attribute", nodes.Getitem: "reads an attribute", nodes.Call: "calls something",
    nodes.Filter: "uses a filter", nodes.For: "loops", nodes.Assign: "sets a name", nodes.AssignBlock: "sets a name",
    nodes.Include: "includes a file", nodes.Import: "imports a file", nodes.FromImport: "imports a file",
    nodes.Extends: "extends a file",
}  # fmt: skip
_DOCUMENT = "word/document.xml"
_MARK = "urn:plainconsent:mark"
# docxtpl reads tags with patterns that take very long over text made for it; no honest master comes near these.
_LONGEST_PART, _MOST_BRACES, _LONGEST_GAP = 1_000_000, 500, re.compile(r"\s{200}")


def check_master(data: bytes) -> list[Fault]:
    """Every fault of a master, each with its part and text; an empty list when forms can be poured into it.

    Nothing of the master is run, and it is opened as a document only after the package itself was found sound.
    """
    faults, sound = package_faults(data)
    if not sound:
        return faults
    template = DocxTemplate(io.BytesIO(data))
    try:
        template.init_docx()
        parts = dict(_parts(template))
        return [
            *faults,
            *_template_faults(template, parts),
            *_property_faults(template.docx),
            *style_faults(template.docx),
        ]
    except Exception as error:  # python-docx meets a broken package with whatever error it stumbles over
        what = f"can't be opened as a Word document ({type(error).__name__})."
        return [*faults, Fault("master", what, "Open it in Word and save it again as “Word document (.docx)”.")]


# --- tags ----------------------------------------------------------------------------------------------------------


def _parts(template: Any) -> Iterator[tuple[str, str]]:
    """Every part that docxtpl fills, as XML before its patches: body, headers, footers, footnotes."""
    yield _DOCUMENT, template.get_xml()
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        for _, part in template.get_headers_footers(uri):
            yield part.partname.lstrip("/"), template.get_part_xml(part)
    for part in template.docx.part.package.iter_parts():
        if part.content_type.endswith("wordprocessingml.footnotes+xml"):
            yield part.partname.lstrip("/"), part.blob.decode("utf-8")


def _template_faults(template: Any, parts: Mapping[str, str]) -> list[Fault]:
    heavy = [
        Fault(f"master, {part}", "is too large, or too full of braces or blanks, for a template.", "Make it shorter.")
        for part, xml in parts.items()
        if len(xml) > _LONGEST_PART or xml.count("{") > _MOST_BRACES or _LONGEST_GAP.search(xml)
    ]
    if heavy:
        return heavy
    faults = [fault for part, xml in parts.items() for fault in _crowded(part, xml)]
    # The line ends, which docxtpl makes in the same way, let an error's line number point at one paragraph.
    sources = {part: re.sub(r"<w:p([ >])", r"\n<w:p\1", template.patch_xml(xml)) for part, xml in parts.items()}
    faults += [fault for part, source in sources.items() for fault in _tag_faults(part, source)]
    return faults or _place_faults(template.docx, sources)


def _crowded(part: str, xml: str) -> Iterator[Fault]:
    """Words beside a tag that stands for its whole paragraph, or joins paragraphs, would vanish without a word."""
    for paragraph in etree.fromstring(xml.encode(), etree.XMLParser(resolve_entities=False)).iter(f"{{{W}}}p"):
        text = "".join(piece.text or "" for piece in paragraph.iter(f"{{{W}}}t")).strip()
        if re.search(r"\{%-|-%\}", text):
            yield Fault(f"master, {part}, “{text[:80]}”", "has a tag with a minus, which joins paragraphs.", _KNOWN)
        elif re.search(r"\{[{%]p\s", text) and not re.fullmatch(r"\{\{[^{}]*\}\}|\{%[^{}]*%\}", text):
            where = f"master, {part}, “{text[:80]}”"
            yield Fault(
                where,
                "has more in a paragraph than the tag that takes its place.",
                "Move it to a paragraph of its own.",
            )


def _tag_faults(part: str, source: str) -> Iterator[Fault]:
    """What the tags of one part do besides printing known names, found in their syntax tree; nothing is run."""
    try:
        tree = SandboxedEnvironment().parse(source)
    except TemplateSyntaxError as error:
        yield Fault(_where(part, source, error.lineno), f"has a tag that can't be read: {error.message}", _KNOWN)
        return
    except (TemplateError, RecursionError):
        yield Fault(f"master, {part}", "has tags that can't be read.", _KNOWN)
        return
    for node in _outermost(tree):
        where = _where(part, source, node.lineno)
        if isinstance(node, nodes.Name):
            yield Fault(where, f"asks for {node.name!r}, which is not known.", nearest(node.name, (*PLACES, *BLANKS)))
        else:
            yield Fault(where, f"has a tag that {_DEEDS.get(type(node), 'computes')}.", _KNOWN)


def _outermost(node: nodes.Node) -> Iterator[nodes.Node]:
    """The nodes that are not allowed, without those inside them: one for each thing to put right."""
    if not isinstance(node, _ALLOWED) or (isinstance(node, nodes.Name) and node.name not in (*PLACES, *BLANKS)):
        yield node
        return
    for inner in node.iter_child_nodes():
        yield from _outermost(inner)


def _where(part: str, source: str, line: int) -> str:
    lines = source.split("\n")
    text = " ".join(re.sub("<[^>]*>", "", lines[min(line, len(lines)) - 1]).split())
    return f"master, {part}" + (f", “{text[:80]}”" if text else "")


def _place_faults(docx: Any, sources: Mapping[str, str]) -> list[Fault]:
    """Fills the parts with marks, once for every combination of what may be empty, and looks where the marks stand."""
    found: list[Fault] = []
    for empty in itertools.product((False, True), repeat=len(_MAYBE_EMPTY)):
        blank = {name for name, is_empty in zip(_MAYBE_EMPTY, empty, strict=True) if is_empty}
        marks: dict[str, list[str]] = {}
        for part, source in sources.items():
            try:
                root = etree.fromstring(_marked(source, blank).encode(), etree.XMLParser(resolve_entities=False))
            except etree.XMLSyntaxError:
                remedy = "Keep each tag inside one paragraph, and out of field codes and alternative texts."
                found.append(
                    Fault(f"master, {part}", "is no sound document any more once its tags are filled.", remedy)
                )
                continue
            here = list(root.iter(f"{{{_MARK}}}mark"))
            marks[part] = [mark.get("name", "") for mark in here]
            found += (fault for mark in here for fault in _misplaced(part, mark))
        if len(marks) == len(sources):
            found += [*_body_faults(marks, blank), *_needed_faults(docx, marks, blank)]
    return list(dict.fromkeys(found))


def _marked(source: str, blank: Collection[str]) -> str:
    names = {
        name: Markup("" if name in blank else f'<mark xmlns="{_MARK}" name="{name}"/>') for name in (*PLACES, *BLANKS)
    }
    return SandboxedEnvironment(autoescape=True).from_string(source).render(names)


def _misplaced(part: str, mark: Any) -> Iterator[Fault]:
    name = mark.get("name")
    around, tag = PLACES.get(name, ("t", f"{{{{ {name} }}}}"))
    if mark.getparent().tag != f"{{{W}}}{around}" or (name == "body" and part != _DOCUMENT):
        alone = " alone in a paragraph, outside of tables and boxes" if name == "body" else ""
        yield Fault(f"master, {part}", f"has {name!r} where it can't stand.", f"Write {tag}{alone}.")


def _body_faults(marks: Mapping[str, list[str]], blank: Collection[str]) -> Iterator[Fault]:
    times = sum(names.count("body") for names in marks.values())
    if times != 1:
        when = f" when {' and '.join(sorted(blank))} {'are' if len(blank) > 1 else 'is'} empty" if blank else ""
        what = f"has {times or 'no'} places for the form{when}; it needs one."
        yield Fault(f"master, {_DOCUMENT}", what, "Write {{p body }} once, alone in a paragraph.")


def _needed_faults(docx: Any, marks: Mapping[str, list[str]], blank: Collection[str]) -> Iterator[Fault]:
    """A page that comes loose must still say that it is a draft, of which edition, and which page."""
    for kind, needed in _NEEDED.items():
        tags = " and ".join(PLACES[name][1] for name in needed)
        parts = _shown(docx, kind)
        if not parts:
            yield Fault("master", f"has pages without a {kind}.", f"Make a {kind} with {tags} for every kind of page.")
        for part in parts:
            missing = [name for name in needed if name not in blank and name not in marks.get(part, [])]
            if missing:
                tags = " and ".join(PLACES[name][1] for name in missing)
                yield Fault(f"master, {part}", f"does not print {' and '.join(missing)}.", f"Write {tags} there.")


def _shown(docx: Any, kind: str) -> list[str]:
    """The headers or footers that pages show; none when some kind of page has none."""
    pages = {"default"} | ({"first"} if docx.element.findall(f".//{{{W}}}titlePg") else set())
    pages |= {"even"} if docx.settings.odd_and_even_pages_header_footer else set()
    references = docx.element.findall(f".//{{{W}}}{kind}Reference")
    if not pages <= {reference.get(f"{{{W}}}type") for reference in references}:
        return []
    return list(
        dict.fromkeys(docx.part.rels[reference.rId].target_part.partname.lstrip("/") for reference in references)
    )


def _property_faults(docx: Any) -> Iterator[Fault]:
    """docxtpl fills tags in the file's properties, too; a form sets these itself."""
    for name in ("author", "comments", "identifier", "language", "subject", "title"):
        text = getattr(docx.core_properties, name)
        if re.search(r"\{[{%#]", text):
            yield Fault(
                f"master, docProps/core.xml, “{text[:80]}”", f"has a tag in the property {name!r}.", "Take it out."
            )
