"""Check the tables of a data folder against ``datapackage.json``, and load them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from buzanlib.errors import DataError, Fault
from buzanlib.files import sha256
from buzanlib.tables.checks import check_table
from buzanlib.tables.codebook import PAGES, read_codebook
from buzanlib.tables.declarations import check_declarations
from buzanlib.tables.reading import RawTable, read
from buzanlib.tables.relations import check_relations
from buzanlib.tables.schema import FILE, Descriptor, Table, remember

__all__ = ["Descriptor", "check", "examine", "keep", "load", "load_tables", "load_to_keep"]

_kept: dict[str, pd.DataFrame] = {}
"""Tables by the hashes of what they were read from; see `keep`."""


@dataclass(frozen=True)
class Kept:
    """Tables that have been checked, by hashes of all that each was made from, and their descriptor by its content."""

    tables: dict[str, pd.DataFrame]
    descriptors: dict[bytes, Descriptor]


def examine(
    data_dir: Path, names: Iterable[str] | None = None
) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """Read tables as text and check them; if all, the declarations and pages as well (see `check`).

    Returns
    -------
    frames : dict of str to DataFrame of str
        Every table that could be read, every cell as text; the index is the line of the file.
    faults : list of Fault
        All faults of the tables.
    """
    descriptor = Descriptor.load(data_dir)
    chosen = tuple(descriptor.tables) if names is None else tuple(names)
    needed = descriptor.closure(chosen)
    claimed = {table.path for table in descriptor.tables.values()}
    spare = sorted({path.name for path in data_dir.glob("*.csv")} - claimed)
    raw = {name: read(data_dir, descriptor.table(name).path, spare) for name in needed}
    frames = {name: table.frame for name, table in raw.items() if table.frame is not None}
    fitted = {name: descriptor.table(name).fitted(_columns(frames.get(name))) for name in needed}
    known = {name: _faults(fitted[name], raw[name]) for name in needed}
    faults = [fault for name in needed if name in chosen or name not in frames for fault in known[name]]
    for name in chosen:
        if name in frames:
            faults += check_relations(descriptor, fitted[name], frames, known)
    if names is None:
        faults += check_declarations(data_dir)
        faults += [fault for page in PAGES for fault in read_codebook(data_dir, page)[1]]
    return frames, sorted(faults)


def check(data_dir: Path, names: Iterable[str] | None = None) -> list[Fault]:
    """Check tables, all by default, against the descriptor: every fault, sorted by file, row and column.

    Tables to which the `names` refer must be there, but are not checked.

    Raises
    ------
    DataError
        If the descriptor is at fault.
    UnknownNameError
        If there is no table of a name.
    """
    return examine(data_dir, names)[1]


def load(data_dir: Path, name: str) -> pd.DataFrame:
    """Load one table, such as ``"codes"``, checked and typed.

    Returns
    -------
    DataFrame
        Columns in the order of the descriptor: string -> ``str``; integer and year -> ``int64`` where a value
        is required and ``Int64`` where it may be missing; number -> ``float64``; date -> ``datetime64``.

    Raises
    ------
    DataError
        With all faults of the table.
    UnknownNameError
        If there is no table of that name.
    """
    return load_tables(data_dir, [name])[name]


def load_tables(data_dir: Path, names: Iterable[str]) -> dict[str, pd.DataFrame]:
    """Load several tables, reading each file once; see `load`."""
    chosen = list(names)
    if _kept:
        origins = _origins(data_dir, chosen)
        if _kept.keys() >= set(origins.values()):
            return {name: _kept[origin].copy(deep=False) for name, origin in origins.items()}
    raw, faults = examine(data_dir, chosen)
    if faults:
        raise DataError(faults)
    descriptor = Descriptor.load(data_dir)
    return {name: _typed(descriptor.table(name).fitted(_columns(raw[name])), raw[name]) for name in chosen}


def load_to_keep(data_dir: Path) -> Kept:
    """Load every table for `keep`; nothing, where one changes meanwhile.

    Raises
    ------
    DataError
        Where any table is at fault.
    """
    names = list(Descriptor.load(data_dir).tables)
    content, origins = (data_dir / FILE).read_bytes(), _origins(data_dir, names)
    tables = load_tables(data_dir, names)
    if _origins(data_dir, names) != origins:
        return Kept({}, {})
    return Kept(
        {origins[name]: table for name, table in tables.items()}, {content: Descriptor.load(data_dir)}
    )


def keep(kept: Kept) -> None:
    """Let `load_tables` copy the tables of `load_to_keep` as long as the files that they were made from are the same.

    Processes that are forked from this one then need not check and parse again.
    """
    _kept.update(kept.tables)
    remember(kept.descriptors)


def _origins(data_dir: Path, names: Iterable[str]) -> dict[str, str]:
    """Hashes of all that a table is made from, by its name."""
    descriptor = Descriptor.load(data_dir)
    closures = {name: descriptor.closure((name,)) for name in names}
    files = {name: descriptor.table(name).path for closure in closures.values() for name in closure}
    hashes = {name: _hash(data_dir / file) for name, file in files.items()}
    rules = _hash(data_dir / FILE)
    return {
        name: " ".join([rules, name, *(hashes[other] for other in closure)])
        for name, closure in closures.items()
    }


def _hash(file: Path) -> str:
    """Hash of a file; of one that cannot be read, what is no hash."""
    try:
        return sha256(file)
    except OSError:
        return "unread"


def _columns(frame: pd.DataFrame | None) -> list[str]:
    return [] if frame is None else [str(name) for name in frame.columns]


def _faults(table: Table, raw: RawTable) -> list[Fault]:
    if raw.frame is None:
        return raw.faults
    inside = check_table(table, raw.frame)
    return raw.faults + [fault for fault in inside if fault.row not in raw.broken]


def _typed(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Give the checked text its types, on a plain index."""
    typed: dict[str, pd.Series[Any]] = {}
    for field in table.fields:
        column = frame[field.name].reset_index(drop=True)
        column = column.mask(column == "")
        if field.type in ("integer", "year"):
            column = pd.to_numeric(column).astype("int64" if field.required else "Int64")
        elif field.type == "number":
            column = pd.to_numeric(column).astype("float64")
        elif field.type == "date":
            column = pd.to_datetime(column, format="%Y-%m-%d")
        typed[field.name] = column
    return pd.DataFrame(typed)
