"""A corpus of the user's own: from a folder of texts to documents, passages and the sheet for coding them."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError, DataError, Fault, nearest
from buzanlib.files import create_whole, demand_absent
from buzanlib.sources.annotation import LOCATOR
from buzanlib.sources.coders import BLANK
from buzanlib.sources.documents import COLUMNS, document_row
from buzanlib.sources.passages import Text, digital_passages, draw, normalise
from buzanlib.sources.sheet_files import render_sheet
from buzanlib.sources.write import ExistingTables, as_text, render_table
from buzanlib.tables.descriptor import load_tables
from buzanlib.tables.reading import contents, undecodable
from buzanlib.tables.schema import Descriptor
from buzanlib.theory.vocabulary import Corpus

FORM = "ISO3-YEAR.txt, or ISO3-YEAR-NUMBER.txt where a state speaks more than once in a year, such as EST-2021-2.txt"

_NAME = re.compile(r"([A-Z]{2,3})-([0-9]{4})(?:-([0-9]+))?")
_CORPUS = re.compile(r"[A-Z]{2,12}")


@dataclass(frozen=True)
class Gathered:
    """What was found in a folder of texts."""

    documents: int  #: Number of texts.
    states: int  #: Number of their states.
    passages: int  #: Number of passages.
    silent: int  #: Number of texts without one.
    not_read: tuple[str, ...]  #: Names in the folder that are no texts.
    files: tuple[Path, Path, Path]  #: The documents, passages and sheet that were written.


def gather_texts(folder: Path, corpus: str, data: Path, out: Path, sample: bool = False) -> Gathered:
    """Find the passages in texts of one's own, as they were found in the General Debate.

    Parameters
    ----------
    folder : pathlib.Path
        Texts in UTF-8, each named after state and year; see `FORM`.
    corpus : str
        Name of the corpus, two to twelve capital letters, none of those that ship.
    data : pathlib.Path
        Folder of the tables, of which documents and passages are written as well.
    out : pathlib.Path
        Folder for ``documents.csv``, ``passages.csv`` and ``sheet.csv``, none of which may exist. The sheet has the
        text of every passage for the coder.
    sample : bool
        Keep at most ten passages a text, drawn at random, as for the strategies; else all.

    Raises
    ------
    DataError
        With every text that has a wrong name or is not UTF-8.
    BuzanError
        If the name of the corpus is wrong, there is no text or no passage, two passages would have the same name, or a
        file exists already.
    """
    if not _CORPUS.fullmatch(corpus) or corpus in set(Corpus):
        taken = " and ".join(Corpus)
        need = f"two to twelve capital letters are needed, and not {taken}, which ship"
        raise BuzanError(f"corpus {corpus!r}: {need}")
    paths = out / "documents.csv", out / "passages.csv", out / "sheet.csv"
    for path in paths:
        demand_absent(path)
    states = set(load_tables(data, ["states"])["states"]["iso3"])
    existing = ExistingTables(data)
    documents, passages = existing.table("documents.csv", COLUMNS), existing.table("passages.csv", LOCATOR)
    if (documents["corpus"] == corpus).any():
        raise BuzanError(f"the documents have a corpus {corpus!r} already; another name is needed")
    whose = dict(zip(passages["passage_id"], passages["doc_id"], strict=True))
    rows, locators, sheet = [], [], []
    year = Descriptor.load(data).table("documents").field("year")
    years = range(int(year.minimum or 0), int(year.maximum or 9999) + 1)
    texts, not_read = _found(folder)
    for text in _texts(texts, corpus, states, years):
        doc_id = text.doc_id
        found = kept = digital_passages(text.text)
        if sample:
            text = replace(text, seed=doc_id)
            kept = sorted(draw(found, text.seed), key=lambda passage: passage.start)
        rows.append(document_row(text, len(found), len(kept)))
        for passage in kept:
            name = passage.own_id(doc_id)
            if (other := whose.setdefault(name, doc_id)) != doc_id:
                both = f"{doc_id} and {other} have passages of one name, {name}"
                raise BuzanError(f"{both}: rename one of the texts")
            locators.append([name, doc_id, passage.start, passage.end, passage.sha256])
            sheet.append([name, text.year, doc_id, passage.text])
    if not locators:
        where = f"{len(rows)} texts of {folder.name!r}"
        raise BuzanError(f"no passage in {where}: nothing digital is said to be a danger")
    made = as_text(pd.DataFrame(rows, columns=COLUMNS))
    cut = as_text(pd.DataFrame(locators, columns=LOCATOR))
    filled = pd.DataFrame(sheet, columns=["passage", "year", "document", "text"]).sort_values("passage")
    out.mkdir(parents=True, exist_ok=True)
    create_whole(paths[0], render_table(pd.concat([documents, made]).sort_values("doc_id")))
    create_whole(paths[1], render_table(pd.concat([passages, cut]).sort_values("passage_id")))
    create_whole(paths[2], render_sheet(filled.assign(**dict.fromkeys(BLANK, ""))))
    silent = int((made["sampled"] == "0").sum())
    return Gathered(len(made), made["iso3"].nunique(), len(cut), silent, not_read, paths)


def _found(folder: Path) -> tuple[list[Path], tuple[str, ...]]:
    """Every text of a folder, in the order of their names, and the names of everything else.

    What begins with a dot is never one: macOS puts ``._EST-2021.txt`` beside ``EST-2021.txt`` on foreign disks.
    """
    if not folder.is_dir():
        raise BuzanError(f"there is no folder {str(folder)!r}")
    names = sorted(folder.iterdir())
    files = [file for file in names if file.suffix == ".txt" and not file.name.startswith(".")]
    if not files:
        raise BuzanError(f"no text in {folder.name!r}: files named {FORM} are needed")
    return files, tuple(file.name for file in names if file not in files)


def _texts(files: list[Path], corpus: str, states: Collection[str], years: range) -> list[Text]:
    """The texts of files; `DataError` if any has a wrong name or is no text."""
    read = [_text(file, corpus, states, years) for file in files]
    if faults := [one for one in read if isinstance(one, Fault)]:
        raise DataError(faults)
    return [one for one in read if isinstance(one, Text)]


def _text(file: Path, corpus: str, states: Collection[str], years: range) -> Text | Fault:
    named = _NAME.fullmatch(file.stem)
    if named is None:
        return Fault(file.name, 0, "", file.name, f"the name must be {FORM}")
    iso3, year = named[1], int(named[2])
    if iso3 not in states:
        need = f"not in column iso3 of states.csv; {nearest(iso3, sorted(states))}"
        return Fault(file.name, 0, "", iso3, need)
    if year not in years:
        return Fault(file.name, 0, "", named[2], f"a year from {years[0]} to {years[-1]} is needed")
    try:
        text = normalise(contents(file, follow=False).decode("utf-8-sig"))
    except OSError as error:
        return Fault(file.name, 0, "", "cannot be read", error.strerror or "a file is needed")
    except UnicodeDecodeError as error:
        return undecodable(file.name, error)
    if not text:
        return Fault(file.name, 0, "", "", "the file is empty")
    return Text(f"{corpus}-{file.stem}", corpus, iso3, year, text)
