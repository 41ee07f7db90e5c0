"""The first sheet of a workbook, read in a process of its own, so that a hostile workbook ends only that process.

A cell far out, a long text to which every row refers, or parts that unpack without end make the library that reads
workbooks fill the memory and abort. The process runs this file by itself, without the rest of the package.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from functools import reduce
from typing import Any

from python_calamine import CalamineWorkbook

CELLS = 10**7
"""Cells that a sheet may have room for."""

_BYTES = 10**8
"""Bytes that a workbook may have, packed or not, and characters that its cells may have."""

_MEMORY, _SECONDS = 2 * 10**9, 120
"""What reading may take, where the system can limit it; a workbook within the other limits takes less."""

_STRINGS = "xl/sharedStrings.xml"
_SHEET = re.compile(r"xl/worksheets/.+\.xml", re.IGNORECASE)
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,9})([0-9]{1,18})["']""")
_SHARED = re.compile(rb"""\bt\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v>\s*([0-9]{1,9})""")
_STRING = re.compile(rb"<(?:\w+:)?si\b")


def first_sheet(content: bytes) -> list[list[str]]:
    """Read the first sheet of an XLSX file: its cells as text, from the first row and column on.

    Raises
    ------
    ValueError
        With the reason, if it is no workbook, or takes more memory or time than a sheet may.
    """
    # -P: modules in the folder of the user must not be imported.
    command = [sys.executable, "-P", __file__]
    quiet = {**os.environ, "RUST_BACKTRACE": "0"}
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=_SECONDS, env=quiet, check=False
        )
    except subprocess.TimeoutExpired:
        raise ValueError(f"reading it takes more than {_SECONDS} seconds") from None
    if done.returncode:
        raise ValueError(
            f"it breaks off the program that reads it, or takes more than {_MEMORY} bytes of memory"
        )
    rows: list[list[str]] | str = json.loads(done.stdout)
    if isinstance(rows, str):
        raise ValueError(rows)
    return rows


def _read(content: bytes) -> list[list[str]]:
    """Rows of the first sheet, as text."""
    _measure(content)
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    cells = [[_text(value) for value in row] for row in rows]
    if sum(len(cell) for row in cells for cell in row) > _BYTES:
        raise ValueError(f"its cells have more than {_BYTES} characters in all")
    return cells


def _measure(content: bytes) -> None:
    """Refuse what is visibly too large, with the reason; the limit of memory catches the rest."""
    if len(content) > _BYTES:
        raise ValueError(f"it has more than {_BYTES} bytes")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = book.namelist()
        if "xl/workbook.xml" not in names:
            raise ValueError("it is no workbook of the form XLSX")
        if sum(part.file_size for part in book.infolist()) > _BYTES:
            raise ValueError(f"unpacked it has more than {_BYTES} bytes")
        shared = book.read(_STRINGS) if _STRINGS in names else b""
        lengths = [len(string) for string in _STRING.split(shared)[1:]]
        for name in filter(_SHEET.fullmatch, names):
            sheet = book.read(name)
            places = _PLACE.findall(sheet)
            columns = max((_number(letters) for letters, _ in places), default=0)
            rows = max((int(row) for _, row in places), default=0)
            if rows * columns > CELLS:
                raise ValueError(
                    f"{name} has room for {rows} rows of {columns} cells, more than {CELLS} in all"
                )
            if sum(lengths[at] for at in map(int, _SHARED.findall(sheet)) if at < len(lengths)) > _BYTES:
                raise ValueError(f"the cells of {name} have more than {_BYTES} characters in all")


def _number(letters: bytes) -> int:
    """Number of a column, ``AA`` being 27."""
    return reduce(lambda number, letter: number * 26 + letter - 64, letters.upper(), 0)


def _text(value: Any) -> str:
    """A cell as a reader sees it: whole numbers without a decimal point."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _main() -> None:
    """Read a workbook from the input; write its rows, or what is wrong with it, to the output."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    except (ImportError, OSError, ValueError):
        pass  # Windows has no such limit, and macOS does not keep it
    found: list[list[str]] | str
    try:
        found = _read(sys.stdin.buffer.read(_BYTES + 1))
    except MemoryError:
        sys.exit(1)
    except Exception as error:  # reported as an error of the workbook
        found = str(error) or type(error).__name__
    sys.stdout.buffer.write(json.dumps(found, ensure_ascii=False).encode())


if __name__ == "__main__":
    _main()
