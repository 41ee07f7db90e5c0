from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import BuzanError, EstimationError, UnknownNameError
from buzanlib.measurement.placement import Placement
from buzanlib.policy.movement import change_of_speech, expected_change, journeys, paths, standing_in
from buzanlib.theory.matrices import TABLE2, TABLE2_GRADED
from buzanlib.theory.vocabulary import Quadrant, Threat


@pytest.fixture(scope="module")
def followed(panel, regions) -> pd.DataFrame:
    return paths(panel, regions, Placement(cohesion="wgi_stability"), 2008, 2015, 3)


def _made(quadrants: dict[str, str]) -> pd.DataFrame:
    """Paths of some states, a letter pair a year; power and cohesion are the signs of the quadrant."""
    rows = [
        (2000 + place, state, float(Quadrant(q).power), float(Quadrant(q).cohesion), q)
        for state, route in quadrants.items()
        for place, q in enumerate(route.split())
    ]
    return pd.DataFrame(rows, columns=["year", "iso3", "power", "cohesion", "quadrant"]).set_index(
        ["year", "iso3"]
    )


def test_a_year_is_placed_by_the_window_that_ends_with_it(followed, panel, regions):
    alone = Placement(cohesion="wgi_stability", first=2010, last=2012)(panel, regions)
    pd.testing.assert_frame_equal(followed.xs(2012, level="year"), alone)


def test_years_without_an_index_are_left_out(panel, regions):
    long = paths(panel, regions, Placement(cohesion="wgi_stability"), 1995, 1999, 1)
    assert list(long.index.unique("year")) == [1996, 1998]
    with pytest.raises(EstimationError, match=r"no year of 1995-1999 has both 'cinc' and 'fsi_cohesion'"):
        paths(panel, regions, Placement(), 1995, 1999, 3)
    with pytest.raises(BuzanError, match=r"window of 0 years; allowed: at least 1"):
        paths(panel, regions, Placement(), 2008, 2009, 0)


def test_standing_is_of_states_placed_throughout():
    made = _made({"AAA": "WW WW SW", "BBB": "SS SS SS", "CCC": "WS WS"})
    assert list(standing_in(made, [2000, 2002]).index) == ["AAA", "BBB"]
    with pytest.raises(UnknownNameError, match=r"unknown year of the paths 1999"):
        standing_in(made, [1999])


def test_journeys_count_crossings_and_say_since_when():
    made = _made({"AAA": "WW WS WW SS SS", "BBB": "SS SW SS SS SS", "CCC": "WS WS WS WS WW"})
    found = journeys(made)
    assert list(found.index) == ["AAA", "CCC"]  # BBB went and came back; AAA went along both axes
    assert found.loc["AAA"].to_dict() == {
        "from": "WW",
        "to": "SS",
        "power": 2.0,
        "cohesion": 2.0,
        "distance": pytest.approx(8**0.5),
        "since": 2003,
        "crossings": 3,
    }
    assert found.loc["CCC", ["since", "crossings"]].tolist() == [2004, 1]


def test_what_a_matrix_expects_of_the_papers_two_mechanisms():
    falls = expected_change(TABLE2.weights(), Quadrant.SS, Quadrant.SW)
    assert falls[[Threat.POL, Threat.INF, Threat.CRI]].tolist() == [1, 0, -1]
    rallies = expected_change(TABLE2.weights(), Quadrant.SW, Quadrant.SS)
    assert (rallies == -falls).all()
    assert expected_change(TABLE2_GRADED.weights(), Quadrant.SW, Quadrant.SS)[Threat.INF] == 0.5


def test_change_of_speech_is_along_what_is_expected():
    made = _made({"AAA": "SS SS SW", "BBB": "WW WW WS"})
    passages = pd.DataFrame(
        [("AAA", 2000, 0, 0, 1), ("AAA", 2001, 0, 0, 0), ("AAA", 2002, 1, 0, 0), ("BBB", 2000, 1, 1, 1)],
        columns=["iso3", "year", "pol", "inf", "cri"],
    )
    found = change_of_speech(passages, journeys(made), TABLE2.weights())
    assert found.loc["AAA"].tolist() == [2, 1, 1.5]  # political action up by one, crime down by a half
    assert found.loc["BBB", ["before", "after"]].tolist() == [1, 0]
    assert np.isnan(found.loc["BBB", "along"])
