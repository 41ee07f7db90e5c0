"""How much the masked passages still tell of their speaker: a plain classifier guesses its region and quadrant.

Multinomial naive Bayes on the words of a passage, trained on all states but the one whose passages it reads (McCallum
and Nigam 1998, A comparison of event models for naive Bayes text classification).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.sources.annotation import FIRST
from buzanlib.sources.raw import read_parquet
from buzanlib.sources.source import Form, Source

SOURCE = Source(
    key="masked",
    title="The masked passages that the annotators read",
    forms=(Form(("passage_texts.parquet", "passage_texts_2025_2026.parquet")),),
    gives=(("mask_leak.csv", "all rows"),),
    url="no download: texts of others are not republished",
    cite=FIRST.cite,
)

COLUMNS = ["target", "corpus", "passages", "states", "classes", "right", "accuracy", "largest"]

#: What stands in the place of a name.
_MASK = re.compile(r"\[[A-Z ]+\]")
_WORD = re.compile(r"[^\W\d_]{2,}")


def read(paths: Sequence[Path]) -> pd.DataFrame:
    """Masked passages: ``passage_id`` and ``blind``; `BuzanError` if a file is damaged."""
    return pd.concat([read_parquet(path, ["passage_id", "blind"]) for path in paths], ignore_index=True)


def leak(
    masked: pd.DataFrame,
    passages: pd.DataFrame,
    documents: pd.DataFrame,
    targets: Mapping[str, pd.Series[str]],
) -> pd.DataFrame:
    """How often the classifier is right, corpus by corpus.

    Parameters
    ----------
    masked : DataFrame
        As `read` gives it.
    passages, documents : DataFrame
        The tables of these names.
    targets : mapping of str to Series of str
        By name, what is guessed, by ``iso3``; passages of states that have none are left out.

    Returns
    -------
    DataFrame
        A row a target and corpus, `COLUMNS`: ``passages``, ``states`` and ``classes`` of which there are any, ``right``
        guesses, their share ``accuracy``, and the share of the ``largest`` class, which whoever always names it gets.
    """
    joined = masked.merge(passages[["passage_id", "doc_id"]]).merge(documents[["doc_id", "corpus", "iso3"]])
    rows = []
    for target, labels in targets.items():
        for corpus, some in joined.assign(label=joined["iso3"].map(labels)).groupby("corpus"):
            known = some.dropna(subset="label").sort_values("passage_id")
            sizes = known["label"].value_counts()
            if len(sizes) > 1:
                right = guessed_right(known["blind"], known["iso3"], known["label"])
                counted = len(known), known["iso3"].nunique(), len(sizes), int(right.sum())
                shares = float(right.mean()), float(sizes.iloc[0]) / len(known)
                rows.append((target, corpus, *counted, *(round(share, 4) for share in shares)))
    return pd.DataFrame(rows, columns=COLUMNS)


def guessed_right(
    texts: pd.Series[str], states: pd.Series[str], labels: pd.Series[str]
) -> npt.NDArray[np.bool_]:
    """Whether the label of each text is guessed from its words, those of its own state being unknown.

    One is added to every count of a word; what stands in the place of a masked name is no word.
    """
    words = [_WORD.findall(_MASK.sub(" ", text).lower()) for text in texts]
    places = {word: place for place, word in enumerate(sorted({word for text in words for word in text}))}
    counts = np.zeros((len(words), len(places)), dtype=np.float32)
    for row, text in enumerate(words):
        np.add.at(counts[row], [places[word] for word in text], 1)
    names, codes = np.unique(labels.to_numpy(dtype=str), return_inverse=True)
    member = np.eye(len(names))[codes]
    total, sizes = member.T @ counts, member.sum(axis=0)
    right = np.zeros(len(words), dtype=bool)
    for state in states.unique():
        own = (states == state).to_numpy()
        seen, prior = total - member[own].T @ counts[own] + 1, sizes - member[own].sum(axis=0)
        with np.errstate(divide="ignore"):  # a class that no other state has is never guessed
            scores = counts[own] @ np.log(seen / seen.sum(axis=1, keepdims=True)).T + np.log(prior)
        right[own] = scores.argmax(axis=1) == codes[own]
    return right
