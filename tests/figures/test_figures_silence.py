from __future__ import annotations

import pandas as pd
import pytest

from buzanlib.figures.silence import silent_states


@pytest.fixture
def by_quadrant():
    """Three quadrants that hold states and one that holds none."""
    index = pd.Index(["WW", "WS", "SW", "SS"], name="quadrant")
    columns = {"states": [10, 20, 0, 8], "silent": [2, 12, 0, 0], "share": [0.2, 0.6, None, 0.0]}
    ends = {"low90": [0.1, 0.4, 0.0, 0.0], "high90": [0.4, 0.75, 0.9, 0.2]}
    return pd.DataFrame(columns | ends, index=index)


def test_the_most_silent_stands_on_top_with_its_interval(by_quadrant, faults_of_text):
    drawn = silent_states(by_quadrant)
    axes = drawn.figure.axes[0]
    dots = {line.get_gid(): line for line in axes.lines if line.get_gid()}
    assert sorted(dots, key=lambda name: dots[name].get_ydata()[0]) == ["WS", "WW", "SS"]
    for name, segments in zip(dots, axes.collections, strict=True):
        assert dots[name].get_xdata()[0] == by_quadrant.loc[name, "share"]
        ends = by_quadrant.loc[name, ["low90", "high90"]].tolist()
        assert segments.get_segments()[0][:, 0].tolist() == ends
    assert faults_of_text(drawn.figure) == []


def test_alt_carries_the_numbers(by_quadrant):
    alt = silent_states(by_quadrant).alt
    assert (
        "weak power, strong cohesion 60% (40% to 75%), 12 of 20 states; weak power, weak cohesion 20%" in alt
    )
    assert "strong power, weak cohesion" not in alt
