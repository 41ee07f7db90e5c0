"""What a shock to power or cohesion does to a placement, and how large the shocks on record are.

The paper names two mechanisms at the end of section 2, a de-stabilising event and a rally against an outside threat.
Here they are shifts of one state's score, all others staying where they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtr

from buzanlib.errors import BuzanError, EstimationError, UnknownNameError
from buzanlib.measurement.indices import yearly_scores
from buzanlib.measurement.placement import AXES, Placement, quadrant_chances
from buzanlib.theory.vocabulary import Quadrant


def shock(
    place: Placement,
    scores: pd.DataFrame,
    regions: pd.Series[str],
    reliability: Mapping[str, float],
    sizes: Sequence[float],
    axis: str = "cohesion",
) -> pd.DataFrame:
    """Probability of each quadrant when a state's true score moves by so much and all others stay.

    Parameters
    ----------
    place, scores, regions
        As in `Placement.soften`; the thresholds are those without the shock.
    reliability : mapping of str to float
        ``power`` and ``cohesion``, each at least 0 and below 1.
    sizes : sequence of float
        Shifts in normal scores, negative for a fall.
    axis : {"power", "cohesion"}
        What moves.

    Returns
    -------
    DataFrame of float, shape (sizes x states, 4)
        Index ``size`` and ``iso3``; columns the quadrants.

    Raises
    ------
    UnknownNameError
        If there is no such axis.
    BuzanError
        If a reliability is not allowed.
    """
    if axis not in AXES:
        raise UnknownNameError("axis", axis, AXES)
    for name in AXES:
        if not 0 <= reliability[name] < 1:
            raise BuzanError(
                f"reliability {reliability[name]:.2f} of {name}; allowed: at least 0 and below 1"
            )
    beyond = scores - place.thresholds(scores, regions)
    error = scores.std() * np.sqrt(1 - pd.Series(dict(reliability)))
    shocked = {}
    for size in sizes:
        strong = (beyond.assign(**{axis: beyond[axis] + size}) / error[list(AXES)]).apply(ndtr)
        shocked[float(size)] = quadrant_chances(strong)
    return pd.concat(shocked, names=["size", "iso3"])


def crossed(shocked: pd.DataFrame, placed: pd.DataFrame, axis: str = "cohesion") -> pd.DataFrame:
    """Mean probability to stand on the other side of an axis than where a state is placed, by its quadrant.

    Parameters
    ----------
    shocked : DataFrame
        As `shock` gives it.
    placed : DataFrame
        As `Placement.place` gives it, for the same states.
    axis : {"power", "cohesion"}
        Which side.

    Returns
    -------
    DataFrame of float, shape (sizes, 4)
        Index ``size``; columns the quadrants in which states are placed, those that hold none missing.
    """
    strong = shocked[[str(q) for q in Quadrant if getattr(q, axis) > 0]].sum(axis=1).unstack("size")  # noqa: PD010
    stands = placed["p" if axis == "power" else "k"].reindex(strong.index)
    other = strong.where(stands < 0, 1 - strong, axis=0)
    found: pd.DataFrame = other.groupby(placed["quadrant"]).mean().T
    return found


def shortest_gap(panel: pd.DataFrame, name: str, axis: str, first: int, last: int) -> int:
    """Years between the two successive editions of an index that lie closest.

    Parameters
    ----------
    panel, name, axis, first, last
        As in `buzanlib.measurement.indices.yearly_scores`.

    Raises
    ------
    EstimationError
        If the index has fewer than two years.
    """
    years = yearly_scores(panel, name, axis, first, last).columns.to_numpy(dtype=int)
    if len(years) < 2:
        raise EstimationError(f"{name!r} has {len(years)} year in {first}-{last}; a change needs two")
    return int(np.diff(years).min())


def yearly_changes(
    panel: pd.DataFrame, name: str, axis: str, first: int, last: int, span: int = 1
) -> pd.Series[float]:
    """Observed changes of score within a state from one year to another, the largest falls first.

    Parameters
    ----------
    panel, name, axis, first, last
        As in `buzanlib.measurement.indices.yearly_scores`.
    span : int
        Years between the two, at least 1.

    Returns
    -------
    Series of float
        Index ``iso3`` and ``year`` (the later one).

    Raises
    ------
    EstimationError
        If no state has values so far apart.
    """
    scores = yearly_scores(panel, name, axis, first, last).reindex(columns=range(first, last + 1))
    changes = pd.Series(scores.diff(span, axis=1).rename_axis(columns="year").stack()).dropna()  # noqa: PD013
    if changes.empty:
        raise EstimationError(f"no state has {name!r} in years {span} apart in {first}-{last}")
    return changes.sort_values(kind="stable")
