"""What the data of a study offer to its parameters: indices, corpora, annotators, cases, proposals, and years."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from buzanlib.errors import BuzanError

_COLUMNS = {"annotator": ("codes.csv", "annotator"), "case": ("illustrations.csv", "case_id")}


class Offers:
    """Values that the data of a study allow: indices, corpora, annotators; each list is read once.

    Parameters
    ----------
    data : Path
        Folder of the tables.
    tables : mapping of str to Path
        Files that replace those of the folder, by their name there.
    sheets : sequence of Path
        Coding sheets, whose coders are annotators too.
    worksheets : mapping of str to str
        Worksheets to be read, by the name of the table or the path of the sheet.
    """

    def __init__(
        self,
        data: Path,
        tables: Mapping[str, Path],
        sheets: Sequence[Path] = (),
        worksheets: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._data, self._tables, self._sheets, self._worksheets = data, tables, sheets, worksheets
        self._found: dict[str, list[str]] = {}

    def of(self, what: str) -> list[str]:
        """List the allowed values of one kind.

        Parameters
        ----------
        what : {"power", "cohesion", "corpus", "annotator", "case", "proposal"}
            Indices of an axis with a value in the panel, corpora with a document, annotators with a code, cases of
            illustration, or files of proposals in the folder.

        Returns
        -------
        list of str
            Empty if the table cannot be read, which the check of the data reports.
        """
        if what not in self._found:
            self._found[what] = self._read(what)
        return self._found[what]

    def years(self, corpus: str) -> set[int]:
        """Years of which a corpus has documents; none if the table cannot be read."""
        return self._years.get(corpus, set())

    def years_with(self, axis: str, index: str) -> set[int]:
        """Years in which some state has all columns of an index of an axis; none if the panel cannot be read."""
        from buzanlib.measurement.indices import index_of

        columns = ("year", *index_of(index, axis).columns)
        found = _values(self._rows("panel.csv", "iso3"), columns)
        return {int(year) for year, *values in found if all(values) and year.isdecimal()}

    @cached_property
    def _years(self) -> dict[str, set[int]]:
        """Years of the documents, by corpus."""
        found: dict[str, set[int]] = {}
        for corpus, year in _values(self._rows("documents.csv", "corpus"), ("corpus", "year")):
            found.setdefault(corpus, set()).update([int(year)] if year.isdecimal() else [])
        return found

    def _read(self, what: str) -> list[str]:
        if what == "corpus":
            return sorted(self._years.keys() - {""})
        if what == "proposal":
            return sorted(file.name for file in self._data.glob("[!.]*.yml"))
        if what not in _COLUMNS:
            from buzanlib.measurement.indices import in_panel

            return in_panel(self._rows("panel.csv", "iso3"), what)
        name, column = _COLUMNS[what]
        found = {one for (one,) in _values(self._rows(name, column), (column,)) if one}
        if what == "annotator" and found and self._sheets:
            found = found | coders if (coders := self._coders()) else set()
        return sorted(found)

    def _rows(self, name: str, column: str) -> Iterator[Sequence[str]]:
        """Headings and rows of a table that has a column; none if it cannot be read."""
        file = self._tables.get(name, self._data / name)
        with (
            suppress(OSError, UnicodeDecodeError, csv.Error),
            file.open(encoding="utf-8-sig", newline="") as stream,
        ):
            rows = csv.reader(stream)
            headings = next(rows, [])
            if column in headings:
                yield headings
                yield from rows
                return
        if name in self._tables:  # which may be kept in another form than the tables that ship
            from buzanlib.sources.own_tables import read_own
            from buzanlib.tables.schema import Descriptor

            with suppress(BuzanError):
                tables = Descriptor.load(self._data).tables.values()
                described = next(table for table in tables if table.path == name)
                own = read_own(file, described, self._worksheets.get(name, "")).frame
                yield list(own.columns)
                yield from own.itertuples(index=False, name=None)

    def _coders(self) -> set[str]:
        """Coders in the sheets; none if a sheet cannot be read or has no coder, which the check of the data reports."""
        from buzanlib.sources.coders import coders_of

        try:
            by_sheet = [coders_of(sheet, self._worksheets.get(str(sheet), "")) for sheet in self._sheets]
        except BuzanError:
            return set()
        return {name for names in by_sheet for name in names} if all(by_sheet) else set()


def _values(rows: Iterator[Sequence[str]], columns: Sequence[str]) -> Iterator[list[str]]:
    """Values of some columns of rows, of which the first has the headings; empty where there is none."""
    headings = next(rows, [])
    places = [headings.index(column) if column in headings else len(headings) for column in columns]
    for row in rows:
        yield [row[place] if place < len(row) else "" for place in places]
