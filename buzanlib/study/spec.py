"""What a study is: folders, tables, sheets, and the runs of its notebooks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from buzanlib.study.parameters import Value

READS = "data"
"""Folder, in the output folder, with the combined data."""

RESULTS = "results"
"""A notebook with a parameter of this name reads the numbers of all notebooks before it."""


@dataclass(frozen=True)
class Run:
    """One run of a notebook."""

    #: name of the page, which is the file name of the template without its ending, and in a sweep the value behind it
    name: str
    template: Path  #: the template
    given: Mapping[str, Value]  #: values to inject
    parameters: Mapping[str, Value]  #: all values with which it runs, defaults included
    swept: tuple[str, ...] = ()  #: the parameters that are swept

    @property
    def notebook(self) -> str:
        """Name of the template."""
        return self.template.stem

    @property
    def prefix(self) -> str:
        """Prefix that distinguishes the keys of a page of a sweep from those of its other pages."""
        values = "".join(f"{name}.{slug(self.parameters[name])}." for name in self.swept)
        return f"sweep.{values}" if values else ""

    @property
    def suffix(self) -> str:
        """Addition to the title of a page of a sweep."""
        values = ", ".join(f"{name}: {self.parameters[name]}" for name in self.swept)
        return f"({values})" if values else ""

    @property
    def reads_results(self) -> bool:
        """Whether it reads the numbers of the notebooks before it."""
        return RESULTS in self.parameters


@dataclass(frozen=True)
class Study:
    """A checked study."""

    file: Path  #: its file, absolute
    title: str  #: a phrase
    #: folders, absolute
    templates: Path
    data: Path
    output: Path
    book: Path
    tables: Mapping[str, Path]  #: files that replace those in the data folder, by the name of the file there
    sheets: tuple[Path, ...]  #: coding sheets, whose coders are additional annotators
    runs: tuple[Run, ...]  #: in the order of the file
    #: the worksheet to be read, where one is named, by the name of the table or the path of the sheet
    worksheets: Mapping[str, str] = field(default_factory=dict)
    version: str = ""  #: as its authors name it
    corpora: Mapping[str, str] = field(default_factory=dict)  #: names in full, for captions and prose

    @property
    def laid_out(self) -> bool:
        """Whether it combines the data of a folder with tables, sheets or names of its own."""
        return bool(self.tables or self.sheets or self.corpora)

    @property
    def reads(self) -> Path:
        """The folder of data that the notebooks read."""
        return self.output / READS if self.laid_out else self.data

    def numbers(self, page: str) -> Path:
        """File with the numbers of the notebooks before a page that reads them."""
        return self.output / "numbers" / f"{page}.json"


def slug(value: Value) -> str:
    """A value as part of a file name or a key."""
    return re.sub(r"\W+", "_", str(value), flags=re.ASCII).strip("_") or "empty"
