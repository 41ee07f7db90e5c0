"""Cards of numbers, ids and terms, and the switch for code, as a reader uses them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.soak, pytest.mark.xdist_group("browser")]

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
CHAPTER = "executed/06_quadrants"


@pytest.fixture(params=["light", "dark"])
def desk(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=DESK, color_scheme=request.param)  # type: ignore[arg-type]
    yield context
    context.close()


@pytest.fixture
def page(desk: BrowserContext, address: str) -> Page:
    page = desk.new_page()
    page.goto(f"{address}/{CHAPTER}.html")
    return page


def test_a_card_opens_under_the_mouse_says_it_all_and_leads_to_the_code(page: Page, html: Path) -> None:
    path = html.parents[1] / "book" / "executed" / "results.json"
    value = json.loads(path.read_text(encoding="utf-8"))["values"]["B1.contrast"]
    number, card = page.locator('a[data-key="B1.contrast"]').last, page.locator("#card")
    number.hover()
    expect(card).to_be_visible()
    said = card.inner_text()
    assert str(value["value"]).replace("-", "\u2212") in said
    for words in (
        "B1.contrast",
        "estimate (log odds)",
        "Fragile States Index",
        "panel.csv",
        "quadrant predictions",
    ):
        assert words in said
    card.hover()  # what is shown can be read with the mouse on it
    page.wait_for_timeout(400)
    expect(card).to_be_visible()
    assert Axe().run(page, "#card").violations_count == 0
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.mouse.move(0, 0)
    number.hover()
    card.get_by_role("link").click()
    code = page.locator(f"#cell_{value['cell']}")
    expect(code).to_be_visible()
    expect(code).to_be_in_viewport()
    assert "record(" in code.inner_text()


def test_ids_and_terms_have_cards_and_lead_to_what_explains_them(page: Page) -> None:
    card = page.locator("#card")
    page.locator("a.hypothesis", has_text="B2").first.hover()
    expect(card).to_contain_text("infrastructure")
    page.mouse.move(0, 0)
    expect(card).to_be_hidden()
    term = page.locator("a.reference:has(.std-term)").first
    term.hover()
    expect(card).to_be_visible()
    assert len(card.inner_text()) > len(term.inner_text()) + 20
    page.locator("a.hypothesis", has_text="B2").first.click()
    assert page.url.endswith("_generated/hypotheses.html#hypothesis-b2")
    expect(page.locator("#hypothesis-b2")).to_be_in_viewport()
    expect(page.get_by_text("Why numbers are missing.")).to_be_visible()


def test_all_numbers_of_a_page_are_one_stop_and_arrows_lead_on(page: Page) -> None:
    marks = page.locator("a.recorded, a.hypothesis")
    assert marks.count() > 20
    assert page.locator(":is(a.recorded, a.hypothesis)[tabindex='0']").count() == 1
    marks.first.focus()
    page.keyboard.press("ArrowRight")
    second = marks.nth(1)
    expect(second).to_be_focused()
    expect(page.locator("#card")).to_be_visible()
    assert second.get_attribute("aria-describedby") == "card"
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_hidden()
    expect(second).to_be_focused()
    page.keyboard.press("End")
    expect(marks.last).to_be_focused()
    expect(page.locator("#card")).to_be_in_viewport()
    page.keyboard.press("ArrowRight")
    expect(marks.first).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.matches('a.recorded, a.hypothesis')")


@pytest.mark.parametrize("place", ["served", "file"])
def test_a_tap_shows_the_card_and_a_second_one_follows(
    browser: Browser, address: str, html: Path, place: str
) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/{CHAPTER}.html" if place == "served" else (html / f"{CHAPTER}.html").as_uri())
    number, card = (
        page.locator('p a[data-key="B1.contrast"], li a[data-key="B1.contrast"]').first,
        page.locator("#card"),
    )
    number.tap()
    expect(card).to_be_visible()
    box = card.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    at = number.bounding_box()
    assert at is not None
    page.touchscreen.tap(3, at["y"] + 3)  # beside it
    expect(card).to_be_hidden()
    number.tap()
    number.tap()
    page.wait_for_url("**#cell_*")
    context.close()


def test_code_is_out_of_sight_until_asked_for_and_the_choice_is_kept(page: Page, address: str) -> None:
    def first() -> bool:
        return page.locator(".cell_input").first.is_visible()

    assert not first()
    assert page.locator("details.above-input:visible").count() == page.locator(".tag_recording").count()
    assert "# folder of the tables" not in page.locator("article").inner_text()
    switch = page.get_by_role("button", name="Show code")
    switch.focus()
    page.keyboard.press("Enter")
    assert first()
    page.goto(f"{address}/executed/08_divergence.html")
    assert first()
    page.get_by_role("button", name="Hide code").click()
    assert not first()


def test_the_switch_works_where_nothing_may_be_stored(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=DESK)  # type: ignore[arg-type]
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    page = context.new_page()
    page.goto(f"{address}/{CHAPTER}.html")
    page.get_by_role("button", name="Show code").click()
    expect(page.locator(".cell_input").first).to_be_visible()
    context.close()


def test_without_scripts_code_is_folded_and_numbers_are_links(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=DESK, java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/{CHAPTER}.html")
    assert page.locator("details.above-input").first.is_visible()
    page.locator('a[data-key="B1.contrast"]').last.click()
    assert "#cell_" in page.url
    context.close()


def test_chapters_are_numbered_in_the_order_of_reading(page: Page) -> None:
    names = page.locator(".bd-sidebar-primary nav a.reference").all_inner_texts()
    numbers = [int(name.partition(".")[0]) for name in names if name[:1].isdigit()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 20
    own = page.locator("h1 .section-number").inner_text()
    assert page.title().startswith(own.strip())


def test_every_page_leads_to_how_the_book_was_made_and_that_to_what_changed(page: Page) -> None:
    sidebar = page.locator(".bd-sidebar-primary nav")
    expect(sidebar.get_by_text("What changed since the last run")).to_be_hidden()
    page.get_by_role("link", name="How this book was made").last.click()
    assert page.url.endswith("_generated/colophon.html")
    page.locator("article").get_by_role("link", name="What changed").first.click()
    assert page.url.endswith("_generated/changes.html")
