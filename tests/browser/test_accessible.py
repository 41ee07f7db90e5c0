"""What a reader who does not see, uses no mouse, or has a slow network would miss."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from fontTools.ttLib import TTFont
from playwright.sync_api import Browser
from test_book import DESK, PHONE, pages

pytestmark = [pytest.mark.browser, pytest.mark.soak, pytest.mark.xdist_group("browser")]

FOUND = {"resultTypes": ["violations"]}
"""What axe is to list; all else that it looked at takes as long again."""

BY_LOOK = FOUND | {"runOnly": ["scrollable-region-focusable", "target-size", "color-contrast"]}
"""Rules whose outcome depends on width and colours."""

FIRST_PAGE, ANY_PAGE = 400_000, 1_000_000
"""Bytes that a page may load: the first without fonts, any with everything."""


def checked(html: Path) -> list[str]:
    """Every page, but of those that one template makes by the dozen a few."""
    found = pages(html)
    many = [name for name in found if "/states/" in name]
    library = [name for name in found if name.startswith(("api/", "genindex", "py-modindex"))]
    few = [*many[:: max(1, len(many) // 3)], "api/index.html", "api/theory.html"]
    return [name for name in found if name not in many + library] + few


def of_each_kind(html: Path) -> list[str]:
    """A page of each kind."""
    chapters = [name for name in checked(html) if name.startswith("executed/")]
    looked_up = [name for name in checked(html) if name.startswith("_generated/")]
    return ["index.html", "search.html", "glossary.html", *chapters[::5], *looked_up[::3]]


@pytest.mark.parametrize(
    ("viewport", "theme", "rules", "seen"),
    [
        (DESK, "light", FOUND, checked),
        (DESK, "dark", BY_LOOK, of_each_kind),
        (PHONE, "dark", BY_LOOK, of_each_kind),
    ],
    ids=["desk-light", "desk-dark", "phone-dark"],
)
def test_axe_finds_nothing(
    viewport: dict[str, int],
    theme: Literal["light", "dark"],
    rules: dict[str, Any],
    seen: Callable[[Path], list[str]],
    html: Path,
    address: str,
    browser: Browser,
) -> None:
    context = browser.new_context(viewport=viewport, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    faults = []
    for name in seen(html):
        page.goto(f"{address}/{name}")
        found = Axe().run(page, options=rules).response["violations"]
        faults += [f"{name}: {one['id']}: {node['html'][:99]}" for one in found for node in one["nodes"]]
    context.close()
    assert faults == []


def test_no_page_is_heavy(html: Path, address: str, browser: Browser) -> None:
    context = browser.new_context(viewport=DESK)  # type: ignore[arg-type]
    page = context.new_page()
    loaded: dict[str, int] = {}
    page.on("response", lambda r: loaded.update({r.url: len(r.body())}))
    heavy = {}
    for name in checked(html):
        loaded.clear()
        page.goto(f"{address}/{name}", wait_until="load")
        if (weight := sum(loaded.values())) > (FIRST_PAGE if name == "index.html" else ANY_PAGE):
            heavy[name] = weight
    context.close()
    assert heavy == {}


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("information security", "executed/10_wording.html"),
        ("alpha", "executed/05_statements.html"),
        ("smallest effect", "executed/06_quadrants.html"),
        ("disinformation", "executed/06_quadrants.html"),
        ("Brazil", "_generated/states/BRA.html"),
    ],
)
def test_search_leads_first_to_the_page_that_treats_it(
    query: str, first: str, address: str, browser: Browser
) -> None:
    page = browser.new_page(viewport=DESK)  # type: ignore[arg-type]
    page.goto(f"{address}/search.html?q={query}")
    page.wait_for_selector("#search-results li a")
    href = page.locator("#search-results li a").first.get_attribute("href")
    assert href is not None
    assert href.partition("?")[0].partition("#")[0] == first
    page.close()


def test_a_name_of_the_library_is_found_after_the_chapters(address: str, browser: Browser) -> None:
    page = browser.new_page(viewport=DESK)  # type: ignore[arg-type]
    page.goto(f"{address}/search.html?q=placement")
    page.locator("#search-results li a").nth(20).wait_for()
    found = [a.get_attribute("href") or "" for a in page.locator("#search-results li a").all()]
    chapters = [place for place, href in enumerate(found) if href.startswith("executed/")]
    library = [place for place, href in enumerate(found) if href.startswith("api/")]
    assert max(chapters) < min(library)
    page.close()


def test_a_page_is_there_before_any_script_has_run(address: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=DESK)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/index.html")
    assert page.locator("article h1").is_visible()
    assert page.locator("article table").first.is_visible()
    context.close()


def test_icons_have_a_small_font_of_their_own(html: Path) -> None:
    icons = (html / "_static" / "icons.css").read_text(encoding="utf-8")
    assert ".fa-arrow-up" in icons
    assert ".fa-anchor" not in icons
    assert "License" in icons
    (font,) = re.findall(r"base64,([\w+/=]+)", icons)
    with TTFont(io.BytesIO(base64.b64decode(font))) as drawn:
        signs = set(drawn.getBestCmap())
    assert {ord(sign) for sign in re.findall('content:"(.)"', icons)} <= signs
    assert 0xF062 in signs, "the arrow up"
    assert not (html / "_static" / "vendor" / "fontawesome").exists()
