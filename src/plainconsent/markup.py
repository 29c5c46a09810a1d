"""Turns the text of a clause into blocks: a small Markdown (headings, paragraphs, lists, bold) and literal tokens."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

from markdown_it import MarkdownIt

from plainconsent.document import Block, Bullets, Choice, Field, Heading, Notice, Paragraph, Run, Runs, Signature
from plainconsent.errors import Fault

_TOKEN = re.compile("\ue000(.)([0-9a-f]*)\ue001")
_BLOCK_TOKEN = re.compile("\\s*\ue000([FCSQ])([0-9a-f]*)\ue001\\s*")
_ALLOWED = {"heading", "paragraph", "inline", "bullet_list", "ordered_list", "list_item", "text", "strong", "softbreak"}


@functools.cache
def _markdown() -> MarkdownIt:
    rules = MarkdownIt("zero", {"html": False})
    return rules.enable(["heading", "list", "emphasis", "newline"])


def blocks(text: str, clause: str) -> list[Block]:
    """The blocks of one stretch of rendered text; raises Fault for markup that a form can't hold."""
    tokens = _markdown().parse(text)
    for token in tokens:
        kind = re.sub("_(open|close)$", "", token.type)
        if kind not in _ALLOWED:
            raise Fault(
                f"clauses/{clause}.md",
                f"uses {kind}, which a form can't hold.",
                "Use headings, paragraphs, lists and **bold**.",
            )
    return list(_blocks(iter(tokens), clause))


def _blocks(tokens: Iterator[Any], clause: str) -> Iterator[Block]:
    announced = False  # whether the paragraph before ends in a colon
    for token in tokens:
        if token.type == "heading_open":
            yield Heading(int(token.tag[1]), runs(next(tokens)), clause)
        elif token.type == "paragraph_open":
            inline = next(tokens)
            announced = inline.content.rstrip().endswith(":")
            yield from _paragraph(inline, clause)
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            items = tuple(_items(tokens, token.type.replace("open", "close")))
            # One point is no list unless a line announces it: conditions can leave a single item of a longer one.
            yield (
                Bullets(items, token.type.startswith("ordered"), clause)
                if len(items) > 1 or announced
                else Paragraph(items[0], clause)
            )


def _items(tokens: Iterator[Any], closing: str) -> Iterator[Runs]:
    for token in tokens:
        if token.type == closing:
            return
        if token.type == "inline":
            yield runs(token)


def _paragraph(inline: Any, clause: str) -> Iterator[Block]:
    """A paragraph, or the blocks that its literal tokens stand for when each line holds just one."""
    lines = [line for line in inline.content.split("\n") if line.strip()]
    found = [_BLOCK_TOKEN.fullmatch(line) for line in lines]
    if lines and all(found):
        for match in found:
            assert match is not None
            yield _BUILD[match[1]](bytes.fromhex(match[2]).decode(), clause)
    else:
        yield Paragraph(runs(inline), clause)


def runs(inline: Any) -> Runs:
    """The runs of one line of text, bold and literal stretches apart."""
    found: list[Run] = []
    bold = False
    for token in inline.children or []:
        if token.type in ("strong_open", "strong_close"):
            bold = token.type == "strong_open"
        elif token.type == "softbreak":
            found.append(Run(" ", bold))
        elif token.type == "text":
            found += _text_runs(token.content, bold)
        else:
            raise Fault("clause", f"uses {token.type} in a line.", "Use **bold** only.")
    return tuple(_joined(found))


def _text_runs(text: str, bold: bool) -> Iterator[Run]:
    end = 0
    for match in _TOKEN.finditer(text):
        if text[end : match.start()]:
            yield Run(text[end : match.start()], bold)
        yield _token_run(match[1], bytes.fromhex(match[2]).decode(), bold)
        end = match.end()
    if text[end:]:
        yield Run(text[end:], bold)


def _token_run(kind: str, text: str, bold: bool) -> Run:
    if kind == "s":
        return Run(bold=bold, slot=text)
    if kind == "u":
        return Run(text.removeprefix("https://").removeprefix("http://").rstrip("/"), bold, name=True, href=text)
    return Run(text, bold, name=kind == "n")


def _joined(found: list[Run]) -> Iterator[Run]:
    """Neighbours of the same look as one run, so that no writer sees how a line was put together."""
    last: Run | None = None
    for run in found:
        plain = last is not None and not (last.name or last.slot or last.href or run.name or run.slot or run.href)
        if last is not None and plain and last.bold == run.bold:
            last = Run(last.text + run.text, run.bold)
            continue
        if last is not None:
            yield last
        last = run
    if last is not None:
        yield last


def _notice(text: str, clause: str) -> Notice:
    language, points, *paragraphs = text.split("\n")
    return Notice(tuple(paragraphs), language, int(points), clause)


def _signature(text: str, clause: str) -> Signature:
    label, *slots = text.split("\n")
    return Signature(label, tuple(slots), clause)


def _choice(text: str, clause: str) -> Choice:
    slot, words = text.split("\n", 1)
    return Choice(slot, (Run(words),), clause)


_BUILD: dict[str, Callable[[str, str], Block]] = {
    "F": lambda text, clause: Field(text, clause),
    "C": _choice,
    "S": _signature,
    "Q": _notice,
}
