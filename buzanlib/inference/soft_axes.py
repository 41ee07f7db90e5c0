"""Contrasts between quadrants, by the primary estimator, of states that stand in no quadrant.

A state may belong to each quadrant by a probability (fuzzy membership), or stand anywhere on the axes. In both cases a
contrast between quadrants is one between their corners, where power and cohesion are -1 or 1: in the former, of the
means of quadrants in which each state counts for what it probably is; in the latter, of what a least squares fit on
power, cohesion and their product says of the corners. A state keeps all that it has, and exchanges it within region and
volume.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.inference.contrasts import CODING, POSITION, Contrasts
from buzanlib.inference.intervals import student_interval
from buzanlib.inference.mixed_model import UNBOUNDED, MixedFit, corner_model
from buzanlib.inference.permutation import Array, Moves, PermutationBank
from buzanlib.inference.placed_sample import quadrant_codes
from buzanlib.inference.statement_content import Rate
from buzanlib.inference.weighted_contrast import (
    WeightedContrastResult,
    centred_shares,
    stratified,
    weighted_cells,
)
from buzanlib.measurement.placement import Placement
from buzanlib.tables.data_folder import Data
from buzanlib.theory.vocabulary import Quadrant

_QUADRANTS = [quadrant.value for quadrant in Quadrant]


@dataclass(frozen=True, eq=False)
class Positions:
    """Where states stand on power and cohesion."""

    axes: pd.DataFrame  #: Index ``iso3``; ``p`` and ``k``, of which -1 and 1 are the corners.
    #: Probability of each quadrant, rows of the same states; none where states stand anywhere on the axes.
    memberships: pd.DataFrame | None = None

    @classmethod
    def hard(cls, placed: pd.DataFrame) -> Positions:
        """Each state in its quadrant, by ``p`` and ``k`` of a placement."""
        inside = np.eye(len(Quadrant))[quadrant_codes(placed["p"], placed["k"])]
        return cls(placed[["p", "k"]], pd.DataFrame(inside, placed.index, _QUADRANTS))

    @classmethod
    def fuzzy(cls, memberships: pd.DataFrame) -> Positions:
        """Each state by its probability of each quadrant (`Placement.memberships`); axes are the expected signs."""
        signs = [[quadrant.power, quadrant.cohesion] for quadrant in Quadrant]
        axes = memberships[_QUADRANTS].to_numpy(dtype=float) @ np.array(signs, dtype=float)
        return cls(pd.DataFrame(axes, memberships.index, ["p", "k"]), memberships[_QUADRANTS])

    @classmethod
    def continuous(cls, scores: pd.DataFrame, thresholds: pd.DataFrame) -> Positions:
        """Scores less their threshold, in units of the mean distance from it over all states.

        If the threshold is the median, weak states are on average as far below 0 as strong ones are above, and their
        mean distance of 1 is where a quadrant puts them all.

        Parameters
        ----------
        scores, thresholds : DataFrame of float
            Index ``iso3``; ``power`` and ``cohesion``, as `Placement.scores` and `Placement.thresholds` give them.

        Raises
        ------
        EstimationError
            If all states stand at the threshold of an axis.
        """
        beyond = scores - thresholds
        distance = beyond.abs().mean()
        for axis in distance.index[distance == 0]:
            raise EstimationError(f"all states stand at the threshold of {axis}; they cannot be told apart")
        return cls((beyond / distance).rename(columns={"power": "p", "cohesion": "k"}))

    def among(self, states: pd.Index[str]) -> Positions:
        """Of some of the states, in their order."""
        own = None if self.memberships is None else self.memberships.loc[states]
        return Positions(self.axes.loc[states], own)

    def contrasts(self, values: Array, weights: Array, moves: Moves, quadrants: Array) -> Contrasts:
        """Contrasts between the corners if states stand where others do.

        Parameters
        ----------
        values, weights : ndarray of float, shape (states, outcomes)
            Weights are above zero.
        moves : ndarray of int, shape (placements, states)
            Place of the state whose position each state receives.
        quadrants : ndarray of float, shape (4, outcomes)
            Weights of the quadrants in the contrast of each outcome; they sum to zero.

        Returns
        -------
        Contrasts
            Of shape (placements, outcomes).
        """
        if self.memberships is None:
            return corner_regression(values, weights, self.axes.to_numpy(dtype=float), moves, quadrants)
        cells = weighted_cells(values, weights, moves, self.memberships.to_numpy(dtype=float))
        estimates = (quadrants * cells.means).sum(axis=1)
        return Contrasts(estimates, np.sqrt((quadrants**2 * cells.variances).sum(axis=1)))


def positions_of(place: Placement, data: Data) -> dict[str, Positions]:
    """Positions by one placement: ``hard``, ``fuzzy`` (by the agreement of its indices with rivals), ``continuous``.

    Raises what `Placement.of` and `Placement.soften` do.
    """
    scores = place.scores(data.panel)
    given = scores, data.regions
    others, reliability = place.others(data, scores.index), place.reliability(data.panel)
    return {
        "hard": Positions.hard(place.place(*given, *others)),
        "fuzzy": Positions.fuzzy(place.soften(*given, reliability, *others)),
        "continuous": Positions.continuous(scores, place.thresholds(*given, *others)),
    }


def corner_regression(
    values: Array, weights: Array, axes: Array, moves: Moves, quadrants: Array
) -> Contrasts:
    """Contrasts between the corners by weighted least squares on a constant, power, cohesion and their product.

    Errors are robust to unequal variances (HC1: White 1980, with the correction n / (n - 4)). Takes what
    `Positions.contrasts` does, and `axes`, of shape (states, 2).

    Raises
    ------
    EstimationError
        If there are fewer than five states, or the four terms cannot be told apart.
    """
    p, k = axes.T
    terms = np.column_stack([np.ones_like(p), p, k, p * k])
    n, size = terms.shape
    if n <= size or np.linalg.matrix_rank(terms) < size:
        raise EstimationError(f"power, cohesion and their product cannot be told apart on {n} states")
    design, loadings = terms[np.atleast_2d(moves)], CODING @ quadrants
    estimates, errors = (np.empty((len(design), values.shape[1])) for _ in range(2))
    for outcome, (v, w, loading) in enumerate(zip(values.T, weights.T, loadings.T, strict=True)):
        weighted = design * w[:, None]
        gram = weighted.swapaxes(1, 2) @ design
        coefficients = np.linalg.solve(gram, (v @ weighted)[..., None])
        # The coefficients are linear in the values: this is what each state's adds to the contrast.
        added = (weighted @ np.linalg.solve(gram, loading[:, None]))[..., 0]
        residuals = v - (design @ coefficients)[..., 0]
        estimates[:, outcome] = coefficients[..., 0] @ loading
        errors[:, outcome] = np.sqrt(n / (n - size) * ((added * residuals) ** 2).sum(axis=1))
    return Contrasts(estimates, errors)


def weighted_contrasts(
    counts: pd.DataFrame,
    positions: Positions,
    regions: pd.Series[str],
    rates: Mapping[str, Rate],
    bank: PermutationBank,
) -> WeightedContrastResult:
    """Test contrasts between quadrants of weighted shares, positions being exchanged within region and volume.

    With hard positions this is `WeightedContrastTest`, but for contrasts of any weights.

    Parameters
    ----------
    counts : DataFrame
        Index ``iso3``: passages, ``relevant`` and the columns of the rates.
    regions : Series of str
        Regional group by ``iso3``.
    rates : mapping of str to Rate
        By name; at least one.

    Returns
    -------
    WeightedContrastResult
        Its table has no column ``effect``; its ``sizes`` are by the sign of the position on each axis.

    Raises
    ------
    UnknownNameError
        If there is no such count.
    EstimationError
        If there is no rate, a quadrant holds fewer than two states, the axes cannot be told apart, a state lacks a
        region, or all states are alone in their stratum.
    """
    if not rates:
        raise EstimationError("no rate to test; allowed: at least one")
    for column, _ in rates.values():
        if column not in counts:
            raise UnknownNameError("column", column, map(str, counts.columns))
    sample, strata = stratified(counts, positions.axes, regions, bank)
    states = sample.counts.index
    y = np.column_stack([sample.counts[column] for column, _ in rates.values()]).astype(float)
    values, weights, rho = centred_shares(
        y, sample.counts["relevant"].to_numpy(dtype=float), regions.loc[states]
    )
    own, quadrants = positions.among(states), np.column_stack([some for _, some in rates.values()])

    def contrasts(moves: Moves) -> Contrasts:
        return own.contrasts(values, weights, moves, quadrants)

    head = pd.DataFrame(
        {"column": [column for column, _ in rates.values()]}, index=pd.Index(list(rates), name="outcome")
    )
    drawn = sample.exchanged(lambda moves: contrasts(moves).statistics)
    found = contrasts(np.arange(len(states))[None])
    return WeightedContrastResult.of(head, found, drawn, rho, sample, strata)


def contrasts_by_position(
    counts: pd.DataFrame,
    positions: Mapping[str, Positions],
    regions: pd.Series[str],
    rates: Mapping[str, Rate],
    bank: PermutationBank,
    together: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """Contrasts between quadrants by several ways of placing states: p of weighted shares, log odds of mixed models.

    Takes and raises what `weighted_contrasts` does, and `positions` by name. `together` are rates that are tested as
    one, too, by the name of the hypothesis: p is of the sum of their centred statistics, the estimate their mean.

    Returns
    -------
    DataFrame
        Index ``outcome``, ``placement``; columns ``estimate``, ``low90`` and ``high90``, in log odds and NaN where
        there is no finite estimate; ``p``, one-sided; ``states``.
    """
    rows: dict[tuple[str, str], tuple[float, float, float, float, int]] = {}
    for placement, where in positions.items():
        found = weighted_contrasts(counts, where, regions, rates, bank)
        models = {
            column: corner_model(counts, column, where.axes, regions)
            for column in dict.fromkeys(column for column, _ in rates.values())
        }
        for name, (column, weights) in rates.items():
            ends = models[column].combination(weights)
            rows[name, placement] = (*ends, float(found.table["p"][name]), found.n_states)
        for name, some in (together or {}).items():
            whole = weighted_contrasts(counts, where, regions, {one: rates[one] for one in some}, bank)
            ends = _mean([(models[rates[one][0]], rates[one][1]) for one in some])
            rows[name, placement] = (*ends, whole.gate_p, whole.n_states)
    index = pd.MultiIndex.from_tuples(list(rows), names=["outcome", "placement"])
    table = pd.DataFrame(list(rows.values()), index, ["estimate", "low90", "high90", "p", "states"])
    boundless = table["high90"] - table["low90"] > UNBOUNDED
    table.loc[boundless, ["estimate", "low90", "high90"]] = np.nan
    return table.loc[[*rates, *(together or {})]]


def _mean(contrasts: Sequence[tuple[MixedFit, Array]]) -> tuple[float, float, float]:
    """Mean of contrasts of several outcomes, and its interval, which takes in that a state's outcomes go together."""
    effects, estimates, parts = list(POSITION), [], []
    for model, weights in contrasts:
        loadings = CODING[1:] @ weights / 2
        estimates.append(float(model.coefficients[effects] @ loadings))
        parts.append(model.influence[effects] @ loadings)
    estimate, error = float(np.mean(estimates)), float(np.sqrt((np.mean(parts, axis=0) ** 2).sum()))
    return estimate, *student_interval(estimate, error, np.inf)
