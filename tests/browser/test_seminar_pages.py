"""The pages for a class as a student meets them, and the handouts on paper."""

from __future__ import annotations

import io
from pathlib import Path
from unicodedata import normalize

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from pypdf import PdfReader
from test_book import DESK, PHONE, UNREADABLE

from buzanlib.site.seminar_pack import PARTS, print_pack

pytestmark = [pytest.mark.browser, pytest.mark.soak, pytest.mark.xdist_group("browser")]

APART = {f"seminar/{page}{lang}.html" for page in ("lab", "game") for lang in ("", ".de")}
"""Pages that are whole in themselves."""

DEALT = {"seminar/cards.html"}
"""Pages that no student is led to: whoever has read all cards has nothing left to negotiate."""

FOUND = {"resultTypes": ["violations"], "preload": False}
"""What axe is to list; it asks for no style sheet a second time, which it would do at a wrong address."""


def class_pages(html: Path) -> list[str]:
    """Pages for the class that Sphinx makes."""
    found = sorted(file.relative_to(html).as_posix() for file in (html / "seminar").glob("*.html"))
    return [page for page in found if page not in APART]


@pytest.mark.parametrize("opened", ["served", "file"])
def test_every_way_from_the_seminar_stays_in_it(
    opened: str, html: Path, address: str, browser: Browser
) -> None:
    base = address if opened == "served" else html.resolve().as_uri()
    page = browser.new_page()
    reached, ahead, faults = set[str](), ["seminar/index.html"], list[str]()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith((base, "data:")) else faults.append(r.url))
    while ahead:
        here = ahead.pop()
        reached.add(here)
        if here in APART or not here.endswith(".html"):
            continue
        page.goto(f"{base}/{here}")
        links = page.locator("a[href]").evaluate_all("all => all.map(one => one.href.split('#')[0])")
        ahead += {link.removeprefix(f"{base}/") for link in links} - reached
    page.close()
    assert faults == []
    assert {*class_pages(html)} | APART == {one for one in reached if one.endswith(".html")} | DEALT
    assert not DEALT & reached
    assert all(one.startswith(("seminar/", "_downloads/")) for one in reached), reached
    assert [one for one in reached if not (html / one).is_file()] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_page_for_the_class_can_be_read(
    viewport: dict[str, int], theme: str, html: Path, address: str, browser: Browser
) -> None:
    context = browser.new_context(viewport=viewport, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
    page.on("response", lambda r: faults.append(f"no {r.url}") if r.status >= 400 else None)
    for name in class_pages(html):
        page.goto(f"{address}/{name}")
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        faults += [f"{name}: {fault}" for fault in page.evaluate(UNREADABLE)]
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > viewport["width"]:
            faults.append(f"{name}: {wide} pixels wide")
        found = Axe().run(page, options=FOUND).response["violations"]
        faults += [f"{name}: {one['id']}: {node['html'][:99]}" for one in found for node in one["nodes"]]
    context.close()
    assert faults == []


def test_on_paper_nothing_but_the_sheet_is_left(html: Path, address: str, browser: Browser) -> None:
    page = browser.new_page(viewport=DESK)  # type: ignore[arg-type]
    page.goto(f"{address}/seminar/cards.html")
    page.emulate_media(media="print")
    assert page.get_by_text("All sheets of the seminar").is_hidden()
    left, right = (page.locator(".role-card").nth(place).bounding_box() for place in (0, 1))
    assert left
    assert right
    assert (left["y"], left["x"] < right["x"]) == (right["y"], True)
    page.close()


def test_every_handout_fits_its_pages(html: Path, browser: Browser, tmp_path: Path) -> None:
    out = tmp_path / "made" / "pack.pdf"
    count = print_pack(html, out)
    reader = PdfReader(io.BytesIO(out.read_bytes()))
    assert count == len(reader.pages) == sum(part.sheets for part in PARTS) + 1  # and the table of worlds
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages} == {
        (595, 842)
    }
    texts = [
        normalize("NFKC", " ".join(page.extract_text().split())) for page in reader.pages
    ]  # no ligatures
    begins = 0
    page = browser.new_page()
    for part in PARTS:
        page.goto((html / f"{part.page}.html").as_uri())
        title = page.locator("h1").evaluate("one => one.firstChild.textContent")
        assert title in texts[begins], part
        assert texts[begins].count(title) >= part.copies
        begins += part.sheets
    page.close()
    assert "Worlds in which there is nothing to find" in texts[begins]
    assert "found" not in texts[begins]
    for word in ("undecided", "not large", "reversed"):  # but as a word to bet on
        assert not any(word in text for text in texts[2:]), word
