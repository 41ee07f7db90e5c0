"""Strict reading of a CSV file: every cell as text, nothing guessed, nothing lost."""

from __future__ import annotations

import csv
import errno
import io
import os
import re
import stat
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from buzanlib.errors import DataError, Fault

WIDEST = 1000
"""Columns that a table may have."""

LONGEST = 2**17
"""Characters that a cell may have."""

LARGEST = 10**9
"""Bytes that a file may have."""


@dataclass(frozen=True)
class RawTable:
    """A table as it is in its file."""

    #: Every cell as text; the index is the line of the file (header = 1). None where it cannot be read.
    frame: pd.DataFrame | None
    #: What is wrong with the file as such (bytes, line ends, ragged rows).
    faults: list[Fault] = field(default_factory=list)
    #: Lines in which further faults would only follow from these.
    broken: set[int] = field(default_factory=set)


def read(data_dir: Path, file: str, spare: Collection[str] = ()) -> RawTable:
    """Read one CSV file of a data folder.

    `spare` are files of the folder that belong to no table: one of them may be this table under another name.
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
    try:
        numbered = csv_rows(file, text)
    except DataError as error:
        return RawTable(None, [*faults, *error.faults])
    header = numbered[0][1] if numbered else []
    width = len(header)
    fatal = repeated_columns(file, 1, header)
    if not header:
        fatal = [Fault(file, 1, "", "", "a header line is needed")]
    elif width > WIDEST:
        fatal = [Fault(file, 1, "", f"{width} columns", f"at most {WIDEST} columns can be read")]
    if fatal:
        return RawTable(None, faults + fatal)
    rows = numbered[1:]
    ragged = [(line, len(row)) for line, row in rows if len(row) != width]
    need = f"{width} cells are needed, as in the header"
    faults += [Fault(file, line, "", f"{count} cells", need) for line, count in ragged]
    broken |= {line for line, _ in ragged}
    cells, index = [(row + [""] * width)[:width] for _, row in rows], [line for line, _ in rows]
    frame = pd.DataFrame(cells, columns=pd.Index(header), dtype="str")
    frame.index = pd.Index(index, dtype="int64", name="line")
    return RawTable(frame, faults, broken)


def csv_rows(file: str, text: str, delimiter: str = ",") -> list[tuple[int, list[str]]]:
    """Split CSV into rows, each with the number of the line that it begins in.

    `DataError` if quotes are not paired, or a cell has more than `LONGEST` characters.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, start = [], 1
    before = csv.field_size_limit(LONGEST)  # of the whole process, so that other libraries set it as well
    try:
        for cells in reader:
            rows.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        need = (
            f"quotes must be paired, and doubled inside a cell; a cell may have at most {LONGEST} characters"
        )
        raise DataError([Fault(file, start, "", str(error), need)]) from None
    finally:
        csv.field_size_limit(before)
    return rows


def repeated_columns(file: str, row: int, headings: Iterable[str]) -> list[Fault]:
    """Faults of a header in this row that has a heading more than once."""
    twice = (name for name, count in Counter(headings).items() if count > 1)
    return [Fault(file, row, name, name, "a column may occur only once") for name in twice]


def _regular(text: str) -> pd.DataFrame | None:
    """Read a text without quotes and empty lines, in which every line has as many cells as the header; else None."""
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


def contents(path: Path, follow: bool = True, most: int = LARGEST) -> bytes:
    """Read a regular file, which may be a link if `follow`, and refuse a pipe or a device, which might never end.

    `OSError` if it cannot be read, is not a file, or has more than `most` bytes; ``strerror`` says what is needed.
    """
    if not follow and path.is_symlink():
        raise OSError(errno.ELOOP, "a file is needed: links are not followed")
    # Opening a pipe would wait for a writer; Windows has neither these flags nor such pipes.
    flags = getattr(os, "O_NONBLOCK", 0) | (0 if follow else getattr(os, "O_NOFOLLOW", 0))
    with open(path, "rb", opener=lambda name, mode: os.open(name, mode | flags)) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "a file is needed: this is a pipe or a device")
        if found.st_size > most:
            raise OSError(errno.EFBIG, f"at most {most:,} bytes can be read")
        return file.read(most)


def _decode(data: bytes, file: str) -> tuple[str, list[Fault], set[int]]:
    """Decode a text and make its line ends LF, with a fault for each thing that had to be changed."""
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
                faults.append(undecodable(file, error, line))
                broken.add(line)
        return data.decode("utf-8", errors="replace"), faults, broken


def undecodable(
    file: str, error: UnicodeDecodeError, line: int = 1, need: str = "every byte must be UTF-8"
) -> Fault:
    """Make the fault of a byte that is not UTF-8; `line` is the first line of what was decoded."""
    row = line + error.object[: error.start].count(b"\n")
    return Fault(file, row, "", f"byte 0x{error.object[error.start]:02x}", need)
