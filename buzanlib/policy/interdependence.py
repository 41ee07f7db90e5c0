r"""Security that a partner's breach can undo.

A member that spends :math:`g_i` is breached from outside with probability :math:`p_i = e^{-k g_i / w_i}`, and each
partner's breach reaches it with probability :math:`q`; it stays secure with probability
:math:`S_i = (1-p_i)\prod_{j\ne i}(1-q p_j)`. It weighs security against the share of its wealth:
:math:`a_i S_i - g_i / w_i`. With the logarithm of :math:`S_i` in its place each member's choice would be independent of
the others', and nothing of interest here would be left.

Members may be wrong in two ways. They may think that breaches spread with another probability than they do
(`believed`), or count on only a part of what their partners spend (`reliance`). Best responses rise in the partners'
spending, so what lowers all of them lowers both extreme equilibria (Milgrom & Roberts 1990), and with them everybody's
security: less contagion that is believed in makes members safer, less reliance on partners' defences less safe.

References
----------
Kunreuther, H., & Heal, G. (2003). Interdependent security. Journal of Risk and Uncertainty 26(2-3), 231-249.
Milgrom, P., & Roberts, J. (1990). Rationalizability, learning, and equilibrium in games with strategic
complementarities. Econometrica 58(6), 1255-1277.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from buzanlib.errors import BuzanError, EstimationError
from buzanlib.inference.permutation import Array
from buzanlib.policy.defence import Alliance, check_within

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
    believed: float | None = None  #: contagion that members believe in; by default the true one
    reliance: float = 1.0  #: part of their partners' spending that members count on, from 0 to 1

    def __post_init__(self) -> None:
        check_within("contagion", self.contagion, 0, 1)
        check_within("contagion believed in", self._believed, 0, 1)
        check_within("reliance", self.reliance, 0, 1)
        if not 0 < self.effect < np.inf:
            raise BuzanError(f"effect {self.effect:g} of spending against breaches; allowed: above zero")

    def security(self, alliance: Alliance, spending: Array) -> Array:
        """Probability that each member stays secure, shape (..., members)."""
        breach = self._breach(alliance, spending)
        return np.asarray((1 - breach) * _spared(self.contagion, breach))

    def best_response(self, alliance: Alliance, spending: Array) -> Array:
        """What each would spend, ``max(0, w log(k a C) / k)``; `C` is its chance to be spared, as it sees it.

        It rises in what the partners spend: the better they are defended, the more one's own defence is worth.
        """
        feared = self._breach(alliance, self.reliance * np.asarray(spending))
        worth = self.effect * alliance.tastes * _spared(self._believed, feared)
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
        """Believed contagion from which on it is an equilibrium that nobody spends anything, shape (...).

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

    @property
    def _believed(self) -> float:
        return self.contagion if self.believed is None else self.believed

    def _breach(self, alliance: Alliance, spending: Array) -> Array:
        return np.asarray(np.exp(-self.effect * np.asarray(spending) / alliance.wealth))


def _spared(contagion: float, breach: Array) -> Array:
    """Probability that no partner's breach reaches a member, shape (..., members) as `breach`."""
    own = np.eye(breach.shape[-1], dtype=bool)
    return np.asarray(np.where(own, 1.0, (1 - contagion * breach)[..., None, :]).prod(axis=-1))


@dataclass(frozen=True)
class Tipping:
    """Mean security of members of equal wealth by contagion: of one mind and right, or in three ways not."""

    members: int
    taste: float
    effect: float
    contagion: float  #: one at which the cases are compared
    reliance: float  #: part of contagion, or of partners' spending, that is believed in
    spread: float = 0.9  #: of tastes, as in `Alliance.spread`

    @cached_property
    def cases(self) -> dict[str, tuple[Alliance, float, float]]:
        """Alliance, part of contagion believed in and part of partners' spending counted on, by the name of a case."""
        even = Alliance.spread(self.members, self.taste)
        return {
            "of one mind": (even, 1.0, 1.0),
            "less contagion believed in": (even, self.reliance, 1.0),
            "partners relied on less": (even, 1.0, self.reliance),
            "different perspectives": (Alliance.spread(self.members, self.taste, self.spread), 1.0, 1.0),
        }

    def at(self, contagion: float) -> dict[str, Equilibria]:
        """Equilibria of each of the cases at one contagion."""
        return {
            name: Interdependence(contagion, self.effect, part * contagion, reliance).equilibria(alliance)
            for name, (alliance, part, reliance) in self.cases.items()
        }

    @cached_property
    def _found(self) -> dict[float, dict[str, Equilibria]]:
        return {q: self.at(q) for q in np.linspace(0, 1, 201).tolist()}

    def _security(self, end: str) -> pd.DataFrame:
        means = {
            q: {name: getattr(case, end).mean() for name, case in found.items()}
            for q, found in self._found.items()
        }
        return pd.DataFrame.from_dict(means, orient="index")

    @cached_property
    def best(self) -> pd.DataFrame:
        """Mean security at the largest equilibrium, shape (contagions, cases)."""
        return self._security("secure_at_largest")

    @cached_property
    def worst(self) -> pd.DataFrame:
        """Mean security at the smallest equilibrium, shape (contagions, cases)."""
        return self._security("secure_at_smallest")

    def values(self) -> dict[str, float]:
        """The numbers of the chapter, by key: where security ends, and what each case does to it at one contagion."""
        keys = dict(zip(self.cases, ("even", "believed", "trust", "spread"), strict=True))
        alive = {key: self.best.index[self.best[name] > 0.005] for name, key in keys.items()}
        at = {keys[name]: case.secure_at_largest.mean() for name, case in self.at(self.contagion).items()}
        even, spread = (self.cases[name][0] for name in ("of one mind", "different perspectives"))
        game = Interdependence(self.contagion, self.effect)
        return {
            "defence.effect": self.effect,
            "defence.contagion": self.contagion,
            "defence.reliance": self.reliance,
            "tipping.spread": self.spread,
            "tipping.none_from": float(game.defenceless_from(even)),
            "tipping.none_from_spread": float(game.defenceless_from(spread)),
            "tipping.best_until": float(max(alive["even"], default=0.0)),
            **{
                f"tipping.{key}_until": float(max(alive[key], default=0.0))
                for key in ("believed", "trust", "spread")
            },
            **{f"tipping.at.{key}": float(mean) for key, mean in at.items()},
        }
