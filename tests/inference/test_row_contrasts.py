"""Predictions by models of single passages: signed, and held against the test of states."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.inference.hypothesis_tests import OfTable2
from buzanlib.inference.models import binomial
from buzanlib.inference.row_contrasts import RowContrasts
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement


@pytest.fixture(scope="module")
def shipped(data_dir: Path) -> World:
    return World.open(data_dir, Placement(), 19, 1, 9)


@pytest.fixture(scope="module")
def rows(shipped: World) -> pd.DataFrame:
    return shipped.passages.merge(shipped.placed[["p", "k"]], left_on="iso3", right_index=True)


def test_contrasts_are_those_of_the_models_in_the_predicted_direction(
    shipped: World, rows: pd.DataFrame
) -> None:
    cells, states = shipped.data.predictions.cells, OfTable2.result(shipped)
    found = RowContrasts.of(rows, cells, states)
    assert list(found.table.index) == [(one.id, name) for one in cells for name in ("binomial", "GEE")]
    fit = binomial(rows, "pol").table.loc["cohesion"]
    row = found.table.loc[("B1", "binomial")]
    assert row[["contrast", "low90", "high90"]].tolist() == [
        -fit["contrast"],
        -fit["high90"],
        -fit["low90"],
    ]
    assert found.to_results()["rows.B1.binomial.contrast"] == row["contrast"]
    assert (found.table["low90"] < found.table["high90"]).all()


def test_a_prediction_that_turns_is_named_once(shipped: World, rows: pd.DataFrame) -> None:
    cells, states = shipped.data.predictions.cells, OfTable2.result(shipped)
    found = RowContrasts.of(rows, cells, states).table["contrast"].xs("binomial", level="model")
    agreed = replace(states, table=states.table.assign(contrast=found))
    kept = RowContrasts.of(rows, cells, agreed).table["same"].xs("binomial", level="model")
    assert kept.all()
    against = replace(states, table=states.table.assign(contrast=-found * [1, -1, -1]))
    assert RowContrasts.of(rows, cells, against).turned[0] == "B1"
    assert RowContrasts.of(rows, cells, against).turned.count("B1") == 1
