"""A table of the user's own that takes the place of one that ships, however it is kept."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from buzanlib.errors import DataError, Fault
from buzanlib.sources.own_numbers import plain_numbers
from buzanlib.sources.sheet_files import Grid, Wanted, read_grid, told_once
from buzanlib.sources.state_names import UNKNOWN, read_states
from buzanlib.sources.write import render_table
from buzanlib.tables.checks import FORMS, check_table, unknown_columns
from buzanlib.tables.reading import RawTable, contents, read, repeated_columns
from buzanlib.tables.schema import Field, Table

NUMBERS = ("number", "integer", "year")

CODE = 3
"""Letters of the longest code of a state in `states.csv`."""


@dataclass(frozen=True)
class OwnTable:
    """A table as it was read."""

    #: Cells as text, described columns first and in order; the index is the row of the file.
    frame: pd.DataFrame
    table: Table  #: Its description, with a field for each further column.
    same: bool  #: Whether the file is such a table already, byte for byte.
    #: Of the file and within the table; of a file that is the `same`, only those of the file.
    faults: list[Fault]
    notes: tuple[str, ...] = ()  #: What was not read, in words.

    def rendered(self) -> str:
        """The table in the form of a data folder."""
        return render_table(self.frame)

    def rows(self) -> dict[int, int]:
        """Row of the file by the line that it has in `rendered`."""
        breaks = sum(
            (self.frame[name].str.count("\n") for name in self.frame), pd.Series(0, self.frame.index)
        )
        lines = (breaks + 1).cumsum().shift(fill_value=0) + 2
        return dict(zip(lines.astype(int).tolist(), self.frame.index.tolist(), strict=True))

    def further(self, described: Table) -> list[dict[str, str]]:
        """Name and type of each column that the user has and nobody has described."""
        known = described.fitted(self.table.columns).columns
        return [{"name": one.name, "type": one.type} for one in self.table.fields if one.name not in known]

    def said(self, file: str, described: Table) -> list[str]:
        """What was read from the file and what was not, in words."""
        names = ", ".join(field["name"] for field in self.further(described))
        kept = f", and further columns, which are kept: {names}" if names else ""
        return [f"{file}: {len(self.frame)} rows of {described.path}{kept}", *self.notes]


def read_own(path: Path, described: Table, worksheet: str = "") -> OwnTable:
    """Read a table of the user's own.

    A file in the form of a data folder is taken as it is, but for words that stand for missing numbers. Any other is
    read as `sheet_files.read_grids` reads a table, of a workbook the `worksheet` if one is named; its columns may stand
    in any order, and further ones are kept. States may be given by any name or code that `state_names.read_states`
    reads.

    Raises
    ------
    DataError
        If it is no such table at all, or two columns have one heading.
    BuzanError
        If it cannot be read, or several worksheets are such a table.
    """
    raw = None if worksheet else _as_it_is(path, described)
    if raw is not None and raw.frame is not None:
        frame, faults, grids = raw.frame, raw.faults, []
    else:
        grids = [read_grid(path, Wanted.of(described.columns), worksheet)]
        frame, faults = _framed(grids[0], described), []
    columns = [str(name) for name in frame.columns]
    fitted = described.fitted(columns)
    if lacking := [name for name in described.columns if name not in columns]:
        if not grids:  # the check of the folder says which
            return OwnTable(frame, fitted, True, faults)
        unknown = [name for name in columns if name not in fitted.columns]
        header = unknown_columns(grids[0].file, grids[0].header, unknown, lacking, described.columns)
        raise DataError([*header, *grids[0].faults])
    further = [name for name in columns if name not in fitted.columns]
    fields, indices = described.fields, fitted.fields[len(described.fields) :]
    table = replace(described, fields=(*fields, *(_field(name, frame[name]) for name in further), *indices))
    tidy = frame[[name for name in table.columns if name in columns]].copy()
    refused: dict[tuple[str, str], str] = {}
    for field in table.fields:
        if field.type in NUMBERS and field.name in tidy:
            commas = any(grid.commas for grid in grids)
            tidy[field.name], left = plain_numbers(tidy[field.name], field.type != "number", commas)
            refused |= {(field.name, value): need for value, need in left.items()}
    file = grids[0].file if grids else path.name
    unread, notes = _read_states(tidy, table, file)
    same = raw is not None and columns == list(tidy.columns) and tidy.equals(frame) and not unread
    if not same:
        broken = raw.broken if raw is not None else set()
        places = {(one.row, one.column) for one in unread}
        found = check_table(table, tidy)
        found = [one for one in found if one.row not in broken and (one.row, one.column) not in places]
        told = [
            replace(one, file=file, allowed=refused.get((one.column, one.value), one.allowed))
            for one in found
        ]
        faults = told_once(grids, [*faults, *unread, *told])
    return OwnTable(tidy, table, same, faults, (*(note for grid in grids for note in grid.notes), *notes))


def _read_states(frame: pd.DataFrame, table: Table, file: str) -> tuple[list[Fault], list[str]]:
    """Put the codes of `states.csv` in place of the names and codes in columns of states, which are judged together.

    Gives a fault of each cell that may stand for several states, and how they were read, in words. A code that nobody
    knows is left to the check of the folder, for `states.csv` may be the user's own.
    """
    columns = [key.field for key in table.foreign_keys if key.resource == "states" and key.field in frame]
    when = frame["year"].tolist() if "year" in frame else [""] * len(frame)
    years = [int(year) if year.isdecimal() else None for year in when]
    places = [(row, column) for column in columns for row in frame.index.tolist()]
    read = read_states([cell for column in columns for cell in frame[column].tolist()], years * len(columns))
    for at, column in enumerate(columns):
        here = pd.Series(read.iso3[at * len(frame) : (at + 1) * len(frame)], frame.index, dtype="str")
        frame[column] = here.where(here.fillna("") != "", frame[column])
    faults = []
    for place, need in read.needs.items():
        row, column = places[place]
        cell = str(frame.loc[row, column])
        if need != UNKNOWN or len(cell) > CODE:
            faults.append(Fault(file, row, column, cell, need))
    return faults, [f"{file}: {note}" for note in [read.note()] if note]


def _as_it_is(path: Path, described: Table) -> RawTable | None:
    """The table of a file that has the form of a data folder, though it may have faults; else None."""
    if path.suffix.casefold() != ".csv":
        return None
    try:
        data = contents(path)
    except OSError:
        return None  # which reading it as any other says in words
    if data.startswith(codecs.BOM_UTF8) or b"\r" in data:
        return None
    raw = read(path.parent, path.name)
    names = [] if raw.frame is None else [str(name) for name in raw.frame.columns]
    return raw if Wanted.of(described.columns).fit(names) >= 0.5 else None


def _framed(grid: Grid, described: Table) -> pd.DataFrame:
    """The cells of a grid by heading and row; of columns without a heading, only empty ones may be left out."""
    if twice := repeated_columns(grid.file, grid.header, filter(None, grid.headings)):
        raise DataError(twice)
    named = [at for at, name in enumerate(grid.headings) if name]
    nameless = [
        Fault(grid.file, row, "", cell, "the column of this cell needs a heading")
        for row, cells in grid.rows
        for at, cell in enumerate(cells)
        if cell and not grid.headings[at]
    ]
    if nameless:
        raise DataError(nameless)
    cells = [[of[at] for at in named] for _, of in grid.rows]
    frame = pd.DataFrame(cells, columns=[grid.headings[at] for at in named], dtype="str")
    frame.index = pd.Index([row for row, _ in grid.rows], dtype="int64")
    return frame


def _field(name: str, cells: pd.Series[str]) -> Field:
    """Field of a column that nobody has described: numbers, if every cell that has one is a number."""
    plain, _ = plain_numbers(cells, False, False)
    held = [value for value in plain.unique().tolist() if value]
    numeric = bool(held) and all(map(FORMS["number"][0].fullmatch, held))
    return Field(name, "number" if numeric else "string")
