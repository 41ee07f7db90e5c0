"""Checks within one table."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzanlib.tables.checks import GREATEST, check_table
from buzanlib.tables.schema import Field, Own, Rule, Table


def field(name: str, kind: str = "string", **more: Any) -> Field:
    return Field(name, kind, **more)


def table(*fields: Field, **more: Any) -> Table:
    return Table("t", "t.csv", fields, **more)


def told(described: Table, **columns: list[str]) -> list[str]:
    frame = pd.DataFrame({name: pd.Series(cells, dtype="str") for name, cells in columns.items()})
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return [str(fault) for fault in sorted(check_table(described, frame))]


@pytest.mark.parametrize(
    ("described", "value", "message"),
    [
        (
            field("x", "year", minimum="1995", maximum="2024"),
            "twenty",
            "a year in four digits is needed, 1995 to 2024",
        ),
        (field("x", "year"), "2011.0", "a year in four digits is needed"),
        (field("x", "year", minimum="1995", maximum="2024"), "1994", "out of range, 1995 to 2024"),
        (field("x", "integer", minimum="0"), "-1", "out of range, 0 or more"),
        (field("x", "integer", maximum="9"), "10", "out of range, 9 or less"),
        (field("x", "integer"), str(GREATEST), "out of range"),  # beyond it, doubles lose whole numbers
        (field("x", "integer"), "1.5", "a whole number is needed"),
        (field("x", "integer"), "٣", "a whole number is needed"),
        (field("x", "integer"), "007", "a whole number is needed"),
        (field("x", "number"), "1,5", "a number with a decimal point is needed"),
        (field("x", "number"), "nan", "a number with a decimal point is needed"),
        (field("x", "number", maximum="1"), "1e3", "out of range, 1 or less"),
        (field("x", "date"), "2011-02-30", "a date as YYYY-MM-DD is needed"),
        (field("x", "date"), "20110203", "a date as YYYY-MM-DD is needed"),
        (field("x", "date", minimum="2000-01-01"), "1999-12-31", "out of range, 2000-01-01 or more"),
        (field("x", enum=("pol", "cri")), "cry", "nearest allowed: 'cri'"),
        (field("x", pattern="P[0-9]+"), "P1 ", "the form P[0-9]+ is needed"),
        (field("x", required=True), "", "a value is needed"),
    ],
)
def test_each_kind_of_wrong_cell(described: Field, value: str, message: str) -> None:
    assert told(table(described), x=[value]) == [f"t.csv, row 2, column x: {value!r}; {message}"]


def test_an_empty_cell_is_missing_and_only_wrong_where_needed() -> None:
    described = [field(kind, kind, minimum="1990-01-01") for kind in ("date",)]
    assert told(table(*described, field("s", enum=("a",))), date=[""], s=[""]) == []


def test_a_repeated_key_names_the_first_row() -> None:
    assert told(table(field("a"), field("b"), key=("a", "b")), a=["x", "x", "x"], b=["1", "2", "1"]) == [
        "t.csv, row 4, column a+b: 'x, 1'; a key may occur only once, and this one is in row 2"
    ]


def test_a_unique_field_may_be_missing_often() -> None:
    assert told(table(field("a", unique=True)), a=["", "", "x", "x"]) == [
        "t.csv, row 5, column a: 'x'; a key may occur only once, and this one is in row 4"
    ]


def test_a_renamed_column_is_one_fault() -> None:
    assert told(table(field("primary"), field("level")), primry=["1"], level=["2"]) == [
        "t.csv, row 1, column primry: 'primry'; unknown column; nearest allowed: 'primary'"
    ]


def test_missing_and_strange_columns_are_two() -> None:
    assert told(table(field("primary"), field("level")), zz=["1"], level=["2"]) == [
        "t.csv, row 1, column primary: ''; missing column; 'primary' is needed",
        "t.csv, row 1, column zz: 'zz'; unknown column; allowed: 'primary'",
    ]


def test_columns_out_of_order() -> None:
    assert told(table(field("a"), field("b")), b=["1"], a=["2"]) == [
        "t.csv, row 1: 'b,a'; the order of columns must be a,b"
    ]


def test_order_within_a_row_is_by_number_not_by_text() -> None:
    described = table(field("start", "integer"), field("end", "integer"), ordered=(("start", "end"),))
    assert told(described, start=["9", "10", "x", ""], end=["10", "9", "1", "1"]) == [
        "t.csv, row 3, column end: '9'; a value greater than start, 10, is needed",
        "t.csv, row 4, column start: 'x'; a whole number is needed",
    ]


def test_order_of_dates() -> None:
    described = table(field("a", "date"), field("b", "date"), ordered=(("a", "b"),))
    assert told(described, a=["2001-01-01", "2001-01-01"], b=["2000-12-31", ""]) == [
        "t.csv, row 2, column b: '2000-12-31'; a value greater than a, 2001-01-01, is needed"
    ]


def test_order_of_names() -> None:
    described = table(field("a"), field("b"), ordered=(("a", "b"),))
    assert told(described, a=["EST", "NLD"], b=["NLD", "EST"]) == [
        "t.csv, row 3, column b: 'EST'; a value greater than a, NLD, is needed"
    ]


def test_a_rule_speaks_of_sound_cells_only() -> None:
    rule = Rule({"relevant": ("0",)}, {"primary": ("none",), "note": ("",)}, "nothing else is coded")
    described = table(
        field("relevant", enum=("0", "1")),
        field("primary", enum=("pol", "none")),
        field("note"),
        rules=(rule,),
    )
    cells = {
        "relevant": ["0", "0", "1", "2"],
        "primary": ["pol", "pole", "pol", "pol"],
        "note": ["", "x", "x", "x"],
    }
    assert told(described, **cells) == [
        "t.csv, row 2, column primary: 'pol'; none is needed here: nothing else is coded",
        "t.csv, row 3, column note: 'x'; an empty cell is needed here: nothing else is coded",
        "t.csv, row 3, column primary: 'pole'; nearest allowed: 'pol'",
        "t.csv, row 5, column relevant: '2'; allowed: '0', '1'",
    ]


@given(st.lists(st.integers(1 - GREATEST, GREATEST - 1), max_size=30))
def test_every_integer_passes_and_none_is_lost(values: list[int]) -> None:
    assert told(table(field("x", "integer", required=True)), x=[str(value) for value in values]) == []


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=30))
def test_every_shortest_float_passes(values: list[float]) -> None:
    assert told(table(field("x", "number", required=True)), x=[repr(value) for value in values]) == []


@given(st.lists(st.dates(), max_size=30))
def test_every_iso_date_passes(values: list[Any]) -> None:
    assert told(table(field("x", "date", required=True)), x=[value.isoformat() for value in values]) == []


@given(st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=12))
def test_faults_are_as_many_as_wrong_cells(values: list[str]) -> None:
    wrong = [line for line, value in enumerate(values, start=2) if value not in ("a", "b")]
    found = told(table(field("x", enum=("a", "b"))), x=values)
    assert [int(text.split(",")[1].split()[1]) for text in found] == sorted(wrong)


def test_an_identifier_begins_with_what_it_names() -> None:
    described = table(field("id", "string"), field("corpus", "string"), begins=(("id", "corpus"),))
    assert told(described, id=["UN-1", "UNX-2"], corpus=["UN", "UN"]) == [
        "t.csv, row 3, column id: 'UNX-2'; id must begin with corpus, 'UN', and a hyphen"
    ]


def test_columns_of_ones_own_stand_behind_the_others() -> None:
    described = table(field("a", "string"), own=Own("power_[a-z]+", "number"))
    fitted = described.fitted(["a", "power_x", "pwer_y"])
    assert fitted.columns == ("a", "power_x")
    assert told(fitted, a=["x"], power_x=["1.5"]) == []
    assert told(fitted, a=["x"], power_x=["high"]) == [
        "t.csv, row 2, column power_x: 'high'; a number with a decimal point is needed"
    ]
    assert described.fitted(["a"]) == described
    assert table(field("a", "string")).fitted(["a", "power_x"]).columns == ("a",)
