"""The headings of a hand-coding sheet: which column each means, and which coder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from buzanlib.errors import DataError, Fault
from buzanlib.sources.annotation import ANNOTATOR, CODE
from buzanlib.sources.sheet_files import Grid
from buzanlib.sources.sheet_words import HEADINGS, NOT_READ, THREATS, column_of
from buzanlib.tables.checks import unknown_columns

CODES = tuple(CODE[2:])

#: Columns that must be there, beside the threats; the others can be derived.
NEEDED = ("relevant", "level", "referent", "agent", "measure")

_WITH_CODER = re.compile(rf"(.*?)\s*\(\s*({ANNOTATOR})\s*\)")
_HINT = re.compile(r"\s*\([^()]*\)$")


class Column(NamedTuple):
    """A column of the sheet."""

    heading: str
    name: (
        str | None
    )  #: A column of the codes or ``threats``, empty where it is not read, None where it is unknown.
    coder: str  #: Empty where another column has the coder.


def read_columns(grid: Grid) -> list[Column]:
    """Give the columns of a sheet in order; `DataError` with every heading that is unknown, repeated or missing."""
    plain = [column_of(_HINT.sub("", heading)) for heading in grid.headings]
    wide = "annotator" not in plain
    columns = []
    for heading, name in zip(grid.headings, plain, strict=True):
        named = _WITH_CODER.fullmatch(heading) if wide and name in (*CODES, "threats") else None
        columns.append(Column(heading, name, named[2] if named else ""))
    misplaced = _misplaced(columns, wide)
    faults = [Fault(grid.file, grid.header, heading, heading, need) for heading, need in misplaced]
    unknown = [column.heading for column in columns if column.name is None]
    ends = {hint[0] for heading in unknown if (hint := _HINT.search(heading))}
    words = [*(word for words in HEADINGS.values() for word in words), *NOT_READ]
    known = [f"{word}{end}" for end in ("", *sorted(ends)) for word in words]
    faults += unknown_columns(grid.file, grid.header, unknown, _missing(columns, wide), known)
    if faults:
        raise DataError(faults)
    return columns


def _misplaced(columns: list[Column], wide: bool) -> Iterator[tuple[str, str]]:
    """Headings that are understood but wrong here, each with what would be right."""
    seen: set[tuple[str, str]] = set()
    coder = next((column.coder for column in columns if column.coder), "")
    for heading, name, whose in columns:
        if name and (name, whose) in seen:
            yield heading, "a column may occur only once"
        elif name in THREATS and ("threats", whose) in {column[1:] for column in columns}:
            yield heading, "the threats stand in one column or in seven, not in both"
        elif wide and coder and name in (*CODES, "threats") and not whose:
            yield heading, f"the coder is needed, as in '{heading} ({coder})'"
        seen.add((name or "", whose))


def _missing(columns: list[Column], wide: bool) -> list[str]:
    """Columns that must be there and are not."""
    there = {column[1:] for column in columns}
    coders = sorted({column.coder for column in columns} - {""}) or [""]
    missing = [] if ("passage_id", "") in there else ["passage"]
    missing += ["coder"] if wide and coders == [""] else []
    for coder in coders:
        needed = NEEDED if ("threats", coder) in there else (*NEEDED, *THREATS)
        missing += [f"{name} ({coder})" if coder else name for name in needed if (name, coder) not in there]
    return missing
