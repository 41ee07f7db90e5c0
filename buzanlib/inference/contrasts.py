"""Contrasts between quadrants: least squares of state-level outcomes on power, cohesion and their product.

With four quadrants and four coefficients the design is saturated: every coefficient is a signed quarter-sum of the four
quadrant means, and HC3 errors follow from the squared residuals within quadrants. Any number of permuted placements is
then a pair of matrix products. Two one-sided tests say whether effects are small enough to be called null.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from buzanlib.errors import EstimationError, check_name
from buzanlib.inference.intervals import student_interval
from buzanlib.inference.permutation import Array, p_value
from buzanlib.inference.placed_sample import Sample
from buzanlib.inference.verdicts import Finding
from buzanlib.theory.factorial import CODING as CODING
from buzanlib.theory.vocabulary import Effect, Quadrant

#: States that each kind of standard errors needs in every quadrant.
MINIMUM = {"HC3": 2, "classical": 1}

#: Errors below this count as this much. Where the states of each quadrant agree, rounding must decide neither the
#: statistic nor whether two placements tie.
FLOOR = 1e-6

#: Place of each effect among the coefficients.
POSITION: dict[str, int] = {effect.value: place for place, effect in enumerate(Effect, start=1)}


def empirical_logit(y: npt.ArrayLike, n: npt.ArrayLike) -> Array:
    """Empirical logit ``log((y + 1/2) / (n - y + 1/2))`` of `y` passages among `n`, which broadcast.

    Raises
    ------
    EstimationError
        If some `y` is negative or above its `n`.
    """
    y, n = np.broadcast_arrays(np.asarray(y, dtype=float), np.asarray(n, dtype=float))
    if ((y < 0) | (y > n)).any():
        raise EstimationError("a count of passages is negative or above the number of relevant passages")
    return np.asarray(np.log((y + 0.5) / (n - y + 0.5)), dtype=float)


@dataclass(frozen=True, eq=False)
class Contrasts:
    """Contrasts and their standard errors, both of shape (placements, ..., outcomes)."""

    estimates: Array
    errors: Array

    @property
    def statistics(self) -> Array:
        """Estimates over errors; an error counts as at least `FLOOR`, so that they are finite."""
        return np.asarray(self.estimates / np.maximum(self.errors, FLOOR), dtype=float)


@dataclass(frozen=True, eq=False)
class Cells:
    """Means of the quadrants, in the order of `Quadrant`, and their variances, of shape (placements, 4, outcomes)."""

    means: Array
    variances: Array

    def contrast(self, weights: npt.ArrayLike) -> Contrasts:
        """Weighted sums of the four means, shape (placements, outcomes) or (placements, contrasts, outcomes).

        The weights are of shape (4,) or (contrasts, 4).
        """
        weights = np.asarray(weights, dtype=float)
        return Contrasts(weights @ self.means, np.sqrt(weights**2 @ self.variances))


def against_rest(quadrant: Quadrant) -> Array:
    """Weights of one quadrant against the mean of the other three, shape (4,)."""
    return np.array([1.0 if other is quadrant else -1 / 3 for other in Quadrant])


def difference(first: Quadrant, second: Quadrant) -> Array:
    """Weights of one quadrant minus another, shape (4,)."""
    return np.array([float(other is first) - float(other is second) for other in Quadrant])


def cell_means(values: Array, quadrants: npt.NDArray[np.intp], errors: str = "HC3") -> Cells:
    """Means of outcomes by quadrant, for one placement or for many at once.

    Parameters
    ----------
    values : ndarray of float, shape (states, outcomes)
    quadrants : ndarray of int, shape (states,) or (placements, states)
        Codes as `Sample` gives them; every placement puts the same number of states in each quadrant.
    errors : {"HC3", "classical"}
        HC3 (MacKinnon and White 1985), or those of ordinary least squares, which assume the same spread in
        every quadrant and exist where a quadrant holds a single state.

    Raises
    ------
    UnknownNameError
        If there are no such errors.
    EstimationError
        If a quadrant holds fewer states than the errors need: two for HC3, one for classical, and five in all.
    """
    check_name("kind of standard errors", errors, MINIMUM)
    quadrants = np.atleast_2d(quadrants)
    sizes = np.bincount(quadrants[0], minlength=4).astype(float)
    for quadrant, size in zip(Quadrant, sizes, strict=True):
        if size < MINIMUM[errors]:
            raise EstimationError(
                f"quadrant {quadrant} holds {size:.0f} of {len(values)} states; "
                f"{errors} errors need at least {MINIMUM[errors]} in each"
            )
    if len(values) < 5:
        raise EstimationError(f"{len(values)} states; the factorial model needs at least 5")
    # Centring first keeps the sums of squares from cancelling.
    centre = values.mean(axis=0)
    centred = values - centre
    stacked = np.hstack([centred, centred**2])
    sums = np.stack([(quadrants == code).astype(float) @ stacked for code in range(4)], axis=1)
    outcomes = values.shape[1]
    means = sums[..., :outcomes] / sizes[:, None]
    squares = np.maximum(sums[..., outcomes:] - sizes[:, None] * means**2, 0.0)
    if errors == "HC3":
        # Leverage in a saturated design is one over the size of the cell, so residuals are divided by 1 - 1/n.
        variances = squares / (1 - 1 / sizes[:, None]) ** 2 / sizes[:, None] ** 2
    else:
        variances = squares.sum(axis=1, keepdims=True) / (len(values) - 4) / sizes[:, None]
    return Cells(means + centre, variances)


def factorial(values: Array, quadrants: npt.NDArray[np.intp], errors: str = "HC3") -> Contrasts:
    """Coefficients of the factorial model (constant, power, cohesion, power:cohesion), shape (placements, 4, outcomes).

    Takes and raises what `cell_means` does.
    """
    return cell_means(values, quadrants, errors).contrast(CODING / 4)


def contrast_test(
    hypothesis: str, values: npt.ArrayLike, sample: Sample, weights: npt.ArrayLike, sesoi: float = 0.0
) -> Finding:
    """Test one contrast between quadrants by permutation of its studentised statistic; interval by t with HC3 errors.

    Parameters
    ----------
    values : array_like of float, shape (states,)
        The outcome, on the states of the sample.
    weights : array_like of float, shape (4,)
        Of the quadrants, in the predicted direction: see `against_rest` and `difference`.

    Raises
    ------
    EstimationError
        As `cell_means`.
    """
    column = np.asarray(values, dtype=float)[:, None]
    found = cell_means(column, sample.quadrants).contrast(weights)
    drawn = cell_means(column, sample.permuted).contrast(weights)
    estimate, error = float(found.estimates[0, 0]), float(found.errors[0, 0])
    low, high = student_interval(estimate, error, len(sample) - 4)
    p = float(p_value(found.statistics[0, 0], drawn.statistics[:, 0]))
    return Finding(hypothesis, estimate, low, high, p, len(sample), sesoi)


def two_one_sided(estimate: npt.ArrayLike, error: npt.ArrayLike, df: float, bound: float) -> Array:
    """P value of the two one-sided tests (Schuirmann 1987), the larger of both, for each effect.

    Takes effects and their standard errors, shape (effects,); those between minus and plus `bound` are equivalent to
    zero. `df` are the degrees of freedom.
    """
    effect, spread = np.asarray(estimate, dtype=float), np.maximum(np.asarray(error, dtype=float), FLOOR)
    below, above = (effect - bound) / spread, (effect + bound) / spread
    return np.asarray(np.maximum(stdtr(df, below), stdtr(df, -above)), dtype=float)


def equivalence_test(
    hypothesis: str, estimates: npt.ArrayLike, errors: npt.ArrayLike, *, df: float, bound: float, n: int
) -> Finding:
    """Whether all of several effects are null (intersection-union of `two_one_sided`), on `n` states.

    Returns
    -------
    Finding
        Of the effect that is largest in size; p is the largest of all.

    Raises
    ------
    EstimationError
        If the bound is not above zero.
    """
    if bound <= 0:
        raise EstimationError(f"equivalence within {bound}; allowed: a bound above zero")
    estimate, error = np.asarray(estimates, dtype=float), np.asarray(errors, dtype=float)
    low, high = student_interval(estimate, error, df)
    p = two_one_sided(estimate, error, df, bound)
    largest = int(np.abs(estimate).argmax())
    found, start, end = (float(each[largest]) for each in (estimate, low, high))
    outside = bool(((low > bound) | (high < -bound)).any())
    beside = {"n_inside": int(((low > -bound) & (high < bound)).sum())}
    return Finding(hypothesis, found, start, end, float(p.max()), n, bound, outside, beside=beside)
