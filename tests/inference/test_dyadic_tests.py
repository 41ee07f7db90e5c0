"""Votes and profiles, pair by pair."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import EstimationError
from buzanlib.inference.dyadic_matrices import agreement, euclidean
from buzanlib.inference.dyadic_tests import (
    allied,
    controls,
    distance_decay,
    forum_test,
    least_agreement,
    pivot_test,
    support_test,
)
from buzanlib.theory.vocabulary import Quadrant

WW, WS, SW, SS = range(4)


def placed(made) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    names = np.array(list(map(str, Quadrant)))
    return made.placed.assign(quadrant=names[made.sample().quadrants])


def votes(made, lean: np.ndarray, calls: int = 8) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    """Positions of states that lean by quadrant, some of them absent."""
    quadrants = made.sample().quadrants
    drawn = lean[quadrants][:, None] + made.rng.normal(0, 0.6, size=(len(quadrants), calls))
    stood = np.select([drawn > 0.4, drawn < -0.4], [1.0, 0.0], 0.5)
    stood[made.rng.random(stood.shape) < 0.05] = np.nan
    return pd.DataFrame(stood, index=made.names)


def test_quadrants_that_part_in_votes_are_found_beside_controls(world) -> None:
    made = world(1, size=60)
    lean = np.array([0.0, 0.7, -0.7, 0.0])
    others = votes(made, np.zeros(4), calls=30)
    polyarchy = pd.Series(made.rng.random(60), index=made.names)
    beside = controls(others, made.regions, polyarchy, minimum=10)
    agreed = agreement(votes(made, lean), 4)
    finding, fitted = forum_test("C5", agreed, beside, placed(made), made.permutations)
    assert finding.p == pytest.approx(1 / 200)
    assert 0 < finding.low90 < finding.contrast < finding.high90
    assert fitted.table.index[0] == "SW and WS"
    assert finding.contrast == pytest.approx(-fitted.table.loc["SW and WS", "coefficient"])
    assert finding.beside["n_dyads"] == fitted.n_dyads
    null, _ = forum_test(
        "C5", agreement(votes(made, np.zeros(4)), 4), beside, placed(made), made.permutations
    )
    assert null.p > 0.01


def test_states_without_a_known_dyad_are_left_out(world) -> None:
    made = world(2, size=40)
    stood = votes(made, np.zeros(4))
    stood.iloc[0] = np.nan
    stood.iloc[1, 3:] = np.nan  # three roll calls are too few
    beside = controls(
        votes(made, np.zeros(4), 20), made.regions, pd.Series(1.0, index=made.names[2:]) * range(38), 10
    )
    finding, _ = forum_test("C5", agreement(stood, 4), beside, placed(made), made.permutations)
    assert finding.n == 38


def test_support_is_the_difference_of_mean_agreements(world) -> None:
    made = world(3, size=50)
    lean = np.array([-1.0, 0.8, 0.0, 0.8])
    agreed = agreement(votes(made, lean))
    finding = support_test("D1", agreed, placed(made), made.permutations, draws=199)
    quadrants = made.sample().quadrants
    values = agreed.to_numpy()

    def mean(a: int, b: int) -> float:
        return float(np.nanmean(values[np.ix_(quadrants == a, quadrants == b)]))

    others = [(WW, WS), (WW, SW), (WW, SS), (WS, SW), (SW, SS)]
    expected = mean(WS, SS) - np.mean([mean(a, b) for a, b in others])
    assert finding.contrast == pytest.approx(expected)
    assert finding.p == pytest.approx(1 / 200)
    assert 0 < finding.low90 < expected < finding.high90

    # Another pair, in either order.
    others = [(WW, WS), (WW, SS), (WS, SW), (WS, SS), (SW, SS)]
    expected = mean(SW, WW) - np.mean([mean(a, b) for a, b in others])
    pair = (Quadrant.SW, Quadrant.WW)
    found = support_test("x", agreed, placed(made), made.permutations, 99, pair=pair)
    assert found.contrast == pytest.approx(expected)


def test_the_middle_is_found(world) -> None:
    made = world(4)
    middle = np.array([0.1, 1.5, -1.5, 1.0])[made.sample().quadrants]
    scores = pd.Series(middle + 0.2 * made.rng.normal(size=120), index=made.names)
    found = pivot_test("D7", scores, placed(made), made.permutations)
    assert found.p == pytest.approx(1 / 200)
    assert found.low90 > 0.3
    turned = pivot_test("D7", -3 * scores, placed(made), made.permutations)
    assert turned.contrast == pytest.approx(3 * found.contrast)
    assert turned.p == found.p


def test_profiles_that_part_with_distance_are_found(world) -> None:
    made = world(5, size=60)
    spot = pd.DataFrame(made.rng.normal(size=(60, 2)), index=made.names, columns=["power", "cohesion"])
    tilt = 1 / (1 + np.exp(-2 * spot["power"].to_numpy()))
    profiles = pd.DataFrame({"a": tilt, "b": 1 - tilt}, index=made.names)
    sample = made.sample()
    sample = type(sample)(sample.counts, sample.placed.join(spot), sample.moves)
    found = distance_decay("C6", profiles, sample, draws=199)
    assert found.p == pytest.approx(1 / 200)
    assert 0.2 < found.low90 < found.contrast < found.high90
    apart = euclidean(spot).to_numpy()[np.triu_indices(60, 1)]
    p, q = profiles.to_numpy()[:, None], profiles.to_numpy()[None]
    with np.errstate(divide="ignore", invalid="ignore"):
        bits = sum(np.nan_to_num(x * np.log2(x / ((p + q) / 2))) for x in (p, q)).sum(axis=-1) / 2
    expected = np.corrcoef(apart, np.sqrt(bits)[np.triu_indices(60, 1)])[0, 1]
    assert found.contrast == pytest.approx(expected)
    with pytest.raises(EstimationError, match="59 profiles for 60 states"):
        distance_decay("C6", profiles.iloc[1:], sample, draws=9)


def test_pacts_bind_both_sides() -> None:
    pacts = pd.DataFrame({"iso3": ["AAA", "AAA"], "ally": ["CCC", "ZZZ"]})
    bound = allied(pacts, pd.Index(["AAA", "BBB", "CCC"]))
    assert bound.loc["AAA", "CCC"] == bound.loc["CCC", "AAA"] == 1
    assert bound.to_numpy().sum() == 2


def test_the_pair_that_agrees_least_is_named(world) -> None:
    made = world(11, size=60)
    agreed = agreement(votes(made, np.array([0.0, 0.9, -0.9, 0.1])))
    found = least_agreement(agreed, placed(made), draws=199)
    assert found["mean"].idxmin() == found["least"].idxmax()
    assert set(str(found["mean"].idxmin()).split("-")) == {"WS", "SW"}
    assert found["least"].sum() == pytest.approx(1)
    assert found["least"].max() > 0.9
    alike = least_agreement(agreement(votes(made, np.zeros(4))), placed(made), draws=199)
    assert alike["least"].max() < 0.9


def test_a_pair_may_be_expected_to_agree_more(world) -> None:
    made = world(12, size=60)
    beside = controls(
        votes(made, np.zeros(4), 30), made.regions, pd.Series(made.rng.random(60), index=made.names), 10
    )
    agreed = agreement(votes(made, np.array([0.0, 0.7, -0.7, 0.7])), 4)
    pair = Quadrant.WS, Quadrant.SS
    more, fitted = forum_test("D1", agreed, beside, placed(made), made.permutations, pair, more=True)
    less, _ = forum_test("D1", agreed, beside, placed(made), made.permutations, pair)
    assert more.p < 0.05 < less.p
    assert more.contrast == pytest.approx(fitted.table.loc["WS and SS", "coefficient"])
    assert (less.contrast, less.low90) == pytest.approx((-more.contrast, -more.high90))
