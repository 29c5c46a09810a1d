"""The Word file reads in the form's order, opens cleanly, and a practice's own master can neither break nor abuse it."""

from __future__ import annotations

import dataclasses
import importlib.util
import io
import re
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import docx as python_docx
import openxml_audit
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from sample import DOCUMENT, SLOTS, hashes, hashes_in_another_process

from plainconsent.document import (
    LINE,
    Callout,
    Document,
    Field,
    Heading,
    Look,
    Notice,
    Paragraph,
    Run,
    Slot,
    Table,
    block_lines,
)
from plainconsent.errors import Faults
from plainconsent.writers import docx
from plainconsent.writers._docx_master import check_master
from plainconsent.writers._docx_runs import W14, W

FRAMES = ROOT / "templates" / "frames"
MASTER = (FRAMES / "default.docx").read_bytes()
DRAFT = "DRAFT. No qualified translator has reviewed this text."
ARABIC = dataclasses.replace(
    DOCUMENT, language="ar", direction="rtl", title="نموذج", draft=DRAFT,
    blocks=(Heading(1, (Run("نموذج"),)), *DOCUMENT.blocks[1:], Notice(("NOTICE: call the board.",), "en", 14)),
)  # fmt: skip
DOCUMENTS = [pytest.param(DOCUMENT, id="en"), pytest.param(ARABIC, id="ar")]
LOOKS = [pytest.param(Look(fillable=True), id="fillable"), pytest.param(Look(fillable=False), id="flat")]


# --- reading back ----------------------------------------------------------------------------------------------------


def w(name: str) -> str:
    return f"{{{W}}}{name}"


def part(data: bytes, name: str = "word/document.xml") -> Any:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return etree.fromstring(package.read(name))


def body(data: bytes) -> Any:
    return python_docx.Document(io.BytesIO(data)).element.body


def text_of(element: Any) -> str:
    """The words of a paragraph or cell, those in controls and links, too."""
    signs = {w("t"): lambda e: e.text or "", w("br"): lambda e: "\n", w("tab"): lambda e: " "}
    return "".join(signs[e.tag](e) for e in element.iter(*signs) if e.getparent().tag == w("r"))


def text_lines(data: bytes) -> list[str]:
    """What a reader meets from top to bottom: a line for each paragraph, with its bullet or number, and each table row."""
    counters: dict[str, int] = {}
    return [line for line in _lines(body(data), counters) if line]


def _lines(container: Any, counters: dict[str, int]) -> Iterator[str]:
    for element in container:
        if element.tag == w("p"):
            yield _mark(element, counters) + _squeezed(text_of(element))
        elif element.tag == w("tbl"):
            for row in element.iter(w("tr")):
                cells = row.findall(w("tc"))
                if len(cells) == 1:
                    yield from _lines(cells[0], counters)
                else:
                    yield " | ".join(_squeezed(text_of(cell)) for cell in cells)


def _mark(paragraph: Any, counters: dict[str, int]) -> str:
    style = paragraph.find(f"{w('pPr')}/{w('pStyle')}")
    number = paragraph.find(f"{w('pPr')}/{w('numPr')}/{w('numId')}")
    if style is not None and style.get(w("val")) == "ListBullet":
        return "- "
    if number is None:
        return ""
    counters[number.get(w("val"))] = counters.get(number.get(w("val")), 0) + 1
    return f"{counters[number.get(w('val'))]}. "


def _squeezed(text: str) -> str:
    """Without the lines to write on; the box of a choice as `block_lines` prints it."""
    text = text.replace("☐", "[ ]").replace("☒", "[x]").replace(LINE, "")
    return " ".join(text.split())


def expected(document: Document) -> str:
    lines = [document.draft or "", *document.letterhead]
    lines += [line for block in document.blocks for line in block_lines(block, document.slots)]
    return " ".join(filter(None, map(_squeezed, lines)))


def with_values(document: Document = DOCUMENT, **values: str) -> Document:
    slots = {id: dataclasses.replace(slot, value=values.get(id, slot.value)) for id, slot in SLOTS.items()}
    return dataclasses.replace(document, slots=slots)


def audit_findings(data: bytes) -> list[str]:
    """What makes Word offer a repair, as openxml-audit predicts it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.docx"
        path.write_bytes(data)
        return [str(error) for error in openxml_audit.OpenXmlValidator().validate(path).errors]


# --- the form --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_words_stand_in_the_order_of_the_form(document: Document, look: Look) -> None:
    """Read from top to bottom, controls, lists, numbers and tables included, the file is `block_lines`."""
    assert " ".join(text_lines(docx.write(document, look))) == expected(document)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_word_would_open_it_cleanly(document: Document, look: Look) -> None:
    """The audit has nothing to say about any file, and does say something about a broken one."""
    data = docx.write(document, look)

    assert audit_findings(data) == []
    assert audit_findings(
        changed(
            data, {"word/document.xml": lambda xml: xml.replace(b"<w:tr>", b"<w:row>").replace(b"</w:tr>", b"</w:row>")}
        )
    )


def test_a_name_prints_as_it_is() -> None:
    """Markup, tags and docxtpl's own marks in a value are just letters."""
    name = 'Ann <b> & "Bo" {{x}} {% if %} {_{ }_} {_% %_} {{p body }} \\ \' &amp;'
    document = dataclasses.replace(
        with_values(clinician_name=name, client_name="B\nC\tD"), title=name, footer=name, letterhead=(name, name)
    )
    data = docx.write(document, Look())
    package = python_docx.Document(io.BytesIO(data))

    assert " ".join(text_lines(data)) == expected(document)
    assert package.core_properties.title == name
    assert text_of(package.sections[0].footer._element).startswith(name)
    assert text_of(package.sections[0].header._element).startswith(name)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
def test_any_value_prints_as_it_is(value: str) -> None:
    """Whatever letters a value holds, the file is sound XML and holds them."""
    root = part(docx.write(with_values(clinician_name=value), Look()))

    assert f"My name is {value}. You can check" in "".join(root.itertext())


def test_a_character_no_word_file_can_hold_is_refused() -> None:
    """The fault shows the text and the character."""
    with pytest.raises(Faults) as error:
        docx.write(with_values(client_name="A\x0bB"), Look())

    assert "U+000B" in str(error.value)
    assert "A\\x0bB" in str(error.value)


def test_the_bytes_repeat_in_another_process() -> None:
    """Another process with another hash seed and another time zone writes the same file."""
    assert hashes_in_another_process("docx", "7") == hashes("docx")


def test_dates_and_title_are_the_documents_own() -> None:
    """No clock: the properties say the day of the form, the zip entries the first day a zip can say."""
    data = docx.write(DOCUMENT, Look())
    core = python_docx.Document(io.BytesIO(data)).core_properties

    assert (core.title, core.language, core.author) == ("Sample form", "en", "Plain & Kind Therapy")
    assert core.created == core.modified
    assert core.created is not None
    assert core.created.date() == date(2026, 11, 25)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_headings_and_tables_are_real() -> None:
    """Headings have heading styles; the table has a header row that repeats, rows that stay whole, and a caption."""
    found = body(docx.write(DOCUMENT, Look()))
    styles = [p.find(f"{w('pPr')}/{w('pStyle')}").get(w("val")) for p in found.iter(w("p"))]
    table = [t for t in found.iter(w("tbl")) if t.find(f"{w('tblPr')}/{w('tblCaption')}") is not None]

    assert [style for style in styles if style.startswith("Heading")] == [
        "Heading1",
        "Heading2",
        "Heading2",
        "Heading2",
        "Heading3",
    ]
    assert [t.find(f"{w('tblPr')}/{w('tblCaption')}").get(w("val")) for t in table] == ["Who is told, and when"]
    assert [row.find(f"{w('trPr')}/{w('tblHeader')}") is not None for row in table[0].iter(w("tr"))] == [
        True,
        False,
        False,
    ]
    assert all(row.find(f"{w('trPr')}/{w('cantSplit')}") is not None for row in table[0].iter(w("tr")))


def test_each_numbered_list_starts_at_one() -> None:
    """Two ordered lists have two numbers, and each number starts again."""
    data = docx.write(DOCUMENT, Look())
    used = [n.get(w("val")) for n in body(data).iter(w("numId"))]
    starts = {
        n.get(w("numId")): n.find(f"{w('lvlOverride')}/{w('startOverride')}")
        for n in part(data, "word/numbering.xml").iter(w("num"))
    }

    assert len(used) == 4
    assert len(set(used)) == 2
    assert [starts[number].get(w("val")) for number in dict.fromkeys(used)] == ["1", "1"]


def test_blanks_are_controls_with_names() -> None:
    """An empty blank can be typed into and says its label and id; a signature and a filled blank cannot."""
    found = body(docx.write(with_values(client_dob="1990-02-03"), Look()))
    controls = {c.find(f".//{w('tag')}").get(w("val")): c.find(w("sdtPr")) for c in found.iter(w("sdt"))}

    assert set(controls) == {
        "client_name",
        "goals",
        "client_initials",
        "agree_text",
        "client_signed_name",
        "client_signed_date",
    }
    assert controls["client_name"].find(w("alias")).get(w("val")) == "Your full name"
    assert controls["goals"].find(w("text")).get(w("multiLine")) == "1"
    assert controls["client_signed_date"].find(f"{w('date')}/{w('dateFormat')}").get(w("val")) == "MM/dd/yyyy"
    assert controls["agree_text"].find(f"{{{W14}}}checkbox") is not None
    assert len({c.find(w("id")).get(w("val")) for c in controls.values()}) == len(controls)


def test_a_control_says_who_signs_and_is_never_too_long() -> None:
    """A screen reader hears the full label, cut to what Word can hold."""
    slot = Slot("client_name", "text", "Print your name", full_label="Print your name (client) " + "x" * 80)
    document = dataclasses.replace(DOCUMENT, blocks=(Field("client_name"),), slots={"client_name": slot})
    alias = body(docx.write(document, Look())).find(f".//{w('alias')}").get(w("val"))

    assert alias == slot.full_label[:64]


def test_a_flat_form_has_no_controls() -> None:
    """Only lines to write on, and a short line for short answers."""
    found = body(docx.write(DOCUMENT, Look(fillable=False)))

    assert list(found.iter(w("sdt"))) == []
    assert LINE in "".join(found.itertext())


def test_prescribed_words_are_large_enough() -> None:
    """A notice prints in the size its law asks for, or larger when the master's style is larger."""
    document = dataclasses.replace(DOCUMENT, blocks=(Notice(("Twenty",), "es", 20), Notice(("Ten",), "en", 10)))
    runs = [run for run in body(docx.write(document, Look())).iter(w("r")) if text_of(run) in ("Twenty", "Ten")]

    assert [run.find(f"{w('rPr')}/{w('sz')}").get(w("val")) for run in runs] == ["40", "24"]
    assert runs[0].find(f"{w('rPr')}/{w('lang')}").get(w("val")) == "es-US"


def test_every_page_has_edition_and_counter() -> None:
    """The footers hold the edition and the words of the counter around two fields, each with a cached number."""
    package = python_docx.Document(io.BytesIO(docx.write(DOCUMENT, Look())))
    for footer in (package.sections[0].footer, package.sections[0].first_page_footer):
        text = _squeezed(text_of(footer._element))
        codes = [f.get(w("instr")).strip() for f in footer._element.iter(w("fldSimple"))]

        assert DOCUMENT.footer in text
        assert text.endswith("Page 1 of 1")
        assert codes == ["PAGE", "NUMPAGES"]


def test_a_draft_says_so_on_top_and_on_every_page() -> None:
    """The band is the first paragraph, and stands in the header of the first page and of the others."""
    data = docx.write(dataclasses.replace(DOCUMENT, draft=DRAFT), Look())
    section = python_docx.Document(io.BytesIO(data)).sections[0]

    assert text_lines(data)[0] == DRAFT
    assert all(DRAFT in text_of(header._element) for header in (section.header, section.first_page_header))
    assert "DRAFT" not in "".join(text_lines(docx.write(DOCUMENT, Look())))


def test_language_and_direction_are_set() -> None:
    """The defaults name the language; right to left turns paragraphs, tables, headers and footers, but not English words."""
    english, arabic = docx.write(DOCUMENT, Look()), docx.write(ARABIC, Look())
    languages = [part(data, "word/styles.xml").find(f".//{w('lang')}").attrib for data in (english, arabic)]
    paragraphs = list(body(arabic).iter(w("p")))
    left = [
        text_of(p) for p in paragraphs if (b := p.find(f"{w('pPr')}/{w('bidi')}")) is None or b.get(w("val")) == "0"
    ]

    assert languages[0][w("val")] == "en-US"
    assert languages[1][w("bidi")] == "ar-SA"
    assert left == ["NOTICE: the board takes complaints.", "Call (555) 555-0100.", "NOTICE: call the board."]
    assert all(t.find(f"{w('tblPr')}/{w('bidiVisual')}") is not None for t in body(arabic).iter(w("tbl")))
    assert part(arabic, "word/footer.xml").find(f".//{w('bidi')}") is not None
    assert list(body(english).iter(w("bidi"), w("rtl"))) == []


def test_tables_next_to_each_other_stay_apart() -> None:
    """Word would join two tables without a paragraph between them; a box may be empty or hold a table."""
    table = Table(((Run("A"),), (Run("B"),)), (((Run("1"),), (Run("2"),)),))
    document = dataclasses.replace(
        DOCUMENT, blocks=(table, table, Callout((table,)), Callout(()), Paragraph((Run("End"),)))
    )
    data = docx.write(document, Look())

    assert audit_findings(data) == []
    assert all(t.getnext().tag == w("p") for t in body(data).iter(w("tbl")))


# --- the default master ----------------------------------------------------------------------------------------------


def test_the_default_master_is_made_by_its_script() -> None:
    """default.docx is what the script beside it makes, byte for byte, and is a sound master itself."""
    spec = importlib.util.spec_from_file_location("make_default_docx", FRAMES / "make_default_docx.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)

    assert script.make() == MASTER
    assert check_master(MASTER) == []
    assert audit_findings(MASTER) == []


# --- a practice's own master -----------------------------------------------------------------------------------------


def changed(
    data: bytes,
    parts: dict[str, Callable[[bytes], bytes]] | None = None,
    extra: dict[str, bytes] | None = None,
    compression: int = zipfile.ZIP_STORED,
) -> bytes:
    """The package with some parts changed and some more."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", compression) as new:
        for name in old.namelist():
            new.writestr(name, (parts or {}).get(name, lambda xml: xml)(old.read(name)))
        for name, xml in (extra or {}).items():
            new.writestr(name, xml)
    return made.getvalue()


def swapped(old: str, new: str, name: str = "word/document.xml") -> bytes:
    """The default master with one text of a part replaced."""

    def swap(xml: bytes) -> bytes:
        assert old.encode() in xml
        return xml.replace(old.encode(), new.encode())

    return changed(MASTER, {name: swap})


def saying(text: str) -> bytes:
    """The default master with one more paragraph."""
    return swapped("<w:sectPr>", f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p><w:sectPr>")


def only_if(name: str) -> bytes:
    """The default master with the place of the form under a condition."""
    start, end = (f"<w:p><w:r><w:t>{{%p {tag} %}}</w:t></w:r></w:p>" for tag in (f"if {name}", "endif"))
    place = '<w:p><w:pPr><w:pStyle w:val="Normal"/></w:pPr><w:r><w:t xml:space="preserve">{{p body }}</w:t></w:r></w:p>'
    return swapped(place, start + place + end)


def faults_of(master: bytes) -> str:
    """The faults of a master; the writer refuses it with the same ones."""
    found = check_master(master)
    with pytest.raises(Faults) as error:
        docx.write(DOCUMENT, Look(master=master))
    assert error.value.faults == found
    assert all(fault.where.startswith("master") and fault.what and fault.remedy for fault in found)
    return "\n".join(map(str, found))


def test_a_practices_own_master_is_used() -> None:
    """Another letterhead, other styles, tags split over runs, and conditions on known names are welcome."""
    own = saying("{% if letterhead %}Our house{% else %}No house{% endif %}")
    own = changed(
        own, {"word/styles.xml": lambda xml: xml.replace(b'w:styleId="Heading1"', b'w:styleId="berschrift1"')}
    )
    own = changed(
        own,
        {
            "word/document.xml": lambda xml: xml.replace(
                b"{{p body }}", b"{{p </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>body }}"
            )
        },
    )
    data = docx.write(DOCUMENT, Look(master=own))

    assert check_master(own) == []
    assert text_lines(data)[-1] == "Our house"
    assert body(data).find(f".//{w('pStyle')}[@{w('val')}='berschrift1']") is not None
    assert audit_findings(data) == []


def test_a_master_with_a_second_copy_of_its_styles_loses_it() -> None:
    """What Word 2010 wrote for Word 2007 no longer matches and would make Word offer a repair."""
    kind = "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects"
    link = f'<Relationship Id="rIdOld" Type="{kind}" Target="stylesWithEffects.xml"/></Relationships>'
    own = changed(
        MASTER,
        {"word/_rels/document.xml.rels": lambda xml: xml.replace(b"</Relationships>", link.encode())},
        {"word/stylesWithEffects.xml": f'<w:styles xmlns:w="{W}"/>'.encode()},
    )

    with zipfile.ZipFile(io.BytesIO(docx.write(DOCUMENT, Look(master=own)))) as package:
        assert [name for name in package.namelist() if "Effects" in name] == []


@pytest.mark.parametrize(
    ("tag", "what"),
    [
        ("{{ title.__class__ }}", "reads an attribute"),
        ("{{ title[0] }}", "reads an attribute"),
        ("{{ title.upper() }}", "calls something"),
        ("{{ range(10) }}", "calls something"),
        ("{{ title|upper }}", "uses a filter"),
        ("{{ ''.__class__.__mro__ }}", "reads an attribute"),
        ("{% for x in title %}x{% endfor %}", "loops"),
        ("{% set x = title %}", "sets a name"),
        ("{% set title %}x{% endset %}", "sets a name"),
        ("{% include 'x' %}", "includes a file"),
        ("{% import 'x' as y %}", "imports a file"),
        ("{% from 'x' import y %}", "imports a file"),
        ("{% extends 'x' %}", "extends a file"),
        ("{% if title == 'x' %}x{% endif %}", "computes"),
        ("{% macro x() %}x{% endmacro %}", "computes"),
        ("{{ 1 + 1 }}", "computes"),
        ("{{ client_secret }}", "'client_secret', which is not known"),
        ("{{ titel }}", "Did you mean title?"),
        ("{% if secret %}x{% endif %}", "'secret', which is not known"),
        ("{% raise %}", "can't be read"),
        ("{% if title %}", "can't be read"),
    ],
)
def test_a_master_may_only_print_known_names(tag: str, what: str) -> None:
    """Anything that could compute, read or run is refused, with the part and the text where it stands."""
    said = faults_of(saying(tag))

    assert what in said
    assert "word/document.xml" in said
    assert "{%" in said or "{{" in said


@pytest.mark.parametrize("name", ["word/header.xml", "word/footer.xml", "word/footerFirst.xml"])
def test_headers_and_footers_are_checked_too(name: str) -> None:
    """The fault names the part."""
    assert f"master, {name}, “" in faults_of(swapped("</w:p>", "<w:r><w:t>{{ x.y }}</w:t></w:r></w:p>", name))


def test_footnotes_are_checked_and_filled() -> None:
    """docxtpl fills them like the body."""
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    note = '<?xml version="1.0" encoding="UTF-8"?><w:footnotes xmlns:w="{W}"><w:footnote w:id="1"><w:p><w:r><w:t>{tag}</w:t></w:r></w:p></w:footnote></w:footnotes>'
    own = changed(
        linked("footnotes", "footnotes.xml", external=False),
        {
            "[Content_Types].xml": lambda xml: xml.replace(
                b"</Types>", f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'.encode()
            )
        },
    )
    fine, hostile = (
        changed(own, extra={"word/footnotes.xml": note.replace("{W}", W).replace("{tag}", tag).encode()})
        for tag in ("{{ title }}", "{{ x.y }}")
    )

    assert "Sample form" in "".join(part(docx.write(DOCUMENT, Look(master=fine)), "word/footnotes.xml").itertext())
    assert "master, word/footnotes.xml, “{{ x.y }}”" in faults_of(hostile)


def test_tags_in_properties_are_refused() -> None:
    """docxtpl would fill them."""
    said = faults_of(swapped(">Master<", ">{{ title.__class__ }}<", "docProps/core.xml"))

    assert "docProps/core.xml" in said


@pytest.mark.parametrize(
    ("master", "what"),
    [
        (swapped("{{p body }}", "Here"), "no places for the form"),
        (saying("{{p body }}"), "2 places for the form"),
        (swapped("{{p body }}", "{{ body }}"), "'body' where it can't stand"),
        (only_if("draft"), "no places for the form when draft is empty"),
        (swapped("{{p body }}", "{{p body }} Thank you."), "has more in a paragraph"),
        (saying("{%- if draft %}x{% endif %}"), "has a tag with a minus"),
        (swapped("{{ footer }}", "{{p body }}", "word/footer.xml"), "'body' where it can't stand"),
        (saying("{{ page_words }}"), "Write {{r page_words }}"),
        (saying("{{r title }}"), "Write {{ title }}"),
        (
            swapped("<w:sectPr>", "<w:p><w:r><w:instrText>{{ title }}</w:instrText></w:r></w:p><w:sectPr>"),
            "'title' where it can't stand",
        ),
        (
            swapped("<w:sectPr>", '<w:p w:rsidR="{{ title }}"><w:r><w:t>x</w:t></w:r></w:p><w:sectPr>'),
            "no sound document",
        ),
        (swapped("{{ draft }}", "", "word/header.xml"), "word/header.xml: does not print draft"),
        (swapped("{{r page_words }}", "", "word/footerFirst.xml"), "word/footerFirst.xml: does not print page_words"),
        (swapped('<w:footerReference w:type="first" r:id="footerFirst"/>', ""), "has pages without a footer"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_tags_stand_where_they_can_be_filled(master: bytes, what: str) -> None:
    """One place for the form, whatever is empty; every name where its kind can stand; edition and draft on every page."""
    assert what in faults_of(master)


def test_missing_styles_are_named_all_at_once() -> None:
    """One fault lists them; a list style without numbers is another."""

    def lame(xml: bytes) -> bytes:
        xml = xml.replace(b'w:name w:val="Form Label"', b'w:name w:val="My Label"').replace(
            b'w:name w:val="Form Box"', b'w:name w:val="My Box"'
        )
        return xml.replace(b'<w:numPr><w:numId w:val="2"/></w:numPr>', b"")

    said = faults_of(changed(MASTER, {"word/styles.xml": lame}))

    assert "lacks the styles Form Label, Form Box." in said
    assert "has a style 'List Number' without a bullet or number." in said


def lying(data: bytes, name: str, size: int) -> bytes:
    """The package with a false unpacked size of one part in its directory."""
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(name.encode()))
    return data[: at + 24] + struct.pack("<L", size) + data[at + 28 :]


def twice(name: str) -> bytes:
    made = io.BytesIO(MASTER)
    with zipfile.ZipFile(made, "a") as package, pytest.warns(UserWarning, match="Duplicate name"):
        package.writestr(name, b"<x/>")
    return made.getvalue()


ZEROS = changed(MASTER, extra={"word/media/zero.bin": b"\0" * 2_000_000}, compression=zipfile.ZIP_DEFLATED)
MANY = changed(MASTER, extra={f"word/media/{n}.bin": b"x" for n in range(2_100)})


@pytest.mark.parametrize(
    ("master", "what"),
    [
        pytest.param(b"", "not a Word file", id="empty"),
        pytest.param(b"Dear client,", "not a Word file", id="text"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old .doc file", id="doc"),
        pytest.param(changed(MASTER)[:-400], "not a Word file", id="cut"),
        pytest.param(MASTER.replace(b"Form Label", b"Form Lobel"), "is damaged", id="checksum"),
        pytest.param(ZEROS, "more than 200 times", id="bomb"),
        pytest.param(lying(MASTER, "word/theme.xml", 60_000_000), "50000000 are allowed", id="declared"),
        pytest.param(lying(ZEROS, "word/media/zero.bin", 10), "word/media/zero.bin: is damaged", id="lie"),
        pytest.param(MANY, "2000 are allowed", id="many"),
        pytest.param(twice("word/document.xml"), "stands twice", id="twice"),
    ],
)
def test_what_is_no_sound_package_is_refused(master: bytes, what: str) -> None:
    """Not a zip, a bomb by what it declares or by what comes out, doubled parts: refused before anything is opened."""
    assert what in faults_of(master)


def test_a_zip_that_is_no_document_is_refused() -> None:
    """A zip of anything else; a package whose parts are missing."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        package.writestr("readme.txt", "hello")

    assert "not a Word document" in faults_of(made.getvalue())
    assert "can't be opened" in faults_of(
        swapped("wordprocessingml.document.main", "wordprocessingml.template.main", "[Content_Types].xml")
    )


SECRET = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize("doctype", [SECRET, LAUGHS, '<!DOCTYPE x SYSTEM "http://example.org/x.dtd">'])
@pytest.mark.parametrize(
    "name", ["word/document.xml", "word/styles.xml", "word/header.xml", "_rels/.rels", "docProps/core.xml"]
)
def test_document_types_and_entities_are_refused(name: str, doctype: str) -> None:
    """In any part, in any encoding."""
    plain = changed(MASTER, {name: lambda xml: xml.replace(b"?>\n", b"?>" + doctype.encode(), 1)})
    wide = changed(
        MASTER,
        {
            name: lambda xml: (
                xml.decode().replace('encoding="UTF-8"', "").replace("?>\n", "?>" + doctype, 1).encode("utf-16")
            )
        },
    )

    assert f"master, {name}: declares a document type" in faults_of(plain)
    assert f"master, {name}: declares a document type" in faults_of(wide)


def test_broken_xml_names_its_part() -> None:
    """A part that is no XML."""
    assert "word/settings.xml: is not sound XML" in faults_of(
        changed(MASTER, {"word/settings.xml": lambda xml: xml[:-5]})
    )


def linked(kind: str, target: str, external: bool = True) -> bytes:
    mode = ' TargetMode="External"' if external else ""
    link = f'<Relationship Id="rIdX" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"{mode}/>'
    return swapped("</Relationships>", link + "</Relationships>", "word/_rels/document.xml.rels")


@pytest.mark.parametrize(
    ("master", "what"),
    [
        (changed(MASTER, extra={"word/vbaProject.bin": b"\xd0\xcf"}), "word/vbaProject.bin: holds macros"),
        (
            swapped("wordprocessingml.document.main", "wordprocessingml.x.macroEnabled", "[Content_Types].xml"),
            "holds macros",
        ),
        (linked("vbaProject", "evil.bin", external=False), "holds macros"),
        (linked("image", "http://example.org/pixel.png"), "fetches 'http://example.org/pixel.png' from outside"),
        (linked("attachedTemplate", "http://example.org/x.dotm"), "is tied to the template"),
        (linked("oleObject", "file:///x"), "an embedded object"),
        (linked("aFChunk", "x.html", external=False), "another document inside it"),
        (linked("hyperlink", "file://server/share"), "links to 'file://server/share'"),
    ],
    ids=["vba part", "macro type", "vba link", "image", "template", "object", "chunk", "file link"],
)
def test_macros_and_outside_links_are_refused(master: bytes, what: str) -> None:
    """Nothing that runs, and nothing that is fetched when the form is opened."""
    assert what in faults_of(master)


def test_a_link_to_a_web_page_is_fine() -> None:
    """A practice may print its own web address."""
    assert check_master(linked("hyperlink", "https://example.org/")) == []


@pytest.mark.parametrize("split", [False, True])
def test_fields_that_start_or_fetch_something_are_refused(split: bool) -> None:
    """DDE in one run or two, and pictures fetched by field; page numbers pass."""
    halves = "</w:instrText></w:r><w:r><w:instrText>" if split else ""
    field = '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DD{halves}EAUTO c:\\cmd.exe </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    fetched = '<w:p><w:fldSimple w:instr=" INCLUDEPICTURE x "/></w:p>'
    counted = '<w:p><w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p>'

    assert "DDEAUTO" in faults_of(swapped("<w:sectPr>", field.replace("{halves}", halves) + "<w:sectPr>"))
    assert "INCLUDEPICTURE" in faults_of(swapped("<w:sectPr>", fetched + "<w:sectPr>"))
    assert check_master(swapped("<w:sectPr>", counted + "<w:sectPr>")) == []


@pytest.mark.parametrize(
    "text", ["{% colspan" + " " * 3000, "{{p " * 5000, "x" * 2_100_000], ids=["blanks", "braces", "long"]
)
def test_text_made_to_take_long_is_refused_at_once(text: str) -> None:
    """Patterns of docxtpl that take very long over such text never see it."""
    assert "too large, or too full of braces or blanks" in faults_of(saying(text))


def test_all_faults_are_told_at_once() -> None:
    """A practice puts everything right in one go: a macro, a hostile tag and a missing style."""
    own = changed(
        saying("{{ title.x }}"), {"word/styles.xml": lambda xml: xml.replace(b'w:val="Form Cell"', b'w:val="Cell"')}
    )
    said = faults_of(changed(own, extra={"word/vbaProject.bin": b""}))

    assert re.findall("holds macros|reads an attribute|lacks the styles", said) == [
        "holds macros",
        "reads an attribute",
        "lacks the styles",
    ]
