"""Another index, another corpus and another window: no page says a word or number of the study that ships."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from book_numbers import HELD

from buzanlib.errors import UnknownNameError
from buzanlib.figures.typeset import typeset
from buzanlib.site.own_pages import ABOUT_WHAT_SHIPS
from buzanlib.study.parameters import declared
from buzanlib.study.results import Results, Value
from buzanlib.study.runner import run_study

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("study")]

FEW = {"draws": 99, "bootstrap": 49, "worlds": 20, "size": 40, "runs": 50}

ROLE = re.compile(r"\{num\}`([^`:]+):?([^`]*)`")

#: By study: what it changes, its notebooks (all, if none are named), and words that would be of the study that ships.
STUDIES: dict[str, tuple[dict[str, Any], tuple[str, ...], str]] = {
    "power": (
        {"power": "gdp"},
        (),
        r"National Capabilit|\bCINC\b|material capabilit|steel|energy consumption|urban population",
    ),
    "corpus": (
        {"corpus": "NCSS"},
        ("04_placement", "06_quadrants", "12_movement", "15_verdicts"),
        r"General Debate|New York|General Assembly|\bspeeches\b",
    ),
    "window": ({"first": 2013, "last": 2022}, (), r"\b2011\b|\b2024\b"),
}


NUMBER = re.compile(r"[+−]?\d[\d.,]*%?")


def pages(root: Path, study: str, folder: Path) -> tuple[Results, dict[str, list[str]]]:
    """Run a study with few draws; its results, and the texts and captions of its pages as the book would keep them."""
    changed, notebooks, _ = STUDIES[study]
    whole = yaml.safe_load((root / "notebooks" / "study.yml").read_text(encoding="utf-8"))
    whole |= {"data": str(root / "data"), "templates": str(root / "notebooks"), "output": "out"}
    whole["notebooks"] = dict.fromkeys(notebooks or whole["notebooks"])
    known = {
        name for notebook in whole["notebooks"] for name in declared(root / "notebooks" / f"{notebook}.ipynb")
    }
    given = whole["parameters"] | FEW | changed
    whole["parameters"] = {name: value for name, value in given.items() if name in known}
    whole.pop("book", None)
    (folder / "study.yml").write_text(yaml.safe_dump(whole), encoding="utf-8")
    results = run_study(folder / "study.yml", progress=False)
    shared = ("glossary", "bibliography")
    texts = {name: [(root / "book" / f"{name}.md").read_text(encoding="utf-8")] for name in shared}
    for file in sorted((folder / "out").glob("*.ipynb")):
        for cell in nbformat.read(file, as_version=4).cells:  # type: ignore[no-untyped-call]
            if ABOUT_WHAT_SHIPS not in cell.metadata.get("tags", ()):
                caption = cell.metadata.get("mystnb", {}).get("figure", {}).get("caption", "")
                # The run has computed the numbers of a caption; none is typed (`check_typed_numbers`).
                told = cell.source if cell.cell_type == "markdown" else NUMBER.sub("–", caption)
                texts.setdefault(file.stem, []).append(told)
    return results, texts


def tokens(text: str) -> set[str]:
    """The numbers in a text, with sign and percent sign, but for small counts and levels of intervals."""
    found = re.findall(r"(?<![\w.,])[+−]?\d(?:[\d.,]*\d)?%?(?![\w%])", text)
    return {one for one in found if "." in one or "%" in one or len(one) > 3}


def numbers(texts: dict[str, list[str]], values: dict[str, Any]) -> set[str]:
    """The numbers that roles on pages print, as they are printed."""
    found = set()
    for key, form in (match for of_one in texts.values() for text in of_one for match in ROLE.findall(text)):
        value = values.get(key.strip())
        if isinstance(value, int | float) and not isinstance(value, bool):
            found |= tokens(typeset(value, form))
    return found


def sentences(results: Results, page: str, text: str) -> Iterator[str]:
    """Sentences of a text as it is typed, with words that the data choose, and dashes for all numbers."""

    def put(role: re.Match[str]) -> str:
        try:
            value = results.on(page, role[1].strip())
        except UnknownNameError:
            return "–"
        return NUMBER.sub("–", value) if isinstance(value, str) else "–"

    prose = re.sub(r"\{\w+(?::\w+)?\}`[^`]*`|\"[^\"]*\"", "", ROLE.sub(put, text))
    yield from (" ".join(one.split()) for one in re.split(r"(?<=[.!?])\s+|\n\s*\n|\n- ", prose))


@pytest.mark.parametrize("study", STUDIES)
def test_no_page_of_another_study_says_what_is_only_true_of_the_one_that_ships(
    study: str, root: Path, tmp_path: Path
) -> None:
    results, texts = pages(root, study, tmp_path)
    held = json.loads(HELD.read_text(encoding="utf-8"))["values"]
    shipped = {key: value for of_one in held.values() for key, value in of_one.items()}
    foreign = numbers(texts, shipped) - numbers(texts, results.scalars)
    assert foreign, "no number differs between the two studies: nothing could be found"
    words = re.compile(STUDIES[study][2])
    found = [
        f"{page}: {strange} in {said!r}"
        for page, of_one in texts.items()
        for text in of_one
        for said in sentences(results, page, text)
        if (strange := sorted({*words.findall(said), *(tokens(said) & foreign)}))
    ]
    assert not found, "\n".join([f"{len(found)} sentences of the study that ships", *found])


def test_a_word_and_a_number_of_another_study_would_be_found() -> None:
    texts = {"page": ["It is {num}`B1.contrast:+.2f` and {num}`n`, {num}`word`.", "Typed: +0.25. Few."]}
    assert numbers(texts, {"B1.contrast": 0.25, "n": 3, "word": "x"}) == {"+0.25"}
    results = Results("", {}, {}, {}, {"n": Value(3, "page"), "word": Value("as 1,234", "page")})
    (said,) = sentences(results, "page", texts["page"][0])
    assert said == "It is – and –, as –."
    assert tokens(said) == set()
    assert tokens("With 90 % intervals 17.4% of 5, p < 0.001, −0.5.") == {"17.4%", "0.001", "−0.5"}
    assert [tokens(one) for one in sentences(results, "page", texts["page"][1])] == [{"+0.25"}, set()]
    assert re.search(STUDIES["power"][2], "by the Composite Index of National Capability")
