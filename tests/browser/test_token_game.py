"""The token game in a browser: the library's arithmetic, and all that a class does with it; and the slides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from buzanlib.figures.labels import FROM_TOP
from buzanlib.policy.token_game import REQUIRED, ROUNDS, all_splits, points
from buzanlib.site.slides import build_slides
from buzanlib.site.token_page import game_pages

pytestmark = [pytest.mark.browser, pytest.mark.soak, pytest.mark.xdist_group("token_game")]

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}

SEEN = """() => {
  const slide = Reveal.getCurrentSlide();
  const texts = [...slide.querySelectorAll("h1, p, li, td, th")];
  const sizes = texts.map((one) => parseFloat(getComputedStyle(one).fontSize) * Reveal.getScale());
  const bottoms = [...slide.children].map((one) => one.getBoundingClientRect().bottom);
  return [slide.querySelector("h1").textContent, Math.max(...bottoms), Math.min(...sizes)];
}"""
"""Title of the slide shown, where its content ends, and its smallest text, in pixels of the screen."""


@pytest.fixture(scope="module")
def game(root: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the page, as a file."""
    folder = tmp_path_factory.mktemp("game")
    for name, text in game_pages(root / "book").items():
        (folder / name).write_text(text, encoding="utf-8")
    return (folder / "game.html").as_uri()


@pytest.fixture
def page(browser: Browser, game: str) -> Iterator[Page]:
    """The page, new to this browser; it asks for nothing else and complains of nothing."""
    context = browser.new_context(viewport=DESK, accept_downloads=True)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(game)
    yield page
    context.close()
    assert not said
    assert {one.partition(":")[0] for one in asked} <= {"file", "data", "blob"}


def propose(page: Page, *split: int, cards: int = 0) -> None:
    """Type a proposal and press Enter."""
    page.check(f'input[name=round][value="{cards}"]')
    for name, tokens in zip(("pol", "inf", "cri"), split, strict=True):
        page.fill(f"input[name={name}]", str(tokens))
    page.keyboard.press("Enter")


def rows(page: Page) -> list[list[str]]:
    return [row.locator("th, td").all_inner_texts() for row in page.locator("#log tbody tr").all()]


@pytest.mark.parametrize("cards", [0, 1])
def test_points_and_joins_are_the_library_s_for_every_split(page: Page, cards: int) -> None:
    splits = all_splits()
    given = {"cards": cards, "splits": splits.tolist()}
    got = page.evaluate("({cards, splits}) => splits.map((one) => tokenGame.points(cards, one))", given)
    joined = page.evaluate("({cards, splits}) => splits.map((one) => tokenGame.joins(cards, one))", given)
    expected = points(ROUNDS[cards].weights().loc[list(FROM_TOP)], splits)
    assert got == expected.tolist()  # exactly
    assert joined == (expected >= REQUIRED).tolist()


def test_a_class_plays_both_rounds(page: Page) -> None:
    propose(page, 40, 30, 30)
    expect(page.locator("#said")).to_have_text("Proposal 1: 2 of 4 join.")
    propose(page, 33, 33, 34)
    assert rows(page) == [
        ["1", "1", "40", "30", "30", "yes", "no", "yes", "no", "2"],
        ["2", "1", "33", "33", "34", "no", "no", "yes", "no", "1"],
    ]
    expect(page.locator("#best")).to_have_text("Best so far in this round: proposal 1, 2 of 4 join.")
    propose(page, 43, 28, 29, cards=1)
    expect(page.locator("#said")).to_have_text("Proposal 3: all join!")
    expect(page.locator("#board .in")).to_have_count(4)
    assert "42.5" not in page.inner_text("#log")
    page.check("#points")
    assert rows(page)[2][5:] == ["yes (43)", "yes (43)", "yes (100)", "yes (42.5)", "4", "42.5"]


@pytest.mark.parametrize("split", [(50, 50, 1), (50, 49, 0), (-1, 51, 50)], ids=str)
def test_what_does_not_add_up_is_refused_and_nothing_is_lost(page: Page, split: tuple[int, int, int]) -> None:
    propose(page, 40, 30, 30)
    propose(page, *split)
    expect(page.locator("#notice")).to_contain_text("exactly 100 tokens")
    assert len(rows(page)) == 1
    assert page.input_value("input[name=inf]") == str(split[1])


def test_what_is_no_number_is_refused_and_not_taken_for_nothing(page: Page) -> None:
    page.fill("input[name=inf]", "50")
    page.fill("input[name=cri]", "50")
    page.focus("input[name=pol]")
    page.keyboard.type("--5")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("exactly 100 tokens")
    assert rows(page) == []
    page.fill("input[name=pol]", "")  # nothing is nothing
    page.keyboard.press("Enter")
    assert [row[2:5] for row in rows(page)] == [["0", "50", "50"]]


def test_bounds_are_not_on_the_page_before_the_teacher_asks(page: Page) -> None:
    propose(page, 40, 30, 30)
    assert "42.9" not in page.locator("body").inner_text()
    assert page.locator("#bounds").inner_html() == ""
    page.click("#reveal")
    shown = page.inner_text("#bounds")
    for words in ("33.3", "42.9", "42.5", "43/28/29, 43/29/28", "5,151"):
        assert words in shown
    page.click("#reveal")
    assert page.locator("#bounds").inner_html() == ""


def test_undo_clear_and_reload(page: Page) -> None:
    expect(page.locator("#undo")).to_be_disabled()
    propose(page, 40, 30, 30)
    propose(page, 60, 20, 20)
    page.reload()
    assert len(rows(page)) == 2
    page.click("#undo")
    assert [row[2] for row in rows(page)] == ["40"]
    page.click("#clear")
    assert rows(page) == []
    page.click("#undo")
    assert [row[2] for row in rows(page)] == ["40"]


def test_a_game_is_saved_and_opened_again(page: Page, tmp_path: Path) -> None:
    propose(page, 40, 30, 30)
    propose(page, 43, 28, 29, cards=1)
    with page.expect_download() as saved:
        page.click("#save")
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    before = rows(page)
    page.click("#clear")
    page.set_input_files("#file", file)
    expect(page.locator("#notice")).to_have_text("2 proposals were read from the file.")
    assert rows(page) == before


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "cannot be read"),
        ("null", "not saved by this page"),
        ({"format": "other", "version": 1, "proposals": []}, "not saved by this page"),
        ([{"round": 0, "split": [50, 50, 1]}], "does not add up"),
        ([{"round": 2, "split": [50, 50, 0]}], "does not add up"),
        ([{"round": 0, "split": ["<img src=x onerror=alert(1)>", 50, 50]}], "does not add up"),
        ([None], "does not add up"),
    ],
    ids=str,
)
def test_a_faulty_file_is_named_and_nothing_is_lost(page: Page, content: Any, why: str) -> None:
    propose(page, 40, 30, 30)
    if isinstance(content, list):
        content = {"format": "buzanlib-token-game", "version": 1, "proposals": content}
    text = content if isinstance(content, str) else json.dumps(content)
    name = "<b>game.json"
    page.set_input_files("#file", {"name": name, "mimeType": "application/json", "buffer": text.encode()})
    expect(page.locator("#notice")).to_contain_text(why)
    assert name in page.inner_text("#notice")
    assert len(rows(page)) == 1


def test_it_is_played_with_the_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "round"
    for tokens in ("40", "30", "30"):
        page.keyboard.press("Tab")
        page.keyboard.type(tokens)
    page.keyboard.press("Enter")
    assert len(rows(page)) == 1
    assert page.evaluate("document.activeElement.name") == "pol"  # the next proposal can be typed at once


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", ["game.html", "game.de.html"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    browser: Browser, game: str, viewport: dict[str, int], scheme: Any, name: str
) -> None:
    context = browser.new_context(viewport=viewport, color_scheme=scheme)
    page = context.new_page()
    page.goto(game.replace("game.html", name))
    propose(page, 43, 28, 29, cards=1)
    page.click("#reveal")
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert not [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
    assert width <= viewport["width"]


def test_without_script_there_is_a_score_sheet(browser: Browser, game: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(game)
    assert page.locator("#sheet").is_visible()
    assert not page.locator("#game").is_visible()
    context.close()


def test_print_has_the_score_sheet_and_no_controls(page: Page) -> None:
    page.emulate_media(media="print")
    assert page.locator("#sheet").is_visible()
    assert not page.locator("#game").is_visible()
    page.emulate_media(media="screen")
    propose(page, 40, 30, 30)
    page.emulate_media(media="print")
    assert page.locator("#log").is_visible()
    for hidden in ("#propose", ".tools", "#reveal"):
        assert not page.locator(hidden).is_visible()


def test_slides_fit_are_walked_by_key_and_ask_no_other_server(
    browser: Browser, html: Path, tmp_path: Path
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(build_slides(html.parents[1] / "book", tmp_path / "slides").as_uri())
    page.wait_for_function("Reveal.isReady()")
    seen = []
    while True:
        title, bottom, smallest = page.evaluate(SEEN)
        if title not in seen:
            seen.append(title)
        assert bottom <= 720, title
        assert smallest >= 25, title  # of 720 lines: a screen two metres high shows it 7 cm high
        if page.evaluate("Reveal.isLastSlide()"):
            break
        page.keyboard.press("ArrowRight")
    context.close()
    assert len(seen) == 12
    assert not said
    assert all(one.startswith("file:") for one in asked)
