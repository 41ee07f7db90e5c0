"""An index of one's own: a value a state and year, put into the panel as a further column."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError, DataError, Fault, nearest
from buzanlib.files import alone
from buzanlib.sources.sheet_files import Grid, read_grid
from buzanlib.sources.write import write_table
from buzanlib.tables.checks import check_table
from buzanlib.tables.descriptor import load_tables
from buzanlib.tables.reading import read
from buzanlib.tables.schema import Descriptor, Field, Table

AXES = ("power", "cohesion")
KEY = ["iso3", "year"]


@dataclass(frozen=True)
class Merged:
    """What has become of an index.

    Attributes
    ----------
    column : str
        Its column in the panel, and its name in a study.
    values, states : int
        How many values it has, and of how many states.
    first, last : int
        Its years.
    added : int
        Rows of later years than the panel had, one for every member.
    """

    column: str
    values: int
    states: int
    first: int
    last: int
    added: int


def merge_index(file: Path, axis: str, name: str, data: Path, out: Path, panel: Path | None = None) -> Merged:
    """Write a panel with an index of one's own behind its other columns.

    Parameters
    ----------
    file : pathlib.Path
        CSV or XLSX (see `sheet_files.read_grid`) with the columns ``iso3``, ``year`` and ``value``; more means
        stronger. A row without a value is passed over.
    axis : {"power", "cohesion"}
        What the index measures.
    name : str
        Small letters, digits and underscores; the column is ``power_name`` or ``cohesion_name``.
    data : pathlib.Path
        Folder of the tables.
    out : pathlib.Path
        Where to; what is there is replaced only if it is the `panel`.
    panel : pathlib.Path, optional
        What the column is added to, that of the folder by default; another index may be in it already.

    Returns
    -------
    Merged

    Raises
    ------
    DataError
        With every fault of the file, or of the panel.
    BuzanError
        If the axis or the name is none, the panel has the column, something else is at `out`, or another command is at
        work in that folder.
    """
    if axis not in AXES:
        raise BuzanError(f"unknown axis {axis!r}; {nearest(axis, AXES)}")
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise BuzanError(f"{name!r} is no name of an index: small letters, digits and underscores are needed")
    source = panel or data / "panel.csv"
    if os.path.lexists(out) and out.resolve() != source.resolve():
        raise BuzanError(f"{out} is there already, and is not written over")
    with alone(out.parent):
        return _merged(file, f"{axis}_{name}", source, data, out)


def _merged(file: Path, column: str, source: Path, data: Path, out: Path) -> Merged:
    raw = read(source.parent, source.name)
    if raw.frame is None or raw.faults:
        raise DataError(raw.faults)
    if column in raw.frame.columns:
        raise BuzanError(f"{source} has a column {column!r} already; another name is needed")
    described = Descriptor.load(data).table("panel")
    states = set(load_tables(data, ["states"])["states"]["iso3"])
    own = _read(read_grid(file), described, states)
    years = own["year"].astype(int)
    longer = _continued(raw.frame, int(years.max()))
    _demand_rows(own, longer, file.name)
    whole = longer.merge(own.rename(columns={"value": column}), on=KEY, how="left").fillna("")
    write_table(whole.sort_values(KEY), out)
    added = len(longer) - len(raw.frame)
    return Merged(column, len(own), own["iso3"].nunique(), int(years.min()), int(years.max()), added)


def _continued(panel: pd.DataFrame, last: int) -> pd.DataFrame:
    """The panel up to a year, with an empty row for each state that is in its own last year and each year behind it.

    A panel has every member in every year, also those that an index does not know.
    """
    end = max(map(int, panel["year"].unique()))
    members = panel.loc[panel["year"] == str(end), "iso3"]
    more = [
        pd.DataFrame({"iso3": members.to_numpy(), "year": str(year)}, dtype="str")
        for year in range(end + 1, last + 1)
    ]
    return pd.concat([panel, *more]).fillna("").reset_index(drop=True)


def _demand_rows(own: pd.DataFrame, panel: pd.DataFrame, file: str) -> None:
    """Refuse values of years in which the panel does not have the state."""
    there = pd.MultiIndex.from_frame(panel[KEY])
    alone = own[~pd.MultiIndex.from_frame(own[KEY]).isin(there)]
    if len(alone):
        need = "the panel has no such state in this year: only members of the United Nations are placed"
        raise DataError(
            [
                Fault(file, row, "iso3+year", f"{code}, {year}", need)
                for row, code, year in zip(alone.index.tolist(), alone["iso3"], alone["year"], strict=True)
            ]
        )


def _read(grid: Grid, panel: Table, states: Collection[str]) -> pd.DataFrame:
    """State, year and value, as text, of every row that has a value."""
    headings = [heading.casefold() for heading in grid.headings]
    if twice := {heading for heading in headings if headings.count(heading) > 1}:
        raise DataError(
            [Fault(grid.file, grid.header, name, name, "a column may stand only once") for name in twice]
        )
    value = Field(name="value", type="number", description="the index", required=True)
    described = replace(
        panel,
        path=grid.file,
        fields=(panel.field("iso3"), panel.field("year"), value),
        rules=(),
        ordered=(),
        begins=(),
    )
    frame = pd.DataFrame([cells for _, cells in grid.rows], columns=headings, dtype="str")
    frame.index = pd.Index([number for number, _ in grid.rows], dtype="int64")
    if set(headings) == set(described.columns):
        frame = frame.loc[frame["value"] != "", list(described.columns)]
        if frame.empty:
            raise DataError([Fault(grid.file, 0, "value", "no value", "at least one state needs a value")])
    faults = check_table(described, frame)
    if "iso3" in frame:
        faults += [
            Fault(
                grid.file,
                row,
                "iso3",
                code,
                f"not in column iso3 of states.csv; {nearest(code, sorted(states))}",
            )
            for row, code in zip(frame.index.tolist(), frame["iso3"], strict=True)
            if code and code not in states
        ]
    if faults:
        raise DataError(sorted(faults))
    return frame
