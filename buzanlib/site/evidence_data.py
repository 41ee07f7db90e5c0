"""What the script of the page of coded passages reads."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from buzanlib.figures.labels import in_words
from buzanlib.figures.whose_statements import corpus_in_words
from buzanlib.measurement.coded_passages import CodedPassages
from buzanlib.tables.data_folder import Data
from buzanlib.tables.schema import Descriptor
from buzanlib.theory.vocabulary import ADJUDICATES, Quadrant, Threat

VARIABLES = {
    "relevant": "Danger in cyberspace",
    **{threat.value: threat.label for threat in Threat},
    "primary": "Danger stressed most",
    "level": "Strength",
    "referent": "What is to be protected",
    "agent": "Who threatens",
    "measure": "Measure",
    "pol_kind": "Kind of political action",
    "hostile": "On purpose, against the state or nation",
}
"""What is coded, in words, by column."""


def page_data(data: Data, found: CodedPassages, shown: str, linked: Collection[str]) -> dict[str, Any]:
    """What the script of the page reads, compact: columns of places in lists, and every different coding once.

    Of ``codes``, an entry an annotator, the numbers are places in ``codings``, -1 where a passage was not coded; a
    number there is a place among the values of a variable.
    """
    table, variables = found.passages, [*VARIABLES]
    values = {name: sorted(found.codes[name].astype(str).unique()) for name in variables}
    coded = pd.DataFrame({name: found.codes[name].astype(str).map(values[name].index) for name in variables})
    numbers, codings = pd.factorize(pd.MultiIndex.from_frame(coded))
    rows, people = (
        table.index.get_indexer(pd.Index(found.codes["passage_id"])),
        [*found.annotators["annotator"]],
    )
    placed = np.full((len(people), len(table)), -1)
    placed[pd.Index(people).get_indexer(pd.Index(found.codes["annotator"])), rows] = numbers
    newest = Descriptor.load(data.folder).table("annotators").field("codebook").maximum
    documents = table.drop_duplicates("doc_id").set_index("doc_id")
    states = documents.drop_duplicates("iso3")[["iso3", "state"]].to_numpy().tolist()
    corpora, texts = ([*dict.fromkeys(documents[name])] for name in ("corpus", "text"))
    quadrants = [*map(str, Quadrant)]
    return {
        "variables": [
            [name, label, [[value, in_words(value, of=name)] for value in values[name]]]
            for name, label in VARIABLES.items()
        ],
        "threats": [*map(str, Threat)],
        "annotators": [
            [
                row["annotator"],
                in_words(row["annotator"], of="annotator"),
                int(row["codebook"]),
                row["role"],
                "codebook" if str(row["codebook"]) == newest else f"codebook_{row['codebook']}",
            ]
            for row in found.annotators.to_dict("records")
        ],
        "shown": shown,
        "joined": in_words(shown, of="annotator"),
        "corpora": [[corpus, corpus_in_words(data, corpus)] for corpus in corpora],
        "states": [[iso3, name, int(iso3 in linked)] for iso3, name in states],
        "texts": [in_words(text, of="text") for text in texts],
        "quadrants": [[one.value, one.label] for one in Quadrant],
        "documents": {
            "id": [*documents.index],
            "corpus": documents["corpus"].map(corpora.index).tolist(),
            "state": documents["iso3"].map([iso3 for iso3, _ in states].index).tolist(),
            "year": documents["year"].tolist(),
            "text": documents["text"].map(texts.index).tolist(),
            "quadrant": documents["quadrant"].map(quadrants.index, na_action="ignore").fillna(-1).astype(int).tolist(),
            "in_paper": documents["in_paper"].tolist(),
        },
        "passages": {
            "id": [*table.index],
            "document": documents.index.get_indexer(pd.Index(table["doc_id"])).tolist(),
            **{name: table[name].tolist() for name in ("start", "end", "sha256")},
            "gist": table["gist"].fillna("").tolist(),
        },
        "codings": [list(map(int, coding)) for coding in codings],
        "codes": placed.tolist(),
        "decided": [
            [people.index(who), [people.index(one) for one in between]]
            for who, between in ADJUDICATES.items()
            if {who, *between} <= {*people}
        ],
        "decisions": [
            [people.index(row["annotator"]), table.index.get_loc(row["passage_id"]), row["rules"], row["definitions"]]
            for row in found.decisions.to_dict("records")
            if row["annotator"] in people
        ],
    }  # fmt: skip
