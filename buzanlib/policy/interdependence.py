r"""Security that a partner's breach can undo.

A member that spends :math:`g_i` is breached from outside with probability :math:`p_i = e^{-k g_i / w_i}`, and each
partner's breach reaches it with probability :math:`q`; it stays secure with probability
:math:`S_i = (1-p_i)\prod_{j\ne i}(1-q p_j)`. It weighs security against the share of its wealth:
:math:`a_i S_i - g_i / w_i`. With the logarithm of :math:`S_i` in its place each member's choice would be independent of
the others', and nothing of interest here would be left.

References
----------
Kunreuther, H., & Heal, G. (2003). Interdependent security. Journal of Risk and Uncertainty 26(2-3), 231-249.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from buzanlib.errors import BuzanError, EstimationError
from buzanlib.inference.permutation import Array
from buzanlib.policy.defence import Alliance, check_within, weakest_link_level

_ROUNDS, _TOLERANCE = 100_000, 1e-13


@dataclass(frozen=True, eq=False)
class Equilibria:
    """The largest and the smallest equilibrium; where they differ there are several. All of shape (..., members)."""

    largest: Array  #: spending
    smallest: Array
    secure_at_largest: Array  #: probability that a member stays secure
    secure_at_smallest: Array


@dataclass(frozen=True)
class Interdependence:
    """The game of interdependent security."""

    contagion: float  #: `q`, from 0 to 1
    effect: float  #: `k`, above zero: how much a share of wealth does against a breach from outside

    def __post_init__(self) -> None:
        check_within("contagion", self.contagion, 0, 1)
        if not 0 < self.effect < np.inf:
            raise BuzanError(f"effect {self.effect:g} of spending against breaches; allowed: above zero")

    def security(self, alliance: Alliance, spending: Array) -> Array:
        """Probability that each member stays secure, shape (..., members)."""
        return np.asarray((1 - self._breach(alliance, spending)) * self._spared(alliance, spending))

    def best_response(self, alliance: Alliance, spending: Array) -> Array:
        """What each would spend, ``max(0, w log(k a C) / k)``, with `C` its chance to be spared by its partners.

        It rises in what the partners spend: the better they are defended, the more one's own defence is worth.
        """
        worth = self.effect * alliance.tastes * self._spared(alliance, spending)
        return np.asarray(alliance.wealth * np.log(np.maximum(1, worth)) / self.effect)

    def equilibria(self, alliance: Alliance) -> Equilibria:
        """The two extreme equilibria, by best responses from above and from below.

        Best responses that rise in one another lead down from the most that anyone would spend to the largest
        equilibrium, and up from nothing to the smallest. `EstimationError` if they have not settled after many rounds.
        """
        nothing = np.zeros(alliance.tastes.shape)
        ends = [self._settle(alliance, start) for start in (alliance.wealth + nothing, nothing)]
        return Equilibria(*ends, *(self.security(alliance, end) for end in ends))

    def defenceless_from(self, alliance: Alliance) -> Array:
        """Contagion from which on it is an equilibrium that nobody spends anything, shape (...).

        Alone among the defenceless a member is spared with probability ``(1 - q) ** (n - 1)``; the keenest spends
        where `k` times its taste times that exceeds one.
        """
        keenest = self.effect * alliance.tastes.max(axis=-1)
        return np.asarray(np.clip(1 - keenest ** (-1 / (alliance.members - 1)), 0, 1))

    def _settle(self, alliance: Alliance, spending: Array) -> Array:
        for _ in range(_ROUNDS):
            following = self.best_response(alliance, spending)
            if np.abs(following - spending).max() <= _TOLERANCE * alliance.wealth.max():
                return following
            spending = following
        raise EstimationError(
            f"best responses have not settled after {_ROUNDS} rounds at contagion {self.contagion:g}"
        )

    def _breach(self, alliance: Alliance, spending: Array) -> Array:
        return np.asarray(np.exp(-self.effect * np.asarray(spending) / alliance.wealth))

    def _spared(self, alliance: Alliance, spending: Array) -> Array:
        """Probability that no partner's breach reaches a member."""
        spared = 1 - self.contagion * self._breach(alliance, spending)
        own = np.eye(alliance.members, dtype=bool)
        return np.asarray(np.where(own, 1.0, spared[..., None, :]).prod(axis=-1))


@dataclass(frozen=True)
class Tipping:
    """Mean security of an alliance (`Alliance.spread`) by contagion and by the spread of its tastes."""

    members: int
    taste: float
    effect: float
    contagion: float  #: one at which the ends of the spreads are compared
    spreads: tuple[float, ...] = (0.0, 0.3, 0.6, 0.9)  #: from none to the largest

    @cached_property
    def alliance(self) -> Alliance:
        """One alliance a spread."""
        return Alliance.spread(self.members, self.taste, np.array(self.spreads))

    @cached_property
    def _found(self) -> dict[float, Equilibria]:
        contagions = np.linspace(0, 1, 201).tolist()
        return {q: Interdependence(q, self.effect).equilibria(self.alliance) for q in contagions}

    def _security(self, name: str) -> pd.DataFrame:
        means = {q: getattr(found, name).mean(axis=-1) for q, found in self._found.items()}
        return pd.DataFrame.from_dict(means, orient="index", columns=self.spreads)

    @cached_property
    def best(self) -> pd.DataFrame:
        """Mean security at the largest equilibrium, shape (contagions, spreads)."""
        return self._security("secure_at_largest")

    @cached_property
    def worst(self) -> pd.DataFrame:
        """Mean security at the smallest equilibrium, shape (contagions, spreads)."""
        return self._security("secure_at_smallest")

    def values(self) -> dict[str, float]:
        """The numbers of the chapter, by key: where security ends, and what a spread does to it."""
        largest = self.spreads[-1]
        game = Interdependence(self.contagion, self.effect)
        at = game.equilibria(self.alliance).secure_at_largest.mean(axis=-1)
        none_from, link = game.defenceless_from(self.alliance), weakest_link_level(self.alliance)
        return {
            "defence.effect": self.effect,
            "defence.contagion": self.contagion,
            "weakest_link.even": float(link[0]),
            "weakest_link.spread": float(link[-1]),
            "tipping.spread": largest,
            "tipping.none_from": float(none_from[0]),
            "tipping.none_from_spread": float(none_from[-1]),
            "tipping.worst_gone_spread": float(next(iter(self.worst.index[self.worst[largest] < 0.01]), 1.0)),
            "tipping.best_until": float(self.best.index[self.best[0.0] > 0.005].max()),
            "tipping.spread_until": float(self.best.index[self.best[largest] > 0.005].max()),
            "tipping.at.even": float(at[0]),
            "tipping.at.spread": float(at[-1]),
        }
