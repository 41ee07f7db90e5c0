"""Rarefaction: how many kinds are to be expected among so many passages, since who says more names more."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import gammaln

from buzanlib.errors import EstimationError

Array = npt.NDArray[np.float64]


def expected_kinds(carrying: npt.ArrayLike, passages: int, drawn: npt.ArrayLike) -> Array:
    r"""Kinds expected among passages that are drawn without replacement.

    .. math:: \sum_k \left[1 - \binom{N - N_k}{n} \Big/ \binom{N}{n}\right]

    A passage may carry several kinds, or none.

    Parameters
    ----------
    carrying : array_like of int, shape (kinds,)
        :math:`N_k`, passages that carry each kind.
    passages : int
        :math:`N`, all passages.
    drawn : array_like of int, shape (...)
        :math:`n`, numbers of passages drawn.

    Returns
    -------
    ndarray of float, shape (...)

    Raises
    ------
    EstimationError
        If more passages carry a kind, or are to be drawn, than there are.

    References
    ----------
    Hurlbert, S. H. (1971). The nonconcept of species diversity: a critique and alternative parameters. Ecology 52(4),
    577-586.
    """
    kinds, n = np.asarray(carrying, dtype=float), np.asarray(drawn, dtype=float)[..., None]
    for what, most in (("carry a kind", kinds.max(initial=0)), ("are drawn", n.max(initial=0))):
        if most > passages:
            raise EstimationError(f"{most:.0f} passages {what}; allowed: at most all {passages}")
    others = passages - kinds
    left = np.maximum(others - n, 0)
    log_missed = gammaln(others + 1) - gammaln(left + 1) - gammaln(passages + 1) + gammaln(passages - n + 1)
    missed = np.where(others >= n, np.exp(log_missed), 0.0)
    return np.asarray((1 - missed).sum(axis=-1), dtype=float)


def kinds_beyond_expected(counts: pd.DataFrame, kinds: list[str], groups: pd.Series[str]) -> pd.Series[float]:
    """Kinds that a state names, less those expected of as many passages of all states of its group.

    Parameters
    ----------
    counts : DataFrame of int
        By ``iso3``: ``relevant`` and a column a kind.
    kinds : list of str
        Columns of `counts`.
    groups : Series of str
        Group by ``iso3``, such as the region.

    Returns
    -------
    Series of float
        With the index of `counts`.
    """
    named = (counts[kinds] > 0).sum(axis=1)
    expected = pd.Series(0.0, index=counts.index)
    for _, inside in counts.groupby(groups.loc[counts.index]):
        total = inside[["relevant", *kinds]].sum()
        expected[inside.index] = expected_kinds(total[kinds], int(total["relevant"]), inside["relevant"])
    return named - expected
