"""Great powers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import UnknownNameError
from buzanlib.sources import great_powers
from buzanlib.sources.crosswalk import Crosswalk


def test_spells_that_reach_into_the_panel(small_raw: Path, crosswalk: Crosswalk) -> None:
    found = great_powers.read(small_raw / "cow_majors.csv", crosswalk)
    # A spell before the panel is left out, with its code; a code stands for the state that bears it at its end.
    assert found.to_numpy().tolist() == [["SRB", 1995, 2016], ["USA", 1995, 2016]]
    path = small_raw / "cow_majors.csv"
    path.write_text(path.read_text() + "999,1995,2016\n")
    with pytest.raises(UnknownNameError, match=r"Correlates of War code in cow_majors\.csv 999"):
        great_powers.read(path, crosswalk)


def test_the_table_that_ships_has_the_seven(data_dir: Path) -> None:
    table = pd.read_csv(data_dir / "great_powers.csv")
    assert sorted(table["iso3"]) == ["CHN", "DEU", "FRA", "GBR", "JPN", "RUS", "USA"]
