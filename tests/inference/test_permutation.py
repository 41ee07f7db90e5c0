"""The bank of permutations and the p values made from it."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from buzanlib.errors import BuzanError, EstimationError
from buzanlib.inference.permutation import PermutationBank, max_t, p_value

names = st.lists(st.sampled_from("abc"), min_size=2, max_size=20)


def grouped(labels: list[str] | str) -> pd.Series:
    return pd.Series(list(labels), index=[f"S{place:02d}" for place in range(len(labels))])


@given(names, st.integers(0, 99))
def test_each_draw_permutes_within_groups(labels: list[str], seed: int) -> None:
    moves = PermutationBank(draws=7, seed=seed)(grouped(labels)).moves
    assert moves.shape == (7, len(labels))
    assert (np.sort(moves, axis=1) == np.arange(len(labels))).all()
    assert (np.array(labels)[moves] == np.array(labels)).all()


@given(st.data(), st.integers(0, 99))
def test_what_is_induced_permutes_the_subset_within_groups(data: st.DataObject, seed: int) -> None:
    groups = grouped(data.draw(names))
    some = data.draw(st.lists(st.sampled_from(list(groups.index)), min_size=2, unique=True))
    kept = groups[some]
    bank = PermutationBank(draws=5, seed=seed)(groups)
    if kept.is_unique:
        with pytest.raises(EstimationError, match="nothing to permute"):
            bank.among(some)
        return
    moves = bank.among(some)
    assert (np.sort(moves, axis=1) == np.arange(len(some))).all()
    assert (kept.to_numpy()[moves] == kept.to_numpy()).all()


@given(st.data(), st.integers(0, 99))
def test_what_is_induced_through_more_states_is_the_same(data: st.DataObject, seed: int) -> None:
    groups = grouped("aaaaaaaaaabbbbbbbbbbb")
    bank = PermutationBank(draws=5, seed=seed)(groups)
    more = data.draw(st.lists(st.sampled_from(list(groups.index)), min_size=10, unique=True))
    some = data.draw(st.permutations(more).map(lambda states: states[: max(8, len(states) // 2)]))
    through = bank.induced(more)
    assert not through.every
    found = np.concatenate([block.T for block in bank.induced(some, through).blocks])
    assert (found == bank.among(some)).all()


def test_the_seed_decides() -> None:
    groups = grouped("aabbbbcc")
    first = PermutationBank(50, seed=1)(groups).moves
    assert (first == PermutationBank(50, seed=1)(groups).moves).all()
    assert (first != PermutationBank(50, seed=2)(groups).moves).any()


def test_every_permutation_is_equally_likely() -> None:
    moves = PermutationBank(12_000, seed=4)(grouped("aaaa")).moves
    _, counts = np.unique(moves, axis=0, return_counts=True)
    assert len(counts) == 24
    assert chisquare(counts).pvalue > 0.001


def test_every_induced_permutation_is_equally_likely() -> None:
    """More draws than permutations are taken one by one, so the bank must be kept below their number."""
    groups = grouped("aaaaaaaaaaaa")
    some = ["S01", "S03", "S04", "S08", "S11"]
    counts: dict[tuple[int, ...], int] = {}
    for seed in range(120):
        for move in PermutationBank(100, seed)(groups).among(some):
            counts[tuple(move)] = counts.get(tuple(move), 0) + 1
    assert len(counts) == 120
    assert chisquare(list(counts.values())).pvalue > 0.001


def test_what_is_induced_stays_close_to_the_whole() -> None:
    groups = grouped("a" * 40)
    bank = PermutationBank(200, seed=5)(groups)
    whole = bank.among(list(groups.index))
    assert (whole == bank.moves).all()
    without_one = bank.among(list(groups.index[:-1]))
    # One state only, the one whose giver is left out, receives from another.
    assert ((without_one != whole[:, :-1]).sum(axis=1) <= 1).all()


def test_the_order_of_states_does_not_matter() -> None:
    groups = grouped("abababababababab")
    bank = PermutationBank(50, seed=6)(groups)
    some = list(groups.index[3:15])
    turned = bank.among(some[::-1])
    plain = bank.among(some)
    assert (np.array(some)[plain] == np.array(some[::-1])[turned][:, ::-1]).all()


def test_few_permutations_are_all_taken() -> None:
    bank = PermutationBank(99, seed=7)(grouped("aaabb"))
    moves = bank.among(["S00", "S01", "S02", "S03", "S04"])
    assert len(moves) == 3 * 2 * 2 - 1
    assert len(np.unique(moves, axis=0)) == len(moves)
    assert (moves != np.arange(5)).any(axis=1).all()


def test_p_values_are_exact_where_permutations_are_few() -> None:
    values, labels = np.array([3.0, 1.0, 4.0, 1.5, 9.0, 2.6]), np.array([1, 0, 1, 0, 1, 0])
    observed = values @ labels
    every = [values @ labels[list(order)] for order in permutations(range(6))]
    exact = np.mean(np.array(every) >= observed - 1e-9)
    groups = grouped("aaaaaa")
    moves = PermutationBank(20_000, seed=3)(groups).among(list(groups.index))
    assert p_value(observed, labels[moves] @ values) == pytest.approx(exact)


def test_p_values_count_ties_and_are_never_zero() -> None:
    assert p_value(1.0, np.array([0.0, 0.5, 2.0])) == pytest.approx(2 / 4)
    assert p_value(0.1 + 0.2, np.array([0.3])) == 1
    assert p_value(9.0, np.zeros(99)) == pytest.approx(1 / 100)


def test_the_drawn_p_value_comes_near_the_exact_one() -> None:
    values, labels = np.array([3.0, 1.0, 4.0, 1.5, 9.0, 2.6]), np.array([1, 0, 1, 0, 1, 0])
    observed = values @ labels
    every = [values @ labels[list(order)] for order in permutations(range(6))]
    exact = np.mean(np.array(every) >= observed - 1e-9)
    drawn = PermutationBank(20_000, seed=3)(grouped("aaaaaa")).moves
    assert p_value(observed, labels[drawn] @ values) == pytest.approx(exact, abs=4 * np.sqrt(exact / 20_000))


@given(st.integers(0, 500))
def test_adjusting_never_lowers_a_p_value(seed: int) -> None:
    rng = np.random.default_rng(seed)
    observed, drawn = rng.normal(size=3), rng.normal(size=(50, 3))
    adjusted = max_t(observed, drawn)
    assert (adjusted >= p_value(observed, drawn)).all()
    assert adjusted[observed.argmax()] == adjusted.min()


def test_a_state_without_a_group_is_named() -> None:
    groups = pd.Series(["north", np.nan, "north", None], index=["AAA", "BBB", "CCC", "DDD"])
    with pytest.raises(EstimationError, match="no group for BBB, DDD"):
        PermutationBank(draws=3)(groups)
    with pytest.raises(EstimationError, match="no group for EEE"):
        PermutationBank(draws=3)(groups.dropna()).among(["AAA", "CCC", "EEE"])


def test_no_draws_are_refused() -> None:
    with pytest.raises(BuzanError, match="0 permutations; allowed: at least 1"):
        PermutationBank(draws=0)
    assert PermutationBank(draws=1)(pd.Series(["a"] * 3, list("xyz"))).moves.shape == (1, 3)


@pytest.mark.parametrize(("draws", "every"), [(11, True), (10, False)])
def test_as_many_draws_as_there_are_permutations_beside_the_identity_take_each(
    draws: int, every: bool
) -> None:
    groups = pd.Series(["a", "a", "a", "b", "b"], index=pd.Index([*"VWXYZ"], name="iso3"))
    induced = PermutationBank(draws)(groups).induced([*"VWXYZ"])
    assert induced.every == every
    assert sum(block.shape[1] for block in induced.blocks) == draws
