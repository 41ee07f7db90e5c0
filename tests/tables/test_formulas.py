"""No text is taken for a formula, however a spreadsheet reads it."""

from __future__ import annotations

import csv
import io
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzanlib.sources.sheet_files import render_sheet
from buzanlib.tables.formulas import begins_formula, with_formulas, without_formulas

FORMULAS = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\rx", "\nx", " =1", "  +1", "\u00a0-1"),
    *("＝1", "＋1", "－1", "＠x", "﹦1", "﹢1", "⁼1", "₊1", "−1"),
    *(
        "\u200b=1",
        "\ufeff=1",
        "\u2060\u200d+1",
        "\u00ad-1",
        "\u0000=1",
        "\u202e=1",
        '"=1',
        "\u3164=1",
        "\u0301=1",
    ),
]
PLAIN = ["", "a=1", "1-2", "Ä = 1", "(=1)", "'a", "«-»", "*1", "#1", "/x", "—x", "日本=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_begins_like_a_formula_is_known_and_made_text(text: str) -> None:
    assert begins_formula(text)
    assert not begins_formula(without_formulas(text))


@pytest.mark.parametrize("text", PLAIN)
def test_what_does_not_is_left_as_it_is(text: str) -> None:
    assert not begins_formula(text)
    assert without_formulas(text) == text


@pytest.mark.parametrize("text", ["a;=1", "a\n=1", "a\t＝1", "a\r\n @x"])
def test_no_part_begins_like_one_where_another_program_would_split(text: str) -> None:
    assert not any(begins_formula(part) for part in re.split("[;\t\r\n]+", without_formulas(text)))


@given(st.text())
def test_nothing_is_lost_but_for_apostrophes(text: str) -> None:
    safe = without_formulas(text)
    assert safe.replace("'", "") == text.replace("'", "")
    assert not begins_formula(safe)
    assert not any(begins_formula(part) for part in re.split("[;\t\r\n]+", safe))


@given(st.text(st.sampled_from("'=+-@;\t\r\n \u200bax")) | st.text())
def test_a_text_comes_back_as_it_was(text: str) -> None:
    assert with_formulas(without_formulas(text)) == text


def test_a_sheet_for_people_has_no_formula_in_any_cell_and_its_numbers_are_numbers() -> None:
    sheet = render_sheet(pd.DataFrame({"text": FORMULAS, "start": -1}))
    assert sheet.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"), newline="")))
    assert not any(begins_formula(row["text"]) for row in rows)
    assert {row["start"] for row in rows} == {"-1"}
