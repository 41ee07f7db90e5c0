"""A corpus of another name and other coders, made of statements that ship: real codes, for tests of what pages say."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pandas as pd

from buzanlib.theory.vocabulary import Annotator, Corpus

CORPUS, NAME = "OEWG", "Working Group statements"
"""Short name of the corpus, and the full one that its study gives."""

CODERS = {Annotator.C: "Ana", Annotator.D: "Ben"}
"""Whose codes its coders take over."""

YEARS = 2014, 2022
"""Its first and last year."""

SHIPPED = {
    "its corpora": r"General Debate|\bUNGDC\b|\bNCSS\b|national (?:cyber security )?strategies",
    "its forum": r"\bspeeches\b|First Committee|New York|every September|in a speech",
    "its years": r"\b(?:2011|2017|2018)[-–](?:2017|2024)\b|\b202[4-6]\b",
    "its coders": r"language model|\bruns? of (?:one large|the model)|One model coded|\bC and D\b|\bA and B\b|"
    r"codebook [12]\b|(?:first|second) co(?:ding|debook)|[Aa]djudicated|coded (?:twice|anew)",
    "its history": r"amendment (?!1 of)\d|when the (?:outcome|results|locked p)|was known by|known by then|"
    r"before the kinds|nobody here|The replication|locked words|in the study that ships",
}
"""What is true of the study that ships alone, as patterns, by what it is about: on no page of another corpus."""

QUOTED = re.compile(r"“[^”]*”")
"""Words of the paper itself, which may say anything."""


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


RULES = {
    "pol": r"propaganda|ideolog|hatred|racis|political|democra",
    "inf": r"infrastructure|virus|hack|attack|network",
    "cri": r"crim|fraud|launder|porn|drug",
    "mil": r"war\b|warfare|weapon|arms|military",
    "ter": r"terror",
}
"""By which words a passage carries a threat: a rule for tests of what pages say, and no coding to learn from."""


def code_by_rule(sheet: Path) -> None:
    """Fill in a sheet for both coders, the second of whom overlooks whatever stands in capitals."""
    blank = pd.read_csv(sheet, dtype=str, keep_default_na=False)
    rows = []
    for coder in CODERS.values():
        text = blank["text"].str.lower() if coder == "Ana" else blank["text"]
        named = pd.DataFrame(
            {threat: text.str.contains(words).astype(int) for threat, words in RULES.items()}
        )
        some = named.any(axis=1)
        named["relevant"] = 1
        named[["oth", "gen"]] = 0
        named.loc[~some, "gen"] = 1
        named["primary"] = named[list(RULES)].idxmax(axis=1).where(some, "gen")
        named["level"], named["referent"], named["agent"] = 1, "state", "none"
        named["measure"] = text.str.contains("convention|law|treaty").map({True: "norms", False: "none"})
        named["pol_kind"] = named["pol"].map({1: "regime", 0: "none"})
        named["hostile"], named["coder"] = 0, coder
        rows.append(blank.assign(**{name: named[name].astype(str) for name in named}))
    pd.concat(rows).to_csv(sheet, index=False)
