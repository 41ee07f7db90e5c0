"""Agendas: how far one satisfies a state, and the package that satisfies several best.

An agenda divides the attention of a coalition among threats: shares that are not negative and sum to one. A profile
says how much a state cares for each threat. Profiles are of shape (states, threats), such as `Matrix.weights` gives:
numbers that are not negative, none all zero, and a coalition has two members or more; else an `EstimationError` is
raised. An unknown key of `NORMS` raises an `UnknownNameError`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog

from buzanlib.errors import EstimationError, check_name
from buzanlib.inference.permutation import Array

#: Satisfactions nearer than this are equal: they differ by rounding only.
TIE = 1e-9

#: By what a profile is divided, by name. Only under the first can every state be satisfied in full, by the agenda
#: that it would write itself; under the others a state that cares for much is harder to please than one that cares
#: for one thing.
NORMS: dict[str, Callable[[Array], Array]] = {
    "largest": lambda values: values.max(axis=-1, keepdims=True),
    "euclidean": lambda values: np.asarray(np.linalg.norm(values, axis=-1, keepdims=True), dtype=float),
    "sum": lambda values: np.asarray(values.sum(axis=-1, keepdims=True), dtype=float),
}


def scaled(profiles: npt.ArrayLike, norm: str = "largest") -> Array:
    """Profiles divided by their norm, so that the product with an agenda is a satisfaction; shape (states, threats)."""
    check_name("norm of a profile", norm, NORMS)
    values = np.asarray(profiles, dtype=float)
    if values.ndim != 2 or not values.size:
        raise EstimationError(
            f"profiles of shape {values.shape}; allowed: (states, threats), at least one of each"
        )
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        raise EstimationError(f"weight {values[wrong][0]} in a profile; allowed: numbers from 0")
    if (values.sum(axis=1) == 0).any():
        place = int(np.flatnonzero(values.sum(axis=1) == 0)[0])
        raise EstimationError(
            f"profile number {place + 1} names no threat; allowed: at least one weight above 0"
        )
    return values / NORMS[norm](values)


def satisfaction(profiles: pd.DataFrame, agenda: pd.Series[float], norm: str = "largest") -> pd.Series[float]:
    """How far an agenda satisfies each state: the product of its scaled profile with the agenda.

    Under ``"largest"`` satisfaction is 1 if the agenda holds nothing but what the state puts first, and else its share
    of that.

    The agenda is by threat, not negative, and is divided by its sum. Returns a Series of float, from 0 to 1.
    `EstimationError` if the agenda is empty, negative, or on other threats than the profiles.
    """
    if sorted(map(str, agenda.index)) != sorted(map(str, profiles.columns)):
        raise EstimationError(
            f"an agenda on {', '.join(map(str, agenda.index))}; allowed: {', '.join(map(str, profiles.columns))}"
        )
    shares = agenda.loc[list(profiles.columns)].to_numpy(dtype=float)
    if not (np.isfinite(shares).all() and (shares >= 0).all() and shares.sum() > 0):
        raise EstimationError(
            f"agenda {shares.tolist()}; allowed: numbers from 0, at least one of them above"
        )
    product = scaled(profiles.to_numpy(), norm) @ (shares / shares.sum())
    return pd.Series(product, index=profiles.index, name="satisfaction")


@dataclass(frozen=True, eq=False)
class Package:
    """The agenda that leaves the least satisfied member as well off as can be."""

    #: Satisfaction of the least satisfied member. All can be united if, and only if, no reservation level is above it.
    level: float
    agenda: pd.Series[float]  #: by threat; sums to one
    #: By member, sums to one. How much each holds the level down. No agenda gives the members a weighted mean of
    #: satisfactions above `level` under these weights, which proves that none does better.
    pressure: pd.Series[float]


def package(profiles: pd.DataFrame, norm: str = "largest") -> Package:
    """Find the best package for all members.

    The members' satisfactions are the payoffs of a game against the one who writes the agenda; the level is its
    value (von Neumann 1928), and so a linear programme.
    """
    payoffs = _payoffs(profiles, norm)
    members, threats = payoffs.shape
    # Variables: the shares, and the level. Each member's satisfaction is at least the level, which is to be large.
    below = np.column_stack([-payoffs, np.ones(members)])
    whole = np.append(np.ones(threats), 0.0)[None]
    bounds = [(0.0, 1.0)] * threats + [(None, None)]
    solved = linprog(np.append(np.zeros(threats), -1.0), below, np.zeros(members), whole, [1.0], bounds)
    best = np.asarray(solved.x, dtype=float)
    return Package(
        float(best[-1]),
        pd.Series(best[:threats] + 0.0, index=profiles.columns, name="share"),
        pd.Series(-solved.ineqlin.marginals + 0.0, index=profiles.index, name="pressure"),
    )


def single_issue(profiles: pd.DataFrame, norm: str = "largest") -> pd.Series[float]:
    """Satisfaction of the least satisfied member if the agenda is one threat and nothing else, by threat."""
    least = _payoffs(profiles, norm).min(axis=0)
    return pd.Series(least, index=profiles.columns, name="level")


def _payoffs(profiles: pd.DataFrame, norm: str) -> Array:
    """Profiles of at least two members, `scaled`."""
    count = len(profiles)
    if count < 2:
        raise EstimationError(
            f"{count} member{'s' if count != 1 else ''} of a coalition; allowed: at least 2"
        )
    return scaled(profiles.to_numpy(), norm)
