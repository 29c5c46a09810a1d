"""The font for values in poured PDFs: one upright face with Latin letters only. Run as a program, it prints it as JSON."""

from __future__ import annotations

import base64
import functools
import io
import json
import subprocess
import sys
from typing import Any, NamedTuple

import fontpkg_noto_sans

_FONT_FILE = fontpkg_noto_sans.ROOT / "files" / "NotoSans[wdth,wght].ttf"
# Latin letters with every accent, and the marks that names, days and amounts are written with.
_LATIN = (*range(0x20, 0x7F), *range(0xA0, 0x180), 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2026, 0x20AC)


class LatinFont(NamedTuple):
    """A TrueType file and its measures, in thousandths of the type's size.

    glyphs  code point -> number of its glyph
    widths  number of a glyph -> how far it advances
    """

    data: bytes
    glyphs: dict[int, int]
    widths: list[int]
    box: list[int]
    ascent: int
    descent: int


@functools.cache
def latin_font() -> LatinFont:
    """Made in a process of its own: the library that cuts fonts takes 40 MB, which a batch would carry to its end."""
    done = subprocess.run([sys.executable, "-m", __name__], check=True, capture_output=True)
    made = json.loads(done.stdout)
    glyphs = {int(point): glyph for point, glyph in made["glyphs"]}
    return LatinFont(base64.b64decode(made["data"]), glyphs, *(made[n] for n in ("widths", "box", "ascent", "descent")))


def _cut() -> dict[str, Any]:
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    face = TTFont(_FONT_FILE, recalcTimestamp=False)
    options = Options(
        layout_features=[], hinting=False, notdef_outline=True, recalc_timestamp=False, name_IDs=[1, 2, 6]
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=_LATIN)
    subsetter.subset(face)
    face = instantiateVariableFont(face, {"wght": 400, "wdth": 100})
    saved = io.BytesIO()
    face.save(saved)
    scale = 1000 / face["head"].unitsPerEm
    head, tall = face["head"], face["hhea"]
    return {
        "data": base64.b64encode(saved.getvalue()).decode(),
        "glyphs": sorted((point, face.getGlyphID(name)) for point, name in face.getBestCmap().items()),
        "widths": [round(face["hmtx"][name][0] * scale) for name in face.getGlyphOrder()],
        "box": [round(edge * scale) for edge in (head.xMin, head.yMin, head.xMax, head.yMax)],
        "ascent": round(tall.ascent * scale),
        "descent": round(tall.descent * scale),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_cut()))
