"""Two one-sided tests."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.weightstats import DescrStatsW

from buzanlib.errors import EstimationError
from buzanlib.inference.equivalence import equivalence_test, two_one_sided


def test_equals_statsmodels() -> None:
    values = np.random.default_rng(1).normal(0.1, 1, size=40)
    described = DescrStatsW(values)
    reference = described.ttost_mean(-0.4, 0.4)[0]
    ours = two_one_sided([values.mean()], [described.std_mean], 39, 0.4)
    assert ours[0] == pytest.approx(reference, rel=1e-9)


@given(st.floats(-3, 3), st.floats(0.01, 2), st.floats(0.05, 2))
def test_the_p_value_is_below_one_twentieth_where_the_interval_is_inside(
    estimate: float, error: float, bound: float
) -> None:
    found = equivalence_test("x", [estimate], [error], df=30, bound=bound, n=34)
    inside = -bound < found.low90 and found.high90 < bound
    assert (found.p < 0.05) == inside
    assert found.beside["n_inside"] == int(inside)


def test_the_weakest_effect_decides() -> None:
    found = equivalence_test("B4", [0.0, -0.3, 0.1], [0.01, 0.01, 0.2], df=100, bound=0.4, n=104)
    assert found.p == pytest.approx(two_one_sided([0.1], [0.2], 100, 0.4)[0])
    assert found.contrast == -0.3
    assert found.outside is False
    assert found.beside == {"n_inside": 2}


def test_an_effect_wholly_beyond_the_bound_is_told() -> None:
    found = equivalence_test("B4", [0.0, -0.9], [0.01, 0.1], df=100, bound=0.4, n=104)
    assert found.outside is True
    assert found.p > 0.99


def test_a_bound_of_nothing_is_refused() -> None:
    with pytest.raises(EstimationError, match="equivalence within 0; allowed: a bound above zero"):
        equivalence_test("B4", [0.0], [0.1], df=10, bound=0, n=14)
