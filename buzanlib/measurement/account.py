"""What becomes of the documents of a corpus in a test: each is used, or left out for one reason."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from buzanlib.errors import check_name
from buzanlib.tables.statements import Statements
from buzanlib.theory.vocabulary import Annotator, Corpus

#: What may become of a document, a passage or a state. Of several reasons to leave a passage out, the first counts; of
#: several passages of a document, or documents of a state, the one that came farthest.
FATES: tuple[str, ...] = (
    "outside",  # of a year outside the window
    "shown",  # of a document that the paper itself shows, which cannot test it
    "uncoded",  # of passages that the annotator has not coded
    "silent",  # without a relevant passage, as a document without any passage is, too
    "unplaced",  # of a state that is not placed
    "used",
)


@dataclass(frozen=True)
class Account:
    """What a test of one corpus has used, and what it has left out, so that the parts add up to all there is."""

    corpus: str  #: its name in full if its study gives one
    first: int  #: years of the window, both included
    last: int
    annotator: str  #: whose codes say what is relevant
    years: tuple[int, ...]  #: of which there are documents, sorted
    #: Index: `FATES`. Columns, int: ``documents``, ``passages`` and ``states`` of the corpus with that fate.
    counts: pd.DataFrame


def account(
    statements: Statements,
    corpus: str,
    first: int,
    last: int,
    placed: Collection[str],
    annotator: str = Annotator.ADJUDICATED_2,
) -> Account:
    """Count what becomes of every document of a corpus, of its passages, and of the states that have a document.

    What is ``used`` are the passages of `buzanlib.measurement.profiles.relevant_passages` whose states are placed.

    Parameters
    ----------
    statements, corpus, first, last, annotator
        As `buzanlib.measurement.profiles.relevant_passages` takes them.
    placed : collection of str
        ``iso3`` of the states that are placed.

    Raises
    ------
    UnknownNameError
        If there is no such corpus or annotator.
    """
    every = statements.documents
    check_name("corpus", corpus, sorted({*Corpus, *every["corpus"]}))
    documents = every[every["corpus"] == corpus].set_index("doc_id")
    outside = ~documents["year"].between(first, last).to_numpy(bool)
    shown = documents["in_paper"].to_numpy() != 0
    # Where a document has passages, these decide below whether it is silent.
    of_document = pd.Series(np.select([outside, shown], [0, 1], FATES.index("silent")), documents.index)

    inside = statements.passages["doc_id"].isin(documents.index)
    passages: pd.Series[str] = statements.passages[inside].set_index("passage_id")["doc_id"]
    codes = statements.coded(annotator).set_index("passage_id")["relevant"]
    relevant = codes.reindex(passages.index).to_numpy(float, na_value=np.nan)
    unplaced = ~passages.map(documents["iso3"]).isin(list(placed)).to_numpy(bool)
    left_out = passages.map(of_document).to_numpy(int)
    of_passage = pd.Series(
        np.select(
            [left_out < FATES.index("uncoded"), np.isnan(relevant), relevant != 1, unplaced],
            [left_out, *map(FATES.index, ("uncoded", "silent", "unplaced"))],
            FATES.index("used"),
        ),
        passages.index,
    )
    farthest = of_passage.groupby(passages).max().reindex(documents.index)
    of_document = farthest.fillna(of_document).astype(int)
    of_state = of_document.groupby(documents["iso3"]).max()

    counts = {
        name: np.bincount(fates.to_numpy(int), minlength=len(FATES))
        for name, fates in (("documents", of_document), ("passages", of_passage), ("states", of_state))
    }
    years = tuple(map(int, sorted(set(documents["year"]))))
    table = pd.DataFrame(counts, pd.Index(FATES, name="fate"))
    return Account(corpus, first, last, annotator, years, table)
