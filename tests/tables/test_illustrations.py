"""The paper's own cases: every row loads, claims no more than the paper, and cites what it stands on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from buzanlib.errors import DataError, UnknownNameError
from buzanlib.tables.descriptor import check
from buzanlib.tables.illustrations import Illustration, find, load_illustrations, overview
from buzanlib.theory.securitization import Element, Level
from buzanlib.theory.vocabulary import Measure, Quadrant, ReferentObject, Threat, ThreatAgent


@pytest.fixture(scope="module")
def cases(data_dir: Path) -> list[Illustration]:
    return load_illustrations(data_dir)


def test_the_shipped_table_is_sound(data_dir: Path) -> None:
    assert check(data_dir, ["illustrations"]) == []


def test_cases_stand_in_order(cases: list[Illustration]) -> None:
    names = [case.case_id for case in cases]
    assert names == sorted(set(names))


def test_a_case_keeps_what_its_row_says(cases: list[Illustration]) -> None:
    case = find(cases, "usa-crime")
    assert (case.iso3, case.year, case.section, case.page) == ("USA", 2009, "2", 33)
    assert case.quadrant_read is Quadrant.SS
    assert (case.move.threat, case.move.referent) == (Threat.CRI, ReferentObject.ECONOMY)
    assert (case.move.agent, case.move.measure) == (ThreatAgent.NONE, Measure.POLICE)
    assert case.move.level is Level.PROBLEM


def test_empty_cells_are_none(cases: list[Illustration]) -> None:
    case = find(cases, "libicki-defence")
    assert (case.iso3, case.quadrant_read, case.page) == (None, None, None)


def test_a_quadrant_is_read_in_section_two_alone(cases: list[Illustration]) -> None:
    assert {case.section for case in cases if case.quadrant_read} == {"2"}
    assert {case.quadrant_read for case in cases} == {*Quadrant, None}


def test_a_case_is_read_under_the_quadrant_of_the_paper(cases: list[Illustration]) -> None:
    read = {case.iso3: str(case.quadrant_read) for case in cases if case.quadrant_read}
    assert read == {"EST": "WS", "GEO": "WW", "RUS": "SW", "USA": "SS"}


def test_pages_are_those_that_the_paper_gives(cases: list[Illustration]) -> None:
    pages = {(case.citation, case.page) for case in cases if case.page}
    assert pages == {("streltsov2007", 7), ("streltsov2007", 8), ("obama2009", 33)}


def test_every_citation_is_in_the_bibliography(cases: list[Illustration], root: Path) -> None:
    text = (root / "book" / "references.bib").read_text(encoding="utf-8")
    assert {case.citation for case in cases} <= set(re.findall(r"^@\w+\{(\w+),", text, flags=re.M))


def test_no_case_is_a_full_move(cases: list[Illustration]) -> None:
    # The paper calls them representative acts (section 2); it reports no claim of an emergency in any of them.
    assert all(Element.EMERGENCY in case.move.missing for case in cases)
    assert all(Element.AUDIENCE not in case.move.missing for case in cases)


def test_gists_are_sentences_of_our_own(cases: list[Illustration]) -> None:
    for case in cases:
        assert case.gist.endswith(".")
        assert '"' not in case.gist
        assert "“" not in case.gist


def test_an_unknown_case_names_the_nearest(cases: list[Illustration]) -> None:
    with pytest.raises(UnknownNameError, match=r"unknown case 'usa-crimes'; nearest allowed: 'usa-crime'"):
        find(cases, "usa-crimes")


def test_the_overview_says_what_is_missing(cases: list[Illustration]) -> None:
    table = overview(cases)
    assert list(table.index) == [case.case_id for case in cases]
    assert not table.isna().any(axis=None)
    row: pd.Series[str] = table.loc["osce-arms-race"]
    assert row["threat"] == "Military force"
    assert row["sector"] == "military"
    assert (row["referent object"], row["threat agent"], row["measure"]) == ("–", "–", "–")
    assert row["missing"] == "referent object, emergency, measure"


def test_a_level_outside_the_codebook_is_a_fault(world: Any) -> None:
    world.set("illustrations.csv", 2, "level", "3")
    with pytest.raises(DataError, match=r"illustrations.csv, row 2, column level: '3'; out of range, 0 to 2"):
        load_illustrations(world.path)


@pytest.mark.parametrize(
    ("field", "words"), [("referent", ReferentObject), ("agent", ThreatAgent), ("measure", Measure)]
)
def test_every_word_of_the_vocabulary_may_stand_in_the_table(world: Any, field: str, words: Any) -> None:
    for word in words:
        world.set("illustrations.csv", 2, field, str(word))
        (case,) = load_illustrations(world.path)
        assert getattr(case.move, field) is word
