"""How well the law is known: coverage by state and topic, what is due to be read again, and how two states differ."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from plainconsent.jurisdictions import read_law, read_topics
from plainconsent.law import NO_ANSWER, Law, Statement, in_force, months_between
from plainconsent.lookup import names

# From what is least known to what is best known: a cell shows the least of its statements.
LEVELS = ("absent", "none_found", "unclear", "single", "secondary", "primary")
# Topics in the order of what harm a mistake does; the rest follow in the order of `_topics.yaml`.
HARM = (
    "threat_to_others",
    "child_abuse_report",
    "adult_abuse_report",
    "minor_consent",
    "license",
    "required_disclosure",
)


def level(statement: Statement) -> str:
    """How one statement is known: its answer when there is none, else how it was read."""
    return str(statement.answer) if statement.answer in NO_ANSWER else statement.evidence or "absent"


def coverage_rows(on: date) -> list[dict[str, str]]:
    """State x topic: the least that is known of any license, the oldest check, how many readers, attorney review."""
    return [row for id in ("US", *names()) for row in _covered(read_law(id), on)]


def _covered(law: Law, on: date) -> Iterator[dict[str, str]]:
    topics = read_topics()
    for topic in topics.asked_of("us" if law.id == "US" else "state"):
        by_role = [in_force(law, role, on).get(topic, {}) for role in topics.roles(topic)]
        found = [s for items in by_role for s in items.values()]
        levels = [*map(level, found), *("absent" for items in by_role if not items)]
        yield {
            "jurisdiction": law.id,
            "topic": topic,
            "known": min(levels, key=LEVELS.index, default="absent"),
            "checked": str(min((s.checked for s in found if s.checked), default="")),
            "readers": str(min((s.checked_by for s in found), default=0)),
            "attorney": law.attorney_review,
        }


def due_rows(on: date, within_days: int = 0) -> list[dict[str, str]]:
    """Statements in force whose check turns a year old by then: the most harmful topic first, then the oldest."""
    topics = list(read_topics().topics)
    due = {}
    for id in ("US", *names()):
        law = read_law(id)
        for s in (s for role in law.roles for items in in_force(law, role, on).values() for s in items.values()):
            if s.checked and months_between(s.checked, date.fromordinal(on.toordinal() + within_days)) >= 12:
                due[s.id] = s
    ordered = sorted(due.values(), key=lambda s: (_harm(s.topic, topics), s.checked or date.min, s.id))
    return [{"statement": s.id, "checked": str(s.checked), "known": level(s), "place": s.place} for s in ordered]


def _harm(topic: str, topics: list[str]) -> int:
    return HARM.index(topic) if topic in HARM else len(HARM) + topics.index(topic)


def diff_rows(one: Law, other: Law, role: str, on: date) -> list[dict[str, str]]:
    """What two states answer differently for one license on a day, field by field."""
    ours, theirs = _answers(one, role, on), _answers(other, role, on)
    return [
        {
            "topic": topic,
            "field": field,
            one.id: ours.get((topic, field), "-"),
            other.id: theirs.get((topic, field), "-"),
        }
        for topic, field in dict.fromkeys([*ours, *theirs])
        if ours.get((topic, field), "-") != theirs.get((topic, field), "-")
    ]


def _answers(law: Law, role: str, on: date) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for topic, items in in_force(law, role, on).items():
        for item, s in items.items():
            for field, value in ({s.main: s.answer} if s.answer in NO_ANSWER else s.values).items():
                found[topic, f"{item}.{field}" if item else field] = _shown(value)
    return found


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name} {_shown(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
