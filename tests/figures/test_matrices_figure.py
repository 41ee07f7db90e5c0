from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex

from buzanlib.figures.base import QUADRANT_COLOURS
from buzanlib.figures.matrices import distances_figure, factorial_figure, matrix_figure
from buzanlib.theory.distances import by_pair
from buzanlib.theory.factorial import factorial_form
from buzanlib.theory.matrices import TABLE1, TABLE2, TABLE2_GRADED
from buzanlib.theory.vocabulary import Quadrant

TABLES = (TABLE1, TABLE2, TABLE2_GRADED)
EACH = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


@pytest.fixture(scope="module")
def compared():
    return {table.name: by_pair(table.weights()) for table in TABLES}


@EACH
def test_strong_power_is_above_and_strong_cohesion_right(table):
    (axes,) = matrix_figure(table).figure.axes
    places = {to_hex(patch.get_facecolor()): (patch.get_x(), patch.get_y()) for patch in axes.patches}
    assert places == {QUADRANT_COLOURS[q]: (q.cohesion > 0, q.power > 0) for q in Quadrant}
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Weak", "Strong"]


@EACH
def test_cells_say_what_the_table_says(table, faults_of_text):
    drawn = matrix_figure(table)
    (axes,) = drawn.figure.axes
    written = [" ".join(text.get_text().replace("•", "").split()) for text in axes.texts]
    for cell in table.cells:
        assert cell.text.replace(";", "") in written
        assert f"{cell.quadrant.label.capitalize()}: {cell.text.lower()}." in drawn.alt
    assert faults_of_text(drawn.figure) == []


@EACH
def test_text_stays_inside_its_cell(table):
    figure = matrix_figure(table).figure
    figure.draw_without_rendering()
    (axes,) = figure.axes
    cells = [patch.get_window_extent() for patch in axes.patches]
    for text in axes.texts:
        box = text.get_window_extent()
        assert any(
            cell.x0 <= box.x0 and box.x1 <= cell.x1 and cell.y0 <= box.y0 and box.y1 <= cell.y1
            for cell in cells
        ), text.get_text()


@EACH
def test_heatmap_writes_every_effect(table, faults_of_text):
    form = factorial_form(table.weights())
    drawn = factorial_figure(form)
    (axes,) = drawn.figure.axes
    written = [float(text.get_text().replace("−", "-")) for text in axes.texts]
    np.testing.assert_allclose(written, form.to_numpy().ravel())
    assert faults_of_text(drawn.figure) == []


def test_heatmap_names_what_is_not_zero():
    alt = factorial_figure(factorial_form(TABLE2.weights())).alt
    assert "criminal activity: power by cohesion +0.5; all others zero." in alt


def test_bars_are_the_distances_and_ties_are_dark(compared, faults_of_text):
    drawn = distances_figure(compared)
    panels = np.reshape(drawn.figure.axes, (4, 3))
    for column, frame in zip(panels.T, compared.values(), strict=True):
        for axes, measure in zip(column, frame.columns, strict=True):
            widths = np.array([bar.get_width() for bar in axes.patches])
            np.testing.assert_allclose(widths, frame[measure])
            colours = [to_hex(bar.get_facecolor()) for bar in axes.patches]
            dark = [colour == colours[int(widths.argmax())] for colour in colours]
            assert dark == np.isclose(widths, widths.max()).tolist()
    assert faults_of_text(drawn.figure) == []


def test_the_marked_pair_is_bold(compared):
    drawn = distances_figure(compared)
    labels = drawn.figure.axes[0].get_yticklabels()
    assert [label.get_text() for label in labels if label.get_fontweight() == "bold"] == ["SW-WS"]


def test_ties_are_said(compared):
    alt = distances_figure(compared).alt
    assert "Table 2, Jensen-Shannon: SW-WS, SS-WS, SS-SW tie farthest at 1.00." in alt
    assert "Table 1, Aitchison: SW-WS is farthest" in alt
