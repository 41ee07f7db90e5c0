r"""Between the sum and the weakest link: protection with constant elasticity of substitution.

Protection, the same for all, is :math:`h = \left(\frac1n\sum_j g_j^\rho\right)^{1/\rho}`. With :math:`\rho = 1` it is
the mean, which moves members as the sum does; towards minus infinity it becomes the weakest link.

References
----------
Cornes, R. (1993). Dyke maintenance and other stories: Some neglected types of public goods. Quarterly Journal of
Economics 108(1), 259-271.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit, logsumexp

from buzanlib.policy.defence import Alliance, Array, aggregate_total, check_within

#: Below this, powers of small numbers leave the range of floating point; the weakest link is then near.
LEAST = -60.0

# Where the power mean is taken by its distance from the geometric one.
_NEAR_ZERO = 1e-3
# Halvings of a bracket, and steps of Newton, that leave no more than rounding.
_HALVINGS, _STEPS, _TOLERANCE = 60, 100, 1e-15


@dataclass(frozen=True)
class Aggregation:
    """The game in which every member adds to one protection of all.

    Attributes
    ----------
    rho : float
        From -60, close to the weakest link, to 1, the sum.
    """

    rho: float

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
