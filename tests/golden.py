"""The golden text of each state: one whole form, then how each other license, setting and mode differs from it.

`python -m tests.golden` writes the files again; a reviewer reads their diff before it is committed, with a reason.
"""

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from conftest import TODAY, text_of

from plainconsent.assemble import assemble
from plainconsent.lookup import names
from plainconsent.profile import Profile
from plainconsent.scores import describe, every_profile

FOLDER = Path(__file__).parent / "golden" / "en"
BASE = ("marriage_family_therapist", "individual", ("teletherapy",))


def lines_of(profile: Profile, form: str) -> list[str]:
    return text_of(assemble(profile, form)).splitlines()


def golden_text(state: str) -> str:
    """The state's base form whole, then a diff a profile; the edition's hash is left out, it changes with every citation."""
    profiles = [p for p in every_profile(TODAY) if p.jurisdiction == state]
    base = next(p for p in profiles if (p.role, p.setting, p.modes) == BASE)
    whole = lines_of(base, "consent")
    return (
        "\n".join([f"=== {describe(base, 'consent')}", *whole, *_others(profiles, base, whole), *_other_forms(base)])
        + "\n"
    )


def _others(profiles: list[Profile], base: Profile, whole: list[str]) -> Iterator[str]:
    for profile in profiles:
        if profile is not base:
            yield f"=== {describe(profile, 'consent')}"
            yield from (
                line
                for line in difflib.unified_diff(whole, lines_of(profile, "consent"), n=0, lineterm="")
                if not line.startswith(("---", "+++", "@@"))
            )


def _other_forms(base: Profile) -> Iterator[str]:
    for form in ("teletherapy", "release"):
        yield f"=== {describe(base, form)}"
        yield from lines_of(base, form)


def path_of(state: str) -> Path:
    return FOLDER / f"{state[3:].lower()}.txt"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for state in names():
        path_of(state).write_text(golden_text(state), "utf-8")
        print(path_of(state))
