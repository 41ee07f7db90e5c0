"""Two one-sided tests: whether effects are small enough to be called null."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import FLOOR
from buzanlib.inference.intervals import student_interval
from buzanlib.inference.permutation import Array
from buzanlib.inference.verdicts import Finding


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
    return Finding(
        hypothesis,
        float(estimate[largest]),
        float(low[largest]),
        float(high[largest]),
        float(p.max()),
        n,
        bound,
        outside=bool(((low > bound) | (high < -bound)).any()),
        beside={"n_inside": int(((low > -bound) & (high < bound)).sum())},
    )
