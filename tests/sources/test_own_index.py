"""An index of one's own in the panel."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.cli import main
from buzanlib.cli.common import summary
from buzanlib.errors import BuzanError, DataError
from buzanlib.measurement.placement import Placement
from buzanlib.sources.own_index import Merged, merge_index
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
            "row 2, column iso3: 'USX'; no name or code of a state that is known",
        ),
        ("iso3,year,value\nUSA,1210,1\n", "row 2, column year: '1210'; out of range, 1995 to 2050"),
        ("iso3,year,value\nUSA,2010,much\n", "row 2, column value: 'much'; a number"),
        ("iso3,year,value\nUSA,2010,nan\n", "column value: 'no value'; at least one state needs a value"),
        (
            "iso3,year,value\nUSA,2010,1\nUSA,2010,2\n",
            "row 3, column iso3\\+year: 'USA, 2010'; a key may occur only",
        ),
        (
            "iso3,year,value\nSSD,2001,1\n",
            r"row 2, column iso3\+year: 'SSD, 2001'; the panel has no such state in this",
        ),
        ("iso3,year,value\nUSA,2010,\n", "column value: 'no value'; at least one state needs a value"),
        ("Land;Jahr;Wert\nAfghanistan;2011;1\n", "row 1: 'Land'; this row was taken as the header"),
        ("", "header"),
    ],
)
def test_every_fault_is_told_with_its_place(text: str, message: str, data_dir: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        merge_index(path, "power", "mine", data_dir, tmp_path / "panel.csv")
    assert not (tmp_path / "panel.csv").exists()


@pytest.mark.parametrize("name", ["panel.xlsx", "panel.tsv", "panel"])
def test_a_panel_is_written_as_csv_alone(name: str, data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("iso3,year,value\nEST,2014,1\n", encoding="utf-8")
    with pytest.raises(BuzanError, match=rf"^{name}: the panel is written as CSV; .*'\.csv'"):
        merge_index(tmp_path / "mine.csv", "power", "mine", data_dir, tmp_path / name)
    assert not (tmp_path / name).exists()


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


PREAMBLE = """"Data Source","World Development Indicators",

"Last Updated Date","2024-01-01",

"Country Name","Country Code","Indicator Code","2010","2011",
"Estonia","EST","X",".5","..",
"France","FRA","X","2","3",
"""


def merged(
    text: str | bytes, data_dir: Path, folder: Path, name: str = "mine.csv", **options: str
) -> tuple[Merged, pd.DataFrame]:
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    found = merge_index(folder / name, "power", "mine", data_dir, folder / "panel.csv", **options)
    panel = pd.read_csv(folder / "panel.csv")
    return found, panel.loc[panel["power_mine"].notna(), ["iso3", "year", "power_mine"]].reset_index(
        drop=True
    )


def test_a_preamble_and_a_column_a_year_are_read_and_counted(data_dir: Path, tmp_path: Path) -> None:
    found, values = merged(PREAMBLE, data_dir, tmp_path)
    assert values.to_numpy().tolist() == [["EST", 2010, 0.5], ["FRA", 2010, 2.0], ["FRA", 2011, 3.0]]
    assert (found.values, found.missing, found.states) == (3, 1, 2)  # noqa: PD011
    assert found.left == ("Country Name", "Indicator Code")
    assert found.notes == ("mine.csv: not read: 2 rows above the header, which is row 5",)


def test_faults_of_a_column_a_year_are_told_where_they_stand(data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        merged(
            PREAMBLE.replace('"3"', '"three"').replace('"EST"', '"SSD"').replace("2010", "1890"),
            data_dir,
            tmp_path,
        )
    told = [(fault.row, fault.column, fault.value) for fault in caught.value.faults]
    assert told == [(6, "1890", "1890"), (7, "1890", "1890"), (7, "2011", "three")]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("iso3;year;value\nEST;2010;0,81\nFRA;2010;-1,5\n", [0.81, -1.5]),
        ("sep=;\r\niso3;year;value\r\nEST;2010;0,81\r\nFRA;2010;-1,5\r\n", [0.81, -1.5]),
        ("\ufeffiso3\tyear\tvalue\nEST\t2010.0\t.81\nFRA\t2010\t-\nFRA\t2011\t−1.5\n", [0.81, -1.5]),
        ("note,iso3,year,value\nx,EST,2010,0.81\n,FRA,2010,-1.5\n,USA,2010,n/a\n", [0.81, -1.5]),
    ],
)
def test_numbers_in_other_forms_and_missing_ones(
    text: str, values: list[float], data_dir: Path, tmp_path: Path
) -> None:
    found, panel = merged(text, data_dir, tmp_path)
    assert panel["power_mine"].tolist() == values
    assert found.values + found.missing == len(text.splitlines()) - 1 - text.startswith("sep=")  # noqa: PD011


def test_all_faults_come_in_one_round(data_dir: Path, tmp_path: Path) -> None:
    rows = [
        "USX,2010,1",
        "SSD,2001,1",
        "USA,2010,much",
        "USA,1210,1",
        "FRA,2010,1",
        "FRA,2010,2",
        "FRA,2011,#N/A",
    ]
    rows += ['EST,2010,"0,5"', "EST,2011,1,left"]
    with pytest.raises(DataError) as caught:
        merged("iso3,year,value\n" + "\n".join(rows) + "\n", data_dir, tmp_path)
    told = {fault.row: fault.allowed for fault in caught.value.faults}
    assert sorted(told) == [2, 3, 4, 5, 7, 8, 9, 10]
    for row, said in {
        2: "no name or code of a state that is known",
        3: "the panel has no such state in this year",
        4: "a number with a decimal point is needed",
        5: "out of range, 1995 to 2050",
        7: "a key may occur only once, and this one is in row 6",
        8: "an error of the spreadsheet is no value",
        9: "a comma is read as decimal only where semicolons or tabs separate the cells",
        10: "no more than 3 cells",
    }.items():
        assert said in told[row]
    assert len(caught.value.faults) == 8


def test_a_number_that_publishers_put_for_a_missing_one_is_asked_about(
    data_dir: Path, tmp_path: Path
) -> None:
    found, _ = merged("iso3,year,value\nEST,2010,-99\nFRA,2010,-99\nUSA,2010,4\n", data_dir, tmp_path)
    (note,) = found.notes
    assert note.startswith(
        "mine.csv: -99 stands 2 times and is the least value: if it means that there is none"
    )


def test_the_worksheet_is_chosen_by_name(
    data_dir: Path, tmp_path: Path, write_workbook: Callable[..., Path]
) -> None:
    one = pd.DataFrame({"iso3": ["EST"], "year": ["2010"], "value": ["0.5"]})
    write_workbook(
        {"a": one, "b": one.assign(value="0.7"), "read me": pd.DataFrame({"x": ["y"]})}, tmp_path / "a.xlsx"
    )
    content = (tmp_path / "a.xlsx").read_bytes()
    with pytest.raises(BuzanError, match="one worksheet is needed, and 'a', 'b' all have these columns"):
        merged(content, data_dir, tmp_path, "a.xlsx")
    found, panel = merged(content, data_dir, tmp_path, "a.xlsx", worksheet="b")
    assert panel["power_mine"].tolist() == [0.7]
    assert found.notes == ("a.xlsx: not read: worksheet 'a', 'read me'",)


def test_a_panel_in_another_form_gives_the_same(index: Path, data_dir: Path, tmp_path: Path) -> None:
    merge_index(index, "power", "reach", data_dir, tmp_path / "plain.csv")
    other = (data_dir / "panel.csv").read_text().replace(",", ";").replace("\n", "\r\n")
    (tmp_path / "other.tsv").write_bytes(b"\xef\xbb\xbf" + other.encode())
    merge_index(index, "power", "reach", data_dir, tmp_path / "panel.csv", tmp_path / "other.tsv")
    assert (tmp_path / "panel.csv").read_bytes() == (tmp_path / "plain.csv").read_bytes()


STATES = """Country,Year,Value
Estonia,2010,1
Korea (Rep. of),2010,2
FRANCE,2010,3
Serbie,2003,4
Swaziland,2011,5
World,2010,6
High income,2010,
Hong Kong SAR (China),2010,7
"""


def test_states_are_read_by_name_and_what_is_no_member_is_counted(data_dir: Path, tmp_path: Path) -> None:
    found, panel = merged(STATES, data_dir, tmp_path)
    assert dict(zip(panel["iso3"], panel["power_mine"], strict=True)) == {
        "EST": 1, "KOR": 2, "FRA": 3, "YUG": 4, "SWZ": 5,
    }  # fmt: skip
    assert (found.values, found.missing, found.skipped) == (5, 1, 2)  # noqa: PD011
    assert found.notes == (
        "mine.csv: states read: 6 by name",
        "mine.csv: rows of no member state: 2, skipped: World, Hong Kong SAR (China)",
    )


def test_the_world_of_a_publisher_is_no_state(data_dir: Path, tmp_path: Path) -> None:
    more = '"World","WLD","X","5","6",\n"European Union","EUU","X","7",,\n"Aruba","ABW","X","7","8",\n'
    found, values = merged(PREAMBLE + more, data_dir, tmp_path)
    assert set(values["iso3"]) == {"EST", "FRA"}
    assert (found.values, found.missing, found.skipped) == (3, 2, 5)  # noqa: PD011
    assert found.notes[1:] == ("mine.csv: rows of no member state: 3, skipped: WLD, EUU, ABW",)


def test_a_row_without_a_code_is_read_by_its_name(data_dir: Path, tmp_path: Path) -> None:
    text = (
        "Entity,Code,Year,value\nAfrica,,2010,1\nEstonia,EST,2010,2\nWorld,OWID_WRL,2010,3\nFrance,,2010,4\n"
    )
    found, panel = merged(text, data_dir, tmp_path)
    assert panel["iso3"].tolist() == ["EST", "FRA"]
    assert "mine.csv: rows of no member state: 2, skipped: Africa, OWID_WRL" in found.notes


def test_a_file_of_no_member_has_no_value(data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="at least one state needs a value"):
        merged("iso3,year,value\nWLD,2010,1\nPSE,2010,1\n", data_dir, tmp_path)


COW = "{},year,value\nSWZ,2011,0.9\nAUS,2011,0.8\nSLV,2011,0.7\nMNG,2011,0.6\n"
OF_COW, OF_ISO = ["AUT", "CHE", "MNE", "SVN"], ["AUS", "MNG", "SLV", "SWZ"]


def test_codes_of_two_schemes_are_refused_until_it_is_said_which(data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        merged(COW.format("iso3"), data_dir, tmp_path)
    assert [fault.value for fault in caught.value.faults] == ["SWZ", "AUS", "SLV", "MNG"]
    assert "Australia (AUS) by ISO 3166" in caught.value.faults[1].allowed
    assert "or Austria (AUT) by the Correlates of War" in caught.value.faults[1].allowed
    assert summary(caught.value.faults).count("\n") == 4
    assert not (tmp_path / "panel.csv").exists()
    for number, (heading, scheme, states) in enumerate(
        [("iso3", "cow", OF_COW), ("iso3", "iso3", OF_ISO), ("stateabb", "", OF_COW)]
    ):
        (tmp_path / str(number)).mkdir()
        found, panel = merged(COW.format(heading), data_dir, tmp_path / str(number), scheme=scheme)
        assert panel["iso3"].tolist() == states
        assert found.notes == ("mine.csv: states read: 4 by the Correlates of War",) * (states == OF_COW)
    with pytest.raises(BuzanError, match="unknown scheme of states 'cwo'; nearest allowed: 'cow'"):
        merged(COW.format("iso3"), data_dir, tmp_path, scheme="cwo")


def test_what_is_read_depends_on_the_year_and_hints_on_no_letters(data_dir: Path, tmp_path: Path) -> None:
    text = "iso3,year,value\nSWI,2011,1\nSPN,2011,1\nUKG,2011,1\nGER,2011,1\nYUG,2011,1\nZAR,2011,1\n"
    with pytest.raises(DataError) as caught:
        merged(text, data_dir, tmp_path)
    told = {fault.value: fault.allowed for fault in caught.value.faults}
    assert told.keys() == {"SWI", "GER", "ZAR"}
    assert told["SWI"] == "no name or code of a state that is known"
    assert told["GER"].endswith("it stands for Germany (DEU) by the Olympic Committee, FIFA")
    assert told["ZAR"] == "it stood for Congo - Kinshasa (COD) until 1997"
    _, panel = merged("iso3,year,value\nZAR,1996,1\nYUG,2003,1\nFRA,2003,1\n", data_dir, tmp_path)
    assert panel["iso3"].tolist() == ["COD", "FRA", "YUG"]


def test_the_command_counts_compares_and_warns_of_an_index_that_is_turned_round(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    panel = pd.read_csv(data_dir / "panel.csv")
    own = panel.loc[panel["gdp"].notna(), ["iso3", "year"]].assign(value=-panel["gdp"], remark="x")
    words = ["data", "index", str(tmp_path / "own.csv"), "--axis", "power", "--data", str(data_dir)]
    for name, frame in (("down", own), ("up", own.assign(value=-own["value"]))):
        pd.concat(
            [frame, pd.DataFrame({"iso3": ["EST"], "year": [1995], "value": ["NA"], "remark": ["x"]})]
        ).to_csv(tmp_path / "own.csv", index=False)
        if name == "down":
            assert ((own["iso3"] == "EST") & (own["year"] == 1995)).sum() <= 1
        assert main([*words, "--name", name, "--out", str(tmp_path / f"{name}.csv")]) == 0
        out, err = capsys.readouterr()
        assert f"in the file: {len(own) + 1} = {len(own)} values + 1 missing\n" in out
        assert "columns that were not read: remark\n" in out
        assert re.search(
            r"\n  gdp +{}1\.00  \d+ states, \d+ years\n".format("-" if name == "down" else r"\+"), out
        )
        assert ("warning: power_down runs against cinc, milex, gdp. More must mean stronger" in err) == (
            name == "down"
        )
        assert (err == "") == (name == "up")
