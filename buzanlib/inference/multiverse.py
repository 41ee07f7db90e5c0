"""The choices that could have been made otherwise, all at once: thousands of specifications, one bank of permutations.

What is varied was declared before any of it was run (``multiverse.json``, amendment 4). Specifications stream through
one at a time, and only counts are kept of their permuted statistics, so that memory hardly grows with their number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from threading import BoundedSemaphore, Lock

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits

from buzanlib.errors import BuzanError, EstimationError
from buzanlib.inference.contrasts import FLOOR, POSITION, empirical_logit
from buzanlib.inference.permutation import Array, Induced, Moves, Permutations, p_value
from buzanlib.strictjson import parse
from buzanlib.theory.predictions import Predictions

Floats = npt.NDArray[np.float32]

#: The contrasts of a draw are sorted into bins of this width, from minus to plus `_REACH`, to find their median.
_BIN, _REACH = 0.01, 4.0
_EDGES = round(2 * _REACH / _BIN)

#: Two permuted statistics in single precision that differ by less are equal.
_TIE = 1e-5

_LEVEL = 0.05


@dataclass(frozen=True, eq=False)
class Declaration:
    """What was declared."""

    axes: Mapping[str, tuple[str, ...]]  #: Options by axis; the first of each is the locked one.
    excluded: tuple[str, str]  #: A threshold and a weighting that do not go together.
    size: int  #: Of the sample of specifications.
    seed: int  #: Of the sample of specifications.
    exchange: tuple[str, ...]  #: Within what placements are exchanged; the first is the locked one.
    permutations: int  #: Draws.

    @classmethod
    def load(cls, data: Path) -> Declaration:
        """Read ``multiverse.json`` of a data folder.

        Raises
        ------
        BuzanError
            If the file is missing or is no such declaration.
        """
        path = data / "multiverse.json"
        try:
            raw = parse(path.read_text(encoding="utf-8"))
            threshold, _, weighting = raw["excluded"].partition(" with ")
            return cls(
                {axis: tuple(options) for axis, options in raw["axes"].items()},
                (threshold, weighting),
                int(raw["sample"]["size"]),
                int(raw["sample"]["seed"]),
                tuple(raw["exchange"]),
                int(raw["permutations"]),
            )
        except FileNotFoundError:
            raise BuzanError(f"no declaration of the multiverse at {path.name}") from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BuzanError(f"{path.name} is no declaration of a multiverse: {error}") from error

    def specifications(self) -> pd.DataFrame:
        """The sample of specifications, shape (size, axes).

        Row 0 is the locked one. Every option of an axis is (but for that and the excluded pair) equally frequent.
        """
        rng = np.random.default_rng(self.seed)
        table = pd.DataFrame(
            {axis: rng.permutation(np.resize(options, self.size)) for axis, options in self.axes.items()}
        )
        threshold, weighting = self.excluded
        clash = (table["threshold"] == threshold) & (table["weighting"] == weighting)
        table.loc[clash, "weighting"] = self.axes["weighting"][0]
        table.loc[0] = [options[0] for options in self.axes.values()]
        return table


@dataclass(frozen=True, eq=False)
class Outcome:
    """What is counted under one specification."""

    y: pd.DataFrame  #: Counts by ``iso3``; columns ``pol``, ``inf``, ``cri``.
    n: pd.Series[int]  #: Denominator of each state, above zero.


@dataclass(frozen=True, eq=False)
class Position:
    """Where states stand under one specification."""

    #: Index ``iso3``; columns ``p`` and ``k``, from -1 to 1, signs of a hard placement, expectations of a fuzzy one.
    axes: pd.DataFrame
    hard: bool  #: Which of the two.


@dataclass(frozen=True, eq=False)
class MultiverseResult:
    """All specifications under one rule of exchange."""

    #: The specifications with ``n`` (states) and, for each hypothesis of `joint`, contrast (``B1``) and one-sided p
    #: (``B1.p``); those that cannot be estimated have 0 states and NaN.
    table: pd.DataFrame
    #: Index the hypotheses on single effects of Table 2 and that on the whole table; columns ``median``, ``median_p``,
    #: ``right_signed`` (share), ``right_signed_p``, ``significant`` (share with p below 1/20) and ``significant_p``.
    joint: pd.DataFrame
    null: Array  #: Median contrasts under permuted placements, shape (draws, 4).

    @property
    def estimable(self) -> pd.DataFrame:
        """The specifications that can be estimated."""
        return self.table[self.table["n"] > 0]

    def sensitivity(self, axes: Sequence[str]) -> pd.DataFrame:
        """How much of the variance of the contrasts goes with each choice, taken by itself, shape (axes, 4).

        Correlation ratios: the sum of squares between options over that of all; `axes` are columns of the table.
        """
        found = self.estimable
        contrasts = found[list(self.joint.index)]
        centred = contrasts - contrasts.mean()
        total = (centred**2).sum()
        between = {axis: (centred.groupby(found[axis]).transform("mean") ** 2).sum() for axis in axes}
        return (pd.DataFrame(between).T / total).rename_axis("axis")


@dataclass(frozen=True)
class Multiverse:
    """Runs specifications."""

    #: Specification (a row) to `Outcome`, or None where nothing is counted.
    outcome: Callable[[Mapping[str, str]], Outcome | None]
    #: Specification to `Position`, or None where an index has no data.
    position: Callable[[Mapping[str, str]], Position | None]
    predictions: Predictions  #: The hypotheses on Table 2.
    least_cell: int = 4  #: States that each quadrant must hold.
    least_states: int = 20  #: States that all quadrants together must hold.
    threads: int = 2  #: At work at the same time; the result does not depend on it.

    def __call__(self, specifications: pd.DataFrame, permutations: Permutations) -> MultiverseResult:
        """Run all; takes and raises what `under` does, with one rule of exchange."""
        return self.under(specifications, {"": permutations})[""]

    def under(
        self, specifications: pd.DataFrame, rules: Mapping[str, Permutations]
    ) -> dict[str, MultiverseResult]:
        """Run all under several rules of exchange.

        Parameters
        ----------
        specifications : DataFrame of str
            A row a specification; column ``weighting`` is ``"states"`` or ``"passages"``.
        rules : mapping of str to Permutations
            By the name of the rule.

        Raises
        ------
        EstimationError
            If no specification can be estimated.
        """
        cases: dict[tuple[str, ...], list[_Case]] = {}
        for row, options in enumerate(specifications.to_dict("records")):
            record = {str(axis): str(option) for axis, option in options.items()}
            if (case := self._case(row, record)) is not None:
                cases.setdefault(case.states, []).append(case)
        if not cases:
            raise EstimationError(f"none of {len(specifications)} specifications can be estimated")
        return {rule: self._run(specifications, cases, some) for rule, some in rules.items()}

    def _run(
        self,
        specifications: pd.DataFrame,
        cases: Mapping[tuple[str, ...], Sequence[_Case]],
        permutations: Permutations,
    ) -> MultiverseResult:
        cells = self.predictions.cells
        names = [*(hypothesis.id for hypothesis in cells), self.predictions.gate.id]
        effects = np.array([POSITION[hypothesis.effect] for hypothesis in cells])
        signs = np.array([hypothesis.sign for hypothesis in cells], dtype=float)
        tally = _Tally(len(permutations.moves), names)
        rows: dict[int, dict[str, float]] = {}
        below = _nested(list(cases))
        counting, waiting = Lock(), BoundedSemaphore(2 * self.threads)
        done: list[Future[None]] = []

        def count(some: Sequence[_Case], induced: Induced) -> None:
            try:
                for row, fit in _fits(some, induced, effects, signs):
                    rows[row] = _row(fit, names)
                    with counting:  # whole numbers: the order in which they are added does not matter
                        tally.add(fit)
            finally:
                waiting.release()

        def walk(states: tuple[str, ...], through: Induced | None) -> None:
            induced = permutations.induced(states, through)
            waiting.acquire()  # few sets of permutations are in memory at a time
            done.append(pool.submit(count, cases[states], induced))
            for fewer in below[states]:
                walk(fewer, through if induced.every else induced)

        # The products are narrow: threads inside each would only wait for each other.
        with threadpool_limits(1), ThreadPoolExecutor(self.threads) as pool:
            for states in below[()]:
                walk(states, None)
            for one in done:
                one.result()  # an error in a thread is raised here
        found = pd.DataFrame.from_dict(rows, orient="index").reindex(range(len(specifications)))
        found["n"] = found["n"].fillna(0).astype(int)
        table = pd.concat([specifications.reset_index(drop=True), found], axis=1)
        medians = tally.medians()
        return MultiverseResult(table, tally.joint(medians), medians[1:])

    def _case(self, row: int, record: Mapping[str, str]) -> _Case | None:
        """What one specification is estimated from; None where it cannot be."""
        outcome, position = self.outcome(record), self.position(record)
        if outcome is None or position is None:
            return None
        states = outcome.n.index.intersection(position.axes.index).sort_values()
        axes = position.axes.loc[states].to_numpy(dtype=float)
        if not self._estimable(axes):
            return None
        n = outcome.n.loc[states].to_numpy(dtype=float)
        threats = [hypothesis.threat for hypothesis in self.predictions.cells]
        y = outcome.y.loc[states, threats].to_numpy(dtype=float)
        logits = empirical_logit(y, n[:, None])
        logits -= logits.mean(axis=0)  # a constant moves no contrast, and small numbers keep their digits
        weights = np.where(record["weighting"] == "passages", n, 1.0)
        return _Case(row, tuple(states), axes, position.hard, logits, weights)

    def _estimable(self, axes: Array) -> bool:
        strong = (axes + 1) / 2
        p, k = (np.column_stack([column, 1 - column]) for column in strong.T)
        return len(axes) >= self.least_states and float((p.T @ k).min()) >= self.least_cell


@dataclass(frozen=True, eq=False)
class _Case:
    """A specification that can be estimated: its row, its states, where they stand, and their centred logits."""

    row: int
    states: tuple[str, ...]
    axes: Array
    hard: bool
    logits: Array
    weights: Array


def _nested(sets: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], list[tuple[str, ...]]]:
    """Each set below the smallest larger one that holds it, or below none, the empty one."""
    below: dict[tuple[str, ...], list[tuple[str, ...]]] = {(): []}
    larger: list[tuple[tuple[str, ...], frozenset[str]]] = []
    for states in sorted(sets, key=len, reverse=True):
        members = frozenset(states)
        holder = next((other for other, some in reversed(larger) if members <= some), ())
        below[holder].append(states)
        below[states] = []
        larger.append((states, members))
    return below


def _fits(
    cases: Sequence[_Case], induced: Induced, effects: Moves, signs: Array
) -> Iterator[tuple[int, _Fit]]:
    """Observed and permuted contrasts and statistics of specifications on the same states."""
    # The observed placement first, then the permuted ones.
    blocks = [np.arange(len(induced.states))[:, None], *(block.astype(np.intp) for block in induced.blocks)]
    alike: dict[tuple[bytes, bool], list[_Case]] = {}
    for case in cases:
        alike.setdefault((case.axes.tobytes(), case.hard), []).append(case)
    for (_, hard), some in alike.items():
        p, k = some[0].axes.T.astype(np.float32)
        kernels = [_Hard(case, effects) if hard else _Fuzzy(case, effects) for case in some]
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
            yield case.row, _Fit(contrasts, statistics, len(induced.states))


@dataclass(frozen=True, eq=False)
class _Fit:
    """Contrasts and statistics in the predicted direction, shape (1 + draws, 4), and the number of states.

    The first row is observed. The columns are the hypotheses on single effects and the table as a whole.
    """

    contrasts: Array
    statistics: Array
    n: int


def _row(fitted: _Fit, names: Sequence[str]) -> dict[str, float]:
    """One line of the table."""
    columns = [*names, *(f"{name}.p" for name in names)]
    observed, drawn = fitted.statistics[0], fitted.statistics[1:]
    exceed = (drawn >= observed - _TIE * np.maximum(1, np.abs(observed))).sum(axis=0)
    values = [*fitted.contrasts[0], *((1 + exceed) / (1 + len(drawn)))]
    return {"n": fitted.n, **dict(zip(columns, map(float, values), strict=True))}


class _Tally:
    """Counts over specifications, for the observed placement (row 0) and each permuted one."""

    def __init__(self, draws: int, names: Sequence[str]) -> None:
        self.count, self._names = 0, names
        self._bins = np.zeros((1 + draws, len(names), _EDGES), dtype=np.uint16)
        self._starts = _EDGES * np.arange((1 + draws) * len(names)).reshape(1 + draws, len(names))
        self._right = np.zeros((1 + draws, len(names)), dtype=np.int32)
        self._significant = np.zeros((1 + draws, len(names)), dtype=np.int32)

    def add(self, fitted: _Fit) -> None:
        """Count one specification."""
        self.count += 1
        contrasts, statistics = fitted.contrasts, fitted.statistics
        if len(contrasts) < len(self._bins):
            # A small set of states has fewer permutations than draws; its own are then taken again in turn.
            turn = np.resize(np.arange(1, len(contrasts)), len(self._bins) - 1)
            rows = np.concatenate([[0], turn])
            contrasts, statistics = contrasts[rows], statistics[rows]
        places = np.clip((contrasts + _REACH) / _BIN, 0, _EDGES - 1).astype(np.intp)
        self._bins.reshape(-1)[self._starts + places] += 1
        self._right += contrasts > 0
        # p below the level means that fewer than this many statistics are as large.
        rank = int(np.ceil(_LEVEL * len(statistics)))
        ordered = np.partition(np.ascontiguousarray(statistics.T), len(statistics) - rank, axis=1)
        limit = ordered[:, len(statistics) - rank]
        self._significant += statistics > limit + _TIE * np.maximum(1, np.abs(limit))

    def medians(self) -> Array:
        """Median contrast of each row, to the width of a bin, shape (1 + draws, 4)."""
        middle = np.empty((len(self._bins), len(self._names)))
        for column in range(len(self._names)):
            below = self._bins[:, column].cumsum(axis=1, dtype=np.int32)
            middle[:, column] = (2 * below >= self.count).argmax(axis=1)
        return (middle + 0.5) * _BIN - _REACH

    def joint(self, medians: Array) -> pd.DataFrame:
        """Each summary with its p value."""
        right, significant = self._right / self.count, self._significant / self.count
        table: dict[str, Array] = {}
        for name, values in (("median", medians), ("right_signed", right), ("significant", significant)):
            table |= {name: values[0], f"{name}_p": p_value(values[0], values[1:])}
        return pd.DataFrame(table, index=pd.Index(self._names, name="hypothesis"))


class _Hard:
    """Contrasts and statistics for hard placements, with weighted means; equal weights give HC3 errors.

    Sums over quadrants follow from sums with the signs of power, cohesion and product, of which there are fewer.
    """

    def __init__(self, case: _Case, effects: Moves) -> None:
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


class _Fuzzy:
    """Contrasts and statistics for fuzzy placements: least squares on expected signs, HC3 errors, without weights.

    Squares of residuals are summed term by term: what depends on the placement alone is the same under every
    permutation.
    """

    def __init__(self, case: _Case, effects: Moves) -> None:
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
