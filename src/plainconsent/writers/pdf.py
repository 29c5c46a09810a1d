"""The form as PDF/UA-1 and PDF/A-2a in one file, drawn by typst, with blanks that can be typed into or flat lines."""

from __future__ import annotations

import functools
import json
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, time

import fontpkg_noto_sans
import typst

from plainconsent.document import Document, Look, Slot, as_data, block_lines
from plainconsent.errors import Fault, Faults, refuse
from plainconsent.places import TEMPLATES
from plainconsent.writers._pdf_fields import add_fields

_FONTS = fontpkg_noto_sans.ROOT / "files"
_UPRIGHT = "NotoSans[wdth,wght].ttf"
_FRAME = TEMPLATES / "frames" / "default.typ"
# The archive standard forbids these two even where a font could show them.
_FORBIDDEN = frozenset("\0\ufeff")


def write(document: Document, look: Look) -> bytes:
    """The PDF. Raises Faults that name the blank whose value holds a character the font cannot show."""
    refuse(list(_unshowable(document)))
    drawn = _draw(document, look)
    return add_fields(drawn, document.slots) if look.fillable else drawn


def _draw(document: Document, look: Look) -> bytes:
    made_on = datetime.combine(document.as_of, time(), UTC)
    try:
        drawn, warnings = _compiler().compile_with_warnings(
            sys_inputs={"doc": json.dumps(_data(document, look), ensure_ascii=False)},
            format="pdf",
            pdf_standards=["a-2a", "ua-1"],
            timestamp=made_on,
        )
    except typst.TypstError as error:
        raise Faults([Fault("pdf", error.message, "Take out what it names, or choose another format.")]) from error
    # A warning means that something was left out or replaced, such as a font.
    refuse([Fault("pdf", warning.message, " ".join(warning.hints)) for warning in warnings])
    assert isinstance(drawn, bytes)
    return drawn


@functools.cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_FONTS])
    return typst.Compiler(_FRAME, root=_FRAME.parent, font_paths=fonts, ignore_system_fonts=True)


def _data(document: Document, look: Look) -> dict[str, object]:
    """What the frame reads; words go in as data, so that nothing in them can be taken for markup."""
    day = document.as_of
    return {
        "title": document.title,
        "language": document.language,
        "direction": document.direction,
        "footer": document.footer,
        "page_words": document.page_words,
        "draft": document.draft,
        "letterhead": document.letterhead,
        "type_points": document.type_points,
        "fillable": look.fillable,
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "slots": {
            id: {"id": id, "kind": slot.kind, "label": slot.label, "value": slot.value}
            for id, slot in document.slots.items()
        },
        "blocks": [as_data(block) for block in document.blocks],
    }


def _unshowable(document: Document) -> Iterator[Fault]:
    """A fault for each text with a character that the font lacks: first the values, then the form's own words."""
    for slot in document.slots.values():
        yield from _missing(slot.label, slot.value or "", f"Write {slot.label!r} in Latin, Greek or Cyrillic letters")
    blank = {id: Slot(id, slot.kind, slot.label) for id, slot in document.slots.items()}
    own = [document.title, document.footer, document.page_words, document.draft or "", *document.letterhead]
    for line in own + [line for block in document.blocks for line in block_lines(block, blank)]:
        yield from _missing(line if len(line) < 60 else line[:59] + "…", line, "Write this line without it")


def _missing(where: str, words: str, remedy: str) -> Iterator[Fault]:
    lacking = [c for c in dict.fromkeys(words) if c in _FORBIDDEN or not (c.isspace() or ord(c) in _shown())]
    if lacking:
        named = ", ".join(f"{c} (U+{ord(c):04X})" if c.isprintable() else f"U+{ord(c):04X}" for c in lacking[:5])
        yield Fault(
            where, f"holds what the PDF's font cannot show: {named}.", f"{remedy}, or make a docx or html instead."
        )


@functools.cache
def _shown() -> frozenset[int]:
    """The code points that the font has a glyph for, from its `cmap` table (OpenType 1.9, subtable format 12)."""
    font = (_FONTS / _UPRIGHT).read_bytes()
    tables = (struct.unpack_from(">4s4xLL", font, 12 + 16 * n) for n in range(struct.unpack_from(">H", font, 4)[0]))
    cmap = next(font[start : start + length] for tag, start, length in tables if tag == b"cmap")
    starts = [struct.unpack_from(">4xL", cmap, 4 + 8 * n)[0] for n in range(struct.unpack_from(">H", cmap, 2)[0])]
    start = next(at for at in starts if struct.unpack_from(">H", cmap, at)[0] == 12)
    groups = struct.unpack_from(">L", cmap, start + 12)[0]
    ranges = (struct.unpack_from(">LL", cmap, start + 16 + 12 * n) for n in range(groups))
    return frozenset(point for first, last in ranges for point in range(first, last + 1))
