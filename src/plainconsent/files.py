"""Writes files whole or not at all: beside the goal first, then renamed; nothing is overwritten unless asked."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from plainconsent.errors import Fault, Faults, refuse


def write_files(folder: Path, files: Mapping[str, bytes], force: bool = False) -> list[Path]:
    """All files into the folder; before the first is written every name is checked. Raises Faults, nothing is then written."""
    goals = {folder / name: data for name, data in files.items()}
    if not force:
        refuse([Fault(str(goal), "is already there.", "Add --force to replace it.") for goal in goals if goal.exists()])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for goal, data in goals.items():
            _write_whole(goal, data)
    except OSError as error:
        raise Faults([Fault(str(error.filename or folder), f"can't be written ({error.strerror}).", "Choose another folder.")]) from None
    return list(goals)


def _write_whole(goal: Path, data: bytes) -> None:
    """Mode 0600: a filled form names a person."""
    handle, name = tempfile.mkstemp(dir=goal.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(name, goal)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
