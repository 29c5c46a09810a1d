"""Renders a clause's words for a set of facts: sandboxed templates, and which statements each paragraph rests on."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from jinja2 import (
    DictLoader,
    FileSystemBytecodeCache,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
    Undefined,
    UndefinedError,
    meta,
    nodes,
)
from jinja2.bccache import Bucket
from jinja2.sandbox import SandboxedEnvironment

from plainconsent import __version__
from plainconsent.clauses import Clause
from plainconsent.document import Block, Slot, SlotKind
from plainconsent.errors import Fault, Faults, nearest, refuse
from plainconsent.facts import CHUNK, Facts, Name, token
from plainconsent.language import Language
from plainconsent.law import Statement
from plainconsent.markup import blocks
from plainconsent.shape import wrong_characters

_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.If,
    nodes.For,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
    nodes.Call,
    nodes.Keyword,
)
_CALLS = frozenset(
    [
        "gettext",
        "ngettext",
        "pgettext",
        "npgettext",
        "_",
        "_trans",
        "slot",
        "field",
        "choice",
        "sign",
        "notice",
        "money",
        "day",
        "copy_days",
        "_chunk",
    ]
)
_TAG = re.compile(r"{%-?\s*(if|for|trans|endif|endfor|endtrans)\b")
_ENVIRONMENTS: dict[int, SandboxedEnvironment] = {}


@dataclass(frozen=True)
class Piece:
    """One stretch of a form (usually a paragraph) and the statements it rests on."""

    clause: str
    blocks: tuple[Block, ...]
    statements: tuple[Statement, ...]


@dataclass
class Pen:
    """What a clause may call while it is rendered; it keeps the blanks it was asked for."""

    language: Language
    fills: Mapping[str, str]
    slots: dict[str, Slot] = field(default_factory=dict)

    def slot(self, id: str, label: str, kind: SlotKind | Literal["money"] = "text") -> str:
        """A blank inside a sentence; `money` is text that a number fills as whole dollars."""
        value = self.fills.get(id)
        if kind == "money":
            if value and not (value.isascii() and value.isdigit() and len(value) < 10):
                raise Fault(
                    f"slot {id}",
                    f"is filled with {value[:40]!r}, which is not an amount in whole dollars.",
                    "Write a number like 150.",
                )
            value, kind = self.language.money(int(value)) if value else None, "text"
        elif kind == "date" and value and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            try:
                value = self.language.day(date.fromisoformat(value))
            except ValueError:
                raise Fault(
                    f"slot {id}",
                    f"is filled with {value!r}, which is not a day of the calendar.",
                    "Write a day like 2026-11-25.",
                ) from None
        known = self.slots.get(id)
        if known and known.label != label:
            raise Fault(f"slot {id}", f"has two labels: {known.label!r} and {label!r}.", "Give one blank one label.")
        self.slots[id] = Slot(id, kind, label, value)
        return token("s", id)

    def field(self, id: str, label: str, kind: SlotKind = "text") -> str:
        """A blank on a line of its own."""
        self.slot(id, label, kind)
        return token("F", id)

    def choice(self, id: str, words: str) -> str:
        """A checkbox and the words beside it."""
        self.slot(id, words, "checkbox")
        return token("C", f"{id}\n{words}")

    def sign(self, id: str, who: str, signature: str, printed: str, when: str) -> str:
        """A place where one person signs: a signature, the printed name, the day."""
        parts: tuple[tuple[str, str, SlotKind], ...] = (
            (f"{id}_signature", signature, "signature"),
            (f"{id}_signed_name", printed, "text"),
            (f"{id}_signed_date", when, "date"),
        )
        for name, label, kind in parts:
            self.slots[name] = Slot(
                name, kind, label, self.fills.get(name) if kind == "text" else None, f"{who}: {label}"
            )
        return token("S", "\n".join((who, *(name for name, _, _ in parts))))

    def notice(self, item: Any, missing: str) -> str:
        """Words that a law prescribes, from an item of `required_disclosure`; `missing` labels the slot where none could be confirmed."""
        if not item["text"]:
            return self.field(f"notice_{str.__str__(item['item'])}", missing, "multiline")
        language = str.__str__(item["text_language"] or Name("en"))
        paragraphs = [str.__str__(part) for part in item["text"]]
        return token("Q", "\n".join((language, str(item["type_points"] or 12), *paragraphs)))

    def money(self, dollars: int | None) -> str:
        return token("t", self.language.money(dollars or 0))

    def day(self, day: Any) -> str:
        return token("t", self.language.day(day if isinstance(day, date) else date.fromisoformat(str.__str__(day))))

    def names(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("slot", "field", "choice", "sign", "notice", "money", "day")}


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
        raise Faults([_template_fault(clause, error)]) from None
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
        with contextlib.suppress(OSError, RuntimeError):
            super().__init__(pattern=f"__plainconsent_{__version__}_%s.cache")

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
        environment.language = language  # type: ignore[attr-defined]  # keeps the id alive as long as the entry
        _ENVIRONMENTS[id(language)] = environment
    return _ENVIRONMENTS[id(language)]


class _Clauses(SandboxedEnvironment):
    """Facts have items and no attributes: `practice.keys` is nothing, however the template asks for it."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        try:
            return obj[attribute]
        except (TypeError, LookupError, AttributeError):
            return self.undefined(obj=obj, name=attribute)


def _printed(value: Any) -> Any:
    if isinstance(value, (str, int, type(None), Undefined)):
        return value
    raise Fault(
        "template", f"prints {type(value).__name__}, which is not a word or a number.", "Print one of its fields."
    )


def new_environment(**more: Any) -> SandboxedEnvironment:
    """Jinja as clauses know it: sandboxed, strict on unknown names, translatable, block tags leave no empty lines."""
    return _Clauses(
        finalize=_printed,
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        # Clauses hold nothing to fold in advance; looking for it is half of the time that compiling takes.
        optimized=False,
        **more,
    )


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


def parse(clause: Clause) -> nodes.Template:
    """The clause's syntax tree; raises Faults with the line."""
    environment = new_environment()
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    try:
        return environment.parse(clause.body)
    except TemplateSyntaxError as error:
        raise Faults([_template_fault(clause, error)]) from None
    except RecursionError:
        raise Faults(
            [Fault(clause.file, "is nested too deeply.", "A clause is a few paragraphs with a few conditions.")]
        ) from None


def check_template(clause: Clause, known: list[str]) -> list[Fault]:
    """What the template may not do: unknown facts, calls, attributes beginning with _, filters, assignments, nested loops."""
    lines = enumerate(clause.body.splitlines(), 1)
    faults = [
        Fault(_place(clause, n), wrong) for n, line in lines if (wrong := wrong_characters(line.replace("\t", " ")))
    ]
    tree = parse(clause)
    for name in sorted(meta.find_undeclared_variables(tree) - set(known) - _CALLS):
        line = next(n.lineno for n in tree.find_all(nodes.Name) if n.name == name)
        faults.append(Fault(_place(clause, line), f"asks for {name!r}, which is not a fact.", nearest(name, known)))
    for node in _all(tree):
        what = _forbidden(node)
        if what:
            faults.append(
                Fault(_place(clause, node.lineno), what, "A clause prints facts and chooses by them, nothing else.")
            )
    return faults


def _all(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _all(child)


def _forbidden(node: nodes.Node) -> str:
    if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name) and node.target.name == "_trans":
        # What the translation extension itself writes for a call inside {% trans %}.
        return ""
    if not isinstance(node, _ALLOWED):
        return f"uses {type(node).__name__.lower()}, which a clause may not."
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        return f"reaches for {node.attr!r}."
    if isinstance(node, nodes.Call) and not (isinstance(node.node, nodes.Name) and node.node.name in _CALLS):
        return "calls something a clause may not call."
    if isinstance(node, nodes.For):
        if not isinstance(node.iter, (nodes.Name, nodes.Getattr)) or node.recursive:
            return "loops over something that is not a fact."
        if any(isinstance(inner, nodes.For) for part in node.body for inner in _all(part)):
            return "has a loop inside a loop."
    return ""


def fact_paths(tree: nodes.Node) -> Iterator[tuple[str, int]]:
    """Every dotted fact a template names, in any branch, with its line: the longest form only."""
    inner = {id(node.node) for node in _all(tree) if isinstance(node, nodes.Getattr)}
    for node in _all(tree):
        if id(node) not in inner and isinstance(node, (nodes.Getattr, nodes.Name)):
            parts: list[str] = []
            at: nodes.Node = node
            while isinstance(at, nodes.Getattr):
                parts.append(at.attr)
                at = at.node
            if isinstance(at, nodes.Name):
                yield ".".join((at.name, *reversed(parts))), node.lineno


def _template_fault(clause: Clause, error: TemplateError) -> Fault:
    line = getattr(error, "lineno", None) or 1
    what = error.message or "can't be read."
    if isinstance(error, UndefinedError):
        what = f"asks for something that is not there: {what}"
    return Fault(_place(clause, line), what, "Check the names and the closing tags.")


def _place(clause: Clause, line: int | None) -> str:
    # Nodes that the translation extension makes carry no line of their own.
    line = line or 1
    return f"{clause.file}:{clause.first_line + line - 1}"
