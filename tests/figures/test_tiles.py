"""The tile layout: all member states, each once, where a reader would look for it."""

from __future__ import annotations

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def tiles(data_dir):
    return pd.read_csv(data_dir / "tiles.csv", keep_default_na=False).set_index("iso3")


def test_exactly_the_members_of_today(tiles, data_dir):
    states = pd.read_csv(data_dir / "states.csv", keep_default_na=False)
    today = states[(states["kind"] == "member") & (states["member_to"] == "")]
    assert sorted(tiles.index) == sorted(today["iso3"].unique())
    assert len(tiles) == 193


def test_no_two_states_on_a_tile(tiles):
    assert not tiles.duplicated(["row", "col"]).any()


def test_grid_is_compact_and_starts_at_zero(tiles):
    assert tiles["row"].min() == tiles["col"].min() == 0
    assert tiles["col"].max() < 32
    assert tiles["row"].max() < 26


@pytest.mark.parametrize(
    ("west", "east"),
    [
        ("USA", "GBR"),
        ("BRA", "NGA"),
        ("PRT", "ESP"),
        ("FRA", "DEU"),
        ("CHN", "JPN"),
        ("AUS", "FJI"),
    ],
)
def test_west_lies_left_of_east(tiles, west, east):
    assert tiles.loc[west, "col"] < tiles.loc[east, "col"]


@pytest.mark.parametrize(
    ("north", "south"),
    [
        ("CAN", "USA"),
        ("USA", "MEX"),
        ("NOR", "ITA"),
        ("ITA", "LBY"),
        ("EGY", "KEN"),
        ("CHN", "AUS"),
    ],
)
def test_north_lies_above_south(tiles, north, south):
    assert tiles.loc[north, "row"] < tiles.loc[south, "row"]


def test_the_pacific_is_the_far_right(tiles):
    pacific = ["FJI", "FSM", "KIR", "MHL", "NRU", "NZL", "PLW", "SLB", "TON", "TUV", "VUT", "WSM"]
    assert tiles.loc[pacific, "col"].min() > tiles.drop(pacific)["col"].max()
