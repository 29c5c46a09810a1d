"""The answers of one state that hold on a day, as rows for people and programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from plainconsent.errors import Fault, Faults, nearest
from plainconsent.jurisdictions import ETHICS_CODES, law_file, read_law, read_topics
from plainconsent.law import Law, in_force
from plainconsent.lawcheck import answer_rows
from plainconsent.lookup import find_jurisdiction, find_role


def find_law(word: str) -> Law:
    """The law that a word names: a state, `US`, or an ethics code by its letters (`APA`)."""
    return read_law(_id_of(word))


def files_of(words: Sequence[str]) -> list[Path]:
    """The law files of the jurisdictions named, whether or not they can be read as law."""
    return [law_file(_id_of(word)) for word in words]


def _id_of(word: str) -> str:
    short = word.strip().upper().removeprefix("ETHICS-")
    if short in ("US", "FEDERAL"):
        return "US"
    return f"ETHICS-{short}" if short in ETHICS_CODES.values() else find_jurisdiction(word, "JURISDICTION")


def show_rows(word: str, topic: str | None, license: str | None, on: date) -> list[dict[str, str]]:
    """Rows as in `law export` with what each means, only those in force on the day, for one topic or license when named."""
    topics = read_topics()
    if topic and topic not in topics.topics:
        raise Faults([Fault("--topic", f"{topic!r} is not a topic.", nearest(topic, topics.topics))])
    law = find_law(word)
    roles = [find_role(license, law, on)[0]] if license else list(law.roles)
    held = {(role, s.id) for role in roles for items in in_force(law, role, on).values() for s in items.values()}
    return [
        {**row, "means": s.means or s.why}
        for s in law.statements
        if topic in (None, s.topic)
        for role in s.roles
        if (role, s.id) in held
        for row in answer_rows(law, s, role)
    ]
