"""What a clause's template may do, and what it asks for: facts are printed and chosen by, nothing else runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, Undefined, UndefinedError, meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from plainconsent.clauses import Clause
from plainconsent.errors import Fault, Faults, nearest
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


class _Clauses(SandboxedEnvironment):
    """Facts have items and no attributes: `practice.keys` is nothing, however the template asks for it."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        try:
            return obj[attribute]
        except (TypeError, LookupError, AttributeError):
            return self.undefined(obj=obj, name=attribute)


def printed(value: Any) -> Any:
    """The value, when it is a word or a number that a form can print; raises Fault for all else."""
    if isinstance(value, (str, int, type(None), Undefined)):
        return value
    raise Fault(
        "template", f"prints {type(value).__name__}, which is not a word or a number.", "Print one of its fields."
    )


def new_environment(**more: Any) -> SandboxedEnvironment:
    """Jinja as clauses know it: sandboxed, strict on unknown names, translatable, block tags leave no empty lines."""
    return _Clauses(
        finalize=printed,
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        # Clauses hold nothing to fold in advance; looking for it is half of the time that compiling takes.
        optimized=False,
        **more,
    )


def parse(clause: Clause) -> nodes.Template:
    """The clause's syntax tree; raises Faults with the line."""
    environment = new_environment()
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    try:
        return environment.parse(clause.body)
    except TemplateSyntaxError as error:
        raise Faults([template_fault(clause, error)]) from None
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


def template_fault(clause: Clause, error: TemplateError) -> Fault:
    line = getattr(error, "lineno", None) or 1
    what = error.message or "can't be read."
    if isinstance(error, UndefinedError):
        what = f"asks for something that is not there: {what}"
    return Fault(_place(clause, line), what, "Check the names and the closing tags.")


def _place(clause: Clause, line: int | None) -> str:
    # Nodes that the translation extension makes carry no line of their own.
    line = line or 1
    return f"{clause.file}:{clause.first_line + line - 1}"
