"""Readability of one form, of a folder of forms, or of every combination, as plain rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from plainconsent.assemble import assemble
from plainconsent.clauses import form_names
from plainconsent.document import from_data
from plainconsent.errors import Fault, Faults
from plainconsent.jurisdictions import read_law
from plainconsent.lookup import local_titles, names
from plainconsent.profile import MODES, SETTINGS, Profile, make_profile
from plainconsent.readability import Report, measure


def every_profile(on: date, language: str = "en") -> Iterator[Profile]:
    """Each state x license x setting x mode, without a practice file."""
    for id in names():
        for title, _, _ in local_titles(read_law(id), on).values():
            for setting in SETTINGS:
                for mode in MODES:
                    yield make_profile(as_of=on, state=id, license=title, settings=[setting, mode], language=language)


def describe(profile: Profile, form: str) -> str:
    """`consent US-CA psychologist couple teletherapy`."""
    return " ".join((form, profile.jurisdiction, profile.role, profile.setting, *profile.modes))


def one_score(profile: Profile, form: str, overlay: Path | None = None) -> dict[str, Any]:
    return _score(describe(profile, form), measure(assemble(profile, form, overlay).document))


def all_scores(on: date, language: str = "en") -> list[dict[str, Any]]:
    """Every form of every combination; the same words are measured once."""
    found: list[dict[str, Any]] = []
    known: dict[Any, Report] = {}
    for form in form_names():
        for profile in every_profile(on, language):
            document = assemble(profile, form).document
            if document.blocks not in known:
                known[document.blocks] = measure(document)
            found.append(_score(describe(profile, form), known[document.blocks]))
    return found


def folder_scores(folder: Path) -> list[dict[str, Any]]:
    """The forms that stand in a folder as .json files made by this program."""
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise Faults([Fault(str(folder), "holds no .json form.", "Make forms with --format json first.")])
    return [_score(path.name, _measured(path)) for path in paths]


def _measured(path: Path) -> Report:
    """The figures of a form in a json file; whatever else the file holds is told as one fault."""
    try:
        return measure(from_data(json.loads(path.read_text("utf-8"))["document"]))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OSError, Fault):
        raise Faults(
            [Fault(str(path), "is not a form made by this program.", "Make it again with --format json.")]
        ) from None


def _score(name: str, report: Report) -> dict[str, Any]:
    data = report.as_data()
    return {
        "form": name,
        "figures": {gate: f"{report.figures[gate]:g}" for gate in (g.figure for g in report.gates)},
        "failed": [f"{f.gate} is {f.value:g}, the gate is {f.limit:g} ({f.where})" for f in report.failed()],
        "sections": [{"section": s.heading, "grade": f"{s.grade:.1f}", "words": str(s.words)} for s in report.sections],
        "notes": [
            *(f"long sentence, {len(s.words)} words, {s.clause}: {s.text}" for s in report.long_sentences),
            *(f"hard word, {w.times} times: {w.word} ({', '.join(w.clauses)})" for w in report.hard_words),
        ],
        "report": data,
    }
