"""Which clauses a form has, in which order, and when each is in; it knows conditions and no words."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from plainconsent.errors import Fault, Faults, nearest
from plainconsent.facts import Facts
from plainconsent.places import TEMPLATES
from plainconsent.shape import check_fields
from plainconsent.yamlfile import YamlFile, parse_yaml, read_yaml

_FRONT = re.compile(rb"\A---\n(.*?)^---\n(.*)\Z", re.DOTALL | re.MULTILINE)
_FRONT_KEYS: Mapping[str, Mapping[str, Any]] = {
    "when": {"is": "map", "fields": {}},
    "covers": {"is": "texts"},
    "cites": {"is": "texts"},
    "discloses": {"is": "texts"},
    "look": {"is": "code", "of": ["box"]},
    "policy": {"is": "flag"},
}


@dataclass(frozen=True)
class Clause:
    """One piece of wording on one subject.

    when       facts that must hold: {path: value or list of values}, with `any`, `all` and `not` for more
    covers     ids of the checklist this clause answers
    cites      statements it rests on without asking them anything (`ethics.tell_limits`)
    discloses  items of a state's required disclosures it contains
    look       `box`: the whole clause stands in a box
    policy     a practice may replace it; everything else is a required element
    first_line line of the file on which the body begins, for messages
    brought    it comes from a practice's own folder
    """

    id: str
    body: str
    when: Mapping[str, Any] = field(default_factory=dict)
    covers: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    discloses: tuple[str, ...] = ()
    look: str = ""
    policy: bool = False
    first_line: int = 1
    file: str = ""
    brought: bool = False


@dataclass(frozen=True)
class Outline:
    """A form's clauses in order; `both_states` are asked of the client's state too; `outside` says why a
    subject of the checklist is not in the form; `beside` is the form that was signed before and holds the rest;
    `mode` is the way of meeting that the form is about, whatever else a practice does."""

    form: str
    order: tuple[str, ...]
    both_states: tuple[str, ...] = ()
    outside: Mapping[str, str] = field(default_factory=dict)
    beside: str = ""
    mode: str = ""


@dataclass(frozen=True)
class Choice:
    """A clause, in or out, and the fact that decided it."""

    clause: Clause
    chosen: bool
    because: str


def form_names(folder: Path = TEMPLATES) -> list[str]:
    return sorted(path.stem for path in (folder / "forms").glob("*.yaml"))


@functools.cache
def read_outline(form: str, folder: Path = TEMPLATES) -> Outline:
    """The outline of `forms/<form>.yaml`; raises Faults with the nearest form."""
    if form not in form_names(folder):
        raise Faults([Fault("form", f"{form!r} is not a form.", nearest(form, form_names(folder)))])
    data = read_yaml(folder / "forms" / f"{form}.yaml").data
    return Outline(
        form,
        tuple(data["outline"]),
        tuple(data.get("both_states") or ()),
        data.get("outside") or {},
        data.get("beside") or "",
        data.get("mode") or "",
    )


def read_clause(id: str, folder: Path = TEMPLATES, overlay: Path | None = None) -> Clause:
    """The clause `clauses/<id>.md`, or the practice's own copy of it where that is allowed."""
    base = _read(id, folder / "clauses" / f"{id}.md")
    own = overlay / f"{id}.md" if overlay else None
    if own is None or not own.is_file():
        return base
    if not base.policy:
        raise Faults(
            [
                Fault(
                    str(own),
                    "replaces a required element of the form.",
                    "Only clauses marked `policy: true` may be replaced.",
                )
            ]
        )
    return replace(parse_clause(id, own.read_bytes(), str(own)), brought=True)


@functools.cache
def _read(id: str, path: Path) -> Clause:
    try:
        return parse_clause(id, path.read_bytes(), f"clauses/{path.name}")
    except FileNotFoundError:
        raise Faults(
            [
                Fault(
                    f"clauses/{path.name}",
                    "is named by a form but is not there.",
                    nearest(id, [p.stem for p in path.parent.glob("*.md")]),
                )
            ]
        ) from None


def parse_clause(id: str, raw: bytes, file: str) -> Clause:
    """A clause file: front matter between two lines of `---`, then the body."""
    match = _FRONT.match(raw.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n"))
    if not match:
        raise Faults([Fault(f"{file}:1:1", "has no front matter.", "Begin with ---, the conditions, and --- again.")])
    front = parse_yaml(match[1], file)
    front = YamlFile(file, front.data, {path: (line + 1, column) for path, (line, column) in front.marks.items()})
    if not isinstance(front.data, dict):
        raise Faults(
            [Fault(front.place(), "should be a block of `key: value` lines.", f"Known keys: {', '.join(_FRONT_KEYS)}.")]
        )
    when = front.data.pop("when", None) or {}
    faults = check_fields(front, (), front.data, _FRONT_KEYS) + _wrong_when(front, when)
    if faults:
        raise Faults(faults)
    try:
        body = match[2].decode()
    except UnicodeDecodeError:
        raise Faults([Fault(file, "is not UTF-8 text.", "Save it as UTF-8.")]) from None

    def listed(name: str) -> tuple[str, ...]:
        return tuple(front.data.get(name) or ())

    return Clause(
        id=id,
        body=body,
        when=when,
        look=front.data.get("look") or "",
        policy=bool(front.data.get("policy")),
        first_line=match[1].count(b"\n") + 3,
        file=file,
        covers=listed("covers"),
        cites=listed("cites"),
        discloses=listed("discloses"),
    )


def _wrong_when(front: YamlFile, when: Any) -> list[Fault]:
    """A condition is a block of facts; `any` and `all` hold lists of blocks, `not` one block."""
    if not isinstance(when, dict):
        return [
            Fault(front.place("when"), "should be a block of facts and values.", "Write it like `setting: couple`.")
        ]
    faults = []
    for key, wanted in when.items():
        parts = wanted if key in ("any", "all") and isinstance(wanted, list) else [wanted]
        if key in ("any", "all", "not"):
            faults += [fault for part in parts for fault in _wrong_when(front, part)]
    return faults


def choose(clause: Clause, facts: Facts) -> Choice:
    """Whether the clause is in for these facts, and why."""
    try:
        holds, because = _holds(clause.when, facts)
    except Fault as fault:
        raise Faults([Fault(f"{clause.file}: when", str(fault))]) from None
    except (TypeError, LookupError, AttributeError) as error:
        raise Faults(
            [
                Fault(
                    f"{clause.file}: when",
                    f"asks for something that is not there ({error}).",
                    "Check the names of the facts.",
                )
            ]
        ) from None
    return Choice(clause, holds, because or "it is part of every such form")


def _holds(when: Mapping[str, Any], facts: Facts) -> tuple[bool, str]:
    """All pairs hold? With the last deciding fact in words: the first that fails, or all that hold."""
    reasons = []
    for path, wanted in when.items():
        holds, because = _one_holds(path, wanted, facts)
        if not holds:
            return False, because
        reasons.append(because)
    return True, " and ".join(reason for reason in reasons if reason)


def _one_holds(path: str, wanted: Any, facts: Facts) -> tuple[bool, str]:
    if path == "not":
        holds, because = _holds(wanted, facts)
        return not holds, because
    if path in ("any", "all"):
        results = [_holds(pairs, facts) for pairs in wanted]
        holds = any(ok for ok, _ in results) if path == "any" else all(ok for ok, _ in results)
        return holds, (" or " if path == "any" else " and ").join(because for _, because in results)
    value = facts.value(path)
    return _equals(value, wanted), f"{path} is {_shown(value)}"


def _equals(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, bool):
        return bool(value) is wanted
    wished = wanted if isinstance(wanted, list) else [wanted]
    given = value if isinstance(value, list) else [value]
    return any(one == other for one in given for other in wished)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(part) for part in value) or "empty"
    if value is None:
        return "not there"
    if isinstance(value, str):
        return str.__str__(value) or "not there"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else "there"
