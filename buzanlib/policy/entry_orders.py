"""Orders in which the four quadrants are asked, and what comes of each; exact.

Priorities, ``weights``, are of shape (4, threats), index `Quadrant`, as `Matrix.weights`; ``clout`` is that of the
quadrants of strong power, the weak having 1. An order is named like ``"WW-SW-WS-SS"``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
import pandas as pd

from buzanlib.errors import check_name
from buzanlib.inference.permutation import Array
from buzanlib.policy.agenda import package, single_issue
from buzanlib.policy.alliance import TABLES
from buzanlib.policy.coalition import RULES, Places, Talks
from buzanlib.theory.vocabulary import Quadrant

Order = tuple[Quadrant, ...]


#: Orders in which the quadrants are asked, by name: which of the 24 belong to a scheme.
SCHEMES: dict[str, Callable[[Order], bool]] = {
    # All of them.
    "any order": lambda order: True,
    # The quadrant that shares a threat with each other one.
    "hub first": lambda order: order[0] is Quadrant.WW,
    # A quadrant, the two that share power or cohesion with it, and the one that shares neither.
    "adjacent first": lambda order: order[3] is Quadrant.of(-order[0].power, -order[0].cohesion),
    # As the paper advises: one of the two said to diverge most comes when the other three are in.
    "most divergent last": lambda order: order[3] in (Quadrant.SW, Quadrant.WS),
}


def orders(scheme: str = "any order") -> tuple[Order, ...]:
    """The orders of the four quadrants that belong to a scheme; `UnknownNameError` if there is no such scheme."""
    check_name("scheme of entry", scheme, SCHEMES)
    return tuple(order for order in permutations(Quadrant) if SCHEMES[scheme](order))


def four_quadrants(
    talks: Talks, weights: pd.DataFrame, reservations: Sequence[float], clout: float = 1.0
) -> pd.DataFrame:
    """All 24 orders of the four quadrants, at each reservation level, from 0 to 1 and common to all four; exact.

    Returns a row an order and level: ``order``, ``reservation``, ``joined`` and ``holds`` (how many quadrants).
    """
    every = orders()
    names, levels = zip(*product(map("-".join, every), reservations), strict=True)
    table, asked = weights.loc[list(Quadrant)].to_numpy(dtype=float), np.array(levels, dtype=float)
    entries = np.repeat(places(every), len(reservations), axis=0)
    outcome = talks(table, entries, asked[:, None], quadrant_clout(clout))
    counts = {"joined": outcome.joined.sum(axis=1), "holds": outcome.holds.sum(axis=1)}
    return pd.DataFrame({"order": names, "reservation": asked, **counts})


def uniting_levels(talks: Talks, weights: pd.DataFrame, clout: float = 1.0) -> pd.DataFrame:
    """Up to which reservation level each of the 24 orders unites the four quadrants, each asked once.

    Returns a DataFrame: index the order; ``joins`` and ``holds`` as `Talks.thresholds`, at most 1; and a column of bool
    a scheme of `SCHEMES`.
    """
    every = orders()
    table = weights.loc[list(Quadrant)].to_numpy(dtype=float)
    joins, holds = talks.thresholds(table, places(every), quadrant_clout(clout))
    columns = {"joins": np.minimum(joins, 1), "holds": np.minimum(holds, 1)}
    schemes = {name: [belongs(order) for order in every] for name, belongs in SCHEMES.items()}
    return pd.DataFrame({**columns, **schemes}, index=pd.Index(map("-".join, every), name="order"))


def places(every: Sequence[Order]) -> Places:
    """Orders of quadrants as places in `Quadrant`, shape (orders, 4)."""
    return np.array([list(map(list(Quadrant).index, order)) for order in every], dtype=np.intp)


def quadrant_clout(clout: float) -> Array:
    """Clout of the four quadrants, shape (4,): that of strong power as given, that of weak power 1."""
    return np.array([clout if quadrant.power > 0 else 1.0 for quadrant in Quadrant])


#: Three quadrants of the four, and all of them, by name.
GROUPS: dict[str, list[Quadrant]] = {
    "WW, WS and SS": [Quadrant.WW, Quadrant.WS, Quadrant.SS],
    "WW, WS and SW": [Quadrant.WW, Quadrant.WS, Quadrant.SW],
    "WW, SW and SS": [Quadrant.WW, Quadrant.SW, Quadrant.SS],
    "WS, SW and SS": [Quadrant.WS, Quadrant.SW, Quadrant.SS],
    "all four": list(Quadrant),
}


@dataclass(frozen=True)
class EntryOrders:
    """The order of entry of the four quadrants, and what comes of it under each rule of amendment of `Talks`."""

    norm: str
    pull: float
    rounds: int
    clout: float
    version: str = "graded"  #: the Table 2 of `uniting` and `values`, literal or graded

    @property
    def bounds(self) -> dict[str, float]:
        """Up to which reservation level any agenda unites all four, by the names of `TABLES`."""
        return {table.name: package(table.weights(), self.norm).level for table in TABLES.values()}

    def levels(self) -> pd.DataFrame:
        """The highest reservation level at which one issue, or a package, unites each of `GROUPS`.

        Index ``quadrants``; columns ``one issue`` and ``package``, each also ``, graded``.
        """
        columns: dict[str, list[float]] = {}
        for key, table in TABLES.items():
            every = [table.weights().loc[members] for members in GROUPS.values()]
            end = "" if key == "literal" else f", {key}"
            columns[f"one issue{end}"] = [single_issue(some, self.norm).max() for some in every]
            columns[f"package{end}"] = [package(some, self.norm).level for some in every]
        return pd.DataFrame(columns, index=pd.Index(GROUPS, name="quadrants"))[sorted(columns)]

    def without_encouragement(self) -> dict[str, dict[str, pd.DataFrame]]:
        """`four_quadrants` by the names of `TABLES` and by rule."""
        every = {rule: Talks(rule, self.norm, 0.0, self.rounds) for rule in RULES}
        return {
            table.name: {rule: self._at_levels(talks, table.weights()) for rule, talks in every.items()}
            for table in TABLES.values()
        }

    def uniting(self) -> dict[str, dict[str, pd.DataFrame]]:
        """`uniting_levels` without and with encouragement, under titles of panels, and by rule."""
        titles = {"Without encouragement": 0.0, f"With encouragement of {self.pull:g}": self.pull}
        return {
            title: {
                rule: uniting_levels(Talks(rule, self.norm, pull), self._weights, self.clout)
                for rule in RULES
            }
            for title, pull in titles.items()
        }

    def values(self) -> dict[str, float | str]:
        """The numbers of the chapter, by key: bounds of packages, and what the order of entry changes."""
        *_, encouraged = self.uniting().values()
        mean, by_package = encouraged["mean"], encouraged["package"]
        literal, graded = self.bounds.values()
        values: dict[str, float | str] = {
            "package.literal": literal,
            "package.graded": graded,
            "coalition.clout": self.clout,
            "coalition.pull": self.pull,
            "coalition.n_orders": len(mean),
            "order.worst": str(mean["holds"].idxmin()),
            "order.package.hub": by_package.loc[by_package["hub first"], "holds"].mean(),
            "order.package.other": by_package.loc[~by_package["hub first"], "holds"].mean(),
        }
        for key, scheme in {"any": "any order", "hub": "hub first", "advised": "most divergent last"}.items():
            level = mean.loc[mean[scheme], "holds"]
            values |= {f"order.{key}.least": level.min(), f"order.{key}.most": level.max()}
        for key, times in {"once": 1, "thrice": 3}.items():
            runs = self._at_levels(Talks("mean", self.norm, self.pull, times), self._weights)
            ends = runs.groupby("reservation")["holds"]
            values[f"order.differ.{key}"] = (ends.max() > ends.min()).mean()
        return values

    @property
    def _weights(self) -> pd.DataFrame:
        return TABLES[self.version].weights()

    def _at_levels(self, talks: Talks, weights: pd.DataFrame) -> pd.DataFrame:
        """`four_quadrants` at every hundredth of a reservation level."""
        return four_quadrants(talks, weights, np.linspace(0, 1, 101).tolist(), self.clout)
