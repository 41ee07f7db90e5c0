"""The data folder that the notebooks of a study read, checked once for as long as no byte of it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from buzanlib.errors import DataError
from buzanlib.study.cache import Cache
from buzanlib.study.dependencies import closure
from buzanlib.study.files import copy_whole, sha256
from buzanlib.study.spec import Study

CHECKED = "checked.json"
"""Note in the cache: which files have been found sound, and by which code."""


@dataclass(frozen=True)
class DataFolder:
    """A data folder that is sound.

    Attributes
    ----------
    path : Path
        Where it is.
    hashes : mapping of str to str
        SHA-256 of every file in it, by its path there.
    """

    path: Path
    hashes: Mapping[str, str]


def prepare(study: Study, cache: Cache) -> DataFolder:
    """Lay the data of a study ready, and hold every row and the lock against what they must be.

    Parameters
    ----------
    study : Study
        Where it has tables of its own, a folder with them and all others is made in its output folder and locked
        anew; the predictions must be those of the folder that it names.
    cache : Cache
        Files that have been found sound are not held against the descriptor again.

    Returns
    -------
    DataFolder

    Raises
    ------
    DataError, LockError
        Where the data are at fault; a fault of a table of one's own names one's own file.
    """
    if study.tables:
        _lay_out(study)
    code = closure(["buzanlib.tables.descriptor", "buzanlib.theory.predictions"])
    found: dict[str, Any] = {"files": hashes_of(study.reads), "code": code}
    if cache.recall(CHECKED) != found:
        _check(study)
        found["files"] = hashes_of(study.reads)  # the lock may be new
        cache.remember(CHECKED, found)
    return DataFolder(study.reads, found["files"])


def hashes_of(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in a folder, by its path there; what is hidden does not count."""
    files = {file.relative_to(folder): file for file in sorted(folder.rglob("*")) if file.is_file()}
    return {
        name.as_posix(): sha256(file)
        for name, file in files.items()
        if not any(part.startswith(".") for part in name.parts)
    }


def _lay_out(study: Study) -> None:
    """Make the folder that is read: the one that is named, with tables of one's own in place of those in it.

    A lock that fits what lies there already is kept; the one of the folder that is named would not fit.
    """
    from buzanlib.theory.predictions import LOCK

    study.reads.mkdir(parents=True, exist_ok=True)
    wanted = {name: study.data / name for name in hashes_of(study.data)} | dict(study.tables)
    for name in hashes_of(study.reads).keys() - wanted.keys():
        (study.reads / name).unlink()
    for name, file in wanted.items():
        if name != LOCK or not (study.reads / LOCK).exists():
            copy_whole(file, study.reads / name)


def _check(study: Study) -> None:
    from buzanlib.tables.descriptor import check
    from buzanlib.theory.predictions import LOCK, load_predictions, write_lock

    if faults := check(study.reads):
        raise DataError([replace(fault, file=_named(study, fault.file)) for fault in faults])
    if study.tables:
        copy_whole(study.data / LOCK, study.reads / LOCK)  # it says what the predictions must be
        write_lock(study.reads)
    load_predictions(study.reads)


def _named(study: Study, file: str) -> str:
    return study.tables[file].name if file in study.tables else file
