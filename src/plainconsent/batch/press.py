"""Makes the files of one job: a mold is made once for each profile and kind of filled blanks, then only values are poured."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from plainconsent.assemble import assemble
from plainconsent.batch.mold import DocxMold, Mold, html_text
from plainconsent.batch.pdfmold import PdfMold, TooLong
from plainconsent.document import Document, Look, Slot
from plainconsent.packet import master_of, overlay_of
from plainconsent.profile import Profile
from plainconsent.writers import write
from plainconsent.writers._gap import Computed, gap

# A roster may fill other blanks in every row; so many molds are kept, the rest are made again.
_MOST_MOLDS = 200


@dataclass
class Press:
    """What one process needs to make files.

    base      the folder that the practice's file names its overlay and master from
    fillable  blanks that nobody filled can be typed into
    """

    base: Path
    formats: tuple[str, ...]
    fillable: bool
    _documents: dict[tuple[int, str], tuple[Document, Look]] = field(default_factory=dict)
    _molds: OrderedDict[tuple[Any, ...], Any] = field(default_factory=OrderedDict)

    def make(self, number: int, profile: Profile, form: str, shown: dict[str, str]) -> list[tuple[str, bytes]]:
        """(format, bytes) for one form with what its blanks show; `number` names the profile. Raises Faults."""
        document, look = self._document(number, profile, form)
        filled, values = tuple(shown), list(shown.values())
        return [
            (format, self._pour(number, form, format, filled, values) or write(_with(document, shown), format, look))
            for format in self.formats
        ]

    def _document(self, number: int, profile: Profile, form: str) -> tuple[Document, Look]:
        key = (number, form)
        if key not in self._documents:
            document = assemble(profile, form, overlay_of(profile, self.base)).document
            self._documents[key] = document, Look(self.fillable, master_of(profile, self.base))
        return self._documents[key]

    def _pour(self, number: int, form: str, format: str, filled: Sequence[str], values: list[str]) -> bytes | None:
        """The file from its mold; None where this format, this master or this value needs to be written at length."""
        make = _MOLDS.get(format)
        if make is None:
            return None
        key = (number, form, format, filled)
        if key in self._molds:
            self._molds.move_to_end(key)
        else:
            document, look = self._documents[number, form]
            self._molds[key] = make(document, filled, look)
            if len(self._molds) > _MOST_MOLDS:
                self._molds.popitem(last=False)
        mold = self._molds[key]
        try:
            return mold.pour(values) if mold else None
        except TooLong:
            return None


def _with(document: Document, shown: dict[str, str]) -> Document:
    slots: dict[str, Slot] = {
        id: replace(slot, value=shown[id]) if id in shown else slot for id, slot in document.slots.items()
    }
    return replace(document, slots=slots)


def _with_gaps(document: Document, filled: Sequence[str]) -> Document:
    return _with(document, {id: gap(n) for n, id in enumerate(filled)})


def docx_mold(document: Document, filled: Sequence[str], look: Look) -> DocxMold | None:
    """None when the practice's master computes with a blank: then each file is written at length."""
    try:
        return DocxMold(write(_with_gaps(document, filled), "docx", look))
    except Computed:
        return None


def html_mold(document: Document, filled: Sequence[str], look: Look) -> Mold:
    return Mold(write(_with_gaps(document, filled), "html", look), html_text)


def pdf_mold(document: Document, filled: Sequence[str], look: Look) -> PdfMold | None:
    """None for flat pages, where a value is part of the text and moves what follows."""
    return PdfMold(write(document, "pdf", look), filled) if look.fillable else None


_MOLDS: dict[str, Callable[[Document, Sequence[str], Look], Any]] = {
    "docx": docx_mold,
    "html": html_mold,
    "pdf": pdf_mold,
}
