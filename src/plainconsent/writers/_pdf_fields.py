"""Turns the links that mark blanks in a drawn PDF into form fields that screen readers can name."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterator, Mapping

from pikepdf import Array, Dictionary, Name, NumberTree, Object, ObjectStreamMode, Page, Pdf, Stream, String

from plainconsent.document import Slot

SCHEME = "field:"
_MULTILINE = 1 << 12  # field flag, ISO 32000-1 table 228
_PRINTED = 1 << 2  # annotation flag, ISO 32000-1 table 165
_TYPED = "/Helv 11 Tf 0.11 0.16 0.2 rg"
_NOTHING = b"q Q"
_TICK = b"q 1.6 w 1 J 1 j 0.11 0.16 0.2 RG 3 7.2 m 6 3.8 l 11.2 10.6 l S Q"


def add_fields(drawn: bytes, slots: Mapping[str, Slot]) -> bytes:
    """The same pages with a field at each marked blank; a blank that stands in several places is one field."""
    with Pdf.open(io.BytesIO(drawn)) as pdf:
        places: dict[str, list[Object]] = {}
        for page in pdf.pages:
            for annotation, id in _blanks(page):
                _tag_as_form(pdf, annotation)
                _make_widget(pdf, page, annotation, slots[id])
                places.setdefault(id, []).append(annotation)
        if places:
            pdf.Root.AcroForm = _form(pdf, [_field(pdf, slots[id], widgets) for id, widgets in places.items()])
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=ObjectStreamMode.generate)
    return out.getvalue()


def _blanks(page: Page) -> Iterator[tuple[Object, str]]:
    for annotation in page.obj.get("/Annots", Array()):
        address = str(annotation.get("/A", Dictionary()).get("/URI", ""))
        if address.startswith(SCHEME):
            yield annotation, address.removeprefix(SCHEME)


def _tag_as_form(pdf: Pdf, annotation: Object) -> None:
    """A widget stands alone in a Form tag (ISO 14289-1, 7.18.4)."""
    element = NumberTree(pdf.Root.StructTreeRoot.ParentTree)[int(annotation.StructParent)]
    children = list(element.K) if isinstance(element.K, Array) else [element.K]
    element.S = Name.Form
    element.K = next(child for child in children if child.get("/Type") == Name.OBJR)


def _make_widget(pdf: Pdf, page: Page, annotation: Object, slot: Slot) -> None:
    """Change the link in place, so that the tag tree still points at it."""
    for key in set(annotation.keys()) - {"/Type", "/Rect", "/StructParent"}:
        del annotation[key]
    left, bottom, right, top = (float(edge) for edge in annotation.Rect)
    annotation.Subtype = Name.Widget
    annotation.F = _PRINTED
    annotation.P = page.obj
    annotation.TU = String(slot.spoken)
    annotation.BS = Dictionary(W=0)
    look = functools.partial(_appearance, pdf, right - left, top - bottom)
    if slot.kind == "checkbox":
        annotation.AP = Dictionary(N=Dictionary(Yes=look(_TICK), Off=look(_NOTHING)))
        annotation.AS = Name.Off
    else:
        annotation.AP = Dictionary(N=look(_NOTHING))


def _appearance(pdf: Pdf, width: float, height: float, drawing: bytes) -> Stream:
    box = Array([0, 0, round(width, 3), round(height, 3)])
    return Stream(pdf, drawing, Type=Name.XObject, Subtype=Name.Form, BBox=box, Resources=Dictionary())


def _field(pdf: Pdf, slot: Slot, widgets: list[Object]) -> Object:
    """One widget is its own field; several become the kids of one, so that what is typed in one shows in all."""
    field = widgets[0] if len(widgets) == 1 else pdf.make_indirect(Dictionary(Kids=Array(widgets)))
    field.T = String(slot.id)
    field.TU = String(slot.spoken)
    field.FT = {"checkbox": Name.Btn, "signature": Name.Sig}.get(slot.kind, Name.Tx)
    if slot.kind == "checkbox":
        field.V = Name.Off
    if slot.kind == "multiline":
        field.Ff = _MULTILINE
    if slot.kind not in ("checkbox", "signature"):
        field.DA = String(_TYPED)
    for widget in widgets if len(widgets) > 1 else []:
        widget.Parent = field
    return field


def _form(pdf: Pdf, fields: list[Object]) -> Dictionary:
    """What is typed is shown in Helvetica, which every viewer has: the standards ask for embedding only what is drawn."""
    helvetica = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type1,
        BaseFont=Name.Helvetica,
        Encoding=Name.WinAnsiEncoding,
    )
    return Dictionary(
        Fields=Array(fields), DA=String(_TYPED), DR=Dictionary(Font=Dictionary(Helv=pdf.make_indirect(helvetica)))
    )
