"""Diversity as the chance that two differ (Gini-Simpson), and how much of it lies within states."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzanlib.errors import EstimationError
from buzanlib.inference.intervals import bootstrap_weights, percentile_interval
from buzanlib.inference.permutation import Array, p_value
from buzanlib.inference.verdicts import Finding
from buzanlib.inference.world import HypothesisTest, World


@dataclass(frozen=True)
class DiversityWithin(HypothesisTest):
    """Whether more than half of the diversity of what is named lies within states and not between them.

    Diversity is the chance that two passages differ (Gini-Simpson): two of one state, or of two states. The estimate is
    the share less one half, on states with at least two such passages; p and interval are by bootstrap of states.
    """

    kinds: tuple[str, ...]  #: Columns of the counts; a passage is counted in one of them at most.

    def __call__(self, world: World) -> Finding:
        """Test; `EstimationError` if two passages of different states never differ."""
        named = world.counts[list(self.kinds)].sum(axis=1)
        sample = world.sample_of(world.counts.assign(named=named)[named >= 2], needs="named")
        counts = sample.counts[list(self.kinds)].to_numpy(dtype=float)
        states = len(sample)
        weights = bootstrap_weights(sample.quadrants, world.draws, world.seed)
        within, between = diversities(counts, np.vstack([np.ones(states), weights]))
        if between[0] == 0:
            raise EstimationError(
                f"the passages of {states} states all name the same; allowed: some that differ"
            )
        share = np.divide(within, between, out=np.zeros_like(within), where=between > 0)
        beside = {"within": float(within[0]), "all": float(between[0]), "share": float(share[0])}
        low, high = percentile_interval(share[1:], -0.5)
        p = float(p_value(0.0, 0.5 - share[1:]))
        return Finding(self.hypothesis, float(share[0]) - 0.5, low, high, p, states, beside=beside)


def diversities(counts: Array, weights: Array) -> tuple[Array, Array]:
    """Chances that two passages of one state differ, and that two of different states do, every state counted once.

    Parameters
    ----------
    counts : ndarray of float, shape (states, kinds)
        Passages of each kind; at least two a state.
    weights : ndarray of float, shape (draws, states)
        How often each state counts; pairs of a state with itself are left out.

    Returns
    -------
    tuple of ndarray of float, each of shape (draws,)
        The second is zero where only one state counts.
    """
    n = counts.sum(axis=1)
    own = 1 - (counts * (counts - 1)).sum(axis=1) / (n * (n - 1))
    shares = counts / n[:, None]
    differ = 1 - shares @ shares.T
    np.fill_diagonal(differ, 0.0)
    total = weights.sum(axis=1)
    pairs = total**2 - (weights**2).sum(axis=1)
    of_two = np.divide(
        ((weights @ differ) * weights).sum(axis=1), pairs, out=np.zeros(len(weights)), where=pairs > 0
    )
    return np.asarray(weights @ own / total, dtype=float), of_two
