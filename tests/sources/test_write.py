"""The canonical form of a table."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzanlib.sources.write import render_table, write_table


def test_every_kind_of_value_has_one_form() -> None:
    table = pd.DataFrame(
        {
            "count": [1, None],
            "share": [0.1, 2.0],
            "day": pd.to_datetime(["2001-01-02", None]),
            "text": ['x,"y"', "é"],
            "truth": [True, False],
            "plain_day": [datetime.date(2001, 1, 1), None],
            "nullable": pd.array([3, None], dtype="Int64"),
        }
    )
    assert render_table(table) == (
        "count,share,day,text,truth,plain_day,nullable\n"
        '1,0.1,2001-01-02,"x,""y""",1,2001-01-01,3\n'
        ",2.0,,é,0,,\n"
    )


def test_index_is_not_written() -> None:
    assert render_table(pd.DataFrame({"a": [1]}, index=[7])) == "a\n1\n"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_floats_come_back_the_same(values: list[float]) -> None:
    lines = render_table(pd.DataFrame({"x": [*values, 0.5]})).splitlines()[1:-1]
    assert [float(line) for line in lines] == values


@given(st.lists(st.integers(-(2**53) + 1, 2**53 - 1)))
def test_whole_numbers_with_gaps_have_no_point(values: list[int]) -> None:
    column = np.array([*values, np.nan], dtype=float)
    lines = render_table(pd.DataFrame({"x": column, "y": 0})).splitlines()[1:]
    assert lines == [*(f"{value},0" for value in values), ",0"]


def test_failure_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.csv"
    write_table(pd.DataFrame({"a": [1]}), path)

    def fail(self: Path, target: Path) -> Path:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_table(pd.DataFrame({"a": [2]}), path)
    assert path.read_text() == "a\n1\n"
    assert list(tmp_path.iterdir()) == [path]
