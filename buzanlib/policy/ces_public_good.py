r"""Protection with constant elasticity of substitution, between the sum and the weakest link, and reliance on allies.

Protection of a member is the power mean of what all spend, its own counting fully and that of its allies by the
spillover :math:`\theta`:

.. math:: h_i = \left(\frac{g_i^\rho+\theta\sum_{j\ne i}g_j^\rho}{1+\theta(n-1)}\right)^{1/\rho}

With :math:`\rho = 1` it is the (weighted) mean, which moves members as the sum does; towards minus infinity it becomes
the weakest link. That is technology. A member that relies on its allies by :math:`\theta' \le \theta` chooses its
spending as if the spillover were :math:`\theta'`, and is protected by what it is.

References
----------
Cornes, R. (1993). Dyke maintenance and other stories: Some neglected types of public goods. Quarterly Journal of
Economics 108(1), 259-271.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, log_expit, logsumexp

from buzanlib.inference.permutation import Array
from buzanlib.policy.defence import Alliance, aggregate_total, check_within

#: Below this, powers of small numbers leave the range of floating point; the weakest link is then near.
LEAST = -60.0

# Where the power mean is taken by its distance from the geometric one.
_NEAR_ZERO = 1e-3
# Of a root: steps at most, and what is left of one, in relation to itself, when it has arrived.
_STEPS, _TOLERANCE = 100, 1e-13


@dataclass(frozen=True)
class Aggregation:
    """The game in which every member chooses its spending, given that of the others."""

    rho: float  #: from -60, close to the weakest link, to 1, the sum

    def __post_init__(self) -> None:
        check_within("rho of an aggregation", self.rho, LEAST, 1)

    def protection(self, spending: Array, spillover: float = 1.0) -> Array:
        """Protection of each member, shape (..., members) as `spending`: what all would have to spend for as much."""
        check_within("spillover", spillover, 0, 1)
        with np.errstate(divide="ignore"):
            logs = np.log(spending)
        members = logs.shape[-1]
        weights = np.where(np.eye(members, dtype=bool), 1.0, spillover) / (1 + spillover * (members - 1))
        if abs(self.rho) > _NEAR_ZERO:
            return np.asarray(np.exp(logsumexp(self.rho * logs[..., None, :], axis=-1, b=weights) / self.rho))
        # Near zero the power mean is the geometric one and a little, of which the plain formula would leave only noise.
        middle = (weights * logs[..., None, :]).sum(axis=-1)
        if self.rho == 0:
            return np.asarray(np.exp(middle))
        off = (weights * np.expm1(self.rho * (logs[..., None, :] - middle[..., None]))).sum(axis=-1)
        return np.asarray(np.exp(middle + np.log1p(off) / self.rho))

    def equilibrium(self, alliance: Alliance, reliance: npt.ArrayLike = 1.0) -> Array:
        """Spending at the only Nash equilibrium with some protection, shape (..., members).

        The `reliance`, from 0 to 1, is one number or an array that fits the tastes by broadcasting. With `rho` of zero
        or less and reliance there is also the equilibrium in which nobody spends and nobody is protected: alone
        against it no member can do anything.
        """
        check_within("reliance", reliance, 0, 1)
        return self._balance(alliance, alliance.tastes, np.asarray(reliance, dtype=float))

    def optimum(self, alliance: Alliance) -> Array:
        """Spending with the largest sum of utilities under full spillover, shape (..., members).

        All tastes then count for every member.
        """
        return self._balance(alliance, alliance.tastes.sum(axis=-1, keepdims=True), np.array(1.0))

    def _balance(self, alliance: Alliance, benefit: Array, reliance: Array) -> Array:
        """Spending at which each one's marginal cost is `benefit` times its effect on the log protection it counts on.

        That is ``(1 - a) / (w - g) = benefit g ** (rho - 1) / ((1 - r) g ** rho + r sum(g ** rho))`` with reliance `r`.
        Given the sum, each member's condition has one solution; given these, the logarithm of the sum of powers rises
        more slowly than that of the sum assumed, so that the two meet once.
        """
        wealth, cost = alliance.wealth, (1 - alliance.tastes) / benefit
        if self.rho == 1:
            own = 1 + cost * (1 - reliance)
            most, slope = wealth / own, cost * reliance / own
            return np.asarray(np.maximum(0, most - slope * aggregate_total(most, slope)[..., None]))
        with np.errstate(divide="ignore"):
            alone, shared = np.log(cost) + np.log1p(-reliance), np.log(cost) + np.log(reliance)
        shared = shared - self.rho * np.log(wealth)
        logit = np.zeros(np.broadcast_shapes(alone.shape, shared.shape))

        def gap(log_sum: Array) -> tuple[Array, Array]:
            nonlocal logit
            condition = _Condition(alone, shared + log_sum[..., None], self.rho)
            logit = _root(condition, logit, 1 - self.rho, _TOLERANCE)
            powers = self.rho * (np.log(wealth) + log_expit(logit))
            whole = logsumexp(powers, axis=-1)
            # By how much the share of each falls with the sum, in logarithms, and so the sum that results.
            falls = condition.weight(logit) / condition(logit)[1]
            slope = 1 + self.rho * (np.exp(powers - whole[..., None]) * falls).sum(axis=-1)
            return log_sum - whole, slope

        _root(gap, np.zeros(logit.shape[:-1]), 1 / (1 - self.rho), 100 * _TOLERANCE)
        return np.asarray(wealth * expit(logit))


@dataclass(frozen=True, eq=False)
class _Condition:
    """A member's condition ``v + log(exp(alone) + exp(shared) s ** -rho) = 0``, by the logit `v` of the share `s`."""

    alone: Array
    shared: Array
    rho: float

    def weight(self, logit: Array) -> Array:
        """Part of the second term in the logarithm, times the slope of ``log s``."""
        common = self.shared - self.rho * log_expit(logit)
        return np.asarray(np.exp(common - np.logaddexp(self.alone, common)) * expit(-logit))

    def __call__(self, logit: Array) -> tuple[Array, Array]:
        """Left side and its slope, which lies between 1 and ``1 - rho``."""
        whole = np.logaddexp(self.alone, self.shared - self.rho * log_expit(logit))
        return logit + whole, 1 - self.rho * self.weight(logit)


def _root(gap: Callable[[Array], tuple[Array, Array]], at: Array, bound: float, tolerance: float) -> Array:
    """Root, elementwise, of a function with a slope between 1 and a bound; it returns value and slope.

    The bounds of the slope bracket the root. A step of Newton's that leaves the bracket, or is not half as long as the
    one before, gives way to one that halves the bracket.
    """
    off, slope = gap(at)
    ends = np.stack([at - off, at - off / bound])
    low, high = ends.min(axis=0), ends.max(axis=0)
    step = high - low
    for _ in range(_STEPS):
        newton = -off / slope
        # Who has arrived must not be sent back by rounding into a bracket that is wide on one side.
        arrived = np.abs(newton) <= tolerance * (1 + np.abs(at))
        if arrived.all():
            break
        inside = (at + newton >= low) & (at + newton <= high) & (2 * np.abs(newton) <= np.abs(step))
        step = np.where(arrived | inside, newton, (low + high) / 2 - at)
        at = at + step
        off, slope = gap(at)
        low, high = np.where(off < 0, at, low), np.where(off > 0, at, high)
    return at
