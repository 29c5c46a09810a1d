"""Whatever a practice says of itself: a form comes out whole, or the fault is told; nothing in between."""

import re
from datetime import date

from conftest import STATES, TODAY, text_of
from hypothesis import given, settings
from hypothesis import strategies as st

from plainconsent.assemble import assemble
from plainconsent.errors import Faults
from plainconsent.law import ROLES, in_force
from plainconsent.profile import MODES, SETTINGS, make_profile, practice_fields
from plainconsent.shape import check_fields, wrong_characters
from plainconsent.yamlfile import YamlFile, parse_yaml

LICENSE = dict(zip(ROLES, ("LCSW", "LMFT", "LPCC", "psychologist"), strict=True))
WORDS = st.text(min_size=1, max_size=60).filter(lambda text: not wrong_characters(text) and bool(text.strip()))


def practices() -> st.SearchStrategy[dict[str, object]]:
    """Practice answers of every kind, each field there or not."""

    def value(spec: dict[str, object]) -> st.SearchStrategy[object]:
        kinds: dict[object, st.SearchStrategy[object]] = {
            "text": WORDS,
            "flag": st.booleans(),
            "phone": st.just("(555) 555-0100"),
            "date": st.just("2027-12-31"),
            "int": st.integers(int(str(spec.get("least", 0))), int(str(spec.get("most", 100)))),
            "code": st.sampled_from(spec.get("of", ["x"])),
            "texts": st.lists(WORDS, min_size=1, max_size=3),  # type: ignore[arg-type]
        }
        return kinds[spec["is"]]

    def block(fields: dict[str, dict[str, object]]) -> st.SearchStrategy[dict[str, object]]:
        return st.fixed_dictionaries({}, optional={name: value(spec) for name, spec in fields.items()})

    fields = practice_fields()
    maps = {name: block(fields[name]["fields"]) for name in ("practice", "clinician", "supervisor", "fees", "policies")}
    return st.fixed_dictionaries({}, optional={**maps, "minors": st.booleans()})


@settings(max_examples=60, deadline=None)
@given(
    practice=practices(),
    state=st.sampled_from(STATES),
    role=st.sampled_from(ROLES),
    setting=st.sampled_from(SETTINGS),
    modes=st.lists(st.sampled_from(MODES), min_size=1, unique=True),
    form=st.sampled_from(("consent", "teletherapy", "release")),
    there=st.none() | st.sampled_from(STATES),
)
def test_any_practice_gets_a_whole_form(
    practice: dict[str, object], state: str, role: str, setting: str, modes: list[str], form: str, there: str | None
) -> None:
    """No answer leaves a brace, a token, an undefined or a code word behind, and every law used is in force."""
    file = YamlFile("practice.yaml", practice, {})
    profile = make_profile(
        as_of=TODAY,
        practice=file,
        state=state,
        license=LICENSE[role],
        settings=[setting, *modes],
        client_state=there if "teletherapy" in modes else None,
    )
    made = assemble(profile, form)
    said = " ".join(str(value) for block in practice.values() if isinstance(block, dict) for value in block.values())
    text = text_of(made)
    held = {
        s.id
        for law in (made.facts.law, made.facts.us_law, made.facts.ethics_law)
        for items in in_force(law, role, TODAY).values()
        for s in items.values()
    }

    assert not re.search("[\ue000-\uf8ff]", text)
    assert "none_found" not in text
    assert "%(" not in text or "%(" in said
    if profile.client_state is None:
        assert {s.id for piece in made.pieces for s in piece.statements} <= held


@settings(max_examples=40, deadline=None)
@given(day=st.dates(date(2015, 1, 1), date(2027, 12, 31)), state=st.sampled_from(STATES), role=st.sampled_from(ROLES))
def test_any_day_gets_a_form_or_the_topic_that_is_missing(day: date, state: str, role: str) -> None:
    """A form of the past is made from the law of that day, or refused with the name of what is not known for it."""
    try:
        made = assemble(make_profile(as_of=day, state=state, license=LICENSE[role], settings=["individual"]), "consent")
    except Faults as error:
        assert f"has no answer for this license on {day}" in str(error) or "license" in str(error)
    else:
        assert all(s.since is None or s.since <= day for piece in made.pieces for s in piece.statements)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300) | st.binary(max_size=300))
def test_any_text_is_a_practice_or_a_told_fault(raw: str | bytes) -> None:
    """Arbitrary bytes never crash the reader: they are data, or Faults with the file's name."""
    try:
        file = parse_yaml(raw, "practice.yaml")
    except Faults as error:
        assert all(fault.where.startswith("practice.yaml") for fault in error.faults)
    else:
        check_fields(file, (), file.data, practice_fields())
