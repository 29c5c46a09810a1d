"""The words of a form in a language: catalogs read straight from .po files, dates and money in the form's locale."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from plainconsent.errors import Fault, Faults, nearest
from plainconsent.places import TEMPLATES

SOURCE = "en"
PSEUDO = "en-XA"
DOMAIN = "plainconsent"


@dataclass
class Language:
    """One language's words. `missing` collects every message that has no finished translation."""

    tag: str
    locale: str = "en_US"
    direction: str = "ltr"
    reviewer: str = ""
    messages: dict[tuple[str | None, str], Any] = field(default_factory=dict)
    plural: Callable[[int], int] = lambda n: int(n != 1)
    missing: list[str] = field(default_factory=list)

    @property
    def draft(self) -> bool:
        """True until a named, qualified reviewer is recorded in the catalog's header."""
        return self.tag != SOURCE and not self.reviewer

    def gettext(self, message: str) -> str:
        return self._find(None, message)

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self._find(None, one, many, n)

    def pgettext(self, context: str, message: str) -> str:
        return self._find(context, message)

    def npgettext(self, context: str, one: str, many: str, n: int) -> str:
        return self._find(context, one, many, n)

    def _find(self, context: str | None, one: str, many: str | None = None, n: int = 1) -> str:
        if self.tag == SOURCE:
            return one if many is None or n == 1 else many
        if self.tag == PSEUDO:
            return pseudo(one if many is None or n == 1 else many)
        found = self.messages.get((context, one))
        text = found if isinstance(found, str) or found is None else found[min(self.plural(n), len(found) - 1)]
        if not text:
            self.missing.append(one)
            return one
        return str(text)

    def day(self, day: date) -> str:
        """The day in long form: November 25, 2026."""
        from babel.dates import format_date

        return format_date(day, "long", locale=self.locale)

    def money(self, dollars: int) -> str:
        """Whole US dollars: $150."""
        from babel.numbers import format_currency

        return format_currency(dollars, "USD", "¤#,##0", locale=self.locale, currency_digits=False)


def language_tags(folder: Path = TEMPLATES) -> list[str]:
    """The source language and every language with a catalog."""
    return [SOURCE, *sorted(path.parent.parent.name for path in (folder / "locale").glob(f"*/LC_MESSAGES/{DOMAIN}.po"))]


def catalog_path(tag: str, folder: Path = TEMPLATES) -> Path:
    return folder / "locale" / tag / "LC_MESSAGES" / f"{DOMAIN}.po"


@functools.cache
def read_language(tag: str, folder: Path = TEMPLATES) -> Language:
    """The words of `en`, a catalog's language, or the pseudo language; raises Faults with the nearest.

    Each language is read once: the templates compiled for it are kept with it.
    """
    if tag in (SOURCE, PSEUDO):
        return Language(tag)
    known = language_tags(folder)
    tag = next((name for name in known if name.casefold() == tag.casefold()), tag)
    if tag == SOURCE:
        return read_language(SOURCE, folder)
    if tag not in known:
        raise Faults([Fault("--language", f"{tag!r} is not a language that has a catalog.", nearest(tag, known))])
    messages, plural, reviewer = _read_catalog(catalog_path(tag, folder))
    from babel import Locale

    locale = Locale.parse(tag, sep="-")
    return Language(tag, "es_US" if tag == "es" else str(locale), locale.text_direction, reviewer, messages, plural)


@functools.cache
def _read_catalog(path: Path) -> tuple[dict[tuple[str | None, str], Any], Callable[[int], int], str]:
    """The finished messages of a catalog (fuzzy ones count as missing), its plural rule and its reviewer."""
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        catalog = read_po(file)
    messages = {}
    for message in catalog:
        if message.id and not message.fuzzy and message.string:
            key = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
            messages[(message.context, key)] = message.string
    # Babel forgets headers it does not know itself.
    header = re.search(r'^"X-Reviewer: *(.*?)\\n"$', path.read_text("utf-8"), re.MULTILINE)
    reviewer = header.group(1).strip() if header else ""
    plural = eval_plural(catalog.plural_expr)
    return messages, plural, "" if reviewer.casefold() in ("", "none") else reviewer


def eval_plural(expression: str) -> Callable[[int], int]:
    """The plural form number by the catalog's own `Plural-Forms` expression, through the standard library's parser."""
    from gettext import c2py

    found: Callable[[int], int] = c2py(expression)
    return found


_WIDER = str.maketrans("aeiouyAEIOUYcnsCNS", "áéíóúýÁÉÍÓÚÝçñšÇÑŠ")


def pseudo(text: str) -> str:
    """The text with accents and brackets, placeholders and Markdown kept: whatever stays plain escaped translation."""
    parts = re.split(r"(%\(\w+\)[sd]|\{\w+\}|\*\*)", text)
    return "⟦" + "".join(part if n % 2 else part.translate(_WIDER) for n, part in enumerate(parts)) + "⟧"
