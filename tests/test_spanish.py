"""The Spanish forms: every message is translated, a draft says so and can't be signed, and the Spanish is easy to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import cycle

import pytest
from conftest import STATES, TODAY, make

from plainconsent import catalogcheck, catalogs
from plainconsent.assemble import Assembled
from plainconsent.clauses import form_names
from plainconsent.document import Block, Bullets, Notice, Run, Signature, Table, walk
from plainconsent.language import read_language
from plainconsent.profile import MODES, SETTINGS
from plainconsent.readability import measure

SPOKEN_IN_FULL = 2  # fewer English words in a row ("Web", "Client") may stand in Spanish, too


@cache
def forms() -> tuple[Assembled, ...]:
    """Three forms of each state, licenses and settings in turn, at a distance and with a parent's yes where they can be."""
    combinations = zip(STATES, cycle(("LMFT", "LCSW", "psychologist")), cycle(SETTINGS), strict=False)
    return tuple(
        make(form, state, license, setting, *MODES, language="es", minor="" if setting == "couple" else "parent")
        for state, license, setting in combinations
        for form in form_names()
    )


def test_every_message_is_translated() -> None:
    """No message of the Spanish catalog is missing or fuzzy, and none has lost a placeholder, a must, a may or a not."""
    (row,) = (row for row in catalogs.status() if row[0] == "es")

    assert row[2:4] == ("0", "0")
    assert [fault for fault in catalogcheck.check("es") if "es/LC_MESSAGES" in fault.where] == []


def test_a_draft_can_be_read_but_not_signed() -> None:
    """While no reviewer is recorded, each Spanish form says in Spanish that it is a draft and has no place to sign."""
    assert read_language("es").draft
    for made in forms():
        assert made.document.language == "es"
        assert (made.document.draft or "").startswith("BORRADOR.")
        assert not any(isinstance(block, Signature) for block in walk(made.document.blocks))


def shown(made: Assembled) -> Iterator[str]:
    """Every line that is said in the form's language: no names, blanks, links, or notices that the law words itself."""
    document = made.document
    yield from (document.title, document.footer, document.page_words, document.draft or "")
    yield from (slot.label for slot in document.slots.values())
    for block in walk(document.blocks):
        if not isinstance(block, Notice):
            yield from (
                "".join(run.text for run in runs if not (run.name or run.slot or run.href)) for runs in lines_of(block)
            )


def lines_of(block: Block) -> Iterator[tuple[Run, ...]]:
    match block:
        case Bullets():
            yield from block.items
        case Table():
            yield from (cell for row in (block.header, *block.rows) for cell in row)
        case _:
            yield getattr(block, "runs", ())


def english() -> set[str]:
    """What stands between the placeholders of each English message, where it is more than a word."""
    parts = (
        part.strip(" .,:;()")
        for message in catalogs.gather()
        for text in ([message.id] if isinstance(message.id, str) else message.id)
        for part in re.split(r"%\(\w+\)s|\{\w+\}", text.replace("**", ""))
    )
    return {part for part in parts if len(part.split()) >= SPOKEN_IN_FULL}


def test_no_english_stands_in_a_spanish_form() -> None:
    """No line of a Spanish form holds an English message or a part of one, names and blanks aside."""
    sources = english()
    lines = {line for made in forms() for line in shown(made)}

    assert len(lines) > 200
    assert {source for source in sources for line in lines if re.search(rf"\b{re.escape(source)}\b", line)} == set()


@pytest.mark.parametrize("form", form_names())
def test_spanish_is_easy_to_read(form: str) -> None:
    """Each form keeps INFLESZ 65, where “quite easy” begins on that scale, in every state, license and setting of the sample."""
    reports = [measure(made.document) for made in forms() if made.document.form == form]

    assert min(report.figures["inflesz"] for report in reports) >= 65
    assert not any(report.failed() for report in reports)


def test_days_and_money_are_written_in_spanish() -> None:
    """A Spanish form writes the day as “25 de noviembre de 2026” and keeps US dollars as they are."""
    assert read_language("es").day(TODAY) == "25 de noviembre de 2026"
    assert read_language("es").money(1150) == "$1,150"
    assert all(re.search(r"\d+ de [a-z]+ de \d{4}\b", made.document.footer) for made in forms())
