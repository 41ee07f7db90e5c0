"""An index of one's own in the panel."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import BuzanError, DataError
from buzanlib.measurement.placement import Placement
from buzanlib.sources.own_index import merge_index
from buzanlib.tables.descriptor import check
from buzanlib.tables.schema import Descriptor
from buzanlib.tables.states import load_panel, load_regions


@pytest.fixture
def index(tmp_path: Path, data_dir: Path) -> Path:
    """Gross domestic product under another name, in another order, with a later year and a row without a value."""
    panel = pd.read_csv(data_dir / "panel.csv")[["iso3", "year", "gdp"]].dropna()
    own = panel.sample(frac=1, random_state=1).rename(columns={"gdp": "Value", "year": "Year"})
    own = pd.concat([own, pd.DataFrame({"iso3": ["USA", "FRA"], "Year": [2031, 2031], "Value": [5.0, None]})])
    path = tmp_path / "reach.csv"
    own.to_csv(path, index=False, sep=";")
    return path


def test_states_are_placed_by_it_as_by_any_other(index: Path, data_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "panel.csv"
    merged = merge_index(index, "power", "reach", data_dir, out)
    panel = pd.read_csv(out)
    shipped = pd.read_csv(data_dir / "panel.csv")
    members = (shipped["year"] == shipped["year"].max()).sum()
    added = members * (2031 - shipped["year"].max())
    assert (merged.column, merged.last, merged.added) == ("power_reach", 2031, added)
    same = panel[panel["year"] <= shipped["year"].max()].reset_index(drop=True)
    pd.testing.assert_frame_equal(same[shipped.columns], shipped)
    regions = load_regions(data_dir)
    by_own = Placement(power="power_reach")(panel, regions)
    pd.testing.assert_frame_equal(by_own, Placement(power="gdp")(load_panel(data_dir), regions))


def test_the_whole_folder_is_sound_with_it(index: Path, data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(data_dir, folder)
    merge_index(index, "power", "reach", data_dir, tmp_path / "panel.csv")
    shutil.copy(tmp_path / "panel.csv", folder)
    assert check(folder) == []


def test_a_second_goes_into_the_same_panel(index: Path, data_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "panel.csv"
    merge_index(index, "power", "reach", data_dir, out)
    with pytest.raises(BuzanError, match=r"panel\.csv is there already, and is not written over"):
        merge_index(index, "cohesion", "trust", data_dir, out)
    with pytest.raises(BuzanError, match="has a column 'power_reach' already; another name is needed"):
        merge_index(index, "power", "reach", data_dir, out, out)
    merge_index(index, "cohesion", "trust", data_dir, out, out)
    header = out.read_text(encoding="utf-8").splitlines()[0]
    assert header.endswith(",polyarchy,power_reach,cohesion_trust")
    columns = Descriptor.load(data_dir).table("panel").fitted(header.split(",")).columns
    assert ",".join(columns) == header


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("iso,year,value\nUSA,2010,1\n", "row 1, column iso: 'iso'; unknown column; nearest allowed: 'iso3'"),
        ("iso3,year\nUSA,2010\n", "row 1, column value: ''; missing column"),
        (
            "iso3,year,value,value\nUSA,2010,1,2\n",
            "row 1, column value: 'value'; a column may occur only once",
        ),
        (
            "iso3,year,value\nUSX,2010,1\n",
            "row 2, column iso3: 'USX'; not in column iso3 of states.csv; nearest",
        ),
        ("iso3,year,value\nUSA,1210,1\n", "row 2, column year: '1210'; out of range, 1995 to 2050"),
        ("iso3,year,value\nUSA,2010,much\n", "row 2, column value: 'much'; a number"),
        ("iso3,year,value\nUSA,2010,nan\n", "row 2, column value: 'nan'; a number"),
        (
            "iso3,year,value\nUSA,2010,1\nUSA,2010,2\n",
            "row 3, column iso3\\+year: 'USA, 2010'; a key may occur only",
        ),
        (
            "iso3,year,value\nSSD,2001,1\n",
            r"row 2, column iso3\+year: 'SSD, 2001'; the panel has no such state in this",
        ),
        ("iso3,year,value\nUSA,2010,\n", "column value: 'no value'; at least one state needs a value"),
        ("", "header"),
    ],
)
def test_every_fault_is_told_with_its_place(text: str, message: str, data_dir: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        merge_index(path, "power", "mine", data_dir, tmp_path / "panel.csv")
    assert not (tmp_path / "panel.csv").exists()


@pytest.mark.parametrize(
    ("axis", "name", "message"),
    [
        ("pwoer", "mine", "unknown axis 'pwoer'; nearest allowed: 'power'"),
        ("power", "Mine!", "'Mine!' is no name of an index"),
    ],
)
def test_axis_and_name_are_checked(axis: str, name: str, message: str, index: Path, data_dir: Path) -> None:
    with pytest.raises(BuzanError, match=message):
        merge_index(index, axis, name, data_dir, index.parent / "panel.csv")
