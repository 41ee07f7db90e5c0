from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from buzanlib.errors import BuzanError, EstimationError
from buzanlib.policy import interdependence
from buzanlib.policy.defence import Alliance
from buzanlib.policy.interdependence import Interdependence, Tipping

SPREADS = np.array([0, 0.3, 0.6, 0.9])
# Design notes of the models, section 2.6: mean security at the largest equilibrium, by contagion and spread.
PRINTED = {
    0.0: [0.917, 0.913, 0.898, 0.799],
    0.2: [0.810, 0.801, 0.765, 0.521],
    0.4: [0.682, 0.666, 0.596, 0.200],
    0.6: [0.502, 0.465, 0, 0],
    0.8: [0, 0, 0, 0],
}


@pytest.mark.parametrize(("contagion", "printed"), PRINTED.items())
def test_reference_values(contagion, printed):
    found = Interdependence(contagion, 60).equilibria(Alliance.spread(7, 0.2, SPREADS))
    assert found.secure_at_largest.mean(axis=-1).round(3).tolist() == printed


def test_where_two_equilibria_are_both_are_reported():
    alliance = Alliance.spread(7, 0.2, SPREADS)
    found = Interdependence(0.4, 60).equilibria(alliance)
    assert found.secure_at_smallest.mean(axis=-1).round(3).tolist() == [0, 0, 0, 0]
    assert (found.secure_at_largest.mean(axis=-1) > found.secure_at_smallest.mean(axis=-1)).all()
    alone = Interdependence(0, 60).equilibria(alliance)
    assert alone.largest == pytest.approx(alone.smallest, abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 8), st.floats(0.05, 0.4), st.floats(0, 0.9), st.floats(0, 1), st.floats(5, 100))
def test_both_ends_are_equilibria_and_in_order(members, taste, spread, contagion, effect):
    alliance, game = Alliance.spread(members, taste, spread), Interdependence(contagion, effect)
    try:
        found = game.equilibria(alliance)
    except EstimationError:
        return  # just where an equilibrium vanishes, best responses creep
    for spending in (found.largest, found.smallest):
        assert game.best_response(alliance, spending) == pytest.approx(spending, abs=1e-9)
    assert (found.largest >= found.smallest - 1e-12).all()
    nobody = np.zeros(members)
    defenceless = bool((game.best_response(alliance, nobody) == 0).all())
    if abs(contagion - float(game.defenceless_from(alliance))) > 1e-9:
        assert defenceless == (contagion > float(game.defenceless_from(alliance)))
        assert defenceless == (found.smallest.max() == 0)


@given(
    st.floats(0, 0.9),
    st.lists(st.floats(0, 0.2), min_size=4, max_size=4),
    st.integers(0, 3),
    st.floats(0, 0.2),
)
def test_better_defended_partners_make_defence_worth_more(contagion, spending, partner, more):
    alliance, game = Alliance.spread(4, 0.2, 0.5), Interdependence(contagion, 60)
    raised = np.array(spending)
    raised[partner] += more
    others = np.arange(4) != partner
    before, after = (game.best_response(alliance, np.array(some)) for some in (spending, raised))
    assert (after >= before - 1e-12)[others].all()


def test_the_response_is_the_numeric_optimum():
    # The best response is that to what a member thinks: another contagion, partners who spend less.
    alliance = Alliance(np.array([0.1, 0.3, 0.2]), np.array([1.0, 2.0, 0.5]))
    game, spending = Interdependence(0.3, 40, 0.2, 0.6), np.array([0.03, 0.1, 0.02])
    seen = Interdependence(0.2, 40)
    for member in range(3):

        def loss(own, member=member):
            changed = 0.6 * spending
            changed[member] = own
            secure = seen.security(alliance, changed)[member]
            return own / alliance.wealth[member] - alliance.tastes[member] * secure

        found = minimize_scalar(
            loss, bounds=(0, alliance.wealth[member]), method="bounded", options={"xatol": 1e-10}
        )
        assert game.best_response(alliance, spending)[member] == pytest.approx(found.x, abs=1e-6)


def test_security_is_that_of_a_simulation():
    alliance, game = Alliance.spread(3, 0.2, 0.5), Interdependence(0.4, 20)
    spending = np.array([0.02, 0.05, 0.1])
    rng = np.random.default_rng(1)
    draws = 200_000
    breached = rng.random((draws, 3)) < np.exp(-20 * spending)
    reaches = rng.random((draws, 3, 3)) < 0.4  # from the second to the first
    hit = (reaches & breached[:, None, :] & ~np.eye(3, dtype=bool)).any(axis=2)
    secure = ~breached & ~hit
    assert game.security(alliance, spending) == pytest.approx(secure.mean(axis=0), abs=0.005)


@pytest.mark.parametrize(
    ("contagion", "effect", "message"),
    [
        (-0.1, 60, r"^contagion -0\.1; allowed: 0 to 1$"),
        (1.2, 60, r"^contagion 1\.2; allowed: 0 to 1$"),
        (0.5, 0, r"^effect 0 of spending against breaches; allowed: above zero$"),
        (0.5, np.inf, r"^effect inf of spending against breaches; allowed: above zero$"),
    ],
)
def test_what_cannot_be_is_refused(contagion, effect, message):
    with pytest.raises(BuzanError, match=message):
        Interdependence(contagion, effect)


def test_beliefs_that_cannot_be_are_refused():
    with pytest.raises(BuzanError, match=r"^contagion believed in 1\.2; allowed: 0 to 1$"):
        Interdependence(0.5, 60, 1.2)
    with pytest.raises(BuzanError, match=r"^reliance -1; allowed: 0 to 1$"):
        Interdependence(0.5, 60, None, -1)


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 7), st.floats(0.05, 0.4), st.floats(0, 0.9), st.floats(0, 1), st.floats(0, 1))
def test_fearing_less_contagion_makes_safer_and_trusting_partners_less_does_not(
    members, taste, spread, q, part
):
    # Theorem of the chapter, for both extreme equilibria and every member.
    alliance = Alliance.spread(members, taste, spread)
    try:
        plain, fearless, wary = (
            Interdependence(q, 60, believed, reliance).equilibria(alliance)
            for believed, reliance in ((q, 1.0), (part * q, 1.0), (q, part))
        )
    except EstimationError:
        return  # just where an equilibrium vanishes, best responses creep
    for name in ("largest", "smallest", "secure_at_largest", "secure_at_smallest"):
        low, middle, high = (getattr(found, name) for found in (wary, plain, fearless))
        assert (low <= middle + 1e-9).all()
        assert (middle <= high + 1e-9).all()


def test_responses_that_do_not_settle_are_told(monkeypatch):
    monkeypatch.setattr(interdependence, "_ROUNDS", 2)
    with pytest.raises(EstimationError, match=r"have not settled after 2 rounds at contagion 0\.3"):
        Interdependence(0.3, 60).equilibria(Alliance.spread(7, 0.2))


def test_tipping_is_the_mean_security_of_both_equilibria():
    found = Tipping(7, 0.2, 60.0, 0.4, 0.5)
    assert found.best.shape == found.worst.shape == (201, 4)
    for contagion, printed in PRINTED.items():
        shown = found.best.loc[contagion, ["of one mind", "different perspectives"]]
        assert shown.round(3).tolist() == [printed[0], printed[-1]]
    believed = Interdependence(0.3, 60, 0.15).equilibria(Alliance.spread(7, 0.2))
    assert found.best.loc[0.3, "less contagion believed in"] == believed.secure_at_largest.mean()
    wary = Interdependence(0.3, 60, 0.3, 0.5).equilibria(Alliance.spread(7, 0.2))
    assert found.best.loc[0.3, "partners relied on less"] == wary.secure_at_largest.mean()
    assert (found.best >= found.worst - 1e-9).all(axis=None)
    values = found.values()
    at = [values[f"tipping.at.{key}"] for key in ("even", "believed", "trust", "spread")]
    assert at == found.best.loc[0.4].tolist()
    assert (found.best.loc[found.best.index > values["tipping.best_until"], "of one mind"] <= 0.005).all()
    assert values["tipping.spread_until"] < values["tipping.best_until"] < values["tipping.believed_until"]
    assert values["tipping.trust_until"] < values["tipping.best_until"]
    assert values["tipping.none_from"] <= values["tipping.none_from_spread"]
