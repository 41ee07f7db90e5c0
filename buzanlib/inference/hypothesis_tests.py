"""The registry: every hypothesis of the locked file, and of family X, and the test that `definitions.json` gives it.

A test is a frozen dataclass whose fields are its parameters. It takes a `World` and gives a `Finding`; where a chapter
shows more than the finding, a method gives the whole result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import CODING, POSITION, against_rest, difference
from buzanlib.inference.divergence import DivergenceResult, DivergenceTest
from buzanlib.inference.dyadic_tests import distance_decay
from buzanlib.inference.jonckheere_terpstra import OrderTest
from buzanlib.inference.open_claims import OPEN_CLAIMS
from buzanlib.inference.quadrant_mobility import MoveResult, MoveTest, follow_test
from buzanlib.inference.rival_explanations import RivalResult, rival_test
from buzanlib.inference.statement_content import (
    BOTH,
    EqualRates,
    NameOfTheMatter,
    Rate,
    RateContrast,
    SameOrder,
    SecondThreat,
)
from buzanlib.inference.table2 import QuadrantResult, QuadrantTest
from buzanlib.inference.verdicts import Finding
from buzanlib.inference.vote_tests import Forum as Forum
from buzanlib.inference.vote_tests import Pivot, Support, SupportBesideTies
from buzanlib.inference.weighted_contrast import FEWEST
from buzanlib.inference.weighted_table2 import WeightedQuadrantTest
from buzanlib.inference.world import HypothesisTest, World
from buzanlib.measurement.indices import scores_of_column, yearly_scores
from buzanlib.measurement.placement import AXES
from buzanlib.measurement.profiles import blocs
from buzanlib.theory.matrices import TABLE2
from buzanlib.theory.vocabulary import Measure, Quadrant, Threat


@dataclass(frozen=True)
class OfTable2(HypothesisTest):
    """A prediction of Table 2, by the joint test of all of them."""

    def __call__(self, world: World) -> Finding:
        """Test."""
        return self.result(world).findings()[self.hypothesis]

    @staticmethod
    def result(world: World) -> QuadrantResult:
        """The joint test of the table, by the primary estimator, or as locked.

        As locked it is where `World.locked` says so, and where a quadrant holds too few states for the primary
        estimator: then nothing is decided.
        """
        predictions = world.data.predictions
        if world.locked or world.sample.sizes.min() < FEWEST:
            return world.once(OfTable2, lambda: QuadrantTest(predictions)(world.sample))
        test = WeightedQuadrantTest(predictions, world.bank)
        return world.once(OfTable2, lambda: test(world.counts, world.placed, world.data.regions))

    @staticmethod
    def by_annotator(
        world: World, annotators: Iterable[str]
    ) -> tuple[dict[str, Mapping[str, Finding]], dict[str, str]]:
        """The findings under the codes of each; and of whose codes cannot carry the test, the reason."""
        found: dict[str, Mapping[str, Finding]] = {}
        reasons = {}
        for name in dict.fromkeys(annotators):
            try:
                found[name] = OfTable2.result(world.coded_by(name)).findings()
            except EstimationError as error:
                reasons[name] = str(error)
        return found, reasons


@dataclass(frozen=True)
class StrengthOrder(HypothesisTest):
    """Whether the strength of language rises over the quadrants in the order that the paper gives them."""

    def __call__(self, world: World) -> Finding:
        """Test."""
        strength = world.sample.counts["level"] / world.sample.counts["relevant"]
        return OrderTest(draws=world.draws, seed=world.seed)(self.hypothesis, strength, world.sample)


@dataclass(frozen=True)
class Divergence(HypothesisTest):
    """Distances between the mean profiles of the quadrants."""

    measure: str = "jensen_shannon"

    def __call__(self, world: World) -> Finding:
        """Test."""
        return self.result(world).findings[self.hypothesis]

    def result(self, world: World) -> DivergenceResult:
        """Distances of all pairs of quadrants."""
        test = DivergenceTest(self.measure, world.draws, largest="C1", adjacent="C2")
        return world.once((Divergence, self.measure), lambda: test(*world.profiles))


@dataclass(frozen=True)
class DistanceDecay(HypothesisTest):
    """Whether profiles differ more, the farther apart two states stand in power and cohesion."""

    def __call__(self, world: World) -> Finding:
        """Test."""
        return distance_decay(self.hypothesis, *world.profiles, draws=world.draws)


@dataclass(frozen=True)
class Rival(HypothesisTest):
    """What an account other than power and cohesion adds to them."""

    columns: tuple[str, ...] = ()  #: Indices of the panel; none for the bloc of a state.
    #: Blocs that are set beside power and cohesion, by membership in the first year.
    blocs: tuple[str, ...] = ()

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
        scores = {
            column: scores_of_column(world.data.panel, column, *world.window).mean(axis=1)
            for column in self.columns
        }
        if self.blocs:
            bloc = blocs(world.data.memberships, pd.Index(world.placed.index), world.window[0])
            scores |= {name: (bloc == name).astype(float) for name in self.blocs}
        return pd.DataFrame(scores).dropna()


@dataclass(frozen=True)
class Moves(HypothesisTest):
    """Whether more states change quadrant than error of measurement would move."""

    def waves(self, world: World) -> list[tuple[int, int]]:
        """First and last year of three windows of the indices, equally long and with a year between them.

        They end with the last year, up to that of the study, in which both indices have values, and go back as far as
        both do. `EstimationError` if that is less than five years.
        """
        place, panel = world.placement, world.data.panel
        since = int(panel["year"].min())
        scores = (yearly_scores(panel, getattr(place, axis), axis, since, place.last) for axis in AXES)
        years = sorted(set.intersection(*(set(map(int, one.columns)) for one in scores)))
        length = (years[-1] - years[0] - 1) // 3 if years else 0
        if length < 1:
            both = f"{place.power} and {place.cohesion} both have values"
            raise EstimationError(
                f"{both} in {len(years)} years up to {place.last}; three windows need at least 5"
            )
        ends = (years[-1] - later * (length + 1) for later in (2, 1, 0))
        return [(end - length + 1, end) for end in ends]

    def __call__(self, world: World) -> Finding:
        """Test."""
        return self.result(world).finding

    def result(self, world: World, reliability: dict[str, float] | None = None) -> MoveResult:
        """The moves, with the reliability of the indices if it is known."""
        scores = [world.within(*wave).placement.scores(world.data.panel) for wave in self.waves(world)]
        return MoveTest()(self.hypothesis, scores, reliability)

    def assumed(self, world: World, reliabilities: Iterable[float]) -> pd.DataFrame:
        """The test if both axes had a reliability: by it, ``expected``, ``contrast``, ``low90``, ``high90``, ``p``."""
        rows = {}
        for value in reliabilities:
            found = self.result(world, {"power": value, "cohesion": value}).finding
            rows[value] = (found.beside["expected"], found.contrast, found.low90, found.high90, found.p)
        columns = ["expected", "contrast", "low90", "high90", "p"]
        return pd.DataFrame.from_dict(rows, "index", columns=columns).rename_axis("reliability")


@dataclass(frozen=True)
class Following(HypothesisTest):
    """Whether a state that moves to another quadrant changes what it speaks of as Table 2 expects."""

    def halves(self, world: World) -> tuple[tuple[int, int], tuple[int, int]]:
        """First and last year of the two halves of the window of a study, of its statements and of the indices.

        `EstimationError` if the window is a single year.
        """
        first, last = world.window
        if first == last:
            raise EstimationError(f"all statements are of {first}; two halves need two years")
        middle = (first + last) // 2
        return (first, middle), (middle + 1, last)

    def __call__(self, world: World) -> Finding:
        """Test."""
        early, late = (world.within(*half) for half in self.halves(world))
        quadrants = early.placed["quadrant"], late.placed["quadrant"]
        table, permutations = TABLE2.weights(), world.permutations
        found = follow_test(
            self.hypothesis, early.counts, late.counts, quadrants, table, permutations, world.sesoi
        )
        return replace(found, unbiased=False)


FORUM = Forum("C5")
ON_CRIME = ("73/187", "74/247")
CRIME = SupportBesideTies(
    "D1",
    Support("D1", ON_CRIME),
    Forum("D1", shared=1, resolutions=ON_CRIME, pair=(Quadrant.WS, Quadrant.SS), more=True),
)
PIVOT = Pivot("D7")
MOVES = Moves("E3")
FOLLOWING = Following("E4")
RIVALS: Mapping[str, Rival] = {
    "R1": Rival("R1", ("polyarchy",)),
    "R2": Rival("R2", blocs=("NATO/EU", "CSTO/SCO")),
    "R3": Rival("R3", ("gdp_per_head", "internet_users")),
}

#: Contrasts of rates among relevant passages, each a count and the weights of the quadrants in the predicted direction.
#: M1 has two parts; beside them stand a rival and the contrast that Table 1 states, weak minus strong power.
RATES: Mapping[str, Rate] = {
    "M1.WS": (Threat.MIL, against_rest(Quadrant.WS)),
    "M1.SS": (Threat.MIL, -against_rest(Quadrant.SS)),
    "M1.SW": (Threat.MIL, against_rest(Quadrant.SW)),
    "M1.weak": (Threat.MIL, -CODING[POSITION["power"]] / 2),
    "B12": ("emergency", -against_rest(Quadrant.SS)),
    "B14": (f"measure.{Measure.DEFEND}", against_rest(Quadrant.WS)),
    "B17": (f"measure.{Measure.CONTENT}", against_rest(Quadrant.SW)),
    "B18": (BOTH, against_rest(Quadrant.SW)),
    "D2": (Threat.INF, difference(Quadrant.WS, Quadrant.SS)),
}

#: Tests of how states speak, by id.
WORDING: Mapping[str, HypothesisTest] = {
    "A2": StrengthOrder("A2"),
    "M1": RateContrast(
        "M1",
        {"WS": RATES["M1.WS"], "SS": RATES["M1.SS"]},
        rivals={"SW": RATES["M1.SW"], "weak": RATES["M1.weak"]},
    ),
    **{name: RateContrast(name, {name: RATES[name]}) for name in ("B12", "B14")},
    "B15": SecondThreat("B15", Quadrant.WS, Threat.INF, Threat.CRI),
    "B16": NameOfTheMatter("B16", Quadrant.SW),
    **{name: RateContrast(name, {name: RATES[name]}) for name in ("B17", "B18")},
    "D2": SameOrder("D2", RATES["D2"], (Quadrant.WS, Quadrant.SS)),
    "F1": EqualRates("F1", Measure.DEFEND),
}

#: Tests of what states say, by id.
OF_STATEMENTS: Mapping[str, HypothesisTest] = {
    **{name: OfTable2(name) for name in ("B1", "B2", "B3", "B4", "B5")},
    **WORDING,
    **{name: Divergence(name) for name in ("C1", "C2")},
    "C6": DistanceDecay("C6"),
    "E4": FOLLOWING,
    **RIVALS,
}

#: Tests of votes, and of moves between quadrants, by id.
OF_OTHERS: Mapping[str, HypothesisTest] = {"C5": FORUM, "D1": CRIME, "D7": PIVOT, "E3": MOVES}

#: Tests of the hypotheses of the locked file, by id.
OF_LOCKED: Mapping[str, HypothesisTest] = {**OF_STATEMENTS, **OF_OTHERS}

#: All tests, by id.
REGISTRY: Mapping[str, HypothesisTest] = {**OF_LOCKED, **OPEN_CLAIMS}


def findings(world: World, hypotheses: Iterable[str] = OF_LOCKED) -> dict[str, Finding]:
    """Run tests of the registry, by id; those of the locked file by default.

    Returns
    -------
    dict of str to Finding
        By id, in the order of the locked file, then in that of family X. A test that the data cannot carry, such as one
        in a window for which the index has no value, gives none.
    """
    chosen, found = set(hypotheses), {}
    for name in (*world.data.predictions.hypotheses, *OPEN_CLAIMS):
        if name in chosen:
            with suppress(EstimationError):
                found[name] = REGISTRY[name](world)
    return found
