from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from buzanlib.figures.dilemma import REGIONS, readings_map, trust_map
from buzanlib.figures.labels import FROM_TOP
from buzanlib.theory.distances import PAIRS, pair_name
from buzanlib.theory.vocabulary import Quadrant


@pytest.fixture
def field():
    grid = np.linspace(0, 1, 51)
    across, up = np.meshgrid(grid, grid)
    return (across > up).astype(int)


@pytest.fixture
def pairs():
    """The last two stand at one place."""
    where = np.array([0.1, 0.3, 0.5, 0.7, 0.9, 0.9])
    names = [pair_name(pair) for pair in PAIRS]
    return pd.DataFrame({"transparency": where, "distance": where}, index=names)


def shown_by(area, shape):
    """Share of the map that an area covers."""
    up, across = (np.linspace(0.001, 0.999, size) for size in shape)
    points = np.dstack(np.meshgrid(across, up)).reshape(-1, 2)
    return area.get_paths()[0].contains_points(points).mean()


def test_readings_stand_in_their_cells(faults_of_text):
    values = np.random.default_rng(1).random((4, 2))
    table = pd.DataFrame(values, index=list(Quadrant)[::-1], columns=["a", "b"])
    drawn = readings_map(table, {"a": "First measure", "b": "Second measure"})
    (axes,) = drawn.figure.axes
    wanted = table.loc[list(FROM_TOP)].T.to_numpy().ravel()
    assert [text.get_text() for text in axes.texts] == [f"{value:.2f}" for value in wanted]
    assert f"weak power, weak cohesion {table.loc[Quadrant.WW, 'b']:.2f}" in drawn.alt
    assert faults_of_text(drawn.figure) == []


def test_the_map_has_its_fields_and_every_pair_by_name(field, pairs, faults_of_text):
    drawn = trust_map({"Low": field, "High": 2 * field}, {"Low": {"T": pairs}, "High": {"T": pairs}})
    low, high = drawn.figure.axes
    for axes, codes in ((low, field), (high, 2 * field)):
        assert not axes.images  # pixels would keep their colours in the dark
        for area, code in zip(axes.collections, REGIONS, strict=True):
            assert shown_by(area, codes.shape) == pytest.approx((codes == code).mean(), abs=0.03)
    np.testing.assert_allclose(low.lines[0].get_xydata(), pairs.sort_values("distance", ascending=False))
    alone = list(pairs.index[:4])
    assert [text.get_text() for text in low.texts] == [", ".join(pairs.index[4:]), *alone[::-1]]
    assert faults_of_text(drawn.figure) == []


def test_of_a_second_set_only_the_farthest_is_named(field, pairs, faults_of_text):
    near = pairs.assign(distance=pairs["distance"] / 4, transparency=0.0)
    drawn = trust_map({"Low": field}, {"Low": {"T": pairs.iloc[:2], "U": near.iloc[:5]}})
    (axes,) = drawn.figure.axes
    assert [text.get_text() for text in axes.texts] == [pairs.index[1], pairs.index[0], pairs.index[4]]
    assert all(pair in drawn.alt for pair in pairs.index[:5])
    assert faults_of_text(drawn.figure) == []


def test_the_key_names_what_is_on_the_map_and_no_more(field, pairs):
    figure = trust_map({"Low": field}, {"Low": {"T": pairs, "U": pairs / 2}}).figure
    (key,) = figure.legends
    assert [text.get_text() for text in key.get_texts()] == [REGIONS[0][0], REGIONS[1][0], "T", "U"]


def test_map_alt_says_how_much_of_it_each_kind_takes(field, pairs):
    alt = trust_map({"Low": field}, {"Low": {"T": pairs}}).alt
    share = float((field == 1).mean())
    assert f"distrust only in {1 - share:.0%}, trust on condition in {share:.0%} of the map" in alt
    assert f"{pairs.index[0]} 0.10 at distance 0.10" in alt
