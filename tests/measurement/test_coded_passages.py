from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import EstimationError
from buzanlib.measurement.coded_passages import CodedPassages, coded_passages
from buzanlib.measurement.placement import Placement
from buzanlib.tables.data_folder import Data
from buzanlib.theory.vocabulary import Corpus


@pytest.fixture(scope="module")
def data(data_dir: Path) -> Data:
    return Data.open(data_dir)


@pytest.fixture(scope="module")
def found(data: Data) -> CodedPassages:
    return coded_passages(data, Placement())


def test_every_coded_passage_is_there_once_with_its_origin(data: Data, found: CodedPassages) -> None:
    statements = data.statements
    assert sorted(found.passages.index) == sorted(set(statements.codes["passage_id"]))
    origin = statements.coded().set_index("passage_id")
    for name in ("doc_id", "corpus", "iso3", "year", "in_paper"):
        assert found.passages[name].equals(origin[name].reindex(found.passages.index))
    assert found.passages["state"].is_monotonic_increasing
    assert found.passages.loc[found.passages["iso3"] == "BRA", "state"].eq("Brazil").all()


def test_codes_and_annotators_are_all_that_there_are(data: Data, found: CodedPassages) -> None:
    pd.testing.assert_frame_equal(found.codes, data.statements.codes)
    assert found.annotators["annotator"].tolist() == [
        "A", "B", "adjudicated", "C", "D", "adjudicated_2", "C again", "D again"
    ]  # fmt: skip


def test_the_quadrant_is_that_of_the_year_of_the_passage(data: Data, found: CodedPassages) -> None:
    placed = Placement(first=2013, last=2013).of(data)["quadrant"]
    own = found.passages[found.passages["year"] == 2013]
    assert own["quadrant"].tolist() == own["iso3"].map(placed).tolist()
    with pytest.raises(EstimationError):
        Placement(first=2000, last=2000).of(data)
    assert found.passages.loc[found.passages["year"] == 2000, "quadrant"].isna().all()


def test_one_corpus_alone(data: Data, found: CodedPassages) -> None:
    alone = coded_passages(data, Placement(), [Corpus.NCSS])
    assert set(alone.passages["corpus"]) == {Corpus.NCSS}
    assert set(alone.codes["passage_id"]) == set(alone.passages.index)
    assert set(alone.decisions["passage_id"]) <= set(alone.passages.index)
    assert len(alone.decisions) < len(found.decisions)
    assert coded_passages(data, Placement(), ["OEWG"]).passages.empty
