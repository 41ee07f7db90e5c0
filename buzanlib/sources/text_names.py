"""State and year of every text of a folder, by its name or by a table of names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from buzanlib.errors import DataError, Fault
from buzanlib.sources.sheet_files import Wanted, read_grid, told_once
from buzanlib.sources.state_names import read_states, title
from buzanlib.sources.text_folder import Folder, Place, Skipped, letters
from buzanlib.tables.checks import unknown_columns

FORM = "state and year, as in EST-2021.txt, EST-2021-2.txt, AGO_78_2023.txt, Estonia_2014.pdf or 2021_estonia.html"

_TABLE = "list files, states and years in a table (--names)"
_COLUMNS = ("file", "state", "year")


@dataclass(frozen=True)
class Known:
    """What states and years there are."""

    states: Collection[str]  #: Codes of `states.csv`.
    years: range


@dataclass(frozen=True)
class Named:
    """The texts of a folder, with their states and years."""

    texts: tuple[Place, ...]
    left: tuple[Skipped, ...] = ()  #: Texts that the table of names does not have.
    notes: tuple[str, ...] = ()  #: How states were read, and what of the table was not read.


def by_name(inside: Folder, known: Known, folder: str) -> Named:
    """Give each text the state and the year that its name says.

    The name without its ending has one number of four digits that is a year; what stands around the numbers is the
    code or the name of a state. All names are judged together: see `read_states`. Further numbers tell texts of one
    state and year apart.

    Raises
    ------
    DataError
        With every text whose name does not say state and year; `folder` is its name.
    """
    stems = [unicodedata.normalize("NFKC", text.path.stem) for text in inside.texts]
    numbers = [tuple(re.findall("[0-9]+", stem)) for stem in stems]
    said = [" ".join(re.sub(r"[0-9]+|[_\s.-]+", " ", stem).split()) for stem in stems]
    years = [_year([number for number in one if len(number) == 4], known.years) for one in numbers]
    faults = [_year_fault(year, known.years) for year in years]
    spoken = [name if not fault else "" for name, fault in zip(said, faults, strict=True)]
    settle = f"write the name of the state, or {_TABLE} with a column iso3"
    codes, needs, note = _states(spoken, years, known, settle=settle)
    for place, name in enumerate(said):
        faults[place] = faults[place] or needs.get(place, "") or ("" if name else "it names no state")
    if any(faults):
        form = f"the name must have {FORM}, or {_TABLE}"
        named = zip(inside.texts, faults, strict=True)
        raise DataError(
            [Fault(folder, 0, "", text.name, f"{fault}; {form}") for text, fault in named if fault]
        )
    whole = zip(inside.texts, codes, years, numbers, strict=True)
    texts = tuple(replace(text, iso3=code, year=int(year), numbers=more) for text, code, year, more in whole)
    return Named(texts, notes=note)


def _year(found: Sequence[str], years: range) -> str:
    """The year among numbers of four digits, or the one that is none; empty where there are none or several."""
    found = [number for number in found if int(number) in years] or found
    return found[0] if len(found) == 1 else ""


def _year_fault(year: str, years: range) -> str:
    if not re.fullmatch("[0-9]{4}", year):
        return "one year of four digits is needed"
    return "" if int(year) in years else f"a year from {years[0]} to {years[-1]} is needed, not {year}"


def _states(
    said: Sequence[str], years: Sequence[str], known: Known, *, scheme: str = "", settle: str
) -> tuple[list[str], dict[int, str], tuple[str, ...]]:
    """Codes of states, what is wrong by place, and how they were read; an empty name has an empty code."""
    when = [int(year) if name else None for name, year in zip(said, years, strict=True)]
    read = read_states(said, when, scheme, settle)
    codes = [code or "" for code in read.iso3]
    needs = {place: f"{said[place]!r}: {need}" for place, need in read.needs.items()}
    for place, code in enumerate(codes):
        if said[place] and place not in needs and code not in known.states:
            what = f"{title(code)}, which states.csv does not have" if code else "no state but a group"
            needs[place] = f"{said[place]!r} is {what}"
    return codes, needs, (read.note(),) if read.note() else ()


def _lacks(headings: Sequence[str]) -> list[str]:
    """Columns that a table of names lacks; `iso3` does for `state`."""
    folded = ["state" if heading.casefold() == "iso3" else heading.casefold() for heading in headings]
    return [name for name in _COLUMNS if name not in folded]


_WANTED = Wanted(_COLUMNS, _lacks)


def by_table(inside: Folder, table: Path, known: Known) -> Named:
    """Give each text the state and the year that a table says, which also orders those of one state and year.

    Parameters
    ----------
    inside : Folder
        What lies in the folder.
    table : pathlib.Path
        CSV, TSV or XLSX with the columns file (its path below the folder, or its name where there is one of that name),
        state (see `read_states`) or iso3, year, and perhaps date.
    known : Known
        States and years that there are.

    Returns
    -------
    Named
        The texts of the table, in its order, or in that of the dates.

    Raises
    ------
    DataError
        With every row at fault.
    """
    grid = read_grid(table, _WANTED)
    headings = [heading.casefold() for heading in grid.headings]
    if missing := _lacks(headings):
        raise DataError([*unknown_columns(grid.file, grid.header, [], missing, ()), *grid.faults])
    keys, rows = _keys(inside), [row for row, _ in grid.rows]
    lines = [dict(zip(headings, cells, strict=True)) for _, cells in grid.rows]
    column = "iso3" if "iso3" in headings else "state"
    found = [keys.get(letters(line["file"]), "the folder has no such text") for line in lines]
    faults = [*grid.faults]

    def refuse(place: int, name: str, need: str) -> None:
        faults.append(Fault(grid.file, rows[place], name, lines[place].get(name, ""), need))

    first: dict[str, int] = {}
    for place, (line, text) in enumerate(zip(lines, found, strict=True)):
        if isinstance(text, str):
            refuse(place, "file", text)
        elif (before := first.setdefault(text.name, rows[place])) != rows[place]:
            refuse(place, "file", f"a text has one row, and this one has row {before} already")
        if fault := _year_fault(line["year"], known.years):
            refuse(place, "year", fault)
        elif fault := _date_fault(line.get("date", ""), line["year"]):
            refuse(place, "date", fault)
        if not line[column]:
            refuse(place, column, "the code or the name of a state is needed")
    years = [line["year"] for line in lines]
    said = [line[column] if not _year_fault(line["year"], known.years) else "" for line in lines]
    scheme, settle = "iso3" if column == "iso3" else "", "write the name, or call the column iso3"
    codes, needs, note = _states(said, years, known, scheme=scheme, settle=settle)
    for place, need in needs.items():
        refuse(place, column, need)
    if faults:
        raise DataError(told_once([grid], faults))
    whole = [
        (line.get("date", ""), replace(text, iso3=code, year=int(line["year"]), numbers=(line["year"],)))
        for line, text, code in zip(lines, found, codes, strict=True)
        if isinstance(text, Place)
    ]
    whole.sort(key=lambda one: one[0])  # stable: rows without a date stay in their order
    left = tuple(
        Skipped(text.name, f"not in {table.name}") for text in inside.texts if text.name not in first
    )
    return Named(tuple(text for _, text in whole), left, (*note, *grid.notes))


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


def _date_fault(said: str, year: str) -> str:
    if not said:
        return ""
    try:
        of = date.fromisoformat(said).year
    except ValueError:
        return "a date such as 2021-03-08 is needed"
    return "" if of == int(year) else f"a date of {year} is needed, as column year says"
