"""What a statement of law is and which statements hold on a day; it knows no files, no forms and no words for clients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

ROLES = ("clinical_social_worker", "marriage_family_therapist", "professional_counselor", "psychologist")
NO_ANSWER = ("unclear", "none_found")
# Months after a check: from the first on, a form warns; from the second on, nothing may be built on it.
WARN_MONTHS, ERROR_MONTHS = 12, 24


class Citation(NamedTuple):
    """Where a statement stands: a code section, a court opinion, or a page; `text` is how a lawyer writes it."""

    text: str
    url: str | None = None


@dataclass(frozen=True)
class Statement:
    """One dated, cited answer to one question of law.

    item      the answer's own name where a topic has many answers at once
    since     first day it holds; None = as far back as anyone asks
    until     last day it holds, when the law itself ended; None = until a later statement follows
    values    the topic's fields; `values[main]` is the answer and may be `unclear` or `none_found`
    evidence  primary (the law's own words were read), secondary (two summaries agree), single, or "" without an answer
    place     file:line:column, for the person who has to mend it
    trap      what a reader of the answer could easily get wrong
    """

    jurisdiction: str
    topic: str
    main: str
    roles: tuple[str, ...]
    values: Mapping[str, Any]
    citations: tuple[Citation, ...] = ()
    item: str | None = None
    since: date | None = None
    until: date | None = None
    basis: str = ""
    means: str = ""
    why: str = ""
    evidence: str = ""
    checked: date | None = None
    checked_by: int = 0
    place: str = ""
    trap: str = ""

    @property
    def answer(self) -> Any:
        return self.values.get(self.main)

    @property
    def id(self) -> str:
        """A stable name: jurisdiction, topic, item and first day (`US-CA:other_reports.trafficking@2020-01-01`)."""
        item = f".{self.item}" if self.item else ""
        only = "" if len(self.roles) == len(ROLES) else "/" + "+".join(sorted(self.roles))
        return f"{self.jurisdiction}:{self.topic}{item}{only}" + (f"@{self.since}" if self.since else "")


@dataclass(frozen=True)
class Law:
    """All statements of one jurisdiction or of one profession's ethics code."""

    id: str
    name: str
    statements: tuple[Statement, ...]
    attorney_review: str = "none"
    edition: str = ""
    roles: tuple[str, ...] = ROLES
    sha256: str = ""


def in_force(law: Law, role: str, on: date) -> dict[str, dict[str | None, Statement]]:
    """The statements that bind `role` on the day `on`: topic -> item (None for single answers) -> statement.

    Of several statements on one question the one with the latest `since` not after `on` holds.
    """
    found: dict[str, dict[str | None, Statement]] = {}
    for statement in law.statements:
        if role not in statement.roles or not _holds(statement, on):
            continue
        items = found.setdefault(statement.topic, {})
        known = items.get(statement.item)
        if known is None or _first_day(statement) >= _first_day(known):
            items[statement.item] = statement
    return found


def last_day(law: Law, statement: Statement, role: str) -> date | None:
    """The last day a statement holds for a role: its own `until`, or the day before the next one begins."""
    later = [
        s.since
        for s in law.statements
        if (s.topic, s.item) == (statement.topic, statement.item)
        and role in s.roles
        and s.since
        and s.since > _first_day(statement)
    ]
    ends = [statement.until] if statement.until else []
    return min([*ends, *(day - timedelta(days=1) for day in later)], default=None)


def oldest_check(statements: Iterable[Statement]) -> date | None:
    """The day of the oldest check among the statements: no sentence of the form was read later than asserted."""
    return min((s.checked for s in statements if s.checked), default=None)


def months_between(earlier: date, later: date) -> int:
    """Whole months from one day to another, never negative."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return max(0, months - (later.day < earlier.day))


def _first_day(statement: Statement) -> date:
    return statement.since or date.min


def _holds(statement: Statement, on: date) -> bool:
    return _first_day(statement) <= on <= (statement.until or date.max)
