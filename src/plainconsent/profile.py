"""Who practices, where, under which license and in which setting; and what the practice says about itself."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from plainconsent.errors import Fault, Faults, nearest, refuse
from plainconsent.jurisdictions import read_law
from plainconsent.language import read_language
from plainconsent.law import NO_ANSWER, Law, in_force
from plainconsent.lookup import find_jurisdiction, find_role
from plainconsent.places import TEMPLATES
from plainconsent.shape import check_fields, wrong_characters
from plainconsent.yamlfile import YamlFile, read_yaml

SETTINGS = ("individual", "couple", "family", "group")
MODES = ("in_person", "teletherapy")


@dataclass(frozen=True)
class Profile:
    """Everything that decides which words are printed.

    answers  what the practice said, nested as in practice.yaml, with `assume` filled in
    assumed  dotted names of the answers that were not given but assumed
    fills    values for blanks by slot id (`client_name`, `clinician_name`); they never decide words
    minor    "" for adults, `parent` or `own`: who says yes for a client under 18
    """

    jurisdiction: str
    role: str
    setting: str
    modes: tuple[str, ...]
    as_of: date
    language: str = "en"
    client_state: str | None = None
    minor: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    fills: Mapping[str, str] = field(default_factory=dict)
    license_note: str = ""

    @property
    def teletherapy(self) -> bool:
        return "teletherapy" in self.modes


@functools.cache
def practice_fields() -> dict[str, Any]:
    """The fields of a practice file, from templates/practice.yaml."""
    fields: dict[str, Any] = read_yaml(TEMPLATES / "practice.yaml").data
    return fields


def read_practice(path: Path) -> YamlFile:
    """A practice file whose shape is right; raises Faults with file:line:column, all at once."""
    file = read_yaml(path, str(path))
    refuse(check_fields(file, (), file.data, practice_fields()))
    return file


def empty_practice() -> YamlFile:
    return YamlFile("no practice file", {}, {})


def make_profile(
    *,
    as_of: date,
    practice: YamlFile | None = None,
    state: str | None = None,
    license: str | None = None,
    settings: Sequence[str] = (),
    client_state: str | None = None,
    language: str | None = None,
    minor: str = "",
    fills: Mapping[str, str] | None = None,
) -> Profile:
    """A profile from options and a practice file; options win. Every contradiction is told at once (Faults)."""
    file = practice or empty_practice()
    said = file.data
    faults: list[Fault] = []
    people, modes = _settings(settings, said, faults)
    home = _home(state or said.get("state"), "--jurisdiction" if state else file.place("state"), faults)
    role, note = _role(
        license or said.get("license"), "--license" if license else file.place("license"), home, as_of, faults
    )
    there = _client_state(client_state, said, modes, home, file, faults)
    states = [law for law in (home, read_law(there) if there else None) if law and role]
    faults += _contradictions(file, people, minor)
    faults += [_no_minor_consent(law) for law in states if minor == "own" and not _minor_consents(law, role, as_of)]
    faults += [
        Fault(f"--fill {name}", wrong) for name, value in (fills or {}).items() if (wrong := wrong_characters(value))
    ]
    refuse(faults)
    assert home is not None
    answers, assumed = _with_assumptions(said, practice_fields())
    return Profile(
        jurisdiction=home.id,
        role=role,
        setting=people,
        modes=modes,
        as_of=as_of,
        client_state=there,
        minor=minor,
        language=read_language(language or answers["languages"][0]).tag,
        answers=answers,
        assumed=tuple(assumed),
        fills={**dict(_filled(said)), **(fills or {})},
        license_note=note,
    )


def _settings(given: Sequence[str], said: Mapping[str, Any], faults: list[Fault]) -> tuple[str, tuple[str, ...]]:
    known = (*SETTINGS, *MODES)
    words = [word.strip().casefold().replace("-", "_").replace(" ", "_") for word in given]
    faults += [
        Fault("--setting", f"{word!r} is not a setting.", nearest(word, known)) for word in words if word not in known
    ]
    people = list(dict.fromkeys(word for word in words if word in SETTINGS)) or (said.get("settings") or [])[:1]
    modes = tuple(mode for mode in MODES if mode in words) or tuple(said.get("modes") or ("in_person",))
    if not people and all(word in known for word in words):
        faults.append(
            Fault("--setting", "is missing: whom does the form speak to?", f"Add -s with one of {', '.join(SETTINGS)}.")
        )
    if len(people) > 1 and given:
        faults.append(
            Fault(
                "--setting",
                f"names {' and '.join(people)}; one form speaks to one setting.",
                "Make one form for each, or a packet.",
            )
        )
    return (people[0] if people else ""), modes


def _home(word: str | None, where: str, faults: list[Fault]) -> Law | None:
    if not word:
        faults.append(Fault("--jurisdiction", "is missing: which state is the license in?", "Add -j CA."))
        return None
    try:
        return read_law(find_jurisdiction(word, where))
    except Faults as error:
        faults += error.faults
        return None


def _role(word: str | None, where: str, home: Law | None, on: date, faults: list[Fault]) -> tuple[str, str]:
    if not word:
        faults.append(Fault("--license", "is missing: which license does the therapist hold?", "Add -l LMFT."))
    elif home:
        try:
            return find_role(word, home, on, where)
        except Faults as error:
            faults += error.faults
    return "", ""


def _client_state(
    given: str | None,
    said: Mapping[str, Any],
    modes: Sequence[str],
    home: Law | None,
    file: YamlFile,
    faults: list[Fault],
) -> str | None:
    places = said.get("client_states")
    if "teletherapy" in modes and places == []:
        faults.append(
            Fault(
                file.place("client_states"),
                "is empty, so teletherapy has no place where clients are.",
                "Name a state, or leave the key out: clients are then in your own state.",
            )
        )
    if given and "teletherapy" not in modes:
        faults.append(
            Fault("--client-state", "needs teletherapy: in person the client is where you are.", "Add -s teletherapy.")
        )
    if not given:
        return None
    try:
        there = find_jurisdiction(given, "--client-state")
    except Faults as error:
        faults += error.faults
        return None
    return there if home is None or there != home.id else None


def _contradictions(file: YamlFile, setting: str, minor: str) -> list[Fault]:
    faults = []
    members = (file.data.get("group") or {}).get("members")
    if members is not None and members < 2:
        faults.append(
            Fault(
                file.place("group", "members"),
                f"is {members}: a group has at least two members.",
                "Write 2 or more, or use the setting individual.",
            )
        )
    if minor and setting == "couple":
        faults.append(Fault("--minor", "does not go with the setting couple.", "Use individual, family or group."))
    return faults


def _minor_consents(law: Law, role: str, on: date) -> bool:
    """Whether the law names an age, or another case, in which a minor says yes to therapy alone."""
    statement = in_force(law, role, on).get("minor_consent", {}).get(None)
    return statement is not None and (
        statement.answer not in (*NO_ANSWER, "none") or bool(statement.values.get("special"))
    )


def _no_minor_consent(law: Law) -> Fault:
    return Fault(
        "--minor own",
        f"no age was found in the law of {law.name} from which a minor can say yes to therapy alone.",
        "Use --minor parent.",
    )


def _with_assumptions(
    said: Mapping[str, Any], fields: Mapping[str, Any], at: str = ""
) -> tuple[dict[str, Any], list[str]]:
    answers: dict[str, Any] = {}
    assumed: list[str] = []
    for name, spec in fields.items():
        given = said.get(name)
        if spec["is"] == "map":
            answers[name], inner = _with_assumptions(given or {}, spec["fields"], f"{name}.")
            assumed += inner
        elif given is None and "assume" in spec:
            answers[name] = spec["assume"]
            assumed.append(at + name)
        else:
            answers[name] = given
    return answers, assumed


def _filled(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Answers that fill blanks: `clinician.name` fills the slot `clinician_name`."""
    for part, values in said.items():
        if isinstance(values, dict):
            yield from (
                (f"{part}_{name}", str(value))
                for name, value in values.items()
                if isinstance(value, (str, int)) and not isinstance(value, bool)
            )
