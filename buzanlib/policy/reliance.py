r"""What an alliance gains or loses where its members rely less on each other, or see different threats.

Technology, how far and in what way the spending of one protects another, is one thing, and reliance, how far members
count on it, another (`buzanlib.policy.ces_public_good`). Disagreement lowers reliance and spreads tastes; technology
stays. For any tastes and wealth, any spillover and any finite ``rho``, no member is worse protected where some rely
less. A spread of tastes can take that away again, the more so the nearer defence is to the weakest link.

References
----------
Olson, M., & Zeckhauser, R. (1966). An economic theory of alliances. Review of Economics and Statistics 48(3), 266-279.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from buzanlib.inference.permutation import Array
from buzanlib.policy.ces_public_good import Aggregation
from buzanlib.policy.defence import Alliance, weakest_link_level

_SUM = Aggregation(1)


def equal_spending(members: int, taste: float, reliance: Array | float) -> Array:
    """Share of its wealth that each of equal members spends, ``a / (1 + (1 - a) reliance (n - 1))``, for every ``rho``.

    Where all spend the same, a per cent more of one's own raises the protection that one counts on by
    ``1 / (1 + reliance (n - 1))`` per cent whatever ``rho`` is. Shape as `reliance`.
    """
    return np.asarray(taste / (1 + (1 - taste) * np.asarray(reliance) * (members - 1)))


def by_reliance(members: int, taste: float) -> pd.DataFrame:
    """Spending and protection of each of equal members, of wealth one, whose defences add up with full spillover.

    Returns a DataFrame of float: index ``reliance``; columns ``spending``, ``of the best`` (spending over that of the
    first best, ``a w``), ``protection`` (the spillover stays full), ``if the spillover falls as far`` (protection where
    members are right to rely less).
    """
    reliance = np.array([1.0, 0.75, 0.5, 0.25, 0.1, 0.0])
    spending = equal_spending(members, taste, reliance)
    columns = {
        "spending": spending,
        "of the best": spending / taste,
        "protection": spending * members,
        "if the spillover falls as far": spending * (1 + reliance * (members - 1)),
    }
    return pd.DataFrame(columns, index=pd.Index(reliance, name="reliance"))


def equal_values(members: int, taste: float) -> dict[str, float]:
    """The numbers of the chapter, by key, of equal members with full reliance and with none.

    ``defence.must_stay`` is the share of the spillover that must remain lest an alliance without reliance be worse
    protected than one that relies fully: it equals the share of wealth that is spent under full reliance.
    """
    full = float(equal_spending(members, taste, 1.0))
    return {
        "defence.members": members,
        "defence.taste": taste,
        "defence.full.of_best": full / taste,
        "defence.none.of_best": 1.0,
        "defence.full.protection": full * members,
        "defence.none.protection": taste * members,
        "defence.loss": 1 - taste / (full * members),
        "defence.must_stay": full,
    }


@dataclass(frozen=True)
class Ladder:
    """Members of one taste, the wealth of each so many times that of the next larger one; defences add up."""

    members: int
    taste: float
    step: float  #: above 0, at most 1

    @cached_property
    def alliance(self) -> Alliance:
        """The members, the largest first, of wealth one."""
        wealth = np.asarray(self.step ** np.arange(self.members), dtype=float)
        return Alliance(np.full(self.members, self.taste), wealth)

    @cached_property
    def spending(self) -> pd.DataFrame:
        """Spending, shape (101, members): index ``reliance``, from full to none; columns the rank by wealth from 1.

        With full spillover its sum is the protection of each.
        """
        reliance = np.linspace(1, 0, 101)
        spent = _SUM.equilibrium(self.alliance, reliance[:, None])
        return pd.DataFrame(spent, pd.Index(reliance, name="reliance"), range(1, self.members + 1))

    @cached_property
    def gains(self) -> Array:
        """Utility of each member without reliance less that with full reliance, under full spillover."""
        wealth, spent = self.alliance.wealth, self.spending.to_numpy()[[0, -1]]
        safe = np.log(spent.sum(axis=1, keepdims=True))
        utility = (1 - self.taste) * np.log(wealth - spent) + self.taste * safe
        return np.asarray(utility[1] - utility[0])

    def values(self) -> dict[str, float | str]:
        """The numbers and words of the chapter, by key: who pays, and who is better off for it."""
        total, largest = self.spending.sum(axis=1), self.spending[1]
        others = 1 - largest / total
        least, worse = 1 - largest.min() / largest.iloc[0], int((self.gains < 0).sum())
        return {
            "defence.ladder": self.step,
            "ladder.full.others": others.iloc[0],
            "ladder.none.others": others.iloc[-1],
            "ladder.gain": total.iloc[-1] / total.iloc[0] - 1,
            "ladder.largest": f"at times spends less, by {least:.0%} at most"
            if least > 0.005
            else "never spends less",
            "ladder.worse": f"{worse} of {self.members} members are" if worse else "none is",
            "ladder.sum": "lower" if self.gains.sum() < 0 else "higher",
        }


@dataclass(frozen=True, eq=False)
class DisagreementMap:
    """Spending and protection by reliance, technology and spread of tastes, against an alliance of one mind.

    The alliance of one mind has no spread and full reliance; the spillover is full throughout.
    """

    members: int  #: of equal wealth
    taste: float  #: their mean
    spreads: tuple[float, ...] = (0.3, 0.6, 0.9)  #: as in `Alliance.spread`, rising
    #: From full to none, shape (columns,).
    reliances: Array = field(default_factory=lambda: np.linspace(1, 0, 31))
    #: ``1 / (2 - rho)``, rising: 1 for the sum, 1/2 for a `rho` of zero, 0 for the weakest link; shape (rows,).
    heights: Array = field(default_factory=lambda: np.linspace(0.05, 1, 39))

    @cached_property
    def rhos(self) -> Array:
        """`Aggregation.rho` by height, shape (rows,)."""
        return np.asarray(np.minimum(2 - 1 / self.heights, 1.0))

    @cached_property
    def _levels(self) -> tuple[Array, Array]:
        alliance = Alliance.spread(self.members, self.taste, np.array(self.spreads))
        spent, safe = (np.empty((len(self.spreads), len(self.rhos), len(self.reliances))) for _ in range(2))
        for row, rho in enumerate(self.rhos):
            game = Aggregation(rho)
            chosen = game.equilibrium(alliance, self.reliances[:, None, None])
            spent[:, row] = (chosen.sum(axis=-1) / game.optimum(alliance).sum(axis=-1)).T
            safe[:, row] = game.protection(chosen)[..., 0].T
        united = float(equal_spending(self.members, self.taste, 1.0))
        return spent / (united / self.taste), safe / united

    @property
    def spending(self) -> Array:
        """Total spending over its optimum, relative to the alliance of one mind, shape (spreads, rows, columns)."""
        return self._levels[0]

    @property
    def protection(self) -> Array:
        """Protection relative to the alliance of one mind, shape (spreads, rows, columns)."""
        return self._levels[1]

    def values(self) -> dict[str, float | str]:
        """The numbers and words of the chapter, by key: where protection rises, and by how much at the ends.

        ``phase.safe_spread`` is the spread up to which no technology can undo what the end of reliance gains: the least
        member then spends alone what members spend who rely fully.
        """
        alliance = Alliance.spread(self.members, self.taste, np.array([0.0, self.spreads[-1]]))
        link, last = weakest_link_level(alliance), self.protection[-1]
        holds = (self.protection >= 1).mean(axis=(1, 2))
        return {
            "phase.low": self.spreads[0],
            "phase.high": self.spreads[-1],
            "phase.low.share": holds[0],
            "phase.high.share": holds[-1],
            "phase.least_rho": self.rhos[0],
            "phase.safe_spread": 1 - equal_spending(self.members, self.taste, 1.0) / self.taste,
            "phase.full": self._from(last[:, 0]),
            "phase.none": self._from(last[:, -1]),
            **{
                f"phase.{end}.{name}": last[row, column] - 1
                for end, row in (("least", 0), ("sum", -1))
                for name, column in (("full", 0), ("none", -1))
            },
            "weakest_link.even": float(link[0]),
            "weakest_link.spread": float(link[1]),
        }

    def _from(self, protection: Array) -> str:
        """Where in a column of the map protection is no lower than that of the alliance of one mind, in words."""
        holds = protection >= 1
        if holds.all():
            return "for every ρ of the map"
        if not holds.any():
            return "for no ρ of the map"
        least = round(float(self.rhos[holds.argmax()]), 2) + 0.0
        return f"only for a ρ of {least:.2f} or more".replace("-", "−")
