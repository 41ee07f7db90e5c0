"""Checks within one table: header, types, constraints, keys, and the rules that bind the fields of a row."""

from __future__ import annotations

import datetime
import math
import re

import pandas as pd

from buzanlib.errors import Fault, nearest, shown
from buzanlib.tables.formulas import PLAIN, begins_formula
from buzanlib.tables.schema import Field, Table

FORMS = {
    "integer": (re.compile(r"-?(0|[1-9][0-9]*)"), "a whole number is needed"),
    "number": (
        re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?"),
        "a number with a decimal point is needed",
    ),
    "year": (re.compile(r"[0-9]{4}"), "a year in four digits is needed"),
    "date": (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "a date as YYYY-MM-DD is needed"),
}

GREATEST = 2**53
"""Whole numbers below it are exact in every program that reads the tables."""


def check_table(table: Table, frame: pd.DataFrame) -> list[Fault]:
    """Hold one table against its description.

    Parameters
    ----------
    table : Table
        The description.
    frame : DataFrame of str
        The cells, index the line of the file.

    Returns
    -------
    list of Fault
        All of them; empty where the table is good.
    """
    faults = _header(table, frame)
    present = [field for field in table.fields if field.name in frame.columns]
    wrong: dict[str, pd.Series[bool]] = {}
    for field in present:
        wrong[field.name], found = _cells(table.path, field, frame[field.name])
        faults += found
    faults += _keys(table, frame)
    faults += _ordered(table, frame, wrong)
    faults += _begins(table, frame, wrong)
    faults += _rules(table, frame, wrong)
    return faults


def _header(table: Table, frame: pd.DataFrame) -> list[Fault]:
    missing = [name for name in table.columns if name not in frame.columns]
    faults = []
    for name in (str(column) for column in frame.columns if column not in table.columns):
        hint = nearest(name, missing or table.columns)
        faults.append(Fault(table.path, 1, name, name, f"unknown column; {hint}"))
        # A renamed column is one fault, not one for the name that is there and one for the name that is not.
        missing = [column for column in missing if f"nearest allowed: {column!r}" != hint]
    faults += [Fault(table.path, 1, name, "", f"missing column; {name!r} is needed") for name in missing]
    if not faults and tuple(frame.columns) != table.columns:
        order = ",".join(table.columns)
        faults.append(
            Fault(table.path, 1, "", ",".join(frame.columns), f"the order of columns must be {order}")
        )
    return faults


def _cells(file: str, field: Field, values: pd.Series[str]) -> tuple[pd.Series[bool], list[Fault]]:
    """Check every cell of a column; the work is done once for each distinct value."""
    suspects = _suspects(field, values.unique().tolist())
    problems = {value: problem for value in suspects if (problem := _problem(field, value))}
    wrong = values.isin(list(problems))
    faults = [
        Fault(file, int(line), field.name, str(value), problems[value])
        for line, value in zip(values.index[wrong], values[wrong], strict=True)
    ]
    if field.unique:
        faults += _repeated(file, values[values != ""].to_frame(), (field.name,))
    return wrong, faults


def _suspects(field: Field, values: list[str]) -> list[str]:
    """Values that `_problem` has to look at; text of the right form, of which there may be a million, is not."""
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
    if not _within(field, value):
        return f"out of range{_range(field)}"
    return ""


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
    low, high = field.minimum, field.maximum
    if not abs(float(value)) < (GREATEST if field.type == "integer" else math.inf):
        return False
    return (low is None or float(value) >= float(low)) and (high is None or float(value) <= float(high))


def _range(field: Field) -> str:
    if field.minimum is not None and field.maximum is not None:
        return f", {field.minimum} to {field.maximum}"
    if field.minimum is not None:
        return f", {field.minimum} or more"
    return f", {field.maximum} or less" if field.maximum is not None else ""


def _keys(table: Table, frame: pd.DataFrame) -> list[Fault]:
    if not table.key or any(name not in frame.columns for name in table.key):
        return []
    return _repeated(table.path, frame[list(table.key)], table.key)


def _repeated(file: str, keys: pd.DataFrame, names: tuple[str, ...]) -> list[Fault]:
    again = keys.duplicated()
    if not again.any():
        return []
    first: dict[tuple[str, ...], int] = {}
    for line, *key in keys[keys.duplicated(keep=False)].itertuples(name=None):
        first.setdefault(tuple(key), int(line))
    return [
        Fault(
            file,
            int(line),
            "+".join(names),
            ", ".join(key),
            f"a key may stand only once, and this one stands in row {first[tuple(key)]}",
        )
        for line, *key in keys[again].itertuples(name=None)
    ]


def _ordered(table: Table, frame: pd.DataFrame, wrong: dict[str, pd.Series[bool]]) -> list[Fault]:
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
        for line, limit, value in zip(low.index[bad], low[bad], high[bad], strict=True):
            need = f"a value greater than {first}, {shown(limit)[1:-1]}, is needed"
            faults.append(Fault(table.path, int(line), second, value, need))
    return faults


def _begins(table: Table, frame: pd.DataFrame, wrong: dict[str, pd.Series[bool]]) -> list[Fault]:
    faults = []
    for whole, part in table.begins:
        if whole not in wrong or part not in wrong:
            continue
        given = frame.loc[~wrong[whole] & ~wrong[part], [whole, part]]
        for line, value, start in given.itertuples(name=None):
            if not value.startswith(f"{start}-"):
                need = f"{whole} must begin with {part}, {shown(start)}, and a hyphen"
                faults.append(Fault(table.path, int(line), whole, value, need))
    return faults


def _rules(table: Table, frame: pd.DataFrame, wrong: dict[str, pd.Series[bool]]) -> list[Fault]:
    """Check rules between the fields of a row, sparing cells that have a fault of their own."""
    faults = []
    for rule in table.rules:
        if any(name not in wrong for name in (*rule.when, *rule.then)):
            continue
        holds = pd.Series(True, index=frame.index)
        for name, values in rule.when.items():
            holds &= frame[name].isin(values) & ~wrong[name]
        for name, values in rule.then.items():
            bad = holds & ~frame[name].isin(values) & ~wrong[name]
            need = f"{' or '.join(value or 'an empty cell' for value in values)} is needed here: {rule.says}"
            faults += [
                Fault(table.path, int(line), name, frame.loc[line, name], need) for line in frame.index[bad]
            ]
    return faults
