"""What a clause may ask: the law in force for one profile, the profile and the practice; it keeps a list of what was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from plainconsent.errors import Fault, nearest
from plainconsent.jurisdictions import Topics, ethics_of, read_law, read_topics
from plainconsent.law import NO_ANSWER, Law, Statement, in_force
from plainconsent.lookup import names
from plainconsent.profile import Profile

# Names that are not topics: who the form is for, and what the practice said.
PROFILE_NAMES = (
    "us",
    "federal",
    "ethics",
    "edition",
    "state",
    "client_state",
    "home_state",
    "role",
    "setting",
    "minor",
    "in_person",
    "teletherapy",
    "practice",
    "clinician",
    "supervisor",
    "fees",
    "group",
    "policies",
    "minors",
)
OPEN, CLOSE, CHUNK = "\ue000", "\ue001", "\ue002"


def token(kind: str, text: str) -> str:
    """A stretch of literal text that no template language and no Markdown can misread; markup.py turns it back."""
    return f"{OPEN}{kind}{text.encode().hex()}{CLOSE}"


class Name(str):
    """An official name, number or address: printed literally, never translated."""

    __slots__ = ()

    def __str__(self) -> str:
        return token("u" if self.startswith(("https://", "http://")) else "n", str.__str__(self))


class Code(str):
    """A word of `_topics.yaml`: clauses choose by it and never print it."""

    __slots__ = ()

    def __str__(self) -> str:
        raise Fault("template", f"prints the code {str.__str__(self)!r}.", "Choose a whole sentence by it instead.")


class Answer:
    """One statement as a clause sees it: `child_abuse_report.duty`; every look at it is recorded."""

    def __init__(self, statement: Statement, topics: Topics, reads: list[Statement]) -> None:
        self._statement, self._topics, self._reads = statement, topics, reads

    def look(self) -> None:
        """Record the statement without asking one of its fields."""
        self._reads.append(self._statement)

    def __getitem__(self, name: str) -> Any:
        fields = self._topics.fields(self._statement.topic)
        if name not in fields:
            raise Fault(f"{self._statement.topic}.{name}", "is not a fact.", nearest(name, fields))
        self.look()
        return _printable(self._statement.values.get(name), fields[name])


class Missing:
    """A topic nobody has answered: reading it stops the form and names the topic."""

    def __init__(self, jurisdiction: str, topic: str, on: date) -> None:
        self._what = (jurisdiction, topic, on)

    def __getitem__(self, name: str) -> Any:
        jurisdiction, topic, on = self._what
        raise Fault(
            f"{jurisdiction} {topic}",
            f"has no answer for this license on {on}.",
            "The law recorded here does not reach that day; choose another day, or add a statement to its file.",
        )


class Nothing:
    """An item that no law asks for here: false, and each of its fields is nothing."""

    def __bool__(self) -> bool:
        return False

    def __getitem__(self, name: str) -> None:
        return None


class Items:
    """A topic with many answers: `other_reports.trafficking.duty`; an item that is not there is false."""

    def __init__(
        self, topic: str, items: Mapping[str | None, Statement], topics: Topics, reads: list[Statement]
    ) -> None:
        self._topic, self._items, self._topics, self._reads = topic, items, topics, reads

    def __getitem__(self, item: str) -> Answer | Nothing:
        known = self._topics.fields(self._topic)["item"].get("of")
        if known and item not in known:
            raise Fault(f"{self._topic}.{item}", "is not an item.", nearest(item, known))
        statement = self._items.get(item)
        if statement is None or statement.answer in NO_ANSWER:
            return Nothing()
        self._reads.append(statement)
        return Answer(statement, self._topics, self._reads)

    def __iter__(self) -> Iterator[Answer]:
        for statement in self._items.values():
            if statement.answer not in NO_ANSWER:
                yield Answer(statement, self._topics, self._reads)


class Group:
    """All topics of one jurisdiction: `us.records_access`."""

    def __init__(self, law: Law, profile: Profile, topics: Topics, reads: list[Statement], kind: str) -> None:
        self._law, self._topics, self._reads, self._kind = law, topics, reads, kind
        self._on = profile.as_of
        self._found = in_force(law, profile.role, profile.as_of)

    def __getitem__(self, topic: str) -> Answer | Items | Missing:
        if topic not in self._topics.asked_of(self._kind):
            raise Fault(f"{self._law.id} {topic}", "is not a topic here.", nearest(topic, self._topics.topics))
        items = self._found.get(topic, {})
        if self._topics.topics[topic].get("list"):
            return Items(topic, items, self._topics, self._reads)
        if None in items:
            return Answer(items[None], self._topics, self._reads)
        return Missing(self._law.id, topic, self._on)


class Facts:
    """The names a clause may use, and `reads`, the statements looked at since it was last emptied."""

    def __init__(self, profile: Profile, jurisdiction: str | None = None) -> None:
        """`jurisdiction`: whose law the bare topic names mean; the license's own state when left out."""
        topics = read_topics()
        self.profile = profile
        self.reads: list[Statement] = []
        self.law = read_law(jurisdiction or profile.jurisdiction)
        self.us_law, self.ethics_law = read_law("US"), ethics_of(profile.role)
        self._home = Group(self.law, profile, topics, self.reads, "state")
        us = Group(self.us_law, profile, topics, self.reads, "us")
        ethics = Group(self.ethics_law, profile, topics, self.reads, "ethics")
        self.names: dict[str, Any] = {
            **{topic: self._home[topic] for topic in topics.asked_of("state")},
            "us": us,
            "federal": us["federal_rules"],
            "ethics": ethics["ethics_rules"],
            "copy_days": self._copy_days,
            **_profile_names(profile, self.law),
        }

    def value(self, path: str) -> Any:
        """The fact at a dotted path, as a `when` of a clause names it; raises Fault for an unknown one."""
        first, *rest = path.split(".")
        if first not in self.names:
            raise Fault(path, "is not a fact.", nearest(first, self.names))
        found = self.names[first]
        for part in rest:
            if found is None:
                return None
            if isinstance(found, dict) and part not in found:
                raise Fault(path, "is not a fact.", nearest(part, found))
            found = found[part]
        if isinstance(found, Answer):
            found.look()
        return found() if callable(found) else found

    def home_statements(self, topic: str) -> list[Statement]:
        """The statements of one topic of the license's own state that are in force."""
        return list(in_force(self.law, self.profile.role, self.profile.as_of).get(topic, {}).values())

    def _copy_days(self) -> int | None:
        """Days within which a client gets a copy: the shorter of state law and 45 CFR 164.524(b)(2), which both bind."""
        us: Any = self.names["us"]["records_access"]
        found = [days for days in (self.names["records_access"]["copy_days"], us["copy_days"]) if isinstance(days, int)]
        return min(found, default=None)


def _profile_names(profile: Profile, law: Law) -> dict[str, Any]:
    there = names().get(profile.client_state or "")
    return {
        "state": {"name": Name(law.name), "id": Code(law.id)},
        "client_state": {"name": Name(there)} if there else None,
        "home_state": {"name": Name(names()[profile.jurisdiction])},
        "role": profile.role,
        "setting": profile.setting,
        "minor": profile.minor,
        "in_person": "in_person" in profile.modes,
        "teletherapy": profile.teletherapy,
        **{
            name: _plain(profile.answers[name])
            for name in ("practice", "clinician", "supervisor", "fees", "group", "policies", "minors")
        },
    }


def _plain(value: Any) -> Any:
    """Practice answers as templates see them: text is literal, numbers and flags compute, codes only compare."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, str):
        return Name(value)
    if isinstance(value, list):
        return [Name(part) for part in value]
    return value


def _printable(value: Any, spec: Mapping[str, Any]) -> Any:
    kind = spec["is"]
    if kind == "map":
        return {name: _printable((value or {}).get(name), inner) for name, inner in spec["fields"].items()}
    if value is None and kind in ("codes", "texts", "quote"):
        return []
    if value is None or isinstance(value, (bool, int)):
        return value
    if kind == "codes":
        return [Code(part) for part in value] if isinstance(value, list) else Code(value)
    if kind in ("texts", "quote"):
        return [Name(part) for part in value] if isinstance(value, list) else Code(value)
    if kind in ("text", "phone", "url", "date") and value not in NO_ANSWER:
        return Name(value)
    return Code(value)
