"""One bank of permutations for every test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.errors import BuzanError, EstimationError

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PermutationBank:
    """Random permutations of states within groups, the same for every test that uses the same seed.

    Attributes
    ----------
    draws : int
        Number of permutations.
    seed : int
        Of the random numbers.
    """

    draws: int = 9999
    seed: int = 20100615

    def __post_init__(self) -> None:
        if self.draws < 1:
            raise BuzanError(f"{self.draws} permutations; allowed: at least 1")

    def __call__(self, groups: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """Draw.

        Parameters
        ----------
        groups : array_like, shape (states,)
            States are exchanged only with states of the same group; one group for all makes free
            permutations. A Series names its states in errors.

        Returns
        -------
        ndarray of int, shape (draws, states)
            Row `b` gives, for each state, the state whose placement it receives.

        Raises
        ------
        EstimationError
            If a state has no group.
        """
        given = pd.Series(groups)
        if given.isna().any():
            without = ", ".join(map(str, given.index[given.isna()]))
            raise EstimationError(
                f"no group for {without}; states are permuted within groups, so each needs one"
            )
        groups = given.to_numpy()
        rng = np.random.default_rng(self.seed)
        bank = np.empty((self.draws, len(groups)), dtype=np.intp)
        for group in np.unique(groups):
            members = np.flatnonzero(groups == group)
            bank[:, members] = members[rng.random((self.draws, len(members))).argsort(axis=1)]
        return bank


def p_value(observed: float | Array, drawn: Array) -> Array:
    """One-sided p value ``(1 + exceedances) / (1 + draws)``.

    Parameters
    ----------
    observed : float or ndarray of float, shape (...)
    drawn : ndarray of float, shape (draws, ...)
        The same statistic under the null; ties count as exceedances.

    Returns
    -------
    ndarray of float, shape (...)

    Notes
    -----
    A permuted placement that equals the observed one must count as a tie although its statistic is summed
    in another order, hence the tolerance.
    """
    observed = np.asarray(observed, dtype=float)
    exceed = (drawn >= observed - 1e-9 * np.maximum(1.0, np.abs(observed))).sum(axis=0)
    return np.asarray((1 + exceed) / (1 + len(drawn)), dtype=float)


def max_t(observed: Array, drawn: Array) -> Array:
    """P values adjusted by the largest statistic of the family (Westfall and Young 1993, single step).

    Parameters
    ----------
    observed : ndarray of float, shape (hypotheses,)
        Studentised statistics, signed so that large speaks for the hypothesis.
    drawn : ndarray of float, shape (draws, hypotheses)

    Returns
    -------
    ndarray of float, shape (hypotheses,)
    """
    return p_value(observed, drawn.max(axis=1, keepdims=True))
