"""Finding and opening publishers' files in a reader's own folder."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from python_calamine import CalamineError

from buzanlib.errors import BuzanError, nearest


@dataclass(frozen=True)
class RawFolder:
    """The folder below which the publishers' files lie, in whatever arrangement.

    Parameters
    ----------
    path : pathlib.Path
        Top of the folder. Hidden folders in it are not looked into.

    Raises
    ------
    BuzanError
        If there is no such folder.
    """

    path: Path
    _places: dict[str, list[Path]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.path.is_dir():
            raise BuzanError(f"no folder of raw files at {self.path}")
        places: dict[str, list[Path]] = defaultdict(list)
        for folder, inner, names in os.walk(self.path):
            inner[:] = [name for name in inner if not name.startswith(".")]
            for name in (*names, *inner):
                places[name].append(Path(folder, name))
        object.__setattr__(self, "_places", dict(places))

    def has(self, name: str) -> bool:
        """Whether a file or folder of that name lies anywhere below."""
        return name in self._places

    def find(self, name: str, table: str) -> Path:
        """The one file (or folder) of a given name.

        Parameters
        ----------
        name : str
            Name as the publisher gives it, without folders.
        table : str
            The table of `data/` that needs it, for the message.

        Returns
        -------
        pathlib.Path
            Where it lies.

        Raises
        ------
        BuzanError
            If it is not there, or there twice.
        """
        found = self._places.get(name, [])
        if len(found) == 1:
            return found[0]
        if not found:
            close = nearest(name, self._places) if self._places else "the folder is empty"
            raise BuzanError(f"{table} needs {name}, which is nowhere below {self.path}; {close}")
        where = ", ".join(str(path.relative_to(self.path)) for path in sorted(found))
        raise BuzanError(f"{table} needs one {name}, but {self.path} has {len(found)}: {where}")


def read_csv(path: Path, columns: Sequence[str], **options: Any) -> pd.DataFrame:
    """Named columns of a publisher's CSV file, in the order given.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    columns : sequence of str
        The columns wanted.
    **options
        Passed to `pandas.read_csv`.

    Returns
    -------
    pandas.DataFrame
        Those columns only.

    Raises
    ------
    BuzanError
        If the file lacks one of them, or is not such a file at all.
    """
    return _read(lambda: pd.read_csv(path, low_memory=False, **options), columns, path)


def read_excel(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Named columns of the first sheet of a publisher's workbook, old format or new (see `read_csv`)."""
    return _read(lambda: pd.read_excel(path, engine="calamine"), columns, path)


def read_parquet(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Named columns of a Parquet file (see `read_csv`)."""
    return _read(lambda: pd.read_parquet(path), columns, path)


def dates(column: pd.Series[Any], path: Path) -> pd.Series[Any]:
    """A column of ISO dates of the file at `path`, as dates; BuzanError where it is not one."""
    try:
        return pd.to_datetime(column, format="%Y-%m-%d")
    except ValueError as error:
        raise BuzanError(f"{path.name}, column {column.name}: a date is not one: {error}") from error


def _read(read: Callable[[], pd.DataFrame], columns: Sequence[str], path: Path) -> pd.DataFrame:
    try:
        frame = read()
    # What pandas, Arrow and calamine raise for a file that is not what its name says.
    except (ValueError, CalamineError) as error:
        raise BuzanError(f"{path} cannot be read: {error}") from error
    for column in columns:
        if column not in frame.columns:
            raise BuzanError(f"{path.name} has no column {column!r}; {nearest(column, frame.columns)}")
    return frame[list(columns)]
