"""Keeps law that was read and checked before in the user's own cache folder, so that YAML is parsed once an edition."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from plainconsent.files import replace_file
from plainconsent.law import Citation, Law, Statement
from plainconsent.places import cache_folder

_HERE = Path(__file__).resolve().parent
# Whoever changes how law is read changes the key, so that no older reading is taken for a new one.
_READERS = tuple(map(_HERE.joinpath, ("jurisdictions.py", "law.py", "lawcache.py", "shape.py", "yamlfile.py")))
_STATEMENT = tuple(field.name for field in fields(Statement))
_LAW = tuple(field.name for field in fields(Law) if field.name != "statements")


@functools.cache
def readers_key(topics: Path) -> str:
    """What a reading depends on beside the law file itself: the questions, and the code that reads them."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in (topics, *_READERS))).hexdigest()


def kept_law(jurisdiction: str, key: str) -> Law | None:
    """The law kept under this very key; None when there is none, or none that can be read: a broken cache is no cache."""
    if (folder := cache_folder()) is None:
        return None
    try:
        found_key, head, statements = json.loads((folder / f"{jurisdiction}.json").read_bytes())
        if found_key != key:
            return None
        head = dict(zip(_LAW, head, strict=True)) | {"roles": tuple(head[_LAW.index("roles")])}
        return Law(**head, statements=tuple(map(_statement, statements)))
    except (OSError, ValueError, TypeError, LookupError):
        return None


def keep_law(law: Law, key: str) -> None:
    """Keeps a law for the next run; where nothing can be written, nothing is kept."""
    if folder := cache_folder():
        head = [getattr(law, name) for name in _LAW]
        rows = [[_plain(getattr(s, name)) for name in _STATEMENT] for s in law.statements]
        with contextlib.suppress(OSError):
            replace_file(folder / f"{law.id}.json", json.dumps([key, head, rows]).encode())


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _statement(row: list[Any]) -> Statement:
    kept = dict(zip(_STATEMENT, row, strict=True))
    for day in ("since", "until", "checked"):
        kept[day] = kept[day] and date.fromisoformat(kept[day])
    return Statement(
        **kept | {"roles": tuple(kept["roles"]), "citations": tuple(map(Citation._make, kept["citations"]))}
    )
