"""The one way in which a table becomes a file: the same rows give the same bytes, and never half of them."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV in the canonical form of `data/`.

    UTF-8, line feeds, a header, commas, quotes only where needed. Floats stand in the shortest form that
    reads back to the same number, columns of whole numbers without a decimal point, dates as ISO 8601,
    truth values as 0 and 1, missing values as nothing. The index is not written. The file appears whole or
    not at all.

    Parameters
    ----------
    frame : pandas.DataFrame
        The rows, in the order in which they are to stand.
    path : pathlib.Path
        Where to; its folder must exist.
    """
    replace_file(path, render_table(frame).encode("utf-8"))


def render_table(frame: pd.DataFrame) -> str:
    """Text of a table in canonical form (see `write_table`).

    Parameters
    ----------
    frame : pandas.DataFrame
        The rows, in order.

    Returns
    -------
    str
        The whole file.
    """
    cells = as_text(frame)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(cells.columns)
    writer.writerows(cells.itertuples(index=False, name=None))
    return text.getvalue()


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Every cell of a table as it is written (see `write_table`), on a plain index; missing is empty."""
    return pd.DataFrame({name: pd.Series(_cells(frame[name]), dtype="str") for name in frame.columns})


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step: a reader sees the old file or the new one, never a part.

    Parameters
    ----------
    path : pathlib.Path
        Where to; its folder must exist.
    content : bytes
        The whole file.
    """
    name = ""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # mkstemp makes files that only their owner can read; a data table is for everyone.
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException as error:
        if name:
            Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno:  # which names the hidden file, or none
            error.filename, error.filename2 = str(path), None
        raise


def _cells(column: pd.Series[Any]) -> list[str]:
    """Every cell of a column as text."""
    form = _form(column)
    return ["" if missing else form(value) for value, missing in zip(column, column.isna(), strict=True)]


def _form(column: pd.Series[Any]) -> Callable[[Any], str]:
    """How a column's values are written: one form a column, so that the same kind never looks two ways."""
    if pd.api.types.is_bool_dtype(column):
        return lambda value: str(int(value))
    if pd.api.types.is_integer_dtype(column):
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
