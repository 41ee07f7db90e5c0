from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from buzanlib.figures.base import QUADRANT_COLOURS
from buzanlib.figures.placement import LANDMARKS, changes, scatter
from buzanlib.measurement.indices import INDICES
from buzanlib.theory.vocabulary import Quadrant


@pytest.fixture(scope="module")
def placed(data_dir):
    """Every member state at a place drawn at random, the threshold at zero."""
    names = pd.read_csv(data_dir / "tiles.csv", keep_default_na=False)["iso3"]
    scores = np.random.default_rng(3).normal(0, 0.9, (len(names), 2))
    frame = pd.DataFrame(scores, index=pd.Index(names, name="iso3"), columns=["power", "cohesion"])
    frame["quadrant"] = [
        Quadrant.of(1 if power > 0 else -1, 1 if cohesion > 0 else -1).value for power, cohesion in scores
    ]
    return frame


@pytest.fixture(scope="module")
def drawn(placed):
    return scatter(placed, (0.0, 0.0))


@pytest.fixture
def shares():
    names = ["median", "upper third", "regional median", "neighbours"]
    below = {(1, 0): 0.10, (2, 0): 0.25, (3, 0): 0.31, (2, 1): 0.02, (3, 1): 0.44, (3, 2): 0.20}
    values = np.zeros((4, 4))
    for (row, column), share in below.items():
        values[row, column] = values[column, row] = share
    return pd.DataFrame(values, index=names, columns=names)


def test_marks_are_the_states_in_the_colour_of_their_quadrant(drawn, placed):
    (axes,) = drawn.figure.axes
    for marks, quadrant in zip(axes.collections, Quadrant, strict=True):
        rows = placed[placed["quadrant"] == quadrant]
        np.testing.assert_allclose(marks.get_offsets(), rows[["cohesion", "power"]])
        assert {to_hex(colour) for colour in marks.get_facecolors()} == {QUADRANT_COLOURS[quadrant]}


def test_strong_power_is_up_and_strong_cohesion_right(drawn):
    (axes,) = drawn.figure.axes
    assert axes.get_ylim()[0] < axes.get_ylim()[1]
    corners = {text.get_text(): text.get_position() for text in axes.texts[:4]}
    for text, (x, y) in corners.items():
        assert (y > 0.5) == text.startswith("strong power")
        assert (x > 0.5) == ("strong cohesion" in text)


def test_corners_carry_the_counts(drawn, placed):
    (axes,) = drawn.figure.axes
    texts = [text.get_text().replace("\n", ", ") for text in axes.texts]
    for quadrant in Quadrant:
        assert f"{quadrant.label}: {(placed['quadrant'] == quadrant).sum()}" in texts


def test_threshold_lines_stand_where_told_or_not_at_all(placed):
    (axes,) = scatter(placed, (0.2, -0.3)).figure.axes
    across, up = axes.lines
    assert list(across.get_ydata()) == [0.2, 0.2]
    assert list(up.get_xdata()) == [-0.3, -0.3]
    assert not scatter(placed).figure.axes[0].lines
    # On an axis where each state has a threshold of its own, none can be drawn.
    (up,) = scatter(placed, (float("nan"), -0.3)).figure.axes[0].lines
    assert list(up.get_xdata()) == [-0.3, -0.3]


def test_no_text_on_another(drawn, faults_of_text):
    assert faults_of_text(drawn.figure) == []


@pytest.mark.parametrize("power", [index.label for index in INDICES.values() if index.axis == "power"])
@pytest.mark.parametrize("cohesion", [index.label for index in INDICES.values() if index.axis == "cohesion"])
def test_the_name_of_every_index_fits(placed, power, cohesion, faults_of_text):
    figure = scatter(placed, labels=(power, cohesion)).figure
    assert faults_of_text(figure) == []
    axes = figure.axes[0]
    assert axes.get_ylabel().replace("\n", " ") == f"Power (normal score) {power}"
    assert axes.get_xlabel().replace("\n", " ") == f"Socio-political cohesion (normal score) {cohesion}"


def test_landmarks_are_named_beside_their_points(drawn, placed):
    (axes,) = drawn.figure.axes
    named = {text.get_text(): text for text in axes.texts[4:]}
    assert len(named) >= len(LANDMARKS) - 3
    for iso3, name in LANDMARKS.items():
        if name in named:
            assert named[name].xy == pytest.approx(tuple(placed.loc[iso3, ["cohesion", "power"]]))


def test_a_landmark_that_is_not_placed_is_passed_over(placed):
    drawn = scatter(placed.drop(index="USA"))
    assert "United States" not in drawn.alt
    assert "United States" not in [text.get_text() for text in drawn.figure.axes[0].texts]


def test_alt_carries_counts_correlation_and_names(drawn, placed):
    assert drawn.alt.startswith(f"{len(placed)} states")
    for quadrant in Quadrant:
        assert f"{(placed['quadrant'] == quadrant).sum()} of {quadrant.label}" in drawn.alt
    assert f"correlate at {placed['power'].corr(placed['cohesion']):.2f}" in drawn.alt
    assert all(name in drawn.alt for name in LANDMARKS.values())


def test_one_state_has_no_correlation(placed):
    assert "correlate" not in scatter(placed.head(1)).alt


def test_the_same_states_give_the_same_picture(placed):
    first, second = io.BytesIO(), io.BytesIO()
    for file in (first, second):
        scatter(placed, (0.0, 0.0)).figure.savefig(file, format="png", dpi=50)
    assert first.getvalue() == second.getvalue()


def test_changes_writes_each_pair_once(shares):
    (axes,) = changes(shares).figure.axes
    assert sorted(text.get_text() for text in axes.texts) == ["10%", "2%", "20%", "25%", "31%", "44%"]
    rows = [label.get_text() for label in axes.get_yticklabels()]
    columns = [label.get_text().replace("\n", " ") for label in axes.get_xticklabels()]
    for text in axes.texts:
        column, row = (int(place) for place in text.get_position())
        assert text.get_text() == f"{shares.loc[rows[row], columns[column]]:.0%}"


def test_changes_is_darker_where_more_change(shares):
    (axes,) = changes(shares).figure.axes
    mesh = axes.collections[0]
    light = mesh.to_rgba(mesh.get_array())[..., :3].sum(axis=-1).ravel()
    values = mesh.get_array()
    seen = ~np.ma.getmaskarray(values).ravel()
    order = np.argsort(values.data.ravel()[seen])
    assert (np.diff(light[seen][order]) < 0).all()


@pytest.mark.parametrize("count", [2, 4, 6, 9])
def test_changes_names_lie_on_nothing(count, faults_of_text):
    names = [f"rule number {place}" for place in range(count)]
    values = pd.DataFrame(np.full((count, count), 0.2), index=names, columns=names)
    assert faults_of_text(changes(values).figure) == []


def test_changes_alt_names_the_extremes(shares):
    alt = changes(shares).alt
    assert "of 4 rules" in alt
    assert "fewest between upper third and regional median (2%)" in alt
    assert "most between upper third and neighbours (44%)" in alt
