"""Data folder that the notebooks of a study read, checked once for as long as no byte of it changes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from buzanlib.errors import DataError, Fault
from buzanlib.files import sha256
from buzanlib.study.cache import Cache
from buzanlib.study.dependencies import closure, hash_of
from buzanlib.study.owned import OwnedFolder, demand
from buzanlib.study.spec import READS, Study
from buzanlib.tables.schema import FILE, Descriptor, Table

if TYPE_CHECKING:
    from buzanlib.sources.own_tables import OwnTable

CHECKED = "checked.json"
"""Note in the cache: which files were checked without a fault, and by which code."""

CODED = "coded.json"
"""Note in the cache: hashes of what the codes with those of the sheets were made from, and of the result."""

OWN = "own.json"
"""Note in the cache: hashes of what the study's own tables were made from, and of the result."""

FURTHER = "A column of this study's own."
"""Description of a column that the study has and the tables that ship do not."""

CODES = ("annotators.csv", "codes.csv")
"""Tables that sheets add to."""


@dataclass(frozen=True)
class DataFolder:
    """A data folder without faults."""

    path: Path
    hashes: Mapping[str, str]  #: SHA-256 of every file in it, by relative path
    said: tuple[str, ...] = ()  #: what of the study's own tables and sheets was read now, and what was not


@contextmanager
def looked_at(study: Study) -> Iterator[DataFolder]:
    """Check the data of a study as a run would, without writing to its output folder; raises as a run would."""
    demand(study.output)
    with tempfile.TemporaryDirectory() as place, OwnedFolder.claimed(Path(place)) as aside:
        yield prepare(study, Cache(study.output), aside)


def prepare(study: Study, cache: Cache, output: OwnedFolder) -> DataFolder:
    """Check every row and the lock of the data of a study.

    If the study has tables or coding sheets of its own, a folder with these and all other tables is made and locked;
    the predictions must be those of the folder that the study names.

    Parameters
    ----------
    study : Study
        The study.
    cache : Cache
        Files that were checked before are not checked again.
    output : OwnedFolder
        Where the folder is made.

    Raises
    ------
    DataError, LockError
        If the data have faults; one in a table of the study's own names that file, and one in the descriptor the key
        of the study.
    """
    _check_descriptor(study)
    reads = output.path / READS if study.laid_out else study.data
    said = _lay_out(study, cache, output) if study.laid_out else []
    code = closure(["buzanlib.tables.descriptor", "buzanlib.theory.predictions"])
    found: dict[str, Any] = {"files": hashes_of(reads), "code": code}
    if cache.recall(CHECKED) != found:
        _check(study, output, reads)
        found["files"] = hashes_of(reads)  # the lock may be new
        cache.remember(CHECKED, found)
    return DataFolder(reads, found["files"], tuple(said))


def _check_descriptor(study: Study) -> None:
    try:
        Descriptor.load(study.data)
    except DataError as error:
        key = f"{study.file.name}, data"
        raise DataError([replace(fault, file=f"{key}: {fault.file}") for fault in error.faults]) from None


def hashes_of(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in a folder that is not hidden, by relative path."""
    files = {file.relative_to(folder): file for file in sorted(folder.rglob("*")) if file.is_file()}
    hidden = {name for name in files if any(part.startswith(".") for part in name.parts)}
    return {name.as_posix(): sha256(file) for name, file in files.items() if name not in hidden}


def _lay_out(study: Study, cache: Cache, output: OwnedFolder) -> list[str]:
    """Combine the named folder with the study's own tables and sheets; give what of them was read, in words.

    A lock that is there already and fits is kept; that of the named folder would not fit.
    """
    from buzanlib.tables.codebook import PAGES, leads_out
    from buzanlib.theory.predictions import LOCK

    if faults := [fault for name in PAGES for fault in leads_out(study.data, name)]:
        raise DataError(faults)  # a copy would be no link any more
    reads = output.path / READS
    if reads != study.reads:
        for name in (LOCK, *CODES):  # as the last run has left them
            if (study.reads / name).is_file():
                output.copy(study.reads / name, reads / name)
    wanted = {name: study.data / name for name in hashes_of(study.data)} | dict(study.tables)
    output.remove(*(reads / name for name in hashes_of(reads).keys() - wanted.keys()))
    kept = {LOCK} if (reads / LOCK).exists() else set()
    made_from = _made_from(study, wanted) if study.sheets else []
    if study.sheets and cache.recall(CODED) == {"from": made_from, "sha256": _hashes(reads)}:
        kept.update(CODES)
    said = _put_own(study, cache, output, kept)
    for name, file in wanted.items():
        if name not in kept and name not in study.tables and name != FILE:
            output.copy(file, reads / name)
    if study.sheets and not kept.issuperset(CODES):
        said += _add_codes(study, [output.listed(reads / name) for name in CODES])
        cache.remember(CODED, {"from": made_from, "sha256": _hashes(reads)})
    return said


def _put_own(study: Study, cache: Cache, output: OwnedFolder, kept: set[str]) -> list[str]:
    """Put the study's own tables, in the form of a data folder, and the descriptor with their further columns.

    What was put before and would be the same again stays. Gives what was read and what was not, in words.

    Raises
    ------
    DataError
        With every fault of tables in another form; those of the others are found as the folder is checked.
    """
    from buzanlib.sources.state_names import TABLE

    reads = output.path / READS
    files = {**study.tables, FILE: study.data / FILE}
    code = closure(["buzanlib.sources.own_tables"]).values()
    named = [f"{corpus}: {name}" for corpus, name in study.corpora.items()]
    made_from = [
        *map(hash_of, (*files.values(), TABLE)),
        *code,
        *named,
        str(sorted(study.worksheets.items())),
    ]
    added_to = CODES if study.sheets else ()
    put = [reads / name for name in files if name not in added_to]
    whole = kept.issuperset(files.keys() & set(added_to))
    if whole and cache.recall(OWN) == {"from": made_from, "sha256": [*map(hash_of, put)]}:
        return []
    package = json.loads(files[FILE].read_text(encoding="utf-8"))
    faults: list[Fault] = []
    said, further = [], bool(study.corpora)
    if study.corpora:
        _name_corpora(package, study.corpora)
    for table in Descriptor.load(study.data).tables.values():
        if table.path not in study.tables:
            continue
        own = _own_table(study, table)
        said += own.said(study.tables[table.path].name, table)
        faults += [] if own.same else own.faults
        schema = next(one for one in package["resources"] if one["name"] == table.name)["schema"]
        schema["fields"] += [field | {"description": FURTHER} for field in own.further(table)]
        further |= bool(own.further(table))
        if table.path not in kept and not faults:
            content = own.rendered() if not own.same else study.tables[table.path].read_bytes()
            output.write(reads / table.path, content)
    if faults:
        raise DataError(faults)
    described = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    output.write(reads / FILE, described if further else files[FILE].read_bytes())
    cache.remember(OWN, {"from": made_from, "sha256": [*map(hash_of, put)]})
    return said


def _own_table(study: Study, table: Table) -> OwnTable:
    """A table of the study's own, which takes the place of this one."""
    from buzanlib.sources.own_tables import read_own

    return read_own(study.tables[table.path], table, study.worksheets.get(table.path, ""))


def _name_corpora(package: dict[str, Any], names: Mapping[str, str]) -> None:
    """Describe corpora by their names in full, as categories of the column that has them (Data Package 2)."""
    (documents,) = (one for one in package["resources"] if one["name"] == "documents")
    (field,) = (one for one in documents["schema"]["fields"] if one["name"] == "corpus")
    given = {one["value"]: one["label"] for one in field.get("categories", ())} | dict(names)
    field["categories"] = [{"value": corpus, "label": name} for corpus, name in given.items()]


def _hashes(reads: Path) -> list[str]:
    """Hashes of the tables that sheets add to."""
    return [hash_of(reads / name) for name in CODES]


def _made_from(study: Study, tables: Mapping[str, Path]) -> list[str]:
    """Hashes of the tables, sheets and code from which the codes with those of the sheets are made."""
    files = [tables[name] for name in (*CODES, "passages.csv", FILE) if name in tables]
    code = closure(["buzanlib.sources.coders"]).values()
    return [*map(hash_of, (*files, *study.sheets)), *code, str(sorted(study.worksheets.items()))]


def _add_codes(study: Study, files: Sequence[Path]) -> list[str]:
    """Add the codes of the sheets to the tables of annotators and codes; give what was read, in words."""
    from buzanlib.sources.coders import codes_with
    from buzanlib.sources.write import write_table

    said: list[str] = []
    faults: list[Fault] = []
    for sheet in study.sheets:
        try:
            more, added = codes_with(sheet, files[0].parent, worksheet=study.worksheets.get(str(sheet), ""))
        except DataError as error:
            faults += error.faults  # those of the other sheets are told with them
            continue
        for file in files:
            write_table(more[file.name], file)
        said += [*(f"{sheet.name}: {line}" for line in added.counts()), *added.notes]
    if faults:
        raise _renamed(study, dict.fromkeys(faults))
    return said


def _check(study: Study, output: OwnedFolder, reads: Path) -> None:
    from buzanlib.tables.descriptor import check
    from buzanlib.theory.predictions import LOCK, load_predictions, write_lock

    if faults := check(reads):
        raise _renamed(study, faults)
    if study.laid_out:
        output.copy(study.data / LOCK, reads / LOCK)  # with the predictions that are required
        write_lock(reads)
    load_predictions(reads)


def _renamed(study: Study, faults: Iterable[Fault]) -> DataError:
    """Faults with the names and rows of the study's own files."""
    found = list(faults)
    named = {fault.file for fault in found} & study.tables.keys() - set(CODES if study.sheets else ())
    rows = {
        table.path: own.rows()
        for table in (Descriptor.load(study.data).tables.values() if named else ())
        if table.path in named and not (own := _own_table(study, table)).same
    }
    own_names = {name: file.name for name, file in study.tables.items()}
    return DataError(
        [
            replace(
                fault,
                file=own_names.get(fault.file, fault.file),
                row=rows.get(fault.file, {}).get(fault.row, fault.row),
            )
            for fault in found
        ]
    )
