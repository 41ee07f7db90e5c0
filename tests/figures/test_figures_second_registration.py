"""Contrasts by what they are computed on: every dot and interval where its number is, and a whole text alternative."""

from __future__ import annotations

import pandas as pd
import pytest

from buzanlib.errors import UnknownNameError
from buzanlib.figures.second_registration import contrasts_by_sample

EXPLORED = pd.DataFrame(
    [
        ("early", "P1", 1.0, 0.2, 1.8),
        ("early", "B1", -0.5, -1.0, 0.0),
        ("late", "P1", 0.3, -9.0, 9.6),
        ("late", "B1", 0.1, -0.2, 0.4),
    ],
    columns=["sample", "outcome", "contrast", "low90", "high90"],
)


def test_every_contrast_stands_in_its_row() -> None:
    drawn = contrasts_by_sample(EXPLORED, {"P1": "Strict", "B1": "Any"})
    first, second = drawn.figure.axes
    for axes, name in ((first, "P1"), (second, "B1")):
        (dots,) = [line for line in axes.lines if line.get_gid() == name]
        rows = EXPLORED[EXPLORED["outcome"] == name]
        assert list(dots.get_xdata()) == list(rows["contrast"])
        assert list(dots.get_ydata()) == [0, 1]
    assert [text.get_text() for text in first.get_yticklabels()] == ["early", "late"]


def test_a_long_interval_does_not_hide_the_short_ones() -> None:
    rows = [("wide", "P1", 0.3, -9.0, 9.6), *((f"s{row}", "P1", 0.5, -1.0, 2.0) for row in range(15))]
    many = pd.DataFrame(rows, columns=EXPLORED.columns)
    axes = contrasts_by_sample(many, {"P1": "Strict"}).figure.axes[0]
    assert 2 < axes.get_xlim()[1] < 3
    arrows = [(line.get_marker(), list(line.get_ydata())) for line in axes.lines if line.get_marker() in "<>"]
    assert arrows == [("<", [0]), (">", [0])]


def test_the_text_alternative_has_every_number() -> None:
    alt = contrasts_by_sample(EXPLORED, {"P1": "Strict"}).alt
    assert "Strict: early 1.00 (0.20 to 1.80), late 0.30 (−9.00 to 9.60)." in alt
    assert "Any" not in alt


def test_an_outcome_that_was_not_explored_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="unknown outcome 'B9'"):
        contrasts_by_sample(EXPLORED, {"B9": "None"})
