"""Every speech and strategy, also the silent ones, and the passages cut from them, in one reading."""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import Pattern

import pandas as pd

from buzanlib.errors import UnknownNameError
from buzanlib.sources import annotation, strategies, ungdc
from buzanlib.sources.passages import Passage, digital_passages, draw, threat_passages
from buzanlib.sources.progress import Progress
from buzanlib.sources.raw import RawFolder

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


def build(raw: RawFolder, known: frozenset[str], progress: Progress) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Documents and passages of both corpora.

    Parameters
    ----------
    raw : RawFolder
        The publishers' files and the coding.
    known : frozenset of str
        Codes that may speak: `states.csv`.
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
        If the passages are not those that were coded.
    """
    documents: list[dict[str, object]] = []
    locators: list[dict[str, object]] = []
    for speech in progress(ungdc.read(ungdc.locate(raw)), "General Debate"):
        found = digital_passages(speech.text)
        documents.append(
            {
                "doc_id": speech.doc_id,
                "corpus": "UNGDC",
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
    texts = raw.find(strategies.TEXTS, "documents.csv")
    sampling = raw.find(strategies.SAMPLING, "documents.csv")
    for strategy in strategies.read(texts, sampling):
        found = threat_passages(strategy.text)
        drawn = draw(found, strategy.seed)
        documents.append(
            {
                "doc_id": strategy.doc_id,
                "corpus": "NCSS",
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
    table = pd.DataFrame(documents, columns=COLUMNS).astype({"session": "Int64"})
    for iso3 in table["iso3"].unique():
        if iso3 not in known:
            raise UnknownNameError("speaker", iso3, sorted(known))
    passages = annotation.coded_passages(
        pd.DataFrame(locators, columns=annotation.LOCATOR), raw.find(annotation.PASSAGES, "passages.csv")
    )
    return table.sort_values("doc_id", ignore_index=True), passages


def _words(text: str) -> int:
    """Number of words of a normalised text: what stands between spaces."""
    return len(text.split())


def _terms(text: str) -> dict[str, int]:
    """Uses of each of `TERMS`."""
    return {name: len(pattern.findall(text)) for name, pattern in TERMS.items()}


def _locators(doc_id: str, filed_as: str, passages: Iterable[Passage]) -> list[dict[str, object]]:
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
