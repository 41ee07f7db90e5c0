"""Intervals at the coverage of the locked rule: Student's t, and bootstrap of states within quadrants."""

from __future__ import annotations

from typing import overload

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from buzanlib.errors import BuzanError
from buzanlib.inference.permutation import Array
from buzanlib.inference.verdicts import COVERAGE
from buzanlib.theory.vocabulary import Quadrant

#: Probabilities below the two ends of an interval.
TAILS = ((1 - COVERAGE) / 2, (1 + COVERAGE) / 2)


@overload
def student_interval(estimate: float, error: float, df: float) -> tuple[float, float]: ...
@overload
def student_interval(estimate: Array, error: Array, df: float) -> tuple[Array, Array]: ...
def student_interval(
    estimate: float | Array, error: float | Array, df: float
) -> tuple[float | Array, float | Array]:
    """Ends of the interval by Student's t, from estimates and their standard errors."""
    half = float(stdtrit(df, TAILS[1])) * error
    return estimate - half, estimate + half


def percentile_interval(drawn: Array, shift: float = 0.0) -> tuple[float, float]:
    """Percentile interval of bootstrap draws, moved by `shift`."""
    low, high = np.quantile(drawn, TAILS)
    return float(low + shift), float(high + shift)


def bootstrap_weights(strata: npt.ArrayLike, draws: int, seed: int) -> Array:
    """How often each state is drawn when states are drawn with replacement within strata.

    Parameters
    ----------
    strata : array_like, shape (states,)
        Such as codes of quadrants; as many states are drawn from each as it has.

    Returns
    -------
    ndarray of float, shape (draws, states)
        Whole numbers; a statistic of the resampled states is the weighted one of the states.

    Raises
    ------
    BuzanError
        If there are to be no draws.
    """
    if draws < 1:
        raise BuzanError(f"{draws} bootstrap draws; allowed: at least 1")
    strata = np.asarray(strata)
    rng = np.random.default_rng(seed)
    weights = np.empty((draws, len(strata)))
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        chances = np.full(len(members), 1 / len(members))
        weights[:, members] = rng.multinomial(len(members), chances, size=draws)
    return weights


def bootstrap_means(values: Array, quadrants: npt.NDArray[np.intp], draws: int, seed: int) -> Array:
    """Means of the quadrants, none of them empty, in bootstrap draws of states, shape (draws, 4, outcomes).

    The values are of shape (states, outcomes), and `quadrants` are codes as `Sample` gives them.
    """
    weights = bootstrap_weights(quadrants, draws, seed)
    inside = [quadrants == code for code in range(len(Quadrant))]
    return np.stack([(weights * one) @ values / one.sum() for one in inside], axis=1)


def side(low: float, high: float) -> str:
    """Where an interval lies, in words: wholly above zero, wholly below zero, or on both sides of zero."""
    if low > 0 or high < 0:
        return f"wholly {'above' if low > 0 else 'below'} zero"
    return "on both sides of zero"
