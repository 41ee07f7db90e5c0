"""How far contrasts of empirical logits are from zero although no quadrant differs.

One half added to a count of nothing means more to a state with one passage than to one with ten. So the mean of an
empirical logit depends on how much a state says, most of all for what is rarely said, and quadrants that speak
unequally differ in it although they say the same.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binom

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import cell_means, empirical_logit
from buzanlib.inference.permutation import Array
from buzanlib.inference.placed_sample import Sample


def expected_logit(n: npt.ArrayLike, rate: float) -> Array:
    """Mean of the empirical logit of a binomial count, shape (states,), from the passages `n` of each state.

    `rate` is the probability that a passage carries the threat, 0 to 1.

    Raises
    ------
    EstimationError
        If the rate is no probability.
    """
    if not 0 <= rate <= 1:
        raise EstimationError(f"a rate of {rate}; allowed: 0 to 1")
    sizes, places = np.unique(np.asarray(n, dtype=int), return_inverse=True)
    counts = [np.arange(size + 1) for size in sizes]
    means = [binom.pmf(y, len(y) - 1, rate) @ empirical_logit(y, len(y) - 1) for y in counts]
    return np.asarray(means, dtype=float)[places]


def leanings(
    cases: Mapping[str, tuple[pd.Series[int], Array]], sample: Sample, rate: float | None = None
) -> pd.DataFrame:
    """Set contrasts on the logit scale beside what they would be if no quadrant differed, and beside plain shares.

    Parameters
    ----------
    cases : mapping of str to (Series of int, ndarray of float)
        By name: passages of each state of the sample that carry what is compared, and weights of the quadrants.
    rate : float, optional
        Probability that a passage carries it if no quadrant differs; the mean of the states' shares by default.

    Returns
    -------
    DataFrame
        Index the names; columns ``contrast`` (of empirical logits), ``leaning`` (the same, expected at `rate`) and
        ``share`` (of plain shares).
    """
    n = sample.counts["relevant"]
    rows = {}
    for name, (counted, weights) in cases.items():
        y = counted.loc[n.index]
        shares = y / n
        expected = expected_logit(n, float(shares.mean()) if rate is None else rate)
        outcomes = np.column_stack([empirical_logit(y, n), expected, shares])
        rows[name] = cell_means(outcomes, sample.quadrants).contrast(weights).estimates[0]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["contrast", "leaning", "share"])
