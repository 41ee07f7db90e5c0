"""Orders in which the four quadrants are asked, and what comes of each; exact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations

import numpy as np
import pandas as pd

from buzanlib.errors import UnknownNameError
from buzanlib.policy.agenda import Array
from buzanlib.policy.coalition import Places, Talks
from buzanlib.theory.vocabulary import Quadrant

Order = tuple[Quadrant, ...]


def _opposite(one: Quadrant, other: Quadrant) -> bool:
    return one.power != other.power and one.cohesion != other.cohesion


#: Orders in which the quadrants are asked, by name: which of the 24 belong to a scheme.
SCHEMES: dict[str, Callable[[Order], bool]] = {
    # All of them.
    "any order": lambda order: True,
    # The quadrant that shares a threat with each other one.
    "hub first": lambda order: order[0] is Quadrant.WW,
    # A quadrant, the two that share power or cohesion with it, and the one that shares neither.
    "adjacent first": lambda order: _opposite(order[0], order[3]),
    # As the paper advises: one of the two said to diverge most comes when the other three are in.
    "most divergent last": lambda order: order[3] in (Quadrant.SW, Quadrant.WS),
}


def orders(scheme: str = "any order") -> tuple[Order, ...]:
    """The orders of the four quadrants that belong to a scheme.

    Raises
    ------
    UnknownNameError
        If there is no such scheme.
    """
    if scheme not in SCHEMES:
        raise UnknownNameError("scheme of entry", scheme, SCHEMES)
    return tuple(order for order in permutations(Quadrant) if SCHEMES[scheme](order))


def four_quadrants(
    talks: Talks, weights: pd.DataFrame, reservations: Sequence[float], clout: float = 1.0
) -> pd.DataFrame:
    """All 24 orders of the four quadrants, at each reservation level; exact.

    Parameters
    ----------
    talks : Talks
        The rules.
    weights : DataFrame of float, shape (4, threats)
        Index `Quadrant`, such as `Matrix.weights` gives.
    reservations : sequence of float
        Levels, from 0 to 1, each common to all four.
    clout : float
        Of the quadrants of strong power; the weak have 1.

    Returns
    -------
    DataFrame
        A row an order and level: ``order`` (such as ``"WW-SW-WS-SS"``), ``reservation``, ``joined`` and ``holds``
        (how many quadrants), ``united`` (whether all four have joined and hold), and ``drift``.

    Raises
    ------
    EstimationError
        As `Talks`.
    """
    every = orders()
    levels = np.asarray(list(reservations), dtype=float)
    outcome = talks(
        weights.loc[list(Quadrant)].to_numpy(dtype=float),
        np.repeat(places(every), len(levels), axis=0),
        np.tile(levels, len(every))[:, None],
        quadrant_clout(clout),
    )
    return pd.DataFrame(
        {
            "order": np.repeat(["-".join(order) for order in every], len(levels)),
            "reservation": np.tile(levels, len(every)),
            "joined": outcome.joined.sum(axis=1),
            "holds": outcome.holds.sum(axis=1),
            "united": outcome.holds.all(axis=1),
            "drift": outcome.drift,
        }
    )


def uniting_levels(talks: Talks, weights: pd.DataFrame, clout: float = 1.0) -> pd.DataFrame:
    """Up to which reservation level each of the 24 orders unites the four quadrants.

    Parameters
    ----------
    talks, weights, clout
        As in `four_quadrants`; each quadrant is asked once.

    Returns
    -------
    DataFrame
        Index the order, such as ``"WW-SW-WS-SS"``; ``joins`` and ``holds`` as `Talks.thresholds`, at most 1; and a
        column of bool a scheme of `SCHEMES`.
    """
    every = orders()
    table = weights.loc[list(Quadrant)].to_numpy(dtype=float)
    joins, holds = talks.thresholds(table, places(every), quadrant_clout(clout))
    frame = pd.DataFrame(
        {"joins": np.minimum(joins, 1), "holds": np.minimum(holds, 1)},
        index=pd.Index(["-".join(order) for order in every], name="order"),
    )
    return frame.assign(**{name: [belongs(order) for order in every] for name, belongs in SCHEMES.items()})


def places(every: Sequence[Order]) -> Places:
    """Orders of quadrants as places in `Quadrant`, shape (orders, 4)."""
    return np.array(
        [[list(Quadrant).index(quadrant) for quadrant in order] for order in every], dtype=np.intp
    )


def quadrant_clout(clout: float) -> Array:
    """Clout of the four quadrants, shape (4,): that of strong power as given, that of weak power 1."""
    return np.array([clout if quadrant.power > 0 else 1.0 for quadrant in Quadrant])
