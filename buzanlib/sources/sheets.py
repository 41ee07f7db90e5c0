"""Hand-coding sheets: reading the codes of each coder, and checking them against the codebook.

A sheet has a row a passage and coder, with a column `coder`; or a row a passage and the coder in the headings of the
codes, such as ``primary (Ana)``. `sheet_words` has the headings and words that are understood.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from buzanlib.errors import HINTED, DataError, Fault, nearest, shown
from buzanlib.sources.annotation import ANNOTATOR, CODE, NAME_NEEDED, tidy_name
from buzanlib.sources.sheet_files import Grid, read_grids, told_once
from buzanlib.sources.sheet_words import (
    CODES,
    NONE,
    OFFERED,
    THREATS,
    WANTED,
    Column,
    code_of,
    left_out,
    read_columns,
)
from buzanlib.tables.checks import check_table
from buzanlib.tables.schema import Table

#: Codes that are words; the others are numbers.
WORDED = ("primary", "referent", "agent", "measure", "pol_kind")


def to_fill_in(passages: pd.DataFrame, coder: str = "") -> pd.DataFrame:
    """Passages with the columns that a coder fills in: all blank, but for the coder where one is named."""
    return passages.assign(coder=coder, **dict.fromkeys(CODES, ""))


@dataclass(frozen=True)
class HandCodes:
    """Codes without faults."""

    codes: pd.DataFrame  #: The columns of ``codes.csv``, as text, a row a passage and coder.
    not_coded: int  #: Passages of a coder without any code, which were skipped.
    notes: tuple[str, ...] = ()  #: What of the file was not read, in words.
    #: Of a coder who decides where others differ: their names.
    between: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Of a coder that is a model: columns of ``annotators.csv`` and what they hold.
    about: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """What codes are held against."""

    table: Table  #: Description of ``codes.csv``, with the rules that the codes must obey.
    passages: Collection[str]  #: Every passage that may be coded.
    #: Names of existing annotators, each with the reason why a coder may not have it; empty where one may.
    taken: Mapping[str, str]
    done: Collection[tuple[str, str]] = ()  #: Passage and coder of the codes that stay.
    key: str = ""  #: Name of the key that has the passages, if they are numbered.


@dataclass(frozen=True)
class Entry:
    """One passage as one coder coded it: file and row, and column to heading and cell."""

    file: str
    row: int
    coder: str
    cells: Mapping[str, tuple[str, str]]

    def text(self, column: str) -> str:
        """What stands in a column; empty where there is none."""
        return self.cells.get(column, ("", ""))[1]

    def heading(self, column: str) -> str:
        """The heading of a column, which is its name where there is none."""
        return self.cells.get(column, (column, ""))[0]


def read_sheet(path: Path, known: Known, worksheet: str = "") -> HandCodes:
    """Read a sheet, or every worksheet that is one, and check it against the codebook.

    Blank cells are filled where the codebook leaves no choice: a passage with a threat is relevant; where it is not
    relevant all the rest is 0 or none; threats not marked are not coded, but the primary one is where none is
    marked; a threat that stands alone is the primary one; without political danger it has no kind.

    Parameters
    ----------
    path : pathlib.Path
        The sheet, CSV or XLSX (see `sheet_files.read_grids`).
    known : Known
        What the codes are held against.
    worksheet : str
        Name of the only worksheet to be read.

    Raises
    ------
    DataError
        With every fault of the sheet.
    """
    grids = read_grids(path, WANTED, worksheet)
    entries, further = _all_entries(grids)
    coded = [entry for entry in entries if any(entry.text(name) for name in ("threats", *CODES))]
    faults = [fault for grid in grids for fault in grid.faults]
    if not coded:
        faults.append(Fault(path.name, 0, "", "no code", "at least one passage must be coded"))
    between, unclear = _between(coded, known)
    frame, found = checked(coded, known)
    if faults := [*faults, *unclear, *found]:
        raise DataError(told_once(grids, faults))
    notes = (*(note for grid in grids for note in grid.notes), *further)
    return HandCodes(frame, len(entries) - len(coded), notes, between)


def checked(
    coded: Sequence[Entry], known: Known, named: Sequence[Entry] | None = None
) -> tuple[pd.DataFrame, list[Fault]]:
    """Codes of entries, with what follows from the codebook filled in, and all their faults.

    Of the entries `named`, by default the same, only passages and coders are looked at.
    """
    faults = _faults_of_names(coded if named is None else named, known)
    rows = []
    for entry in coded:
        codes, found = _codes(entry)
        faults += found
        rows.append([entry.text("passage_id"), entry.coder, *(codes[name] for name in CODES)])
    frame = pd.DataFrame(rows, columns=CODE, dtype="str")
    return frame, [*faults, *_against_rules(known.table, frame, coded, faults)]


def agreement(codes: pd.DataFrame) -> pd.Series[bool]:
    """Whether all agree on every code, by each passage that two or more annotators of ``codes.csv`` coded."""
    shared = codes[codes.duplicated("passage_id", keep=False)]
    return shared.groupby("passage_id")[list(CODES)].nunique().eq(1).all(axis=1)


def coders_of(path: Path, worksheet: str = "") -> list[str]:
    """Names of the coders of a sheet; `DataError` if it cannot be read, or has a heading that is not understood."""
    entries, _ = _all_entries(read_grids(path, WANTED, worksheet))
    return sorted({entry.coder for entry in entries} - {""})


def _all_entries(grids: list[Grid]) -> tuple[list[Entry], list[str]]:
    """Every entry of every worksheet, and what was not read; `DataError` with all faults of headings and in cells."""
    entries, faults = [], []
    further: list[str] = []
    for grid in grids:
        try:
            columns = read_columns(grid)
        except DataError as error:
            faults += [*error.faults, *grid.faults]
            continue
        entries += list(_entries(grid, columns))
        further += left_out(grid, columns)
    if faults:
        raise DataError(faults)
    return entries, further


def _entries(grid: Grid, columns: list[Column]) -> Iterator[Entry]:
    """Every passage of every coder, in the order of the sheet."""
    coders = list(dict.fromkeys(column.coder for column in columns if column.coder))
    for row, cells in grid.rows:
        for coder in coders or [""]:
            mine = {
                column.name: (column.heading, cell)
                for column, cell in zip(columns, cells, strict=True)
                if column.name and column.coder in ("", coder)
            }
            yield Entry(grid.file, row, coder or tidy_name(mine["annotator"][1]), mine)


def _between(coded: list[Entry], known: Known) -> tuple[dict[str, tuple[str, ...]], list[Fault]]:
    """Between whom a coder decides, by coder, and the faults in these names."""
    found: dict[str, tuple[str, ...]] = {}
    faults = []
    for entry in coded:
        names = tuple(filter(None, map(tidy_name, re.split("[;,]", entry.text("between")))))
        if found.setdefault(entry.coder, names) != names:
            need = f"a coder decides between the same coders in every row, and {entry.coder} has others above"
        elif unknown := [name for name in names if name not in known.taken]:
            need = f"{shown(unknown[0])} has coded nothing; {nearest(unknown[0], sorted(known.taken))}"
        elif names and (len(set(names)) < 2 or entry.coder in names):
            need = "the names of two or more others are needed"
        else:
            continue
        faults.append(Fault(entry.file, entry.row, entry.heading("between"), entry.text("between"), need))
    return {coder: names for coder, names in found.items() if names}, faults


def _faults_of_names(entries: Iterable[Entry], known: Known) -> list[Fault]:
    """Faults in the names of coders and passages."""
    faults: list[Fault] = []
    first: dict[tuple[str, str], Entry] = {}
    spelt = {name.casefold(): name for name in known.taken}
    for entry in entries:
        heading, passage = entry.cells["passage_id"]
        if passage not in known.passages:
            need = "no such passage" if passage else "a passage is needed"
            if passage and len(faults) < HINTED:
                need += f" in {known.key!r}, which may be the key of another sheet" if known.key else ""
                need += f"; {nearest(passage, sorted(known.passages))}"
            faults.append(Fault(entry.file, entry.row, heading, passage, need))
        where = entry.cells["annotator"][0] if "annotator" in entry.cells else f"({entry.coder})"
        same = spelt.setdefault(entry.coder.casefold(), entry.coder)
        if not re.fullmatch(ANNOTATOR, entry.coder):
            need = NAME_NEEDED
        elif same != entry.coder:
            need = f"names that differ only in capitals are one; nearest allowed: {same!r}"
        else:
            need = known.taken.get(entry.coder, "")
        if need:
            faults.append(Fault(entry.file, entry.row, where, entry.coder, need))
        elif (other := first.setdefault((passage, entry.coder), entry)) is not entry:
            place = f"row {other.row}" + (f" of {other.file}" if other.file != entry.file else "")
            need = f"a coder codes a passage once, and {entry.coder} did in {place}"
            faults.append(Fault(entry.file, entry.row, heading, passage, need))
        elif (passage, entry.coder) in known.done:
            need = f"{entry.coder} has coded this passage already; --replace puts these codes in the place of those"
            faults.append(Fault(entry.file, entry.row, heading, passage, need))
    return faults


def _codes(entry: Entry) -> tuple[dict[str, str], list[Fault]]:
    """The codes of one entry, and its faults; a cell that is not understood keeps its word."""
    codes: dict[str, str] = {}
    faults = []
    for column in CODES:
        word = entry.text(column)
        code = code_of(column, word) if word else ""
        codes[column] = word if code is None else code
        if code is None:
            faults.append(_wrong(entry, column, word))
    unknown = ""
    for word in filter(None, map(str.strip, re.split("[;,]", entry.text("threats")))):
        code = code_of("threats", word)
        if code is None:
            faults.append(_wrong(entry, "threats", word))
            unknown = word
        elif code != NONE:
            codes[code] = "1"
    for threat in THREATS if unknown else ():
        # The word may have meant any of them, so that none counts as missing.
        codes[threat] = codes[threat] or unknown
    _derive(codes)
    for column in CODES:
        if not codes[column] and not (column == "primary" and _unread(codes)):
            heading = entry.heading(column)
            allowed = f"a value is needed; {nearest('', _options(column, codes))}"
            faults.append(Fault(entry.file, entry.row, heading, "", allowed))
    return codes, faults


def _options(column: str, codes: Mapping[str, str]) -> tuple[str, ...]:
    """What a blank cell might hold."""
    if column == "primary":
        return tuple(threat for threat in THREATS if codes[threat] == "1") or THREATS
    if column == "pol_kind":  # blank only where there is political danger, which has a kind
        return tuple(word for word in OFFERED[column] if word != NONE)
    return OFFERED[column]


def _wrong(entry: Entry, column: str, word: str) -> Fault:
    return Fault(entry.file, entry.row, entry.cells[column][0], word, nearest(word, OFFERED[column]))


def _unread(codes: Mapping[str, str]) -> bool:
    """Whether the code of a threat is not understood."""
    return any(codes[threat] not in ("", "0", "1") for threat in THREATS)


def _derive(codes: dict[str, str]) -> None:
    """Fill blank codes where the codebook leaves no choice, in place."""
    if not codes["relevant"] and ("1" in (codes[name] for name in THREATS) or codes["primary"] in THREATS):
        codes["relevant"] = "1"
    # Where relevance is missing or not understood, that is the only fault.
    empty = tuple(name for name in CODES if name != "relevant")
    if codes["relevant"] == "1":
        named = [threat for threat in THREATS if codes[threat] == "1"]
        if not codes["primary"] and len(named) == 1 and not _unread(codes):
            codes["primary"] = named[0]
        for threat in THREATS:
            codes[threat] = codes[threat] or str(int(not named and codes["primary"] == threat))
        empty = ("pol_kind", "hostile") if codes["pol"] != "1" else ()
    for name in empty:
        codes[name] = codes[name] or (NONE if name in WORDED else "0")


def _against_rules(
    table: Table, frame: pd.DataFrame, coded: Sequence[Entry], known: Iterable[Fault]
) -> list[Fault]:
    """Faults against the rules between the codes of a passage, but in cells that have one already."""
    reported = {(fault.file, fault.row, fault.column) for fault in known}
    faults = set()
    for fault in check_table(table, frame):
        # What is missing, and who coded what, has been checked already.
        if fault.column not in CODES or not fault.value:
            continue
        entry = coded[fault.row]
        column = fault.column if fault.column in entry.cells or fault.column not in THREATS else "threats"
        heading, cell = entry.cells.get(column, (column, ""))
        if (entry.file, entry.row, heading) not in reported:
            faults.add(Fault(entry.file, entry.row, heading, cell, fault.allowed))
    return sorted(faults)
