"""Permutations of states within groups, drawn once for every test, and p values from them.

A test that concerns some states takes the permutations induced among these, so that tests share their draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations, product
from math import factorial, prod

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.errors import BuzanError, EstimationError

Array = npt.NDArray[np.float64]
Moves = npt.NDArray[np.intp]
Small = npt.NDArray[np.int16]

_ROWS = 2500


@dataclass(frozen=True, eq=False)
class Permutations:
    """Permutations of states within groups."""

    groups: pd.Series[str]  #: Group by state; states are exchanged only with states of the same group.
    #: Shape (draws, states); row `b` gives, for each state, the place of the state whose placement it receives.
    moves: Moves

    def among(self, states: Sequence[str]) -> Moves:
        """The permutations that these induce among some of the states, in any order.

        A state receives from the first state of the subset that is met when the moves are followed from it. If every
        permutation of all states is equally likely, so is every induced one, and a state whose giver is in the subset
        keeps that giver: tests on overlapping subsets share their draws. Where the subset has no more permutations
        within its groups than there are draws, each is taken once instead, the identity excepted: p values are exact.

        Returns
        -------
        ndarray of int, shape (draws, states)
            Places refer to `states`.

        Raises
        ------
        EstimationError
            If a state has no group, or all are alone in theirs.
        """
        return np.concatenate([block.T for block in self.induced(states).blocks]).astype(np.intp)

    def induced(self, states: Sequence[str], through: Induced | None = None) -> Induced:
        """The permutations of `among` as columns, some at a time, which keeps random look-ups in the cache.

        `through` is what these permutations induce among more states, drawn and not `every` one: the result is the
        same and comes sooner, since fewer states are left out.
        """
        _demand_groups([state for state in states if state not in self.groups.index])
        chosen = pd.Index(states)
        groups = self.groups.loc[chosen].to_numpy()
        members = [np.flatnonzero(groups == group) for group in pd.unique(groups)]
        if all(len(group) == 1 for group in members):
            raise EstimationError("no two states share a group, so that there is nothing to permute")
        if prod(factorial(len(group)) for group in members) <= len(self.moves) + 1:
            return Induced(chosen, [_all_permutations(members).T], every=True)
        if through is None:
            through = Induced(self.groups.index, self._blocks, every=False)
        inside = through.states.get_indexer(chosen)
        place = np.full(len(through.states), -1, dtype=np.int16)
        place[inside] = np.arange(len(inside))
        return Induced(chosen, [_first_return(block, inside, place) for block in through.blocks], every=False)

    @cached_property
    def _blocks(self) -> list[Small]:
        """The moves, a state a row and few draws at a time."""
        moves = self.moves.astype(np.int16)
        return [np.ascontiguousarray(moves[start : start + _ROWS].T) for start in range(0, len(moves), _ROWS)]


@dataclass(frozen=True, eq=False)
class Induced:
    """What permutations induce among some of their states."""

    states: pd.Index[str]
    blocks: Sequence[
        Moves | Small
    ]  #: Of shape (states, some draws), columns the rows of `Permutations.among`.
    every: bool  #: Whether these are all permutations that there are, and not draws.


def _first_return(block: Moves | Small, inside: Moves, place: Small) -> Small:
    """Follow moves of shape (all states, draws) from each state of a subset to the next one that is in it.

    `inside` are the places of the subset among all states, `place` those of all states in the subset, -1 outside.
    """
    draws = block.shape[1]
    giver, moves = block[inside].ravel(), block.ravel()
    received = place.take(giver)
    open_ = np.flatnonzero(received < 0)
    draw, at = open_ % draws, giver[open_].astype(np.intp)
    while len(open_):
        at = moves.take(at * draws + draw).astype(np.intp)
        found = place.take(at)
        done = found >= 0
        received[open_[done]] = found[done]
        open_, draw, at = open_[~done], draw[~done], at[~done]
    return received.reshape(len(inside), draws)


@dataclass(frozen=True)
class PermutationBank:
    """Draws random permutations of states within groups, as many as `draws`, the same for the same seed."""

    draws: int = 9999
    seed: int = 20100615

    def __post_init__(self) -> None:
        if self.draws < 1:
            raise BuzanError(f"{self.draws} permutations; allowed: at least 1")

    def __call__(self, groups: pd.Series[str]) -> Permutations:
        """Draw within the group of each state; one group for all makes free permutations.

        Raises
        ------
        EstimationError
            If a state has no group.
        """
        _demand_groups(groups.index[groups.isna()])
        names = groups.to_numpy()
        rng = np.random.default_rng(self.seed)
        moves = np.empty((self.draws, len(names)), dtype=np.intp)
        for group in np.unique(names):
            members = np.flatnonzero(names == group)
            moves[:, members] = members[rng.random((self.draws, len(members))).argsort(axis=1)]
        return Permutations(groups, moves)


def _demand_groups(without: Sequence[str] | pd.Index[str]) -> None:
    """Refuse states without a group."""
    if len(without):
        names = ", ".join(map(str, without))
        raise EstimationError(f"no group for {names}; states are permuted within groups, so each needs one")


def _all_permutations(members: Sequence[npt.NDArray[np.intp]]) -> Moves:
    """Every permutation within groups but the identity, which comes first in the product."""
    orders = product(*(permutations(group.tolist()) for group in members))
    given = np.array([[place for group in order for place in group] for order in orders], dtype=np.intp)[1:]
    moves = np.empty_like(given)
    moves[:, np.concatenate(members)] = given
    return moves


def p_value(observed: float | Array, drawn: Array) -> Array:
    """One-sided p value ``(1 + exceedances) / (1 + draws)``, ties counting as exceedances.

    `observed` is of shape (...), as is the result; `drawn` is the same statistic under the null, shape (draws, ...).
    """
    # A permuted placement equal to the observed one is a tie, although its statistic is summed in another order.
    observed = np.asarray(observed, dtype=float)
    exceed = (drawn >= observed - 1e-9 * np.maximum(1.0, np.abs(observed))).sum(axis=0)
    return np.asarray((1 + exceed) / (1 + len(drawn)), dtype=float)


def max_t(observed: Array, drawn: Array) -> Array:
    """P values adjusted by the largest statistic of the family (Westfall and Young 1993, single step).

    Takes studentised statistics, large if they speak for the hypothesis: shapes (hypotheses,), (draws, hypotheses).
    """
    return p_value(observed, drawn.max(axis=1, keepdims=True))
