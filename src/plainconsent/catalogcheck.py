"""What is wrong with a translator's catalog: placeholders, numbers, must, may and not, what is missing, fuzzy or stale."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Message

from plainconsent.catalogs import (
    HEADERS,
    PLACEHOLDER,
    Po,
    catalog_bytes,
    catalog_tags,
    gather,
    ids_of,
    keyed,
    notes,
    placeholders,
    read_catalog,
    shown,
    strings_of,
    template_path,
)
from plainconsent.errors import Fault, Faults
from plainconsent.language import catalog_path, eval_plural
from plainconsent.places import TEMPLATES

_SAME = frozenset({"Web: %(web)s"})


@dataclass(frozen=True)
class Form:
    """One English text and its translation, as the rules of `check` see them; `once` when it stands for n = 1 alone."""

    source: str
    text: str
    language: str
    once: bool = False


def check(tag: str | None = None, folder: Path = TEMPLATES) -> list[Fault]:
    """Everything that is wrong with one catalog or all, and with a template file that the clauses have left behind."""
    template = gather(folder)
    path = template_path(folder)
    faults = []
    if not path.is_file() or path.read_bytes() != catalog_bytes(template):
        faults.append(
            Fault(shown(path, folder), "is not what the clauses say now.", "Run plainconsent language extract.")
        )
    for each in catalog_tags(tag, folder):
        try:
            faults += _check_catalog(each, read_catalog(each, folder), template, folder)
        except Faults as unreadable:
            faults += unreadable.faults
    return faults


def _check_catalog(tag: str, catalog: Po, template: Po, folder: Path) -> Iterator[Fault]:
    where = shown(catalog_path(tag, folder), folder)
    again = f"Run plainconsent language update {tag}."
    yield from _check_headers(tag, catalog, template, where)
    fresh = keyed(template)
    own = keyed(catalog)
    for key in fresh.keys() - own.keys():
        yield Fault(f"{where}:1", f"lacks {_short(key[1])}.", again)
    for message in [*own.values(), *catalog.obsolete.values()]:
        line = f"{where}:{message.lineno}"
        if (message.context, ids_of(message)[0]) not in fresh or message in catalog.obsolete.values():
            yield Fault(line, f"{_short(ids_of(message)[0])} is obsolete: no form says it.", again)
        else:
            yield from _check_message(tag, message, catalog, line)


def _check_headers(tag: str, catalog: Po, template: Po, where: str) -> Iterator[Fault]:
    for name in HEADERS:
        if not catalog.headers.get(name, "").strip():
            yield Fault(
                f"{where}:1", f"has no header {name}.", "Add it; templates/locale/README.md says what it holds."
            )
    said = catalog.headers.get("Language", "").replace("_", "-")
    if said and said != tag:
        yield Fault(
            f"{where}:1", f"says in Language that it is {said!r}, but its folder says {tag!r}.", "Make them agree."
        )
    version = template.headers["X-Source-Version"]
    if catalog.headers.get("X-Source-Version", version) != version:
        yield Fault(
            f"{where}:1", "is stale: the clauses have changed since.", f"Run plainconsent language update {tag}."
        )


def _check_message(tag: str, message: Message, catalog: Po, line: str) -> Iterator[Fault]:
    ids, strings = ids_of(message), strings_of(message)
    name = _short(ids[0])
    if not any(strings):
        yield Fault(line, f"{name} is missing.", "Translate it.")
    elif message.fuzzy:
        yield Fault(line, f"{name} is fuzzy.", "Compare it with the old source, correct it, take the fuzzy mark away.")
    elif len(ids) > 1 and (not all(strings) or len(strings) != catalog.num_plurals):
        yield Fault(
            line, f"{name} has {sum(map(bool, strings))} of {catalog.num_plurals} plural forms.", "Translate each."
        )
    else:
        sure = {
            word for comment in message.user_comments if comment.startswith("sure:") for word in comment[5:].split()
        }
        for form in _forms(ids, strings, catalog, tag):
            for rule, (finds, remedy) in RULES.items():
                if rule not in sure or rule in _NEVER_WAIVED:
                    yield from (Fault(line, f"{name} {what}.", remedy) for what in finds(form))


def _forms(ids: tuple[str, ...], strings: tuple[str, ...], catalog: Po, tag: str) -> Iterator[Form]:
    """Each translated text beside the English it stands for: the singular only where the form is for n = 1 alone."""
    plural = eval_plural(catalog.plural_expr)
    for n, text in enumerate(strings):
        once = len(ids) > 1 and [k for k in range(200) if plural(k) == n] == [1]
        yield Form(ids[0] if once else ids[-1], text, tag.split("-")[0], once)


def _placeholders_differ(form: Form) -> list[str]:
    wanted, given = placeholders(form.source), placeholders(form.text)
    lost = wanted - given - ({"n"} if form.once else set())
    return [
        *(f"loses the placeholder {name!r}" for name in sorted(lost)),
        *(f"has the placeholder {name!r}, which the source has not" for name in sorted(given - wanted)),
    ]


def _bold_differs(form: Form) -> list[str]:
    was, now = form.source.count("**"), form.text.count("**")
    return [f"has {now} times ** for {was}"] if was != now else []


def _numbers_lost(form: Form) -> list[str]:
    wanted, given = (
        {int(n) for n in re.findall(r"\d+", PLACEHOLDER.sub("", text))} for text in (form.source, form.text)
    )
    return [f"loses the number {n}" for n in sorted(wanted - given)]


def _sense_lost(sense: str, form: Form) -> list[str]:
    said = notes()["said_in"].get(form.language, {}).get(sense)
    asks = notes()["senses"][sense]
    unless = asks["unless"] and re.search(asks["unless"], form.source, re.IGNORECASE)
    if not said or unless or not re.search(asks["says"], form.source, re.IGNORECASE):
        return []
    return [] if re.search(said, form.text, re.IGNORECASE) else [f"loses “{sense}”"]


def _untranslated(form: Form) -> list[str]:
    wordless = not re.search(r"[^\W\d_]", PLACEHOLDER.sub("", form.source))
    return [] if form.source != form.text or form.source in _SAME or wordless else ["is the English text"]


_NEVER_WAIVED = frozenset({"placeholders", "bold"})
RULES: Mapping[str, tuple[Callable[[Form], list[str]], str]] = {
    "placeholders": (_placeholders_differ, "Copy it as it is, with % and s."),
    "bold": (_bold_differs, "Put ** around the same words."),
    "numbers": (_numbers_lost, "Write the number in digits."),
    "must": (lambda form: _sense_lost("must", form), "The law gives no choice here; say so."),
    "may": (lambda form: _sense_lost("may", form), "The law leaves a choice here; say so."),
    "not": (lambda form: _sense_lost("not", form), "Check that it says the same."),
    "same": (_untranslated, "Translate it, or write the comment `# sure: same` above it."),
}


def _short(text: str, widest: int = 60) -> str:
    return repr(text if len(text) <= widest else text[: widest - 1] + "…")
