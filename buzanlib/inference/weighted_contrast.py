"""The primary estimator of the second registration: corner contrasts of shares, weighted by how much they tell.

A state's share of passages is unbiased however few they are, but uncertain if they are few; its weight says how much.
As the number of passages may itself go with what is said, placements are exchanged only among states of one region
that speak about equally often.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.errors import EstimationError, UnknownNameError, check_name
from buzanlib.inference.contrasts import CODING, POSITION, Cells, Contrasts
from buzanlib.inference.permutation import Array, PermutationBank, max_t, p_value
from buzanlib.inference.placed_sample import Codes, Sample
from buzanlib.theory.vocabulary import Quadrant

#: States that a quadrant needs, so that its mean has a variance.
FEWEST = 2

#: Bounds of the regional shares and of the overdispersion.
SHARES = (0.01, 0.99)
OVERDISPERSION = (0.0, 0.9)

#: Smallest numbers of passages of each class of volume: 1, 2 to 3, 4 or more.
VOLUMES = (1, 2, 4)


class Outcome(NamedTuple):
    """What is predicted of one column of the counts."""

    column: str  #: Of the counts.
    effect: str  #: An `Effect`, whose corner contrast is tested.
    sign: int  #: Predicted sign, -1 or 1.

    @property
    def weights(self) -> Array:
        """Of the quadrants in the corner contrast, in the predicted direction, shape (4,)."""
        return np.asarray(self.sign / 2 * CODING[POSITION[self.effect]], dtype=float)


def overdispersion(y: npt.ArrayLike, n: npt.ArrayLike, regions: npt.ArrayLike) -> Array:
    r"""How alike the passages of a state are beyond what its region explains, by moments.

    .. math:: \rho = \frac{\sum_s n_s [(y_s/n_s - p)^2 / (p (1 - p)) - 1/n_s]}{\sum_s n_s (1 - 1/n_s)}

    over the states of more than one passage, with :math:`p` the share of all passages of the region, held within
    `SHARES`; the result is held within `OVERDISPERSION`.

    Parameters
    ----------
    y : array_like of int, shape (states,) or (states, outcomes)
        Passages that carry the outcome.
    n, regions : array_like, shape (states,)
        Relevant passages, at least one; name of the region.

    Returns
    -------
    ndarray of float, shape () or (outcomes,)
        Zero where no state has more than one passage.
    """
    y, n = np.asarray(y, dtype=float), np.asarray(n, dtype=float)
    n = n.reshape(-1, *[1] * (y.ndim - 1))
    pooled = np.clip(_regional(y, regions) / _regional(n, regions), *SHARES)
    excess = (y / n - pooled) ** 2 / (pooled * (1 - pooled)) - 1 / n
    possible = float((n - 1).sum())
    rho = np.where(n > 1, n * excess, 0.0).sum(axis=0) / possible if possible else np.zeros(y.shape[1:])
    return np.asarray(np.clip(rho, *OVERDISPERSION), dtype=float)


def passage_weights(n: npt.ArrayLike, rho: npt.ArrayLike) -> Array:
    """Weights ``n / (1 + (n - 1) rho)`` of shares of `n` passages, inverse to their variance; the two broadcast."""
    n = np.asarray(n, dtype=float)
    return np.asarray(n / (1 + (n - 1) * np.asarray(rho, dtype=float)), dtype=float)


def centred_shares(y: Array, n: Array, regions: npt.ArrayLike) -> tuple[Array, Array, Array]:
    """Shares less the weighted mean of their region, their weights, and the overdispersion of each outcome.

    Takes what `overdispersion` does, `y` of shape (states, outcomes); shares and weights have that shape, too.
    """
    rho = overdispersion(y, n, regions)
    weights = passage_weights(n[:, None], rho)
    return centred(y / n[:, None], weights, regions), weights, rho


def centred(values: Array, weights: Array, regions: npt.ArrayLike) -> Array:
    """Values less their weighted mean in the region of a state; values and weights of shape (states, outcomes)."""
    mean = _regional(weights * values, regions) / _regional(weights, regions)
    return np.asarray(values - mean, dtype=float)


def weighted_cells(values: Array, weights: Array, quadrants: Codes) -> Cells:
    r"""Weighted means of the quadrants and their variances, for one placement or for many at once.

    The variance of a weighted mean :math:`m` of :math:`n_q` states is
    :math:`\sum w^2 (v - m)^2 / (\sum w)^2 \cdot n_q / (n_q - 1)`.

    Parameters
    ----------
    values, weights : ndarray of float, shape (states, outcomes)
        Weights are above zero.
    quadrants : ndarray of int, shape (states,) or (placements, states)
        Codes as `Sample` gives them; every placement puts the same number of states in each quadrant.

    Raises
    ------
    EstimationError
        If a quadrant holds fewer than two states.
    """
    quadrants = np.atleast_2d(quadrants)
    sizes = np.bincount(quadrants[0], minlength=len(Quadrant)).astype(float)
    for quadrant, size in zip(Quadrant, sizes, strict=True):
        if size < FEWEST:
            raise EstimationError(
                f"quadrant {quadrant} holds {size:.0f} of {len(values)} states; "
                f"a weighted contrast needs at least {FEWEST} in each"
            )
    powers = [weights, weights * values, weights**2, weights**2 * values, (weights * values) ** 2]
    stacked = np.hstack(powers)
    sums = np.stack([(quadrants == code).astype(float) @ stacked for code in range(len(Quadrant))], axis=1)
    total, first, square, cross, second = np.split(sums, len(powers), axis=-1)
    means = first / total
    residuals = np.maximum(second - 2 * means * cross + means**2 * square, 0.0)
    return Cells(means, residuals / total**2 * (sizes / (sizes - 1))[:, None])


def volume_strata(n: pd.Series[int], regions: pd.Series[str]) -> pd.Series[str]:
    """Stratum of each state: its region and its class of volume (`VOLUMES`), missing where it has no region.

    Takes numbers of passages, at least one, and regions, both by ``iso3``; has the index of the former.
    """
    ends = [f"{low}-{high - 1}" if high - 1 > low else f"{low}" for low, high in pairwise(VOLUMES)]
    names = np.array([*ends, f"{VOLUMES[-1]} or more"])
    volume = names[np.searchsorted(VOLUMES, n.to_numpy(), side="right") - 1]
    return pd.Series(regions.reindex(n.index) + ", " + volume, name="stratum")


@dataclass(frozen=True, eq=False)
class WeightedContrastResult:
    """What the test found."""

    #: A row an outcome, index ``outcome``. Columns ``column``, ``effect``; ``estimate``, the corner contrast of shares
    #: in the predicted direction, ``error`` and ``statistic``; ``p``, one-sided; ``centre``, the mean of the statistic
    #: under permuted placements; ``p_adjusted`` by maxT over statistics less their centre; ``rho``, the overdispersion.
    table: pd.DataFrame
    permuted: Array  #: Statistics under permuted placements, shape (draws, outcomes).
    gate: float  #: Sum of the statistics, each less its centre.
    gate_p: float  #: Its one-sided p value.
    sizes: pd.Series[int]  #: States by quadrant.
    strata: pd.Series[str]  #: Stratum of each state, by ``iso3``.

    @property
    def n_states(self) -> int:
        """States of the test."""
        return len(self.strata)

    @property
    def alone(self) -> int:
        """States that are alone in their stratum and keep their placement."""
        return int((self.strata.map(self.strata.value_counts()) == 1).sum())


@dataclass(frozen=True)
class WeightedContrastTest:
    """Tests corner contrasts of weighted shares; placements are exchanged within region and volume."""

    draws: int = 9999  #: Permutations.
    seed: int = 20261128  #: Of the permutations.

    def __call__(
        self,
        counts: pd.DataFrame,
        placed: pd.DataFrame,
        regions: pd.Series[str],
        outcomes: Mapping[str, Outcome],
    ) -> WeightedContrastResult:
        """Test the states that are placed and have a relevant passage.

        Parameters
        ----------
        counts, placed : DataFrame
            Index ``iso3``: passages, ``relevant`` and the columns of the outcomes; ``p`` and ``k`` (`Placement`).
        regions : Series of str
            Regional group by ``iso3``.
        outcomes : mapping of str to Outcome
            By name, such as the id of the hypothesis.

        Raises
        ------
        UnknownNameError
            If an outcome is of an unknown column or effect.
        EstimationError
            If a sign is not -1 or 1, a count is impossible, a state lacks a region, a quadrant holds fewer than two
            states, or all states are alone in their stratum.
        """
        sample, strata = stratified(counts, placed, regions, PermutationBank(self.draws, self.seed))
        chosen = {name: Outcome(*outcome) for name, outcome in outcomes.items()}
        if not chosen:
            raise EstimationError("no outcome to test; allowed: at least one")
        y = np.column_stack([_counted(sample.counts, outcome) for outcome in chosen.values()])
        n = sample.counts["relevant"].to_numpy(dtype=float)
        values, weights, rho = centred_shares(y, n, regions.loc[sample.counts.index])

        def contrasts(quadrants: Codes) -> Contrasts:
            cells = weighted_cells(values, weights, quadrants)
            return corner_contrasts(cells, list(chosen.values()))

        found = contrasts(sample.quadrants)
        drawn = sample.under_null(lambda quadrants: contrasts(quadrants).statistics)
        statistic, centre = found.statistics[0], drawn.mean(axis=0)
        table = pd.DataFrame(
            {
                "column": [outcome.column for outcome in chosen.values()],
                "effect": [str(outcome.effect) for outcome in chosen.values()],
                "estimate": found.estimates[0],
                "error": found.errors[0],
                "statistic": statistic,
                "p": p_value(statistic, drawn),
                "centre": centre,
                "p_adjusted": max_t(statistic - centre, drawn - centre),
                "rho": rho,
            },
            index=pd.Index(list(chosen), name="outcome"),
        )
        gate = float((statistic - centre).sum())
        return WeightedContrastResult(
            table=table,
            permuted=drawn,
            gate=gate,
            gate_p=float(p_value(gate, (drawn - centre).sum(axis=1))),
            sizes=sample.sizes,
            strata=strata,
        )


def corner_contrasts(cells: Cells, outcomes: list[Outcome]) -> Contrasts:
    """The corner contrast of each outcome in its predicted direction, shape (placements, outcomes)."""
    weights = np.column_stack([outcome.weights for outcome in outcomes])
    estimates = (weights * cells.means).sum(axis=1)
    return Contrasts(estimates, np.sqrt((weights**2 * cells.variances).sum(axis=1)))


def stratified(
    counts: pd.DataFrame, placed: pd.DataFrame, regions: pd.Series[str], bank: PermutationBank
) -> tuple[Sample, pd.Series[str]]:
    """The states that are placed and have a relevant passage, exchanged within region and volume, and their strata.

    Raises `EstimationError` as `WeightedContrastTest` does.
    """
    n = counts.loc[counts.index.intersection(placed.index), "relevant"]
    strata = volume_strata(n[n > 0].sort_index(), regions)
    return Sample.of(counts, placed, bank(strata)), strata


def _regional(values: Array, regions: npt.ArrayLike) -> Array:
    """Sum of the region of each state, of values of shape (states, ...); the result has their shape."""
    codes, places = np.unique(np.asarray(regions), return_inverse=True)
    member = (places[:, None] == np.arange(len(codes))).astype(float)
    flat = values.reshape(len(values), -1)
    return np.asarray((member @ (member.T @ flat)).reshape(values.shape), dtype=float)


def _counted(counts: pd.DataFrame, outcome: Outcome) -> Array:
    """Passages of each state that carry an outcome, checked."""
    if outcome.column not in counts:
        raise UnknownNameError("column", outcome.column, map(str, counts.columns))
    check_name("effect", outcome.effect, POSITION)
    if outcome.sign not in (-1, 1):
        raise EstimationError(f"sign {outcome.sign} of {outcome.column!r}; allowed: -1, 1")
    y, n = counts[outcome.column], counts["relevant"]
    impossible = counts.index[~y.between(0, n)]
    if len(impossible):
        state = impossible[0]
        raise EstimationError(
            f"{y[state]} of {n[state]} passages of {state} carry {outcome.column!r}; "
            "allowed: 0 to the number of relevant passages"
        )
    return np.asarray(y, dtype=float)


def weighted_p(
    counts: pd.DataFrame,
    column: str,
    weights: npt.ArrayLike,
    placed: pd.DataFrame,
    regions: pd.Series[str],
    bank: PermutationBank,
) -> float:
    """One-sided p of any contrast of weighted shares between quadrants, by its weights, shape (4,), whose sum is zero.

    Takes and raises what `WeightedContrastTest` does.
    """
    sample, _ = stratified(counts, placed, regions, bank)
    y, n = (sample.counts[name].to_numpy(dtype=float) for name in (column, "relevant"))
    values, precision, _ = centred_shares(y[:, None], n, regions.loc[sample.counts.index])

    def statistic(quadrants: Codes) -> Array:
        return weighted_cells(values, precision, quadrants).contrast(weights).statistics[:, 0]

    return float(p_value(statistic(sample.quadrants)[0], sample.under_null(statistic)))
