"""Reads the law files: their shape is checked against the questions, and their YAML becomes statements."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from plainconsent.errors import Fault, nearest, refuse
from plainconsent.law import NO_ANSWER, ROLES, Citation, Law, Statement
from plainconsent.lawcache import keep_law, kept_law, readers_key
from plainconsent.places import JURISDICTIONS
from plainconsent.shape import check_fields
from plainconsent.yamlfile import YamlFile, parse_yaml, read_bytes, read_yaml

ETHICS_CODES = {
    "clinical_social_worker": "NASW",
    "marriage_family_therapist": "AAMFT",
    "professional_counselor": "ACA",
    "psychologist": "APA",
}
HEAD: Mapping[str, Mapping[str, Any]] = {
    "jurisdiction": {"is": "text", "needed": True},
    "name": {"is": "text", "needed": True},
    "also_called": {"is": "texts"},
    "schema": {"is": "int", "needed": True},
    "attorney_review": {"is": "text"},
    "without_sign": {"is": "texts"},
    "roles": {"is": "codes", "of": ROLES},
    "edition": {"is": "text"},
}
_CITE = {key: {"is": "text"} for key in ("code", "section", "sub", "case", "cite", "page")}


@dataclass(frozen=True)
class Topics:
    """The questions of `_topics.yaml` and the fields an answer may have; `schema` counts the times their meaning changed."""

    schema: int
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
    return Topics(data["schema"], data["statement"], data["topics"])


def law_file(jurisdiction: str, folder: Path = JURISDICTIONS) -> Path:
    """Where the law of `US-CA`, `US` or `ETHICS-APA` stands."""
    if jurisdiction.startswith("ETHICS-"):
        return folder / "ethics" / f"{jurisdiction[7:].lower()}.yaml"
    return folder / f"{jurisdiction.removeprefix('US-').lower()}.yaml"


@functools.cache
def read_law(jurisdiction: str, folder: Path = JURISDICTIONS) -> Law:
    """The law of one jurisdiction, checked against the topics; only its own file is read. Raises Faults."""
    path = law_file(jurisdiction, folder)
    raw = read_bytes(path)
    sha256 = hashlib.sha256(raw).hexdigest()
    key = f"{sha256} {readers_key(folder / '_topics.yaml')}"
    if law := kept_law(jurisdiction, key):
        return law
    file = parse_yaml(raw, path.name)
    refuse(check_shape(file, read_topics(folder)))
    law = build_law(file, read_topics(folder), sha256)
    keep_law(law, key)
    return law


def check_shape(file: YamlFile, topics: Topics) -> list[Fault]:
    """Every key and value that `_topics.yaml` does not allow, with its place."""
    if not isinstance(file.data, dict):
        return [Fault(file.place(), "should be a block of `key: value` lines.")]
    head = {name: value for name, value in file.data.items() if name not in ("codes", "topics")}
    faults = check_fields(file, (), head, HEAD) + _check_codes(file)
    if head.get("schema") not in (None, topics.schema):
        what = f"is {head['schema']}, and the questions in _topics.yaml are at {topics.schema}."
        faults.append(Fault(file.place("schema"), what, "Answer what was asked anew, then set this number."))
    if faults:
        return faults
    if not file.data.get("topics"):
        faults.append(Fault(file.place(), "has no `topics`.", "Add `topics:`."))
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


def _check_codes(file: YamlFile) -> list[Fault]:
    """`codes` names each code that is cited, with the pattern of its section numbers."""
    codes = file.data.get("codes") or {}
    if not isinstance(codes, dict):
        return [
            Fault(
                file.place("codes"), "should be a block of code names and patterns.", r"Write it like `XX Code: '\d+'`."
            )
        ]
    faults = []
    for code, pattern in codes.items():
        try:
            re.compile(str(pattern))
        except re.error as error:
            faults.append(Fault(file.place("codes", code), f"is not a pattern ({error}).", r"Write it like '\d+-\d+'."))
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
            faults += check_fields(file, at, cite, {**_CITE, "url": {"is": "url"}}) or _check_pattern(file, at, cite)
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
        trap=_one_line(data.get("trap")),
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
    return f"{cite['code']}{sign}{cite['section']}{_pinpoint(cite.get('sub') or '')}"


def _pinpoint(sub: str) -> str:
    """The part of a section in parentheses: `(b)(1)` as it is, `1(a)` as `(1)(a)`, a defined word after a space."""
    if not sub or sub.startswith("("):
        return sub
    if not sub[0].isdigit():
        return f" ({sub})"
    return ", ".join(re.sub(r"^([\w-]+)", r"(\1)", part) for part in sub.split(", "))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def ethics_of(role: str, folder: Path = JURISDICTIONS) -> Law:
    """The ethics code of the license family's main association; only that one file is read."""
    return read_law(f"ETHICS-{ETHICS_CODES[role]}", folder)
