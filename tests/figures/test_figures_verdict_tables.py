"""Tables of the chapter of verdicts say what the ledger holds, and the recorded sentences follow from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from buzanlib.figures.verdict_tables import family_table, locked_table, on_record_table, verdict_results
from buzanlib.inference.verdicts import Finding, judge, ledger
from buzanlib.tables.data_folder import Data
from buzanlib.theory.predictions import Predictions

NAN = float("nan")


def finding(name: str, contrast: float, p: float, **more: Any) -> Finding:
    return Finding(name, contrast, contrast - 0.2, contrast + 0.2, p, 100, **more)


FOUND = {
    "B1": finding("B1", 0.5, 0.01, p_adjusted=0.2, sesoi=0.4),
    "B2": finding("B2", -0.1, 0.9, p_adjusted=0.9, sesoi=0.4),
    "R1": finding("R1", 0.5, 0.0001),
    "X9": finding("X9", 0.5, 0.0001),
    "X59": Finding("X59", 0.5, NAN, NAN, 0.5, 100),
    "P1": finding(
        "P1", 1.0, 0.2, sesoi=0.4, beside={"family": "second registration", "claim": "Registered."}
    ),
    "own": finding("own", 0.5, 0.001, beside={"claim": "Added."}),
}


@pytest.fixture(scope="module")
def predictions(data_dir: Path) -> Predictions:
    return Data(data_dir).predictions


@pytest.fixture(scope="module")
def rows(data_dir: Path, predictions: Predictions) -> pd.DataFrame:
    return ledger(FOUND, predictions, {"R1": "share of squared error"}, Data(data_dir).open_claims)


def test_locked_hypotheses_lead_to_their_chapters(rows: pd.DataFrame) -> None:
    shown = locked_table(rows.loc[["B1", "R1"]], {"R1": "11_rivals"}, " Tested here.")
    assert list(shown.frame.index) == ["B1", "R1\u00a0†"]
    assert shown.links == {"R1\u00a0†": "11_rivals.html"}
    assert shown.frame["scale"].str.contains(r"\(0\.4\)").tolist() == [True, False]
    assert shown.note.endswith("see above. Tested here.")
    assert list(shown.frame.loc["B1", ["verdict", "contrast", "adjusted p"]]) == ["undecided", 0.5, 0.2]


def test_each_family_says_how_it_is_read(rows: pd.DataFrame) -> None:
    notes, columns = {}, {}
    for family, of_one in rows.drop(["B1", "B2", "R1"]).groupby("family"):
        shown = family_table(str(family), of_one, {"X9": "21_open_claims"}, " Late.")
        notes[family], columns[family] = shown.note, list(shown.frame.columns)
        assert "exploratory" in shown.caption if family == "X" else "exploratory" not in shown.caption
        assert shown.links == ({"X9": "21_open_claims.html"} if family == "X" else {})
    assert notes["X"].endswith("X32 counts words. Late.")
    assert notes["second registration"].endswith("Not large is read at 0.4 in log odds.")
    assert notes["added"].endswith("says nothing.")
    assert {family for family, names in columns.items() if "adjusted p" in names} == {"X"}


def test_a_missing_interval_is_a_dash(rows: pd.DataFrame) -> None:
    assert family_table("X", rows.loc[["X59"]], {}).frame["90 % interval"].tolist() == ["–"]


def test_locked_words_stand_beside_the_words_now(rows: pd.DataFrame, predictions: Predictions) -> None:
    locked = {"B1": FOUND["B1"], "B2": FOUND["B2"]}
    on_record = judge(locked, predictions, locked_words=True)
    shown = on_record_table(on_record, rows["verdict"], locked, {"contradicted.sesoi.B2": 0.25}).frame
    assert shown["word now"].tolist() == ["undecided", "not large"]
    assert shown["locked contrast"].tolist() == [0.5, -0.1]
    assert shown.iloc[:, -1].isna().tolist() == [True, False]
    assert shown.iloc[1, -1] == 0.25


def test_recorded_sentences_follow_from_the_ledger(rows: pd.DataFrame, predictions: Predictions) -> None:
    said = verdict_results(rows, predictions, {})
    assert said["verdicts.n"] == 3
    assert said["verdicts.counted"] == "1 supported (R1), 1 not large (B2) and 1 undecided (B1)"
    assert (said["verdicts.open.n"], said["verdicts.open.counted"]) == (
        2,
        "1 supported (X9) and 1 undecided (X59)",
    )
    assert said["verdicts.cells"] == "B1 is undecided and B2 is not large"
    assert said["verdicts.rivals"] == "R1 adds"
    assert verdict_results(rows.drop("R1"), predictions, {})["verdicts.rivals"] == "none adds"
    assert (said["verdicts.n_not_large"], said["verdicts.n_reversed"]) == (1, 0)
    assert {key for key in said if key.endswith(".verdict")} == {"R1.verdict", "X9.verdict", "X59.verdict"}


def test_what_needs_other_chapters_is_said_where_these_ran(
    rows: pd.DataFrame, predictions: Predictions
) -> None:
    optional = {"verdicts.silent", "arrangements.better", "front.whole", "front.hint"}
    assert not optional & verdict_results(rows, predictions, {}).keys()
    values = {"n_states": 60, "n_placed": 80, "B5.rank": 3, "B5.p": 0.7}
    values |= {"strict.two.low90": 0.1, "strict.two.high90": 0.9, "P1.verdict": "undecided"}
    said = verdict_results(rows, predictions, values)
    assert (said["verdicts.silent"], said["arrangements.better"]) == (0.25, 2)
    assert said["front.hint"] == "seem to speak more"
