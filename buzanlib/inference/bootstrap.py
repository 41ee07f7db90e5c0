"""Bootstrap of states within quadrants, and intervals from it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from buzanlib.errors import BuzanError
from buzanlib.inference.permutation import Array
from buzanlib.inference.verdicts import COVERAGE


def bootstrap_weights(strata: npt.ArrayLike, draws: int, seed: int) -> Array:
    """How often each state is drawn when states are drawn with replacement within strata.

    Parameters
    ----------
    strata : array_like, shape (states,)
        Such as codes of quadrants; as many states are drawn from each as it has.
    draws, seed : int
        Number of draws, and the seed.

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
        weights[:, members] = rng.multinomial(
            len(members), np.full(len(members), 1 / len(members)), size=draws
        )
    return weights


def percentile_interval(drawn: Array, shift: float = 0.0) -> tuple[float, float]:
    """Percentile interval of bootstrap draws at the coverage of the locked rule, moved by `shift`."""
    low, high = np.quantile(drawn, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return float(low + shift), float(high + shift)
