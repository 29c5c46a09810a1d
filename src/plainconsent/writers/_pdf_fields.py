"""Turns the links that mark blanks in a drawn PDF into form fields that screen readers can name."""

from __future__ import annotations

import io
from collections.abc import Iterator

from pikepdf import Array, Dictionary, Name, NumberTree, Object, ObjectStreamMode, Page, Pdf, Stream, String

from plainconsent.document import Document, Slot

SCHEME = "field:"
_MULTILINE = 1 << 12  # field flag, ISO 32000-1 table 228
_PRINTED = 1 << 2  # annotation flag, ISO 32000-1 table 165
_TICK = b"q 1.6 w 1 J 1 j 0.11 0.16 0.2 RG 3 7.2 m 6 3.8 l 11.2 10.6 l S Q"


def add_fields(drawn: bytes, document: Document) -> bytes:
    """The same pages with a field at each blank; a blank that stands in several places is one field, typed once."""
    with Pdf.open(io.BytesIO(drawn)) as pdf:
        widgets: dict[str, list[Object]] = {}
        for page in pdf.pages:
            for annotation, id in _blanks(page):
                _tag_as_form(pdf, annotation)
                widgets.setdefault(id, []).append(_widget(pdf, page, annotation, document.slots[id]))
            page.obj.Tabs = Name.S
        if widgets:
            fields = [_field(pdf, document.slots[id], places) for id, places in widgets.items()]
            pdf.Root.AcroForm = _form(pdf, fields)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=ObjectStreamMode.generate)
    return out.getvalue()


def _blanks(page: Page) -> Iterator[tuple[Object, str]]:
    for annotation in page.obj.get("/Annots", Array()):
        address = str(annotation.get("/A", Dictionary()).get("/URI", ""))
        if address.startswith(SCHEME):
            yield annotation, address.removeprefix(SCHEME)


def _tag_as_form(pdf: Pdf, annotation: Object) -> None:
    """A widget must be the only child of a Form tag (ISO 14289-1, 7.18.4)."""
    element = NumberTree(pdf.Root.StructTreeRoot.ParentTree)[int(annotation.StructParent)]
    children = element.K if isinstance(element.K, Array) else Array([element.K])
    element.S = Name.Form
    element.K = next(child for child in children if child.get("/Type") == Name.OBJR)


def _widget(pdf: Pdf, page: Page, annotation: Object, slot: Slot) -> Object:
    """The link made a widget in place, so that the tag tree still points at it."""
    for key in set(annotation.keys()) - {"/Rect", "/StructParent"}:
        del annotation[key]
    annotation.update = None
    return annotation
