"""A reader looks a state up: by name, by code, by keyboard alone, from a server and from a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.soak, pytest.mark.xdist_group("browser")]

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
INDEX = "_generated/states"


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport=request.param)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
    yield page
    page.close()
    # The theme loads its fonts in a way that a browser refuses from a folder.
    assert [text for text in faults if "fontawesome" not in text and "net::ERR_FAILED" not in text] == []


def shown(page: Page) -> list[str]:
    return page.locator("ul.states li:visible a").all_inner_texts()


def test_the_whole_index_can_be_read_without_script(html: Path, address: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/{INDEX}.html")
    assert page.locator("ul.states li a").count() == len(list((html / INDEX).glob("*.html"))) == 193
    assert page.locator("#state").count() == 0
    context.close()


def test_a_state_is_found_as_one_types(page: Page, html: Path) -> None:
    page.goto((html / f"{INDEX}.html").as_uri())  # from a folder, without a server
    for asked, name in (
        ("iran", "Iran"),
        ("IRN", "Iran"),
        ("islamic republic iran", "Iran"),
        ("Turkey", "Türkiye"),
        ("turkiye", "Türkiye"),
        ("cote d'iv", "Côte d'Ivoire"),
        ("Burma", "Myanmar"),
        ("Republic of Korea", "South Korea"),
        ("UK", "United Kingdom"),
    ):
        page.fill("#state", asked)
        assert name in [found.replace("’", "'") for found in shown(page)], asked
        assert len(shown(page)) < 10, asked
        assert page.locator("[role=status]").inner_text().split(" ")[0] == str(len(shown(page)))
        assert "#state=" in page.url


def test_keys_alone_lead_to_a_state(page: Page, address: str) -> None:
    page.goto(f"{address}/{INDEX}.html")
    page.focus("#state")
    page.keyboard.type("ni")
    names = shown(page)
    assert {"Niger", "Nigeria", "Nicaragua"} <= set(names)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == names[1]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "state"
    page.keyboard.type("ger")
    page.keyboard.press("Enter")  # the one of that very name, not another that begins so
    page.wait_for_url("**/states/NER.html")
    assert page.locator("h1").first.text_content() is not None
    assert "Niger" in page.title()


def test_nothing_found_is_said_and_the_address_keeps_what_was_asked(page: Page, address: str) -> None:
    page.goto(f"{address}/{INDEX}.html#state=persepolis")
    assert page.input_value("#state") == "persepolis"
    assert page.locator("[role=status]").inner_text() == "No state of this name."
    assert shown(page) == []
    page.fill("#state", "")
    assert len(shown(page)) == 193


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_we_write_is_accessible(
    address: str, browser: Browser, theme: str, viewport: dict[str, int]
) -> None:
    page = browser.new_page(viewport=viewport)  # type: ignore[arg-type]
    page.add_init_script(f"localStorage.setItem('mode', '{theme}'); localStorage.setItem('theme', '{theme}')")
    for name in (INDEX, f"{INDEX}/BRA", f"{INDEX}/AND"):  # Andorra is not placed
        page.goto(f"{address}/{name}.html")
        found = Axe().run(page, context="article")
        faults = [f"{name}: {one['id']}: {one['nodes'][0]['html']}" for one in found.response["violations"]]
        assert faults == []
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.close()


def test_the_search_of_the_book_leads_to_a_state_first(address: str, browser: Browser) -> None:
    page = browser.new_page()
    for asked, iso3 in (("Brazil", "BRA"), ("iran", "IRN")):
        page.goto(f"{address}/search.html?q={asked}")
        page.wait_for_selector("#search-results li a")
        page.wait_for_function("document.querySelector('.search-summary')?.textContent.includes('found')")
        first = page.locator("#search-results li a").first
        assert f"states/{iso3}.html" in str(first.get_attribute("href"))
    page.close()
