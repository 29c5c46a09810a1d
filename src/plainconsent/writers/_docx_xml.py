"""The WordprocessingML of a form's blocks, in the styles of a master; it knows nothing of files or packages."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from plainconsent.document import (
    Block,
    Bullets,
    Callout,
    Choice,
    Field,
    Heading,
    Notice,
    Paragraph,
    Runs,
    Signature,
    Slot,
    SourceNote,
    Table,
)
from plainconsent.writers._docx_runs import RunWriter, escape, is_rtl, language_xml

# The styles a master must have, by the kind of thing they dress: the first three are Word's own.
STYLES: Mapping[str, tuple[str, ...]] = {
    "paragraph": (
        "heading 1",
        "heading 2",
        "heading 3",
        "Normal",
        "List Bullet",
        "List Number",
        "caption",
        "Form Label",
        "Form Line",
        "Form Choice",
        "Form Signature",
        "Form Notice",
        "Form Source",
        "Form Cell",
        "Form Draft",
    ),
    "character": ("Hyperlink",),
    "table": ("Form Box", "Form Table"),
}

_SHORT_LINES = {"date": 2880, "initials": 1600}  # twips
_SPACES = {"date": 8, "initials": 5}  # em spaces, which fill a control where the line below it is drawn


@dataclass
class Writer(RunWriter):
    """Writes one document's blocks as XML.

    new_list       starts a new numbered list, gives its number id
    notice_points  size of the master's style for prescribed words
    width          width of the text in twips
    """

    new_list: Callable[[], int]
    notice_points: float
    width: int

    def paragraph(self, style: str, words: str, before: str = "", after: str = "") -> str:
        """A paragraph; `before` and `after` are property elements before and after w:bidi in the schema's order."""
        return f'<w:p><w:pPr><w:pStyle w:val="{self.styles[style]}"/>{before}{after}</w:pPr>{words}</w:p>'

    def blocks(self, blocks: tuple[Block, ...]) -> str:
        return "".join(self._block(block, following) for block, following in itertools.zip_longest(blocks, blocks[1:]))

    def _block(self, block: Block, following: Block | None) -> str:
        match block:
            case Heading():
                return self._heading(block)
            case Paragraph():
                # "These people are told:" stays with those people.
                announces = bool(block.runs) and block.runs[-1].text.rstrip().endswith(":")
                keep = announces or isinstance(following, (Bullets, Table, Field, Choice, Signature))
                return self.paragraph("Normal", self.runs(block.runs), "<w:keepNext/>" * keep)
            case Bullets():
                return self._list(block)
            case Table():
                return self._table(block)
            case Callout():
                return self._callout(block)
            case Notice():
                return self._notice(block)
            case Field():
                return self._field(self.document.slots[block.slot])
            case Choice():
                box = self.box(self.document.slots[block.slot])
                return self.paragraph("Form Choice", box + "<w:r><w:tab/></w:r>" + self.runs(block.runs))
            case Signature():
                return self._signature(block)
            case SourceNote():
                return self.paragraph("Form Source", self.runs(block.runs))

    def _heading(self, block: Heading, after: str = "") -> str:
        return self.paragraph(f"heading {min(block.level, 3)}", self.runs(block.runs), after=after)

    def _field(self, slot: Slot, keep: bool = False) -> str:
        """The label, and below it a ruled line (for a long answer: a box) with the value or room to write."""
        label = self.paragraph("Form Label", self.run(f"{slot.label}:"), "<w:keepNext/>")
        before, after = "<w:keepNext/>" * keep, ""
        spaces = "\u2003" * _SPACES.get(slot.kind, 20)
        if slot.kind == "multiline" and not slot.value:
            sides = ("top", "left", "bottom", "right")
            lines = "".join(f'<w:{side} w:val="single" w:sz="6" w:space="4" w:color="4D5866"/>' for side in sides)
            before += f"<w:keepLines/><w:pBdr>{lines}</w:pBdr>"
            after = '<w:ind w:left="100" w:right="100"/>'
            spaces += "\n\n\n"
        elif slot.kind == "signature":
            after = '<w:spacing w:before="440"/>'
        elif slot.kind in _SHORT_LINES:
            after = f'<w:ind w:right="{max(0, self.width - _SHORT_LINES[slot.kind])}"/>'
        filled = self.run(slot.value) if slot.value else self.control(slot, self.run(spaces))
        return label + self.paragraph("Form Line", filled, before, after)

    def _list(self, block: Bullets) -> str:
        style, number = "List Bullet", ""
        if block.ordered:
            style, number = "List Number", f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{self.new_list()}"/></w:numPr>'
        # No item stands alone on a page.
        kept = {0, len(block.items) - 2} - {len(block.items) - 1}
        return "".join(
            self.paragraph(style, self.runs(item), "<w:keepNext/>" * (n in kept) + number)
            for n, item in enumerate(block.items)
        )

    def _notice(self, block: Notice) -> str:
        points = max(block.type_points, self.notice_points)
        size = f'<w:sz w:val="{points * 2:.0f}"/><w:szCs w:val="{points * 2:.0f}"/>'
        other = is_rtl(block.language) != (self.document.direction == "rtl")
        side = f'<w:bidi w:val="{int(is_rtl(block.language))}"/>' * other
        lang = language_xml(block.language)
        return "".join(
            self.paragraph("Form Notice", self.run(words, more=size, lang=lang), "<w:keepLines/>", side)
            for words in block.paragraphs
        )

    def _signature(self, block: Signature) -> str:
        slots = [self.document.slots[name] for name in block.slots]
        who = self.paragraph("Form Signature", self.run(block.label))
        return who + "".join(self._field(slot, keep=slot is not slots[-1]) for slot in slots)

    def _callout(self, block: Callout) -> str:
        if not block.blocks:
            return ""
        first, *rest = block.blocks
        # The box has its own space on top.
        top = self._heading(first, '<w:spacing w:before="0"/>') if isinstance(first, Heading) else self.blocks((first,))
        cell = top + self.blocks(tuple(rest))
        row = f'<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w="5000" w:type="pct"/></w:tcPr>{cell}</w:tc></w:tr>'
        return self._grid("Form Box", [self.width], row)

    def _table(self, block: Table) -> str:
        caption = self.paragraph("caption", self.run(block.caption), "<w:keepNext/>") if block.caption else ""
        widths = self._widths(block)
        rows = self._row(block.header, widths, head=True) + "".join(self._row(row, widths) for row in block.rows)
        return caption + self._grid("Form Table", widths, rows, block.caption, head=True)

    def _grid(self, style: str, widths: list[int], rows: str, caption: str = "", head: bool = False) -> str:
        """A table and the narrow paragraph behind it, without which Word joins it to a table that follows."""
        bidi = "<w:bidiVisual/>" * (self.document.direction == "rtl")
        look = (
            f'<w:tblLook w:val="{"0620" if head else "0600"}" w:firstRow="{int(head)}" w:lastRow="0" w:firstColumn="0"'
            ' w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        )
        look += f'<w:tblCaption w:val="{escape(caption)}"/>' if caption else ""
        dress = f'<w:tblStyle w:val="{self.styles[style]}"/>{bidi}<w:tblW w:w="5000" w:type="pct"/>'
        columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        gap = self.paragraph(
            "Form Cell", "", "", '<w:spacing w:before="0" w:after="0" w:line="160" w:lineRule="exact"/>'
        )
        return f"<w:tbl><w:tblPr>{dress}{look}</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>{gap}"

    def _row(self, cells: tuple[Runs, ...], widths: list[int], head: bool = False) -> str:
        made = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
            f"{self.paragraph('Form Cell', self.runs(cell, bold=head), '<w:keepNext/>' * head)}</w:tc>"
            for cell, width in zip(cells, widths, strict=True)
        )
        return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' * head}</w:trPr>{made}</w:tr>"

    def _widths(self, block: Table) -> list[int]:
        """Columns as wide as the root of their longest text, so that a long column does not starve a short one."""
        columns = zip(block.header, *block.rows, strict=True)
        longest = [max(len("".join(run.text for run in cell)) for cell in column) for column in columns]
        shares = [max(length, 9) ** 0.5 for length in longest]
        return [round(self.width * share / sum(shares)) for share in shares]
