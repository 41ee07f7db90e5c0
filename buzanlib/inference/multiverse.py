"""The choices that could have been made otherwise, all at once: thousands of specifications, one bank of permutations.

What is varied was declared before any of it was run (``multiverse.json``, amendment 4). Specifications stream through
one at a time, and only counts are kept of their permuted statistics, so that memory hardly grows with their number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore, Lock

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import POSITION, empirical_logit
from buzanlib.inference.multiverse_fits import Case, Fit, fits
from buzanlib.inference.permutation import Array, Induced, Permutations, p_value
from buzanlib.tables.declarations import read_declaration
from buzanlib.theory.predictions import Predictions

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
    excluded: tuple[tuple[str, ...], str]  #: Thresholds and a weighting with which they do not go together.
    size: int  #: Of the sample of specifications.
    seed: int  #: Of the sample of specifications.
    exchange: tuple[str, ...]  #: Within what placements are exchanged; the first is the locked one.
    permutations: int  #: Draws.

    @classmethod
    def load(cls, data: Path) -> Declaration:
        """Read ``multiverse.json`` of a data folder; `DataError` if the file is missing or is no such declaration."""
        raw = read_declaration(data, "multiverse.json")
        axes = {axis: tuple(options) for axis, options in raw["axes"].items()}
        thresholds, _, weighting = raw["excluded"].partition(" with ")
        excluded = tuple(thresholds.split(" and ")), weighting
        sample, exchange = raw["sample"], tuple(raw["exchange"])
        return cls(axes, excluded, sample["size"], sample["seed"], exchange, raw["permutations"])

    def specifications(self) -> pd.DataFrame:
        """The sample of specifications, shape (size, axes).

        Row 0 is the locked one. Every option of an axis is (but for that and the excluded pairs) equally frequent.
        """
        rng = np.random.default_rng(self.seed)
        table = pd.DataFrame(
            {axis: rng.permutation(np.resize(options, self.size)) for axis, options in self.axes.items()}
        )
        thresholds, weighting = self.excluded
        clash = table["threshold"].isin(thresholds) & (table["weighting"] == weighting)
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

    #: Index ``iso3``; columns ``p`` and ``k``, of which -1 and 1 are the corners: signs of a hard placement, expected
    #: signs of a fuzzy one, or any numbers.
    axes: pd.DataFrame
    hard: bool  #: Whether they are signs.
    continuous: bool = (
        False  #: Whether they are any numbers; a state then belongs to a quadrant by their signs.
    )


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

    def below(self, level: float = _LEVEL) -> list[tuple[str, str]]:
        """Hypothesis and summary, as columns of `joint` are called, of each joint p value below a level."""
        summaries = [str(column) for column in self.joint if f"{column}_p" in self.joint]
        return [
            (str(name), summary)
            for name, row in self.joint.iterrows()
            for summary in summaries
            if row[f"{summary}_p"] < level
        ]

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
        cases: dict[tuple[str, ...], list[Case]] = {}
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
        cases: Mapping[tuple[str, ...], Sequence[Case]],
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

        def count(some: Sequence[Case], induced: Induced) -> None:
            try:
                for row, fit in fits(some, induced, effects, signs):
                    rows[row] = _row(len(induced.states), fit, names)
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

    def _case(self, row: int, record: Mapping[str, str]) -> Case | None:
        """What one specification is estimated from; None where it cannot be."""
        outcome, position = self.outcome(record), self.position(record)
        if outcome is None or position is None:
            return None
        states = outcome.n.index.intersection(position.axes.index).sort_values()
        axes = position.axes.loc[states].to_numpy(dtype=float)
        if not self._estimable(np.where(axes > 0, 1.0, -1.0) if position.continuous else axes):
            return None
        n = outcome.n.loc[states].to_numpy(dtype=float)
        threats = [hypothesis.threat for hypothesis in self.predictions.cells]
        y = outcome.y.loc[states, threats].to_numpy(dtype=float)
        logits = empirical_logit(y, n[:, None])
        logits -= logits.mean(axis=0)  # a constant moves no contrast, and small numbers keep their digits
        weights = np.where(record["weighting"] == "passages", n, 1.0)
        return Case(row, tuple(states), axes, position.hard, logits, weights)

    def _estimable(self, axes: Array) -> bool:
        strong = (axes + 1) / 2
        p, k = (np.column_stack([column, 1 - column]) for column in strong.T)
        return len(axes) >= self.least_states and float((p.T @ k).min()) >= self.least_cell


def _nested(sets: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], list[tuple[str, ...]]]:
    """Each set below the smallest larger one that holds it, or below none, the empty one."""
    below: dict[tuple[str, ...], list[tuple[str, ...]]] = {(): []}
    larger: dict[tuple[str, ...], frozenset[str]] = {}
    for states in sorted(sets, key=len, reverse=True):
        members = frozenset(states)
        holder = next((other for other, some in reversed(larger.items()) if members <= some), ())
        below[holder].append(states)
        below[states], larger[states] = [], members
    return below


def _row(n: int, fitted: Fit, names: Sequence[str]) -> dict[str, float]:
    """One line of the table, of so many states."""
    columns = [*names, *(f"{name}.p" for name in names)]
    observed, drawn = fitted.statistics[0], fitted.statistics[1:]
    exceed = (drawn >= observed - _TIE * np.maximum(1, np.abs(observed))).sum(axis=0)
    values = [*fitted.contrasts[0], *((1 + exceed) / (1 + len(drawn)))]
    return {"n": n, **dict(zip(columns, map(float, values), strict=True))}


class _Tally:
    """Counts over specifications, for the observed placement (row 0) and each permuted one."""

    def __init__(self, draws: int, names: Sequence[str]) -> None:
        self.count, self._names = 0, names
        self._bins = np.zeros((1 + draws, len(names), _EDGES), dtype=np.uint16)
        self._starts = _EDGES * np.arange((1 + draws) * len(names)).reshape(1 + draws, len(names))
        self._right = np.zeros((1 + draws, len(names)), dtype=np.int32)
        self._significant = np.zeros((1 + draws, len(names)), dtype=np.int32)

    def add(self, fitted: Fit) -> None:
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
