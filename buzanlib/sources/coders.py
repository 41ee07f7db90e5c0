"""Codes of further annotators from a sheet that they filled in, and the sheet to fill in."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError, DataError, LockError
from buzanlib.files import alone, create_whole, demand_absent
from buzanlib.sources.annotation import ANNOTATOR_COLUMNS, ANNOTATORS, CODE, SHIPPED
from buzanlib.sources.sheet_files import render_sheet
from buzanlib.sources.sheet_words import CODES
from buzanlib.sources.sheets import read_sheet
from buzanlib.sources.write import ExistingTables, staging_folder, write_table
from buzanlib.tables.descriptor import check, load_tables
from buzanlib.tables.schema import FILE, Descriptor
from buzanlib.theory.predictions import LOCK, LOCKED, verify_lock, write_lock

SEED = 20100615

#: Headings of the sheet to fill in, where the passage is, then coder and codes.
PLACE = ("passage_id", "corpus", "year", "doc_id", "start", "end", "gist")
BLANK = ("coder", *CODES)

#: Why a coder may not have a name.
TAKEN = "this coder is in codes.csv already; another name is needed, or --replace"
SHIPS = "this name is one of those that ship; another is needed, or --replace"


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


def add_codes(sheet: Path, data: Path, replace: bool = False, worksheet: str = "") -> Added:
    """Add the coders of a sheet to ``codes.csv`` and ``annotators.csv``, and lock the codes again.

    They may code a part of the passages, by the newest codebook. Nothing is written unless the sheet and the whole
    folder with it are without fault. The codes are moved into place before the lock; should that move fail,
    ``buzan data lock`` repairs it.

    Parameters
    ----------
    sheet : pathlib.Path
        CSV or XLSX, as `sheets.read_sheet` reads it: all its worksheets, or the one that is named.
    data : pathlib.Path
        Folder of the tables, locked.
    replace : bool
        Replace all codes of an annotator of the same name. Without it such a name is refused.
    worksheet : str
        Name of the only worksheet to be read.

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
        tables, added = codes_with(sheet, data, replace, worksheet)
        _put(tables, data)
    return added


def codes_with(
    sheet: Path, data: Path, replace: bool = False, worksheet: str = ""
) -> tuple[dict[str, pd.DataFrame], Added]:
    """Give the codes of a folder, which need not be locked, with those of a sheet added; see `add_codes`.

    The tables ``annotators.csv`` and ``codes.csv`` by name, as text, with their columns and in their order; and who
    coded how many.
    """
    existing = ExistingTables(data)
    kept = existing.table("codes.csv", CODE)
    passages = existing.table("passages.csv", ["passage_id"])["passage_id"]
    taken = dict.fromkeys(sorted({*kept["annotator"], *SHIPPED}), "" if replace else TAKEN)
    taken |= dict.fromkeys(SHIPPED, "" if replace else SHIPS)
    described = Descriptor.load(data).table("codes")
    found = read_sheet(sheet, described, set(passages), taken, worksheet)
    coders = found.codes["annotator"]
    kept = kept[~kept["annotator"].isin(coders)]
    codes = pd.concat([kept, found.codes]).sort_values(["passage_id", "annotator"])
    coded = {str(name): int(count) for name, count in coders.value_counts().sort_index().items()}
    return {ANNOTATORS: _annotators(existing, coded), "codes.csv": codes}, Added(
        coded, found.not_coded, found.notes
    )


def _annotators(existing: ExistingTables, coders: Iterable[str]) -> pd.DataFrame:
    """The table of annotators with a row for each of these, who code by the newest codebook."""
    newest = Descriptor.load(existing.folder).table("annotators").field("codebook").maximum
    table = existing.table(ANNOTATORS, ANNOTATOR_COLUMNS)
    new = [name for name in coders if name not in set(table["annotator"])]
    rows = pd.DataFrame(
        {"annotator": new, "codebook": newest, "role": "coder", "coded": "", "note": ""}, dtype="str"
    )
    return pd.concat([table, rows]).sort_values("annotator")


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


def empty_sheet(data: Path, out: Path, passages: int | None = None, seed: int = SEED) -> int:
    """Write a sheet to be filled in, with a row a passage and blank cells for coder and codes; give their number.

    The passages are in the order of their identifiers, which is unrelated to speakers and years. The locator names the
    speaker: coders who should not know it must be given the text by somebody else.

    Parameters
    ----------
    data, out : pathlib.Path
        Folder of the tables, and new file.
    passages : int, optional
        Size of a random sample; all passages by default. A sample is part of every larger one with the same seed.

    Raises
    ------
    BuzanError
        If there are fewer passages, or `out` exists already.
    DataError
        With every fault of the tables.
    """
    demand_absent(out)
    tables = load_tables(data, ["passages", "documents", "gists"])
    places = tables["passages"].merge(tables["documents"][["doc_id", "corpus", "year"]], on="doc_id")
    places = places.merge(tables["gists"], on="passage_id", how="left").sort_values("passage_id")
    if passages is not None:
        if not 1 <= passages <= len(places):
            raise BuzanError(f"a sample of {passages} passages; allowed: 1 to {len(places)}")
        order = places["passage_id"].tolist()
        random.Random(seed).shuffle(order)
        places = places[places["passage_id"].isin(order[:passages])]
    sheet = places[list(PLACE)].assign(**dict.fromkeys(BLANK, ""))
    create_whole(out, render_sheet(sheet))
    return len(sheet)
