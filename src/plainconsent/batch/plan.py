"""Turns rows into forms to be made: which column means what, what each row asks for, and everything that is wrong with it."""

from __future__ import annotations

import functools
import hashlib
import re
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from plainconsent.assemble import assemble
from plainconsent.batch.roster import Roster, Row, place
from plainconsent.clauses import form_names
from plainconsent.document import Document
from plainconsent.errors import Fault, Faults, nearest, refuse
from plainconsent.language import read_language
from plainconsent.packet import overlay_of
from plainconsent.pen import shown_value
from plainconsent.places import TEMPLATES
from plainconsent.profile import Profile, make_profile
from plainconsent.shape import wrong_characters
from plainconsent.yamlfile import YamlFile, read_yaml

# How a person may write a day in a roster, beside year-month-day: American order, or with the month's name.
_DAYS = ("%m/%d/%Y", "%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y")
_LISTS = re.compile(r"\s*[;,+/]\s*|\s+and\s+")
# Private-use characters are what gaps in a mold are made of.
_PRIVATE = re.compile("[\ue000-\uf8ff]")


class Job(NamedTuple):
    """One form to be made.

    row      the row's number in the roster
    profile  the index of its profile in the plan
    form     consent, teletherapy or release
    shown    what its blanks show, by slot id, as the language writes it
    """

    row: int
    profile: int
    form: str
    shown: Mapping[str, str]


@dataclass
class Plan:
    """What a batch makes of each row.

    practice  the practice's file, or an empty one
    forms     names of forms, or `packet` for what a client of the row's setting gets
    targets   column -> what it means; a column that means nothing is left out
    profiles  every profile met so far; few, however many rows there are
    """

    roster: Roster
    practice: YamlFile
    base: Any
    on: date
    forms: tuple[str, ...]
    targets: Mapping[str, str]
    profiles: list[Profile] = field(default_factory=list)
    _met: dict[tuple[str, ...], tuple[int, ...] | Faults] = field(default_factory=dict)
    _documents: dict[tuple[int, str], Document] = field(default_factory=dict)

    def document(self, profile: int, form: str) -> Document:
        """The form of a profile with every blank empty but those that the practice fills; made once. Raises Faults."""
        key = (profile, form)
        if key not in self._documents:
            made = assemble(self.profiles[profile], form, overlay_of(self.profiles[profile], self.base))
            self._documents[key] = made.document
        return self._documents[key]

    def jobs(self, row: Row) -> list[Job]:
        """The forms one row asks for, in the order a client meets them. Raises Faults with the row's columns as places."""
        said = {
            self.targets[c]: cell for c, cell in zip(self.roster.columns, row.cells, strict=True) if c in self.targets
        }
        try:
            profiles = self._profiles(tuple(said.get(name, "") for name in choices()))
        except Faults as error:
            raise Faults([self._at_row(fault, row.number) for fault in error.faults]) from None
        given = {name: cell for name, cell in said.items() if cell and name not in choices()}
        faults: list[Fault] = []
        jobs = []
        for profile in profiles:
            for form in self._forms_of(self.profiles[profile], first=profile == profiles[0]):
                shown = self._shown(row.number, profile, form, given, faults)
                jobs.append(Job(row.number, profile, form, shown))
        refuse(list(dict.fromkeys(faults)))
        return jobs

    def _profiles(self, words: tuple[str, ...]) -> tuple[int, ...]:
        if words not in self._met:
            if len(self._met) >= 10_000:  # a column of nonsense must not fill the memory
                self._met.clear()
            try:
                self._met[words] = tuple(
                    map(self._number, self._read_profiles(dict(zip(choices(), words, strict=True))))
                )
            except Faults as error:
                self._met[words] = error
        found = self._met[words]
        if isinstance(found, Faults):
            raise found
        return found

    def _number(self, profile: Profile) -> int:
        if profile not in self.profiles:
            self.profiles.append(profile)
        return self.profiles.index(profile)

    def _read_profiles(self, said: Mapping[str, str]) -> Iterator[Profile]:
        settings = _words(said["setting"]) or list(self.practice.data.get("settings") or [])
        modes = _words(said["mode"])
        minor = {"": "", "no": "", "false": "", "n": ""}.get(said["minor"].casefold(), said["minor"].casefold())
        faults: list[Fault] = []
        if minor not in ("", "parent", "own"):
            faults.append(Fault("--minor", f"{said['minor'][:40]!r} is not known.", "Write parent, own, or nothing."))
        found = []
        for setting in settings or [""]:
            try:
                found.append(
                    make_profile(
                        as_of=self.on,
                        practice=self.practice,
                        state=said["state"] or None,
                        license=said["license"] or None,
                        settings=[*([setting] if setting else []), *modes],
                        client_state=said["client_state"] or None,
                        language=said["language"] or None,
                        minor="" if faults else minor,
                    )
                )
            except Faults as error:
                faults += error.faults
        refuse(list(dict.fromkeys(faults)))
        yield from found

    def _forms_of(self, profile: Profile, first: bool) -> list[str]:
        """`packet`: consent for each setting; once a row the teletherapy form, where that is how they meet, and the release."""
        if self.forms != ("packet",):
            return [form for form in self.forms if first or form == "consent"]
        return ["consent", *(["teletherapy"] if profile.teletherapy else []), "release"] if first else ["consent"]

    def _shown(
        self, row: int, profile: int, form: str, given: Mapping[str, str], faults: list[Fault]
    ) -> dict[str, str]:
        slots = self.document(profile, form).slots
        language = read_language(self.profiles[profile].language)
        shown = {}
        for name in given.keys() & slots.keys():
            slot, cell = slots[name], given[name]
            wrong = "holds a private-use character." if _PRIVATE.search(cell) else wrong_characters(cell)
            if wrong:
                faults.append(Fault(place(row, self._column(name)), wrong, "Delete this character."))
                continue
            try:
                value = _day(cell) if slot.kind == "date" else cell.replace("$", "") if slot.kind == "money" else cell
                shown[name] = shown_value(name, slot.kind, value, language) or ""
            except Fault as fault:
                faults.append(Fault(place(row, self._column(name)), fault.what, fault.remedy))
        return {name: shown[name] for name in slots if name in shown}

    def _column(self, target: str) -> str:
        return next((column for column, meant in self.targets.items() if meant == target), target)

    def _at_row(self, fault: Fault, row: int) -> Fault:
        """A fault of an option, told of the column that stands for it."""
        option = {"--jurisdiction": "state"}.get(fault.where, fault.where.removeprefix("--").replace("-", "_"))
        column = self._column(option) if option in choices() else fault.where
        return Fault(place(row, column), fault.what, re.sub(r"Add -\S+ \S+?\.$", "Fill this column.", fault.remedy))


def make_plan(
    roster: Roster, practice: YamlFile, base: Any, on: date, forms: Sequence[str], maps: Sequence[str]
) -> Plan:
    """The plan of a batch; raises Faults for forms and columns that are none."""
    faults = [
        Fault("--forms", f"{form!r} is not a form.", nearest(form, [*form_names(), "packet"]))
        for form in forms
        if form not in (*form_names(), "packet")
    ]
    if "packet" in forms and len(forms) > 1:
        faults.append(Fault("--forms", "names packet and other forms.", "A packet has them all; name packet alone."))
    targets = _targets(roster, maps, faults)
    refuse(faults)
    return Plan(roster, practice, base, on, tuple(dict.fromkeys(forms)), targets)


def _targets(roster: Roster, maps: Sequence[str], faults: list[Fault]) -> dict[str, str]:
    known = {**_meanings()["choices"], **_meanings()["blanks"]}
    targets: dict[str, str] = {}
    for pair in maps:
        column, _, target = (part.strip() for part in pair.rpartition("="))
        if column not in roster.columns:
            faults.append(Fault("--map", f"{column or pair!r} is not a column.", nearest(column, roster.columns)))
        elif target and target not in known:
            faults.append(Fault("--map", f"{target!r} is not what a column can mean.", nearest(target, known)))
        else:
            targets[column] = target
    named = {_plain(word): name for name, words in known.items() for word in (name, *words)}
    for column in roster.columns:
        guess = named.get(_plain(column), "")
        if column not in targets and guess not in targets.values():
            targets[column] = guess
    targets = {column: target for column, target in targets.items() if target}
    for target in dict.fromkeys(targets.values()):
        columns = [column for column, meant in targets.items() if meant == target]
        if len(columns) > 1:
            faults.append(Fault("--map", f"{' and '.join(columns)} both mean {target}.", "Map one of them to nothing."))
    return targets


def _plain(header: str) -> str:
    return " ".join(re.sub(r"[^\w#]+", " ", header.casefold()).replace("_", " ").split())


@functools.cache
def _meanings() -> dict[str, dict[str, list[str]]]:
    meanings: dict[str, dict[str, list[str]]] = read_yaml(TEMPLATES / "roster.yaml").data
    return meanings


@functools.cache
def choices() -> tuple[str, ...]:
    """What decides which form is made; the other columns fill blanks."""
    return tuple(_meanings()["choices"])


def blanks() -> tuple[str, ...]:
    return tuple(_meanings()["blanks"])


def _words(cell: str) -> list[str]:
    return [word for word in _LISTS.split(cell.strip()) if word]


def _day(cell: str) -> str:
    """A day as year-month-day. Raises Fault for what is no day, or not for certain."""
    for style in ("%Y-%m-%d", *_DAYS):
        try:
            return str(datetime.strptime(cell, style).date())
        except ValueError:
            continue
    raise Fault(
        "", f"is filled with {cell[:40]!r}, which is not a day of the calendar.", "Write a day like 2026-11-25."
    )


class Checked(NamedTuple):
    """What the first pass over a roster found."""

    rows: int
    jobs: int
    bad_rows: int
    faults: int


def check_rows(plan: Plan, told: Any) -> Checked:
    """Reads every row before anything is made; `told(fault, value)` hears each fault. Raises Faults for a file that breaks off."""
    rows = jobs = bad = faults = 0
    with _Seen() as seen:
        for row in plan.roster.rows():
            rows += 1
            wrong = [row] if isinstance(row, Fault) else []
            if isinstance(row, Row):
                try:
                    found = plan.jobs(row)
                    jobs += len(found)
                except Faults as error:
                    wrong = error.faults
                if (twin := seen.before(row)) is not None:
                    wrong = [*wrong, Fault(place(row.number), f"is the same as row {twin}.", "Delete one of the two.")]
                    jobs -= 0 if len(wrong) > 1 else len(found)
            bad += bool(wrong)
            faults += len(wrong)
            for fault in wrong:
                told(fault, _value(plan, row, fault))
    return Checked(rows, jobs, bad, faults)


def good_jobs(plan: Plan) -> Iterator[Job]:
    """The jobs of every row that has no fault, in the roster's order."""
    with _Seen() as seen:
        for row in plan.roster.rows():
            if isinstance(row, Row) and seen.before(row) is None:
                try:
                    found = plan.jobs(row)
                except Faults:
                    continue
                yield from found


def _value(plan: Plan, row: Row | Fault, fault: Fault) -> str:
    """The cell that a fault is about."""
    column = fault.where.partition(", ")[2]
    if isinstance(row, Fault) or column not in plan.roster.columns:
        return ""
    return row.cells[plan.roster.columns.index(column)]


class _Seen:
    """Rows that were met, kept on disk: a roster may have a million."""

    def __enter__(self) -> _Seen:
        self._file = tempfile.NamedTemporaryFile(prefix="plainconsent-", suffix=".db")
        self._rows = sqlite3.connect(self._file.name, isolation_level=None)
        self._rows.execute("pragma journal_mode = off")
        self._rows.execute("pragma synchronous = off")
        self._rows.execute("begin")
        self._rows.execute("create table met (hash blob primary key, number integer) without rowid")
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.close()
        self._file.close()

    def before(self, row: Row) -> int | None:
        """The number of an earlier row with the same cells; else None, and this one is remembered. Only a hash is kept."""
        hash = hashlib.blake2b("\0".join(row.cells).encode("utf-8", "replace"), digest_size=16).digest()
        if self._rows.execute("insert or ignore into met values (?, ?)", (hash, row.number)).rowcount:
            return None
        return int(self._rows.execute("select number from met where hash = ?", (hash,)).fetchone()[0])
