r"""Between the sum and the weakest link: protection with constant elasticity of substitution.

Protection, the same for all, is :math:`h = \left(\frac1n\sum_j g_j^\rho\right)^{1/\rho}`. With :math:`\rho = 1` it is
the mean, which moves members as the sum does; towards minus infinity it becomes the weakest link.

References
----------
Cornes, R. (1993). Dyke maintenance and other stories: Some neglected types of public goods. Quarterly Journal of
Economics 108(1), 259-271.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.special import expit, log_expit, logsumexp

from buzanlib.inference.permutation import Array
from buzanlib.policy.defence import Alliance, Spillover, aggregate_total, check_within

#: Below this, powers of small numbers leave the range of floating point; the weakest link is then near.
LEAST = -60.0

# Where the power mean is taken by its distance from the geometric one.
_NEAR_ZERO = 1e-3
# Halvings of a bracket, and steps of Newton, that leave no more than rounding.
_HALVINGS, _STEPS, _TOLERANCE = 60, 100, 1e-15


@dataclass(frozen=True)
class Aggregation:
    """The game in which every member adds to one protection of all."""

    rho: float  #: from -60, close to the weakest link, to 1, the sum

    def __post_init__(self) -> None:
        check_within("rho of an aggregation", self.rho, LEAST, 1)

    def protection(self, spending: Array) -> Array:
        """Protection of the alliance, shape (...), for spending of shape (..., members)."""
        with np.errstate(divide="ignore"):
            logs = np.log(spending)
        if abs(self.rho) > _NEAR_ZERO:
            mean = logsumexp(self.rho * logs, axis=-1) - np.log(logs.shape[-1])
            return np.asarray(np.exp(mean / self.rho))
        # Near zero the power mean is the geometric one and a little, of which the plain formula would leave only noise.
        middle = logs.mean(axis=-1)
        if self.rho == 0:
            return np.asarray(np.exp(middle))
        off = np.expm1(self.rho * (logs - middle[..., None])).mean(axis=-1)
        return np.asarray(np.exp(middle + np.log1p(off) / self.rho))

    def equilibrium(self, alliance: Alliance) -> Array:
        """Spending at the only Nash equilibrium with some protection, shape (..., members).

        With `rho` of zero or less there is also that in which nobody spends and nobody is protected: alone against
        it no member can do anything.
        """
        return self._balance(alliance, alliance.tastes)

    def optimum(self, alliance: Alliance) -> Array:
        """Spending with the largest sum of utilities, shape (..., members): all tastes count for every member."""
        return self._balance(alliance, alliance.tastes.sum(axis=-1, keepdims=True))

    def _balance(self, alliance: Alliance, benefit: Array) -> Array:
        """Spending at which each one's marginal cost is `benefit` times its effect on log protection.

        That is ``(1 - a) / (w - g) = benefit g ** (rho - 1) / sum(g ** rho)``. Given the sum, each member's condition
        has one solution; given these, the logarithm of the sum of powers rises more slowly than that of the sum
        assumed, so that the two meet once.
        """
        wealth, cost = alliance.wealth, (1 - alliance.tastes) / benefit
        if self.rho == 1:
            total = aggregate_total(wealth, cost)[..., None]
            return np.asarray(np.maximum(0, wealth - cost * total))
        # Without the logarithm of the sum of powers, the member's condition at half its wealth.
        base = np.asarray(np.log(cost) - self.rho * np.log(wealth))

        def share(log_sum: Array, near: Array) -> Array:
            return _share(base + log_sum[..., None], 1 - self.rho, near)

        def excess(log_sum: Array, logit: Array) -> Array:
            powers = self.rho * (np.log(wealth) + log_expit(logit))
            return np.asarray(logsumexp(powers, axis=-1) - log_sum)

        # The excess falls with a slope that is never flatter than this, which bounds how far its root is from zero.
        zero = np.zeros(base.shape[:-1])
        logit = share(zero, np.zeros(base.shape))
        reach = np.abs(excess(zero, logit)) * (1 + abs(self.rho)) + 1
        low, high = -reach, reach
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            logit = share(middle, logit)
            above = excess(middle, logit) > 0
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        return np.asarray(wealth * expit(logit))


def _share(aim: Array, bend: float, logit: Array) -> Array:
    """Logit `v` of the share of its wealth that each spends: ``bend log_expit(v) - log_expit(-v) + aim = 0``.

    The left side is bent one way throughout and rises everywhere, so Newton's steps keep to one side of the root
    after the first and cannot miss it, wherever they start.
    """
    for _ in range(_STEPS):
        gap = bend * log_expit(logit) - log_expit(-logit) + aim
        step = gap / (bend * expit(-logit) + expit(logit))
        logit = logit - step
        if np.abs(step).max() <= _TOLERANCE * (1 + np.abs(logit).max()):
            break
    return np.asarray(logit)


@dataclass(frozen=True, eq=False)
class SpreadEffects:
    """What a spread of tastes does to spending and protection, from the weakest link to the sum."""

    members: int  #: of equal wealth
    taste: float  #: their mean
    #: As in `Alliance.spread`, rising from 0; shape (spreads,).
    spreads: Array = field(default_factory=lambda: np.linspace(0, 0.95, 39))
    #: ``1 / (2 - rho)``, rising: 1 for the sum, 1/2 for a `rho` of zero, 0 for the weakest link; shape (rows,).
    heights: Array = field(default_factory=lambda: np.linspace(0.05, 1, 39))

    @cached_property
    def rhos(self) -> Array:
        """`Aggregation.rho` by height, shape (rows,)."""
        return np.asarray(np.minimum(2 - 1 / self.heights, 1.0))

    @cached_property
    def _levels(self) -> tuple[Array, Array]:
        """Spending as a share of the optimum, and protection; both relative to no spread."""
        alliance = Alliance.spread(self.members, self.taste, self.spreads)
        of_best, safe = (np.empty((len(self.rhos), len(self.spreads))) for _ in range(2))
        for row, rho in enumerate(self.rhos):
            game = Aggregation(rho)
            chosen = game.equilibrium(alliance)
            of_best[row] = chosen.sum(axis=-1) / game.optimum(alliance).sum(axis=-1)
            safe[row] = game.protection(chosen)
        return of_best / of_best[:, :1], safe / safe[:, :1]

    @property
    def spending(self) -> Array:
        """Spending over its optimum, relative to that without spread, shape (rows, spreads)."""
        return self._levels[0]

    @property
    def protection(self) -> Array:
        """Protection relative to that without spread, shape (rows, spreads)."""
        return self._levels[1]

    def values(self) -> dict[str, float]:
        """The numbers of the chapter, by key: ends and turning points of the map, and the dip at the sum.

        While all members pay, a spread lowers the total of a pure public good; ``phase.dip`` is by how much at most.
        """
        middle = len(self.spreads) // 2
        fine = np.linspace(0, 0.2, 201)
        total = Spillover(1).equilibrium(Alliance.spread(self.members, self.taste, fine)).sum(axis=-1)
        below = fine[total < total[0]]
        return {
            "defence.members": self.members,
            "defence.taste": self.taste,
            "phase.sum.protection": self.protection[-1, -1] - 1,
            "phase.least.protection": self.protection[0, -1] - 1,
            "phase.least_rho": self.rhos[0],
            "phase.rho_protection": self.rhos[(self.protection[:, middle] >= 1).argmax()],
            "phase.rho_spending": self.rhos[(self.spending[:, middle] >= 1).argmax()],
            "phase.dip": 1 - total.min() / total[0],
            "phase.dip_spread": below.max() if len(below) else 0.0,
        }
