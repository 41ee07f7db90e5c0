"""Statements of one's own: from a folder of texts to documents, passages, and the sheet on which they are coded."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError, DataError, Fault, nearest
from buzanlib.files import create_whole
from buzanlib.sources.annotation import LOCATOR
from buzanlib.sources.coders import BLANK
from buzanlib.sources.documents import COLUMNS, TERMS
from buzanlib.sources.existing_tables import Held
from buzanlib.sources.passages import digital_passages, draw, normalise
from buzanlib.sources.sheet_files import render_sheet
from buzanlib.sources.write import as_text, render_table
from buzanlib.tables.descriptor import load_tables
from buzanlib.tables.reading import contents
from buzanlib.tables.schema import Descriptor
from buzanlib.theory.vocabulary import Corpus

FORM = "ISO3-YEAR.txt, or ISO3-YEAR-NUMBER.txt where a state speaks more than once in a year, such as EST-2021-2.txt"

_NAME = re.compile(r"([A-Z]{2,3})-([0-9]{4})(?:-([0-9]+))?")
_CORPUS = re.compile(r"[A-Z]{2,12}")


@dataclass(frozen=True)
class Gathered:
    """What was made of a folder of texts.

    Attributes
    ----------
    documents, states, passages, silent : int
        Texts, whose they are, passages in them, and texts without one.
    files : tuple of pathlib.Path
        What was written: documents, passages and sheet.
    """

    documents: int
    states: int
    passages: int
    silent: int
    files: tuple[Path, Path, Path]


def gather_texts(folder: Path, corpus: str, data: Path, out: Path, sample: bool = False) -> Gathered:
    """Find the passages in texts of one's own, as they were found in the General Debate.

    Parameters
    ----------
    folder : pathlib.Path
        Texts in UTF-8, each named after state and year; see `FORM`.
    corpus : str
        Name of the corpus, two to twelve capital letters, none of those that ship.
    data : pathlib.Path
        Folder of the tables. Its own documents and passages stand in what is written, too.
    out : pathlib.Path
        Folder for ``documents.csv``, ``passages.csv`` and ``sheet.csv``, none of which may be there. The sheet has
        the text of every passage for the coder's eye, and is the only one that has any.
    sample : bool
        Keep at most ten passages a text, drawn at random, as it was done with the strategies; else all.

    Returns
    -------
    Gathered

    Raises
    ------
    DataError
        With every text whose name or bytes are wrong.
    BuzanError
        If the corpus has no name, there is no text or no passage, two passages would have one name, or something is at
        `out`.
    """
    if not _CORPUS.fullmatch(corpus) or corpus in set(Corpus):
        taken = " and ".join(Corpus)
        raise BuzanError(
            f"corpus {corpus!r}: two to twelve capital letters are needed, and not {taken}, which ship"
        )
    paths = out / "documents.csv", out / "passages.csv", out / "sheet.csv"
    for path in paths:
        if os.path.lexists(path):
            raise BuzanError(f"{path} is there already, and is not written over")
    states = set(load_tables(data, ["states"])["states"]["iso3"])
    held = Held(data)
    documents, passages = held.table("documents.csv", COLUMNS), held.table("passages.csv", LOCATOR)
    if (documents["corpus"] == corpus).any():
        raise BuzanError(f"the documents have a corpus {corpus!r} already; another name is needed")
    whose = dict(zip(passages["passage_id"], passages["doc_id"], strict=True))
    rows, locators, sheet = [], [], []
    year = Descriptor.load(data).table("documents").field("year")
    for text in _texts(folder, states, range(int(year.minimum or 0), int(year.maximum or 9999) + 1)):
        doc_id = f"{corpus}-{text.name}"
        found = digital_passages(text.text)
        seed = doc_id if sample else ""
        kept = sorted(draw(found, seed), key=lambda passage: passage.start) if sample else found
        rows.append(_document(doc_id, corpus, text, len(found), len(kept), seed))
        for passage in kept:
            name = passage.own_id(doc_id)
            if (other := whose.setdefault(name, doc_id)) != doc_id:
                raise BuzanError(
                    f"{doc_id} and {other} have passages of one name, {name}: rename one of the texts"
                )
            locators.append([name, doc_id, passage.start, passage.end, passage.sha256])
            sheet.append([name, text.year, doc_id, passage.text])
    if not locators:
        raise BuzanError(
            f"no passage in {len(rows)} texts of {folder.name!r}: nothing digital is said to be a danger"
        )
    made = as_text(pd.DataFrame(rows, columns=COLUMNS))
    cut = as_text(pd.DataFrame(locators, columns=LOCATOR))
    filled = pd.DataFrame(sheet, columns=["passage", "year", "document", "text"]).sort_values("passage")
    out.mkdir(parents=True, exist_ok=True)
    create_whole(paths[0], render_table(pd.concat([documents, made]).sort_values("doc_id")))
    create_whole(paths[1], render_table(pd.concat([passages, cut]).sort_values("passage_id")))
    create_whole(paths[2], render_sheet(filled.assign(**dict.fromkeys(BLANK, ""))))
    silent = int((made["sampled"] == "0").sum())
    return Gathered(len(made), made["iso3"].nunique(), len(cut), silent, paths)


@dataclass(frozen=True)
class _Text:
    name: str
    iso3: str
    year: int
    text: str


def _texts(folder: Path, states: Collection[str], years: range) -> Iterator[_Text]:
    """Every text of a folder, in the order of their names, once all names and bytes are right."""
    if not folder.is_dir():
        raise BuzanError(f"there is no folder {str(folder)!r}")
    files = sorted(file for file in folder.iterdir() if file.suffix == ".txt")
    if not files:
        raise BuzanError(f"no text in {folder.name!r}: files named {FORM} are needed")
    faults, texts = [], []
    for file in files:
        named = _NAME.fullmatch(file.stem)
        if named is None:
            faults.append(Fault(file.name, 0, "", file.name, f"the name must be {FORM}"))
        elif named[1] not in states:
            faults.append(
                Fault(
                    file.name, 0, "", named[1], f"no state of states.csv; {nearest(named[1], sorted(states))}"
                )
            )
        elif int(named[2]) not in years:
            faults.append(
                Fault(file.name, 0, "", named[2], f"a year from {years[0]} to {years[-1]} is needed")
            )
        else:
            try:
                text = normalise(contents(file, follow=False).decode("utf-8-sig"))
            except OSError as error:
                faults.append(Fault(file.name, 0, "", "cannot be read", error.strerror or "a file is needed"))
                continue
            except UnicodeDecodeError as error:
                line = error.object[: error.start].count(b"\n") + 1
                byte = f"byte 0x{error.object[error.start]:02x}"
                faults.append(Fault(file.name, line, "", byte, "every byte must be UTF-8"))
                continue
            if text:
                texts.append(_Text(file.stem, named[1], int(named[2]), text))
            else:
                faults.append(Fault(file.name, 0, "", "", "the file is empty"))
    if faults:
        raise DataError(faults)
    yield from texts


def _document(doc_id: str, corpus: str, text: _Text, windows: int, kept: int, seed: str) -> dict[str, object]:
    """A row of ``documents.csv``."""
    terms = {name: len(pattern.findall(text.text)) for name, pattern in TERMS.items()}
    return {
        "doc_id": doc_id,
        "corpus": corpus,
        "iso3": text.iso3,
        "year": text.year,
        "session": None,
        "words": len(text.text.split()),
        **terms,
        "windows": windows,
        "sampled": kept,
        "seed": seed or None,
        "in_paper": 0,
    }
