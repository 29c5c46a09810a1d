"""Makes every form of every state, license, setting and mode in every format and checks each file; `make matrix` runs it.

It takes hours for all states, so `--sample` takes one license, setting and mode of each in turn, and states named on the command
line narrow it (`python -m tests.matrix NV UT`). The exit code is 1 when anything is found.
"""

import itertools
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from conftest import STATES, TODAY, make
from test_docx import audit_findings
from test_html import axe_findings, chromium_page
from test_pdf import standards_findings

from plainconsent.assemble import assemble
from plainconsent.clauses import form_names
from plainconsent.document import Look
from plainconsent.profile import SETTINGS, Profile
from plainconsent.readability import measure
from plainconsent.reviewer import review
from plainconsent.scores import describe, every_profile
from plainconsent.writers import FORMATS, write

LICENSES = ("LMFT", "LCSW", "LPCC", "psychologist")


def check(job: tuple[Profile, str]) -> tuple[str, list[str]]:
    """One form: its name and what was found wrong, in a browser of its own, so that none outlives its form."""
    profile, form = job
    made = assemble(profile, form)
    found = [f"readability: {failure}" for failure in measure(made.document).failed()]
    with chromium_page() as page:
        for fillable in (True, False):
            files = {format: write(made.document, format, Look(fillable)) for format in FORMATS}
            found += [f"pdf: {wrong}" for wrong in standards_findings(files["pdf"])]
            found += [f"docx: {wrong}" for wrong in audit_findings(files["docx"])]
            found += [f"html: {violation}" for violation in axe_findings(page, files["html"])]
    copy = write(review(made), "pdf", Look(fillable=False))
    found += [f"reviewer's copy: {wrong}" for wrong in standards_findings(copy)]
    return describe(profile, form), found


def jobs(chosen: list[str]) -> Iterator[tuple[Profile, str]]:
    profiles = list(every_profile(TODAY))
    if "--sample" in chosen:
        # 32 profiles a state: another one of them in each state.
        profiles = [profile for n, profile in enumerate(profiles) if n % 32 == n // 32 * 5 % 32]
    states = {f"US-{word.upper()}" for word in chosen if not word.startswith("-")}
    yield from ((p, form) for p in profiles if not states or p.jurisdiction in states for form in form_names())


def pair(job: tuple[int, str, str]) -> list[str]:
    """One form for a client in another state, as text: what was found wrong."""
    n, here, there = job
    made = make("consent", here, LICENSES[n % 4], SETTINGS[n // 4 % 4], "teletherapy", client_state=there)
    found = [f"readability: {failure}" for failure in measure(made.document).failed()]
    jurisdictions = {s.jurisdiction for piece in made.pieces for s in piece.statements}
    found += [] if jurisdictions >= {f"US-{here}", f"US-{there}"} else ["states the law of one state only"]
    return [f"consent {here} for a client in {there}: {line}" for line in found]


def pairs() -> list[tuple[int, str, str]]:
    """Every state with every other: licenses and settings in turn."""
    return [(n, here, there) for n, (here, there) in enumerate(itertools.permutations(STATES, 2))]


def main() -> int:
    unknown = [word for word in sys.argv[1:] if word != "--sample" and word.upper() not in STATES]
    if unknown:
        sys.exit(f"{' '.join(unknown)}: not known here. Use --sample, states such as NV UT, or nothing for all.")
    every = list(jobs(sys.argv[1:]))
    wrong = 0
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for n, (name, found) in enumerate(pool.map(check, every, chunksize=4), 1):
            wrong += bool(found)
            for line in found:
                print(f"{name}: {line}")
            if n % 40 == 0:
                print(f"{n} of {len(every)} forms checked in {len(FORMATS)} formats, {wrong} with findings", flush=True)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        told = [line for lines in pool.map(pair, pairs(), chunksize=16) for line in lines]
    print(*told, sep="\n")
    print(f"{len(pairs())} pairs of states, {len(told)} findings")
    wrong += len(told)
    print(f"{len(every)} forms, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
