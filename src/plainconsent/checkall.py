"""Everything that can be checked without making a form: law, clauses, outlines and catalogs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from plainconsent.checklist import read_checklist
from plainconsent.clauses import form_names, read_clause, read_outline
from plainconsent.errors import Fault, nearest
from plainconsent.facts import PROFILE_NAMES
from plainconsent.jurisdictions import Topics, read_topics
from plainconsent.lawcheck import check_law, when_paths
from plainconsent.places import TEMPLATES
from plainconsent.sandbox import check_template, fact_paths, parse

Checked = tuple[str, list[Fault], list[Fault]]


def check_all(on: date) -> Iterator[Checked]:
    """Per subject: its name, what is wrong, and what is worth a look."""
    from plainconsent import catalogcheck, style

    yield "law", check_law(on), []
    yield "clauses", [*style.check_clauses(), *clause_faults()], style.warn_clauses()
    yield "catalogs", catalogcheck.check(None), []


def clause_faults() -> list[Fault]:
    """Outlines and front matter: unknown checklist ids, disclosures, facts and items; clauses that no form uses."""
    topics = read_topics()
    used = {id for form in form_names() for id in read_outline(form).order}
    known = {path.stem for path in (TEMPLATES / "clauses").glob("*.md")}
    faults = [
        Fault(f"clauses/{id}.md", "is in no form.", "Name it in an outline, or delete it.")
        for id in sorted(known - used)
        if not id.startswith("_")
    ]
    return faults + [fault for id in sorted(known) for fault in _one_clause(id, topics)]


def _one_clause(id: str, topics: Topics) -> Iterator[Fault]:
    clause = read_clause(id)
    codes = topics.fields("required_disclosure")["contains"]["of"]
    yield from check_template(clause, [*PROFILE_NAMES, *topics.topics])
    for item in clause.covers:
        if item not in read_checklist():
            yield Fault(
                clause.file, f"covers {item}, which the checklist does not have.", nearest(item, read_checklist())
            )
    for code in clause.discloses:
        if code not in codes:
            yield Fault(clause.file, f"discloses {code}, which is no item of a disclosure.", nearest(code, codes))
    for path, line in [*fact_paths(parse(clause)), *((path, 1) for path in (*when_paths(clause.when), *clause.cites))]:
        if wrong := wrong_path(path, topics):
            yield Fault(f"{clause.file}:{clause.first_line + (line or 1) - 1}", f"asks for {path}: {wrong}")


def wrong_path(path: str, topics: Topics) -> str:
    """What is wrong with a dotted fact, in any branch of a clause, whether or not it was ever rendered; or ''."""
    parts = path.split(".")
    prefixes = {"us": [], "federal": ["federal_rules"], "ethics": ["ethics_rules"]}
    if parts[0] in prefixes:
        parts = prefixes[parts[0]] + parts[1:]
    if not parts or parts[0] not in topics.topics or len(parts) == 1:
        return ""
    topic, *rest = parts
    fields = topics.fields(topic)
    if topics.topics[topic].get("list"):
        items = fields["item"].get("of")
        if items and rest[0] not in items:
            return f"{rest[0]!r} is not an item. {nearest(rest[0], items)}"
        rest = rest[1:]
    for part in rest:
        if part not in fields:
            return f"{part!r} is not a field. {nearest(part, fields)}"
        fields = fields[part].get("fields", {})
    return ""
