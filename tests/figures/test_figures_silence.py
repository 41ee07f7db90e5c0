from __future__ import annotations

import pandas as pd
import pytest

from buzanlib.figures.silence import hurdle_contrasts, hurdle_table, silence_table, silent_states


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


def test_the_table_of_silence_is_set_to_be_read(by_quadrant):
    whole = by_quadrant.assign(documents=1234, rate=0.2, each=1.25, relevant=7)
    html = silence_table(whole).to_html()
    for text in ("1,234", "60%", "40%\u00a0to\u00a075%", "1.25", ">\u2013<", "naming a threat"):
        assert text in html
    assert "strong power, weak cohesion" in html


@pytest.fixture
def parts():
    """Two outcomes, three effects each."""
    index = pd.MultiIndex.from_product([["speaks", "pol"], ["power", "cohesion", "power:cohesion"]])
    contrast = pd.Series([0.3, 0.5, 0.0, -0.1, -0.4, 0.7], index)
    columns = {"contrast": contrast, "low90": contrast - 0.3, "high90": contrast + 0.3, "p": 0.04}
    return pd.DataFrame(columns).rename_axis(["outcome", "effect"])


def test_contrasts_of_each_effect_have_a_panel(parts, faults_of_text):
    drawn = hurdle_contrasts(parts)
    for axes, effect in zip(drawn.figure.axes, ("power", "cohesion", "power:cohesion"), strict=True):
        (dots,) = [line for line in axes.lines if line.get_gid() == effect]
        assert list(dots.get_xdata()) == parts.xs(effect, level="effect")["contrast"].tolist()
    assert faults_of_text(drawn.figure) == []
    assert "Cohesion: Speaks of cyber threats 0.50 (0.20 to 0.80)" in drawn.alt


def test_the_table_has_contrasts_and_p(parts):
    shown = hurdle_table(parts).frame
    assert list(shown.index) == ["Speaks of cyber threats", "De-stabilising political action"]
    assert shown.loc["De-stabilising political action", "Cohesion (p)"] == "\u22120.40 (0.040)"
