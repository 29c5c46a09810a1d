"""Reads the law files and finds a jurisdiction, a license or an ethics code by the names people use."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from plainconsent.errors import Fault, Faults, nearest, refuse
from plainconsent.law import NO_ANSWER, ROLES, Citation, Law, Statement, in_force
from plainconsent.places import JURISDICTIONS
from plainconsent.shape import check_fields
from plainconsent.yamlfile import YamlFile, read_yaml

# What clinicians call the four families anywhere; a state's own abbreviations come from its `license` statements.
FAMILY_NAMES = {
    "clinical_social_worker": (
        "LCSW",
        "LICSW",
        "LISW",
        "clinical social worker",
        "licensed clinical social worker",
        "social worker",
    ),
    "marriage_family_therapist": (
        "LMFT",
        "MFT",
        "marriage and family therapist",
        "licensed marriage and family therapist",
    ),
    "professional_counselor": (
        "LPCC",
        "LPC",
        "LMHC",
        "LCPC",
        "LCMHC",
        "counselor",
        "professional counselor",
        "licensed professional counselor",
        "licensed professional clinical counselor",
        "mental health counselor",
        "licensed mental health counselor",
    ),
    "psychologist": ("psychologist", "licensed psychologist", "LP"),
}
ETHICS_CODES = {
    "clinical_social_worker": "NASW",
    "marriage_family_therapist": "AAMFT",
    "professional_counselor": "ACA",
    "psychologist": "APA",
}
HEAD = ("jurisdiction", "name", "attorney_review", "codes", "without_sign", "roles", "edition", "topics")
_CITE = {key: {"is": "text"} for key in ("code", "section", "sub", "case", "cite", "page")}


@dataclass(frozen=True)
class Topics:
    """The questions of `_topics.yaml` and the fields an answer may have."""

    statement: Mapping[str, Mapping[str, Any]]
    topics: Mapping[str, Mapping[str, Any]]

    def asked_of(self, kind: str) -> list[str]:
        """The topics asked of `state`, `us` or `ethics`."""
        return [name for name, topic in self.topics.items() if kind in topic["of"]]

    def roles(self, topic: str) -> tuple[str, ...]:
        return tuple(self.topics[topic].get("roles", ROLES))

    def fields(self, topic: str) -> Mapping[str, Mapping[str, Any]]:
        fields: Mapping[str, Mapping[str, Any]] = self.topics[topic]["fields"]
        return fields


@functools.cache
def read_topics(folder: Path = JURISDICTIONS) -> Topics:
    """The questions of law, from `_topics.yaml`."""
    data = read_yaml(folder / "_topics.yaml").data
    return Topics(data["statement"], data["topics"])


def law_file(jurisdiction: str, folder: Path = JURISDICTIONS) -> Path:
    """Where the law of `US-CA`, `US` or `ETHICS-APA` stands."""
    if jurisdiction.startswith("ETHICS-"):
        return folder / "ethics" / f"{jurisdiction[7:].lower()}.yaml"
    return folder / f"{jurisdiction.removeprefix('US-').lower()}.yaml"


@functools.cache
def read_law(jurisdiction: str, folder: Path = JURISDICTIONS) -> Law:
    """The law of one jurisdiction, checked against the topics; only its own file is read. Raises Faults."""
    path = law_file(jurisdiction, folder)
    file = read_yaml(path)
    refuse(check_shape(file, read_topics(folder)))
    return build_law(file, read_topics(folder), hashlib.sha256(path.read_bytes()).hexdigest())


def check_shape(file: YamlFile, topics: Topics) -> list[Fault]:
    """Every key and value that `_topics.yaml` does not allow, with its place."""
    if not isinstance(file.data, dict):
        return [Fault(file.place(), "should be a block of `key: value` lines.")]
    faults = [
        Fault(file.place(key), "is not a key that is known here.", nearest(key, HEAD))
        for key in file.data
        if key not in HEAD
    ]
    faults += [
        Fault(file.place(), f"has no `{key}`.", f"Add `{key}:`.")
        for key in ("jurisdiction", "name", "topics")
        if not file.data.get(key)
    ]
    answers = file.data.get("topics")
    for name, statements in answers.items() if isinstance(answers, dict) else ():
        if name not in topics.topics:
            faults.append(Fault(file.place("topics", name), "is not a topic.", nearest(name, topics.topics)))
        elif not isinstance(statements, list):
            faults.append(Fault(file.place("topics", name), "should be a list of statements.", "Begin each with `- `."))
        else:
            for n, statement in enumerate(statements):
                faults += _check_statement(file, ("topics", name, n), statement, topics.topics[name], topics.statement)
    return faults


def _check_statement(
    file: YamlFile, path: tuple[str | int, ...], data: Any, topic: Mapping[str, Any], common: Mapping[str, Any]
) -> list[Fault]:
    if not isinstance(data, dict):
        return [Fault(file.place(*path), "should be a block of `key: value` lines.")]
    main = topic["main"]
    fields = dict(topic["fields"])
    no_answer = data.get(main) in NO_ANSWER
    if no_answer:
        # Without an answer only the answer's own name is still owed.
        fields = {name: {**spec, "needed": name == "item"} for name, spec in fields.items()}
        fields[main] = {"is": "text"}
    simple = {name: spec for name, spec in common.items() if spec["is"] not in ("cite", "cites")}
    cites = {name: {"is": "map", "fields": {}} for name in ("law", "see")}
    faults = check_fields(file, path, {k: v for k, v in data.items() if k not in cites}, {**fields, **simple})
    faults += _check_cites(file, path, data)
    owed = ("why", "checked") if no_answer else ("law", "means", "evidence", "checked")
    faults += [Fault(file.place(*path), f"has no `{key}`.", f"Add `{key}:` here.") for key in owed if not data.get(key)]
    return faults


def _check_cites(file: YamlFile, path: tuple[str | int, ...], data: Mapping[str, Any]) -> list[Fault]:
    faults = []
    for key in ("law", "see"):
        given = data.get(key)
        for n, cite in enumerate(given if isinstance(given, list) else [given] if given is not None else []):
            at = (*path, key, n) if isinstance(given, list) else (*path, key)
            faults += check_fields(file, at, cite, {**_CITE, "url": {"is": "url"}})
            if isinstance(cite, dict) and not faults:
                faults += _check_pattern(file, at, cite)
    return faults


def _check_pattern(file: YamlFile, at: tuple[str | int, ...], cite: Mapping[str, Any]) -> list[Fault]:
    codes = file.data.get("codes") or {}
    if "page" in cite or ("case" in cite and "cite" in cite):
        return []
    if "code" not in cite or "section" not in cite:
        return [Fault(file.place(*at), "is not a citation.", "Give {code, section}, {case, cite} or {page}.")]
    if cite["code"] not in codes:
        return [
            Fault(
                file.place(*at),
                f"cites the code {cite['code']!r}, which `codes` does not list.",
                nearest(str(cite["code"]), codes),
            )
        ]
    if not re.fullmatch(str(codes[cite["code"]]), str(cite["section"])):
        return [
            Fault(
                file.place(*at),
                f"section {cite['section']!r} does not fit the pattern of {cite['code']}.",
                f"Pattern: {codes[cite['code']]}",
            )
        ]
    return []


def build_law(file: YamlFile, topics: Topics, sha256: str = "") -> Law:
    """The Law of a file whose shape is right."""
    head = file.data
    law_roles = tuple(head.get("roles") or ROLES)
    statements = tuple(
        _build(file, head, topic, n, data, topics, law_roles)
        for topic, answers in head["topics"].items()
        for n, data in enumerate(answers)
    )
    return Law(
        id=head["jurisdiction"],
        name=head["name"],
        statements=statements,
        roles=law_roles,
        sha256=sha256,
        attorney_review=head.get("attorney_review") or "none",
        edition=str(head.get("edition") or ""),
    )


def _build(
    file: YamlFile,
    head: Mapping[str, Any],
    topic: str,
    n: int,
    data: Mapping[str, Any],
    topics: Topics,
    law_roles: tuple[str, ...],
) -> Statement:
    fields = topics.fields(topic)
    asked = tuple(role for role in topics.roles(topic) if role in law_roles)
    return Statement(
        jurisdiction=head["jurisdiction"],
        topic=topic,
        main=topics.topics[topic]["main"],
        roles=tuple(data.get("for") or asked),
        item=data.get("item"),
        values={name: data[name] for name in fields if data.get(name) is not None},
        citations=tuple(_citations(data, head)),
        since=_day(data.get("from")),
        until=_day(data.get("until")),
        checked=_day(data.get("checked")),
        basis=data.get("basis") or "",
        means=_one_line(data.get("means")),
        why=_one_line(data.get("why")),
        evidence=data.get("evidence") or "",
        checked_by=data.get("checked_by") or 0,
        place=file.place("topics", topic, n).split(": ")[0],
    )


def _citations(data: Mapping[str, Any], head: Mapping[str, Any]) -> list[Citation]:
    found = []
    for key in ("law", "see"):
        given = data.get(key) or []
        for cite in given if isinstance(given, list) else [given]:
            url = cite.get("url") or (data.get("url") if key == "law" else None)
            found.append(Citation(cite_text(cite, head.get("without_sign") or ()), url))
    return found


def cite_text(cite: Mapping[str, Any], without_sign: tuple[str, ...] | list[str] = ()) -> str:
    """A citation as a lawyer writes it: `Cal. Penal Code § 11166(a)`, `RCW 26.44.030(1)`, `Name v. Name, 17 Cal.3d 425`."""
    if "page" in cite:
        return str(cite["page"])
    if "case" in cite:
        return f"{cite['case']}, {cite['cite']}"
    sign = " " if cite["code"] in without_sign else " § "
    return f"{cite['code']}{sign}{cite['section']}{cite.get('sub') or ''}"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


# --- finding by name -------------------------------------------------------------------------------------------


@functools.cache
def names(folder: Path = JURISDICTIONS) -> dict[str, str]:
    """`US-CA` -> `California` for every state that has a file, read from the files' first lines alone."""
    found = {}
    for path in sorted(folder.glob("[a-z][a-z].yaml")):
        if path.stem != "us":
            with path.open(encoding="utf-8") as file:
                name = re.search(r"^name: *(.+?) *$", file.read(600), re.MULTILINE)
            found[f"US-{path.stem.upper()}"] = name.group(1).strip("'\"") if name else path.stem.upper()
    return found


def find_jurisdiction(word: str, where: str = "--jurisdiction", folder: Path = JURISDICTIONS) -> str:
    """`CA`, `us-ca`, `California` -> `US-CA`; raises Faults with the nearest names."""
    known = names(folder)
    wanted = " ".join(word.replace(".", "").replace("_", "-").split()).casefold().removesuffix(" state")
    for jurisdiction, name in known.items():
        if wanted in (jurisdiction.casefold(), jurisdiction[3:].casefold(), name.casefold()):
            return jurisdiction
    starts = [name for name in known.values() if len(wanted) > 2 and name.casefold().startswith(wanted)]
    if len(starts) == 1:
        return next(j for j, name in known.items() if name == starts[0])
    what = f"{word!r} could mean several states." if starts else f"{word!r} is not a state whose law is here."
    close = [f"{name} ({j[3:]})" for j, name in known.items()]
    raise Faults([Fault(where, what, f"Did you mean {' or '.join(starts)}?" if starts else nearest(word, close))])


def find_role(word: str, law: Law, on: date, where: str = "--license") -> tuple[str, str]:
    """The license family that `word` names in this state, and a note when the state's own title differs.

    Local abbreviations and titles come first, then the names used anywhere. Raises Faults with that state's titles.
    """
    titles = local_titles(law, on)
    wanted = " ".join(word.replace(".", "").replace("_", " ").split()).casefold()
    for role, (title, abbreviation, also) in titles.items():
        if wanted in {w.casefold() for w in (title, abbreviation, *also)}:
            return role, ""
    for role, words in FAMILY_NAMES.items():
        if wanted in {w.casefold() for w in (*words, role.replace("_", " "))} and (role in titles or not titles):
            title, abbreviation, _ = titles.get(role, ("", "", ()))
            return role, f"In {law.name}, {word} is called {title} ({abbreviation})." if title else ""
    if associate := _associate_title(wanted, law, on):
        remedy = "Name the license you work toward, and your supervisor in a practice file (supervisor: name)."
        raise Faults(
            [Fault(where, f"{word!r} is a title under supervision ({associate}), not a license of its own.", remedy)]
        )
    shown = [f"{title} ({abbreviation})" for title, abbreviation, _ in titles.values()]
    every = [w for title, abbreviation, also in titles.values() for w in (abbreviation, title, *also)]
    near = nearest(word, every)
    remedy = f"{law.name} has: {'; '.join(shown)}." + (f" {near}" if near.startswith("Did") else "")
    raise Faults([Fault(where, f"{word!r} is not a license that is known in {law.name}.", remedy)])


def _associate_title(wanted: str, law: Law, on: date) -> str:
    """The title of people under supervision that a word names in this state, or ''."""
    for role in ROLES:
        statement = in_force(law, role, on).get("license", {}).get(None)
        for title in statement.values.get("associate", ()) if statement else ():
            letters = re.findall(r"\(([^)]+)\)", title)
            if wanted in {
                w.casefold()
                for w in (
                    title,
                    title.split(" (")[0],
                    *letters,
                    *(w for part in letters for w in re.split(r"[ ,;]+", part)),
                )
            }:
                return str(title)
    return ""


def local_titles(law: Law, on: date) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """role -> (title, abbreviation, other abbreviations and associate titles) in this state."""
    found = {}
    for role in ROLES:
        statement = in_force(law, role, on).get("license", {}).get(None)
        if statement and statement.answer not in NO_ANSWER:
            values = statement.values
            found[role] = (values["title"], values["abbreviation"], tuple(values.get("also", ())))
    return found


def ethics_of(role: str, folder: Path = JURISDICTIONS) -> Law:
    """The ethics code of the license family's main association; only that one file is read."""
    return read_law(f"ETHICS-{ETHICS_CODES[role]}", folder)
