"""The zip container as bytes: entries one after another, then their directory; whoever writes keeps no list in memory."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

# .ZIP File Format Specification (APPNOTE.TXT 6.3.10), sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16 and 4.5.3.
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_OFFSET_64 = struct.Struct("<2HQ")
_DAY = (0, 0x21)  # time and date of 1980-01-01, the first a zip can hold: the same for every file
_UTF8 = 0x800
_MOST_16, _MOST_32 = 0xFFFF, 0xFFFFFFFF
STORED, DEFLATED = 0, 8


class Entry(NamedTuple):
    """One file: its bytes as they stand in the container, and the checksum and length of what it holds.

    mode   the file's rights as Unix writes them, or 0: 0o600 for a form that names a person
    """

    name: str
    data: bytes
    crc: int
    length: int
    method: int
    mode: int = 0


def packed(name: str, data: bytes) -> Entry:
    """An entry compressed as hard as zlib can, or as it is where that is smaller."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    small = deflate.compress(data) + deflate.flush()
    crc = zlib.crc32(data)
    if len(small) < len(data):
        return Entry(name, small, crc, len(data), DEFLATED)
    return Entry(name, data, crc, len(data), STORED)


def stored(name: str, data: bytes, mode: int = 0) -> Entry:
    return Entry(name, data, zlib.crc32(data), len(data), STORED, mode)


def local(entry: Entry) -> bytes:
    """The header that stands before an entry's bytes."""
    name = entry.name.encode()
    head = (b"PK\3\4", 20, _UTF8, entry.method, *_DAY, entry.crc, len(entry.data), entry.length, len(name), 0)
    return _LOCAL.pack(*head) + name


def central(entry: Entry, offset: int) -> bytes:
    """An entry's line in the directory; an offset past 4 GiB goes into a field of its own."""
    name = entry.name.encode()
    far = offset >= _MOST_32
    extra = _OFFSET_64.pack(1, 8, offset) if far else b""
    system = 3 << 8 if entry.mode else 0  # 3: the rights are Unix's
    sizes = (entry.crc, len(entry.data), entry.length, len(name), len(extra))
    rights = (0o100000 | entry.mode) << 16 if entry.mode else 0
    head = (b"PK\1\2", system | (45 if far else 20), 45 if far else 20, _UTF8, entry.method, *_DAY, *sizes)
    return _CENTRAL.pack(*head, 0, 0, 0, rights, _MOST_32 if far else offset) + name + extra


def end(count: int, directory_size: int, offset: int) -> bytes:
    """What closes a zip of so many entries whose directory stands at the offset; the large form where it is needed."""
    large = b""
    if count >= _MOST_16 or directory_size >= _MOST_32 or offset >= _MOST_32:
        large = _END_64.pack(b"PK\6\6", 44, 45, 45, 0, 0, count, count, directory_size, offset)
        large += _LOCATOR_64.pack(b"PK\6\7", 0, offset + directory_size, 1)
    few = min(count, _MOST_16)
    return large + _END.pack(b"PK\5\6", 0, 0, few, few, min(directory_size, _MOST_32), min(offset, _MOST_32), 0)


class Entries:
    """Entries that stay the same for many containers, with their directory, made once."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._count = len(entries)
        self._bytes, self._directory = _laid_out(entries, 0)

    def closed_with(self, entries: Iterable[Entry]) -> bytes:
        """The whole container: these entries, then the given ones, then the directory of all."""
        entries = list(entries)
        more, directory = _laid_out(entries, len(self._bytes))
        directory = self._directory + directory
        offset = len(self._bytes) + len(more)
        return b"".join((self._bytes, more, directory, end(self._count + len(entries), len(directory), offset)))


def _laid_out(entries: Iterable[Entry], offset: int) -> tuple[bytes, bytes]:
    parts, lines = [], []
    for entry in entries:
        head = local(entry)
        lines.append(central(entry, offset))
        parts += [head, entry.data]
        offset += len(head) + len(entry.data)
    return b"".join(parts), b"".join(lines)


CENTRAL_SIZE = _CENTRAL.size


def central_rest(head: bytes) -> int | None:
    """How many bytes of a directory line follow its fixed part; None when that part is not whole."""
    if len(head) < _CENTRAL.size or not head.startswith(b"PK\1\2"):
        return None
    fields = _CENTRAL.unpack(head)
    return int(fields[10] + fields[11] + fields[12])
