from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzanlib.errors import BuzanError, EstimationError, UnknownNameError
from buzanlib.measurement.placement import Placement
from buzanlib.policy.shocks import crossed, shock, shortest_gap, yearly_changes
from buzanlib.theory.vocabulary import Quadrant

RELIABILITY = {"power": 0.9, "cohesion": 0.8}


def test_without_a_shock_it_is_the_fuzzy_placement(panel, regions):
    place = Placement()
    scores = place.scores(panel)
    same = shock(place, scores, regions, RELIABILITY, [0.0]).xs(0.0, level="size")
    pd.testing.assert_frame_equal(same, place.soften(scores, regions, RELIABILITY))


def test_a_shock_to_one_measured_state_is_that_of_a_simulation(panel, regions):
    place = Placement()
    scores = place.scores(panel)
    size, state = -0.8, "FRA"
    found = shock(place, scores, regions, RELIABILITY, [size]).loc[(size, state)]
    rng = np.random.default_rng(3)
    error = scores.std().to_numpy() * np.sqrt(1 - np.array(list(RELIABILITY.values())))
    drawn = scores.loc[state].to_numpy() + [0, size] + rng.normal(size=(200_000, 2)) * error
    strong = drawn > scores.median().to_numpy()
    for quadrant in Quadrant:
        share = ((strong[:, 0] == (quadrant.power > 0)) & (strong[:, 1] == (quadrant.cohesion > 0))).mean()
        assert found[quadrant.value] == pytest.approx(share, abs=0.005)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-3, 3), min_size=2, max_size=5, unique=True))
def test_the_larger_the_fall_the_surer_the_crossing(panel, regions, sizes):
    place = Placement()
    scores = place.scores(panel)
    over = crossed(shock(place, scores, regions, RELIABILITY, sizes), place.place(scores, regions))
    over = over.sort_index()
    assert (over[["WS", "SS"]].diff().dropna() <= 1e-12).all(axis=None)
    assert (over[["WW", "SW"]].diff().dropna() >= -1e-12).all(axis=None)
    assert ((over >= 0) & (over <= 1)).all(axis=None)


def test_a_shock_refuses_what_cannot_be(panel, regions):
    place = Placement()
    scores = place.scores(panel)
    with pytest.raises(UnknownNameError, match=r"unknown axis 'cohesin'; nearest allowed: 'cohesion'"):
        shock(place, scores, regions, RELIABILITY, [0.0], "cohesin")
    with pytest.raises(BuzanError, match=r"reliability 1\.00 of power; allowed: at least 0 and below 1"):
        shock(place, scores, regions, {"power": 1.0, "cohesion": 0.8}, [0.0])


def test_yearly_changes_are_between_years_not_between_columns():
    panel = pd.DataFrame(
        {
            "iso3": [*"abc"] * 3,
            "year": [2000] * 3 + [2002] * 3 + [2003] * 3,
            "wgi_stability": [1, 2, 3, 1, 2, 3, 3, 2, 1],
        }
    )
    assert shortest_gap(panel, "wgi_stability", "cohesion", 2000, 2003) == 1
    assert shortest_gap(panel, "wgi_stability", "cohesion", 2000, 2002) == 2
    with pytest.raises(EstimationError, match=r"'wgi_stability' has 1 year in 2000-2001; a change needs two"):
        shortest_gap(panel, "wgi_stability", "cohesion", 2000, 2001)
    found = yearly_changes(panel, "wgi_stability", "cohesion", 2000, 2003)
    assert set(found.index.get_level_values("year")) == {2003}
    assert found.index[0] == ("c", 2003)
    assert found.iloc[0] == pytest.approx(-found.iloc[-1])
    assert set(
        yearly_changes(panel, "wgi_stability", "cohesion", 2000, 2003, 2).index.get_level_values("year")
    ) == {2002}
    with pytest.raises(EstimationError, match=r"no state has 'wgi_stability' in years 4 apart in 2000-2003"):
        yearly_changes(panel, "wgi_stability", "cohesion", 2000, 2003, 4)
