from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.study.results import Results, Value, record, show

SOME = Results(
    lock="lock",
    data={"a.csv": "1"},
    notebooks={"one": {"parameters": {"n": 1}, "prefix": ""}},
    figures={"fig-one": "2"},
    values={"a.b": Value(0.1, "one", "last")},
)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"B1.contrast": float("nan")}, "'B1.contrast': nan is not finite"),
        ({"B1.contrast": np.float64("inf")}, "inf is not finite"),
        ({"B1.contrast": None}, "NoneType is not a bool, an int, a float or a str"),
        ({"B1.contrast": [1.0]}, "list is not a bool"),
        ({"B1 contrast": 1.0}, "under 'B1 contrast': a key is a dotted name"),
        ({"B1.": 1.0}, "a key is a dotted name"),
        ({"B1:contrast": 1.0}, "a key is a dotted name"),
    ],
)
def test_record_refuses_what_has_no_place_in_prose(values: dict[str, Any], message: str) -> None:
    with pytest.raises(BuzanError, match=message):
        record(values)


def test_record_outside_a_notebook_only_checks(capsys: pytest.CaptureFixture[str]) -> None:
    record({"B1.contrast": np.float64(0.5), "n_states": np.int64(3), "B1.verdict": "supported"})
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("name", "caption", "alt", "message"),
    [
        ("placement", "A caption.", "A line.", "needs a label such as 'fig-placement'"),
        ("fig-Placement", "A caption.", "A line.", "needs a label"),
        ("fig-placement", " ", "A line.", "'fig-placement' has an empty caption"),
        ("fig-placement", "A caption.", "", "'fig-placement' has an empty text alternative"),
    ],
)
def test_show_refuses_a_figure_that_cannot_be_told(name: str, caption: str, alt: str, message: str) -> None:
    with pytest.raises(BuzanError, match=message):
        show(SimpleNamespace(figure=Figure(), alt=alt), name=name, caption=caption)


def test_results_come_back_as_written(tmp_path: Path) -> None:
    SOME.write(tmp_path / "results.json")
    assert Results.load(tmp_path / "results.json") == SOME


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,5}(\.[a-z]{1,5})?", fullmatch=True),
        st.floats(allow_nan=False, allow_infinity=False)
        | st.integers()
        | st.booleans()
        | st.text(max_size=5),
    )
)
def test_no_value_changes_on_its_way_through_the_file(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any]
) -> None:
    path = tmp_path_factory.mktemp("results") / "results.json"
    recorded = {key: Value(value, "one") for key, value in values.items()}
    replace(SOME, values=recorded).write(path)
    loaded = Results.load(path)
    assert {key: loaded[key] for key in values} == values
    assert [type(loaded[key]) for key in values] == [type(value) for value in values.values()]


def test_an_unknown_key_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown result 'a\.bb'; nearest allowed: 'a\.b'"):
        SOME["a.bb"]


def test_a_page_of_a_sweep_has_numbers_of_its_own() -> None:
    swept = {"parameters": {"n": 2}, "prefix": "sweep.n.2."}
    results = replace(
        SOME,
        notebooks={**SOME.notebooks, "one--n-2": swept},
        values={**SOME.values, "sweep.n.2.a.b": Value(0.2, "one--n-2"), "a.c": Value(1, "two")},
    )
    assert results.on("one--n-2", "a.b") == 0.2
    assert results.on("one--n-2", "a.c") == 1
    assert results.on("one", "a.b") == results.on("index", "a.b") == 0.1


def test_missing_and_broken_files_are_told(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    with pytest.raises(BuzanError, match=r"no results at results\.json: run the study first"):
        Results.load(path)
    for text in ("{", "[]", "{}", json.dumps({"values": {"a": {"value": 1}}})):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(BuzanError, match=r"results\.json is not a file of results"):
            Results.load(path)
