"""Least squares on pairs of states with a permutation test: MRQAP, and the Mantel correlation.

Dyads that share a state are not independent, so that 180 states do not make 16,110 observations. Tests therefore
permute states, and standard errors let all dyads of a state correlate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.inference.intervals import student_interval
from buzanlib.inference.permutation import Array, Moves, p_value

#: Permutations that are computed together, since a block stays in the cache of the processor.
BLOCK = 32

#: Shares of a sum of squares below this one are rounding.
FLOOR = 1e-12

#: Least share of the variance of a predictor that those before it must leave unexplained.
TOLERANCE = 1e-8


def mantel(x: pd.DataFrame, y: pd.DataFrame, bank: Moves) -> tuple[float, float]:
    """Mantel correlation of two matrices (Mantel 1967), and its one-sided p value under permutations of `x`.

    Takes matrices and permutations, leaves dyads out and raises as `mrqap` does.
    """
    known, (outcome, predictor) = _checked({"y": y, "x": x}, bank)
    partial = _partial(known, outcome, predictor, [])
    t = partial.observed
    r = t / np.sqrt(t**2 + partial.freedom)  # t rises with r, so that both have the same p value
    return float(r), float(p_value(t, _drawn([partial], known, bank)[:, 0]))


@dataclass(frozen=True)
class MRQAPResult:
    """A regression on dyads."""

    #: A row a predictor. Columns ``coefficient``, ``se`` (dyadic-cluster-robust), ``low90``, ``high90``, ``t`` (by the
    #: least squares error, not by ``se``), ``p_greater``, ``p_less``, ``p_two_sided`` (NaN if not tested).
    table: pd.DataFrame
    null: pd.DataFrame  #: The same t under permutation, shape (draws, tested predictors).
    n_states: int  #: States to which the regression was fitted.
    n_dyads: int  #: Dyads to which it was fitted.


def mrqap(
    outcome: pd.DataFrame, predictors: Mapping[str, pd.DataFrame], bank: Moves, focal: str | None = None
) -> MRQAPResult:
    """Multiple regression quadratic assignment by double semi-partialling (Dekker, Krackhardt & Snijders 2007).

    Each predictor is regressed on the others; states are permuted in the matrix of its residuals; the outcome is
    regressed on the permuted residuals and the other predictors. The least squares t of the residuals is compared
    with its permutations, since of the statistics in use it depends least on how the predictors correlate.

    Parameters
    ----------
    outcome, predictors : DataFrame of float, shape (states, states), and mapping of str to such
        At least one predictor.
    bank : ndarray of int, shape (draws, states)
        Permutations of the states, such as `Permutations.among` gives.
    focal : str, optional
        The one predictor to be tested; all by default.

    Raises
    ------
    UnknownNameError
        If `focal` is no predictor.
    EstimationError
        If there is no predictor; if a matrix is not symmetric, not finite, of other states or does not vary; if a state
        has no known dyad; if states or dyads are too few; if the bank permutes another number of states; or if a
        predictor is a combination of others.

    Notes
    -----
    A dyad that is unknown in any matrix enters no regression. Under permutation a dyad can receive the residual of such
    a one: where only its outcome is unknown, that which its predictors give; where a predictor is unknown, zero, the
    mean of the residuals, so that with many such dyads the null distribution is too narrow.

    By the theorem of Frisch, Waugh and Lovell the t of a draw needs only the products of the permuted residuals with
    the outcome and with a basis of the other predictors: draws are made in blocks, as matrix products.

    Standard errors let any two dyads that share a state correlate (Fafchamps & Gubert 2007; Aronow, Samii & Assenova
    2015); they have no correction for few states. Intervals are Student's t with one degree of freedom less than there
    are states; with much fewer than a hundred states they are too short. A variance can then come out negative: error
    and interval are NaN.
    """
    names = list(predictors)
    if not names:
        raise EstimationError("no predictor of the dyads; allowed: at least one")
    if focal is not None and focal not in names:
        raise UnknownNameError("predictor", focal, names)
    named = {f"predictor {name!r}": matrix for name, matrix in predictors.items()}
    known, (response, *matrices) = _checked({"outcome": outcome, **named}, bank)
    design = np.column_stack([np.ones(len(known.first)), *map(known.vector, matrices)])
    left = np.diag(np.linalg.qr(design).R)[1:] ** 2
    for name, matrix, rest in zip(names, matrices, left, strict=True):
        if rest <= TOLERANCE * _spread(known.vector(matrix)):
            raise EstimationError(f"predictor {name!r} is a linear combination of those before it")
    partials = {
        name: _partial(known, response, matrices[place], matrices[:place] + matrices[place + 1 :])
        for place, name in enumerate(names)
    }

    rows = []
    for partial in partials.values():
        coefficient, error = partial.coefficient, known.error(partial.influence)
        low, high = student_interval(coefficient, error, known.states - 1)
        rows.append((coefficient, error, low, high, partial.observed))
    columns = ["coefficient", "se", "low90", "high90", "t"]
    table = pd.DataFrame(rows, pd.Index(names, name="predictor"), columns)
    tested = names if focal is None else [focal]
    drawn = _drawn([partials[name] for name in tested], known, bank)
    t = table.loc[tested, "t"].to_numpy(dtype=float)
    table.loc[tested, "p_greater"] = p_value(t, drawn)
    table.loc[tested, "p_less"] = p_value(-t, -drawn)
    table.loc[tested, "p_two_sided"] = p_value(np.abs(t), np.abs(drawn))
    return MRQAPResult(table, pd.DataFrame(drawn, columns=tested), known.states, len(known.first))


@dataclass(frozen=True)
class _Known:
    """The dyads that all matrices know: the places of the first and the second state of each."""

    states: int
    first: Moves
    second: Moves

    def vector(self, matrix: Array) -> Array:
        """The known dyads of a matrix, shape (dyads,)."""
        return matrix[self.first, self.second]

    def error(self, influence: Array) -> float:
        """Dyadic-cluster-robust standard error, from what each dyad adds to the coefficient, shape (dyads,)."""
        # Products of all pairs of dyads that share a state: squared sums by state count a dyad with itself twice.
        sums = sum(np.bincount(side, influence, self.states) for side in (self.first, self.second))
        variance = float(np.sum(sums**2) - influence @ influence)
        return float(np.sqrt(variance)) if variance >= 0 else np.nan


@dataclass(frozen=True)
class _Partial:
    """What a predictor `x` and the outcome `y` keep, shape (dyads,), once the other predictors are taken out."""

    square: (
        Array  # `x`, shape (states, states), and residuals of dyads whose outcome is unknown; zero elsewhere
    )
    x: Array
    y: Array
    basis: Array  # orthonormal, shape (dyads, others): spans the constant and the other predictors
    total: float  # sum of squares of the outcome about its mean

    @property
    def freedom(self) -> int:
        """Residual degrees of freedom."""
        return int(self.basis.shape[0] - self.basis.shape[1] - 1)

    @property
    def coefficient(self) -> float:
        return float(self.x @ self.y / (self.x @ self.x))

    @property
    def influence(self) -> Array:
        """What each dyad adds to the error of the coefficient, shape (dyads,)."""
        return np.asarray(self.x * (self.y - self.coefficient * self.x) / (self.x @ self.x), dtype=float)

    @property
    def observed(self) -> float:
        return float(self.t(self.x[None])[0])

    def t(self, x: Array) -> Array:
        """Least squares t of each row of `x`, shape (draws, dyads), beside the other predictors.

        Where nothing is left of a row, or of the outcome, only rounding would decide: hence the floors.
        """
        left = np.einsum("bd,bd->b", x, x) - np.sum((x @ self.basis) ** 2, axis=1)
        left = np.maximum(left, FLOOR * (self.x @ self.x))
        product = x @ self.y
        unexplained = np.maximum(self.y @ self.y - product**2 / left, FLOOR * self.total)
        return np.asarray(product / np.sqrt(left * unexplained / self.freedom), dtype=float)


def _partial(known: _Known, outcome: Array, predictor: Array, others: Sequence[Array]) -> _Partial:
    """Take the other predictors out of a predictor and the outcome; all of shape (states, states)."""
    y = known.vector(outcome)
    basis, triangle = np.linalg.qr(np.column_stack([np.ones(len(y)), *map(known.vector, others)]))
    constant, *slopes = np.linalg.solve(triangle, basis.T @ known.vector(predictor))
    square = predictor - constant
    for slope, other in zip(slopes, others, strict=True):
        square -= slope * other
    square = np.nan_to_num(square)
    return _Partial(square, known.vector(square), y - basis @ (basis.T @ y), basis, _spread(y))


def _drawn(partials: Sequence[_Partial], known: _Known, bank: Moves) -> Array:
    """Each t under each permutation of the states, shape (draws, partials)."""
    drawn = np.empty((len(bank), len(partials)))
    for start in range(0, len(bank), BLOCK):
        block = bank[start : start + BLOCK]
        sources = block[:, known.first] * known.states + block[:, known.second]
        for column, partial in enumerate(partials):
            drawn[start : start + BLOCK, column] = partial.t(partial.square.ravel()[sources])
    return drawn


def _checked(matrices: Mapping[str, pd.DataFrame], bank: Moves) -> tuple[_Known, list[Array]]:
    """The dyads known in all matrices, and the matrices as arrays, after all checks."""
    reference, states = next((name, matrix.index) for name, matrix in matrices.items())
    if len(states) < 4:
        raise EstimationError(f"{len(states)} states; permuting matrices needs at least 4")
    if bank.ndim != 2 or bank.shape[1] != len(states):
        raise EstimationError(
            f"a bank of shape {bank.shape} for {len(states)} states; allowed: (draws, states)"
        )
    for name, matrix in matrices.items():
        if not (matrix.index.equals(states) and matrix.columns.equals(states)):
            raise EstimationError(
                f"{name} is of shape {matrix.shape}; allowed: index and columns the {len(states)} states of "
                f"{reference}, in the same order"
            )
    first, second = np.triu_indices(len(states), 1)
    values = np.array([matrix.to_numpy(dtype=float) for matrix in matrices.values()])
    for name, upper, lower in zip(matrices, values[:, first, second], values[:, second, first], strict=True):
        if np.isinf(upper).any():
            raise EstimationError(f"{name} holds an infinite value; allowed: numbers, and NaN where unknown")
        unequal = np.flatnonzero(~np.isclose(upper, lower, equal_nan=True))
        if len(unequal):
            a, b = states[first[unequal[0]]], states[second[unequal[0]]]
            raise EstimationError(f"{name} is not symmetric: {a} with {b} is not {b} with {a}")
    complete = ~np.isnan(values[:, first, second]).any(axis=0)
    known = _Known(len(states), first[complete], second[complete])
    alone = np.setdiff1d(np.arange(len(states)), np.concatenate([known.first, known.second]))
    if len(alone):
        names = ", ".join(map(str, states[alone]))
        raise EstimationError(f"no known dyad of {names}; leave out states that have none")
    # As many coefficients as there are matrices: the constant stands for the outcome.
    if complete.sum() <= len(matrices):
        raise EstimationError(
            f"{complete.sum()} known dyads; allowed: more than {len(matrices)} coefficients"
        )
    for name, vector in zip(matrices, map(known.vector, values), strict=True):
        if _spread(vector) <= FLOOR * (vector @ vector):
            raise EstimationError(f"{name} has the same value in all {len(vector)} known dyads")
    return known, list(values)


def _spread(vector: Array) -> float:
    """Sum of squares about the mean."""
    return float(np.sum((vector - vector.mean()) ** 2))
