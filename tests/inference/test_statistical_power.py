"""Size, power and fairness of the estimators of Table 2, on the numbers of states and passages that there are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import UnknownNameError
from buzanlib.inference.estimator_simulation import Rates
from buzanlib.inference.statistical_power import KINDS, PowerStudy
from buzanlib.inference.weighted_table2 import WeightedQuadrantTest
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement


@pytest.fixture(scope="module")
def debate(data_dir: Path) -> World:
    return World.open(data_dir, Placement(), draws=199, seed=20261128)


@pytest.fixture(scope="module")
def study(debate: World) -> PowerStudy:
    return PowerStudy.of(debate, worlds=60, fits=12, draws=199)


def test_each_world_is_tested_as_table_2_is(debate: World, study: PowerStudy) -> None:
    """Worlds are tested together as the book tests the data, by the same permutations."""
    drawn = study._of(Rates.REGIONS)
    y = drawn.draw(0.8, 4, np.random.default_rng(1))
    observed, permuted = drawn.statistics(y, "primary")
    n = study.structure.within_strata.counts[["relevant"]]
    for number in range(4):
        said = dict(zip(("pol", "inf", "cri"), y[:, number].T.astype(int), strict=True))
        test = WeightedQuadrantTest(debate.data.predictions, debate.bank)
        found = test(n.assign(**said), debate.placed, debate.data.regions)
        assert observed[number] == pytest.approx(found.table["t"].to_numpy())
        assert permuted[:, number].mean(axis=0) == pytest.approx(found.table["centre"].to_numpy())


def test_shares_of_worlds_by_rates_and_estimator(study: PowerStudy) -> None:
    few = replace(study, worlds=150)
    size = few.significant(0.0, ["locked", "primary"])
    assert list(size.index) == [(rates, one) for rates in KINDS for one in ("locked", "primary")]
    assert list(size.columns) == ["B1", "B2", "B3", "B5"]
    assert size.xs("primary", level="estimator").to_numpy().max() < 0.12
    large = few.significant(2.0, ["primary"])
    assert (large > 0.8).all(axis=None)


def test_a_test_is_called_oversized_only_beyond_chance(study: PowerStudy) -> None:
    rows = pd.MultiIndex.from_product(
        [["same", "volume"], ["locked", "primary"]], names=["rates", "estimator"]
    )
    size = pd.DataFrame({"B1": 0.05, "B2": [0.2, 0.06, 0.05, 0.05], "B5": [0.05, 0.05, 0.3, 0.02]}, rows)
    assert replace(study, worlds=1000).oversized(size) == {"locked": ["B2", "B5"], "primary": []}
    assert replace(study, worlds=10).oversized(size) == {"locked": [], "primary": []}


def test_an_estimator_that_is_none_is_refused(study: PowerStudy) -> None:
    with pytest.raises(UnknownNameError, match="unknown estimator 'shares'; nearest allowed: 'share'"):
        study.significant(0.0, ["shares"])


def test_the_mixed_model_is_asked_in_every_kind_of_world(study: PowerStudy) -> None:
    said = study.estimated(0.4)
    assert list(said.index) == [(rates, one) for rates in KINDS for one in ("B1", "B2", "B3")]
    assert said["median"].between(-0.4, 1.2).all()
    assert (said["reversed"] <= said["below"]).all()


def test_curves_rise(study: PowerStudy) -> None:
    curves = study.curves([0.0, 1.0, 2.0])
    power = curves.pivot_table(index="contrast", columns="hypothesis", values="power")
    assert list(power.columns) == ["B1", "B2", "B3", "B5"]
    assert power.apply(lambda one: one.is_monotonic_increasing).all()
    assert power.loc[2.0].min() > 0.8
    assert (power["B5"] >= power["B1"]).all()  # the gate comes first
    assert ((curves["low"] <= curves["power"]) & (curves["power"] <= curves["high"])).all()
