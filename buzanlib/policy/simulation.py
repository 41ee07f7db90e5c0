"""Coalitions of states by simulation: drawn reservation levels, drawn orders, many runs at once."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from buzanlib.errors import BuzanError, EstimationError, UnknownNameError
from buzanlib.inference.permutation import Array
from buzanlib.policy.alliance import TABLES
from buzanlib.policy.coalition import Places, Talks
from buzanlib.policy.defence import check_within
from buzanlib.policy.entry_orders import SCHEMES, orders, places, quadrant_clout
from buzanlib.theory.vocabulary import Quadrant

#: Beside the schemes by quadrant: states in any order at all.
STATES = "states at random"

#: Runs that are computed together: a block stays in the cache of the processor.
BLOCK = 1000

# Shares of states nearer than this are equal.
_TIE = 1e-12


@dataclass(frozen=True)
class Simulation:
    """Coalitions of states that are asked quadrant by quadrant, or at random.

    Reservation levels are drawn evenly between `lowest` and `highest`, one a state and run; from 0 to 1.
    """

    talks: Talks
    lowest: float = 0.2
    highest: float = 0.6
    runs: int = 10_000
    seed: int = 20100615  #: run by run, all schemes meet the same reservation levels
    clout: float = 1.0  #: of states of strong power; the weak have 1

    def __post_init__(self) -> None:
        check_within("lowest reservation level", self.lowest, 0, 1)
        check_within("highest reservation level", self.highest, 0, 1)
        if self.lowest > self.highest:
            levels = f"lowest reservation level {self.lowest} above the highest, {self.highest}"
            raise BuzanError(f"{levels}; allowed: at most as large")
        if self.runs < 1:
            raise BuzanError(f"{self.runs} runs of a simulation; allowed: at least 1")
        if not 0 < self.clout < np.inf:
            raise BuzanError(f"clout {self.clout} of strong states; allowed: above 0")

    def __call__(self, profiles: pd.DataFrame, quadrants: pd.Series[str], scheme: str) -> pd.Series[float]:
        """Share of all states that hold together at the end, run by run; shape (runs,).

        Parameters
        ----------
        profiles : DataFrame of float, shape (states, threats)
            How much each state cares for each threat.
        quadrants : Series of str
            Quadrant of every state of `profiles`.
        scheme : str
            A key of `buzanlib.policy.entry_orders.SCHEMES`: an order of the quadrants is drawn from the scheme, and
            within a quadrant states come at random. Or `STATES`.

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

        clout = quadrant_clout(self.clout)[codes]

        def block(size: int, seed: np.random.SeedSequence) -> Array:
            entries, levels = self.drawn(codes.astype(np.intp), scheme, size, seed)
            return np.asarray(self.talks(values, entries, levels, clout).holds.mean(axis=1), dtype=float)

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found = np.concatenate(list(pool.map(block, sizes, seeds)))
        return pd.Series(found, name="holds")

    def drawn(
        self, codes: Places, scheme: str, size: int, seed: np.random.SeedSequence
    ) -> tuple[Places, Array]:
        """Orders of entry and reservation levels of a block of `size` runs, both of shape (runs, states).

        `codes` are the places of the states' quadrants in `Quadrant`, shape (states,).
        """
        rng = np.random.default_rng(seed)
        levels = self.lowest + (self.highest - self.lowest) * rng.random((size, len(codes)))
        keys = rng.random((size, len(codes)))
        if scheme != STATES:
            # When each quadrant has its turn: the inverse of the order.
            turns = np.argsort(places(orders(scheme)), axis=1)
            keys += turns[rng.integers(len(turns), size=size)][:, codes]
        return np.argsort(keys, axis=1), levels


#: What the paper advises, one of `SCHEMES`.
ADVISED = "most divergent last"


@dataclass(frozen=True, eq=False)
class StateCoalitions:
    """Coalitions of states with the profiles of their cells, and with profiles of their own."""

    simulation: Simulation
    profiles: pd.DataFrame  #: what states have said, shape (states, threats)
    quadrants: pd.Series[str]  #: of all placed states

    @cached_property
    def worlds(self) -> dict[str, pd.DataFrame]:
        """Profiles: those that each of `TABLES` predicts, by its name, and ``"What states have said"``."""
        names = list(map(Quadrant, self.quadrants))
        predicted = {
            table.name: table.weights().loc[names].set_axis(self.quadrants.index) for table in TABLES.values()
        }
        return {**predicted, "What states have said": self.profiles}

    @cached_property
    def sizes(self) -> dict[str, dict[str, pd.Series[float]]]:
        """Share of all states that hold together at the end, a value a run; by world and scheme."""
        return {
            name: {scheme: self._sizes(self.simulation, name, scheme) for scheme in (*SCHEMES, STATES)}
            for name in self.worlds
        }

    @property
    def fewer(self) -> int:
        """Runs of each cell of `advantage`."""
        return max(1, self.simulation.runs // 4)

    @cached_property
    def advantage(self) -> pd.DataFrame:
        """How much larger coalitions are by the paper's order than by that of states at random.

        Returns percentage points of states, means over `fewer` runs; index the printed cells
        or what states have said, with three degrees of encouragement; columns three ranges of reservation levels.
        """
        return self._means[ADVISED] - self._means[STATES]

    @cached_property
    def _means(self) -> dict[str, pd.DataFrame]:
        """Mean percentage of states that hold together, by scheme; tables as `advantage`."""
        printed, _, said = self.worlds
        rows: dict[str, dict[str, dict[str, float]]] = {ADVISED: {}, STATES: {}}
        for label, world in (("printed cells", printed), ("what states have said", said)):
            for pull in (0.0, 0.2, 0.4):
                talks = replace(self.simulation.talks, pull=pull)
                for low, high in ((0.1, 0.5), (0.3, 0.7), (0.5, 0.9)):
                    asked = replace(self.simulation, talks=talks, lowest=low, highest=high, runs=self.fewer)
                    for scheme, table in rows.items():
                        row = table.setdefault(f"{label}, encouragement {pull:g}", {})
                        row[f"{low:g} to {high:g}"] = 100 * self._sizes(asked, world, scheme).mean()
        tables = {scheme: pd.DataFrame.from_dict(table, orient="index") for scheme, table in rows.items()}
        return {scheme: table.rename_axis("reservation levels from") for scheme, table in tables.items()}

    def values(self) -> dict[str, float | str]:
        """The numbers of the chapter, by key: mean sizes by scheme, and the range of `advantage`."""
        printed, _, said = self.sizes.values()
        difference = (said[ADVISED] - said[STATES]).to_numpy()
        values: dict[str, float | str] = {
            "coalition.n_predicted": len(self.quadrants),
            "coalition.lowest": self.simulation.lowest,
            "coalition.highest": self.simulation.highest,
            "coalition.rule": self.simulation.talks.rule,
            "coalition.runs": self.simulation.runs,
            "states.observed.better": float((difference > _TIE).mean()),
            "states.observed.worse": float((difference < -_TIE).mean()),
        }
        for key, sizes in (("observed", said), ("literal", printed)):
            values[f"states.{key}.advised"] = float(sizes[ADVISED].mean())
            values[f"states.{key}.random"] = float(sizes[STATES].mean())
        for key, rows in (("printed", self.advantage.iloc[:3]), ("said", self.advantage.iloc[3:])):
            values[f"advantage.{key}.least"] = float(rows.to_numpy().min())
            values[f"advantage.{key}.most"] = float(rows.to_numpy().max())
        values["advantage.said.largest"] = float(self.advantage.iloc[3:].abs().to_numpy().max())
        # By how much the mean size differs between the ranges of reservation levels, whatever the encouragement.
        ranges = self._means[STATES].iloc[3:]
        values["coalition.by_levels"] = float((ranges.max(axis=1) - ranges.min(axis=1)).min())
        return values

    def _sizes(self, simulation: Simulation, world: str, scheme: str) -> pd.Series[float]:
        profiles = self.worlds[world]
        return simulation(profiles, self.quadrants.loc[profiles.index], scheme)
