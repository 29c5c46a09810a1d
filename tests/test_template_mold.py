"""What docxtpl can do, the mold can do: every part of a poured file equals docxtpl's own, or the mold says that it is slow.

Subdocuments are left out: they need docxcompose, which on import gives python-docx another namespace for core properties
(`nsmap["cp"]`), so that every file written afterwards in the same process has properties that Word can't read.
"""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import docx
import pytest
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage, Listing, RichText
from PIL import Image
from test_batch import parts

from plainconsent.batch.template import TemplateMold
from plainconsent.writers.docx import environment

CLIENTS = (("Ada Sample", "120"), ("José & <Söhne> 'x' \"y\"", "0"), ("", "1 000"), ("Zoë {Braces}", "9"))
NAMES = ("client", "fee")


def template(*paragraphs: str, table: list[list[str]] | None = None, header: str = "", footer: str = "") -> bytes:
    made = docx.Document()
    for text in paragraphs:
        made.add_paragraph(text)
    if table:
        grid = made.add_table(0, len(table[0]))
        for cells in table:
            row = grid.add_row()
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    made.sections[0].header.paragraphs[0].text = header
    made.sections[0].footer.paragraphs[0].text = footer
    saved = io.BytesIO()
    made.save(saved)
    return saved.getvalue()


def picture() -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", (4, 4), "navy").save(data, "png")
    data.seek(0)
    return data


def with_footnote(data: bytes) -> bytes:
    """The package with a part of footnotes, one of which names a value."""
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    note = f'<w:footnotes xmlns:w="{w}"><w:footnote w:id="2"><w:p><w:r><w:t>Note for {{{{ client }}}}</w:t></w:r></w:p></w:footnote></w:footnotes>'
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "[Content_Types].xml":
                text = text.replace(
                    b"</Types>", f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'.encode()
                )
            if name == "word/_rels/document.xml.rels":
                link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
                text = text.replace(
                    b"</Relationships>",
                    f'<Relationship Id="rIdNote" Type="{link}" Target="footnotes.xml"/></Relationships>'.encode(),
                )
            new.writestr(name, text)
        new.writestr("word/footnotes.xml", note)
    return made.getvalue()


FEATURES: dict[str, tuple[bytes, Any]] = {
    "printing": (template("Dear {{ client }},", "the fee is {{ fee }} dollars, {{ client }}."), lambda t: {}),
    "header and footer": (template("Hello", header="Client: {{ client }}", footer="Fee {{ fee }}"), lambda t: {}),
    "paragraph loop": (
        template("{%p for clause in clauses %}", "{{ clause }} {{ client }}", "{%p endfor %}"),
        lambda t: {"clauses": ["One", "Two & <three>"]},
    ),
    "condition on the profile": (
        template("{%p if minor %}", "Parent of {{ client }}", "{%p else %}", "{{ client }}", "{%p endif %}"),
        lambda t: {"minor": True},
    ),
    "table rows": (
        template(
            table=[
                ["Service", "Fee"],
                ["{%tr for s in services %}", ""],
                ["{{ s }}", "{{ fee }}"],
                ["{%tr endfor %}", ""],
            ]
        ),
        lambda t: {"services": ["Individual", "Couple"]},
    ),
    "table columns": (
        template(table=[["{%tc for s in services %}", "{{ s }} {{ client }}", "{%tc endfor %}"]]),
        lambda t: {"services": ["A", "B"]},
    ),
    "columns that span": (
        template(table=[["{% colspan wide %}{{ client }}", "x"], ["a", "b"]]),
        lambda t: {"wide": 2},
    ),
    "background of a cell": (template(table=[["{% cellbg color %}{{ client }}", "x"]]), lambda t: {"color": "FFEE00"}),
    "rich text": (
        template("{{r rich }} for {{ client }}"),
        lambda t: {"rich": RichText("bold", bold=True, color="#ff0000")},
    ),
    "listing": (
        template("{{ lines }} {{ client }}"),
        lambda t: {"lines": Listing("first\nsecond\n\tthird & <fourth>")},
    ),
    "picture": (template("{{ logo }}", "{{ client }}"), lambda t: {"logo": InlineImage(t, picture(), width=Mm(20))}),
    "footnote": (with_footnote(template("Body of {{ client }}")), lambda t: {}),
}


def of_docxtpl(data: bytes, context: Any, values: Mapping[str, str]) -> bytes:
    made = DocxTemplate(io.BytesIO(data))
    made.init_docx()
    made.render({**context(made), **values}, environment(), autoescape=True)
    saved = io.BytesIO()
    made.save(saved)
    return saved.getvalue()


@pytest.mark.parametrize("feature", FEATURES)
def test_each_part_equals_docxtpls_own(feature: str) -> None:
    """Loops, tables, spans, rich text, pictures, headers, footnotes: poured and rendered are the same parts."""
    data, context = FEATURES[feature]
    mold = TemplateMold(data, NAMES, context)

    assert mold.slow == ""
    for client, fee in CLIENTS:
        assert parts(mold.pour([client, fee])) == parts(of_docxtpl(data, context, {"client": client, "fee": fee}))


@pytest.mark.parametrize(
    "text",
    ["{% if client %}Dear {{ client }}{% endif %}", "{{ client|upper }}", "{{ client ~ '!' }}", "{% if fee == '0' %}free{% endif %}", "{{ client[0] }}", "{{ client.upper() }}"],
)  # fmt: skip
def test_a_template_that_computes_is_noticed(text: str) -> None:
    """The mold says that it is slow, and every file is what docxtpl makes of it; no client gets another's branch."""
    data = template(text)
    clients = [(client, fee) for client, fee in CLIENTS if client]
    mold = TemplateMold(data, NAMES)

    assert "rendered by docxtpl" in mold.slow
    for client, fee in clients:
        assert parts(mold.pour([client, fee])) == parts(of_docxtpl(data, lambda t: {}, {"client": client, "fee": fee}))
