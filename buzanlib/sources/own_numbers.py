"""Numbers as people write them: which cells are missing, and which are a number in another form."""

from __future__ import annotations

import re

import pandas as pd

#: Words that stand for a missing value in a column of numbers; capitals and spaces do not count.
MISSING = frozenset(
    ("na", "n/a", "n.a.", "n.a", "nan", "null", "none", "missing", "no data", "not available")
)

_MARKS = re.compile(r"[-\u2010-\u2015\u2212.\u2026:]*")
"""Dots, dashes and colons alone are missing, too."""

_POINT = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?((?:[eE][+-]?[0-9]+)?)")
_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?")
_GROUPS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")

SENTINELS = ("-9", "-66", "-77", "-88", "-99", "-999", "-9999")
"""Numbers that publishers put for a missing value; here they are numbers, of which a message asks."""


def is_missing(cell: str) -> bool:
    """Whether a cell of a column of numbers stands for a missing value."""
    return cell.casefold() in MISSING or _MARKS.fullmatch(cell) is not None


def plain_numbers(cells: pd.Series[str], whole: bool, commas: bool) -> tuple[pd.Series[str], dict[str, str]]:
    """Write the numbers of a column in one form: digits, a point between them, no plus; missing ones as empty cells.

    A comma is read as decimal only where cells are not separated by commas and no other number of the column has a
    point; never where every one of them may as well group thousands (``1,234``).

    Parameters
    ----------
    cells : Series of str
        The column.
    whole : bool
        Whether it has whole numbers: ``2011.0`` is one.
    commas : bool
        Whether a comma may be decimal (see `sheet_files.Grid`).

    Returns
    -------
    Series of str
        With what is no number as it was.
    dict of str to str
        Cells with commas that were not read, and what is needed.
    """
    values = [value for value in cells.unique().tolist() if not is_missing(value)]
    decimal = [value for value in values if _COMMA.fullmatch(value.replace("\u2212", "-"))]
    pointed = any("." in value and _POINT.fullmatch(value) for value in values)
    need = ""
    if decimal and not commas:
        need = "a decimal point is needed: a comma is read as decimal only where semicolons or tabs separate the cells"
    elif decimal and pointed:
        need = "the column has decimal commas and decimal points: one of them is needed throughout"
    elif decimal and all(map(_GROUPS.fullmatch, decimal)):
        need = "it cannot be told whether the comma is decimal or groups thousands: a decimal point is needed"
    refused = dict.fromkeys(decimal, need) if need else {}
    told = {value: _plain(value, whole) for value in values if value not in refused}
    return cells.map(lambda value: "" if is_missing(value) else told.get(value, value)), refused


def _plain(value: str, whole: bool) -> str:
    """A number in plain form; what is none as it is."""
    found = _POINT.fullmatch(value.replace("\u2212", "-").replace(",", "."))
    if found is None or not (found[2] or found[3]):
        return value
    sign, before, behind, power = found[1].replace("+", ""), found[2] or "0", found[3] or "", found[4]
    if whole and not power and not behind.strip("0"):
        return sign + before
    return sign + before + (f".{behind}" if behind else "") + power
