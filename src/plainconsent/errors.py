"""What can be wrong with what a user gave us: each fault names the place and the remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(order=True, unsafe_hash=True)
class Fault(Exception):
    """One thing that is wrong: where it stands (`practice.yaml:9:5: fee`, `--license`), what is wrong, what helps."""

    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" {self.remedy}" if self.remedy else "")


class Faults(Exception):
    """Everything that is wrong, told at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def refuse(faults: list[Fault]) -> None:
    """Raise all faults at once; do nothing when there are none."""
    if faults:
        raise Faults(faults)


def nearest(word: str, known: Iterable[str]) -> str:
    """A remedy sentence that names the nearest known words, or all of them when none is near."""
    import difflib  # only when something is wrong

    names = list(known)
    folded = {name.casefold(): name for name in names}
    close = [folded[hit] for hit in difflib.get_close_matches(word.casefold(), folded, n=3, cutoff=0.55)]
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"Known here: {', '.join(names)}."
