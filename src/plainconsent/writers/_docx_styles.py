"""The styles and lists of an opened master: which are there, which the writer still needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE

from plainconsent.errors import Fault
from plainconsent.writers._docx_runs import W
from plainconsent.writers._docx_xml import STYLES

_REMEDY = "Start from the default master, or copy its styles with Word's Organizer."


def style_ids(docx: Any) -> dict[str, str]:
    """Name -> id of the styles the writer needs, as far as the master has them; Word translates ids, not names."""
    there = {
        (style.get(f"{{{W}}}type"), (style.name_val or "").casefold()): style.styleId
        for style in docx.styles.element.style_lst
    }
    wanted = ((kind, name) for kind, names in STYLES.items() for name in names)
    return {name: there[kind, name.casefold()] for kind, name in wanted if (kind, name.casefold()) in there}


def style_faults(docx: Any) -> Iterator[Fault]:
    there = style_ids(docx)
    lacking = [name for names in STYLES.values() for name in names if name not in there]
    if lacking:
        yield Fault("master, word/styles.xml", f"lacks the styles {', '.join(lacking)}.", _REMEDY)
    for name in ("List Bullet", "List Number"):
        if name in there and not _is_numbered(docx, name):
            yield Fault("master, word/styles.xml", f"has a style {name!r} without a bullet or number.", _REMEDY)


def _chain(docx: Any, name: str) -> Iterator[Any]:
    """The style and those it is based on; a circle of styles ends where it closes."""
    styles = {style.styleId: style for style in docx.styles.element.style_lst}
    key, seen = style_ids(docx).get(name), set()
    while key in styles and key not in seen:
        seen.add(key)
        yield styles[key]
        based = styles[key].find(f"{{{W}}}basedOn")
        key = based.get(f"{{{W}}}val") if based is not None else None


def number_of(docx: Any, name: str) -> int:
    """The number id that the style gives its paragraphs; 0, as in Word, for none."""
    for style in _chain(docx, name):
        found = style.find(f"{{{W}}}pPr/{{{W}}}numPr/{{{W}}}numId")
        if found is not None:
            return int(found.get(f"{{{W}}}val"))
    return 0


def _is_numbered(docx: Any, name: str) -> bool:
    links = [link for link in docx.part.rels.values() if link.reltype == RELATIONSHIP_TYPE.NUMBERING]
    return bool(links) and number_of(docx, name) in {num.numId for num in links[0].target_part.element.num_lst}


def style_points(docx: Any, name: str) -> float:
    """The size of the style's letters, as Word works it out: its own, its base's, or the document's default."""
    defaults = docx.styles.element.findall(f"{{{W}}}docDefaults/{{{W}}}rPrDefault")
    for place in (*_chain(docx, name), *defaults):
        size = place.find(f"{{{W}}}rPr/{{{W}}}sz")
        if size is not None:
            return float(size.get(f"{{{W}}}val")) / 2
    return 10.0


def enlarge(docx: Any, points: int) -> None:
    """No style but those of header and footer stays smaller than `points`: a law can set the size of a form's type."""
    styles = [
        style
        for style in docx.styles.element.style_lst
        if (style.name_val or "").casefold() not in ("header", "footer")
    ]
    for place in (*styles, *docx.styles.element.findall(f"{{{W}}}docDefaults")):
        for size in (*place.iter(f"{{{W}}}sz"), *place.iter(f"{{{W}}}szCs")):
            if int(size.get(f"{{{W}}}val")) < points * 2:
                size.set(f"{{{W}}}val", str(points * 2))


def numbered_lists(docx: Any) -> Callable[[], int]:
    """Gives a new list number of the master's numbered style, which starts at 1 again."""
    numbering = docx.part.numbering_part.element
    kind = numbering.num_having_numId(number_of(docx, "List Number")).abstractNumId.val

    def new_list() -> int:
        number = numbering.add_num(kind)
        number.add_lvlOverride(ilvl=0).add_startOverride(1)
        return int(number.numId)

    return new_list
