"""Hand-coding sheets: reading the codes of each coder, and checking them against the codebook.

A sheet has a row a passage and coder, with a column `coder`; or a row a passage and the coder in the headings of the
codes, such as ``primary (Ana)``. `sheet_words` has the headings and words that are understood.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from buzanlib.errors import HINTED, DataError, Fault, nearest
from buzanlib.sources.annotation import ANNOTATOR, CODE
from buzanlib.sources.sheet_files import Grid, read_grids, told_once
from buzanlib.sources.sheet_words import CODES, NONE, OFFERED, THREATS, WANTED, Column, code_of, read_columns
from buzanlib.tables.checks import check_table
from buzanlib.tables.schema import Table

#: Codes that are words; the others are numbers.
WORDED = ("primary", "referent", "agent", "measure", "pol_kind")


@dataclass(frozen=True)
class HandCodes:
    """The codes of a sheet without faults."""

    codes: pd.DataFrame  #: The columns of ``codes.csv``, as text, a row a passage and coder.
    not_coded: int  #: Passages of a coder without any code, which were skipped.
    notes: tuple[str, ...] = ()  #: What of the file was not read, in words.


@dataclass(frozen=True)
class _Entry:
    """One passage as one coder coded it: file and row, and column to heading and cell."""

    file: str
    row: int
    coder: str
    cells: Mapping[str, tuple[str, str]]

    def text(self, column: str) -> str:
        return self.cells.get(column, ("", ""))[1]


def read_sheet(
    path: Path, table: Table, passages: Collection[str], taken: Mapping[str, str], worksheet: str = ""
) -> HandCodes:
    """Read a sheet, or every worksheet that is one, and check it against the codebook.

    Blank cells are filled where the codebook leaves no choice: a passage with a threat is relevant; where it is not
    relevant all the rest is 0 or none; threats not marked are not coded, but the primary one is where none is
    marked; a threat that stands alone is the primary one; without political danger it has no kind.

    Parameters
    ----------
    path : pathlib.Path
        The sheet, CSV or XLSX (see `sheet_files.read_grids`).
    table : Table
        Description of ``codes.csv``, with the rules that the codes must obey.
    passages : collection of str
        Every passage that may be coded.
    taken : mapping of str to str
        Names of existing annotators, each with the reason why a coder may not have it; empty where one may.
    worksheet : str
        Name of the only worksheet to be read.

    Raises
    ------
    DataError
        With every fault of the sheet.
    """
    grids = read_grids(path, WANTED, worksheet)
    entries = _all_entries(grids)
    coded = [entry for entry in entries if any(entry.text(name) for name in ("threats", *CODES))]
    faults = [fault for grid in grids for fault in grid.faults]
    if not coded:
        faults.append(Fault(path.name, 0, "", "no code", "at least one passage must be coded"))
    faults += _faults_of_names(coded, passages, taken)
    rows = []
    for entry in coded:
        codes, found = _codes(entry)
        faults += found
        rows.append([entry.text("passage_id"), entry.coder, *(codes[name] for name in CODES)])
    frame = pd.DataFrame(rows, columns=CODE, dtype="str")
    faults += _against_rules(table, frame, coded, faults)
    if faults:
        raise DataError(told_once(grids, faults))
    return HandCodes(frame, len(entries) - len(coded), tuple(note for grid in grids for note in grid.notes))


def coders_of(path: Path) -> list[str]:
    """Names of the coders of a sheet; `DataError` if it cannot be read, or has a heading that is not understood."""
    return sorted({entry.coder for entry in _all_entries(read_grids(path, WANTED))} - {""})


def _all_entries(grids: list[Grid]) -> list[_Entry]:
    """Every entry of every worksheet; `DataError` with all faults of their headings, and those in cells."""
    entries, faults = [], []
    for grid in grids:
        try:
            entries += list(_entries(grid, read_columns(grid)))
        except DataError as error:
            faults += [*error.faults, *grid.faults]
    if faults:
        raise DataError(faults)
    return entries


def _entries(grid: Grid, columns: list[Column]) -> Iterator[_Entry]:
    """Every passage of every coder, in the order of the sheet."""
    coders = list(dict.fromkeys(column.coder for column in columns if column.coder))
    for row, cells in grid.rows:
        for coder in coders or [""]:
            mine = {
                column.name: (column.heading, cell)
                for column, cell in zip(columns, cells, strict=True)
                if column.name and column.coder in ("", coder)
            }
            yield _Entry(grid.file, row, coder or mine["annotator"][1], mine)


def _faults_of_names(coded: list[_Entry], passages: Collection[str], taken: Mapping[str, str]) -> list[Fault]:
    """Faults in the names of coders and passages."""
    faults: list[Fault] = []
    first: dict[tuple[str, str], _Entry] = {}
    spelt = {name.casefold(): name for name in taken}
    for entry in coded:
        heading, passage = entry.cells["passage_id"]
        if passage not in passages:
            need = "no such passage" if passage else "a passage is needed"
            if passage and len(faults) < HINTED:
                need += f"; {nearest(passage, passages)}"
            faults.append(Fault(entry.file, entry.row, heading, passage, need))
        where = entry.cells["annotator"][0] if "annotator" in entry.cells else f"({entry.coder})"
        known = spelt.setdefault(entry.coder.casefold(), entry.coder)
        if not re.fullmatch(ANNOTATOR, entry.coder):
            need = "a name is needed: a letter, then at most 19 letters, digits, hyphens or underscores"
        elif known != entry.coder:
            need = f"names that differ only in capitals are one; nearest allowed: {known!r}"
        else:
            need = taken.get(entry.coder, "")
        if need:
            faults.append(Fault(entry.file, entry.row, where, entry.coder, need))
        elif (other := first.setdefault((passage, entry.coder), entry)) is not entry:
            place = f"row {other.row}" + (f" of {other.file}" if other.file != entry.file else "")
            need = f"a coder codes a passage once, and {entry.coder} did in {place}"
            faults.append(Fault(entry.file, entry.row, heading, passage, need))
    return faults


def _codes(entry: _Entry) -> tuple[dict[str, str], list[Fault]]:
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
            heading = entry.cells.get(column, (column, ""))[0]
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


def _wrong(entry: _Entry, column: str, word: str) -> Fault:
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


def _against_rules(table: Table, frame: pd.DataFrame, coded: list[_Entry], known: list[Fault]) -> list[Fault]:
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
