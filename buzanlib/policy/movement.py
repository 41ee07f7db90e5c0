"""States on their way through the matrix, year by year, and whether what they say goes with them.

Whether states move more than error would make them seem to is tested in `buzanlib.inference.quadrant_mobility`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from buzanlib.errors import BuzanError, EstimationError, UnknownNameError
from buzanlib.measurement.indices import index_of
from buzanlib.measurement.placement import AXES, Placement
from buzanlib.theory.vocabulary import Quadrant


def paths(
    panel: pd.DataFrame, regions: pd.Series[str], place: Placement, first: int, last: int, window: int
) -> pd.DataFrame:
    """Place every state every year by its mean scores over a window that ends with that year.

    Parameters
    ----------
    panel, regions
        As in `Placement`.
    place : Placement
        Indices and rule; its years are not used.
    first, last : int
        Years, both included; one without both indices in its window is left out.
    window : int
        Years, at least 1.

    Returns
    -------
    DataFrame
        Index ``year`` and ``iso3``; columns as `Placement.place` gives them. Thresholds are those of each window.

    Raises
    ------
    BuzanError
        If the window has no year.
    EstimationError
        If no year has both indices.
    """
    if window < 1:
        raise BuzanError(f"window of {window} years; allowed: at least 1")
    indices = [index_of(getattr(place, axis), axis).column for axis in AXES]
    held = [set(panel.loc[panel[column].notna(), "year"]) for column in indices]
    placed = {
        year: replace(place, first=year - window + 1, last=year)(panel, regions)
        for year in range(first, last + 1)
        if all(years & set(range(year - window + 1, year + 1)) for years in held)
    }
    if not placed:
        raise EstimationError(
            f"no year of {first}-{last} has both {place.power!r} and {place.cohesion!r} in a window of {window}"
        )
    return pd.concat(placed, names=["year", "iso3"])


def standing_in(followed: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """Quadrants in some years, of the states that are placed in all of them.

    Parameters
    ----------
    followed : DataFrame
        As `paths` gives it.
    years : sequence of int
        Some of its years.

    Returns
    -------
    DataFrame of str, shape (states, years)

    Raises
    ------
    UnknownNameError
        If a year has no placement.
    """
    placed = followed.index.unique("year")
    for year in years:
        if year not in placed:
            raise UnknownNameError("year of the paths", year, placed)
    return followed["quadrant"].unstack("year")[list(years)].dropna()  # noqa: PD010 (a pivot must not aggregate)


def journeys(followed: pd.DataFrame) -> pd.DataFrame:
    """States that end in another quadrant than they began in, the farthest travelled first.

    Parameters
    ----------
    followed : DataFrame
        As `paths` gives it.

    Returns
    -------
    DataFrame
        Index ``iso3``; ``from`` and ``to`` (quadrants in the first and the last year), ``power`` and ``cohesion``
        (change of score), ``distance`` (length of the two together), ``since`` (year from which on the state has stood
        where it stands), ``crossings`` (how often it changed quadrant).
    """
    years = followed.index.unique("year")
    quadrants = standing_in(followed, list(years))
    power, cohesion = (
        followed[axis].unstack("year").loc[quadrants.index, [years[0], years[-1]]].diff(axis=1).iloc[:, -1]  # noqa: PD010
        for axis in AXES
    )
    changed = quadrants.ne(quadrants.shift(axis=1)).iloc[:, 1:]
    last_change = changed.to_numpy()[:, ::-1].argmax(axis=1)
    frame = pd.DataFrame(
        {
            "from": quadrants[years[0]],
            "to": quadrants[years[-1]],
            "power": power,
            "cohesion": cohesion,
            "distance": np.hypot(power, cohesion),
            "since": years.to_numpy()[len(years) - 1 - last_change],
            "crossings": changed.sum(axis=1),
        }
    )
    return frame[frame["from"] != frame["to"]].sort_values("distance", ascending=False, kind="stable")


def expected_change(weights: pd.DataFrame, origin: Quadrant, goal: Quadrant) -> pd.Series[float]:
    """What a matrix expects of a state that moves: the weights of its new cell less those of its old one.

    Parameters
    ----------
    weights : DataFrame
        As `buzanlib.theory.matrices.Matrix.weights` gives it.
    origin, goal : Quadrant

    Returns
    -------
    Series of float
        By threat.
    """
    return pd.Series(weights.loc[goal].to_numpy() - weights.loc[origin].to_numpy(), index=weights.columns)


def change_of_speech(passages: pd.DataFrame, travelled: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """How the threats that movers name changed when they had crossed, along what a matrix expects.

    Parameters
    ----------
    passages : DataFrame
        As `buzanlib.measurement.profiles.relevant_passages` gives it.
    travelled : DataFrame
        As `journeys` gives it.
    weights : DataFrame
        As in `expected_change`.

    Returns
    -------
    DataFrame
        Index ``iso3`` as in `travelled`; ``before`` and ``after`` (passages before the year of crossing, and from it
        on), ``along`` (sum over threats of expected change times change of the share of passages; above zero where
        speech follows, missing where there are no passages on one side or nothing is expected to change).
    """
    threats = [str(threat) for threat in weights.columns]
    rows = {}
    for iso3, route in travelled.iterrows():
        own = passages[passages["iso3"] == iso3]
        late = own["year"] >= route["since"]
        expected = expected_change(weights, Quadrant(route["from"]), Quadrant(route["to"])).to_numpy()
        moved = own.loc[late, threats].mean().to_numpy() - own.loc[~late, threats].mean().to_numpy()
        along = float(expected @ moved) if expected.any() else np.nan
        rows[iso3] = ((~late).sum(), late.sum(), along)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["before", "after", "along"]).rename_axis(
        "iso3"
    )
