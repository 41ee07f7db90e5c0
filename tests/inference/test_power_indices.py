"""Power indices against published games and enumeration."""

from __future__ import annotations

from itertools import chain, combinations, permutations
from math import factorial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzanlib.errors import EstimationError
from buzanlib.inference.power_indices import banzhaf, majority, power_results, quadrant_game, shapley_shubik

games = st.lists(st.integers(0, 9), min_size=1, max_size=6).filter(any)


@pytest.mark.parametrize(
    ("quota", "weights", "shares", "orders"),
    [
        (51, [50, 49, 1], [3 / 5, 1 / 5, 1 / 5], [2 / 3, 1 / 6, 1 / 6]),
        # Council of the European Economic Community, 1958: Luxembourg never counted.
        (
            12,
            [4, 4, 4, 2, 2, 1],
            np.array([10, 10, 10, 6, 6, 0]) / 42,
            np.array([14, 14, 14, 9, 9, 0]) / 60,
        ),
        # Security Council since 1966: five vetoes, and four of ten others (Shapley-Shubik 421/2145 and 4/2145).
        (
            39,
            [7] * 5 + [1] * 10,
            np.array([848] * 5 + [84] * 10) / 5080,
            np.array([421] * 5 + [4] * 10) / 2145,
        ),
    ],
)
def test_published_games(quota: int, weights: list[int], shares: np.ndarray, orders: np.ndarray) -> None:
    assert banzhaf(weights, quota) == pytest.approx(shares, abs=1e-12)
    assert shapley_shubik(weights, quota) == pytest.approx(orders, abs=1e-12)


@given(games, st.data())
def test_equal_enumeration(weights: list[int], data: st.DataObject) -> None:
    quota = data.draw(st.integers(1, sum(weights)))
    players = range(len(weights))
    coalitions = chain.from_iterable(combinations(players, size) for size in range(len(weights) + 1))
    swings, pivots = np.zeros((2, len(weights)))
    for coalition in coalitions:
        total = sum(weights[member] for member in coalition)
        for member in coalition:
            swings[member] += total >= quota > total - weights[member]
    for order in permutations(players):
        totals = np.cumsum([weights[player] for player in order])
        pivots[order[int(np.argmax(totals >= quota))]] += 1
    assert banzhaf(weights, quota) == pytest.approx(swings / swings.sum(), abs=1e-12)
    assert shapley_shubik(weights, quota) == pytest.approx(pivots / factorial(len(weights)), abs=1e-12)


@pytest.mark.parametrize("index", [banzhaf, shapley_shubik])
@given(games, st.data())
def test_laws(index: object, weights: list[int], data: st.DataObject) -> None:
    """They sum to one, equal weights share alike, the weightless have nothing, and order does not matter."""
    assert callable(index)
    quota = data.draw(st.integers(1, sum(weights)))
    power = index([*weights, weights[0], 0], quota)
    assert power.sum() == pytest.approx(1)
    assert power[0] == pytest.approx(power[-2])
    assert power[-1] == 0
    assert index([0, weights[0], *weights[::-1]], quota) == pytest.approx(power[::-1])


def test_fifteen_players_of_many_votes() -> None:
    weights = [29, 29, 29, 29, 27, 27, 14, 13, 12, 12, 12, 12, 12, 10, 10]
    power = shapley_shubik(weights, majority(weights))
    assert power.sum() == pytest.approx(1)
    assert (np.diff(power) <= 1e-12).all()


@given(games)
def test_a_majority_is_more_than_half_and_no_more_than_needed(weights: list[int]) -> None:
    assert 2 * majority(weights) > sum(weights) >= 2 * (majority(weights) - 1)


def test_impossible_games() -> None:
    for quota in (0, 101):
        with pytest.raises(EstimationError, match=f"quota {quota} of a voting game; allowed: 1 to 100"):
            banzhaf([50, 49, 1], quota)
    for weights in ([2, -1], [0.5, 1.5], [[1, 2]]):
        with pytest.raises(EstimationError, match="allowed: whole numbers from 0"):
            shapley_shubik(weights, 1)
    with pytest.raises(EstimationError, match="61 players in a voting game; allowed: at most 60"):
        banzhaf([1] * 61, 31)


def test_quadrants_weigh_what_they_voted() -> None:
    names = [f"S{i}" for i in range(8)]
    quadrants = pd.Series(["WW", "WW", "WW", "WS", "SW", "SS", "SS", None], index=names)
    positions = pd.DataFrame(
        {7: [1, 1, 0, 0.5, 1, 0, np.nan, 1], 8: [1, 0.5, np.nan, 1, 1, 0, 0.5, 1]}, index=names
    )
    table = quadrant_game(positions, quadrants)
    assert table["roll_call"].tolist() == [7] * 4 + [8] * 4
    assert table["quadrant"].tolist() == ["WW", "WS", "SW", "SS"] * 2
    assert table["votes"].tolist() == [3, 0, 1, 1, 1, 1, 1, 1]
    assert table["share"].tolist() == pytest.approx([0.6, 0, 0.2, 0.2] + [0.25] * 4)
    for index in ("shapley_shubik", "banzhaf"):
        assert table[index].tolist() == pytest.approx([1, 0, 0, 0] + [0.25] * 4)
    with pytest.raises(EstimationError, match="no placed state voted yes or no in roll call 9"):
        quadrant_game(pd.DataFrame({9: [0.5] * 7 + [1]}, index=names), quadrants)


def test_the_most_powerful_is_named() -> None:
    found = power_results(pd.Series({"WW": 0.2, "WS": 0.1, "SW": 0.4, "SS": 0.3}))
    assert found == {"power.WW": 0.2, "power.most": "SW", "power.most.value": 0.4}
