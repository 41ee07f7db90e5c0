"""The exact likelihood of counts: a multinomial logit that never sees the rows.

Where covariates are constant within cells, such as a quadrant, the counts by cluster, cell and category are
sufficient: likelihood, score and clustered errors of the rows are sums over them. A million rows therefore cost
one pass to count them, and the fit costs what its cells cost. `tests/inference` holds it equal to statsmodels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.special import log_softmax

from buzanlib.errors import BuzanError, EstimationError

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


def aggregate(
    cells: npt.ArrayLike,
    categories: npt.ArrayLike,
    clusters: npt.ArrayLike,
    n_cells: int,
    n_categories: int,
    n_clusters: int,
) -> Counts:
    """Count rows by cluster, cell and category, in one pass.

    Parameters
    ----------
    cells, categories, clusters : array_like of int, shape (rows,)
        Codes from 0.
    n_cells, n_categories, n_clusters : int
        How many of each there are.

    Returns
    -------
    ndarray of int64, shape (clusters, cells, categories)

    Raises
    ------
    EstimationError
        If the three have different lengths, or a code is negative or too large.
    """
    codes = {
        "cluster": (np.asarray(clusters), n_clusters),
        "cell": (np.asarray(cells), n_cells),
        "category": (np.asarray(categories), n_categories),
    }
    lengths = [len(code) for code, _ in codes.values()]
    if len(set(lengths)) > 1:
        raise EstimationError(
            f"codes of {lengths} rows (clusters, cells, categories); give one of each a row"
        )
    place = np.zeros(lengths[0], dtype=np.int64)
    for kind, (code, size) in codes.items():
        if len(code) and (code.min() < 0 or code.max() >= size):
            raise EstimationError(
                f"codes of {kind} from {code.min()} to {code.max()}; allowed: 0 to {size - 1}"
            )
        place *= size
        place += code
    shape = (n_clusters, n_cells, n_categories)
    return np.bincount(place, minlength=n_clusters * n_cells * n_categories).reshape(shape)


def separated(design: npt.ArrayLike, outcome: npt.ArrayLike, *, ordered: bool = False) -> bool:
    """Whether the data are separated, completely or quasi-completely, so that no finite estimate exists.

    Exact: the likelihood has no maximum if and only if some direction of the coefficients lowers the
    likelihood of no row and raises that of one (Albert and Anderson 1984), and a linear programme finds such a
    direction or proves that there is none (Konis 2007).

    Parameters
    ----------
    design : array_like of float, shape (rows, k)
        With its constant; without one for the ordered logit.
    outcome : array_like of int, shape (rows,)
        Category from 0; 0 and 1 for a binary outcome.
    ordered : bool
        Judge the ordered (cumulative) logit, not the multinomial logit, of which the binary one is a case.

    Raises
    ------
    EstimationError
        If the design is rank deficient: no estimate is unique then, separated or not.
    """
    x, y = np.asarray(design, dtype=float), np.asarray(outcome, dtype=np.int64)
    _demand_full_rank(np.column_stack([np.ones(len(x)), x]) if ordered else x)
    distinct = np.unique(np.column_stack([x / np.abs(x).max(axis=0), y]), axis=0)
    x, y = distinct[:, :-1], distinct[:, -1].astype(np.int64)
    free = max(int(y.max()), 1)
    # Each row of `gains` says what a direction adds to the advantage of an observed category.
    if ordered:
        # P(y <= j) is logistic in threshold j less x'b: thresholds above the category should rise, others fall.
        thresholds = np.eye(free)
        gains = np.vstack(
            [
                np.column_stack([-x[y < free], thresholds[y[y < free]]]),
                np.column_stack([x[y > 0], -thresholds[y[y > 0] - 1]]),
            ]
        )
    else:
        own = np.eye(free + 1)[:, 1:]
        lead = own[y][:, None, :] - own
        gains = np.einsum("rjl,ra->rjla", lead, x).reshape(len(x) * (free + 1), -1)
    best = np.asarray(linprog(-gains.sum(axis=0), A_ub=-gains, b_ub=np.zeros(len(gains)), bounds=(-1, 1)).x)
    # Directions form a cone: if there is one but zero, the best lies on the bounds.
    return bool(np.abs(best).max() > 0.5)


def _demand_full_rank(design: Array) -> None:
    # Columns nearer to collinear than this make Newton's steps, and the tolerance of the linear programme, useless.
    scale = np.abs(design).max(axis=0, initial=0)
    rank = int(np.linalg.matrix_rank(design / np.where(scale > 0, scale, 1), rtol=1e-7))
    if rank < design.shape[1]:
        raise EstimationError(
            f"the design has {design.shape[1]} columns but rank {rank}; "
            "drop a column that follows from the others, or fill the empty cells"
        )


@dataclass(frozen=True)
class MultinomialFit:
    """Estimates of a multinomial logit.

    Attributes
    ----------
    coefficients : ndarray of float, shape (k, categories - 1)
        Log odds against category 0.
    covariance : ndarray of float, shape (k * (categories - 1), k * (categories - 1))
        Clustered; all coefficients of the first category come first, as in statsmodels. The nonrobust one where
        the likelihood was penalised.
    nonrobust : ndarray of float
        Inverse information, which takes rows as independent; same shape.
    loglike : float
        Log likelihood of the rows, without the penalty.
    n, n_clusters : int
        Rows, and clusters that have a row.
    """

    coefficients: Array
    covariance: Array
    nonrobust: Array
    loglike: float
    n: int
    n_clusters: int

    @property
    def errors(self) -> Array:
        """Standard errors, shape (k, categories - 1)."""
        return np.sqrt(np.diag(self.covariance)).reshape(self.coefficients.shape, order="F")


@dataclass(frozen=True)
class _Place:
    """The objective at some coefficients: its value, gradient and (for the step) curvature."""

    coefficients: Array
    probabilities: Array
    loglike: float
    value: float
    gradient: Array
    curvature: Array
    information: Array


@dataclass(frozen=True)
class AggregatedMultinomial:
    """Multinomial logit from counts, by Newton's method; the binomial logit where there are two categories.

    Attributes
    ----------
    tolerance : float
        The last step is the first whose squared length in standard errors (Newton's decrement) is at most this;
        above 0, at most 1e-6. What is left after it is of the order of its square; penalised steps converge more slowly
        where the design is not saturated, and leave about its root, in standard errors.
    max_iterations : int
        At least 1.
    penalised : bool
        Maximise Firth's penalised likelihood (Firth 1993), the remedy for separated data (Heinze and Schemper
        2002), which stays finite.

    Notes
    -----
    The penalty is half the log determinant of the information. Its score is the ordinary one of counts to which
    half their leverages are added (Kosmidis and Firth 2011); in a saturated design every leverage is 1, and the
    estimates are those of the counts plus one half. No clustered errors are given with it: a cell in which
    a category never occurs has residuals near zero in every cluster, and a sandwich of them would
    call the least certain estimate the most certain.
    """

    tolerance: float = 1e-12
    max_iterations: int = 100
    penalised: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.tolerance <= 1e-6:
            raise BuzanError(f"tolerance {self.tolerance} of a fit; allowed: above 0, at most 1e-6")
        if self.max_iterations < 1:
            raise BuzanError(f"{self.max_iterations} iterations of a fit; allowed: at least 1")

    def __call__(self, design: npt.ArrayLike, counts: npt.ArrayLike) -> MultinomialFit:
        """Fit.

        Parameters
        ----------
        design : array_like of float, shape (cells, k)
            With its constant.
        counts : array_like of int, shape (clusters, cells, categories)
            As `aggregate` gives them; clusters and cells without a row are ignored.

        Returns
        -------
        MultinomialFit
            Clustered errors have the correction ``G / (G - 1) * (n - 1) / (n - K)`` of statsmodels, for
            G clusters, n rows and K coefficients.

        Raises
        ------
        EstimationError
            If shapes do not fit, a category is never used, there are too few rows or clusters, the design is rank
            deficient, the data are separated (and the likelihood not penalised), or the iterations do not
            converge.
        """
        design, counts = _checked(design, counts)
        size = design.shape[1] * (counts.shape[2] - 1)
        n, clusters = int(counts.sum()), int(counts.any(axis=(1, 2)).sum())
        if n <= size:
            raise EstimationError(f"{n} rows for {size} coefficients; there must be more rows")
        if clusters < 2 and not self.penalised:
            raise EstimationError(f"{clusters} cluster with a row; clustered errors need at least 2")
        pooled = counts.sum(axis=0)
        used = pooled.any(axis=1)
        _demand_full_rank(design[used])
        top = self._climb(design[used], pooled[used])
        # In separated data some fitted probability is at most the decrement, and so at most the tolerance when the
        # last step is made; its root leaves room for that step. Where none is so small there is no need to ask.
        if not self.penalised and (top is None or top.probabilities.min() <= self.tolerance**0.5):
            cell, category = np.nonzero(pooled)
            if separated(design[cell], category):
                raise EstimationError(
                    "the data are separated, so that the likelihood has no maximum; "
                    "collapse categories or cells, or set penalised=True"
                )
        if top is None:
            raise EstimationError(
                f"no convergence in {self.max_iterations} iterations; allow more, or scale the design"
            )
        nonrobust = np.asarray(np.linalg.inv(top.information), dtype=float)
        covariance = nonrobust
        if not self.penalised:
            present = counts[:, used]
            residuals = present - present.sum(axis=2, keepdims=True) * top.probabilities
            scores = np.einsum("gcj,ca->gja", residuals[..., 1:], design[used], optimize=True)
            scores = scores.reshape(len(counts), size)
            correction = clusters / (clusters - 1) * (n - 1) / (n - size)
            covariance = correction * nonrobust @ (scores.T @ scores) @ nonrobust
        return MultinomialFit(top.coefficients, covariance, nonrobust, top.loglike, n, clusters)

    def _climb(self, design: Array, counts: Counts) -> _Place | None:
        """The place of the maximum; None where it is not reached."""
        place = self._at(design, counts, np.zeros((design.shape[1], counts.shape[1] - 1)))
        for _ in range(self.max_iterations):
            try:
                step = np.linalg.solve(place.curvature, place.gradient)
            except np.linalg.LinAlgError:
                return None
            decrement = place.gradient @ step
            if not decrement >= 0:  # rounding has made the curvature of a near-flat top useless
                return None
            step = step.reshape(place.coefficients.shape, order="F")
            ahead = self._at(design, counts, place.coefficients + step)
            if decrement <= self.tolerance:
                return ahead
            while ahead.value < place.value - 1e-12 * abs(place.value):  # further down than rounding
                step = step / 2
                ahead = self._at(design, counts, place.coefficients + step)
            place = ahead
        return None

    def _at(self, design: Array, counts: Counts, coefficients: Array) -> _Place:
        logs = log_softmax(np.column_stack([np.zeros(len(design)), design @ coefficients]), axis=1)
        probabilities = np.exp(logs)
        loglike = value = float((counts * logs).sum())
        totals, weighed = counts.sum(axis=1), counts.astype(float)
        information = curvature = _information(design, totals, probabilities)
        if self.penalised:
            value += float(np.linalg.slogdet(information).logabsdet) / 2
            weighed += _leverages(design, totals, probabilities, information) / 2
            totals = weighed.sum(axis=1)
            curvature = _information(design, totals, probabilities)
        gradient = design.T @ (weighed - totals[:, None] * probabilities)[:, 1:]
        return _Place(
            coefficients, probabilities, loglike, value, gradient.ravel(order="F"), curvature, information
        )


def _information(design: Array, totals: npt.NDArray[np.number], probabilities: Array) -> Array:
    """Fisher's information, shape (k * (categories - 1), k * (categories - 1)), category by category."""
    free = probabilities[:, 1:]
    weights = free[:, :, None] * (np.eye(free.shape[1]) - free[:, None, :]) * totals[:, None, None]
    information = np.einsum("cjl,ca,cb->jalb", weights, design, design, optimize=True)
    return np.asarray(information.reshape(design.shape[1] * free.shape[1], -1), dtype=float)


def _leverages(
    design: Array, totals: npt.NDArray[np.number], probabilities: Array, information: Array
) -> Array:
    """Leverages of the equivalent Poisson model, shape (cells, categories) (Kosmidis and Firth 2011)."""
    free = probabilities.shape[1] - 1
    inverse = np.linalg.inv(information).reshape(free, -1, free, design.shape[1])
    spread = np.einsum("ca,jalb,cb->cjl", design, inverse, design, optimize=True)
    away = np.eye(free + 1)[:, 1:] - probabilities[:, None, 1:]
    own = np.einsum("cij,cjl,cil->ci", away, spread, away)
    return np.asarray(probabilities * (1 + totals[:, None] * own), dtype=float)


def _checked(design: npt.ArrayLike, counts: npt.ArrayLike) -> tuple[Array, Counts]:
    x, y = np.asarray(design, dtype=float), np.asarray(counts)
    if x.ndim != 2 or y.ndim != 3 or y.shape[1] != len(x) or y.shape[2] < 2:
        raise EstimationError(
            f"a design of shape {x.shape} and counts of shape {y.shape}; "
            "allowed: (cells, k) and (clusters, cells, at least 2 categories)"
        )
    if not np.isfinite(x).all() or y.dtype.kind not in "iu" or (y < 0).any():
        raise EstimationError(
            "the design is not finite, or counts are negative or fractional; allowed: whole numbers"
        )
    unused = np.flatnonzero(~y.any(axis=(0, 1)))
    if len(unused):
        raise EstimationError(f"category {unused[0]} is never used; drop it, or collapse it with another")
    return x, y.astype(np.int64)
