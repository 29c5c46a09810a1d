"""The form as plain text, wrapped at 78 columns: also the format that tests compare forms by."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from plainconsent.document import Block, Callout, Document, Heading, Look, Notice, block_lines

WIDTH = 78


def write(document: Document, look: Look) -> bytes:
    """UTF-8 text with a line end after the last line; nothing can be typed into it, so `look` changes nothing."""
    lines = [document.draft, ""] if document.draft else []
    lines += [*document.letterhead, ""] if document.letterhead else []
    for block in document.blocks:
        lines += [*_lines(block, document), ""]
    lines += ["-" * WIDTH, *_wrap(document.footer), ""]
    return ("\n".join(lines).rstrip() + "\n").encode()


def _lines(block: Block, document: Document) -> Iterator[str]:
    match block:
        case Heading():
            text = "".join(block_lines(block, document.slots))
            yield from _wrap(text)
            yield "=-."[min(block.level, 3) - 1] * min(len(text), WIDTH)
        case Callout():
            yield "+" + "-" * (WIDTH - 2) + "+"
            for n, inner in enumerate(block.blocks):
                yield from ([""] if n else [])
                yield from _lines(inner, document)
            yield "+" + "-" * (WIDTH - 2) + "+"
        case Notice():
            for paragraph in block.paragraphs:
                yield from _wrap(paragraph, "    ")
        case _:
            for line in block_lines(block, document.slots):
                yield from _wrap(line)


def _wrap(line: str, indent: str = "") -> list[str]:
    hanging = indent + ("  " if line.startswith("- ") else "   " if line[:2].rstrip(".").isdigit() else "")
    return textwrap.wrap(line, WIDTH, initial_indent=indent, subsequent_indent=hanging, break_on_hyphens=False) or [""]
