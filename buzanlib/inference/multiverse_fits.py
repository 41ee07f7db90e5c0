"""Contrasts and statistics of specifications of the multiverse, for the observed placement and every permuted one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from buzanlib.inference.contrasts import FLOOR
from buzanlib.inference.permutation import Array, Induced, Moves

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Case:
    """A specification that can be estimated."""

    row: int  #: Its place among all specifications.
    states: tuple[str, ...]
    axes: Array  #: Where the states stand on power and cohesion, shape (states, 2).
    hard: bool  #: Whether these are signs.
    logits: Array  #: Of the threats, centred, shape (states, 3).
    weights: Array  #: Of the states.


@dataclass(frozen=True, eq=False)
class Fit:
    """Contrasts and statistics in the predicted direction, shape (1 + draws, 4), the first row observed.

    The columns are the hypotheses on single effects and the table as a whole.
    """

    contrasts: Array
    statistics: Array


def fits(cases: Sequence[Case], induced: Induced, effects: Moves, signs: Array) -> Iterator[tuple[int, Fit]]:
    """Fit specifications on the same states, each with its row; effects and their signs by hypothesis."""
    # The observed placement first, then the permuted ones.
    blocks = [np.arange(len(induced.states))[:, None], *(block.astype(np.intp) for block in induced.blocks)]
    alike: dict[tuple[bytes, bool], list[Case]] = {}
    for case in cases:
        alike.setdefault((case.axes.tobytes(), case.hard), []).append(case)
    for (_, hard), some in alike.items():
        p, k = some[0].axes.T.astype(np.float32)
        kernels = [_Hard(case, effects) if hard else _Soft(case, effects) for case in some]
        parts: list[list[tuple[Array, Array]]] = [[] for _ in some]
        for moves in blocks:
            by_p, by_k = np.take(p, moves), np.take(k, moves)
            by_pk = by_p * by_k
            for kernel, made in zip(kernels, parts, strict=True):
                made.append(kernel(moves, by_p, by_k, by_pk))
        for case, made in zip(some, parts, strict=True):
            contrasts, statistics = (signs * np.concatenate(part) for part in zip(*made, strict=True))
            contrasts = np.column_stack([contrasts, contrasts.mean(axis=1)])
            statistics = np.column_stack([statistics, statistics.sum(axis=1)])
            yield case.row, Fit(contrasts, statistics)


class _Hard:
    """Contrasts and statistics for hard placements, with weighted means; equal weights give HC3 errors.

    Sums over quadrants follow from sums with the signs of power, cohesion and product, of which there are fewer.
    """

    def __init__(self, case: Case, effects: Moves) -> None:
        self._effects, logits, axes = effects, case.logits, case.axes
        w = (case.weights / case.weights.mean())[:, None]
        self._equal = bool((w == 1).all())
        if self._equal:  # what only counts states is the same under every permutation
            columns = np.hstack([logits, logits**2])
        else:
            columns = np.hstack([w * logits, w**2 * logits**2, w**2 * logits, w, w**2])
        self._rows = (columns / 4).T.astype(np.float32)
        self._totals = self._rows.sum(axis=1, keepdims=True)
        corners = product((-1, 1), repeat=2)
        self._sizes = {corner: np.float32((axes == corner).all(axis=1).sum()) for corner in corners}

    def __call__(self, moves: Moves, p: Floats, k: Floats, pk: Floats) -> tuple[Array, Array]:
        by_p, by_k, by_pk = (self._rows @ signs for signs in (p, k, pk))
        contrasts = np.zeros((len(self._effects), moves.shape[1]), dtype=np.float32)
        variances = np.zeros_like(contrasts)
        for a in (-1, 1):
            level, slope = self._totals + a * by_p, by_k + a * by_pk
            for b in (-1, 1):
                sums = level + b * slope
                size = self._sizes[a, b]
                mass = size if self._equal else sums[9]
                means = sums[:3] / mass
                if self._equal:
                    spread = sums[3:] - means * sums[:3]
                else:
                    spread = sums[3:6] - means * (2 * sums[6:9] - means * sums[10])
                contrasts += np.array([1, a, b, a * b], dtype=np.float32)[self._effects, None] * means
                variances += np.maximum(spread, 0) * (size / ((size - 1) * mass)) ** 2
        doubles = contrasts.T.astype(float) / 2
        errors = np.sqrt(variances).T.astype(float) / 2
        return doubles, doubles / np.maximum(errors, FLOOR)


class _Soft:
    """Contrasts and statistics for other positions: least squares on the axes, HC3 errors, without weights.

    Squares of residuals are summed term by term: what depends on the placement alone is the same under every
    permutation.
    """

    def __init__(self, case: Case, effects: Moves) -> None:
        self._effects, logits, axes = effects, case.logits, case.axes
        design = np.column_stack([np.ones(len(axes)), axes, axes.prod(axis=1)])
        self._inverse = np.linalg.inv(design.T @ design)
        projector = design @ self._inverse
        leverage = (design * projector).sum(axis=1)
        scale = ((projector / (1 - leverage)[:, None]) ** 2)[:, effects].T
        self._scale = scale.astype(np.float32)
        self._within = (scale[:, None] * design.T) @ design
        self._logits = logits.T.astype(np.float32)
        self._sums = logits.sum(axis=0)

    def __call__(self, moves: Moves, p: Floats, k: Floats, pk: Floats) -> tuple[Array, Array]:
        draws = moves.shape[1]
        contrasts, errors = np.empty((draws, 3)), np.empty((draws, 3))
        for threat, place in enumerate(self._effects):
            logits = self._logits[threat]
            constant = np.full(draws, self._sums[threat])
            coefficients = self._inverse @ np.stack([constant, *(logits @ sign for sign in (p, k, pk))])
            scale = np.take(self._scale[threat], moves)
            products = np.stack([logits @ scale, *(logits @ (scale * sign) for sign in (p, k, pk))])
            squares = logits**2 @ scale + (
                coefficients * (self._within[threat] @ coefficients - 2 * products)
            ).sum(axis=0)
            contrasts[:, threat] = 2 * coefficients[place]
            errors[:, threat] = 2 * np.sqrt(np.maximum(squares, 0))
        return contrasts, contrasts / np.maximum(errors, FLOOR)
