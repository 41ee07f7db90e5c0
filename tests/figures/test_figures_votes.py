from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex

from buzanlib.errors import UnknownNameError
from buzanlib.figures.base import QUADRANT_COLOURS
from buzanlib.figures.labels import FROM_TOP
from buzanlib.figures.votes import (
    agree_most,
    coefficient_tested,
    coefficients,
    ends_of_votes,
    pair_agreement,
    vote_map,
)
from buzanlib.theory.distances import pair_name
from buzanlib.theory.vocabulary import Quadrant

_SWAPPED = {"low90": "high90", "high90": "low90"}
NAMED = ["USA", "CHN", "RUS", "EST", "IND", "BRA", "NGA", "FRA"]


@pytest.fixture(scope="module")
def states(data_dir):
    names = pd.read_csv(data_dir / "tiles.csv", keep_default_na=False)["iso3"].tolist()
    return [*NAMED, *(name for name in names if name not in NAMED)][:134]


@pytest.fixture(scope="module")
def quadrants(states):
    drawn = np.random.default_rng(1).choice(list(Quadrant), len(states))
    return pd.Series([str(quadrant) for quadrant in drawn], index=states)


@pytest.fixture(scope="module")
def scores(states):
    """No two states near each other."""
    return pd.Series(np.random.default_rng(2).permutation(np.linspace(-2, 2, len(states))), index=states)


@pytest.fixture(scope="module")
def tied(states):
    """Most states voted alike in one of two ways, as in a few roll calls."""
    rng = np.random.default_rng(3)
    values = np.where(
        rng.random(len(states)) < 0.7, rng.choice([-1.3, 0.8], len(states)), rng.normal(size=134)
    )
    return pd.Series(values, index=states)


@pytest.fixture(scope="module")
def names(states):
    return pd.Series([f"Name of {state}" for state in states], index=states)


@pytest.fixture(scope="module")
def means():
    pairs = [pair_name(pair) for pair in combinations_with_replacement(Quadrant, 2)]
    return pd.DataFrame(
        {"mean": np.random.default_rng(4).uniform(0.4, 0.95, 10), "dyads": range(100, 2100, 200)}, index=pairs
    )


@pytest.fixture
def regression():
    values = np.array([[-0.06, -0.1, -0.02, 0.004], [0.5, 0.4, 0.6, 0.0001], [0.08, 0.05, 0.11, np.nan]])
    return pd.DataFrame(
        values,
        index=["SW-WS", "other_roll_calls", "same_region"],
        columns=["coefficient", "low90", "high90", "p_two_sided"],
    )


def _marks(axes):
    return {line.get_gid(): line for line in axes.lines if line.get_gid()}


def test_states_stand_at_their_scores_in_the_strip_of_their_quadrant(scores, quadrants):
    (axes,) = vote_map(scores, quadrants).figure.axes
    names = [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()]
    for row, quadrant in enumerate(FROM_TOP):
        line = _marks(axes)[quadrant]
        assert sorted(line.get_xdata()) == sorted(scores[quadrants == quadrant])
        assert set(np.round(line.get_ydata())) == {row}
        assert names[row] == quadrant.label
        assert to_hex(line.get_color()) == QUADRANT_COLOURS[quadrant]


@settings(max_examples=20, deadline=None)
@example([0.0] * 30)
@example([0.7, *[-1.0] * 30, *[-0.99] * 29])
@given(st.lists(st.sampled_from([-1.0, -0.99, 0.0, 0.7]), min_size=2, max_size=60))
def test_no_mark_hides_another_and_none_goes_far(values):
    states = [f"S{place}" for place in range(len(values))]
    scores = pd.Series(values, index=states)
    line = _marks(vote_map(scores, pd.Series("WW", index=states)).figure.axes[0])["WW"]
    x, y = np.asarray(line.get_xdata(), dtype=float), np.asarray(line.get_ydata())
    assert len(set(zip(x.round(9), y.round(9), strict=True))) == len(values)
    assert np.abs(y - 2).max() < 0.5
    # Marks are drawn in the order of the states: at most five columns beside one another, a sixtieth of the map wide.
    wide = np.ptp(values) or 1
    assert np.abs(x - scores.sort_index().to_numpy()).max() <= 2 * wide / 60 + 1e-9


def test_twelve_alike_stand_exactly_at_their_score():
    states = [f"S{place:02}" for place in range(14)]
    scores = pd.Series([0.5] * 12 + [-1.0, 2.0], index=states)
    line = _marks(vote_map(scores, pd.Series("WW", index=states)).figure.axes[0])["WW"]
    np.testing.assert_allclose(line.get_xdata(), scores)


def test_the_line_stands_at_the_median_of_all(scores, quadrants):
    some = quadrants[scores > -1]
    (axes,) = vote_map(scores, some).figure.axes
    (line,) = [line for line in axes.lines if line.get_linestyle() == "--"]
    assert list(line.get_xdata()) == [scores.median()] * 2
    assert sum(len(line.get_xdata()) for line in _marks(axes).values()) == len(some)
    (top,) = axes.child_axes
    assert [label.get_text() for label in top.get_xticklabels()] == ["median state"]


@pytest.mark.parametrize("votes", ["scores", "tied"])
def test_map_text_is_clear_and_names_are_written(votes, request, quadrants, names, faults_of_text):
    figure = vote_map(request.getfixturevalue(votes), quadrants, names, NAMED).figure
    assert faults_of_text(figure) == []
    written = {text.get_text() for text in figure.axes[0].texts}
    assert written <= {f"Name of {state}" for state in NAMED}
    assert len(written) >= len(NAMED) - 1


def test_named_states_point_at_their_marks(scores, quadrants):
    (axes,) = vote_map(scores, quadrants, label=[*NAMED, "ATLANTIS"]).figure.axes
    for text in axes.texts:
        x, y = text.xy
        line = _marks(axes)[quadrants[text.get_text()]]
        assert x == scores[text.get_text()]
        assert (x, y) in set(zip(line.get_xdata(), line.get_ydata(), strict=True))


def test_the_order_of_the_states_does_not_matter(tied, quadrants):
    one, other = (vote_map(votes, quadrants).figure.axes[0] for votes in (tied, tied.iloc[::-1]))
    for quadrant in Quadrant:
        np.testing.assert_array_equal(
            _marks(one)[quadrant].get_xydata(), _marks(other)[quadrant].get_xydata()
        )


def test_map_alt_carries_the_medians_and_the_names(scores, quadrants, names):
    alt = vote_map(scores, quadrants, names, ["USA", "CHN"]).alt
    for quadrant in Quadrant:
        some = scores[quadrants == quadrant]
        assert f"{quadrant.label}: {len(some)} states, median {some.median():.2f}".replace("-", "−") in alt
    assert f"Name of USA {scores['USA']:.2f}".replace("-", "−") in alt
    assert "Named" not in vote_map(scores, quadrants).alt


def test_each_kind_of_dyads_stands_in_its_cell(means, faults_of_text):
    figure = pair_agreement(means).figure
    (axes,) = figure.axes
    assert len(axes.texts) == 10
    for text in axes.texts:
        column, row = (int(place) for place in text.get_position())
        assert column <= row
        kind = means.loc[pair_name((FROM_TOP[row], FROM_TOP[column]))]
        assert text.get_text() == f"{kind['mean']:.2f}\n({kind['dyads']:,.0f})"
    for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
        assert [label.get_text().replace("\n", " ") for label in labels] == [q.label for q in FROM_TOP]
    assert faults_of_text(figure) == []


def test_agreement_is_darker_where_there_is_more(means):
    (axes,) = pair_agreement(means).figure.axes
    mesh = axes.collections[0]
    values = np.ma.filled(mesh.get_array(), np.nan).ravel()
    light = mesh.get_facecolor()[:, :3].sum(axis=1)
    order = [place for place in np.argsort(values) if np.isfinite(values[place])]
    assert len(order) == 10
    assert (np.diff(light[order]) < 0).all()


def test_a_kind_without_a_dyad_has_an_empty_cell(means):
    means = means.astype({"mean": float})
    means.loc["WS-WS"] = [np.nan, 0]
    drawn = pair_agreement(means)
    assert len(drawn.figure.axes[0].texts) == 9
    assert "WS-WS" not in drawn.alt


def test_agreement_alt_carries_every_mean_and_the_extremes(means):
    alt = pair_agreement(means).alt
    assert f"Least {means['mean'].idxmin()}, most {means['mean'].idxmax()}." in alt
    for pair, mean, dyads in zip(means.index, means["mean"], means["dyads"], strict=True):
        assert f"{pair} {mean:.2f} ({dyads:,} pairs)" in alt


def test_coefficients_are_the_table_and_the_tested_one_has_a_scale_of_its_own(regression, faults_of_text):
    figure = coefficients(regression, "other_roll_calls").figure
    above, below = figure.axes
    order = ["other_roll_calls", "SW-WS", "same_region"]
    for axes, names in ((above, order[:1]), (below, order[1:])):
        part = regression.loc[names]
        np.testing.assert_allclose(_marks(axes)["coefficient"].get_xdata(), part["coefficient"])
        np.testing.assert_allclose(_marks(axes)["coefficient"].get_ydata(), axes.get_yticks())
        (segments,) = axes.collections
        np.testing.assert_allclose(np.asarray(segments.get_segments())[:, :, 0], part[["low90", "high90"]])
        assert [label.get_text() for label in axes.get_yticklabels()] == names
    assert above.get_xlim() != below.get_xlim()
    assert faults_of_text(figure) == []


def test_a_small_interval_is_wider_than_its_mark(regression):
    """Beside a control ten times as large it would be hidden."""
    (above, _) = coefficients(regression, "SW-WS").figure.axes
    above.figure.draw_without_rendering()
    ends = above.transData.transform([(regression.loc["SW-WS", end], 0) for end in ("low90", "high90")])
    pixels = above.figure.dpi / 72
    assert ends[1, 0] - ends[0, 0] > 10 * _marks(above)["coefficient"].get_markersize() * pixels


def test_coefficients_with_long_names(regression, faults_of_text):
    names = {
        "SW-WS": "one state in SW and the other in WS",
        "other_roll_calls": "agreement on all other roll calls of the same sessions",
        "same_region": "same region",
    }
    drawn = coefficients(regression.rename(index=names), names["SW-WS"])
    written = [label.get_text() for axes in drawn.figure.axes for label in axes.get_yticklabels()]
    assert [name.replace("\n", " ") for name in written] == list(names.values())
    assert faults_of_text(drawn.figure) == []
    assert f"{names['SW-WS']} −0.060 (−0.100 to −0.020)" in drawn.alt
    assert drawn.alt.endswith("same region 0.080 (0.050 to 0.110).")
    with pytest.raises(UnknownNameError, match="unknown predictor 'SW-SS'"):
        coefficients(regression, "SW-SS")


def test_captions_say_who_agrees_and_what_is_tested(means, regression):
    said = agree_most(means)
    assert f"({means['mean'].min():.2f})" in said
    assert f"({means['mean'].max():.2f})" in said
    assert "agree less than other pairs: the coefficient is −0.060" in coefficient_tested(regression, "SW-WS")
    assert "agree more than other pairs" in coefficient_tested(-regression.rename(columns=_SWAPPED), "SW-WS")
    unsure = regression.assign(high90=1.0, low90=-1.0)
    assert "neither more nor less, as far as can be told" in coefficient_tested(unsure, "SW-WS")


def test_caption_names_both_ends_of_the_map():
    scores = pd.Series([1.0, -1.0, 0.0], ["A", "B", "C"])
    said = ends_of_votes(scores, pd.Series(["SS", "WW", "SW"], ["A", "B", "C"]))
    assert said.startswith(
        "The median of states of weak power and weak cohesion stands farthest to the left (−1.00)"
    )
    assert "strong power and strong cohesion farthest to the right (+1.00)" in said
