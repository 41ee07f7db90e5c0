"""The closed form of the saturated model equals statsmodels, for one placement and for many."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.weightstats import DescrStatsW

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.inference.contrasts import (
    against_rest,
    contrast_test,
    difference,
    empirical_logit,
    equivalence_test,
    factorial,
    two_one_sided,
)
from buzanlib.inference.placed_sample import quadrant_codes
from buzanlib.theory.vocabulary import Quadrant

SIGNS = {"HC3": {"cov_type": "HC3", "use_t": True}, "classical": {"cov_type": "nonrobust"}}


def world(seed: int, size: int = 31) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logits of three threats, and power and cohesion with every quadrant held by at least two states."""
    rng = np.random.default_rng(seed)
    p, k = rng.choice([-1, 1], size=(2, size))
    p[:8], k[:8] = [-1, -1, -1, -1, 1, 1, 1, 1], [-1, -1, 1, 1, -1, -1, 1, 1]
    return rng.normal(5, 2, size=(size, 3)) * (2 + p[:, None]), p, k


@pytest.mark.parametrize("errors", ["HC3", "classical"])
@pytest.mark.parametrize("seed", range(5))
def test_equals_statsmodels(errors: str, seed: int) -> None:
    logits, p, k = world(seed)
    fit = factorial(logits, quadrant_codes(p, k), errors)
    design = sm.add_constant(np.column_stack([p, k, p * k]))
    for threat in range(3):
        reference = sm.OLS(logits[:, threat], design).fit(**SIGNS[errors])
        assert fit.estimates[0, :, threat] == pytest.approx(reference.params, rel=1e-10)
        assert fit.errors[0, :, threat] == pytest.approx(reference.bse, rel=1e-10)
        assert fit.statistics[0, :, threat] == pytest.approx(reference.tvalues, rel=1e-9)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        (against_rest(Quadrant.WS), [-1 / 3, 1, -1 / 3, -1 / 3]),
        (difference(Quadrant.SW, Quadrant.SS), [0, 0, 1, -1]),
    ],
)
def test_a_contrast_between_quadrants_equals_statsmodels(
    world, weights: np.ndarray, expected: list[float]
) -> None:  # type: ignore[no-untyped-def]
    made = world(5, size=31)
    values = made.rng.normal(size=31) * (2 + made.placed["p"].to_numpy())
    found = contrast_test("X", values, made.sample(), weights)
    cells = np.array(
        [made.placed["p"].add(1).add(made.placed["k"].add(1) / 2) == code for code in range(4)]
    ).T
    reference = sm.OLS(values, cells.astype(float)).fit(cov_type="HC3", use_t=True).t_test(expected)
    assert found.contrast == pytest.approx(reference.effect.item())
    assert [found.low90, found.high90] == pytest.approx(reference.conf_int(0.10).ravel().tolist())


def test_many_placements_equal_one_at_a_time() -> None:
    logits, p, k = world(9)
    rng = np.random.default_rng(1)
    codes = quadrant_codes(p, k)[np.array([rng.permutation(len(p)) for _ in range(20)])]
    together = factorial(logits, codes)
    for row, code in enumerate(codes):
        alone = factorial(logits, code)
        assert together.estimates[row] == pytest.approx(alone.estimates[0], abs=1e-12)
        assert together.errors[row] == pytest.approx(alone.errors[0], abs=1e-12)


@given(st.integers(0, 1000), st.floats(-50, 50))
def test_a_constant_added_changes_the_constant_only(seed: int, shift: float) -> None:
    logits, p, k = world(seed)
    codes = quadrant_codes(p, k)
    plain, moved = factorial(logits, codes), factorial(logits + shift, codes)
    assert moved.estimates[0, 1:] == pytest.approx(plain.estimates[0, 1:], abs=1e-9)
    assert moved.errors == pytest.approx(plain.errors, abs=1e-9)


def test_codes_follow_the_vocabulary() -> None:
    p, k = [q.power for q in Quadrant], [q.cohesion for q in Quadrant]
    assert [list(Quadrant)[code] for code in quadrant_codes(p, k)] == list(Quadrant)


def test_where_nothing_varies_the_statistic_is_zero() -> None:
    _, p, k = world(0)
    assert not factorial(np.ones((len(p), 1)), quadrant_codes(p, k)).statistics[0, 1:].any()


@pytest.mark.parametrize("errors", ["HC3", "classical"])
def test_where_quadrants_differ_and_nothing_spreads_the_statistic_is_large(errors: str) -> None:
    logits = np.repeat([0.1, 0.3, 0.7, 0.9], 5)[:, None]  # additive: power and cohesion, no product
    statistics = factorial(logits, np.repeat(np.arange(4), 5), errors).statistics[0, 1:, 0]
    assert (statistics[:2] > 1e4).all()
    assert np.isfinite(statistics).all()
    assert statistics[2] == pytest.approx(0, abs=1e-6)


def test_small_quadrants_are_named() -> None:
    logits = np.arange(7.0)[:, None]
    codes = np.array([0, 1, 1, 2, 2, 3, 3])
    with pytest.raises(EstimationError, match="quadrant WW holds 1 of 7 states; HC3 errors need at least 2"):
        factorial(logits, codes)
    assert np.isfinite(factorial(logits, codes, "classical").errors).all()
    with pytest.raises(EstimationError, match="quadrant SS holds 0 of 5 states"):
        factorial(logits[:5], codes[:5], "classical")
    with pytest.raises(EstimationError, match="4 states; the factorial model needs at least 5"):
        factorial(logits[:4], np.arange(4), "classical")
    with pytest.raises(
        UnknownNameError, match="unknown kind of standard errors 'HC2'; nearest allowed: 'HC3'"
    ):
        factorial(logits, codes, "HC2")


def test_empirical_logit() -> None:
    assert empirical_logit([0, 1, 3], 3) == pytest.approx(np.log([0.5 / 3.5, 1.5 / 2.5, 3.5 / 0.5]))
    for impossible in ([4], [-1]):
        with pytest.raises(EstimationError, match="negative or above"):
            empirical_logit(impossible, [3])


def test_two_one_sided_tests_equal_statsmodels() -> None:
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


def test_an_effect_wholly_beyond_the_bound_is_reported() -> None:
    found = equivalence_test("B4", [0.0, -0.9], [0.01, 0.1], df=100, bound=0.4, n=104)
    assert found.outside is True
    assert found.p > 0.99


def test_a_bound_of_nothing_is_refused() -> None:
    with pytest.raises(EstimationError, match="equivalence within 0; allowed: a bound above zero"):
        equivalence_test("B4", [0.0], [0.1], df=10, bound=0, n=14)
