"""Forecasts of votes: statsmodels on a worked case, plain loops, known worlds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.inference.permutation import PermutationBank
from buzanlib.inference.vote_forecasts import (
    CHANCE,
    COHESION,
    POWER,
    QUADRANTS,
    REGION,
    SCORE,
    STEEPEST,
    VoteForecasts,
    rates,
    slope_fit,
)

NETS = np.array([[0.6, 0.4, 0.8, -0.6], [0.3, 1.0, 0.0, 0.0], [0.3, 0.0, 0.0, 1.0]])
LEVELS = np.array([0.5, 1.5, -0.5])


def votes_of(seed: int, slope: float, size: int = 120, draws: int = 99) -> VoteForecasts:
    """States that vote by region, and by the score with some strength; one vote in ten is missing."""
    rng = np.random.default_rng(seed)
    quadrants = rng.integers(0, 4, size)
    quadrants[:4] = range(4)
    regions = rng.integers(0, 5, size)
    logits = LEVELS + slope * NETS.T[quadrants] + 0.6 * (regions[:, None] - 2)
    votes = (rng.random((size, 3)) < 1 / (1 + np.exp(-logits))).astype(float)
    gone = rng.random((size, 3)) < 0.1
    gone[gone.all(axis=1), 0] = False
    votes[gone] = np.nan
    names = [f"S{place}" for place in range(size)]
    bank = PermutationBank(draws, seed)(pd.Series(regions.astype(str), index=names))
    return VoteForecasts(votes, NETS, quadrants, regions.astype(str), bank.among(names), 199, seed)


def counted(some: VoteForecasts, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Yes and all votes of the states that are kept, by text and quadrant."""
    inside = kept[:, None] & (some.quadrants[:, None] == np.arange(4))
    cast = ~np.isnan(some.votes)
    return np.nan_to_num(some.votes).T @ inside, cast.T.astype(float) @ inside


def by_statsmodels(some: VoteForecasts, kept: np.ndarray) -> sm.GLM:
    """The same model from one row a vote, with the votes that are added; levels first."""
    rows, y, weights = [], [], []
    for text in range(3):
        level = (np.arange(3) == text).astype(float)
        said = np.flatnonzero(kept & ~np.isnan(some.votes[:, text]))
        net = NETS[text, some.quadrants[said]]
        rows += [[*level, one] for one in net] + [[*level, net.mean()]] * 2
        y += [*some.votes[said, text], 1.0, 0.0]
        weights += [1.0] * len(said) + [0.5, 0.5]
    return sm.GLM(np.array(y), np.array(rows), sm.families.Binomial(), freq_weights=np.array(weights)).fit(
        tol=1e-12
    )


def test_fit_and_forecasts_are_those_of_statsmodels() -> None:
    some = votes_of(1, 1.5)
    for left_out in ("region", "state"):
        found = some.forecasts(left_out)
        for state in (0, 17, 55):
            kept = some.regions != some.regions[state] if left_out == "region" else np.arange(120) != state
            theirs = by_statsmodels(some, kept)
            levels, slope = slope_fit(*counted(some, kept), NETS)
            np.testing.assert_allclose([*levels, slope], theirs.params, atol=1e-7)
            design = np.column_stack([np.eye(3), NETS[:, some.quadrants[state]]])
            np.testing.assert_allclose(found[SCORE][state], theirs.predict(design), atol=1e-8)


def test_rates_and_scores_are_those_of_a_plain_loop() -> None:
    some = votes_of(2, 1.0)
    groups = {
        CHANCE: np.zeros(120), POWER: some.quadrants // 2, COHESION: some.quadrants % 2, QUADRANTS: some.quadrants,
        REGION: some.regions.astype(int),
    }  # fmt: skip
    for left_out, names in (("region", list(groups)[:4]), ("state", list(groups))):
        scores = some.scores(left_out)
        assert set(scores["brier"]) == {*names, SCORE}
        for name in names:
            for state in (3, 90):
                out = some.regions == some.regions[state] if left_out == "region" else np.arange(120) == state
                others = ~out & (groups[name] == groups[name][state])
                logs, squares = [], []
                for text in range(3):
                    said, own = some.votes[others, text], some.votes[state, text]
                    said = said[~np.isnan(said)]
                    chance = (said.sum() + 0.5) / (len(said) + 1)
                    if not np.isnan(own):
                        logs.append(np.log(chance if own else 1 - chance))
                        squares.append((own - chance) ** 2)
                assert scores["log_score"][name][state] == pytest.approx(np.mean(logs))
                assert scores["brier"][name][state] == pytest.approx(np.mean(squares))


def test_a_score_that_misleads_is_not_turned_round() -> None:
    some = votes_of(3, -2.0)
    np.testing.assert_array_equal(some.slopes, 0)
    found = some.forecasts("region")
    np.testing.assert_allclose(found[SCORE], found[CHANCE])
    table = some.compared("region")
    assert table.loc[CHANCE, "gain"] == pytest.approx(0)
    assert table.loc[CHANCE, "p"] > 0.05


def test_votes_that_a_score_parts_have_a_slope_with_an_end() -> None:
    net = np.array([[0.0, 0.0, 1.0, 1.0]])
    _, slope = slope_fit(np.array([[0.0, 0, 9, 9]]), np.array([[9.0, 9, 9, 9]]), net)
    assert slope == STEEPEST
    assert rates(np.array(0.0), np.array(9.0)) == pytest.approx(0.05)


def test_p_values_are_those_of_the_forecasts_made_again() -> None:
    some = votes_of(4, 0.5, draws=40)
    table = some.compared("region")
    again = {name: [] for name in (CHANCE, POWER, COHESION, QUADRANTS)}
    for move in some.moves:
        other = VoteForecasts(some.votes, NETS, some.quadrants[move], some.regions, some.moves)
        logs = other.scores("region")["log_score"].mean()
        for name, drawn in again.items():
            drawn.append(logs[SCORE] - logs[name])
    for name, drawn in again.items():
        gain = table.loc[name, "gain"]
        assert table.loc[name, "p"] == pytest.approx((1 + np.sum(np.array(drawn) >= gain - 1e-9)) / 41)
        assert table.loc[name, "low90"] < gain < table.loc[name, "high90"]
        assert table.loc[name, "least"] <= gain <= table.loc[name, "most"]


def rejected(seeds: range, slope: float) -> float:
    """Share of worlds in which the score is found better than chance at 5 %."""
    return float(
        np.mean([votes_of(seed, slope).compared("region").loc[CHANCE, "p"] <= 0.05 for seed in seeds])
    )


def test_power_and_no_discovery_where_there_is_none() -> None:
    assert rejected(range(20), 2.0) >= 0.9
    assert rejected(range(40), 0.0) <= 0.15


@pytest.mark.soak
def test_size_in_many_worlds() -> None:
    assert 0.035 <= rejected(range(1000), 0.0) <= 0.065


def test_what_cannot_be_forecast_is_refused() -> None:
    some = votes_of(5, 1.0)
    with pytest.raises(UnknownNameError, match=r"part that is left out 'text'; .*region"):
        some.forecasts("text")
    with pytest.raises(EstimationError, match="a state without a vote; allowed: states with at least one"):
        VoteForecasts(np.full((2, 3), np.nan), NETS, some.quadrants[:2], some.regions[:2], some.moves[:, :2])
    with pytest.raises(EstimationError, match="all states are of one region; allowed: at least two"):
        VoteForecasts(some.votes, NETS, some.quadrants, np.full(120, "one"), some.moves)
    two = VoteForecasts(some.votes, NETS, some.quadrants, np.resize(["one", "two"], 120), some.moves)
    assert {place.shape for place in two.forecasts("region").values()} == {some.votes.shape}
