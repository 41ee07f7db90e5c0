"""Distances between profiles of threats, such as the four cells of a matrix, and the threats that cells share.

`jensen_shannon`, `hellinger` and `aitchison` take shares along the last axis and broadcast over the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import entr

from buzanlib.errors import EstimationError, check_name
from buzanlib.theory.vocabulary import Quadrant

Weights = npt.NDArray[np.float64]
Pair = tuple[Quadrant, Quadrant]

#: The six pairs of quadrants, in the order of `Quadrant`.
PAIRS: tuple[Pair, ...] = tuple(combinations(Quadrant, 2))

# Distances nearer than this are equal: they differ by rounding only.
_TIE = 1e-9


def hamming(a: Weights, b: Weights) -> Weights:
    """Threats on which two cells disagree; with graded weights the sum of the absolute differences."""
    return np.asarray(np.abs(a - b).sum(axis=-1), dtype=float)


def jaccard(a: Weights, b: Weights) -> Weights:
    """One minus the share of the threats of either cell that is in both; 0 for two empty cells.

    With graded weights the sums of the smaller and of the larger weights take the place of the counts.
    """
    union = np.maximum(a, b).sum(axis=-1)
    common = np.minimum(a, b).sum(axis=-1)
    return np.asarray(1 - np.divide(common, union, out=np.ones_like(union), where=union > 0), dtype=float)


def jensen_shannon(a: Weights, b: Weights) -> Weights:
    """Jensen-Shannon divergence in bits (Lin 1991): 0 for equal shares, 1 for disjoint ones; its root is a metric.

    Rounding may leave that of equal shares just below zero.
    """
    return np.asarray(_entropy((a + b) / 2) - (_entropy(a) + _entropy(b)) / 2, dtype=float)


def hellinger(a: Weights, b: Weights) -> Weights:
    """Squared Hellinger distance, from 0 to 1."""
    return np.asarray(1 - np.sqrt(np.maximum(a * b, 0)).sum(axis=-1), dtype=float)


def aitchison(a: Weights, b: Weights) -> Weights:
    """Euclidean distance of centred log ratios (Aitchison 1982); needs shares above zero."""
    ratio = np.log(a) - np.log(b)
    return np.asarray(np.linalg.norm(ratio - ratio.mean(axis=-1, keepdims=True), axis=-1), dtype=float)


#: Measures of the distance between cells, by name.
MEASURES: dict[str, Callable[[Weights, Weights], Weights]] = {
    "hamming": hamming,
    "jaccard": jaccard,
    "jensen_shannon": lambda a, b: np.maximum(jensen_shannon(a, b), 0.0),
    "aitchison": aitchison,
}


def distances(weights: pd.DataFrame, measure: str, eps: float = 0.0) -> pd.DataFrame:
    """Distances between all cells of a matrix.

    Parameters
    ----------
    weights : DataFrame of float, shape (cells, threats)
        None below zero, such as `Matrix.weights` gives.
    measure : str
        A key of `MEASURES`.
    eps : float
        Added to every share of a cell for ``"jensen_shannon"`` and ``"aitchison"``, which compare shares; an empty
        cell then has even ones. Without effect on the other two.

    Returns
    -------
    DataFrame of float, shape (cells, cells)
        Symmetric, zero on the diagonal.

    Raises
    ------
    UnknownNameError
        If there is no such measure.
    EstimationError
        If a weight or `eps` is negative, or if the measure needs a larger `eps`.
    """
    check_name("measure of distance", measure, MEASURES)
    cells = weights.to_numpy(dtype=float)
    if eps < 0 or (cells < 0).any():
        raise EstimationError("distances: a weight or eps is negative; allowed: zero or more")
    if measure in ("jensen_shannon", "aitchison"):
        cells = _shares(cells, eps)
        if measure == "aitchison" and cells.min() <= 0:
            raise EstimationError(
                "Aitchison distance: a share is zero, and has no logarithm; allowed: eps above zero"
            )
    values = MEASURES[measure](cells[:, None], cells[None])
    np.fill_diagonal(values, 0.0)
    return pd.DataFrame(values, index=weights.index, columns=weights.index)


def by_pair(
    weights: pd.DataFrame, eps: float = 0.1, measures: Iterable[str] = tuple(MEASURES)
) -> pd.DataFrame:
    """Several measures, keys of `MEASURES`, of all six pairs of quadrants.

    As `distances`, for weights of shape (4, threats) with index `Quadrant`; for ``"jensen_shannon"`` `eps` is added
    only where a cell is empty, since only there it is needed.

    Returns a DataFrame of float, shape (6, measures): index like ``"SW-WS"``, in the order of `PAIRS`.
    """
    has_empty = bool((weights.sum(axis=1) == 0).any())
    columns = {}
    for measure in measures:
        apart = distances(weights, measure, eps if measure == "aitchison" or has_empty else 0.0)
        columns[measure] = [apart.loc[pair] for pair in PAIRS]
    return pd.DataFrame(columns, index=pd.Index(list(map(pair_name, PAIRS)), name="pair"))


def pair_name(pair: Pair) -> str:
    """The two quadrants with a dash between them, in alphabetical order, such as ``"SW-WS"``."""
    return "-".join(sorted(pair))


def farthest(values: pd.Series) -> list[str]:
    """Names of the largest distance in a column of `by_pair` and of all that tie with it, in their order."""
    return [str(name) for name in values.index[values >= values.max() - _TIE]]


def shared_threats(weights: pd.DataFrame) -> dict[Pair, tuple[str, ...]]:
    """The threats that both cells of each pair of `PAIRS` name, that is, give a weight above zero.

    `weights` are of shape (4, threats), with index `Quadrant`.
    """
    return {pair: tuple(weights.columns[(weights.loc[list(pair)] > 0).all()]) for pair in PAIRS}


def _shares(cells: Weights, eps: float) -> Weights:
    """Weights as shares of their cell, `eps` added to each; those of an empty cell are even."""
    totals = cells.sum(axis=1, keepdims=True)
    if eps == 0 and (totals == 0).any():
        raise EstimationError("a cell names no threat and has no shares; allowed: eps above zero")
    shares = np.divide(cells, totals, out=np.full_like(cells, 1 / cells.shape[1]), where=totals > 0) + eps
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=float)


def _entropy(p: Weights) -> Weights:
    """Shannon entropy in bits along the last axis."""
    # A product with ones sums the few threats of many profiles faster than their sum does.
    return np.asarray(entr(p) @ np.full(p.shape[-1], 1 / np.log(2)), dtype=float)
