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


def test_rules_and_variables_of_a_codebook_can_be_linked_to(
    folder: Path, build: Callable[..., tuple[str, str]]
) -> None:
    (folder / "codebook_1.md").write_text(
        "# Codes\n\n| variable | rule |\n| --- | --- |\n| `pol_kind` | a |\n| a, b | c |\n\n"
        "1. one\n2. two\n\nText.\n\n3. three\n   1. within\n\nText.\n\n2. two again\n",
        encoding="utf-8",
    )
    build(folder, "```{toctree}\ncodebook_1\n```")
    page = (folder / "out" / "codebook_1.html").read_text(encoding="utf-8")
    assert sorted(re.findall(r'<(\w+)[^>]* id="((?:rule|variable)-\w+)"', page)) == [
        ("li", "rule-1"),
        ("li", "rule-2"),
        ("li", "rule-3"),
        ("tr", "variable-pol_kind"),
    ]
    assert re.search(r'id="rule-2">\s*<p>two</p>', page)
    (folder / "notes.md").write_text("# Notes\n\n1. one\n", encoding="utf-8")
    build(folder, "```{toctree}\nnotes\n```")
    assert 'id="rule-1"' not in (folder / "out" / "notes.html").read_text(encoding="utf-8")
