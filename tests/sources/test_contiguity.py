"""Neighbours."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import UnknownNameError
from buzanlib.sources import contiguity
from buzanlib.sources.catalogue import find_sources
from buzanlib.sources.crosswalk import Crosswalk

FOUND = [
    # The kind changed within 2008, of which the closer counts.
    ["FSM", "USA", 2, 2008, 2016],
    ["FSM", "USA", 4, 1995, 2007],
    # A code passed to another state; a year is judged by its last day, on which both must be members.
    ["SRB", "TUR", 1, 2006, 2010],
    ["TUR", "YUG", 1, 2000, 2005],
]


def test_spells_of_members(small_raw: Path, crosswalk: Crosswalk) -> None:
    found = contiguity.read(small_raw / "cow_contiguity.csv", crosswalk)
    assert sorted(found.to_numpy().tolist()) == FOUND
    assert found["first"].tolist() == [1995, 2008, 2006, 2000]


def test_the_file_of_the_publisher_gives_the_same(small_raw: Path, crosswalk: Crosswalk) -> None:
    ours = small_raw / "cow_contiguity.csv"
    table = pd.read_csv(ours).drop(1).astype(dict.fromkeys(("ccode1", "ccode2", "conttype"), int))
    for name in ("stdate", "enddate"):
        table[name] = table[name].str.replace("-", "").str[:6]
    names = {"ccode1": "statelno", "ccode2": "statehno", "stdate": "begin", "enddate": "end"}
    table.rename(columns=names).assign(dyad=1, version=3.2).to_csv(small_raw / "contdir.csv", index=False)
    theirs = contiguity.read(small_raw / "contdir.csv", crosswalk)
    pd.testing.assert_frame_equal(theirs, contiguity.read(ours, crosswalk))
    ours.unlink()
    assert find_sources(small_raw).path(contiguity.SOURCE) == small_raw / "contdir.csv"


def test_an_unknown_code_is_told(small_raw: Path, crosswalk: Crosswalk) -> None:
    path = small_raw / "cow_contiguity.csv"
    path.write_text(path.read_text().replace("987.0", "999.0"))
    with pytest.raises(UnknownNameError, match=r"Correlates of War code in cow_contiguity\.csv 999"):
        contiguity.read(path, crosswalk)


def test_some_neighbours_of_the_table_that_ships(data_dir: Path) -> None:
    table = pd.read_csv(data_dir / "contiguity.csv").set_index(["iso3", "neighbour", "first"])
    assert table.loc[("DEU", "FRA", 1995)].tolist() == [1, 2016]
    assert table.loc[("DNK", "SWE", 1995)].tolist() == [2, 1999]
    assert table.loc[("DNK", "SWE", 2000)].tolist() == [1, 2016]
    assert ("DEU", "USA", 1995) not in table.index
    # No pair has two kinds in one year.
    ends = table.reset_index().sort_values("first").groupby(["iso3", "neighbour"])
    assert (ends["first"].shift(-1) > ends["last"].shift(0)).sum() == ends["first"].shift(-1).notna().sum()
