"""The Jonckheere-Terpstra test."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from buzanlib.errors import EstimationError
from buzanlib.inference.jonckheere_terpstra import OrderTest, jonckheere_terpstra
from buzanlib.theory.vocabulary import Quadrant

values = st.lists(st.integers(0, 5), min_size=6, max_size=30)


@given(values, st.integers(0, 99))
def test_is_the_sum_of_mann_whitney_counts(values: list[int], seed: int) -> None:
    column = np.array(values, dtype=float)
    groups = np.random.default_rng(seed).integers(0, 3, len(column))
    groups[:3] = [0, 1, 2]
    reference = sum(
        mannwhitneyu(column[groups == later], column[groups == earlier], method="asymptotic").statistic
        for earlier, later in combinations(range(3), 2)
    )
    assert jonckheere_terpstra(column, groups) == pytest.approx(reference)


@given(some=values, seed=st.integers(0, 99))
def test_turning_the_order_round_turns_the_estimate_round(some, seed, world) -> None:
    made = world(seed, size=len(some) + 8, draws=9)
    column = np.concatenate([np.arange(8), some])
    order = OrderTest(draws=9)
    turned = OrderTest(tuple((quadrant, -rank) for quadrant, rank in order.order), draws=9)
    there = order("A2", column, made.sample())
    back = turned("A2", column, made.sample())
    assert there.contrast == pytest.approx(-back.contrast)
    assert -1 <= there.contrast <= 1


def test_permuted_statistics_equal_a_plain_loop(world) -> None:
    made = world(3, size=40, draws=30)
    sample = made.sample()
    column = made.rng.integers(0, 6, len(sample)).astype(float)
    found = OrderTest(draws=9)("A2", column, sample)
    ranks = np.array([dict(OrderTest().order)[quadrant] for quadrant in Quadrant])

    def plain(quadrants: np.ndarray) -> float:
        groups = ranks[quadrants]
        return jonckheere_terpstra(column, groups)

    observed = plain(sample.quadrants)
    drawn = [plain(permuted) for permuted in sample.permuted]
    assert found.p == pytest.approx((1 + sum(one >= observed for one in drawn)) / 31)
    assert found.beside["statistic"] == observed


def test_an_order_that_holds_is_found_and_one_that_does_not_is_not(world) -> None:
    made = world(4)
    rise = np.array([2.0, 1, 1, 0])[made.sample().quadrants] + made.rng.normal(0, 0.7, 120)
    found = OrderTest(draws=199)("A2", rise, made.sample())
    assert found.p == pytest.approx(1 / 200)
    assert 0 < found.low90 < found.contrast < found.high90 <= 1
    assert OrderTest(draws=199)("A2", -rise, made.sample()).p == 1


def test_one_rank_is_no_order(world) -> None:
    flat = OrderTest(tuple((quadrant, 0) for quadrant in Quadrant))
    with pytest.raises(EstimationError, match="all states have one rank; an order needs two"):
        flat("A2", np.arange(120.0), world(5).sample())
