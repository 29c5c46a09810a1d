"""The web page stands alone, can be read by all, and says what the form says."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from conftest import TODAY
from lxml import etree
from sample import DOCUMENT, SLOTS, hashes, hashes_in_another_process

from plainconsent.coveragepage import coverage_page
from plainconsent.document import LINE, Choice, Document, Field, Heading, Look, Notice, Run, Table, block_lines
from plainconsent.lookup import names
from plainconsent.places import TEMPLATES
from plainconsent.writers import html
from plainconsent.yamlfile import read_yaml

DRAFT = 'DRAFT. "No" </style> translator has reviewed this \\ text.'
CHROMIUM = Path("/usr/bin/chromium")
LOOKS = [pytest.param(Look(fillable=True), id="fillable"), pytest.param(Look(fillable=False), id="flat")]
ARABIC = dataclasses.replace(
    DOCUMENT,
    language="ar",
    direction="rtl",
    title="نموذج",
    draft=DRAFT,
    blocks=(Heading(1, (Run("نموذج"),)), *DOCUMENT.blocks[1:], Notice(("NOTICE: call the board.",), "en", 14)),
)
DOCUMENTS = [pytest.param(DOCUMENT, id="en"), pytest.param(ARABIC, id="ar")]


def parsed(document: Document, look: Look) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(html.write(document, look).decode())


def squeezed(words: str) -> str:
    return "".join(words.split())


def expected(document: Document) -> str:
    """What must be read, in order; marks of lists and boxes are drawn in other ways."""
    lines = [document.draft or "", *document.letterhead]
    for block in document.blocks:
        for line in block_lines(block, document.slots):
            line = line.replace(LINE, "")
            if isinstance(block, Choice):
                line = line.removeprefix("[ ]").replace("[x]", "x")
            marks = ("- ", "1. ", "2. ")
            line = line.replace(" | ", " ") if isinstance(block, Table) else line
            lines.append(next((line.removeprefix(mark) for mark in marks if line.startswith(mark)), line))
    return squeezed(" ".join([*lines, document.footer]))


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_reads_back_every_word_in_order(document: Document, look: Look) -> None:
    """All that the form says, and nothing else, stands on the page in the form's order."""
    assert squeezed(parsed(document, look).find("body").text_content()) == expected(document)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_page_is_built_for_all_readers(document: Document, look: Look) -> None:
    """Language, direction, title, one main part, one first heading, no skipped level, unique ids."""
    page = parsed(document, look)
    assert html.write(document, look).startswith(b"<!DOCTYPE html>\n<html ")
    assert (page.get("lang"), page.get("dir")) == (document.language, document.direction)
    assert page.findtext("head/title") == document.title
    assert len(page.findall(".//main")) == 1
    levels = [int(heading.tag[1]) for heading in page.xpath("//h1|//h2|//h3")]
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {cell.get("scope") for cell in page.findall(".//th")} == {"col"}


@pytest.mark.parametrize("look", LOOKS)
def test_page_needs_no_other_file_and_no_script(look: Look) -> None:
    """A page that is saved or sent works without the network; only links lead away."""
    page = parsed(DOCUMENT, look)
    assert page.xpath("//script|//link|//img|//iframe|//form|//@onclick|//@src") == []
    style = page.findtext(".//style")
    assert "url(" not in style
    assert "@import" not in style
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy
    assert policy[0].startswith("default-src 'none';")
    assert page.xpath("//a/@href") == ["https://www.example.org/a?b=1&c=2", "https://www.example.org/law"]


def test_each_empty_blank_is_a_labelled_control() -> None:
    """Every empty blank can be typed into and has a label; a filled one is plain words."""
    page = parsed(DOCUMENT, Look())
    controls = page.xpath("//input|//textarea")
    assert {control.get("name") for control in controls} == {id for id, slot in SLOTS.items() if not slot.value}
    for control in controls:
        [label] = page.xpath("//label[@for=$id]", id=control.get("id"))
        slot = SLOTS[control.get("name")]
        assert label.text_content() == slot.label or slot.kind == "checkbox"
    kinds = {SLOTS[control.get("name")].kind: control.get("type", control.tag) for control in controls}
    assert kinds == {
        "text": "text",
        "date": "date",
        "multiline": "textarea",
        "initials": "text",
        "checkbox": "checkbox",
        "signature": "text",
    }
    assert page.findtext(".//fieldset/legend") == "Client"


def test_who_signs_is_heard_with_the_blank() -> None:
    """Two people sign: each control says whose it is, though the labels are alike."""
    slots = {
        **SLOTS,
        "client_signature": dataclasses.replace(SLOTS["client_signature"], full_label="Client: Sign here"),
    }
    page = parsed(dataclasses.replace(DOCUMENT, slots=slots), Look())
    assert page.xpath("//input[@name='client_signature']/@aria-label") == ["Client: Sign here"]


def test_blank_in_two_places_has_two_ids() -> None:
    """Each place of a blank has its own id and label, under one name."""
    page = parsed(dataclasses.replace(DOCUMENT, blocks=(*DOCUMENT.blocks, Field("client_name"))), Look())
    ids = page.xpath("//input[@name='client_name']/@id")
    assert ids == ["client_name", "client_name-2"]
    assert all(len(page.xpath("//label[@for=$id]", id=id)) == 1 for id in ids)


def test_flat_page_has_lines_for_a_pen() -> None:
    """Nothing can be typed into the flat page: each empty blank is a line or a box."""
    page = parsed(DOCUMENT, Look(fillable=False))
    assert page.xpath("//input|//textarea|//label|//fieldset") == []
    empty = [slot for slot in SLOTS.values() if not slot.value]
    assert len(page.find_class("line")) == sum(slot.kind != "checkbox" for slot in empty)
    assert [box.text for box in page.find_class("box")] == [None, "x"]


@pytest.mark.parametrize("value", ["<script>alert(1)</script>", "\"' onload=x", "{{ 7*7 }}{% raw %}", "&amp; & <b>"])
def test_values_are_words_and_never_markup(value: str) -> None:
    """Whatever is filled in is printed as it is, and builds nothing."""
    slots = {**SLOTS, "clinician_name": dataclasses.replace(SLOTS["clinician_name"], value=value)}
    page = parsed(dataclasses.replace(DOCUMENT, slots=slots, letterhead=(value,), title=value, footer=value), Look())
    assert [found.text for found in page.find_class("value")] == [value]
    assert page.findtext("head/title") == value
    assert page.findtext(".//footer") == value
    assert page.xpath("//script|//b|//@onload") == []


def test_prints_with_footer_counter_and_draft_on_each_page() -> None:
    """On paper each page repeats the edition, the page number and the draft band, in words that cannot end the style."""
    text = html.write(ARABIC, Look()).decode()
    assert text.count("</style>") == 1
    style = etree.HTML(text).findtext(".//style")
    assert "size: letter; margin: .8in" in style
    assert '"Page " counter(page) " of " counter(pages)' in style
    assert '@top-center { content: "DRAFT. \\22 No\\22  \\3c \\2f style\\3e  translator' in style


def test_notice_keeps_its_own_language_and_size() -> None:
    """Words that a law prescribes stay in their language and are at least as large as the law says."""
    notice = parsed(ARABIC, Look()).find_class("notice")[-1]
    assert (notice.get("lang"), notice.get("style")) == ("en", "font-size: 14pt")


def test_same_bytes_again_and_in_another_process() -> None:
    """The same form is the same file."""
    here = hashes("html")
    assert len(here) == 2
    for seed in ("1", "2"):
        assert hashes_in_another_process("html", seed) == here


@contextlib.contextmanager
def chromium_page() -> Iterator[Any]:
    """A page of the machine's own Chromium, which asks nothing of the network."""
    from playwright.sync_api import sync_playwright

    quiet = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=quiet)
        yield browser.new_page(viewport={"width": 320, "height": 800})
        browser.close()


def axe_findings(sheet: Any, data: bytes) -> list[str]:
    """What axe finds at WCAG 2.2 AA and best practice, and a page that has to be scrolled sideways at 320 pixels."""
    from axe_playwright_python.sync_playwright import Axe

    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    sheet.set_content(data.decode())
    found = Axe().run(sheet, options={"runOnly": {"type": "tag", "values": tags}})
    assert len(found.response["passes"]) > 12
    told = [f"{violation['id']}: {violation['help']}" for violation in found.response["violations"]]
    wide = sheet.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return told + ["scrolls sideways"] * wide


needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}")


@pytest.mark.browser
@needs_chromium
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(document: Document, look: Look) -> None:
    """WCAG 2.2 AA and best practice hold in a real browser, at 320 pixels as on a wide screen; what is clicked is large."""
    with chromium_page() as sheet:
        for width in (320, 1280):
            sheet.set_viewport_size({"width": width, "height": 800})
            assert axe_findings(sheet, html.write(document, look)) == []
        small = sheet.evaluate(
            "[...document.querySelectorAll('input,textarea')].map(e => e.getBoundingClientRect())"
            ".filter(r => r.width < 24 || r.height < 24).length"
        )
        assert small == 0


@pytest.mark.browser
@needs_chromium
def test_the_coverage_page_is_a_map_of_every_state() -> None:
    """One tile for each state, each leading to its row; nothing for axe to find, no sideways scrolling at 320 pixels."""
    data = coverage_page(TODAY)
    with chromium_page() as sheet:
        found = axe_findings(sheet, data)
        tiles = sheet.evaluate("[...document.querySelectorAll('.tile a')].map(a => a.getAttribute('href').slice(1))")
        rows = sheet.evaluate("[...document.querySelectorAll('tbody tr')].map(row => row.id)")

    assert found == []
    assert sorted(tiles) == sorted(names())
    assert sorted(rows) == sorted(["US", *names()])


def test_the_map_has_a_place_for_each_state_and_no_two_share_one() -> None:
    """51 tiles, each alone in its place."""
    tiles = read_yaml(TEMPLATES / "frames" / "map.yaml").data

    assert len(tiles) == 51
    assert len({tuple(place) for place in tiles.values()}) == 51
    assert set(names()) <= set(tiles)
