"""A corpus of another name and other coders, made of statements that ship: real codes, for tests of what pages say."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

from buzanlib.theory.vocabulary import Annotator, Corpus

CORPUS, NAME = "OEWG", "statements in the Working Group"
"""Short name of the corpus, and the full one that its study gives."""

CODERS = {Annotator.C: "Ana", Annotator.D: "Ben"}
"""Whose codes its coders take over."""

YEARS = 2014, 2022
"""Its first and last year."""


def write_other_corpus(data: Path, folder: Path) -> dict[str, str]:
    """Write documents, passages, codes and annotators with the corpus added; the keys of a study that has it."""
    documents, passages, codes, annotators = (
        pd.read_csv(data / f"{name}.csv", dtype=str, keep_default_na=False)
        for name in ("documents", "passages", "codes", "annotators")
    )
    within = documents["year"].astype(int).between(*YEARS) & (documents["corpus"] == Corpus.UNGDC)
    renamed = {name: name.replace(Corpus.UNGDC, CORPUS) for name in documents.loc[within, "doc_id"]}
    own = documents[within].assign(corpus=CORPUS, session="", text="document")
    own = own.assign(doc_id=own["doc_id"].map(renamed))
    cut = passages[passages["doc_id"].isin(list(renamed))]
    ids = {
        name: f"P{hashlib.sha256(f'{CORPUS} {name}'.encode()).hexdigest()[:16]}" for name in cut["passage_id"]
    }
    cut = cut.assign(passage_id=cut["passage_id"].map(ids), doc_id=cut["doc_id"].map(renamed))
    coded = codes[codes["passage_id"].isin(list(ids)) & codes["annotator"].isin(list(CODERS))]
    coded = coded.assign(
        passage_id=coded["passage_id"].map(ids), annotator=coded["annotator"].replace(CODERS)
    )
    people = annotators[annotators["annotator"].isin(list(CODERS))]
    people = people.assign(annotator=people["annotator"].replace(CODERS), note="")
    tables = {
        "documents": [documents, own],
        "passages": [passages, cut],
        "codes": [codes, coded],
        "annotators": [annotators, people],
    }
    for name, (shipped, added) in tables.items():
        whole = pd.concat([shipped, added])
        whole.sort_values(list(whole.columns[:2])).to_csv(folder / f"{name}.csv", index=False)
    return {name: f"{name}.csv" for name in tables}
