"""The form as a Word file: a master says how it looks, our blocks go where the master says {{p body }}."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, time
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import nsmap
from docx.oxml.parser import parse_xml
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from plainconsent.document import Document, Look, Slot
from plainconsent.errors import refuse
from plainconsent.places import TEMPLATES
from plainconsent.writers._docx_master import BLANKS, check_master
from plainconsent.writers._docx_runs import W, escape, language_xml
from plainconsent.writers._docx_styles import enlarge, numbered_lists, style_ids, style_points
from plainconsent.writers._docx_xml import Writer
from plainconsent.writers._gap import START, Guarded

# docxtpl imports docxcompose where that is installed, and it gives `cp` another meaning: Word can't read such properties.
nsmap["cp"] = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
DATE = (1980, 1, 1, 0, 0, 0)  # the first a zip can hold: the same for every file
_EFFECTS = "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects"
_AFTER_BIDI = ("w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents",
               "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment", "w:textboxTightWrap", "w:outlineLvl",
               "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange")  # fmt: skip


def write(document: Document, look: Look) -> bytes:
    """The file's bytes. A practice's own master is checked first; raises Faults that name all that is wrong with it."""
    if look.master is not None:
        refuse(check_master(look.master))
    master = look.master if look.master is not None else (TEMPLATES / "frames" / "default.docx").read_bytes()
    template = DocxTemplate(io.BytesIO(master))
    template.init_docx()
    writer = _writer(template, document, look.fillable)
    _fill(template, writer)
    _finish(template.docx, writer)
    saved = io.BytesIO()
    template.save(saved)
    return _packed(saved)


def _writer(template: Any, document: Document, fillable: bool) -> Writer:
    docx = template.docx
    page = docx.sections[0]
    edges = (page.left_margin, page.right_margin, page.gutter)
    width = page.page_width.twips - sum(edge.twips for edge in edges if edge) if page.page_width else 9360
    styles = {name: escape(key) for name, key in style_ids(docx).items()}
    points = style_points(docx, "Form Notice")
    return Writer(document, fillable, styles, template.build_url_id, numbered_lists(docx), points, width)


def _fill(template: Any, writer: Writer) -> None:
    document = writer.document
    names = {
        "title": escape(document.title),
        "footer": escape(document.footer),
        "draft": escape(document.draft or ""),
        "letterhead": writer.letterhead(),
        "page_words": writer.page_words(),
        "body": writer.blocks(document.blocks),
    }
    blanks = {name: _printed(document.slots.get(name)) for name in BLANKS}
    template.render({**blanks, **{name: Markup(xml) for name, xml in names.items()}}, environment())


def _printed(slot: Slot | None) -> Markup | Guarded:
    """What a master that names a blank prints: its value or nothing. Of a gap it may not know whether it will be filled."""
    value = slot.value if slot and slot.value else ""
    return Guarded(value) if value.startswith(START) else Markup(escape(value))


def environment() -> SandboxedEnvironment:
    """Where a master's tags run: nothing in it may reach Python, and an unknown name is an error."""
    return SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)


def _finish(docx: Any, writer: Writer) -> None:
    """What a master can't say itself: the band of a draft, language, direction and the file's properties."""
    document = writer.document
    if document.draft:
        band = f'<w:body xmlns:w="{W}">{writer.paragraph("Form Draft", writer.run(document.draft))}</w:body>'
        docx.element.body.insert(0, parse_xml(band)[0])
    _set_language(docx, document.language)
    if document.type_points > 12:
        enlarge(docx, document.type_points)
    if document.direction == "rtl":
        _turn(docx)
    # Word 2010 wrote a second copy of the styles for Word 2007, which no longer matches the first.
    for key in [key for key, link in docx.part.rels.items() if link.reltype == _EFFECTS]:
        del docx.part.rels[key]
    core = docx.core_properties
    core.title, core.language = document.title[:255], document.language
    core.author = document.letterhead[0][:255] if document.letterhead else ""
    core.created = core.modified = datetime.combine(document.as_of, time())
    core.last_modified_by, core.revision = "", 1


def _set_language(docx: Any, language: str) -> None:
    """The language of all text that names no other; a master without such defaults gets them."""
    place = docx.styles.element
    for name in ("docDefaults", "rPrDefault", "rPr"):
        found = place.find(f"{{{W}}}{name}")
        if found is None:
            found = parse_xml(f'<w:{name} xmlns:w="{W}"/>')
            place.insert(0, found)
        place = found
    wanted = parse_xml(language_xml(language).replace("<w:lang", f'<w:lang xmlns:w="{W}"'))
    found = place.find(f"{{{W}}}lang")
    if found is None:
        place.append(wanted)
    else:
        found.attrib.update(wanted.attrib)


def _turn(docx: Any) -> None:
    """Every paragraph of the form, its headers and footers from right to left, but those that say otherwise."""
    links = (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER)
    turned = [docx.element, *(link.target_part.element for link in docx.part.rels.values() if link.reltype in links)]
    for paragraph in (paragraph for root in turned for paragraph in root.iter(f"{{{W}}}p")):
        properties = paragraph.get_or_add_pPr()
        if properties.find(f"{{{W}}}bidi") is None:
            properties.insert_element_before(parse_xml(f'<w:bidi xmlns:w="{W}"/>'), *_AFTER_BIDI)


def _packed(saved: io.BytesIO) -> bytes:
    """The package with its parts in one order and of one date, so that the same form is the same file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(packed, "w") as new:
        # The list of types comes first: some readers expect it there.
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, DATE)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            new.writestr(entry, old.read(name), compresslevel=9)
    return packed.getvalue()
