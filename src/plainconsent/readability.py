"""How hard a finished form is to read: known formulas on true syllables, and the limits it has to keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from plainconsent.document import (
    Bullets,
    Choice,
    Document,
    Heading,
    Paragraph,
    Run,
    Runs,
    Table,
    runs_text,
    walk,
)
from plainconsent.errors import Fault
from plainconsent.sentences import (
    MASK,
    is_hard,
    is_passive,
    spanish_syllables,
    split_sentences,
    syllables,
    words_of,
)

# In words: a long sentence; a section too small to judge alone; what a name needs beside it to be no label.
LONG, SMALL_SECTION, SENTENCE = 20, 30, 3
_YOU = {"you", "your", "yours", "yourself", "yourselves", "you're", "you'll", "you've", "you'd"}


class Gate(NamedTuple):
    """A limit on one figure: it may be at most, or has to be at least, so much."""

    figure: str
    limit: float
    direction: Literal["most", "least"] = "most"

    def holds(self, value: float) -> bool:
        return value <= self.limit if self.direction == "most" else value >= self.limit


GATES: Mapping[str, tuple[Gate, ...]] = {
    "en": (
        *(Gate("grade", 6), Gate("grade_raw", 7), Gate("smog", 8), Gate("ease", 70, "least")),
        *(Gate("words_per_sentence", 13), Gate("longest_sentence", 25), Gate("percent_over_20_words", 5)),
        *(Gate("percent_passive", 5), Gate("percent_hard_words", 8), Gate("you_per_100_words", 4, "least")),
        Gate("worst_section", 8),
    ),
    "es": (Gate("inflesz", 65, "least"),),
}


class Failure(NamedTuple):
    """A gate that does not hold, and the clauses or the section to look at first."""

    gate: str
    value: float
    limit: float
    where: str


class Sentence(NamedTuple):
    """As it is read; in words with each name and blank as one mark; in raw words with names spelled out."""

    text: str
    words: tuple[str, ...]
    raw_words: tuple[str, ...]
    clause: str
    section: str


class Section(NamedTuple):
    """What stands under one heading (or a few, when they are small), named by the first."""

    heading: str
    clause: str
    words: int
    grade: float


class HardWord(NamedTuple):
    """A word of three or more syllables, how often it stands and in which clauses."""

    word: str
    times: int
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """Figures by name, rounded to 2 digits, and what to look at.

    `grade` (Flesch-Kincaid) masks official names by one short word; `grade_raw` reads them as they are.
    """

    form: str
    language: str
    figures: Mapping[str, float]
    sections: tuple[Section, ...]
    hard_words: tuple[HardWord, ...]
    long_sentences: tuple[Sentence, ...]
    passive_sentences: tuple[Sentence, ...]

    @property
    def gates(self) -> tuple[Gate, ...]:
        """The limits for this language; none for a language without an accepted formula."""
        return GATES.get(_formula(self.language), ())

    def failed(self) -> list[Failure]:
        return [
            Failure(gate.figure, self.figures[gate.figure], gate.limit, self._place(gate.figure))
            for gate in self.gates
            if not gate.holds(self.figures[gate.figure])
        ]

    def _place(self, figure: str) -> str:
        """The clauses of the sentences at fault, the clause with most hard words, or the hardest section."""
        if figure in ("longest_sentence", "percent_over_20_words", "percent_passive"):
            found = self.passive_sentences if "passive" in figure else self.long_sentences
            return ", ".join(dict.fromkeys(sentence.clause for sentence in found))
        if figure in ("smog", "percent_hard_words") and self.hard_words:
            return Counter(clause for word in self.hard_words for clause in word.clauses).most_common(1)[0][0]
        worst = max(self.sections, key=lambda section: section.grade, default=None)
        return f"{worst.clause}: {worst.heading}" if worst else ""

    def as_rows(self) -> list[tuple[str, str, str, str]]:
        """Figure, value, limit (`<= 6`), `ok` or where to look: one row a gate, then other figures."""
        failed = {failure.gate: failure.where or "the whole form" for failure in self.failed()}
        signs = {"most": "<=", "least": ">="}
        gated = {gate.figure: f"{signs[gate.direction]} {gate.limit:g}" for gate in self.gates}
        values = {name: f"{value:g}" for name, value in self.figures.items()}
        rows = [(name, values[name], limit, failed.get(name, "ok")) for name, limit in gated.items()]
        return rows + [(name, value, "", "") for name, value in values.items() if name not in gated]

    def as_data(self) -> dict[str, Any]:
        """The report as plain JSON-able data."""
        gates = [gate._asdict() | {"holds": gate.holds(self.figures[gate.figure])} for gate in self.gates]
        lists = ("sections", "hard_words", "long_sentences", "passive_sentences")
        return {
            "form": self.form,
            "language": self.language,
            "figures": dict(self.figures),
            "gates": gates,
            "failed": [failure._asdict() for failure in self.failed()],
            **{name: [part._asdict() for part in getattr(self, name)] for name in lists},
        }


def measure(document: Document) -> Report:
    """The form's figures. Raises Fault for a form without a sentence.

    Headings are borders, not sentences: a run of short questions would flatter every figure. Labels of blanks
    and signatures are left out for the same reason, and a `Notice` because it is quoted law.
    """
    found = list(_sentences(document))
    if not found:
        raise Fault(document.form, "has no sentence to measure.")
    formula = _formula(document.language)
    english = found if formula == "en" else []
    sections, hard = tuple(_sections(english)), tuple(_hard_words(english))
    long = tuple(sorted((s for s in found if len(s.words) > LONG), key=lambda s: -len(s.words)))
    passive = tuple(s for s in english if is_passive(s.text))
    figures = _lengths(found)
    if english:
        worst = max(section.grade for section in sections)
        share = 100 * len(passive) / len(found)
        figures |= _english(found) | {"percent_passive": share, "worst_section": worst}
    if formula == "es":
        figures["inflesz"] = _inflesz([sentence.words for sentence in found])
    rounded = {name: round(value, 2) for name, value in figures.items()}
    return Report(document.form, document.language, rounded, sections, hard, long, passive)


def _formula(tag: str) -> str:
    """The language whose formulas fit; none for the pseudo language."""
    return "" if tag.endswith("-XA") else tag.split("-")[0]


def _sentences(document: Document) -> Iterator[Sentence]:
    heading = document.title
    for block in walk(document.blocks):
        if isinstance(block, Heading):
            heading = runs_text(block.runs, document.slots)
        for stretch in _stretches(block):
            text, names = _masked(stretch, document)
            if not names or sum(ord(word[0]) < MASK for word in words_of(text)) >= SENTENCE:
                for sentence in split_sentences(text):
                    yield _sentence(sentence, names, block.clause, heading)


def _stretches(block: object) -> Iterator[Runs]:
    """What is read in one go: a paragraph, an item of a list, a cell, the words beside a checkbox."""
    match block:
        case Paragraph() | Choice():
            yield block.runs
        case Bullets():
            yield from block.items
        case Table():
            yield from (cell for row in (block.header, *block.rows) for cell in row)


def _masked(stretch: Runs, document: Document) -> tuple[str, list[Run]]:
    """The text with one private character for each name or blank, and those runs in order."""
    names: list[Run] = []
    text = ""
    for run in stretch:
        if run.name or run.slot:
            text += chr(MASK + len(names))
            value = document.slots[run.slot].value if run.slot else run.text
            names.append(Run(value or "", href=run.href))
        else:
            text += run.text
    return text, names


def _sentence(text: str, names: list[Run], clause: str, section: str) -> Sentence:
    """An empty blank and a web address stay masked in the raw words, too: nobody reads them aloud."""
    spoken = raw = text
    for number, run in enumerate(names):
        mark = chr(MASK + number)
        spoken = spoken.replace(mark, run.text or "…")
        raw = raw.replace(mark, run.text) if run.text and not run.href else raw
    return Sentence(spoken, words_of(text), words_of(raw), clause, section)


def _lengths(found: list[Sentence]) -> dict[str, float]:
    lengths = [len(sentence.words) for sentence in found]
    return {
        "words": sum(lengths),
        "sentences": len(found),
        "words_per_sentence": sum(lengths) / len(found),
        "longest_sentence": max(lengths),
        "percent_over_20_words": 100 * sum(length > LONG for length in lengths) / len(found),
    }


def _english(found: list[Sentence]) -> dict[str, float]:
    """Flesch 1948 (ease), Kincaid 1975 (grades), McLaughlin 1969 (SMOG); only `grade_raw` reads names."""
    words = [word for sentence in found for word in sentence.words]
    hard = sum(map(is_hard, words))
    you = sum(word.casefold().replace("’", "'") in _YOU for word in words)
    return {
        "grade": _grade([sentence.words for sentence in found]),
        "grade_raw": _grade([sentence.raw_words for sentence in found]),
        "smog": 1.043 * (hard * 30 / len(found)) ** 0.5 + 3.1291,
        "ease": 206.835 - 1.015 * len(words) / len(found) - 84.6 * sum(map(syllables, words)) / len(words),
        "percent_hard_words": 100 * hard / len(words),
        "you_per_100_words": 100 * you / len(words),
    }


def _grade(sentences: list[tuple[str, ...]]) -> float:
    words = [word for sentence in sentences for word in sentence]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def _inflesz(sentences: list[tuple[str, ...]]) -> float:
    """Szigriszt-Pazos 1993, read on the INFLESZ scale (Barrio-Cantalejo 2008)."""
    words = [word for sentence in sentences for word in sentence]
    return 206.835 - 62.3 * sum(map(spanish_syllables, words)) / len(words) - len(words) / len(sentences)


def _sections(found: list[Sentence]) -> Iterator[Section]:
    """Heading to heading; to be no noise, one of few words joins the next, the last the one before."""
    parts: list[list[Sentence]] = []
    for sentence in found:
        if not parts or (parts[-1][-1].section != sentence.section and _length(parts[-1]) >= SMALL_SECTION):
            parts.append([])
        parts[-1].append(sentence)
    if len(parts) > 1 and _length(parts[-1]) < SMALL_SECTION:
        small = parts.pop()
        parts[-1] += small
    for part in parts:
        grade = round(_grade([sentence.words for sentence in part]), 2)
        yield Section(part[0].section, part[0].clause, _length(part), grade)


def _length(part: list[Sentence]) -> int:
    return sum(len(sentence.words) for sentence in part)


def _hard_words(found: Iterable[Sentence]) -> Iterator[HardWord]:
    """The most frequent first."""
    places: dict[str, list[str]] = {}
    for sentence in found:
        for word in filter(is_hard, sentence.words):
            places.setdefault(word.casefold(), []).append(sentence.clause)
    for word, clauses in sorted(places.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        yield HardWord(word, len(clauses), tuple(dict.fromkeys(clauses)))
