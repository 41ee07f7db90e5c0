r"""An alliance whose members each divide their wealth between defence and everything else.

A member with wealth :math:`w_i` and taste for defence :math:`a_i` that spends :math:`g_i` and enjoys protection
:math:`h_i` has the utility :math:`(1-a_i)\log(w_i-g_i)+a_i\log h_i`. What protection is made of differs from module to
module: `spillover`, `aggregation`, `weakest_link`; `interdependence` has a utility of its own. Tastes stand for
perspectives: who fears a threat more would spend more on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from buzanlib.errors import BuzanError

Array = npt.NDArray[np.float64]


def check_within(name: str, value: float, low: float, high: float) -> None:
    """Refuse a number outside an interval, both ends of which are allowed.

    Raises
    ------
    BuzanError
        Names the value and the interval.
    """
    if not low <= value <= high:
        raise BuzanError(f"{name} {value:g}; allowed: {low:g} to {high:g}")


@dataclass(frozen=True, eq=False)
class Alliance:
    """Members by taste and wealth; leading axes, where there are any, are alliances side by side.

    Attributes
    ----------
    tastes : ndarray of float, shape (..., members)
        Weight of protection in utility, between 0 and 1, both excluded.
    wealth : ndarray of float, shape (..., members)
        Above zero, in any one unit; spending comes in the same.

    Raises
    ------
    BuzanError
        Where a value is not allowed, there are fewer than two members, or the numbers of members differ.
    """

    tastes: Array
    wealth: Array

    def __post_init__(self) -> None:
        tastes, wealth = (np.atleast_1d(np.asarray(x, dtype=float)) for x in (self.tastes, self.wealth))
        if tastes.shape[-1] != wealth.shape[-1]:
            raise BuzanError(
                f"{tastes.shape[-1]} tastes and {wealth.shape[-1]} wealths; allowed: one of each a member"
            )
        if tastes.shape[-1] < 2:
            raise BuzanError(f"an alliance of {tastes.shape[-1]}; allowed: two members or more")
        for value in wealth[~((wealth > 0) & np.isfinite(wealth))]:
            raise BuzanError(f"wealth {value:g} of a member; allowed: above zero")
        for value in tastes[~((tastes > 0) & (tastes < 1))]:
            raise BuzanError(f"taste for defence {value:g}; allowed: between 0 and 1, both excluded")
        tastes, wealth = np.broadcast_arrays(tastes, wealth)
        object.__setattr__(self, "tastes", tastes)
        object.__setattr__(self, "wealth", wealth)

    @classmethod
    def spread(cls, members: int, taste: float, spread: float | Array = 0.0, wealth: float = 1.0) -> Alliance:
        """Members of equal wealth with tastes evenly spaced around a mean that does not change with the spread.

        Parameters
        ----------
        members : int
            Two or more.
        taste : float
            Mean taste.
        spread : float or ndarray of float
            The extremes lie this share of the mean below and above it: 0 or more, below 1; an array gives as many
            alliances side by side.
        wealth : float
            Of each.

        Raises
        ------
        BuzanError
            Where a value is not allowed, or a taste would reach 1.
        """
        for value in np.ravel(spread):
            if not 0 <= value < 1:
                raise BuzanError(f"spread of tastes {value:g}; allowed: 0 or more, below 1")
        if members < 2:
            raise BuzanError(f"an alliance of {members}; allowed: two members or more")
        tastes = taste * (1 + np.asarray(spread, dtype=float)[..., None] * np.linspace(-1, 1, members))
        return cls(tastes, np.full(members, wealth))

    @property
    def members(self) -> int:
        """How many there are."""
        return int(self.tastes.shape[-1])

    @property
    def alone(self) -> Array:
        """What each spends where it gets no protection but its own: ``a w``, shape (..., members)."""
        return self.tastes * self.wealth

    def utility(self, spending: Array, protection: Array) -> Array:
        """Utility of each member; minus infinity where it has no protection or nothing left.

        Parameters
        ----------
        spending, protection : ndarray of float, shape (..., members)
            Spending at most `wealth`.
        """
        with np.errstate(divide="ignore"):
            left, safe = np.log(self.wealth - spending), np.log(protection)
        return np.asarray((1 - self.tastes) * left + self.tastes * safe)


def aggregate_total(most: Array, slope: Array) -> Array:
    r"""Solve :math:`\sum_i \max(0, m_i - c_i G) = G` exactly.

    The left side falls in :math:`G` and the right side rises, so there is one solution. A maximum with zero is the
    larger of two lines, hence the solution is the largest of those that subsets of members would give by themselves,
    and only subsets of the members with the largest :math:`m_i / c_i` need be tried.

    Parameters
    ----------
    most : ndarray of float, shape (..., members)
        What each contributes where the total is zero: zero or more, not all zero.
    slope : ndarray of float, shape (..., members)
        By how much less for each unit of the total: zero or more.

    Returns
    -------
    ndarray of float, shape (...)
        The total.
    """
    most, slope = np.broadcast_arrays(most, slope)
    with np.errstate(over="ignore"):
        ratio = np.divide(slope, most, out=np.full(most.shape, np.inf), where=most > 0)
    order = np.argsort(ratio, axis=-1)
    most, slope = (np.take_along_axis(x, order, axis=-1).cumsum(axis=-1) for x in (most, slope))
    return np.asarray((most / (1 + slope)).max(axis=-1))
