"""The reviewer's copy: each paragraph of a form with the law it rests on, and everything a lawyer should know before use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from plainconsent.assemble import Assembled
from plainconsent.document import Block, Bullets, Document, Heading, Paragraph, Run, Runs, Signature, SourceNote, Table
from plainconsent.law import NO_ANSWER, Statement, months_between

WARN_MONTHS, ERROR_MONTHS = 12, 24
EVIDENCE = {
    "primary": "the law's own words were read",
    "secondary": "two independent summaries agree",
    "single": "one summary only",
    "": "no answer was found",
}


def review(made: Assembled) -> Document:
    """The form again, each paragraph followed by its sources; findings first. In English: law is read in English here."""
    form = made.document
    statements = list({s.id: s for piece in made.pieces for s in piece.statements}.values())
    title = f"Reviewer’s copy: {form.title}"
    blocks: list[Block] = [Heading(1, _text(title)), Paragraph(_text(INTRO))]
    blocks += _section("What to settle before use", findings(made, statements))
    blocks += _section("What this form assumes about the practice", _assumptions(made))
    blocks += _section("Blanks that remain", [f"{slot.label} ({slot.id})" for slot in form.slots.values() if not slot.value])
    blocks += _section("Notes on the license", [made.facts.profile.license_note])
    blocks.append(Heading(2, _text("The form, paragraph by paragraph")))
    for piece in made.pieces:
        blocks += [_under_review(block) for block in piece.blocks]
        blocks += [_note(statement, piece.clause) for statement in piece.statements]
    blocks += [Heading(2, _text("Every statement used")), _table(statements)]
    return replace(form, title=title, language="en", direction="ltr", blocks=tuple(blocks), draft=None, letterhead=())


INTRO = (
    "For the clinician and the attorney, not for the client. Under each paragraph stand the statements of law it rests on: "
    "where, what it says in our words, how it was read, and when. This is not legal advice."
)


def findings(made: Assembled, statements: Iterable[Statement]) -> list[str]:
    """What is stale, unclear, thinly supported or not reviewed by an attorney, in plain sentences."""
    on = made.facts.profile.as_of
    found = []
    for law in (made.facts.law, made.facts.us_law):
        if law.attorney_review == "none":
            found.append(f"No attorney has reviewed the law of {law.name} as it is recorded here.")
    for s in statements:
        name = f"{s.jurisdiction} {s.topic}" + (f", {s.item}" if s.item else "")
        if s.answer in NO_ANSWER:
            found.append(f"{name}: {str(s.answer).replace('_', ' ')}. {s.why}")
        if s.evidence == "single":
            found.append(f"{name}: rests on one summary only; read the law before use.")
        if stale := staleness(s, on):
            found.append(f"{name}: {stale}")
    return found + _two_states(made) + _missing_notices(made)


def staleness(statement: Statement, on: date) -> str:
    """Why the check is too old on that day, or an empty string."""
    if statement.checked is None:
        return ""
    months = months_between(statement.checked, on)
    if months >= ERROR_MONTHS:
        return f"last checked {months} months before use; this is too old to rely on."
    return f"last checked {months} months before use; check it again." if months >= WARN_MONTHS else ""


def _two_states(made: Assembled) -> list[str]:
    there = made.facts.profile.client_state
    if not there:
        return []
    return [
        f"The client sits in {there}: settle that you may practice there (a license, a compact privilege or a rule for visitors).",
        f"Where the law of {there} changes the words, the form states both rules and says that the therapist follows both.",
    ]


def _missing_notices(made: Assembled) -> list[str]:
    items = made.facts.names["required_disclosure"]
    found = []
    for statement in items._items.values():
        values = statement.values
        if statement.answer not in NO_ANSWER and statement.why and not values.get("text"):
            found.append(f"required disclosure, {statement.item}: the prescribed words could not be confirmed; add them from the board. {statement.why}")
        if values.get("where") in ("posted", "separate_paper"):
            found.append(f"required disclosure, {statement.item}: not on this form; {'post it' if values['where'] == 'posted' else 'give it on its own paper'}. {statement.means}")
    return found


def _assumptions(made: Assembled) -> list[str]:
    return [f"{name}: {_shown(made, name)} (nothing was said about it)" for name in made.facts.profile.assumed]


def _shown(made: Assembled, dotted: str) -> str:
    value: object = made.facts.profile.answers
    for part in dotted.split("."):
        value = value[part] if isinstance(value, dict) else value
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)


def note_text(s: Statement) -> str:
    """One statement in a line: where it stands, what it says, how and when it was read."""
    where = "; ".join(c.text for c in s.citations) or "no citation"
    who = f", {s.checked_by} readers" if s.checked_by > 1 else ""
    since = f" In force since {s.since}." if s.since else ""
    answer = f"{s.topic}{'.' + s.item if s.item else ''}: {s.answer if not isinstance(s.answer, list) else ', '.join(map(str, s.answer))}"
    return f"{where} ({s.basis or 'law'}; {answer}). {s.means or s.why}{since} {EVIDENCE[s.evidence].capitalize()}; checked {s.checked}{who}."


def _note(s: Statement, clause: str) -> SourceNote:
    links = [run for c in s.citations if c.url for run in (Run(" "), Run(c.url, href=c.url))]
    return SourceNote((Run(note_text(s)), *links[:2]), clause)


def _table(statements: Iterable[Statement]) -> Table:
    header = tuple(_text(word) for word in ("Topic", "Answer", "Where it stands", "Read", "Checked"))
    rows = tuple(
        tuple(_text(cell) for cell in (
            f"{s.topic}{'.' + s.item if s.item else ''}", ", ".join(map(str, s.answer)) if isinstance(s.answer, list) else str(s.answer),
            "; ".join(c.text for c in s.citations) or "-", s.evidence or "-", str(s.checked or "-"),
        ))
        for s in statements
    )
    return Table(header, rows, "Statements of law and ethics this form rests on")


def _section(title: str, lines: list[str]) -> Iterator[Block]:
    lines = [line for line in lines if line]
    if lines:
        yield Heading(2, _text(title))
        yield Bullets(tuple(_text(line) for line in lines))


def _under_review(block: Block) -> Block:
    if isinstance(block, Heading):
        return replace(block, level=3)
    if isinstance(block, Signature):
        return Paragraph(_text(f"[{block.label}]"), block.clause)
    return block


def _text(words: str) -> Runs:
    return (Run(words),)
