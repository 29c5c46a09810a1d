"""The translators' catalogs: what the clauses say is gathered, begun, brought up to date and counted here."""

from __future__ import annotations

import functools
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from babel import Locale, UnknownLocaleError
from babel.localedata import locale_identifiers
from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural
from babel.messages.pofile import PoFileError, PoFileParser, unescape, write_po
from jinja2 import TemplateError, nodes
from jinja2.ext import babel_extract

from plainconsent.clauses import Clause, parse_clause
from plainconsent.errors import Fault, Faults, nearest
from plainconsent.language import DOMAIN, PSEUDO, SOURCE, catalog_path, language_tags
from plainconsent.places import TEMPLATES
from plainconsent.sandbox import parse
from plainconsent.yamlfile import read_yaml

Key = tuple[str | None, str]

HEADERS = ("Language", "Plural-Forms", "X-Reviewer", "X-Law-Checked", "X-Source-Version")


@functools.cache
def notes() -> dict[str, Any]:
    """Who speaks, what placeholders hold, how senses are found: templates/locale/notes.yaml."""
    told: dict[str, Any] = read_yaml(TEMPLATES / "locale" / "notes.yaml").data
    return told


PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|(?<!\{)\{(\w+)\}")


class Po(Catalog):
    """Babel's catalog that keeps every header of the file (Babel alone forgets X-Reviewer) and adds no dates."""

    def __init__(self, headers: Mapping[str, str] | None = None, comment: str = "") -> None:
        super().__init__(domain=DOMAIN, header_comment=comment, fuzzy=False)
        self.headers: dict[str, str] = {}
        if headers:
            self.mime_headers = list(headers.items())

    def _keep(self, headers: Iterable[tuple[str, str]]) -> None:
        self.headers = dict(headers)
        super()._set_mime_headers(self.headers.items())

    def _kept(self) -> list[tuple[str, str]]:
        *first, (name, value) = self.headers.items()
        return [*first, (name, f"{value}\n")]

    mime_headers = property(_kept, _keep)


class Said(NamedTuple):
    """One message where it stands: ids are (singular) or (singular, plural)."""

    clause: str
    line: int
    context: str | None
    ids: tuple[str, ...]
    kind: str
    notes: tuple[str, ...]


def extract(folder: Path = TEMPLATES) -> str:
    """Write every message of the clauses to `locale/plainconsent.pot`; raises Faults for a message put together of parts."""
    template = gather(folder)
    path = template_path(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(catalog_bytes(template))
    return f"{shown(path, folder)}: {len(template)} messages, {sum(words(m) for m in _messages(template))} words."


def init(tag: str, folder: Path = TEMPLATES) -> str:
    """Begin an empty catalog; raises Faults for a tag without known plural forms and for a catalog that is there."""
    locale = _locale(tag)
    path = catalog_path(tag, folder)
    if path.exists():
        raise Faults([Fault(shown(path, folder), "is there already.", f"Run plainconsent language update {tag}.")])
    template = gather(folder)
    comment = f"# {locale.english_name} words of plainconsent's forms. Read templates/locale/README.md first."
    catalog = Po(_headers(str(locale), str(get_plural(str(locale))), template.headers["X-Source-Version"]), comment)
    catalog.update(template)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(catalog_bytes(catalog))
    return f"{shown(path, folder)}: {len(catalog)} messages to translate."


def update(tag: str | None = None, folder: Path = TEMPLATES) -> list[str]:
    """Bring one catalog or all up to date: near messages become fuzzy and keep their old source, obsolete ones go."""
    template = gather(folder)
    lines = []
    for each in catalog_tags(tag, folder):
        catalog = read_catalog(each, folder)
        _renew(catalog, template)
        catalog.headers["X-Source-Version"] = template.headers["X-Source-Version"]
        catalog_path(each, folder).write_bytes(catalog_bytes(catalog))
        _, done, fuzzy, missing, *_ = _row(each, catalog, template)
        lines.append(
            f"{shown(catalog_path(each, folder), folder)}: {done} translated, {fuzzy} fuzzy, {missing} missing."
        )
    return lines or ["There are no catalogs yet. Run plainconsent language init with a language."]


def status(folder: Path = TEMPLATES) -> list[tuple[str, ...]]:
    """Language, translated, fuzzy and missing messages, English words left, and reviewer of each catalog."""
    template = gather(folder)
    return [_row(tag, read_catalog(tag, folder), template) for tag in catalog_tags(None, folder)]


def pseudo(on: date) -> str:
    """The consent form of one practice as plain text in the invented language."""
    from plainconsent.assemble import assemble
    from plainconsent.document import block_lines
    from plainconsent.profile import MODES, make_profile

    profile = make_profile(as_of=on, state="CA", license="LMFT", settings=("individual", *MODES), language=PSEUDO)
    document = assemble(profile, "consent").document
    parts = ["\n".join(block_lines(block, document.slots)) for block in document.blocks]
    return "\n\n".join(part for part in (document.draft or "", *parts, document.footer, document.page_words) if part)


def gather(folder: Path = TEMPLATES) -> Po:
    """All messages of the clauses as a fresh template with notes for translators; raises Faults."""
    found: dict[tuple[str | None, tuple[str, ...]], list[Said]] = {}
    for path in sorted((folder / "clauses").glob("*.md")):
        for said in messages_of(parse_clause(path.stem, path.read_bytes(), f"clauses/{path.name}")):
            found.setdefault((said.context, said.ids), []).append(said)
    version = hashlib.sha256(repr(sorted(found, key=repr)).encode()).hexdigest()[:8]
    comment = "# Words of plainconsent's forms, for translators.\n# Read templates/locale/README.md first."
    template = Po(_headers("", "", version), comment)
    for (context, ids), places in found.items():
        locations = [(f"templates/clauses/{said.clause}.md", said.line) for said in places]
        template.add(
            ids if len(ids) > 1 else ids[0], locations=locations, auto_comments=_notes(ids, places), context=context
        )
    return template


def messages_of(clause: Clause) -> Iterator[Said]:
    """The clause's messages with the lines of its file; raises Faults for one that isn't a single literal text."""
    labels = _labels(clause)
    raw = b"\n" * (clause.first_line - 1) + clause.body.encode()
    options = {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
    lines = raw.decode().split("\n")
    try:
        for line, function, message, notes in babel_extract(
            io.BytesIO(raw), ("_", *_ARGUMENTS), ["TRANSLATORS:"], options
        ):
            given = (message,) if isinstance(message, (str, type(None))) else message
            context, ids = _literal(function, given, f"{clause.file}:{line}")
            kind = labels.get(ids[0]) or _kind_of_line(lines[line - 1])
            yield Said(clause.id, line, context, ids, kind, tuple(notes))
    except TemplateError:
        parse(clause)  # tells the same with the line in the file
        raise


_ARGUMENTS: Mapping[str, tuple[int, int]] = {
    "gettext": (0, 1),
    "ngettext": (0, 2),
    "pgettext": (1, 1),
    "npgettext": (1, 2),
}


def _literal(function: str, given: tuple[str | None, ...], where: str) -> tuple[str | None, tuple[str, ...]]:
    """The message's context and texts."""
    contexts, texts = _ARGUMENTS["gettext" if function == "_" else function]
    parts = given[: contexts + texts]
    if len(parts) < contexts + texts or not all(parts):
        raise Faults(
            [Fault(where, "has a message that is put together of parts.", "Write one whole sentence as one text.")]
        )
    literal = tuple(str(part) for part in parts)
    return (literal[0] if contexts else None), literal[contexts:]


def _labels(clause: Clause) -> dict[str, str]:
    """What kind of label a message is, for those handed to `choice`, `field`, `slot` and `sign`."""
    kinds = {}
    for call in parse(clause).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in notes()["kinds"]:
            for text in (inner for argument in call.args for inner in argument.find_all(nodes.Const)):
                kinds[str(text.value)] = call.node.name
    return kinds


def _kind_of_line(line: str) -> str:
    return "heading" if line.startswith("#") else "list" if re.match(r"-|\d+\.", line) else ""


def _notes(ids: tuple[str, ...], places: list[Said]) -> list[str]:
    """What a translator has to know: who speaks to whom, what the author says, what the placeholders hold."""
    kinds = {"heading": "heading", "list": "item of a list", "": "", **notes()["kinds"]}
    who = [
        f"clause {said.clause}: {_speaker(said)}" + (f"; {kinds[said.kind]}" if said.kind else "") for said in places
    ]
    names = sorted({name for text in ids for name in placeholders(text)} - {"page", "pages"})
    holds = [f"%({name})s = {notes()['holds'].get(name, 'a name, number, date or price')}" for name in names]
    return list(dict.fromkeys([*who, *(note for said in places for note in said.notes), *holds]))


def _speaker(said: Said) -> str:
    usual = str(notes()["speakers"].get(said.clause, notes()["speaker"]))
    return str(notes()["speakers_of_boxes"].get(said.clause, usual)) if said.kind == "choice" else usual


def placeholders(text: str) -> set[str]:
    return {one or other for one, other in PLACEHOLDER.findall(text)}


def words(message: Message) -> int:
    """English words of a message, placeholders and numbers left out; of the singular when it has two forms."""
    return len(re.findall(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*", PLACEHOLDER.sub(" ", ids_of(message)[0])))


def _headers(locale: str, plural: str, version: str) -> dict[str, str]:
    """The headers of a catalog, or of the template when `locale` is empty; no date, so that same words are same bytes."""
    mime = {"MIME-Version": "1.0", "Content-Type": "text/plain; charset=utf-8", "Content-Transfer-Encoding": "8bit"}
    first = {"Project-Id-Version": "plainconsent"}
    if not locale:
        return {**first, **mime, "X-Source-Version": version}
    people = {"PO-Revision-Date": "YEAR-MO-DA HO:MI+ZONE", "Last-Translator": "none", "Language-Team": "none"}
    own = dict(zip(HEADERS, (locale, plural, "none", "none", version), strict=True))
    return {**first, **people, **mime, **own}


def _locale(tag: str) -> Locale:
    """Babel's locale for a new language; raises Faults with the nearest tag."""
    where = "language"
    if tag in (SOURCE, PSEUDO):
        raise Faults([Fault(where, f"{tag!r} needs no catalog.", "The clauses themselves are its words.")])
    try:
        locale = Locale.parse(tag.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        near = nearest(tag, [name.replace("_", "-") for name in locale_identifiers()])
        how = f"{near} If not: " if near.startswith("Did") else ""
        how += "dates and plural forms come from Babel, which has to learn it first (Unicode CLDR)."
        raise Faults([Fault(where, f"{tag!r} is not a language Babel knows.", how)]) from None
    if str(locale).replace("_", "-") != tag:
        raise Faults(
            [Fault(where, f"{tag!r} is not how its folder is named.", f"Write {str(locale).replace('_', '-')}.")]
        )
    return locale


def read_catalog(tag: str, folder: Path = TEMPLATES) -> Po:
    """A catalog as its file has it, fuzzy and obsolete messages too; raises Faults with the line that can't be read."""
    path = catalog_path(tag, folder)
    catalog = Po()
    try:
        with path.open("rb") as file:
            PoFileParser(catalog, abort_invalid=True).parse(file)
    except PoFileError as error:
        where = f"{shown(path, folder)}:{error.lineno + 1}"
        raise Faults(
            [Fault(where, f"can't be read: {str(error).rsplit(' on ', 1)[0]}.", "Correct the file.")]
        ) from None
    except (ValueError, IndexError, AttributeError) as error:
        raise Faults([Fault(shown(path, folder), f"can't be read: {error}", "Correct the file.")]) from None
    for message in _messages(catalog):
        _take_previous(message)
    return catalog


def catalog_tags(tag: str | None, folder: Path) -> list[str]:
    known = language_tags(folder)[1:]
    if tag and tag not in known:
        how = nearest(tag, known) if known else f"Run plainconsent language init {tag}."
        raise Faults([Fault("language", f"{tag!r} has no catalog.", how)])
    return [tag] if tag else known


def template_path(folder: Path) -> Path:
    return folder / "locale" / f"{DOMAIN}.pot"


def shown(path: Path, folder: Path) -> str:
    return f"templates/{path.relative_to(folder).as_posix()}"


def _renew(catalog: Po, template: Po) -> None:
    """Babel's update; a message that stays fuzzy keeps its old source, and `sure:` goes where the source is another."""
    before = {key: message.previous_id for key, message in keyed(catalog).items() if message.fuzzy}
    catalog.update(template)
    for key, message in keyed(catalog).items():
        if message.fuzzy:
            message.previous_id = message.previous_id or before.get(key, [])
            message.user_comments = [comment for comment in message.user_comments if not comment.startswith("sure:")]


def _take_previous(message: Message) -> None:
    """Old sources as old sources: Babel writes `#| msgid` and reads it back as a translator's comment."""
    old = "\n".join(comment[1:].strip() for comment in message.user_comments if comment.startswith("|"))
    message.user_comments = [comment for comment in message.user_comments if not comment.startswith("|")]
    texts = re.findall(r'msgid(?:_plural)?\s((?:\s*"(?:[^"\\]|\\.)*")+)', old)
    message.previous_id = ["".join(map(unescape, re.findall(r'"(?:[^"\\]|\\.)*"', text))) for text in texts]


_GLUE = str.maketrans(" -", "\ue003\ue004")
_UNGLUE = str.maketrans("\ue003\ue004", " -")


def catalog_bytes(catalog: Catalog) -> bytes:
    """The file's bytes. Spaces of old sources are glued while Babel writes, which would break lines inside the quotes."""
    file = io.BytesIO()
    kept = {id(message): message.previous_id for message in _messages(catalog)}
    for message in _messages(catalog):
        message.previous_id = [text.translate(_GLUE) for text in message.previous_id]
    write_po(file, catalog, width=79, sort_by_file=True, ignore_obsolete=True, include_previous=True)
    for message in _messages(catalog):
        message.previous_id = kept[id(message)]
    text = re.sub(r'^(#\| msgid(?:_plural)?)\n#\| "', r'\1 "', file.getvalue().decode(), flags=re.MULTILINE)
    return text.translate(_UNGLUE).rstrip("\n").encode() + b"\n"


def _messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def ids_of(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def strings_of(message: Message) -> tuple[str, ...]:
    return (message.string or "",) if isinstance(message.string, (str, type(None))) else tuple(message.string)


def keyed(catalog: Catalog) -> dict[Key, Message]:
    return {(message.context, ids_of(message)[0]): message for message in _messages(catalog)}


def _row(tag: str, catalog: Po, template: Po) -> tuple[str, ...]:
    own = keyed(catalog)
    left, fuzzy, missing = 0, 0, 0
    for key, message in keyed(template).items():
        mine = own.get(key)
        done = mine is not None and all(strings_of(mine))
        fuzzy += bool(done and mine and mine.fuzzy)
        missing += not done
        left += words(message) if not done or (mine and mine.fuzzy) else 0
    done_count = len(template) - fuzzy - missing
    return (
        tag,
        str(done_count),
        str(fuzzy),
        str(missing),
        str(left),
        catalog.headers.get("X-Reviewer", "").strip() or "none",
    )
