"""State and year of every text of a folder, by its name or by a table of names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from buzanlib.errors import DataError, Fault
from buzanlib.sources.sheet_files import Wanted, read_grid, told_once
from buzanlib.sources.text_folder import Folder, Place, Skipped, letters
from buzanlib.tables.checks import unknown_columns

FORM = "state and year, as in EST-2021.txt, EST-2021-2.txt, AGO_78_2023.txt, Estonia_2014.pdf or 2021_estonia.html"

Resolver = Callable[[str, int], str | None]
"""Gives the code of a state from a code or name of it and a year; None where it knows of none."""

_PARTS = re.compile(r"[0-9]+|[^\W\d_]+")
_COLUMNS = ("file", "state", "year")


def _lacks(headings: Sequence[str]) -> list[str]:
    """Columns that a table of names lacks; `iso3` does for `state`."""
    folded = ["state" if heading.casefold() == "iso3" else heading.casefold() for heading in headings]
    return [name for name in _COLUMNS if name not in folded]


_WANTED = Wanted(_COLUMNS, _lacks)


def by_name(texts: tuple[Place, ...], states: Resolver, years: range, folder: str) -> list[Place]:
    """Give each text the state and the year that its name says.

    The name without its ending has one number of four digits, the year; its letters are the code or the name of a
    state, in any letter case, with whatever between them. Further numbers tell texts of one state and year apart.

    Raises
    ------
    DataError
        With every text whose name does not say state and year; `folder` is its name.
    """
    named = [_by_name(text, states, years, folder) for text in texts]
    return _without_faults(named)


def _by_name(text: Place, states: Resolver, years: range, folder: str) -> Place | Fault:
    parts = _PARTS.findall(unicodedata.normalize("NFKC", text.path.stem))
    numbers = tuple(part for part in parts if part.isdigit())
    said = " ".join(part for part in parts if not part.isdigit())
    years_said = [number for number in numbers if len(number) == 4]
    year = years_said[0] if len(years_said) == 1 else ""
    fault = _year_fault(year, years)
    iso3 = None if fault else states(said, int(year))
    if iso3:
        return replace(text, iso3=iso3, year=int(year), numbers=numbers)
    fault = fault or (f"of {said!r} no state is known" if said else "no state is named")
    need = f"the name must have {FORM}: {fault}; or list files, states and years in a table (--names)"
    return Fault(folder, 0, "", text.name, need)


def _year_fault(year: str, years: range) -> str:
    if not re.fullmatch("[0-9]{4}", year):
        return "one year of four digits is needed"
    return "" if int(year) in years else f"a year from {years[0]} to {years[-1]} is needed, not {year}"


def _without_faults(found: list[Place | Fault]) -> list[Place]:
    if faults := [one for one in found if isinstance(one, Fault)]:
        raise DataError(faults)
    return [one for one in found if isinstance(one, Place)]


def by_table(
    inside: Folder, table: Path, states: Resolver, years: range
) -> tuple[list[Place], tuple[Skipped, ...], tuple[str, ...]]:
    """Give each text the state and the year that a table says, which also orders those of one state and year.

    Parameters
    ----------
    inside : Folder
        What lies in the folder.
    table : pathlib.Path
        CSV, TSV or XLSX with the columns file (its path below the folder, or its name where there is one of that name),
        state or iso3, year, and perhaps date.
    states, years : Resolver, range
        States and years that are known.

    Returns
    -------
    list of Place
        The texts of the table, in its order, or in that of the dates.
    tuple of Skipped
        The texts that it does not have.
    tuple of str
        What of it was not read.

    Raises
    ------
    DataError
        With every row at fault.
    """
    grid = read_grid(table, _WANTED)
    headings = [heading.casefold() for heading in grid.headings]
    if missing := _lacks(headings):
        raise DataError([*unknown_columns(grid.file, grid.header, [], missing, ()), *grid.faults])
    keys = _keys(inside)
    faults, named, rows = list(grid.faults), list[tuple[str, Place]](), dict[str, int]()
    for row, cells in grid.rows:
        line = dict(zip(headings, cells, strict=True))
        found = _by_row(line, keys, states, years)
        if isinstance(found, Place):
            first = rows.setdefault(found.name, row)
            if first == row:
                named.append((line.get("date", ""), found))
                continue
            found = "file", f"a text has one row, and this one has row {first} already"
        faults.append(Fault(grid.file, row, found[0], line.get(found[0], ""), found[1]))
    if faults:
        raise DataError(told_once([grid], faults))
    named.sort(key=lambda one: one[0])  # stable: rows without a date stay in their order
    left = [Skipped(text.name, f"not in {table.name}") for text in inside.texts if text.name not in rows]
    return [place for _, place in named], tuple(left), grid.notes


def _keys(inside: Folder) -> Mapping[str, Place | str]:
    """Texts by path, and by name where that is of one alone; of what is skipped, why."""
    keys: dict[str, Place | str] = {}
    for text in inside.texts:
        name = text.name.rpartition("/")[2]
        keys[name] = (
            "several files have this name; its path below the folder is needed" if name in keys else text
        )
    keys |= {one.name: f"this file is skipped: {one.why}" for one in inside.skipped if one.name not in keys}
    return keys | {text.name: text for text in inside.texts}


def _by_row(
    line: Mapping[str, str], keys: Mapping[str, Place | str], states: Resolver, years: range
) -> Place | tuple[str, str]:
    """The text of a row, or the column at fault and what is needed there."""
    found = keys.get(letters(line["file"]), "a text of the folder is needed: there is none of this name")
    if isinstance(found, str):
        return "file", found
    if fault := _year_fault(line["year"], years):
        return "year", fault
    column = "iso3" if line.get("iso3") else "state" if "state" in line else "iso3"
    iso3 = states(line[column], int(line["year"]))
    if not iso3:
        return column, "the code or the name of a state is needed"
    if when := line.get("date", ""):
        try:
            of = date.fromisoformat(when).year
        except ValueError:
            return "date", "a date such as 2021-03-08 is needed"
        if of != int(line["year"]):
            return "date", f"a date of {line['year']} is needed, as column year says"
    return replace(found, iso3=iso3, year=int(line["year"]), numbers=(line["year"],))
