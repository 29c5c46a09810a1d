"""Any docxtpl template as a mold: rendered once with guarded gaps in place of the values that differ from file to file."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from docxtpl import DocxTemplate

from plainconsent.batch.mold import DocxMold
from plainconsent.writers._gap import Computed, Guarded, gap
from plainconsent.writers.docx import environment

Context = Callable[[Any], Mapping[str, Any]]


class TemplateMold:
    """Files from one template that differ in some values only.

    names    the template's names that differ; each value is text
    context  what all files share; called with the template, since docxtpl makes its pictures and subdocuments from it
    slow     why every file is rendered at length by docxtpl; empty where values are poured
    """

    def __init__(self, template: bytes, names: Sequence[str], context: Context = lambda template: {}) -> None:
        self._template, self._names, self._context = template, tuple(names), context
        self.slow = ""
        try:
            self._mold = DocxMold(self._rendered({name: Guarded(gap(n)) for n, name in enumerate(self._names)}))
        except Computed:
            self.slow = "The template does more with a value than print it, so each file is rendered by docxtpl."

    def pour(self, values: Sequence[str]) -> bytes:
        if self.slow:
            return self._rendered(dict(zip(self._names, values, strict=True)))
        return self._mold.pour(values)

    def _rendered(self, values: Mapping[str, Any]) -> bytes:
        template = DocxTemplate(io.BytesIO(self._template))
        template.init_docx()
        template.render({**self._context(template), **values}, environment(), autoescape=True)
        saved = io.BytesIO()
        template.save(saved)
        return saved.getvalue()
