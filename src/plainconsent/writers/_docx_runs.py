"""The WordprocessingML of what stands inside a paragraph: words, links, and controls to type into."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from plainconsent.document import LINE, Document, Run, Runs, Slot
from plainconsent.errors import Fault, Faults

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

EMPTY_BOX, TICKED_BOX = "☐", "☒"
NAME_LIMIT = 64  # longer aliases and tags make Word offer a repair
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
class RunWriter:
    """Writes words of one document as XML.

    styles    style name -> id in this master
    link      registers a web address with the package, gives its relationship id
    """

    document: Document
    fillable: bool
    styles: Mapping[str, str]
    link: Callable[[str], str]
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(710_000_001), kw_only=True)

    # --- runs ----------------------------------------------------------------------------------------------------

    def run(
        self, text: str, bold: bool = False, name: bool = False, style: str = "", more: str = "", lang: str = ""
    ) -> str:
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
            return self.box(slot) + self.run(f" ({slot.label})", bold)
        return self.control(slot, self.run(f"{LINE} ({slot.label})", bold))

    def page_words(self) -> str:
        """The page counter: fields with a cached number, without which Word may offer a repair."""
        parts = re.split(r"(\{pages?\})", self.document.page_words)
        fields = {"{page}": " PAGE ", "{pages}": " NUMPAGES "}
        return "".join(
            f'<w:fldSimple w:instr="{fields[part]}">{self.run("1")}</w:fldSimple>' if part in fields else self.run(part)
            for part in parts
            if part
        )

    def letterhead(self) -> str:
        """The lines of the letterhead as runs of one paragraph, the first in bold; empty when there are none."""
        lines = self.document.letterhead
        return "".join(
            self.run(f"{line}\n" if n < len(lines) else line, bold=n == 1) for n, line in enumerate(lines, 1)
        )

    # --- blanks --------------------------------------------------------------------------------------------------

    def control(self, slot: Slot, shown: str) -> str:
        """A control to type into; a signature stays a line, because a typed name there would pass for one."""
        if not self.fillable or slot.kind == "signature":
            return shown
        kinds = {"multiline": '<w:text w:multiLine="1"/>', "date": self._date()}
        return self._sdt(slot, f"<w:showingPlcHdr/>{kinds.get(slot.kind, '<w:text/>')}", shown)

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

    def box(self, slot: Slot) -> str:
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
