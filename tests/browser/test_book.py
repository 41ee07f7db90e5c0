"""The book as a reader meets it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from picture import PICTURE, shown, words
from PIL import Image
from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.soak, pytest.mark.xdist_group("browser")]

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

# What a reader who sees nothing, or uses no mouse, would miss.
UNREADABLE = """() => {
  const faults = [];
  const article = document.querySelector('article') || document.body;
  for (const image of article.querySelectorAll('img')) {
    if (!image.alt.trim()) faults.push('no text alternative: ' + image.src);
    if (image.loading !== 'lazy' && (!image.complete || !image.naturalWidth)) // test_figures_shown waits for the others
      faults.push('broken image: ' + image.src);
  }
  for (const head of article.querySelectorAll('th'))
    if (!head.textContent.trim()) faults.push('empty heading in a table');
  if (article.querySelectorAll('h1').length !== 1) faults.push('not one first heading');
  const ids = [...article.querySelectorAll('[id]:not(#search-input)')].map(e => e.id); // the theme has that twice
  for (const id of new Set(ids.filter((id, place) => ids.indexOf(id) !== place))) faults.push('id twice: ' + id);
  return faults;
}"""


def pages(html: Path) -> list[str]:
    """All pages; of those of states, which one template makes, every twentieth."""
    every = sorted(
        str(path.relative_to(html)) for path in html.rglob("*.html") if "_static" not in path.parts
    )
    states = [name for name in every if name.startswith("_generated/states/")]
    return [name for name in every if name not in states or name in states[::20]]


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_is_whole_and_stays_here(
    html: Path, address: str, browser: Browser, viewport: dict[str, int]
) -> None:
    faults: list[str] = []
    context = browser.new_context(viewport=viewport)  # type: ignore[arg-type]
    page = context.new_page()
    here = ""
    page.on(
        "console", lambda m: faults.append(f"{here}: {m.text}") if m.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: faults.append(f"{here}: {error}"))
    page.on("response", lambda r: faults.append(f"{here}: no {r.url}") if r.status >= 400 else None)
    page.on(
        "request",
        lambda r: None if r.url.startswith((address, "data:")) else faults.append(f"{here}: asks {r.url}"),
    )
    found = pages(html)
    assert {"index.html", "executed/06_quadrants.html", "api/inference.html"} <= set(found)
    for here in found:
        page.goto(f"{address}/{here}", wait_until="load")
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > viewport["width"]:
            faults.append(f"{here}: {wide} pixels wide")
        faults += [f"{here}: {fault}" for fault in page.evaluate(UNREADABLE)]
    context.close()
    assert faults == []


def open_page(browser: Browser, address: str, name: str) -> Page:
    page = browser.new_page(viewport=DESK)  # type: ignore[arg-type]
    page.goto(f"{address}/{name}.html")
    return page


def test_the_front_page_says_what_the_results_say(html: Path, address: str, browser: Browser) -> None:
    results = html.parents[1] / "book" / "executed" / "results.json"
    values = json.loads(results.read_text(encoding="utf-8"))["values"]
    page = open_page(browser, address, "index")
    rows = page.locator("table.stacked tbody tr").all_inner_texts()
    for hypothesis, row in zip(("B1", "B2", "B3", "P1"), rows, strict=True):
        assert row.startswith(hypothesis)
        assert values[f"{hypothesis}.verdict"]["value"] in row
        contrast = f"{values[f'{hypothesis}.contrast']['value']:+.2f}".replace("-", "\u2212")
        assert contrast in row
    page.close()


def test_the_front_page_has_the_matrix_the_effects_and_how_to_cite(
    html: Path, address: str, browser: Browser
) -> None:
    results = html.parents[1] / "book" / "executed" / "results.json"
    values = json.loads(results.read_text(encoding="utf-8"))["values"]
    page = open_page(browser, address, "index")
    top, bottom = page.locator("table.matrix tbody tr").all_inner_texts()
    assert top.index("Powerful but divided") < top.index("Powerful and cohesive")
    assert bottom.index("Weak and divided") < bottom.index("Weak but cohesive")
    effects = page.locator(".effects li").all()
    for hypothesis, effect in zip(("B1", "B2", "B3"), effects, strict=True):
        assert effect.locator("strong").inner_text() == values[f"{hypothesis}.verdict"]["value"]
        dot, zero = (effect.locator(part).bounding_box() for part in ("circle", ".zero"))
        assert dot is not None
        assert zero is not None
        right = dot["x"] + dot["width"] / 2 > zero["x"]
        assert right == (values[f"{hypothesis}.contrast"]["value"] > 0)
    assert page.locator(".sd-card a").count() > 3
    assert "@software" in page.locator("article pre").first.inner_text()
    page.close()


def test_the_picture_in_readme_shows_the_front_page_as_it_is(address: str, browser: Browser) -> None:
    page = open_page(browser, address, "index")
    assert shown(PICTURE) == words(page), "the front page has changed: make book picture"
    page.close()


def test_search_finds_a_word_of_the_theory(address: str, browser: Browser) -> None:
    page = open_page(browser, address, "search")
    page.goto(f"{address}/search.html?q=referent")
    page.wait_for_selector("#search-results li a")
    assert page.locator("#search-results li a").count() > 1
    page.close()


def wide_region(page: Page) -> Locator:
    """The first table of a page that is wider than its place."""
    regions = page.locator("article [role=region]")
    wide = "all => all.findIndex(one => one.scrollWidth > one.clientWidth + 20)"
    place = regions.evaluate_all(wide)
    assert place >= 0
    return regions.nth(place)


def test_a_table_too_wide_for_the_page_is_scrolled_by_keyboard(address: str, browser: Browser) -> None:
    page = browser.new_page(viewport=PHONE)  # type: ignore[arg-type]
    page.goto(f"{address}/executed/01_securitization.html")
    region = wide_region(page)
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)
    assert region.evaluate("r => r.scrollLeft") > 0
    page.close()


@pytest.mark.parametrize("name", ["executed/06_quadrants", "executed/10_wording"])
def test_claim_and_verdict_are_read_on_a_phone_without_scrolling(
    name: str, address: str, browser: Browser
) -> None:
    page = browser.new_page(viewport=PHONE)  # type: ignore[arg-type]
    page.goto(f"{address}/{name}.html")
    tables = page.locator("table.stacked").filter(has=page.locator("td.verdict"))
    assert tables.count() > 0
    for table in tables.all():
        assert table.evaluate("t => t.scrollWidth <= t.parentElement.clientWidth")
        for cell in table.locator("tbody :is(th, td)").all():
            box = cell.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= PHONE["width"]
        for row in table.locator("tbody tr").all():
            head, verdict = (row.locator(cell).bounding_box() for cell in ("th", "td.verdict"))
            assert head is not None
            assert verdict is not None
            assert abs(head["y"] - verdict["y"]) < 2, "the verdict stands beside the name"
    page.close()


def test_a_table_that_scrolls_has_an_arrow_until_its_end_is_reached(address: str, browser: Browser) -> None:
    page = browser.new_page(viewport=PHONE)  # type: ignore[arg-type]
    page.goto(f"{address}/executed/01_securitization.html")
    region = wide_region(page)

    def darkest() -> int:
        """Of the corner where the arrow stands."""
        box = region.bounding_box()
        assert box is not None
        top = box["y"] + page.evaluate("window.scrollY")
        corner = {"x": box["x"] + box["width"] - 18, "y": top + 2, "width": 16, "height": 22}
        with Image.open(io.BytesIO(page.screenshot(clip=corner, full_page=True))) as image:  # type: ignore[arg-type]
            return int(image.convert("L").getextrema()[0])  # type: ignore[arg-type]

    assert darkest() < 160
    region.evaluate("r => { r.scrollLeft = r.scrollWidth; }")
    assert darkest() > 240
    page.close()


def test_no_file_of_the_book_says_where_it_was_built(html: Path, root: Path) -> None:
    places = {str(html.parents[1]), str(root), str(Path.home())} - {"/"}
    assert [
        f"{path.relative_to(html)}: {place}"
        for path in sorted(html.rglob("*"))
        if path.suffix in (".html", ".js", ".txt", ".inv", ".ipynb", ".md", ".json", ".css", "")
        and path.is_file()
        for place in places
        if place.encode() in path.read_bytes()
    ] == []
