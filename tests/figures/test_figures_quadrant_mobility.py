from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from buzanlib.figures.base import QUADRANT_COLOURS
from buzanlib.figures.labels import FROM_TOP
from buzanlib.figures.quadrant_mobility import transitions
from buzanlib.theory.vocabulary import Quadrant

NAMES = list(map(str, FROM_TOP))
USUAL = ((38, 2, 4, 0), (3, 20, 1, 2), (5, 0, 19, 2), (1, 3, 2, 32))
TABLES = (
    USUAL,
    ((30, 5, 4, 6), (8, 10, 3, 2), (5, 7, 9, 6), (7, 6, 5, 21)),
    ((40, 1, 1, 1), (1, 28, 1, 1), (1, 1, 20, 1), (1, 1, 1, 35)),
    ((0, 0, 0, 30), (0, 0, 0, 0), (1, 0, 0, 0), (0, 0, 0, 90)),
)
counts = st.lists(st.integers(0, 40), min_size=16, max_size=16).filter(any)


def _table(values):
    quadrants = list(map(str, Quadrant))
    return pd.DataFrame(np.reshape(values, (4, 4)), index=quadrants, columns=quadrants)


def _ribbons(axes):
    return {patch.get_gid(): patch for patch in axes.patches if not isinstance(patch, Rectangle)}


def _bars(axes):
    return {patch.get_gid(): patch for patch in axes.patches if isinstance(patch, Rectangle)}


@settings(max_examples=25, deadline=None)
@given(counts)
def test_a_ribbon_is_as_wide_as_it_has_states(values):
    table = _table(values)
    (axes,) = transitions(table, "a", "b").figure.axes
    ribbons = _ribbons(axes)
    assert set(ribbons) == {f"{row}-{column}" for row in NAMES for column in NAMES if table.loc[row, column]}
    for gid, ribbon in ribbons.items():
        row, column = gid.split("-")
        points = ribbon.get_path().vertices
        for side in (0, 1):
            assert np.ptp(points[points[:, 0] == side, 1]) == pytest.approx(table.loc[row, column])


@settings(max_examples=25, deadline=None)
@given(counts)
def test_ribbons_fill_the_bars_that_they_join(values):
    table = _table(values)
    (axes,) = transitions(table, "a", "b").figure.axes
    bars = _bars(axes)
    for place, name in enumerate(NAMES):
        for side, sizes in ((0, table.sum(axis=1)), (1, table.sum(axis=0))):
            bar = bars[f"{name} {side}"]
            assert bar.get_height() == sizes[name]
            ends = []
            for gid, ribbon in _ribbons(axes).items():
                if gid.split("-")[side] == name:
                    points = ribbon.get_path().vertices
                    ends.append(tuple(np.sort(points[points[:, 0] == side, 1])[[0, -1]]))
            # One after the other, from the upper edge of the bar to the lower.
            edge = bar.get_y()
            for low, high in sorted(ends):
                assert low == pytest.approx(edge)
                edge = high
            assert edge == pytest.approx(bar.get_y() + bar.get_height())
            if place:
                above = bars[f"{NAMES[place - 1]} {side}"]
                assert bar.get_y() > above.get_y() + above.get_height()


def test_colour_is_that_of_the_origin_and_who_stays_is_paler():
    (axes,) = transitions(_table(USUAL), "a", "b").figure.axes
    alphas = {True: set(), False: set()}
    for gid, ribbon in _ribbons(axes).items():
        row, column = gid.split("-")
        assert to_hex(ribbon.get_facecolor()) == QUADRANT_COLOURS[Quadrant(row)]
        alphas[row == column].add(ribbon.get_alpha())
    assert max(alphas[True]) < min(alphas[False])


@pytest.mark.parametrize("values", TABLES)
def test_every_number_stands_on_its_ribbon_and_lies_on_nothing(values, faults_of_text):
    table = _table(values)
    figure = transitions(table, "2011–2017", "2018–2024").figure
    (axes,) = figure.axes
    numbers = {
        text.get_gid().removeprefix("number "): text
        for text in axes.texts
        if str(text.get_gid()).startswith("number")
    }
    assert set(numbers) == set(_ribbons(axes))
    for gid, text in numbers.items():
        row, column = gid.split("-")
        assert text.get_text() == str(table.loc[row, column])
        assert _ribbons(axes)[gid].contains_point(axes.transData.transform(text.get_position()))
    assert faults_of_text(figure) == []


def test_bars_are_named_with_their_numbers():
    table = _table(USUAL)
    (axes,) = transitions(table, "2011–2017", "2018–2024").figure.axes
    written = [text.get_text().replace("\n", " ") for text in axes.texts]
    for name in NAMES:
        assert f"{Quadrant(name).label}: {table.loc[name].sum()}" in written
        assert f"{name}: {table[name].sum()}" in written
    titles = [text for text in axes.texts if text.get_text() in ("2011–2017", "2018–2024")]
    assert titles[0].get_position()[0] < titles[1].get_position()[0]


def test_the_order_of_the_table_does_not_matter():
    table = _table(USUAL)
    assert transitions(table.iloc[::-1, ::-1], "a", "b").alt == transitions(table, "a", "b").alt


def test_alt_carries_every_move():
    table = _table(USUAL)
    alt = transitions(table, "2011–2017", "2018–2024").alt
    moved = table.to_numpy().sum() - np.trace(table)
    assert f"Of 134 states {moved} stand in another quadrant in 2018–2024 than in 2011–2017." in alt
    assert (
        "weak power, weak cohesion: 44, of which 38 stay, 4 to strong power, weak cohesion, 2 to weak power, "
        "strong cohesion;"
    ) in alt
    assert " 0 to " not in alt
