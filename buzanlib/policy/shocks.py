"""What a shock to cohesion does to a placement, and how large the shocks on record are.

The paper names two mechanisms at the end of section 2, a de-stabilising event and a rally against an outside threat.
Here they are shifts of one state's score, all others staying where they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.measurement.indices import yearly_scores
from buzanlib.measurement.placement import Placement
from buzanlib.policy.movement import Paths
from buzanlib.tables.data_folder import Data
from buzanlib.theory.vocabulary import Quadrant

_STRONG = [str(quadrant) for quadrant in Quadrant if quadrant.cohesion > 0]
_WEAK = [str(quadrant) for quadrant in Quadrant if quadrant.cohesion < 0]


def edition_changes(panel: pd.DataFrame, name: str, axis: str) -> pd.Series[float]:
    """Changes of `yearly_scores` within a state from one edition of an index to the next, the largest falls first.

    Returns a Series of float: index ``iso3``, ``before`` and ``year``, the two years of a change. They lie as far apart
    as the two successive editions that lie closest. `EstimationError` if the index has fewer than two years, or no
    state has values in two of them.
    """
    first, last = int(panel["year"].min()), int(panel["year"].max())
    scores = yearly_scores(panel, name, axis, first, last)
    years = scores.columns.to_numpy(dtype=int)
    if len(years) < 2:
        raise EstimationError(f"{name!r} has {len(years)} year in {first}-{last}; a change needs two")
    gap = int(np.diff(years).min())
    moved = scores.reindex(columns=range(first, last + 1)).diff(gap, axis=1)
    changes = pd.Series(moved.rename_axis(columns="year").stack()).dropna()  # noqa: PD013
    if changes.empty:
        raise EstimationError(f"no state has {name!r} in years {gap} apart in {first}-{last}")
    ends = pd.MultiIndex.from_tuples(
        [(iso3, year - gap, year) for iso3, year in changes.index], names=["iso3", "before", "year"]
    )
    return changes.set_axis(ends).sort_values(kind="stable")


@dataclass(frozen=True, eq=False)
class CohesionShocks:
    """Shocks to cohesion, by size, beside the changes on record."""

    data: Data
    place: Placement
    rare: float = 0.01  #: share of changes that counts as rare, at either end

    def crossed(self, sizes: Sequence[float]) -> pd.DataFrame:
        """Mean probability to stand on the other side of cohesion than where a state is placed, after a shock.

        The true cohesion of each state in turn moves by a size in normal scores, negative for a fall, while all others
        and the thresholds stay (`Placement.soften`). Returns a DataFrame of float, shape (sizes, quadrants): index
        ``size``; columns the quadrants in which states are placed.
        """
        panel, regions = self.data.panel, self.data.regions
        scores, reliability = self.place.scores(panel), self.place.reliability(panel)
        others = self.place.others(self.data, scores.index)
        placed = self.place.place(scores, regions, *others)
        rows = {}
        for size in sizes:
            soft = self.place.soften(scores, regions, reliability, *others, shift=size)
            strong = soft[_STRONG].sum(axis=1)
            rows[size] = strong.where(placed["k"] < 0, 1 - strong).groupby(placed["quadrant"]).mean()
        return pd.DataFrame(rows).T.rename_axis("size")

    @cached_property
    def curve(self) -> pd.DataFrame:
        """`crossed` from a fall of two normal scores to a rise of two."""
        return self.crossed(np.linspace(-2, 2, 81).tolist())

    @cached_property
    def changes(self) -> pd.Series[float]:
        """`edition_changes` of the index of cohesion."""
        return edition_changes(self.data.panel, self.place.cohesion, "cohesion")

    @property
    def observed(self) -> dict[str, tuple[float, float]]:
        """The fall and the rise that are ``rare``, and the ``largest on record``."""
        changes = self.changes
        return {
            "rare": (float(changes.quantile(self.rare)), float(changes.quantile(1 - self.rare))),
            "largest on record": (float(changes.iloc[0]), float(changes.iloc[-1])),
        }

    @cached_property
    def history(self) -> pd.DataFrame:
        """The five largest falls and rises on record, with the quadrants of the two years, where they have one.

        Index ``iso3``, ``before`` and ``year`` as in `edition_changes`; columns ``change``, ``before``, ``after``.
        """
        years = self.data.panel["year"]
        first, last = int(years.min()), int(years.max())
        yearly = Paths.follow(self.data, self.place, first, last, 1).placed["quadrant"]
        ends = pd.concat([self.changes.head(5), self.changes.tail(5)[::-1]])
        before, after = ([yearly.get((end[at], end[0])) for end in ends.index] for at in (1, 2))
        return pd.DataFrame({"change": ends, "before": before, "after": after})

    def values(self) -> dict[str, float | str]:
        """The numbers and words of the chapter, by key: crossings by size of a shock, and those on record."""
        (rare_fall, rare_rise), (top_fall, top_rise) = self.observed.values()
        known = self.history.dropna()
        falls = known["change"] < 0
        across = known["before"].isin(_STRONG) != known["after"].isin(_STRONG)
        curve, sizes = self.curve, self.curve.index.to_numpy()
        values: dict[str, float | str] = {
            "shock.first": self.place.first,
            "shock.last": self.place.last,
            "shock.since": int(self.changes.index.get_level_values("year").min()),
            "shock.rare": self.rare,
            "shock.top.fall": top_fall,
            "shock.top.rise": top_rise,
            "shock.tail.fall": rare_fall,
            "shock.tail.rise": rare_rise,
            "shock.rises": "smaller" if rare_rise < -rare_fall else "larger",
            "history.falls": int(falls.sum()),
            "history.falls_weak": int((falls & known["before"].isin(_WEAK)).sum()),
            "history.falls_crossed": int((falls & across).sum()),
            "history.rises": int((~falls).sum()),
            "history.rises_crossed": int((~falls & across).sum()),
        }
        for name in _STRONG:  # the fall that makes a crossing as likely as not
            values[f"shock.evens.{name}"] = -np.interp(0.5, curve[name].to_numpy()[::-1], sizes[::-1])
        for key, fall, rise in (
            ("none", 0.0, 0.0),
            ("top", top_fall, top_rise),
            ("tail", rare_fall, rare_rise),
        ):
            crossing = {
                name: float(self.crossed([size])[name].iloc[0])
                for size, names in ((fall, _STRONG), (rise, _WEAK))
                for name in names
            }
            values |= {f"shock.{key}.{name}": chance for name, chance in crossing.items()}
            moved = [name for name in map(str, Quadrant) if crossing.get(name, 0) > 1 / 2]
            values[f"shock.{key}.reading"] = (
                f"carries most states of {', '.join(moved)} across"
                if moved
                else "leaves most states of every quadrant where they are"
            )
        return values
