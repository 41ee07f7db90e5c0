"""Every table of `data/` again, from the publishers' files, byte for byte."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.sources import alliances, annotation, cow, documents, memberships, panel, votes
from buzanlib.sources.crosswalk import Crosswalk
from buzanlib.sources.progress import Progress, shown
from buzanlib.sources.raw import RawFolder
from buzanlib.sources.write import write_table
from buzanlib.theory.predictions import LOCK, PREDICTIONS, write_lock

#: Tables made by hand; they are read, and written again in canonical form.
BY_HAND = ("states.csv", "accessions.csv")

#: Files made by hand that are only locked, together with the tables.
LOCKED_WITH = (PREDICTIONS, "codebook.md")


def build(raw: Path, data: Path, progress: Progress = shown) -> list[Path]:
    """Make every table again that comes from a publisher, and lock the result.

    All tables are made in a folder of their own and moved into place together at the end, so that an error
    on the way leaves `data` as it was.

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
        The tables, in the order in which they were made.

    Raises
    ------
    BuzanError
        If a file is missing, is there twice, or says what cannot be.
    LockError
        If the predictions are not those that were locked.
    """
    folder = RawFolder(raw)
    states_csv, accessions_csv = (_by_hand(data, name) for name in BY_HAND)
    to_lock = [_by_hand(data, name) for name in LOCKED_WITH]
    to_lock += [data / LOCK] if (data / LOCK).is_file() else []
    # Beside the tables, so that moving them into place is renaming and cannot stop half-way through a file.
    workshop = Path(tempfile.mkdtemp(dir=data, prefix=".build-"))
    try:
        for path in to_lock:
            shutil.copy(path, workshop)
        names = []
        for name, table in _tables(folder, states_csv, accessions_csv, progress):
            write_table(table, workshop / name)
            names.append(name)
        # Locked before anything is moved: predictions that were tampered with stop the build here.
        write_lock(workshop)
        for name in (*names, LOCK):
            (workshop / name).replace(data / name)
    finally:
        shutil.rmtree(workshop)
    return [data / name for name in names]


def _tables(
    raw: RawFolder, states_csv: Path, accessions_csv: Path, progress: Progress
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Name and content of every table, in order."""
    crosswalk = Crosswalk.read(states_csv)
    cow.check(crosswalk, raw.find(cow.SYSTEM, "states.csv"), raw.find(cow.VOTING_CODES, "states.csv"))
    yield "states.csv", crosswalk.states.sort_values("iso3")

    yield "panel.csv", panel.build(raw, crosswalk)

    texts, passages = documents.build(raw, crosswalk.known(), progress)
    yield "documents.csv", texts
    yield "passages.csv", passages
    yield "codes.csv", annotation.read_codes(raw.find(annotation.CODES, "codes.csv"))
    yield "gists.csv", annotation.read_gists(raw.find(annotation.GISTS, "gists.csv"))

    ict, calls, cast = (raw.find(name, "votes.csv") for name in (votes.ICT, votes.RESOLUTIONS, votes.VOTES))
    resolutions, by_member = votes.read(ict, calls, cast, crosswalk)
    yield "resolutions.csv", resolutions
    yield "votes.csv", by_member

    accessions = memberships.read_accessions(accessions_csv)
    yield "accessions.csv", accessions.sort_values(["organisation", "iso3", "date"])
    yearly = raw.find(memberships.FILE, "memberships.csv")
    yield "memberships.csv", memberships.read(yearly, accessions, crosswalk)

    yield "alliances.csv", alliances.read(raw.find(alliances.FILE, "alliances.csv"), crosswalk)


def _by_hand(data: Path, name: str) -> Path:
    """Path of a table made by hand, which must be there."""
    path = data / name
    if not path.is_file():
        raise BuzanError(f"{name} is made by hand and must lie in {data}")
    return path
