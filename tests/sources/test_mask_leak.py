"""What masked passages still tell of their speaker."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from buzanlib.cli.data import _quadrants
from buzanlib.sources.mask_leak import COLUMNS, guessed_right, leak
from buzanlib.tables.descriptor import load

TEXTS = pd.Series(
    [
        "[STATE] loves reefs",
        "reefs and tides",
        "the reefs",
        "snow and ice",
        "snow on [STATE]",
        "ice",
        "deserts",
    ]
)
STATES = pd.Series(["FJI", "TON", "WSM", "ISL", "NOR", "FIN", "MLI"])
LABELS = pd.Series(["sea", "sea", "sea", "north", "north", "north", "sand"])


def by_hand(place: int) -> str:
    """Naive Bayes in plain loops."""
    words = [[word for word in text.lower().split() if len(word) > 1 and "[" not in word] for text in TEXTS]
    vocabulary = {word for text in words for word in text}
    others = [other for other in range(len(TEXTS)) if STATES[other] != STATES[place]]
    scores = {}
    for label in sorted(set(LABELS[others])):
        own = [word for other in others if LABELS[other] == label for word in words[other]]
        score = np.log(sum(LABELS[other] == label for other in others))
        for word in words[place]:
            score += np.log((own.count(word) + 1) / (len(own) + len(vocabulary)))
        scores[label] = score
    return max(scores, key=lambda label: scores[label])


def test_guesses_are_those_of_plain_loops() -> None:
    right = guessed_right(TEXTS, STATES, LABELS)
    assert right.tolist() == [by_hand(place) == LABELS[place] for place in range(len(TEXTS))]
    assert right.tolist() == [True] * 6 + [False]  # no other state is of the last label


def test_what_the_state_itself_says_elsewhere_is_not_known() -> None:
    texts = pd.Series(["zebu zebu", "zebu zebu", "reefs", "reefs", "snow"])
    states = pd.Series(["MDG", "MDG", "FJI", "TON", "ISL"])
    labels = pd.Series(["land", "land", "sea", "sea", "land"])
    assert guessed_right(texts, states, labels).tolist()[:2] == [False, False]
    assert guessed_right(texts, pd.Series(list("abcde")), labels).tolist()[:2] == [True, True]


def test_a_row_a_target_and_corpus() -> None:
    masked = pd.DataFrame({"passage_id": list("abcdefg"), "blind": TEXTS})
    passages = pd.DataFrame({"passage_id": list("abcdefg"), "doc_id": [f"D{place}" for place in range(7)]})
    documents = pd.DataFrame({"doc_id": passages["doc_id"], "corpus": "UNGDC", "iso3": STATES})
    documents.loc[6, "corpus"] = "NCSS"
    regions = pd.Series(LABELS.to_numpy(), STATES)
    found = leak(masked, passages, documents, {"region": regions, "quadrant": regions.drop("FJI")})
    assert list(found.columns) == COLUMNS
    # The other corpus has one label, of which there is nothing to guess.
    assert found.to_numpy().tolist() == [
        ["region", "UNGDC", 6, 6, 2, 6, 1.0, 0.5],
        ["quadrant", "UNGDC", 5, 5, 2, 5, 1.0, 0.6],
    ]


def test_the_table_that_ships_adds_up(data_dir: Path) -> None:
    table = load(data_dir, "mask_leak")
    assert list(table.columns) == COLUMNS
    assert ((table["right"] / table["passages"]).round(4) == table["accuracy"]).all()
    assert (table["largest"] >= 1 / table["classes"]).all()


def test_a_panel_without_indices_places_nobody() -> None:
    panel = pd.DataFrame({"iso3": ["EST"], "year": [2011], "cinc": [None], "fsi_cohesion_rank": [None]})
    assert _quadrants(
        panel.astype({"cinc": float, "fsi_cohesion_rank": float}), pd.Series({"EST": "East"})
    ).empty


@pytest.mark.raw
def test_the_masked_texts_give_the_table_that_ships(raw: Path, data_dir: Path) -> None:
    from buzanlib.sources.catalogue import find_sources
    from buzanlib.sources.mask_leak import SOURCE, read
    from buzanlib.tables.states import load_panel, load_regions

    regions = load_regions(data_dir)
    targets = {"region": regions, "quadrant": _quadrants(load_panel(data_dir), regions)}
    masked = read(find_sources(raw).paths(SOURCE))
    made = leak(masked, load(data_dir, "passages"), load(data_dir, "documents"), targets)
    pd.testing.assert_frame_equal(made, load(data_dir, "mask_leak"), check_dtype=False)
