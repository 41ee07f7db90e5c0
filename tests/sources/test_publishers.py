"""Each publisher's file, in small."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.sources import panel
from buzanlib.sources.catalogue import find_sources
from buzanlib.sources.crosswalk import Crosswalk
from buzanlib.sources.publishers import INDICES, SERIES
from buzanlib.sources.write import ExistingTables


def file(raw: Path, column: str) -> Path:
    """The file of the layout from which the shipped tables were made."""
    (name,) = INDICES[column].source.forms[0].files
    return raw / name


def build(raw: Path, crosswalk: Crosswalk) -> pd.DataFrame:
    return panel.build(find_sources(raw), crosswalk, ExistingTables(raw / "no data folder"))


EXPECTED: dict[str, list[tuple[str, int, float]]] = {
    "cinc": [("USA", 2004, 0.14), ("YUG", 2004, 0.0015), ("SRB", 2010, 0.001), ("TUR", 2004, 0.01)],
    "milex_rank": [("USA", 2004, 500.0), ("TUR", 2004, 20.0), ("YUG", 2004, 5.0)],
    "fsi_cohesion_rank": [
        ("FSM", 2006, -4.0), ("USA", 2006, -3.0), ("TUR", 2006, -6.0), ("SRB", 2006, -6.0),
    ],
    "sfi_legitimacy_rank": [("YUG", 2004, -6), ("USA", 2004, -1), ("TUR", 2004, -6)],
    "wgi_stability": [("USA", 2004, 0.5), ("YUG", 2004, -0.75)],
    "bti_stateness_rank": [("TUR", 2004, 7.0), ("YUG", 2004, 8.75)],
    "fractionalization": [("TUR", 2004, 0.3), ("YUG", 2004, 0.4)],
    "polyarchy": [("USA", 2004, 0.9), ("YUG", 2004, 0.6), ("SRB", 2006, 0.65)],
}  # fmt: skip


def test_every_index_is_tested_here() -> None:
    assert {*EXPECTED, *SERIES} == set(INDICES)


@pytest.mark.parametrize("column", EXPECTED)
def test_reader(column: str, small_raw: Path, crosswalk: Crosswalk) -> None:
    table = INDICES[column].read(file(small_raw, column), crosswalk)
    assert list(table.itertuples(index=False, name=None)) == EXPECTED[column]


@pytest.mark.parametrize("column", SERIES)
def test_world_bank_is_not_dated_back(column: str, small_raw: Path, crosswalk: Crosswalk) -> None:
    table = INDICES[column].read(file(small_raw, column), crosswalk)
    assert table["iso3"].tolist() == ["USA", "SRB"]
    assert list(table.columns) == ["iso3", "year", "value"]


@pytest.mark.parametrize("column", ["milex_rank", "fsi_cohesion_rank", "bti_stateness_rank"])
def test_unknown_state_in_a_file_stops_the_reader(column: str, small_raw: Path, crosswalk: Crosswalk) -> None:
    path = file(small_raw, column)
    path.write_text(path.read_text(encoding="utf-8").replace("Serbia", "Ruritania"), encoding="utf-8")
    with pytest.raises(UnknownNameError, match=rf"state in {path.name} 'Ruritania'"):
        INDICES[column].read(path, crosswalk)


def test_panel_ranks_within_the_year(small_raw: Path, crosswalk: Crosswalk) -> None:
    table = build(small_raw, crosswalk).set_index(["iso3", "year"])
    assert list(table.columns) == panel.COLUMNS
    year = table.xs(2006, level="year")
    # Higher is stronger, equal scores share a rank, and what is missing has none.
    assert year["fsi_cohesion_rank"].to_dict() == {"FSM": 3.0, "SRB": 1.5, "TUR": 1.5, "USA": 4.0}
    assert table.loc[("YUG", 2004), "milex_rank"] == 1.0
    assert table.loc[("USA", 2004), ["milex_rank", "sfi_legitimacy_rank"]].tolist() == [3.0, 3.0]
    assert pd.isna(table.loc[("FSM", 2004), "milex_rank"])
    assert ("SRB", 2004) not in table.index


def test_panel_has_only_members(small_raw: Path, crosswalk: Crosswalk) -> None:
    table = build(small_raw, crosswalk)
    assert table[["iso3", "year"]].equals(crosswalk.members())


def test_state_given_twice_stops_the_panel(small_raw: Path, crosswalk: Crosswalk) -> None:
    path = file(small_raw, "cinc")
    path.write_text(path.read_text() + "2,2004,0.2\n")
    with pytest.raises(BuzanError, match="cinc is given twice for USA in 2004"):
        build(small_raw, crosswalk)
