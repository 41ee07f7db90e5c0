"""States that move between quadrants: more than error would make them seem to, and with what effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import FLOOR, empirical_logit
from buzanlib.inference.intervals import percentile_interval, student_interval
from buzanlib.inference.permutation import Array, Permutations, p_value
from buzanlib.inference.placed_sample import THREATS, Codes, quadrant_codes
from buzanlib.inference.verdicts import Finding
from buzanlib.theory.vocabulary import Quadrant

_AXES = ["power", "cohesion"]


def three_wave_reliability(first: pd.Series, second: pd.Series, third: pd.Series) -> float:
    """Reliability of an index that is measured three times, apart from true change (Heise 1969).

    The product of the correlations of neighbouring waves over that of the outer ones, on the states with all three.
    Errors are taken to be independent between waves and equally large, and true change to have no memory; where that is
    not so, or errors are next to nothing, it can come out above 1, which no reliability can be.
    """
    waves = pd.concat([first, second, third], axis=1, join="inner").to_numpy(dtype=float)
    r = np.corrcoef(waves.T)
    return float(r[0, 1] * r[1, 2] / r[0, 2])


@dataclass(frozen=True, eq=False)
class MoveResult:
    """Moves between quadrants."""

    #: Share of states that moved, less that expected from error alone; no interval where the reliability leaves none,
    #: and not testable where it comes out above 1, so that the model of error does not hold.
    finding: Finding
    transitions: pd.DataFrame  #: States by quadrant in the first window (index) and the last (columns).
    #: Reliability of each axis as given, or by three waves and then perhaps above 1.
    estimated: dict[str, float]
    moved: list[str]  #: States in another quadrant, sorted.

    @property
    def reliability(self) -> dict[str, float]:
        """Reliability of each axis as it was used, at most 1."""
        return {axis: min(value, 1.0) for axis, value in self.estimated.items()}


@dataclass(frozen=True)
class MoveTest:
    """Whether more states change quadrant than error of measurement would move, by a simulation of so many draws."""

    draws: int = 9999
    seed: int = 20100615

    def __call__(
        self, hypothesis: str, windows: Sequence[pd.DataFrame], reliability: dict[str, float] | None = None
    ) -> MoveResult:
        """Test.

        The truth is taken to be the mean of the windows. From it two windows are drawn with error, each cut at its own
        median, and the states counted that stand in different quadrants.

        Parameters
        ----------
        windows : sequence of three DataFrame
            Scores by state in three successive windows: index ``iso3``, columns ``power`` and ``cohesion``.
        reliability : dict of str to float, optional
            Of each axis, at most 1; by default from the three waves, and cut at 1.

        Raises
        ------
        EstimationError
            If there are not three windows, or fewer than four states have scores in all.
        """
        if len(windows) != 3:
            raise EstimationError(f"{len(windows)} windows; three-wave reliability needs 3")
        states = sorted(set.intersection(*(set(window.index) for window in windows)))
        if len(states) < 4:
            raise EstimationError(f"{len(states)} states have scores in all windows; allowed: at least 4")
        waves = [window.loc[states, _AXES] for window in windows]
        if reliability is None:
            reliability = {axis: three_wave_reliability(*(wave[axis] for wave in waves)) for axis in _AXES}
        scores = np.array([wave.to_numpy(dtype=float) for wave in waves])
        before, after = _quadrants(scores[0]), _quadrants(scores[2])
        error = np.sqrt([max(0.0, 1 - reliability[axis]) for axis in _AXES])
        spread = scores.std(axis=1, ddof=1).mean(axis=0) * error
        expected = self._by_error_alone(scores.mean(axis=0), spread)
        observed, by_chance = float((before != after).mean()), float(expected.mean())
        low, high = percentile_interval(observed - expected) if spread.any() else (np.nan, np.nan)
        counted = np.zeros((len(Quadrant),) * 2, dtype=int)
        np.add.at(counted, (before, after), 1)
        index, columns = (pd.Index(list(map(str, Quadrant)), name=name) for name in ("first", "last"))
        p, beside = float(p_value(observed, expected)), {"observed": observed, "expected": by_chance}
        testable = max(reliability.values()) <= 1
        return MoveResult(
            Finding(
                hypothesis, observed - by_chance, low, high, p, len(states), testable=testable, beside=beside
            ),
            pd.DataFrame(counted, index, columns),
            reliability,
            list(compress(states, before != after)),
        )

    def _by_error_alone(self, truth: Array, spread: Array, rows: int = 500) -> Array:
        """Share of states in different quadrants in two measurements of one truth with error, by draw."""
        rng = np.random.default_rng(self.seed)
        shares = []
        for start in range(0, self.draws, rows):
            size = (2, min(rows, self.draws - start), *truth.shape)
            first, last = _quadrants(truth + rng.normal(size=size) * spread)
            shares.append((first != last).mean(axis=1))
        return np.concatenate(shares)


def follow_test(
    hypothesis: str,
    early: pd.DataFrame,
    late: pd.DataFrame,
    quadrants: tuple[pd.Series, pd.Series],
    table: pd.DataFrame,
    permutations: Permutations,
    sesoi: float,
) -> Finding:
    """Whether a move between quadrants goes with the change of speech that a table expects.

    Parameters
    ----------
    early, late : DataFrame
        Counts in the two windows: index ``iso3``, columns ``relevant``, ``pol``, ``inf``, ``cri``.
    quadrants : tuple of Series of str
        Quadrant by state in the two windows.
    table : DataFrame
        Weights, index `Quadrant`, columns the threats.
    permutations : Permutations
        States exchange their moves within groups.
    sesoi : float
        In logits for one unit of weight.

    Returns
    -------
    Finding
        The slope of the change in logit on the change in weight, each threat having a mean change of its own; errors
        clustered by state, with the correction ``G / (G - 1)``.

    Raises
    ------
    EstimationError
        If no state of the sample moved.
    """
    spoke = [set(counts.index[counts["relevant"] > 0]) for counts in (early, late)]
    states = sorted(set.intersection(*spoke, *(set(placed.index) for placed in quadrants)))
    first, last = (
        empirical_logit(counts.loc[states, THREATS], counts.loc[states, ["relevant"]])
        for counts in (early, late)
    )
    weights = table.rename(index=str, columns=str)
    before, after = (weights.loc[placed.loc[states], THREATS].to_numpy(dtype=float) for placed in quadrants)
    moved = after - before
    if not moved.any():
        raise EstimationError(f"none of {len(states)} states moved to a quadrant with another cell")
    change = (last - first) - (last - first).mean(axis=0)

    def slope(moves: Array) -> tuple[Array, Array]:
        """Slope and its clustered error for moves of shape (..., states, threats)."""
        centred = moves - moves.mean(axis=-2, keepdims=True)
        scale = (centred**2).sum(axis=(-2, -1))
        estimate = (centred * change).sum(axis=(-2, -1)) / scale
        scores = (centred * (change - estimate[..., None, None] * centred)).sum(axis=-1)
        error = np.sqrt((scores**2).sum(axis=-1) * len(states) / (len(states) - 1)) / scale
        return np.asarray(estimate), np.asarray(np.maximum(error, FLOOR))

    estimate, error = map(float, slope(moved))
    drawn, drawn_error = slope(moved[permutations.among(states)])
    low, high = student_interval(estimate, error, len(states) - 1)
    p, beside = (
        float(p_value(estimate / error, drawn / drawn_error)),
        {"n_moved": int(moved.any(axis=1).sum())},
    )
    return Finding(hypothesis, estimate, low, high, p, len(states), sesoi, beside=beside)


def _quadrants(scores: Array) -> Codes:
    """Codes of the quadrants when both axes are cut at their medians; scores of shape (..., states, 2)."""
    strong = np.where(scores > np.median(scores, axis=-2, keepdims=True), 1, -1)
    return quadrant_codes(strong[..., 0], strong[..., 1])
