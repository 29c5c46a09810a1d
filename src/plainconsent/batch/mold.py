"""A finished file with gaps: it is made once for a profile, and each client's values are poured into the gaps."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence

from plainconsent.batch import zipbytes
from plainconsent.writers._gap import END, START

_CUT = re.compile(f"{START}([0-9]+){END}".encode())
_BLOCK = struct.Struct("<BHH")
_LONGEST_BLOCK = 0xFFFF


class Mold:
    """Bytes with gaps. `pour` joins the pieces and the values; `encode` turns a value into what the file may hold there."""

    def __init__(self, made: bytes, encode: Callable[[str], bytes]) -> None:
        pieces = _CUT.split(made)
        self._pieces, self._numbers, self._encode = pieces[::2], [int(n) for n in pieces[1::2]], encode

    def pour(self, values: Sequence[str]) -> bytes:
        """The file with the values in its gaps; the same value may fill several."""
        return b"".join(self.stretches([self._encode(value) for value in values]))

    def stretches(self, encoded: Sequence[bytes]) -> list[bytes]:
        """The pieces and values in turn, beginning and ending with a piece."""
        whole = [b""] * (2 * len(self._numbers) + 1)
        whole[::2] = self._pieces
        whole[1::2] = [encoded[n] for n in self._numbers]
        return whole

    @property
    def pieces(self) -> list[bytes]:
        return self._pieces

    @property
    def numbers(self) -> list[int]:
        return self._numbers


class DocxMold:
    """A Word file with gaps. Parts without a gap are packed once; of the others only the values are packed for each client.

    A deflate stream is a row of blocks that may be made apart from each other, as long as each ends on a whole byte
    (RFC 1951, 3.2.3): the pieces of XML are compressed once, and a value goes between them as a stored block. That is
    nothing but arithmetic on bytes that are there already, so a client costs microseconds.
    """

    def __init__(self, package: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(package)) as parts:
            content = {name: parts.read(name) for name in parts.namelist()}
        still = {name: data for name, data in content.items() if not _CUT.search(data)}
        self._head = zipbytes.Entries([zipbytes.packed(name, data) for name, data in still.items()])
        self._parts = [(name, Mold(data, xml_text)) for name, data in content.items() if name not in still]
        self._packed = [_packed_pieces(mold.pieces) for _, mold in self._parts]

    def pour(self, values: Sequence[str]) -> bytes:
        encoded = [xml_text(value) for value in values]
        stored = [_stored(value) for value in encoded]
        entries = []
        for (name, mold), packed in zip(self._parts, self._packed, strict=True):
            plain = b"".join(mold.stretches(encoded))
            whole = [b""] * (2 * len(mold.numbers) + 1)
            whole[::2] = packed
            whole[1::2] = [stored[n] for n in mold.numbers]
            entries.append(zipbytes.Entry(name, b"".join(whole), zlib.crc32(plain), len(plain), zipbytes.DEFLATED))
        return self._head.closed_with(entries)


def _packed_pieces(pieces: Sequence[bytes]) -> list[bytes]:
    """Each piece as deflate blocks that end on a whole byte and look back to nothing; the last one ends the stream."""
    packed = []
    for n, piece in enumerate(pieces, 1):
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
        ends = zlib.Z_FINISH if n == len(pieces) else zlib.Z_FULL_FLUSH
        packed.append(deflate.compress(piece) + deflate.flush(ends))
    return packed


def _stored(value: bytes) -> bytes:
    """The bytes as stored deflate blocks: length, its complement, the bytes themselves (RFC 1951, 3.2.4)."""
    if len(value) > _LONGEST_BLOCK:
        starts = range(0, len(value), _LONGEST_BLOCK)
        return b"".join(_stored(value[start : start + _LONGEST_BLOCK]) for start in starts)
    return _BLOCK.pack(0, len(value), len(value) ^ 0xFFFF) + value


# Replacing one letter after another is several times faster here than a table for `str.translate`.
def xml_text(value: str) -> bytes:
    """A value as it stands between <w:t> and </w:t>, as lxml writes it; line breaks and tabs are Word's own."""
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return value.replace("\n", _BREAK).replace("\t", _TAB).encode()


_BREAK, _TAB = (f'</w:t><w:{tag}/><w:t xml:space="preserve">' for tag in ("br", "tab"))


def html_text(value: str) -> bytes:
    """A value as the web page's frame writes it."""
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return value.replace('"', "&#34;").replace("'", "&#39;").encode()
