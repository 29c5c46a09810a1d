"""Finds a state or a license by the names people use, and says what is near when there is none."""

from __future__ import annotations

import functools
import re
from datetime import date
from pathlib import Path

from plainconsent.errors import Fault, Faults, nearest
from plainconsent.law import NO_ANSWER, ROLES, Law, in_force
from plainconsent.places import JURISDICTIONS

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


@functools.cache
def names(folder: Path = JURISDICTIONS) -> dict[str, str]:
    """`US-CA` -> `California` for every state that has a file, read from the files' beginnings alone."""
    return {jurisdiction: called[0] for jurisdiction, called in _called(folder).items()}


@functools.cache
def _called(folder: Path) -> dict[str, list[str]]:
    """`US-DC` -> the name that forms print, then the others that people use (`also_called`)."""
    found = {}
    for path in sorted(folder.glob("[a-z][a-z].yaml")):
        if path.stem != "us":
            with path.open(encoding="utf-8") as file:
                head = file.read(8000)
            name = re.search(r"^name: *(.+?) *$", head, re.MULTILINE)
            others = re.search(r"^also_called: *\[(.+)\] *$", head, re.MULTILINE)
            listed = [name.group(1)] if name else [path.stem.upper()]
            listed += others.group(1).split(",") if others else []
            found[f"US-{path.stem.upper()}"] = [each.strip(" '\"") for each in listed]
    return found


def find_jurisdiction(word: str, where: str = "--jurisdiction", folder: Path = JURISDICTIONS) -> str:
    """`CA`, `us-ca`, `California` -> `US-CA`; raises Faults with the nearest names."""
    known, called = names(folder), _called(folder)
    wanted = " ".join(word.replace(".", "").replace("_", "-").split()).casefold().removesuffix(" state")
    for jurisdiction in known:
        if wanted in map(str.casefold, (jurisdiction, jurisdiction[3:], *called[jurisdiction])):
            return jurisdiction
    starts = [name for name in known.values() if len(wanted) > 2 and name.casefold().startswith(wanted)]
    if len(starts) == 1:
        return next(j for j, name in known.items() if name == starts[0])
    what = f"{word!r} could mean several states." if starts else f"{word!r} is not a state whose law is here."
    close = [f"{name} ({j[3:]})" for j, name in known.items()]
    raise Faults([Fault(where, what, f"Did you mean {' or '.join(starts)}?" if starts else nearest(word, close))])


def find_role(word: str, law: Law, on: date, where: str = "--license") -> tuple[str, str]:
    """The license family that `word` names in this state, and a note when the state's own title differs.

    Local abbreviations and titles come first, then the names used anywhere; a name used anywhere that is a title under supervision
    here is taken for the full license, and the note says so. Raises Faults with that state's titles.
    """
    titles = local_titles(law, on)
    wanted = _bare(word)
    here = [role for role, (title, letters, also) in titles.items() if wanted in map(_bare, (title, letters, *also))]
    if len(here) == 1:
        return here[0], ""
    if here:
        what = f"{word!r} goes with several licenses in {law.name}."
        raise Faults([Fault(where, what, f"Name your title: {' or '.join(titles[role][1] for role in here)}.")])
    associate = _associate_title(wanted, law, on)
    for role, words in FAMILY_NAMES.items():
        if wanted in map(_bare, (*words, role)) and (role in titles or not titles):
            title, abbreviation, _ = titles.get(role, ("", "", ()))
            if title and associate:
                what = f"In {law.name}, {word} is a title for work under supervision ({associate})."
                return role, f"{what} This form is for the {title} ({abbreviation})."
            return role, f"In {law.name}, {word} is called {title} ({abbreviation})." if title else ""
    if associate:
        remedy = "Name the license you work toward, and your supervisor in a practice file (supervisor: name)."
        raise Faults(
            [Fault(where, f"{word!r} is a title for work under supervision in {law.name} ({associate}).", remedy)]
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
            parts = (w for part in letters for w in re.split(r"[ ,;]+", part))
            if wanted in map(_bare, (title, title.split(" (")[0], *letters, *parts)):
                return str(title)
    return ""


def _bare(title: str) -> str:
    """A title without what people write differently: dots, dashes, slashes, capitals, and the S of those who supervise (LPC-S)."""
    return " ".join(re.split(r"[\s/_-]+", title.replace(".", "").strip())).casefold().removesuffix(" s")


def local_titles(law: Law, on: date) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """role -> (title, abbreviation, other abbreviations and associate titles) in this state."""
    found = {}
    for role in ROLES:
        statement = in_force(law, role, on).get("license", {}).get(None)
        if statement and statement.answer not in NO_ANSWER:
            values = statement.values
            found[role] = (values["title"], values["abbreviation"], tuple(values.get("also", ())))
    return found
