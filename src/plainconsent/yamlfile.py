"""Reads YAML with the line and column of every key, and refuses what YAML would quietly guess at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from plainconsent.errors import Fault, Faults

Path_ = tuple[str | int, ...]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_BYTES = 2_000_000


@dataclass(frozen=True)
class YamlFile:
    """The plain data of one file and where each part of it stands."""

    name: str
    data: Any
    marks: Mapping[Path_, tuple[int, int]]

    def place(self, *path: str | int) -> str:
        """`file:line:column: dotted.path` of a part, or of its nearest parent."""
        at: Path_ = path
        while at and at not in self.marks:
            at = at[:-1]
        line, column = self.marks.get(at, (1, 1))
        dotted = ".".join(str(part) for part in path)
        return f"{self.name}:{line}:{column}" + (f": {dotted}" if dotted else "")


def read_yaml(path: Path, name: str | None = None) -> YamlFile:
    """The file at `path`; raises Faults with file:line:column for anything that is not clean YAML."""
    return parse_yaml(read_bytes(path), name or path.name)


def read_bytes(path: Path) -> bytes:
    """The file's bytes, of an endless one no more than shows that it is too large; raises Faults."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Faults([Fault(str(path), f"cannot be read ({error.strerror}).", "Check the name of the file.")]) from None


def parse_yaml(raw: bytes | str, name: str) -> YamlFile:
    """YAML text as data: strings stay strings (dates and `no` too), doubled keys, anchors and tags are refused."""
    if len(raw) > MAX_BYTES:
        raise Faults([Fault(name, f"is larger than {MAX_BYTES:,} bytes.", "A settings file is a few pages long.")])
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
        node = yaml.compose(text, Loader=_LOADER)
    except UnicodeDecodeError as error:
        raise Faults([Fault(name, f"is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.")]) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        what = f"is not YAML here: {error.problem or error.context}."
        raise Faults([Fault(f"{name}{at}", what, "Check quotes, colons and indentation on this line.")]) from None
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        at = f":{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
        raise Faults(
            [
                Fault(
                    f"{name}{at}",
                    "holds a character that YAML can't hold.",
                    "Remove it; line breaks and controls need quotes.",
                )
            ]
        ) from None
    except yaml.YAMLError as error:
        raise Faults([Fault(name, f"is not YAML: {error}.", "Check quotes, colons and indentation.")]) from None
    except RecursionError:
        raise Faults([Fault(name, "is nested too deeply.", "A settings file is two or three levels deep.")]) from None
    reader = _Reader(name, text)
    try:
        data = reader.value(node, ()) if node is not None else {}
    except RecursionError:
        raise Faults([Fault(name, "is nested too deeply.", "A settings file is two or three levels deep.")]) from None
    if reader.faults:
        raise Faults(reader.faults)
    return YamlFile(name, data, reader.marks)


class _Reader:
    """Turns composed nodes into data and keeps their places; every fault is kept, not only the first."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._lines = text.splitlines()
        self.faults: list[Fault] = []
        self.marks: dict[Path_, tuple[int, int]] = {}
        self._seen: set[int] = set()

    def value(self, node: Any, path: Path_) -> Any:
        self.marks.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        if id(node) in self._seen:
            self._fault(node, path, "is an alias of another place (*name).", "Write the value out in full.")
            return None
        self._seen.add(id(node))
        if not node.tag.startswith("tag:yaml.org,2002:") or "python" in node.tag:
            self._fault(node, path, f"carries the tag {node.tag}.", "Write plain values without tags.")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, n)) for n, child in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: Any, path: Path_) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            at = (*path, key)
            self.marks[at] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if key in data:
                self._fault(key_node, at, "stands twice.", "Keep one of the two.")
            data[key] = self.value(value_node, at)
        return data

    def _scalar(self, node: Any, path: Path_) -> Any:
        text: str = node.value
        if node.style in ("'", '"', "|", ">"):
            return text
        # YAML drops "#4" from `street: 12 Elm St #4` without a word; a remark has a blank after its #.
        line = self._lines[node.end_mark.line : node.end_mark.line + 1] or [""]
        if cut := re.match(r"\s*(#[^\s#]\S*)", line[0][node.end_mark.column :]):
            self._fault(
                node,
                path,
                f"ends before {cut[1]!r}: YAML reads # as a remark.",
                "Quote the value, or put a blank after #.",
            )
        if text in ("true", "false"):
            return text == "true"
        if text in ("", "null", "~"):
            return None
        # Only plain decimal numbers: 012, 1_000, 0x1F and 1e3 stay text, as they were written.
        digits = text.removeprefix("-")
        if len(digits) < 16 and digits.isascii() and digits.isdigit() and (digits == "0" or digits[0] != "0"):
            return int(text)
        return text

    def _fault(self, node: Any, path: Path_, what: str, remedy: str) -> None:
        dotted = ".".join(str(part) for part in path)
        # An alias has the marks of the place it points to; the path knows where it stands itself.
        line, column = self.marks.get(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        where = f"{self.name}:{line}:{column}: {dotted}"
        self.faults.append(Fault(where, what, remedy))
