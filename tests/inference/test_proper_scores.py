"""Assignments and scores of Table 2 as a whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import POSITION
from buzanlib.inference.proper_scores import (
    assignment_statistics,
    mention_shares,
    others_mean,
    scores_in_results,
    table_scores,
)
from buzanlib.theory.predictions import Predictions, load_predictions
from buzanlib.theory.vocabulary import Quadrant

CELLS = np.array([[1, 1, 1], [0, 1, 0], [1, 0, 0], [0, 0, 1]], dtype=float)


@pytest.fixture(scope="module")
def predictions(data_dir: Path) -> Predictions:
    return load_predictions(data_dir)


def spoken(made, tendency: np.ndarray) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    """Counts of three threats by quadrant tendencies, shape (4, 3)."""
    quadrants = made.sample().quadrants
    counts = made.rng.poisson(tendency[quadrants])
    return pd.DataFrame(counts, index=made.names, columns=["pol", "inf", "cri"]).assign(relevant=10)


def test_shares_sum_to_one_and_none_is_zero() -> None:
    shares = mention_shares(pd.DataFrame({"pol": [0, 3], "inf": [0, 0], "cri": [0, 1]}))
    assert shares.sum(axis=1) == pytest.approx(1)
    assert shares[0] == pytest.approx([1 / 3] * 3)
    assert shares[1] == pytest.approx([3.5 / 5.5, 0.5 / 5.5, 1.5 / 5.5])


def test_a_state_never_foretells_itself() -> None:
    rng = np.random.default_rng(1)
    shares, groups = rng.dirichlet(np.ones(3), size=9), np.array([0, 0, 0, 1, 1, 1, 1, 2, 0])
    ours = others_mean(shares, groups)
    for state in range(9):
        mates = [other for other in range(9) if other != state and groups[other] == groups[state]]
        mates = mates or [other for other in range(9) if other != state]  # the only one of group 2
        assert ours[state] == pytest.approx(shares[mates].mean(axis=0))
    with pytest.raises(EstimationError, match="1 states; to leave one out takes at least 2"):
        others_mean(shares[:1], groups[:1])


def test_the_assignment_that_the_effects_follow_is_the_first_of_24() -> None:
    """Effects of cohesion, power and their product, on one threat each, are -1, -2 and 3: the table has 6."""
    statistics = np.zeros((3, 3))
    rows = [POSITION[effect] - 1 for effect in ("cohesion", "power", "power:cohesion")]
    statistics[rows, range(3)] = [-1, -2, 3]
    found = assignment_statistics(statistics, CELLS.astype(bool))
    assert len(found) == 24
    assert found.is_monotonic_decreasing
    assert found.index[0] == "WW-WS-SW-SS"
    assert found.iloc[0] == 6
    assert found.mean() == pytest.approx(0, abs=1e-12)
    # Strong and weak states change places: power and its product with cohesion turn round.
    assert found["SW-SS-WW-WS"] == 1 - 2 - 3


def test_a_world_of_table_2_is_foretold_by_it(world, predictions: Predictions) -> None:
    made = world(2)
    scores = table_scores(made.sample(spoken(made, 6 * CELLS + 0.3)), predictions.table2, predictions.graded)
    assert scores.loc["literal, 0.5", "p"] == pytest.approx(1 / 200)
    assert scores.loc["literal, 0.1", "skill"] > 0.1
    assert scores.loc["saturated", "log_score"] > scores.loc["power", "log_score"]
    assert scores.loc["literal, 0.1", "brier"] < scores.loc["marginal", "brier"]
    assert scores.loc["marginal", "skill"] == 0


def test_a_world_without_quadrants_is_not(world, predictions: Predictions) -> None:
    made = world(3)
    scores = table_scores(
        made.sample(spoken(made, np.full((4, 3), 2.0))), predictions.table2, predictions.graded
    )
    tables = scores[scores["p"].notna()]
    assert (tables["skill"] < 0).all()
    assert (tables["p"] > 0.05).all()
    # More of the marginal mixed in can only help a table that knows nothing.
    literal = scores.loc[[f"literal, {mixture}" for mixture in (0.5, 0.3, 0.1)], "skill"]
    assert literal.is_monotonic_decreasing


def test_words_follow_the_scores() -> None:
    names = ["marginal", "power", "saturated", "literal, 0.5", "graded, 0.5"]
    columns = {
        "log_score": [-1.0, -1.1, -0.9, -1.3, -1.2],
        "brier": [0.3, 0.4, 0.2, 0.6, 0.5],
        "skill": [0.0, -0.1, 0.1, -0.3, -0.2],
        "p": [np.nan, np.nan, np.nan, 0.4, 0.3],
    }
    scores = pd.DataFrame(columns, names)
    values = scores_in_results(scores)
    assert values["score.literal.skill"] == -0.3
    assert values["score.graded.p"] == 0.3
    assert "score.saturated.p" not in values
    assert (values["score.above"], values["score.models"]) == (1, 4)
    assert values["score.saturated.gain"] == "score above it"
    assert values["score.brier.order"] == "in the same order"
    scores.loc["saturated", ["brier", "skill"]] = 0.7, -0.05
    values = scores_in_results(scores)
    assert values["score.saturated.gain"] == "do not score above it"
    assert values["score.brier.order"] == "in another order"


def test_scores_equal_a_plain_loop(world, predictions: Predictions) -> None:
    made = world(4, size=30, draws=20)
    counts = spoken(made, CELLS + 0.5)
    sample = made.sample(counts)
    scores = table_scores(sample, predictions.table2, predictions.graded)
    shares = mention_shares(counts)
    graded = np.array(
        [[predictions.graded[q].get(t, 0.0) for t in ("pol", "inf", "cri")] for q in map(str, Quadrant)]
    )
    graded /= graded.sum(axis=1, keepdims=True)

    def plain(quadrants: np.ndarray) -> float:
        total = 0.0
        for state, quadrant in enumerate(quadrants):
            others = np.delete(shares, state, axis=0).mean(axis=0)
            total += shares[state] @ np.log(0.7 * graded[quadrant] + 0.3 * others)
        return total / len(quadrants)

    observed = plain(sample.quadrants)
    assert scores.loc["graded, 0.3", "log_score"] == pytest.approx(observed)
    drawn = np.array([plain(quadrants) for quadrants in sample.permuted])
    assert scores.loc["graded, 0.3", "p"] == pytest.approx((1 + (drawn >= observed - 1e-9).sum()) / 21)
