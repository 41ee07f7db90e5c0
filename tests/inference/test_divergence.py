"""Distances between mean profiles, their bias, and the claims on which pair is farthest apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import rel_entr

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.inference.divergence import (
    ADJACENT,
    DIVERGENCES,
    EPS,
    DivergenceTest,
    Spread,
    distances,
    farthest_in_words,
    location_and_spread,
    quadrant_divergences,
)
from buzanlib.theory.distances import PAIRS, pair_name
from buzanlib.theory.vocabulary import Quadrant

weights = arrays(float, 6, elements=st.floats(0, 1, allow_subnormal=False)).filter(lambda w: w.sum() > 0.1)


@given(weights, weights, st.sampled_from(sorted(DIVERGENCES)))
def test_divergences_are_symmetric_not_negative_and_zero_for_equals(
    a: np.ndarray, b: np.ndarray, measure: str
) -> None:
    a, b = a / a.sum(), b / b.sum()
    divergence = DIVERGENCES[measure]
    assert divergence(a, b) == pytest.approx(divergence(b, a), abs=1e-12)
    assert divergence(a, b) >= -1e-12
    assert divergence(a, a) == pytest.approx(0, abs=1e-12)


@given(weights, weights)
def test_equal_independent_formulas(a: np.ndarray, b: np.ndarray) -> None:
    a, b = a / a.sum(), b / b.sum()
    root = distances(DIVERGENCES["jensen_shannon"](a, b))
    middle = (a + b) / 2
    entropy = (rel_entr(a, middle).sum() + rel_entr(b, middle).sum()) / 2 / np.log(2)
    assert root == pytest.approx(np.sqrt(max(entropy, 0)), abs=1e-6)
    hellinger = np.linalg.norm(np.sqrt(a) - np.sqrt(b)) / np.sqrt(2)
    assert distances(DIVERGENCES["hellinger"](a, b)) == pytest.approx(hellinger, abs=1e-6)
    clr = [np.log(x + EPS) - np.log(x + EPS).mean() for x in (a, b)]
    assert distances(DIVERGENCES["aitchison"](a, b)) == pytest.approx(np.linalg.norm(clr[0] - clr[1]))


def test_adjacent_pairs_differ_on_one_axis() -> None:
    assert {pair_name(PAIRS[place]) for place in ADJACENT} == {"WS-WW", "SW-WW", "SS-WS", "SS-SW"}


def profiles(made, centres: np.ndarray, spread: float = 4.0) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    """Dirichlet profiles around a centre for each quadrant; a small `spread` scatters them widely."""
    drawn = [made.rng.dirichlet(spread * centres[code]) for code in made.sample().quadrants]
    return pd.DataFrame(drawn, index=made.names)


EVEN = np.full((4, 3), 1 / 3)


@pytest.mark.parametrize("measure", sorted(DIVERGENCES))
def test_the_jackknife_equals_leaving_each_state_out(measure: str, world) -> None:
    made = world(1, size=24)
    values, quadrants = profiles(made, EVEN).to_numpy(), made.sample().quadrants
    ours = quadrant_divergences(values, quadrants, measure)[0]
    for place, (a, b) in enumerate(PAIRS):
        inside = [np.flatnonzero(quadrants == list(Quadrant).index(one)) for one in (a, b)]

        def between(keep: list[np.ndarray]) -> float:
            return float(DIVERGENCES[measure](*(values[some].mean(axis=0) for some in keep)))

        expected = between(inside)
        for side in (0, 1):
            members = inside[side]
            left_out = [
                between([members[members != one] if s == side else inside[s] for s in (0, 1)])
                for one in members
            ]
            expected -= (len(members) - 1) * (np.mean(left_out) - between(inside))
        assert ours[place] == pytest.approx(expected)


def test_many_placements_equal_one_at_a_time(world) -> None:
    made = world(2, size=30, draws=7)
    values, sample = profiles(made, EVEN).to_numpy(), made.sample()
    together = quadrant_divergences(values, sample.permuted, "jensen_shannon")
    for draw, quadrants in enumerate(sample.permuted):
        alone = quadrant_divergences(values, quadrants, "jensen_shannon")[0]
        assert together[draw] == pytest.approx(alone)


def test_correction_takes_the_bias_away(world) -> None:
    """Quadrants of one and the same mean: uncorrected divergences are above zero, corrected ones around it."""
    plain, corrected = [], []
    for seed in range(60):
        made = world(seed, size=80)
        values, quadrants = profiles(made, EVEN, spread=2).to_numpy(), made.sample().quadrants
        plain.append(quadrant_divergences(values, quadrants, "jensen_shannon", correct=False).mean())
        corrected.append(quadrant_divergences(values, quadrants, "jensen_shannon").mean())
    assert np.mean(plain) > 0.008
    assert abs(np.mean(corrected)) < np.mean(plain) / 5


def test_relabelling_threats_changes_nothing(world) -> None:
    made = world(3)
    given_profiles = profiles(made, EVEN)
    there = DivergenceTest(draws=99)(given_profiles, made.sample())
    back = DivergenceTest(draws=99)(given_profiles.iloc[:, ::-1], made.sample())
    pd.testing.assert_frame_equal(there.pairs, back.pairs)
    assert there.findings["adjacent"].p == back.findings["adjacent"].p


OPPOSED = np.array([[1, 1, 1], [0.2, 2.6, 0.2], [2.6, 0.2, 0.2], [1, 1, 1]]) / 3


def test_a_world_in_which_sw_and_ws_part_is_found(world) -> None:
    made = world(4)
    found = DivergenceTest(draws=499)(profiles(made, OPPOSED, spread=9), made.sample())
    assert found.findings["largest"].p < 0.01
    assert found.findings["adjacent"].p == pytest.approx(1 / 200)
    assert found.pairs["largest"].idxmax() == "SW-WS"
    assert found.pairs["largest"].sum() == pytest.approx(1)
    c1 = found.findings["largest"]
    assert 0 < c1.low90 < c1.contrast < c1.high90
    assert c1.beside["farthest"] == "SW-WS"
    inside = (found.pairs["low90"] <= found.pairs["distance"]) & (
        found.pairs["distance"] <= found.pairs["high90"]
    )
    assert inside.all()


def test_a_world_without_quadrants_is_not(world) -> None:
    worlds = [world(seed, draws=99) for seed in range(40)]
    found = [
        DivergenceTest(draws=99, seed=seed)(profiles(made, EVEN), made.sample())
        for seed, made in enumerate(worlds)
    ]
    assert sum(one.findings["adjacent"].p < 0.05 for one in found) <= 6
    assert sum(one.findings["largest"].p < 0.05 for one in found) <= 6


def test_spread_is_not_taken_for_location(world) -> None:
    made = world(5)
    quadrants = made.sample().quadrants
    tight = np.array([30.0, 1.0, 1.0, 30.0])[quadrants]
    drawn = [made.rng.dirichlet(one * np.ones(3)) for one in tight]
    spread = location_and_spread(pd.DataFrame(drawn, index=made.names), made.sample())
    assert spread.spread_p == pytest.approx(1 / 200)
    assert spread.by_quadrant["WS"] > 2 * spread.by_quadrant["WW"]
    apart = location_and_spread(profiles(made, OPPOSED, spread=9), made.sample())
    assert apart.location_p == pytest.approx(1 / 200)
    assert apart.location > 10


@pytest.mark.parametrize(
    ("location", "spread", "words"),
    [
        (0.2, 0.2, "Neither differs by more than chance."),
        (0.2, 0.01, "Only spread differs by more than chance."),
        (0.01, 0.2, "Location differs by more than chance, and spread does not."),
        (0.01, 0.01, "Both differ by more than chance, so that"),
    ],
)
def test_location_and_spread_are_read_together(location: float, spread: float, words: str) -> None:
    assert Spread(1.0, location, 1.0, spread, {}).reading(0.05).startswith(words)


def test_measures_that_differ_are_told_one_by_one() -> None:
    pairs = {
        "one": pd.DataFrame({"distance": [0.2, 0.1]}, ["SW-WS", "WW-SS"]),
        "other": pd.DataFrame({"distance": [0.2, 0.3]}, ["SW-WS", "WW-SS"]),
    }
    assert farthest_in_words(pairs) == "The pair farthest apart is SW-WS by one, WW-SS by other."
    assert farthest_in_words({"one": pairs["one"]}) == "By each of them the pair farthest apart is SW-WS."


def test_wrong_input_is_told(world) -> None:
    made = world(6, size=12)
    values = profiles(made, EVEN)
    with pytest.raises(
        UnknownNameError, match="unknown measure of divergence 'helinger'; nearest allowed: 'hellinger'"
    ):
        DivergenceTest(measure="helinger")(values, made.sample())
    lone = np.array([0, 1, 1, 2, 2, 3, 3])
    with pytest.raises(
        EstimationError, match="quadrant WW holds 1 states with a profile; allowed: at least 2"
    ):
        quadrant_divergences(np.full((7, 3), 1 / 3), lone, "jensen_shannon")
