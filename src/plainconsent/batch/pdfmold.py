"""A drawn PDF whose form fields are given values afterwards: an appended section, without drawing the pages again."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, NamedTuple

from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from plainconsent.batch.latinfont import latin_font

_SIZES = (11, 10, 9, 8, 7)  # points; the largest that fits
_MARGIN = 2.0  # points from the field's left edge, as viewers leave them
_INK = "0.11 0.16 0.2 rg"
_READ_ONLY = 1  # field flag, ISO 32000-1 table 221


class TooLong(Exception):
    """A value that does not fit its field, or has letters the embedded font lacks: the page has to be drawn with it."""


class _Widget(NamedTuple):
    number: int
    dictionary: bytes  # without its closing >>
    width: float
    height: float


class _Field(NamedTuple):
    number: int
    dictionary: bytes  # without its closing >>
    widgets: tuple[_Widget, ...]


class PdfMold:
    """The pages with empty fields, and what has to be appended to give some of them values.

    The section that is appended is an incremental update (ISO 32000-1, 7.5.6); the file before it stays as it is, with
    its tags and its archive marks. A field that was given a value cannot be typed into.
    """

    def __init__(self, drawn: bytes, filled: Sequence[str]) -> None:
        with Pdf.open(io.BytesIO(drawn)) as pdf:
            _add_font(pdf)
            saved = io.BytesIO()
            pdf.save(saved, deterministic_id=True)
        self._base = saved.getvalue()
        with Pdf.open(io.BytesIO(self._base)) as pdf:
            fields = {str(field.T): field for field in pdf.Root.AcroForm.Fields}
            self._fields = [_read(fields[id]) if id in fields else None for id in filled]
            self._font = b"<</Font<</N %d 0 R>>>>" % pdf.Root.AcroForm.DR.Font.N.objgen[0]
            self._size = int(pdf.trailer.Size)
            trailer = pdf.trailer
            self._trailer = b"/Root %d 0 R" % trailer.Root.objgen[0]
            if "/Info" in trailer:
                self._trailer += b"/Info %d 0 R" % trailer.Info.objgen[0]
            self._trailer += b"/ID" + trailer.ID.unparse()
        self._previous = int(self._base.rsplit(b"startxref", 1)[1].split()[0])

    def pour(self, values: Sequence[str]) -> bytes:
        """The file with the values in their fields. Raises TooLong."""
        objects: dict[int, bytes] = {}
        free = self._size
        for field, value in zip(self._fields, values, strict=True):
            if field is None:
                continue
            given = b"/V " + _text(value) + b"/Ff %d" % _READ_ONLY
            for widget in field.widgets:
                objects[free] = _appearance(widget, value, self._font)
                look = b"/AP<</N %d 0 R>>" % free
                free += 1
                if widget.number == field.number:
                    given += look
                else:
                    objects[widget.number] = widget.dictionary + look + b">>"
            objects[field.number] = field.dictionary + given + b">>"
        return self._base + self._appended(objects, free)

    def _appended(self, objects: dict[int, bytes], free: int) -> bytes:
        """The objects, and a cross-reference stream of where they stand (ISO 32000-1, 7.5.8)."""
        at, parts, places = len(self._base), [], {}
        for number in sorted(objects):
            places[number] = at
            part = b"%d 0 obj\n%b\nendobj\n" % (number, objects[number])
            parts.append(part)
            at += len(part)
        places[free] = at
        index = b"".join(b"%d 1 " % number for number in sorted(places))
        rows = b"".join(b"\1" + places[number].to_bytes(4, "big") + b"\0" for number in sorted(places))
        head = b"<</Type/XRef/W[1 4 1]/Index[%b]/Size %d/Prev %d%b/Length %d>>" % (
            index,
            free + 1,
            self._previous,
            self._trailer,
            len(rows),
        )
        parts.append(b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (free, head, rows, at))
        return b"".join(parts)


def _read(field: Any) -> _Field:
    """A text field and its widgets; one widget is its own field. What the mold writes itself is left out."""
    kids = list(field.get("/Kids", []))
    widgets = tuple(_widget(kid) for kid in kids) or (_widget(field),)
    return _Field(field.objgen[0], _open_dictionary(field, "/V", "/Ff", *(() if kids else ("/AP",))), widgets)


def _widget(widget: Any) -> _Widget:
    left, bottom, right, top = (float(edge) for edge in widget.Rect)
    return _Widget(widget.objgen[0], _open_dictionary(widget, "/AP"), right - left, top - bottom)


def _open_dictionary(item: Any, *without: str) -> bytes:
    """The dictionary as its file writes it, without some keys and without what closes it."""
    kept = Dictionary({key: item[key] for key in sorted(item.keys()) if key not in without})
    return bytes(kept.unparse()).rstrip()[: -len(b">>")]


def _text(value: str) -> bytes:
    return b"<" + ("\ufeff" + value).encode("utf-16-be").hex().encode() + b">"


def _appearance(widget: _Widget, value: str, font: bytes) -> bytes:
    """What the field shows: the value in one line, in the largest size that fits."""
    _, glyphs, widths, *_ = latin_font()
    try:
        codes = [glyphs[ord(letter)] for letter in value]
    except KeyError:
        raise TooLong(value) from None
    wide = sum(widths[code] for code in codes) / 1000
    size = next((size for size in _SIZES if wide * size <= widget.width - 2 * _MARGIN), None)
    if size is None:
        raise TooLong(value)
    shown = b"".join(b"%04x" % code for code in codes)
    base = max(2.0, (widget.height - size) / 2 + 0.22 * size)
    drawing = b"/Tx BMC q BT %b /N %d Tf %.2f %.2f Td <%b> Tj ET Q EMC" % (_INK.encode(), size, _MARGIN, base, shown)
    head = b"<</Type/XObject/Subtype/Form/BBox[0 0 %.3f %.3f]/Resources %b/Length %d>>" % (
        widget.width,
        widget.height,
        font,
        len(drawing),
    )
    return head + b"\nstream\n" + drawing + b"\nendstream"


def _add_font(pdf: Any) -> None:
    """Embeds the subset as the form's font N; its codes are its glyphs."""
    font_file = latin_font()
    program = Stream(pdf, font_file.data, Length1=len(font_file.data))
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name("/PLAINC+NotoSans-Regular"),
        Flags=32,
        FontBBox=Array(font_file.box),
        ItalicAngle=0,
        Ascent=font_file.ascent,
        Descent=font_file.descent,
        CapHeight=714,
        StemV=80,
        FontFile2=pdf.make_indirect(program),
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name("/PLAINC+NotoSans-Regular"),
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        CIDToGIDMap=Name.Identity,
        DW=0,
        W=Array([0, Array(font_file.widths)]),
    )
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name("/PLAINC+NotoSans-Regular"),
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
        ToUnicode=pdf.make_indirect(Stream(pdf, _to_unicode(font_file.glyphs))),
    )
    pdf.Root.AcroForm.DR.Font.N = pdf.make_indirect(font)


def _to_unicode(glyphs: dict[int, int]) -> bytes:
    """The map from glyphs back to letters that copying and screen readers need (ISO 32000-1, 9.10.3)."""
    pairs = sorted((glyph, point) for point, glyph in glyphs.items())
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    lines = [
        f"{len(block)} beginbfchar\n"
        + "".join(f"<{glyph:04x}> <{point:04x}>\n" for glyph, point in block)
        + "endbfchar\n"
        for block in blocks
    ]
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        f"{''.join(lines)}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()
