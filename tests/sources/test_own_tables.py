"""A table of one's own is the same however it is kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import BuzanError, DataError
from buzanlib.sources.own_tables import read_own
from buzanlib.tables.schema import Descriptor, Table

COLUMNS = ["iso3", "row", "col"]
ROWS = [["EST", "1", "5"], ["NLD", "2", "4"]]
PLAIN = "iso3,row,col\nEST,1,5\nNLD,2,4\n"


@pytest.fixture(scope="module")
def tiles(data_dir: Path) -> Table:
    return Descriptor.load(data_dir).table("tiles")


def of(folder: Path, content: str | bytes, name: str = "mine.csv") -> Path:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder / name


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        "sep=;\n" + PLAIN.replace(",", ";"),
        "My tiles\n\n" + PLAIN,
        "row,iso3,col\n1,EST,5\n2,NLD,4\n",
        "iso3,row,col\nEST,1.0,5\nNLD, 2 ,4\n".replace(",1.0", ", 1.0 ").replace(",5", ",5\r"),
    ],
)
def test_other_forms_give_the_table_of_a_data_folder(content: str, tiles: Table, tmp_path: Path) -> None:
    own = read_own(of(tmp_path, content), tiles)
    assert (own.rendered(), own.faults, own.same) == (PLAIN, [], False)
    assert own.said("mine.csv", tiles)[0] == "mine.csv: 2 rows of tiles.csv"


@pytest.mark.parametrize(
    "states",
    [("Estonia", "Pays-Bas"), ("EST", "NTH"), ("ee", "nl"), ("233", "528"), ("366", "210"), ("EST", "NED")],
)
def test_states_are_read_by_any_name_or_code(states: tuple[str, str], tiles: Table, tmp_path: Path) -> None:
    own = read_own(of(tmp_path, PLAIN.replace("EST", states[0]).replace("NLD", states[1])), tiles)
    assert (own.rendered(), own.faults, own.same) == (PLAIN, [], False)
    assert own.said("mine.csv", tiles)[1].startswith("mine.csv: states read: ")


@pytest.mark.parametrize("form", [str, lambda text: text.replace(",", ";")])
def test_codes_of_two_schemes_never_pass_as_those_of_iso(
    form: Callable[[str], str], tiles: Table, tmp_path: Path
) -> None:
    own = read_own(of(tmp_path, form("iso3,row,col\nAUS,1,5\nSWZ,2,4\n")), tiles)
    assert not own.same
    assert [(fault.row, fault.column, fault.value) for fault in own.faults] == [
        (2, "iso3", "AUS"),
        (3, "iso3", "SWZ"),
    ]
    assert "or Austria (AUT) by the Correlates of War" in own.faults[0].allowed
    settled = read_own(of(tmp_path, form("iso3,row,col\nAUS,1,5\nFRA,2,4\n")), tiles)
    assert settled.frame["iso3"].tolist() == ["AUS", "FRA"]


def test_two_columns_of_states_are_judged_together_and_an_unknown_one_is_left(
    data_dir: Path, tmp_path: Path
) -> None:
    table = Descriptor.load(data_dir).table("alliances")
    shipped = (data_dir / table.path).read_text().splitlines()[0].split(",")
    rows = [["AUS", "FRN"], ["XYZ", "USA"]]
    cells = [dict(zip(("iso3", "ally"), row, strict=True)) | {"year": "2011"} for row in rows]
    text = "\n".join(
        [",".join(shipped), *(",".join(one.get(name, "1") for name in shipped) for one in cells)]
    )
    own = read_own(of(tmp_path, text + "\n"), table)
    assert own.frame[["iso3", "ally"]].to_numpy().tolist() == [["AUT", "FRA"], ["XYZ", "USA"]]


def test_a_name_that_nobody_knows_is_refused_as_one(tiles: Table, tmp_path: Path) -> None:
    own = read_own(of(tmp_path, PLAIN.replace("EST", "Estonai")), tiles)
    assert [str(fault) for fault in own.faults] == [
        "mine.csv, row 2, column iso3: 'Estonai'; no name or code of a state that is known"
    ]


def test_every_table_that_ships_is_read_as_it_is(data_dir: Path) -> None:
    for table in Descriptor.load(data_dir).tables.values():
        own = read_own(data_dir / table.path, table)
        assert (own.same, own.faults, own.notes) == (True, [], ())


def test_the_form_of_a_data_folder_is_taken_as_it_is(tiles: Table, tmp_path: Path) -> None:
    own = read_own(of(tmp_path, PLAIN), tiles)
    assert (own.rendered(), own.same) == (PLAIN, True)
    ragged = read_own(of(tmp_path, PLAIN + "LVA,1\n"), tiles)
    assert ragged.same
    assert [str(fault) for fault in ragged.faults] == [
        "mine.csv, row 4: '2 cells'; 3 cells are needed, as in the header"
    ]


def test_a_workbook_of_which_one_worksheet_is_the_table(
    tiles: Table, tmp_path: Path, write_workbook: Callable[..., Path]
) -> None:
    frame = pd.DataFrame(ROWS, columns=COLUMNS)
    path = write_workbook({"about": pd.DataFrame({"x": ["y"]}), "tiles": frame}, tmp_path / "mine.xlsx")
    own = read_own(path, tiles)
    assert own.rendered() == PLAIN
    assert own.notes == ("mine.xlsx: not read: worksheet 'about'",)
    write_workbook({"one": frame, "two": frame}, path)
    with pytest.raises(BuzanError, match="one worksheet is needed, and 'one', 'two' all have these columns"):
        read_own(path, tiles)


def test_further_columns_are_kept_and_named(tiles: Table, tmp_path: Path) -> None:
    content = 'remark,iso3,row,col,weight\nx,EST,1,5,"0.5"\n,NLD,2,4,NA\n'
    for own in (
        read_own(of(tmp_path, content), tiles),
        read_own(of(tmp_path, content.replace(",", ";")), tiles),
    ):
        rows = list(csv.reader(io.StringIO(own.rendered())))
        assert rows == [
            [*COLUMNS, "remark", "weight"],
            ["EST", "1", "5", "x", "0.5"],
            ["NLD", "2", "4", "", ""],
        ]
        assert own.further(tiles) == [
            {"name": "remark", "type": "string"},
            {"name": "weight", "type": "number"},
        ]
        (said,) = own.said("mine.csv", tiles)
        assert said == "mine.csv: 2 rows of tiles.csv, and further columns, which are kept: remark, weight"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("A title\n\niso3;row;col\nEST;1;x\n", r"row 4, column col: 'x'; a whole number"),
        (
            "A title\n\niso3;row;col\nEST;1;5\n\nEST;2;5\n",
            r"row 6, column iso3: 'EST'; a key may occur only once, and this one is in row 4",
        ),
        (
            "iso3;row;col\nEST;1;#REF!\n",
            r"^1 fault in the data\n  mine\.csv, row 2, column col: '#REF!'; an error of the spr",
        ),
        ("iso3;row;col;\nEST;1;5;left\n", r"row 2: 'left'; no more than 3 cells"),
        ("iso3;;row;col\nEST;left;1;5\n", r"row 2: 'left'; the column of this cell needs a heading"),
        (
            "A title\niso3;row;cool\nEST;1;5\n",
            r"row 2, column cool: 'cool'; unknown column; nearest allowed: 'col'",
        ),
        ("iso3;row;col;row\nEST;1;5;1\n", r"row 1, column row: 'row'; a column may occur only once"),
        (
            "x;y\n1;2\n",
            r"row 1: 'x'; this row was taken as the header, and has none of the columns iso3, row, col",
        ),
    ],
)
def test_faults_of_another_form_have_the_rows_of_the_file(
    content: str, message: str, tiles: Table, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=message):
        raise DataError(read_own(of(tmp_path, content), tiles).faults)
