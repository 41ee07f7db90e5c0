"""Tables that are cards on a narrow screen, in a small book of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

Build = Callable[[Path, str], tuple[str, str]]

TABLE = """| id | verdict | adjusted \\<p> |
|---|---|---:|
| B1 | {num}`B1.verdict` | 0.2 |
| B2 | open | 0.3 |
"""


def _cells(html: str) -> list[str]:
    return re.findall(r"<td[^>]*>", html)


def test_every_cell_of_a_stacked_table_names_its_column(folder: Path, build: Build) -> None:
    html, warned = build(folder, "{.stacked}\n" + TABLE)
    assert warned == ""
    assert re.search(r'<table class="[^"]*\bstacked\b', html)
    labels = [re.findall(r'data-label="([^"]*)"', cell) for cell in _cells(html)]
    assert labels == [["id"], ["verdict"], ["adjusted &lt;p&gt;"]] * 2
    classes = [" ".join(re.findall(r'class="([^"]*)"', cell)) for cell in _cells(html)]
    assert ["verdict" in names.split() for names in classes] == [False, True, False] * 2
    assert "data-label" not in "".join(re.findall(r"<th[^>]*>", html))


def test_any_other_table_is_left_as_it_is(folder: Path, build: Build) -> None:
    html, _ = build(folder, TABLE)
    assert len(_cells(html)) == 6
    assert "data-label" not in html
