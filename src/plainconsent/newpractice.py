"""Asks for a practice's answers and writes them as a commented practice.yaml; each answer is checked as it is given."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from plainconsent.errors import Fault, Faults
from plainconsent.jurisdictions import read_law
from plainconsent.lookup import find_jurisdiction, find_role
from plainconsent.profile import practice_fields
from plainconsent.shape import check_value
from plainconsent.yamlfile import YamlFile

Ask = Callable[[str], str]
Tell = Callable[[Fault], None]


def practice_text(ask: Ask, tell: Tell) -> str:
    """The text of a practice.yaml. `ask` puts a question and gives the reply; `tell` shows what is wrong with a reply."""
    said: dict[str, Any] = {}
    lines = ["# What this practice says about itself. Lines that begin with # are notes; delete the # to use a line."]
    for name, spec in practice_fields().items():
        if spec["is"] == "map":
            inner = list(_block(spec["fields"], ask, tell, said))
            lines += (
                ["", f"{name}:", *inner]
                if any(not line.lstrip().startswith("#") for line in inner)
                else ["", f"# {name}:", *inner]
            )
        else:
            lines += ["", *_line(name, spec, "", ask, tell, said)]
    return "\n".join(lines).strip() + "\n"


def _block(fields: Mapping[str, Any], ask: Ask, tell: Tell, said: dict[str, Any]) -> Iterator[str]:
    for name, spec in fields.items():
        yield from _line(name, spec, "  ", ask, tell, said)


def _line(name: str, spec: Mapping[str, Any], indent: str, ask: Ask, tell: Tell, said: dict[str, Any]) -> list[str]:
    if "ask" not in spec:
        return [f"{indent}# {name}: {_hint(spec)}"]
    value = _answer(name, spec, ask, tell, said)
    note = f"{indent}# {spec['ask']}"
    if value is None:
        return [note, f"{indent}# {name}: {_hint(spec)}"]
    return [note, f"{indent}{name}: {json.dumps(value, ensure_ascii=False)}"]


def _hint(spec: Mapping[str, Any]) -> str:
    if "of" in spec:
        return " | ".join(spec["of"])
    return {"flag": "true | false", "int": "a whole number", "date": "2026-11-25", "texts": "[one, two]"}.get(
        spec["is"], "..."
    )


def _answer(name: str, spec: Mapping[str, Any], ask: Ask, tell: Tell, said: dict[str, Any]) -> Any:
    """Ask until the reply can be used; an empty reply leaves the field out unless it is needed."""
    for _ in range(20):
        reply = ask(spec["ask"]).strip()
        if not reply and not spec.get("needed"):
            return None
        value = _value(reply, spec)
        faults = check_value(YamlFile(name, {}, {}), (name,), value, spec) if reply else [Fault(name, "is needed.", "")]
        faults = faults or _wrong_in_law(name, value, said)
        if not faults:
            said[name] = value
            return value
        for fault in faults:
            tell(Fault(name, fault.what, fault.remedy))
    raise Faults(
        [
            Fault(
                name,
                "got no answer that can be used.",
                "Write the file by hand; the questions stand in templates/practice.yaml.",
            )
        ]
    )


def _value(reply: str, spec: Mapping[str, Any]) -> Any:
    if spec["is"] in ("codes", "texts"):
        return [part.strip() for part in reply.split(",") if part.strip()]
    if spec["is"] == "int" and reply.isascii() and reply.isdigit() and len(reply) < 10:
        return int(reply)
    if spec["is"] == "flag":
        return {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}.get(
            reply.casefold(), reply
        )
    return reply


def _wrong_in_law(name: str, value: Any, said: Mapping[str, Any]) -> list[Fault]:
    """States and licenses must be known; the license is looked up in the state just named."""
    from plainconsent.cli import today

    try:
        if name == "state":
            find_jurisdiction(value, name)
        if name == "license":
            find_role(value, read_law(find_jurisdiction(said["state"])), today(), name)
        for state in value if name == "client_states" else ():
            find_jurisdiction(state, name)
    except Faults as error:
        return error.faults
    return []
