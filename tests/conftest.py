"""What every test shares: one fixed day, and the way from a few words to a finished form."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from plainconsent.assemble import Assembled, assemble
from plainconsent.document import block_lines
from plainconsent.lookup import names
from plainconsent.profile import make_profile

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 25)
STATES = tuple(id.removeprefix("US-") for id in names())


def make(form: str, state: str, license: str, *settings: str, on: date = TODAY, **more: object) -> Assembled:
    """A form for a state, a license and settings, on the tests' own day."""
    return assemble(make_profile(as_of=on, state=state, license=license, settings=settings, **more), form)  # type: ignore[arg-type]


def text_of(made: Assembled) -> str:
    """Every line of the form, a line each."""
    return "\n".join(line for block in made.document.blocks for line in block_lines(block, made.document.slots))


def run(
    *arguments: str, code: int = 0, cwd: Path | None = None, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command as a user runs it, in a process of its own; its exit code is checked and no traceback may show."""
    done = subprocess.run(
        [sys.executable, "-c", "from plainconsent.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        input=stdin,
        env={**os.environ, **environment},
        timeout=240,
    )
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    assert done.returncode == code, (
        f"exit {done.returncode}, expected {code}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    )
    return done


@pytest.fixture(scope="session")
def today() -> date:
    return TODAY
