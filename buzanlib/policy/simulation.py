"""Coalitions of states by simulation: drawn reservation levels, drawn orders, many runs at once."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from buzanlib.errors import BuzanError, EstimationError, UnknownNameError
from buzanlib.policy.agenda import Array, check_share
from buzanlib.policy.coalition import Places, Talks
from buzanlib.policy.entry_orders import SCHEMES, orders, places
from buzanlib.theory.vocabulary import Quadrant

#: Beside the schemes by quadrant: states in any order at all.
STATES = "states at random"

#: Runs that are computed together: a block stays in the cache of the processor.
BLOCK = 1000


@dataclass(frozen=True)
class Simulation:
    """Coalitions of states that are asked quadrant by quadrant, or at random.

    Attributes
    ----------
    talks : Talks
        The rules.
    lowest, highest : float
        Reservation levels are drawn evenly between these, one a state and run; from 0 to 1.
    runs : int
        How many.
    seed : int
        Of the random numbers. Run by run, all schemes meet the same reservation levels.
    clout : float
        Of states of strong power; the weak have 1.
    """

    talks: Talks
    lowest: float = 0.2
    highest: float = 0.6
    runs: int = 10_000
    seed: int = 20100615
    clout: float = 1.0

    def __post_init__(self) -> None:
        check_share("lowest reservation level", self.lowest)
        check_share("highest reservation level", self.highest)
        if self.lowest > self.highest:
            raise BuzanError(
                f"lowest reservation level {self.lowest} above the highest, {self.highest}; allowed: at most as large"
            )
        if self.runs < 1:
            raise BuzanError(f"{self.runs} runs of a simulation; allowed: at least 1")
        if not 0 < self.clout < np.inf:
            raise BuzanError(f"clout {self.clout} of strong states; allowed: above 0")

    def __call__(self, profiles: pd.DataFrame, quadrants: pd.Series[str], scheme: str) -> pd.DataFrame:
        """Run.

        Parameters
        ----------
        profiles : DataFrame of float, shape (states, threats)
            How much each state cares for each threat.
        quadrants : Series of str
            Quadrant of every state of `profiles`.
        scheme : str
            A key of `buzanlib.policy.entry_orders.SCHEMES`: an order of the quadrants is drawn from the scheme, and
            within a quadrant states come at random. Or `STATES`.

        Returns
        -------
        DataFrame of float, shape (runs, 8)
            ``joined`` and ``holds`` (shares of all states), ``quadrants`` (in how many the majority of states holds),
            ``drift`` (`Outcome.drift`), and the share of states that hold in each quadrant, NaN where it has none.

        Raises
        ------
        UnknownNameError
            If there is no such scheme.
        EstimationError
            If a state has no quadrant, or as `Talks`.
        """
        if scheme != STATES and scheme not in SCHEMES:
            raise UnknownNameError("scheme of entry", scheme, [*SCHEMES, STATES])
        codes = pd.Categorical(quadrants.reindex(profiles.index), categories=list(map(str, Quadrant))).codes
        if (codes < 0).any():
            without = ", ".join(map(str, profiles.index[codes < 0]))
            raise EstimationError(f"no quadrant of {without}; allowed: placed states only")
        values = profiles.to_numpy(dtype=float)
        sizes = [min(BLOCK, self.runs - start) for start in range(0, self.runs, BLOCK)]
        seeds = np.random.SeedSequence(self.seed).spawn(len(sizes))

        def block(size: int, seed: np.random.SeedSequence) -> Array:
            return self._block(values, codes.astype(np.intp), scheme, size, seed)

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found = np.concatenate(list(pool.map(block, sizes, seeds)))
        return pd.DataFrame(found, columns=["joined", "holds", "quadrants", "drift", *map(str, Quadrant)])

    def drawn(
        self, codes: Places, scheme: str, size: int, seed: np.random.SeedSequence
    ) -> tuple[Places, Array]:
        """Orders of entry and reservation levels of some runs, both of shape (runs, states).

        Parameters
        ----------
        codes : ndarray of int, shape (states,)
            Place of each state's quadrant in `Quadrant`.
        scheme : str
            As in the call.
        size : int
            Runs.
        seed : SeedSequence
            Of this block of runs.
        """
        rng = np.random.default_rng(seed)
        levels = self.lowest + (self.highest - self.lowest) * rng.random((size, len(codes)))
        keys = rng.random((size, len(codes)))
        if scheme != STATES:
            # When each quadrant has its turn: the inverse of the order.
            turns = np.argsort(places(orders(scheme)), axis=1)
            keys += turns[rng.integers(len(turns), size=size)][:, codes]
        return np.argsort(keys, axis=1), levels

    def _block(
        self, profiles: Array, codes: Places, scheme: str, size: int, seed: np.random.SeedSequence
    ) -> Array:
        entries, levels = self.drawn(codes, scheme, size, seed)
        power = np.array([quadrant.power for quadrant in Quadrant])[codes]
        outcome = self.talks(profiles, entries, levels, np.where(power > 0, self.clout, 1.0))
        members = (codes[:, None] == np.arange(len(Quadrant))).astype(float)
        states = members.sum(axis=0)
        shares = np.full((size, len(states)), np.nan)
        np.divide(outcome.holds @ members, states, out=shares, where=states > 0)
        return np.column_stack(
            [
                outcome.joined.mean(axis=1),
                outcome.holds.mean(axis=1),
                (shares > 0.5).sum(axis=1),
                outcome.drift,
                shares,
            ]
        )


def compared(one: pd.Series[float], other: pd.Series[float]) -> tuple[float, float]:
    """Share of runs in which one scheme does better than another, and in which it does worse.

    Parameters
    ----------
    one, other : Series of float, shape (runs,)
        The same measure of two schemes, run by run.

    Returns
    -------
    better, worse : float
        The rest are ties.
    """
    difference = one.to_numpy() - other.to_numpy()
    return float((difference > 1e-12).mean()), float((difference < -1e-12).mean())
