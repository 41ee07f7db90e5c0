"""The data folder that the notebooks of a study read, checked once for as long as no byte of it changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from buzanlib.errors import DataError, Fault
from buzanlib.study.cache import Cache
from buzanlib.study.dependencies import closure
from buzanlib.study.files import copy_whole, sha256
from buzanlib.study.spec import Study

CHECKED = "checked.json"
"""Note in the cache: which files have been found sound, and by which code."""

CODED = "coded.json"
"""Note in the cache: from what the codes with those of the sheets were made, and what came of it."""

CODES = "codes.csv"


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
        Where it has tables or coding sheets of its own, a folder with them and all other tables is made in its output
        folder and locked anew; the predictions must be those of the folder that it names.
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
    if study.laid_out:
        _lay_out(study, cache)
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


def _lay_out(study: Study, cache: Cache) -> None:
    """Make the folder that is read: the one that is named, with what is one's own in place of what is in it.

    A lock that fits what lies there already is kept; the one of the folder that is named would not fit.
    """
    from buzanlib.theory.predictions import LOCK

    study.reads.mkdir(parents=True, exist_ok=True)
    wanted = {name: study.data / name for name in hashes_of(study.data)} | dict(study.tables)
    for name in hashes_of(study.reads).keys() - wanted.keys():
        (study.reads / name).unlink()
    kept = {LOCK} if (study.reads / LOCK).exists() else set()
    made_from = _made_from(study, wanted) if study.sheets else []
    if study.sheets and cache.recall(CODED) == {"from": made_from, "sha256": _sha256(study.reads / CODES)}:
        kept.add(CODES)
    for name, file in wanted.items():
        if name not in kept:
            copy_whole(file, study.reads / name)
    if study.sheets and CODES not in kept:
        _add_codes(study)
        cache.remember(CODED, {"from": made_from, "sha256": _sha256(study.reads / CODES)})


def _made_from(study: Study, tables: Mapping[str, Path]) -> list[str]:
    """From what the codes with those of the sheets are made: hashes of tables, sheets and code."""
    files = [tables[name] for name in (CODES, "passages.csv", "datapackage.json") if name in tables]
    code = closure(["buzanlib.sources.coders"]).values()
    return [*map(_sha256, (*files, *study.sheets)), *code]


def _add_codes(study: Study) -> None:
    """Add the codes of the sheets to those that lie there."""
    from buzanlib.sources.coders import codes_with
    from buzanlib.sources.write import write_table

    for sheet in study.sheets:
        try:
            codes, _ = codes_with(sheet, study.reads)
        except DataError as error:
            raise _renamed(study, error.faults) from None
        write_table(codes, study.reads / CODES)


def _sha256(file: Path) -> str:
    return sha256(file) if file.is_file() else ""


def _check(study: Study) -> None:
    from buzanlib.tables.descriptor import check
    from buzanlib.theory.predictions import LOCK, load_predictions, write_lock

    if faults := check(study.reads):
        raise _renamed(study, faults)
    if study.laid_out:
        copy_whole(study.data / LOCK, study.reads / LOCK)  # it says what the predictions must be
        write_lock(study.reads)
    load_predictions(study.reads)


def _renamed(study: Study, faults: Iterable[Fault]) -> DataError:
    """Faults by the names of one's own files."""
    own = {name: file.name for name, file in study.tables.items()}
    return DataError([replace(fault, file=own.get(fault.file, fault.file)) for fault in faults])
