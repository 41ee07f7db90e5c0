"""An index of the user's own: a value for each state and year, added to the panel as a column."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError, DataError, Fault, nearest
from buzanlib.files import alone, demand_absent
from buzanlib.sources.sheet_files import Grid, read_grid
from buzanlib.sources.write import write_table
from buzanlib.tables.checks import check_table, faults_at
from buzanlib.tables.descriptor import load_tables
from buzanlib.tables.reading import read
from buzanlib.tables.schema import Descriptor, Field, Table

AXES = ("power", "cohesion")
KEY = ["iso3", "year"]


@dataclass(frozen=True)
class Merged:
    """An index that was added."""

    column: str  #: Its column in the panel, and its name in a study.
    values: int  #: Number of values.
    states: int  #: Number of states.
    first: int  #: First year.
    last: int  #: Last year.
    added: int  #: Rows of years that the panel did not have, one for each member.


def merge_index(file: Path, axis: str, name: str, data: Path, out: Path, panel: Path | None = None) -> Merged:
    """Write a panel with an index of the user's own as its last column.

    Parameters
    ----------
    file : pathlib.Path
        CSV or XLSX (see `sheet_files.read_grid`) with the columns ``iso3``, ``year`` and ``value``; more means
        stronger. A row without a value is skipped.
    axis : {"power", "cohesion"}
        What the index measures.
    name : str
        Small letters, digits and underscores; the column is ``power_name`` or ``cohesion_name``.
    data : pathlib.Path
        Folder of the tables.
    out : pathlib.Path
        New file, or the `panel` itself.
    panel : pathlib.Path, optional
        What the column is added to; by default the panel of the folder.

    Raises
    ------
    DataError
        With every fault of the file, or of the panel.
    BuzanError
        If the axis or the name is wrong, the panel has the column already, `out` exists, or another command is at work
        in its folder.
    """
    if axis not in AXES:
        raise BuzanError(f"unknown axis {axis!r}; {nearest(axis, AXES)}")
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise BuzanError(f"{name!r} is no name of an index: small letters, digits and underscores are needed")
    source = panel or data / "panel.csv"
    if out.resolve() != source.resolve():
        demand_absent(out)
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
    """The panel up to a year, with an empty row for each state of its own last year, since a panel has every member."""
    end = max(map(int, panel["year"].unique()))
    members = panel.loc[panel["year"] == str(end), "iso3"]
    years = map(str, range(end + 1, last + 1))
    more = [pd.DataFrame({"iso3": members.to_numpy(), "year": year}, dtype="str") for year in years]
    return pd.concat([panel, *more]).fillna("").reset_index(drop=True)


def _demand_rows(own: pd.DataFrame, panel: pd.DataFrame, file: str) -> None:
    """Refuse values of years in which the panel does not have the state."""
    keys = pd.MultiIndex.from_frame(own[KEY])
    absent = own[~keys.isin(pd.MultiIndex.from_frame(panel[KEY]))]
    if len(absent):
        need = "the panel has no such state in this year: only members of the United Nations are placed"
        raise DataError(faults_at(file, "iso3+year", absent["iso3"] + ", " + absent["year"], need))


def _read(grid: Grid, panel: Table, states: Collection[str]) -> pd.DataFrame:
    """State, year and value, as text, of every row that has a value."""
    headings = [heading.casefold() for heading in grid.headings]
    if twice := {heading for heading in headings if headings.count(heading) > 1}:
        need = "a column may occur only once"
        raise DataError([Fault(grid.file, grid.header, name, name, need) for name in twice])
    fields = panel.field("iso3"), panel.field("year"), Field("value", "number", required=True)
    described = Table(panel.name, grid.file, fields, panel.key)
    frame = pd.DataFrame([cells for _, cells in grid.rows], columns=headings, dtype="str")
    frame.index = pd.Index([number for number, _ in grid.rows], dtype="int64")
    if set(headings) == set(described.columns):
        frame = frame.loc[frame["value"] != "", list(described.columns)]
        if frame.empty:
            raise DataError([Fault(grid.file, 0, "value", "no value", "at least one state needs a value")])
    faults = check_table(described, frame)
    if "iso3" in frame:
        unknown = frame.loc[(frame["iso3"] != "") & ~frame["iso3"].isin(states), "iso3"]
        needs = [f"not in column iso3 of states.csv; {nearest(code, sorted(states))}" for code in unknown]
        faults += faults_at(grid.file, "iso3", unknown, needs)
    if faults:
        raise DataError(faults)
    return frame
