"""Finding and opening publishers' files."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from python_calamine import CalamineError

from buzanlib.errors import BuzanError, nearest

#: What pandas, Arrow, calamine and the packers raise for a file that is not what its name says.
DAMAGE = (ValueError, CalamineError, OSError, EOFError, zlib.error, zipfile.BadZipFile)

T = TypeVar("T")

Others = Mapping[str, str]
"""Publisher's other name of a column to the name used here."""


class RawFolder:
    """A folder of publishers' files, in any arrangement, of which hidden ones are ignored; `BuzanError` if none."""

    def __init__(self, path: Path) -> None:
        if not path.is_dir():
            raise BuzanError(f"no folder of raw files at {path}")
        self.path, self._places = path, list[tuple[str, Path]]()
        for folder, inner, names in os.walk(path):
            inner[:] = sorted(name for name in inner if not name.startswith("."))
            self._places += [(name.casefold(), Path(folder, name)) for name in names if name[0] != "."]
            self._places += [(f"{name.casefold()}/", Path(folder, name)) for name in inner]

    def matching(self, pattern: str) -> list[Path]:
        """Every file whose name matches `pattern` (see `source.Form`), sorted; folders where it ends in ``/``."""
        wanted = pattern.casefold()
        return sorted(path for name, path in self._places if fnmatchcase(name, wanted))


def read_csv(
    path: Path, columns: Sequence[str], others: Others | None = None, **options: Any
) -> pd.DataFrame:
    """Read some columns of a publisher's CSV file, in the order given.

    Parameters
    ----------
    path : pathlib.Path
        The file; fields are separated by commas, in a ``.tab`` file by tabs.
    columns : sequence of str
        The columns wanted; in the file they may differ in capitals.
    others : mapping of str to str, optional
        Other names that the publisher has for some of them, each with the name used here.
    **options
        Passed to `pandas.read_csv`.

    Raises
    ------
    BuzanError
        If the file lacks one of them, or is not such a file at all.
    """
    options |= {"sep": _separator(path)}
    header: pd.DataFrame = opened(lambda: pd.read_csv(path, nrows=0, **options), path)
    # Only what is wanted is read: some publishers' files have thousands of columns.
    theirs = _headings(header, columns, others, path)
    kept = list(theirs)
    frame: pd.DataFrame = opened(lambda: pd.read_csv(path, usecols=kept, low_memory=False, **options), path)
    return frame.rename(columns=theirs)[list(columns)]


def headings(path: Path) -> list[str]:
    """Headings of a publisher's CSV file, in small letters."""
    header = opened(lambda: pd.read_csv(path, nrows=0, sep=_separator(path)), path)
    return [str(name).casefold() for name in header.columns]


def read_excel(
    path: Path, columns: Sequence[str], others: Others | None = None, sheet: str | int = 0
) -> pd.DataFrame:
    """Named columns of a sheet of a publisher's workbook, the first by default (see `read_csv`)."""
    frame = opened(lambda: pd.read_excel(path, sheet_name=sheet, engine="calamine"), path)
    return frame.rename(columns=_headings(frame, columns, others, path))[list(columns)]


def read_sheets(path: Path) -> dict[str, pd.DataFrame]:
    """Every sheet of a workbook by name, as it stands and without a header."""
    return dict(opened(lambda: pd.read_excel(path, sheet_name=None, header=None, engine="calamine"), path))


def sheet_names(path: Path) -> list[str]:
    """Names of the sheets of a workbook, in order."""
    with opened(lambda: pd.ExcelFile(path, engine="calamine"), path) as book:
        return [str(name) for name in book.sheet_names]


def read_parquet(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Named columns of a Parquet file (see `read_csv`)."""
    frame = opened(lambda: pd.read_parquet(path), path)
    return frame.rename(columns=_headings(frame, columns, None, path))[list(columns)]


def numbers(column: pd.Series[Any], path: Path) -> pd.Series[Any]:
    """A column of the file at `path` as numbers; BuzanError where a value is none."""
    try:
        return pd.to_numeric(column)
    except (ValueError, TypeError) as error:
        raise BuzanError(f"{path.name}, column {column.name}: a number is not one: {error}") from error


def dates(column: pd.Series[Any], path: Path) -> pd.Series[Any]:
    """A column of ISO dates of the file at `path`, as dates; BuzanError where it is not one."""
    try:
        return pd.to_datetime(column, format="%Y-%m-%d")
    except ValueError as error:
        raise BuzanError(f"{path.name}, column {column.name}: a date is not one: {error}") from error


def opened(read: Callable[[], T], path: Path) -> T:
    """What `read` makes of the file at `path`; BuzanError with its name where that cannot be."""
    try:
        return read()
    except DAMAGE as error:
        why = error.strerror if isinstance(error, OSError) else ""
        raise BuzanError(f"{path} cannot be read: {why or error}") from error


def _separator(path: Path) -> str:
    return "\t" if path.suffix.casefold() == ".tab" else ","


def _headings(
    frame: pd.DataFrame, columns: Sequence[str], others: Others | None, path: Path
) -> dict[str, str]:
    """Heading in the file to name used here, for each column wanted."""
    there = {str(name): str(name) for name in frame.columns}
    loose = {name.strip().casefold(): name for name in there}
    found = {}
    for column in columns:
        names = [column, *(theirs for theirs, ours in (others or {}).items() if ours == column)]
        hits = [there.get(name) or loose.get(name.casefold()) for name in names]
        heading = next((hit for hit in hits if hit), None)
        if heading is None:
            raise BuzanError(f"{path.name} has no column {column!r}; {nearest(column, there)}")
        found[heading] = column
    return found
