"""Makes default.docx, the Word master that forms are poured into: `python make_default_docx.py` writes it beside this file.

A practice that wants its own look opens default.docx in Word, changes header, footer and styles, and saves it under
another name. The tags in double braces and the names of the styles must stay.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SPACES = f'xmlns:w="{W}" xmlns:r="{R}" xmlns:mc="{MC}" xmlns:w14="{W14}" mc:Ignorable="w14"'
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

INK, QUIET, ACCENT, TINT, HAIR = "1D2733", "4D5866", "1F4E79", "EEF3F8", "AAB4C0"
FONT = "Arial"
MARGIN = 2080  # twips at the sides: a line of 12 pt Arial then holds about 73 characters
TEXT_WIDTH = 12240 - 2 * MARGIN


# --- styles ----------------------------------------------------------------------------------------------------------


def line(side: str, size: int, color: str, space: int = 1) -> str:
    """A border; `size` in eighths of a point."""
    return f'<w:{side} w:val="single" w:sz="{size}" w:space="{space}" w:color="{color}"/>'


def type_of(size: float = 0, bold: bool = False, color: str = "") -> str:
    look = "<w:b/><w:bCs/>" * bold + (f'<w:color w:val="{color}"/>' if color else "")
    return look + (f'<w:sz w:val="{size * 2:.0f}"/><w:szCs w:val="{size * 2:.0f}"/>' if size else "")


def style(
    name: str, paragraph: str = "", run: str = "", kind: str = "paragraph", based: str = "Normal", more: str = ""
) -> str:
    key = name.title().replace(" ", "")
    parts = [f'<w:name w:val="{name}"/>']
    parts += [f'<w:basedOn w:val="{based}"/>'] if based and kind != "character" else []
    parts += ['<w:next w:val="Normal"/>'] if name.startswith("heading") else []
    parts += ["<w:qFormat/>"] if kind == "paragraph" else []
    parts += [f"<w:pPr>{paragraph}</w:pPr>"] if paragraph else []
    parts += [f"<w:rPr>{run}</w:rPr>"] if run else []
    custom = ' w:customStyle="1"' if name.startswith("Form") else ""
    default = ' w:default="1"' if name in ("Normal", "Normal Table") else ""
    return f'<w:style w:type="{kind}"{default}{custom} w:styleId="{key}">{"".join(parts)}{more}</w:style>'


def gap(before: float = 0, after: float = 0, height: int = 0) -> str:
    """Space before and after in points; `height` of a line in 240ths."""
    tall = f' w:line="{height}" w:lineRule="auto"' if height else ""
    return f'<w:spacing w:before="{before * 20:.0f}" w:after="{after * 20:.0f}"{tall}/>'


def heading(level: int, before: float, after: float, size: float, color: str) -> str:
    keep = f"<w:keepNext/><w:keepLines/>{gap(before, after, 252)}"
    return style(f"heading {level}", f'{keep}<w:outlineLvl w:val="{level - 1}"/>', type_of(size, True, color))


def cells(top: int, side: int, bottom: int) -> str:
    sides = (("top", top), ("left", side), ("bottom", bottom), ("right", side))
    return f"<w:tblCellMar>{''.join(f'<w:{name} w:w={chr(34)}{size}{chr(34)} w:type={chr(34)}dxa{chr(34)}/>' for name, size in sides)}</w:tblCellMar>"


def styles() -> str:
    fonts = f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:eastAsia="{FONT}" w:cs="{FONT}"/>'
    defaults = (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{fonts}{type_of(12, color=INK)}"
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        f"<w:pPrDefault><w:pPr>{gap(0, 8, 286)}</w:pPr></w:pPrDefault></w:docDefaults>"
    )
    box = "".join(line(side, 6, QUIET, 8) for side in ("top", "left", "bottom", "right"))
    band = "".join(line(side, 12, INK, 6) for side in ("top", "left", "bottom", "right"))
    right = f'<w:tabs><w:tab w:val="right" w:pos="{TEXT_WIDTH}"/></w:tabs>'
    made = [
        style("Normal", "<w:widowControl/>", based=""),
        heading(1, 10, 10, 22, ACCENT),
        heading(2, 20, 5, 15, ACCENT),
        heading(3, 13, 4, 12.5, INK),
        style("List Bullet", f'<w:numPr><w:numId w:val="1"/></w:numPr>{gap(0, 6.5)}'),
        style("List Number", f'<w:numPr><w:numId w:val="2"/></w:numPr>{gap(0, 6.5)}'),
        style("caption", f"<w:keepNext/>{gap(10, 5)}", type_of(bold=True)),
        style("header", f"{right}{gap(0, 0)}", type_of(9, color=QUIET)),
        style("footer", f"<w:pBdr>{line('top', 4, HAIR, 6)}</w:pBdr>{right}{gap(0, 0)}", type_of(9, color=QUIET)),
        style("Form Pages", f'{gap(2, 0)}<w:jc w:val="right"/>', type_of(9, color=QUIET)),
        style(
            "Form Letterhead",
            f"<w:pBdr>{line('bottom', 4, HAIR, 8)}</w:pBdr>{gap(0, 18, 276)}",
            type_of(10.5, color=QUIET),
        ),
        style(
            "Form Draft",
            f'<w:keepLines/><w:pBdr>{band}</w:pBdr>{gap(0, 14)}<w:ind w:left="120" w:right="120"/><w:jc w:val="center"/>',
            type_of(bold=True),
        ),
        style("Form Label", f"<w:keepNext/>{gap(8, 0, 240)}", type_of(10.5, color=QUIET)),
        style("Form Line", f"<w:pBdr>{line('bottom', 6, QUIET)}</w:pBdr>{gap(7, 9, 240)}"),
        style(
            "Form Choice",
            f'<w:keepLines/><w:tabs><w:tab w:val="left" w:pos="440"/></w:tabs>{gap(3, 6)}<w:ind w:left="440" w:hanging="440"/>',
        ),
        style("Form Signature", f"<w:keepNext/>{gap(22, 0)}", type_of(bold=True)),
        style("Form Notice", f'<w:pBdr>{box}</w:pBdr>{gap(4, 8)}<w:ind w:left="180" w:right="180"/>'),
        style("Form Source", gap(0, 10, 252), type_of(9, color=QUIET)),
        style("Form Cell", gap(0, 0, 264)),
        style("Hyperlink", run=f'<w:color w:val="{ACCENT}"/><w:u w:val="single"/>', kind="character"),
        style(
            "Normal Table",
            kind="table",
            based="",
            more=f'<w:tblPr><w:tblInd w:w="0" w:type="dxa"/>{cells(0, 108, 0)}</w:tblPr>',
        ),
        style(
            "Form Box",
            kind="table",
            based="NormalTable",
            more=(
                f"<w:tblPr><w:tblBorders>{line('left', 28, ACCENT, 0)}</w:tblBorders>{cells(200, 280, 100)}</w:tblPr>"
                f'<w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{TINT}"/></w:tcPr>'
            ),
        ),
        style(
            "Form Table",
            kind="table",
            based="NormalTable",
            more=(
                f"<w:tblPr><w:tblBorders>{line('bottom', 4, HAIR, 0)}{line('insideH', 4, HAIR, 0)}</w:tblBorders>{cells(90, 140, 90)}</w:tblPr>"
                f'<w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:bCs/></w:rPr><w:tcPr><w:tcBorders>{line("bottom", 8, ACCENT, 0)}</w:tcBorders>'
                f'<w:shd w:val="clear" w:color="auto" w:fill="{TINT}"/></w:tcPr></w:tblStylePr>'
            ),
        ),
    ]
    return f"<w:styles {SPACES}>{defaults}{''.join(made)}</w:styles>"


def numbering() -> str:
    hanging = '<w:pPr><w:ind w:left="400" w:hanging="300"/></w:pPr>'
    look = f'<w:rPr><w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}" w:hint="default"/><w:color w:val="{ACCENT}"/></w:rPr>'
    levels = (
        f'<w:numFmt w:val="bullet"/><w:pStyle w:val="ListBullet"/><w:lvlText w:val="•"/><w:lvlJc w:val="left"/>{hanging}{look}',
        f'<w:numFmt w:val="decimal"/><w:pStyle w:val="ListNumber"/><w:lvlText w:val="%1."/><w:lvlJc w:val="left"/>{hanging}',
    )
    kinds = "".join(
        f'<w:abstractNum w:abstractNumId="{n}"><w:multiLevelType w:val="singleLevel"/>'
        f'<w:lvl w:ilvl="0"><w:start w:val="1"/>{level}</w:lvl></w:abstractNum>'
        for n, level in enumerate(levels, 1)
    )
    nums = "".join(f'<w:num w:numId="{n}"><w:abstractNumId w:val="{n}"/></w:num>' for n in (1, 2))
    return f"<w:numbering {SPACES}>{kinds}{nums}</w:numbering>"


# --- pages -----------------------------------------------------------------------------------------------------------


def paragraph(words: str, key: str = "Normal") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{key}"/></w:pPr>{words}</w:p>'


def run(words: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>'


TAB = "<w:r><w:tab/></w:r>"
PARTS = ("header", "headerFirst", "footer", "footerFirst")


def document() -> str:
    letterhead = [run("{%p if letterhead %}"), run("{{r letterhead }}"), run("{%p endif %}")]
    body = "".join(paragraph(words, "FormLetterhead") for words in letterhead) + paragraph(run("{{p body }}"))
    references = "".join(
        f'<w:{part[:6]}Reference w:type="{"first" if part.endswith("First") else "default"}" r:id="{part}"/>'
        for part in PARTS
    )
    page = (
        f'<w:sectPr>{references}<w:pgSz w:w="12240" w:h="15840"/><w:pgMar w:top="1380" w:right="{MARGIN}" w:bottom="1440"'
        f' w:left="{MARGIN}" w:header="640" w:footer="640" w:gutter="0"/><w:titlePg/></w:sectPr>'
    )
    return f"<w:document {SPACES}><w:body>{body}{page}</w:body></w:document>"


def header(first: bool) -> str:
    """The first page says its title below; the later ones say it here, in case the sheets come apart."""
    words = run("{{ draft }}") if first else run("{{ title }}") + TAB + run("{{ draft }}")
    return f"<w:hdr {SPACES}>{paragraph(words, 'Header')}</w:hdr>"


def footer() -> str:
    return f"<w:ftr {SPACES}>{paragraph(run('{{ footer }}'), 'Footer')}{paragraph(run('{{r page_words }}'), 'FormPages')}</w:ftr>"


def settings() -> str:
    mode = '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
    return f'<w:settings {SPACES}><w:zoom w:percent="100"/><w:defaultTabStop w:val="720"/><w:compat>{mode}</w:compat></w:settings>'


def font_table() -> str:
    fonts = {FONT: ("020B0604020202020204", "swiss"), "MS Gothic": ("020B0609070205080204", "modern")}
    made = "".join(
        f'<w:font w:name="{name}"><w:panose1 w:val="{panose}"/><w:charset w:val="00"/><w:family w:val="{family}"/>'
        '<w:pitch w:val="variable"/></w:font>'
        for name, (panose, family) in fonts.items()
    )
    return f"<w:fonts {SPACES}>{made}</w:fonts>"


def theme() -> str:
    """The colors and fonts that Word offers in its menus; every Word file has to have them."""
    names = ("dk1", "lt1", "dk2", "lt2", *(f"accent{n}" for n in range(1, 7)), "hlink", "folHlink")
    shades = (INK, "FFFFFF", QUIET, TINT, ACCENT, "2E75B6", "5B8C5A", "B7791F", "8C4A5A", QUIET, ACCENT, QUIET)
    colors = "".join(
        f'<a:{name}><a:srgbClr val="{shade}"/></a:{name}>' for name, shade in zip(names, shades, strict=True)
    )
    faces = f'<a:latin typeface="{FONT}"/><a:ea typeface=""/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    strokes = "".join(f'<a:ln w="{width}">{fill}</a:ln>' for width in (6350, 12700, 19050))
    effects = "<a:effectStyle><a:effectLst/></a:effectStyle>" * 3
    return (
        '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="Form"><a:themeElements>'
        f'<a:clrScheme name="Form">{colors}</a:clrScheme>'
        f'<a:fontScheme name="Form"><a:majorFont>{faces}</a:majorFont><a:minorFont>{faces}</a:minorFont></a:fontScheme>'
        f'<a:fmtScheme name="Form"><a:fillStyleLst>{fill * 3}</a:fillStyleLst><a:lnStyleLst>{strokes}</a:lnStyleLst>'
        f"<a:effectStyleLst>{effects}</a:effectStyleLst><a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme>"
        "</a:themeElements></a:theme>"
    )


# --- package ---------------------------------------------------------------------------------------------------------


def links(entries: list[tuple[str, str, str]]) -> str:
    made = "".join(f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>' for key, kind, target in entries)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{made}</Relationships>'


def types() -> str:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    kinds = {"document": "document.main", "styles": "styles", "numbering": "numbering", "settings": "settings"}
    kinds |= {"fontTable": "fontTable", **{part: part[:6] for part in PARTS}}
    made = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{word}.{kind}+xml"/>' for part, kind in kinds.items()
    )
    made += (
        '<Override PartName="/word/theme.xml" ContentType="application/vnd.openxmlformats-officedocument.theme+xml"/>'
    )
    core = '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
    defaults = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
    )
    return f'<Types xmlns="{PACKAGE}/content-types">{defaults}{made}{core}</Types>'


def core() -> str:
    spaces = f'xmlns:cp="{PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return f"<cp:coreProperties {spaces}><dc:title>Master</dc:title></cp:coreProperties>"


def make() -> bytes:
    """The master's bytes, the same at every run."""
    near = [(part, f"{R}/{part[:6]}", f"{part}.xml") for part in PARTS]
    near += [(part, f"{R}/{part}", f"{part}.xml") for part in ("styles", "numbering", "settings", "fontTable", "theme")]
    far = [("document", f"{R}/officeDocument", "word/document.xml")]
    far += [("core", f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml")]
    parts = {
        "[Content_Types].xml": types(),
        "_rels/.rels": links(far),
        "docProps/core.xml": core(),
        "word/_rels/document.xml.rels": links(near),
        "word/document.xml": document(),
        "word/styles.xml": styles(),
        "word/numbering.xml": numbering(),
        "word/settings.xml": settings(),
        "word/fontTable.xml": font_table(),
        "word/theme.xml": theme(),
        "word/header.xml": header(False),
        "word/headerFirst.xml": header(True),
        "word/footer.xml": footer(),
        "word/footerFirst.xml": footer(),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for name, xml in parts.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 0
            package.writestr(entry, DECLARATION + xml)
    return made.getvalue()


if __name__ == "__main__":
    Path(__file__).with_name("default.docx").write_bytes(make())
