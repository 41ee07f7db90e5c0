"""National cyber security strategies: their texts, and how the coded passages were drawn from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from buzanlib.errors import BuzanError
from buzanlib.sources.passages import normalise
from buzanlib.sources.raw import read_csv, read_parquet

TEXTS = "ncss_texts.parquet"
SAMPLING = "strategy_sampling.csv"

#: Strategies that the paper itself speaks of, with the reason; they illustrate it and so cannot test it.
IN_PAPER = {"NCSS-USA-2009": "Cyberspace Policy Review, the paper's own case of a strong and cohesive state"}


@dataclass(frozen=True)
class Strategy:
    """One strategy.

    Attributes
    ----------
    doc_id, iso3 : str
        Identifier and state.
    year : int
        Year of the document.
    seed : str
        Seed of the draw of ten passages. It carries the identifier under which the document was first
        filed, which differs from `doc_id` where the year was corrected later.
    text : str
        The document with its white space collapsed.
    """

    doc_id: str
    iso3: str
    year: int
    seed: str
    text: str

    @property
    def filed_as(self) -> str:
        """Identifier at the time of the draw, from which the identifiers of the passages were made."""
        return self.seed.removeprefix("strategies-")


def read(texts: Path, sampling: Path) -> list[Strategy]:
    """Every strategy, sorted by identifier.

    Parameters
    ----------
    texts : pathlib.Path
        ``ncss_texts.parquet``: `doc_id`, `iso3`, `year`, `text`.
    sampling : pathlib.Path
        ``strategy_sampling.csv``: `doc_id`, `seed`.

    Returns
    -------
    list of Strategy
        One a document.

    Raises
    ------
    BuzanError
        If one file has a document that the other lacks.
    """
    documents = read_parquet(texts, ["doc_id", "iso3", "year", "text"])
    seeds = read_csv(sampling, ["doc_id", "seed"]).set_index("doc_id")["seed"].to_dict()
    odd = sorted(map(str, set(documents["doc_id"]) ^ set(seeds)))
    if odd:
        raise BuzanError(f"{texts.name} and {sampling.name} do not have the same documents: {', '.join(odd)}")
    records = documents.sort_values("doc_id").to_dict("records")
    return [
        Strategy(row["doc_id"], row["iso3"], row["year"], seeds[row["doc_id"]], normalise(row["text"]))
        for row in records
    ]
