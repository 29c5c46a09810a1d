"""How well the law is known: coverage by state and topic, what is due to be read again, what changed, how two states differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from plainconsent.jurisdictions import read_law, read_topics
from plainconsent.law import NO_ANSWER, Law, Statement, in_force, months_between
from plainconsent.lawchange import changes, shown_fields
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


def topics_by_harm(kind: str) -> list[str]:
    """The questions asked of `state` or `us`, those where a mistake hurts most first."""
    topics = list(read_topics().topics)
    return sorted(read_topics().asked_of(kind), key=lambda topic: _harm(topic, topics))


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


def change_rows(law: Law, since: date, on: date) -> list[dict[str, str]]:
    """Each change of one jurisdiction's law after `since`, also those enacted for a day after `on`."""
    return [
        {
            "jurisdiction": law.id,
            "day": str(change.day),
            "kind": "material" if change.material else "cosmetic",
            "in force": "yes" if change.day <= on else "coming",
            "topic": f"{change.topic}.{change.item}" if change.item else change.topic,
            "licenses": _licenses(change.roles, law),
            "what": "; ".join(f"{name}: {old} -> {new}" for name, old, new in change.fields)
            or "only its citation or source",
            "means": (s.means or s.why) if (s := change.after) else "ends",
        }
        for change in changes(law, since)
    ]


def diff_rows(one: Law, other: Law, roles: Sequence[str], on: date) -> list[dict[str, str]]:
    """What two states answer differently on a day, field by field, and for which of the license families asked about."""
    held: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for role in roles:
        for row in _differing(one, other, role, on):
            held.setdefault(tuple(row.items()), []).append(role)
    return [{"licenses": _licenses(who, one), **dict(row)} for row, who in held.items()]


def diff_words(one: Law, other: Law, roles: Sequence[str], on: date) -> Iterator[str]:
    """The same for a person: each question that is answered differently, the fields, and what each law says.

    What differs in the same words for all the license families asked about is said once; else the families are named.
    """
    said: dict[str, dict[str, list[str]]] = {}
    for role in roles:
        rows = _differing(one, other, role, on)
        for topic in dict.fromkeys(row["topic"] for row in rows):
            lines = [
                f"  {row['field']}: {one.id[3:]} {row[one.id]} | {other.id[3:]} {row[other.id]}"
                for row in rows
                if row["topic"] == topic
            ]
            for law in (one, other):
                for item, s in in_force(law, role, on).get(topic, {}).items():
                    cited = s.citations[0].text if s.citations else "no citation"
                    lines.append(
                        f"  {law.id[3:]}{f' {item}' if item else ''}: {s.means or s.why} [{cited}; {level(s)}]"
                    )
            said.setdefault(topic, {}).setdefault("\n".join(lines), []).append(role)
    for topic, texts in said.items():
        for text, who in texts.items():
            narrower = f" ({_licenses(who, one)})" if len(who) < len(roles) else ""
            yield f"{topic}{narrower}: {read_topics().topics[topic]['question']}\n{text}\n"


def _differing(one: Law, other: Law, role: str, on: date) -> list[dict[str, str]]:
    ours, theirs = _answers(one, role, on), _answers(other, role, on)
    return [
        {
            "topic": topic,
            "field": f"{item}.{field}" if item else field,
            one.id: (ours.get((topic, item)) or {}).get(field, "-"),
            other.id: (theirs.get((topic, item)) or {}).get(field, "-"),
        }
        for topic, item in dict.fromkeys([*ours, *theirs])
        for field in dict.fromkeys([*(ours.get((topic, item)) or ()), *(theirs.get((topic, item)) or ())])
        if (ours.get((topic, item)) or {}).get(field) != (theirs.get((topic, item)) or {}).get(field)
    ]


def _licenses(roles: Sequence[str], law: Law) -> str:
    return "all" if len(roles) == len(law.roles) else ", ".join(roles)


def _answers(law: Law, role: str, on: date) -> dict[tuple[str, str | None], dict[str, str]]:
    return {
        (topic, item): shown_fields(s) for topic, items in in_force(law, role, on).items() for item, s in items.items()
    }
