"""The registry: every hypothesis of the locked file and the test that `definitions.json` gives it.

A test is a frozen dataclass whose fields are its parameters. It takes a `World` and gives a `Finding`; where a chapter
shows more than the finding, a method gives the whole result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.divergence import DivergenceResult, DivergenceTest
from buzanlib.inference.dyadic_matrices import agreement, positions
from buzanlib.inference.dyadic_tests import ForumTest, controls, distance_decay, pivot_test, support_test
from buzanlib.inference.ideal_points import IdealPoints, VoteMap
from buzanlib.inference.mrqap import MRQAPResult
from buzanlib.inference.quadrant_mobility import MoveResult, MoveTest, follow_test
from buzanlib.inference.rival_explanations import RivalResult, rival_test
from buzanlib.inference.statement_content import WordingTests
from buzanlib.inference.table2 import QuadrantResult, QuadrantTest
from buzanlib.inference.verdicts import Finding
from buzanlib.inference.world import World
from buzanlib.measurement.indices import scores_of_column
from buzanlib.measurement.profiles import blocs, names_of_the_matter
from buzanlib.theory.matrices import TABLE2


class HypothesisTest(Protocol):
    """Tests one hypothesis."""

    def __call__(self, world: World) -> Finding:
        """Raises `EstimationError` if the data cannot carry the test."""


@dataclass(frozen=True)
class OfTable2:
    """A prediction of Table 2, by the joint test of all of them; `QuadrantTest` tests other samples."""

    hypothesis: str

    def __call__(self, world: World) -> Finding:
        """Take it from the joint test."""
        return self.result(world).findings()[self.hypothesis]

    @staticmethod
    def result(world: World) -> QuadrantResult:
        """The joint test of the table."""
        return world.once(OfTable2, lambda: QuadrantTest(world.data.predictions)(world.sample))


@dataclass(frozen=True)
class Content:
    """What states say, in which words, as `WordingTests` has it."""

    hypothesis: str

    def __call__(self, world: World) -> Finding:
        """Take it from the tests of all such hypotheses."""
        found = self.all(world)
        if self.hypothesis not in found:
            raise EstimationError(f"{self.hypothesis} cannot be tested on these statements")
        return found[self.hypothesis]

    @staticmethod
    def all(world: World) -> dict[str, Finding]:
        """All of them."""

        def test() -> dict[str, Finding]:
            window = world.placement.first, world.placement.last
            names = names_of_the_matter(world.data.statements, world.corpus, *window)
            tests = WordingTests(world.data.predictions.sesoi, world.draws)
            return tests(world.counts, names, world.placed, world.permutations)

        return world.once(Content, test)


@dataclass(frozen=True)
class Divergence:
    """Distances between the mean profiles of the quadrants."""

    hypothesis: str
    measure: str = "jensen_shannon"

    def __call__(self, world: World) -> Finding:
        """Take it from the distances of all pairs."""
        return self.result(world).findings[self.hypothesis]

    def result(self, world: World) -> DivergenceResult:
        """Distances of all pairs of quadrants."""
        test = DivergenceTest(self.measure, world.draws)
        return world.once((Divergence, self.measure), lambda: test(*world.profiles))


@dataclass(frozen=True)
class DistanceDecay:
    """Whether profiles differ more, the farther apart two states stand in power and cohesion."""

    hypothesis: str

    def __call__(self, world: World) -> Finding:
        """Test."""
        return distance_decay(self.hypothesis, *world.profiles, draws=world.draws)


@dataclass(frozen=True)
class Forum:
    """Whether states of two opposed quadrants agree less in votes, whatever else they share.

    Attributes
    ----------
    shared, others : int
        Roll calls that a pair of states must share: contested ones, and others.
    regime : tuple of int
        Years over which electoral democracy is averaged.
    """

    hypothesis: str
    shared: int = 4
    others: int = 10
    regime: tuple[int, int] = (2018, 2020)

    def __call__(self, world: World) -> Finding:
        """Test."""
        return self.regression(world)[0]

    def agreement(self, world: World) -> pd.DataFrame:
        """Agreement of each pair of states on the contested roll calls."""
        return agreement(world.contested, self.shared)

    def controls(self, world: World) -> dict[str, pd.DataFrame]:
        """What else may make two states agree: other votes, region, regime."""
        resolutions = world.data.votes.resolutions
        contested = resolutions["contested"] == 1
        sessions = resolutions.loc[contested, "session"].unique()
        others = resolutions[~contested & resolutions["session"].isin(sessions)]
        panel = world.data.panel
        regime = panel[panel["year"].between(*self.regime)].groupby("iso3")["polyarchy"].mean()
        stood = positions(world.data.votes.votes, others["rcid"]).reindex(world.contested.index)
        return controls(stood, world.data.regions, regime, self.others)

    def regression(
        self, world: World, more: Mapping[str, pd.DataFrame] | None = None
    ) -> tuple[Finding, MRQAPResult]:
        """The finding and the whole regression, with further controls if any are given."""
        beside = {**self.controls(world), **(more or {})}
        return ForumTest()(self.agreement(world), beside, world.placed, world.permutations)


@dataclass(frozen=True)
class Support:
    """Whether states of two quadrants agree on some roll calls more than other pairs of quadrants do."""

    hypothesis: str
    resolutions: tuple[str, ...]

    def __call__(self, world: World) -> Finding:
        """Test."""
        agreed = self.agreement(world)
        return support_test(self.hypothesis, agreed, world.placed, world.permutations, world.draws)

    def agreement(self, world: World) -> pd.DataFrame:
        """Agreement of each pair of states on these roll calls."""
        return agreement(world.contested[list(self.resolutions)])


@dataclass(frozen=True)
class Pivot:
    """Whether states of a quadrant stand near the median of the contested votes.

    Attributes
    ----------
    orientation : tuple of str
        Two states; the map of the votes runs from the first, which sponsored most of one half of the texts, to the
        second, which sponsored most of the other.
    """

    hypothesis: str
    orientation: tuple[str, str] = ("RUS", "USA")

    def __call__(self, world: World) -> Finding:
        """Test."""
        return pivot_test(self.hypothesis, self.votes(world).scores, world.placed, world.permutations)

    def votes(self, world: World) -> VoteMap:
        """The contested votes on one dimension."""
        return world.once((Pivot, self.orientation), lambda: IdealPoints()(world.contested, self.orientation))


@dataclass(frozen=True)
class Rival:
    """What an account other than power and cohesion adds to them.

    Attributes
    ----------
    columns : tuple of str
        Indices of the panel; none for the bloc of a state.
    blocs, year
        Blocs that are set beside power and cohesion, by membership in a year.
    """

    hypothesis: str
    columns: tuple[str, ...] = ()
    blocs: tuple[str, ...] = ()
    year: int = 2011

    def __call__(self, world: World) -> Finding:
        """Test."""
        return self.result(world).finding

    def result(self, world: World) -> RivalResult:
        """Both accounts beside each other, on the states that have the index."""
        rival = self.values(world)
        sample = world.sample_of(world.counts[world.counts.index.isin(rival.index)])
        return world.once(self, lambda: rival_test(self.hypothesis, rival, sample))

    def values(self, world: World) -> pd.DataFrame:
        """The rival by state."""
        window = world.placement.first, world.placement.last
        scores = {
            column: scores_of_column(world.data.panel, column, *window).mean(axis=1)
            for column in self.columns
        }
        if self.blocs:
            bloc = blocs(world.data.memberships, pd.Index(world.placed.index), self.year)
            scores |= {name: (bloc == name).astype(float) for name in self.blocs}
        return pd.DataFrame(scores).dropna()


@dataclass(frozen=True)
class Moves:
    """Whether more states change quadrant than error of measurement would move.

    Attributes
    ----------
    waves : tuple of (int, int)
        Three windows of the indices.
    """

    hypothesis: str
    waves: tuple[tuple[int, int], ...] = ((2006, 2010), (2012, 2016), (2018, 2022))

    def __call__(self, world: World) -> Finding:
        """Test."""
        return self.result(world).finding

    def result(self, world: World, reliability: dict[str, float] | None = None) -> MoveResult:
        """The moves, with the reliability of the indices if it is known."""
        scores = [world.within(*wave).placement.scores(world.data.panel) for wave in self.waves]
        return MoveTest()(scores, reliability)


@dataclass(frozen=True)
class Following:
    """Whether a state that moves to another quadrant changes what it speaks of as Table 2 expects.

    Attributes
    ----------
    early, late : tuple of int
        Two windows, of the statements and of the indices.
    """

    hypothesis: str
    early: tuple[int, int] = (2011, 2017)
    late: tuple[int, int] = (2018, 2024)

    def __call__(self, world: World) -> Finding:
        """Test."""
        early, late = world.within(*self.early), world.within(*self.late)
        return follow_test(
            self.hypothesis,
            early.counts,
            late.counts,
            (early.placed["quadrant"], late.placed["quadrant"]),
            TABLE2.weights(),
            world.permutations,
            world.data.predictions.sesoi,
        )


FORUM = Forum("C5")
CRIME = Support("D1", ("73/187", "74/247"))
PIVOT = Pivot("D7")
MOVES = Moves("E3")
FOLLOWING = Following("E4")
DIVERGENCE = Divergence("C1")
RIVALS: Mapping[str, Rival] = MappingProxyType(
    {
        one.hypothesis: one
        for one in (
            Rival("R1", ("polyarchy",)),
            Rival("R2", blocs=("NATO/EU", "CSTO/SCO")),
            Rival("R3", ("gdp_per_head", "internet_users")),
        )
    }
)

_CONTENT = ("A2", "M1", "B15", "B16", "B17", "B18", "B12", "B14", "D2", "F1")

#: Tests of what states say, by id.
OF_STATEMENTS: Mapping[str, HypothesisTest] = MappingProxyType(
    {
        **{name: OfTable2(name) for name in ("B1", "B2", "B3", "B4", "B5")},
        **{name: Content(name) for name in _CONTENT},
        **{name: Divergence(name) for name in ("C1", "C2")},
        "C6": DistanceDecay("C6"),
        "E4": FOLLOWING,
        **RIVALS,
    }
)

#: Tests of votes, and of moves between quadrants, by id.
OF_OTHERS: Mapping[str, HypothesisTest] = MappingProxyType(
    {"C5": FORUM, "D1": CRIME, "D7": PIVOT, "E3": MOVES}
)

#: All tests, by id.
REGISTRY: Mapping[str, HypothesisTest] = MappingProxyType({**OF_STATEMENTS, **OF_OTHERS})


def findings(world: World, hypotheses: Iterable[str] = REGISTRY) -> dict[str, Finding]:
    """Run tests of the registry.

    Parameters
    ----------
    world : World
        Data, placement and permutations.
    hypotheses : iterable of str
        Ids; all by default.

    Returns
    -------
    dict of str to Finding
        By id, in the order of the locked file. A test that the data cannot carry, such as one in a window for which the
        index has no value, gives none.
    """
    chosen = set(hypotheses)
    found: dict[str, Finding] = {}
    for name in world.data.predictions.hypotheses:
        if name in chosen:
            with suppress(EstimationError):
                found[name] = REGISTRY[name](world)
    return found
