from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize, minimize_scalar

from buzanlib.errors import BuzanError
from buzanlib.policy.ces_public_good import Aggregation
from buzanlib.policy.defence import Alliance, weakest_link_level


def weakest_response(alliance, spending):
    """As much as the least of the others, but no more than a member would spend alone."""
    others = [np.delete(spending, member).min() for member in range(alliance.members)]
    return np.minimum(others, alliance.alone)


RHOS = (-60.0, -8.0, -1.0, -0.2, 0.0, 0.3, 0.8, 0.99)
alliances = st.lists(st.tuples(st.floats(0.02, 0.6), st.floats(0.1, 20)), min_size=2, max_size=6).map(
    lambda pairs: Alliance(*map(np.array, zip(*pairs, strict=True)))
)


@settings(deadline=None, max_examples=40)
@given(alliances, st.sampled_from(RHOS), st.floats(0, 1))
def test_each_condition_holds_at_equilibrium_and_optimum(alliance, rho, reliance):
    game = Aggregation(rho)
    for spending, benefit, counted in (
        (game.equilibrium(alliance, reliance), alliance.tastes, reliance),
        (game.optimum(alliance), alliance.tastes.sum(), 1),
    ):
        powers = np.exp(rho * np.log(spending))
        effect = benefit * powers / spending / ((1 - counted) * powers + counted * powers.sum())
        cost = (1 - alliance.tastes) / (alliance.wealth - spending)
        assert effect / cost == pytest.approx(np.ones(alliance.members), rel=1e-9)


def response_to_sum(alliance, reliance, spending):
    """``max(0, a w - (1 - a) reliance (others' total))``, from the first-order condition."""
    others = spending.sum() - spending
    return np.maximum(0, alliance.alone - (1 - alliance.tastes) * reliance * others)


@given(alliances, st.floats(0, 1), st.randoms(use_true_random=False))
def test_the_sum_settles_where_best_responses_do_from_any_start(alliance, reliance, random):
    # A game with one equilibrium and a potential must settle there, corners included.
    spending = np.array([random.random() for _ in range(alliance.members)]) * alliance.wealth
    for _ in range(4000):
        before = spending.copy()
        for member in range(alliance.members):
            spending[member] = response_to_sum(alliance, reliance, spending)[member]
        if np.abs(spending - before).max() < 1e-13:
            break
    assert spending == pytest.approx(Aggregation(1).equilibrium(alliance, reliance), abs=1e-9)


@given(alliances, st.floats(0, 1), st.data())
def test_who_grows_richer_or_keener_spends_no_less(alliance, reliance, data):
    member = data.draw(st.integers(0, alliance.members - 1))
    wealth, keen = alliance.wealth.copy(), alliance.tastes.copy()
    wealth[member] *= 1.5
    keen[member] = min(0.9, keen[member] * 1.5)
    before = Aggregation(1).equilibrium(alliance, reliance)[member]
    for changed in (Alliance(alliance.tastes, wealth), Alliance(keen, alliance.wealth)):
        assert Aggregation(1).equilibrium(changed, reliance)[member] >= before - 1e-12


def test_the_spread_of_tastes_raises_the_total_of_a_public_good():
    alliance = Alliance.spread(7, 0.2, np.array([0, 0.3, 0.6, 0.9]))
    total = Aggregation(1).equilibrium(alliance).sum(axis=-1)
    assert total.round(3).tolist() == [0.241, 0.285, 0.351, 0.420]


def test_a_spread_too_small_to_make_anyone_stop_lowers_the_total():
    # While all pay, the total is n w / (1 + sum (1 - a) / a), and by Jensen's inequality a spread raises that sum.
    alliance = Alliance.spread(7, 0.2, np.array([0, 0.01, 0.02]))
    spending = Aggregation(1).equilibrium(alliance)
    assert (spending > 0).all()
    assert (np.diff(spending.sum(axis=-1)) < 0).all()


@given(alliances, st.floats(0, 1))
def test_with_rho_zero_everyone_has_a_dominant_strategy(alliance, reliance):
    a, others = alliance.tastes, reliance * (alliance.members - 1)
    closed = alliance.alone / (1 + (1 - a) * others)
    assert Aggregation(0).equilibrium(alliance, reliance) == pytest.approx(closed, rel=1e-9)


@given(st.lists(st.floats(0.01, 5), min_size=2, max_size=6).map(np.array), st.floats(0, 1))
def test_with_rho_one_protection_is_the_weighted_sum(spending, spillover):
    others = spending.sum() - spending
    expected = (spending + spillover * others) / (1 + spillover * (len(spending) - 1))
    assert Aggregation(1).protection(spending, spillover) == pytest.approx(expected, rel=1e-9)


@given(st.integers(2, 12), st.floats(0.02, 0.6), st.sampled_from((*RHOS, 1.0)))
def test_equal_members_spend_the_same_whatever_the_elasticity(members, taste, rho):
    alliance = Alliance.spread(members, taste)
    game = Aggregation(rho)
    closed = taste / (1 + (1 - taste) * (members - 1))
    assert game.equilibrium(alliance) == pytest.approx(np.full(members, closed), rel=1e-9)
    assert game.optimum(alliance) == pytest.approx(alliance.alone, rel=1e-9)
    assert game.protection(game.optimum(alliance)) == pytest.approx(np.full(members, taste), rel=1e-9)


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
@given(st.floats(0.01, 0.9), st.floats(0.05, 0.45), st.floats(0, 1))
def test_at_rho_zero_a_spread_raises_spending_and_lowers_protection(spread, taste, reliance):
    # Theorem of the chapter: spending is convex in taste, the logarithm of protection concave below (1 + x) / 2x.
    even, uneven = Alliance.spread(7, taste), Alliance.spread(7, taste, min(spread, 0.55 / taste - 1))
    game = Aggregation(0)
    before, after = (game.equilibrium(alliance, reliance) for alliance in (even, uneven))
    assert after.sum() >= before.sum() * (1 - 1e-9)
    assert game.protection(after)[0] <= game.protection(before)[0] * (1 + 1e-9)


@given(
    st.lists(st.floats(0.01, 5), min_size=2, max_size=6).map(np.array),
    st.sampled_from([1e-16, 1e-12, 1e-8, 1e-4, 9e-4]),
    st.sampled_from([1, -1]),
)
def test_near_rho_zero_protection_is_the_geometric_mean_and_a_little(spending, rho, sign):
    # To first order log h = mean + rho variance / 2.
    logs = np.log(spending)
    expected = np.exp(logs.mean() + sign * rho * logs.var() / 2)
    assert Aggregation(sign * rho).protection(spending)[0] == pytest.approx(expected, rel=5e-6)


def test_protection_is_continuous_where_its_formula_changes():
    spending = np.array([0.01, 0.2, 3.0])
    for spillover in (0.4, 1.0):
        one, other = (Aggregation(rho).protection(spending, spillover) for rho in (0.001, 0.001 + 1e-9))
        assert one == pytest.approx(other, rel=1e-7)


def test_nobody_is_protected_by_a_zero_where_powers_are_not_above_zero():
    assert [Aggregation(rho).protection(np.array([0.0, 1.0])).max() for rho in (0, -1)] == [0, 0]


def test_weakest_link_reference_values_and_its_place_at_the_end_of_the_scale():
    alliance = Alliance.spread(7, 0.2, np.array([0, 0.3, 0.6, 0.9]))
    assert weakest_link_level(alliance).round(2).tolist() == [0.2, 0.14, 0.08, 0.02]
    spending = np.array([[0.3, 0.1, 0.2]])
    protection = [float(Aggregation(rho).protection(spending)[0, 0]) for rho in (1, 0, -5, -60)]
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


@pytest.mark.parametrize("share", [-0.1, 1.1, np.nan])
def test_spillover_and_reliance_outside_their_range_are_refused(share):
    alliance = Alliance.spread(3, 0.2)
    with pytest.raises(BuzanError, match=r"^reliance (-0\.1|1\.1|nan); allowed: 0 to 1$"):
        Aggregation(0.5).equilibrium(alliance, share)
    with pytest.raises(BuzanError, match=r"^spillover (-0\.1|1\.1|nan); allowed: 0 to 1$"):
        Aggregation(0.5).protection(alliance.alone, share)


@pytest.mark.parametrize("rho", [-60.0, -8.0, 0.5, 0.999])
def test_reliances_of_many_alliances_at_once_are_those_of_each(rho):
    alliance, reliance = (
        Alliance.spread(5, 0.3, np.array([0.2, 0.9])),
        np.array([0.0, 1e-9, 0.5, 1 - 1e-9, 1.0]),
    )
    found = Aggregation(rho).equilibrium(alliance, reliance[:, None, None])
    assert found.shape == (5, 2, 5)
    for place, one in enumerate(reliance):
        for spread in range(2):
            alone = Alliance(alliance.tastes[spread], alliance.wealth[spread])
            assert found[place, spread] == pytest.approx(Aggregation(rho).equilibrium(alone, one), rel=1e-8)
