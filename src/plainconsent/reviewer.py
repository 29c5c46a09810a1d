"""The reviewer's copy: each paragraph of a form with the law it rests on, and everything a lawyer should know before use."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from plainconsent.assemble import Assembled
from plainconsent.checklist import disclosures_of, subjects_of
from plainconsent.document import Block, Bullets, Document, Heading, Paragraph, Run, Runs, Signature, SourceNote, Table
from plainconsent.jurisdictions import read_law
from plainconsent.law import ERROR_MONTHS, NO_ANSWER, WARN_MONTHS, Statement, in_force, months_between
from plainconsent.lawcover import diff_rows
from plainconsent.places import TEMPLATES
from plainconsent.wording import Piece
from plainconsent.yamlfile import read_yaml


@functools.cache
def phrases() -> dict[str, Any]:
    """The copy's own words, from templates/reviewer.yaml."""
    words: dict[str, Any] = read_yaml(TEMPLATES / "reviewer.yaml").data
    return words


def say(phrase: str, **values: object) -> str:
    return str(phrases()[phrase]).format(**values)


def review(made: Assembled) -> Document:
    """The form again, each paragraph followed by its sources; findings first, tables last."""
    form = made.document
    statements = used_statements(made)
    title = say("title", title=form.title)
    blocks: list[Block] = [Heading(1, _text(title)), Paragraph(_text(say("intro")))]
    blocks += _section("to_settle", findings(made))
    blocks += _section(
        "assumptions", [say("assumed", name=n, value=_shown(made, n)) for n in made.facts.profile.assumed]
    )
    blocks += _section("policies", _policies(made))
    blocks += _section("blanks", [say("blank", label=s.spoken, id=s.id) for s in form.slots.values() if not s.value])
    blocks += _section("license_notes", [made.facts.profile.license_note])
    blocks.append(Heading(2, _text(say("body"))))
    told: set[str] = set()
    for piece in made.pieces:
        blocks += [_under_review(block) for block in piece.blocks]
        blocks += _notes(piece, told)
    blocks += _tables(made, statements)
    return replace(form, title=title, language="en", direction="ltr", blocks=tuple(blocks), draft=None, letterhead=())


def used_statements(made: Assembled) -> list[Statement]:
    return list({s.id: s for piece in made.pieces for s in piece.statements}.values())


def findings(made: Assembled) -> list[str]:
    """What is stale, unclear, thinly supported, missing or not reviewed by an attorney, in plain sentences."""
    on = made.facts.profile.as_of
    laws = (made.facts.law, made.facts.us_law)
    found = [say("no_attorney", name=law.name) for law in laws if law.attorney_review == "none"]
    for s in used_statements(made):
        name = f"{s.jurisdiction} {s.topic}" + (f", {s.item}" if s.item else "")
        if s.answer in NO_ANSWER:
            found.append(say("no_answer", name=name, answer=s.answer.replace("_", " "), why=s.why))
        if s.evidence == "single":
            found.append(say("single", name=name))
        found += staleness(s, name, on)
    return [*found, *_to_settle_there(made), *_missing_notices(made)]


def _to_settle_there(made: Assembled) -> Iterator[str]:
    """What a clinician must settle before seeing a client who sits in another state; what compacts say of both states."""
    profile = made.facts.profile
    if not profile.client_state:
        return
    there = read_law(profile.client_state)
    yield say("two_states", there=there.name)
    ours, theirs = (in_force(law, profile.role, profile.as_of).get("compacts", {}) for law in (made.facts.law, there))
    for item in dict.fromkeys([*ours, *theirs]):
        sides = (
            _answer(side[item]).replace("_", " ") if item in side else say("not_a_member") for side in (ours, theirs)
        )
        yield say(
            "compact",
            compact=item,
            here_name=made.facts.law.name,
            there_name=there.name,
            here=next(sides),
            there=next(sides),
        )
    if not ours and not theirs:
        yield say("no_compact")


def staleness(statement: Statement, name: str, on: date) -> list[str]:
    """A sentence when the check is more than a year old on that day, a sharper one after two."""
    months = months_between(statement.checked, on) if statement.checked else 0
    if months < WARN_MONTHS:
        return []
    return [say("too_old" if months >= ERROR_MONTHS else "old", name=name, months=months)]


def _missing_notices(made: Assembled) -> Iterator[str]:
    for s in made.facts.home_statements("required_disclosure"):
        if s.answer in NO_ANSWER:
            continue
        if s.why and not s.values.get("text"):
            yield say("words_missing", item=s.item, why=s.why)
        if s.values.get("where") in ("posted", "separate_paper"):
            yield say(s.values["where"], item=s.item, means=s.means)
    for row in disclosures_of(made):
        if row.gap:
            yield say("disclosure_missing", item=row.item, code=row.code.replace("_", " "))


def note_text(s: Statement) -> str:
    """One statement in a line: where it stands, what it says, how and when it was read."""
    return say(
        "note",
        citation="; ".join(c.text for c in s.citations) or "-",
        basis=s.basis or "law",
        answer=f"{_topic(s)}: {_answer(s)}",
        means=s.means or s.why,
        trap=say("trap", trap=s.trap) if s.trap else "",
        since=say("since", day=s.since) if s.since else "",
        evidence=phrases()["evidence"][s.evidence or "none"],
        checked=s.checked,
        readers=say("readers", n=s.checked_by) if s.checked_by > 1 else "",
    )


def _notes(piece: Piece, told: set[str]) -> Iterator[SourceNote]:
    """Each statement in full where it is first relied on; after that its citation, all in one line."""
    again = [s for s in piece.statements if s.id in told]
    yield from (_note(s, piece.clause) for s in piece.statements if s.id not in told)
    if again:
        short = (
            say("again", citation=s.citations[0].text if s.citations else "-", answer=f"{_topic(s)}: {_answer(s)}")
            for s in again
        )
        yield SourceNote(_text(" ".join(short)), piece.clause)
    told |= {s.id for s in piece.statements}


def _note(s: Statement, clause: str) -> SourceNote:
    links = [run for c in s.citations if c.url for run in (Run(" "), Run(c.url, href=c.url))]
    return SourceNote((Run(note_text(s)), *links[:2]), clause)


def _policies(made: Assembled) -> Iterator[str]:
    """The clauses that state how this practice works: nobody asked about them, and a practice may replace them."""
    for choice in made.choices:
        if choice.chosen and choice.clause.policy:
            headings = (
                b for p in made.pieces if p.clause == choice.clause.id for b in p.blocks if isinstance(b, Heading)
            )
            words = next(("".join(run.text for run in heading.runs) for heading in headings), "")
            yield say("policy", clause=choice.clause.id, heading=words)


def _tables(made: Assembled, statements: Iterable[Statement]) -> Iterator[Block]:
    if made.facts.profile.client_state:
        yield from _table("two_states", _two_states(made, made.facts.profile.client_state), "two_states_title")
    disclosed = [(row.item, row.code, ", ".join(row.clauses) or row.reason or "-") for row in disclosures_of(made)]
    if disclosed:
        yield from _table("disclosures", disclosed)
    yield from _table("subjects", [(s.id, s.about, ", ".join(s.clauses) or s.reason or "-") for s in subjects_of(made)])
    rows = [
        (_topic(s), _answer(s), s.citations[0].text if s.citations else "-", s.evidence or "-", str(s.checked or "-"))
        for s in statements
    ]
    yield from _table("statements", rows, "every_statement")


def _two_states(made: Assembled, client_state: str) -> Iterator[tuple[str, ...]]:
    """Field by field what the client's state answers differently, and which of the two rules the form states."""
    profile, there = made.facts.profile, read_law(client_state)
    stated = {s.topic for piece in made.pieces for s in piece.statements if s.jurisdiction == there.id}
    printed = {s.topic for piece in made.pieces for s in piece.statements if s.jurisdiction == made.facts.law.id}
    for row in diff_rows(made.facts.law, there, [profile.role], profile.as_of):
        if row["topic"] in printed | stated:
            which = say("states_both" if row["topic"] in stated else "states_home")
            yield f"{row['topic']}.{row['field']}", row[made.facts.law.id], row[there.id], which


def _table(name: str, rows: Iterable[Sequence[str]], title: str | None = None) -> Iterator[Block]:
    yield Heading(2, _text(say(title or name)))
    header = tuple(_text(word) for word in phrases()[f"columns_{name}"])
    yield Table(header, tuple(tuple(_text(cell) for cell in row) for row in rows), say(f"{name}_caption"))


def _topic(s: Statement) -> str:
    return s.topic + (f".{s.item}" if s.item else "")


def _answer(s: Statement) -> str:
    return ", ".join(map(str, s.answer)) if isinstance(s.answer, list) else str(s.answer)


def _shown(made: Assembled, dotted: str) -> str:
    value: Any = made.facts.profile.answers
    for part in dotted.split("."):
        value = value[part]
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _section(title: str, lines: Iterable[str]) -> Iterator[Block]:
    kept = [line for line in lines if line]
    if kept:
        yield Heading(2, _text(say(title)))
        yield Bullets(tuple(_text(line) for line in kept))


def _under_review(block: Block) -> Block:
    if isinstance(block, Heading):
        return replace(block, level=3)
    if isinstance(block, Signature):
        return Paragraph(_text(block.label), block.clause)
    return block


def _text(words: str) -> Runs:
    return (Run(words),)
