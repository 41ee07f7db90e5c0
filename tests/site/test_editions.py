"""The instructor's edition says on every page what it is; the student's holds no page of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from buzanlib.site.layout import _for_students

Build = Callable[..., tuple[str, str]]


@pytest.mark.parametrize("edition", ["student", "instructor"])
def test_the_instructors_edition_says_so_on_every_page(folder: Path, build: Build, edition: str) -> None:
    build(folder, "Text.", buzan_edition=edition, html_theme="sphinx_book_theme")
    pages = sorted((folder / "out").glob("*.html"))
    assert {page.name for page in pages} >= {"index.html", "search.html", "genindex.html"}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        head, _, rest = text.partition("<main")
        assert ("Instructor’s edition" in head) == (edition == "instructor"), page.name
        assert "Instructor’s edition" not in rest
        assert ('<meta name="robots" content="noindex">' in text) == (edition == "instructor"), page.name


def test_pages_for_instructors_are_not_in_the_students_table_of_contents() -> None:
    only = {"file": "seminar/instructor/notes"}
    page = {"file": "seminar/index"}
    toc = {
        "root": "index",
        "parts": [
            {"caption": "Mixed", "chapters": [page, only, {"file": "teach", "sections": [only]}]},
            {"caption": "Gone", "chapters": [{**only, "sections": [page]}]},
        ],
    }
    left = {"root": "index", "parts": [{"caption": "Mixed", "chapters": [page, {"file": "teach"}]}]}
    assert _for_students(toc) == left
