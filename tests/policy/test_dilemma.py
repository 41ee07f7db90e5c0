"""The game of trust: closed forms against trying everything, and the laws of transparency and distance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from buzanlib.errors import BuzanError
from buzanlib.policy.dilemma import STRATEGIES, Dilemma, TrustGames

DISTRUST = ("arms", "arms")
share = st.floats(0, 1)
inside = st.floats(0.02, 0.98)
untimed = settings(deadline=None)


@st.composite
def dilemmas(draw):
    missed = draw(st.floats(0, 0.98))
    alarm = draw(share) * (1 - missed)
    return Dilemma(draw(inside), draw(inside) * 2, 2.0, alarm, missed)


def threshold(game: Dilemma, transparency: float, distance: float) -> dict[str, float]:
    """The least prior with which each kind of trust is an equilibrium, by the formulas of the chapter."""
    false, missed = (float(value) for value in game.errors(transparency, distance))
    theta, room = game.needed, 1 - false - game.needed
    missed_all, true = theta * missed, theta * (1 - missed)
    return {
        "trusts on condition": missed_all / ((1 - false) * room + missed_all) if room > 0 else 1.0,
        "trusts": true / (false * (1 - theta) + true),
    }


def mixed(game: Dilemma, transparency: float, distance: float) -> list[tuple[float, float]]:
    """Symmetric equilibria in which states arm at random upon a defensive or a hostile reading."""
    false, missed = (float(value) for value in game.errors(transparency, distance))
    t, safe, found = game.prior, 1 - false, []
    if safe > 0:
        trusted = t * safe / (t * safe + (1 - t) * missed)
        upon_defensive = (1 - game.needed / trusted - false) / safe
        if 0 < upon_defensive < 1:
            found.append((upon_defensive, 1.0))
    if false > 0:
        suspected = t * false / (t * false + (1 - t) * (1 - missed))
        upon_hostile = (1 - game.needed / suspected) / false
        if 0 < upon_hostile < 1:
            found.append((0.0, upon_hostile))
    return found


def possible(game: Dilemma, transparency: float, distance: float) -> bool:
    return bool(game.conditional(transparency, distance) | game.blind(transparency, distance))


@untimed
@given(dilemmas(), share, share)
def test_distrust_is_always_an_equilibrium(game, transparency, distance):
    assert DISTRUST in game.equilibria(transparency, distance)


@untimed
@given(dilemmas(), share, share)
def test_closed_forms_say_what_trying_all_pairs_finds(game, transparency, distance):
    false = float(game.errors(transparency, distance)[0])
    assume(1e-6 < false < 1 - 1e-6)  # else a reading never occurs, and what is planned upon it is idle
    assume(abs(1 - false - game.needed) > 1e-6)
    thresholds = threshold(game, transparency, distance)
    assume(all(abs(game.prior - level) > 1e-6 for level in thresholds.values()))
    found = game.equilibria(transparency, distance)
    assert (("trusts", "trusts") in found) == bool(game.blind(transparency, distance))
    assert (game.prior > thresholds["trusts"]) == bool(game.blind(transparency, distance))
    assert (game.prior > thresholds["trusts on condition"]) == bool(game.conditional(transparency, distance))
    assert possible(game, transparency, distance) == (found != [DISTRUST])
    # Where trust on condition is possible but no equilibrium, more trust is.
    conditional = ("trusts on condition", "trusts on condition")
    if game.conditional(transparency, distance) and conditional not in found:
        assert ("trusts", "trusts") in found


@untimed
@given(dilemmas(), share, share)
def test_only_alike_plans_are_equilibria(game, transparency, distance):
    false = float(game.errors(transparency, distance)[0])
    assume(1e-6 < false < 1 - 1e-6)
    thresholds = threshold(game, transparency, distance)
    assume(all(abs(game.prior - level) > 1e-6 for level in thresholds.values()))
    assert all(first == second for first, second in game.equilibria(transparency, distance))


@untimed
@given(dilemmas(), share, share, share)
def test_transparency_never_ends_trust_on_condition(game, distance, one, other):
    low, high = sorted((one, other))
    assert game.conditional(high, distance) or not game.conditional(low, distance)


@untimed
@given(dilemmas(), share, share, share)
def test_distance_never_makes_trust_on_condition_possible(game, transparency, one, other):
    near, far = sorted((one, other))
    assert game.conditional(transparency, near) or not game.conditional(transparency, far)


@untimed
@given(dilemmas(), share, share, share, share)
def test_where_trust_is_low_the_region_of_any_trust_is_monotone(game, t_one, t_other, d_one, d_other):
    assume(game.prior < game.needed - 1e-6)
    (low, high), (near, far) = sorted((t_one, t_other)), sorted((d_one, d_other))
    assert not game.blind(low, far)
    assert possible(game, high, near) or not possible(game, low, far)


def test_where_trust_is_high_a_little_transparency_can_end_it():
    """The limit of the law above: blind trust in the dark, none at dusk, trust on condition by day."""
    game = Dilemma(prior=0.7)
    assert game.prior > game.needed
    assert game.equilibria(0.0, 1.0) == [("trusts", "trusts"), DISTRUST]
    assert game.equilibria(0.4, 1.0) == [DISTRUST]
    assert game.equilibria(0.8, 1.0) == [("trusts on condition", "trusts on condition"), DISTRUST]
    assert not possible(game, 0.0, 0.5)
    assert possible(game, 0.0, 1.0)


@untimed
@given(dilemmas(), share)
def test_transparency_needed_is_where_trust_on_condition_begins(game, distance):
    needed = float(game.transparency_needed(distance))
    assert 0 <= needed <= 1
    if needed > 1e-4:
        assert not game.conditional(needed - 1e-5, distance)
    if needed < 1 - 1e-4:
        assert game.conditional(needed + 1e-5, distance)


@untimed
@given(dilemmas(), share, share)
def test_mixed_equilibria_leave_states_indifferent(game, transparency, distance):
    assume(1e-4 < float(game.errors(transparency, distance)[0]) < 1 - 1e-4)
    for upon_defensive, upon_hostile in mixed(game, transparency, distance):
        # One of the two readings is acted upon surely, so the plan is a mixture of two pure ones.
        if upon_hostile == 1.0:
            plan = {"arms": upon_defensive, "trusts on condition": 1 - upon_defensive}
            mixed_upon = 0
        else:
            plan = {"trusts on condition": upon_hostile, "trusts": 1 - upon_hostile}
            mixed_upon = 1
        payoffs = sum(weight * game.payoffs(name, transparency, distance) for name, weight in plan.items())
        refrain, arm = payoffs[mixed_upon]
        assert refrain == pytest.approx(arm, abs=1e-9)


def test_there_is_a_mixed_equilibrium_between_trust_and_distrust():
    game = Dilemma()
    ((upon_defensive, upon_hostile),) = mixed(game, 0.7, 0.5)
    assert 0 < upon_defensive < 1
    assert upon_hostile == 1.0
    assert mixed(game, 0.0, 1.0) == []


def test_payoffs_are_those_of_counting_every_case():
    """Against a draw of kinds and readings by a plain loop over all cases."""
    game = Dilemma(0.3, 0.5, 1.5, 0.2, 0.3)
    false, missed = (float(value) for value in game.errors(0.25, 0.6))
    for name, (upon_defensive, upon_hostile) in STRATEGIES.items():
        expected = np.zeros((2, 2))
        for seeks, chance in ((True, game.prior), (False, 1 - game.prior)):
            for reading in (0, 1):
                read = (false if seeks else 1 - missed) if reading else (1 - false if seeks else missed)
                for theirs in (0, 1):
                    seen = false if theirs else 1 - false
                    armed = (upon_hostile if theirs else upon_defensive) if seeks else True
                    expected[reading, 0] -= chance * read * seen * game.loss * armed
                    expected[reading, 1] -= chance * read * seen * game.cost
        np.testing.assert_allclose(game.payoffs(name, 0.25, 0.6), expected)


@pytest.mark.parametrize("seed", [1, 2])
def test_error_rates_are_those_of_drawn_readings(seed):
    game, transparency, distance = Dilemma(alarm=0.1, missed=0.3), 0.35, 0.8
    rng = np.random.default_rng(seed)
    n = 200_000
    unseen = rng.random(n) >= transparency
    read_hostile = unseen & (rng.random(n) < 0.1 + (1 - 0.3 - 0.1) * distance)
    passed = unseen & (rng.random(n) < 0.3)
    false, missed = game.errors(transparency, distance)
    assert read_hostile.mean() == pytest.approx(false, abs=0.005)
    assert passed.mean() == pytest.approx(missed, abs=0.005)


def test_without_errors_nothing_is_needed():
    assert Dilemma(alarm=0, missed=0).transparency_needed([0.0, 0.2]).tolist() == [0.0, 0.0]
    assert threshold(Dilemma(alarm=0, missed=0), 1.0, 0.0)["trusts on condition"] == 0
    assert not Dilemma(missed=0).conditional(0.0, 1.0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"prior": 0.0}, "prior 0.0 of a dilemma; allowed: above 0 and below 1"),
        ({"prior": 1.0}, "prior 1.0 of a dilemma; allowed: above 0 and below 1"),
        ({"cost": 0.0}, "cost 0.0 and loss 1.0 of a dilemma; allowed: a cost above 0 and below the loss"),
        ({"cost": 1.0}, "cost 1.0 and loss 1.0 of a dilemma; allowed: a cost above 0 and below the loss"),
        ({"alarm": -0.1}, "alarm -0.1 of a dilemma; allowed: 0 to 1"),
        ({"missed": 1.0}, "missed 1.0 of a dilemma; allowed: 0 or more and below 1"),
        ({"alarm": 0.9}, "alarm 0.9 and missed 0.2 of a dilemma; allowed: together at most 1"),
    ],
)
def test_a_game_outside_its_range_is_refused(given, message):
    with pytest.raises(BuzanError, match=message):
        Dilemma(**given)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_transparency_and_distance_are_shares(value):
    with pytest.raises(BuzanError, match=r"transparency .* of a dilemma; allowed: 0 to 1"):
        Dilemma().errors(value, 0.5)
    with pytest.raises(BuzanError, match=r"perception distance .* of a dilemma; allowed: 0 to 1"):
        Dilemma().errors(0.5, [0.2, value])


def test_the_two_games_say_what_each_says():
    near = pd.Series({"SW-WS": 0.9, "SS-WS": 0.5})
    trust = TrustGames(Dilemma(0.5), Dilemma(0.7), {"table": near, "observed": near / 4}, 0.5)
    low, high = trust.games
    fields = trust.fields(11)
    assert fields[low].shape == (11, 11)
    assert fields[high][10, 0] == 2  # blind trust in the dark, where perspectives are farthest
    assert fields[high][0, 10] == 1 + 2 * trust.high.blind(1.0, 0.0)
    needed = trust.needed()[low]["table"]
    assert needed["transparency"].tolist() == trust.low.transparency_needed(near).tolist()
    values = trust.values()
    assert values["dilemma.needed.SW_WS"] == needed.loc["SW-WS", "transparency"]
    assert values["dilemma.needed.observed"] == trust.low.transparency_needed(near / 4).max()
    assert values["dilemma.apart"] == "lie closer together"
    assert values["dilemma.blind"] == (trust.fields()[high] >= 2).mean()
    assert trust.low.equilibria(0.5, 0.9) == [DISTRUST]
    assert values["dilemma.equilibria.SW_WS"] == "both arm"
    assert values["dilemma.equilibria.SS_WS"] == "both trust on condition, or both arm"
