"""Codes of further annotators: people who filled in a sheet, and models whose answers are JSON lines."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from buzanlib.errors import DataError, Fault, LockError, shown
from buzanlib.files import alone
from buzanlib.sources import answers, sheets
from buzanlib.sources.annotation import ANNOTATOR_COLUMNS, ANNOTATORS, CODE, SHIPPED, TAKEN
from buzanlib.sources.answers import read_answers
from buzanlib.sources.class_items import read_key
from buzanlib.sources.raw import opened
from buzanlib.sources.sheets import HandCodes, Known, agreement, read_sheet
from buzanlib.sources.write import ExistingTables, staging_folder, write_table
from buzanlib.tables.descriptor import check
from buzanlib.tables.schema import FILE, Descriptor
from buzanlib.theory.predictions import LOCK, LOCKED, verify_lock, write_lock

_SAME = ("kind", "model", "version", "settings")
"""What is one for all codes of an annotator, in whatever sheet."""


@dataclass(frozen=True)
class Added:
    """How many passages were added by annotator, how many rows of the sheet had no code, and what was not read."""

    passages: dict[str, int]
    not_coded: int
    notes: tuple[str, ...] = ()

    def counts(self) -> list[str]:
        """Passages of each coder and without a code, and their sum, which is what the sheet has."""
        coded = sum(self.passages.values())
        by_coder = [f"{name:<20} {passages:>5} passages" for name, passages in self.passages.items()]
        total = f"in the sheet: {coded + self.not_coded} = {coded} coded + {self.not_coded} without any code, skipped"
        return [*by_coder, total]


def add_codes(
    sheet: Path, data: Path, replace: bool = False, worksheet: str = "", key: Path | None = None
) -> Added:
    """Add the coders of a sheet to ``codes.csv`` and ``annotators.csv``, and lock the codes again.

    They may code a part of the passages, by the newest codebook, and more in a further sheet. Nothing is written unless
    the sheet and the whole folder with it are without fault. The codes are moved into place before the lock;
    should that move fail, ``buzan data lock`` repairs it.

    Parameters
    ----------
    sheet : pathlib.Path
        CSV or XLSX, as `sheets.read_sheet` reads it: all its worksheets, or the one that is named. Or JSON lines, as
        `answers.read_answers` reads them.
    data : pathlib.Path
        Folder of the tables, locked.
    replace : bool
        Replace the codes that a coder has of the same passages, and of an annotator that ships all. Without it both are
        refused.
    worksheet : str
        Name of the only worksheet to be read.
    key : pathlib.Path, optional
        Key of a sheet whose passages are numbered (`class_items`).

    Raises
    ------
    DataError
        With every fault of the sheet, or of the tables.
    LockError
        If the folder is not what was locked, so that a new lock would cover more than the new codes.
    BuzanError
        If another command is at work in the folder.
    """
    with alone(data):
        try:
            verify_lock(data)
        except LockError as error:
            hint = "where these tables are as they should be, buzan data lock locks them"
            raise LockError(f"{error}\n{hint}") from None
        tables, added = codes_with(sheet, data, replace, worksheet, key)
        _put(tables, data)
    return added


def coders_of(sheet: Path, worksheet: str = "") -> list[str]:
    """Names of the coders of a sheet or of JSON lines; `DataError` if it cannot be read or understood."""
    return answers.coders_of(sheet) if _is_answers(sheet) else sheets.coders_of(sheet, worksheet)


def codes_with(
    sheet: Path, data: Path, replace: bool = False, worksheet: str = "", key: Path | None = None
) -> tuple[dict[str, pd.DataFrame], Added]:
    """Give the codes of a folder, which need not be locked, with those of a sheet added; see `add_codes`.

    The tables ``annotators.csv`` and ``codes.csv`` by name, as text, with all their columns and in their order; and who
    coded how many.
    """
    existing = ExistingTables(data)
    kept = _with_further(existing, "codes.csv", CODE)
    found = read_coded(sheet, known_codes(data, replace), worksheet, key)
    agreed, notes = _agreed(found, kept)
    new = pd.concat([found.codes, agreed])
    again = pd.MultiIndex.from_frame(kept[CODE[:2]]).isin(pd.MultiIndex.from_frame(new[CODE[:2]]))
    kept = kept[~again & ~kept["annotator"].isin({*new["annotator"]}.intersection(SHIPPED))]
    codes = pd.concat([kept, new]).fillna("").sort_values(["passage_id", "annotator"])
    coded = {
        str(name): int(count) for name, count in found.codes["annotator"].value_counts().sort_index().items()
    }
    annotators = _annotators(existing, sheet.name, coded, found, set(kept["annotator"]))
    return {ANNOTATORS: annotators, "codes.csv": codes}, Added(coded, found.not_coded, (*found.notes, *notes))


def known_codes(data: Path, replace: bool = False) -> Known:
    """What the codes of a sheet are held against in a folder; see `add_codes`."""
    existing = ExistingTables(data)
    kept = existing.table("codes.csv", CODE[:2])
    passages = existing.table("passages.csv", ["passage_id"])["passage_id"]
    taken = dict.fromkeys({*kept["annotator"]}, "") | dict.fromkeys(
        SHIPPED, "" if replace else f"{TAKEN}, or --replace"
    )
    described = Descriptor.load(data).table("codes")
    plain = dataclasses.replace(
        described, fields=tuple(field for field in described.fields if field.name in CODE)
    )
    done = set() if replace else set(kept.itertuples(index=False, name=None))
    return Known(plain, set(passages), dict(sorted(taken.items())), done)


def read_coded(sheet: Path, known: Known, worksheet: str = "", key: Path | None = None) -> HandCodes:
    """Read a sheet or JSON lines; where there is a key, numbers of items are held against it, and become passages."""
    passages = read_key(key, known.passages) if key else {}
    if key:
        item = {passage: number for number, passage in passages.items()}
        done = {(item.get(passage, passage), coder) for passage, coder in known.done}
        known = dataclasses.replace(known, passages=set(passages), done=done, key=key.name)
    found = read_answers(sheet, known) if _is_answers(sheet) else read_sheet(sheet, known, worksheet)
    if not key:
        return found
    named = found.codes["passage_id"].map(passages)
    return dataclasses.replace(found, codes=found.codes.assign(passage_id=named))


def _is_answers(sheet: Path) -> bool:
    return sheet.suffix.casefold() == answers.SUFFIX


def _with_further(existing: ExistingTables, name: str, columns: Sequence[str]) -> pd.DataFrame:
    """A table as text, with the further columns that its user has put behind the others."""
    if not existing.has(name):
        return existing.table(name, columns)
    path = existing.folder / name
    header = opened(lambda: pd.read_csv(path, nrows=0, dtype="str"), path)
    return existing.table(name, [*columns, *(str(one) for one in header.columns if one not in columns)])


def _agreed(found: HandCodes, kept: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Codes in which those agree between whom a coder decides, as codes of that coder; and what was taken, in words."""
    rows, notes = [found.codes.iloc[:0]], []
    for coder, names in found.between.items():
        theirs = kept[kept["annotator"].isin(names)]
        alike = agreement(theirs)
        mine = {*found.codes.loc[found.codes["annotator"] == coder, "passage_id"]}
        had = {*kept.loc[kept["annotator"] == coder, "passage_id"]} | mine
        new = alike.index[alike].difference(list(had))
        rows.append(
            theirs.drop_duplicates("passage_id")
            .set_index("passage_id")
            .loc[new]
            .reset_index()
            .assign(annotator=coder)[CODE]
        )
        open_ = len(alike.index[~alike].difference(list(had)))
        notes.append(
            f"{coder}: {len(new)} more passages as {' and '.join(names)} agree on them;"
            f" {open_} on which they differ are not decided yet"
        )
    return pd.concat(rows), notes


def _annotators(
    existing: ExistingTables, sheet: str, coders: Iterable[str], found: HandCodes, stay: Collection[str]
) -> pd.DataFrame:
    """The table of annotators with a row for each of these, who code by the newest codebook.

    What is known of one whose codes do not stay is replaced; of one whose codes do, it must be the same.
    """
    described = Descriptor.load(existing.folder).table("annotators")
    columns = [name for name in ANNOTATOR_COLUMNS if name in described.columns]
    table = _with_further(existing, ANNOTATORS, columns)
    cells = (dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False, name=None))
    rows = {row["annotator"]: row for row in cells}
    faults = []
    for name in coders:
        between = " and ".join(found.between.get(name, ()))
        role = (
            {"role": "adjudication", "note": f"decided between {between}"} if between else {"role": "coder"}
        )
        new = {"annotator": name, "codebook": described.field("codebook").maximum or "", **role}
        row = rows.setdefault(name, dict.fromkeys(table.columns, "") | new)
        about = {"kind": "sheet", "model": "", "version": "", "settings": "", **found.about.get(name, {})}
        for one in _SAME if name in stay else ():
            if (had := row.get(one, "")) not in ("", about[one]):
                need = f"{name} is another annotator, whose {one} is {shown(had)}: another name is needed"
                faults.append(Fault(sheet, 0, one, about[one], need))
        row |= {one: said for one, said in about.items() if one in columns}
    if faults:
        raise DataError(faults)
    return pd.DataFrame(list(rows.values()), columns=table.columns, dtype="str").sort_values(
        "annotator", ignore_index=True
    )


def _put(tables: dict[str, pd.DataFrame], data: Path) -> None:
    """Check the folder with the new tables in a copy, and move them and the lock into place."""
    files = {table.path for table in Descriptor.load(data).tables.values()} | {FILE, LOCK, *LOCKED}
    with staging_folder(data, files - tables.keys()) as aside:
        for name, table in tables.items():
            write_table(table, aside / name)
        if faults := check(aside):
            raise DataError(faults)
        write_lock(aside)
        for name in (*tables, LOCK):
            (aside / name).replace(data / name)
