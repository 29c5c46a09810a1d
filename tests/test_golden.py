"""The words of every state's forms are those that were last read and accepted."""

import pytest
from conftest import STATES
from golden import FOLDER, golden_text, path_of


def test_each_state_has_golden_text() -> None:
    """There is a file for each state, and no other."""
    assert {path.stem for path in FOLDER.glob("*.txt")} == {state.lower() for state in STATES}


@pytest.mark.parametrize("state", STATES)
def test_the_words_are_the_accepted_words(state: str) -> None:
    """A changed word shows here as a diff; `python -m tests.golden` accepts it."""
    assert golden_text(f"US-{state}") == path_of(f"US-{state}").read_text("utf-8")
