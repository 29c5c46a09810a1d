"""Renders a clause's words for a set of facts: sandboxed templates, and which statements each paragraph rests on."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from jinja2 import (
    DictLoader,
    FileSystemBytecodeCache,
    TemplateError,
    pass_context,
)
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from plainconsent import __version__
from plainconsent.clauses import Clause
from plainconsent.document import Block
from plainconsent.errors import Fault, Faults, refuse
from plainconsent.facts import CHUNK, Facts
from plainconsent.language import Language
from plainconsent.law import Statement
from plainconsent.markup import blocks
from plainconsent.pen import Pen
from plainconsent.places import cache_folder
from plainconsent.sandbox import check_template, new_environment, printed, template_fault

_TAG = re.compile(r"{%-?\s*(if|for|trans|endif|endfor|endtrans)\b")
_ENVIRONMENTS: dict[int, SandboxedEnvironment] = {}


@dataclass(frozen=True)
class Piece:
    """One stretch of a form (usually a paragraph) and the statements it rests on."""

    clause: str
    blocks: tuple[Block, ...]
    statements: tuple[Statement, ...]


def render(clause: Clause, facts: Facts, pen: Pen, base: tuple[Statement, ...] = ()) -> list[Piece]:
    """The clause's pieces in order. `base` are statements its condition read; they support each of its pieces.

    Raises Faults naming the clause's file and line for anything a template may not do.
    """
    chunks: list[tuple[Statement, ...]] = []

    def chunk() -> str:
        chunks.append(tuple(facts.reads))
        facts.reads.clear()
        return CHUNK

    facts.reads.clear()
    try:
        text = _compiled(clause, facts, pen.language).render(**facts.names, **pen.names(), _chunk=chunk)
        chunk()
        pieces = [
            Piece(clause.id, tuple(blocks(part, clause.id)), _unique((*base, *cited(clause, facts), *reads)))
            for part, reads in zip(text.split(CHUNK), chunks, strict=True)
        ]
    except Fault as fault:
        raise Faults([replace(fault, where=f"{clause.file}: {fault.where}")]) from None
    except TemplateError as error:
        raise Faults([template_fault(clause, error)]) from None
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as error:
        raise Faults(
            [
                Fault(
                    clause.file,
                    f"uses something that is not there or does not fit ({error}).",
                    "Ask first whether it is there.",
                )
            ]
        ) from None
    except (RecursionError, SyntaxError):
        raise Faults(
            [Fault(clause.file, "is nested too deeply.", "A clause is a few paragraphs with a few conditions.")]
        ) from None
    return [piece for piece in pieces if piece.blocks]


def cited(clause: Clause, facts: Facts) -> list[Statement]:
    """The statements of `cites`; an ethics code that is silent on a point is simply not cited for it."""
    before = list(facts.reads)
    facts.reads.clear()
    for path in clause.cites:
        facts.value(path)
    found = list(facts.reads)
    facts.reads[:] = before
    return found


def _unique(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    return tuple({id(s): s for s in statements}.values())


def _compiled(clause: Clause, facts: Facts, language: Language) -> Any:
    environment = _environment(language)
    name = f"{clause.file}\0{clause.body}"
    if name not in environment.loader.mapping:  # type: ignore[union-attr]
        if clause.brought:
            # The shipped clauses are checked by `plainconsent check`; what a practice brings along is checked before use.
            refuse(check_template(clause, [*facts.names, *Pen(language, {}).names()]))
        environment.loader.mapping[name] = with_chunk_marks(clause.body)  # type: ignore[union-attr]
    return environment.get_template(name)


class _CompiledClauses(FileSystemBytecodeCache):
    """Jinja's own cache of compiled templates, in a folder of this user alone; a machine without one compiles each time."""

    def __init__(self) -> None:
        if folder := cache_folder():
            super().__init__(str(folder), pattern=f"clause_{__version__}_%s.cache")

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except Exception:  # a cache that is broken is no cache
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError, AttributeError):
            super().dump_bytecode(bucket)


def _environment(language: Language) -> SandboxedEnvironment:
    if id(language) not in _ENVIRONMENTS:
        environment = new_environment(loader=DictLoader({}), bytecode_cache=_CompiledClauses(), cache_size=-1)
        environment.install_gettext_callables(  # type: ignore[attr-defined]
            language.gettext, language.ngettext, newstyle=True, pgettext=language.pgettext, npgettext=language.npgettext
        )
        for name in ("gettext", "ngettext", "pgettext", "npgettext"):
            environment.globals[name] = _with_printed_values(environment.globals[name])
        environment.language = language  # type: ignore[attr-defined]  # keeps the id alive as long as the entry
        _ENVIRONMENTS[id(language)] = environment
    return _ENVIRONMENTS[id(language)]


def _with_printed_values(message: Any) -> Callable[..., str]:
    """A gettext function of Jinja that refuses what `printed` refuses; Jinja puts values into messages unseen by it."""

    @pass_context
    def checked(context: Context, *words: Any, **values: Any) -> str:
        for value in values.values():
            printed(value)
        text: str = message(context, *words, **values)
        return text

    return checked


def with_chunk_marks(body: str) -> str:
    """The template with a mark in each empty line outside of if, for and trans: there one piece ends and another begins.

    Block tags swallow the line end behind them, so that conditions leave no empty lines; after a message it has to stay.
    """
    body = body.replace("{% endtrans %}", "{% endtrans +%}")
    lines, depth = [], 0
    for line in body.split("\n"):
        for tag in _TAG.findall(line):
            depth += -1 if tag.startswith("end") else 1
        lines.append("{{ _chunk() }}" if not line.strip() and depth == 0 else line)
    return "\n".join(lines)
