"""Moves between quadrants, and what follows from them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import t

from buzanlib.errors import EstimationError
from buzanlib.inference.quadrant_mobility import MoveTest, follow_test, three_wave_reliability
from buzanlib.theory.matrices import TABLE2
from buzanlib.theory.vocabulary import Quadrant

AXES = ["power", "cohesion"]


def waves(made, error: float, change: float = 0.0) -> list[pd.DataFrame]:  # type: ignore[no-untyped-def]
    """Three windows of one truth, which drifts by `change` from each to the next, measured with error."""
    truth = made.rng.normal(size=(len(made.names), 2))
    found = []
    for _ in range(3):
        measured = truth + error * made.rng.normal(size=truth.shape)
        found.append(pd.DataFrame(measured, index=made.names, columns=AXES))
        truth = truth + change * made.rng.normal(size=truth.shape)
    return found


def test_reliability_is_told_from_stability(world) -> None:
    made = world(1, size=5000)
    steady = [wave["power"] for wave in waves(made, error=0.5)]
    assert three_wave_reliability(*steady) == pytest.approx(1 / 1.25, abs=0.02)
    drifting = [wave["power"] for wave in waves(made, error=0.0, change=0.5)]
    assert three_wave_reliability(*drifting) == pytest.approx(1, abs=0.02)
    assert np.corrcoef(drifting[0], drifting[2])[0, 1] < 0.9


def test_a_reliability_out_of_range_is_told_and_used_as_one(world) -> None:
    tried = (waves(world(seed), error=0.0, change=0.6) for seed in range(20))
    drifting = next(some for some in tried if three_wave_reliability(*(wave["power"] for wave in some)) > 1)
    found = MoveTest(draws=99)("E3", drifting)
    assert found.estimated["power"] == three_wave_reliability(*(wave["power"] for wave in drifting)) > 1
    assert found.reliability["power"] == 1


def test_without_error_there_is_no_interval_and_every_mover_counts(world) -> None:
    windows = waves(world(3, size=200), error=0.1, change=0.3)
    found = MoveTest(draws=99)("E3", windows, {"power": 1.0, "cohesion": 1.0}).finding
    assert found.contrast == found.beside["observed"] > 0
    assert np.isnan([found.low90, found.high90, found.detectable]).all()
    assert not {"E3.low90", "E3.high90", "E3.detectable"} & set(found.to_results())


def test_the_interval_is_where_error_alone_leaves_ninety_of_a_hundred(world) -> None:
    windows = waves(world(3, size=41), error=0.3, change=0.3)
    found = MoveTest(draws=99, seed=7)("E3", windows, {"power": 0.8, "cohesion": 0.6}).finding
    noise = np.random.default_rng(7).normal(size=(2, 99, 41, 2))
    spread = np.mean([wave.std() for wave in windows], axis=0) * np.sqrt([0.2, 0.4])
    first, last = (np.mean(windows, axis=0) + noise * spread).transpose(0, 1, 3, 2)

    def strong(scores: np.ndarray) -> np.ndarray:
        """Of 41 states the twenty above the one in the middle."""
        return np.argsort(np.argsort(scores)) > 20

    expected = (strong(first) != strong(last)).any(axis=1).mean(axis=1)
    observed = (strong(windows[0].to_numpy().T) != strong(windows[2].to_numpy().T)).any(axis=0).mean()
    assert found.contrast == pytest.approx(observed - expected.mean())
    assert [found.low90, found.high90] == pytest.approx(np.quantile(observed - expected, [0.05, 0.95]))


def test_error_alone_is_not_taken_for_movement(world) -> None:
    p_values = []
    for seed in range(30):
        made = world(seed, size=150)
        p_values.append(MoveTest(draws=199, seed=seed)("E3", waves(made, error=0.3)).finding.p)
    assert sum(p < 0.05 for p in p_values) <= 5


def test_true_movement_is_found(world) -> None:
    made = world(2, size=200)
    found = MoveTest(draws=499)("E3", waves(made, error=0.1, change=0.6))
    assert found.finding.p == pytest.approx(1 / 500)
    assert found.finding.low90 > 0
    beside = found.finding.beside
    assert beside["observed"] - beside["expected"] == pytest.approx(found.finding.contrast)
    assert len(found.moved) == round(beside["observed"] * 200)
    assert found.transitions.to_numpy().sum() == 200
    assert np.trace(found.transitions) == 200 - len(found.moved)


def test_a_reliability_of_ones_own_is_used(world) -> None:
    made = world(3, size=200)
    windows = waves(made, error=0.1, change=0.3)
    doubtful = MoveTest(draws=99)("E3", windows, {"power": 0.5, "cohesion": 0.5})
    assert doubtful.finding.contrast < 0
    certain = MoveTest(draws=99)("E3", windows, {"power": 1.0, "cohesion": 1.0})
    assert certain.finding.beside["expected"] == 0


def test_windows_must_be_three_and_share_states(world) -> None:
    windows = waves(world(4, size=20), error=0.1)
    with pytest.raises(EstimationError, match="2 windows; three-wave reliability needs 3"):
        MoveTest()("E3", windows[:2])
    with pytest.raises(EstimationError, match="3 states have scores in all windows; allowed: at least 4"):
        MoveTest()("E3", [windows[0].iloc[:3], *windows[1:]])


def speech(made, follows: float, movers: int = 40):  # type: ignore[no-untyped-def]
    """Counts in two windows and the quadrants of both: movers change their speech by `follows` logits."""
    names, weights = made.names, TABLE2.weights().to_numpy()
    before = made.sample().quadrants
    after = before.copy()
    moving = made.rng.permutation(len(names))[:movers]
    after[moving] = (after[moving] + made.rng.integers(1, 4, movers)) % 4
    base = made.rng.normal(-0.5, 0.5, size=(len(names), 3))
    counts = []
    for quadrants in (before, after):
        rate = 1 / (1 + np.exp(-(base + follows * weights[quadrants])))
        frame = pd.DataFrame(made.rng.binomial(15, rate), index=names, columns=["pol", "inf", "cri"])
        counts.append(frame.assign(relevant=15))
    labels = np.array(list(map(str, Quadrant)))
    return *counts, (pd.Series(labels[before], index=names), pd.Series(labels[after], index=names))


def test_speech_that_follows_moves_is_found(world) -> None:
    made = world(5)
    early, late, quadrants = speech(made, follows=1.5)
    found = follow_test("E4", early, late, quadrants, TABLE2.weights(), made.permutations, 0.4)
    assert found.p == pytest.approx(1 / 200)
    assert found.low90 > 0.7
    assert found.contrast == pytest.approx(1.4, abs=0.5)
    assert found.beside == {"n_moved": 40}


def test_speech_that_does_not_is_not(world) -> None:
    p_values = []
    for seed in range(60):
        made = world(200 + seed, draws=99)
        early, late, quadrants = speech(made, follows=0.0)
        found = follow_test("E4", early, late, quadrants, TABLE2.weights(), made.permutations, 0.4)
        p_values.append(found.p)
    assert sum(p < 0.05 for p in p_values) <= 8


def test_the_slope_is_that_of_least_squares_with_a_mean_for_each_threat(world) -> None:
    made = world(6, size=40, draws=9)
    early, late, quadrants = speech(made, follows=0.8, movers=12)
    found = follow_test("E4", early, late, quadrants, TABLE2.weights(), made.permutations, 0.4)
    weights = TABLE2.weights().rename(index=str)
    moved = (weights.loc[quadrants[1]].to_numpy() - weights.loc[quadrants[0]].to_numpy()).astype(float)
    logit = [
        np.log((c[["pol", "inf", "cri"]] + 0.5) / (15.5 - c[["pol", "inf", "cri"]])) for c in (early, late)
    ]
    design = np.column_stack([moved.ravel(), np.tile(np.eye(3), (40, 1))])
    change = (logit[1] - logit[0]).to_numpy().ravel()
    clusters = {"groups": np.repeat(np.arange(40), 3), "use_correction": False}
    fit = sm.OLS(change, design).fit(cov_type="cluster", cov_kwds=clusters)
    half = t.ppf(0.95, 39) * fit.bse[0] * np.sqrt(40 / 39)
    assert found.contrast == pytest.approx(fit.params[0])
    assert [found.low90, found.high90] == pytest.approx([fit.params[0] - half, fit.params[0] + half])


def test_a_state_that_spoke_once_in_a_window_counts_and_one_that_was_silent_does_not(world) -> None:
    made = world(6, size=40, draws=9)
    early, late, quadrants = speech(made, follows=0.8, movers=12)
    early.iloc[0] = [1, 0, 0, 1]
    late.iloc[1] = 0
    assert follow_test("E4", early, late, quadrants, TABLE2.weights(), made.permutations, 0.4).n == 39


def test_nobody_moved(world) -> None:
    made = world(7, size=20)
    early, late, quadrants = speech(made, follows=1, movers=0)
    with pytest.raises(EstimationError, match="none of 20 states moved to a quadrant with another cell"):
        follow_test("E4", early, late, quadrants, TABLE2.weights(), made.permutations, 0.4)
