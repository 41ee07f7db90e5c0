"""How far apart the four cells of a matrix are, by several measures, and which cells share a threat."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.theory.vocabulary import Quadrant

Weights = npt.NDArray[np.float64]
Pair = tuple[Quadrant, Quadrant]

#: The six pairs of quadrants, in the order of `Quadrant`.
PAIRS: tuple[Pair, ...] = tuple(combinations(Quadrant, 2))

# Distances nearer than this are equal: they differ by rounding only.
_TIE = 1e-9


def hamming(a: Weights, b: Weights) -> float:
    """Threats on which two cells disagree; with graded weights the sum of the absolute differences."""
    return float(np.abs(a - b).sum())


def jaccard(a: Weights, b: Weights) -> float:
    """One minus the share of the threats of either cell that is in both; 0 for two empty cells.

    With graded weights the sums of the smaller and of the larger weights take the place of the counts.
    """
    union = float(np.maximum(a, b).sum())
    return 1 - float(np.minimum(a, b).sum()) / union if union else 0.0


def jensen_shannon(a: Weights, b: Weights) -> float:
    """Jensen-Shannon divergence of the two cells as shares, in bits: 0 for equal shares, 1 for disjoint ones.

    The square root is a metric; it orders pairs alike (Lin 1991).
    """
    p, q = _shares(a), _shares(b)
    middle = (p + q) / 2
    return max(0.0, (_bits(p, middle) + _bits(q, middle)) / 2)


def aitchison(a: Weights, b: Weights) -> float:
    """Euclidean distance of the two cells as centred log ratios (Aitchison 1982); needs weights above zero."""
    if min(a.min(), b.min()) <= 0:
        raise EstimationError(
            "Aitchison distance: a weight is zero, and has no logarithm; allowed: eps above zero"
        )
    difference = np.log(a) - np.log(b)
    return float(np.linalg.norm(difference - difference.mean()))


#: The measures by name.
MEASURES: dict[str, Callable[[Weights, Weights], float]] = {
    "hamming": hamming,
    "jaccard": jaccard,
    "jensen_shannon": jensen_shannon,
    "aitchison": aitchison,
}


def distances(weights: pd.DataFrame, measure: str, eps: float = 0.0) -> pd.DataFrame:
    """Distances between all cells of a matrix.

    Parameters
    ----------
    weights : pandas.DataFrame
        Shape (cells, threats), no weight below zero; such as `Matrix.weights` gives.
    measure : str
        A key of `MEASURES`.
    eps : float
        Added to every weight before ``"jensen_shannon"`` and ``"aitchison"``. They compare shares of a whole,
        and an empty cell has none: with `eps` it becomes an even one. Without effect on the other two.

    Returns
    -------
    pandas.DataFrame of float
        Shape (cells, cells), symmetric, zero on the diagonal.

    Raises
    ------
    UnknownNameError
        If there is no such measure.
    EstimationError
        If a weight or `eps` is negative, or if the measure needs a larger `eps`.
    """
    if measure not in MEASURES:
        raise UnknownNameError("measure of distance", measure, MEASURES)
    cells = weights.to_numpy(dtype=float)
    if eps < 0 or (cells < 0).any():
        raise EstimationError("distances: a weight or eps is negative; allowed: zero or more")
    if measure in ("jensen_shannon", "aitchison"):
        cells = cells + eps
    between = MEASURES[measure]
    values = np.zeros((len(cells), len(cells)))
    for i, j in combinations(range(len(cells)), 2):
        values[i, j] = values[j, i] = between(cells[i], cells[j])
    return pd.DataFrame(values, index=weights.index, columns=weights.index)


def by_pair(
    weights: pd.DataFrame, eps: float = 0.1, measures: Iterable[str] = tuple(MEASURES)
) -> pd.DataFrame:
    """Several measures of all six pairs of quadrants.

    Parameters
    ----------
    weights : pandas.DataFrame
        Shape (4, threats), index `Quadrant`.
    eps : float
        As in `distances`; for ``"jensen_shannon"`` only where a cell is empty, since only there it is needed.
    measures : iterable of str
        Keys of `MEASURES`.

    Returns
    -------
    pandas.DataFrame of float
        Shape (6, measures), index like ``"SW-WS"``, in the order of `PAIRS`.

    Raises
    ------
    UnknownNameError, EstimationError
        As `distances`.
    """
    has_empty = bool((weights.sum(axis=1) == 0).any())
    upper = np.triu_indices(len(Quadrant), 1)
    ordered = weights.loc[list(Quadrant)]
    columns = {}
    for measure in measures:
        added = eps if measure == "aitchison" or has_empty else 0.0
        columns[measure] = distances(ordered, measure, added).to_numpy()[upper]
    return pd.DataFrame(columns, index=pd.Index([pair_name(pair) for pair in PAIRS], name="pair"))


def pair_name(pair: Pair) -> str:
    """The two quadrants with a dash between them, in alphabetical order, such as ``"SW-WS"``."""
    return "-".join(sorted(pair))


def largest_pairs(between: pd.DataFrame) -> list[Pair]:
    """The pairs of quadrants that lie farthest apart: one pair, or all that tie.

    Parameters
    ----------
    between : pandas.DataFrame
        As `distances` returns, index and columns `Quadrant`.

    Returns
    -------
    list of tuple of Quadrant
        In the order of `PAIRS`.
    """
    square = between.loc[list(Quadrant), list(Quadrant)].to_numpy(dtype=float)
    values = dict(zip(PAIRS, square[np.triu_indices(len(square), 1)].tolist(), strict=True))
    largest = max(values.values())
    return [pair for pair, value in values.items() if value >= largest - _TIE]


def farthest(values: pd.Series) -> list[str]:
    """The names of the largest distance and of all that tie with it.

    Parameters
    ----------
    values : pandas.Series of float
        A column of what `by_pair` returns.

    Returns
    -------
    list of str
        In the order of the series.
    """
    return [str(name) for name in values.index[values >= values.max() - _TIE]]


def shared_threats(weights: pd.DataFrame) -> dict[Pair, tuple[str, ...]]:
    """The threats that both cells of a pair name.

    Parameters
    ----------
    weights : pandas.DataFrame
        Shape (4, threats), index `Quadrant`; a weight above zero counts.

    Returns
    -------
    dict of (Quadrant, Quadrant) to tuple
        All six pairs of `PAIRS`; an empty tuple where they share none.
    """
    named = {quadrant: weights.loc[quadrant] > 0 for quadrant in Quadrant}
    return {
        (a, b): tuple(threat for threat in weights.columns if named[a][threat] and named[b][threat])
        for a, b in PAIRS
    }


def _shares(weights: Weights) -> Weights:
    total = weights.sum()
    if total <= 0:
        raise EstimationError(
            "Jensen-Shannon divergence: a cell names no threat and has no shares; allowed: eps above zero"
        )
    shares: Weights = weights / total
    return shares


def _bits(p: Weights, q: Weights) -> float:
    """Kullback-Leibler divergence in bits, a share of zero adding nothing."""
    held = p > 0
    return float((p[held] * np.log2(p[held] / q[held])).sum())
