"""Every coded passage with what a reader looks it up by: state, year, corpus, quadrant, gist, codes and decisions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.measurement.placement import Placement
from buzanlib.tables.data_folder import Data
from buzanlib.tables.descriptor import load
from buzanlib.tables.schema import Descriptor

#: Tables that a data folder need not describe, with their columns.
_OPTIONAL = {
    "gists": ["passage_id", "gist"],
    "decisions": ["passage_id", "annotator", "rules", "definitions"],
}

_ROLES = ["coder", "adjudication", "retest"]


@dataclass(frozen=True)
class CodedPassages:
    """Passages that somebody has coded, and all that is known of them."""

    #: Index ``passage_id``, sorted by name of the state, year and place. Columns: ``doc_id``, ``corpus``, ``iso3``,
    #: ``state`` (its name), ``year``, ``text`` (how the text came about), ``in_paper``, ``start``, ``end``, ``sha256``,
    #: ``gist`` and ``quadrant``, both NaN where there is none.
    passages: pd.DataFrame
    codes: pd.DataFrame  #: As ``codes.csv``, of these passages.
    annotators: pd.DataFrame  #: As ``annotators.csv``, of those who coded one, by codebook, role and name.
    decisions: pd.DataFrame  #: As ``decisions.csv``, of these passages; empty texts where no rule is named.


def coded_passages(data: Data, placement: Placement, corpora: Collection[str] | None = None) -> CodedPassages:
    """Gather the passages that somebody has coded.

    Parameters
    ----------
    data : Data
        The data folder.
    placement : Placement
        How states are placed; its window is that of the passage's year alone.
    corpora : collection of str, optional
        Only those of these corpora.

    Raises
    ------
    DataError
        With the faults of the tables that are read.
    """
    statements = data.statements
    documents = statements.documents
    if corpora is not None:
        documents = documents[documents["corpus"].isin(list(corpora))]
    states = load(data.folder, "states").set_index("iso3")["name"]
    gists = _table(data.folder, "gists").set_index("passage_id")["gist"]
    known = documents[["doc_id", "corpus", "iso3", "year", "text", "in_paper"]]
    passages = statements.passages.merge(known, on="doc_id", validate="m:1")
    passages = passages[passages["passage_id"].isin(statements.codes["passage_id"])]
    passages = passages.assign(
        state=passages["iso3"].map(states).fillna(passages["iso3"]), gist=passages["passage_id"].map(gists)
    )
    passages = passages.assign(quadrant=_quadrants(passages, data, placement))
    passages = passages.sort_values(["state", "year", "doc_id", "start"]).set_index("passage_id")
    codes = statements.codes[statements.codes["passage_id"].isin(passages.index)]
    annotators = load(data.folder, "annotators")
    annotators = annotators[annotators["annotator"].isin(codes["annotator"])]
    order = annotators.assign(role=annotators["role"].map(_ROLES.index))
    annotators = annotators.loc[order.sort_values(["codebook", "role", "annotator"]).index]
    decisions = _table(data.folder, "decisions").fillna("")
    return CodedPassages(passages, codes, annotators, decisions[decisions["passage_id"].isin(passages.index)])


def _table(folder: Path, name: str) -> pd.DataFrame:
    """A table of a data folder, or one without rows where the folder does not describe it."""
    if name in Descriptor.load(folder).tables:
        return load(folder, name)
    return pd.DataFrame(columns=_OPTIONAL[name], dtype="str")


def _quadrants(passages: pd.DataFrame, data: Data, placement: Placement) -> pd.Series[str]:
    """The quadrant of the speaker of each passage in its year; NaN where it is not placed then."""
    found = pd.Series(index=passages.index, dtype="str")
    for year, own in passages.groupby("year"):
        try:
            placed = replace(placement, first=int(str(year)), last=int(str(year))).of(data)
        except EstimationError:
            continue  # an index begins later, or has ended long before
        found[own.index] = own["iso3"].map(placed["quadrant"])
    return found
