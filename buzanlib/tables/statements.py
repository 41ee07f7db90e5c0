"""Coded statements, and the dense tensor of their counts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.errors import BuzanError, UnknownNameError, check_name
from buzanlib.tables.descriptor import load_tables
from buzanlib.theory.vocabulary import JOIN, Annotator, Corpus, Threat

Counts = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Statements:
    """Documents, their passages and the codes of these, with the columns of ``datapackage.json``."""

    documents: pd.DataFrame
    passages: pd.DataFrame
    codes: pd.DataFrame

    def coded(self, annotator: str = Annotator.ADJUDICATED_2) -> pd.DataFrame:
        """Give the codes of one annotator with the document that each passage comes from, in the order of the codes.

        Beside their columns ``doc_id``, ``corpus``, ``iso3``, ``year``, ``in_paper``. Annotators of the first coding
        that ships have passages up to 2024; one that does not ship may have coded any part of the passages.

        Parameters
        ----------
        annotator : str
            A name, or several joined by `JOIN`: of a passage that more than one of them coded the last named counts.

        Raises
        ------
        UnknownNameError
            If there is no such annotator.
        """
        names, known = str(annotator).split(JOIN), set(self.codes["annotator"])
        for name in names:
            check_name("annotator", name, sorted(known))
        origin = self.passages[["passage_id", "doc_id"]].merge(
            self.documents[["doc_id", "corpus", "iso3", "year", "in_paper"]], on="doc_id", validate="m:1"
        )
        chosen = self.codes[self.codes["annotator"].isin(names)]
        if len(names) > 1:
            place = chosen["annotator"].map(names.index)
            chosen = chosen[place == place.groupby(chosen["passage_id"]).transform("max")]
        return chosen.merge(origin, on="passage_id", how="left", validate="1:1")


@dataclass(frozen=True)
class CountTensor:
    """Numbers of relevant passages by state, year, corpus and threat."""

    #: Relevant passages that carry the threat, shape (states, years, corpora, threats); a passage may carry several.
    counts: Counts
    relevant: Counts  #: Relevant passages, shape (states, years, corpora).
    states: tuple[str, ...]  #: ``iso3`` of every state with a document, silent ones too, sorted.
    years: tuple[int, ...]  #: Every year from the first document to the last that the annotator read.
    corpora: tuple[str, ...]  #: In the order of the vocabulary; further corpora come last.
    threats: tuple[str, ...]  #: In the order of the vocabulary.

    def window(self, corpus: str, first: int, last: int) -> pd.DataFrame:
        """Sum the counts of one corpus over a span of years, both included.

        Index ``iso3``, every state of the tensor; columns ``relevant`` and one a threat.

        Raises
        ------
        UnknownNameError
            Where there is no such corpus.
        BuzanError
            Where no year of the tensor lies in the span.
        """
        if corpus not in self.corpora:
            raise UnknownNameError("corpus", str(corpus), self.corpora)
        years = [place for place, year in enumerate(self.years) if first <= year <= last]
        if not years:
            span = f"{self.years[0]} to {self.years[-1]}" if self.years else "none"
            raise BuzanError(f"no year of the statements lies in {first} to {last}; years there are: {span}")
        inside = np.s_[:, years[0] : years[-1] + 1, self.corpora.index(corpus)]
        sums = [each[inside].sum(axis=1, dtype=np.int64) for each in (self.relevant, self.counts)]
        index = pd.Index(self.states, name="iso3", dtype="str")
        return pd.DataFrame(np.column_stack(sums), index, ["relevant", *self.threats])


def load_statements(data_dir: Path) -> Statements:
    """Load documents, passages and codes; `DataError` with all faults of the three tables."""
    return Statements(**load_tables(data_dir, ["documents", "passages", "codes"]))


def count_tensor(
    statements: Statements, annotator: str = Annotator.ADJUDICATED_2, exclude_in_paper: bool = True
) -> CountTensor:
    """Count relevant passages by state, year, corpus and threat, of every state that has a document.

    Of a further annotator who coded a part of the passages, these are counts of that part. `exclude_in_paper` leaves
    out documents that the paper itself uses as illustrations: they cannot test it.
    """
    documents, coded = statements.documents, statements.coded(annotator)
    if exclude_in_paper:
        documents, coded = documents[documents["in_paper"] == 0], coded[coded["in_paper"] == 0]
    last = int(coded["year"].max()) if len(coded) else 0
    coded = coded[coded["relevant"] == 1]
    states = tuple(sorted(set(documents["iso3"])))
    years = tuple(range(int(documents["year"].min()), last + 1)) if states else ()
    known = list(map(str, Corpus))
    corpora = (*known, *sorted(set(documents["corpus"]) - set(known)))
    threats = tuple(map(str, Threat))
    shape = (len(states), len(years), len(corpora))
    cells = (
        pd.Index(states, dtype="str").get_indexer(pd.Index(coded["iso3"])),
        coded["year"].to_numpy(dtype=np.int64) - (years[0] if years else 0),
        pd.Index(corpora, dtype="str").get_indexer(pd.Index(coded["corpus"])),
    )
    relevant = np.zeros(shape, dtype=np.int32)
    counts = np.zeros((*shape, len(threats)), dtype=np.int32)
    np.add.at(relevant, cells, 1)
    np.add.at(counts, cells, coded[list(threats)].to_numpy(dtype=np.int32))
    return CountTensor(counts, relevant, states, years, corpora, threats)
