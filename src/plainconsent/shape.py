"""Checks plain YAML data against a description of its fields (`is: int`, `of: [...]`); it knows no law and no practice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from plainconsent.errors import Fault, nearest
from plainconsent.yamlfile import YamlFile

Spec = Mapping[str, Any]
LONGEST = 5000
_URL = re.compile(r"https?://[^\s<>\"]+", re.ASCII)
_PHONE = re.compile(r"[0-9A-Za-z+()./ -]{3,40}", re.ASCII)
_EXAMPLES = {
    "int": "Write a whole number, like 7.",
    "flag": "Write true or false.",
    "date": "Write a day as year-month-day, like 2026-11-25.",
    "url": "Write the whole address, beginning with https://.",
    "phone": "Write the number, like 1-800-555-0100.",
    "codes": "Write a list, like [one, two].",
}


def check_fields(file: YamlFile, path: tuple[str | int, ...], data: Any, fields: Mapping[str, Spec]) -> list[Fault]:
    """Every fault in one mapping: unknown keys, missing needed keys, wrong values; places are file:line:column."""
    if not isinstance(data, dict):
        return [
            Fault(file.place(*path), "should be a block of `key: value` lines.", f"Known keys: {', '.join(fields)}.")
        ]
    faults = [
        Fault(file.place(*path, key), f"is not a key that is known here ({key!r}).", nearest(key, fields))
        for key in data
        if key not in fields
    ]
    for key, spec in fields.items():
        if data.get(key) is None:
            if spec.get("needed"):
                faults.append(Fault(file.place(*path), f"has no `{key}`.", f"Add `{key}:` here."))
        elif key in data:
            faults += check_value(file, (*path, key), data[key], spec)
    return faults


def check_value(file: YamlFile, path: tuple[str | int, ...], value: Any, spec: Spec) -> list[Fault]:
    """The faults of one value against its description."""
    kind = spec["is"]
    if kind == "map":
        return check_fields(file, path, value, spec["fields"])
    if kind in ("codes", "texts", "quote"):
        return _check_list(file, path, value, spec)
    if str(value) in spec.get("or", ()):
        return []
    what = wrong_with(value, spec)
    if not what:
        return []
    remedy = nearest(str(value), spec["of"]) if "of" in spec else _EXAMPLES.get(kind, "")
    if kind == "int" and isinstance(value, int) and "most" in spec:
        remedy = f"Write a number from {spec.get('least', 0)} to {spec['most']}."
    return [Fault(file.place(*path), what, remedy)]


def _check_list(file: YamlFile, path: tuple[str | int, ...], value: Any, spec: Spec) -> list[Fault]:
    if not isinstance(value, list):
        return [Fault(file.place(*path), "should be a list.", _EXAMPLES["codes"])]
    single = {**spec, "is": "code" if spec["is"] == "codes" else "text"}
    faults = [fault for n, part in enumerate(value) for fault in check_value(file, (*path, n), part, single)]
    if not value and (spec["is"] != "codes" or spec.get("needed")) and not spec.get("may_be_empty"):
        faults.append(Fault(file.place(*path), "is an empty list.", "Leave the key out, or fill it."))
    if spec["is"] == "codes" and len(set(map(str, value))) < len(value):
        faults.append(Fault(file.place(*path), "names something twice.", "Keep one of the two."))
    if spec["is"] == "codes" and "none" in value and len(value) > 1:
        faults.append(Fault(file.place(*path), "says `none` beside something.", "Keep `none` alone, or leave it out."))
    return faults


def wrong_with(value: Any, spec: Spec) -> str:
    """What is wrong with a single value, as the end of a sentence, or an empty string."""
    kind = spec["is"]
    if kind == "int":
        if not isinstance(value, int) or isinstance(value, bool):
            return f"should be a whole number, not {value!r}."
        low, high = spec.get("least", 0), spec.get("most", 100_000)
        return "" if low <= value <= high else f"is {value}, outside {low} to {high}."
    if kind == "flag":
        return "" if isinstance(value, bool) else f"should be true or false, not {value!r}."
    if isinstance(value, (dict, list)):
        return "should be one value, not a block or list."
    return _wrong_with_text(str(value).lower() if isinstance(value, bool) else str(value), spec)


def _wrong_with_text(text: str, spec: Spec) -> str:
    kind = spec["is"]
    if "of" in spec and text not in spec["of"]:
        return f"is {text[:60]!r}, which is not one of the words known here."
    if kind == "date" and not _is_date(text):
        return f"is {text[:40]!r}, which is not a day of the calendar."
    if kind == "url" and not _URL.fullmatch(text):
        return f"is {text[:60]!r}, which is not a web address."
    if kind == "phone" and not _PHONE.fullmatch(text):
        return f"is {text[:40]!r}, which is not a phone number."
    return wrong_characters(" ".join(text.split()) if kind == "note" else text)


def _is_date(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def wrong_characters(text: str) -> str:
    """Why a text can't be printed as it stands: controls, line breaks, hidden direction marks, too long; or ''."""
    if len(text) > LONGEST:
        return f"has {len(text):,} characters; the longest that can be printed is {LONGEST:,}."
    if text.isprintable():
        return ""
    for character in text:
        category = unicodedata.category(character)
        if (
            category in ("Cc", "Co", "Cs", "Cn", "Zl", "Zp")
            or character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        ):
            shown = f"U+{ord(character):04X}"
            return f"holds a character that can't be printed ({shown}); line breaks and control characters are refused."
    return ""
