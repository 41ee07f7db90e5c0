"""Location and spread of profiles: PERMANOVA (Anderson 2001) and PERMDISP (Anderson 2006)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from buzanlib.inference.permutation import Array, p_value
from buzanlib.inference.placed_sample import Codes, Sample
from buzanlib.theory.vocabulary import Quadrant


@dataclass(frozen=True)
class Spread:
    """Location and spread of profiles by quadrant."""

    location: float  #: Pseudo-F of the quadrants (PERMANOVA).
    location_p: float  #: Its permutation p value.
    spread: float  #: F of the distances of states to the centre of their quadrant (PERMDISP).
    spread_p: float  #: Its permutation p value.
    by_quadrant: dict[str, float]  #: Mean distance to the centre.


def location_and_spread(profiles: pd.DataFrame, sample: Sample) -> Spread:
    """Whether quadrants differ in where their states lie, and in how far these lie apart.

    A test of location can be moved by unequal spread, so that both are shown. Distances are Hellinger's: Euclidean
    between the roots of shares. The profiles, shape (states, threats), are those of the states of the sample.
    """
    roots = np.sqrt(profiles.to_numpy(dtype=float))
    sizes = np.asarray(sample.sizes, dtype=float)
    placements = np.vstack([sample.quadrants, sample.permuted])
    location = _f_statistic(roots, placements, sizes)
    inside = np.eye(4)[sample.quadrants]
    centres = inside.T @ roots / sizes[:, None]
    far = np.linalg.norm(roots - centres[sample.quadrants], axis=1)
    spread = _f_statistic(far[:, None], placements, sizes)
    return Spread(
        float(location[0]),
        float(p_value(float(location[0]), location[1:])),
        float(spread[0]),
        float(p_value(float(spread[0]), spread[1:])),
        dict(zip(map(str, Quadrant), (inside.T @ far / sizes).tolist(), strict=True)),
    )


def _f_statistic(values: Array, quadrants: Codes, sizes: Array) -> Array:
    """Pseudo-F of groups in Euclidean space, shape (placements,)."""
    centred = values - values.mean(axis=0)
    sums = np.stack([(quadrants == code).astype(float) @ centred for code in range(4)], axis=1)
    between = (sums**2 / sizes[:, None]).sum(axis=(1, 2))
    within = float((centred**2).sum()) - between
    n, groups = len(values), int((sizes > 0).sum())
    return np.asarray(between / (groups - 1) / (within / (n - groups)), dtype=float)
