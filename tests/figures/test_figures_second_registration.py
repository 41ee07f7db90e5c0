"""Contrasts by sample: the same numbers in picture and text, and texts that have room."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from buzanlib.errors import UnknownNameError
from buzanlib.figures.second_registration import contrasts_by_sample
from buzanlib.figures.typeset import with_interval

SAMPLES = [
    "codebook 1, A alone",
    "without Latin American and Caribbean",
    "regions not told apart",
    "beside all three",
]


@pytest.fixture
def explored() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    rows = [(sample, outcome, rng.normal()) for sample in SAMPLES for outcome in ("strict", "rest", "any")]
    table = pd.DataFrame(rows, columns=["sample", "outcome", "contrast"])
    return table.assign(low90=table["contrast"] - 0.5, high90=table["contrast"] + 0.7)


@pytest.mark.parametrize(
    "titles",
    [
        {"strict": "Strict political threat, weak cohesion"},
        {"strict": "Strict reading", "rest": "The rest of it", "any": "Both together"},
        {"strict": "Political", "rest": "Infrastructure", "any": "Crime"},
    ],
)
def test_every_outcome_has_a_panel_and_texts_have_room(
    titles: dict[str, str], explored: pd.DataFrame, faults_of_text: Callable[[Figure], list[str]]
) -> None:
    drawn = contrasts_by_sample(explored, titles)
    assert faults_of_text(drawn.figure) == []
    for axes, name in zip(drawn.figure.axes, titles, strict=True):
        (line,) = [one for one in axes.lines if one.get_gid() == name]
        rows = explored[explored["outcome"] == name]
        np.testing.assert_allclose(line.get_xdata(), rows["contrast"])
        for _, row in rows.iterrows():
            said = f"{row['sample']} {with_interval(row['contrast'], row['low90'], row['high90'])}"
            assert said in drawn.alt


def test_what_has_no_estimate_is_said(
    explored: pd.DataFrame, faults_of_text: Callable[[Figure], list[str]]
) -> None:
    gone = explored["sample"].eq(SAMPLES[1]) & explored["outcome"].ne("any")
    explored.loc[gone, ["contrast", "low90", "high90"]] = np.nan
    drawn = contrasts_by_sample(explored, {"strict": "Strict reading", "any": "Any"})
    assert faults_of_text(drawn.figure) == []
    written = [[text.get_text() for text in axes.texts] for axes in drawn.figure.axes]
    assert [texts.count("not estimable") for texts in written] == [1, 0]
    assert f"{SAMPLES[1]} not estimable" in drawn.alt
    explored.loc[:, ["contrast", "low90", "high90"]] = np.nan
    assert contrasts_by_sample(explored, {"any": "Any"}).alt.count("not estimable") == len(SAMPLES)


def test_a_long_interval_ends_in_an_arrow_and_leaves_room_for_the_others() -> None:
    rows = [("wide", "P1", 0.3, -3000.0, 9.6), *((f"s{row}", "P1", 0.5, -1.0, 2.0) for row in range(15))]
    many = pd.DataFrame(rows, columns=["sample", "outcome", "contrast", "low90", "high90"])
    (axes,) = contrasts_by_sample(many, {"P1": "Strict"}).figure.axes
    assert 2 < axes.get_xlim()[1] < 3
    arrows = [(line.get_marker(), list(line.get_ydata())) for line in axes.lines if line.get_marker() in "<>"]
    assert arrows == [("<", [0]), (">", [0])]


def test_an_outcome_that_lacks_a_sample_has_an_empty_row(explored: pd.DataFrame) -> None:
    some = explored[(explored["sample"] != SAMPLES[-1]) | (explored["outcome"] != "rest")]
    drawn = contrasts_by_sample(some, {"strict": "Strict", "rest": "Rest"})
    (line,) = [one for one in drawn.figure.axes[1].lines if one.get_gid() == "rest"]
    assert np.isnan(line.get_xdata()).tolist() == [False, False, False, True]
    assert drawn.alt.count(f"{SAMPLES[-1]} ") == 1


def test_an_unknown_outcome_is_told(explored: pd.DataFrame) -> None:
    with pytest.raises(UnknownNameError, match="unknown outcome 'strikt'; nearest allowed: 'strict'"):
        contrasts_by_sample(explored, {"strikt": "Strict"})
