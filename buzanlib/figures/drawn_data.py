"""The numbers of a figure as one table: what a function that draws was given, and how it is written as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

import pandas as pd

from buzanlib.tables.formulas import without_formulas


def first_frame(arguments: Iterable[object]) -> pd.DataFrame | None:
    """The first of some arguments that is a table or made of tables, as one; None if there is no such argument."""
    return next((frame for one in arguments if (frame := _frame(one)) is not None), None)


def _frame(given: Any) -> pd.DataFrame | None:
    """A table, a column, or a mapping of either by name, of findings or of numbers, as one table; else None."""
    if isinstance(given, pd.DataFrame):
        return given
    if isinstance(given, pd.Series):
        return given.to_frame(given.name or "value")
    if is_dataclass(given) and not isinstance(given, type):
        plain = {
            name: value
            for name, value in asdict(given).items()
            if isinstance(value, bool | int | float | str)
        }
        return pd.DataFrame([plain]) if plain else None
    if isinstance(given, Mapping) and given:
        if all(isinstance(value, bool | int | float) for value in given.values()):
            return pd.Series(given, name="value").to_frame()
        parts = {str(key): frame for key, value in given.items() if (frame := _frame(value)) is not None}
        return pd.concat(parts) if parts else None
    return None


def csv_of(frame: pd.DataFrame) -> str:
    """A table as CSV with its index, unless that only counts; no text in it is a formula to a spreadsheet."""
    counts = isinstance(frame.index, pd.RangeIndex) and frame.index.name is None
    flat = frame if counts else frame.reset_index()
    flat = flat.set_axis([without_formulas(_name(column)) for column in flat.columns], axis=1)
    safe = flat.apply(
        lambda column: column.map(lambda cell: without_formulas(cell) if isinstance(cell, str) else cell)
    )
    return str(safe.to_csv(index=False, lineterminator="\n"))


def _name(column: object) -> str:
    return " ".join(filter(None, map(str, column))) if isinstance(column, tuple) else str(column)
