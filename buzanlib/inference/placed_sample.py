"""The states of a test: placed, with something to count, and exchanged with one another under the null."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.permutation import Array, Moves, Permutations
from buzanlib.theory.vocabulary import TABLE2_THREATS, Quadrant

Codes = npt.NDArray[np.intp]

#: Columns of the counts that Table 2 speaks of.
THREATS = [threat.value for threat in TABLE2_THREATS]


def quadrant_codes(p: npt.ArrayLike, k: npt.ArrayLike) -> Codes:
    """Place of each state's quadrant in the order of `Quadrant`, from power and cohesion (-1 weak, +1 strong)."""
    return np.asarray((np.asarray(p) > 0) * 2 + (np.asarray(k) > 0), dtype=np.intp)


@dataclass(frozen=True, eq=False)
class Sample:
    """States on one order, with all that a test needs of them."""

    counts: pd.DataFrame  #: What is tested, by ``iso3``, sorted.
    placed: pd.DataFrame  #: Same index; columns ``p`` and ``k``, and what else the placement gave.
    moves: Moves  #: The permutations among these states, shape (draws, states).

    @classmethod
    def of(
        cls, counts: pd.DataFrame, placed: pd.DataFrame, permutations: Permutations, needs: str = "relevant"
    ) -> Sample:
        """Join counts and placement, of the states in which the column `needs` is above zero.

        Parameters
        ----------
        counts, placed : DataFrame
            Index ``iso3``; what is to be tested, and ``p`` and ``k`` (`buzanlib.measurement.placement.Placement`).
        permutations : Permutations
            Of at least these states.
        needs : str
            A column of `counts`.

        Raises
        ------
        EstimationError
            If no state remains, or one has no group.
        """
        states = sorted(set(counts.index[counts[needs] > 0]) & set(placed.index))
        if not states:
            raise EstimationError("no state is both placed and has a relevant passage")
        return cls(counts.loc[states], placed.loc[states], permutations.among(states))

    def __len__(self) -> int:
        """Number of states."""
        return len(self.counts)

    @property
    def quadrants(self) -> Codes:
        """Codes of the quadrants, shape (states,)."""
        return quadrant_codes(self.placed["p"], self.placed["k"])

    @property
    def permuted(self) -> Codes:
        """Codes of the quadrants under each permutation, shape (draws, states)."""
        return self.quadrants[self.moves]

    def under_null(self, statistic: Callable[[Codes], Array], rows: int = 500) -> Array:
        """A statistic of placements under each permutation, shape (draws, ...), some at a time to spare memory."""
        quadrants = self.quadrants
        return self.exchanged(lambda moves: statistic(quadrants[moves]), rows)

    def exchanged(self, statistic: Callable[[Moves], Array], rows: int = 500) -> Array:
        """The same of a statistic of the places of the states whose placement each state receives."""
        blocks = [self.moves[start : start + rows] for start in range(0, len(self.moves), rows)]
        return np.concatenate([statistic(block) for block in blocks])

    @property
    def sizes(self) -> pd.Series[int]:
        """States by quadrant."""
        counted = np.bincount(self.quadrants, minlength=len(Quadrant))
        return pd.Series(counted, index=list(map(str, Quadrant)), name="states")
