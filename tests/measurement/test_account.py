"""What becomes of every document of a corpus."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.inference.world import World
from buzanlib.measurement.account import FATES, account
from buzanlib.measurement.placement import Placement
from buzanlib.measurement.profiles import relevant_passages
from buzanlib.tables.statements import Statements

YEARS, STATES = st.integers(2000, 2009), st.sampled_from(["EST", "FRA", "KEN", "USA"])

#: Corpus, state, year, whether the paper shows it; and of each passage whether Ana coded it as relevant, or not at all.
DOCUMENT = st.tuples(
    st.sampled_from(["MINE", "NCSS"]),
    STATES,
    YEARS,
    st.sampled_from([0, 0, 0, 1]),
    st.lists(st.sampled_from([0, 1, None]), max_size=3),
)


def statements(documents: list[tuple[str, str, int, int, list[int | None]]]) -> Statements:
    """Tables of some documents; there is always one passage that Ana coded, of another corpus."""
    rows = [("UNGDC", "EST", 2000, 0, [1]), *documents]
    said = [
        (f"{doc}-{place}", str(doc), relevant)
        for doc, row in enumerate(rows)
        for place, relevant in enumerate(row[4])
    ]
    return Statements(
        pd.DataFrame([row[:4] for row in rows], columns=["corpus", "iso3", "year", "in_paper"]).assign(
            doc_id=[str(doc) for doc in range(len(rows))]
        ),
        pd.DataFrame([one[:2] for one in said], columns=["passage_id", "doc_id"]),
        pd.DataFrame(
            [("Ana", name, relevant) for name, _, relevant in said if relevant is not None],
            columns=["annotator", "passage_id", "relevant"],
        ),
    )


@given(st.lists(DOCUMENT, max_size=12), YEARS, YEARS, st.sets(STATES))
def test_the_parts_sum_to_the_whole(
    documents: list[tuple[str, str, int, int, list[int | None]]], one: int, other: int, placed: set[str]
) -> None:
    tables, first, last = statements(documents), min(one, other), max(one, other)
    of_corpus = [row for row in documents if row[0] == "NCSS"]
    found = account(tables, "NCSS", first, last, placed, "Ana")
    counts = found.counts
    assert counts["documents"].sum() == len(of_corpus)
    assert counts["passages"].sum() == sum(len(row[4]) for row in of_corpus)
    assert counts["states"].sum() == len({row[1] for row in of_corpus})
    assert found.years == tuple(sorted({row[2] for row in of_corpus}))
    tested = relevant_passages(tables, "NCSS", first, last, "Ana")
    tested = tested[tested["iso3"].isin(placed)]
    expected = [tested["doc_id"].nunique(), len(tested), tested["iso3"].nunique()]
    assert counts.loc["used"].tolist() == expected
    assert counts.loc["outside", "documents"] == sum(not first <= row[2] <= last for row in of_corpus)
    inside = [row for row in of_corpus if first <= row[2] <= last and not row[3]]
    speaking = [row for row in inside if 1 in row[4]]
    assert counts.loc["unplaced", "documents"] == sum(row[1] not in placed for row in speaking)
    silent = [row for row in inside if row not in speaking and (0 in row[4] or not row[4])]
    assert counts.loc["silent", "documents"] == len(silent)


def test_of_several_reasons_the_first_counts_and_a_state_is_where_its_best_document_is() -> None:
    tables = statements(
        [
            ("NCSS", "EST", 1999, 1, [1]),  # outside, though the paper shows it
            ("NCSS", "EST", 2005, 1, [1]),  # shown
            ("NCSS", "EST", 2005, 0, [None]),  # uncoded
            ("NCSS", "KEN", 2005, 0, [0, None]),  # silent as far as it is coded
            ("NCSS", "KEN", 2005, 0, []),  # silent
            ("NCSS", "USA", 2005, 0, [0]),  # silent, and the state is not placed
            ("NCSS", "USA", 2006, 0, [1]),  # not placed
            ("NCSS", "FRA", 2005, 0, [0, 1, 1]),  # used
            ("NCSS", "FRA", 2010, 0, [1]),  # outside
        ]
    )
    counts = account(tables, "NCSS", 2000, 2009, {"EST", "FRA", "KEN"}, "Ana").counts
    assert tuple(counts.index) == FATES
    assert counts["documents"].tolist() == [2, 1, 1, 3, 1, 1]
    assert counts["passages"].tolist() == [2, 1, 2, 3, 1, 2]
    assert counts["states"].tolist() == [0, 0, 1, 1, 1, 1]
    for name in ("corpus", "annotator"):
        with pytest.raises(UnknownNameError, match=f"unknown {name} 'Bea'"):
            account(tables, *(("Bea",) if name == "corpus" else ("NCSS",)), 2000, 2009, (), "Bea")


@pytest.mark.parametrize(("corpus", "first", "last"), [("NCSS", 2011, 2024), ("UNGDC", 2011, 2024)])
def test_what_is_used_are_the_states_and_passages_of_the_tests(
    data_dir: Path, corpus: str, first: int, last: int
) -> None:
    world = World.open(data_dir, Placement(first=first, last=last), 9, 1, corpus=corpus)
    counts = world.account.counts
    assert counts.loc["used", "states"] == len(world.sample)
    assert counts.loc["used", "passages"] == world.sample.counts["relevant"].sum()
    years = world.data.statements.documents.query(f"corpus == '{corpus}'")["year"]
    assert counts.loc["outside", "documents"] == (~years.between(first, last)).sum() > 0


def test_a_corpus_without_a_relevant_passage_in_the_window_is_named_with_it(data_dir: Path) -> None:
    world = World.open(data_dir, Placement(first=2018, last=2024), 9, 1, corpus="NCSS")
    assert world.account.counts.loc["outside", "documents"] == world.account.counts["documents"].sum() == 62
    with pytest.raises(EstimationError, match="no relevant passage of the corpus 'NCSS' is of 2018 to 2024"):
        world.sample  # noqa: B018
