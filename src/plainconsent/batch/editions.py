"""What a form said and why, without its clients: enough to tell later whether people must sign anew."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from plainconsent.assemble import Assembled, assemble
from plainconsent.document import Heading, block_lines, walk
from plainconsent.jurisdictions import read_topics
from plainconsent.lawchange import shown_fields
from plainconsent.packet import overlay_of
from plainconsent.profile import Profile

# Words on which the sense of a sentence hangs: a form that trades one for another says something else.
_HINGES = re.compile(
    r"\b(?:must|may|can|cannot|not|no|never|only|all|each|any|unless|if|except|before|after|\d[\d,.:-]*"
    r"|debo|debe|deben|tengo|tiene|tienen|puedo|puede|pueden|no|nunca|solo|todos|cada|si|excepto|antes|después)\b",
    re.IGNORECASE,
)
# A field that names somebody or somewhere: a new telephone number is worth a notice, not a new signature.
_ADDRESSES = ("text", "texts", "phone", "url", "date")


def edition_of(made: Assembled) -> dict[str, Any]:
    """Each clause's words as hashes, and the answers of law it rested on, in plain data."""
    clauses: dict[str, dict[str, Any]] = {}
    blank = made.document.slots
    for piece in made.pieces:
        clause = clauses.setdefault(piece.clause, {"heading": "", "lines": [], "facts": {}})
        for block in walk(piece.blocks):
            if isinstance(block, Heading) and not clause["heading"]:
                clause["heading"] = "".join(run.text for run in block.runs)
        clause["lines"] += [line for block in piece.blocks for line in block_lines(block, blank)]
        for s in piece.statements:
            name = f"{s.jurisdiction}:{s.topic}" + (f".{s.item}" if s.item else "")
            clause["facts"].update({f"{name}.{field}": value for field, value in shown_fields(s).items()})
    profile = made.facts.profile
    return {
        "form": made.document.form,
        "language": made.document.language,
        "as_of": str(profile.as_of),
        "edition": made.document.footer.split(",")[0].removeprefix("Edition "),
        "profile": made.document.receipt["profile"],
        "answers": profile.answers,
        "clauses": {
            id: {"heading": c["heading"], "words": _words(c["lines"]), "sense": _sense(c["lines"]), "facts": c["facts"]}
            for id, c in clauses.items()
        },
    }


def key_of(edition: Mapping[str, Any]) -> str:
    """A short name for an edition, made of all it holds."""
    return hashlib.sha256(json.dumps(edition, sort_keys=True, default=str).encode()).hexdigest()[:16]


def statements_hash(made: Assembled) -> str:
    """One hash over the statements a form rested on."""
    rows = sorted(row["sha256"] + row["id"] for row in made.document.receipt["statements"])
    return hashlib.sha256("".join(rows).encode()).hexdigest()[:16]


def edition_now(edition: Mapping[str, Any], on: date, base: Path) -> dict[str, Any]:
    """The same form of the same profile as law and wording make it on a day. Raises Faults."""
    said = edition["profile"]
    profile = Profile(
        said["jurisdiction"],
        said["role"],
        said["setting"],
        tuple(said["modes"]),
        on,
        edition["language"],
        said["client_state"],
        said["minor"],
        edition["answers"],
    )
    return edition_of(assemble(profile, edition["form"], overlay_of(profile, base)))


def _words(lines: list[str]) -> str:
    """A hash of the letters and digits alone: a comma more, or a line broken elsewhere, is no other wording."""
    return _hash("".join(re.findall(r"\w+", " ".join(lines).casefold())))


def _sense(lines: list[str]) -> str:
    return _hash(" ".join(_HINGES.findall(" ".join(lines).casefold())))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# --- what became of it -------------------------------------------------------------------------------------------------

UNCHANGED, NOTICE, SIGN = "unchanged", "notice only", "new signature needed"


def verdict(then: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, list[str]]:
    """What a client who signed `then` is owed today, and why, in plain words; the gravest reason decides."""
    found: list[tuple[str, str]] = []
    for id in dict.fromkeys([*then["clauses"], *now["clauses"]]):
        old, new = then["clauses"].get(id), now["clauses"].get(id)
        title = (new or old)["heading"] or id.replace("_", " ")
        if old is None or new is None:
            found.append((SIGN, f"“{title}” {'is new' if old is None else 'is no longer in the form'}."))
        elif old["words"] != new["words"]:
            found.append(_changed(title, old, new))
    level = SIGN if any(kind == SIGN for kind, _ in found) else NOTICE if found else UNCHANGED
    return level, [reason for kind, reason in found if kind == level]


def _changed(title: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, str]:
    """One clause with other words: law that another answer was given to, an address, or words alone."""
    names = dict.fromkeys([*old["facts"], *new["facts"]])
    differ = [name for name in names if old["facts"].get(name) != new["facts"].get(name)]
    told = "; ".join(_told(name, old["facts"].get(name, "-"), new["facts"].get(name, "-")) for name in differ[:4])
    more = f"; and {len(differ) - 4} more" if len(differ) > 4 else ""
    if any(not _is_address(name) for name in differ):
        return SIGN, f"“{title}” changes with the law: {told}{more}."
    if differ:
        return NOTICE, f"“{title}” has other names or numbers to reach somebody: {told}{more}."
    if old["sense"] != new["sense"]:
        return SIGN, f"“{title}” says something else: what must, may or can happen is worded anew."
    return NOTICE, f"“{title}” is worded anew; its sense is the same."


def _told(name: str, old: str, new: str) -> str:
    place, _, rest = name.partition(":")
    return f"{rest.replace('_', ' ')} ({place}) was {old.replace('_', ' ')}, is {new.replace('_', ' ')}"


def _is_address(name: str) -> bool:
    """Whether a fact names a person, office, number, place or title, and so decides nothing."""
    topic, *rest = name.partition(":")[2].split(".")
    fields = read_topics().topics.get(topic, {}).get("fields", {})
    return bool(rest) and fields.get(rest[-1], {}).get("is") in _ADDRESSES
