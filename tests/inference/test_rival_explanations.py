"""Rival accounts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import empirical_logit
from buzanlib.inference.rival_explanations import by_regime, effects_beside, freedman_lane, rival_test
from buzanlib.theory.predictions import Hypothesis

THREATS = ["pol", "inf", "cri"]


def counted(made, tendency: np.ndarray) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    rate = 1 / (1 + np.exp(-tendency))
    counts = made.rng.binomial(12, rate)
    return pd.DataFrame(counts, index=made.names, columns=THREATS).assign(relevant=12)


def rival(made, columns: int = 1) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    values = made.rng.normal(size=(len(made.names), columns))
    return pd.DataFrame(values, index=made.names, columns=[f"r{place}" for place in range(columns)])


def test_a_rival_that_explains_is_found_and_takes_the_effect_away(world) -> None:
    made = world(1, size=160)
    regime = made.placed[["k"]].astype(float).rename(columns={"k": "regime"})
    regime["regime"] += made.rng.normal(0, 1, size=160)
    tendency = -1.5 * regime.to_numpy() * np.array([1.0, 0, 0]) - 0.5
    found = rival_test("R1", regime, made.sample(counted(made, tendency)))
    assert found.finding.p == pytest.approx(1 / 200)
    assert found.finding.low90 > 0
    assert found.reverse_p > 0.05
    alone, beside = found.effects.loc[("pol", "cohesion"), ["alone", "beside"]]
    assert alone < -0.8
    assert abs(beside) < abs(alone) / 3
    assert found.inflation["cohesion"] > 1.2
    assert found.comparison.loc["rival", "pol"] < found.comparison.loc["quadrants", "pol"] < 1
    assert (found.comparison.loc["nothing"] == 1).all()


def test_an_idle_rival_is_not(world) -> None:
    p_values = []
    for seed in range(60):
        made = world(100 + seed, size=60, draws=99)
        found = rival_test("R1", rival(made), made.sample(counted(made, np.zeros((60, 3)))))
        p_values.append(found.finding.p)
    assert sum(p < 0.05 for p in p_values) <= 8
    assert np.mean(p_values) == pytest.approx(0.5, abs=0.15)


def test_leaving_out_equals_refitting(world) -> None:
    made = world(2, size=25, draws=9)
    counts, other = counted(made, np.zeros((25, 3))), rival(made, 2)
    found = rival_test("R3", other, made.sample(counts))
    logits = empirical_logit(counts[THREATS].to_numpy(), counts[["relevant"]].to_numpy())
    p, k = made.placed["p"].to_numpy(), made.placed["k"].to_numpy()
    small = np.column_stack([np.ones(25), p, k, p * k])
    full = np.column_stack([small, other])

    def left_out(design: np.ndarray) -> np.ndarray:
        errors = np.empty_like(logits)
        for state in range(25):
            rest = np.arange(25) != state
            fit = np.linalg.lstsq(design[rest], logits[rest], rcond=None)[0]
            errors[state] = (logits[state] - design[state] @ fit) ** 2
        return errors

    before, after = left_out(small), left_out(full)
    gain = ((before - after) / before.mean(axis=0)).mean(axis=1)
    assert found.finding.contrast == pytest.approx(gain.mean())
    half = found.finding.high90 - found.finding.contrast
    assert half == pytest.approx(1.7109 * gain.std(ddof=1) / 5, rel=1e-4)
    reference = sm.OLS(logits[:, 2], full).fit(cov_type="HC3")
    assert found.effects.loc[("cri", "power"), "beside"] == pytest.approx(2 * reference.params[1])
    assert found.effects.loc[("cri", "power"), "beside_se"] == pytest.approx(2 * reference.bse[1])


def test_partial_f_equals_statsmodels(world) -> None:
    """The permuted p value by refitting both models for each permutation."""
    made = world(3, size=30, draws=25)
    outcomes = made.rng.normal(size=(30, 2))
    small = np.column_stack([np.ones(30), made.placed["p"]])
    added = made.rng.normal(size=(30, 2))
    moves = made.sample().moves
    reduced = np.linalg.lstsq(small, outcomes, rcond=None)[0]
    fitted, residuals = small @ reduced, outcomes - small @ reduced

    def statistic(values: np.ndarray) -> float:
        return sum(
            sm.OLS(column, np.hstack([small, added])).fit().compare_f_test(sm.OLS(column, small).fit())[0]
            for column in values.T
        )

    observed = statistic(outcomes)
    drawn = np.array([statistic(fitted + residuals[move]) for move in moves])
    expected = (1 + (drawn >= observed - 1e-9).sum()) / 26
    assert freedman_lane(small, added, outcomes, moves) == pytest.approx(expected)


def test_what_is_no_rival_is_told(world) -> None:
    made = world(4, size=30)
    sample = made.sample(counted(made, np.zeros((30, 3))))
    twin = made.placed[["k"]].rename(columns={"k": "twin"})
    with pytest.raises(EstimationError, match="twin: a sum of power, cohesion and their product"):
        rival_test("R1", twin, sample)
    gap = rival(made)
    gap.iloc[3] = np.nan
    with pytest.raises(EstimationError, match="no rival index for S003"):
        rival_test("R1", gap, sample)
    lone = pd.DataFrame({"lone": (made.placed.index == "S003").astype(float)}, index=made.placed.index)
    with pytest.raises(EstimationError, match="a state that stands alone in a quadrant or bloc"):
        rival_test("R1", lone, sample)


def test_shares_by_cohesion_and_regime() -> None:
    names = list("ABCDE")
    shares = pd.Series([0.2, 0.4, 0.9, 1.0, 0.5], names)
    cohesion = pd.Series([-1, -1, 1, 1, 1], names)
    found = by_regime(shares, cohesion, pd.Series([0.5, 0.2, 0.51, 0.9], names[:4]))
    assert found.loc[("weak", "autocracy")].tolist() == pytest.approx([0.3, 2])
    assert found.loc[("strong", "democracy")].tolist() == pytest.approx([0.95, 2])
    assert found.loc[[("weak", "democracy"), ("strong", "autocracy")], "states"].tolist() == [0, 0]
    assert found["mean"].isna().sum() == 2


def test_predicted_contrasts_are_signed_without_and_with_a_rival(world) -> None:
    made = world(5, size=40, draws=9)
    found = rival_test("R1", rival(made), made.sample(counted(made, np.zeros((40, 3)))))
    cell = Hypothesis("B1", "F1", "", "", "pol", "cohesion", -1)
    effect = found.effects.loc[("pol", "cohesion")]
    shown = effects_beside({"R1": found}, [cell]).loc[("B1", "R1")]
    assert shown.tolist() == [-effect["alone"], -effect["beside"], effect["beside_se"]]
