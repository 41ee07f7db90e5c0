"""The second registration: what it predicts of later statements and votes, tested as it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from buzanlib.inference.dyadic_matrices import pair_means
from buzanlib.inference.dyadic_tests import least_agreement
from buzanlib.inference.estimator_simulation import Structure, Worlds
from buzanlib.inference.hypothesis_tests import Forum
from buzanlib.inference.mixed_model import corner_model
from buzanlib.inference.mrqap import MRQAPResult
from buzanlib.inference.permutation import PermutationBank
from buzanlib.inference.robustness import (
    Counted,
    beside_rivals,
    contrasts_by_sample,
    without_each_region,
)
from buzanlib.inference.table2 import QuadrantResult
from buzanlib.inference.verdicts import Finding, Verdict
from buzanlib.inference.weighted_contrast import Outcome, weighted_p
from buzanlib.inference.weighted_table2 import WeightedQuadrantTest
from buzanlib.inference.world import World
from buzanlib.measurement.profiles import STRICT, relevant_passages, state_counts
from buzanlib.theory.distances import pair_name
from buzanlib.theory.registration import Registration
from buzanlib.theory.vocabulary import Annotator, Quadrant

#: Roll calls on information and communication technologies of 2022 and 2023.
LATER_CALLS = ("77/36", "77/37", "78/16", "78/237")

#: The pair of quadrants that agreed least on the earlier roll calls, in the order of `Quadrant`.
LEAST = pair_name((Quadrant.SW, Quadrant.SS))

#: The year whose texts are delegations' own, partly translated by a language model.
TRANSLATED = 2024


@dataclass(frozen=True, eq=False)
class SecondRegistration:
    """The tests P1 to P5 of `registration_2.json`, on the statements and votes that it names.

    P1 is of political threats in the strict sense; P2 and P3 are of Table 2 as a whole and of its three predictions, of
    which none is supported unless P2 is; P4 and P5 are of roll calls.
    """

    world: World  #: Whose placement counts, its window that of the first test.
    first: int = 2025  #: First year of the later statements.
    last: int = 2026  #: Last year of them.
    annotator: str = Annotator.ADJUDICATED_2  #: Whose codes of them count.

    @property
    def registration(self) -> Registration:
        """What was registered, verified."""
        return self.world.data.registration

    @cached_property
    def bank(self) -> PermutationBank:
        """Draws the permutations that were registered."""
        return PermutationBank(self.registration.draws, self.registration.seed)

    @cached_property
    def _own_draws(self) -> World:
        """The world with the permutations that were registered."""
        return replace(self.world, permutations=self.bank(self.world.data.regions))

    @cached_property
    def counts(self) -> pd.DataFrame:
        """Passages of the later statements by state (`state_counts`)."""
        return state_counts(self._passages(self.first, self.last, self.annotator))

    @cached_property
    def table2(self) -> QuadrantResult:
        """Table 2 on the later statements."""
        test = WeightedQuadrantTest(self.world.data.predictions, self.bank)
        return test(self.counts, self.world.placed, self.world.data.regions)

    @property
    def _later(self) -> Forum:
        return Forum("P4", shared=3, resolutions=LATER_CALLS)

    @cached_property
    def votes(self) -> tuple[Finding, MRQAPResult]:
        """P4, with the whole regression."""
        return self._later.regression(self._own_draws)

    @cached_property
    def least(self) -> pd.DataFrame:
        """How far each pair of quadrants agrees on the later roll calls (`least_agreement`)."""
        agreed = self._later.agreement(self.world)
        return least_agreement(agreed, self.world.placed, self.registration.draws, self.registration.seed)

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """Agreement on the later roll calls by the quadrants of two states (`pair_means`)."""
        return pair_means(self._later.agreement(self.world), self.world.placed["quadrant"])

    def votes_beside_all(self) -> Finding:
        """P4 with the contested roll calls among the other votes, an exploratory reading of "all other"."""
        return replace(self._later, contested_too=True).regression(self._own_draws)[0]

    def strict(self) -> Finding:
        """P1: the contrast of cohesion in the strict reading of the political threat."""
        said, placed, regions = (
            self.registration.predictions["P1"],
            self.world.placed,
            self.world.data.regions,
        )
        fitted = corner_model(self.counts, STRICT, placed, regions)
        weights = Outcome(STRICT, said.effect, said.sign).weights
        p = weighted_p(self.counts, STRICT, weights, placed, regions, self.bank)
        large = self.registration.not_large
        return Finding("P1", *fitted.contrast(said.effect, said.sign), p, fitted.n_states, large)

    @cached_property
    def findings(self) -> dict[str, Finding]:
        """All of them, by id; those of P3 as ``"P3B1"`` and so on."""
        large, whole = self.registration.not_large, self.table2
        own = {"P1": self.strict(), "P2": replace(whole.joint, hypothesis="P2", sesoi=large)}
        for name in whole.table.index:
            one = whole.findings()[name]
            own[f"P3{name}"] = replace(one, hypothesis=f"P3{name}", sesoi=large)
        own["P4"] = self.votes[0]
        others, share = self.least["mean"].drop(LEAST), float(self.least["least"][LEAST])
        gap = float(others.min() - self.least["mean"][LEAST])
        n, missing = len(self.world.placed), float("nan")
        own["P5"] = Finding("P5", gap, missing, missing, 1 - share, n, beside={"share": share})
        return own

    @property
    def claims(self) -> dict[str, str]:
        """What each says, by id."""
        said = {name: one.claim for name, one in self.registration.predictions.items()}
        return {
            name: self.world.data.predictions.hypotheses[name.removeprefix("P3")].claim
            if name.startswith("P3")
            else said[name]
            for name in self.findings
        }

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The word for each, by id."""
        alpha, found = self.registration.alpha, self.findings
        levels = dict.fromkeys(found, alpha) | {"P5": 1 - self.registration.share + 1e-12}
        gate = found["P2"].p < alpha
        return {
            name: one.verdict(
                one.p if one.p_adjusted is None else one.p_adjusted,
                levels[name],
                gate=gate or not name.startswith("P3"),
            )
            for name, one in found.items()
        }

    def power(self, worlds: int = 400, contrasts: Sequence[float] = (0.4, 0.6, 1.0)) -> pd.DataFrame:
        """Power of P1, P2 and P3 at true contrasts, by simulation from the fitted models.

        Returns
        -------
        DataFrame of float
            Index the ids, columns the contrasts; all three of Table 2 are the contrast at once.
        """
        placed, regions, seed = self.world.placed, self.world.data.regions, self.registration.seed
        structure = Structure.of(self.counts, placed, regions, seed=seed)
        said = self.registration.predictions["P1"]
        strict = {"P1": Outcome(STRICT, said.effect, said.sign)}
        three = {
            f"P3{one.id}": Outcome(one.threat, one.effect, one.sign)
            for one in self.world.data.predictions.cells
        }
        one, table2, columns = self._worlds(structure, strict), self._worlds(structure, three), {}
        for contrast in contrasts:
            alone = one.tested(contrast, worlds, seed, ["primary"])
            table = table2.tested(contrast, worlds, seed, ["primary"]).loc["primary"]
            columns[contrast] = {
                "P1": alone["single"].iloc[0],
                "P2": table.loc["gate", "single"],
                **table["found"].drop("gate").to_dict(),
            }
        return pd.DataFrame(columns)

    def _worlds(self, structure: Structure, outcomes: Mapping[str, Outcome]) -> Worlds:
        """Worlds drawn from the fitted models, in which the contrasts in question can be set."""
        placed, regions = self.world.placed, self.world.data.regions
        fits = {
            name: corner_model(self.counts, one.column, placed, regions) for name, one in outcomes.items()
        }
        quadrants = structure.within_strata.quadrants
        centre = [
            fits[name].fitted - fits[name].contrast(one.effect, one.sign)[0] * one.weights[quadrants]
            for name, one in outcomes.items()
        ]
        return Worlds(
            structure, outcomes, np.column_stack(centre), np.array([fit.sigma for fit in fits.values()])
        )

    def explore(self) -> pd.DataFrame:
        """The same contrasts on other statements, codes and states; exploratory.

        Returns
        -------
        DataFrame
            Of `contrasts_by_sample`; outcomes are P1 and the predictions of Table 2.
        """
        said, cells = self.registration.predictions["P1"], self.world.data.predictions.cells
        outcomes = {"P1": Outcome(STRICT, said.effect, said.sign)}
        outcomes |= {one.id: Outcome(one.threat, one.effect, one.sign) for one in cells}
        placed, regions = self.world.placed, self.world.data.regions
        return contrasts_by_sample(self._samples(), outcomes, placed, regions, self.bank)

    def _samples(self) -> Iterator[Counted]:
        """What `explore` takes."""
        first, last = self.world.window
        early, all_years = f"{first}–{last}", f"{first}–{self.last}"
        once = state_counts(self._passages(first, last, Annotator.ADJUDICATED))
        yield Counted(f"{early}, codebook 1", once)
        yield Counted(f"{early}, codebook 2", state_counts(self._passages(first, last, self.annotator)))
        yield Counted(f"{self.first}–{self.last}", self.counts)
        pooled = self._passages(first, self.last, self.annotator)
        counts = state_counts(pooled)
        yield Counted(all_years, counts)
        yield Counted(f"without {TRANSLATED}", state_counts(pooled[pooled["year"] != TRANSLATED]))
        yield from without_each_region(counts, self.world.data.regions)
        yield from beside_rivals(counts, self.world)

    def _passages(self, first: int, last: int, annotator: str) -> pd.DataFrame:
        return relevant_passages(self.world.data.statements, self.world.corpus, first, last, annotator)
