r"""Defence that spills over to allies: the model of Olson and Zeckhauser, and less of it.

Protection is :math:`h_i = g_i + \theta \sum_{j \ne i} g_j`. With full spillover, :math:`\theta = 1`, defence is a pure
public good; with none, each member has only what it buys.

References
----------
Olson, M., & Zeckhauser, R. (1966). An economic theory of alliances. Review of Economics and Statistics 48(3), 266-279.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzanlib.errors import BuzanError
from buzanlib.policy.defence import Alliance, Array, aggregate_total, check_within


@dataclass(frozen=True)
class Spillover:
    """The game in which every member chooses its spending, the others' given.

    Attributes
    ----------
    theta : float
        Share of an ally's spending that protects a member too, from 0 to 1.
    """

    theta: float

    def __post_init__(self) -> None:
        check_within("spillover", self.theta, 0, 1)

    def protection(self, spending: Array) -> Array:
        """Protection of each member, shape (..., members) as `spending`."""
        total = spending.sum(axis=-1, keepdims=True)
        return np.asarray(spending + self.theta * (total - spending))

    def best_response(self, alliance: Alliance, spending: Array) -> Array:
        """What each would spend, the others' spending given: ``max(0, a w - (1 - a) theta (others' total))``."""
        others = spending.sum(axis=-1, keepdims=True) - spending
        return np.asarray(
            np.maximum(0, alliance.alone - (1 - alliance.tastes) * self.theta * others), dtype=float
        )

    def equilibrium(self, alliance: Alliance) -> Array:
        """Spending at the only Nash equilibrium, exactly.

        Written against the alliance's total, a best response falls in it; so contributions and total can meet
        only once (`buzanlib.policy.defence.aggregate_total`).

        Returns
        -------
        ndarray of float, shape (..., members)
        """
        lost = (1 - alliance.tastes) * self.theta
        most, slope = alliance.alone / (1 - lost), lost / (1 - lost)
        total = aggregate_total(most, slope)[..., None]
        return np.asarray(np.maximum(0, most - slope * total))


def symmetric_spending(taste: float, wealth: float, theta: float, members: int) -> float:
    """Spending of each of equal members at the equilibrium, ``a w / (1 + (1 - a) theta (n - 1))``.

    The first best, which would make the sum of utilities largest, is ``a w`` whatever the spillover: with equal
    members protection is spending times a constant, and a constant does not move the optimum of a logarithm.

    Raises
    ------
    BuzanError
        Where a value is not allowed.
    """
    check_within("spillover", theta, 0, 1)
    if members < 2:
        raise BuzanError(f"an alliance of {members}; allowed: two members or more")
    alliance = Alliance(np.full(2, taste), np.full(2, wealth))
    return float(alliance.alone[0] / (1 + (1 - taste) * theta * (members - 1)))
