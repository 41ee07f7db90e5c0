"""Every speech and strategy, also the silent ones, and the passages cut from them, in one reading."""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import Pattern

import pandas as pd

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.sources import annotation, strategies, ungdc
from buzanlib.sources.crosswalk import FIRST, LAST
from buzanlib.sources.discovery import Stock
from buzanlib.sources.existing_tables import Held, joined
from buzanlib.sources.passages import Passage, digital_passages, draw, threat_passages
from buzanlib.sources.progress import Progress
from buzanlib.theory.vocabulary import Corpus

Row = dict[str, object]

COLUMNS = [
    "doc_id",
    "corpus",
    "iso3",
    "year",
    "session",
    "words",
    "cyber_security",
    "information_security",
    "windows",
    "sampled",
    "seed",
    "in_paper",
]

#: The two names of the matter, as one word, two, or with a hyphen.
TERMS: dict[str, Pattern[str]] = {
    "cyber_security": re.compile(r"\bcyber[ -]?security\b", re.IGNORECASE),
    "information_security": re.compile(r"\binformation[ -]security\b", re.IGNORECASE),
}


def build(
    stock: Stock, known: frozenset[str], held: Held, progress: Progress
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Documents and passages of both corpora.

    Of a corpus whose texts are missing, the rows that the data folder has are kept. The passages cut are held
    against those that were coded, by the coding itself or else by the data folder; where neither knows of a
    corpus, every passage of it is taken.

    Parameters
    ----------
    stock : Stock
        Which publishers' files are there.
    known : frozenset of str
        Codes that may speak: `states.csv`.
    held : Held
        The data folder.
    progress : callable
        Wraps the speeches as they are read.

    Returns
    -------
    documents, passages : pandas.DataFrame
        Sorted by `doc_id` and by `passage_id`.

    Raises
    ------
    UnknownNameError
        If a document is of nobody in `states.csv`.
    BuzanError
        If the passages are not those that were coded, if there is not one text of the years wanted, or if one is
        there twice.
    """
    documents: list[Row] = []
    locators: list[Row] = []
    corpora: list[str] = []
    if packs := stock.paths(ungdc.SOURCE):
        corpora.append(Corpus.UNGDC)
        speeches = (speech for pack in packs for speech in ungdc.read(pack))
        _add_speeches(progress(speeches, "General Debate"), documents, locators)
        if not documents:
            raise BuzanError(f"{packs[0]} has no statement of the years {FIRST} to {LAST}")
    if texts := stock.path(strategies.SOURCE):
        corpora.append(Corpus.NCSS)
        _add_strategies(strategies.read(texts, *_seeds(stock, held)), documents, locators)
    table = pd.DataFrame(documents, columns=COLUMNS).astype({"session": "Int64"})
    _check(table, known)
    cut = pd.DataFrame(locators, columns=annotation.LOCATOR)
    coded = _coded(stock, held)
    held_against = [corpus for corpus in corpora if _of(coded, [corpus]).any()]
    annotation.hold_against(cut[_of(cut, held_against)], coded[_of(coded, held_against)])
    table = table.sort_values("doc_id", ignore_index=True)
    cut = cut.sort_values("passage_id", ignore_index=True)
    if len(corpora) == len(Corpus):
        return table, cut
    kept, passages = held.table("documents.csv", COLUMNS), held.table("passages.csv", annotation.LOCATOR)
    return (
        joined(table, kept[~kept["corpus"].isin(corpora)], "doc_id"),
        joined(cut, passages[~_of(passages, corpora)], "passage_id"),
    )


def _check(documents: pd.DataFrame, known: frozenset[str]) -> None:
    """Every document is of somebody, and there once."""
    for iso3 in documents["iso3"].unique():
        if iso3 not in known:
            raise UnknownNameError("speaker", iso3, sorted(known))
    twice = documents.loc[documents["doc_id"].duplicated(), "doc_id"]
    if len(twice):
        raise BuzanError(f"{len(twice)} documents are there twice, the first {twice.iloc[0]}")


def _add_speeches(speeches: Iterable[ungdc.Speech], documents: list[Row], locators: list[Row]) -> None:
    for speech in speeches:
        found = digital_passages(speech.text)
        documents.append(
            {
                "doc_id": speech.doc_id,
                "corpus": str(Corpus.UNGDC),
                "iso3": speech.iso3,
                "year": speech.year,
                "session": speech.session,
                "words": _words(speech.text),
                **_terms(speech.text),
                "windows": len(found),
                "sampled": len(found),
                "seed": None,
                "in_paper": 0,
            }
        )
        locators += _locators(speech.doc_id, speech.doc_id, found)


def _add_strategies(texts: Iterable[strategies.Strategy], documents: list[Row], locators: list[Row]) -> None:
    for strategy in texts:
        found = threat_passages(strategy.text)
        drawn = draw(found, strategy.seed)
        documents.append(
            {
                "doc_id": strategy.doc_id,
                "corpus": str(Corpus.NCSS),
                "iso3": strategy.iso3,
                "year": strategy.year,
                "session": None,
                "words": _words(strategy.text),
                **_terms(strategy.text),
                "windows": len(found),
                "sampled": len(drawn),
                "seed": strategy.seed,
                "in_paper": int(strategy.doc_id in strategies.IN_PAPER),
            }
        )
        locators += _locators(strategy.doc_id, strategy.filed_as, drawn)


def _seeds(stock: Stock, held: Held) -> tuple[dict[str, str], str]:
    """Seed of each strategy, and the name of the file that says so: the coding, or else the data folder."""
    if sampling := annotation.files(stock).get(annotation.SAMPLING):
        return annotation.read_seeds(sampling), sampling.name
    kept = held.table("documents.csv", ["doc_id", "corpus", "seed"])
    drawn = kept[kept["corpus"] == Corpus.NCSS]
    return dict(zip(drawn["doc_id"], drawn["seed"], strict=True)), "documents.csv"


def _coded(stock: Stock, held: Held) -> pd.DataFrame:
    """Locators of the passages that were coded, by the coding or else by the data folder."""
    if path := annotation.files(stock).get(annotation.PASSAGES):
        return annotation.read_locators(path)
    if held.has("passages.csv"):
        return annotation.read_locators(held.folder / "passages.csv")
    return pd.DataFrame(columns=annotation.LOCATOR)


def _of(passages: pd.DataFrame, corpora: Iterable[str]) -> pd.Series[bool]:
    """Which passages are of documents of these corpora."""
    return passages["doc_id"].astype("str").str.startswith(tuple(f"{corpus}-" for corpus in corpora))


def _words(text: str) -> int:
    """Number of words of a normalised text: what stands between spaces."""
    return len(text.split())


def _terms(text: str) -> dict[str, int]:
    """Uses of each of `TERMS`."""
    return {name: len(pattern.findall(text)) for name, pattern in TERMS.items()}


def _locators(doc_id: str, filed_as: str, passages: Iterable[Passage]) -> list[Row]:
    """Rows of `passages.csv`."""
    return [
        {
            "passage_id": passage.passage_id(filed_as),
            "doc_id": doc_id,
            "start": passage.start,
            "end": passage.end,
            "sha256": passage.sha256,
        }
        for passage in passages
    ]
