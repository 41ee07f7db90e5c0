"""Normal scores: recomputed plainly, and blind to the scale of an index."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, rankdata, spearmanr

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.measurement.indices import (
    CARRIED,
    INDICES,
    in_panel,
    index_of,
    normal_scores,
    rank_correlations,
    states_by_index,
    yearly_scores,
    years_for,
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


def test_an_index_that_ends_before_the_window_stands_in_with_its_last_year_up_to_a_limit() -> None:
    panel = pd.concat([panel_of([1.0, 2.0, 3.0], year=2012), panel_of([3.0, np.nan, 1.0], year=2013)])
    alone = normal_scores(panel, "cinc", "power", 2013, 2013)
    for first in range(2014, 2014 + CARRIED):
        carried = yearly_scores(panel, "cinc", "power", first, 2030)
        assert carried.columns.tolist() == [first]
        pd.testing.assert_series_equal(carried[first], alone, check_names=False)
        assert years_for(panel, "cinc", first, 2030) == "2013, carried forward"
    with pytest.raises(
        EstimationError, match="no state has a value of 'cinc' in 2018-2030, nor in the 4 years"
    ):
        normal_scores(panel, "cinc", "power", 2014 + CARRIED, 2030)
    # Nothing is carried backward, and within the window the years that have a value are all that count.
    with pytest.raises(EstimationError, match="no state has a value of 'cinc' in 2010-2011"):
        normal_scores(panel, "cinc", "power", 2010, 2011)
    whole = normal_scores(panel, "cinc", "power", 2012, 2030)
    pd.testing.assert_series_equal(whole, normal_scores(panel, "cinc", "power", 2012, 2013))
    assert years_for(panel, "cinc", 2012, 2030) == "2012 to 2013"


def test_the_chapter_on_placement_says_how_far_an_index_is_carried(root: Path) -> None:
    said = (root / "notebooks" / "04_placement.ipynb").read_text(encoding="utf-8")
    assert (
        f"the window begins at most {['no', 'one', 'two', 'three', 'four', 'five'][CARRIED]} years later"
        in said
    )


def test_columns_that_end_in_different_years_are_carried_to_the_same() -> None:
    panel = pd.concat(
        [
            panel_of([1.0, 2.0, 3.0], "milex_rank", 2012).assign(gdp_per_head=np.nan),
            panel_of([np.nan] * 3, "milex_rank", 2014).assign(gdp_per_head=[3.0, 1.0, 2.0]),
        ]
    )
    found = normal_scores(panel, "sophisticated_milex", "power", 2015, 2016)
    milex, per_head = norm.ppf(np.array([1, 2, 3]) / 4), norm.ppf(np.array([3, 1, 2]) / 4)
    assert found.to_numpy() == pytest.approx((milex + per_head) / 2)


def test_every_axis_of_the_panel_that_ships_can_place_the_speeches_of_2026(data_dir: Path) -> None:
    panel = pd.read_csv(data_dir / "panel.csv")
    found = states_by_index(panel, 2026, 2026, {"power": "cinc", "cohesion": "fsi_cohesion"})
    assert found.loc[["cinc", "fsi_cohesion"], "years"].tolist() == [
        "2022, carried forward",
        "2023, carried forward",
    ]
    assert found.loc["milex", ["states", "years"]].tolist() == [0, "–"]
    assert found.loc[["cinc", "fsi_cohesion"], "states"].min() > 170


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


def test_rank_correlations_are_those_of_scipy_year_by_year(data_dir) -> None:  # type: ignore[no-untyped-def]
    panel = pd.read_csv(data_dir / "panel.csv")
    rng = np.random.default_rng(1)
    panel["cohesion_mine"] = (panel["wgi_stability"] + rng.normal(size=len(panel))).where(
        rng.random(len(panel)) < 0.7
    )
    panel["cohesion_few"] = panel["polyarchy"].where(panel["iso3"].isin(["EST", "FRA"]))
    found = rank_correlations(panel, "cohesion_mine", "cohesion")
    others = [name for name, index in INDICES.items() if index.axis == "cohesion"]
    assert found.index.tolist() == [*others, "cohesion_few"]
    for name in others:
        index = INDICES[name]
        (column,) = index.columns
        both = panel.dropna(subset=["cohesion_mine", column])
        each = [
            (len(of), spearmanr(of["cohesion_mine"], of[column]).statistic)
            for _, of in both.groupby("year")
            if len(of) >= 3 and of[column].min() < of[column].max()
        ]
        sizes, rhos = np.array(each).T
        assert found.loc[name, "rho"] == pytest.approx(index.orientation * np.average(rhos, weights=sizes))
        assert found.loc[name, "years"] == len(each)
    assert found.loc["fractionalization", "rho"] > 0
    assert found.loc["cohesion_few"].isna().tolist() == [True, False, False]
    assert found.loc["cohesion_few", ["states", "years"]].tolist() == [0, 0]


def test_indices_of_a_panel_are_those_with_a_value() -> None:
    rows = [["iso3", "year", "cinc", "gdp", "power_mine", "power_none"], ["EST", "2011", "", "1", "", ""]]
    assert in_panel(rows, "power") == ["gdp"]
    assert in_panel([*rows, ["FRA", "2011", "2", "", "3"]], "power") == ["cinc", "gdp", "power_mine"]
    assert in_panel([], "power") == [name for name, index in INDICES.items() if index.axis == "power"]


def test_an_index_is_offered_where_the_panel_has_all_its_columns() -> None:
    rows = [
        ["iso3", "year", "cinc", "milex_rank", "gdp", "gdp_per_head"],
        ["EST", "2012", "0.1", "", "3", ""],
    ]
    assert in_panel([*rows, ["EST", "2013", "", "", "", "4"]], "power") == [
        "cinc",
        "gdp",
        "sophisticated_gdp",
    ]
