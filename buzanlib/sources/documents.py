"""All speeches and strategies, with or without a passage, and the passages found in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import Pattern

import pandas as pd
from tqdm import tqdm

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.sources import annotation, strategies, ungdc
from buzanlib.sources.crosswalk import FIRST, LAST
from buzanlib.sources.passages import Text, digital_passages, draw, threat_passages
from buzanlib.sources.source import Inventory
from buzanlib.sources.write import ExistingTables, joined
from buzanlib.theory.vocabulary import Corpus

Row = dict[str, object]
Locator = tuple[str, str, int, int, str]

COLUMNS = [
    "doc_id", "corpus", "iso3", "year", "session", "words", "cyber_security", "information_security", "windows",
    "sampled", "seed", "in_paper",
]  # fmt: skip

#: The two names of the matter, as one word, two, or with a hyphen.
TERMS: dict[str, Pattern[str]] = {
    "cyber_security": re.compile(r"\bcyber[ -]?security\b", re.IGNORECASE),
    "information_security": re.compile(r"\binformation[ -]security\b", re.IGNORECASE),
}


def build(
    inventory: Inventory, known: frozenset[str], existing: ExistingTables, progress: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make documents and passages of both corpora.

    Of a corpus whose texts are missing, the rows of the data folder are kept. The passages are compared with those
    that were coded, according to the coding or else to the data folder; where neither knows of a corpus, every passage
    of it is taken.

    Parameters
    ----------
    known : frozenset of str
        Codes of `states.csv`.
    progress : bool
        Show on standard error how many speeches have been read.

    Returns
    -------
    documents, passages : pandas.DataFrame
        Sorted by `doc_id` and by `passage_id`.

    Raises
    ------
    UnknownNameError
        If the author of a document is not in `states.csv`.
    BuzanError
        If the passages are not those that were coded, no text is of the years wanted, or one is there twice.
    """
    documents, locators, corpora = list[Row](), list[Locator](), list[str]()
    if packs := inventory.paths(ungdc.SOURCE):
        corpora.append(Corpus.UNGDC)
        speeches = (speech for pack in packs for speech in ungdc.read(pack))
        for text in tqdm(speeches, "General Debate", unit="", mininterval=0.5, disable=not progress):
            _add(text, documents, locators)
        if not documents:
            raise BuzanError(f"{packs[0]} has no statement of the years {FIRST} to {LAST}")
    if texts := inventory.path(strategies.SOURCE):
        corpora.append(Corpus.NCSS)
        for text in strategies.read(texts, *_seeds(inventory, existing)):
            _add(text, documents, locators)
    table = pd.DataFrame(documents, columns=COLUMNS).astype({"session": "Int64"})
    _check(table, known)
    cut = pd.DataFrame(locators, columns=annotation.LOCATOR)
    coded = _coded(inventory, existing)
    with_coding = [corpus for corpus in corpora if _of(coded, [corpus]).any()]
    annotation.compare_passages(cut[_of(cut, with_coding)], coded[_of(coded, with_coding)])
    table = table.sort_values("doc_id", ignore_index=True)
    cut = cut.sort_values("passage_id", ignore_index=True)
    if len(corpora) == len(Corpus):
        return table, cut
    kept, passages = (
        existing.table("documents.csv", COLUMNS),
        existing.table("passages.csv", annotation.LOCATOR),
    )
    table = joined(table, kept[~kept["corpus"].isin(corpora)], "doc_id")
    return table, joined(cut, passages[~_of(passages, corpora)], "passage_id")


def _check(documents: pd.DataFrame, known: frozenset[str]) -> None:
    """Refuse a document of an unknown state, and one that is there twice."""
    for iso3 in documents["iso3"].unique():
        if iso3 not in known:
            raise UnknownNameError("speaker", iso3, sorted(known))
    twice = documents.loc[documents["doc_id"].duplicated(), "doc_id"]
    if len(twice):
        raise BuzanError(f"{len(twice)} documents are there twice, the first {twice.iloc[0]}")


def document_row(text: Text, windows: int, sampled: int) -> Row:
    """Make a row of `documents.csv`; `sampled` of the passages found were taken."""
    return {
        "doc_id": text.doc_id,
        "corpus": str(text.corpus),
        "iso3": text.iso3,
        "year": text.year,
        "session": text.session,
        "words": len(text.text.split()),
        **{name: len(pattern.findall(text.text)) for name, pattern in TERMS.items()},
        "windows": windows,
        "sampled": sampled,
        "seed": text.seed or None,
        "in_paper": int(text.doc_id in strategies.IN_PAPER),
    }


def _add(text: Text, documents: list[Row], locators: list[Locator]) -> None:
    """Add the rows of a text and its passages, of a strategy those that were drawn."""
    if text.corpus == Corpus.NCSS:
        found = threat_passages(text.text)
        taken, filed_as = draw(found, text.seed), text.seed.removeprefix(strategies.SEED)
    else:
        found = taken = digital_passages(text.text)
        filed_as = text.doc_id
    documents.append(document_row(text, len(found), len(taken)))
    locators += [
        (passage.passage_id(filed_as), text.doc_id, passage.start, passage.end, passage.sha256)
        for passage in taken
    ]


def _seeds(inventory: Inventory, existing: ExistingTables) -> tuple[dict[str, str], str]:
    """Seed of each strategy, and the name of the file that says so: the coding, or else the data folder."""
    if sampling := annotation.files(inventory).get(annotation.SAMPLING):
        return annotation.read_seeds(sampling), sampling.name
    kept = existing.table("documents.csv", ["doc_id", "corpus", "seed"])
    drawn = kept[kept["corpus"] == Corpus.NCSS]
    return dict(zip(drawn["doc_id"], drawn["seed"], strict=True)), "documents.csv"


def _coded(inventory: Inventory, existing: ExistingTables) -> pd.DataFrame:
    """Locators of the passages that were coded, by the coding or else by the data folder."""
    if path := annotation.files(inventory).get(annotation.PASSAGES):
        return annotation.read_locators(path)
    if existing.has("passages.csv"):
        return annotation.read_locators(existing.folder / "passages.csv")
    return pd.DataFrame(columns=annotation.LOCATOR)


def _of(passages: pd.DataFrame, corpora: Iterable[str]) -> pd.Series[bool]:
    """Which passages are of documents of these corpora."""
    return passages["doc_id"].astype("str").str.startswith(tuple(f"{corpus}-" for corpus in corpora))
