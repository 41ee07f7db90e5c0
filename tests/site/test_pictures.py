"""Figures on a page: two files, of which one is seen, links to what can be had, and a map that names its states."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from buzanlib.figures.base import as_svg
from buzanlib.figures.drawn_data import csv_of
from buzanlib.figures.palette import INK, dark
from buzanlib.figures.placement import world
from buzanlib.study.publish import publish
from buzanlib.study.results import CSV, PICTURE, SHOWN
from buzanlib.study.spec import Run

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="432.5pt" height="300pt" viewBox="0 0 432.5 300" version="1.1">'
    f'<path d="M 0 0 L 9 9" style="stroke: {INK}"/></svg>'
)
Build = Callable[..., tuple[str, str]]


def page(folder: Path, build: Build, svg: str = SVG, numbers: str = "a,b\n1,2\n", **more: str) -> str:
    """The page of a notebook with one figure, as it is published."""
    data = {PICTURE: svg, "text/plain": "A line."} | ({CSV: numbers} if numbers else {})
    about = {"name": "fig-line", "caption": "A *line*.", "alt": 'A "line" & <more>.'}
    shown = new_output("display_data", data, metadata={SHOWN: about})
    cells = [new_markdown_cell("# Page"), new_code_cell("show()", outputs=[shown])]
    run = Run("page", Path("page.ipynb"), {}, {})
    (folder / "page.ipynb").write_text(publish(run, new_notebook(cells=cells)).text, encoding="utf-8")
    for name, text in more.items():
        file = folder / f"{name.replace('__', '/')}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    suffixes = {".md": "myst-nb", ".ipynb": "myst-nb"}
    contents = "```{toctree}\n" + "\n".join(["page", *(name.replace("__", "/") for name in more)]) + "\n```"
    _, warnings = build(
        folder, contents, extensions=["myst_nb", "buzanlib.site"], source_suffix=suffixes, numfig=True
    )
    assert warnings == ""
    return (folder / "out" / "page.html").read_text(encoding="utf-8")


def test_a_figure_is_two_files_with_its_size_loaded_when_near(folder: Path, build: Build) -> None:
    html = page(folder, build)
    images = re.findall(r"<img [^>]*>", html)
    assert [re.search('class="([^"]*)"', one)[1] for one in images] == [
        "drawn in-light dark-light",
        "drawn in-dark dark-light",
    ]
    for image in images:
        assert 'loading="lazy"' in image
        assert 'width="577" height="400"' in image
        assert 'alt="A &quot;line&quot; &amp; &lt;more&gt;."' in image
    light, night = (
        (folder / "out" / re.search('src="([^"]*)"', one)[1]).read_text(encoding="utf-8") for one in images
    )
    assert light == SVG
    assert night == SVG.replace(INK, dark(INK))


def test_drawing_and_numbers_can_be_had_under_the_name_of_the_figure(folder: Path, build: Build) -> None:
    found = re.search(r'<p class="downloads">(.*?)</p>', page(folder, build))
    links = re.findall(r'href="([^"]*)"[^>]*>(?:<[^>]*>)*([^<]*)<', found[1])
    assert [(Path(file).name, word) for file, word in links] == [
        ("fig-line.svg", "SVG"),
        ("fig-line.csv", "data"),
    ]
    assert (folder / "out" / links[1][0]).read_text(encoding="utf-8") == "a,b\n1,2\n"


def test_a_figure_without_numbers_offers_none(folder: Path, build: Build) -> None:
    assert ".csv" not in page(folder, build, numbers="")


@pytest.fixture(scope="module")
def drawn(data_dir):  # type: ignore[no-untyped-def]
    tiles = pd.read_csv(data_dir / "tiles.csv", keep_default_na=False)
    names = pd.Series({"FRA": "France", "DEU": '<b>"Germany"'})
    return world(pd.Series({"FRA": "SS", "DEU": "SS", "BRA": "SW"}), tiles, names=names)


def test_a_map_of_states_names_each_and_links_those_with_a_page(folder: Path, build: Build, drawn) -> None:  # type: ignore[no-untyped-def]
    html = page(folder, build, as_svg(drawn.figure), csv_of(drawn.data), _generated__states="# All states")
    marks = re.findall(r'<a([^>]*)><title>([^<]*)</title><g id="state-(\w+)"', html)
    assert len(marks) == 193
    told = {iso3: (attributes, title) for attributes, title, iso3 in marks}
    assert told["FRA"] == (
        ' href="_generated/states/FRA.html" tabindex="0" aria-label="France: strong power, strong cohesion"',
        "France: strong power, strong cohesion",
    )
    assert told["DEU"][1] == "&lt;b&gt;&quot;Germany&quot;: strong power, strong cohesion"
    assert told["AFG"][1] == "AFG: not placed"
    assert "<img" not in re.search(r"<figure.*?</figure>", html, re.DOTALL)[0]
    listed = re.search(r'<details class="by-quadrant">.*?</details>', html, re.DOTALL)[0]
    assert '<a href="_generated/states/FRA.html">France</a>' in listed
    assert "Strong power, strong cohesion (2)" in listed
    assert "Not placed (190)" in listed
    assert "<b>" not in listed


def test_a_map_in_a_book_without_pages_of_states_links_none(folder: Path, build: Build, drawn) -> None:  # type: ignore[no-untyped-def]
    html = page(folder, build, as_svg(drawn.figure), csv_of(drawn.data))
    assert 'aria-label="France: strong power, strong cohesion"' in html
    assert "FRA.html" not in html


def test_a_map_in_the_page_follows_its_scheme(folder: Path, build: Build, drawn) -> None:  # type: ignore[no-untyped-def]
    html = page(folder, build, as_svg(drawn.figure), csv_of(drawn.data))
    svg = re.search(r'<svg role="group".*?</svg>', html, re.DOTALL)[0]
    assert re.findall(r"(?:fill|stroke)(?:: |=\")(#[0-9a-f]{6})(?!; (?:fill|stroke): light-dark)", svg) == []


def test_a_picture_that_no_cell_has_shown_is_left_alone(folder: Path, build: Build) -> None:
    (folder / "own.svg").write_text(SVG, encoding="utf-8")
    html, warnings = build(folder, "```{figure} own.svg\n:name: own\nMine.\n```")
    assert warnings == ""
    assert 'src="_images/own.svg"' in html
    assert "downloads" not in html


def test_the_numbers_stay_in_the_notebook(folder: Path, build: Build) -> None:
    page(folder, build)
    cell = nbformat.read(folder / "page.ipynb", as_version=4).cells[1]
    assert cell.outputs[0].data[CSV] == "a,b\n1,2\n"
