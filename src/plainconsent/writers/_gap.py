"""Gaps: what stands in a file where a client's value goes, and a guard that notices when somebody does more than print it."""

from __future__ import annotations

from typing import Any

# Private-use characters that no value and no form may hold.
START, END = "\ue100", "\ue101"


def gap(number: int) -> str:
    """What stands in a file where the value of that number goes."""
    return f"{START}{number}{END}"


class Computed(Exception):
    """A template does more with a client's value than print it, so one client's file cannot be made from another's."""


class Guarded:
    """A gap inside a template: it may be printed, which asks for `__html__`, and nothing else."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __html__(self) -> str:
        return self._text

    def _refuse(self, *_: Any) -> Any:
        raise Computed

    __str__ = __repr__ = __format__ = __bool__ = __len__ = __iter__ = __contains__ = __getitem__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = __mul__ = __mod__ = __int__ = _refuse
    __float__ = __call__ = _refuse
    __hash__ = None  # type: ignore[assignment]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise Computed
