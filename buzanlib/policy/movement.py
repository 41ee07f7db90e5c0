"""States on their way through the matrix, year by year, and whether what they say goes with them.

Whether states move more than error would make them seem to is tested in `buzanlib.inference.quadrant_mobility`.
Priorities, ``weights``, are of shape (4, threats), index `Quadrant`, as `buzanlib.theory.matrices.Matrix.weights`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from buzanlib.errors import BuzanError, EstimationError, check_name
from buzanlib.measurement.indices import index_of
from buzanlib.measurement.placement import AXES, Placement
from buzanlib.tables.data_folder import Data
from buzanlib.theory.vocabulary import Quadrant, Threat


@dataclass(frozen=True, eq=False)
class Paths:
    """Every state placed every year by its mean scores over the years that end with it."""

    #: Index ``year`` and ``iso3``; columns as `Placement.place` gives them. Thresholds are those of each window.
    placed: pd.DataFrame
    window: int = 1  #: years over which scores are averaged

    @classmethod
    def follow(cls, data: Data, place: Placement, first: int, last: int, window: int) -> Paths:
        """Place states in every year from the first to the last, by the indices and the rules of a placement.

        A year without both indices in its window is left out. `BuzanError` if the window has no year; `EstimationError`
        if no year has both indices.
        """
        if window < 1:
            raise BuzanError(f"window of {window} years; allowed: at least 1")
        panel, indices = data.panel, [index_of(getattr(place, axis), axis) for axis in AXES]
        known = [set(panel.loc[panel[list(index.columns)].notna().all(axis=1), "year"]) for index in indices]
        placed = {
            year: replace(place, first=year - window + 1, last=year).of(data)
            for year in range(first, last + 1)
            if all(years & set(range(year - window + 1, year + 1)) for years in known)
        }
        if not placed:
            raise EstimationError(
                f"no year of {first}-{last} has both {place.power!r} and {place.cohesion!r} in a window of {window}"
            )
        return cls(pd.concat(placed, names=["year", "iso3"]), window)

    @property
    def years(self) -> list[int]:
        """Years with a placement."""
        return [int(year) for year in self.placed.index.unique("year")]

    def quadrants(self, years: Sequence[int] | None = None) -> pd.DataFrame:
        """Quadrants in some years, by default in all, of the states placed in all of them; shape (states, years).

        `UnknownNameError` if a year has no placement.
        """
        for year in years or ():
            check_name("year of the paths", year, self.years)
        wide = self.placed["quadrant"].unstack("year")  # noqa: PD010 (a pivot must not aggregate)
        return wide[list(years or self.years)].dropna()

    def spaced(self, points: int) -> pd.DataFrame:
        """`quadrants` in so many years, evenly spaced from first to last."""
        places = np.unique(np.linspace(0, len(self.years) - 1, points).round().astype(int))
        return self.quadrants([self.years[place] for place in places])

    @cached_property
    def journeys(self) -> pd.DataFrame:
        """States that end in another quadrant than they began in, the farthest travelled first.

        Index ``iso3``; ``from`` and ``to`` (quadrants in the first and the last year), ``power`` and ``cohesion``
        (change of score), ``distance`` (length of the two together), ``since`` (year from which on the state has
        stood where it stands), ``crossings`` (how often it changed quadrant).
        """
        years, quadrants = self.years, self.quadrants()
        ends = [self.placed.xs(years[place], level="year").loc[quadrants.index] for place in (0, -1)]
        power, cohesion = (ends[1][axis] - ends[0][axis] for axis in AXES)
        changed = quadrants.ne(quadrants.shift(axis=1)).iloc[:, 1:]
        last_change = changed.to_numpy()[:, ::-1].argmax(axis=1)
        frame = pd.DataFrame({"from": quadrants[years[0]], "to": quadrants[years[-1]]}).assign(
            power=power,
            cohesion=cohesion,
            distance=np.hypot(power, cohesion),
            since=np.array(years)[len(years) - 1 - last_change],
            crossings=changed.sum(axis=1),
        )
        return frame[frame["from"] != frame["to"]].sort_values("distance", ascending=False, kind="stable")

    def speech(self, passages: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
        """How the threats that movers name changed when they had crossed, along what a matrix expects.

        `passages` are as `buzanlib.measurement.profiles.relevant_passages` gives them.

        Returns a DataFrame: index ``iso3`` as in `journeys`; ``before`` and ``after`` (passages before the year of
        crossing, and from it on), ``along`` (sum over threats of expected change times change of the share of passages;
        above zero where speech follows, missing where a side has no passages or nothing is expected to change).
        """
        threats = [str(threat) for threat in weights.columns]
        rows = {}
        for iso3, route in self.journeys.iterrows():
            own = passages[passages["iso3"] == iso3]
            late = own["year"] >= route["since"]
            expected = expected_change(weights, Quadrant(route["from"]), Quadrant(route["to"])).to_numpy()
            moved = own.loc[late, threats].mean().to_numpy() - own.loc[~late, threats].mean().to_numpy()
            along = float(expected @ moved) if expected.any() else np.nan
            rows[iso3] = ((~late).sum(), late.sum(), along)
        columns = ["before", "after", "along"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("iso3")

    def farthest(self, count: int, names: pd.Series[str], speech: pd.DataFrame) -> pd.DataFrame:
        """The first of the `journeys` with their `speech`, as a table to be read; `names` of states by ``iso3``.

        Index ``state``; ``route``, ``since``, ``power``, ``cohesion``, ``passages`` (before and after).
        """
        listed = self.journeys.join(speech).head(count)
        listed = listed.assign(
            state=names,
            route=listed["from"] + " to " + listed["to"],
            passages=listed["before"].astype(str) + ", " + listed["after"].astype(str),
        )
        return listed.set_index("state")[["route", "since", "power", "cohesion", "passages"]]

    def values(self, standing: pd.DataFrame, speech: pd.DataFrame) -> dict[str, float]:
        """The numbers of the chapter, by key: how many states moved (`spaced`), and how their `speech` changed."""
        whole, journeys, both = self.quadrants(), self.journeys, speech.dropna()
        ends = zip(map(Quadrant, journeys["from"]), map(Quadrant, journeys["to"]), strict=True)
        return {
            "paths.smoothing": self.window,
            "paths.points": standing.shape[1],
            "paths.n": len(standing),
            "paths.first_year": self.years[0],
            "paths.last_year": self.years[-1],
            "paths.moved": len(journeys),
            "paths.share": len(journeys) / len(whole),
            "paths.crossed": int(whole.ne(whole.iloc[:, 0], axis=0).any(axis=1).sum()),
            "paths.diagonal": sum(a.power != b.power and a.cohesion != b.cohesion for a, b in ends),
            "speech.both": len(both),
            "speech.along": int((both["along"] > 0).sum()),
            "speech.against": int((both["along"] < 0).sum()),
        }


def expected_change(weights: pd.DataFrame, origin: Quadrant, goal: Quadrant) -> pd.Series[float]:
    """What a matrix expects of a state that moves: the weights of its new cell less those of its old one, by threat."""
    return pd.Series(weights.loc[goal].to_numpy() - weights.loc[origin].to_numpy(), index=weights.columns)


#: The two mechanisms of section 2, as moves between quadrants.
MECHANISMS: dict[str, tuple[tuple[Quadrant, Quadrant], ...]] = {
    "event": ((Quadrant.SS, Quadrant.SW), (Quadrant.WS, Quadrant.WW)),
    "rally": ((Quadrant.SW, Quadrant.SS), (Quadrant.WW, Quadrant.WS)),
}


def mechanism_changes(weights: pd.DataFrame) -> pd.DataFrame:
    """`expected_change` after each of the `MECHANISMS`, shape (4, threats).

    Index ``mechanism``, such as ``"event: SS to SW"``; columns the labels of the threats.
    """
    rows = {
        f"{name}: {origin} to {goal}": expected_change(weights, origin, goal)
        for name, moves in MECHANISMS.items()
        for origin, goal in moves
    }
    return pd.DataFrame(rows).T.rename(columns=lambda threat: Threat(threat).label).rename_axis("mechanism")
