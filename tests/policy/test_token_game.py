"""The token game: every split tried, the theorems of the chapter on coalitions, and what is refused."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import EstimationError
from buzanlib.policy.acceptability import Rule
from buzanlib.policy.agenda import satisfaction
from buzanlib.policy.token_game import (
    REQUIRED,
    ROUNDS,
    TOKENS,
    all_splits,
    bounds,
    joins,
    points,
    red_lines,
)
from buzanlib.theory.matrices import TABLE2, TABLE2_GRADED, Matrix
from buzanlib.theory.vocabulary import TABLE2_THREATS, Quadrant, Threat

WW, WS, SW, SS = Quadrant
PRINTED, GRADED = TABLE2.weights(), TABLE2_GRADED.weights()
SPLITS = [split for split in product(range(TOKENS + 1), repeat=3) if sum(split) == TOKENS]


def by_hand(matrix: Matrix, split: tuple[int, ...]) -> list[float]:
    """Points of a split from the cells themselves, all of which put something first at full weight."""
    tokens = dict(zip(TABLE2_THREATS, split, strict=True))
    return [sum(float(one.weight) * tokens[one.threat] for one in matrix[q].priorities) for q in Quadrant]


def test_all_splits_are_there_once() -> None:
    assert [tuple(split) for split in all_splits()] == SPLITS
    assert len(all_splits(2, 5)) == 6


@pytest.mark.parametrize("matrix", ROUNDS)
def test_points_and_bounds_are_those_of_every_split_tried(matrix: Matrix) -> None:
    tried = np.array([by_hand(matrix, split) for split in SPLITS])
    assert (points(matrix.weights(), SPLITS) == tried).all()  # no rounding: weights are halves
    found, least = bounds(matrix.weights()), tried.min(axis=1)
    assert found.whole == least.max()
    assert found.best.tolist() == [
        list(split) for split, level in zip(SPLITS, least, strict=True) if level == least.max()
    ]
    assert found.unite == (least >= REQUIRED).sum()
    assert found.level >= found.whole
    assert found.level - found.whole < 1  # moving less than a token


def test_the_theorem_of_the_chapter_is_what_a_class_finds() -> None:
    printed, graded = bounds(PRINTED), bounds(GRADED)
    assert (printed.level, graded.level) == pytest.approx((TOKENS / 3, TOKENS * 3 / 7))
    assert (printed.whole, printed.unite) == (33, 0)
    assert (graded.whole, graded.best.tolist()) == (42.5, [[43, 28, 29], [43, 29, 28]])
    assert graded.unite > 0


def test_points_are_the_satisfaction_of_the_chapter() -> None:
    split = {Threat.POL: 60, Threat.INF: 10, Threat.CRI: 30}
    for weights in (PRINTED, GRADED):
        expected = satisfaction(weights, pd.Series(split))
        assert TOKENS * expected.to_numpy() == pytest.approx(points(weights, [list(split.values())])[0])


def test_who_joins() -> None:
    best = {Threat.POL: 43, Threat.INF: 28, Threat.CRI: 29}
    assert joins(GRADED, best) == [WW, WS, SW, SS]
    assert joins(PRINTED, best) == [WW, SW]
    assert joins(PRINTED, {Threat.CRI: 60, Threat.POL: 40}) == [WW, SW, SS]  # just enough is enough


@pytest.mark.parametrize("split", [[100, 0], [50, 50, 1], [101, -1, 0], [33.5, 33.5, 33], [0, 0, 0]], ids=str)
def test_other_splits_are_refused(split: list[float]) -> None:
    with pytest.raises(EstimationError, match="split"):
        points(PRINTED, [split])


def test_red_lines_take_the_second_round_away() -> None:
    net = red_lines(GRADED, 0.0)
    assert net.min(axis=1).max() == pytest.approx(30)
    assert ((net >= REQUIRED).sum(axis=1) == 3).any()
    assert all(red_lines(GRADED, i).min(axis=1).max() < REQUIRED for i in (0.0, 0.1, 0.5, 1.0))


def test_without_objections_and_with_all_in_reach_red_lines_change_nothing() -> None:
    free = Rule(reach=1, intrusion=0, suspicion=0)
    assert red_lines(GRADED, 0.5, free) == pytest.approx(points(GRADED, all_splits()))


def test_a_resolution_that_passes_over_political_action_is_suspected() -> None:
    splits = all_splits()
    net = dict(zip(map(tuple, splits), red_lines(PRINTED, 0.0), strict=True))
    assert net[0, 50, 50] == pytest.approx([100 - 50, 50, -50, 50])  # suspected where political action counts
    assert net[20, 40, 40] == pytest.approx([90, 40, 10, 40])
