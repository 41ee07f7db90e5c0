"""All speeches and strategies, with or without a passage, the passages found or listed, and counts of rival words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.sources import annotation, conventional, strategies, ungdc
from buzanlib.sources.crosswalk import FIRST
from buzanlib.sources.passages import Text, digital_passages, draw, threat_passages, word_counts
from buzanlib.sources.source import Inventory
from buzanlib.sources.write import ExistingTables, joined
from buzanlib.theory.vocabulary import Corpus, Origin

Row = dict[str, object]
Locator = tuple[str, str, int, int, str]

COLUMNS = [
    "doc_id", "corpus", "iso3", "year", "session", "text", "words", "cyber_security", "information_security", "windows",
    "sampled", "seed", "in_paper",
]  # fmt: skip

_COUNTS = ["session", "words", "cyber_security", "information_security", "windows"]

#: The parts of which texts may be missing: the General Debate by how its texts came about, and the strategies.
PARTS = frozenset({*Origin, str(Corpus.NCSS)}) - {Origin.DOCUMENT, Origin.ADDED}


def build(
    inventory: Inventory, known: frozenset[str], existing: ExistingTables, progress: bool
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Make documents and passages of both corpora, and count windows around conventional dangers in speeches.

    Of a part (see `PARTS`) whose texts are missing, the rows of the data folder are kept. The passages are compared
    with those that were coded, according to the coding or else to the data folder; where neither knows of a part, every
    passage of it is taken. Of speeches with a provisional text, the passages are those that the coding lists. Speeches
    that were added to the data folder stay (`buzanlib.sources.new_session`), unless their texts are read here.

    Parameters
    ----------
    known : frozenset of str
        Codes of `states.csv`.
    progress : bool
        Show on standard error how many speeches have been read.

    Returns
    -------
    documents, passages, windows : pandas.DataFrame
        Sorted by `doc_id`, `passage_id` and `doc_id`. The last has a row a speech whose text is known.

    Raises
    ------
    UnknownNameError
        If the author of a document is not in `states.csv`.
    BuzanError
        If the passages are not those that were coded, no text is of the years wanted, or one is there twice.
    """
    documents, locators, windows = list[Row](), list[Locator](), list[Row]()
    if packs := inventory.paths(ungdc.SOURCE):
        speeches = (speech for pack in packs for speech in ungdc.read(pack))
        for text in tqdm(speeches, "General Debate", unit="", mininterval=0.5, disable=not progress):
            _add(text, documents, locators)
            windows.append({"doc_id": text.doc_id, **conventional.window_counts(text.text)})
        if not documents:
            raise BuzanError(f"{packs[0]} has no statement of the years {FIRST} to {ungdc.LAST}")
    if texts := inventory.path(strategies.SOURCE):
        for text in strategies.read(texts, *_seeds(inventory, existing)):
            _add(text, documents, locators)
    cut = pd.DataFrame(locators, columns=annotation.LOCATOR)
    added = _added(existing) - {str(row["doc_id"]) for row in documents}
    coded = _coded(inventory, existing)
    coded = coded[~coded["doc_id"].isin(added)]
    read = {_part(str(row["doc_id"])) for row in documents}
    with_coding = read & set(_parts(coded))
    annotation.compare_passages(cut[_parts(cut).isin(with_coding)], coded[_parts(coded).isin(with_coding)])
    if second := annotation.files(inventory, annotation.SECOND):
        listed = coded[_parts(coded) == Origin.PROVISIONAL]
        provisional = _provisional(second[annotation.DOCUMENTS_2026], listed["doc_id"])
        documents += [row for row in provisional if row["doc_id"] not in added]
        cut, read = pd.concat([cut, listed]), read | {Origin.PROVISIONAL}
    table = pd.DataFrame(documents, columns=COLUMNS).astype(dict.fromkeys(_COUNTS, "Int64"))
    check_speakers(table, known)
    table = table.sort_values("doc_id", ignore_index=True)
    cut = cut.sort_values("passage_id", ignore_index=True)
    counted = pd.DataFrame(windows, columns=conventional.COLUMNS).sort_values("doc_id", ignore_index=True)
    if read == PARTS and not added:
        return table, cut, counted

    def with_kept(made: pd.DataFrame, name: str, columns: list[str], by: str) -> pd.DataFrame:
        kept = existing.table(name, columns)
        return joined(made, kept[~_parts(kept).isin(read) | kept["doc_id"].isin(added)], by)

    return (
        with_kept(table, "documents.csv", COLUMNS, "doc_id"),
        with_kept(cut, "passages.csv", annotation.LOCATOR, "passage_id"),
        with_kept(counted, conventional.TABLE, conventional.COLUMNS, "doc_id"),
    )


def check_speakers(documents: pd.DataFrame, known: Collection[str]) -> None:
    """Refuse a document of an unknown state, and one that is there twice."""
    for iso3, doc_id in documents.drop_duplicates("iso3")[["iso3", "doc_id"]].itertuples(index=False):
        if iso3 not in known:
            raise UnknownNameError(f"speaker of {doc_id}", iso3, sorted(known))
    twice = documents.loc[documents["doc_id"].duplicated(), "doc_id"]
    if len(twice):
        raise BuzanError(f"{len(twice)} documents are there twice, the first {twice.iloc[0]}")


def document_row(text: Text, counts: Mapping[str, int], windows: int, sampled: int) -> Row:
    """Make a row of `documents.csv` with the `word_counts` of a text; `sampled` of the passages found were taken."""
    return {
        "doc_id": text.doc_id,
        "corpus": str(text.corpus),
        "iso3": text.iso3,
        "year": text.year,
        "session": text.session,
        "text": str(ungdc.origin(text.year) if text.corpus == Corpus.UNGDC else Origin.DOCUMENT),
        **counts,
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
    documents.append(document_row(text, word_counts(text.text), len(found), len(taken)))
    locators += [
        (passage.passage_id(filed_as), text.doc_id, passage.start, passage.end, passage.sha256)
        for passage in taken
    ]


def _added(existing: ExistingTables) -> set[str]:
    """Documents of the data folder that were added to it; none where its table is broken, and made anew."""
    with suppress(BuzanError):
        kept = existing.table("documents.csv", ["doc_id", "text"])
        return set(kept.loc[kept["text"] == Origin.ADDED, "doc_id"])
    return set()


def _seeds(inventory: Inventory, existing: ExistingTables) -> tuple[dict[str, str], str]:
    """Seed of each strategy, and the name of the file that says so: the coding, or else the data folder."""
    if sampling := annotation.files(inventory).get(annotation.SAMPLING):
        return annotation.read_seeds(sampling), sampling.name
    kept = existing.table("documents.csv", ["doc_id", "corpus", "seed"])
    drawn = kept[kept["corpus"] == Corpus.NCSS]
    return dict(zip(drawn["doc_id"], drawn["seed"], strict=True)), "documents.csv"


def _provisional(path: Path, passages: pd.Series[str]) -> list[Row]:
    """Rows of speeches with a provisional text, which is not read here: what it would say is left open."""
    found = passages.value_counts()
    rows = annotation.read_documents(path).to_dict("records")
    return [
        {"corpus": str(Corpus.UNGDC), "text": str(Origin.PROVISIONAL), "in_paper": 0}
        | {"session": int(str(row["doc_id"]).split("-")[2]), "sampled": int(found.get(row["doc_id"], 0))}
        | {str(name): value for name, value in row.items()}
        for row in rows
    ]


def _coded(inventory: Inventory, existing: ExistingTables) -> pd.DataFrame:
    """Locators of the passages that were coded, by each coding or else by the data folder."""
    places = annotation.files(inventory), annotation.files(inventory, annotation.SECOND)
    names = annotation.PASSAGES, annotation.PASSAGES_2
    tables = [
        annotation.read_locators(one[name]) for one, name in zip(places, names, strict=True) if name in one
    ]
    if len(tables) < len(names) and existing.has("passages.csv"):
        kept = annotation.read_locators(existing.folder / "passages.csv")
        tables.append(kept[~_parts(kept).isin([part for table in tables for part in _parts(table)])])
    return pd.concat(tables) if tables else pd.DataFrame(columns=annotation.LOCATOR)


def _part(doc_id: str) -> str:
    """Of a document, the part of the texts (see `PARTS`)."""
    corpus = doc_id.partition("-")[0]
    return str(ungdc.origin(int(doc_id[-4:]))) if corpus == Corpus.UNGDC else corpus


def _parts(table: pd.DataFrame) -> pd.Series[str]:
    """Of each row with a `doc_id`, the part of the texts."""
    return table["doc_id"].astype("str").map(_part).astype("str")
