"""Pairs of codings: those that ship, by plain loops; and pairs of which one is missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.measurement.codings import (
    COMPARISONS,
    comparisons,
    every_pair,
    further_annotators,
    shared_passages,
    shared_results,
)
from buzanlib.measurement.reliability import reliability_table
from buzanlib.tables.statements import Statements, load_statements


@pytest.fixture(scope="module")
def shipped(data_dir: Path) -> Statements:
    return load_statements(data_dir)


@pytest.mark.parametrize("name", COMPARISONS)
def test_passages_on_which_two_differ(name: str, shipped: Statements) -> None:
    one, other = (
        {row[0]: row[1:] for row in coded.drop(columns="annotator").fillna("").itertuples(index=False)}
        for annotator in COMPARISONS[name]
        for coded in [shipped.codes[shipped.codes["annotator"] == annotator]]
    )
    both = one.keys() & other.keys()
    differing = sum(one[passage] != other[passage] for passage in both)
    assert shared_passages(shipped, COMPARISONS[name]) == (len(both), differing)


def test_annotators_of_the_first_coding_differed_where_the_amendment_says(shipped: Statements) -> None:
    found = shared_results(shipped)
    assert (found["coding.A_and_B.passages"], found["coding.A_and_B.differ"]) == (1011 + 286, 286)
    assert found["coding.C_again.passages"] == 69
    assert found["coding.C_and_D.passages"] == len(shipped.passages)


def test_each_comparison_is_the_table_of_its_pair(shipped: Statements) -> None:
    found = comparisons(shipped, 20, 1, variables=["mil", "level"])
    assert found.index.get_level_values("comparison").unique().tolist() == list(COMPARISONS)
    for name, pair in COMPARISONS.items():
        expected = reliability_table(shipped, 20, 1, pair, ["mil", "level"])
        pd.testing.assert_frame_equal(found.loc[name], expected)
    # As the coding published it: the retest of the two runs on the military threat.
    assert found.xs("mil", level="variable")["alpha"].round(2).tolist()[2:] == [0.71, 0.71]


def test_a_pair_without_a_passage_in_common_is_left_out(shipped: Statements) -> None:
    second = replace(shipped, codes=shipped.codes[shipped.codes["annotator"].isin(["C", "D", "D again"])])
    assert shared_passages(second, COMPARISONS["two codebooks"]) == (0, 0)
    found = comparisons(second, 5, variables=["pol"])
    assert found.index.get_level_values("comparison").tolist() == ["C and D", "D again"]


def with_coders(shipped: Statements, **coded: slice) -> Statements:
    """The statements with further annotators, who coded a part of the passages as D did."""
    of_d = shipped.codes[shipped.codes["annotator"] == "D"]
    further = [of_d.iloc[part].assign(annotator=name) for name, part in coded.items()]
    return replace(shipped, codes=pd.concat([shipped.codes, *further]))


@pytest.mark.parametrize("overlap", [0, 1, 3])
def test_every_two_coders_are_compared_over_what_they_share(shipped: Statements, overlap: int) -> None:
    mine = with_coders(shipped, Ana=slice(0, 40), Ben=slice(40 - overlap, 90), Eve=slice(0, 90))
    assert further_annotators(mine) == ["Ana", "Ben", "Eve"]
    found = every_pair(mine, ["Ana", "Ben", "Eve", "Ana"], 20, variables=["relevant", "primary"])
    names = ["Ana and Ben", "Ana and Eve", "Ben and Eve", "all together"]
    assert found.index.unique("comparison").tolist() == names
    first = found.xs("primary", level="variable")
    assert first["passages"].tolist() == [overlap, 40, 50 + overlap, 90]
    assert first["n"].tolist() == first["passages"].tolist()
    assert (found["differ"] == 0).all()
    expected = reliability_table(mine, 20, annotators=["Ana", "Eve"], variables=["relevant", "primary"])
    pd.testing.assert_frame_equal(found.loc["Ana and Eve", list(expected.columns)], expected)
    assert first.loc["Ana and Ben", "agreement"] == 1 if overlap else True
    assert bool(first.loc["Ana and Ben", ["alpha_low", "ac1_low"]].isna().all()) == (overlap < 2)


def test_one_coder_has_nobody_to_be_compared_with_and_ten_have_each_other(shipped: Statements) -> None:
    mine = with_coders(shipped, **{f"c{at}": slice(at * 5, at * 5 + 6) for at in range(10)})
    assert every_pair(mine, ["c1"], 5).empty
    found = every_pair(mine, [f"c{at}" for at in range(10)], 5, variables=["primary"])
    assert len(found) == 46
    assert found["n"].tolist().count(1) == 9
    assert found.loc["all together", "n"].tolist() == [9]


def test_passages_on_which_coders_differ_are_counted(shipped: Statements) -> None:
    found = every_pair(shipped, ["C", "D"], 5)
    assert found.loc["C and D", ["passages", "differ"]].iloc[0].tolist() == list(
        shared_passages(shipped, COMPARISONS["C and D"])
    )
