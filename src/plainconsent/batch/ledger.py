"""The record of what was issued: a line a document, appended as it is made; no client's name, no facts about health."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from plainconsent.errors import Fault, Faults
from plainconsent.files import replace_file

_MODE = 0o600


class Ledger:
    """Three files that belong together: the ledger, the editions its lines name, and what the run was asked for.

    `NAME.jsonl`           one line a document
    `NAME.editions.jsonl`  one line for each form of each profile: its clauses and the law they rested on, for `reconsent`
    `NAME.run.json`        a fingerprint of everything the run depends on, so that it is only resumed as what it was
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._editions_path, self._run_path = editions_path(path), path.with_suffix(".run.json")
        self._file: Any = None
        self._known: set[str] = set()

    @property
    def exists(self) -> bool:
        return self.path.exists()

    def begin(self, fingerprint: str) -> None:
        """A new ledger."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self._run_path, json.dumps({"fingerprint": fingerprint, "done": False}).encode())
        self._open()

    def resume(self, fingerprint: str) -> bool:
        """Goes on with a ledger; says whether its run was finished. Raises Faults when it is of another run."""
        try:
            run = json.loads(self._run_path.read_bytes())
        except (OSError, ValueError):
            raise Faults(
                [Fault(str(self.path), "has no run beside it to go on with.", "Begin in another place.")]
            ) from None
        if run["fingerprint"] != fingerprint:
            what = "was begun with another roster, practice, law, wording or other options."
            raise Faults([Fault(str(self.path), what, "Use the same ones, or begin in another place.")])
        self._mend(self.path)
        self._mend(self._editions_path)
        self._known = {record["key"] for record in read_lines(self._editions_path)}
        self._open()
        return bool(run["done"])

    @staticmethod
    def _mend(path: Path) -> None:
        """Cuts off a last line that a kill left unfinished."""
        with contextlib.suppress(FileNotFoundError), path.open("r+b") as file:
            size = file.seek(0, os.SEEK_END)
            at = size
            while at:
                start = max(0, at - 65536)
                file.seek(start)
                found = file.read(at - start).rfind(b"\n")
                if found >= 0:
                    at = start + found + 1
                    break
                at = start
            file.truncate(at)

    def cut(self, offset: int) -> None:
        """Forgets every line from a place in the file on; the files they tell of are made again."""
        os.truncate(self.path, offset)

    def _open(self) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._file = os.open(self.path, flags, _MODE)
        self._editions = os.open(self._editions_path, flags, _MODE)

    def add(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Appends lines in one write."""
        _write(self._file, "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines).encode())

    def add_edition(self, key: str, edition: Mapping[str, Any]) -> None:
        """Appends an edition that no line has named yet; before the first line that names it."""
        if key not in self._known:
            _write(self._editions, (json.dumps({"key": key, **edition}, sort_keys=True) + "\n").encode())
            os.fsync(self._editions)
            self._known.add(key)

    def flush(self) -> None:
        os.fsync(self._file)

    def finish(self) -> None:
        run = json.loads(self._run_path.read_bytes())
        self.flush()
        replace_file(self._run_path, json.dumps({**run, "done": True}).encode())

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            os.close(self._editions)
            self._file = None


def editions_path(path: Path) -> Path:
    return path.with_suffix(".editions.jsonl")


def _write(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Every line of a jsonl file as an object. Raises Faults with the line that is none."""
    for line, _ in read_places(path):
        yield line


def read_places(path: Path) -> Iterator[tuple[dict[str, Any], int]]:
    """Every line, and the place in the file where it begins."""
    try:
        with path.open("rb") as file:
            at = 0
            for number, line in enumerate(file, 1):
                try:
                    record = json.loads(line)
                except ValueError:
                    record = None
                if not isinstance(record, dict):
                    raise Faults([Fault(f"{path}:{number}", "is not a line of a ledger.", "Name a ledger.jsonl.")])
                yield record, at
                at += len(line)
    except FileNotFoundError:
        raise Faults([Fault(str(path), "is not there.", "Check the name of the file.")]) from None
    except OSError as error:
        raise Faults([Fault(str(path), f"can't be read ({error.strerror}).", "Check the name of the file.")]) from None
