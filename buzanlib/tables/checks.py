"""Checks within one table: header, types, constraints, keys, and rules between the fields of a row."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Collection, Iterable, Iterator
from itertools import repeat
from typing import Any

import pandas as pd

from buzanlib.errors import Fault, match_names, nearest, shown
from buzanlib.tables.formulas import PLAIN, begins_formula
from buzanlib.tables.schema import Field, Table

FORMS = {
    "integer": (re.compile(r"-?(0|[1-9][0-9]*)"), "a whole number is needed"),
    "number": (
        re.compile(r"-?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"),
        "a number with a decimal point is needed",
    ),
    "year": (re.compile(r"[0-9]{4}"), "a year in four digits is needed"),
    "date": (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "a date as YYYY-MM-DD is needed"),
}

GREATEST = 2**53
"""Whole numbers below it are exact in every program that reads the tables."""

Wrong = dict[str, "pd.Series[bool]"]


def check_table(table: Table, frame: pd.DataFrame) -> list[Fault]:
    """Check one table, cells of text whose index is the line of the file, against its description: all its faults."""
    faults = _header(table, frame)
    wrong: Wrong = {}
    for field in table.fields:
        if field.name in frame.columns:
            wrong[field.name], found = _cells(table.path, field, frame[field.name])
            faults += found
    if table.key and set(table.key) <= wrong.keys():
        faults += repeated(table.path, frame[list(table.key)])
    return faults + [fault for check in (_ordered, _begins, _rules) for fault in check(table, frame, wrong)]


def numbered_rows(frame: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Line and cells of every row, several times faster than `DataFrame.itertuples` on text."""
    return zip(frame.index.tolist(), *(frame[name].tolist() for name in frame.columns), strict=True)


def faults_at(file: str, column: str, cells: pd.Series[str], needs: str | Iterable[str]) -> list[Fault]:
    """Make a fault of each of these cells, whose index is their line; what is needed is one phrase, or one a cell."""
    phrases = repeat(needs) if isinstance(needs, str) else needs
    return [
        Fault(file, line, column, value, need)
        for line, value, need in zip(cells.index.tolist(), cells.tolist(), phrases, strict=False)
    ]


def unknown_columns(
    file: str, row: int, unknown: Iterable[str], missing: Collection[str], known: Collection[str]
) -> list[Fault]:
    """Faults of a header in this row; see `buzanlib.errors.match_names`."""
    hints, left = match_names(unknown, missing, known)
    faults = [Fault(file, row, name, name, f"unknown column; {hint}") for name, hint in hints]
    return faults + [Fault(file, row, name, "", f"missing column; {name!r} is needed") for name in left]


def _header(table: Table, frame: pd.DataFrame) -> list[Fault]:
    unknown = [str(name) for name in frame.columns if name not in table.columns]
    missing = [name for name in table.columns if name not in frame.columns]
    faults = unknown_columns(table.path, 1, unknown, missing, missing or table.columns)
    if not faults and tuple(frame.columns) != table.columns:
        need = f"the order of columns must be {','.join(table.columns)}"
        faults.append(Fault(table.path, 1, "", ",".join(frame.columns), need))
    return faults


def _cells(file: str, field: Field, values: pd.Series[str]) -> tuple[pd.Series[bool], list[Fault]]:
    """Check every cell of a column; the work is done once for each distinct value."""
    suspects = _suspects(field, values.unique().tolist())
    problems = {value: problem for value in suspects if (problem := _problem(field, value))}
    wrong = values.isin(list(problems)) if problems else pd.Series(False, index=values.index)
    found = values[wrong]
    faults = faults_at(file, field.name, found, [problems[value] for value in found])
    if field.unique:
        faults += repeated(file, values[values != ""].to_frame())
    return wrong, faults


def _suspects(field: Field, values: list[str]) -> list[str]:
    """Values that `_problem` has to look at: not those, of which there may be a million, that are plainly right."""
    if field.type in ("integer", "number", "year") and not field.enum and not field.pattern:
        form, (low, high) = FORMS[field.type][0].fullmatch, _bounds(field)
        return [value for value in values if not form(value) or not low <= float(value) <= high]
    if field.type != "string" or field.enum:
        return values
    if not field.pattern:
        return [value for value in values if value[:1] not in PLAIN]
    fits = re.compile(field.pattern).fullmatch
    return [value for value in values if value[:1] not in PLAIN or not fits(value)]


def _problem(field: Field, value: str) -> str:
    """Say what is allowed where `value` is not; empty where it is."""
    if value == "":
        return f"a value is needed{_range(field)}" if field.required else ""
    if field.type in FORMS:
        form, need = FORMS[field.type]
        if not form.fullmatch(value) or (field.type == "date" and not _is_date(value)):
            return need + _range(field)
    if field.type == "string" and begins_formula(value):
        return "text must not begin with =, +, -, @ or a tab: spreadsheets would take it for a formula"
    if field.enum and value not in field.enum:
        return nearest(value, field.enum)
    if field.pattern and not re.fullmatch(field.pattern, value):
        return f"the form {field.pattern} is needed"
    return "" if _within(field, value) else f"out of range{_range(field)}"


def _is_date(value: str) -> bool:
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _within(field: Field, value: str) -> bool:
    if field.type == "date":  # ISO dates sort as text
        return (field.minimum or value) <= value <= (field.maximum or value)
    if field.type == "string":
        return True
    low, high = _bounds(field)
    return low <= float(value) <= high


def _bounds(field: Field) -> tuple[float, float]:
    """Smallest and largest number that a field may have."""
    limit = float(GREATEST - 1) if field.type == "integer" else math.nextafter(math.inf, 0)
    low = -limit if field.minimum is None else float(field.minimum)
    high = limit if field.maximum is None else float(field.maximum)
    return max(low, -limit), min(high, limit)


def _range(field: Field) -> str:
    if field.minimum is not None and field.maximum is not None:
        return f", {field.minimum} to {field.maximum}"
    if field.minimum is not None:
        return f", {field.minimum} or more"
    return f", {field.maximum} or less" if field.maximum is not None else ""


def repeated(file: str, keys: pd.DataFrame) -> list[Fault]:
    """Rows whose key is that of an earlier row."""
    again = keys.duplicated()
    if not again.any():
        return []
    names = tuple(map(str, keys.columns))
    first: dict[tuple[str, ...], int] = {}
    faults = []
    for line, *cells in numbered_rows(keys[keys.duplicated(keep=False)]):
        key = tuple(cells)
        if (row := first.setdefault(key, line)) != line:
            need = f"a key may occur only once, and this one is in row {row}"
            faults.append(Fault(file, line, "+".join(names), ", ".join(key), need, columns=names))
    return faults


def _ordered(table: Table, frame: pd.DataFrame, wrong: Wrong) -> list[Fault]:
    """Pairs of fields of which the first should be smaller."""
    faults = []
    for first, second in table.ordered:
        if first not in wrong or second not in wrong:
            continue
        given = ~wrong[first] & ~wrong[second] & (frame[first] != "") & (frame[second] != "")
        low, high = frame.loc[given, first], frame.loc[given, second]
        if table.field(first).type in ("date", "string"):  # ISO dates sort as text
            bad = low.to_numpy(dtype=object) >= high.to_numpy(dtype=object)
        else:
            bad = pd.to_numeric(low).to_numpy() >= pd.to_numeric(high).to_numpy()
        needs = [f"a value greater than {first}, {shown(limit)[1:-1]}, is needed" for limit in low[bad]]
        faults += faults_at(table.path, second, high[bad], needs)
    return faults


def _begins(table: Table, frame: pd.DataFrame, wrong: Wrong) -> list[Fault]:
    """Pairs of fields of which the first should begin with the second."""
    faults = []
    for whole, part in table.begins:
        if whole not in wrong or part not in wrong:
            continue
        for line, value, start in numbered_rows(frame.loc[~wrong[whole] & ~wrong[part], [whole, part]]):
            if not value.startswith(f"{start}-"):
                need = f"{whole} must begin with {part}, {shown(start)}, and a hyphen"
                faults.append(Fault(table.path, line, whole, value, need))
    return faults


def _rules(table: Table, frame: pd.DataFrame, wrong: Wrong) -> list[Fault]:
    """Rules between the fields of a row; cells that have a fault of their own are left out."""
    faults = []
    for rule in table.rules:
        if any(name not in wrong for name in (*rule.when, *rule.then)):
            continue
        applies = pd.Series(True, index=frame.index)
        for name, values in rule.when.items():
            applies &= frame[name].isin(values) & ~wrong[name]
        for name, values in rule.then.items():
            bad = applies & ~frame[name].isin(values) & ~wrong[name]
            need = f"{' or '.join(value or 'an empty cell' for value in values)} is needed here: {rule.says}"
            faults += faults_at(table.path, name, frame.loc[bad, name], need)
    return faults
