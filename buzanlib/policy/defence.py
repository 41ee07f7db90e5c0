r"""An alliance whose members each divide their wealth between defence and everything else.

A member with wealth :math:`w_i` and taste for defence :math:`a_i` that spends :math:`g_i` and enjoys protection
:math:`h_i` has the utility :math:`(1-a_i)\log(w_i-g_i)+a_i\log h_i`. Tastes stand for perspectives: who fears a threat
more would spend more on it. Protection is made of the members' spending in different ways: `weakest_link_level`
here, and the games of `ces_public_good` and `interdependence`. Numbers that are not allowed raise a `BuzanError`.

References
----------
Hirshleifer, J. (1983). From weakest-link to best-shot: The voluntary provision of public goods. Public Choice 41(3),
371-386.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from buzanlib.errors import BuzanError
from buzanlib.inference.permutation import Array


def check_within(name: str, values: npt.ArrayLike, low: float, high: float, of: str = "") -> None:
    """Raise a `BuzanError` for a number, or one of an array, outside an interval; both ends are allowed."""
    given = np.asarray(values, dtype=float)
    for value in given[~((given >= low) & (given <= high))]:
        raise BuzanError(f"{name} {value:g}{of}; allowed: {low:g} to {high:g}")


@dataclass(frozen=True, eq=False)
class Alliance:
    """Two or more members by taste and wealth, shape (..., members); leading axes are alliances side by side."""

    tastes: Array  #: weight of protection in utility, between 0 and 1, both excluded
    wealth: Array  #: above zero, in any one unit; spending comes in the same

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
        for name, values in zip(("tastes", "wealth"), np.broadcast_arrays(tastes, wealth), strict=True):
            object.__setattr__(self, name, values)

    @classmethod
    def spread(cls, members: int, taste: float, spread: float | Array = 0.0, wealth: float = 1.0) -> Alliance:
        """Members of equal wealth with tastes evenly spaced around a mean that does not change with the spread.

        The extremes lie this share of the mean below and above it: 0 or more, below 1. An array of spreads gives as
        many alliances side by side.
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
        """Number of members."""
        return int(self.tastes.shape[-1])

    @property
    def alone(self) -> Array:
        """What each spends where it gets no protection but its own: ``a w``, shape (..., members)."""
        return self.tastes * self.wealth


def aggregate_total(most: Array, slope: Array) -> Array:
    r"""The total :math:`G` that solves :math:`\sum_i \max(0, m_i - c_i G) = G`, exactly; shape (...).

    The left side falls in :math:`G` and the right side rises, so there is one solution. A maximum with zero is the
    larger of two lines, hence the solution is the largest of those that subsets of members would give by themselves,
    and only subsets of the members with the largest :math:`m_i / c_i` need be tried.

    Parameters
    ----------
    most : ndarray of float, shape (..., members)
        What each contributes where the total is zero: zero or more, not all zero.
    slope : ndarray of float, shape (..., members)
        By how much less for each unit of the total: zero or more.
    """
    most, slope = np.broadcast_arrays(most, slope)
    with np.errstate(over="ignore"):
        ratio = np.divide(slope, most, out=np.full(most.shape, np.inf), where=most > 0)
    order = np.argsort(ratio, axis=-1)
    most, slope = (np.take_along_axis(x, order, axis=-1).cumsum(axis=-1) for x in (most, slope))
    return np.asarray((most / (1 + slope)).max(axis=-1))


def weakest_link_level(alliance: Alliance) -> Array:
    """The highest common level of spending that is an equilibrium under the weakest link, ``min a w``, shape (...).

    Defence is then as good as that of the least defended member, ``h = min g`` (Hirshleifer 1983). Every
    common level from zero to this one is an equilibrium too: nobody gains by being better defended than the worst,
    nor, below what it would spend alone, by being worse.
    """
    return np.asarray(alliance.alone.min(axis=-1))
