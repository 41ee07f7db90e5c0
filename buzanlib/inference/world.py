"""What every test of a hypothesis is given: the data, a placement of the states, and one set of permutations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from buzanlib.errors import EstimationError, check_name
from buzanlib.inference.dyadic_matrices import positions
from buzanlib.inference.permutation import PermutationBank, Permutations
from buzanlib.inference.placed_sample import Sample
from buzanlib.inference.verdicts import Finding
from buzanlib.measurement.account import Account, account
from buzanlib.measurement.placement import Placement
from buzanlib.measurement.profiles import relevant_passages, shares_of_mentions, state_counts
from buzanlib.tables.data_folder import Data
from buzanlib.theory.vocabulary import Annotator, Corpus

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class World:
    """Data, placement and permutations, with all that several tests derive from them; each is computed once."""

    data: Data  #: The tables.
    placement: Placement  #: How states are placed; its window is that of the statements, too.
    permutations: Permutations  #: Of placements within regional groups, shared by all tests.
    draws: int = 1999  #: Of every bootstrap.
    seed: int = 20100615  #: Of every bootstrap.
    corpus: str = Corpus.UNGDC  #: The statements that are tested.
    annotator: str = Annotator.ADJUDICATED_2  #: Whose codes are used.
    #: Draws permutations within groups other than regions, as many and by the same seed.
    bank: PermutationBank = field(default_factory=PermutationBank)
    locked: bool = False  #: Whether rates are compared as the locked file has it, for the record.
    _results: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def open(
        cls,
        folder: str | Path,
        placement: Placement,
        draws: int,
        seed: int,
        bootstrap: int = 1999,
        corpus: str = Corpus.UNGDC,
        annotator: str = Annotator.ADJUDICATED_2,
    ) -> World:
        """Open a data folder and draw the permutations.

        Parameters
        ----------
        draws, seed : int
            Of the permutations.
        bootstrap : int
            Draws of every bootstrap, whose seed is fixed.

        Raises
        ------
        DataError, LockError
            If a table is at fault, or a locked file is not what it was.
        """
        data = Data.open(folder)
        data.predictions  # noqa: B018  a broken lock is reported before anything is computed
        bank = PermutationBank(draws, seed)
        return cls(
            data, placement, bank(data.regions), bootstrap, corpus=corpus, annotator=annotator, bank=bank
        )

    def within(self, first: int, last: int) -> World:
        """The same with another window of years, for the statements and the indices."""
        return replace(self, placement=replace(self.placement, first=first, last=last))

    def coded_by(self, annotator: str) -> World:
        """The same with the codes of another annotator."""
        return replace(self, annotator=annotator)

    def on_record(self) -> World:
        """The same as it was locked: the adjudicated codes of the first codebook, and empirical logits."""
        return replace(self, annotator=Annotator.ADJUDICATED, locked=True)

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Give the result of a test that serves several hypotheses, computed when it is first asked for."""
        if key not in self._results:
            self._results[key] = compute()
        result: T = self._results[key]
        return result

    @property
    def window(self) -> tuple[int, int]:
        """First and last year."""
        return self.placement.first, self.placement.last

    @property
    def sesoi(self) -> float:
        """The locked smallest effect of interest, a contrast of logits."""
        return self.data.predictions.sesoi

    @cached_property
    def placed(self) -> pd.DataFrame:
        """States with their scores, signs and quadrant, as `Placement` gives them."""
        return self.placement.of(self.data)

    @cached_property
    def passages(self) -> pd.DataFrame:
        """Relevant passages in the window."""
        return relevant_passages(self.data.statements, self.corpus, *self.window, self.annotator)

    @cached_property
    def account(self) -> Account:
        """What becomes of every document, passage and state of the corpus: used, or left out and why."""
        found = account(self.data.statements, self.corpus, *self.window, self.placed.index, self.annotator)
        return replace(found, corpus=self.data.label(self.corpus) or found.corpus)

    @cached_property
    def counts(self) -> pd.DataFrame:
        """Passages by state and everything that is coded (`state_counts`)."""
        return state_counts(self.passages)

    @cached_property
    def sample(self) -> Sample:
        """States that are placed and have a relevant passage; `EstimationError` if there is none."""
        if self.counts.empty:
            first, last = self.window
            raise EstimationError(
                f"no relevant passage of the corpus {self.corpus!r} is of {first} to {last}"
            )
        return self.sample_of(self.counts)

    def sample_of(self, counts: pd.DataFrame, needs: str = "relevant") -> Sample:
        """States that are placed and have a positive count; see `Sample.of`."""
        return Sample.of(counts, self.placed, self.permutations, needs)

    @cached_property
    def profiles(self) -> tuple[pd.DataFrame, Sample]:
        """Shares of each threat in what a state mentions, and the states that mention one as a sample."""
        shares = shares_of_mentions(self.counts)
        sample = self.sample_of(self.counts.loc[shares.index])
        return shares.loc[sample.counts.index], sample

    @cached_property
    def contested(self) -> pd.DataFrame:
        """Positions of the states on the contested roll calls, by resolution."""
        resolutions = self.data.votes.resolutions
        return self.positions(resolutions.loc[resolutions["contested"] == 1, "resolution"])

    def positions(self, resolutions: Iterable[str]) -> pd.DataFrame:
        """Positions of the states on the roll calls on some resolutions, by resolution.

        Raises
        ------
        UnknownNameError
            If there was no roll call on one.
        """
        names = list(resolutions)
        rcids = self.data.votes.resolutions.set_index("resolution")["rcid"]
        for name in names:
            check_name("resolution", name, rcids.index)
        return positions(self.data.votes.votes, rcids[names]).set_axis(names, axis=1)


@dataclass(frozen=True)
class HypothesisTest(ABC):
    """Tests one hypothesis, whose id it bears."""

    hypothesis: str

    @abstractmethod
    def __call__(self, world: World) -> Finding:
        """Test; `EstimationError` if the data cannot carry the test."""

    def attempt(self, world: World) -> tuple[Finding | None, str]:
        """Test; where the data cannot carry the test, None and the reason, which is empty otherwise."""
        try:
            return self(world), ""
        except EstimationError as error:
            return None, str(error)
