"""Which cells of a column of numbers are missing, and which are numbers in another form."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzanlib.sources.own_numbers import MISSING, is_missing, plain_numbers


def plain(*cells: str, whole: bool = False, commas: bool = False) -> list[str]:
    column, refused = plain_numbers(pd.Series(cells, dtype="str"), whole, commas)
    assert refused == {}
    return column.tolist()


@pytest.mark.parametrize(
    "cell", ["", "NA", "n/a", "N.A.", "NaN", "null", "None", ".", "..", "...", "-", "–", "—", ":", "…"]
)
def test_what_is_missing(cell: str) -> None:
    assert is_missing(cell)
    assert plain(cell, "1") == ["", "1"]


@pytest.mark.parametrize("cell", ["0", "-1", "NAM", "x", "-.", "1-", "no"])
def test_what_is_not(cell: str) -> None:
    assert is_missing(cell) == (cell == "-.")


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (".5", "0.5"),
        ("-.5", "-0.5"),
        ("+1.5", "1.5"),
        ("5.", "5"),
        ("−2", "-2"),
        ("1e-3", "1e-3"),
        ("007", "007"),
    ],
)
def test_other_forms_of_a_number(cell: str, number: str) -> None:
    assert plain(cell) == [number]
    assert float(number) == float(cell.replace("−", "-"))


def test_whole_numbers() -> None:
    assert plain("2011.0", "2012", "2013.5", whole=True) == ["2011", "2012", "2013.5"]


def test_decimal_commas_are_read_where_they_can_be_nothing_else() -> None:
    assert plain("0,81", "-1,5", "3", "NA", commas=True) == ["0.81", "-1.5", "3", ""]
    assert plain("0,812", "1,345", commas=True) == ["0.812", "1.345"]


@pytest.mark.parametrize(
    ("cells", "commas", "need"),
    [
        (("0,81", "1"), False, "a comma is read as decimal only where semicolons or tabs separate the cells"),
        (("0,81", "1.5"), True, "the column has decimal commas and decimal points"),
        (("1,234", "12,500"), True, "cannot be told whether the comma is decimal or groups thousands"),
    ],
)
def test_commas_that_might_mean_something_else_are_refused(
    cells: tuple[str, ...], commas: bool, need: str
) -> None:
    column, refused = plain_numbers(pd.Series(cells, dtype="str"), False, commas)
    assert column.tolist() == list(cells)
    assert {value for value in cells if "," in value} == set(refused)
    assert all(need in said for said in refused.values())


@given(
    st.lists(
        st.one_of(st.text(max_size=8), st.sampled_from(sorted(MISSING)), st.floats(allow_nan=False).map(str))
    )
)
def test_no_number_changes_its_value_and_nothing_else_becomes_one(cells: list[str]) -> None:
    column, refused = plain_numbers(pd.Series(cells, dtype="str"), False, False)
    for cell, made in zip(cells, column, strict=True):
        if made not in ("", cell):
            assert float(made) == float(cell.replace("\u2212", "-"))
        assert made == cell or cell not in refused
