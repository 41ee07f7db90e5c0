from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from buzanlib.errors import UnknownNameError
from buzanlib.figures.base import QUADRANT_COLOURS, WIDTH
from buzanlib.figures.placement import world
from buzanlib.tables.states import load_regions
from buzanlib.theory.vocabulary import Quadrant


@pytest.fixture(scope="module")
def tiles(data_dir):
    return pd.read_csv(data_dir / "tiles.csv", keep_default_na=False)


@pytest.fixture(scope="module")
def quadrants(tiles):
    """Every state but the last three, the quadrants dealt in turn."""
    names = sorted(tiles["iso3"])[:-3]
    return pd.Series([list(Quadrant)[place % 4].value for place in range(len(names))], index=names)


@pytest.fixture(scope="module")
def drawn(quadrants, tiles, data_dir):
    return world(quadrants, tiles, load_regions(data_dir))


def _tiles_of(drawn):
    (axes,) = drawn.figure.axes
    tiles = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    return {str(patch.get_gid()).removeprefix("state-"): patch for patch in tiles}


def test_a_tile_a_state_where_the_table_puts_it(drawn, tiles):
    found = {
        iso3: (int(patch.get_y()), int(patch.get_x()), patch.get_width(), patch.get_height())
        for iso3, patch in _tiles_of(drawn).items()
    }
    assert found == {
        iso3: (row, col, 0.94, 0.94)
        for iso3, row, col in zip(tiles["iso3"], tiles["row"], tiles["col"], strict=True)
    }


def test_colour_is_that_of_the_quadrant(drawn, quadrants):
    patches = _tiles_of(drawn)
    for iso3, quadrant in quadrants.items():
        assert to_hex(patches[iso3].get_facecolor()) == QUADRANT_COLOURS[Quadrant(quadrant)]
        assert patches[iso3].get_hatch() is None


def test_unplaced_states_are_hatched(drawn, quadrants):
    hatched = {iso3 for iso3, patch in _tiles_of(drawn).items() if patch.get_hatch()}
    assert hatched == set(_tiles_of(drawn)) - set(quadrants.index)
    assert len(hatched) == 3


def test_a_state_with_a_missing_quadrant_is_unplaced(quadrants, tiles):
    drawn = world(quadrants.mask(quadrants.index == "FRA"), tiles)
    assert _tiles_of(drawn)["FRA"].get_hatch()
    assert "4 not placed" in drawn.alt


def test_tiles_are_square_and_fill_the_width(drawn):
    drawn.figure.draw_without_rendering()
    box = next(iter(_tiles_of(drawn).values())).get_window_extent()
    assert box.width == pytest.approx(box.height)
    assert drawn.figure.get_size_inches()[0] == WIDTH


def test_codes_stay_on_their_tiles_and_no_text_meets_another(drawn, faults_of_text):
    assert faults_of_text(drawn.figure) == []
    (axes,) = drawn.figure.axes
    patches = _tiles_of(drawn)
    for text in axes.texts:
        tile, code = patches[text.get_text()].get_window_extent(), text.get_window_extent()
        assert tile.x0 - 0.5 <= code.x0
        assert code.x1 <= tile.x1 + 0.5


def test_alt_and_legend_carry_the_counts(drawn, quadrants):
    legend = [text.get_text() for text in drawn.figure.legends[0].get_texts()]
    for quadrant in Quadrant:
        count = int((quadrants == quadrant.value).sum())
        assert f"{count} of {quadrant.label}" in drawn.alt
        assert f"{quadrant.label}: {count}" in legend
    assert "3 not placed" in drawn.alt
    assert "not placed: 3" in legend


def test_alt_says_where_a_quadrant_is_found_most(tiles):
    regions = pd.Series({"FRA": "here", "DEU": "here", "BRA": "there"})
    drawn = world(pd.Series({"FRA": "SS", "DEU": "SS", "BRA": "SS"}), tiles, regions)
    assert "3 of strong power, strong cohesion (2 of them here)" in drawn.alt


def test_data_have_every_state_by_name_with_its_quadrant(quadrants, tiles):
    names = pd.Series({"FRA": "France", "AFG": "Zz"})
    data = world(quadrants, tiles, names=names).data
    assert data.loc["FRA", "name"] == "France"
    assert data.loc["FRA", "quadrant"] == quadrants["FRA"]
    assert data["name"].is_monotonic_increasing
    assert data["quadrant"].isna().sum() == 3
    assert len(data) == 193


def test_unknown_state_is_named(tiles):
    with pytest.raises(UnknownNameError, match="unknown state 'FRX'; nearest allowed: 'FRA'"):
        world(pd.Series({"FRX": "SS"}), tiles)
