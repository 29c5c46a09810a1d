"""The form as one web page that needs no other file and runs no script: for reading, typing into and printing."""

from __future__ import annotations

import functools
import re
from collections import Counter

import jinja2
from markupsafe import Markup

from plainconsent.document import Block, Document, Look
from plainconsent.places import TEMPLATES


def write(document: Document, look: Look) -> bytes:
    """UTF-8 HTML; with `look.fillable` off, blanks are lines for a pen."""
    page = _frame().render(doc=document, fillable=look.fillable, id_for=_Ids())
    return page.encode()


class _Ids:
    """Element ids: a blank may stand in several places, and each place needs an id of its own."""

    def __init__(self) -> None:
        self._used: Counter[str] = Counter()

    def __call__(self, slot: str) -> str:
        self._used[slot] += 1
        return slot if self._used[slot] == 1 else f"{slot}-{self._used[slot]}"


def frames() -> jinja2.Environment:
    """Where web pages get their frames: everything put into one is escaped, and a name that is not there is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES / "frames"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@functools.cache
def _frame() -> jinja2.Template:
    environment = frames()
    environment.globals.update(kind_of=_kind_of, css=_css, css_pages=_css_pages)
    return environment.get_template("default.html")


def _kind_of(block: Block) -> str:
    return type(block).__name__.lower()


def _css(words: str) -> Markup:
    """The words as a CSS string; what could end the string or the style element becomes a code point."""
    return Markup('"' + re.sub(r"[^\w .,;:()-]", lambda found: f"\\{ord(found[0]):x} ", words) + '"')


def _css_pages(page_words: str) -> Markup:
    """`Page {page} of {pages}` as CSS content that counts."""
    counted = {"{page}": Markup("counter(page)"), "{pages}": Markup("counter(pages)")}
    parts = (part for part in re.split(r"(\{pages?\})", page_words) if part)
    return Markup(" ").join(counted.get(part) or _css(part) for part in parts)
