from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from buzanlib.errors import BuzanError
from buzanlib.policy.defence import Alliance, aggregate_total


@pytest.mark.parametrize(
    ("tastes", "wealth", "message"),
    [
        ([0.1, 0.1], [1, -2], r"wealth -2 of a member; allowed: above zero"),
        ([0.1, 0.1], [1, 0], r"wealth 0 of a member; allowed: above zero"),
        ([0.1, 0.1], [1, np.inf], r"wealth inf of a member; allowed: above zero"),
        ([0.1, 0.1], [1, np.nan], r"wealth nan of a member; allowed: above zero"),
        ([0.1, 1.0], [1, 1], r"taste for defence 1; allowed: between 0 and 1, both excluded"),
        ([0.0, 0.1], [1, 1], r"taste for defence 0; allowed: between 0 and 1, both excluded"),
        ([0.1], [1], r"an alliance of 1; allowed: two members or more"),
        ([0.1, 0.2], [1, 1, 1], r"2 tastes and 3 wealths; allowed: one of each a member"),
    ],
)
def test_what_is_not_an_alliance_is_refused(tastes, wealth, message):
    with pytest.raises(BuzanError, match=message):
        Alliance(np.array(tastes), np.array(wealth))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((7, 0.1, 1.0), r"spread of tastes 1; allowed: 0 or more, below 1"),
        ((7, 0.1, -0.1), r"spread of tastes -0\.1; allowed: 0 or more, below 1"),
        ((1, 0.1, 0.5), r"an alliance of 1; allowed: two members or more"),
        ((7, 0.6, 0.9), r"taste for defence 1\.14; allowed: between 0 and 1, both excluded"),
        ((7, 0.1, 0.5, -1.0), r"wealth -1 of a member; allowed: above zero"),
    ],
)
def test_a_spread_that_cannot_be_is_refused(arguments, message):
    with pytest.raises(BuzanError, match=message):
        Alliance.spread(*arguments)


@given(st.integers(2, 12), st.floats(0.05, 0.45), st.floats(0, 0.99))
def test_a_spread_leaves_the_mean_taste_alone(members, taste, spread):
    alliance = Alliance.spread(members, taste, spread)
    assert alliance.members == members
    assert alliance.tastes.mean() == pytest.approx(taste, rel=1e-12)
    assert np.ptp(alliance.tastes) == pytest.approx(2 * taste * spread, abs=1e-12)


@given(
    st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)), min_size=2, max_size=9).filter(
        lambda pairs: max(most for most, _ in pairs) > 1e-6
    )
)
def test_the_total_solves_its_equation(pairs):
    most, slope = np.array(pairs).T
    total = float(aggregate_total(most, slope))
    assert np.maximum(0, most - slope * total).sum() == pytest.approx(total, abs=1e-9)
    root = brentq(lambda g: np.maximum(0, most - slope * g).sum() - g, 0, most.sum() + 1, xtol=1e-13)
    assert total == pytest.approx(root, abs=1e-9)
