"""The page that shows at a glance how well each state's law is known: a map of tiles and a grid of every question."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from plainconsent.jurisdictions import read_law
from plainconsent.law import in_force
from plainconsent.lawcover import coverage_rows, level, topics_by_harm
from plainconsent.lookup import names
from plainconsent.places import TEMPLATES
from plainconsent.writers.html import frames
from plainconsent.yamlfile import read_yaml

# From what is best known to what is least known: (key, letter, short words, a sentence).
LEVELS = (
    ("primary", "P", "the law's words", "the law's own words were read"),
    ("secondary", "S", "two summaries", "two independent summaries agree"),
    ("single", "1", "one summary", "one summary was read"),
    ("unclear", "?", "unclear", "read, and not settled; the form says so"),
    ("none_found", "0", "none found", "looked for, nothing found"),
    ("absent", "x", "absent", "not looked for: an error"),
)


def coverage_page(on: date) -> bytes:
    """One UTF-8 web page that needs no other file and runs no script."""
    rows = coverage_rows(on)
    tiles = read_yaml(TEMPLATES / "frames" / "map.yaml").data
    states = [_state(id, name, on, rows, tiles) for id, name in {"US": "Federal floor", **names()}.items()]
    counts = sum((state["counts"] for state in states), Counter[str]())
    page = (
        frames()
        .get_template("coverage.html")
        .render(
            states=states,
            topics=topics_by_harm("state"),
            levels=[dict(zip(("key", "letter", "short", "words"), each, strict=True)) for each in LEVELS],
            total=f"{sum(counts.values()):,}",
            share=_share(counts),
            reviewed=[state["name"] for state in states if state["attorney"] != "none"],
            on=on,
        )
    )
    return page.encode()


def _state(id: str, name: str, on: date, rows: list[dict[str, str]], tiles: dict[str, Any]) -> dict[str, Any]:
    law = read_law(id)
    held = {s.id: s for role in law.roles for items in in_force(law, role, on).values() for s in items.values()}
    counts = Counter(map(level, held.values()))
    letters = {key: (letter, words) for key, letter, _, words in LEVELS}
    cells = {
        row["topic"]: {**row, "letter": letters[row["known"]][0], "words": letters[row["known"]][1]}
        for row in rows
        if row["jurisdiction"] == id
    }
    return {
        "id": id,
        "name": name,
        "tile": tiles.get(id),
        "counts": counts,
        "share": _share(counts),
        "cells": cells,
        "checked": min((cell["checked"] for cell in cells.values() if cell["checked"]), default=""),
        "attorney": law.attorney_review,
    }


def _share(counts: Counter[str]) -> str:
    return f"{100 * counts['primary'] // max(1, sum(counts.values()))} %"
