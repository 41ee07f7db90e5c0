from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize, minimize_scalar

from buzanlib.errors import BuzanError
from buzanlib.policy.defence import Alliance, Spillover, by_spillover

tastes = st.floats(0.02, 0.6)
thetas = st.floats(0, 1)
alliances = st.lists(st.tuples(tastes, st.floats(0.1, 20)), min_size=2, max_size=8).map(
    lambda pairs: Alliance(*map(np.array, zip(*pairs, strict=True)))
)


def best_response(theta, alliance, spending):
    """``max(0, a w - (1 - a) theta (others' total))``, from the first-order condition."""
    others = spending.sum() - spending
    return np.maximum(0, alliance.alone - (1 - alliance.tastes) * theta * others)


# Design notes of the models, section 2.6: seven members, taste .1, wealth 1.
PRINTED = {
    1.0: (0.0156, 0.156, 0.1094),
    0.5: (0.0270, 0.27, 0.1081),
    0.25: (0.0426, 0.426, 0.1064),
    0.1: (0.0649, 0.649, 0.1039),
    0.0: (0.1, 1.0, 0.1),
}


@pytest.mark.parametrize(("theta", "printed"), PRINTED.items())
def test_reference_values_of_equal_members(theta, printed):
    alliance = Alliance.spread(7, 0.1)
    game = Spillover(theta)
    spending = game.equilibrium(alliance)
    assert round(spending[0], 4) == printed[0]
    assert round(spending[0] / alliance.alone[0], 3) == printed[1]
    assert round(game.protection(spending)[0], 4) == printed[2]


def test_olson_and_zeckhauser_only_the_largest_pays_for_a_pure_public_good():
    wealth = np.array([10, 5, 3, 2, 1, 1, 0.5])
    alliance = Alliance(np.full(7, 0.1), wealth)
    spending = Spillover(1).equilibrium(alliance)
    assert spending == pytest.approx([1, 0, 0, 0, 0, 0, 0], abs=1e-12)
    small = [Spillover(theta).equilibrium(alliance) for theta in (1, 0)]
    assert [round(float(some[1:].sum() / some.sum()), 2) for some in small] == [0, 0.56]


def test_the_spread_of_tastes_raises_the_total_of_a_public_good():
    alliance = Alliance.spread(7, 0.2, np.array([0, 0.3, 0.6, 0.9]))
    total = Spillover(1).equilibrium(alliance).sum(axis=-1)
    assert total.round(3).tolist() == [0.241, 0.285, 0.351, 0.420]


def test_a_spread_too_small_to_make_anyone_stop_lowers_the_total():
    # While all pay, the total is n w / (1 + sum (1 - a) / a), and by Jensen's inequality a spread raises that sum.
    alliance = Alliance.spread(7, 0.2, np.array([0, 0.01, 0.02]))
    spending = Spillover(1).equilibrium(alliance)
    assert (spending > 0).all()
    assert (np.diff(spending.sum(axis=-1)) < 0).all()


@given(tastes, st.floats(0.1, 20), thetas, st.integers(2, 30))
def test_closed_form_of_equal_members(taste, wealth, theta, members):
    alliance = Alliance.spread(members, taste, wealth=wealth)
    closed = taste * wealth / (1 + (1 - taste) * theta * (members - 1))
    assert Spillover(theta).equilibrium(alliance) == pytest.approx(np.full(members, closed), abs=1e-9)


@given(alliances, thetas)
def test_nobody_gains_by_another_response(alliance, theta):
    game = Spillover(theta)
    spending = game.equilibrium(alliance)
    assert best_response(theta, alliance, spending) == pytest.approx(spending, abs=1e-9)


@given(alliances, thetas, st.randoms(use_true_random=False))
def test_the_equilibrium_is_that_of_best_responses_one_after_the_other(alliance, theta, random):
    # From any start, each member in turn responds: a game with one equilibrium and a potential must settle there.
    game = Spillover(theta)
    spending = np.array([random.random() for _ in range(alliance.members)]) * alliance.wealth
    for _ in range(4000):
        before = spending.copy()
        for member in range(alliance.members):
            spending[member] = best_response(theta, alliance, spending)[member]
        if np.abs(spending - before).max() < 1e-13:
            break
    assert spending == pytest.approx(game.equilibrium(alliance), abs=1e-9)


def test_the_response_is_the_numeric_optimum_of_utility(utility):
    alliance = Alliance(np.array([0.1, 0.4, 0.25]), np.array([3.0, 1.0, 2.0]))
    others = np.array([0.2, 0.05, 0.1])
    game = Spillover(0.6)
    for member in range(3):

        def loss(own, member=member):
            spending = others.copy()
            spending[member] = own
            return -utility(alliance, spending, game.protection(spending))[member]

        found = minimize_scalar(
            loss, bounds=(0, alliance.wealth[member]), method="bounded", options={"xatol": 1e-12}
        )
        assert best_response(0.6, alliance, others)[member] == pytest.approx(found.x, abs=1e-5)


@pytest.mark.parametrize("theta", [0.0, 0.3, 1.0])
def test_the_first_best_of_equal_members_is_taste_times_wealth(theta, utility):
    alliance = Alliance.spread(4, 0.3, wealth=2.0)
    game = Spillover(theta)
    found = minimize(
        lambda g: -utility(alliance, g, game.protection(g)).sum(),
        np.full(4, 0.2),
        bounds=[(1e-6, 1.9)] * 4,
        tol=1e-14,
    )
    assert found.x.sum() == pytest.approx(alliance.alone.sum(), rel=1e-4)


@given(tastes, st.integers(2, 20), thetas, thetas)
def test_less_spillover_means_more_spending_and_less_protection(taste, members, one, other):
    low, high = sorted((one, other))
    alliance = Alliance.spread(members, taste)
    loose, tight = (Spillover(theta).equilibrium(alliance) for theta in (low, high))
    assert (loose >= tight - 1e-12).all()
    assert (Spillover(low).protection(loose) <= Spillover(high).protection(tight) + 1e-12).all()


@given(alliances, thetas, st.data())
def test_who_grows_richer_or_keener_spends_no_less(alliance, theta, data):
    member = data.draw(st.integers(0, alliance.members - 1))
    wealth, keen = alliance.wealth.copy(), alliance.tastes.copy()
    wealth[member] *= 1.5
    keen[member] = min(0.9, keen[member] * 1.5)
    before = Spillover(theta).equilibrium(alliance)[member]
    for changed in (Alliance(alliance.tastes, wealth), Alliance(keen, alliance.wealth)):
        assert Spillover(theta).equilibrium(changed)[member] >= before - 1e-12


@pytest.mark.parametrize("theta", [-0.1, 1.1, np.nan])
def test_spillover_outside_its_range_is_refused(theta):
    with pytest.raises(BuzanError, match=r"^spillover (-0\.1|1\.1|nan); allowed: 0 to 1$"):
        Spillover(theta)


def test_the_table_by_spillover_is_that_of_the_game():
    found = by_spillover(7, 0.1, 0.5)
    even, uneven = Alliance.spread(7, 0.1), Alliance(np.full(7, 0.1), 0.5 ** np.arange(7))
    assert list(found.index) == [1, 0.75, 0.5, 0.25, 0.1, 0]
    for theta, (spending, of_best, protection) in PRINTED.items():
        assert found.loc[theta, "spending"] == Spillover(theta).equilibrium(even)[0]
        assert found.loc[theta, "of the best"] == pytest.approx(of_best, abs=1e-3)
        assert found.loc[theta, "protection"] == pytest.approx(protection, abs=1e-4)
        paid = Spillover(theta).equilibrium(uneven)
        assert found.loc[theta, "paid by all but the largest"] == pytest.approx(paid[1:].sum() / paid.sum())
        assert spending == pytest.approx(found.loc[theta, "spending"], abs=1e-4)
    assert found.loc[1.0, "paid by all but the largest"] == 0
