"""Every form of every state, license, setting and mode as text: the promises that hold for all of them."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from conftest import STATES, TODAY, text_of

from plainconsent.assemble import Assembled, assemble
from plainconsent.checklist import disclosures_of, subjects_of
from plainconsent.clauses import form_names
from plainconsent.document import Heading, Notice, Signature, walk
from plainconsent.law import in_force
from plainconsent.profile import Profile
from plainconsent.readability import measure
from plainconsent.reviewer import review
from plainconsent.scores import describe, every_profile

LAW_WORDS = re.compile(r"\b(law|laws|judge|court|must report|must act)\b", re.IGNORECASE)
STATUTE = re.compile(r"§|\bU\.?S\.?C\b|\bCFR\b|\bRCW\b|\bWAC\b|\bC\.R\.S\b|\bCode\b.*\d")


def profiles() -> Iterator[Any]:
    for profile in every_profile(TODAY):
        yield pytest.param(profile, id=describe(profile, "")[1:])


@cache
def made_form(profile_key: str, form: str) -> Assembled:
    return assemble(_by_key[profile_key], form)


_by_key: dict[str, Profile] = {describe(p, ""): p for p in every_profile(TODAY)}


def form_of(profile: Profile, form: str = "consent") -> Assembled:
    return made_form(describe(profile, ""), form)


def test_the_matrix_is_whole() -> None:
    """Five states, four licenses, four settings, two modes: at least 160 profiles, and three forms."""
    states = {profile.jurisdiction for profile in _by_key.values()}

    assert states >= {f"US-{state}" for state in STATES}
    assert len(_by_key) == 32 * len(states)
    assert form_names() == ["consent", "release", "teletherapy"]


@pytest.mark.parametrize("profile", list(profiles()))
def test_every_form_is_whole(profile: Profile) -> None:
    """No form holds a stray brace, token, code word or undefined; each has one title, a place to sign, and names its edition."""
    for form in form_names():
        made = form_of(profile, form)
        text = text_of(made)
        headings = [block for block in walk(made.document.blocks) if isinstance(block, Heading)]

        assert not re.search(r"[\ue000-\uf8ff{}]|Undefined|none_found|unclear|_found", text)
        assert sum(heading.level == 1 for heading in headings) == 1
        assert any(isinstance(block, Signature) for block in made.document.blocks)
        assert re.search(r"Edition \S+, .+\. Law checked \w+ \d+, \d{4}\.", made.document.footer)


@pytest.mark.parametrize("profile", list(profiles()))
def test_every_form_passes_the_readability_gates(profile: Profile) -> None:
    """The worst form counts: each is under every gate of plain language."""
    failed = {form: measure(form_of(profile, form).document).failed() for form in form_names()}

    assert {form: found for form, found in failed.items() if found} == {}


@pytest.mark.parametrize("profile", list(profiles()))
def test_every_statement_behind_a_form_is_in_force_and_cited(profile: Profile) -> None:
    """A paragraph rests only on statements that hold on the day of use for this license, each with citation and check."""
    made = form_of(profile)
    held = {
        s.id
        for law in (made.facts.law, made.facts.us_law, made.facts.ethics_law)
        for items in in_force(law, profile.role, TODAY).values()
        for s in items.values()
    }
    used = {s.id: s for piece in made.pieces for s in piece.statements}

    assert len(used) > 30
    assert set(used) <= held
    assert [s.id for s in used.values() if s.evidence and not (s.citations and s.checked)] == []


@pytest.mark.parametrize("profile", list(profiles()))
def test_every_sentence_that_speaks_of_law_has_a_source(profile: Profile) -> None:
    """A paragraph with law, judge or court in it rests on at least one statement."""
    for form in form_names():
        pieces = form_of(profile, form).pieces
        spoken = [piece for piece in pieces if LAW_WORDS.search(_said(form_of(profile, form), piece.blocks))]

        assert spoken or form != "consent"
        assert [piece.clause for piece in spoken if not piece.statements] == []


def _said(made: Assembled, blocks: Any) -> str:
    from plainconsent.document import block_lines

    return " ".join(
        line
        for block in blocks
        if not isinstance(block, (Notice, Heading))
        for line in block_lines(block, made.document.slots)
    )


@pytest.mark.parametrize("profile", list(profiles()))
def test_the_client_copy_is_clean_of_statutes(profile: Profile) -> None:
    """No section numbers outside of words that a law itself prescribes; the reviewer's copy has them."""
    made = form_of(profile)

    assert not STATUTE.search(_said(made, made.document.blocks))
    assert "§" in " ".join(line for line in _review_lines(made))


def _review_lines(made: Assembled) -> Iterator[str]:
    from plainconsent.document import block_lines

    document = review(made)
    yield from (line for block in document.blocks for line in block_lines(block, document.slots))


@pytest.mark.parametrize("profile", list(profiles()))
def test_the_checklist_has_no_gap(profile: Profile) -> None:
    """Each subject of the checklist is covered by a clause of the form or left out for a reason."""
    for form in form_names():
        subjects = subjects_of(form_of(profile, form))

        assert len(subjects) == 136
        assert [subject.id for subject in subjects if subject.gap] == []


@pytest.mark.parametrize("profile", list(profiles()))
def test_required_disclosures_are_all_told(profile: Profile) -> None:
    """What the state makes a therapist tell on the form is told by a clause of this form."""
    assert [row for row in disclosures_of(form_of(profile)) if row.gap] == []


@pytest.mark.parametrize("profile", list(profiles()))
def test_must_and_may_follow_the_law(profile: Profile) -> None:
    """The verb of each limit is the law's: must is never printed as may, may never as must."""
    text = " ".join(text_of(form_of(profile)).split())
    held = {
        topic: items[None].answer
        for topic, items in in_force(form_of(profile).facts.law, profile.role, TODAY).items()
        if None in items
    }

    child = "hurts or has hurt a child under 18, I must report it" in text
    threat_must = "Then I must act to keep people safe." in text
    threat_may = "the law lets me tell people who can stop it" in text
    assert child == (held["child_abuse_report"] in ("must", "must_everyone"))
    assert threat_must == (held["threat_to_others"] == "must")
    assert threat_may == (held["threat_to_others"] == "may")


@pytest.mark.parametrize("profile", list(profiles()))
def test_the_right_people_sign(profile: Profile) -> None:
    """A couple signs with two, a family with its adults and young people, a member or client alone; the therapist always."""
    labels = [block.label for block in form_of(profile).document.blocks if isinstance(block, Signature)]
    wanted = {
        "individual": ["Client", "Therapist"],
        "couple": ["First partner", "Second partner", "Therapist"],
        "family": ["First adult", "Second adult", "Family member under 18, if you like", "Therapist"],
        "group": ["Group member", "Therapist"],
    }

    assert labels == wanted[profile.setting]
