"""The generalised Cochran-Mantel-Haenszel statistic: whether two classifications go together within strata."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.intervals import bootstrap_weights, percentile_interval
from buzanlib.inference.permutation import Array, p_value
from buzanlib.inference.placed_sample import Codes, Sample
from buzanlib.inference.verdicts import Finding
from buzanlib.inference.weighted_contrast import stratified
from buzanlib.inference.world import HypothesisTest, World
from buzanlib.theory.vocabulary import Measure, Quadrant

#: Measures that a passage may ask for.
ASKED = tuple(measure for measure in Measure if measure is not Measure.NONE)

#: Share of the largest eigenvalue of a covariance below which another counts as zero.
SINGULAR = 1e-10


def generalised_cmh(tables: npt.ArrayLike) -> Array:
    r"""Statistic of general association of rows and columns over strata, for one set of tables or for many at once.

    .. math:: M^2 = d^\top V^{-} d, \quad d = \sum_k (n_k - E_k), \quad
        V = \sum_k \frac{(N_k D(r_k) - r_k r_k^\top) \otimes (N_k D(c_k) - c_k c_k^\top)}{N_k^2 (N_k - 1)}

    with :math:`n_k` the counts of stratum :math:`k`, :math:`E_k = r_k c_k^\top / N_k` their expectation given the
    totals :math:`r_k` of rows and :math:`c_k` of columns, and :math:`V` their covariance, of all rows and columns but
    the last ones. Where rows or columns are empty, its generalised inverse leaves them out.

    Parameters
    ----------
    tables : array_like of float, shape (..., rows, columns, strata)
        Counts; strata of fewer than two tell nothing.

    Returns
    -------
    ndarray of float, shape (...)
        Chi-squared on (rows - 1)(columns - 1) degrees of freedom if all units are independent and none is empty.

    Raises
    ------
    EstimationError
        If there are fewer than two rows or columns.

    References
    ----------
    Agresti, A. (2002). Categorical Data Analysis, 2nd edition, section 7.5.3. Wiley.
    """
    n = np.asarray(tables, dtype=float)
    if n.ndim < 3 or min(n.shape[-3:-1]) < 2:
        raise EstimationError(
            f"tables of shape {n.shape}; allowed: at least two rows and columns, then strata"
        )
    total = n.sum(axis=(-3, -2))
    told = total >= 2
    total = np.where(told, total, 2.0)
    row, column = n.sum(axis=-2)[..., :-1, :], n.sum(axis=-3)[..., :-1, :]
    expected = row[..., :, None, :] * column[..., None, :, :] / total[..., None, None, :]
    excess = ((n[..., :-1, :-1, :] - expected) * told[..., None, None, :]).sum(axis=-1)
    scale = told / (total**2 * (total - 1))
    covariance = np.einsum(
        "...imk,...jnk,...k->...ijmn", _spread(row, total), _spread(column, total), scale, optimize=True
    )
    size = excess.shape[-2] * excess.shape[-1]
    d = excess.reshape(*excess.shape[:-2], size)
    v = covariance.reshape(*excess.shape[:-2], size, size)
    inverse = np.linalg.pinv(v, rcond=SINGULAR, hermitian=True)
    return np.asarray(np.einsum("...i,...ij,...j->...", d, inverse, d, optimize=True), dtype=float)


def _spread(margin: Array, total: Array) -> Array:
    """``N D(m) - m m'`` of margins, shape (..., categories, strata), of each stratum."""
    categories = np.eye(margin.shape[-2])[..., None]
    diagonal = categories * margin[..., :, None, :] * total[..., None, None, :]
    return np.asarray(diagonal - margin[..., :, None, :] * margin[..., None, :, :], dtype=float)


@dataclass(frozen=True)
class MeasureGivenThreat(HypothesisTest):
    """Whether quadrants that name the same threat ask for different measures (generalised Cochran-Mantel-Haenszel).

    Whole states are exchanged, so that passages of one state may resemble each other. The estimate is the root of the
    statistic, over passages times the smaller number of categories less one, less its mean by chance; interval by
    bootstrap of states, about the estimate.
    """

    def __call__(self, world: World) -> Finding:
        """Test; `EstimationError` if fewer than two measures are asked for, or two quadrants ask for one."""
        passages, sample = asking(world)
        state = sample.counts.index.get_indexer(pd.Index(passages["iso3"]))
        measure, threat = (pd.factorize(passages[name]) for name in ("measure", "primary"))
        spoken = np.zeros((len(sample), len(measure[1]), len(threat[1])))
        np.add.at(spoken, (state, measure[0], threat[0]), 1)
        quadrants = len(np.unique(sample.quadrants))
        smaller = min(quadrants, len(measure[1])) - 1
        if smaller < 1:
            raise EstimationError(
                f"{len(measure[1])} measures asked for in {quadrants} quadrants; allowed: at least two of each"
            )

        def statistic(placements: Codes) -> Array:
            return generalised_cmh(_tables(placements[:, None] == np.arange(len(Quadrant))[:, None], spoken))

        def root(statistics: Array, number: float | Array) -> Array:
            return np.asarray(np.sqrt(statistics / (number * smaller)), dtype=float)

        observed, drawn = statistic(sample.quadrants[None]), sample.under_null(statistic)
        number = float(len(passages))
        by_chance = float(root(drawn, number).mean())
        beside = {"root": float(root(observed, number)[0]), "chance": by_chance, "passages": len(passages)}
        weights = bootstrap_weights(sample.quadrants, world.draws, world.seed)
        member = sample.quadrants == np.arange(len(Quadrant))[:, None]
        resampled = _tables(weights[:, None] * member, spoken)
        again = root(generalised_cmh(resampled), resampled.sum(axis=(1, 2, 3)))
        # A state that is drawn twice repeats its passages, which adds to the root; what it adds on average goes.
        ends = percentile_interval(again - again.mean(), beside["root"] - by_chance)
        p, n = float(p_value(observed[0], drawn)), len(sample)
        return Finding(self.hypothesis, beside["root"] - by_chance, *ends, p, n, beside=beside)


def asking(world: World) -> tuple[pd.DataFrame, Sample]:
    """Passages of placed states that ask for a measure, and these states, exchanged within region and volume."""
    passages = world.passages[world.passages["measure"].isin(ASKED)]
    counts = world.counts[world.counts.index.isin(passages["iso3"])]
    sample, _ = stratified(counts, world.placed, world.data.regions, world.bank)
    return passages[passages["iso3"].isin(sample.counts.index)], sample


def measures_by_threat(world: World, threats: Iterable[str]) -> pd.DataFrame:
    """Numbers of passages: a row a threat that they stress and a quadrant, a column a measure that they ask for."""
    passages, sample = asking(world)
    quadrant = passages["iso3"].map(sample.placed["quadrant"]).rename("quadrant")
    counted = pd.crosstab([passages["primary"], quadrant], passages["measure"])
    every = pd.MultiIndex.from_product([list(map(str, threats)), list(map(str, Quadrant))])
    return counted.reindex(index=every, columns=list(map(str, ASKED)), fill_value=0)


def _tables(members: Array | np.ndarray, spoken: Array) -> Array:
    """Counts of quadrant, measure and threat, from how often each state counts in a quadrant, (..., 4, states)."""
    flat = members.astype(float) @ spoken.reshape(len(spoken), -1)
    return np.asarray(flat.reshape(*members.shape[:-1], *spoken.shape[1:]), dtype=float)
