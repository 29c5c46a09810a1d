"""What changed in the law between two days, and whether a client's form changes with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from plainconsent.jurisdictions import read_topics
from plainconsent.law import NO_ANSWER, Law, Statement, in_force
from plainconsent.lawcheck import topics_read


@dataclass(frozen=True)
class Change:
    """One question whose answer is another from a day on, for the licenses that it concerns.

    before, after   the statements of both sides; None where the question had, or has, no answer
    material        a field that forms print is another; otherwise only citation, source or a point no form prints
    """

    day: date
    topic: str
    item: str | None
    roles: tuple[str, ...]
    before: Statement | None
    after: Statement | None
    material: bool

    @property
    def fields(self) -> list[tuple[str, str, str]]:
        """(field, old value, new value) of what differs; a side without an answer shows as a dash."""
        old, new = (shown_fields(s) for s in (self.before, self.after))
        return [
            (name, old.get(name, "-"), new.get(name, "-"))
            for name in dict.fromkeys([*old, *new])
            if old.get(name) != new.get(name)
        ]


def changes(law: Law, since: date, until: date | None = None) -> list[Change]:
    """Every change after the day `since`, up to and on the day `until` (all that is known when None), the oldest first."""
    found: dict[tuple[Any, ...], Change] = {}
    for day in sorted(day for day in _turns(law) if since < day <= (until or date.max)):
        for role in law.roles:
            for change in _changes_for(law, role, day):
                key = (day, change.topic, change.item, id(change.before), id(change.after))
                roles = (*found[key].roles, role) if key in found else (role,)
                found[key] = Change(day, change.topic, change.item, roles, change.before, change.after, change.material)
    return list(found.values())


def _turns(law: Law) -> set[date]:
    """The days from which some answer may be another: first days, and the days after last ones."""
    starts = {s.since for s in law.statements if s.since}
    return starts | {s.until + timedelta(days=1) for s in law.statements if s.until and s.until < date.max}


def _changes_for(law: Law, role: str, day: date) -> Iterator[Change]:
    old, new = in_force(law, role, day - timedelta(days=1)), in_force(law, role, day)
    for topic in dict.fromkeys([*old, *new]):
        for item in dict.fromkeys([*old.get(topic, ()), *new.get(topic, ())]):
            before, after = old.get(topic, {}).get(item), new.get(topic, {}).get(item)
            if before is not after:
                other = shown_fields(before) != shown_fields(after)
                yield Change(day, topic, item, (role,), before, after, other and _is_printed(topic))


def _is_printed(topic: str) -> bool:
    return topic in topics_read() and not read_topics().topics[topic].get("reference")


def shown_fields(s: Statement | None) -> dict[str, str]:
    """A statement's fields as words; a missing answer shows in its main field alone."""
    if s is None:
        return {}
    values = {s.main: s.answer} if s.answer in NO_ANSWER else s.values
    return {name: shown(value) for name, value in values.items() if name != "item"}


def shown(value: Any) -> str:
    """A value as a person reads it in a table."""
    if isinstance(value, dict):
        return "; ".join(f"{name} {shown(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
