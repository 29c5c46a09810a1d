"""Tests of the translators' catalogs: nothing escapes translation, nothing is printed by halves, drift is told."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from jinja2 import nodes

from plainconsent import catalogcheck, catalogs, language
from plainconsent.assemble import Assembled, assemble
from plainconsent.catalogs import gather, messages_of, placeholders, read_catalog
from plainconsent.clauses import form_names, parse_clause
from plainconsent.document import Block, Bullets, Notice, Run, Signature, Slot, Table, walk
from plainconsent.errors import Faults
from plainconsent.language import PSEUDO, Language, catalog_path, read_language
from plainconsent.places import TEMPLATES
from plainconsent.profile import MODES, SETTINGS, Profile, make_profile, read_practice
from plainconsent.sandbox import parse

ON = date(2026, 11, 25)
STATES, LICENSES = ("CA", "WA"), ("LCSW", "LMFT", "LPCC", "psychologist")
RICH = """
state: CA
license: LMFT
settings: [individual]
practice: {name: Kind Talk, address: 1 Main Street, phone: 555-0100, fictitious_name: true, owners: [Ada Sample]}
clinician: {name: Ada Sample, training: Example School}
supervisor: {name: Bo Sample}
fees: {session_dollars: 150, session_minutes: 50, cancel_hours: 24, cancel_dollars: 90, court_dollars: 300}
group: {members: 8, leaders: 2}
policies: {hipaa: false, insurance: false, ai_notes: true, ai_vendor: Notetool, reply_days: 2, custodian: Cy Sample,
  records_years: 30, video_app: Seeme, language_help: true, couple_secrets: no_secrets}
"""


@dataclass
class Listener(Language):
    """The pseudo language as if reviewed, which keeps what it was asked for."""

    asked: set[tuple[str | None, tuple[str, ...]]] = field(default_factory=set)

    def _find(self, context: str | None, one: str, many: str | None = None, n: int = 1) -> str:
        self.asked.add((context, (one,) if many is None else (one, many)))
        return super()._find(context, one, many, n)


def profiles(folder: Path) -> Iterator[Profile]:
    """Every state, license, setting, mode and minor, with and without a practice's own answers."""
    path = folder / "practice.yaml"
    path.write_text(RICH)
    modes = (MODES[:1], MODES[1:], MODES)
    said = [(None, license) for license in LICENSES] + [(read_practice(path), "LMFT")]
    for (practice, license), state, people, ways in product(said, STATES, SETTINGS, modes):
        there = "WA" if state == "CA" and "teletherapy" in ways and practice else None
        for minor in ("", "parent") if people != "couple" else ("",):
            yield make_profile(
                as_of=ON,
                practice=practice,
                state=state,
                license=license,
                settings=(people, *ways),
                client_state=there,
                language=PSEUDO,
                minor=minor,
            )


@dataclass(frozen=True)
class Sweep:
    """Every form of every profile in the pseudo language, and the language that heard the messages."""

    made: tuple[Assembled, ...]
    language: Listener


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """All forms, made once."""
    language = Listener(PSEUDO, reviewer="a reviewer")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("plainconsent.assemble.read_language", lambda tag: language)
        all_profiles = list(profiles(tmp_path_factory.mktemp("practice")))
        made = tuple(assemble(profile, form) for profile in all_profiles for form in form_names())
    return Sweep(made, language)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the templates with no catalogs."""
    copy = tmp_path / "templates"
    shutil.copytree(TEMPLATES, copy, ignore=shutil.ignore_patterns("LC_MESSAGES"))
    return copy


def block_runs(block: Block) -> Iterator[tuple[Run, ...]]:
    """The lines of runs a block shows."""
    match block:
        case Bullets():
            yield from block.items
        case Table():
            yield from (cell for row in (block.header, *block.rows) for cell in row)
            yield (Run(block.caption),)
        case Signature():
            yield (Run(block.label),)
        case _ if hasattr(block, "runs"):
            yield block.runs


def outside_brackets(text: str) -> str:
    """What of a text in the pseudo language did not come through a catalog."""
    return re.sub(r"⟦[^⟦⟧]*⟧", "", text)


def escaped(made: Assembled) -> set[str]:
    """Words of a form that did not come through a catalog; names, blanks and links do not count."""
    document = made.document
    texts = [document.title, document.footer, document.page_words, document.draft or ""]
    texts += [text for slot in document.slots.values() for text in (slot.label, slot.spoken)]
    for block in walk(document.blocks):
        texts += [
            "".join("" if run.name or run.slot or run.href else run.text for run in runs) for runs in block_runs(block)
        ]
    return {left for left in map(outside_brackets, texts) if re.search(r"\w", left)}


def test_no_visible_word_escapes_translation(sweep: Sweep) -> None:
    """Every word of the three forms, all settings and modes, stands inside the brackets of the pseudo language."""
    assert len(sweep.made) > 200
    assert {made.document.form for made in sweep.made} == set(form_names())
    assert all("⟦" in made.document.page_words and "⟦" in made.document.footer for made in sweep.made)
    assert any(isinstance(block, Signature) for made in sweep.made for block in made.document.blocks)
    found = {(made.document.form, text) for made in sweep.made for text in escaped(made)}
    assert found == set()


def test_the_guard_sees_a_word_that_escapes(sweep: Sweep) -> None:
    """A plain word in a paragraph, in a label or in the footer is found."""
    made = sweep.made[0]
    assert escaped(made) == set()
    plain = replace(made.document, footer="Plain ⟦ñót⟧", slots={"x": Slot("x", "text", "Label")})
    paragraph = replace(plain.blocks[0], runs=(Run("Title ⟦ñ "), Run("Name", name=True), Run("⟧")))
    found = escaped(replace(made, document=replace(plain, blocks=(paragraph,))))
    assert {text.strip() for text in found} == {"Plain", "Label", "Title"}


def test_no_clause_has_words_outside_of_messages() -> None:
    """In every branch of every clause, chosen or not, plain text holds no letters; list numbers are all there is."""
    paths = sorted((TEMPLATES / "clauses").glob("*.md"))
    assert len(paths) > 40
    for path in paths:
        tree = parse(parse_clause(path.stem, path.read_bytes(), path.name))
        plain = [node.data for node in tree.find_all(nodes.TemplateData) if re.search(r"[^\W\d_]", node.data)]
        assert plain == [], path.name


def test_no_label_escapes_translation() -> None:
    """Words handed to choice, field, slot and sign are messages."""
    seen = 0
    for path in sorted((TEMPLATES / "clauses").glob("*.md")):
        for call in parse(parse_clause(path.stem, path.read_bytes(), path.name)).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in ("choice", "field", "slot", "sign"):
                labels = call.args[1:] if call.node.name == "sign" else call.args[1:2]
                assert all(isinstance(label, nodes.Call) for label in labels), (path.name, call.lineno)
                seen += len(labels)
    assert seen > 50


def test_every_message_asked_for_is_in_the_template(sweep: Sweep) -> None:
    """What the forms look up is letter for letter what the translators are given."""
    given = {
        (message.context, (message.id,) if isinstance(message.id, str) else tuple(message.id))
        for message in gather()
        if message.id
    }
    assert len(sweep.language.asked) > 200
    assert sweep.language.asked - given == set()


def test_the_template_is_up_to_date_and_the_same_bytes_each_time() -> None:
    """The stored template is what the clauses say, without a date."""
    stored = (TEMPLATES / "locale" / "plainconsent.pot").read_bytes()
    assert b"msgid" in stored
    assert b"POT-Creation-Date" not in stored
    assert catalogs.catalog_bytes(gather()) == catalogs.catalog_bytes(gather()) == stored, (
        "Run plainconsent language extract."
    )


def test_lines_are_those_of_the_clause_file() -> None:
    """The reference leads to the line where the message begins, front matter counted."""
    path = TEMPLATES / "clauses" / "child_abuse.md"
    lines = path.read_text().split("\n")
    said = list(messages_of(parse_clause("child_abuse", path.read_bytes(), "clauses/child_abuse.md")))
    assert len(said) > 5
    for message in said:
        assert message.ids[0].split("%")[0][:25].strip() in " ".join(lines[message.line - 1 : message.line + 2])


def test_every_placeholder_is_explained() -> None:
    """The notes for translators say what each placeholder holds, and who speaks to whom."""
    template = gather()
    names = {name for message in template if message.id for name in placeholders(str(message.id))} - {"page", "pages"}
    assert len(names) > 10
    assert names - set(catalogs.notes()["holds"]) == set()
    assert all(message.auto_comments[0].startswith("clause ") for message in template if message.id)


def test_authors_notes_and_plurals_reach_the_template() -> None:
    """A TRANSLATORS comment, both plural forms, the kind of label and the python-format flag are there."""
    raw = (
        b"---\ncovers: [UND-01]\n---\n{# TRANSLATORS: must report #}\n{% trans trimmed n=age %}\n  I have {{ n }} day.\n{% pluralize %}\n"
        b"  I have {{ n }} days.\n{% endtrans %}\n\n{{ field('a', pgettext('b', 'Name')) }}\n"
    )
    first, second = messages_of(parse_clause("x", raw, "clauses/x.md"))
    assert (first.line, first.ids, first.notes) == (5, ("I have %(n)s day.", "I have %(n)s days."), ("must report",))
    assert (second.line, second.context, second.ids, second.kind) == (11, "b", ("Name",), "field")


def test_a_message_put_together_of_parts_is_refused() -> None:
    """Text that no catalog can hold is told with its place instead of being skipped."""
    with pytest.raises(Faults, match=r"clauses/x\.md:4: has a message that is put together"):
        list(messages_of(parse_clause("x", b"---\ncovers: [UND-01]\n---\n{{ _('Fee ' ~ fee) }}\n", "clauses/x.md")))


def pseudo_catalog(folder: Path, tag: str = "es") -> Path:
    """A finished, reviewed catalog whose translations are the source in other letters."""
    catalogs.init(tag, folder)
    catalog = read_catalog(tag, folder)
    for message in catalog:
        if message.id:
            strings = tuple(
                re.sub(r"(%\(\w+\)s)|o", lambda found: found[1] or "ø", text) for text in catalogs.ids_of(message)
            )
            message.string = strings if len(strings) > 1 else strings[0]
    catalog_path(tag, folder).write_bytes(catalogs.catalog_bytes(catalog))
    return catalog_path(tag, folder)


def forget_catalogs() -> None:
    """Read catalogs anew: a program reads each once."""
    language._read_catalog.cache_clear()
    read_language.cache_clear()


@pytest.mark.parametrize("harm", ["missing", "fuzzy"])
def test_one_unfinished_message_stops_the_form(folder: Path, monkeypatch: pytest.MonkeyPatch, harm: str) -> None:
    """A form is whole in a finished language, and stops with the list when one message is missing or fuzzy."""
    path = pseudo_catalog(folder)
    monkeypatch.setattr("plainconsent.assemble.read_language", lambda tag: read_language(tag, folder))
    profile = make_profile(as_of=ON, state="CA", license="LMFT", settings=("individual",), language="es")
    assert assemble(profile, "consent").document.title == "Cønsent tø therapy"
    catalog = read_catalog("es", folder)
    message = catalog.get("Consent to therapy")
    assert message is not None
    if harm == "fuzzy":
        message.flags.add("fuzzy")
    else:
        message.string = ""
    path.write_bytes(catalogs.catalog_bytes(catalog))
    forget_catalogs()
    with pytest.raises(Faults) as stopped:
        assemble(profile, "consent")
    assert [fault.what for fault in stopped.value.faults] == ["has no finished translation of: 'Consent to therapy'"]


def test_days_and_money_follow_the_form_not_the_computer() -> None:
    """English and Spanish days and prices stay the same on a computer set to German or Arabic."""
    code = (
        "from datetime import date; from plainconsent.language import Language\n"
        "for l in (Language('en'), Language('es', 'es_US')): print(ascii(l.day(date(2026, 11, 25))), ascii(l.money(1500)))"
    )
    for setting in ("de_DE.UTF-8", "ar_EG.UTF-8", "C"):
        env = {**os.environ, "LC_ALL": setting, "LANG": setting, "LANGUAGE": setting.split("_")[0]}
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
        assert done.stdout.splitlines() == ["'November 25, 2026' '$1,500'", "'25 de noviembre de 2026' '$1,500'"]


def test_quoted_notices_are_never_translated(sweep: Sweep) -> None:
    """Words that a law prescribes are the same in every language, and no catalog is asked for them."""
    asked = {text for _, ids in sweep.language.asked for text in ids}
    seen = 0
    for made in sweep.made:
        for notice in (block for block in walk(made.document.blocks) if isinstance(block, Notice)):
            seen += 1
            assert notice.language == "en"
            assert not any("⟦" in text or text in asked for text in notice.paragraphs)
    assert seen > 10


def test_notices_in_the_pseudo_form_are_those_of_the_english_form() -> None:
    """The same profile in English and in the pseudo language quotes the same words."""
    profile = make_profile(as_of=ON, state="WA", license="psychologist", settings=("individual",))
    english, invented = (
        [block for block in walk(assemble(one, "consent").document.blocks) if isinstance(block, Notice)]
        for one in (profile, replace(profile, language=PSEUDO))
    )
    assert len(english) > 0
    assert english == invented


def test_pseudo_prints_the_whole_form() -> None:
    """The invented language's form begins with its DRAFT line and ends with the page counter, in brackets."""
    text = catalogs.pseudo(ON)
    assert text.startswith("⟦DRÁFT")
    assert text.count("⟦") == text.count("⟧") > 100


# One clause, one catalog, one thing wrong.

CLAUSE = """---
covers: [UND-01]
---
{% trans n=days, agency=office %}I must call {{ agency }} within {{ n }} day.{% pluralize %}I must call {{ agency }} within {{ n }} days.{% endtrans %}

{% trans %}You may **not** stop for 30 days.{% endtrans %}

{% trans %}I may help.{% endtrans %}
"""
GOOD = {
    "I must call %(agency)s within %(n)s day.": (
        "Debo llamar a %(agency)s en un día.",
        "Debo llamar a %(agency)s en %(n)s días.",
    ),
    "You may **not** stop for 30 days.": "**No** puede parar por 30 días.",
    "I may help.": "Puedo ayudar.",
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A templates folder with one clause and a finished Spanish catalog."""
    (tmp_path / "clauses").mkdir()
    (tmp_path / "clauses" / "x.md").write_text(CLAUSE)
    catalogs.extract(tmp_path)
    catalogs.init("es", tmp_path)
    change(tmp_path, GOOD)
    return tmp_path


def change(folder: Path, translations: dict[str, object], flag: str = "", comment: str = "") -> None:
    """Write translations into the Spanish catalog."""
    catalog = read_catalog("es", folder)
    for source, text in translations.items():
        message = catalog.get(source)
        assert message is not None
        message.string = text  # type: ignore[assignment]
        message.flags |= {flag} if flag else set()
        message.user_comments = [comment] if comment else []
    catalog_path("es", folder).write_bytes(catalogs.catalog_bytes(catalog))


def test_a_good_catalog_has_no_faults(small: Path) -> None:
    """The singular may say its number in words; everything else agrees."""
    assert catalogcheck.check("es", small) == []
    assert catalogs.status(small) == [("es", "3", "0", "0", "0", "none")]


DAY, STOP, HELP = GOOD
WRONG: list[tuple[str, object, str]] = [
    (DAY, ("Debo llamar a %(agencia)s en un día.", GOOD[DAY][1]), "has the placeholder 'agencia'"),
    (DAY, (GOOD[DAY][0], "Debo llamar a %(agency)s en unos días."), "loses the placeholder 'n'"),
    (DAY, (GOOD[DAY][0], ""), "has 1 of 2 plural forms"),
    (DAY, (GOOD[DAY][0], "Puedo llamar a %(agency)s en %(n)s días."), "loses “must”"),
    (DAY, (GOOD[DAY][0], "Debería llamar a %(agency)s en %(n)s días."), "loses “must”"),
    (STOP, "No puede parar por 30 días.", r"has 0 times \*\* for 2"),
    (STOP, "**No** puede parar por treinta días.", "loses the number 30"),
    (STOP, "**Puede** parar por 30 días.", "loses “not”"),
    (HELP, "Debo ayudar.", "loses “may”"),
    (HELP, "I may help.", "is the English text"),
    (HELP, "", "is missing"),
]


@pytest.mark.parametrize(("source", "text", "told"), WRONG)
def test_each_kind_of_drift_is_told_with_its_line(small: Path, source: str, text: object, told: str) -> None:
    """A wrong translation is told with the line of its message in the catalog."""
    change(small, {source: text})
    faults = catalogcheck.check("es", small)
    path = catalog_path("es", small)
    assert faults
    assert any(re.search(told, fault.what) for fault in faults), faults
    for fault in faults:
        line = int(fault.where.rsplit(":", 1)[1])
        assert path.read_text().split("\n")[line - 1].startswith("msgid")


def test_a_fuzzy_message_is_told_and_counted(small: Path) -> None:
    """A fuzzy message is not finished."""
    change(small, {HELP: "Puedo ayudar."}, flag="fuzzy")
    assert [fault.what for fault in catalogcheck.check("es", small)] == ["'I may help.' is fuzzy."]
    assert catalogs.status(small) == [("es", "2", "1", "0", "3", "none")]


def test_a_translator_can_vouch_for_a_sense_but_not_for_a_placeholder(small: Path) -> None:
    """`# sure:` switches off one question about the words, never the check of placeholders."""
    change(small, {HELP: "La ley me deja ayudar."}, comment="sure: may")
    assert catalogcheck.check("es", small) == []
    change(small, {HELP: "La ley me deja ayudar a %(x)s."}, comment="sure: may placeholders")
    assert [fault.what for fault in catalogcheck.check("es", small)] == [
        "'I may help.' has the placeholder 'x', which the source has not."
    ]


def test_headers_and_unreadable_files_are_told(small: Path) -> None:
    """A missing header and a broken line are faults, not tracebacks."""
    path = catalog_path("es", small)
    good = path.read_text()
    path.write_text(re.sub(r'"X-Law-Checked.*\n', "", good))
    assert [fault.what for fault in catalogcheck.check("es", small)] == ["has no header X-Law-Checked."]
    path.write_text(good + "\nmsgsrt oops\n")
    (fault,) = catalogcheck.check("es", small)
    assert re.search(r"plainconsent\.po:\d+$", fault.where)
    assert fault.what.startswith("can't be read")


def test_changed_wording_makes_the_catalog_stale_and_update_marks_it_fuzzy(small: Path) -> None:
    """Check tells stale, obsolete and lacking messages; update keeps the old source, drops the obsolete, is repeatable."""
    change(small, {STOP: GOOD[STOP]}, comment="sure: not")
    text = CLAUSE.replace("stop for 30 days", "stop for 60 days").replace("I may help.", "Something else altogether.")
    (small / "clauses" / "x.md").write_text(text)
    told = " ".join(str(fault) for fault in catalogcheck.check(None, small))
    for words in ("is not what the clauses say now", "is stale", "is obsolete", "lacks 'Something else"):
        assert words in told
    catalogs.extract(small)
    assert catalogs.update("es", small) == [
        "templates/locale/es/LC_MESSAGES/plainconsent.po: 1 translated, 1 fuzzy, 1 missing."
    ]
    once = catalog_path("es", small).read_bytes()
    assert b'#| msgid "You may **not** stop for 30 days."' in once
    assert b"I may help" not in once
    assert b"sure:" not in once
    catalogs.update(None, small)
    assert catalog_path("es", small).read_bytes() == once


def test_init_writes_whole_headers_and_never_overwrites(small: Path) -> None:
    """A new catalog names its language and plural forms, and is in nobody's review yet."""
    catalogs.init("ru", small)
    headers = read_catalog("ru", small).headers
    assert set(catalogs.HEADERS) <= set(headers)
    assert headers["Plural-Forms"].startswith("nplurals=3")
    assert headers["X-Reviewer"] == "none"
    with pytest.raises(Faults, match="is there already"):
        catalogs.init("ru", small)


@pytest.mark.parametrize(
    ("tag", "how"), [("pt_BR", "Write pt-BR"), ("zh-Hnas", "zh-Hans"), ("hmn", "Babel"), ("en", "needs no catalog")]
)
def test_init_tells_what_to_write_instead(small: Path, tag: str, how: str) -> None:
    """An unknown language is refused with the nearest tag or with what has to come first."""
    with pytest.raises(Faults, match=how):
        catalogs.init(tag, small)


def test_a_recorded_reviewer_ends_the_draft(folder: Path) -> None:
    """A name in X-Reviewer makes a translation one that can be signed."""
    path = pseudo_catalog(folder, "fr")
    path.write_text(
        path.read_text().replace("X-Reviewer: none", "X-Reviewer: Ana Sample, certified translator, 2026-11-20")
    )
    assert not read_language("fr", folder).draft


def test_the_page_counter_keeps_its_placeholders_in_the_invented_language(sweep: Sweep) -> None:
    """A writer can put the page numbers in."""
    assert {name for made in sweep.made for name in placeholders(made.document.page_words)} == {"page", "pages"}
