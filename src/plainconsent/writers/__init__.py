"""One module a format, each with `write(document, look) -> bytes`; it is imported only when its format is asked for."""

from __future__ import annotations

import importlib

from plainconsent.document import Document, Look

FORMATS = ("docx", "pdf", "html", "txt", "json")


def write(document: Document, format: str, look: Look) -> bytes:
    """The file's bytes; the same document and look always give the same bytes. Raises Faults for what can't be printed."""
    written: bytes = importlib.import_module(f"plainconsent.writers.{format}").write(document, look)
    return written
