"""Reads a roster (csv, tsv, xlsx, jsonl) row by row in bounded memory, and tells what is wrong with the file itself."""

from __future__ import annotations

import codecs
import csv
import itertools
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from plainconsent.errors import Fault, Faults, nearest

KINDS = (".csv", ".tsv", ".xlsx", ".jsonl")
MOST_COLUMNS = 500
LONGEST_CELL = 10_000
# A sheet of a million rows unpacks to a few hundred megabytes; a bomb to more, from much less.
MOST_UNPACKED, MOST_RATIO, MOST_SHARED = 2_000_000_000, 300, 100_000_000
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


class Row(NamedTuple):
    """One row: the number by which the user finds it (a sheet's header is row 1; of a jsonl, its line), and its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Roster:
    """A roster whose header was read.

    notes   what a user should know about how the file was read, such as its encoding
    """

    path: Path
    columns: tuple[str, ...]
    notes: tuple[str, ...]

    def rows(self) -> Iterator[Row | Fault]:
        """Every row that holds something, and a fault in place of a row that cannot be read; read anew each time."""
        width = len(self.columns)
        for number, cells in itertools.islice(_READERS[self.path.suffix.lower()](self), 1, None):
            if isinstance(cells, Fault):
                yield cells
            elif any(cells):
                faulty = _row_fault(number, cells, width)
                yield faulty or Row(number, (*cells[:width], *[""] * (width - len(cells))))


def place(number: int, column: str = "") -> str:
    return f"row {number}" + (f", {column}" if column else "")


def _row_fault(number: int, cells: Sequence[str], width: int) -> Fault | None:
    if len(cells) > width and any(cells[width:]):
        what = f"has {len(cells)} cells, and the header has {width}."
        return Fault(place(number), what, "Quote a cell that holds the delimiter, or name the column.")
    long = next((n for n, cell in enumerate(cells) if len(cell) > LONGEST_CELL), None)
    if long is not None:
        what = f"holds a cell of {len(cells[long]):,} characters (cell {long + 1})."
        return Fault(place(number), what, f"A cell has {LONGEST_CELL:,} at most; check the quotes.")
    return None


def read_roster(path: Path) -> Roster:
    """The roster's columns; raises Faults for a file that is none."""
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise Faults(
            [Fault(str(path), f"is not a roster ({kind or 'no ending'}).", f"Give one of {', '.join(KINDS)}.")]
        )
    try:
        if not path.stat().st_size:
            raise Faults([Fault(str(path), "is empty.", "A roster has a header and one row for each form.")])
        notes = _notes(path, kind)
        first = next(_READERS[kind](Roster(path, (), ())), None)
    except OSError as error:
        raise Faults([Fault(str(path), f"can't be read ({error.strerror}).", "Check the name of the file.")]) from None
    if first is None or isinstance(first[1], Fault) or not any(first[1]):
        fault = first[1] if first and isinstance(first[1], Fault) else Fault(str(path), "has no header.", "")
        raise Faults([Fault(str(path), fault.what, fault.remedy or "Name the columns in the first row.")])
    columns = tuple(name.strip() for name in first[1])
    while columns and not columns[-1]:
        columns = columns[:-1]
    _check_columns(path, columns)
    return Roster(path, columns, notes)


def _check_columns(path: Path, columns: Sequence[str]) -> None:
    faults = []
    if len(columns) > MOST_COLUMNS:
        what = f"has {len(columns):,} columns; a roster has {MOST_COLUMNS} at most."
        raise Faults([Fault(str(path), what, "Keep the columns that forms use.")])
    if len(columns) == 1 and (found := next((c for c in _DELIMITERS if c in columns[0]), "")):
        what = f"has one column, {columns[0][:60]!r}, that looks like several with a {_DELIMITERS[found]} between."
        faults.append(Fault(str(path), what, "Name a file with tabs .tsv, and one with commas .csv."))
    for n, name in enumerate(columns, 1):
        if not name:
            faults.append(Fault(str(path), f"has no name for column {n}.", "Name it, or delete the column."))
        elif name in columns[: n - 1]:
            faults.append(Fault(str(path), f"has two columns {name!r}.", "Rename or delete one."))
    if faults:
        raise Faults(faults)


# --- csv and tsv ---------------------------------------------------------------------------------------------------


def _notes(path: Path, kind: str) -> tuple[str, ...]:
    if kind == ".xlsx":
        return ()
    encoding = _encoding(path)
    return (f"read as {encoding}",) if encoding not in ("utf-8-sig",) else ()


def _encoding(path: Path) -> str:
    """UTF-8 when the whole file is; UTF-16 by its mark; else Windows-1252, as older spreadsheets write. Raises Faults for a binary file."""
    with path.open("rb") as file:
        start = file.read(4096)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if b"\0" in start:
            raise Faults([Fault(str(path), "is not a text file.", "Save the sheet as csv, or give the .xlsx itself.")])
        decoder, chunk = codecs.getincrementaldecoder("utf-8")(), start
        try:
            while chunk:
                decoder.decode(chunk)
                chunk = file.read(1 << 20)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _text_rows(roster: Roster) -> Iterator[tuple[int, Sequence[str] | Fault]]:
    """Rows of a csv or tsv; a row is numbered as a spreadsheet shows it, not by its line in the file."""
    path = roster.path
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="", errors="strict" if encoding != "cp1252" else "replace") as file:
        delimiter = "\t" if path.suffix.lower() == ".tsv" else _delimiter(file.readline())
        file.seek(0)
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        number = 0
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield number, Fault(place(number), f"can't be read ({error}).", "Check the quotes around this row.")
                return
            except UnicodeError:
                yield number, Fault(place(number), "holds bytes that are no text.", "Save the file as UTF-8.")
                return
            yield number, [cell.strip() for cell in cells]


def _delimiter(header: str) -> str:
    """The delimiter that the header has most of, outside quotes; a comma when it has none."""
    bare = re.sub(r'"[^"]*"', "", header)
    return max(_DELIMITERS, key=bare.count) if any(map(bare.count, _DELIMITERS)) else ","


# --- jsonl -----------------------------------------------------------------------------------------------------------


def _json_rows(roster: Roster) -> Iterator[tuple[int, Sequence[str] | Fault]]:
    """First the keys of the first object, which are the columns; then every object, numbered by its line."""
    columns: tuple[str, ...] = ()
    with roster.path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(1 << 20), b""), 1):
            if not line.strip():
                continue
            record = _json_record(line, number)
            if isinstance(record, Fault):
                yield number if columns else 0, record
                if not columns:
                    return
                continue
            if not columns:
                columns = tuple(record)
                yield 0, columns
            unknown = [key for key in record if key not in columns]
            if unknown:
                what = f"has the key {unknown[0]!r}, which the first object lacks."
                yield number, Fault(place(number), what, nearest(unknown[0], columns))
            else:
                yield number, [_cell(record.get(key)) for key in columns]


def _json_record(line: bytes, number: int) -> dict[str, Any] | Fault:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return Fault(place(number), "is not a JSON object.", "Write one object a line.")
    if not isinstance(record, dict):
        return Fault(place(number), "is not a JSON object.", "Write one object a line.")
    nested = next((key for key, value in record.items() if isinstance(value, (dict, list))), None)
    if nested is not None:
        return Fault(place(number, nested), "holds a list or an object.", "Write one plain value.")
    return record


def _cell(value: Any) -> str:
    """A cell as text: a day as year-month-day, a whole number without a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return str(value.date()) if value.time() == value.min.time() else str(value)
    if isinstance(value, date):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


# --- xlsx ------------------------------------------------------------------------------------------------------------


def _sheet_rows(roster: Roster) -> Iterator[tuple[int, Sequence[str] | Fault]]:
    """Rows of a workbook's first sheet. Formulas are refused: what they show is not in the file for certain."""
    import openpyxl

    _check_workbook(roster.path)
    try:
        book = openpyxl.load_workbook(roster.path, read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # openpyxl meets a broken file with whatever error it stumbles over
        raise Faults([_no_workbook(roster.path, type(error).__name__)]) from None
    try:
        sheet: Any = book.worksheets[0]
        _check_merged(roster.path, sheet._worksheet_path)
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(max_col=1 + (len(roster.columns) or MOST_COLUMNS)), 1):
            wrong = next((c for c in cells if c.data_type in ("f", "e") and c.value is not None), None)
            if wrong is not None:
                what = "a formula" if wrong.data_type == "f" else f"the error {wrong.value}"
                yield number, Fault(place(number, wrong.coordinate), f"holds {what}.", "Put the value itself there.")
            else:
                yield number, [_cell(cell.value) for cell in cells]
    except Faults:
        raise
    except Exception as error:
        raise Faults([_no_workbook(roster.path, type(error).__name__)]) from None
    finally:
        book.close()


def _no_workbook(path: Path, why: str) -> Fault:
    return Fault(
        str(path), f"can't be opened as a workbook ({why}).", "Open it in a spreadsheet and save it again as .xlsx."
    )


def _check_workbook(path: Path) -> None:
    """Refuses what is no zip, and what would unpack to more than fits."""
    try:
        with zipfile.ZipFile(path) as parts:
            infos = parts.infolist()
            whole = sum(info.file_size for info in infos)
            packed = sum(info.compress_size for info in infos) or 1
            shared = next((i.file_size for i in infos if i.filename == "xl/sharedStrings.xml"), 0)
            bomb = whole > 10_000_000 and whole > MOST_RATIO * packed
            if bomb or whole > MOST_UNPACKED or shared > MOST_SHARED:
                what = f"unpacks to {whole / 1e6:,.0f} MB, which is more than a roster needs."
                raise Faults([Fault(str(path), what, "Save the sheet as csv.")])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        raise Faults([_no_workbook(path, "not a zip")]) from None


def _check_merged(path: Path, sheet: str) -> None:
    """Refuses merged cells, which hide rows' values; their list stands behind all rows, so the sheet is read through once."""
    with zipfile.ZipFile(path) as parts, parts.open(sheet) as data:
        tail = b""
        for chunk in iter(lambda: data.read(1 << 20), b""):
            if found := re.search(rb'<mergeCell ref="([A-Z0-9:]+)"', tail + chunk):
                what = f"has merged cells ({found[1].decode()})."
                raise Faults([Fault(str(path), what, "Unmerge them, so that each row has its own values.")])
            tail = chunk[-64:]


_READERS = {".csv": _text_rows, ".tsv": _text_rows, ".jsonl": _json_rows, ".xlsx": _sheet_rows}
