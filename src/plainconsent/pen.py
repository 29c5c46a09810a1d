"""What a clause may call while it is rendered: blanks, boxes, places to sign, prescribed notices, money and days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from plainconsent.document import Slot, SlotKind
from plainconsent.errors import Fault
from plainconsent.facts import Name, token
from plainconsent.language import Language


def shown_value(id: str, kind: SlotKind, value: str | None, language: Language) -> str | None:
    """What a blank shows when it is filled: money and days as the language writes them. Raises Fault for what is neither."""
    if kind == "money" and value:
        if not (value.isascii() and value.isdigit() and len(value) < 10):
            raise Fault(
                f"slot {id}",
                f"is filled with {value[:40]!r}, which is not an amount in whole dollars.",
                "Write a number like 150.",
            )
        return language.money(int(value))
    if kind == "date" and value and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        try:
            return language.day(date.fromisoformat(value))
        except ValueError:
            raise Fault(
                f"slot {id}",
                f"is filled with {value!r}, which is not a day of the calendar.",
                "Write a day like 2026-11-25.",
            ) from None
    return value


@dataclass
class Pen:
    """What a clause may call while it is rendered; it keeps the blanks it was asked for."""

    language: Language
    fills: Mapping[str, str]
    slots: dict[str, Slot] = field(default_factory=dict)

    def slot(self, id: str, label: str, kind: SlotKind = "text") -> str:
        """A blank inside a sentence; `money` is text that a number fills as whole dollars."""
        known = self.slots.get(id)
        if known and known.label != label:
            raise Fault(f"slot {id}", f"has two labels: {known.label!r} and {label!r}.", "Give one blank one label.")
        self.slots[id] = Slot(id, kind, label, shown_value(id, kind, self.fills.get(id), self.language))
        return token("s", id)

    def field(self, id: str, label: str, kind: SlotKind = "text") -> str:
        """A blank on a line of its own."""
        self.slot(id, label, kind)
        return token("F", id)

    def choice(self, id: str, words: str) -> str:
        """A checkbox and the words beside it."""
        self.slot(id, words, "checkbox")
        return token("C", f"{id}\n{words}")

    def sign(self, id: str, who: str, signature: str, printed: str, when: str) -> str:
        """A place where one person signs: a signature, the printed name, the day."""
        parts: tuple[tuple[str, str, SlotKind], ...] = (
            (f"{id}_signature", signature, "signature"),
            (f"{id}_signed_name", printed, "text"),
            (f"{id}_signed_date", when, "date"),
        )
        for name, label, kind in parts:
            self.slots[name] = Slot(
                name, kind, label, self.fills.get(name) if kind == "text" else None, f"{who}: {label}"
            )
        return token("S", "\n".join((who, *(name for name, _, _ in parts))))

    def notice(self, item: Any, missing: str) -> str:
        """Words that a law prescribes, from an item of `required_disclosure`; `missing` labels the slot where none could be confirmed."""
        if not item["text"]:
            return self.field(f"notice_{str.__str__(item['item'])}", missing, "multiline")
        language = str.__str__(item["text_language"] or Name("en"))
        paragraphs = [str.__str__(part) for part in item["text"]]
        return token("Q", "\n".join((language, str(item["type_points"] or 12), *paragraphs)))

    def money(self, dollars: int | None) -> str:
        return token("t", self.language.money(dollars or 0))

    def day(self, day: Any) -> str:
        return token("t", self.language.day(day if isinstance(day, date) else date.fromisoformat(str.__str__(day))))

    def names(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("slot", "field", "choice", "sign", "notice", "money", "day")}
