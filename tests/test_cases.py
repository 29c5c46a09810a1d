"""Cases a lawyer can read: what the law answers on a day, which clauses a form has, which words it says."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import STATES, make, text_of

from plainconsent.jurisdictions import read_law, read_topics
from plainconsent.law import in_force
from plainconsent.yamlfile import read_yaml

CASES = Path(__file__).parent / "cases"


def cases() -> Iterator[Any]:
    for path in sorted(CASES.glob("*.yaml")):
        for case in read_yaml(path).data:
            state = case.get("jurisdiction") or (path.stem.upper() if path.stem == "us" else f"US-{path.stem.upper()}")
            yield pytest.param(state, case, id=f"{path.stem}: {case['name']}")


def answer(state: str, role: str, on: date, path: str) -> Any:
    """The value at `topic.field` or `topic.item.field`; `absent` when no statement of that item holds."""
    topic, *rest = path.split(".")
    found = in_force(read_law(state), role, on).get(topic, {})
    is_list = read_topics().topics[topic].get("list")
    statement = found.get(rest.pop(0) if is_list else None)
    if statement is None:
        return "absent"
    value: Any = statement.values if rest else statement.answer
    for part in rest:
        value = value.get(part) if isinstance(value, dict) else value[part]
    return value


def same(given: Any, wanted: Any) -> bool:
    return (
        sorted(map(str, given)) == sorted(map(str, wanted))
        if isinstance(given, list) and isinstance(wanted, list)
        else str(given) == str(wanted)
    )


def test_there_are_cases_for_every_state() -> None:
    """Each jurisdiction has at least ten cases of its own."""
    counts = {path.stem: len(read_yaml(path).data) for path in CASES.glob("*.yaml")}

    assert set(counts) >= {"us", *(state.lower() for state in STATES)}
    assert all(count >= 10 for count in counts.values()), counts


@pytest.mark.parametrize(("state", "case"), list(cases()))
def test_the_law_answers_as_the_case_says(state: str, case: dict[str, Any]) -> None:
    """A statement in force on the case's day has the value that the case expects."""
    wanted = case.get("law") or {}
    on = date.fromisoformat(case["as_of"])
    wrong = {
        path: (given, value)
        for path, value in wanted.items()
        if not same(given := answer(state, case["role"], on, path), value)
    }

    assert wanted or case.get("form"), "a case expects something"
    assert not wrong, f"given, wanted: {wrong}"


def form_cases() -> Iterator[Any]:
    yield from (p for p in cases() if p.values[1].get("form"))


@pytest.mark.parametrize(("state", "case"), list(form_cases()))
def test_the_form_says_what_the_case_says(state: str, case: dict[str, Any]) -> None:
    """The form of the case's day has the clauses and the words that the case expects, and not the others."""
    license = {"clinical_social_worker": "LCSW", "marriage_family_therapist": "LMFT", "professional_counselor": "LPCC"}
    made = make(
        case["form"],
        state,
        license.get(case["role"], "psychologist"),
        *case["settings"],
        on=date.fromisoformat(case["as_of"]),
        client_state=case.get("client_state"),
        minor=case.get("minor", ""),
    )
    chosen = {choice.clause.id for choice in made.choices if choice.chosen}
    text = " ".join(text_of(made).split())

    assert set(case.get("in", [])) <= chosen
    assert not set(case.get("out", [])) & chosen
    assert [phrase for phrase in case.get("says", []) if phrase not in text] == []
    assert [phrase for phrase in case.get("never_says", []) if phrase in text] == []
