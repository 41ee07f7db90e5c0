"""Values that the data of a study allow for parameters: indices, corpora, annotators."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from buzanlib.errors import BuzanError

_COLUMNS = {"corpus": ("documents.csv", "corpus"), "annotator": ("codes.csv", "annotator")}


class Offers:
    """Values that the data of a study allow, each list read once.

    Parameters
    ----------
    data : Path
        Folder of the tables.
    tables : mapping of str to Path
        Files that replace those of the folder, by their name there.
    sheets : sequence of Path
        Coding sheets, whose coders are annotators too.
    """

    def __init__(self, data: Path, tables: Mapping[str, Path], sheets: Sequence[Path] = ()) -> None:
        self._data, self._tables, self._sheets = data, tables, sheets
        self._found: dict[str, list[str]] = {}

    def of(self, what: str) -> list[str]:
        """List the allowed values of one kind.

        Parameters
        ----------
        what : {"power", "cohesion", "corpus", "annotator"}
            Indices of an axis with a value in the panel, corpora with a document, or annotators with a code.

        Returns
        -------
        list of str
            Empty if the table cannot be read, which the check of the data reports.
        """
        if what not in self._found:
            self._found[what] = self._read(what)
        return self._found[what]

    def _read(self, what: str) -> list[str]:
        if what not in _COLUMNS:
            from buzanlib.measurement.indices import in_panel

            return in_panel(self._file("panel.csv"), what)
        name, column = _COLUMNS[what]
        found = _distinct(self._file(name), column)
        if what == "annotator" and found and self._sheets:
            found = found | coders if (coders := self._coders()) else set()
        return sorted(found)

    def _file(self, name: str) -> Path:
        return self._tables.get(name, self._data / name)

    def _coders(self) -> set[str]:
        """Coders in the sheets; none if a sheet cannot be read or has no coder, which the check of the data reports."""
        from buzanlib.sources.sheets import coders_of

        try:
            by_sheet = [coders_of(sheet) for sheet in self._sheets]
        except BuzanError:
            return set()
        return {name for names in by_sheet for name in names} if all(by_sheet) else set()


def _distinct(file: Path, column: str) -> set[str]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.reader(stream)
            place = next(rows).index(column)
            return {row[place] for row in rows if len(row) > place} - {""}
    except (OSError, UnicodeDecodeError, csv.Error, ValueError, StopIteration):
        return set()
