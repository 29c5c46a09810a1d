"""The files themselves: every format holds the same words, gives the same bytes, and is what it says it is."""

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, TODAY, make, run
from test_docx import audit_findings, text_lines
from test_html import axe_findings, chromium_page, needs_chromium
from test_pdf import standards_findings

from plainconsent.document import Bullets, Document, Heading, Look, Paragraph, block_lines, from_data
from plainconsent.markup import blocks
from plainconsent.packet import make_form
from plainconsent.profile import make_profile, read_practice
from plainconsent.reviewer import review
from plainconsent.writers import FORMATS, write

# A covering sample: each state, license, setting and mode at least once, with and without a second state.
SAMPLE = [
    ("consent", "CA", "LMFT", "individual", "teletherapy"),
    ("consent", "CO", "LCSW", "couple", "in_person"),
    ("consent", "NY", "LMHC", "family", "teletherapy"),
    ("consent", "TX", "LP", "group", "in_person"),
    ("consent", "WA", "LICSW", "individual", "in_person"),
    ("teletherapy", "NY", "psychologist", "couple", "teletherapy"),
    ("release", "TX", "LPC", "individual", "in_person"),
]
IDS = ["-".join(sample[:4]) for sample in SAMPLE]


def squeezed(text: str) -> str:
    """The characters of a text without spaces, underscores, list marks and marks of direction: what every format must keep."""
    return re.sub(r"[\s_|\[\]☐☒•‣–\-­\u200b\u200e\u200f]", "", unicodedata.normalize("NFKC", text))


def words_of(document: Document) -> list[str]:
    return [line for block in document.blocks for line in block_lines(block, document.slots)]


def docx_text(data: bytes) -> str:
    return "\n".join(text_lines(data))


def pdf_text(data: bytes) -> str:
    import pypdfium2

    pdf = pypdfium2.PdfDocument(data)
    return "\n".join(page.get_textpage().get_text_range() for page in pdf)


def html_text(data: bytes) -> str:
    from lxml import html

    tree = html.fromstring(data.decode())
    for hidden in tree.xpath("//style|//head"):
        hidden.drop_tree()
    return str(tree.text_content())


READ = {"docx": docx_text, "pdf": pdf_text, "html": html_text, "txt": lambda data: data.decode()}


@pytest.mark.parametrize("sample", SAMPLE, ids=IDS)
@pytest.mark.parametrize("format", READ)
def test_every_format_holds_the_words_of_the_document(sample: tuple[str, ...], format: str) -> None:
    """Each line of the document is found again in the file, in order, and in the flat file, too."""
    document = make(*sample).document
    text = squeezed(READ[format](write(document, format, Look(fillable=False))))
    at = 0
    for line in words_of(document):
        # A browser numbers lists itself; the other formats hold the numbers.
        line = re.sub(r"^\d+\. ", "", line) if format == "html" else line
        for part in filter(None, (squeezed(part) for part in re.split(r"_{5,}|: $", line))):
            found = text.find(part, at)
            if found < 0 and format == "pdf":
                # A page break puts the footer between two lines of one paragraph.
                found = text.find(part[:12], at)
            assert found >= 0, (format, line)
            at = found


@pytest.mark.parametrize("sample", SAMPLE, ids=IDS)
def test_the_pdf_passes_the_machine_checks(sample: tuple[str, ...]) -> None:
    """PDF/UA-1 and PDF/A-2a in the same file, fillable and flat."""
    for fillable in (True, False):
        assert list(standards_findings(write(make(*sample).document, "pdf", Look(fillable=fillable)))) == []


@pytest.mark.parametrize("sample", SAMPLE, ids=IDS)
def test_word_would_open_the_docx_cleanly(sample: tuple[str, ...]) -> None:
    """The audit that predicts Word's repair prompt finds nothing."""
    for fillable in (True, False):
        assert list(audit_findings(write(make(*sample).document, "docx", Look(fillable=fillable)))) == []


@pytest.mark.browser
@needs_chromium
def test_axe_finds_nothing_in_the_forms() -> None:
    """The forms of the sample, fillable and flat, are clean at WCAG 2.2 AA in a real browser, and fit 320 pixels."""
    with chromium_page() as page:
        found = {
            (sample, fillable): axe_findings(page, write(make(*sample).document, "html", Look(fillable=fillable)))
            for sample in SAMPLE
            for fillable in (True, False)
        }

    assert len(found) == 2 * len(SAMPLE)
    assert {key: told for key, told in found.items() if told} == {}


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_input_gives_the_same_bytes(format: str, tmp_path: Path) -> None:
    """Twice here, and in another process with another hash seed, zone and language of the machine."""
    profile = make_profile(as_of=TODAY, state="CA", license="LMFT", settings=["individual", "teletherapy"])
    [first] = make_form(profile, "consent", [format]).values()
    options = f"form consent -j CA -l LMFT -s individual -s teletherapy --as-of {TODAY} --format {format} -o".split()
    run(*options, str(tmp_path), PYTHONHASHSEED="7", TZ="Asia/Tokyo", LC_ALL="de_DE.UTF-8", SOURCE_DATE_EPOCH="1")

    assert [first] == list(make_form(profile, "consent", [format]).values())
    assert next(tmp_path.iterdir()).read_bytes() == first


def test_the_json_is_fhir_and_a_receipt() -> None:
    """The Bundle's resources are accepted as R4B; the receipt names every statement and holds no filled name."""
    from fhir.resources.R4B.consent import Consent
    from fhir.resources.R4B.provenance import Provenance
    from fhir.resources.R4B.questionnaire import Questionnaire

    profile = make_profile(as_of=TODAY, practice=read_practice(ROOT / "examples" / "solo" / "practice.yaml"))
    data: dict[str, Any] = json.loads(next(iter(make_form(profile, "consent", ["json"]).values())))
    resources = {entry["resource"]["resourceType"]: entry["resource"] for entry in data["bundle"]["entry"]}
    Consent.model_validate(resources["Consent"])
    Questionnaire.model_validate(resources["Questionnaire"])
    Provenance.model_validate(resources["Provenance"])

    assert resources["Consent"]["status"] == "draft"
    assert len(data["receipt"]["statements"]) > 30
    assert len(data["receipt"]["checklist"]) == 136
    assert all(data["receipt"]["checklist"].values())
    assert "Alex Sample" not in json.dumps(data["receipt"])


def test_json_can_be_read_back() -> None:
    """The document in the json file is the document that was written."""
    document = make(*SAMPLE[0]).document
    again = from_data(json.loads(write(document, "json", Look()))["document"])

    assert again.blocks == document.blocks
    assert {id: (s.label, s.kind, s.value) for id, s in again.slots.items()} == {
        id: (s.label, s.kind, s.value) for id, s in document.slots.items()
    }


@pytest.mark.parametrize("format", ["docx", "pdf", "html", "txt"])
def test_the_reviewers_copy_can_be_written(format: str) -> None:
    """The reviewer's copy is a document like any other, with citations and findings, in each format."""
    document = review(make("consent", "TX", "LPC", "couple", "teletherapy"))
    text = squeezed(READ[format](write(document, format, Look(fillable=False))))

    assert squeezed("What to settle before use") in text
    assert squeezed("No attorney has reviewed the law") in text
    assert "§" in text


def test_the_reviewers_copy_tells_what_a_reader_could_get_wrong() -> None:
    """The caution beside a statement of the law data stands beside its citation for the attorney, not on the form."""
    made = make("consent", "TX", "LPC", "individual")
    cautions = {s.trap for piece in made.pieces for s in piece.statements if s.trap}
    copy, form = (squeezed(READ["txt"](write(document, "txt", Look()))) for document in (review(made), made.document))

    assert len(cautions) > 10
    assert all(squeezed(caution) in copy and squeezed(caution) not in form for caution in cautions)


def test_one_point_stays_a_point_after_a_line_that_announces_it() -> None:
    """Conditions can leave one point of a longer list: after a colon it is a point, under a heading it is a sentence."""
    announced = blocks("You can lose this right if:\n\n- A judge orders it", "privilege")
    alone = blocks("## What else?\n\n- I must report it.", "other_reports")

    assert [type(block) for block in announced] == [Paragraph, Bullets]
    assert [type(block) for block in alone] == [Heading, Paragraph]


def test_a_release_has_the_size_of_type_the_law_asks_for() -> None:
    """California asks for 14 points in a release: no smaller letters in the docx body or the printed page."""
    import io

    import docx

    document = make("release", "CA", "LMFT", "individual").document
    opened = docx.Document(io.BytesIO(write(document, "docx", Look())))
    sizes = [
        style.font.size.pt
        for style in opened.styles
        if getattr(style, "font", None) and style.font.size and style.name.casefold() not in ("header", "footer")
    ]
    assert document.type_points == 14
    assert make("release", "NY", "LMFT", "individual").document.type_points == 12
    assert sizes
    assert min(sizes) >= 14
    assert re.search(r"html \{ font-size: 14pt", write(document, "html", Look()).decode())
