"""Where finished files go: a folder, one zip or tar, or an address that fsspec knows; each can go on where a killed run stopped."""

from __future__ import annotations

import contextlib
import os
import tarfile
from pathlib import Path
from typing import Any, Protocol

from plainconsent.batch import zipbytes
from plainconsent.errors import Fault, Faults

_MODE = 0o600  # a filled form names a person


class Destination(Protocol):
    """Takes files one after another.

    together  workers may write to it themselves, each its own files
    """

    together: bool

    def add(self, name: str, data: bytes) -> int:
        """Writes one file; gives the place behind it, for a destination that is one stream, else 0."""

    def holds(self, name: str) -> bytes | None:
        """The file's bytes, or None when it is not there."""

    def cut(self, count: int, end: int) -> bool:
        """Keeps only the first `count` files, which end at this place; False when they are not all there."""

    def flush(self) -> None:
        """Sees to it that what was added is on the disk."""

    def close(self) -> None:
        """Finishes the whole; it can be opened by others from then on."""


class Folder:
    """One file each, whole or not at all."""

    together = True

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, name: str, data: bytes) -> int:
        goal = os.path.join(self._folder, name)
        part = os.path.join(self._folder, f".{name}.{os.getpid()}.part")
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
        try:
            with os.fdopen(handle, "wb", buffering=0) as file:
                _write_whole(file, data)
            os.replace(part, goal)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(part)
            raise
        return 0

    def holds(self, name: str) -> bytes | None:
        try:
            return Path(self._folder, name).read_bytes()
        except OSError:
            return None

    def cut(self, count: int, end: int) -> bool:
        for left in Path(self._folder).glob(".*.part"):  # of a worker that was killed while it wrote
            left.unlink(missing_ok=True)
        return True

    def flush(self) -> None:
        return

    def close(self) -> None:
        return


def _write_whole(file: Any, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


class Archive:
    """One growing file; what was recorded in the ledger can be kept after a kill, and the rest is cut off."""

    together = False

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, _MODE), "r+b")
        self._file.seek(0, os.SEEK_END)

    def holds(self, name: str) -> bytes | None:
        return None

    def flush(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def _cut_at(self, end: int) -> bool:
        if os.fstat(self._file.fileno()).st_size < end:
            return False
        self._file.truncate(end)
        self._file.seek(end)
        return True


class Tar(Archive):
    """A tar has no directory: it is cut and continued at any file's end."""

    def add(self, name: str, data: bytes) -> int:
        about = tarfile.TarInfo(name)
        about.size, about.mode, about.mtime = len(data), _MODE, 315532800  # 1980-01-01: the same for every run
        self._file.write(about.tobuf(tarfile.PAX_FORMAT) + data + b"\0" * (-len(data) % tarfile.BLOCKSIZE))
        return self._file.tell()

    def cut(self, count: int, end: int) -> bool:
        return self._cut_at(end)

    def close(self) -> None:
        self._file.write(b"\0" * 2 * tarfile.BLOCKSIZE)
        self._file.close()


class Zip(Archive):
    """A zip's directory stands at its end; until then it grows in a file beside it, so that memory does not."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._beside = path.with_name(f".{path.name}.directory")
        self._directory = os.fdopen(os.open(self._beside, os.O_RDWR | os.O_CREAT, _MODE), "r+b")
        self._count = 0

    def add(self, name: str, data: bytes) -> int:
        entry = zipbytes.stored(name, data, _MODE)
        at = self._file.tell()
        self._file.write(zipbytes.local(entry))
        self._file.write(data)
        self._directory.write(zipbytes.central(entry, at))
        self._count += 1
        return self._file.tell()

    def cut(self, count: int, end: int) -> bool:
        """The directory is cut behind so many lines; each says itself how long it is."""
        if not self._cut_at(end):
            return False
        self._directory.seek(0)
        for _ in range(count):
            head = self._directory.read(zipbytes.CENTRAL_SIZE)
            more = zipbytes.central_rest(head)
            if more is None or len(self._directory.read(more)) < more:
                return False
        self._directory.truncate(self._directory.tell())
        self._count = count
        return True

    def flush(self) -> None:
        super().flush()
        self._directory.flush()
        os.fsync(self._directory.fileno())

    def close(self) -> None:
        at = self._file.tell()
        self._directory.seek(0)
        size = 0
        for lines in iter(lambda: self._directory.read(1 << 20), b""):
            self._file.write(lines)
            size += len(lines)
        self._file.write(zipbytes.end(self._count, size, at))
        self._file.close()
        self._directory.close()
        self._beside.unlink()


class Remote:
    """An address of fsspec: s3://bucket/prefix, and whatever else is installed. An object store writes an object whole or not at all."""

    together = True

    def __init__(self, url: str) -> None:
        try:
            import fsspec
        except ImportError:
            remedy = "Install plainconsent[cloud]."
            raise Faults([Fault("--output", f"{url!r} needs the package fsspec.", remedy)]) from None
        try:
            self._files, self._prefix = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise Faults([Fault("--output", f"{url!r} can't be used ({error}).", "Check the address.")]) from None

    def add(self, name: str, data: bytes) -> int:
        self._files.pipe_file(f"{self._prefix.rstrip('/')}/{name}", data)
        return 0

    def holds(self, name: str) -> bytes | None:
        try:
            found: bytes = self._files.cat_file(f"{self._prefix.rstrip('/')}/{name}")
            return found
        except FileNotFoundError:
            return None

    def cut(self, count: int, end: int) -> bool:
        return True

    def flush(self) -> None:
        return

    def close(self) -> None:
        return


def is_remote(output: str) -> bool:
    return "://" in output


def is_archive(output: str) -> bool:
    return not is_remote(output) and output.endswith((".zip", ".tar"))


def open_destination(output: str) -> Destination:
    """The destination that a path or address names. Raises Faults or OSError."""
    if is_remote(output):
        return Remote(output)
    if output.endswith(".zip"):
        return Zip(Path(output))
    return Tar(Path(output)) if output.endswith(".tar") else Folder(Path(output))
