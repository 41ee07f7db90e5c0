"""The headings of a hand-coding sheet: which column each means, and whose code it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from buzanlib.errors import DataError, Fault, nearest
from buzanlib.sources.annotation import ANNOTATOR, CODE
from buzanlib.sources.sheet_files import Grid
from buzanlib.sources.sheet_words import HEADINGS, NOT_READ, THREATS, column_of

CODES = tuple(CODE[2:])

#: Columns that must be there, beside the threats; the others can be derived.
NEEDED = ("relevant", "level", "referent", "agent", "measure")

_WITH_CODER = re.compile(rf"(.*?)\s*\(\s*({ANNOTATOR})\s*\)")
_HINT = re.compile(r"\s*\([^()]*\)$")


class Column(NamedTuple):
    """A place of the sheet.

    The name is a column of the codes or ``threats``, empty for what is not read and None for what is unknown; the
    coder is empty where a column says who coded.
    """

    heading: str
    name: str | None
    coder: str


def read_columns(grid: Grid) -> list[Column]:
    """What each place of a sheet holds.

    Parameters
    ----------
    grid : Grid
        The sheet.

    Returns
    -------
    list of Column
        In the order of the sheet.

    Raises
    ------
    DataError
        With every heading that is unknown, there twice or missing.
    """
    plain = [column_of(_HINT.sub("", heading)) for heading in grid.headings]
    wide = "annotator" not in plain
    columns = []
    for heading, name in zip(grid.headings, plain, strict=True):
        named = _WITH_CODER.fullmatch(heading) if wide and name in (*CODES, "threats") else None
        columns.append(Column(heading, name, named[2] if named else ""))
    wrong = list(_wrong_headings(columns, wide))
    faults = [Fault(grid.file, grid.header, heading, heading, hint) for heading, hint in wrong]
    # A misspelt heading is one fault, not one for the column that is there and one for the column that is not.
    faults += [
        Fault(grid.file, grid.header, name, "", f"missing column; {name!r} is needed")
        for name in _missing_headings(columns, wide)
        if not any(hint.endswith(f"nearest allowed: {name!r}") for _, hint in wrong)
    ]
    if faults:
        raise DataError(faults)
    return columns


def _wrong_headings(columns: list[Column], wide: bool) -> Iterator[tuple[str, str]]:
    """Headings that are wrong, each with what would be right."""
    seen: set[tuple[str, str]] = set()
    coder = next((column.coder for column in columns if column.coder), "")
    for heading, name, whose in columns:
        if name is None:
            hint = _HINT.search(heading)
            words = [*(word for words in HEADINGS.values() for word in words), *NOT_READ]
            options = [f"{word}{hint[0] if hint else ''}" for word in words]
            yield heading, f"unknown column; {nearest(heading, options)}"
        elif name and (name, whose) in seen:
            yield heading, "a column may stand only once"
        elif name in THREATS and ("threats", whose) in {column[1:] for column in columns}:
            yield heading, "the threats stand in one column or in seven, not in both"
        elif wide and coder and name in (*CODES, "threats") and not whose:
            yield heading, f"whose code it is must be said, as in '{heading} ({coder})'"
        seen.add((name or "", whose))


def _missing_headings(columns: list[Column], wide: bool) -> list[str]:
    """Columns that must be there and are not."""
    there = {column[1:] for column in columns}
    coders = sorted({column.coder for column in columns} - {""}) or [""]
    missing = [] if ("passage_id", "") in there else ["passage"]
    missing += ["coder"] if wide and coders == [""] else []
    for coder in coders:
        needed = NEEDED if ("threats", coder) in there else (*NEEDED, *THREATS)
        missing += [f"{name} ({coder})" if coder else name for name in needed if (name, coder) not in there]
    return missing
