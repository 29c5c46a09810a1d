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
    there = "is already there.", "Add --force to replace it."
    try:
        if not force:
            refuse([Fault(str(goal), *there) for goal in goals if os.path.lexists(goal)])
        folder.mkdir(parents=True, exist_ok=True)
        _write_all(goals, force)
    except FileExistsError as error:
        if error.filename2 is None:
            raise Faults(
                [
                    Fault(
                        str(error.filename or folder), f"can't be written ({error.strerror}).", "Choose another folder."
                    )
                ]
            ) from None
        raise Faults([Fault(str(error.filename2), *there)]) from None
    except OSError as error:
        raise Faults(
            [Fault(str(error.filename or folder), f"can't be written ({error.strerror}).", "Choose another folder.")]
        ) from None
    return list(goals)


def replace_file(goal: Path, data: bytes) -> None:
    """One file whole or not at all, in place of the one that is there. Raises OSError."""
    part = _write_part(goal, data)
    try:
        os.replace(part, goal)
    except BaseException:
        os.unlink(part)
        raise


def _write_all(goals: Mapping[Path, bytes], force: bool) -> None:
    """Every file is written beside its goal first, so that a full disk is met before the first goal changes."""
    parts: dict[Path, str] = {}
    try:
        for goal, data in goals.items():
            parts[goal] = _write_part(goal, data)
        for goal, part in parts.items():
            if force:
                os.replace(part, goal)
            else:
                _move_into_place(part, goal)
    finally:
        for part in parts.values():
            with contextlib.suppress(OSError):
                os.unlink(part)


def _move_into_place(part: str, goal: Path) -> None:
    """A link, unlike a rename, refuses a goal that came meanwhile; where the file system has none, a rename has to do."""
    try:
        os.link(part, goal)
    except FileExistsError:
        raise
    except OSError:
        os.replace(part, goal)


def _write_part(goal: Path, data: bytes) -> str:
    """Mode 0600: a filled form names a person."""
    handle, name = tempfile.mkstemp(dir=goal.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    return name
