"""National cyber security strategies: their texts, and how the coded passages were drawn from them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from buzanlib.errors import BuzanError
from buzanlib.sources.passages import Text, normalise
from buzanlib.sources.raw import read_parquet
from buzanlib.sources.source import Source, any_of
from buzanlib.theory.vocabulary import Corpus

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

#: Prefix of a seed. After it comes the identifier under which the document was first filed, which is also that of its
#: passages; it differs from the document's where the year was corrected later.
SEED = "strategies-"

#: Strategies that the paper itself speaks of, with the reason; they illustrate it and so cannot test it.
IN_PAPER = {"NCSS-USA-2009": "Cyberspace Policy Review, the paper's own case of a strong and cohesive state"}


def read(texts: Path, seeds: Mapping[str, str], source: str) -> list[Text]:
    """Read the strategies, sorted by identifier.

    Parameters
    ----------
    texts : pathlib.Path
        ``ncss_texts.parquet``: `doc_id`, `iso3`, `year`, `text`.
    seeds : mapping of str to str
        Seed of each document; where there is none at all, made of its own identifier.
    source : str
        Where the seeds are from, for the message.

    Raises
    ------
    BuzanError
        If documents and seeds are not of the same identifiers.
    """
    documents = read_parquet(texts, ["doc_id", "iso3", "year", "text"])
    seeds = seeds or {name: f"{SEED}{name}" for name in documents["doc_id"]}
    odd = sorted(map(str, set(documents["doc_id"]) ^ set(seeds)))
    if odd:
        raise BuzanError(f"{texts.name} and {source} do not have the same documents: {', '.join(odd)}")
    columns = (documents.sort_values("doc_id")[name].tolist() for name in ("doc_id", "iso3", "year", "text"))
    return [
        Text(name, Corpus.NCSS, iso3, year, normalise(text), seed=seeds[name])
        for name, iso3, year, text in zip(*columns, strict=True)
    ]
