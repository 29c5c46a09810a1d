"""The examples in the repository are what the program makes today."""

import sys

from conftest import ROOT


def test_examples_are_up_to_date() -> None:
    """`make examples` would change nothing."""
    sys.path.insert(0, str(ROOT / "examples"))
    from make_examples import example_texts

    texts = example_texts()

    assert len(texts) >= 2
    assert [str(path) for path, data in texts.items() if path.read_bytes() != data] == []
