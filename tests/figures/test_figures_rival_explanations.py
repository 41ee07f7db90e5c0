from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from buzanlib.figures.base import QUADRANT_COLOURS
from buzanlib.figures.rival_explanations import (
    better_than_mean,
    errors_beside_mean,
    errors_left,
    regime_and_cohesion,
    regimes_apart,
)
from buzanlib.theory.vocabulary import Quadrant

RIVALS = ("R1, regime type", "R2, bloc membership", "R3, development")


@pytest.fixture
def comparisons():
    rng = np.random.default_rng(1)
    found = {}
    for name in RIVALS:
        values = np.vstack([np.ones(3), rng.normal(0.98, 0.03, (3, 3))])
        frame = pd.DataFrame(
            values, index=["nothing", "quadrants", "rival", "both"], columns=["pol", "inf", "cri"]
        )
        found[name] = frame.assign(mean=frame.mean(axis=1))
    return found


@pytest.fixture(scope="module")
def states(data_dir):
    """Cohesion, polyarchy and quadrant of 134 states, drawn at random."""
    names = pd.read_csv(data_dir / "tiles.csv", keep_default_na=False)["iso3"].tolist()
    first = ["CHN", "SGP", "VNM", "USA", "EST", "RUS", "IND"]
    index = [*first, *(name for name in names if name not in first)][:134]
    rng = np.random.default_rng(2)
    shared = rng.normal(size=134)
    frame = pd.DataFrame(
        {"cohesion": shared + rng.normal(size=134), "polyarchy": 1 / (1 + np.exp(-shared))}, index=index
    )
    power = rng.choice([-1, 1], 134)
    strong = np.where(frame["cohesion"] > frame["cohesion"].median(), 1, -1)
    frame["quadrant"] = [Quadrant.of(p, k).value for p, k in zip(power, strong, strict=True)]
    return frame


def _draw(states, **options):
    return regime_and_cohesion(states["cohesion"], states["polyarchy"], states["quadrant"], **options)


def _marks(axes):
    return {line.get_gid(): line for line in axes.lines if line.get_gid()}


def test_errors_are_drawn_in_the_row_of_their_rival(comparisons, faults_of_text):
    figure = errors_left(comparisons).figure
    (axes,) = figure.axes
    assert [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()] == list(RIVALS)
    middles = axes.get_yticks()
    for model, line in _marks(axes).items():
        np.testing.assert_allclose(
            line.get_xdata(), [comparison.loc[model, "mean"] for comparison in comparisons.values()]
        )
        nearest = np.abs(np.subtract.outer(line.get_ydata(), middles)).argmin(axis=1)
        assert list(nearest) == [0, 1, 2]
    assert list(_marks(axes)) == ["quadrants", "rival", "both"]
    assert faults_of_text(figure) == []


def test_models_stand_apart_and_one_is_marked(comparisons):
    figure = errors_left(comparisons).figure
    (axes,) = figure.axes
    (line,) = [line for line in axes.lines if line.get_linestyle() == "--"]
    assert list(line.get_xdata()) == [1, 1]
    low, high = axes.get_xlim()
    assert low < 1 < high
    looks = {
        (mark.get_marker(), mark.get_fillstyle(), to_hex(mark.get_markerfacecolor()))
        for mark in _marks(axes).values()
    }
    assert len(looks) == 3
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["the mean of the others", "power and cohesion", "the rival", "both together"]


def test_errors_alt_carries_every_number(comparisons):
    alt = errors_left(comparisons).alt
    for name, comparison in comparisons.items():
        quadrants, rival, both = (comparison["mean"][model] for model in ("quadrants", "rival", "both"))
        assert (
            f"{name}: power and cohesion {quadrants:.3f}, the rival {rival:.3f}, both together {both:.3f}"
            in alt
        )


def test_every_state_is_drawn_by_quadrant(states):
    (axes,) = _draw(states).figure.axes
    for quadrant in Quadrant:
        line = _marks(axes)[quadrant]
        rows = states[states["quadrant"] == quadrant]
        np.testing.assert_allclose(line.get_xydata(), rows[["cohesion", "polyarchy"]])
        assert to_hex(line.get_color()) == QUADRANT_COLOURS[quadrant]


@pytest.mark.parametrize("threshold", [None, (0.3, 0.5)])
def test_the_corners_hold_the_states_they_name(states, threshold):
    drawn = _draw(states, threshold=threshold)
    (axes,) = drawn.figure.axes
    level, regime = threshold or (states["cohesion"].median(), states["polyarchy"].median())
    across, up = [line for line in axes.lines if line.get_linestyle() == "--"]
    assert list(across.get_xdata()) == [level, level]
    assert list(up.get_ydata()) == [regime, regime]
    patches = {patch.get_gid(): patch for patch in axes.patches}
    points = states[["cohesion", "polyarchy"]].to_numpy()
    for gid, name in (("cohesive", "cohesive autocracies"), ("divided", "divided democracies")):
        low, high = patches[gid].get_bbox().get_points()
        inside = int(((points > low) & (points <= high)).all(axis=1).sum())
        assert f"{name}: {inside}" in [text.get_text() for text in axes.texts]
        assert f"{inside} are {name}" in drawn.alt
    assert patches["cohesive"].get_x() == level  # right of the line, and below
    assert patches["cohesive"].get_y() + patches["cohesive"].get_height() == pytest.approx(regime)


def test_states_without_all_three_are_left_out(states):
    some = states["polyarchy"].mask(states.index == "CHN")
    drawn = regime_and_cohesion(states["cohesion"], some, states["quadrant"], ["CHN", "SGP"])
    assert drawn.alt.startswith("133 states")
    assert "CHN" not in drawn.alt
    assert "SGP" in drawn.alt


def test_regime_text_is_clear_and_names_point_at_their_states(states, faults_of_text):
    names = pd.Series([f"State of {iso3}" for iso3 in states.index], index=states.index)
    label = ["CHN", "SGP", "VNM", "USA", "EST", "RUS", "IND"]
    figure = _draw(states, label=label, names=names).figure
    assert faults_of_text(figure) == []
    written = [text for text in figure.axes[0].texts if text.get_text().startswith("State of")]
    assert len(written) >= len(label) - 2
    for text in written:
        iso3 = text.get_text()[-3:]
        assert text.xy == pytest.approx(tuple(states.loc[iso3, ["cohesion", "polyarchy"]]))


def test_regime_alt_carries_the_correlation_and_the_named_states(states):
    alt = _draw(states, label=["CHN"]).alt
    assert f"correlate at {states['cohesion'].corr(states['polyarchy']):.2f}." in alt
    cohesion, polyarchy = states.loc["CHN", ["cohesion", "polyarchy"]]
    assert alt.endswith(f"CHN {cohesion:.2f} and {polyarchy:.2f}.".replace("-", "−"))


def test_captions_say_what_rivals_do():
    scores = pd.DataFrame(
        {"skill": [0.3, 0.1, -0.2], "p": [np.nan, 0.1, 0.9]}, ["power", "literal", "graded"]
    )
    assert better_than_mean(scores).startswith("Of two forms of Table 2, one guesses a state better")
    frame = pd.DataFrame({"mean": {"quadrants": 1.1, "rival": 0.9, "both": 1.0}})
    said = errors_beside_mean({"R2, bloc": frame, "R3, development": 2 - frame})
    assert "better than the plain mean in one of two comparisons; of the rivals bloc does." in said
    axis = pd.Series([-1.0, -0.5, 0.5, 1.0])
    assert regimes_apart(axis, axis, (0, 0)).endswith(
        "0 of 4 states are strong in either and not in the other."
    )
    assert "4 of 4 states" in regimes_apart(axis, -axis, (0, 0))
