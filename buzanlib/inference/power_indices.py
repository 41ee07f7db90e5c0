"""Power in weighted voting games: the Banzhaf and Shapley-Shubik indices."""

from __future__ import annotations

from math import comb

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.permutation import Array
from buzanlib.theory.vocabulary import Quadrant

#: With more players the count of coalitions would overflow.
PLAYERS = 60


def majority(weights: npt.ArrayLike) -> int:
    """Smallest quota that is more than half of all weights."""
    return int(np.sum(weights)) // 2 + 1


def banzhaf(weights: npt.ArrayLike, quota: int) -> Array:
    """Normalised Banzhaf index: a player's share of all swings (Banzhaf 1965), shape (players,).

    A player swings a coalition that wins with it and loses without it. A coalition wins if its weights, whole numbers
    of shape (players,), sum to the quota or more. `EstimationError` if a weight is negative or no whole number, players
    are too many, or the quota is not between 1 and the sum of the weights.
    """
    swings = _swings(weights, quota).sum(axis=1)
    return np.asarray(swings / swings.sum(), dtype=float)


def shapley_shubik(weights: npt.ArrayLike, quota: int) -> Array:
    """Shapley-Shubik index: the share of orders of entry in which a player is pivotal (Shapley & Shubik 1954).

    Takes and raises what `banzhaf` does; gives shape (players,), which sums to one.
    """
    swings = _swings(weights, quota)
    players = len(swings)
    # Of the orders, one in players * comb(players - 1, size) has just these members enter before the player.
    orders = np.array([players * comb(players - 1, size) for size in range(players)], dtype=float)
    return np.asarray((swings / orders).sum(axis=1), dtype=float)


def _swings(weights: npt.ArrayLike, quota: int) -> npt.NDArray[np.int64]:
    """Coalitions that each player swings, by number of other members, shape (players, players)."""
    given = np.asarray(weights)
    if given.ndim != 1 or (given < 0).any() or (given % 1 != 0).any():
        raise EstimationError(f"weights {given.tolist()} of a voting game; allowed: whole numbers from 0")
    if len(given) > PLAYERS:
        raise EstimationError(f"{len(given)} players in a voting game; allowed: at most {PLAYERS}")
    whole = given.astype(int)
    if not 1 <= quota <= whole.sum():
        raise EstimationError(f"quota {quota} of a voting game; allowed: 1 to {whole.sum()}, all weights")
    players = len(whole)
    swings = np.empty((players, players), dtype=np.int64)
    for player, weight in enumerate(whole):
        # Number of coalitions of the others by size and weight: the coefficients of the generating function.
        counts = np.zeros((players, whole.sum() + 1), dtype=np.int64)
        counts[0, 0] = 1
        for other in np.delete(whole, player):
            counts[1:, other:] += counts[:-1, : counts.shape[1] - other]
        swings[player] = counts[:, max(quota - weight, 0) : quota].sum(axis=1)
    return swings


def quadrant_game(positions: pd.DataFrame, quadrants: pd.Series[str]) -> pd.DataFrame:
    """Voting power of the quadrants, had each voted as a bloc, in every roll call.

    Weights are the states that voted yes or no, and a simple majority of these wins, as in the General Assembly, where
    abstention counts as not voting (rules 85 and 86).

    Takes what `buzanlib.inference.dyadic_matrices.positions` gives, and the quadrants of states; those that have none
    are left out.

    Returns
    -------
    DataFrame, shape (4 * roll calls, 6)
        ``roll_call``, ``quadrant``, ``votes`` (states that voted yes or no), ``share`` of these votes,
        ``shapley_shubik``, ``banzhaf``.

    Raises
    ------
    EstimationError
        If no placed state voted yes or no in a roll call.
    """
    of = quadrants.reindex(positions.index)
    tables = {}
    for roll_call, column in positions.items():
        votes = of[column.isin([0, 1])].value_counts().reindex(list(map(str, Quadrant)), fill_value=0)
        if not votes.sum():
            raise EstimationError(f"no placed state voted yes or no in roll call {roll_call}")
        indices = {index.__name__: index(votes, majority(votes)) for index in (shapley_shubik, banzhaf)}
        tables[roll_call] = pd.DataFrame({"votes": votes, "share": votes / votes.sum(), **indices})
    return pd.concat(tables, names=["roll_call", "quadrant"]).reset_index()


def power_results(power: pd.Series[float]) -> dict[str, float | str]:
    """Values to record of voting power by quadrant: that of WW, and which has most."""
    return {
        "power.WW": float(power["WW"]),
        "power.most": str(power.idxmax()),
        "power.most.value": float(power.max()),
    }
