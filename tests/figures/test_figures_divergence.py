from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from buzanlib.figures.divergence import farthest_profiles, first_threats, pair_distances, profiles
from buzanlib.figures.labels import FROM_TOP
from buzanlib.figures.palette import INK
from buzanlib.figures.typeset import with_interval
from buzanlib.theory.distances import PAIRS, pair_name
from buzanlib.theory.vocabulary import Quadrant, Threat

NAMED = [threat for threat in Threat if threat != Threat.GEN]


@pytest.fixture
def pairs():
    rng = np.random.default_rng(1)
    distance = rng.uniform(0.05, 0.3, len(PAIRS))
    return pd.DataFrame(
        {
            "distance": distance,
            "low90": distance - 0.05,
            "high90": distance + 0.08,
            "uncorrected": distance + 0.03,
            "largest": rng.dirichlet(np.ones(len(PAIRS))),
        },
        index=[pair_name(pair) for pair in PAIRS],
    )


@pytest.fixture
def shares():
    """Rows in another order than that of `Quadrant`."""
    values = np.random.default_rng(2).dirichlet(np.ones(len(NAMED)), len(Quadrant))
    return pd.DataFrame(values, index=list(Quadrant)[::-1], columns=[threat.value for threat in NAMED])


def _marks(axes):
    return {line.get_gid(): line for line in axes.lines if line.get_gid()}


def test_pairs_are_drawn_the_farthest_on_top(pairs):
    (axes,) = pair_distances(pairs).figure.axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    ranked = pairs.loc[names]
    assert sorted(names) == sorted(pairs.index)
    assert ranked["distance"].is_monotonic_decreasing
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    for column in ("distance", "uncorrected"):
        np.testing.assert_allclose(_marks(axes)[column].get_xdata(), ranked[column])
        np.testing.assert_allclose(_marks(axes)[column].get_ydata(), axes.get_yticks())
    (segments,) = axes.collections
    np.testing.assert_allclose(np.asarray(segments.get_segments())[:, :, 0], ranked[["low90", "high90"]])


def test_shares_of_draws_stand_behind_their_pairs(pairs):
    (axes,) = pair_distances(pairs).figure.axes
    (column,) = axes.child_axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    written = [label.get_text() for label in column.get_yticklabels()]
    assert written == [f"{share:.0%}" for share in pairs.loc[names, "largest"]]
    np.testing.assert_allclose(column.get_yticks(), axes.get_yticks())


@pytest.mark.parametrize("distance", [0.0, 1.0])
def test_the_marked_pair_is_bold_and_ranked(pairs, distance):
    marked = "SW-WS"
    pairs.loc[marked, "distance"] = distance
    drawn = pair_distances(pairs)
    labels = drawn.figure.axes[0].get_yticklabels()
    assert [label.get_text() for label in labels if label.get_fontweight() == "bold"] == [marked]
    rank = int((pairs["distance"] >= pairs.loc[marked, "distance"]).sum())
    assert f"{marked} is number {rank}." in drawn.alt


def test_pairs_text_is_clear_and_zero_in_view(pairs, faults_of_text):
    pairs.loc["SW-WS", ["distance", "low90"]] = 0.0
    figure = pair_distances(pairs).figure
    assert faults_of_text(figure) == []
    assert figure.axes[0].get_xlim()[0] <= 0


def test_pairs_alt_carries_every_number(pairs):
    alt = pair_distances(pairs).alt
    assert alt.startswith("Jensen-Shannon distance of the profiles of 6 pairs")
    for pair, row in pairs.iterrows():
        said = with_interval(row["distance"], row["low90"], row["high90"])
        assert (
            f"{pair} {said}, uncorrected {row['uncorrected']:.2f}, farthest in {row['largest']:.0%} of draws"
            in alt
        )


def test_profiles_writes_each_share_into_its_cell(shares, faults_of_text):
    figure = profiles(shares).figure
    (axes,) = figure.axes
    rows = [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()]
    columns = [label.get_text().replace("\n", " ") for label in axes.get_xticklabels()]
    assert rows == [threat.label for threat in NAMED]
    assert columns == [quadrant.label for quadrant in FROM_TOP]
    for text in axes.texts:
        column, row = (int(place) for place in text.get_position())
        assert text.get_text() == f"{shares.loc[FROM_TOP[column], NAMED[row].value]:.0%}"
    assert len(axes.texts) == shares.size
    assert faults_of_text(figure) == []


def test_profiles_is_darker_where_the_share_is_larger_and_its_ink_is_read(shares):
    (axes,) = profiles(shares).figure.axes
    faces = axes.collections[0].get_facecolor()
    order = np.argsort(shares.loc[list(FROM_TOP)].T.to_numpy().ravel())
    light = faces[order, :3].sum(axis=1)
    assert (np.diff(light) <= 0).all()
    assert len(set(light)) > shares.size / 2
    for text, face in zip(axes.texts, faces, strict=True):
        assert text.get_color() == INK, to_hex(tuple(face))


def test_profiles_alt_gives_the_largest_share_first(shares):
    alt = profiles(shares).alt
    for quadrant in Quadrant:
        first = shares.loc[quadrant].idxmax()
        share = f"{Threat(first).label.lower()} {shares.loc[quadrant, first]:.0%}"
        assert f"{quadrant.label}: {share}, " in alt


def test_captions_name_the_farthest_pair_and_what_is_named_most():
    pairs = pd.DataFrame({"distance": [0.3, 0.2], "largest": [0.6, 0.4]}, ["SS-WS", "SW-WS"])
    assert farthest_profiles(pairs).endswith("SW-WS, the pair that the paper sets farthest apart, is second.")
    assert "this is the pair that the paper sets" in farthest_profiles(pairs.iloc[1:])
    means = pd.DataFrame({"pol": [0.6, 0.6], "cri": [0.4, 0.4]}, ["WW", "SS"])
    assert first_threats(means) == "States of every quadrant name de-stabilising political action most."
    means.loc["SS"] = [0.1, 0.9]
    assert first_threats(means).endswith(
        "states of strong power and strong cohesion name criminal activity most."
    )
