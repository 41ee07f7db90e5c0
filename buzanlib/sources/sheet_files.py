"""Tables as people keep them: CSV as any program writes it, or the worksheets of a workbook; and writing a sheet."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from buzanlib.errors import BuzanError, DataError, Fault, check_name, nearest
from buzanlib.sources.raw import opened
from buzanlib.sources.workbook import CELLS, NO_VALUE, worksheets
from buzanlib.sources.write import as_text, render_table
from buzanlib.tables.formulas import without_formulas
from buzanlib.tables.reading import WIDEST, contents, csv_rows, undecodable

SUFFIXES = (".csv", ".tsv", ".xlsx")
DELIMITERS = ",;\t"

WITHIN = 20
"""Rows at the beginning of a sheet that are looked through for its header."""

_SEP = re.compile(r'"?sep=([^\w\s"]|\t)"?\1*', re.IGNORECASE)
_ERROR = re.compile(r"#(N/A|NV|[A-ZÄÉÜ0-9/_]+[!?])|Err:[0-9]{3}")
"""What spreadsheets write into CSV in place of a value, in English, German and French."""

_Rows = list[tuple[int, list[str]]]


@dataclass(frozen=True)
class Wanted:
    """The columns by which the header of a table is known."""

    names: tuple[str, ...]  #: As messages have them.
    missing: Callable[[Sequence[str]], Collection[str]]  #: Those of them that a row of headings lacks.

    @classmethod
    def of(cls, names: Sequence[str]) -> Wanted:
        """Columns of exactly these names, in any order and among others."""
        return cls(tuple(names), lambda headings: set(names).difference(headings))

    def fit(self, headings: Sequence[str]) -> float:
        """Share of the columns that a row of headings has."""
        return 1 - len(self.missing(headings)) / len(self.names)


@dataclass(frozen=True)
class Grid:
    """The cells of a sheet, as text without space at its ends."""

    file: str  #: Name of the file, with that of the worksheet if there are several; for messages.
    header: int  #: Number of the row that was taken as the header, the second of two.
    headings: tuple[str, ...]  #: Cells of that row.
    #: Row number in the file and cells, as many as there are headings; empty rows are left out.
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    faults: tuple[Fault, ...] = ()  #: Cells that have no value or no heading, to be told with all others.
    notes: tuple[str, ...] = ()  #: What was not read, in words.
    #: Whether a comma in a number may be decimal: cells are separated by something else.
    commas: bool = False


def read_grid(path: Path, wanted: Wanted, worksheet: str = "") -> Grid:
    """Read a file that is one table; see `read_grids`. `BuzanError` where several worksheets are such a table."""
    grids = read_grids(path, wanted, worksheet)
    if len(grids) > 1:
        names = ", ".join(repr(grid.file.partition(", worksheet ")[2]) for grid in grids)
        raise BuzanError(f"{path.name}: one worksheet is needed, and {names} all have these columns")
    return grids[0]


def read_grids(path: Path, wanted: Wanted, worksheet: str = "") -> list[Grid]:
    """Read every table of a file.

    Of a ``.csv`` or ``.tsv`` file in UTF-8, with or without a byte order mark, any line ends, and fields separated by
    commas, semicolons or tabs, or by what a first line such as ``sep=;`` says. Of a ``.xlsx`` file every worksheet
    that has at least half of the columns, or the one that is named. The header is the first of `WITHIN` rows that has
    all columns, alone or with the row below it (a header of two rows); else the first row that has any.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    wanted : Wanted
        Columns of the header.
    worksheet : str
        Name of the worksheet to be read; empty for all that fit.

    Raises
    ------
    DataError
        If it is not UTF-8, has unpaired quotes, no row with any of the columns, or more cells than can be read.
    BuzanError
        If there is no such file or worksheet, the file is of another kind, or cannot be read.
    """
    suffix = path.suffix.casefold()
    if suffix not in SUFFIXES:
        raise BuzanError(f"{path.name}: a sheet must be a file of another kind; {nearest(suffix, SUFFIXES)}")
    if not path.is_file():
        raise BuzanError(f"{path} is a folder, not a sheet" if path.is_dir() else f"no sheet at {path}")
    data = opened(lambda: contents(path), path)
    if suffix == ".xlsx":
        return _from_workbook(path, data, wanted, worksheet)
    if worksheet:
        raise BuzanError(f"{path.name} has no worksheets: only a workbook (.xlsx) has")
    return [_from_csv(path.name, data, wanted)]


def told_once(grids: Iterable[Grid], faults: Iterable[Fault]) -> list[Fault]:
    """Faults of grids and of what was made of them, without those that only follow from a cell without a value."""
    first = dict.fromkeys(fault for grid in grids for fault in grid.faults)
    cells = {(fault.file, fault.row, fault.column) for fault in first}
    return [*first, *(one for one in dict.fromkeys(faults) if (one.file, one.row, one.column) not in cells)]


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


def _from_csv(file: str, data: bytes, wanted: Wanted) -> Grid:
    """The table of a text; rows have the number of the line that each begins in."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError([undecodable(file, error, need="UTF-8 is needed: save as CSV UTF-8")]) from None
    lines = text[: 2**16].splitlines()[: 2 * WITHIN]
    first = next(filter(str.strip, lines), "")
    said = _SEP.fullmatch(first.strip(" "))
    if said:
        delimiter = said[1]
    else:
        split = {mark: list(enumerate(csv.reader(lines, delimiter=mark))) for mark in DELIMITERS}
        fits = {
            mark: max((wanted.fit(one.headings) for one in _headers(_filled(split[mark]))), default=0)
            for mark in DELIMITERS
        }
        delimiter = max(DELIMITERS, key=lambda mark: (fits[mark], first.count(mark)))
    rows = csv_rows(file, text, delimiter)
    if said:
        at = next(place for place, (_, cells) in enumerate(rows) if any(cells))
        rows = rows[at + 1 :]
    return replace(_grid(file, _filled(rows), [], wanted), commas=delimiter != ",")


def _from_workbook(path: Path, data: bytes, wanted: Wanted, worksheet: str) -> list[Grid]:
    """The tables of a workbook, whose rows are numbered as it numbers them."""
    found = opened(lambda: worksheets(data), path)
    if worksheet:
        check_name(f"worksheet of {path.name}", worksheet, [sheet.name for sheet in found])
    rows = {sheet.name: _filled(list(enumerate(sheet.rows, start=1))) for sheet in found}
    chosen = [sheet for sheet in found if rows[sheet.name] and sheet.name == (worksheet or sheet.name)]
    grids = []
    for sheet in chosen:
        if len(chosen) == 1 or wanted.fit(_header(rows[sheet.name], wanted).headings) >= 0.5:
            file = path.name if len(found) == 1 else f"{path.name}, worksheet {sheet.name}"
            grids.append(_grid(file, rows[sheet.name], sheet.faults, wanted))
    if not grids:
        if not chosen:
            raise DataError([Fault(path.name, 1, "", "", "a header row is needed")])
        names = ", ".join(sheet.name for sheet in chosen)
        need = f"a worksheet with the columns {', '.join(wanted.names)} is needed"
        raise DataError([Fault(path.name, 0, "", names, need)])
    read = {grid.file for grid in grids}
    left = [sheet.name for sheet in found if f"{path.name}, worksheet {sheet.name}" not in read]
    if len(found) > 1 and left:
        note = f"{path.name}: not read: worksheet {', '.join(map(repr, left))}"
        grids[0] = replace(grids[0], notes=(note, *grids[0].notes))
    return grids


def _filled(rows: _Rows) -> _Rows:
    """The rows that are not empty, their cells without space at the ends."""
    stripped = [(row, [cell.strip() for cell in cells]) for row, cells in rows]
    return [(row, cells) for row, cells in stripped if any(cells)]


class _Header(NamedTuple):
    first: int  #: Place of its first row among the rows that are not empty.
    last: int  #: Place of its last row.
    headings: list[str]


def _headers(rows: _Rows) -> Iterator[_Header]:
    """What may be a header: each row, and each row with the one below it, whose cells count where both have one."""
    within = [cells for _, cells in rows[:WITHIN]]
    for at, cells in enumerate(within):
        yield _Header(at, at, _trimmed(cells))
    for at, (upper, lower) in enumerate(pairwise(within)):
        both = [low or up for up, low in zip_longest(upper, lower, fillvalue="")]
        yield _Header(at, at + 1, _trimmed(both))


def _trimmed(cells: list[str]) -> list[str]:
    """Cells up to the last that is not empty."""
    return cells[: max((at + 1 for at, cell in enumerate(cells) if cell), default=0)]


def _header(rows: _Rows, wanted: Wanted) -> _Header:
    """Find the header among rows that are not empty."""
    options = list(_headers(rows))
    whole = [one for one in options if wanted.fit(one.headings) == 1]
    if whole:
        # Of one that has gaps, the row below it may have the headings that are missing.
        return min(whole, key=lambda one: ("" in one.headings, one.last - one.first, one.first))
    singles = [one for one in options if one.first == one.last]
    if wanted.fit(singles[0].headings) > 0:
        return singles[0]
    return max(singles, key=lambda one: wanted.fit(one.headings))


def _grid(file: str, filled: _Rows, valueless: Sequence[tuple[int, int, str, str]], wanted: Wanted) -> Grid:
    """Find the header among rows that are not empty, and hold the cells below it against it."""
    if not filled:
        raise DataError([Fault(file, 1, "", "", "a header row is needed")])
    above, at, headings = _header(filled, wanted)
    header, width = filled[at][0], len(headings)
    if width > WIDEST:
        need = f"at most {WIDEST} columns can be read"
        raise DataError([Fault(file, header, "", f"{width} columns", need)])
    if width * len(filled) > CELLS:
        size = f"{len(filled)} rows of {width} columns"
        raise DataError([Fault(file, 0, "", size, f"at most {CELLS} cells can be read")])
    if wanted.fit(headings) == 0:
        need = f"this row was taken as the header, and has none of the columns {', '.join(wanted.names)}"
        raise DataError([Fault(file, header, "", headings[0], need)])
    rows = [(row, cells + [""] * (width - len(cells))) for row, cells in filled[at + 1 :]]
    need = f"no more than {width} cells, as in the header"
    faults = [
        Fault(file, row, "", next(filter(None, cells[width:])), need)
        for row, cells in rows
        if any(cells[width:])
    ]
    for row, column, value, need in valueless:
        name = headings[column - 1] if column <= width else ""
        place = f"cell {_letters(column)}{row}"
        faults += [Fault(file, row, name, value, need, place)] if row > header else []
    for row, cells in rows:
        found = zip(headings, cells, strict=False)
        errors = ((name, cell) for name, cell in found if cell[:1] in ("#", "E") and _ERROR.fullmatch(cell))
        faults += [Fault(file, row, name, cell, NO_VALUE) for name, cell in errors]
    note = f"{file}: not read: {above} rows above the header, which is row {header}"
    kept = tuple((row, tuple(cells[:width])) for row, cells in rows)
    return Grid(file, header, tuple(headings), kept, tuple(faults), (note,) if above else ())


def _letters(column: int) -> str:
    """Name of a column of a spreadsheet, 27 being ``AA``."""
    before, last = divmod(column - 1, 26)
    return (_letters(before) if before else "") + chr(65 + last)
