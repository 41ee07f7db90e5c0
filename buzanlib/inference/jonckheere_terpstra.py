"""Ordered alternatives: the Jonckheere-Terpstra test."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from buzanlib.errors import EstimationError
from buzanlib.inference.intervals import bootstrap_weights, percentile_interval
from buzanlib.inference.permutation import Array, p_value
from buzanlib.inference.placed_sample import Sample
from buzanlib.inference.verdicts import Finding
from buzanlib.theory.vocabulary import Quadrant

#: Rank of each quadrant by vulnerability, SS below SW and WS, these below WW (Hare 2010, section 1).
VULNERABILITY: dict[Quadrant, int] = {Quadrant.SS: 0, Quadrant.SW: 1, Quadrant.WS: 1, Quadrant.WW: 2}


def jonckheere_terpstra(values: npt.ArrayLike, groups: npt.ArrayLike) -> float:
    """Jonckheere-Terpstra statistic: pairs in order over all pairs of groups, ties counting one half (Jonckheere 1954).

    Parameters
    ----------
    values : array_like of float, shape (n,)
    groups : array_like of int, shape (n,)
        Larger means that larger values are expected.

    Examples
    --------
    >>> jonckheere_terpstra([1, 2, 2, 5], [0, 0, 1, 1])
    3.5
    """
    values, groups = np.asarray(values, dtype=float), np.asarray(groups)
    sign = np.sign(values[None, :] - values[:, None])
    return float(((sign + 1) / 2)[groups[:, None] < groups[None, :]].sum())


@dataclass(frozen=True)
class OrderTest:
    """Whether an outcome rises over the quadrants in the order of their ranks."""

    order: tuple[tuple[Quadrant, int], ...] = tuple(VULNERABILITY.items())  #: Rank of each quadrant.
    draws: int = 1999  #: Of the bootstrap.
    seed: int = 20100615  #: Of the bootstrap.

    def __call__(self, hypothesis: str, values: npt.ArrayLike, sample: Sample) -> Finding:
        """Test the outcome, shape (states,).

        Returns
        -------
        Finding
            The estimate is Somers' d of outcome on order: concordant minus discordant pairs over all pairs of
            different ranks, from -1 to 1. Interval by bootstrap of states within quadrants.

        Raises
        ------
        EstimationError
            If all states have one rank.
        """
        column = np.asarray(values, dtype=float)
        ranks = np.array([dict(self.order)[quadrant] for quadrant in Quadrant])
        sign = np.sign(column[None, :] - column[:, None])
        groups = ranks[sample.quadrants]
        later = (groups[:, None] < groups[None, :]).astype(float)
        pairs = float(later.sum())
        if not pairs:
            raise EstimationError("all states have one rank; an order needs two")
        observed = float(_concordance(sign, groups[None])[0])
        weights = bootstrap_weights(sample.quadrants, self.draws, self.seed)
        above = np.einsum("bi,bi->b", weights, weights @ (sign * later).T)
        low, high = percentile_interval(above / pairs)
        p = float(p_value(observed, _concordance(sign, ranks[sample.permuted])))
        beside = {"statistic": jonckheere_terpstra(column, groups)}
        return Finding(hypothesis, observed / pairs, low, high, p, len(sample), beside=beside)


def _concordance(sign: Array, groups: npt.NDArray[np.intp]) -> Array:
    """Concordant minus discordant pairs for many groupings, shape (groupings,): a matrix product for two ranks each."""
    total = np.zeros(len(groups))
    for low, high in combinations(np.unique(groups), 2):
        first, second = (groups == low).astype(float), (groups == high).astype(float)
        total += np.einsum("bj,bj->b", first @ sign, second)
    return total
