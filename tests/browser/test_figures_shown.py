"""Figures as a reader meets them: on a desk and a phone, in the light, in the dark and on paper."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from buzanlib.figures.palette import GROUNDS

pytestmark = [pytest.mark.browser, pytest.mark.soak, pytest.mark.xdist_group("browser")]

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

#: Pixels. Type of a figure on a phone: nine, or a little less where a row has a long name at ten points.
LEAST_TYPE = 8.2

#: Codes on the tiles of the map are not shown on a phone; a list has the names.
ON_TILES = re.compile(r'<g id="code-\w+">.*?</g>\s*</g>', re.DOTALL)

SIZES = """() => [...document.querySelectorAll('figure :is(img, svg).drawn')]
  .filter(one => getComputedStyle(one).display !== 'none')
  .map(one => [one.closest('figure').id, one.getBoundingClientRect().width, one.getBoundingClientRect().height,
    one.localName === 'svg' ? null : one.src])"""


def chapters(html: Path) -> list[str]:
    return [
        file.name for file in sorted((html / "executed").glob("*.html")) if "drawn" in file.read_text("utf-8")
    ]


@pytest.fixture
def opened(address: str, browser: Browser) -> Iterator[object]:
    """Open a page at a size and in a theme; what it asked for is in ``asked``."""
    contexts = []

    def go(name: str, viewport: dict[str, int], theme: str = "light") -> Page:
        context = browser.new_context(viewport=viewport, accept_downloads=True)
        contexts.append(context)
        context.add_init_script(
            f"localStorage.setItem('mode', '{theme}'); localStorage.setItem('theme', '{theme}')"
        )
        page = context.new_page()
        page.asked = []  # type: ignore[attr-defined]
        page.on("request", lambda request: page.asked.append(request.url))  # type: ignore[attr-defined]
        page.goto(f"{address}/executed/{name}")
        return page

    yield go
    for context in contexts:
        context.close()


def read_through(page: Page) -> None:
    """Scroll to every figure and wait until it is there."""
    for figure in page.locator("figure[id]").all():
        figure.scroll_into_view_if_needed()
    page.evaluate(
        "() => Promise.all([...document.querySelectorAll('figure img')]"
        ".filter(one => one.offsetParent).map(one => one.decode()))"
    )


@pytest.mark.parametrize(("theme", "other"), [("light", "dark"), ("dark", "light")])
def test_only_the_drawing_that_is_seen_is_loaded(html: Path, opened, theme: str, other: str) -> None:  # type: ignore[no-untyped-def]
    for name in chapters(html):
        page = opened(name, DESK, theme)
        read_through(page)
        drawings = [file for file in page.asked if "/_images/fig-" in file]
        assert {"-dark.svg" in file for file in drawings} <= {theme == "dark"}, (name, other)
        assert len(drawings) == page.locator(f"figure img.in-{theme}").count()
        page.context.close()


def test_no_figure_is_taller_than_a_screen(html: Path, opened) -> None:  # type: ignore[no-untyped-def]
    tall = []
    for name in chapters(html):
        page = opened(name, DESK)
        tall += [
            (figure, round(height))
            for figure, _, height, _ in page.evaluate(SIZES)
            if height > DESK["height"]
        ]
        page.context.close()
    assert tall == []


def test_type_is_read_on_a_phone(html: Path, opened) -> None:  # type: ignore[no-untyped-def]
    small = []
    for name in chapters(html):
        page = opened(name, PHONE)
        for figure, width, _, source in page.evaluate(SIZES):
            if source is None:
                svg = page.locator(f"#{figure} svg").evaluate("one => one.outerHTML")
                assert not page.locator(f"#{figure} [id^=code-]").first.is_visible()
            else:
                svg = (html / "_images" / source.rpartition("/")[2]).read_text("utf-8")
            points = [100 * float(scale) for scale in re.findall(r"scale\(([\d.]+) -", ON_TILES.sub("", svg))]
            box = float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1])
            if min(points) * width / box < LEAST_TYPE:
                small.append((figure, round(min(points) * width / box, 1)))
        page.context.close()
    assert small == []


def test_paper_has_the_light_drawings_whatever_the_theme(opened) -> None:  # type: ignore[no-untyped-def]
    page = opened("04_placement.html", DESK, "dark")
    page.emulate_media(media="print")
    shown = page.evaluate(SIZES)
    assert {Path(source).name.endswith("-dark.svg") for *_, source in shown if source} == {False}
    fill = page.locator("svg.drawn a path").first.evaluate("one => getComputedStyle(one).fill")
    page.emulate_media(media="screen")
    assert page.locator("svg.drawn a path").first.evaluate("one => getComputedStyle(one).fill") != fill
    assert not page.locator("p.downloads").first.evaluate("one => matchMedia('print').matches")


def test_the_dark_ground_of_figures_is_that_of_the_page(opened) -> None:  # type: ignore[no-untyped-def]
    for theme, ground in zip(("light", "dark"), GROUNDS, strict=True):
        page = opened("04_placement.html", DESK, theme)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", colour)[:3]) == ground


def test_a_state_on_the_map_is_named_by_keyboard_and_in_a_list(opened) -> None:  # type: ignore[no-untyped-def]
    page = opened("04_placement.html", DESK)
    tile = page.locator("svg.drawn a:has(#state-EST)")
    tile.focus()
    assert tile.evaluate("one => one === document.activeElement")
    assert tile.get_attribute("aria-label").startswith("Estonia: ")
    assert tile.locator("title").text_content() == tile.get_attribute("aria-label")
    page.locator("details.by-quadrant summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("details.by-quadrant dd", has_text="Estonia").is_visible()


def test_numbers_of_a_figure_and_of_a_table_can_be_had_by_keyboard(opened) -> None:  # type: ignore[no-untyped-def]
    page = opened("06_quadrants.html", DESK)
    link = page.locator("#fig-effects p.downloads a", has_text="data")
    link.focus()
    with page.expect_download() as given:
        page.keyboard.press("Enter")
    rows = list(csv.DictReader(io.StringIO(Path(given.value.path()).read_text("utf-8"))))
    assert {"contrast", "low90", "high90", "effect", "threat"} <= rows[0].keys()
    assert len(rows) % 9 == 0

    region = page.locator(".pst-scrollable-table-container:has(table.stacked)").first
    button = page.locator(".pst-scrollable-table-container:has(table.stacked) + p.downloads button").first
    button.focus()
    with page.expect_download() as given:
        page.keyboard.press("Enter")
    head, *rows = csv.reader(io.StringIO(Path(given.value.path()).read_text("utf-8")))
    assert head == region.locator("thead th").all_text_contents()
    assert len(rows) == region.locator("tbody tr").count()
    at = head.index("contrast")
    said = region.locator("tbody tr").first.locator("td").nth(at - 1).text_content()
    assert float(rows[0][at]) == float(said.replace("\N{MINUS SIGN}", "-"))
