"""The PDF passes the accessibility rules, reads in the form's order, and says what it cannot print."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator

import page
import pikepdf
import pypdfium2
import pytest
from sample import DOCUMENT, SLOTS, hashes, hashes_in_another_process

from plainconsent.document import (
    LINE,
    Bullets,
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
from plainconsent.document import Choice as Checkbox
from plainconsent.errors import Faults
from plainconsent.writers import pdf

DRAFT = "DRAFT. No qualified translator has reviewed this text."
LOOKS = [pytest.param(Look(fillable=True), id="fillable"), pytest.param(Look(fillable=False), id="flat")]
DOCUMENTS = [
    pytest.param(DOCUMENT, id="plain"),
    pytest.param(dataclasses.replace(DOCUMENT, draft=DRAFT, language="es-MX"), id="draft"),
]


def with_values(**values: str) -> Document:
    slots = {id: dataclasses.replace(slot, value=values.get(id, slot.value)) for id, slot in SLOTS.items()}
    return dataclasses.replace(DOCUMENT, slots=slots)


def squeezed(words: str) -> str:
    """The words without spaces and without lines to write on: where a line breaks differs between formats."""
    return "".join(words.replace("_", "").split())


def expected(document: Document) -> str:
    """What must be read, in order; marks of lists and boxes are drawn in other ways."""
    lines = [document.draft or "", *document.letterhead]
    for block in document.blocks:
        for line in block_lines(block, document.slots):
            line = line.replace(LINE, "")
            if isinstance(block, Checkbox):
                line = line.removeprefix("[ ]").replace("[x]", "x")
            lines.append(line.replace(" | ", " ") if isinstance(block, Table) else line.removeprefix("- "))
    return squeezed(" ".join(lines).replace(" - ", " "))


def read_back(data: bytes, document: Document) -> str:
    """The text that a reader extracts, without what each page repeats."""
    with pypdfium2.PdfDocument(data) as opened:
        pages = [sheet.get_textpage().get_text_bounded() for sheet in opened]
    shown = []
    for number, words in enumerate(pages, start=1):
        counted = document.page_words.format(page=number, pages=len(pages))
        words = squeezed(words).replace("•", "")
        for repeated in (document.footer, counted):
            assert squeezed(repeated) in words, f"page {number} lacks {repeated!r}"
            words = words.replace(squeezed(repeated), "")
        if document.draft and number > 1:
            assert words.startswith(squeezed(document.draft))
            words = words.removeprefix(squeezed(document.draft))
        shown.append(words)
    return "".join(shown)


def tags(data: bytes) -> Iterator[str]:
    """The names of the block tags in reading order."""

    def under(node: pikepdf.Object) -> Iterator[str]:
        if isinstance(node, pikepdf.Array):
            for child in node:  # type: ignore[attr-defined]
                yield from under(child)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            yield str(node.S).removeprefix("/")
            yield from under(node.get("/K", pikepdf.Array()))

    with pikepdf.open(io.BytesIO(data)) as opened:
        assert bool(opened.Root.MarkInfo.Marked)
        kept = {"H1", "H2", "H3", "P", "L", "Table", "Form", "Link"}
        yield from (tag for tag in under(opened.Root.StructTreeRoot.K) if tag in kept)


def standards_findings(data: bytes) -> Iterator[str]:
    """What breaks PDF/UA-1 or PDF/A-2a in a file, by the checker's words."""
    for profile in (page.ValidationProfile.PDF_UA_1, page.ValidationProfile.PDF_A_2A):
        report = page.validate_pdf_bytes(data, profile=profile)
        assert report.rules.total > 20
        # The checker takes a last byte of packed data for a line end; veraPDF (verapdf.py) does not.
        yield from (found.message for found in report.failures if found.rule_id != "PDFA2A-STREAM-LENGTH-001")


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_passes_the_accessibility_and_the_archive_rules(document: Document, look: Look) -> None:
    """PDF/UA-1 and PDF/A-2a hold in one file, for the form that is typed into as for the flat one."""
    assert list(standards_findings(pdf.write(document, look))) == []


@pytest.mark.parametrize("harm", ["no name", "no tag"])
def test_the_rules_bite(harm: str) -> None:
    """A field without words for a screen reader, or without its tag, would be found."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf.write(DOCUMENT, Look()))) as opened:
        field = opened.Root.AcroForm.Fields[0]
        if harm == "no name":
            del field.TU
        else:
            pikepdf.NumberTree(opened.Root.StructTreeRoot.ParentTree)[int(field.StructParent)].S = pikepdf.Name.Span
        opened.save(out)
    assert not page.is_pdf_compliant_bytes(out.getvalue(), profile=page.ValidationProfile.PDF_UA_1)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_reads_back_every_word_in_order(document: Document, look: Look) -> None:
    """All that the form says, and nothing else, can be copied out of the file in the form's order."""
    assert read_back(pdf.write(document, look), document) == expected(document)


def test_tags_stand_in_the_order_of_the_blocks() -> None:
    """A screen reader meets headings, paragraphs, lists, the table and the fields as the form orders them."""
    field, choice = ["P", "Form"], ["P", "Form"]
    assert list(tags(pdf.write(DOCUMENT, Look()))) == [
        "P",
        "P",
        "H1",
        "H2",
        "L",
        "H2",
        "P",
        "Link",
        "P",
        "Form",
        *field * 3,
        "H2",
        "H3",
        "L",
        "L",
        "Table",
        "P",
        "P",
        "P",
        *choice,
        "P",
        "P",
        "Link",
        "P",
        *field * 3,
    ]


def test_language_and_title_are_set() -> None:
    """The file says its language and shows its title; a prescribed notice keeps a language of its own."""
    document = dataclasses.replace(
        DOCUMENT, language="es", blocks=(Heading(1, (Run("Título"),)), Notice(("NOTICE: call the board.",), "en"))
    )
    data = pdf.write(document, Look())
    with pikepdf.open(io.BytesIO(data)) as opened:
        assert str(opened.Root.Lang) == "es"
        assert bool(opened.Root.ViewerPreferences.DisplayDocTitle)
        assert opened.open_metadata()["dc:title"] == DOCUMENT.title
        languages = {
            str(item.Lang) for item in opened.objects if isinstance(item, pikepdf.Dictionary) and "/Lang" in item
        }
    assert languages == {"es", "en"}


def test_each_empty_blank_is_a_named_field() -> None:
    """Every empty blank can be typed into, has a name for those who listen, and its own tag; filled ones do not."""
    with pikepdf.open(io.BytesIO(pdf.write(DOCUMENT, Look()))) as opened:
        fields = {str(field.T): field for field in opened.Root.AcroForm.Fields}
        assert set(fields) == {id for id, slot in SLOTS.items() if not slot.value}
        parents = pikepdf.NumberTree(opened.Root.StructTreeRoot.ParentTree)
        for id, field in fields.items():
            assert str(field.TU) == SLOTS[id].spoken
            assert parents[int(field.StructParent)].S == "/Form"
            assert "/NeedAppearances" not in opened.Root.AcroForm
        kinds = {SLOTS[id].kind: str(field.FT) for id, field in fields.items()}
        assert all(sheet.obj.Tabs == "/S" for sheet in opened.pages)
    assert kinds == {
        "text": "/Tx",
        "date": "/Tx",
        "multiline": "/Tx",
        "initials": "/Tx",
        "checkbox": "/Btn",
        "signature": "/Sig",
    }


def test_flat_file_has_no_fields() -> None:
    """The flat form is for a pen: lines are drawn, and no mark of a field is left behind."""
    data = pdf.write(DOCUMENT, Look(fillable=False))
    with pikepdf.open(io.BytesIO(data)) as opened:
        assert "/AcroForm" not in opened.Root
        addresses = [str(mark.A.URI) for sheet in opened.pages for mark in sheet.obj.get("/Annots", [])]
    assert addresses == ["https://www.example.org/a?b=1&c=2", "https://www.example.org/law"]


def test_blank_in_two_places_is_one_field() -> None:
    """What is typed once shows in both places, and the rules still hold."""
    twice = dataclasses.replace(
        DOCUMENT, blocks=(*DOCUMENT.blocks, Field("client_name"), Checkbox("agree_text", (Run("Again"),)))
    )
    data = pdf.write(twice, Look())
    with pikepdf.open(io.BytesIO(data)) as opened:
        fields = [field for field in opened.Root.AcroForm.Fields if field.T in ("client_name", "agree_text")]
        assert [len(field.Kids) for field in fields] == [2, 2]
    assert page.is_pdf_compliant_bytes(data, profile=page.ValidationProfile.PDF_UA_1)


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("Zoë 😀", "😀 (U+1F600)"),
        ("علي", "ع (U+0639)"),
        ("李", "李 (U+674E)"),
        ("a\x01b", "U+0001"),
        ("a\ufeffb", "U+FEFF"),
    ],
)
def test_a_character_that_the_font_lacks_is_named(value: str, named: str) -> None:
    """No box is ever printed for a letter: the fault names the blank, the letter and a way out."""
    with pytest.raises(Faults) as caught:
        pdf.write(with_values(client_name=value), Look())
    [fault] = caught.value.faults
    assert fault.where == SLOTS["client_name"].label
    assert named in fault.what
    assert "docx" in fault.remedy


def test_a_character_in_the_words_of_the_form_is_named_too() -> None:
    """A translator learns which line holds the letter."""
    with pytest.raises(Faults, match="Nǐ hǎo 你"):
        pdf.write(dataclasses.replace(DOCUMENT, blocks=(Heading(1, (Run("Nǐ hǎo 你"),)),)), Look())


@pytest.mark.parametrize(
    "value", ["Zoë Nguyễn-Müller Ładoś Ξένια Жанна", "e\u0301 \u200b\u00ad\u2011 fi ffl", "one\ntwo\nthree"]
)
def test_letters_of_many_languages_are_printed(value: str) -> None:
    """Latin with any accent, Greek and Cyrillic are in the font that comes along."""
    document = with_values(goals=value, client_name=value)
    with pypdfium2.PdfDocument(pdf.write(document, Look())) as opened:
        words = squeezed("".join(sheet.get_textpage().get_text_bounded() for sheet in opened))
    plain = squeezed(value.replace("\u200b", "").replace("\u00ad", ""))
    assert plain in words.replace("\u200b", "").replace("\u00ad", "").replace("\ufffe", "")


@pytest.mark.parametrize("where", ["field", "sentence", "cell"])
@pytest.mark.parametrize("value", ["x" * 5000, "word " * 1000, "Straße" * 800], ids=["one word", "words", "long words"])
def test_a_long_value_wraps_inside_the_margins(value: str, where: str) -> None:
    """Nothing runs off the paper, however long the value and wherever it stands."""
    inside = {
        "field": Field("goals"),
        "sentence": Paragraph((Run("I want "), Run(slot="goals"))),
        "cell": Table(((Run("A"),), (Run("B"),)), (((Run("a"),), (Run(slot="goals"),)),)),
    }[where]
    slots = {"goals": Slot("goals", "multiline", "Goals", value)}
    data = pdf.write(dataclasses.replace(DOCUMENT, slots=slots, blocks=(DOCUMENT.blocks[0], inside)), Look())
    with pypdfium2.PdfDocument(data) as opened:
        assert len(opened) > 1
        texts = [sheet.get_textpage() for sheet in opened]
        words = squeezed("".join(text.get_text_bounded() for text in texts))
        for text in texts:
            for n in range(text.count_chars()):
                left, bottom, right, top = text.get_charbox(n)
                assert 60 <= left <= right <= 612 - 60
                assert 20 <= bottom <= top <= 792 - 20
    assert words.count(value[0]) >= value.count(value[0])


def test_same_bytes_again_and_in_another_process() -> None:
    """The same form is the same file, so a practice can prove which form was signed."""
    here = hashes("pdf")
    assert hashes("pdf") == here
    assert len(here) == 2
    for seed in ("1", "2"):
        assert hashes_in_another_process("pdf", seed) == here


def test_lists_start_anew() -> None:
    """The second list counts from one again."""
    steps = tuple((Run(word),) for word in ("first", "second"))
    document = dataclasses.replace(
        DOCUMENT, blocks=(DOCUMENT.blocks[0], Bullets(steps, ordered=True), Bullets(steps, ordered=True))
    )
    assert read_back(pdf.write(document, Look()), document).endswith("1.first2.second1.first2.second")
