"""Tests on roll calls: who agrees with whom beside their other ties, and who stands in the middle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.dyadic_matrices import against_other_dyads, agreement, pair_means, positions
from buzanlib.inference.dyadic_tests import controls, forum_test, pivot_test, support_test
from buzanlib.inference.ideal_points import IdealPoints, VoteMap, distance_to_median
from buzanlib.inference.mrqap import MRQAPResult
from buzanlib.inference.verdicts import Finding
from buzanlib.inference.world import HypothesisTest, World
from buzanlib.tables.roll_calls import Votes
from buzanlib.theory.distances import pair_name
from buzanlib.theory.vocabulary import Quadrant


def opposed_texts(
    votes: Votes, years: tuple[int, int] = (2018, 2023), between: tuple[str, str] = ("RUS", "USA")
) -> pd.Series[str]:
    """Whose text a resolution is: the one of two states that said yes where the other said no.

    Of the resolutions on information and communication technologies of some years, those on which the two were
    opposed. Index ``resolution``, in the order of dates; values ``iso3``.

    Raises
    ------
    EstimationError
        If there is none.
    """
    calls = votes.resolutions[
        (votes.resolutions["ict"] == 1) & votes.resolutions["date"].dt.year.between(*years)
    ]
    calls = calls.sort_values(["date", "rcid"])
    stood = positions(votes.votes, calls["rcid"]).reindex(list(between)).set_axis(calls["resolution"], axis=1)
    opposed = stood.loc[:, (stood.sum() == 1) & (stood.max() == 1)]
    if opposed.empty:
        raise EstimationError(
            f"no text on information technologies of {years[0]} to {years[1]} on which {' and '.join(between)} were "
            "opposed; allowed: at least one"
        )
    return opposed.idxmax().astype("str").rename("side")


@dataclass(frozen=True)
class Forum(HypothesisTest):
    """Whether states of two quadrants agree less in votes, or more, whatever else they share."""

    shared: int = 4  #: Contested roll calls that a pair of states must share.
    others: int = 10  #: Other roll calls that it must share.
    resolutions: tuple[str, ...] = ()  #: On which they should agree less; none for the contested ones.
    contested_too: bool = False  #: Whether the contested roll calls are among the votes on other matters.
    pair: tuple[Quadrant, Quadrant] = (Quadrant.SW, Quadrant.WS)
    more: bool = False  #: Whether they should agree more.
    regime: tuple[int, int] = (2018, 2020)  #: Years over which electoral democracy is averaged.

    def __call__(self, world: World) -> Finding:
        """Test."""
        return self.regression(world)[0]

    def agreement(self, world: World) -> pd.DataFrame:
        """Agreement of each pair of states on the roll calls in question."""
        stood = world.positions(self.resolutions) if self.resolutions else world.contested
        return agreement(stood, self.shared)

    def controls(self, world: World) -> dict[str, pd.DataFrame]:
        """What else may make two states agree: votes on other matters in the contested sessions, region, regime."""
        resolutions = world.data.votes.resolutions
        contested = resolutions["contested"] == 1
        inside = resolutions["session"].isin(resolutions.loc[contested, "session"].unique())
        others = resolutions[inside if self.contested_too else inside & ~contested]
        panel = world.data.panel
        regime = panel[panel["year"].between(*self.regime)].groupby("iso3")["polyarchy"].mean()
        stood = positions(world.data.votes.votes, others["rcid"]).reindex(self.agreement(world).index)
        return controls(stood, world.data.regions, regime, self.others)

    def regression(
        self, world: World, more: Mapping[str, pd.DataFrame] | None = None
    ) -> tuple[Finding, MRQAPResult]:
        """The finding and the whole regression, with further controls if any are given."""
        beside = {**self.controls(world), **(more or {})}
        agreed, placed, permutations = self.agreement(world), world.placed, world.permutations
        return forum_test(self.hypothesis, agreed, beside, placed, permutations, self.pair, more=self.more)


@dataclass(frozen=True)
class Support(HypothesisTest):
    """Whether states of two quadrants agree on some roll calls more than other pairs of quadrants do."""

    resolutions: tuple[str, ...]

    def __call__(self, world: World) -> Finding:
        """Test."""
        agreed = self.agreement(world)
        return support_test(self.hypothesis, agreed, world.placed, world.permutations, world.draws)

    def agreement(self, world: World) -> pd.DataFrame:
        """Agreement of each pair of states on these roll calls."""
        return agreement(world.contested[list(self.resolutions)])


@dataclass(frozen=True)
class SupportBesideTies(HypothesisTest):
    """Whether two quadrants agree on some roll calls more than their other ties suggest; beside it, the plain gap.

    Also beside it stand ``p.less``, of less agreement than that, and the gap to the dyads of all other kinds.
    """

    plain: Support
    beside: Forum

    def __call__(self, world: World) -> Finding:
        """Test; as `World.locked` has it, only the plain gap."""
        plain = self.plain(world)
        if world.locked:
            return plain
        found, fitted = self.beside.regression(world)
        keys = ("contrast", "low90", "high90", "p")
        beside = {f"plain.{key}": getattr(plain, key) for key in keys}
        beside["p.less"] = float(fitted.table["p_less"].iloc[0])
        by_kind = pair_means(self.plain.agreement(world), world.placed["quadrant"])
        beside["others.contrast"] = against_other_dyads(by_kind, pair_name(self.beside.pair))
        return replace(found, beside={**found.beside, **beside})

    @staticmethod
    def gaps(finding: Finding) -> pd.DataFrame:
        """The three gaps of a finding: ``contrast``, ``low90``, ``high90`` and ``p``, NaN where there is none."""
        keys, beside = ["contrast", "low90", "high90", "p"], finding.beside
        rows = {
            "beside other ties (D1)": [getattr(finding, key) for key in keys],
            "plain, five other kinds": [beside.get(f"plain.{key}") for key in keys],
            "plain, all other pairs": [beside.get(f"others.{key}") for key in keys],
        }
        return pd.DataFrame.from_dict(rows, "index", columns=keys).astype(float)


@dataclass(frozen=True)
class Pivot(HypothesisTest):
    """Whether states of a quadrant stand near the median of the contested votes."""

    #: The map of the votes runs from the first state, which sponsored most of one half of the texts, to the second,
    #: which sponsored most of the other.
    orientation: tuple[str, str] = ("RUS", "USA")

    def __call__(self, world: World) -> Finding:
        """Test."""
        return pivot_test(self.hypothesis, self.votes(world).scores, world.placed, world.permutations)

    def results(self, world: World) -> dict[str, float | int]:
        """Values of the map to record: by quadrant the median score (``map.WW``) and the mean distance (``far.WW``)."""
        votes, quadrants = self.votes(world), world.placed["quadrant"]
        medians = votes.scores.groupby(quadrants).median()
        far = distance_to_median(votes.scores).groupby(quadrants).mean()
        return {
            **{f"map.{name}": float(value) for name, value in medians.items()},
            **{f"far.{name}": float(value) for name, value in far.items()},
            "map.WW.place": int(medians.rank(method="first")["WW"]),
            "map.explained": votes.explained,
            "map.apre": votes.apre,
        }

    def votes(self, world: World) -> VoteMap:
        """The contested votes on one dimension."""
        return world.once((Pivot, self.orientation), lambda: IdealPoints()(world.contested, self.orientation))
