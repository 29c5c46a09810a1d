"""The whole way of a form, from a profile to a document; it reads no clock and writes no file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from plainconsent import __version__
from plainconsent.clauses import Choice, Clause, choose, read_clause, read_outline
from plainconsent.document import (
    Block,
    Bullets,
    Callout,
    Document,
    Field,
    Heading,
    Paragraph,
    Signature,
    Slot,
    Table,
    block_lines,
    runs_text,
    walk,
)
from plainconsent.document import Choice as Box
from plainconsent.errors import Fault, Faults
from plainconsent.facts import Facts, Name
from plainconsent.language import Language, read_language
from plainconsent.law import Statement, oldest_check
from plainconsent.pen import Pen
from plainconsent.profile import Profile
from plainconsent.wording import Piece, render


@dataclass(frozen=True)
class Assembled:
    """A finished form and how it came about: its pieces with their statements, and each clause in or out."""

    document: Document
    pieces: tuple[Piece, ...]
    choices: tuple[Choice, ...]
    facts: Facts


def assemble(profile: Profile, form: str, overlay: Path | None = None) -> Assembled:
    """A form for a profile. Raises Faults: an absent topic, a missing translation, a clause that can't be rendered."""
    outline = read_outline(form)
    if outline.mode and outline.mode not in profile.modes:
        profile = replace(profile, modes=(*profile.modes, outline.mode))
    language = read_language(profile.language)
    language.missing.clear()
    pen = Pen(language, profile.fills)
    home = Facts(profile)
    states = [home] + ([Facts(profile, profile.client_state)] if profile.client_state else [])
    choices: list[Choice] = []
    pieces: list[Piece] = []
    for id in outline.order:
        clause = read_clause(id, overlay=overlay)
        choice, found = _one_clause(clause, home, pen)
        choices.append(choice)
        pieces += found
        if id in outline.both_states and len(states) > 1:
            pieces += _other_state(clause, found, states[1], pen, overlay)
    frame = _frame_words(home, pen, pieces)
    refuse_mixed(language)
    return Assembled(_document(home, form, pieces, frame, language, pen.slots), tuple(pieces), tuple(choices), home)


def _one_clause(clause: Clause, facts: Facts, pen: Pen) -> tuple[Choice, list[Piece]]:
    facts.reads.clear()
    choice = choose(clause, facts)
    because_of = tuple(facts.reads)
    pieces = render(clause, facts, pen, because_of) if choice.chosen else []
    return choice, _boxed(pieces) if clause.look == "box" else pieces


def _other_state(clause: Clause, home: list[Piece], there: Facts, pen: Pen, overlay: Path | None) -> list[Piece]:
    """What the law of the state where the client sits changes in a clause: the paragraphs that differ, lists with their lead-in."""
    _, pieces = _one_clause(clause, there, pen)
    said = {_words(piece, pen) for piece in home}
    differ = [piece for piece in pieces if _words(piece, pen) not in said]
    if not differ:
        return []
    led = {n - 1 for n, piece in enumerate(pieces) if piece in differ and isinstance(piece.blocks[0], Bullets)}
    kept = [piece for n, piece in enumerate(pieces) if piece in differ or n in led]
    below = [replace(piece, blocks=tuple(b for b in piece.blocks if not isinstance(b, Heading))) for piece in kept]
    return render(read_clause("_in_the_other_state", overlay=overlay), there, pen) + [
        piece for piece in below if piece.blocks
    ]


def _words(piece: Piece, pen: Pen) -> str:
    return "\n".join(line for block in piece.blocks for line in block_lines(block, pen.slots))


def _boxed(pieces: list[Piece]) -> list[Piece]:
    inner = tuple(block for piece in pieces for block in piece.blocks)
    statements = tuple({id(s): s for piece in pieces for s in piece.statements}.values())
    return [Piece(pieces[0].clause, (Callout(inner, pieces[0].clause),), statements)] if pieces else []


def _frame_words(facts: Facts, pen: Pen, pieces: Iterable[Piece]) -> Mapping[str, str]:
    """The words of footer, page counter and draft band: one paragraph each of the clause `_frame`."""
    checked = oldest_check(statement for piece in pieces for statement in piece.statements)
    facts.names["edition"] = {"number": edition(facts), "checked": checked}
    names = ("footer", "page_words", "draft")
    found = render(read_clause("_frame"), facts, pen)
    return {name: _plain(piece.blocks, pen.slots) for name, piece in zip(names, found, strict=True)}


def _plain(blocks: tuple[Block, ...], slots: Mapping[str, Slot]) -> str:
    return " ".join(runs_text(block.runs, slots) for block in blocks if isinstance(block, (Paragraph, Heading)))


def edition(facts: Facts) -> Any:
    """The version of the program and its wording, and a short hash of the law files used."""
    laws = "".join(law.sha256 for law in (facts.law, facts.us_law, facts.ethics_law))
    return Name(f"{__version__}-{hashlib.sha256(laws.encode()).hexdigest()[:8]}")


def refuse_mixed(language: Language) -> None:
    """A form never mixes languages: one message without a finished translation stops it, with the list."""
    missing = list(dict.fromkeys(language.missing))
    language.missing.clear()
    if missing:
        raise Faults(
            Fault(
                f"language {language.tag}",
                f"has no finished translation of: {message[:90]!r}",
                "Translate it in the catalog.",
            )
            for message in missing
        )


def _document(
    facts: Facts,
    form: str,
    pieces: list[Piece],
    frame: Mapping[str, str],
    language: Language,
    slots: Mapping[str, Slot],
) -> Document:
    blocks = tuple(block for piece in pieces for block in piece.blocks)
    if language.draft:
        # A translation nobody qualified has reviewed can be read, not signed.
        blocks = tuple(block for block in blocks if not isinstance(block, Signature))
    title = next((runs_text(b.runs, slots) for b in blocks if isinstance(b, Heading) and b.level == 1), form)
    profile = facts.profile
    practice = profile.answers["practice"]
    return Document(
        form=form,
        title=title,
        language=language.tag,
        direction="rtl" if language.direction == "rtl" else "ltr",
        footer=frame["footer"],
        page_words=frame["page_words"],
        draft=frame["draft"] if language.draft else None,
        as_of=profile.as_of,
        blocks=blocks,
        slots=_used(slots, blocks),
        type_points=_type_points(facts, form),
        letterhead=tuple(practice[name] for name in ("name", "address", "phone") if practice.get(name)),
        receipt=receipt(profile, form, pieces),
    )


def _type_points(facts: Facts, form: str) -> int:
    """12 points, or what the state's rule on releases of health information asks for in a release."""
    rule = facts.names["required_disclosure"]["release_form"]
    return max(12, rule["type_points"] or 0) if form == "release" else 12


def _used(slots: Mapping[str, Slot], blocks: tuple[Block, ...]) -> dict[str, Slot]:
    names = set(slot_names(blocks))
    return {name: slot for name, slot in slots.items() if name in names}


def slot_names(blocks: Iterable[Block]) -> Iterator[str]:
    """The ids of the blanks in the blocks, in reading order."""
    for block in walk(tuple(blocks)):
        match block:
            case Field() | Box():
                yield block.slot
            case Signature():
                yield from block.slots
            case Bullets():
                yield from (run.slot for item in block.items for run in item if run.slot)
            case Table():
                yield from (run.slot for row in (block.header, *block.rows) for cell in row for run in cell if run.slot)
        if isinstance(block, (Heading, Paragraph, Box)):
            yield from (run.slot for run in block.runs if run.slot)


def receipt(profile: Profile, form: str, pieces: Iterable[Piece]) -> dict[str, Any]:
    """What the form was made from: versions, profile, date and every statement used. No client's name, no health facts."""
    used: dict[str, Statement] = {s.id: s for piece in pieces for s in piece.statements}
    return {
        "plainconsent": __version__,
        "form": form,
        "profile": {
            "jurisdiction": profile.jurisdiction,
            "role": profile.role,
            "setting": profile.setting,
            "modes": list(profile.modes),
            "client_state": profile.client_state,
            "minor": profile.minor,
            "language": profile.language,
            "as_of": str(profile.as_of),
        },
        "statements": [
            {
                "id": s.id,
                "answer": s.answer,
                "citations": [c.text for c in s.citations],
                "evidence": s.evidence,
                "checked": str(s.checked) if s.checked else None,
                "sha256": hashlib.sha256(repr(sorted(s.values.items())).encode()).hexdigest(),
            }
            for s in used.values()
        ],
    }
