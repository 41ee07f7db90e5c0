"""Reading a sheet for coding: CSV as any program writes it, or the first sheet of a workbook; and writing one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError, DataError, Fault, nearest
from buzanlib.sources.raw import opened
from buzanlib.sources.workbook import CELLS, first_sheet
from buzanlib.sources.write import as_text, render_table
from buzanlib.tables.formulas import without_formulas
from buzanlib.tables.reading import WIDEST, contents, csv_rows, undecodable

SUFFIXES = (".csv", ".xlsx")
DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Grid:
    """The cells of a sheet, as text without space at its ends."""

    file: str  #: Name of the file, for messages.
    header: int  #: Number of the first row that is not empty.
    headings: tuple[str, ...]  #: Cells of that row.
    #: Row number in the file and cells, as many as there are headings; empty rows are left out.
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_grid(path: Path) -> Grid:
    """Read a sheet.

    Of a ``.csv`` file in UTF-8, with or without a byte order mark, any line ends, and fields separated by commas,
    semicolons or tabs; of a ``.xlsx`` file the first sheet counts.

    Raises
    ------
    DataError
        If it is not UTF-8, has unpaired quotes, no header, more cells in a row than in the header, or more cells in
        all than can be read.
    BuzanError
        If there is no such file, it is of another kind or cannot be read.
    """
    suffix = path.suffix.casefold()
    if suffix not in SUFFIXES:
        raise BuzanError(f"{path.name}: a sheet must be a file of another kind; {nearest(suffix, SUFFIXES)}")
    if not path.is_file():
        raise BuzanError(f"no sheet at {path}")
    data = opened(lambda: contents(path), path)
    numbered = _from_csv(path.name, data) if suffix == ".csv" else _from_workbook(path, data)
    filled = [(row, [cell.strip() for cell in cells]) for row, cells in numbered]
    filled = [(row, cells) for row, cells in filled if any(cells)]
    if not filled:
        raise DataError([Fault(path.name, 1, "", "", "a header row is needed")])
    header, headings = filled[0]
    while not headings[-1]:
        headings.pop()
    width = len(headings)
    if width > WIDEST:
        need = f"at most {WIDEST} columns can be read"
        raise DataError([Fault(path.name, header, "", f"{width} columns", need)])
    if width * len(filled) > CELLS:
        size = f"{len(filled)} rows of {width} columns"
        raise DataError([Fault(path.name, 0, "", size, f"at most {CELLS} cells can be read")])
    need = f"no more than {width} cells, as in the header"
    spare = [(row, next(filter(None, cells[width:]))) for row, cells in filled[1:] if any(cells[width:])]
    if spare:
        raise DataError([Fault(path.name, row, "", cell, need) for row, cell in spare])
    rows = tuple((row, tuple((cells + [""] * width)[:width])) for row, cells in filled[1:])
    return Grid(path.name, header, tuple(headings), rows)


def render_sheet(frame: pd.DataFrame) -> bytes:
    """Write a sheet for people as CSV.

    It has a byte order mark, without which spreadsheets misread it, and in texts an apostrophe before what a
    spreadsheet would take for a formula.
    """
    texts = frame.select_dtypes(["object", "str"]).columns
    cells = as_text(frame)
    # A carriage return alone would not be quoted, and so end the row.
    cells[texts] = cells[texts].map(lambda text: without_formulas(re.sub("\r\n?", "\n", text)))
    return render_table(cells).encode("utf-8-sig")


def _from_csv(file: str, data: bytes) -> list[tuple[int, list[str]]]:
    """Rows with the number of the line that each begins in."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError([undecodable(file, error, need="UTF-8 is needed: save as CSV UTF-8")]) from None
    first = next(filter(str.strip, text.splitlines()), "")
    return csv_rows(file, text, max(DELIMITERS, key=first.count))


def _from_workbook(path: Path, data: bytes) -> list[tuple[int, list[str]]]:
    """Rows of the first sheet, numbered as the sheet numbers them."""
    return list(enumerate(opened(lambda: first_sheet(data), path), start=1))
