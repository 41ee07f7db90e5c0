"""The worksheets of a workbook, read in a process of its own, so that a hostile workbook ends only that process.

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
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import IO, Any
from xml.etree import ElementTree

from python_calamine import CalamineWorkbook, SheetTypeEnum

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
_FORMULA_OR_ERROR = re.compile(rb"""<(?:\w+:)?f[\s>/]|\bt\s*=\s*["']e["']""")


@dataclass(frozen=True)
class Worksheet:
    """A worksheet as it stands."""

    name: str
    rows: list[list[str]]  #: Its cells as text, from the first row and column on.
    #: Row, column, what stands there and what is needed, of each cell that has no value though it looks filled: an
    #: error, such as ``#N/A``, or a formula that no program has calculated.
    faults: list[tuple[int, int, str, str]]


NO_VALUE = "an error of the spreadsheet is no value: correct the cell, or clear it"
_NOT_CALCULATED = (
    "no program has calculated this formula: open and save the workbook in one, or put in the value"
)


def worksheets(content: bytes) -> list[Worksheet]:
    """Read every worksheet of an XLSX file, in order; a sheet that is a chart is none.

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
    found = json.loads(done.stdout)
    if isinstance(found, str):
        raise ValueError(found)
    return [Worksheet(name, rows, [tuple(fault) for fault in faults]) for name, rows, faults in found]


def _read(content: bytes) -> list[tuple[str, list[list[str]], list[tuple[int, int, str, str]]]]:
    """Name, cells and faults of every worksheet; see `Worksheet`."""
    _measure(content)
    faults = dict(_faults(content))
    found, length = [], 0
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        for sheet in book.sheets_metadata:
            if sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            cells = [[_text(value) for value in row] for row in rows]
            length += sum(len(cell) for row in cells for cell in row)
            if length > _BYTES:
                raise ValueError(f"its cells have more than {_BYTES} characters in all")
            found.append((sheet.name, cells, faults.get(sheet.name, [])))
    return found


def _faults(content: bytes) -> Iterator[tuple[str, list[tuple[int, int, str, str]]]]:
    """Name and faults of every worksheet: what the library that reads workbooks gives as an empty cell."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = {name.casefold(): name for name in book.namelist()}
        about = ElementTree.fromstring(book.read("xl/workbook.xml"))
        # Libraries that write workbooks put 0 where the result of a formula should be, and ask for it to be calculated.
        stale = any(node.get("fullCalcOnLoad") in ("1", "true") for node in about.iter())
        links = ElementTree.fromstring(book.read(parts["xl/_rels/workbook.xml.rels"]))
        targets = {link.get("Id"): link.get("Target", "") for link in links}
        for sheet in (node for node in about.iter() if _tag(node) == "sheet"):
            link = next((value for name, value in sheet.items() if name.endswith("}id")), "")
            target = targets.get(link, "")
            part = parts.get((target[1:] if target[:1] == "/" else f"xl/{target}").casefold())
            if part and _FORMULA_OR_ERROR.search(book.read(part)):
                with book.open(part) as stream:
                    yield sheet.get("name", ""), list(_without_value(stream, stale))


def _without_value(part: IO[bytes], stale: bool) -> Iterator[tuple[int, int, str, str]]:
    """Cells of a worksheet that are an error, or a formula without its result."""
    row = column = 0
    for event, node in ElementTree.iterparse(part, events=("start", "end")):
        tag = _tag(node)
        if event == "start" and tag == "row":
            row, column = int(node.get("r") or row + 1), 0
        elif event == "end" and tag == "c":
            place, kind = _PLACE.search(f'r="{node.get("r")}"'.encode()), node.get("t")
            column = _number(place[1]) if place else column + 1
            inner = {_tag(child): child for child in node}
            held = (inner["v"].text or "") if "v" in inner else None
            if kind == "e":
                yield row, column, held or "error", NO_VALUE
            elif "f" in inner and (stale or held is None or (not held and kind != "str")):
                yield row, column, f"={inner['f'].text or ''}", _NOT_CALCULATED
        elif event == "end" and tag == "row":
            node.clear()


def _tag(node: ElementTree.Element) -> str:
    """Name of an element without its namespace."""
    return node.tag.rpartition("}")[2]


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
    """Read a workbook from the input; write its worksheets, or what is wrong with it, to the output."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    except (ImportError, OSError, ValueError):
        pass  # Windows has no such limit, and macOS does not keep it
    found: Any
    try:
        found = _read(sys.stdin.buffer.read(_BYTES + 1))
    except MemoryError:
        sys.exit(1)
    except Exception as error:  # reported as an error of the workbook
        found = str(error) or type(error).__name__
    sys.stdout.buffer.write(json.dumps(found, ensure_ascii=False).encode())


if __name__ == "__main__":
    _main()
