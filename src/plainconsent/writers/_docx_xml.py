"""The WordprocessingML of a form's blocks, in the styles of a master; it knows nothing of files or packages."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from plainconsent.document import (
    LINE,
    Block,
    Bullets,
    Callout,
    Choice,
    Document,
    Field,
    Heading,
    Notice,
    Paragraph,
    Run,
    Runs,
    Signature,
    Slot,
    SourceNote,
    Table,
)
from plainconsent.errors import Fault, Faults

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

# The styles a master must have, by the kind of thing they dress: the first three are Word's own.
STYLES: Mapping[str, tuple[str, ...]] = {
    "paragraph": (
        "heading 1", "heading 2", "heading 3", "Normal", "List Bullet", "List Number", "caption",
        "Form Label", "Form Line", "Form Choice", "Form Signature", "Form Notice", "Form Source", "Form Cell",
        "Form Draft",
    ),
    "character": ("Hyperlink",),
    "table": ("Form Box", "Form Table"),
}

EMPTY_BOX, TICKED_BOX = "☐", "☒"
NAME_LIMIT = 64  # longer aliases and tags make Word offer a repair
_SHORT_LINES = {"date": 2880, "initials": 1600}  # twips
_SPACES = {"date": 8, "initials": 5}  # em spaces, which fill a control where the line below it is drawn
_RTL_LANGUAGES = {"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"}
_RTL_LETTERS = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Braces become entities: what fills the master afterwards must not take a value's braces for its own marks.
_ENTITIES = {ord(char): f"&#{ord(char)};" for char in "&<>\"'{}"}


def escape(text: str) -> str:
    """The text as XML; raises Faults for a character that no XML file can hold."""
    found = _FORBIDDEN.search(text)
    if found:
        what = f"holds the character U+{ord(found[0]):04X}, which a Word file can't hold."
        raise Faults([Fault(f"text {text[:40]!r}", what, "Delete this character.")])
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_ENTITIES)


def is_rtl(language: str) -> bool:
    return language.split("-")[0].lower() in _RTL_LANGUAGES


_REGIONS = {"en": "en-US", "es": "es-US", "ar": "ar-SA", "vi": "vi-VN", "ko": "ko-KR", "ru": "ru-RU", "tl": "fil-PH"}


def word_language(tag: str) -> str:
    """The tag with the region that Word's proofing asks for; a script subtag (zh-Hans) is what Word can't read."""
    if tag.startswith("zh"):
        return "zh-TW" if "Hant" in tag else "zh-CN"
    return _REGIONS.get(tag, tag)


def language_xml(tag: str) -> str:
    """The w:lang element: right-to-left and East Asian languages have attributes of their own."""
    language = word_language(tag)
    key = "bidi" if is_rtl(tag) else "eastAsia" if language[:2] in ("zh", "ja", "ko") else "val"
    return f'<w:lang w:{key}="{escape(language)}"/>'


@dataclass
class Writer:
    """Writes one document's blocks as XML.

    styles         style name -> id in this master
    link           registers a web address with the package, gives its relationship id
    new_list       starts a new numbered list, gives its number id
    notice_points  size of the master's style for prescribed words
    width          width of the text in twips
    """

    document: Document
    fillable: bool
    styles: Mapping[str, str]
    link: Callable[[str], str]
    new_list: Callable[[], int]
    notice_points: float = 12
    width: int = 9360
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(710_000_001))

    # --- runs ----------------------------------------------------------------------------------------------------

    def run(self, text: str, bold: bool = False, name: bool = False, style: str = "", more: str = "", lang: str = "") -> str:
        """One run; `more` and `lang` are property elements that stand late in the schema's order."""
        rtl = bool(_RTL_LETTERS.search(text)) if name or lang else self.document.direction == "rtl"
        look = f'<w:rStyle w:val="{self.styles[style]}"/>' if style else ""
        look += "<w:b/><w:bCs/>" * bold + "<w:noProof/>" * name + more + "<w:rtl/>" * rtl + lang
        words = re.sub("[^\n\t]+", r'<w:t xml:space="preserve">\g<0></w:t>', escape(text))
        words = words.replace("\n", "<w:br/>").replace("\t", "<w:tab/>")
        return f"<w:r>{f'<w:rPr>{look}</w:rPr>' if look else ''}{words}</w:r>"

    def runs(self, runs: Runs, bold: bool = False) -> str:
        return "".join(self._run(run, bold or run.bold) for run in runs)

    def _run(self, run: Run, bold: bool) -> str:
        if run.slot is not None:
            return self._blank_inside(self.document.slots[run.slot], bold)
        if run.href is None:
            return self.run(run.text, bold, run.name)
        words = self.run(run.text, bold, True, "Hyperlink")
        return f'<w:hyperlink xmlns:r="{R}" r:id="{self.link(run.href)}" w:history="1">{words}</w:hyperlink>'

    def _blank_inside(self, slot: Slot, bold: bool) -> str:
        """A blank inside a sentence: what is typed takes the place of the line and of its label."""
        if slot.value:
            return self.run(slot.value, bold)
        if slot.kind == "checkbox":
            return self._box(slot) + self.run(f" ({slot.label})", bold)
        return self._control(slot, self.run(f"{LINE} ({slot.label})", bold))

    def page_words(self) -> str:
        """The page counter: fields with a cached number, without which Word may offer a repair."""
        parts = re.split(r"(\{pages?\})", self.document.page_words)
        fields = {"{page}": " PAGE ", "{pages}": " NUMPAGES "}
        return "".join(
            f'<w:fldSimple w:instr="{fields[part]}">{self.run("1")}</w:fldSimple>' if part in fields else self.run(part)
            for part in parts if part
        )

    def letterhead(self) -> str:
        """The lines of the letterhead as runs of one paragraph, the first in bold; empty when there are none."""
        lines = self.document.letterhead
        return "".join(self.run(f"{line}\n" if n < len(lines) else line, bold=n == 1) for n, line in enumerate(lines, 1))

    # --- blanks --------------------------------------------------------------------------------------------------

    def _control(self, slot: Slot, shown: str) -> str:
        """A control to type into; a signature stays a line, because a typed name there would pass for one."""
        if not self.fillable or slot.kind == "signature":
            return shown
        kinds = {"multiline": '<w:text w:multiLine="1"/>', "date": self._date()}
        return self._sdt(slot, f'<w:showingPlcHdr/>{kinds.get(slot.kind, "<w:text/>")}', shown)

    def _sdt(self, slot: Slot, kind: str, shown: str) -> str:
        alias, tag = escape(slot.spoken[:NAME_LIMIT]), escape(slot.id[:NAME_LIMIT])
        names = f'<w:alias w:val="{alias}"/><w:tag w:val="{tag}"/><w:id w:val="{next(self.ids)}"/>'
        return f"<w:sdt><w:sdtPr>{names}{kind}</w:sdtPr><w:sdtContent>{shown}</w:sdtContent></w:sdt>"

    def _date(self) -> str:
        language = escape(word_language(self.document.language))
        return (
            f'<w:date><w:dateFormat w:val="MM/dd/yyyy"/><w:lid w:val="{language}"/>'
            '<w:storeMappedDataAs w:val="dateTime"/><w:calendar w:val="gregorian"/></w:date>'
        )

    def _box(self, slot: Slot) -> str:
        mark = TICKED_BOX if slot.value else EMPTY_BOX
        font = '<w:rFonts w:ascii="MS Gothic" w:eastAsia="MS Gothic" w:hAnsi="MS Gothic" w:hint="eastAsia"/>'
        shown = f"<w:r><w:rPr>{font}</w:rPr><w:t>{mark}</w:t></w:r>"
        if slot.value or not self.fillable:
            return shown
        state = (
            f'<w14:checkbox xmlns:w14="{W14}"><w14:checked w14:val="0"/><w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
            '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox>'
        )
        return self._sdt(slot, state, shown)

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
        filled = self.run(slot.value) if slot.value else self._control(slot, self.run(spaces))
        return label + self.paragraph("Form Line", filled, before, after)

    # --- blocks --------------------------------------------------------------------------------------------------

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
                keep = announces or isinstance(following, (Bullets, Table, Field, Choice))
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
                box = self._box(self.document.slots[block.slot])
                return self.paragraph("Form Choice", box + "<w:r><w:tab/></w:r>" + self.runs(block.runs))
            case Signature():
                return self._signature(block)
            case SourceNote():
                return self.paragraph("Form Source", self.runs(block.runs))

    def _heading(self, block: Heading, after: str = "") -> str:
        return self.paragraph(f"heading {min(block.level, 3)}", self.runs(block.runs), after=after)

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
        gap = self.paragraph("Form Cell", "", "", '<w:spacing w:before="0" w:after="0" w:line="160" w:lineRule="exact"/>')
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
