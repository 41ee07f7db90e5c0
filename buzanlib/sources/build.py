"""Every table of `data/` again, from the publishers' files, byte for byte; or those whose sources are there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.files import alone
from buzanlib.sources import alliances, annotation, cow, documents, memberships, panel, votes
from buzanlib.sources.catalogue import take_stock
from buzanlib.sources.crosswalk import Crosswalk
from buzanlib.sources.discovery import Stock
from buzanlib.sources.existing_tables import Held, joined
from buzanlib.sources.progress import Progress, shown
from buzanlib.sources.write import workshop, write_table
from buzanlib.theory.predictions import LOCK, LOCKED, PREDICTIONS, write_lock

#: Tables made by hand; they are read, and written again in canonical form.
BY_HAND = ("states.csv", "accessions.csv")

#: Files made by hand that are only locked, together with the tables.
LOCKED_WITH = (PREDICTIONS, "codebook.md")

Made = Iterator[tuple[str, pd.DataFrame]]


def build(raw: Path, data: Path, progress: Progress = shown) -> list[Path]:
    """Make every table again whose publisher's files are there, and lock the result.

    What comes from a source that is missing stays as `data` has it; where `data` has nothing, a table of which
    nothing can be made has a header and no rows, and a column no values (`inventory.account` says which). All
    tables are made in a folder of their own and moved into place together at the end, so that an error on the
    way leaves `data` as it was.

    Parameters
    ----------
    raw : pathlib.Path
        Folder with the publishers' files and the coding, in whatever arrangement.
    data : pathlib.Path
        Folder of the tables. It must hold `states.csv` and `accessions.csv`, which are made by hand, and
        `predictions.json` and `codebook.md`, which the lock covers.
    progress : callable, optional
        Wraps the long loops; by default shows how far they are on standard error.

    Returns
    -------
    list of pathlib.Path
        The tables that were made, in order; one that is only kept is not among them.

    Raises
    ------
    BuzanError
        If no source is there at all, if a file is there twice, or says what cannot be; or if another command is at
        work in `data`.
    LockError
        If the predictions are not those that were locked.
    """
    stock = take_stock(raw)
    if not stock.found:
        raise BuzanError(
            f"nothing below {raw} is a file that a table is made from; buzan data build --list says what is"
        )
    states_csv, accessions_csv = (_by_hand(data, name) for name in BY_HAND)
    to_lock = [_by_hand(data, name) for name in LOCKED_WITH]
    to_lock += [
        data / name for name in (*LOCKED, LOCK) if (data / name).is_file() and name not in LOCKED_WITH
    ]
    # Beside the tables, so that moving them into place is renaming and cannot stop half-way through a file.
    with alone(data), workshop(data) as aside:
        for path in to_lock:
            shutil.copy(path, aside)
        names = []
        for name, table in _tables(stock, Held(data), states_csv, accessions_csv, progress):
            write_table(table, aside / name)
            names.append(name)
        # Locked before anything is moved: predictions that were tampered with stop the build here.
        write_lock(aside)
        for name in (*names, LOCK):
            (aside / name).replace(data / name)
    return [data / name for name in names]


def _tables(stock: Stock, held: Held, states_csv: Path, accessions_csv: Path, progress: Progress) -> Made:
    """Name and content of every table that is made, in order."""
    crosswalk = Crosswalk.read(states_csv)
    cow.check(crosswalk, stock.path(cow.SYSTEM_SOURCE), stock.path(cow.CODES_SOURCE))
    yield "states.csv", crosswalk.states.sort_values("iso3")

    yield "panel.csv", panel.build(stock, crosswalk, held)

    texts, passages = documents.build(stock, crosswalk.known(), held, progress)
    yield "documents.csv", texts
    yield "passages.csv", passages
    yield from _coding(stock, held, set(passages["passage_id"]))

    yield from _votes(stock, held, crosswalk)

    accessions = memberships.read_accessions(accessions_csv)
    yield "accessions.csv", accessions.sort_values(["organisation", "iso3", "date"])
    if yearly := stock.path(memberships.SOURCE):
        yield "memberships.csv", memberships.read(yearly, accessions, crosswalk)
    else:
        yield from _empty(held, "memberships.csv", memberships.COLUMNS)

    if pairs := stock.path(alliances.SOURCE):
        yield "alliances.csv", alliances.read(pairs, crosswalk)
    else:
        yield from _empty(held, "alliances.csv", alliances.COLUMNS)


def _coding(stock: Stock, held: Held, passages: set[str]) -> Made:
    """Codes and gists, but for passages of a corpus that is missing here."""
    files = annotation.files(stock)
    if not files:
        yield from _empty(held, "codes.csv", annotation.CODE)
        yield from _empty(held, "gists.csv", annotation.GIST)
        return
    absent = set(annotation.read_locators(files[annotation.PASSAGES])["passage_id"]) - passages
    codes = annotation.read_codes(files[annotation.CODES])
    codes = codes[~codes["passage_id"].isin(absent)]
    # Further annotators are in the data folder only.
    kept = held.table("codes.csv", annotation.CODE)
    kept = kept[~kept["annotator"].isin(codes["annotator"])]
    yield "codes.csv", joined(codes, kept, "passage_id", "annotator")
    gists = annotation.read_gists(files[annotation.GISTS])
    yield "gists.csv", gists[~gists["passage_id"].isin(absent)]


def _votes(stock: Stock, held: Held, crosswalk: Crosswalk) -> Made:
    """Roll calls and votes."""
    files = stock.paths(votes.SOURCE)
    if not files:
        yield from _empty(held, "resolutions.csv", votes.RESOLUTION_COLUMNS)
        yield from _empty(held, "votes.csv", votes.VOTE_COLUMNS)
        return
    if len(files) == 1:
        resolutions, by_member = votes.read_release(files[0], crosswalk)
    else:
        ict, calls, cast = files
        resolutions, by_member = votes.read(ict, calls, cast, crosswalk)
    yield "resolutions.csv", resolutions
    yield "votes.csv", by_member


def _empty(held: Held, name: str, columns: list[str]) -> Made:
    """A table without rows, where the data folder has none that could be kept."""
    if not held.has(name):
        yield name, pd.DataFrame(columns=columns)


def _by_hand(data: Path, name: str) -> Path:
    """Path of a table made by hand, which must be there."""
    path = data / name
    if not path.is_file():
        raise BuzanError(f"{name} is made by hand and must lie in {data}")
    return path
