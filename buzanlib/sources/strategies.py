"""National cyber security strategies: their texts, and how the coded passages were drawn from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from buzanlib.errors import BuzanError
from buzanlib.sources.passages import normalise
from buzanlib.sources.raw import read_parquet
from buzanlib.sources.source import Source, any_of

TEXTS = "ncss_texts.parquet"

SOURCE = Source(
    key="strategies",
    title="National cyber security strategies",
    forms=any_of(TEXTS),
    gives=(("documents.csv", "rows of the strategies"), ("passages.csv", "rows of the strategies")),
    url="https://www.itu.int/en/ITU-D/Cybersecurity/Pages/National-Strategies-repository.aspx: the documents as one "
    "Parquet table with doc_id, iso3, year and text",
    cite="each document by itself",
)

#: What a seed begins with; the identifier follows.
SEED = "strategies-"

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
        return self.seed.removeprefix(SEED)


def read(texts: Path, seeds: Mapping[str, str], source: str) -> list[Strategy]:
    """Every strategy, sorted by identifier.

    Parameters
    ----------
    texts : pathlib.Path
        ``ncss_texts.parquet``: `doc_id`, `iso3`, `year`, `text`.
    seeds : mapping of str to str
        Seed of each document. Where there is none at all, each document is drawn from under its own identifier.
    source : str
        Where the seeds are from, for the message.

    Returns
    -------
    list of Strategy
        One a document.

    Raises
    ------
    BuzanError
        If there are seeds, and a document is without one or a seed without a document.
    """
    documents = read_parquet(texts, ["doc_id", "iso3", "year", "text"])
    seeds = seeds or {name: f"{SEED}{name}" for name in documents["doc_id"]}
    odd = sorted(map(str, set(documents["doc_id"]) ^ set(seeds)))
    if odd:
        raise BuzanError(f"{texts.name} and {source} do not have the same documents: {', '.join(odd)}")
    records = documents.sort_values("doc_id").to_dict("records")
    return [
        Strategy(row["doc_id"], row["iso3"], row["year"], seeds[row["doc_id"]], normalise(row["text"]))
        for row in records
    ]
