"""Table 2 by the primary estimator: planted and turned worlds, and what its parts give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import EstimationError
from buzanlib.inference.mixed_model import corner_model
from buzanlib.inference.permutation import PermutationBank
from buzanlib.inference.table2 import WEIGHTED, QuadrantResult, QuadrantTest
from buzanlib.inference.weighted_contrast import Outcome, WeightedContrastTest, stratified
from buzanlib.inference.weighted_table2 import WeightedQuadrantTest
from buzanlib.theory.predictions import Predictions, load_predictions

BANK = PermutationBank(199, 3)
SIGNS = {"pol": ("cohesion", -1), "inf": ("power", -1), "cri": ("power:cohesion", 1)}


@pytest.fixture(scope="module")
def predictions(data_dir: Path) -> Predictions:
    return load_predictions(data_dir)


def spoken(made, gap: float) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    """Passages of states that follow Table 2 by `gap` in log odds."""
    p, k = made.placed["p"], made.placed["k"]
    n = made.rng.geometric(0.25, len(p))
    cells = {"pol": k < 0, "inf": p < 0, "cri": p == k}
    log_odds = {name: gap * cell - 0.5 + made.rng.normal(0, 0.5, len(p)) for name, cell in cells.items()}
    said = {name: made.rng.binomial(n, 1 / (1 + np.exp(-each))) for name, each in log_odds.items()}
    return pd.DataFrame({"relevant": n, **said}, index=made.names)


def run(made, predictions: Predictions, gap: float) -> tuple[QuadrantResult, pd.DataFrame]:  # type: ignore[no-untyped-def]
    counts = spoken(made, gap)
    return WeightedQuadrantTest(predictions, BANK)(counts, made.placed, made.regions), counts


def test_a_planted_world_is_found(world, predictions: Predictions) -> None:
    result, _ = run(world(1), predictions, gap=1.5)
    assert list(result.table["verdict"]) == ["supported"] * 3
    assert result.joint.p < 0.05
    assert result.rank == 1
    assert ((result.table["contrast"] - 1.5).abs() < 3 * result.table["se"]).all()
    assert result.joint.low90 < 1.5 < result.joint.high90
    assert result.errors == WEIGHTED
    assert result.note == ""


def test_a_world_turned_round_is_reversed(world, predictions: Predictions) -> None:
    result, _ = run(world(2), predictions, gap=-1.5)
    assert list(result.table["verdict"]) == ["reversed"] * 3
    assert result.joint.verdict(result.joint.p, 0.05) == "reversed"


def test_p_values_are_those_of_the_weighted_contrasts_and_estimates_those_of_the_models(
    world, predictions: Predictions
) -> None:
    made = world(3)
    result, counts = run(made, predictions, gap=0.3)
    outcomes = {
        name: Outcome(threat, *SIGNS[threat]) for name, threat in zip(("B1", "B2", "B3"), SIGNS, strict=True)
    }
    plain = WeightedContrastTest(BANK.draws, BANK.seed)(counts, made.placed, made.regions, outcomes)
    for ours, theirs in (("p", "p"), ("p_adjusted", "p_adjusted"), ("t", "statistic"), ("centre", "centre")):
        assert result.table[ours].to_numpy() == pytest.approx(plain.table[theirs].to_numpy())
    assert (result.joint.p, result.joint_statistic) == pytest.approx((plain.gate_p, plain.gate))
    for name, threat in zip(("B1", "B2", "B3"), SIGNS, strict=True):
        expected = corner_model(counts, threat, made.placed, made.regions).contrast(*SIGNS[threat])
        assert tuple(result.table.loc[name, ["contrast", "low90", "high90"]]) == pytest.approx(expected)
    assert result.joint.contrast == pytest.approx(result.table["contrast"].mean())


def test_the_error_of_the_mean_lets_outcomes_of_a_state_go_together(world, predictions: Predictions) -> None:
    """Where pol and cri are one and the same, their contrasts share the states' deviations, and none is independent."""
    made = world(4)
    counts = spoken(made, gap=0.0)
    counts["cri"] = counts["pol"]
    joint = WeightedQuadrantTest(predictions, BANK)(counts, made.placed, made.regions).joint
    parts = [
        sign * corner_model(counts, threat, made.placed, made.regions).influence[effect]
        for threat, (effect, sign) in SIGNS.items()
    ]
    variance = sum(float(one @ other) for one in parts for other in parts) / 9
    half = (joint.high90 - joint.low90) / 2
    assert half / 1.6448536269514722 == pytest.approx(np.sqrt(variance))


def test_where_a_quadrant_never_says_it_the_logits_stand_in(world, predictions: Predictions) -> None:
    made = world(6)
    counts = spoken(made, gap=0.0)
    counts.loc[(made.placed["p"] > 0) & (made.placed["k"] > 0), "inf"] = 0
    whole = WeightedQuadrantTest(predictions, BANK)
    result = whole(counts, made.placed, made.regions)
    sample, _ = stratified(counts, made.placed, made.regions, BANK)
    locked = QuadrantTest(predictions)(sample)
    shown = ["contrast", "low90", "high90", "se"]
    assert result.table.loc["B2", shown].tolist() == locked.table.loc["B2", shown].tolist()
    plain = WeightedQuadrantTest(predictions, BANK)(spoken(world(6), gap=0.0), made.placed, made.regions)
    for one in ("B1", "B3"):
        assert result.table.loc[one, shown].tolist() == plain.table.loc[one, shown].tolist()
    assert (result.effects["high90"] - result.effects["low90"]).max() < 10
    assert (result.joint.contrast, result.joint.low90) == (locked.joint.contrast, locked.joint.low90)
    assert result.joint.p != locked.joint.p
    assert result.empty.p == 1
    found = result.findings()
    assert (
        {name for name, one in found.items() if not one.unbiased} == {"B2", "B4", "B5"} == {*result.stand_ins}
    )
    assert result.note.startswith("The mixed model has no estimate for B2, B5, B4, since a quadrant")
    assert plain.stand_ins == ()


def test_a_quadrant_of_one_state_is_too_few(world, predictions: Predictions) -> None:
    made = world(5, size=40)
    counts = spoken(made, gap=0.0)
    alone = made.placed[(made.placed["p"] > 0) & (made.placed["k"] > 0)].index[1:]
    with pytest.raises(EstimationError, match="quadrant SS holds 1 of"):
        WeightedQuadrantTest(predictions, BANK)(counts.drop(alone), made.placed, made.regions)
