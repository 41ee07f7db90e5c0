"""What goes with a page out of the book."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pybtex.database
import pytest
from bs4 import BeautifulSoup

from buzanlib.site.take_away import bibtex_of_page

Build = Callable[..., tuple[str, str]]
BASE = "https://example.org/book"
HOSTILE = '"><script>window.pwned = 1</script> {x} & 5 % of $y_1'


def tags(page: str) -> dict[str, str]:
    found = BeautifulSoup(page, "html.parser").find_all("meta")
    return {
        str(one.get("property") or one.get("name")): str(one["content"])
        for one in found
        if "content" in one.attrs
    }


def test_a_link_to_a_page_shows_its_title_and_first_sentences(folder: Path, build: Build) -> None:
    words = "word " * 60
    page, _ = build(folder, f"```{{note}}\nAside.\n```\n\nFirst sentence. {words}", html_title="The book")
    shown = tags(page)
    assert shown["og:title"] == "Title"
    assert shown["og:site_name"] == "The book"
    assert shown["description"] == shown["og:description"]
    assert shown["description"].startswith("First sentence. word")
    assert len(shown["description"]) <= 160
    assert "og:image" not in shown


def test_where_the_book_has_an_address_pages_and_lists_say_it(folder: Path, build: Build) -> None:
    page, _ = build(folder, "Text.", html_baseurl=f"{BASE}/", html_title="The book")
    assert tags(page)["og:url"] == f"{BASE}/index.html"
    assert f"url = {{{BASE}/index.html}}" in page
    sitemap = ElementTree.parse(folder / "out" / "sitemap.xml")
    listed = [one.text for one in sitemap.iter() if one.tag.endswith("loc")]
    assert f"{BASE}/index.html" in listed
    assert f"Sitemap: {BASE}/sitemap.xml" in (folder / "out" / "robots.txt").read_text(encoding="utf-8")


def test_without_an_address_nothing_points_anywhere(folder: Path, build: Build) -> None:
    build(folder, "Text.", html_title="The book")
    assert not (folder / "out" / "sitemap.xml").exists()
    assert "Sitemap" not in (folder / "out" / "robots.txt").read_text(encoding="utf-8")
    lines = (folder / "out" / "llms.txt").read_text(encoding="utf-8").splitlines()
    assert lines == ["# The book", "", "- [Title](index.html): Text."]


@pytest.mark.parametrize("title", ["Plain", HOSTILE, "Côte d'Ivoire \\ x"])
def test_bibtex_is_read_back_as_it_was_meant(title: str) -> None:
    read = pybtex.database.parse_string(
        bibtex_of_page("a/06_x", title, title, "some body", "2026", BASE), "bibtex"
    )
    assert list(read.entries) == ["buzanlib-06-x", "buzanlib-data"]
    assert read.entries["buzanlib-06-x"].fields["url"] == BASE
    plain = read.entries["buzanlib-06-x"].fields["title"].strip("{}")
    assert plain.replace("\\textbackslash{}", "\0").replace("\\", "").replace("\0", "\\") in (
        title,
        title + "}",
    )


def test_titles_and_texts_stay_text(folder: Path, build: Build) -> None:
    page, _ = build(
        folder, HOSTILE.replace("<", "\\<").replace("$", "\\$"), html_title=HOSTILE, author=HOSTILE
    )
    assert "window.pwned = 1" not in "".join(
        script.get_text() for script in BeautifulSoup(page, "html.parser").find_all("script")
    )
    assert tags(page)["og:site_name"] == HOSTILE
