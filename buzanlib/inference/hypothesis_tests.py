"""Every claim of the locked file, tested as `definitions.json` has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.divergence import DivergenceResult, DivergenceTest
from buzanlib.inference.dyadic_matrices import agreement, positions
from buzanlib.inference.dyadic_tests import (
    ForumTest,
    controls,
    distance_decay,
    pivot_test,
    support_test,
)
from buzanlib.inference.ideal_points import IdealPoints, VoteMap
from buzanlib.inference.mrqap import MRQAPResult
from buzanlib.inference.permutation import PermutationBank, Permutations
from buzanlib.inference.placed_sample import Sample
from buzanlib.inference.quadrant_mobility import MoveResult, MoveTest, follow_test
from buzanlib.inference.rival_explanations import RivalResult, rival_test
from buzanlib.inference.statement_content import WordingTests
from buzanlib.inference.table2 import QuadrantResult, QuadrantTest
from buzanlib.inference.verdicts import Finding
from buzanlib.measurement.indices import scores_of_column
from buzanlib.measurement.placement import Placement
from buzanlib.measurement.profiles import (
    blocs,
    names_of_the_matter,
    relevant_passages,
    shares_of_mentions,
    state_counts,
)
from buzanlib.tables.descriptor import load
from buzanlib.tables.statements import Statements, load_statements
from buzanlib.tables.states import load_panel, load_regions
from buzanlib.tables.votes import Votes, load_votes
from buzanlib.theory.matrices import TABLE2
from buzanlib.theory.predictions import Predictions, load_predictions
from buzanlib.theory.vocabulary import Annotator, Corpus

#: Roll calls on crime (D1), and how many roll calls a dyad must share (C5).
CRIME = ("73/187", "74/247")
SHARED, SHARED_OTHERS = 4, 10

#: Windows of the indices for E3; windows of statements, and of indices, for E4.
WAVES = ((2006, 2010), (2012, 2016), (2018, 2022))
EARLY, LATE = (2011, 2017), (2018, 2024)

#: Year of the blocs, years of the regimes beside the votes.
BLOC_YEAR = 2011
REGIME_YEARS = (2018, 2020)

#: The map of the votes runs from the sponsor of most of one half of the texts to that of most of the other.
ORIENTATION = ("RUS", "USA")


@dataclass(frozen=True, eq=False)
class Claims:
    """The data, and every test on them; results are kept.

    Attributes
    ----------
    statements, votes, panel, regions, memberships
        The tables.
    predictions : Predictions
        The locked file.
    permutations : Permutations
        The one bank, within regional groups.
    placement : Placement
        How states are placed.
    draws : int
        Of bootstraps.
    corpus : str
        Whose statements are tested where a method is not told another.
    annotator : str
        Whose codes count where a method is not told another.
    """

    statements: Statements
    votes: Votes
    panel: pd.DataFrame
    regions: pd.Series[str]
    memberships: pd.DataFrame
    predictions: Predictions
    permutations: Permutations
    placement: Placement
    draws: int = 1999
    corpus: str = Corpus.UNGDC
    annotator: str = Annotator.ADJUDICATED

    @classmethod
    def load(
        cls,
        data: Path,
        placement: Placement,
        draws: int,
        seed: int,
        bootstrap: int = 1999,
        corpus: str = Corpus.UNGDC,
        annotator: str = Annotator.ADJUDICATED,
    ) -> Claims:
        """Load everything from a data folder.

        Parameters
        ----------
        data : Path
            Folder of the tables.
        placement : Placement
            How states are placed; its window is that of the statements.
        draws, seed : int
            Of the permutations.
        bootstrap : int
            Draws of bootstraps.
        corpus, annotator : str
            Whose statements, and whose codes.

        Raises
        ------
        DataError, LockError
            Where the data are at fault.
        """
        regions = load_regions(data)
        return cls(
            load_statements(data),
            load_votes(data),
            load_panel(data),
            regions,
            load(data, "memberships"),
            load_predictions(data),
            PermutationBank(draws, seed)(regions),
            placement,
            bootstrap,
            corpus,
            annotator,
        )

    @cached_property
    def placed(self) -> pd.DataFrame:
        """The placement of the states."""
        return self.placement(self.panel, self.regions)

    def passages(self, annotator: str | None = None, corpus: str | None = None) -> pd.DataFrame:
        """Relevant passages in the window."""
        place = self.placement
        return relevant_passages(
            self.statements, corpus or self.corpus, place.first, place.last, annotator or self.annotator
        )

    def sample(self, annotator: str | None = None, corpus: str | None = None) -> Sample:
        """States that are placed and have a relevant passage in the window, with all that is counted of them."""
        return Sample.of(state_counts(self.passages(annotator, corpus)), self.placed, self.permutations)

    def table2(self, annotator: str | None = None, corpus: str | None = None) -> QuadrantResult:
        """B1 to B5."""
        return QuadrantTest(self.predictions)(self.sample(annotator, corpus))

    def wording(self, annotator: str | None = None, corpus: str | None = None) -> dict[str, Finding]:
        """A2, M1, B12, B14 to B18, D2, F1."""
        place = self.placement
        names = names_of_the_matter(self.statements, corpus or self.corpus, place.first, place.last)
        counts = state_counts(self.passages(annotator, corpus))
        return WordingTests(self.predictions.sesoi, self.draws)(counts, names, self.placed, self.permutations)

    def profiles(self, annotator: str | None = None) -> tuple[pd.DataFrame, Sample]:
        """Profiles of the states that name a threat, and these states as a sample."""
        counts = state_counts(self.passages(annotator))
        shares = shares_of_mentions(counts)
        sample = Sample.of(counts.loc[shares.index], self.placed, self.permutations)
        return shares.loc[sample.counts.index], sample

    def divergence(self, annotator: str | None = None, measure: str = "jensen_shannon") -> DivergenceResult:
        """C1 and C2."""
        return DivergenceTest(measure, self.draws, largest="C1", adjacent="C2")(*self.profiles(annotator))

    def decay(self, annotator: str | None = None) -> Finding:
        """C6."""
        return distance_decay("C6", *self.profiles(annotator), draws=self.draws)

    @cached_property
    def contested(self) -> pd.DataFrame:
        """Positions of the states on the contested roll calls, by resolution."""
        calls = self.votes.resolutions[self.votes.resolutions["contested"] == 1]
        stood = positions(self.votes.votes, calls["rcid"])
        return stood.set_axis(calls["resolution"].to_list(), axis=1)

    @cached_property
    def vote_controls(self) -> dict[str, pd.DataFrame]:
        """Controls of C5."""
        resolutions = self.votes.resolutions
        sessions = resolutions.loc[resolutions["contested"] == 1, "session"].unique()
        others = resolutions[(resolutions["contested"] == 0) & resolutions["session"].isin(sessions)]
        regime = self.panel[self.panel["year"].between(*REGIME_YEARS)].groupby("iso3")["polyarchy"].mean()
        stood = positions(self.votes.votes, others["rcid"]).reindex(self.contested.index)
        return controls(stood, self.regions, regime, SHARED_OTHERS)

    def forum(self, more: Mapping[str, pd.DataFrame] | None = None) -> tuple[Finding, MRQAPResult]:
        """C5, with further controls where wanted."""
        agreed = agreement(self.contested, SHARED)
        return ForumTest()(
            "C5", agreed, {**self.vote_controls, **(more or {})}, self.placed, self.permutations
        )

    def support(self) -> Finding:
        """D1."""
        on_crime = agreement(self.contested[list(CRIME)])
        return support_test("D1", on_crime, self.placed, self.permutations, self.draws)

    @cached_property
    def vote_map(self) -> VoteMap:
        """One dimension of the contested votes."""
        return IdealPoints()(self.contested, ORIENTATION)

    def pivots(self) -> Finding:
        """D7."""
        return pivot_test("D7", self.vote_map.scores, self.placed, self.permutations)

    def rivals(self, annotator: str | None = None) -> dict[str, RivalResult]:
        """R1 to R3, each on the states that have the rival index."""
        first, last = self.placement.first, self.placement.last

        def scores(*columns: str) -> pd.DataFrame:
            return pd.DataFrame(
                {column: scores_of_column(self.panel, column, first, last).mean(axis=1) for column in columns}
            ).dropna()

        bloc = blocs(self.memberships, pd.Index(self.placed.index), BLOC_YEAR)
        rivals = {
            "R1": scores("polyarchy"),
            "R2": pd.DataFrame({name: (bloc == name).astype(float) for name in ("NATO/EU", "CSTO/SCO")}),
            "R3": scores("gdp_per_head", "internet_users"),
        }
        counts = state_counts(self.passages(annotator))
        return {
            name: rival_test(
                name,
                rival,
                Sample.of(counts[counts.index.isin(rival.index)], self.placed, self.permutations),
            )
            for name, rival in rivals.items()
        }

    def moves(self, reliability: dict[str, float] | None = None) -> MoveResult:
        """E3."""
        place = self.placement
        windows = [Placement(place.power, place.cohesion, *wave).scores(self.panel) for wave in WAVES]
        return MoveTest()("E3", windows, reliability)

    def following(self, annotator: str | None = None) -> Finding:
        """E4."""
        place = self.placement
        placed = [
            Placement(place.power, place.cohesion, *window)(self.panel, self.regions)["quadrant"]
            for window in (EARLY, LATE)
        ]
        counts = [
            state_counts(
                relevant_passages(self.statements, self.corpus, *window, annotator or self.annotator)
            )
            for window in (EARLY, LATE)
        ]
        return follow_test(
            "E4",
            counts[0],
            counts[1],
            (placed[0], placed[1]),
            TABLE2.weights(),
            self.permutations,
            self.predictions.sesoi,
        )

    def of_statements(self, annotator: str | None = None) -> dict[str, Finding]:
        """Findings that depend on the coding, by id; those of F1 with their unadjusted p.

        A test that the data cannot carry, such as one in a window for which the index has no value, gives none.
        """
        return self._of(
            lambda: self.table2(annotator).findings(),
            lambda: self.wording(annotator),
            lambda: self.divergence(annotator).findings,
            lambda: {"C6": self.decay(annotator)},
            lambda: {"E4": self.following(annotator)},
            lambda: {name: result.finding for name, result in self.rivals(annotator).items()},
        )

    def all_findings(self) -> dict[str, Finding]:
        """All of them, by id, in the order of the locked file; see `of_statements`."""
        return self._of(self.of_statements, self.of_others)

    def of_others(self) -> dict[str, Finding]:
        """Findings that do not depend on the coding: on votes, and on moves between quadrants."""
        return self._of(
            lambda: {"C5": self.forum()[0]},
            lambda: {"D1": self.support()},
            lambda: {"D7": self.pivots()},
            lambda: {"E3": self.moves().finding},
        )

    def _of(self, *tests: Callable[[], dict[str, Finding]]) -> dict[str, Finding]:
        """What those tests find that can be estimated."""
        found: dict[str, Finding] = {}
        for test in tests:
            with suppress(EstimationError):
                found |= test()
        order = list(self.predictions.hypotheses)
        return dict(sorted(found.items(), key=lambda item: order.index(item[0])))
