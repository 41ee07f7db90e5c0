"""The generalised Cochran-Mantel-Haenszel statistic: whether two classifications go together within strata."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from buzanlib.errors import EstimationError
from buzanlib.inference.permutation import Array

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
