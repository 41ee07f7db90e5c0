"""Pairs of states: how far they agree, and what they have in common.

A matrix here is a DataFrame of float, shape (states, states), index and columns the same states, symmetric, NaN
where a dyad (an unordered pair of states) is unknown. The diagonal is never read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations_with_replacement

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.errors import BuzanError, UnknownNameError, check_name
from buzanlib.inference.permutation import Array, Moves
from buzanlib.theory.distances import pair_name
from buzanlib.theory.vocabulary import Quadrant

#: Place of each vote between no and yes; absence is no vote, and no abstention.
POSITION = {"yes": 1.0, "abstain": 0.5, "no": 0.0, "absent": np.nan}


def positions(votes: pd.DataFrame, rcids: Iterable[int]) -> pd.DataFrame:
    """Where the states stood in some roll calls, from the table `Votes.votes`, shape (states, roll calls).

    1 yes, 1/2 abstention, 0 no; NaN where the state was absent or no member.

    Raises
    ------
    UnknownNameError
        If a roll call or a vote is unknown.
    """
    wanted = list(rcids)
    for rcid in wanted:
        if rcid not in votes["rcid"].array:
            raise UnknownNameError("roll call", rcid, votes["rcid"].unique())
    chosen = votes[votes["rcid"].isin(wanted)]
    for vote in chosen["vote"].unique():
        check_name("vote", vote, POSITION)
    places = chosen.assign(position=chosen["vote"].map(POSITION).astype(float))
    return places.pivot(index="iso3", columns="rcid", values="position")[wanted]  # noqa: PD010 (must not aggregate)


def agreement(positions: pd.DataFrame, minimum: int = 1) -> pd.DataFrame:
    """Agreement of each dyad: one minus the mean absolute difference of what `positions` gives.

    From 0 (always opposed) to 1; NaN where both states voted in fewer than `minimum` roll calls.

    Raises
    ------
    BuzanError
        If `minimum` is below 1.
    """
    if minimum < 1:
        raise BuzanError(f"minimum of {minimum} shared roll calls; allowed: at least 1")
    differences, shared = np.zeros((2, len(positions), len(positions)))
    for column in positions.to_numpy(dtype=float).T:
        difference = np.abs(column[:, None] - column)
        shared += ~np.isnan(difference)
        differences += np.nan_to_num(difference)
    enough = shared >= minimum
    return _matrix(np.where(enough, 1 - differences / np.maximum(shared, 1), np.nan), positions.index)


def same(labels: pd.Series[str]) -> pd.DataFrame:
    """1 where the two states bear the same label, else 0; NaN where one has none."""
    equal = labels.to_numpy()[:, None] == labels.to_numpy()
    return _matrix(_where_known(equal, labels), labels.index)


def distance(values: pd.Series[float]) -> pd.DataFrame:
    """Absolute difference of the values of the two states."""
    return euclidean(values.to_frame())


def euclidean(points: pd.DataFrame) -> pd.DataFrame:
    """Euclidean distance of the two states; of points of shape (states, axes), such as power and cohesion."""
    values = points.to_numpy(dtype=float)
    return _matrix(np.linalg.norm(values[:, None] - values, axis=2), points.index)


def pair_of(quadrants: pd.Series[str], a: str, b: str) -> pd.DataFrame:
    """1 where one of the two states is in quadrant `a` and the other in `b`, else 0; NaN where one has none."""
    in_a, in_b = ((quadrants == Quadrant.parse(name)).to_numpy(dtype=bool) for name in (a, b))
    either_way = np.outer(in_a, in_b) | np.outer(in_b, in_a)
    return _matrix(_where_known(either_way, quadrants), quadrants.index)


def pair_means(outcome: pd.DataFrame, quadrants: pd.Series[str]) -> pd.DataFrame:
    """Mean outcome of the ten kinds of dyads: four within a quadrant, six between two.

    States without a quadrant are left out. Index like ``"SW-WS"``; columns ``mean`` (NaN where there is no dyad) and
    ``dyads``.
    """
    codes = pd.Categorical(quadrants.reindex(outcome.index), categories=list(map(str, Quadrant))).codes
    means, dyads = block_means(outcome, codes)
    kinds = list(combinations_with_replacement(range(len(Quadrant)), 2))
    names = [pair_name((list(Quadrant)[a], list(Quadrant)[b])) for a, b in kinds]
    return pd.DataFrame(
        {"mean": [means[0, a, b] for a, b in kinds], "dyads": [dyads[0, a, b] for a, b in kinds]},
        index=pd.Index(names, name="pair"),
    )


def against_other_dyads(by_kind: pd.DataFrame, kind: str) -> float:
    """Mean outcome of the dyads of one kind less that of all other dyads, of what `pair_means` gives."""
    others = by_kind.drop(kind).dropna()
    return float(by_kind.loc[kind, "mean"] - np.average(others["mean"], weights=others["dyads"]))


def block_means(
    outcome: pd.DataFrame, codes: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> tuple[Array, Moves]:
    """Mean outcome of the dyads of each two quadrants, for one placement or for many at once.

    Parameters
    ----------
    codes : array_like of int, shape (states,) or (placements, states)
        Place of each state's quadrant in the order of `Quadrant`; -1 where it has none.
    weights : array_like of float, shape (placements, states), optional
        How often each state counts, as in a bootstrap; a dyad counts as the product of its states. One by default.

    Returns
    -------
    means : ndarray of float, shape (placements, 4, 4)
        NaN where there is no dyad.
    dyads : ndarray of int, shape (placements, 4, 4)
        Known dyads, as they count.
    """
    values = outcome.to_numpy(dtype=float, copy=True)
    np.fill_diagonal(values, np.nan)
    members = (np.atleast_2d(codes)[:, None] == np.arange(len(Quadrant))[:, None]).astype(float)
    if weights is not None:
        members = members * np.asarray(weights, dtype=float)[:, None]
    sums, counts = (
        members @ square @ members.swapaxes(1, 2)
        for square in (np.nan_to_num(values), (~np.isnan(values)).astype(float))
    )
    means = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
    # Within a quadrant each dyad is counted from either side.
    return means, (counts / (1 + np.eye(len(Quadrant)))).round().astype(np.intp)


def with_dyads(matrices: Sequence[pd.DataFrame]) -> list[str]:
    """States of the first matrix that are in all and have a dyad that is known in every one, in their order."""
    first, *others = matrices
    states = [state for state in first.index if all(state in other.index for other in others)]
    while True:
        known = ~np.eye(len(states), dtype=bool)
        for matrix in matrices:
            known &= matrix.loc[states, states].notna().to_numpy()
        kept = [states[place] for place in np.flatnonzero(known.sum(axis=1))]
        if kept == states:
            return states
        states = kept


def _where_known(holds: npt.NDArray[np.bool_], labels: pd.Series[str]) -> Array:
    """0 or 1, and NaN in the rows and columns of states without a label."""
    unknown = labels.isna().to_numpy()
    return np.where(unknown[:, None] | unknown, np.nan, holds)


def _matrix(values: Array, states: pd.Index[str]) -> pd.DataFrame:
    return pd.DataFrame(values, index=states, columns=states.rename(None))
