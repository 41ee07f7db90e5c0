"""Pairs of codings: those that ship, by plain loops; and pairs of which one is missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.measurement.codings import COMPARISONS, comparisons, shared_passages, shared_results
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
