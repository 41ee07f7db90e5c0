"""The slides: built strictly from numbers and figures of a book, offline, results only once the slips are opened."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from buzanlib.errors import RunError, StudyError
from buzanlib.site.slides import SOURCE, STYLE, build_slides
from buzanlib.site.typed_numbers import Text, typed
from buzanlib.study.results import Results, Value

_KEY = re.compile(r"\{num\}`([^:`]+)")


def book_with(folder: Path, root: Path, slides: str, values: dict[str, Any]) -> Path:
    """A book that has been run, with a few figures."""
    (folder / "executed").mkdir(parents=True)
    (folder / "seminar").mkdir()
    Results("", {}, {}, {}, {key: Value(value, "06") for key, value in values.items()}).write(
        folder / "executed" / "results.json"
    )
    cells = [
        {
            "metadata": {"mystnb": {"figure": {"name": name}, "image": {"alt": f"What {name} shows."}}},
            "outputs": [{"data": {"image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg"/>'}}],
        }
        for name in ("fig-one", "fig-shares", "fig-table2")
    ]
    (folder / "executed" / "06.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    (folder / SOURCE).write_text(slides, encoding="utf-8")
    shutil.copy(root / "book" / STYLE, folder / STYLE)
    return folder


def test_numbers_and_figures_are_those_of_the_book(tmp_path: Path, root: Path) -> None:
    text = "# One\n\nIt is {num}`B1.contrast:+.2f`.\n\n# Two\n\n```{book-figure} fig-one\n```\n"
    page = build_slides(book_with(tmp_path / "book", root, text, {"B1.contrast": -0.25}), tmp_path / "out")
    shown = page.read_text(encoding="utf-8")
    assert "−0.25" in shown
    assert 'alt="What fig-one shows."' in shown
    assert (tmp_path / "out" / "_images" / "fig-one.svg").is_file()


def test_the_slides_that_ship_build_and_ask_no_other_server(tmp_path: Path, root: Path) -> None:
    text = (root / "book" / SOURCE).read_text(encoding="utf-8")
    values = {key: 2011 if "window" in key else 0.5 for key in _KEY.findall(text)}
    page = build_slides(book_with(tmp_path / "book", root, text, values), tmp_path / "out")
    shown = page.read_text(encoding="utf-8")
    assert shown.count("<h1>") == 12
    loaded = re.findall(r'(?:src|href)="([^"?]*)', shown)
    assert loaded
    for one in loaded:
        assert (tmp_path / "out" / one).is_file(), one


def test_results_come_after_the_slips_are_opened(root: Path) -> None:
    text = (root / "book" / SOURCE).read_text(encoding="utf-8")
    before, opened, after = text.partition("# Open the slips")
    assert opened
    # What the printed cells imply by arithmetic is told once the game is over; it is no finding.
    assert {*_KEY.findall(before)} == {"package.literal", "package.graded"}
    assert "B1.verdict" in {*_KEY.findall(after)}
    told = re.sub(r":::\{revealjs-notes\}.*?\n:::", "", after, flags=re.DOTALL)
    told = told.replace("one claim, one falsifier, one trap", "")
    assert not list(typed(Text("slides", 0, 1, told)))


def test_minutes_of_the_slides_are_those_of_the_plan(root: Path) -> None:
    text = (root / "book" / SOURCE).read_text(encoding="utf-8")
    planned = [int(one) for one in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)]
    assert (sum(planned), len(planned)) == (90, 7)
    assert [int(one) for one in re.findall(r"^(\d+) minutes", text, re.MULTILINE)] == planned


@pytest.mark.parametrize(
    ("text", "said"),
    [("{num}`B9.contrast`", "B9.contrast"), ("```{book-figure} fig-ones\n```", "fig-one")],
    ids=["number", "figure"],
)
def test_an_unknown_number_or_figure_fails_the_build(
    tmp_path: Path, root: Path, text: str, said: str
) -> None:
    book = book_with(tmp_path / "book", root, f"# One\n\n{text}\n", {"B1.contrast": -0.25})
    with pytest.raises(RunError, match=said):
        build_slides(book, tmp_path / "out")


def test_a_book_without_slides_or_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"there is no seminar/slides.md"):
        build_slides(tmp_path, tmp_path / "out")
