"""Coded statements and their count tensor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.tables.statements import CountTensor, Statements, count_tensor, load_statements
from buzanlib.theory.vocabulary import Annotator, Corpus, Threat

THREATS = [str(threat) for threat in Threat]


@pytest.fixture(scope="module")
def shipped(data_dir: Path) -> Statements:
    return load_statements(data_dir)


@pytest.fixture(scope="module")
def tensor(shipped: Statements) -> CountTensor:
    return count_tensor(shipped)


@pytest.mark.parametrize("annotator", list(Annotator))
@pytest.mark.parametrize("corpus", list(Corpus))
def test_windows_equal_a_groupby(shipped: Statements, annotator: str, corpus: str) -> None:
    coded = shipped.codes.merge(shipped.passages).merge(shipped.documents)
    coded = coded[(coded["annotator"] == annotator) & (coded["in_paper"] == 0) & (coded["relevant"] == 1)]
    coded = coded[(coded["corpus"] == corpus) & coded["year"].between(2011, 2024)]
    expected = coded.groupby("iso3")[["relevant", *THREATS]].sum()
    window = count_tensor(shipped, annotator).window(corpus, 2011, 2024)
    assert list(window.columns) == ["relevant", *THREATS]
    pd.testing.assert_frame_equal(window.loc[expected.index], expected, check_dtype=False)
    assert window.drop(expected.index).to_numpy().sum() == 0


def test_shape_and_axes(shipped: Statements, tensor: CountTensor) -> None:
    assert tensor.counts.shape == (197, 32, 2, 7)
    assert tensor.relevant.shape == (197, 32, 2)
    assert tensor.counts.dtype == tensor.relevant.dtype == np.int32
    assert tensor.states == tuple(sorted(set(shipped.documents["iso3"])))
    assert tensor.years == tuple(range(1995, 2027))  # codebook 1 ends before the later speeches
    assert count_tensor(shipped, "adjudicated").years == tuple(range(1995, 2025))
    assert tensor.corpora == tuple(Corpus)
    assert tensor.threats == tuple(Threat)


def test_no_kind_is_counted_more_often_than_passages_and_each_passage_has_one(tensor: CountTensor) -> None:
    assert (tensor.counts <= tensor.relevant[..., None]).all()
    assert (tensor.counts.sum(axis=-1) >= tensor.relevant).all()


def test_cases_of_the_paper_are_left_out_unless_asked_for(shipped: Statements, tensor: CountTensor) -> None:
    both = count_tensor(shipped, exclude_in_paper=False)
    cases = shipped.coded().query("in_paper == 1 and relevant == 1")
    assert both.relevant.sum() - tensor.relevant.sum() == len(cases) > 0
    usa = tensor.states.index("USA"), tensor.years.index(2009), tensor.corpora.index(Corpus.NCSS)
    assert tensor.relevant[usa] == 0
    assert both.relevant[usa] == len(cases)


@given(cut=st.integers(1995, 2023))
@settings(deadline=None)
def test_a_window_is_the_sum_of_its_parts(tensor: CountTensor, cut: int) -> None:
    whole = tensor.window("UNGDC", 1995, 2024)
    parts = tensor.window("UNGDC", 1995, cut) + tensor.window("UNGDC", cut + 1, 2024)
    pd.testing.assert_frame_equal(whole, parts)


def test_the_order_of_rows_plays_no_part(shipped: Statements, tensor: CountTensor) -> None:
    mixed = Statements(
        shipped.documents.sample(frac=1, random_state=1),
        shipped.passages.sample(frac=1, random_state=2),
        shipped.codes.sample(frac=1, random_state=3),
    )
    again = count_tensor(mixed)
    assert again.states == tensor.states
    assert np.array_equal(again.counts, tensor.counts)
    assert np.array_equal(again.relevant, tensor.relevant)


def test_silent_states_have_zeros(world: Any) -> None:
    window = count_tensor(load_statements(world.path), "adjudicated").window("UNGDC", 2011, 2011)
    assert window.index.tolist() == ["EST", "EU", "NLD"]
    assert window.loc["EST"].to_dict() == {
        "relevant": 2,
        **dict.fromkeys(THREATS, 0),
        "pol": 1,
        "cri": 1,
        "gen": 1,
    }
    assert window.loc[["EU", "NLD"]].to_numpy().sum() == 0


def test_codes_come_with_their_document(world: Any) -> None:
    coded = load_statements(world.path).coded("B")
    assert coded["passage_id"].tolist() == ["P00000001", "P00000002", "P00000003"]
    assert coded["corpus"].tolist() == ["UNGDC", "UNGDC", "NCSS"]
    assert coded["iso3"].tolist() == ["EST", "EST", "NLD"]


def test_a_further_annotator_has_counts_of_what_he_coded(world: Any) -> None:
    world.rewrite("codes.csv", lambda lines: [*lines, lines[1].replace(",A,", ",Ana,")])
    world.rewrite("annotators.csv", lambda lines: [*lines, "Ana,2,coder,,,sheet,,,"])
    statements = load_statements(world.path)
    assert statements.coded("Ana")["passage_id"].tolist() == ["P00000001"]
    window = count_tensor(statements, "Ana").window("UNGDC", 2011, 2011)
    assert window.loc["EST", ["relevant", "pol", "cri", "gen"]].tolist() == [1, 1, 1, 0]
    assert count_tensor(statements, "adjudicated").relevant.sum() == 2


def test_unknown_names_give_the_nearest(shipped: Statements, tensor: CountTensor) -> None:
    with pytest.raises(
        UnknownNameError, match=r"unknown annotator 'adjudicatd'; nearest allowed: 'adjudicated'"
    ):
        shipped.coded("adjudicatd")
    with pytest.raises(UnknownNameError, match=r"unknown corpus 'UNGD'; nearest allowed: 'UNGDC'"):
        tensor.window("UNGD", 2011, 2024)


@pytest.mark.parametrize(("first", "last"), [(2024, 2011), (1980, 1990), (2027, 2030)])
def test_a_window_without_years(tensor: CountTensor, first: int, last: int) -> None:
    with pytest.raises(
        BuzanError, match=f"no year of the statements lies in {first} to {last}; .* 1995 to 2026"
    ):
        tensor.window("UNGDC", first, last)
