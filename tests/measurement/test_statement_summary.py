"""What is recorded of the statements, counted again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from buzanlib.measurement.statement_summary import statement_results
from buzanlib.tables.statements import Statements, load_statements


@pytest.fixture(scope="module")
def statements(data_dir: Path) -> Statements:
    return load_statements(data_dir)


def test_numbers_are_those_of_plain_counts(statements: Statements) -> None:
    found = statement_results(statements, "adjudicated_2", 2011, 2024)
    documents = statements.documents
    speeches = documents[documents["corpus"] == "UNGDC"]
    assert found["statements.n_speeches"] + found["statements.n_strategies"] == len(documents)
    codes = statements.codes[statements.codes["annotator"] == "adjudicated_2"]
    assert found["statements.n_passages"] == len(codes)
    assert found["statements.n_relevant"] == codes["relevant"].sum()
    whole = sum(float(found[f"statements.share_{part}"]) for part in ("before", "late", "after"))
    assert whole == pytest.approx(1)
    spoke = speeches[speeches["year"].between(2011, 2024) & (speeches["in_paper"] == 0)]["iso3"].nunique()
    assert found["statements.n_states_window"] + found["statements.n_states_silent"] == spoke
    origins = [value for key, value in found.items() if key.startswith("statements.text.")]
    assert sum(map(int, origins)) == len(documents)


@pytest.mark.parametrize(("level", "words"), [(0, "mostly a test"), (2, "not only a test")])
def test_the_reading_follows_from_the_levels(statements: Statements, level: int, words: str) -> None:
    codes: pd.DataFrame = statements.codes.assign(level=level)
    found = statement_results(Statements(statements.documents, statements.passages, codes), "C", 2011, 2024)
    assert words in str(found["statements.level.reading"])
