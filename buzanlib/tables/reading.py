"""Strict reading of a CSV file: every cell as text, nothing guessed, nothing lost."""

from __future__ import annotations

import csv
import errno
import io
import os
import re
import stat
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from buzanlib.errors import Fault

WIDEST = 1000
"""Columns that a table may have."""

LONGEST = 2**17
"""Characters that a cell may have."""

LARGEST = 10**9
"""Bytes that a file may have."""


@dataclass(frozen=True)
class RawTable:
    """A table as it stands in its file.

    Attributes
    ----------
    frame : DataFrame or None
        Every cell as text; the index is the line of the file (header = 1). None where it cannot be read.
    faults : list of Fault
        What is wrong with the file as such: bytes, line ends, ragged rows.
    broken : set of int
        Lines whose cells cannot be trusted; further faults in them would only be echoes.
    """

    frame: pd.DataFrame | None
    faults: list[Fault] = field(default_factory=list)
    broken: set[int] = field(default_factory=set)


def read(data_dir: Path, file: str, spare: Collection[str] = ()) -> RawTable:
    """Read one CSV file.

    Parameters
    ----------
    data_dir : Path
        Folder of the tables.
    file : str
        File name inside it.
    spare : collection of str
        Files of the folder that no table claims: one of them may be this table under another name.

    Returns
    -------
    RawTable
        The cells with everything that is wrong with the file as a file.
    """
    try:
        data = contents(data_dir / file)
    except FileNotFoundError:
        close = get_close_matches(file, spare, n=1)
        hint = f"; is it {close[0]!r} that is here?" if close else ""
        return RawTable(None, [Fault(file, 0, "", "missing", f"the table must be in the data folder{hint}")])
    except OSError as error:
        return RawTable(None, [Fault(file, 0, "", "cannot be read", error.strerror or "a file is needed")])
    text, faults, broken = _decode(data, file)
    if not faults and (frame := _regular(text)) is not None:
        return RawTable(frame)
    lines: list[int] = []
    cells: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline="\n"), strict=True)
    try:
        with limited():
            header = next(reader, [])
            start = reader.line_num + 1
            for row in reader:
                lines.append(start)
                cells.append(row)
                start = reader.line_num + 1
    except csv.Error as error:
        faults.append(Fault(file, reader.line_num, "", str(error), well_formed(error)))
        return RawTable(None, faults)
    if not header:
        return RawTable(None, [*faults, Fault(file, 1, "", "", "a header line is needed")])
    width = len(header)
    if width > WIDEST:
        faults.append(Fault(file, 1, "", f"{width} columns", f"at most {WIDEST} columns can be read"))
        return RawTable(None, faults)
    for number, (line, row) in enumerate(zip(lines, cells, strict=True)):
        if len(row) != width:
            faults.append(
                Fault(file, line, "", f"{len(row)} cells", f"{width} cells are needed, as in the header")
            )
            broken.add(line)
            cells[number] = (row + [""] * width)[:width]
    repeated = [name for name, count in Counter(header).items() if count > 1]
    if repeated:
        faults.extend(Fault(file, 1, name, name, "a column may stand only once") for name in repeated)
        return RawTable(None, faults)
    columns = list(zip(*cells, strict=True)) if cells else [()] * width
    frame = pd.DataFrame(
        {name: pd.Series(column, dtype="str") for name, column in zip(header, columns, strict=True)}
    )
    frame.index = pd.Index(lines, dtype="int64", name="line")
    return RawTable(frame, faults, broken)


def _regular(text: str) -> pd.DataFrame | None:
    """Read a text in which every line is a row of as many cells as the header; None where there is more to it.

    Nothing is quoted and no line empty in it, so that nothing has to be understood but commas and line ends.
    """
    header = text.partition("\n")[0].split(",")
    if '"' in text or "\n\n" in text or not 1 < len(header) == len(set(header)) <= WIDEST:
        return None
    if len(max(text.split("\n"), key=len)) > LONGEST:
        return None
    try:
        table = pacsv.read_csv(
            io.BytesIO(text.encode()),
            parse_options=pacsv.ParseOptions(quote_char=False),
            convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(header, pa.string())),
        )
    except pa.ArrowInvalid:
        return None
    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.string(): pd.StringDtype(na_value=np.nan)}.get)
    frame.index = pd.RangeIndex(2, len(frame) + 2, name="line")
    return frame


def contents(path: Path, follow: bool = True) -> bytes:
    """Bytes of a file, and of nothing else that has a name: a pipe or a device might never end.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    follow : bool
        Whether it may be a link.

    Returns
    -------
    bytes
        All of them.

    Raises
    ------
    OSError
        If it cannot be read, is no file, or has more than `LARGEST` bytes; ``strerror`` says what is needed.
    """
    if not follow and path.is_symlink():
        raise OSError(errno.ELOOP, "a file is needed: links are not followed")
    # Opening a pipe would wait for somebody to write to it; Windows has neither these flags nor such pipes.
    flags = getattr(os, "O_NONBLOCK", 0) | (0 if follow else getattr(os, "O_NOFOLLOW", 0))
    with open(path, "rb", opener=lambda name, mode: os.open(name, mode | flags)) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "a file is needed: this is a pipe or a device")
        if found.st_size > LARGEST:
            raise OSError(errno.EFBIG, f"at most {LARGEST} bytes can be read")
        return file.read(LARGEST)


@contextmanager
def limited() -> Iterator[None]:
    """Let `csv` read cells of at most `LONGEST` characters, whatever other libraries set for the whole process."""
    before = csv.field_size_limit(LONGEST)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def well_formed(error: csv.Error) -> str:
    """Say what a file needs that `csv` cannot read."""
    if "limit" in str(error):
        return f"a cell may have at most {LONGEST} characters"
    return "quotes must be paired, and doubled inside a cell"


def _decode(data: bytes, file: str) -> tuple[str, list[Fault], set[int]]:
    """Turn bytes into text with LF line ends, with a fault for each thing that had to be mended."""
    faults: list[Fault] = []
    if data.startswith(b"\xef\xbb\xbf"):
        faults.append(Fault(file, 1, "", "byte order mark", "UTF-8 without a byte order mark is needed"))
        data = data[3:]
    if b"\r" in data:
        first = data[: data.index(b"\r")].count(b"\n") + 1
        count = len(re.findall(rb"\r\n?", data))
        faults.append(Fault(file, first, "", f"CR at {count} line ends", "line ends must be LF alone"))
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    broken: set[int] = set()
    if b"\0" in data:
        for line, content in enumerate(data.split(b"\n"), start=1):
            if b"\0" in content:
                faults.append(Fault(file, line, "", "NUL byte", "text without NUL bytes is needed"))
                broken.add(line)
        data = data.replace(b"\0", b"")
    try:
        return data.decode("utf-8"), faults, broken
    except UnicodeDecodeError:
        for line, content in enumerate(data.split(b"\n"), start=1):
            try:
                content.decode("utf-8")
            except UnicodeDecodeError as error:
                byte = f"byte 0x{content[error.start]:02x}"
                faults.append(Fault(file, line, "", byte, "every byte must be UTF-8"))
                broken.add(line)
        return data.decode("utf-8", errors="replace"), faults, broken
