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

groups = st.lists(st.sampled_from("abc"), min_size=1, max_size=20)


@given(groups, st.integers(0, 99))
def test_each_draw_permutes_within_groups(names: list[str], seed: int) -> None:
    bank = PermutationBank(draws=7, seed=seed)(names)
    assert bank.shape == (7, len(names))
    assert (np.sort(bank, axis=1) == np.arange(len(names))).all()
    assert (np.array(names)[bank] == np.array(names)).all()


def test_the_seed_decides() -> None:
    names = list("aabbbbcc")
    first = PermutationBank(50, seed=1)(names)
    assert (first == PermutationBank(50, seed=1)(names)).all()
    assert (first != PermutationBank(50, seed=2)(names)).any()


def test_every_permutation_is_equally_likely() -> None:
    bank = PermutationBank(12_000, seed=4)(["one"] * 4)
    _, counts = np.unique(bank, axis=0, return_counts=True)
    assert len(counts) == 24
    assert chisquare(counts).pvalue > 0.001


def test_p_values_count_ties_and_are_never_zero() -> None:
    assert p_value(1.0, np.array([0.0, 0.5, 2.0])) == pytest.approx(2 / 4)
    assert p_value(0.1 + 0.2, np.array([0.3])) == 1
    assert p_value(9.0, np.zeros(99)) == pytest.approx(1 / 100)


def test_the_drawn_p_value_comes_near_the_exact_one() -> None:
    values, labels = np.array([3.0, 1.0, 4.0, 1.5, 9.0, 2.6]), np.array([1, 0, 1, 0, 1, 0])
    observed = values @ labels
    every = [values @ labels[list(order)] for order in permutations(range(6))]
    exact = np.mean(np.array(every) >= observed - 1e-9)
    drawn = PermutationBank(20_000, seed=3)(["one"] * 6)
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


def test_no_draws_are_refused() -> None:
    with pytest.raises(BuzanError, match="0 permutations; allowed: at least 1"):
        PermutationBank(draws=0)
