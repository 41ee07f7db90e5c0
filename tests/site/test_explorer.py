"""The page of the explorer: what it says of which study, and when there is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from buzanlib.site.explorer import explorer_pages, made_from
from buzanlib.study.results import Results, Value
from buzanlib.study.spec import Run, Study
from buzanlib.study.study_file import load_study

SHIPPED = ("registered", "codes of codebook 1", "was locked", "General Debate")
NUMBERS = {"multiverse.size": Value(7, "14_multiverse"), "locked.B1.contrast": Value(0.5, "06_quadrants")}


@pytest.fixture(scope="module")
def shipped(root: Path) -> Study:
    return load_study(root / "notebooks" / "study.yml")


def with_runs(study: Study, keep: Callable[[Run], bool], **parameters: Any) -> Study:
    runs = [replace(run, parameters={**run.parameters, **parameters}) for run in study.runs if keep(run)]
    return replace(study, runs=tuple(runs))


def made(study: Study, **values: Value) -> tuple[str, dict[str, Any]]:
    """Page and data."""
    pages = explorer_pages(study, Results("", {}, {}, {}, values))
    script = pages["assets/explorer-data.js"]
    return pages["explorer.md"], json.loads(script.removeprefix("buzan.data.explorer = ").rstrip(";\n"))


def test_the_page_of_the_study_that_ships(shipped: Study) -> None:
    page, data = made(shipped, **NUMBERS)
    assert all(words in page for words in SHIPPED)
    assert "{num}`multiverse.size:,` settings" in page
    assert "{doc}`../executed/06_quadrants`" in page
    assert [*data["corpora"]] == ["UNGDC", "NCSS"]
    assert data["default"]["annotator"] == "adjudicated_2"
    assert data["annotators"]["adjudicated"] == "adjudicated, codebook 1"
    assert "C again" not in data["annotators"]
    assert data["rules"]["cohesion"].keys() == {"median", "quantile", "regional", "neighbour", "tercile"}
    assert len(json.dumps(data)) < 600_000


def test_the_page_of_another_study_says_nothing_of_the_one_that_ships(shipped: Study) -> None:
    study = with_runs(
        shipped, lambda run: run.notebook == "04_placement", corpus="NCSS", power="gdp", power_rule="regional"
    )
    page, data = made(study)
    assert not [words for words in SHIPPED if words in page]
    assert "{doc}`../executed/06_quadrants`" not in page
    assert "{num}" not in page
    assert [*data["corpora"]] == ["NCSS"]
    assert data["default"]["power_rule"] == "regional"
    assert data["years"] == [2000, 2024]


@pytest.mark.parametrize(
    "change", [{"first": 2045, "last": 2050}, {"corpus": "nowhere"}, {"annotator": "nobody"}]
)
def test_without_placement_or_codes_there_is_no_page(shipped: Study, change: dict[str, Any]) -> None:
    study = with_runs(shipped, lambda run: run.notebook == "06_quadrants", **change)
    assert explorer_pages(study, Results("", {}, {}, {}, {})) == {}


def test_without_a_notebook_that_places_and_counts_there_is_no_page(shipped: Study) -> None:
    study = with_runs(shipped, lambda run: run.notebook == "02_table1")
    assert explorer_pages(study, Results("", {}, {}, {}, {})) == {}


def test_what_it_is_made_from_has_choices_numbers_data_and_links(shipped: Study) -> None:
    none = Results("", {"panel.csv": "1"}, {}, {}, {})
    before = made_from(shipped, none, [])
    other = with_runs(shipped, lambda run: True, first=2012)
    for study, results, linked in (
        (other, none, []),
        (shipped, replace(none, data={"panel.csv": "2"}), []),
        (shipped, replace(none, values=NUMBERS), []),
        (shipped, none, ["BRA"]),
    ):
        assert made_from(study, results, linked) != before
