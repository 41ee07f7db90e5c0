"""Normal scores: recomputed plainly, and blind to the scale of an index."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, rankdata

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.measurement.indices import (
    INDICES,
    in_panel,
    index_of,
    normal_scores,
    states_by_index,
    yearly_scores,
)

values = st.lists(st.integers(-1000, 1000), min_size=2, max_size=12)


def panel_of(values: list[float], column: str = "cinc", year: int = 2012) -> pd.DataFrame:
    return pd.DataFrame({"iso3": [f"S{i:02d}" for i in range(len(values))], "year": year, column: values})


def test_scores_are_quantiles_of_ranks() -> None:
    scores = normal_scores(panel_of([5.0, 1.0, 3.0, 3.0]), "cinc", "power", 2012, 2012)
    assert scores.to_numpy() == pytest.approx(norm.ppf(np.array([4, 1, 2.5, 2.5]) / 5))


@given(values)
def test_scores_do_not_depend_on_the_scale(values: list[float]) -> None:
    plain = yearly_scores(panel_of(values), "cinc", "power", 2012, 2012)
    stretched = yearly_scores(panel_of([np.exp(v / 100) for v in values]), "cinc", "power", 2012, 2012)
    pd.testing.assert_frame_equal(plain, stretched)


@given(values)
def test_an_index_turned_round_gives_the_opposite_scores(values: list[float]) -> None:
    fractionalization = panel_of(values, "fractionalization")
    scores = normal_scores(fractionalization, "fractionalization", "cohesion", 2012, 2012).to_numpy()
    ranks = rankdata(values)
    assert scores == pytest.approx(-norm.ppf(ranks / (len(ranks) + 1)))


def test_years_are_averaged_over_those_in_which_a_state_has_the_index() -> None:
    panel = pd.concat([panel_of([1.0, 2.0, 3.0], year=2012), panel_of([3.0, np.nan, 1.0], year=2013)])
    yearly = yearly_scores(panel, "cinc", "power", 2012, 2013)
    scores = normal_scores(panel, "cinc", "power", 2012, 2013)
    assert scores["S00"] == pytest.approx((norm.ppf(1 / 4) + norm.ppf(2 / 3)) / 2)
    assert scores["S01"] == pytest.approx(norm.ppf(2 / 4))
    assert np.isnan(yearly.loc["S01", 2013])


def test_years_outside_the_window_do_not_count() -> None:
    panel = pd.concat([panel_of([1.0, 2.0], year=2010), panel_of([2.0, 1.0], year=2012)])
    assert normal_scores(panel, "cinc", "power", 2011, 2024)["S00"] > 0


def test_an_index_is_asked_for_on_its_own_axis() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown index of power 'cnic'; nearest allowed: 'cinc'"):
        index_of("cnic", "power")
    with pytest.raises(UnknownNameError, match="unknown index of cohesion 'gdp'"):
        index_of("gdp", "cohesion")


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(EstimationError, match="no state has a value of 'cinc' in 1990-1991"):
        normal_scores(panel_of([1.0, 2.0]), "cinc", "power", 1990, 1991)


def test_every_index_has_a_column_of_the_panel(data_dir) -> None:  # type: ignore[no-untyped-def]
    columns = pd.read_csv(data_dir / "panel.csv", nrows=0).columns
    assert {column for index in INDICES.values() for column in index.columns} <= set(columns)


def test_an_index_of_two_columns_is_the_mean_of_their_scores() -> None:
    panel = panel_of([1.0, 2.0, 3.0, 4.0], "gdp").assign(gdp_per_head=[2.0, np.nan, 1.0, 3.0])
    panel = pd.concat([panel, panel.assign(year=2013, gdp_per_head=np.nan)])
    found = yearly_scores(panel, "sophisticated_gdp", "power", 2012, 2013)
    assert list(found.columns) == [2012]
    alone, per_head = norm.ppf(np.array([1, 3, 4]) / 5), norm.ppf(np.array([2, 1, 3]) / 4)
    assert found.loc[["S00", "S02", "S03"], 2012].to_numpy() == pytest.approx((alone + per_head) / 2)
    assert "S01" not in normal_scores(panel, "sophisticated_gdp", "power", 2012, 2013).dropna()


def test_an_index_is_offered_where_the_panel_has_all_its_columns(tmp_path: Path) -> None:
    file = tmp_path / "panel.csv"
    file.write_text("iso3,year,cinc,milex_rank,gdp,gdp_per_head\nEST,2012,0.1,,3,\nEST,2013,,,,4\n")
    assert in_panel(file, "power") == ["cinc", "gdp", "sophisticated_gdp"]


def test_states_that_an_index_can_place_are_counted() -> None:
    panel = panel_of([1.0, 2.0, np.nan], "gdp").assign(
        gdp_per_head=[2.0, np.nan, 1.0], power_reach=[np.nan, 1.0, np.nan]
    )
    panel = panel.assign(
        **{column: np.nan for index in INDICES.values() for column in index.columns if column not in panel}
    )
    found = states_by_index(panel, 2012, 2012, {"power": "power_reach", "cohesion": "fsi_cohesion"})["states"]
    assert found[["gdp", "sophisticated_gdp", "power_reach", "cinc"]].tolist() == [2, 1, 1, 0]
    assert list(found.index) == [*INDICES, "power_reach"]
