"""A sheet as it lies in its file: CSV as any program writes it, or the first sheet of a workbook."""

from __future__ import annotations

import csv
import io
import re
import struct
import zipfile
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from buzanlib.errors import BuzanError, DataError, Fault, nearest
from buzanlib.sources.raw import opened
from buzanlib.tables.reading import limited, well_formed

SUFFIXES = (".csv", ".xlsx")
DELIMITERS = ",;\t"

_BYTES, _CELLS = 10**8, 10**7

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")


@dataclass(frozen=True)
class Grid:
    """The cells of a sheet, as text without space at its ends.

    Attributes
    ----------
    file : str
        Name of the file, for messages.
    header : int
        Number of the first row that is not empty.
    headings : tuple of str
        Its cells.
    rows : tuple of tuple
        Row number in the file and cells, as many as there are headings; empty rows are left out.
    """

    file: str
    header: int
    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_grid(path: Path) -> Grid:
    """Read a sheet.

    Parameters
    ----------
    path : pathlib.Path
        ``.csv``: UTF-8 with or without a byte order mark, any line ends, fields separated by commas, semicolons or
        tabs. ``.xlsx``: the first sheet counts.

    Returns
    -------
    Grid
        Its cells.

    Raises
    ------
    DataError
        With every row that is not text in UTF-8, has its quotes wrong or has more cells than the header; or if
        there is no header.
    BuzanError
        If there is no such file, or it is of another kind.
    """
    suffix = path.suffix.casefold()
    if suffix not in SUFFIXES:
        raise BuzanError(f"{path.name}: a sheet must be a file of another kind; {nearest(suffix, SUFFIXES)}")
    if not path.is_file():
        raise BuzanError(f"no sheet at {path}")
    numbered = _from_csv(path) if suffix == ".csv" else _from_workbook(path)
    filled = [(row, [cell.strip() for cell in cells]) for row, cells in numbered]
    filled = [(row, cells) for row, cells in filled if any(cells)]
    if not filled:
        raise DataError([Fault(path.name, 1, "", "", "a header row is needed")])
    header, headings = filled[0]
    while not headings[-1]:
        headings.pop()
    width = len(headings)
    faults = [
        Fault(
            path.name,
            row,
            "",
            next(filter(None, cells[width:])),
            f"no more than {width} cells, as in the header",
        )
        for row, cells in filled[1:]
        if any(cells[width:])
    ]
    if faults:
        raise DataError(faults)
    rows = tuple((row, tuple((cells + [""] * width)[:width])) for row, cells in filled[1:])
    return Grid(path.name, header, tuple(headings), rows)


def _from_csv(path: Path) -> list[tuple[int, list[str]]]:
    """Rows with the number of the line that each begins in."""
    data = opened(path.read_bytes, path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        byte = f"byte 0x{data[error.start]:02x}"
        raise DataError([Fault(path.name, row, "", byte, "UTF-8 is needed: save as CSV UTF-8")]) from None
    first = next(filter(str.strip, text.splitlines()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, start = [], 1
    try:
        with limited():
            for cells in reader:
                rows.append((start, cells))
                start = reader.line_num + 1
    except csv.Error as error:
        raise DataError([Fault(path.name, start, "", str(error), well_formed(error))]) from None
    return rows


def _from_workbook(path: Path) -> list[tuple[int, list[str]]]:
    """Rows of the first sheet, numbered as the sheet numbers them."""

    def read() -> list[list[Any]]:
        _measure(path)
        with CalamineWorkbook.from_path(path) as book:
            return book.get_sheet_by_index(0).to_python(skip_empty_area=False)

    return [(row, [_text(value) for value in cells]) for row, cells in enumerate(opened(read, path), start=1)]


def _measure(path: Path) -> None:
    """Refuse a small workbook that would fill the memory: a cell far out, or parts that unpack to gigabytes."""
    try:
        with zipfile.ZipFile(path) as book:
            if sum(part.file_size for part in book.infolist()) > _BYTES:
                raise ValueError(f"unpacked it has more than {_BYTES} bytes")
            for name in filter(_SHEET.fullmatch, book.namelist()):
                places = _PLACE.findall(book.read(name))
                columns = max((_number(letters) for letters, _ in places), default=0)
                rows = max((int(row) for _, row in places), default=0)
                if rows * columns > _CELLS:
                    raise ValueError(
                        f"{name} has room for {rows} rows of {columns} cells, more than {_CELLS} in all"
                    )
    # What `zipfile` raises at a compression or an encryption that it does not know, or at a damaged part.
    except (NotImplementedError, RuntimeError, struct.error) as error:
        raise ValueError(str(error)) from error


def _number(letters: bytes) -> int:
    """Number of a column, ``AA`` being 27."""
    return reduce(lambda number, letter: number * 26 + letter - 64, letters, 0)


def _text(value: Any) -> str:
    """A cell as a reader sees it: whole numbers without a decimal point."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
