"""The sheets of a class, gathered into one, with what most of it codes as a further coder."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError, DataError, Fault, shown
from buzanlib.files import create_whole, demand_absent, lies_in
from buzanlib.sources.annotation import CODE, coder_names
from buzanlib.sources.coders import known_codes, read_coded
from buzanlib.sources.sheet_files import render_sheet
from buzanlib.sources.sheet_words import CODES, THREATS
from buzanlib.tables.schema import Table

CLASS = "class"
"""Name of the annotator that has the codes of the class."""

FORMS = (".csv", ".tsv", ".xlsx")

#: Codes that a passage has only where the political threat is coded.
_OF_POLITICAL = ("pol_kind", "hostile")


@dataclass(frozen=True, order=True)
class Tie:
    """Codes that equally many of a class give, more than give any other."""

    passage: str  #: Its identifier.
    variable: str  #: Column of ``codes.csv``.
    values: tuple[str, ...]  #: In the order of the codebook.


@dataclass(frozen=True)
class Gathered:
    """What became of a class's sheets."""

    passages: dict[str, int]  #: Passages by coder, the class last.
    files: int  #: Sheets that were read.
    left: tuple[str, ...]  #: Names of files that are no sheets, which were not read.
    ties: tuple[Tie, ...]
    notes: tuple[str, ...]  #: What of the sheets was not read, in words.

    def counts(self) -> list[str]:
        """Files, coders with their passages, and ties, a line each."""
        lines = [
            f"{self.files} sheets" + (f"; not read: {', '.join(map(shown, self.left))}" if self.left else "")
        ]
        lines += [f"{name:<20} {passages:>5} passages" for name, passages in self.passages.items()]
        for tie in self.ties:
            then = (
                "the class has no code"
                if tie.variable == "primary"
                else f"{_chosen(tie.variable, tie.values)} counts"
            )
            lines.append(f"tie on {tie.passage}, {tie.variable}: {' and '.join(tie.values)}; {then}")
        return lines


def gather(folder: Path, data: Path, out: Path, key: Path | None = None, name: str = CLASS) -> Gathered:
    """Gather the sheets of a class, check them, and write one sheet with all coders and the class.

    Parameters
    ----------
    folder : pathlib.Path
        Sheets (`FORMS`), filled in; hidden files are ignored.
    data : pathlib.Path
        Folder of the tables.
    out : pathlib.Path
        New file, ``.csv``: a row a passage and coder, passages by their identifiers.
    key : pathlib.Path, optional
        Key of the sheets, where their passages are numbered; it is no sheet, if it lies among them.
    name : str
        Of the class as a coder, which no annotator has; its codes are those of `plurality`.

    Raises
    ------
    DataError
        With every fault of every sheet.
    BuzanError
        If there is no sheet, `out` is there already or would be one of them, or the name is wrong.
    """
    demand_absent(out)
    (name,) = coder_names([name])
    if not folder.is_dir():
        raise BuzanError(f"there is no folder {str(folder)!r}")
    if lies_in(out, folder):
        raise BuzanError(f"{out} would be a sheet of the folder that is read: write it elsewhere")
    key_path = key and key.resolve()
    files = sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    sheets = [file for file in files if file.suffix.casefold() in FORMS and file.resolve() != key_path]
    if not sheets:
        raise BuzanError(f"{folder} has no sheet, CSV or XLSX")
    known = known_codes(data)
    if name.casefold() in map(str.casefold, known.taken):
        raise BuzanError(f"{name!r} is an annotator of these tables: the class needs another name")
    found: list[pd.DataFrame] = []
    faults: list[Fault] = []
    notes: list[str] = []
    for sheet in sheets:
        try:
            coded = read_coded(sheet, known, key=key)
        except DataError as error:
            faults += error.faults
            continue
        faults += _faults(sheet, coded.codes, found, name)
        found.append(coded.codes)
        notes += [f"{sheet.name}: {note}" for note in coded.notes]
        # So that a name is spelt alike in all sheets.
        spelt = dict.fromkeys(coded.codes["annotator"], "")
        known = dataclasses.replace(known, taken=spelt | dict(known.taken))
    if faults:
        raise DataError(faults)
    students = pd.concat(found)
    whole, ties = plurality(students, known.table, name)
    rows = pd.concat([students.sort_values(CODE[1::-1]), whole])
    create_whole(out, render_sheet(rows.rename(columns={"passage_id": "passage", "annotator": "coder"})))
    counts = {str(one): int(of) for one, of in rows["annotator"].value_counts(sort=False).items()}
    left = tuple(file.name for file in files if file not in sheets)
    return Gathered(counts, len(sheets), left, tuple(ties), tuple(notes))


def _faults(sheet: Path, codes: pd.DataFrame, before: Sequence[pd.DataFrame], name: str) -> list[Fault]:
    """Coders who have the name of the class, or have coded a passage in a sheet before."""
    done = {row for some in before for row in some[CODE[:2]].itertuples(index=False, name=None)}
    faults = []
    for coder, own in codes.groupby("annotator"):
        if str(coder).casefold() == name.casefold():
            faults.append(Fault(sheet.name, 0, "coder", str(coder), "the name of the class is no coder's"))
        if twice := [passage for passage in own["passage_id"] if (passage, coder) in done]:
            need = f"{len(twice)} passages of this coder are in a sheet before: two coders need two names"
            faults.append(Fault(sheet.name, 0, "coder", str(coder), need))
    return faults


def plurality(codes: pd.DataFrame, table: Table, name: str = CLASS) -> tuple[pd.DataFrame, list[Tie]]:
    """Code each passage as most coders do: first its primary threat, then the rest as most of those do who name it.

    So what stands together was coded together, and no rule of the codebook is broken that no coder breaks. Where
    equally many name another primary threat the passage has no code. In another tie a threat counts, as rule 4 of the
    codebook has it, and of other values the one that the codebook has first.

    Parameters
    ----------
    codes : pandas.DataFrame
        Columns of ``codes.csv``, as text, of any number of coders.
    table : Table
        Description of ``codes.csv``, which has the values in the order of the codebook.
    name : str
        Of the annotator that gets the codes.

    Returns
    -------
    tuple of pandas.DataFrame and list of Tie
        Codes, a row a passage, sorted; and every tie.
    """
    rows, ties = [], []

    def most(some: pd.DataFrame, column: str) -> tuple[str, ...]:
        counts = some[column].value_counts()
        order = table.field(column).enum or ("0", "1", "2")
        values = sorted(map(str, counts.index[counts == counts.max()]), key=order.index)
        if len(values) > 1:
            ties.append(Tie(str(some["passage_id"].iloc[0]), column, tuple(values)))
        return tuple(values)

    for passage, group in codes.groupby("passage_id"):
        primary = most(group, "primary")
        if len(primary) > 1:
            continue
        theirs = group[group["primary"] == primary[0]]
        row = {"passage_id": str(passage), "annotator": name}
        for column in CODES:
            some = theirs[theirs["pol"] == row["pol"]] if column in _OF_POLITICAL else theirs
            values = most(some, column)
            row[column] = _chosen(column, values)
        rows.append(row)
    return pd.DataFrame(rows, columns=CODE, dtype="str"), ties


def _chosen(variable: str, values: Sequence[str]) -> str:
    """Which of tied values counts."""
    return values[-1] if variable in THREATS else values[0]
