"""What the data of a study offer to parameters that depend on them: indices, corpora, annotators."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from buzanlib.errors import BuzanError

_COLUMNS = {"corpus": ("documents.csv", "corpus"), "annotator": ("codes.csv", "annotator")}


class Offers:
    """Values that the data of a study know, each list read once.

    Parameters
    ----------
    data : Path
        Folder of the tables.
    tables : mapping of str to Path
        Files that take the place of those in the folder, by their name there.
    sheets : sequence of Path
        Coding sheets, whose coders are annotators too.
    """

    def __init__(self, data: Path, tables: Mapping[str, Path], sheets: Sequence[Path] = ()) -> None:
        self._data = data
        self._tables = tables
        self._sheets = sheets
        self._found: dict[str, list[str]] = {}

    def of(self, what: str) -> list[str]:
        """Give the values of one kind.

        Parameters
        ----------
        what : {"power", "cohesion", "corpus", "annotator"}
            Indices of an axis of which the panel has a value, corpora with a document, or annotators with a code.

        Returns
        -------
        list of str
            Empty where the table cannot be read, which the check of the data tells.
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
        if what == "annotator" and found:
            found |= self._coders()
        return sorted(found)

    def _file(self, name: str) -> Path:
        return self._tables.get(name, self._data / name)

    def _coders(self) -> set[str]:
        if not self._sheets:
            return set()
        from buzanlib.sources.sheets import coders_of

        try:
            return {name for sheet in self._sheets for name in coders_of(sheet)}
        except BuzanError:  # told when the sheet is read in earnest
            return set()


def _distinct(file: Path, column: str) -> set[str]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.reader(stream)
            place = next(rows).index(column)
            return {row[place] for row in rows if len(row) > place} - {""}
    except (OSError, UnicodeDecodeError, csv.Error, ValueError, StopIteration):
        return set()
