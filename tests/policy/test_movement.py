from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import BuzanError, EstimationError, UnknownNameError
from buzanlib.measurement.placement import Placement
from buzanlib.policy.movement import Paths, expected_change, mechanism_changes
from buzanlib.theory.matrices import TABLE2, TABLE2_GRADED
from buzanlib.theory.vocabulary import Quadrant, Threat


@pytest.fixture(scope="module")
def followed(data) -> Paths:
    return Paths.follow(data, Placement(cohesion="wgi_stability"), 2008, 2015, 3)


def _made(quadrants: dict[str, str]) -> Paths:
    """Paths of some states, a letter pair a year; power and cohesion are the signs of the quadrant."""
    rows = [
        (2000 + place, state, float(Quadrant(q).power), float(Quadrant(q).cohesion), q)
        for state, route in quadrants.items()
        for place, q in enumerate(route.split())
    ]
    columns = ["year", "iso3", "power", "cohesion", "quadrant"]
    return Paths(pd.DataFrame(rows, columns=columns).set_index(["year", "iso3"]))


def test_a_year_is_placed_by_the_window_that_ends_with_it(followed, panel, regions):
    alone = Placement(cohesion="wgi_stability", first=2010, last=2012)(panel, regions)
    pd.testing.assert_frame_equal(followed.placed.xs(2012, level="year"), alone)


def test_years_without_an_index_are_left_out(data):
    long = Paths.follow(data, Placement(cohesion="wgi_stability"), 1995, 1999, 1)
    assert long.years == [1996, 1998]
    with pytest.raises(EstimationError, match=r"no year of 1995-1999 has both 'cinc' and 'fsi_cohesion'"):
        Paths.follow(data, Placement(), 1995, 1999, 3)
    with pytest.raises(BuzanError, match=r"window of 0 years; allowed: at least 1"):
        Paths.follow(data, Placement(), 2008, 2009, 0)


def test_standing_is_of_states_placed_throughout():
    made = _made({"AAA": "WW WW SW", "BBB": "SS SS SS", "CCC": "WS WS"})
    assert list(made.quadrants([2000, 2002]).index) == ["AAA", "BBB"]
    with pytest.raises(UnknownNameError, match=r"unknown year of the paths 1999"):
        made.quadrants([1999])


def test_journeys_count_crossings_and_say_since_when():
    made = _made({"AAA": "WW WS WW SS SS", "BBB": "SS SW SS SS SS", "CCC": "WS WS WS WS WW"})
    found = made.journeys
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
    found = made.speech(passages, TABLE2.weights())
    assert found.loc["AAA"].tolist() == [2, 1, 1.5]  # political action up by one, crime down by a half
    assert found.loc["BBB", ["before", "after"]].tolist() == [1, 0]
    assert np.isnan(found.loc["BBB", "along"])
    # Nothing is expected to change where all quadrants have the same priorities.
    assert np.isnan(made.speech(passages, TABLE2.weights() * 0 + 1).loc["AAA", "along"])


def test_points_are_evenly_spaced_from_first_to_last(followed):
    assert list(followed.spaced(3).columns) == [2008, 2012, 2015]
    assert list(followed.spaced(2).columns) == [followed.years[0], followed.years[-1]]


def test_movers_are_listed_with_their_routes_and_counted():
    made = _made({"AAA": "WW WS WW SS SS", "BBB": "SS SW SS SS SS", "CCC": "WS WS WS WS WW"})
    speech = pd.DataFrame(
        {"before": [2, 1], "after": [1, 0], "along": [-0.5, np.nan]},
        index=pd.Index(["AAA", "CCC"], name="iso3"),
    )
    names = pd.Series({"AAA": "A-land", "CCC": "C-land", "BBB": "B-land"})
    listed = made.farthest(1, names, speech)
    assert listed.loc["A-land", ["route", "passages"]].tolist() == ["WW to SS", "2, 1"]
    assert len(listed) == 1
    values = made.values(made.spaced(2), speech)
    assert (values["paths.first_year"], values["paths.last_year"], values["paths.points"]) == (2000, 2004, 2)
    assert (values["paths.n"], values["paths.moved"], values["paths.share"]) == (3, 2, 2 / 3)
    assert (values["paths.crossed"], values["paths.diagonal"]) == (3, 1)
    assert (values["speech.both"], values["speech.along"], values["speech.against"]) == (1, 0, 1)


def test_each_mechanism_changes_what_its_moves_change():
    table = mechanism_changes(TABLE2.weights())
    assert list(table.index) == ["event: SS to SW", "event: WS to WW", "rally: SW to SS", "rally: WW to WS"]
    assert (table.iloc[:2].to_numpy() == -table.iloc[2:].to_numpy()).all()
    assert table.loc["event: SS to SW", Threat.CRI.label] == -1
