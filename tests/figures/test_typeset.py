from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzanlib.figures import typeset as module
from buzanlib.figures.typeset import MINUS, in_groups, joined, typeset


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0.456, ".2f", "0.46"),
        (-0.456, "+.2f", "\u22120.46"),
        (0.456, "+.2f", "+0.46"),
        (-1e-7, ".0e", "\u22121e\u221207"),
        (5684, ",", "5,684"),
        (3, "", "3"),
        (0.25, ".0%", "25%"),
        ("well-known", "", "well-known"),
        (True, "", "True"),
        (0.0316, "p", "0.032"),
        (0.001, "p", "0.001"),
        (0.00099, "p", "<\u00a00.001"),
        (0.0, "p", "<\u00a00.001"),
        (1, "p", "1.000"),
        (0.0316, "=p", "=\u00a00.032"),
        (0.0004, "=p", "<\u00a00.001"),
        (0, "word", "no"),
        (12, "word", "twelve"),
        (1300, "word", "1,300"),
        (3, "nth", "third"),
        (21, "nth", "21st"),
        (112, "nth", "112th"),
    ],
)
def test_numbers_are_typeset(value, form: str, text: str) -> None:  # type: ignore[no-untyped-def]
    assert typeset(value, form) == text


@pytest.mark.parametrize(
    ("value", "form", "message"),
    [
        (0.5, "word", "not a whole number"),
        (0, "nth", "not a whole number"),
        (1.2, "p", "1.2 is not a probability"),
        (-0.1, "p", "-0.1 is not a probability"),
        (True, "p", "True is not a probability"),
        ("supported", ".2f", "Unknown format code"),
        (0.5, "d", "Unknown format code"),
    ],
)
def test_a_format_that_does_not_fit_is_refused(value, form: str, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        typeset(value, form)


@pytest.mark.parametrize(
    ("names", "text"), [([], "none"), (["B1"], "B1"), (["B1", "B2", "D1"], "B1, B2 and D1")]
)
def test_names_are_joined_as_in_a_sentence(names: list[str], text: str) -> None:
    assert joined(iter(names)) == text


def test_words_are_given_in_groups() -> None:
    words = {"B1": "undecided", "B2": "not large", "B3": "undecided"}
    assert in_groups(words) == "B1 and B3 are undecided and B2 is not large"


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_only_the_minus_sign_differs_from_python(value: float) -> None:
    assert typeset(value, "+.3f").replace(MINUS, "-") == f"{value:+.3f}"


def test_the_examples_are_true() -> None:
    assert doctest.testmod(module).failed == 0
