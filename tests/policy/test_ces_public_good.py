from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize, minimize_scalar

from buzanlib.errors import BuzanError
from buzanlib.policy.ces_public_good import Aggregation, SpreadEffects
from buzanlib.policy.defence import Alliance, Spillover, weakest_link_level


def weakest_response(alliance, spending):
    """As much as the least of the others, but no more than a member would spend alone."""
    others = [np.delete(spending, member).min() for member in range(alliance.members)]
    return np.minimum(others, alliance.alone)


RHOS = (-60.0, -8.0, -1.0, -0.2, 0.0, 0.3, 0.8, 0.99)
alliances = st.lists(st.tuples(st.floats(0.02, 0.6), st.floats(0.1, 20)), min_size=2, max_size=6).map(
    lambda pairs: Alliance(*map(np.array, zip(*pairs, strict=True)))
)


@settings(deadline=None, max_examples=40)
@given(alliances, st.sampled_from(RHOS))
def test_each_condition_holds_at_equilibrium_and_optimum(alliance, rho):
    game = Aggregation(rho)
    for spending, benefit in (
        (game.equilibrium(alliance), alliance.tastes),
        (game.optimum(alliance), alliance.tastes.sum()),
    ):
        powers = np.exp(rho * np.log(spending))
        effect = benefit * powers / spending / powers.sum()
        cost = (1 - alliance.tastes) / (alliance.wealth - spending)
        assert effect / cost == pytest.approx(np.ones(alliance.members), rel=1e-9)


@given(alliances)
def test_with_rho_one_it_is_the_game_of_full_spillover(alliance):
    assert Aggregation(1).equilibrium(alliance) == pytest.approx(Spillover(1).equilibrium(alliance), abs=1e-9)


@given(alliances)
def test_with_rho_zero_everyone_has_a_dominant_strategy(alliance):
    a, w, n = alliance.tastes, alliance.wealth, alliance.members
    assert Aggregation(0).equilibrium(alliance) == pytest.approx(a * w / (a + n * (1 - a)), rel=1e-9)


@given(st.integers(2, 12), st.floats(0.02, 0.6), st.sampled_from((*RHOS, 1.0)))
def test_equal_members_spend_the_same_whatever_the_elasticity(members, taste, rho):
    alliance = Alliance.spread(members, taste)
    game = Aggregation(rho)
    closed = taste / (1 + (1 - taste) * (members - 1))
    assert game.equilibrium(alliance) == pytest.approx(np.full(members, closed), rel=1e-9)
    assert game.optimum(alliance) == pytest.approx(alliance.alone, rel=1e-9)
    assert game.protection(game.optimum(alliance)) == pytest.approx(taste, rel=1e-9)


@pytest.mark.parametrize("rho", [-3.0, 0.4, 1.0])
def test_the_optimum_is_the_numeric_one(rho, utility):
    alliance = Alliance(np.array([0.1, 0.3, 0.2]), np.array([1.0, 2.0, 1.5]))
    game = Aggregation(rho)

    def welfare(spending):
        return float(utility(alliance, spending, game.protection(spending)).sum())

    found = minimize(
        lambda g: -welfare(g), alliance.alone, bounds=[(1e-9, w - 1e-6) for w in alliance.wealth], tol=1e-13
    )
    assert welfare(game.optimum(alliance)) >= welfare(found.x) - 1e-12
    assert welfare(game.optimum(alliance)) == pytest.approx(welfare(found.x), abs=1e-7)


@settings(deadline=None, max_examples=30)
@given(st.floats(0.01, 0.9), st.floats(0.05, 0.45))
def test_at_rho_zero_a_spread_raises_spending_and_lowers_protection(spread, taste):
    # Theorem of the chapter: spending is convex in taste, the logarithm of protection concave below n / (2 (n - 1)).
    even, uneven = Alliance.spread(7, taste), Alliance.spread(7, taste, min(spread, 0.55 / taste - 1))
    game = Aggregation(0)
    before, after = game.equilibrium(even), game.equilibrium(uneven)
    assert after.sum() >= before.sum()
    assert game.protection(after) <= game.protection(before)


@given(
    st.lists(st.floats(0.01, 5), min_size=2, max_size=6).map(np.array),
    st.sampled_from([1e-16, 1e-12, 1e-8, 1e-4, 9e-4]),
    st.sampled_from([1, -1]),
)
def test_near_rho_zero_protection_is_the_geometric_mean_and_a_little(spending, rho, sign):
    # To first order log h = mean + rho variance / 2.
    logs = np.log(spending)
    expected = np.exp(logs.mean() + sign * rho * logs.var() / 2)
    assert float(Aggregation(sign * rho).protection(spending)) == pytest.approx(expected, rel=5e-6)


def test_protection_is_continuous_where_its_formula_changes():
    spending = np.array([0.01, 0.2, 3.0])
    one, other = (float(Aggregation(rho).protection(spending)) for rho in (0.001, 0.001 + 1e-9))
    assert one == pytest.approx(other, rel=1e-7)


def test_nobody_is_protected_by_a_zero_where_powers_are_not_above_zero():
    assert [float(Aggregation(rho).protection(np.array([0.0, 1.0]))) for rho in (0, -1)] == [0, 0]


def test_weakest_link_reference_values_and_its_place_at_the_end_of_the_scale():
    alliance = Alliance.spread(7, 0.2, np.array([0, 0.3, 0.6, 0.9]))
    assert weakest_link_level(alliance).round(2).tolist() == [0.2, 0.14, 0.08, 0.02]
    spending = np.array([[0.3, 0.1, 0.2]])
    protection = [float(Aggregation(rho).protection(spending)[0]) for rho in (1, 0, -5, -60)]
    assert protection == sorted(protection, reverse=True)
    assert protection[-1] == pytest.approx(0.1, rel=0.02)


@given(alliances, st.floats(0, 1))
def test_every_common_level_up_to_the_largest_is_an_equilibrium_and_none_above(alliance, share):
    top = float(weakest_link_level(alliance))
    level = np.full(alliance.members, share * top)
    assert weakest_response(alliance, level) == pytest.approx(level)
    above = np.full(alliance.members, 1.01 * top)
    assert (weakest_response(alliance, above) < above).any()


def test_the_response_to_a_weak_link_is_the_numeric_optimum(utility):
    alliance = Alliance(np.array([0.1, 0.4]), np.array([1.0, 1.0]))
    for others in (0.05, 0.3):

        def loss(own, others=others):
            spending = np.array([own, others])
            return -utility(alliance, spending, np.full(2, spending.min()))[0]

        found = minimize_scalar(loss, bounds=(1e-9, 1 - 1e-9), method="bounded", options={"xatol": 1e-10})
        response = weakest_response(alliance, np.array([0.0, others]))[0]
        assert response == pytest.approx(found.x, abs=1e-6)


@given(st.integers(2, 9), st.floats(0.05, 0.45), st.floats(0, 0.9), st.floats(0, 0.9))
def test_a_larger_spread_never_strengthens_the_weakest_link(members, taste, one, other):
    low, high = sorted((one, other))
    levels = weakest_link_level(Alliance.spread(members, taste, np.array([low, high])))
    assert levels[0] >= levels[1]


def test_the_best_common_level_of_the_weakest_link_is_the_mean(utility):
    alliance = Alliance.spread(5, 0.3, 0.8, wealth=2.0)
    found = minimize_scalar(
        lambda c: -utility(alliance, np.full(5, c), np.full(5, c)).sum(),
        bounds=(1e-6, 2 - 1e-6),
        method="bounded",
    )
    assert alliance.alone.mean() == pytest.approx(found.x, abs=1e-5)


@pytest.mark.parametrize("rho", [1.5, -61, np.nan])
def test_rho_outside_its_range_is_refused(rho):
    with pytest.raises(BuzanError, match=r"^rho of an aggregation (1\.5|-61|nan); allowed: -60 to 1$"):
        Aggregation(rho)


def test_the_map_of_spreads_is_that_of_its_games():
    found = SpreadEffects(5, 0.2, np.array([0, 0.4, 0.8]), np.array([0.1, 0.5, 1.0]))
    assert found.rhos.tolist() == [-8, 0, 1]
    alliance = Alliance.spread(5, 0.2, found.spreads)
    for row, rho in enumerate(found.rhos):
        game = Aggregation(rho)
        spent = game.equilibrium(alliance)
        of_best = spent.sum(axis=1) / game.optimum(alliance).sum(axis=1)
        assert found.spending[row] == pytest.approx(of_best / of_best[0])
        safe = game.protection(spent)
        assert found.protection[row] == pytest.approx(safe / safe[0])
    values = found.values()
    assert values["phase.sum.protection"] == found.protection[2, 2] - 1 > 0
    assert values["phase.least.protection"] == found.protection[0, 2] - 1 < 0
    assert values["phase.rho_protection"] == 1
    # While all pay, a spread lowers the total.
    assert 0 < values["phase.dip"] < 0.01
    assert 0 < values["phase.dip_spread"] < 0.2
