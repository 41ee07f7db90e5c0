"""Neighbours by contiguity: by hand for a few states, and the rule of the nearest water recomputed plainly."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import BuzanError, EstimationError
from buzanlib.measurement.neighbours import in_year, neighbours_by_contiguity, neighbours_from_tiles
from buzanlib.measurement.placement import Placement
from buzanlib.tables.data_folder import Data

COLUMNS = ["iso3", "neighbour", "kind", "first", "last"]
#: A borders B by land and C across a narrow sea; C and D lie wide apart; E and F farther; G is alone.
TABLE = pd.DataFrame(
    [
        ["A", "B", 1, 1995, 2016],
        ["A", "C", 3, 1995, 2016],
        ["A", "D", 4, 1995, 2016],
        ["C", "D", 5, 1995, 2016],
        ["D", "E", 4, 1995, 2016],
        ["D", "F", 5, 1995, 2004],
        ["E", "F", 5, 1995, 2016],
        ["B", "X", 1, 1995, 2016],
    ],
    columns=COLUMNS,
)
REGIONS = pd.Series({"A": "r", "B": "r", "C": "r", "D": "s", "E": "s", "F": "s", "G": "s", "X": "r"})


def of(table: pd.DataFrame) -> dict[str, list[str]]:
    return table.groupby("iso3")["neighbour"].agg(list).to_dict()


def test_a_state_has_the_neighbours_of_the_nearest_water() -> None:
    found = of(neighbours_by_contiguity(TABLE, "ABCDEFG", REGIONS))
    assert found == {
        "A": ["B", "C"],  # land and narrow water together, wider water not
        "B": ["A"],  # X is not placed
        "C": ["A"],
        "D": ["A", "E"],  # the next class in which there is any
        "E": ["D"],
        "F": ["E"],
        "G": ["D", "E", "F"],  # none at all: the others of its group
    }
    earlier = of(neighbours_by_contiguity(TABLE, "DF", REGIONS, 2001))
    assert earlier == {"D": ["F"], "F": ["D"]}
    assert of(neighbours_by_contiguity(TABLE, "DF", REGIONS, 2031)) == {"D": ["F"], "F": ["D"]}
    # Of a group of its own, or of none: nobody.
    assert "G" not in of(neighbours_by_contiguity(TABLE, "AGB", REGIONS))
    assert "G" not in of(neighbours_by_contiguity(TABLE, "EFG", REGIONS.drop("G")))


def test_a_year_beyond_the_table_is_its_nearest() -> None:
    assert len(in_year(TABLE, 1950)) == len(in_year(TABLE, 1995)) == len(TABLE)
    assert len(in_year(TABLE, 2024)) == len(in_year(TABLE, 2016)) == len(TABLE) - 1
    with pytest.raises(EstimationError, match="a table of neighbours or great powers has no rows"):
        neighbours_by_contiguity(TABLE.iloc[:0], "AB", REGIONS)


def test_on_the_tile_map_the_nearest_are_so_as_the_crow_flies() -> None:
    """From A, tile C is nearer (8 squared) than B (9), though more steps away; of equally near ones, the first."""
    tiles = pd.DataFrame({"iso3": list("DCBA"), "row": [0, 3, 1, 1], "col": [0, 3, 4, 1]})
    expected = {"A": ["D", "C"], "B": ["C", "A"], "C": ["B", "A"], "D": ["A", "B"]}
    assert of(neighbours_from_tiles(tiles, 2)) == expected
    cross = pd.DataFrame({"iso3": list("EDCBA"), "row": [0, 0, 1, -1, 0], "col": [1, -1, 0, 0, 0]})
    assert of(neighbours_from_tiles(cross, 3))["A"] == ["B", "C", "D"]
    assert of(neighbours_from_tiles(cross, 4))["A"] == ["B", "C", "D", "E"]
    for count in (0, 5):
        with pytest.raises(BuzanError, match=f"{count} neighbours among 5 tiles; allowed: 1 to 4"):
            neighbours_from_tiles(cross, count)


def test_some_neighbours_of_the_tables_that_ship(data_dir: Path) -> None:
    data = Data.open(data_dir)
    placed = Placement().scores(data.panel).index
    found = of(neighbours_by_contiguity(data.contiguity, placed, data.regions))
    assert found["EST"] == ["FIN", "LVA", "RUS"]
    assert found["GEO"] == ["ARM", "AZE", "RUS", "TUR"]
    assert found["SGP"] == ["IDN", "MYS"]
    # The youngest member has them; islands have the nearest, or all of their group.
    assert found["SSD"] == ["CAF", "COD", "ETH", "KEN", "SDN", "UGA"]
    assert found["MDG"] == ["COM", "MOZ", "SYC"]
    assert found["CPV"] == ["SEN"]
    group = data.regions.index[data.regions == data.regions["ISL"]].intersection(placed)
    assert found["ISL"] == sorted(set(group) - {"ISL"})
    assert set(found) == set(placed)


@pytest.mark.parametrize("window", [(2011, 2024), (2008, 2012)])
def test_states_are_placed_by_neighbours_and_great_powers(data_dir: Path, window: tuple[int, int]) -> None:
    data, place = Data.open(data_dir), Placement(first=window[0], last=window[1], power_rule="great_powers")
    placed = place.of(data)
    great = placed.loc[["CHN", "DEU", "FRA", "GBR", "JPN", "RUS", "USA"], "power"].mean()
    near = placed.loc[["FIN", "LVA", "RUS"], "power"].mean()
    cut = place.thresholds(placed[["power", "cohesion"]], data.regions, *place.others(data, placed.index))
    assert cut.loc["EST", "power"] == pytest.approx((near + great) / 2)
    assert placed.loc["EST", "p"] == (1 if placed.loc["EST", "power"] > (near + great) / 2 else -1)
    assert (cut["cohesion"] == placed["cohesion"].median()).all()


def test_only_a_rule_that_needs_a_table_reads_it(data_dir: Path, tmp_path: Path) -> None:
    for name in ("datapackage.json", "panel.csv", "states.csv"):
        (tmp_path / name).write_bytes((data_dir / name).read_bytes())
    (tmp_path / "contiguity.csv").write_text(",".join(COLUMNS) + "\n")
    bare = Data.open(tmp_path)
    assert len(Placement().of(bare)) == len(Placement().of(Data.open(data_dir)))
    with pytest.raises(EstimationError, match="has no rows, and a rule needs it"):
        Placement(cohesion_rule="neighbour").of(bare)
