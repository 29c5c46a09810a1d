"""Every form of every state, license, setting and mode as text: the promises that hold for all of them."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import STATES, TODAY, make, text_of

from plainconsent.assemble import Assembled, assemble
from plainconsent.checklist import disclosures_of, subjects_of
from plainconsent.clauses import form_names
from plainconsent.document import Heading, Notice, Signature, walk
from plainconsent.law import in_force
from plainconsent.lookup import names
from plainconsent.readability import measure
from plainconsent.reviewer import review
from plainconsent.scores import describe, every_profile

LAW_WORDS = re.compile(r"\b(law|laws|judge|court|must report|must act)\b", re.IGNORECASE)
STATUTE = re.compile(r"§|\bU\.?S\.?C\b|\bCFR\b|\bRCW\b|\bWAC\b|\bC\.R\.S\b|\bCode\b.*\d")


Forms = dict[tuple[str, str], Assembled]  # (which profile, which form) -> the form


@pytest.fixture(scope="module", params=sorted(names()))
def forms(request: pytest.FixtureRequest) -> Forms:
    """Every form of one state: four licenses, four settings, two modes, three forms; made once for all tests of this file."""
    profiles = [p for p in every_profile(TODAY) if p.jurisdiction == request.param]
    return {(describe(p, "").strip(), form): assemble(p, form) for p in profiles for form in form_names()}


def consents(forms: Forms) -> dict[str, Assembled]:
    return {profile: made for (profile, form), made in forms.items() if form == "consent"}


def test_the_matrix_is_whole() -> None:
    """All fifty states and DC, four licenses, four settings, two modes: 1,632 profiles, and three forms."""
    profiles = {describe(p, "") for p in every_profile(TODAY)}

    assert len(names()) == 51
    assert len(profiles) == 51 * 32
    assert form_names() == ["consent", "release", "teletherapy"]


def test_every_form_is_whole(forms: Forms) -> None:
    """No form holds a stray brace, token, code word or undefined; each has one title, a place to sign, and names its edition."""
    assert len(forms) == 96
    for key, made in forms.items():
        text = text_of(made)
        headings = [block for block in walk(made.document.blocks) if isinstance(block, Heading)]

        assert not re.search(r"[\ue000-\uf8ff{}]|Undefined|none_found|unclear|_found", text), key
        assert sum(heading.level == 1 for heading in headings) == 1, key
        assert any(isinstance(block, Signature) for block in made.document.blocks), key
        assert re.search(r"Edition \S+, .+\. Law checked \w+ \d+, \d{4}\.", made.document.footer), key


def test_every_form_passes_the_readability_gates(forms: Forms) -> None:
    """The worst form counts: each is under every gate of plain language."""
    failed = {key: measure(made.document).failed() for key, made in forms.items()}

    assert {key: found for key, found in failed.items() if found} == {}


def test_every_statement_behind_a_form_is_in_force_and_cited(forms: Forms) -> None:
    """A paragraph rests only on statements that hold on the day of use for this license, each with citation and check."""
    for profile, made in consents(forms).items():
        held = {
            s.id
            for law in (made.facts.law, made.facts.us_law, made.facts.ethics_law)
            for items in in_force(law, made.facts.profile.role, TODAY).values()
            for s in items.values()
        }
        used = {s.id: s for piece in made.pieces for s in piece.statements}

        assert len(used) > 30, profile
        assert set(used) <= held, profile
        assert [s.id for s in used.values() if s.evidence and not (s.citations and s.checked)] == [], profile


def test_every_sentence_that_speaks_of_law_has_a_source(forms: Forms) -> None:
    """A paragraph with law, judge or court in it rests on at least one statement."""
    for key, made in forms.items():
        spoken = [piece for piece in made.pieces if LAW_WORDS.search(_said(made, piece.blocks))]

        assert spoken or key[1] != "consent", key
        assert [piece.clause for piece in spoken if not piece.statements] == [], key


def _said(made: Assembled, blocks: Any) -> str:
    from plainconsent.document import block_lines

    return " ".join(
        line
        for block in blocks
        if not isinstance(block, (Notice, Heading))
        for line in block_lines(block, made.document.slots)
    )


def test_the_client_copy_is_clean_of_statutes(forms: Forms) -> None:
    """No section numbers outside of words that a law itself prescribes; the reviewer's copy has them."""
    for profile, made in consents(forms).items():
        assert not STATUTE.search(_said(made, made.document.blocks)), profile
        assert "§" in " ".join(line for line in _review_lines(made)), profile


def _review_lines(made: Assembled) -> Iterator[str]:
    from plainconsent.document import block_lines

    document = review(made)
    yield from (line for block in document.blocks for line in block_lines(block, document.slots))


def test_the_checklist_has_no_gap(forms: Forms) -> None:
    """Each subject of the checklist is covered by a clause of the form or left out for a reason."""
    for key, made in forms.items():
        subjects = subjects_of(made)

        assert len(subjects) == 136, key
        assert [subject.id for subject in subjects if subject.gap] == [], key


def test_required_disclosures_are_all_told(forms: Forms) -> None:
    """What the state makes a therapist tell on the form is told by a clause of this form."""
    for profile, made in consents(forms).items():
        assert [row for row in disclosures_of(made) if row.gap] == [], profile


def test_must_and_may_follow_the_law(forms: Forms) -> None:
    """The verb of each limit is the law's: must is never printed as may, may never as must."""
    for profile, made in consents(forms).items():
        text = " ".join(text_of(made).split())
        held = {
            topic: items[None].answer
            for topic, items in in_force(made.facts.law, made.facts.profile.role, TODAY).items()
            if None in items
        }

        child = re.search(r"hurts or has hurt a child(?: under \d+)?, I must report it", text)
        privileged = "if I learn, outside of our private talks, that someone hurts or has hurt a child" in text
        threat_must = "Then I must act to keep people safe." in text
        threat_may = "the law lets me tell people who can stop it" in text
        assert bool(child) == (held["child_abuse_report"] in ("must", "must_everyone")), profile
        assert privileged == (held["child_abuse_report"] == "must_unless_privileged"), profile
        assert threat_must == (held["threat_to_others"] == "must"), profile
        assert threat_may == (held["threat_to_others"] == "may"), profile


def test_the_right_people_sign(forms: Forms) -> None:
    """A couple signs with two, a family with its adults and young people, a member or client alone; the therapist always."""
    wanted = {
        "individual": ["Client", "Therapist"],
        "couple": ["First partner", "Second partner", "Therapist"],
        "family": ["First adult", "Second adult", "Family member under 18, if you like", "Therapist"],
        "group": ["Group member", "Therapist"],
    }
    for profile, made in consents(forms).items():
        labels = [block.label for block in made.document.blocks if isinstance(block, Signature)]

        assert labels == wanted[made.facts.profile.setting], profile


def pairs() -> list[tuple[str, str]]:
    """Each state as the therapist's and as the client's, with a neighbour in the list and with one far off."""
    return [(here, STATES[(n + step) % len(STATES)]) for step in (1, 17) for n, here in enumerate(STATES)]


@pytest.mark.parametrize(("here", "there"), pairs())
def test_a_client_in_another_state_gets_both_rules(here: str, there: str) -> None:
    """The form names both states and is within the gates; the reviewer's copy says what differs and what is still to settle."""
    license = ("LMFT", "LCSW", "LPCC", "psychologist")[STATES.index(here) % 4]
    made = make("consent", here, license, "individual", "teletherapy", client_state=there)
    text = " ".join(text_of(made).split())
    copy = " ".join(" ".join(_review_lines(made)).split())

    assert f"I work in {names()[f'US-{here}']}. When you are in {names()[f'US-{there}']}" in text
    assert measure(made.document).failed() == []
    assert not re.search(r"[\ue000-\uf8ff{}]|Undefined|none_found|_found", text)
    assert {s.jurisdiction for piece in made.pieces for s in piece.statements} >= {f"US-{here}", f"US-{there}"}
    assert f"The client sits in {names()[f'US-{there}']}" in copy
    assert "What the two states answer differently" in copy
