"""The measure of a form, counted by hand; that every real form is inside its gates stands in test_matrix.py."""

import dataclasses
import json

import pytest
from sample import DOCUMENT

from plainconsent.document import Block, Bullets, Choice, Document, Field, Heading, Notice, Paragraph, Run, Slot
from plainconsent.errors import Fault
from plainconsent.readability import GATES, Report, measure
from plainconsent.sentences import is_passive, spanish_syllables, split_sentences, syllables, words_of


def form(*blocks: Block, language: str = "en") -> Document:
    slots = {"who": Slot("who", "text", "the person who keeps your file")}
    return dataclasses.replace(DOCUMENT, form="test", title="Test", language=language, blocks=blocks, slots=slots)


def says(text: str, clause: str = "a") -> Paragraph:
    return Paragraph((Run(text),), clause)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("you", 1), ("private", 2), ("therapist", 3), ("confidentiality", 7), ("every", 2), ("someone’s", 2),
        ("don’t", 1), ("teletherapy", 5), ("long-term", 2), ("LMFT", 4), ("LCSW", 6), ("DRAFT", 1), ("988", 3), ("blorples", 2),
    ],
)  # fmt: skip
def test_english_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("usted", 2), ("país", 2), ("día", 2), ("aéreo", 4), ("ciudad", 2), ("guitarra", 3), ("queso", 2), ("pingüino", 3),
        ("búho", 2), ("ahora", 3), ("hoy", 1), ("ley", 1), ("y", 1), ("terapia", 3), ("confidencial", 4), ("leer", 2), ("988", 3),
    ],
)  # fmt: skip
def test_spanish_syllables(word: str, count: int) -> None:
    assert spanish_syllables(word) == count


def test_sentences_do_not_end_at_a_time_or_a_title() -> None:
    text = "Come at 9 a.m. on Monday. Ask Dr. Lee. No. No app listens! Is it $3.50? ¿Sí? Yes."
    assert split_sentences(text) == [
        "Come at 9 a.m. on Monday.", "Ask Dr. Lee.", "No.", "No app listens!", "Is it $3.50?", "¿Sí?", "Yes.",
    ]  # fmt: skip
    assert split_sentences("I start at 9 a.m. Monday is free.") == ["I start at 9 a.m. Monday is free."]


def test_a_hyphen_or_an_apostrophe_does_not_end_a_word() -> None:
    assert words_of("I don’t do long-term work (in 2 states), okay?") == (
        "I",
        "don’t",
        "do",
        "long-term",
        "work",
        "in",
        "2",
        "states",
        "okay",
    )


@pytest.mark.parametrize(
    "sentence", ["Your file is kept.", "You will be told first.", "It was not sent.", "They are carefully checked."]
)
def test_passive_is_found(sentence: str) -> None:
    assert is_passive(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "It is called a subpoena.",
        "I am licensed here.",
        "If you get married, tell me.",
        "A child is hurt.",
        "I keep it.",
    ],
)
def test_how_people_speak_is_not_passive(sentence: str) -> None:
    assert not is_passive(sentence)


def test_figures_counted_by_hand() -> None:
    """10 words in 2 sentences, 13 syllables, 1 word of three."""
    figures = measure(form(says("You can stop at any time. I am your therapist."))).figures
    assert (figures["words"], figures["sentences"], figures["longest_sentence"]) == (10, 2, 6)
    assert figures["grade"] == figures["grade_raw"] == round(0.39 * 5 + 11.8 * 1.3 - 15.59, 2)
    assert figures["ease"] == round(206.835 - 1.015 * 5 - 84.6 * 1.3, 2)
    assert figures["smog"] == round(1.043 * 15**0.5 + 3.1291, 2)
    assert figures["percent_hard_words"] == 10
    assert figures["you_per_100_words"] == 20


def test_spanish_figure_counted_by_hand() -> None:
    """5 words in 1 sentence, 10 syllables: us-ted de-ci-de qué nos cuen-ta."""
    report = measure(form(says("Usted decide qué nos cuenta."), language="es"))
    assert report.figures["inflesz"] == round(206.835 - 62.3 * 9 / 5 - 5, 2)
    assert [gate.figure for gate in report.gates] == ["inflesz"]
    assert not report.failed()


def test_a_language_without_a_formula_has_lengths_and_no_gates() -> None:
    for tag in ("vi", "en-XA"):
        report = measure(form(says("Ba bon bay."), language=tag))
        assert report.figures["words_per_sentence"] == 3
        assert not report.gates
        assert not report.failed()


def test_an_official_name_is_one_short_word_unless_raw() -> None:
    name = Run("California Board of Behavioral Sciences", name=True)
    report = measure(
        form(
            Paragraph((Run("You can call the "), name, Run(" at "), Run("988", name=True), Run("."))),
        )
    )
    plain = measure(form(says("You can call the Ann at it.")))
    assert report.figures["grade"] == plain.figures["grade"]
    assert report.figures["grade_raw"] > report.figures["grade"] + 5
    assert report.figures["percent_hard_words"] == 0


def test_a_name_with_a_full_stop_ends_no_sentence() -> None:
    report = measure(
        form(
            Paragraph((Run("You can ask "), Run("Lee. Inc. Of Ohio", name=True), Run(" for help."))),
        )
    )
    assert report.figures["sentences"] == 1


def test_a_web_address_and_an_empty_blank_are_never_read_aloud() -> None:
    web = Run("ocrportal.hhs.gov", name=True, href="https://ocrportal.hhs.gov")
    report = measure(
        form(
            Paragraph((Run("You can write to "), web, Run(" or to "), Run(slot="who"), Run("."))),
        )
    )
    assert report.figures["grade"] == report.figures["grade_raw"]


def test_labels_headings_and_quoted_law_are_left_out() -> None:
    text = says("You can stop.")
    label = Paragraph((Run("Phone: "), Run("555", name=True)))
    report = measure(
        form(Heading(1, (Run("A long heading here"),)), Field("who"), label, Notice(("Utilize it.",), "en"), text)
    )
    assert report.figures["words"] == 3


def test_items_and_choices_are_sentences_of_their_own() -> None:
    report = measure(
        form(
            Bullets(((Run("Call the police"),), (Run("Call me. I will answer"),))),
            Choice("who", (Run("Yes, you may"),)),
        )
    )
    assert report.figures["sentences"] == 4


def test_a_small_section_is_judged_with_the_next() -> None:
    long = "You can ask me to stop at any time and I will do so. " * 3
    parts = [("One?", "Confidentiality."), ("Two?", long), ("Three?", long), ("Four?", "Confidentiality.")]
    blocks = [block for heading, text in parts for block in (Heading(2, (Run(heading),)), says(text, heading))]
    sections = measure(form(*blocks)).sections
    assert [(section.heading, section.words) for section in sections] == [("One?", 43), ("Three?", 43)]


def failing() -> Report:
    long = (
        "Your authorization is received and documentation is obtained and information is retained by the organization "
    )
    return measure(form(Heading(2, (Run("Why?"),)), says(long * 2 + "indefinitely.", "court")))


def test_a_failed_gate_names_value_limit_and_clause() -> None:
    failed = {failure.gate: failure for failure in failing().failed()}
    assert set(failed) == {gate.figure for gate in GATES["en"]} - {"you_per_100_words"}
    assert failed["longest_sentence"][1:] == (31, 25, "court")
    assert failed["worst_section"].where == "court: Why?"


def test_rows_and_data_tell_the_same() -> None:
    report = failing()
    rows = {row[0]: row[1:] for row in report.as_rows()}
    assert rows["longest_sentence"] == ("31", "<= 25", "court")
    assert rows["you_per_100_words"][2] == "ok"
    assert rows["words"] == ("31", "", "")
    data = json.loads(json.dumps(report.as_data()))
    assert data["hard_words"][0] == {"word": "authorization", "times": 2, "clauses": ["court"]}
    assert len(data["failed"]) == len(report.failed())
    assert data["passive_sentences"][0]["clause"] == "court"


def test_an_empty_form_is_a_fault() -> None:
    with pytest.raises(Fault, match="no sentence"):
        measure(form(Heading(1, (Run("Title"),))))
