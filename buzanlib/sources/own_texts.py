"""A corpus of the user's own: from a folder of texts to documents, passages and the sheet for coding them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError, DataError, Fault, check_name, shown, some
from buzanlib.files import create_all, demand_absent
from buzanlib.sources.annotation import LOCATOR
from buzanlib.sources.documents import COLUMNS, document_row
from buzanlib.sources.passages import Text
from buzanlib.sources.sheet_files import render_sheet
from buzanlib.sources.sheets import to_fill_in
from buzanlib.sources.text_files import Reading
from buzanlib.sources.text_folder import Mapper, Place, Skipped, look, read_texts
from buzanlib.sources.text_names import Known, Named, by_name, by_table
from buzanlib.sources.write import ExistingTables, as_text, render_table
from buzanlib.tables.descriptor import load_tables
from buzanlib.tables.schema import Descriptor
from buzanlib.theory.vocabulary import Corpus

DUPLICATES = ("refuse", "merge", "keep")
"""What may be done with one text of one state under several names: the first alone is kept with ``merge``."""

NAMED = 20
"""Files skipped for one reason that are named; ``files.csv`` has all."""

_CORPUS = re.compile(r"[A-Z]{2,12}")
_FILES = ("documents.csv", "passages.csv", "sheet.csv", "files.csv")


@dataclass(frozen=True)
class Gathered:
    """What was found in a folder of texts."""

    documents: int  #: Number of texts.
    states: int  #: Number of their states.
    passages: int  #: Number of passages.
    silent: int  #: Number of texts without one.
    skipped: tuple[Skipped, ...]  #: What of the folder is no text, or was not read.
    notes: tuple[str, ...]  #: What else is worth knowing.
    files: tuple[Path, ...]  #: The documents, passages, sheet and list of files that were written.

    def counts(self) -> list[str]:
        """Lines in which what was found adds up to what was read and skipped, of which the first `NAMED` are named."""
        left = len(self.skipped)
        lines = [f"in the folder: {self.documents + left} = {self.documents} read + {left} skipped"]
        by_why: dict[str, list[str]] = {}
        for one in sorted(self.skipped, key=lambda one: one.why):
            by_why.setdefault(one.why, []).append(shown(one.name) + (f" ({one.note})" if one.note else ""))
        for why, names in by_why.items():
            lines.append(f"  {len(names)} {why}: {some(names, NAMED)}")
        spoken = self.documents - self.silent
        said = f"{self.documents} = {spoken} with passages + {self.silent} without any"
        return [*lines, f"texts of {self.states} states: {said}", f"passages: {self.passages}"]


@dataclass(frozen=True)
class _Document:
    """A text of the folder, as it was read."""

    place: Place
    doc_id: str
    reading: Reading


def gather_texts(
    folder: Path,
    corpus: str,
    data: Path,
    out: Path,
    sample: bool = False,
    *,
    names: Path | None = None,
    duplicates: str = "refuse",
    any_language: bool = False,
    mapper: Mapper = map,
) -> Gathered:
    """Find the passages in texts of one's own, as they were found in the General Debate.

    Parameters
    ----------
    folder : pathlib.Path
        Texts, in subfolders as well; see `SUFFIXES` of `buzanlib.sources.text_files`. What else is there is counted.
    corpus : str
        Name of the corpus, two to twelve capital letters, none of those that ship.
    data : pathlib.Path
        Folder of the tables, of which documents and passages are written as well.
    out : pathlib.Path
        Folder for ``documents.csv``, ``passages.csv``, ``sheet.csv`` and ``files.csv``, none of which may exist. The
        sheet has the text of every passage for the coder; the last says what became of every file of the folder.
    sample : bool
        Keep at most ten passages a text, drawn at random, as for the strategies; else all.
    names : pathlib.Path, optional
        Table of the states and years of the texts (see `by_table`); by default their names say both (see `by_name`).
    duplicates : str
        One of `DUPLICATES`.
    any_language : bool
        Take texts in other languages than English as well, although what is looked for is English.
    mapper : callable
        How files are read: one after another by default, else for example in several processes. What is found does
        not depend on it.

    Raises
    ------
    DataError
        With every text whose name does not say state and year, that cannot be read without doubt, or is a duplicate.
    BuzanError
        If the name of the corpus is wrong, there is no text or no passage, two passages would have the same name, a
        file exists already, a package is missing, or the folder cannot be written to.
    """
    if not _CORPUS.fullmatch(corpus) or corpus in set(Corpus):
        taken = " and ".join(Corpus)
        need = f"two to twelve capital letters are needed, and not {taken}, which ship"
        raise BuzanError(f"corpus {corpus!r}: {need}")
    check_name("treatment of duplicates", duplicates, DUPLICATES)
    paths = tuple(out / name for name in _FILES)
    _demand_room(out, paths)
    existing = ExistingTables(data)
    if (existing.table("documents.csv", COLUMNS)["corpus"] == corpus).any():
        raise BuzanError(f"the documents have a corpus {corpus!r} already; another name is needed")
    named, skipped = _named(folder, data, names)
    places, notes = named.texts, list(named.notes)
    ids = _ids(corpus, places)
    readings = read_texts(folder.name, places, ids if sample else [""] * len(ids), any_language, mapper)
    read = [_Document(*one) for one in zip(places, ids, readings, strict=True)]
    skipped += [
        Skipped(one.place.name, one.reading.skipped, one.reading.note) for one in read if one.reading.skipped
    ]
    documents, same = _distinct(folder.name, [one for one in read if not one.reading.skipped], duplicates)
    skipped += same
    if not documents:
        raise BuzanError(f"no text in {folder.name!r}: {_kinds(skipped) or 'it is empty'}")
    made, cut, sheet = _tables(corpus, documents, existing, sample)
    if cut.empty:
        where = f"{len(documents)} texts of {folder.name!r}"
        raise BuzanError(f"no passage in {where}: nothing digital is said to be a danger")
    _write(paths, existing, made, cut, sheet, _account(documents, skipped))
    silent = int((made["sampled"] == "0").sum())
    notes += [f"{one.place.name}: {one.reading.note}" for one in documents if one.reading.note]
    notes += _said_by_several(documents)
    counts = len(made), made["iso3"].nunique(), len(cut), silent
    return Gathered(*counts, tuple(skipped), tuple(notes), paths)


def _demand_room(out: Path, paths: Iterable[Path]) -> None:
    """Refuse a folder that cannot be made or written to, before the work that would be lost."""
    for path in paths:
        demand_absent(path)
    there = next(place for place in (out.absolute(), *out.absolute().parents) if place.exists())
    if not there.is_dir():
        raise BuzanError(f"{str(there)!r} is a file, so that no folder {str(out)!r} can be made")
    if not os.access(there, os.W_OK | os.X_OK):
        raise BuzanError(f"nothing can be written to {str(there)!r}: name another place with --out")


def _named(folder: Path, data: Path, names: Path | None) -> tuple[Named, list[Skipped]]:
    """The texts of a folder with states and years, and what is skipped."""
    inside = look(folder)
    year = Descriptor.load(data).table("documents").field("year")
    years = range(int(year.minimum or 0), int(year.maximum or 9999) + 1)
    known = Known(frozenset(load_tables(data, ["states"])["states"]["iso3"]), years)
    named = by_name(inside, known, folder.name) if names is None else by_table(inside, names, known)
    return named, [*inside.skipped, *named.left]


def _ids(corpus: str, places: Sequence[Place]) -> list[str]:
    """Names of documents: corpus, state and the numbers of the file, and where one is taken, the next number free."""
    wanted = ["-".join((corpus, place.iso3, *place.numbers)) for place in places]
    taken, ids = set(wanted), dict[str, None]()
    for name in wanted:
        if name in ids:
            name = next(other for number in count(2) if (other := f"{name}-{number}") not in taken)
            taken.add(name)
        ids[name] = None
    return list(ids)


def _distinct(
    folder: str, documents: list[_Document], treatment: str
) -> tuple[list[_Document], list[Skipped]]:
    """The documents without those whose state has the same text under another name, which are refused or merged."""
    if treatment == "keep":
        return documents, []
    first: dict[tuple[str, str], str] = {}
    kept, same = list[_Document](), list[Skipped]()
    for one in documents:
        name = first.setdefault((one.place.iso3, one.reading.sha256), one.place.name)
        if name == one.place.name:
            kept.append(one)
        else:
            same.append(Skipped(one.place.name, "a duplicate", f"of {name!r}"))
    if same and treatment == "refuse":
        need = "remove one of them, or give --duplicates merge or keep"
        faults = [Fault(folder, 0, "", one.name, f"the same text as that {one.note}; {need}") for one in same]
        raise DataError(faults)
    return kept, same


def _kinds(skipped: Iterable[Skipped]) -> str:
    """How many files are skipped, by why."""
    why = pd.Series([one.why for one in skipped], dtype="str").value_counts(sort=False)
    return ", ".join(f"{count} {kind}" for kind, count in why.items())


def _tables(
    corpus: str, documents: Sequence[_Document], existing: ExistingTables, sample: bool
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Rows of documents and of passages, as text, and of the sheet."""
    passages = existing.table("passages.csv", LOCATOR)
    whose = dict(zip(passages["passage_id"], passages["doc_id"], strict=True))
    rows, locators, sheet = [], [], []
    for one in documents:
        doc_id, year, found = one.doc_id, one.place.year, one.reading
        text = Text(doc_id, corpus, one.place.iso3, year, "", seed=doc_id if sample else "")
        rows.append(document_row(text, found.counts, found.windows, len(found.passages)))
        for passage in found.passages:
            name = passage.own_id(doc_id)
            if (other := whose.setdefault(name, doc_id)) != doc_id:
                both = f"{doc_id} and {other} have passages of one name, {name}"
                raise BuzanError(f"{both}: rename one of the texts")
            locators.append([name, doc_id, passage.start, passage.end, passage.sha256])
            sheet.append([name, passage.text])
    return (
        as_text(pd.DataFrame(rows, columns=COLUMNS)),
        as_text(pd.DataFrame(locators, columns=LOCATOR)),
        pd.DataFrame(sheet, columns=["passage", "text"]).sort_values("passage"),
    )


def _account(documents: Iterable[_Document], skipped: Iterable[Skipped]) -> pd.DataFrame:
    """A row a file of the folder, sorted: what became of it."""
    rows = [
        [
            one.place.name,
            "read",
            one.doc_id,
            one.place.iso3,
            one.place.year,
            len(one.reading.passages),
            one.reading.note,
        ]
        for one in documents
    ]
    rows += [[one.name, f"skipped: {one.why}", "", "", "", "", one.note] for one in skipped]
    columns = ["file", "became", "document", "iso3", "year", "passages", "note"]
    return pd.DataFrame(rows, columns=columns).astype("str").sort_values("file")


def _said_by_several(documents: Iterable[_Document]) -> list[str]:
    """Name each text that several states have, as of a joint statement, or of a file under a wrong name."""
    by_text: dict[str, list[str]] = {}
    for one in documents:
        by_text.setdefault(one.reading.sha256, []).append(one.place.name)
    return [
        f"{len(names)} files have one text: {shown(', '.join(names))[1:-1]}"
        for names in by_text.values()
        if len(names) > 1
    ]


def _write(
    paths: Sequence[Path],
    existing: ExistingTables,
    made: pd.DataFrame,
    cut: pd.DataFrame,
    sheet: pd.DataFrame,
    account: pd.DataFrame,
) -> None:
    """Write all files or none."""
    documents, passages = existing.table("documents.csv", COLUMNS), existing.table("passages.csv", LOCATOR)

    def contents() -> Iterator[str | bytes]:
        yield render_table(pd.concat([documents, made]).sort_values("doc_id"))
        yield render_table(pd.concat([passages, cut]).sort_values("passage_id"))
        yield render_sheet(to_fill_in(sheet))
        yield render_sheet(account)

    paths[0].parent.mkdir(parents=True, exist_ok=True)
    create_all(zip(paths, contents(), strict=True))
