"""Every claim of the paper has its place, and every hypothesis a claim or a reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from book_numbers import HELD

from buzanlib.study.results import Results
from buzanlib.study.runner import FINDINGS, RESULTS
from buzanlib.tables.declarations import read_declaration
from buzanlib.tables.descriptor import check, load
from buzanlib.theory.predictions import load_predictions
from buzanlib.theory.registration import load_registration


@pytest.fixture(scope="module")
def claims(data_dir: Path) -> pd.DataFrame:
    return load(data_dir, "claims").fillna("").set_index("claim")


@pytest.fixture(scope="module")
def added(data_dir: Path) -> set[str]:
    return set(load(data_dir, "added_hypotheses")["finding"])


@pytest.fixture(scope="module")
def opened(data_dir: Path) -> dict[str, Any]:
    """Definitions of the claims that the locked file leaves out."""
    definitions = read_declaration(data_dir, "definitions.json")["definitions"]
    return {one["id"]: one for one in definitions if one.get("family") == "X"}


@pytest.fixture(scope="module")
def registered(data_dir: Path) -> set[str]:
    """Ids of both registrations; that on single cells is one a cell."""
    locked, later = load_predictions(data_dir), load_registration(data_dir)
    return {*locked.hypotheses, *later.predictions, *(f"P3{cell.id}" for cell in locked.cells)} - {"P3"}


@pytest.fixture(scope="module")
def recorded() -> dict[str, set[str]]:
    """Chapters that record a key."""
    chapters: dict[str, set[str]] = {}
    for chapter, values in json.loads(HELD.read_text(encoding="utf-8"))["values"].items():
        for key in values:
            chapters.setdefault(key, set()).add(chapter)
    return chapters


def split(claims: pd.DataFrame, column: str) -> pd.Series[str]:
    """One row an entry."""
    listed = claims.loc[claims[column] != "", column]
    return listed.str.split(";").explode()


def test_the_claims_are_numbered_throughout_and_in_the_order_of_the_paper(claims: pd.DataFrame) -> None:
    assert list(claims.index) == list(range(1, 63))
    assert list(claims["section"].unique()) == ["abstract", "introduction", "1", "2", "3"]
    assert (claims["section"] != claims["section"].shift()).sum() == 5
    assert claims["text"].is_unique


def test_what_is_quoted_stands_in_quotation_marks(claims: pd.DataFrame) -> None:
    text = claims["text"]
    assert (text.str.count("“") == text.str.count("”")).all()
    assert ((claims["quoted"] == 1) == text.str.contains("“")).all()
    assert not text.str.contains('"', regex=False).any()


def test_every_finding_exists(
    claims: pd.DataFrame,
    added: set[str],
    registered: set[str],
    opened: dict[str, Any],
    recorded: dict[str, set[str]],
) -> None:
    findings = split(claims, "findings")
    names = findings[~findings.str.contains(".", regex=False)]
    assert set(names) | added <= registered | opened.keys()
    assert set(findings) - set(names) <= recorded.keys()


def test_no_finding_lacks_a_claim_or_the_mark_that_it_is_ours(
    claims: pd.DataFrame, added: set[str], registered: set[str], opened: dict[str, Any]
) -> None:
    of_claims = set(split(claims, "findings"))
    assert (registered | opened.keys()) - of_claims == added
    findings = split(claims, "findings")
    for name, definition in opened.items():
        assert list(findings.index[findings == name]) == definition["claims"]


def test_what_is_tested_is_tested_by_hypotheses_and_what_is_modelled_by_none(claims: pd.DataFrame) -> None:
    findings = split(claims, "findings")
    judged = set(findings.index[~findings.str.contains(".", regex=False)])
    compared = {24, 58}  # with data, by what no file registers or defines
    assert judged | compared == set(claims.index[claims["treatment"] == "tested"])
    assert not judged & compared


def test_every_chapter_is_one_of_the_book(claims: pd.DataFrame, data_dir: Path, root: Path) -> None:
    names = {path.stem for path in (root / "notebooks").glob("[0-9]*.ipynb")}
    assert set(split(claims, "chapter")) | set(load(data_dir, "added_hypotheses")["chapter"]) <= names


def test_findings_are_recorded_in_the_chapters_that_are_named(
    claims: pd.DataFrame, recorded: dict[str, set[str]]
) -> None:
    checked = 0
    for number, row in claims[claims["findings"] != ""].iterrows():
        for name in row["findings"].split(";"):
            key = name if "." in name else f"{name}.contrast"
            if key in recorded:
                assert recorded[key] & set(row["chapter"].split(";")), (number, name)
                checked += 1
    assert checked > 30


@pytest.mark.soak
@pytest.mark.xdist_group("browser")
def test_the_book_that_was_built_judges_every_finding(
    html: Path, claims: pd.DataFrame, added: set[str], opened: dict[str, Any]
) -> None:
    executed = html.parents[1] / "book" / "executed"
    keys = Results.load(executed / RESULTS).scalars.keys()
    ledger = {row["id"] for row in json.loads((executed / FINDINGS).read_text(encoding="utf-8"))}
    tables = {name for name, one in opened.items() if one["test"].startswith("none:")}
    findings = set(split(claims, "findings")) | added
    assert {name for name in findings if "." in name} <= keys
    assert {name for name in findings if "." not in name} - tables == ledger
    assert "not judged in this study" not in (html / "_generated" / "claims.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("treatment", "testet", "row 2, column treatment: 'testet'; nearest allowed: 'tested'"),
        ("section", "4", "row 2, column section: '4'"),
        ("findings", "", "row 2, column treatment: 'tested'; explained or left out is needed here"),
        ("chapter", "", "row 2, column treatment: 'tested'; left out is needed here"),
        ("findings", "B1, B2", "row 2, column findings: 'B1, B2'"),
        ("treatment", "left out", "row 2, column treatment: 'left out'; tested or modelled is needed here"),
    ],
)
def test_a_wrong_row_is_told(world: Any, column: str, value: str, said: str) -> None:
    assert check(world.path, ["claims"]) == []
    world.set("claims.csv", 2, column, value)
    faults = [str(fault) for fault in check(world.path, ["claims"])]
    assert any(said in fault for fault in faults), faults
