from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzanlib.errors import BuzanError, EstimationError
from buzanlib.measurement.placement import Placement
from buzanlib.policy.shocks import CohesionShocks, edition_changes
from buzanlib.theory.vocabulary import Quadrant

RELIABILITY = {"power": 0.9, "cohesion": 0.8}


@pytest.fixture(scope="module")
def shocks(data) -> CohesionShocks:
    return CohesionShocks(data, Placement())


def test_without_a_shock_it_is_the_fuzzy_placement(shocks, panel, regions):
    place = Placement()
    fuzzy = place.memberships(panel, regions, place.reliability(panel))
    placed = place(panel, regions)["quadrant"]
    weak = fuzzy[["WW", "SW"]].sum(axis=1)
    expected = weak.where(placed.str[1] == "S", 1 - weak).groupby(placed).mean()
    assert shocks.crossed([0.0]).loc[0.0].to_dict() == pytest.approx(expected.to_dict())


def test_a_shock_to_one_measured_state_is_that_of_a_simulation(panel, regions):
    place = Placement()
    scores = place.scores(panel)
    size, state = -0.8, "FRA"
    found = place.soften(scores, regions, RELIABILITY, shift=size).loc[state]
    rng = np.random.default_rng(3)
    error = scores.std().to_numpy() * np.sqrt(1 - np.array(list(RELIABILITY.values())))
    drawn = scores.loc[state].to_numpy() + [0, size] + rng.normal(size=(200_000, 2)) * error
    strong = drawn > scores.median().to_numpy()
    for quadrant in Quadrant:
        share = ((strong[:, 0] == (quadrant.power > 0)) & (strong[:, 1] == (quadrant.cohesion > 0))).mean()
        assert found[quadrant.value] == pytest.approx(share, abs=0.005)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-3, 3), min_size=2, max_size=5, unique=True))
def test_the_larger_the_fall_the_surer_the_crossing(shocks, sizes):
    over = shocks.crossed(sizes).sort_index()
    assert (over[["WS", "SS"]].diff().dropna() <= 1e-12).all(axis=None)
    assert (over[["WW", "SW"]].diff().dropna() >= -1e-12).all(axis=None)
    assert ((over >= 0) & (over <= 1)).all(axis=None)


def test_a_shock_refuses_what_cannot_be(panel, regions):
    place = Placement()
    scores = place.scores(panel)
    with pytest.raises(BuzanError, match=r"reliability 1\.00 of power, .* allowed: at least 0 and below 1"):
        place.soften(scores, regions, {"power": 1.0, "cohesion": 0.8}, shift=0.0)


def test_changes_are_between_years_not_between_columns():
    panel = pd.DataFrame(
        {
            "iso3": [*"abc"] * 3,
            "year": [2000] * 3 + [2002] * 3 + [2003] * 3,
            "wgi_stability": [1, 2, 3, 1, 2, 3, 3, 2, 1],
        }
    )
    found = edition_changes(panel, "wgi_stability", "cohesion")
    assert set(found.index.get_level_values("year")) == {2003}
    assert found.index[0] == ("c", 2002, 2003)
    assert found.iloc[0] == pytest.approx(-found.iloc[-1])
    earlier = edition_changes(panel[panel["year"] <= 2002], "wgi_stability", "cohesion")
    assert set(earlier.index.droplevel("iso3")) == {(2000, 2002)}
    with pytest.raises(EstimationError, match=r"'wgi_stability' has 1 year in 2000-2000; a change needs two"):
        edition_changes(panel[panel["year"] == 2000], "wgi_stability", "cohesion")
    apart = panel.assign(iso3=[*"abcdefghi"])
    with pytest.raises(EstimationError, match=r"no state has 'wgi_stability' in years 1 apart in 2000-2003"):
        edition_changes(apart, "wgi_stability", "cohesion")


def test_the_chapter_reads_its_numbers_off_the_curve_and_the_record(data):
    found = CohesionShocks(data, Placement(), 0.01)
    values, curve, changes = found.values(), found.curve, found.changes
    assert values["shock.none.SS"] == pytest.approx(curve.loc[0.0, "SS"])
    assert values["shock.top.fall"] == changes.min()
    assert values["shock.tail.rise"] == changes.quantile(0.99)
    at_top = found.crossed([changes.min(), changes.max()])
    assert values["shock.top.WS"] == pytest.approx(at_top.loc[changes.min(), "WS"])
    assert values["shock.top.WW"] == pytest.approx(at_top.loc[changes.max(), "WW"])
    even = found.crossed([-values["shock.evens.SS"]])["SS"].iloc[0]
    assert even == pytest.approx(0.5, abs=0.005)
    history = found.history
    assert history["change"].tolist() == [*changes.iloc[:5], *changes.iloc[:-6:-1]]
    known = history.dropna()
    assert values["history.falls"] + values["history.rises"] == len(known)
    crossings = known["before"].str[1] != known["after"].str[1]
    assert values["history.falls_weak"] == (known["before"].str[1] == "W")[known["change"] < 0].sum()
    assert values["history.falls_crossed"] == crossings[known["change"] < 0].sum()
    assert values["history.rises_crossed"] == crossings[known["change"] > 0].sum()


@pytest.mark.parametrize(
    ("slope", "said"),
    [
        (0.1, "leaves most states of every quadrant where they are"),
        (9.0, "carries most states of WW, WS, SW, SS across"),
    ],
)
def test_what_a_shock_does_is_put_into_words(data, slope, said):
    found = CohesionShocks(data, Placement(), 0.01)
    quadrants = list(map(str, Quadrant))
    found.__dict__["crossed"] = lambda sizes: pd.DataFrame(
        {q: np.abs(sizes) * slope for q in quadrants}, sizes
    )
    values = found.values()
    assert values["shock.top.reading"] == said
    assert values["shock.none.reading"].startswith("leaves most")
    fall, rise = -values["shock.tail.fall"], values["shock.tail.rise"]
    assert values["shock.rises"] == ("smaller" if rise < fall else "larger")
