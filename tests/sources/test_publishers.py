"""Each publisher's file, in small."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.sources import (
    bti,
    fractionalization,
    fragile_states,
    governance,
    nmc,
    panel,
    sipri,
    state_fragility,
    vdem,
    worldbank,
)
from buzanlib.sources.catalogue import take_stock
from buzanlib.sources.crosswalk import Crosswalk
from buzanlib.sources.existing_tables import Held

Reader = Callable[[Path, Crosswalk], pd.DataFrame]


def build(raw: Path, crosswalk: Crosswalk) -> pd.DataFrame:
    return panel.build(take_stock(raw), crosswalk, Held(raw / "no data folder"))


EXPECTED: list[tuple[Any, list[tuple[str, int, float]]]] = [
    (nmc, [("USA", 2004, 0.14), ("YUG", 2004, 0.0015), ("SRB", 2010, 0.001), ("TUR", 2004, 0.01)]),
    (sipri, [("USA", 2004, 500.0), ("TUR", 2004, 20.0), ("YUG", 2004, 5.0)]),
    (fragile_states, [("FSM", 2006, -4.0), ("USA", 2006, -3.0), ("TUR", 2006, -6.0), ("SRB", 2006, -6.0)]),
    (state_fragility, [("YUG", 2004, -6), ("USA", 2004, -1), ("TUR", 2004, -6)]),
    (governance, [("USA", 2004, 0.5), ("YUG", 2004, -0.75)]),
    (bti, [("TUR", 2004, 7.0), ("YUG", 2004, 8.75)]),
    (fractionalization, [("TUR", 2004, 0.3), ("YUG", 2004, 0.4)]),
    (vdem, [("USA", 2004, 0.9), ("YUG", 2004, 0.6), ("SRB", 2006, 0.65)]),
]


@pytest.mark.parametrize(("source", "rows"), EXPECTED, ids=lambda value: getattr(value, "__name__", ""))
def test_reader(source: Any, rows: list[Any], small_raw: Path, crosswalk: Crosswalk) -> None:
    table = source.read(small_raw / source.FILE, crosswalk)
    assert list(table.itertuples(index=False, name=None)) == rows


@pytest.mark.parametrize("column", worldbank.SERIES)
def test_world_bank_is_not_dated_back(column: str, small_raw: Path, crosswalk: Crosswalk) -> None:
    table = worldbank.read(small_raw / worldbank.file_name(column), crosswalk, column)
    assert table["iso3"].tolist() == ["USA", "SRB"]
    assert list(table.columns) == ["iso3", "year", column]


@pytest.mark.parametrize("source", [sipri, fragile_states, bti], ids=lambda source: source.__name__)
def test_stranger_in_a_file_stops_the_reader(source: Any, small_raw: Path, crosswalk: Crosswalk) -> None:
    path = small_raw / source.FILE
    path.write_text(path.read_text(encoding="utf-8").replace("Serbia", "Ruritania"), encoding="utf-8")
    with pytest.raises(UnknownNameError, match=rf"state in {source.FILE} 'Ruritania'"):
        source.read(path, crosswalk)


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
    path = small_raw / nmc.FILE
    path.write_text(path.read_text() + "2,2004,0.2\n")
    with pytest.raises(BuzanError, match="cinc is given twice for USA in 2004"):
        build(small_raw, crosswalk)
