"""The logit-normal mixed model: its likelihood by direct integration, its borders, and other models it contains."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.integrate import quad
from scipy.special import expit
from statsmodels.genmod.bayes_mixed_glm import BinomialBayesMixedGLM

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.inference.adaptive_quadrature import WIDEST, Likelihood
from buzanlib.inference.mixed_model import corner_design, corner_model, logit_normal

STATES = 60


def drawn(seed: int, size: int, sd: float, mean: float = -0.5) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """Counts of states, of which few speak much, with a constant and one predictor of slope 1/2."""
    rng = np.random.default_rng(seed)
    design = pd.DataFrame({"constant": 1.0, "x": rng.normal(size=size)})
    n = rng.geometric(0.15, size)
    y = rng.binomial(n, expit(mean + 0.5 * design["x"] + sd * rng.normal(size=size)))
    return y, n, design


@pytest.mark.parametrize("parameters", [(-0.4, 0.3, 0.2), (0.5, -1.0, 1.0), (-3.0, 0.1, 2.0)])
def test_the_likelihood_is_the_integral_and_its_derivatives_are_exact(parameters: tuple[float, ...]) -> None:
    y, n, design = drawn(1, 12, 1.0)
    y[:3], n[:3] = [0, 80, 40], 80
    likelihood, at = Likelihood.of(y, n, design, 25), np.array(parameters)
    start = np.zeros(12)
    found = likelihood(at, start)
    expected = 0.0
    for one in range(12):
        centre = design.to_numpy()[one] @ at[:2]

        def integrand(u: float, y: int = y[one], n: int = n[one], centre: float = centre) -> float:
            log_odds = centre + at[2] * u
            return float(np.exp(y * log_odds - n * np.logaddexp(0, log_odds) - u**2 / 2) / np.sqrt(2 * np.pi))

        peak = float(found.modes[one])
        pieces = [-9.0, *(peak + np.array([-2, -0.5, 0, 0.5, 2])), 9.0]
        expected += np.log(
            sum(quad(integrand, *ends, epsabs=0, epsrel=1e-11)[0] for ends in pairwise(pieces))
        )
    assert found.value == pytest.approx(expected, abs=1e-5)
    for place in range(3):
        move = 1e-5 * np.eye(3)[place]
        up, down = likelihood(at + move, start), likelihood(at - move, start)
        assert found.gradient[place] == pytest.approx((up.value - down.value) / 2e-5, abs=1e-5)
        assert -found.information[place] == pytest.approx(
            (up.gradient - down.gradient) / 2e-5, rel=1e-4, abs=1e-4
        )


def test_without_variation_between_states_it_is_the_binomial_logit() -> None:
    y, n, design = drawn(2, 80, 0.0)
    y = np.round(n * expit(-0.5 + 0.5 * design["x"])).astype(
        int
    )  # nearer to expectation than chance brings them
    fit = logit_normal(y, n, design)
    reference = sm.GLM(np.column_stack([y, n - y]), design, family=sm.families.Binomial()).fit(tol=1e-12)
    assert fit.sigma == 0
    assert fit.coefficients.tolist() == pytest.approx(reference.params.tolist(), abs=1e-8)
    assert fit.errors.tolist() == pytest.approx(reference.bse.tolist(), abs=1e-8)
    assert fit.log_likelihood == pytest.approx(reference.llf)
    assert fit.fitted.tolist() == pytest.approx((design @ reference.params).tolist())


def test_what_states_are_like_is_recovered() -> None:
    fit = logit_normal(*drawn(5, 4000, 1.0))
    assert fit.sigma == pytest.approx(1.0, abs=0.06)
    assert fit.coefficients.tolist() == pytest.approx([-0.5, 0.5], abs=0.06)
    assert fit.errors.between(0.015, 0.03).all()
    assert (fit.n_states, fit.n) == (4000, drawn(5, 4000, 1.0)[1].sum())
    half = fit.table["high90"] - fit.coefficients
    assert (half / fit.errors).tolist() == pytest.approx([1.6448536269514722] * 2)


def test_statsmodels_bayesian_model_is_near() -> None:
    """Its variational posterior has means near the estimates, and errors that are too small."""
    y, n, design = drawn(4, STATES, 0.8)
    fit = logit_normal(y, n, design)
    state = np.repeat(np.arange(STATES), n)
    carried = np.concatenate([np.arange(all_) < some for all_, some in zip(n, y, strict=True)]).astype(float)
    rows = BinomialBayesMixedGLM(
        carried, design.to_numpy()[state], np.eye(STATES)[state], np.zeros(STATES, int), vcp_p=2, fe_p=10
    )
    found = rows.fit_vb()
    assert fit.coefficients.tolist() == pytest.approx(found.fe_mean.tolist(), abs=0.15)
    assert fit.sigma == pytest.approx(float(np.exp(found.vcp_mean[0])), abs=0.15)
    assert (found.fe_sd < fit.errors).all()


def test_a_region_without_success_takes_nothing_from_the_others(world) -> None:  # type: ignore[no-untyped-def]
    made = world(6, size=100)
    counts = pd.DataFrame({"relevant": made.rng.geometric(0.2, 100)}, index=made.names)
    own = made.rng.normal(size=100)
    counts["pol"] = made.rng.binomial(counts["relevant"], expit(own - 0.5)) * (made.regions != "2")
    fit = corner_model(counts, "pol", made.placed, made.regions)
    without = corner_model(counts, "pol", made.placed[made.regions != "2"], made.regions)
    rest = without.coefficients.index
    assert fit.coefficients[rest].tolist() == pytest.approx(without.coefficients.tolist(), abs=1e-5)
    assert fit.errors[rest].tolist() == pytest.approx(without.errors.tolist(), abs=1e-5)
    assert fit.sigma == pytest.approx(without.sigma, abs=1e-5)
    assert fit.log_likelihood == pytest.approx(without.log_likelihood, abs=1e-6)
    assert fit.coefficients["2"] < -12
    assert 1e2 < fit.errors["2"] < 1e6
    assert (fit.separated, without.separated) == (["2"], [])


def test_a_quadrant_without_success_leaves_its_contrasts_open(world) -> None:  # type: ignore[no-untyped-def]
    made = world(7, size=100)
    counts = pd.DataFrame({"relevant": made.rng.geometric(0.2, 100)}, index=made.names)
    silent = (made.placed["p"] < 0) & (made.placed["k"] < 0)
    counts["pol"] = made.rng.binomial(counts["relevant"], 0.4) * ~silent
    fit = corner_model(counts, "pol", made.placed, made.regions)
    assert np.isfinite(fit.table).all(axis=None)
    for effect in ("power", "cohesion", "power:cohesion"):
        _, low, high = fit.contrast(effect)
        assert low < -100 < 100 < high
    assert fit.log_likelihood < 0


def test_states_that_speak_of_it_always_or_never_are_as_far_apart_as_may_be() -> None:
    n = np.full(60, 50)
    fit = logit_normal(np.where(np.arange(60) % 3 == 0, 50, 0), n, pd.DataFrame({"constant": np.ones(60)}))
    assert fit.sigma == WIDEST
    assert np.isfinite(fit.errors).all()


@pytest.mark.parametrize("carried", [0, 5])
def test_what_nobody_or_everybody_says_has_an_estimate_without_meaning(carried: int) -> None:
    fit = logit_normal(np.full(20, carried), np.full(20, 5), pd.DataFrame({"constant": np.ones(20)}))
    assert abs(fit.coefficients["constant"]) > 12
    assert fit.log_likelihood == pytest.approx(0, abs=1e-6)
    assert 1e2 < fit.errors["constant"] < 1e6


def test_coefficients_are_corner_contrasts(world) -> None:  # type: ignore[no-untyped-def]
    """States of many passages and no variation: contrasts are those of the log odds of the quadrants."""
    made = world(8, size=40)
    log_odds = {(-1, -1): -1.0, (-1, 1): 0.5, (1, -1): 0.2, (1, 1): -0.4}
    each = [log_odds[pair] for pair in zip(made.placed["p"], made.placed["k"], strict=True)]
    counts = pd.DataFrame(
        {"relevant": 10**6, "pol": np.round(10**6 * expit(each)).astype(int)}, index=made.names
    )
    fit = corner_model(counts, "pol", made.placed, made.regions)
    assert fit.contrast("power")[0] == pytest.approx((0.2 - 0.4 + 1.0 - 0.5) / 2, abs=1e-5)
    assert fit.contrast("cohesion")[0] == pytest.approx((0.5 - 0.4 + 1.0 - 0.2) / 2, abs=1e-5)
    assert fit.contrast("power:cohesion")[0] == pytest.approx((-1.0 - 0.4 - 0.5 - 0.2) / 2, abs=1e-5)
    estimate, low, high = fit.contrast("cohesion")
    assert fit.contrast("cohesion", -1) == (-estimate, -high, -low)


def test_further_columns_are_standardised_and_of_the_states_of_the_design(world) -> None:  # type: ignore[no-untyped-def]
    made = world(9, size=30)
    rivals = pd.DataFrame({"polyarchy": made.rng.normal(3, 2, 30), "same": 1.0}, index=made.names)
    design = corner_design(made.placed.iloc[:20], made.regions, rivals[["polyarchy"]])
    assert list(design.columns) == ["0", "1", "2", "3", "power", "cohesion", "power:cohesion", "polyarchy"]
    assert (design["polyarchy"].mean(), design["polyarchy"].std(ddof=0)) == pytest.approx((0, 1))
    assert (design["power:cohesion"] == design["power"] * design["cohesion"] * 2).all()
    counts = pd.DataFrame({"relevant": 3, "pol": made.rng.integers(0, 4, 30)}, index=made.names)
    with pytest.raises(EstimationError, match="column 'same' of the design follows from those before it"):
        corner_model(counts, "pol", made.placed, made.regions, rivals)
    rivals.loc["S004", "polyarchy"] = np.nan
    with pytest.raises(EstimationError, match="no value of 'polyarchy' of S004; leave such states out"):
        corner_model(counts, "pol", made.placed, made.regions, rivals)


def test_what_cannot_be_fitted_is_refused(world) -> None:  # type: ignore[no-untyped-def]
    made = world(10, size=30)
    counts = pd.DataFrame({"relevant": 3, "pol": made.rng.integers(0, 4, 30)}, index=made.names)
    with pytest.raises(UnknownNameError, match="unknown column 'poll'; nearest allowed: 'pol'"):
        corner_model(counts, "poll", made.placed, made.regions)
    with pytest.raises(EstimationError, match="no regional group of S001; leave such states out"):
        corner_model(counts, "pol", made.placed, made.regions.drop("S001"))
    with pytest.raises(EstimationError, match="no state is both placed and has a relevant passage"):
        corner_model(counts * 0, "pol", made.placed, made.regions)
    with pytest.raises(EstimationError, match="4 of 3 passages of S000 carry the outcome; allowed: whole"):
        corner_model(counts.assign(pol=4), "pol", made.placed, made.regions)
    with pytest.raises(EstimationError, match="0 nodes of the quadrature; allowed: at least 1"):
        corner_model(counts, "pol", made.placed, made.regions, nodes=0)
    endless = pd.DataFrame({"constant": 1.0, "x": np.inf}, index=made.names)
    with pytest.raises(EstimationError, match="not finite in x"):
        logit_normal(counts["pol"], counts["relevant"], endless)
    with pytest.raises(UnknownNameError, match="unknown effect 'powers'; nearest allowed: 'power'"):
        corner_model(counts, "pol", made.placed, made.regions).contrast("powers")
