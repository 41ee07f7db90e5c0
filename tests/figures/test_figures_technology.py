from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from buzanlib.figures.labels import FROM_TOP
from buzanlib.figures.technology import (
    farther_apart,
    technology_contrasts,
    technology_distances,
    technology_found,
    technology_values,
    within_beside_between,
)
from buzanlib.inference.technology import Technology
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement

THREATS = ["pol", "inf", "cri", "mil", "ter", "oth"]


def _contrasts(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    estimate = rng.normal(size=6)
    return pd.DataFrame(
        {
            "estimate": estimate,
            "low90": estimate - 0.5,
            "high90": estimate + 0.6,
            "p": [0.01, 0.2, 0.3, 0.4, 0.5, 0.6],
            "p_adjusted": [0.06, 0.3, 0.4, 0.5, 0.6, 0.7],
        },
        pd.Index(THREATS, name="threat"),
    )


@pytest.fixture
def within() -> pd.DataFrame:
    values = {
        "distance": [0.1, 0.4, 0.2, np.nan, 0.2],
        "high": [5, 26, 11, 32, 74],
        "low": [17, 11, 21, 1, 50],
    }
    table = pd.DataFrame(values, pd.Index(["WW", "WS", "SW", "SS", "all"], name="quadrant"))
    return table.assign(
        low90=table["distance"] - 0.1, high90=table["distance"] + 0.1, p=[0.3, 0.01, 0.2, np.nan, 0.4]
    )


@pytest.fixture
def pairs() -> pd.DataFrame:
    distance = np.array([0.1, 0.05, 0.3, 0.2, 0.15, 0.12])
    names = ["WS-WW", "SW-WW", "SS-WW", "SW-WS", "SS-WS", "SS-SW"]
    return pd.DataFrame({"distance": distance, "low90": distance - 0.05, "high90": distance + 0.1}, names)


def _marks(axes):
    return {line.get_gid(): line for line in axes.lines if line.get_gid()}


def test_both_readings_of_technology_are_drawn():
    split, axis = _contrasts(1), _contrasts(2)
    drawn = technology_contrasts(split, axis)
    (axes,) = drawn.figure.axes
    marks = _marks(axes)
    np.testing.assert_allclose(marks["split"].get_xdata(), split["estimate"])
    np.testing.assert_allclose(marks["axis"].get_xdata(), axis["estimate"])
    assert (np.asarray(marks["axis"].get_ydata()) > np.asarray(marks["split"].get_ydata())).all()
    (column,) = axes.child_axes
    assert [text.get_text() for text in column.get_yticklabels()] == [
        "0.060",
        "0.300",
        "0.400",
        "0.500",
        "0.600",
        "0.700",
    ]
    assert f"Criminal activity: {split['estimate']['cri']:.2f}".replace("-", "−") in drawn.alt


def test_a_distance_that_is_not_known_has_no_mark(within, pairs):
    drawn = technology_distances(within, pairs)
    (axes,) = drawn.figure.axes
    marks = _marks(axes)
    np.testing.assert_allclose(marks["within"].get_xdata(), [0.2, 0.1, 0.4])
    np.testing.assert_allclose(marks["between"].get_xdata(), pairs["distance"])
    assert "SS (32 and 1 states) not known" in drawn.alt
    assert "WS (26 and 11 states) 0.40 (0.30 to 0.50)" in drawn.alt
    assert "SW and WS 0.20" in drawn.alt


def test_without_pairs_of_quadrants_the_rest_is_drawn(within, pairs):
    drawn = technology_distances(within, pairs.iloc[:0])
    (axes,) = drawn.figure.axes
    np.testing.assert_allclose(_marks(axes)["within"].get_xdata(), [0.2, 0.1, 0.4])
    names = [text.get_text().replace("\n", " ") for text in axes.get_yticklabels()]
    assert names == ["High and low within", *(quadrant.label for quadrant in FROM_TOP)]
    assert "Between" not in drawn.alt


def test_quadrants_farther_apart_within_than_any_pair(within, pairs):
    assert farther_apart(within, pairs) == "WS"
    assert farther_apart(within, pairs.assign(distance=0.5)) == "none"


def test_values_for_prose(within, data_dir):
    technology = Technology(World.open(data_dir, Placement(), 19, 1, bootstrap=19))
    rival = technology.rival()
    values = technology_values(technology, _contrasts(1), _contrasts(2), rival, within)
    assert values["tech.found.split"] == "de-stabilising political action"
    assert values["tech.least"] == 0.06
    assert values["tech.unknown"] == "SS"
    assert values["tech.within.small"] == "WS"
    assert values["tech.within.p"] == 0.4
    assert values["tech.p"] == rival.finding.p
    assert values["tech.lacking"] == len(technology.world.placed) - len(technology.score)
    assert (values["tech.ws.n"], values["tech.ws.below"]) == (50, 23)


def test_what_could_not_be_estimated_has_no_value(within, data_dir):
    technology = Technology(World.open(data_dir, Placement(), 19, 1, bootstrap=19))
    values = technology_values(technology, None, None, None, within.assign(p=np.nan))
    assert values.keys() == {
        *("tech.columns", "tech.lacking", "tech.ws.n", "tech.ws.below", "tech.level", "tech.unknown"),
        "tech.within.small",
    }


def test_captions_say_what_technology_sets_apart(within, pairs):
    split = pd.DataFrame({"p_adjusted": [0.01, 0.9]}, ["pol", "cri"])
    assert "differ for one of two threats (de-stabilising political action)," in technology_found(split)
    assert "differ for none of two threats," in technology_found(split + 1)
    said = within_beside_between(within, pairs)
    assert said.endswith(
        "in one of three quadrants that hold enough states (states of weak power and strong cohesion)."
    )
    assert "in none of three" in within_beside_between(within, pairs.assign(distance=0.5))
    assert "cannot be compared" in within_beside_between(within, pairs.iloc[:0])
