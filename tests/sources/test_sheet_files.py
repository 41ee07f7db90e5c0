"""A table is read alike whatever program kept it, and what is not read is said."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import BuzanError, DataError
from buzanlib.sources.sheet_files import Grid, Wanted, read_grid, read_grids, render_sheet

WANTED = Wanted.of(("iso3", "year", "value"))
ROWS = [["iso3", "year", "value"], ["EST", "2011", "0.5"], ["FRA", "2011", "0.7"]]
CELLS = [("EST", "2011", "0.5"), ("FRA", "2011", "0.7")]


def text(rows: list[list[str]], mark: str = ",") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=mark, lineterminator="\n").writerows(rows)
    return out.getvalue()


def read(folder: Path, content: str | bytes, name: str = "mine.csv") -> Grid:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_grid(path, WANTED)


@pytest.mark.parametrize("name", ["mine.csv", "mine.tsv", "MINE.TSV"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff", "\ufeffsep={}\n", "sep={}\n", "\n\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_marks_and_line_ends(name: str, mark: str, start: str, end: str, tmp_path: Path) -> None:
    whole = (start.format(mark) + text(ROWS, mark)).replace("\n", end)
    grid = read(tmp_path, whole, name)
    assert [cells for _, cells in grid.rows] == CELLS
    assert (grid.faults, grid.notes, grid.commas) == ((), (), mark != ",")
    assert grid.header == 1 + start.count("\n")
    assert [row for row, _ in grid.rows] == [grid.header + 1, grid.header + 2]


def test_a_separator_that_only_the_first_line_names(tmp_path: Path) -> None:
    assert [cells for _, cells in read(tmp_path, "sep=|\n" + text(ROWS, "|")).rows] == CELLS
    with pytest.raises(
        DataError, match=r"row 1: 'iso3\|year\|value'; this row was taken as the header, and has none"
    ):
        read(tmp_path, text(ROWS, "|"))


TITLES = {
    "title": [["Power of states, 2011"]],
    "titles": [["Power, of states"], [""], ["made by me", "2020"]],
    "preamble": [
        ["Data Source", "World Development Indicators", ""],
        [],
        ["Last Updated Date", "2024-01-01", ""],
        [],
    ],
}


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("title", TITLES)
def test_rows_above_the_header_are_left_out_and_said(title: str, mark: str, tmp_path: Path) -> None:
    above = TITLES[title]
    grid = read(tmp_path, text([*above, *ROWS], mark))
    assert (grid.header, [cells for _, cells in grid.rows]) == (len(above) + 1, CELLS)
    filled = sum(map(any, above))
    assert grid.notes == (
        f"mine.csv: not read: {filled} rows above the header, which is row {len(above) + 1}",
    )


def test_a_header_of_two_rows(tmp_path: Path) -> None:
    for two in (
        [["iso3", "year", "Index"], ["", "", "value"]],
        [["iso3", "year", ""], ["", "", "value"]],
        [["state", "", ""], ["iso3", "year", "value"]],
    ):
        grid = read(tmp_path, text([*two, *ROWS[1:]]))
        assert (grid.header, grid.headings, [cells for _, cells in grid.rows]) == (2, tuple(ROWS[0]), CELLS)


def test_a_header_that_lacks_a_column_is_the_first_row_that_has_any(tmp_path: Path) -> None:
    grid = read(tmp_path, text([["a title"], ["iso3", "year", "valeu"], *ROWS[1:]]))
    assert (grid.header, grid.headings) == (2, ("iso3", "year", "valeu"))
    with pytest.raises(
        DataError,
        match="row 1: 'a title'; this row was taken as the header, and has none of the columns iso3, year, val",
    ):
        read(tmp_path, text([["a title"], ["country", "when", "much"], *ROWS[1:]]))


@pytest.mark.parametrize(
    "error", ["#N/A", "#REF!", "#DIV/0!", "#NAME?", "#NV", "#BEZUG!", "#VALEUR!", "Err:502"]
)
def test_an_error_that_a_spreadsheet_wrote_into_text_is_a_fault(error: str, tmp_path: Path) -> None:
    (fault,) = read(tmp_path, text([*ROWS, ["USA", "2011", error]])).faults
    assert (fault.row, fault.column, fault.value) == (4, "value", error)
    assert "an error of the spreadsheet is no value" in fault.allowed
    assert read(tmp_path, text([*ROWS, ["USA", "2011", "#1 of all"]])).faults == ()


@pytest.fixture
def book(tmp_path: Path, write_workbook: Callable[..., Path]) -> Callable[..., Path]:
    def write(**sheets: list[list[str]]) -> Path:
        tables = {name: pd.DataFrame(rows[1:], columns=rows[0]) for name, rows in sheets.items()}
        return write_workbook(tables, tmp_path / "book.xlsx")

    return write


NOTES = [["word", "meaning"], ["EST", "Estonia"]]


def test_every_worksheet_that_is_such_a_table_is_read_and_the_others_are_said(
    book: Callable[..., Path],
) -> None:
    path = book(one=ROWS, notes=NOTES, two=[ROWS[0], ["USA", "2012", "1"]])
    first, second = read_grids(path, WANTED)
    assert [grid.file for grid in (first, second)] == ["book.xlsx, worksheet one", "book.xlsx, worksheet two"]
    assert [cells for _, cells in second.rows] == [("USA", "2012", "1")]
    assert (first.notes, second.notes) == (("book.xlsx: not read: worksheet 'notes'",), ())
    (chosen,) = read_grids(path, WANTED, "two")
    assert [cells for _, cells in chosen.rows] == [("USA", "2012", "1")]
    assert chosen.notes == ("book.xlsx: not read: worksheet 'one', 'notes'",)
    with pytest.raises(BuzanError, match="one worksheet is needed, and 'one', 'two' all have these columns"):
        read_grid(path, WANTED)
    with pytest.raises(BuzanError, match=r"unknown worksheet of book\.xlsx 'tow'; nearest allowed: 'two'"):
        read_grids(path, WANTED, "tow")


def test_a_worksheet_that_is_meant_to_be_one_is_not_passed_over(book: Callable[..., Path]) -> None:
    path = book(one=ROWS, two=[["iso3", "year", "valeu"], ["USA", "2012", "1"]])
    assert [grid.headings[2] for grid in read_grids(path, WANTED)] == ["value", "valeu"]
    with pytest.raises(
        DataError, match="'notes, more'; a worksheet with the columns iso3, year, value is needed"
    ):
        read_grids(book(notes=NOTES, more=NOTES), WANTED)


def test_a_text_has_no_worksheets(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(text(ROWS))
    with pytest.raises(BuzanError, match=r"mine\.csv has no worksheets: only a workbook"):
        read_grids(tmp_path / "mine.csv", WANTED, "one")


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "x;=1", "x\n=1"])
def test_no_text_of_a_sheet_begins_a_formula_wherever_it_came_from(
    start: str, tmp_path: Path, book: Callable[..., Path]
) -> None:
    rows = [ROWS[0], [start, "2011", "1"]]
    for grid in (read(tmp_path, text(rows)), read_grid(book(one=rows), WANTED)):
        sheet = render_sheet(pd.DataFrame([cells for _, cells in grid.rows], columns=list(grid.headings)))
        again = csv.reader(io.StringIO(sheet.decode("utf-8-sig"), newline=""))
        parts = [part for row in again for cell in row for part in cell.replace("\n", ";").split(";")]
        assert not [part for part in parts if part.lstrip()[:1] in ("=", "+", "-", "@")]
