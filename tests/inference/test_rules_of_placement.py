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
    outcomes_of,
    positions_by_rule,
    summary,
)
from buzanlib.inference.rules_of_placement import values as values_of
from buzanlib.inference.weighted_contrast import Outcome, WeightedContrastTest
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement

ENDS = ["contrast", "low90", "high90"]


@pytest.fixture(scope="module")
def world(data_dir: Path) -> World:
    return World.open(data_dir, Placement(), 99, 20100615)


@pytest.fixture(scope="module")
def placements(world: World) -> dict[str, pd.DataFrame]:
    one = world.placed.assign(p=-1)
    one.loc["USA", ["p", "quadrant"]] = 1, "SS"
    fifth = Placement(power_rule="quantile", power_quantile=0.8).of(world.data)
    return {"locked": world.placed, "fifth": fifth, "alone": one}


@pytest.fixture(scope="module")
def found(world: World, placements: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return contrasts_by_rule(world, positions_by_rule(placements, Placement(), world.data))


def test_a_rule_is_tested_as_any_placement(
    world: World, placements: dict[str, pd.DataFrame], found: pd.DataFrame, table2: dict[str, Outcome]
) -> None:
    assert outcomes_of(world) == table2 | {"P1": Outcome("pol.strict", "cohesion", -1)}
    for name in ("locked", "fifth"):
        placed, rows = placements[name], found[found["sample"] == name].set_index("outcome")
        whole = WeightedContrastTest(99, 20100615)(world.counts, placed, world.data.regions, table2)
        assert rows.loc[GATE, "p"] == pytest.approx(whole.gate_p)
        assert rows.loc[list(table2), "p"].tolist() == whole.table["p"].tolist()
        assert (rows["n"] == whole.n_states).all()
        fit = corner_model(world.counts, "pol.strict", placed, world.data.regions)
        assert rows.loc["P1", ENDS].tolist() == pytest.approx(fit.contrast("cohesion", -1))
        assert rows.loc[GATE, "contrast"] == pytest.approx(rows.loc[list(table2), "contrast"].mean())


def test_a_rule_that_leaves_a_quadrant_empty_has_no_estimate(found: pd.DataFrame) -> None:
    names = ["locked", "fifth", "alone", "fuzzy membership", "continuous axes"]
    assert list(dict.fromkeys(found["sample"])) == names
    alone = found["sample"] == "alone"
    assert found.loc[alone, [*ENDS, "p"]].isna().all(axis=None)
    assert found.loc[~alone, [*ENDS, "p"]].notna().all(axis=None)
    assert values_of(found)["rules.void"] == "alone"


def test_the_summary_counts_intervals_beside_zero() -> None:
    rows = [
        ("a", "B1", 1.0, 0.2, 1.8, 0.01),
        ("b", "B1", -1.0, -1.8, -0.2, 0.9),
        ("c", "B1", 0.1, -0.7, 0.9, 0.4),
        ("d", "B1", np.nan, np.nan, np.nan, np.nan),
        ("c", GATE, 0.1, -0.7, 0.9, 0.2),
    ]
    contrasts = pd.DataFrame(rows, columns=["sample", "outcome", *ENDS, "p"]).assign(n=9)
    assert summary(contrasts).loc["B1"].tolist() == [-1.0, 1.0, 1, 1, 3, 0.01]
    said = values_of(contrasts)
    assert (said["rules.B1.sides"], said["rules.gate.sides"]) == (
        "1 above and 1 below (of 3)",
        "none (of 1)",
    )
    assert (said["rules.gate.smallest"], said["rules.B1.least"], said["rules.void"]) == (0.2, -1.0, "d")
