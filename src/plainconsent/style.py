"""The rules for plain English in clauses: what a program can see in `templates/clauses`, rule by rule; no law."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from jinja2 import nodes
from jinja2.ext import babel_extract

from plainconsent.clauses import Clause, parse_clause
from plainconsent.errors import Fault
from plainconsent.lookup import names
from plainconsent.places import TEMPLATES
from plainconsent.sandbox import parse
from plainconsent.sentences import MASK, is_hard, is_passive, split_sentences, words_of

CLAUSES = TEMPLATES / "clauses"
_KEYWORDS = ("_", "gettext", "ngettext", "pgettext", "npgettext")
_PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
Kind = Literal["title", "heading", "item", "label", "text", "frame"]


class Message(NamedTuple):
    """One English message: `text` as a translator sees it, `spoken` with a mark for each placeholder, no bold."""

    clause: Clause
    line: int
    kind: Kind
    text: str

    @property
    def spoken(self) -> str:
        return _PLACE.sub(chr(MASK), self.text).replace("**", "").replace("%%", "%")

    @property
    def sentences(self) -> list[str]:
        return split_sentences(self.spoken)


Found = Iterator[tuple[int, str]]  # a line of the clause's file and what is wrong there
Look = Callable[[Clause, list[Message]], Found]


class Rule(NamedTuple):
    """A rule by its id, and how it reads a clause; an error stops a release, a warning asks for a second look."""

    id: str
    level: Literal["error", "warning"]
    look: Look
    remedy: str


def check_clauses(folder: Path = CLAUSES) -> list[Fault]:
    """Each error in the clauses of the folder, by file and line."""
    return _faults(folder, "error")


def warn_clauses(folder: Path = CLAUSES) -> list[Fault]:
    """Each warning: a sentence that may well stay as it is once somebody has looked at it."""
    return _faults(folder, "warning")


def _faults(folder: Path, level: str) -> list[Fault]:
    found = []
    for clause in read_clauses(folder):
        messages = read_messages(clause)
        for rule in (rule for rule in RULES if rule.level == level):
            for line, what in rule.look(clause, messages):
                found.append(Fault(f"{clause.file}:{line}", f"{rule.id} {what}.", rule.remedy))
    return found


def read_clauses(folder: Path = CLAUSES) -> list[Clause]:
    return [parse_clause(p.stem, p.read_bytes(), f"clauses/{p.name}") for p in sorted(folder.glob("*.md"))]


def read_messages(clause: Clause) -> list[Message]:
    """All English messages of a clause in order: of a plural both forms. Raises Faults for a broken template."""
    parse(clause)
    lines, found = clause.body.split("\n"), []
    for line, call, message, _ in babel_extract(io.BytesIO(clause.body.encode()), _KEYWORDS, (), {}):
        kind: Kind = "frame" if clause.id == "_frame" else _kind(lines[line - 1])
        texts = (message if isinstance(message, tuple) else (message,))["pgettext" in call :]
        found += [Message(clause, clause.first_line + line - 1, kind, text) for text in texts if text]
    return found


def _kind(line: str) -> Kind:
    if line.startswith("#"):
        return "title" if line.startswith("# ") else "heading"
    if re.match(r"- |\d\. ", line):
        return "item"
    return "label" if "_(" in line else "text"


def each_sentence(look: Callable[[str], Iterable[str]]) -> Look:
    """A rule on single sentences: `look` tells what is wrong with one."""

    def rule(clause: Clause, messages: list[Message]) -> Found:
        for message in messages:
            yield from ((message.line, what) for sentence in message.sentences for what in look(sentence))

    return rule


def each_message(look: Callable[[Message], Iterable[str]]) -> Look:
    """A rule on whole messages."""

    def rule(clause: Clause, messages: list[Message]) -> Found:
        yield from ((message.line, what) for message in messages for what in look(message))

    return rule


def forbidden(pattern: str, allowed: Iterable[str] = ()) -> Look:
    """A rule that each match of the pattern breaks; `allowed` are whole sentences that may have it."""

    def look(sentence: str) -> Iterator[str]:
        for match in re.finditer(pattern, "" if sentence in allowed else sentence, re.IGNORECASE):
            yield f"has “{match[0].strip()}”: {_short(sentence)}"

    return each_sentence(look)


def _short(text: str) -> str:
    return re.sub(r"(?<=^.{70}).+", "…", text.replace(chr(MASK), "…"))


def _length(sentence: str, least: int, most: int) -> Iterator[str]:
    if least < (count := len(words_of(sentence))) <= most:
        yield f"has a sentence of {count} words: {_short(sentence)}"


def _hard_share(least: float, most: float) -> Look:
    """Hard words among the running words of a clause, when it has 30: in fewer, one word would tip the share."""

    def rule(clause: Clause, messages: list[Message]) -> Found:
        running = [message for message in messages if message.kind in ("text", "item")]
        words = [word for message in running for word in words_of(message.spoken)]
        share = 100 * sum(map(is_hard, words)) / len(words) if len(words) >= 30 else 0
        if least < share <= most:
            hard = ", ".join(dict.fromkeys(word.casefold() for word in words if is_hard(word)))
            yield clause.first_line, f"has {share:.0f} % words of three or more syllables: {hard}"

    return rule


def _hidden_actor(sentence: str) -> Iterator[str]:
    if re.search(r"\b(must|may)\b", sentence) and is_passive(sentence):
        yield f"hides who acts in a must or may: {_short(sentence)}"


def _crowded(sentence: str) -> Iterator[str]:
    joints = re.findall(r"\b(because|if|unless|which|although|while)\b", sentence, re.IGNORECASE)
    if len(joints) > 1 or sentence.count(",") > 2 or ";" in sentence:
        yield f"holds more than one idea: {_short(sentence)}"
    if any(len(words_of(inner)) > 4 for inner in re.findall(r"\(([^)]*)\)", sentence)):
        yield f"has a long aside in brackets: {_short(sentence)}"


def _heading(message: Message) -> Iterator[str]:
    if message.kind in ("title", "heading"):
        if len(words_of(message.spoken)) > 8:
            yield f"has a heading of more than 8 words: {message.text}"
        promise = re.match(r"(I|We|You|Your|My)\b", message.text) or message.text in _HEADINGS
        if message.kind == "heading" and not message.text.endswith("?") and not promise:
            yield f"has a heading that is no question and no promise: {message.text}"


def _lists(clause: Clause, messages: list[Message]) -> Found:
    """Items under a condition may all be left out, so only those that always stand count towards 7."""
    depth, run, sure = 0, list[int](), 0
    for number, line in enumerate([*clause.body.split("\n"), "end"], clause.first_line):
        depth += len(re.findall(r"{% *(?:if|for)\b", line)) - len(re.findall(r"{% *end(?:if|for)\b", line))
        if _kind(line) == "item":
            run.append(number)
            sure += depth == 0
        elif line.strip() and not line.startswith("{") and run:
            if sure > 7 or (len(run) == sure == 1):
                yield run[0], f"has a list of {sure} items"
            run, sure = [], 0
    for item in messages:
        if item.kind == "item" and (count := len(words_of(item.spoken))) > 20:
            yield item.line, f"has an item of {count} words: {_short(item.text)}"


def _modals(sentence: str) -> Iterator[str]:
    if re.search(r"\b(I|we) must\b", sentence) and re.search(r"\b(I|we) may\b|\bmust or may\b", sentence):
        yield f"says must and may in one breath: {_short(sentence)}"


def _capitals(message: Message) -> Iterator[str]:
    found = re.findall(r"\b[A-Z]{2,}s?\b", message.spoken)
    yield from (f"has “{word}” in capitals" for word in found if word not in _ABBREVIATIONS)


def _abbreviations(clause: Clause, messages: list[Message]) -> Found:
    everything = " ".join(message.spoken for message in messages)
    for word, meaning in _ABBREVIATIONS.items():
        if meaning not in everything:
            used = (message.line for message in messages if re.search(rf"\b{word}\b", message.spoken))
            yield from ((line, f"does not explain “{word}”") for line in used)


def _in_source(pattern: str, what: str) -> Look:
    """A rule on the template itself rather than on its messages."""

    def rule(clause: Clause, messages: list[Message]) -> Found:
        for match in re.finditer(pattern, clause.body):
            yield clause.first_line + clause.body.count("\n", 0, match.start()), f"{what}: {_short(match[0])}"

    return rule


def _states(clause: Clause, messages: list[Message]) -> Found:
    yield from _in_source(rf"\b(?:{'|'.join(names().values()) or '(?!)'})\b", "names a state")(clause, messages)


def _untranslated(clause: Clause, messages: list[Message]) -> Found:
    for data in parse(clause).find_all(nodes.TemplateData):
        if re.search(r"[^\W\d_]{2}", data.data):
            yield (
                clause.first_line + (data.lineno or 1) - 1,
                f"has words outside of a message: {_short(data.data.strip())}",
            )


def _fragment(message: Message) -> Iterator[str]:
    bare = _PLACE.sub("", message.text)
    if not re.search(r"[^\W\d_]", bare):
        yield f"has a message without words: {message.text}"
    elif message.kind == "text" and not re.search(r"[.?!:…]\**$", message.text):
        yield f"has a piece of a sentence: {message.text}"


def _markup(message: Message) -> Iterator[str]:
    bare = _PLACE.sub("", message.text)
    if bare.count("**") % 2 or re.search(r"[<>`*_#|~\[\]{}]", bare.replace("**", "")):
        yield f"has markup other than **bold** and placeholders: {_short(message.text)}"


_HEADINGS = {"Key facts"}
_SEX = "Sex between a therapist and a client is never okay, even if the client wants it."
_ALLOWED_ROLES = {"Why this person may sign for the client", _SEX}
_ABBREVIATIONS = {"AI": "computer program", "DRAFT": ""}  # and what explains each in its own clause
_BANNED = (
    r"\b(shall|herein|hereby|hereto|thereof|therein|pursuant to|prior to|in the event (that|of)|aforementioned|deem(s|ed)?"
    r"|including but not limited to|and/or|viz|per se|pro rata|notwithstanding|in order to|regarding|utili[sz]e\w*"
    r"|such (?!as\b|an?\b))\b|\b(e\.g\.|i\.e\.|etc\.)"
)
_NEGATIVES = (
    r"\bnot un(?!less|til|der|ion|it)\w+|\b(no|not|never|cannot)\b( \w+){0,2} (without|no|none|never|nothing|nobody)\b"
    r"|\bexcept\b.*\b(unless|except)\b|\bunless\b.*\b(unless|except|not)\b"
)
_TONE = (
    r"\b(courageous|brave|bravery|safe space|journey|commit(ted)? suicide|addicts?|the mentally ill|the disabled"
    r"|crazy|honou?red to|you understand that|you acknowledge|failure to)\b"
)
_IDIOMS = (
    r"\b(jot down|on the same page|touch base|in the loop|heads.up|at the end of the day|off the record|red flags?"
    r"|rule of thumb|by the book|play it by ear|reach out|up in the air|ballpark|in a nutshell|big picture)\b"
)
_NUMBERS = r"\b(two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|sixty|hundred|percent)\b|%"
_STATUTES = r"§|\bsection \d|\b(RCW|WAC|CFR|USC|U\.S\.C)\b|\b\d+[-.]\d+[-.]\d+|\b(?-i:Code|Act|Statutes?)\b"
_HIDDEN_VERBS = r"\b(make|give|provide|conduct) (an? |the )?\w+(tion|ment|sion|ance)\b|\b\w{3,}(tion|ment) of\b"
_SAME_FORMS = r"(?s){% trans\b[^%]*%}\s*((?:(?!{%).)*?)\s*{% pluralize[^%]*%}\s*\1\s*{% endtrans"
_JOINED = r"endtrans \+?%}[^\n{]*{% trans|_\(f[\"']|_\((?! *[\"'])|_\([^()]*\) *[~+]|[~+] *_\("

# Every rule a program can see; the rest of PL01-PL24 is measured on the finished form or needs a reader.
RULES: tuple[Rule, ...] = (
    Rule("PL01", "error", each_sentence(lambda s: _length(s, 25, 10**6)), "Make two sentences of it."),
    Rule("PL01", "warning", each_sentence(lambda s: _length(s, 20, 25)), "Look for a place to cut it."),
    Rule("PL03", "error", _hard_share(12, 100), "Use shorter words."),
    Rule("PL03", "warning", _hard_share(8, 12), "Use shorter words."),
    Rule("PL04", "error", each_sentence(_hidden_actor), "Say who does it."),
    Rule("PL05", "error", forbidden(r"\bthe (client|patient|therapist)s?\b", _ALLOWED_ROLES), "Say you and I."),
    Rule("PL06", "error", forbidden(_BANNED), "Use the everyday word."),
    Rule("PL07", "error", forbidden(r"\w+ ?/ ?\w+|\(s\)"), "Write out each choice, or say they."),
    Rule("PL08", "warning", each_sentence(_crowded), "Give each idea a sentence."),
    Rule("PL11", "error", each_message(_heading), "Ask what a client would ask, in 8 words at most."),
    Rule("PL12", "warning", _lists, "Keep 2 to 7 items, each of 20 words at most."),
    Rule("PL13", "error", forbidden(_NUMBERS), "Write digits, and no percentages."),
    Rule("PL14", "error", each_sentence(_modals), "Say what I must and what I may in two sentences."),
    Rule("PL14", "error", forbidden(r"\bmay be (required|asked|obliged) to|\breserves? the right"), "Say must or may."),
    Rule("PL15", "error", forbidden(_NEGATIVES), "Say it without the double no."),
    Rule("PL16", "error", forbidden(_STATUTES), "Cite the law in its file; the reviewer's copy shows it."),
    Rule("PL18", "warning", forbidden(_HIDDEN_VERBS), "Use the verb."),
    Rule("PL19", "error", each_message(_capitals), "Write it small, or add it to the abbreviations."),
    Rule("PL21", "error", forbidden(_TONE), "Say it without decoration, threat or label."),
    Rule("PL22", "error", _abbreviations, "Spell it out, and explain it in the same clause."),
    Rule("PL24", "error", forbidden(_IDIOMS), "Say what it means."),
    Rule("PL24", "error", _in_source(_JOINED, "joins messages or computes one"), "Make one whole message."),
    Rule("PL24", "error", _untranslated, "Put them into a message."),
    Rule("PL24", "error", each_message(_fragment), "Make it a whole sentence."),
    Rule("PL24", "error", each_message(_markup), "Leave the markup out."),
    Rule("PL24", "error", _in_source(_SAME_FORMS, "has a plural like its singular"), "Leave pluralize out."),
    Rule("STATE", "error", _states, "Let a fact print it: no template knows a state."),
)
