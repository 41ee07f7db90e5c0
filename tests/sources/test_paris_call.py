"""States that support the Paris Call."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.sources import paris_call
from buzanlib.sources.catalogue import find_sources
from buzanlib.sources.crosswalk import Crosswalk


def test_states_with_a_date_where_there_is_one(small_raw: Path, crosswalk: Crosswalk) -> None:
    found = paris_call.read(small_raw / "pariscall_states.csv", crosswalk)
    assert list(found.columns) == paris_call.COLUMNS
    # An old code of the list means the state whose name stands beside it.
    assert found["iso3"].tolist() == ["FSM", "SRB", "USA"]
    assert found["date"].isna().tolist() == [True, True, False]
    assert found["date"][2] == pd.Timestamp(2019, 11, 12)
    assert set(found["source"]) == {paris_call.SOURCE.title}


@pytest.mark.parametrize(
    ("line", "error", "match"),
    [
        ('"Ailleurs",XYZ,', UnknownNameError, r"state in pariscall_states\.csv 'XYZ'"),
        ('"États-Unis",USA,', BuzanError, r"pariscall_states\.csv: USA is there twice; allowed: once"),
        (
            '"Turquie",TUR,12 novembre',
            BuzanError,
            r"pariscall_states\.csv, column date_signed: a date is not one",
        ),
    ],
)
def test_what_is_wrong_is_told(
    line: str, error: type[Exception], match: str, small_raw: Path, crosswalk: Crosswalk
) -> None:
    path = small_raw / "pariscall_states.csv"
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(error, match=match):
        paris_call.read(path, crosswalk)


@pytest.mark.raw
def test_the_table_that_ships_is_the_list(raw: Path, data_dir: Path) -> None:
    path = find_sources(raw).path(paris_call.SOURCE)
    assert path is not None
    made = paris_call.read(path, Crosswalk.read(data_dir / "states.csv"))
    ships = pd.read_csv(data_dir / "paris_call.csv", parse_dates=["date"])
    pd.testing.assert_frame_equal(made, ships, check_dtype=False)


def test_some_supporters_of_the_table_that_ships(data_dir: Path) -> None:
    table = pd.read_csv(data_dir / "paris_call.csv").set_index("iso3")
    assert {"MNE", "ROU", "SRB", "FRA", "USA"} <= set(table.index)
    assert not {"MTG", "ROM", "SCG", "YUG", "RUS", "CHN"} & set(table.index)
    assert table["date"].dropna().to_dict()["TUN"] == "2019-11-11"
    # Every one is a member of the United Nations.
    states = pd.read_csv(data_dir / "states.csv").set_index("iso3")
    assert set(states.loc[table.index, "kind"]) == {"member"}
