"""Contrasts by rule: each is that of the tests it is made of, and a rule that cannot be estimated is said to be so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from buzanlib.inference.mixed_model import corner_model
from buzanlib.inference.rules_of_placement import (
    GATE,
    contrasts_by_rule,
    not_estimable,
    outcomes_of,
    summary,
    with_gate,
)
from buzanlib.inference.rules_of_placement import values as values_of
from buzanlib.inference.weighted_contrast import Outcome, WeightedContrastTest
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement

TABLE2 = {
    "B1": Outcome("pol", "cohesion", -1),
    "B2": Outcome("inf", "power", -1),
    "B3": Outcome("cri", "power:cohesion", 1),
}


@pytest.fixture(scope="module")
def world(data_dir: Path) -> World:
    return World.open(data_dir, Placement(), 99, 20100615)


@pytest.fixture(scope="module")
def found(world: World) -> pd.DataFrame:
    fifth = Placement(power_rule="quantile", power_quantile=0.8).of(world.data)
    one = world.placed.assign(p=-1)
    one.loc["USA", ["p", "quadrant"]] = 1, "SS"
    return contrasts_by_rule(world, {"locked": world.placed, "fifth": fifth, "alone": one})


def test_a_rule_is_tested_as_any_placement(world: World, found: pd.DataFrame) -> None:
    assert outcomes_of(world) == TABLE2 | {"P1": Outcome("pol.strict", "cohesion", -1)}
    fifth = Placement(power_rule="quantile", power_quantile=0.8).of(world.data)
    for name, placed in (("locked", world.placed), ("fifth", fifth)):
        rows = found[found["sample"] == name].set_index("outcome")
        test = WeightedContrastTest(99, 20100615)
        whole = test(world.counts, placed, world.data.regions, TABLE2)
        assert rows.loc[GATE, "p"] == pytest.approx(whole.gate_p)
        assert rows.loc[list(TABLE2), "p"].tolist() == whole.table["p"].tolist()
        assert (rows["n"] == whole.n_states).all()
        fit = corner_model(world.counts, "pol.strict", placed, world.data.regions)
        ends = rows.loc["P1", ["contrast", "low90", "high90"]].tolist()
        assert ends == pytest.approx(fit.contrast("cohesion", -1))


def test_a_rule_that_leaves_a_quadrant_empty_has_no_estimate(found: pd.DataFrame) -> None:
    gone = found[found["sample"] == "alone"]
    assert gone["p"].isna().all()
    assert not_estimable(found) == ["alone"]
    assert list(dict.fromkeys(with_gate(found)["sample"]))[2] == "alone (no\N{NO-BREAK SPACE}gate)"
    assert values_of(found)["rules.void"] == "alone"


def test_the_summary_counts_intervals_beside_zero() -> None:
    rows = [
        ("a", "B1", 1.0, 0.2, 1.8, 0.01), ("a", GATE, np.nan, np.nan, np.nan, 0.3),
        ("b", "B1", -1.0, -1.8, -0.2, 0.9), ("b", GATE, np.nan, np.nan, np.nan, 0.2),
        ("c", "B1", 0.1, -0.7, 0.9, 0.4), ("c", GATE, np.nan, np.nan, np.nan, np.nan),
        ("d", "B1", np.nan, np.nan, np.nan, np.nan), ("d", GATE, np.nan, np.nan, np.nan, np.nan),
    ]  # fmt: skip
    contrasts = pd.DataFrame(rows, columns=["sample", "outcome", "contrast", "low90", "high90", "p"]).assign(
        n=9
    )
    assert summary(contrasts).loc["B1"].tolist() == [-1.0, 1.0, 1, 1, 3, 0.01]
    said = values_of(contrasts)
    assert said["rules.B1.sides"] == "1 above it and 1 below it of 3"
    assert said["rules.gate.smallest"] == 0.2
    assert said["rules.void"] == "d"
    assert next(iter(dict.fromkeys(with_gate(contrasts)["sample"]))) == "a (gate:\N{NO-BREAK SPACE}0.30)"
