"""What a finished form is: a list of blocks that every writer prints; it knows nothing of law or wording."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

SlotKind = Literal["text", "multiline", "money", "date", "checkbox", "initials", "signature"]


@dataclass(frozen=True)
class Run:
    """A stretch of text in one look.

    `name` marks official names, numbers and addresses: never translated, masked by the readability measure.
    `slot` is the id of a blank that stands inside the sentence; `text` is then empty.
    """

    text: str = ""
    bold: bool = False
    name: bool = False
    slot: str | None = None
    href: str | None = None


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Slot:
    """A blank: a label, what may be written there, and its value once it is known.

    `full_label` is for readers who meet the blank alone, such as a screen reader: it says who signs, too.
    """

    id: str
    kind: SlotKind
    label: str
    value: str | None = None
    full_label: str = ""

    @property
    def spoken(self) -> str:
        return self.full_label or self.label


@dataclass(frozen=True)
class Heading:
    """A question or short promise. Level 1 is the form's title and stands once; sections are level 2, parts of them 3."""

    level: int
    runs: Runs
    clause: str = ""


@dataclass(frozen=True)
class Paragraph:
    runs: Runs
    clause: str = ""


@dataclass(frozen=True)
class Bullets:
    items: tuple[Runs, ...]
    ordered: bool = False
    clause: str = ""


@dataclass(frozen=True)
class Table:
    """A table with one header row; the first column is not a header."""

    header: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]
    caption: str = ""
    clause: str = ""


@dataclass(frozen=True)
class Callout:
    """A box that stands out, such as the key facts on top."""

    blocks: tuple[Block, ...]
    clause: str = ""


@dataclass(frozen=True)
class Notice:
    """Words that a law prescribes, printed exactly; `language` is theirs, not the form's."""

    paragraphs: tuple[str, ...]
    language: str
    type_points: int = 12
    clause: str = ""


@dataclass(frozen=True)
class Field:
    """A labelled line of its own for one slot."""

    slot: str
    clause: str = ""


@dataclass(frozen=True)
class Choice:
    """A checkbox (slot of kind checkbox) and the words beside it."""

    slot: str
    runs: Runs
    clause: str = ""


@dataclass(frozen=True)
class Signature:
    """One person signs: who (label), then the slots for signature, printed name and date, in this order."""

    label: str
    slots: tuple[str, ...]
    clause: str = ""


@dataclass(frozen=True)
class SourceNote:
    """The reviewer's copy: small print under a paragraph, with links to the law."""

    runs: Runs
    clause: str = ""


Block = Heading | Paragraph | Bullets | Table | Callout | Notice | Field | Choice | Signature | SourceNote


@dataclass(frozen=True)
class Document:
    """One form, ready to be written.

    language   BCP 47 tag of the form's words (en, es)
    footer     edition and law-checked date, printed on every page
    page_words translated page counter with {page} and {pages}
    draft      words of a DRAFT band printed on top and on every page, or None
    letterhead lines above the title: practice name, address, phone; may be empty
    type_points size of the body's type; a law can ask for more than 12 points
    receipt    versions, hashes and statements used; only the json writer prints it
    """

    form: str
    title: str
    language: str
    direction: Literal["ltr", "rtl"]
    footer: str
    page_words: str
    as_of: date
    blocks: tuple[Block, ...]
    slots: Mapping[str, Slot]
    letterhead: tuple[str, ...] = ()
    type_points: int = 12
    draft: str | None = None
    receipt: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """How the file should be: blanks that can be typed into or flat lines; the practice's own Word master."""

    fillable: bool = True
    master: bytes | None = None


def as_data(block: Block) -> dict[str, Any]:
    """The block as plain JSON-able data with its class name (lower case) under `type`."""
    data = dataclasses.asdict(block)
    if isinstance(block, Callout):
        data["blocks"] = [as_data(inner) for inner in block.blocks]
    return {"type": type(block).__name__.lower(), **data}


def from_data(data: Mapping[str, Any]) -> Document:
    """The document that the json writer wrote; raises KeyError or TypeError for anything else."""
    kinds = {
        kind.__name__.lower(): kind
        for kind in (Heading, Paragraph, Bullets, Table, Callout, Notice, Field, Choice, Signature, SourceNote)
    }

    def runs(parts: Any) -> Runs:
        return tuple(Run(**part) for part in parts)

    def block(part: Mapping[str, Any]) -> Block:
        values = {name: value for name, value in part.items() if name != "type"}
        for name in {"runs"} & values.keys():
            values[name] = runs(values[name])
        for name in {"items", "header"} & values.keys():
            values[name] = tuple(map(runs, values[name]))
        if "rows" in values:
            values["rows"] = tuple(tuple(map(runs, row)) for row in values["rows"])
        if "blocks" in values:
            values["blocks"] = tuple(map(block, values["blocks"]))
        for name in {"paragraphs", "slots"} & values.keys():
            values[name] = tuple(values[name])
        made: Block = kinds[part["type"]](**values)
        return made

    return Document(
        form=data["form"],
        title=data["title"],
        language=data["language"],
        direction=data["direction"],
        footer=data["footer"],
        page_words="",
        as_of=date.fromisoformat(data["as_of"]),
        blocks=tuple(map(block, data["blocks"])),
        slots={id: Slot(id, slot["kind"], slot["label"], slot["value"]) for id, slot in data["slots"].items()},
    )


def walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Every block in reading order, those inside a callout after the callout itself."""
    for block in blocks:
        yield block
        if isinstance(block, Callout):
            yield from walk(block.blocks)


LINE = "_" * 30


def run_text(run: Run, slots: Mapping[str, Slot]) -> str:
    """The run as plain text; an empty blank is a line with its label behind it."""
    if run.slot is None:
        return run.text
    slot = slots[run.slot]
    return slot.value or f"{LINE} ({slot.label})"


def runs_text(runs: Runs, slots: Mapping[str, Slot]) -> str:
    return "".join(run_text(run, slots) for run in runs)


def block_lines(block: Block, slots: Mapping[str, Slot]) -> list[str]:
    """One block as lines of plain text, without indentation or wrapping; every format must hold these words."""
    match block:
        case Heading() | Paragraph() | SourceNote():
            return [runs_text(block.runs, slots)]
        case Bullets():
            marks = (f"{n}. " if block.ordered else "- " for n in range(1, len(block.items) + 1))
            return [mark + runs_text(item, slots) for mark, item in zip(marks, block.items, strict=True)]
        case Table():
            rows = (block.header, *block.rows)
            caption = [block.caption] if block.caption else []
            return caption + [" | ".join(runs_text(cell, slots) for cell in row) for row in rows]
        case Callout():
            return [line for inner in block.blocks for line in block_lines(inner, slots)]
        case Notice():
            return list(block.paragraphs)
        case Field():
            slot = slots[block.slot]
            return [f"{slot.label}: {slot.value or LINE}"]
        case Choice():
            checked = bool(slots[block.slot].value)
            return [f"[{'x' if checked else ' '}] {runs_text(block.runs, slots)}"]
        case Signature():
            lines = [f"{slots[s].label}: {slots[s].value or LINE}" for s in block.slots]
            return [block.label, *lines]
