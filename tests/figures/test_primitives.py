from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from buzanlib.figures.base import QUADRANT_COLOURS, drawable, new_axes, style
from buzanlib.figures.palette import on_fill
from buzanlib.figures.primitives import (
    QUADRANT_MARKERS,
    dot_intervals,
    ink_on,
    name_rows,
    number_map,
    place_labels,
    quadrant_points,
)
from buzanlib.theory.vocabulary import Quadrant


def _luminance(colour):
    rgb = np.asarray(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def _contrast(one, other):
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_every_quadrant_has_its_own_mark():
    assert set(QUADRANT_MARKERS) == set(Quadrant)
    assert len(set(QUADRANT_MARKERS.values())) == 4


@pytest.mark.parametrize("colour", [*QUADRANT_COLOURS.values(), "white", "black", "#808080"])
def test_ink_is_the_better_of_black_and_white(colour):
    other = on_fill(white=ink_on(colour) == on_fill(white=False))
    assert _contrast(ink_on(colour), colour) >= _contrast(other, colour)


@pytest.mark.parametrize("colour", QUADRANT_COLOURS.values())
def test_text_on_a_tile_meets_wcag_aa(colour):
    assert _contrast(ink_on(colour), colour) >= 4.5


def test_numbers_in_shades_are_read_well():
    values = pd.DataFrame(np.linspace(0, 1, 12).reshape(3, 4))
    axes = Figure().subplots()
    number_map(axes, values, values.map("{:.2f}".format), (0, 1))
    axes.figure.draw_without_rendering()
    faces = axes.collections[0].get_facecolor()
    assert len(axes.texts) == len(faces) == 12
    for text, face in zip(axes.texts, faces, strict=True):
        assert _contrast(text.get_color(), face[:3]) >= 7
    assert _contrast(faces[0][:3], faces[-1][:3]) > 2


def test_quadrants_stay_apart_in_grey():
    greys = [_luminance(colour) ** (1 / 2.2) for colour in QUADRANT_COLOURS.values()]
    assert min(abs(one - other) for one, other in combinations(greys, 2)) > 0.1


def _crowd(count, names):
    with style():
        figure = Figure(figsize=(5, 5), layout="constrained")
        axes = figure.subplots()
        points = np.random.default_rng(7).normal(0, 1, (count, 2))
        axes.plot(*points.T, "o")
        axes.set(xlim=(-3, 3), ylim=(-3, 3))
        axes.text(0, 2.8, "already here", ha="center", va="top")
        placed = place_labels(axes, dict(zip(names, points.tolist(), strict=False)), points)
    return figure, placed


def test_names_lie_on_nothing(faults_of_text):
    figure, placed = _crowd(60, [f"State {place}" for place in range(20)])
    assert len(placed) >= 15
    assert faults_of_text(figure) == []


def test_a_name_without_room_is_left_out(faults_of_text):
    figure, placed = _crowd(300, [f"A rather long name, number {place}" for place in range(60)])
    assert 0 < len(placed) < 60
    assert faults_of_text(figure) == []


def test_the_same_points_give_the_same_places():
    names = [f"State {place}" for place in range(20)]
    first, second = (_crowd(60, names)[1] for _ in range(2))
    assert [label.get_position() for label in first] == [label.get_position() for label in second]


@pytest.fixture
def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {"contrast": [0.2, -0.1, 0.4], "low90": [0.1, -0.4, np.nan], "high90": [0.5, 0.0, np.nan]}
    )


def test_dots_stand_on_their_intervals(rows: pd.DataFrame) -> None:
    with style():
        _, axes = new_axes(2.0)
        dot_intervals(axes, rows, [0, 1.5, 3], line={"color": "red"}, marker="D", gid="dots")
    (dots,) = axes.lines
    assert dots.get_xydata().tolist() == [[0.2, 0], [-0.1, 1.5], [0.4, 3]]
    assert (dots.get_marker(), dots.get_linestyle(), dots.get_gid()) == ("D", "None", "dots")
    (lines,) = axes.collections
    known = [some.tolist() for some in lines.get_segments() if len(some)]
    assert known == [[[0.1, 0], [0.5, 0]], [[-0.4, 1.5], [0.0, 1.5]]]
    assert dots.get_zorder() > lines.get_zorder()


def test_dots_without_intervals_have_no_lines(rows: pd.DataFrame) -> None:
    with style():
        _, axes = new_axes(2.0)
        dot_intervals(axes, rows[["contrast"]], range(3))
        dot_intervals(axes, rows, range(3), "low90", ("none", "such"))
    assert not axes.collections
    np.testing.assert_array_equal(axes.lines[1].get_xdata(), rows["low90"])


def test_names_stand_before_their_rows_from_the_top() -> None:
    with style():
        _, axes = new_axes(2.0)
        name_rows(axes, ["one", "two", "three"], room=0.6, ruled=True)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["one", "two", "three"]
    assert axes.get_ylim() == (2.6, -0.6)
    assert [line.get_ydata()[0] for line in axes.lines] == [0.5, 1.5]


def test_points_have_the_look_of_their_quadrant() -> None:
    table = pd.DataFrame({"quadrant": ["WW", "SS", "WW"], "x": [1.0, 2.0, 3.0], "y": [4.0, 5.0, 6.0]})
    with style():
        _, axes = new_axes(2.0)
        quadrant_points(axes, table, "x", "y", markersize=5)
    drawn = {line.get_gid(): line for line in axes.lines}
    assert list(drawn) == list(map(str, Quadrant))
    assert drawn["WW"].get_xydata().tolist() == [[1, 4], [3, 6]]
    assert drawn["SS"].get_marker() == QUADRANT_MARKERS[Quadrant.SS]
    assert len(drawn["SW"].get_xdata()) == 0


@pytest.mark.parametrize(
    ("name", "drawn"), [("Ana María", True), ("Чен", True), ("李明", False), ("محمد", False), ("דוד", False)]
)
def test_a_name_that_the_font_cannot_draw_has_another(name: str, drawn: bool) -> None:
    assert drawable(name, "coder 2") == (name if drawn else "coder 2")
