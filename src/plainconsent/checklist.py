"""Which subjects of the checklist a form covers, and why it does not cover the others."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from plainconsent.assemble import Assembled
from plainconsent.clauses import Choice, read_clause, read_outline
from plainconsent.law import NO_ANSWER, Statement
from plainconsent.places import TEMPLATES
from plainconsent.profile import Profile
from plainconsent.yamlfile import read_yaml


@dataclass(frozen=True)
class Subject:
    """One subject: covered by these clauses, or not here for this reason; neither is a gap."""

    id: str
    about: str
    clauses: tuple[str, ...] = ()
    reason: str = ""

    @property
    def gap(self) -> bool:
        return not self.clauses and not self.reason


@functools.cache
def read_checklist() -> dict[str, str]:
    """id -> subject, from templates/checklist.yaml."""
    subjects: dict[str, str] = read_yaml(TEMPLATES / "checklist.yaml").data
    return subjects


def subjects_of(made: Assembled) -> list[Subject]:
    """Every subject of the checklist as this form treats it."""
    form = made.document.form
    return [_subject(id, about, form, made.choices) for id, about in read_checklist().items()]


def _subject(id: str, about: str, form: str, choices: tuple[Choice, ...]) -> Subject:
    about_it = [choice for choice in choices if id in choice.clause.covers]
    inside = tuple(choice.clause.id for choice in about_it if choice.chosen)
    if inside:
        return Subject(id, about, inside)
    if about_it:
        return Subject(id, about, reason=f"Left out here: {about_it[0].because}.")
    return Subject(id, about, reason=_reason(id, form))


def _reason(id: str, form: str) -> str:
    """The outline's own reason, or that the form signed before covers it (or says why not)."""
    outline = read_outline(form)
    if id in outline.outside:
        return outline.outside[id]
    if not outline.beside:
        return ""
    covered = any(id in read_clause(clause).covers for clause in read_outline(outline.beside).order)
    return f"In the {outline.beside} form, signed before." if covered else _reason(id, outline.beside)


@dataclass(frozen=True)
class Disclosure:
    """One thing that a state's law makes a therapist tell: the clauses that tell it, or why it is not owed here."""

    item: str
    code: str
    clauses: tuple[str, ...] = ()
    reason: str = ""

    @property
    def gap(self) -> bool:
        return not self.clauses and not self.reason


def disclosures_of(made: Assembled) -> list[Disclosure]:
    """What the required disclosures in force ask for that belong on this form."""
    return [
        _disclosure(s.item or "", code, made.choices)
        for s in made.facts.home_statements("required_disclosure")
        if made.document.form == "consent" and s.answer not in NO_ANSWER and belongs_here(s, made.facts.profile)
        for code in s.answer
        if code != "none"
    ]


def _disclosure(item: str, code: str, choices: tuple[Choice, ...]) -> Disclosure:
    about_it = [choice for choice in choices if code in choice.clause.discloses]
    inside = tuple(choice.clause.id for choice in about_it if choice.chosen)
    reason = f"Left out here: {about_it[0].because}." if about_it and not inside else ""
    return Disclosure(item, code, inside, reason)


def belongs_here(statement: Statement, profile: Profile) -> bool:
    """A disclosure of the form itself that this profile owes; posted notices and papers of their own are told to the reviewer."""
    answers = profile.answers
    owed = {
        "always": True,
        "associate": bool(answers["supervisor"].get("name")),
        "ai_used": bool(answers["policies"].get("ai_notes")),
        "teletherapy": profile.teletherapy,
        "minor": bool(profile.minor),
        "insured": bool(answers["policies"].get("insurance")),
        "self_pay": True,
        "group_practice": False,
        "fictitious_name": bool(answers["practice"].get("fictitious_name")),
        "past_sexual_contact": False,
        "release": False,
    }
    return statement.values.get("where", "form") == "form" and owed[statement.values.get("applies", "always")]
