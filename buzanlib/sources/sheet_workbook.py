"""A workbook to fill in: a drop-down list in every cell for a code, and the codebook as a second worksheet."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from buzanlib.errors import BuzanError

LONGEST = 32767
"""Characters that a cell of a workbook may have."""

_WIDTHS = {"passage": 20, "text": 90, "gist": 90, "coder": 14}
_MARKS = re.compile(r"`|\*\*|^#+ ")


def render_workbook(frame: pd.DataFrame, lists: Mapping[str, Sequence[str]], codebook: str) -> bytes:
    """Write a sheet as a workbook of two worksheets, ``codes`` and ``codebook``.

    The header stays in view, nothing is protected, and every cell is a text, none a formula or a link. The same sheet
    gives the same bytes.

    Parameters
    ----------
    frame : pandas.DataFrame
        The sheet, every cell as text.
    lists : mapping of str to sequence of str
        Column to what may stand in its cells.
    codebook : str
        The codebook in Markdown, of which tables become cells.

    Raises
    ------
    BuzanError
        If a cell would have more than `LONGEST` characters.
    """
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    book.set_properties({"created": datetime.datetime(2010, 6, 15)})  # else the time of writing
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("codes")
    for at, name in enumerate(frame.columns):
        sheet.set_column(at, at, _WIDTHS.get(name, 12), wrapped)
        sheet.write_string(0, at, name, bold)
        if name in lists and len(frame):
            listed = {
                "validate": "list",
                "source": list(lists[name]),
                "error_message": ", ".join(lists[name]),
            }
            sheet.data_validation(1, at, len(frame), at, listed)
    for row, cells in enumerate(frame.itertuples(index=False, name=None), start=1):
        for at, cell in enumerate(cells):
            if cell:
                _write(sheet, row, at, str(cell))
    sheet.freeze_panes(1, 1)
    rules = book.add_worksheet("codebook")
    for at, width in enumerate((24, 40, 110)):
        rules.set_column(at, at, width, wrapped)
    for row, parts in enumerate(_rows(codebook)):
        for at, part in enumerate(parts):
            _write(rules, row, at, part)
    book.close()
    return content.getvalue()


def _write(sheet: Worksheet, row: int, column: int, text: str) -> None:
    if len(text) > LONGEST:
        raise BuzanError(
            f"a text of {len(text)} characters; a cell of a workbook may have {LONGEST}: write CSV"
        )
    sheet.write_string(row, column, text)


def _rows(markdown: str) -> Iterator[list[str]]:
    """The lines of a text as rows of a worksheet; those of a table as several cells, without its rule."""
    for line in markdown.splitlines():
        plain = _MARKS.sub("", line)
        if not line.startswith("|"):
            yield ["", "", plain] if line[:1].isdigit() else [plain]
        elif set(line) - set("|-: "):
            yield [part.strip() for part in plain.strip("|").split("|")]
