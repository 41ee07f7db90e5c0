"""How often estimators of the corner contrasts find what is there, and what is not, in simulated worlds.

Worlds have the states, passages, regions and placements of given data. Permutations are drawn once for all worlds, so
that a test of a thousand worlds is a few matrix products; overdispersion is estimated in each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from scipy.special import expit

from buzanlib.errors import check_name
from buzanlib.inference.contrasts import Cells, cell_means, empirical_logit
from buzanlib.inference.mixed_model import corner_design, logit_normal
from buzanlib.inference.permutation import Array, PermutationBank, p_value
from buzanlib.inference.placed_sample import Codes, Sample
from buzanlib.inference.weighted_contrast import Outcome, centred_shares, stratified, weighted_cells

#: Level of every test, one-sided.
ALPHA = 0.05

#: An interval that ends below this effect is called not large (registration 2), in log odds.
LARGE = 0.6

#: Worlds that are tested at once, to spare memory.
_AT_ONCE = 250


class Rates(StrEnum):
    """On what the log odds of states depend, beside their placement and a deviation of their own."""

    SAME = "same"
    REGIONS = "regions"
    VOLUME = "volume"  #: Regions, and the logarithm of the number of passages.


@dataclass(frozen=True, eq=False)
class Structure:
    """States as they are, and the permutations of both kinds of test."""

    within_regions: Sample
    within_strata: Sample  #: The same states, exchanged within region and volume.
    regions: pd.Series[str]  #: Of these states.

    @classmethod
    def of(
        cls,
        counts: pd.DataFrame,
        placed: pd.DataFrame,
        regions: pd.Series[str],
        draws: int = 999,
        seed: int = 20261128,
    ) -> Structure:
        """From counts with ``relevant``, placement (``p``, ``k``) and regions, by ``iso3``.

        Raises `EstimationError` as `WeightedContrastTest` does.
        """
        bank = PermutationBank(draws, seed)
        strata, _ = stratified(counts, placed, regions, bank)
        states = strata.counts.index
        return cls(Sample.of(counts, placed, bank(regions.loc[states])), strata, regions.loc[states])

    @property
    def n(self) -> Array:
        """Relevant passages of each state."""
        return np.asarray(self.within_strata.counts["relevant"], dtype=float)


def rate_design(regions: pd.Series[str], n: Array, rates: str) -> pd.DataFrame:
    """Design of log odds without contrasts, by kind of `Rates`; of states of these regions and numbers of passages.

    Raises
    ------
    UnknownNameError
        If there are no such rates.
    """
    check_name("kind of rates", rates, list(Rates))
    if rates == Rates.SAME:
        return pd.DataFrame({"constant": 1.0}, regions.index)
    design = pd.get_dummies(regions, dtype=float)
    return design.assign(**{"log n": np.log(n)}) if rates == Rates.VOLUME else design


def _plain(outcome: Callable[[Array, Array], Array]) -> Callable[[Array, Structure], _Tested]:
    """States count alike and are exchanged within regions."""

    def prepare(y: Array, structure: Structure) -> _Tested:
        values = outcome(y, structure.n[:, None])
        return structure.within_regions, lambda quadrants: cell_means(values, quadrants)

    return prepare


def _weighted(y: Array, structure: Structure) -> _Tested:
    values, weights, _ = centred_shares(y, structure.n, structure.regions)
    return structure.within_strata, lambda quadrants: weighted_cells(values, weights, quadrants)


#: States with their permutations, and the means of the quadrants under any placement.
_Tested = tuple[Sample, Callable[[Codes], Cells]]

#: Ways of testing a corner contrast: the locked one (empirical logits), plain shares, and the primary one of the second
#: registration. Each takes passages that carry an outcome, shape (states, worlds).
ESTIMATORS: Mapping[str, Callable[[Array, Structure], _Tested]] = {
    "locked": _plain(empirical_logit),
    "share": _plain(lambda y, n: np.asarray(y / n, dtype=float)),
    "primary": _weighted,
}


@dataclass(frozen=True, eq=False)
class Worlds:
    """Draws passages that carry each of several outcomes."""

    structure: Structure
    outcomes: Mapping[str, Outcome]
    centre: Array  #: Log odds without contrasts and deviations, shape (states, outcomes).
    sd: Array  #: Standard deviation of the deviations, shape (outcomes,).

    @classmethod
    def fitted(
        cls, structure: Structure, outcomes: Mapping[str, Outcome], rates: str = Rates.REGIONS
    ) -> Worlds:
        """Fit log odds without contrasts, and the deviation, to the counts of the structure, outcome by outcome.

        Raises
        ------
        UnknownNameError
            If there are no such `Rates`.
        """
        counts = structure.within_strata.counts
        design = rate_design(structure.regions, structure.n, rates)
        fits = [logit_normal(counts[one.column], structure.n, design) for one in outcomes.values()]
        centre = np.column_stack([fit.fitted for fit in fits])
        return cls(structure, outcomes, centre, np.array([fit.sigma for fit in fits]))

    def draw(self, contrast: float, worlds: int, rng: np.random.Generator) -> Array:
        """Passages that carry the outcomes, whose true corner contrasts in log odds are all `contrast`.

        Returns
        -------
        ndarray of float, shape (states, worlds, outcomes)
        """
        sample = self.structure.within_strata
        # The signs of the quadrants are half the effect coding, too.
        pattern = np.column_stack([one.weights for one in self.outcomes.values()])[sample.quadrants]
        own = self.sd * rng.normal(size=(len(sample), worlds, len(self.outcomes)))
        log_odds = (self.centre + contrast * pattern)[:, None] + own
        return rng.binomial(self.structure.n.astype(int)[:, None, None], expit(log_odds)).astype(float)

    def tested(self, contrast: float, worlds: int, seed: int, estimators: Iterable[str]) -> pd.DataFrame:
        """Test worlds by several estimators.

        Returns
        -------
        DataFrame
            Index ``estimator`` and ``outcome``, that of all outcomes together being ``gate``. Columns: ``single``, the
            share of worlds with p below `ALPHA`; ``found``, the share in which it is, too, if p is adjusted by maxT
            over centred statistics, and the gate is passed.

        Raises
        ------
        UnknownNameError
            If there is no such estimator.
        """
        chosen = list(estimators)
        for estimator in chosen:
            check_name("estimator", estimator, ESTIMATORS)
        rng = np.random.default_rng(seed)
        sizes = [min(_AT_ONCE, worlds - start) for start in range(0, worlds, _AT_ONCE)]
        hits: dict[str, Array] = {estimator: np.zeros((2, len(self.outcomes) + 1)) for estimator in chosen}
        for size in sizes:
            y = self.draw(contrast, size, rng)
            for estimator in chosen:
                hits[estimator] += self._hits(y, estimator)
        index = pd.MultiIndex.from_product([chosen, [*self.outcomes, "gate"]], names=["estimator", "outcome"])
        table = np.concatenate([hits[estimator].T for estimator in chosen]) / worlds
        return pd.DataFrame(table, index, ["single", "found"])

    def _hits(self, y: Array, estimator: str) -> Array:
        """Worlds in which each outcome, and their gate, are found alone, and behind gate and maxT."""
        observed, drawn = self.statistics(y, estimator)
        centre = drawn.mean(axis=0)
        gate = p_value((observed - centre).sum(axis=-1), (drawn - centre).sum(axis=-1)) < ALPHA
        single = p_value(observed, drawn) < ALPHA
        adjusted = p_value(observed - centre, (drawn - centre).max(axis=-1, keepdims=True)) < ALPHA
        found = adjusted & gate[:, None]
        return np.array([[*one.sum(axis=0), gate.sum()] for one in (single, found)], dtype=float)

    def statistics(self, y: Array, estimator: str) -> tuple[Array, Array]:
        """Signed statistics, shape (worlds, outcomes), and those under permuted placements, (draws, worlds, outcomes).

        `y` are passages as `draw` gives them.
        """
        pairs = []
        for place, outcome in enumerate(self.outcomes.values()):
            sample, cells = ESTIMATORS[estimator](y[..., place], self.structure)

            def statistic(
                quadrants: Codes, cells: Callable[[Codes], Cells] = cells, weights: Array = outcome.weights
            ) -> Array:
                return cells(quadrants).contrast(weights).statistics

            pairs.append((statistic(sample.quadrants)[0], sample.under_null(statistic)))
        observed, drawn = zip(*pairs, strict=True)
        return np.stack(observed, axis=-1), np.stack(drawn, axis=-1)

    def estimated(self, contrast: float, worlds: int, seed: int) -> pd.DataFrame:
        """What the mixed model says of worlds with regions as fixed levels.

        Returns
        -------
        DataFrame
            Index ``outcome``. Columns: ``separated``, the share of worlds in which the contrast has no finite estimate;
            ``estimate``, the mean over the others, and ``median`` of all; ``coverage`` of the 90 % interval; ``below``,
            ``reversed`` and ``not_large``, the shares of worlds in which it lies wholly below the truth, zero and
            `LARGE`; ``found``, the share in which it lies wholly above zero, Wald's one-sided test.
        """
        sample, n = self.structure.within_strata, self.structure.n
        design = corner_design(sample.placed, self.structure.regions)
        y = self.draw(contrast, worlds, np.random.default_rng(seed))
        rows = {}
        for place, (name, outcome) in enumerate(self.outcomes.items()):
            fits = [logit_normal(y[:, world, place], n, design) for world in range(worlds)]
            estimate, low, high = np.transpose([fit.contrast(outcome.effect, outcome.sign) for fit in fits])
            finite = np.array([outcome.effect not in fit.separated for fit in fits])
            rows[name] = {
                "separated": 1 - finite.mean(),
                "estimate": estimate[finite].mean(),
                "median": np.median(estimate),
                "coverage": ((low <= contrast) & (contrast <= high)).mean(),
                "below": (high < contrast).mean(),
                "reversed": (high < 0).mean(),
                "not_large": (high < LARGE).mean(),
                "found": (low > 0).mean(),
            }
        return pd.DataFrame.from_dict(rows, "index").rename_axis("outcome")
