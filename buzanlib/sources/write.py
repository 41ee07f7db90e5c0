"""Tables of a data folder as text: written, so that the same rows give the same bytes, and as they were before."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.files import write_whole
from buzanlib.sources.raw import read_csv


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table in canonical form (see `render_table`), whole or not at all."""
    write_whole(path, render_table(frame))


def render_table(frame: pd.DataFrame) -> str:
    """Text of a table in the canonical form of `data/`.

    CSV in UTF-8 with line feeds, a header, commas, and quotes only where needed. Floats are in the shortest form that
    reads back to the same number, columns of whole numbers without a decimal point, dates in ISO 8601, truth values
    0 and 1, missing values empty. The index is not written.
    """
    cells = as_text(frame)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(cells.columns)
    writer.writerows(cells.itertuples(index=False, name=None))
    return text.getvalue()


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Every cell of a table as `render_table` writes it, on a plain index."""
    cells = {}
    for name, column in frame.items():
        form, missing = _form(column), column.isna()
        texts = ["" if gap else form(value) for value, gap in zip(column, missing, strict=True)]
        cells[name] = pd.Series(texts, dtype="str")
    return pd.DataFrame(cells)


@contextmanager
def staging_folder(data: Path, copied: Iterable[str]) -> Iterator[Path]:
    """Make a folder in a data folder, with copies of some of its files, and remove it at the end.

    Files can be moved from it into place by renaming, which cannot stop half-way. Only a command that has locked the
    data folder may call this.
    """
    folder = data / ".buzan-staging"
    if os.path.lexists(folder):
        _remove(folder)  # left by a command that was killed
    folder.mkdir()
    try:
        for name in copied:
            if (data / name).is_file():
                shutil.copy(data / name, folder)
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a folder of files; a folder of folders or a link was not made here, and stays."""
    if folder.is_symlink():
        raise BuzanError(f"{folder} is a link, and no command writes through one: remove it")
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


def _form(column: pd.Series[Any]) -> Callable[[Any], str]:
    """How a column's values are written: one form a column, so that the same kind never looks two ways."""
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_integer_dtype(column):
        return lambda value: str(int(value))
    if pd.api.types.is_float_dtype(column):
        present = column.dropna()
        # A column of counts becomes float only because a value is missing.
        if len(present) and bool((present % 1 == 0).all()) and bool((present.abs() < 2**53).all()):
            return lambda value: str(int(value))
        return lambda value: repr(float(value))
    if pd.api.types.is_datetime64_any_dtype(column):
        return lambda value: str(value.date().isoformat())
    return str


@dataclass(frozen=True)
class ExistingTables:
    """The tables that a data folder has before it is built again, any of which may be missing."""

    folder: Path

    def has(self, name: str) -> bool:
        """Whether the folder has a table of that name."""
        return (self.folder / name).is_file()

    def table(self, name: str, columns: Sequence[str]) -> pd.DataFrame:
        """Read columns of a table, every cell as text; without rows where there is no table.

        Raises
        ------
        BuzanError
            If the table lacks one of the columns, or cannot be read.
        """
        if not self.has(name):
            return pd.DataFrame({column: pd.Series(dtype="str") for column in columns})
        return read_csv(self.folder / name, columns, dtype="str", keep_default_na=False)


def joined(made: pd.DataFrame, kept: pd.DataFrame, *by: str) -> pd.DataFrame:
    """Join rows that were made and rows of text that were kept, sorted; all as text if any were kept."""
    both = pd.concat([as_text(made), kept]) if len(kept) else made
    return both.sort_values(list(by), ignore_index=True)
