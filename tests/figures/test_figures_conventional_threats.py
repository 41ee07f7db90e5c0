from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from buzanlib.figures.conventional_threats import above_digital, danger_rates, digital_last
from buzanlib.inference.conventional_threats import DANGERS
from buzanlib.inference.verdicts import Finding
from buzanlib.theory.vocabulary import Quadrant


@pytest.fixture
def rates():
    """Rows in another order than that of `Quadrant`."""
    values = np.random.default_rng(1).uniform(0.1, 2.5, size=(4, len(DANGERS)))
    return pd.DataFrame(values, index=list(map(str, Quadrant))[::-1], columns=list(DANGERS))


def test_a_mark_a_quadrant_and_danger(rates, faults_of_text):
    drawn = danger_rates(rates)
    (axes,) = drawn.figure.axes
    names = [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()]
    assert names == ["Digital danger", "War", "Nuclear arms", "Terrorism"]
    marks = {line.get_gid(): line for line in axes.lines if line.get_gid() in set(Quadrant)}
    for quadrant in Quadrant:
        np.testing.assert_allclose(marks[quadrant].get_xdata(), rates.loc[quadrant])
    assert axes.get_xlim()[0] == 0
    assert faults_of_text(drawn.figure) == []


def test_alt_carries_every_number(rates):
    alt = danger_rates(rates).alt
    assert alt.startswith(
        "Windows per speech, by danger and quadrant. digital danger: weak power, weak cohesion"
    )
    for quadrant in Quadrant:
        for name in DANGERS:
            assert f"{quadrant.label} {rates.loc[quadrant, name]:.2f}" in alt


@pytest.mark.parametrize(
    ("small", "words"),
    [
        (["SW", "SS"], "in SW and SS, but not in WW and WS"),
        ([], "in no quadrant"),
        (["WW", "WS", "SW", "SS"], "in all four quadrants"),
    ],
)
def test_quadrants_are_named(small, words):
    beside = {f"{quadrant}.p": 0.01 if quadrant in small else 0.5 for quadrant in Quadrant}
    assert above_digital(Finding("X32", 0.1, 0, 0.2, 0.01, 9, beside=beside), 0.05) == words


def test_caption_counts_where_the_digital_danger_is_last() -> None:
    rates = pd.DataFrame(
        {"digital": [0.1, 0.9], "war": [0.5, 0.5], "nuclear": 0.2, "terrorism": 0.3}, ["WW", "SS"]
    )
    assert digital_last(rates).startswith("In one of two quadrants the digital danger is named less often")
    assert digital_last(rates.assign(war=0.8)).endswith("; war is named most often over all.")
