"""The linter of the law: shape, overlaps, gaps, stale checks, numbers without words and topics that nobody prints."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from plainconsent.clauses import form_names, read_clause, read_outline
from plainconsent.errors import Fault, Faults
from plainconsent.jurisdictions import ETHICS_CODES, Topics, build_law, check_shape, read_topics
from plainconsent.law import ERROR_MONTHS, NO_ANSWER, ROLES, Law, Statement, in_force, last_day, months_between
from plainconsent.lookup import names
from plainconsent.places import JURISDICTIONS
from plainconsent.sandbox import fact_paths, parse
from plainconsent.yamlfile import read_yaml

_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_AT_ONCE = re.compile(r"immediate|at once|right away|as soon as|promptly|without delay", re.IGNORECASE)


def law_files(folder: Path = JURISDICTIONS) -> list[Path]:
    """Every law file: the federal floor, the states, the ethics codes."""
    return sorted(p for p in folder.glob("*.yaml") if not p.name.startswith("_")) + sorted(
        (folder / "ethics").glob("*.yaml")
    )


def check_law(on: date, files: Iterable[Path] | None = None, folder: Path = JURISDICTIONS) -> list[Fault]:
    """Everything that is wrong with the law files on a day, each with file:line:column and remedy, all at once."""
    topics = read_topics(folder)
    faults: list[Fault] = []
    for path in law_files(folder) if files is None else files:
        faults += check_law_file(path, topics, on)
    if files is None:
        faults += dead_topics(topics)
    return sorted(faults)


def check_law_file(path: Path, topics: Topics, on: date) -> list[Fault]:
    """The faults of one file; when its shape is wrong only that is told, since nothing else can be judged."""
    try:
        file = read_yaml(path)
    except Faults as error:
        return error.faults
    if shape := check_shape(file, topics):
        return shape
    law = build_law(file, topics)
    kind = "ethics" if law.id.startswith("ETHICS-") else "us" if law.id == "US" else "state"
    faults = [
        fault for s in law.statements for fault in (*_stale(s, on), *_numbers(s), *_roles(s, topics, law), *_order(s))
    ]
    faults += _overlaps(law)
    if kind != "ethics":
        faults += _absent(law, topics, kind, on, path.name)
    return faults


def _stale(s: Statement, on: date) -> Iterator[Fault]:
    if s.checked and s.checked > on:
        yield Fault(
            s.place, f"{s.topic}: was checked on {s.checked}, after {on}.", "Give the day a person read the source."
        )
    elif s.checked and months_between(s.checked, on) >= ERROR_MONTHS:
        yield Fault(
            s.place,
            f"{s.topic}: was last checked {months_between(s.checked, on)} months ago.",
            "Read the source again and set `checked`.",
        )


def _order(s: Statement) -> Iterator[Fault]:
    if s.since and s.until and s.until < s.since:
        yield Fault(s.place, f"{s.topic}: ends ({s.until}) before it begins ({s.since}).", "Swap or mend the two days.")


def _roles(s: Statement, topics: Topics, law: Law) -> Iterator[Fault]:
    asked = [role for role in topics.roles(s.topic) if role in law.roles]
    for role in s.roles:
        if role not in asked:
            yield Fault(s.place, f"{s.topic}: is not asked of {role} here.", f"Asked of: {', '.join(asked)}.")


def _numbers(s: Statement) -> Iterator[Fault]:
    """A number that the statement's own words do not hold: one of the two is wrong."""
    if not s.means:
        return
    for name, number in _ints(s.values):
        if not _says(s.means, number):
            yield Fault(
                s.place, f"{s.topic}: `means` does not say the {number} of `{name}`.", "Mend the number or the words."
            )


def _ints(values: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _ints(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            yield name, value


def _says(means: str, number: int) -> bool:
    if number == 0:
        return bool(_AT_ONCE.search(means)) or "0" in means
    words = re.findall(r"[\w,]+", means.casefold())
    spelled = _WORDS[number] if number < len(_WORDS) else ""
    return str(number) in [word.replace(",", "") for word in words] or (bool(spelled) and spelled in words)


def _overlaps(law: Law) -> Iterator[Fault]:
    """Two statements on one question for one role that hold on the same day and cannot both be meant."""
    for (topic, item, role), group in _by_question(law).items():
        name = f"{topic}{'.' + item if item else ''} for {role}"
        for earlier, later in pairwise(sorted(group, key=lambda s: s.since or date.min)):
            if earlier.since == later.since:
                yield Fault(
                    later.place,
                    f"{name}: two statements begin on the same day ({later.since or 'no day'}).",
                    "Give the later one its own `from`.",
                )
            elif earlier.until and later.since and earlier.until >= later.since:
                yield Fault(
                    later.place,
                    f"{name}: begins {later.since}, before the earlier one ends ({earlier.until}).",
                    "End the earlier one before.",
                )
            elif earlier.until and later.since and later.since - earlier.until > timedelta(days=1):
                yield Fault(
                    later.place,
                    f"{name}: nothing holds between {earlier.until} and {later.since}.",
                    "Close the gap or say `none_found`.",
                )


def _by_question(law: Law) -> dict[tuple[str, str | None, str], list[Statement]]:
    found: dict[tuple[str, str | None, str], list[Statement]] = {}
    for s in law.statements:
        for role in s.roles:
            found.setdefault((s.topic, s.item, role), []).append(s)
    return found


def _absent(law: Law, topics: Topics, kind: str, on: date, name: str) -> Iterator[Fault]:
    for role in ROLES:
        held = in_force(law, role, on)
        for topic in topics.asked_of(kind):
            if role in topics.roles(topic) and topic not in held:
                yield Fault(
                    name, f"{topic}: has no answer for {role} on {on}.", "Add a statement, `unclear` or `none_found`."
                )


def dead_topics(topics: Topics) -> list[Fault]:
    """Topics that no clause of any form reads and that nobody marked `reference: true`."""
    read = topics_read()
    place = "_topics.yaml"
    return [
        Fault(place, f"{topic}: no clause prints it.", "Write a clause, or mark it `reference: true`.")
        for topic, about in topics.topics.items()
        if topic not in read and not about.get("reference") and not set(about["of"]) & {"ethics"}
    ]


@functools.cache
def topics_read() -> frozenset[str]:
    """The topics that some clause of some form asks, in its condition, its words or its cites."""
    aliases = {"federal": "federal_rules", "ethics": "ethics_rules", "copy_days": "records_access"}
    read: set[str] = set()
    for id in {id for form in form_names() for id in read_outline(form).order} | {"_frame"}:
        clause = read_clause(id)
        paths = [path for path, _ in fact_paths(parse(clause))] + list(clause.cites) + list(when_paths(clause.when))
        for path in paths:
            first, _, rest = path.partition(".")
            read.add(rest.split(".")[0] if first == "us" else aliases.get(first, first))
    return frozenset(read)


def when_paths(when: Any) -> Iterator[str]:
    """The dotted facts a condition names, however deep."""
    for key, wanted in when.items() if isinstance(when, dict) else ():
        if key in ("any", "all", "not"):
            for part in wanted if isinstance(wanted, list) else [wanted]:
                yield from when_paths(part)
        else:
            yield key


def law_rows(law: Law) -> Iterator[dict[str, str]]:
    """One row per statement, role and field, in the order of the file: what `law export` writes."""
    return (row for s in law.statements for role in s.roles for row in answer_rows(law, s, role))


def answer_rows(law: Law, s: Statement, role: str) -> Iterator[dict[str, str]]:
    """One statement as it binds one role, a row per field."""
    values = {s.main: s.answer} if s.answer in NO_ANSWER else s.values
    for name, value in _flat(values):
        if name == "item" and s.answer not in NO_ANSWER:
            continue
        yield {
            "jurisdiction": law.id,
            "role": role,
            "topic": s.topic,
            "field": f"{s.item}.{name}" if s.item else name,
            "value": value,
            "from": str(s.since or ""),
            "until": str(last_day(law, s, role) or ""),
            "citation": "; ".join(c.text for c in s.citations),
            "url": s.citations[0].url or "" if s.citations else "",
            "evidence": s.evidence,
            "checked": str(s.checked or ""),
        }


def _flat(values: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{at}{name}.")
        elif isinstance(value, list):
            yield at + name, "; ".join(map(str, value))
        else:
            yield at + name, str(value).lower() if isinstance(value, bool) else str(value)


def all_ids() -> list[str]:
    """The ids of the federal floor, every state and the ethics codes, in the order people look for them."""
    return ["US", *names(), *(f"ETHICS-{code}" for code in ETHICS_CODES.values())]
