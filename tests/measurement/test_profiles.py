"""What is counted of each state."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.measurement.profiles import (
    NAMED,
    blocs,
    danger_windows,
    names_of_the_matter,
    relevant_passages,
    shares_of_mentions,
    speech_counts,
    state_counts,
)
from buzanlib.tables.descriptor import load
from buzanlib.tables.statements import Statements, count_tensor, load_statements
from buzanlib.theory.vocabulary import Measure, Threat


@pytest.fixture(scope="module")
def statements(data_dir: Path) -> Statements:
    return load_statements(data_dir)


@pytest.mark.parametrize("corpus", ["UNGDC", "NCSS"])
def test_threats_are_those_of_the_tensor(statements: Statements, corpus: str) -> None:
    ours = state_counts(relevant_passages(statements, corpus, 2011, 2024))
    tensor = count_tensor(statements).window(corpus, 2011, 2024)
    theirs = tensor[tensor["relevant"] > 0]
    columns = ["relevant", *(threat.value for threat in Threat)]
    pd.testing.assert_frame_equal(ours[columns], theirs[columns], check_dtype=False)


def test_every_passage_has_one_measure_one_agent_and_one_level(statements: Statements) -> None:
    passages = relevant_passages(statements, "UNGDC", 1995, 2024)
    counts = state_counts(passages)
    for kind in ("measure", "agent"):
        assert counts.filter(like=f"{kind}.").sum(axis=1).equals(counts["relevant"])
    assert counts["level"].sum() == passages["level"].sum()
    assert counts["emergency"].sum() == (passages["level"] == 2).sum()
    strict = passages["pol_kind"].isin(["regime", "interference"])
    assert counts["pol.strict"].sum() == strict.sum() > 0
    assert counts["measure.content"].sum() == (passages["measure"] == Measure.CONTENT).sum()


def test_annotators_differ_and_the_papers_documents_are_left_out(statements: Statements) -> None:
    by_a = relevant_passages(statements, "UNGDC", 2011, 2024, "A")
    by_b = relevant_passages(statements, "UNGDC", 2011, 2024, "B")
    assert len(by_a) != len(by_b)
    strategies = relevant_passages(statements, "NCSS", 1995, 2024)
    assert strategies["in_paper"].max() == 0


def test_speeches_count_whether_or_not_they_speak(statements: Statements) -> None:
    found = speech_counts(statements, "UNGDC", 2011, 2026)
    said = relevant_passages(statements, "UNGDC", 2011, 2026)
    assert found["relevant"].sum() == len(said)
    assert found["speaking"].sum() == said["doc_id"].nunique()
    tensor = count_tensor(statements).window("UNGDC", 2011, 2026)["relevant"]
    assert found["relevant"].equals(tensor[found.index].rename("relevant"))
    # All members speak nearly every year, whether or not the text is at hand.
    assert found["documents"].max() == 16
    assert (found["relevant"] == 0).any()


def test_years_that_an_annotator_has_not_read_are_not_silence(statements: Statements) -> None:
    first = [speech_counts(statements, "UNGDC", 2011, last, "adjudicated") for last in (2024, 2026)]
    pd.testing.assert_frame_equal(*first)
    assert speech_counts(statements, "UNGDC", 2025, 2026, "adjudicated").empty
    assert speech_counts(statements, "UNGDC", 2011, 2026)["documents"].sum() > first[0]["documents"].sum()


def test_profiles_are_shares_of_what_is_named(statements: Statements) -> None:
    counts = state_counts(relevant_passages(statements, "UNGDC", 2011, 2024))
    profiles = shares_of_mentions(counts)
    assert list(profiles.columns) == [threat.value for threat in NAMED]
    assert profiles.sum(axis=1).tolist() == pytest.approx([1.0] * len(profiles))
    unnamed = counts.index.difference(profiles.index)
    assert (counts.loc[unnamed, "gen"] > 0).all()
    with pytest.raises(EstimationError, match="no state names a threat"):
        shares_of_mentions(counts.loc[unnamed])


def test_names_are_summed_over_all_documents(statements: Statements) -> None:
    names = names_of_the_matter(statements, "UNGDC", 2011, 2024)
    documents = statements.documents
    inside = documents[(documents["corpus"] == "UNGDC") & documents["year"].between(2011, 2024)]
    assert len(names) == inside["iso3"].nunique()
    assert names["either"].sum() == inside["cyber_security"].sum() + inside["information_security"].sum()


def test_a_state_of_which_no_count_is_known_is_left_out(statements: Statements) -> None:
    assert names_of_the_matter(statements, "UNGDC", 2026, 2026).empty
    both = names_of_the_matter(statements, "UNGDC", 2025, 2026)
    pd.testing.assert_frame_equal(both, names_of_the_matter(statements, "UNGDC", 2025, 2025))
    assert len(both) == 190
    assert (both.dtypes == "int64").all()


def test_windows_are_summed_over_the_speeches_that_were_counted(
    statements: Statements, data_dir: Path
) -> None:
    conventional = load(data_dir, "conventional")
    found = danger_windows(statements, conventional, "UNGDC", 2011, 2024)
    documents = statements.documents.set_index("doc_id")
    own = documents[(documents["iso3"] == "EST") & (documents["corpus"] == "UNGDC")]
    own = own[own["year"].between(2011, 2024)]
    assert found.loc["EST", "documents"] == len(own)
    assert found.loc["EST", "digital"] == own["windows"].sum()
    assert found.loc["EST", "war"] == conventional.set_index("doc_id").loc[own.index, "war"].sum()
    assert (found.dtypes == "int64").all()
    # Nothing was counted in 2026, nor in the strategies.
    assert danger_windows(statements, conventional, "UNGDC", 2026, 2026).empty
    assert danger_windows(statements, conventional, "NCSS", 2011, 2024).empty


def test_the_first_bloc_that_fits_is_taken(data_dir: Path) -> None:
    memberships = load(data_dir, "memberships")
    states = pd.Index(["EST", "USA", "RUS", "CHN", "NGA", "BRA", "VNM", "IND", "JPN"])
    found = blocs(memberships, states, 2011)
    assert found.to_dict() == {
        "EST": "NATO/EU",
        "USA": "NATO/EU",
        "RUS": "CSTO/SCO",
        "CHN": "CSTO/SCO",
        "NGA": "AU",
        "BRA": "OAS",
        "VNM": "ASEAN",
        "IND": "none",  # joined the SCO in 2017
        "JPN": "none",
    }
    assert blocs(memberships, states, 2018)["IND"] == "CSTO/SCO"


def test_an_unknown_corpus_is_refused(statements: Statements) -> None:
    with pytest.raises(UnknownNameError, match="unknown corpus 'UNGCD'; nearest allowed: 'UNGDC'"):
        relevant_passages(statements, "UNGCD", 2011, 2024)
