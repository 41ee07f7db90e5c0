"""What every figure is held to: no text on another, none cut off, nothing left open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import matplotlib.pyplot as plt
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox


def _texts(axes: Axes) -> Iterator[Text]:
    """Texts of one pair of axes that are drawn: ticks outside the limits exist but are not."""
    yield from (axes.title, axes._left_title, axes._right_title, *axes.texts)
    if axes.get_legend() is not None:
        yield from axes.get_legend().get_texts()
    if axes.axison:
        for axis in (axes.xaxis, axes.yaxis):
            yield axis.label
            low, high = sorted(axis.get_view_interval())
            for place, tick in zip(axis.get_majorticklocs(), axis.get_major_ticks(), strict=True):
                if low <= place <= high:
                    yield from (tick.label1, tick.label2)
    for child in axes.child_axes:
        yield from _texts(child)


def _boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    figure.draw_without_rendering()
    texts = [*figure.texts, *(text for legend in figure.legends for text in legend.get_texts())]
    texts += [text for axes in figure.axes for text in _texts(axes)]
    return [
        (text.get_text(), Text.get_window_extent(text))
        for text in texts
        if text.get_visible() and text.get_text().strip()
    ]


@pytest.fixture
def faults_of_text() -> Callable[[Figure], list[str]]:
    """Name every text that lies on another or is cut off by the edge of the figure."""

    def faults(figure: Figure) -> list[str]:
        boxes = _boxes(figure)
        assert boxes, "the figure has no text at all"
        edge = figure.bbox.padded(0.5)
        cut = [
            f"{text!r} is cut off"
            for text, box in boxes
            if box.x0 < edge.x0 or box.y0 < edge.y0 or box.x1 > edge.x1 or box.y1 > edge.y1
        ]
        overlaps = [
            f"{one!r} lies on {other!r}"
            for (one, first), (other, second) in combinations(boxes, 2)
            if first.padded(-0.5).overlaps(second.padded(-0.5))
        ]
        return cut + overlaps

    return faults


@pytest.fixture(autouse=True)
def _nothing_left_open() -> Iterator[None]:
    """Figures of the library never enter pyplot's list, so that a long study cannot fill the memory."""
    yield
    assert plt.get_fignums() == []
