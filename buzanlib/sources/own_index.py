"""An index of the user's own: a value for each state and year, added to the panel as a column."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError, DataError, Fault, check_name, nearest, some
from buzanlib.files import alone, demand_absent
from buzanlib.sources.own_numbers import SENTINELS, plain_numbers
from buzanlib.sources.own_tables import read_own
from buzanlib.sources.sheet_files import Grid, Wanted, read_grid, told_once
from buzanlib.sources.state_names import SCHEMES, ReadStates, read_states
from buzanlib.sources.write import write_table
from buzanlib.tables.checks import check_table, faults_at, repeated, unknown_columns
from buzanlib.tables.descriptor import load_tables
from buzanlib.tables.reading import repeated_columns
from buzanlib.tables.schema import Descriptor, Field, Table

AXES = ("power", "cohesion")
KEY = ["iso3", "year"]
COLUMNS = ("iso3", "year", "value")

NAMED = 100
"""Regions and territories that are named among those that were skipped."""

STATE = {
    **dict.fromkeys(
        ("country code", "iso3c", "iso3 code", "iso 3", "iso code", "code", "country_text_id"), ""
    ),
    **dict.fromkeys(("cow", "cowcode", "cowc", "cown", "stateabb", "ccode"), "cow"),
    **{"iso2": "iso2", "iso2c": "iso2", "ioc": "ioc", "fifa": "fifa"},
    **dict.fromkeys(
        ("state", "country", "country name", "economy", "entity", "location", "name", "pays"), ""
    ),
}
"""Other headings of the column of states, of which the first is taken, and the scheme of those that name one."""


@dataclass(frozen=True)
class Merged:
    """An index that was added."""

    column: str  #: Its column in the panel, and its name in a study.
    values: int  #: Number of values.
    states: int  #: Number of states.
    first: int  #: First year.
    last: int  #: Last year.
    missing: int  #: State-years of the file without a value: with `values` and `skipped`, all that it has.
    skipped: int  #: Values of what is no member of the United Nations, such as the world or a region.
    added: int  #: Rows of years that the panel did not have, one for each member.
    left: tuple[str, ...] = ()  #: Headings of columns that were not read.
    notes: tuple[str, ...] = ()  #: What else was not read, or is to be looked at, in words.


def merge_index(
    file: Path,
    axis: str,
    name: str,
    data: Path,
    out: Path,
    panel: Path | None = None,
    worksheet: str = "",
    scheme: str = "",
) -> Merged:
    """Write a panel with an index of the user's own as its last column.

    Parameters
    ----------
    file : pathlib.Path
        CSV or XLSX (see `sheet_files.read_grid`) with the columns ``iso3`` (or one of `STATE`), ``year`` and
        ``value``, or with a column a year in place of the last two; more means stronger. What is missing (see
        `own_numbers`) is counted and skipped.
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
    worksheet : str
        Name of the worksheet, where several have such columns.
    scheme : str
        Scheme of `state_names.SCHEMES` of its states; by default that which reads the whole column. What is no member
        of the United Nations is counted and skipped.

    Raises
    ------
    DataError
        With every fault of the file, or else of the panel.
    BuzanError
        If the axis or the name is wrong, the panel has the column already, `out` exists, or another command is at work
        in its folder.
    """
    if axis not in AXES:
        raise BuzanError(f"unknown axis {axis!r}; {nearest(axis, AXES)}")
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise BuzanError(f"{name!r} is no name of an index: small letters, digits and underscores are needed")
    if scheme:
        check_name("scheme of states", scheme, SCHEMES)
    if out.suffix.casefold() != ".csv":
        raise BuzanError(f"{out.name}: the panel is written as CSV; {nearest(out.suffix, ['.csv'])}")
    source = panel or data / "panel.csv"
    if out.resolve() != source.resolve():
        demand_absent(out)
    with alone(out.parent):
        return _merged(file, f"{axis}_{name}", source, data, out, (worksheet, scheme))


def _merged(file: Path, column: str, source: Path, data: Path, out: Path, chosen: tuple[str, str]) -> Merged:
    described = Descriptor.load(data).table("panel")
    panel = read_own(source, described)
    if panel.faults or (wrong := check_table(panel.table, panel.frame)):
        raise DataError(panel.faults or wrong)
    if column in panel.frame.columns:
        raise BuzanError(f"{source} has a column {column!r} already; another name is needed")
    states = load_tables(data, ["states"])["states"]
    members = set(states.loc[states["kind"] == "member", "iso3"])
    worksheet, scheme = chosen
    index = _read(read_grid(file, _WANTED, worksheet), described, members, scheme)
    own = index.rows
    sound = own[own["sound"]]
    years = sound["year"].astype(int)
    longer = _continued(panel.frame, int(years.max())) if len(sound) else panel.frame
    faults = [*index.faults, *_without_row(index, longer)]
    if faults:
        raise DataError(told_once([index.grid], faults))
    values = own[[*KEY, "value"]].rename(columns={"value": column})
    whole = longer.merge(values, on=KEY, how="left").fillna("")
    write_table(whole.sort_values(KEY), out)
    added, span = len(longer) - len(panel.frame), (int(years.min()), int(years.max()))
    notes = (*index.grid.notes, *index.notes, *panel.notes, *_codes_of_missing(own["value"], file.name))
    counts = len(own), own["iso3"].nunique(), *span, index.missing, index.skipped, added
    return Merged(column, *counts, index.left, notes)


def _continued(panel: pd.DataFrame, last: int) -> pd.DataFrame:
    """The panel up to a year, with an empty row for each state of its own last year, since a panel has every member."""
    end = max(map(int, panel["year"].unique()))
    members = panel.loc[panel["year"] == str(end), "iso3"]
    years = map(str, range(end + 1, last + 1))
    more = [pd.DataFrame({"iso3": members.to_numpy(), "year": year}, dtype="str") for year in years]
    return pd.concat([panel, *more]).fillna("").reset_index(drop=True)


def _without_row(index: _Index, panel: pd.DataFrame) -> list[Fault]:
    """Faults of values of years in which the panel does not have the state."""
    sound = index.rows[index.rows["sound"]]
    keys = pd.MultiIndex.from_frame(sound[KEY])
    absent = sound[~keys.isin(pd.MultiIndex.from_frame(panel[KEY]))]
    need = "the panel has no such state in this year: only members of the United Nations are placed"
    cells = pd.Series((absent["iso3"] + ", " + absent["year"]).to_numpy(), index=absent["row"], dtype="str")
    return faults_at(index.grid.file, "iso3+year", cells, need)


def _codes_of_missing(values: pd.Series[str], file: str) -> list[str]:
    """A question for each number that publishers put for a missing value, where it is the least and stands twice."""
    least = str(min(values, key=float))
    count = int((values == least).sum())
    if least not in SENTINELS or count < 2:
        return []
    return [
        f"{file}: {least} stands {count} times and is the least value: if it means that there is none, clear it"
    ]


@dataclass(frozen=True)
class _Index:
    """A file of an index as it was read."""

    grid: Grid
    #: Of each value: row of the file, iso3, year, value, and whether state and year are sound.
    rows: pd.DataFrame
    missing: int  #: State-years without a value.
    skipped: int  #: Values of what is no member.
    left: tuple[str, ...]  #: Headings of the columns that are not read.
    notes: list[str]  #: How states were read, and what was skipped, in words.
    faults: list[Fault]


def _named(headings: Sequence[str]) -> dict[str, int]:
    """Place of state, year and value among the headings, and of each year where years have columns of their own."""
    folded = [heading.casefold() for heading in headings]
    places = {name: folded.index(name) for name in COLUMNS if name in folded}
    for name in STATE if "iso3" not in places else ():
        if name in folded:
            places.setdefault("iso3", folded.index(name))
    years = {name: at for at, name in enumerate(folded) if re.fullmatch("[0-9]{4}", name)}
    # One year and no state is a row of values, and no header.
    if not {"year", "value"} & places.keys() and ("iso3" in places or len(years) > 1):
        places |= years
    return places


def _lacks(headings: Sequence[str]) -> set[str]:
    places = _named(headings)
    wide = places.keys() - {"iso3"} and not {"year", "value"} & places.keys()
    return {"iso3"} - places.keys() if wide else set(COLUMNS) - places.keys()


_WANTED = Wanted(COLUMNS, _lacks)


def _read(grid: Grid, panel: Table, members: Collection[str], scheme: str) -> _Index:
    """State, year and value, as text, of every value, from one row each or one column a year."""
    places, missing = _named(grid.headings), _lacks(grid.headings)
    headings = [heading.casefold() for heading in grid.headings]
    used = {headings[at] for at in places.values()}
    if twice := repeated_columns(grid.file, grid.header, filter(used.__contains__, headings)):
        raise DataError(twice)
    if missing:
        unknown = [heading for heading in headings if heading and heading not in used]
        raise DataError(
            [*unknown_columns(grid.file, grid.header, unknown, sorted(missing), COLUMNS), *grid.faults]
        )
    frame, known = _long(grid, places), {None, *members}
    frame["value"], refused = plain_numbers(frame["value"], False, grid.commas)
    frame["year"], _ = plain_numbers(frame["year"], True, False)
    empty = frame["value"] == ""
    read = _read_states(frame, scheme or STATE.get(grid.headings[places["iso3"]].casefold(), ""))
    skip = ~empty & pd.Series(
        [
            bool(cell.strip()) and iso3 not in known
            for cell, iso3 in zip(frame["iso3"], read.iso3, strict=True)
        ]
    )
    notes = [f"{grid.file}: {note}" for note in (read.note(), *_skipped(frame[skip])) if note]
    frame["need"] = pd.Series(read.needs, dtype="str").reindex(frame.index)
    frame["iso3"] = pd.Series(read.iso3, dtype="str").fillna(frame["iso3"])
    frame = frame[~empty & ~skip].reset_index(drop=True)
    if frame.empty:
        raise DataError(
            [Fault(grid.file, 0, "value", "no value", "at least one state needs a value"), *grid.faults]
        )
    fields = panel.field("iso3"), panel.field("year"), Field("value", "number", required=True)
    found = check_table(Table(panel.name, grid.file, fields), frame[list(COLUMNS)])
    unread = frame["need"].notna()
    faults = [fault for fault in found if fault.column != "iso3" or not unread[fault.row]]
    faults += faults_at(grid.file, "iso3", frame.loc[unread, "iso3"], frame.loc[unread, "need"])
    wrong = {fault.row for fault in faults if fault.column in KEY}
    frame["sound"] = ~frame.index.isin(list(wrong))
    placed = [_at(fault, frame, grid, places, refused) for fault in faults]
    keys = frame.loc[frame["sound"], KEY].set_axis(frame.loc[frame["sound"], "row"])
    placed += repeated(grid.file, keys)
    spare = (at for at in range(len(grid.headings)) if at not in places.values())
    named = (
        grid.headings[at] or f"column {at + 1}" for at in spare if any(cells[at] for _, cells in grid.rows)
    )
    left = tuple(named)
    return _Index(grid, frame, int(empty.sum()), int(skip.sum()), left, notes, placed)


def _read_states(frame: pd.DataFrame, scheme: str) -> ReadStates:
    """The states of every cell, by the year that it has; those without a value help to tell the scheme."""
    years = [int(year) if year.isdecimal() else None for year in frame["year"]]
    return read_states(frame["iso3"].tolist(), years, scheme, "say by --states which it is, or write names")


def _skipped(frame: pd.DataFrame) -> Iterator[str]:
    """How many rows are of no member, and of what, in words."""
    if not frame.empty:
        names = frame["iso3"].unique().tolist()
        yield f"rows of no member state: {frame['row'].nunique()}, skipped: {some(names, NAMED)}"


def _long(grid: Grid, places: Mapping[str, int]) -> pd.DataFrame:
    """Row of the file, state, year and value of every cell that may have a value, and the heading of the value.

    Where a row has no code, as those of regions in some files, its name stands in.
    """
    years = {name: at for name, at in places.items() if name not in COLUMNS}
    others = [at for at, heading in enumerate(grid.headings) if heading.casefold() in STATE]
    cells = [
        (
            row,
            next((of[one] for one in (places["iso3"], *others) if of[one]), ""),
            year or of[places["year"]],
            of[at],
            year,
        )
        for row, of in grid.rows
        for year, at in (years or {"": places.get("value", 0)}).items()
    ]
    frame = pd.DataFrame(cells, columns=["row", *COLUMNS, "heading"])
    return frame.astype(dict.fromkeys((*COLUMNS, "heading"), "str"))


def _at(
    fault: Fault, frame: pd.DataFrame, grid: Grid, places: Mapping[str, int], refused: Mapping[str, str]
) -> Fault:
    """A fault of the frame, with the row and heading that the cell has in the file."""
    year, row = str(frame["heading"].to_numpy()[fault.row]), int(frame["row"].to_numpy()[fault.row])
    heading = grid.headings[places[year if year and fault.column != "iso3" else fault.column]]
    need = refused.get(fault.value, fault.allowed) if fault.column == "value" else fault.allowed
    return replace(fault, row=row, column=heading, allowed=need)
