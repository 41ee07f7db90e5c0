from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from buzanlib.inference.permutation import Array
from buzanlib.policy.ces_public_good import Aggregation
from buzanlib.policy.defence import Alliance
from buzanlib.policy.reliance import DisagreementMap, Ladder, by_reliance, equal_spending, equal_values

tastes = st.floats(0.02, 0.6)
shares = st.floats(0, 1)
rhos = st.sampled_from((-60.0, -8.0, -1.0, -0.2, 0.0, 0.3, 0.8, 0.99, 1.0))
alliances = st.lists(st.tuples(tastes, st.floats(0.1, 20)), min_size=2, max_size=6).map(
    lambda pairs: Alliance(*map(np.array, zip(*pairs, strict=True)))
)


def believed(rho: float, own: float, others: Array, reliance: float) -> float:
    """Logarithm of the protection that a member counts on, from the formula, but for a constant."""
    if rho == 0:
        weight = 1 / (1 + reliance * len(others))
        return float(weight * np.log(own) + weight * reliance * np.log(others).sum())
    return float(np.log(own**rho + reliance * (others**rho).sum()) / rho)


def by_responses(rho: float, alliance: Alliance, reliance: Array) -> Array:
    """Where best responses end, one after the other, each the maximum of utility that SciPy finds."""
    spending = 0.5 * alliance.alone
    for _ in range(500):
        before = spending.copy()
        for i, (a, w) in enumerate(zip(alliance.tastes, alliance.wealth, strict=True)):
            others = np.delete(spending, i)

            def loss(own: float, a=a, w=w, others=others, i=i) -> float:
                return -(1 - a) * np.log(w - own) - a * believed(rho, own, others, reliance[i])

            found = minimize_scalar(
                loss, bounds=(1e-12, w * (1 - 1e-12)), method="bounded", options={"xatol": 1e-11}
            )
            spending[i] = found.x
        if np.abs(spending - before).max() < 1e-9:
            break
    return np.asarray(spending)


@pytest.mark.parametrize("rho", [1.0, 0.6, 0.0, -1.5, -6.0])
def test_the_equilibrium_is_where_numeric_best_responses_end(rho):
    rng = np.random.default_rng(int(10 * rho) + 100)
    for _ in range(4):
        members = int(rng.integers(2, 6))
        alliance = Alliance(rng.uniform(0.05, 0.6, members), np.exp(rng.normal(0, 0.7, members)))
        reliance = rng.uniform(0, 1, members)
        found = Aggregation(rho).equilibrium(alliance, reliance)
        assert found == pytest.approx(by_responses(rho, alliance, reliance), abs=2e-6)


@given(st.integers(2, 30), tastes, st.floats(0.1, 20), shares, rhos)
def test_closed_form_of_equal_members_at_every_elasticity(members, taste, wealth, reliance, rho):
    alliance = Alliance.spread(members, taste, wealth=wealth)
    closed = equal_spending(members, taste, reliance) * wealth
    assert Aggregation(rho).equilibrium(alliance, reliance) == pytest.approx(
        np.full(members, closed), rel=1e-8
    )


@settings(deadline=None)
@given(alliances, rhos, st.data())
def test_no_member_is_less_protected_where_some_rely_less(alliance, rho, data):
    # The theorem of the chapter: any tastes and wealth, reliances of each one's own, all at most the true spillover.
    before = np.array([data.draw(shares) for _ in range(alliance.members)])
    after = before * np.array([data.draw(shares) for _ in range(alliance.members)])
    spillover = data.draw(st.floats(float(before.max()), 1))
    game = Aggregation(rho)
    spent = [game.equilibrium(alliance, reliance) for reliance in (before, after)]
    safe = [game.protection(some, spillover) for some in spent]
    assert (safe[1] >= safe[0] * (1 - 1e-8)).all()
    if rho <= 0:
        assert (spent[1] >= spent[0] * (1 - 1e-8)).all()
    if rho == 1:
        assert spent[1].sum() >= spent[0].sum() * (1 - 1e-8)


def test_a_member_that_relies_more_than_is_true_can_lose_by_relying_less():
    # The condition is needed: alone in truth, the largest cuts its spending as others begin to pay.
    alliance, game = Ladder(7, 0.2, 0.5).alliance, Aggregation(1)
    before, after = (game.protection(game.equilibrium(alliance, r), 0.0) for r in (1.0, 0.4))
    assert after[0] < before[0]


@given(st.integers(2, 12), tastes, shares, shares, rhos, shares)
def test_equal_members_are_better_off_the_less_they_rely(members, taste, one, other, rho, spillover):
    less, more = sorted((one, other))
    spent = equal_spending(members, taste, np.array([less, more]))
    assert spent[0] >= spent[1]
    assert spent[0] <= taste * (1 + 1e-12)
    # Where all spend g, protection is g whatever rho and spillover, and utility rises up to the first best, a w.
    safe = Aggregation(rho).protection(np.repeat(spent[:, None], members, axis=1), spillover)
    assert safe == pytest.approx(np.repeat(spent[:, None], members, axis=1), rel=1e-9)
    utility = (1 - taste) * np.log(1 - spent) + taste * np.log(safe[:, 0])
    assert utility[0] >= utility[1] - 1e-12


@pytest.mark.parametrize("spillover", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("rho", [1.0, -2.0])
def test_the_first_best_of_equal_members_is_taste_times_wealth_for_every_technology(
    spillover: float, rho: float, utility: Callable[[Alliance, Array, Array], Array]
) -> None:
    alliance, game = Alliance.spread(4, 0.3, wealth=2.0), Aggregation(rho)

    def welfare(spending: Array) -> float:
        return float(utility(alliance, spending, game.protection(spending, spillover)).sum())

    rng = np.random.default_rng(3)
    best = welfare(alliance.alone)
    assert all(welfare(alliance.alone * np.exp(rng.normal(0, 0.1, 4))) < best for _ in range(200))


def test_the_table_has_the_numbers_of_the_design_notes():
    found = by_reliance(7, 0.2)
    assert list(found.index) == [1, 0.75, 0.5, 0.25, 0.1, 0]
    assert found["protection"].round(2).iloc[[0, -1]].tolist() == [0.24, 1.4]
    alliance, game = Alliance.spread(7, 0.2), Aggregation(1)
    for reliance, row in found.iterrows():
        spent = game.equilibrium(alliance, reliance)
        assert row["spending"] == pytest.approx(spent[0], rel=1e-9)
        assert row["of the best"] == pytest.approx(spent[0] / 0.2, rel=1e-9)
        assert row["protection"] == pytest.approx(spent.sum(), rel=1e-9)
        assert row["if the spillover falls as far"] == pytest.approx(
            spent[0] + reliance * spent[1:].sum(), rel=1e-9
        )
    # Reliance and technology are two things: one raises protection, the other lowers it.
    assert (np.diff(found["protection"]) > 0).all()
    assert (np.diff(found["if the spillover falls as far"]) < 0).all()


@given(st.integers(2, 30), tastes)
def test_what_must_stay_of_the_spillover_is_what_members_spend_who_rely_fully(members, taste):
    values = equal_values(members, taste)
    game, alliance = Aggregation(1), Alliance.spread(members, taste)
    united, alone = game.equilibrium(alliance, 1.0), game.equilibrium(alliance, 0.0)
    stays = values["defence.must_stay"]
    assert alone[0] + stays * alone[1:].sum() == pytest.approx(united.sum(), rel=1e-9)
    assert values["defence.full.protection"] == pytest.approx(united.sum(), rel=1e-9)
    assert values["defence.none.protection"] == pytest.approx(alone.sum(), rel=1e-9)
    assert values["defence.loss"] == pytest.approx(1 - alone[0] / united.sum(), rel=1e-9)


def test_olson_and_zeckhauser_only_the_largest_pays_for_a_pure_public_good():
    alliance = Alliance(np.full(7, 0.1), np.array([10, 5, 3, 2, 1, 1, 0.5]))
    assert Aggregation(1).equilibrium(alliance) == pytest.approx([1, 0, 0, 0, 0, 0, 0], abs=1e-12)
    none = Aggregation(1).equilibrium(alliance, 0)
    assert round(float(none[1:].sum() / none.sum()), 2) == 0.56


def test_the_ladder_tells_who_pays_and_who_is_worse_off(
    utility: Callable[[Alliance, Array, Array], Array],
) -> None:
    found = Ladder(7, 0.2, 0.5)
    spent, alliance = found.spending, found.alliance
    total = spent.sum(axis=1).to_numpy()
    assert (spent.index[0], spent.index[-1]) == (1, 0)
    assert (np.diff(total) >= -1e-12).all()
    at = [utility(alliance, row, np.full(7, row.sum())) for row in spent.to_numpy()[[0, -1]]]
    assert found.gains == pytest.approx(at[1] - at[0])
    # Safer, all of them, and six of seven the poorer for it: nobody carries them any more.
    assert (found.gains < 0).tolist() == [False] + [True] * 6
    values = found.values()
    assert values["ladder.worse"] == "6 of 7 members are"
    assert values["ladder.sum"] == "lower"
    assert (values["ladder.full.others"], values["ladder.none.others"]) == (0, pytest.approx(1 - 64 / 127))
    assert values["ladder.gain"] == pytest.approx(127 / 64 - 1)
    assert 1 - spent[1].min() / 0.2 == pytest.approx(0.067, abs=5e-4)
    assert values["ladder.largest"] == "at times spends less, by 7% at most"
    even = Ladder(7, 0.2, 1.0).values()
    assert (even["ladder.largest"], even["ladder.worse"]) == ("never spends less", "none is")
    assert even["ladder.sum"] == "higher"


@pytest.mark.parametrize(
    ("panel", "row", "column"), [(0, 0, 0), (0, 2, 1), (1, 1, 2), (1, 0, 1), (0, 1, 0), (1, 2, 0)]
)
def test_the_map_is_that_of_numeric_best_responses(panel: int, row: int, column: int) -> None:
    found = DisagreementMap(4, 0.2, (0.4, 0.8), np.array([1, 0.5, 0]), np.array([0.2, 0.5, 0.9]))
    assert found.rhos == pytest.approx([-3, 0, 2 - 1 / 0.9])
    rho, alliance = float(found.rhos[row]), Alliance.spread(4, 0.2, found.spreads[panel])
    spent = by_responses(rho, alliance, np.full(4, found.reliances[column]))
    united = by_responses(rho, Alliance.spread(4, 0.2), np.ones(4))
    game = Aggregation(rho)
    safe = [np.exp(np.log(x).mean()) if rho == 0 else (x**rho).mean() ** (1 / rho) for x in (spent, united)]
    assert found.protection[panel, row, column] == pytest.approx(safe[0] / safe[1], rel=1e-5)
    of_best = spent.sum() / game.optimum(alliance).sum(), united.sum() / 0.8
    assert found.spending[panel, row, column] == pytest.approx(of_best[0] / of_best[1], rel=1e-5)


def test_the_map_tells_where_protection_rises():
    found = DisagreementMap(5, 0.2, (0.2, 0.95), np.array([1, 0.5, 0]), np.array([0.1, 0.5, 1.0]))
    values = found.values()
    assert found.rhos.tolist() == [-8, 0, 1]
    assert (np.diff(found.protection, axis=2) > 0).all()
    assert values["phase.sum.full"] == found.protection[1, 2, 0] - 1 > 0
    assert values["phase.least.full"] == found.protection[1, 0, 0] - 1 < 0
    assert values["phase.sum.none"] == found.protection[1, 2, 2] - 1
    assert values["phase.least.none"] == found.protection[1, 0, 2] - 1
    assert values["phase.high.share"] == (found.protection[1] >= 1).mean()
    assert values["phase.full"] == "only for a ρ of 1.00 or more"
    assert values["phase.none"] == "only for a ρ of 0.00 or more"
    assert values["weakest_link.even"] == pytest.approx(0.2)
    assert values["weakest_link.spread"] == pytest.approx(0.01)
    mild = DisagreementMap(5, 0.2, (0.2,), np.array([1, 0]), np.array([0.1, 0.4])).values()
    assert (mild["phase.full"], mild["phase.none"]) == ("for no ρ of the map", "for every ρ of the map")


@given(st.integers(2, 12), st.floats(0.05, 0.45), rhos)
def test_up_to_the_safe_spread_no_technology_undoes_what_the_end_of_reliance_gains(members, taste, rho):
    safe_spread = 1 - float(equal_spending(members, taste, 1.0)) / taste
    alliance, game = Alliance.spread(members, taste, 0.999 * safe_spread), Aggregation(rho)
    united = float(equal_spending(members, taste, 1.0))
    assert game.equilibrium(alliance, 0) == pytest.approx(alliance.alone, rel=1e-9)
    assert game.protection(game.equilibrium(alliance, 0)).min() >= united * (1 - 1e-9)
