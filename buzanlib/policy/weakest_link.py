r"""Defence that is as good as that of the least defended member: :math:`h = \min_j g_j`.

References
----------
Hirshleifer, J. (1983). From weakest-link to best-shot: The voluntary provision of public goods. Public Choice 41(3),
371-386.
"""

from __future__ import annotations

import numpy as np

from buzanlib.policy.defence import Alliance, Array


def best_response(alliance: Alliance, spending: Array) -> Array:
    """What each would spend: as much as the least of the others, but no more than it would spend alone.

    Parameters
    ----------
    alliance : Alliance
    spending : ndarray of float, shape (..., members)

    Returns
    -------
    ndarray of float, shape (..., members)
    """
    own = np.eye(alliance.members, dtype=bool)
    others = np.where(own, np.inf, np.asarray(spending)[..., None, :]).min(axis=-1)
    return np.asarray(np.minimum(others, alliance.alone))


def largest_equilibrium(alliance: Alliance) -> Array:
    """The highest common level of spending that is an equilibrium, ``min a w``, shape (...).

    Every common level from zero to this one is an equilibrium too: nobody gains by being better defended than the
    worst, nor, below what it would spend alone, by being worse.
    """
    return np.asarray(alliance.alone.min(axis=-1))


def equal_wealth_optimum(alliance: Alliance) -> Array:
    """The common level with the largest sum of utilities where all are equally wealthy: mean taste times wealth."""
    return np.asarray(alliance.alone.mean(axis=-1))
