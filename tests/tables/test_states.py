"""Crosswalk, panel and regions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from buzanlib.errors import DataError
from buzanlib.tables.states import load_panel, load_regions, load_states


def test_every_present_member_is_there_once(data_dir: Path) -> None:
    states = load_states(data_dir)
    assert states.index.is_unique
    members = states[states["kind"] == "member"]
    assert members["member_to"].isna().sum() == 193
    assert members["cow"].notna().all()
    assert sorted(states.index[states["kind"] == "observer"]) == ["PSE", "VAT"]
    assert list(states.index[states["kind"] == "organisation"]) == ["EU"]


def test_a_code_of_cow_stands_for_one_state_at_a_time(data_dir: Path) -> None:
    states = load_states(data_dir)
    members = states[(states["kind"] == "member") & states["member_to"].isna()]
    assert members["cow"].is_unique
    assert set(states[states["cow"] == 345].index) == {"SRB", "YUG"}


def test_regions_are_of_members_only(data_dir: Path) -> None:
    regions = load_regions(data_dir)
    assert set(regions) == {
        "African",
        "Asia-Pacific",
        "Eastern European",
        "Latin American and Caribbean",
        "Western European and Other",
    }
    assert regions.notna().all()
    assert regions.index.is_monotonic_increasing
    assert not {"EU", "PSE", "VAT"} & set(regions.index)


def test_the_panel_has_one_row_a_member_and_year(data_dir: Path) -> None:
    panel = load_panel(data_dir)
    assert not panel.duplicated(["iso3", "year"]).any()
    assert sorted(panel["year"].unique()) == list(range(1995, 2025))
    assert panel.groupby("year").size().loc[[1995, 2024]].to_dict() == {1995: 184, 2024: 193}
    assert set(panel["iso3"]) == set(load_regions(data_dir).index)


@pytest.mark.parametrize(
    "column", ["milex_rank", "fsi_cohesion_rank", "sfi_legitimacy_rank", "bti_stateness_rank"]
)
def test_ranks_are_ranks_within_the_year(data_dir: Path, column: str) -> None:
    panel = load_panel(data_dir)
    assert panel[column].notna().any()
    ranks = panel.groupby("year")[column].rank()
    pd.testing.assert_series_equal(panel[column], ranks, check_names=False)


def test_strong_states_rank_higher(data_dir: Path) -> None:
    panel = load_panel(data_dir).query("year == 2012").set_index("iso3")
    for column in ("fsi_cohesion_rank", "wgi_stability", "sfi_legitimacy_rank"):
        assert panel.loc["SWE", column] > panel.loc["COD", column]
    for column in ("cinc", "milex_rank", "gdp"):
        assert panel.loc["USA", column] > panel.loc["MLT", column]


def test_faults_stop_the_loading(world: Any) -> None:
    world.set("panel.csv", 5, "cinc", "high")
    with pytest.raises(
        DataError, match=r"panel.csv, row 5, column cinc: 'high'; a number with a decimal point"
    ):
        load_panel(world.path)


def test_regions_are_sorted_however_the_table_is(world: Any) -> None:
    before, file = load_regions(world.path), world.path / "states.csv"
    heading, *rows = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([heading, *reversed(rows)]) + "\n", encoding="utf-8")
    assert len(before) > 1
    pd.testing.assert_series_equal(load_regions(world.path), before)
