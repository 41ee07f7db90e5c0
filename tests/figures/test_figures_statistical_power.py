from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import BuzanError
from buzanlib.figures.statistical_power import found_at_smallest, power_curves

NAMES = ["B1", "B2", "B3", "B5"]
GRID = np.array([0.0, 0.25, 0.5, 0.75, 1.0])


@pytest.fixture
def curves():
    """Straight from the least power to the largest; the last hypothesis is always found."""
    ends = {"B1": (0.0, 1.0), "B2": (0.05, 0.65), "B3": (0.2, 0.9), "B5": (0.85, 1.0)}
    rows = [
        (name, contrast, power, max(0.0, power - 0.05), min(1.0, power + 0.05))
        for name, (low, high) in ends.items()
        for contrast, power in zip(GRID, np.linspace(low, high, len(GRID)), strict=True)
    ]
    return pd.DataFrame(rows, columns=["hypothesis", "contrast", "power", "low", "high"])


def _marks(axes):
    return {line.get_gid(): line for line in axes.lines if line.get_gid()}


def test_lines_and_intervals_are_the_table(curves):
    # Whatever the order of the rows.
    (axes,) = power_curves(curves.iloc[::-1], 0.4).figure.axes
    assert sorted(_marks(axes)) == NAMES
    for segments, (name, line) in zip(axes.collections, _marks(axes).items(), strict=True):
        rows = curves[curves["hypothesis"] == name]
        np.testing.assert_allclose(line.get_xydata(), rows[["contrast", "power"]])
        np.testing.assert_allclose(np.asarray(segments.get_segments())[:, :, 1], rows[["low", "high"]])


def test_intervals_are_drawn_where_known(curves):
    (axes,) = power_curves(curves.drop(columns=["low", "high"]), 0.4).figure.axes
    assert not axes.collections
    assert sorted(_marks(axes)) == NAMES


def test_lines_stand_apart_without_colour(curves):
    (axes,) = power_curves(curves, 0.4).figure.axes
    marks = _marks(axes).values()
    assert len({line.get_marker() for line in marks}) == len({line.get_linestyle() for line in marks}) == 4


def test_effect_of_interest_and_target_are_marked(curves):
    (axes,) = power_curves(curves, 0.3).figure.axes
    across, up = [line for line in axes.lines if not line.get_gid()]
    assert list(across.get_xdata()) == [0.3, 0.3]
    assert list(up.get_ydata()) == [0.8, 0.8]
    (top,) = axes.child_axes
    assert list(top.get_xticks()) == [0.3]


@pytest.mark.parametrize("sesoi", [0.4, 1.0])
def test_text_is_clear(curves, sesoi, faults_of_text):
    figure = power_curves(curves, sesoi).figure
    assert faults_of_text(figure) == []
    legend = {text.get_text() for text in figure.legends[0].get_texts()}
    assert legend == set(NAMES)


def test_alt_says_where_each_curve_reaches_the_target(curves):
    alt = power_curves(curves, 0.4).alt
    assert "B1: 0% at 0, 25% at 0.25, 50% at 0.5, 75% at 0.75, 100% at 1; 80% is reached at 0.80;" in alt
    assert "65% at 1; 80% is not reached;" in alt
    assert "B3: 20% at 0," in alt
    assert alt.endswith("80% is reached from the least contrast on.")


def test_five_curves_are_too_many(curves):
    more = curves.assign(hypothesis=[f"H{place}" for place in range(5) for _ in range(4)])
    with pytest.raises(BuzanError, match="5 hypotheses in one figure; allowed: at most 4"):
        power_curves(more, 0.4)


def test_caption_says_how_often_the_smallest_effect_is_found() -> None:
    curves = pd.DataFrame(
        {
            "hypothesis": ["B1", "B1", "B5", "B5"],
            "contrast": [0.0, 0.8, 0.0, 0.8],
            "power": [0.0, 0.4, 0.2, 1.0],
        }
    )
    assert "(0.4) is found in 20% (B1) to 60% (B5)" in found_at_smallest(curves, 0.4)
