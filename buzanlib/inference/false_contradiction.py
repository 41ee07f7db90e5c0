"""How often the locked rule says *contradicted* of an effect that is exactly the smallest of interest.

The rule asks that the 90 % interval ends below that effect. Its intervals are of empirical logits, which are nearer to
zero than the log odds that they stand for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from buzanlib.inference.contrasts import Contrasts, cell_means, empirical_logit
from buzanlib.inference.estimator_simulation import Rates, rate_design
from buzanlib.inference.hypothesis_tests import WORDING
from buzanlib.inference.intervals import student_interval
from buzanlib.inference.mixed_model import MixedFit, logit_normal
from buzanlib.inference.permutation import Array
from buzanlib.inference.statement_content import RateContrast, SecondThreat, rate_counts
from buzanlib.inference.weighted_contrast import Outcome
from buzanlib.inference.world import World
from buzanlib.measurement.profiles import NAMED
from buzanlib.theory.vocabulary import Quadrant


@dataclass(frozen=True, eq=False)
class FalseContradiction:
    """Simulates worlds in which a claim holds with the smallest effect of interest, and applies the locked interval.

    States keep their placement, region and number of passages; their log odds are fitted to the data, without
    contrasts, and then moved as little as the claim asks. Each method raises `EstimationError` where a quadrant holds
    fewer than two states.
    """

    world: World  #: As it was locked (`World.on_record`).
    worlds: int = 2000
    seed: int = 20261128

    def table2(self, rates: str = Rates.REGIONS) -> pd.Series[float]:
        """Share of worlds, by id of the predictions of Table 2 and of their mean, in which the word is said."""
        predictions, quadrants = self.world.data.predictions, self.world.sample.quadrants
        rng, found, signed = np.random.default_rng(self.seed), {}, []
        for one in predictions.cells:
            weights = Outcome(one.threat, one.effect, one.sign).weights
            logits = self._logits(one.threat, self.world.sesoi * weights, rates, rng)
            found[one.id] = self._said(cell_means(logits, quadrants).contrast(weights[None]))
            signed.append(weights[quadrants][:, None] * logits)
        mean = cell_means(np.mean(signed, axis=0), quadrants).contrast(np.ones((1, len(Quadrant))))
        found[predictions.gate.id] = self._said(mean)
        return pd.Series(found, name="contradicted")

    def wording(self, rates: str = Rates.SAME) -> pd.Series[float]:
        """The same by id of the claims on how states speak: those on rates, and that on the order of threats.

        Of a contrast of one quadrant with the rest, that quadrant is moved. Few passages carry such an outcome, and do
        not tell the rates of regions: so all have one rate.
        """
        sample, rng, found = self.world.sample, np.random.default_rng(self.seed), {}
        for name, test in WORDING.items():
            if isinstance(test, RateContrast):
                parts = np.stack([weights for _, weights in test.parts.values()])
                column = next(column for column, _ in test.parts.values())
                moved = ((parts == 1).sum(axis=0) - (parts == -1).sum(axis=0)).astype(float)
                moved *= self.world.sesoi / (parts @ moved).min()
                logits = self._logits(column, moved, rates, rng)
                found[name] = self._said(cell_means(logits, sample.quadrants).contrast(parts))
            elif isinstance(test, SecondThreat):
                found[name] = self._order(test, rates, rng)
        return pd.Series(found, name="contradicted")

    def _order(self, test: SecondThreat, rates: str, rng: np.random.Generator) -> float:
        """The same of an order of threats within a quadrant: the second keeps its rate, and others make way for it."""
        sample, sesoi = self.world.sample, self.world.sesoi
        inside = sample.quadrants == list(Quadrant).index(test.quadrant)
        n = sample.counts["relevant"].to_numpy(dtype=int)[inside]
        fits = {threat: self._fit(sample.counts[threat.value], rates) for threat in NAMED}
        centre = {threat: fit.fitted.to_numpy()[inside] for threat, fit in fits.items()}
        mean = {threat: float(values.mean()) for threat, values in centre.items()}
        level = {threat: min(mean[threat], mean[test.second] - sesoi) for threat in NAMED}
        level |= {test.second: mean[test.second], test.first: mean[test.second] + sesoi}
        logits = {
            threat: self._drawn(centre[threat] - mean[threat] + level[threat], fits[threat].sigma, n, rng)
            for threat in NAMED
        }
        apart = np.stack([logits[before] - logits[after] for before, after in test.pairs])
        errors = apart.std(axis=1, ddof=1) / np.sqrt(len(n))
        return self._said(Contrasts(apart.mean(axis=1)[None], errors[None]), len(n) - 1)

    def _logits(self, column: str, moved: Array, rates: str, rng: np.random.Generator) -> Array:
        """Empirical logits of a count, the quadrants moved by some log odds, shape (states, worlds)."""
        sample = self.world.sample
        fit = self._fit(rate_counts(sample, column), rates)
        centre = fit.fitted.to_numpy() + moved[sample.quadrants]
        return self._drawn(centre, fit.sigma, sample.counts["relevant"].to_numpy(dtype=int), rng)

    def _fit(self, y: pd.Series[int], rates: str) -> MixedFit:
        counts = self.world.sample.counts
        n = counts["relevant"].to_numpy(dtype=float)
        return logit_normal(y, n, rate_design(self.world.data.regions.loc[counts.index], n, rates))

    def _drawn(self, centre: Array, sigma: float, n: npt.NDArray[np.intp], rng: np.random.Generator) -> Array:
        own = sigma * rng.normal(size=(len(centre), self.worlds))
        return empirical_logit(rng.binomial(n[:, None], expit(centre[:, None] + own)), n[:, None])

    def _said(self, parts: Contrasts, df: int | None = None) -> float:
        """Share of worlds in which the interval of the weakest part, of shape (1, parts, worlds), ends too low."""
        df = len(self.world.sample) - 4 if df is None else df
        weakest = parts.estimates.argmin(axis=1, keepdims=True)
        estimates, errors = (np.take_along_axis(each, weakest, 1) for each in (parts.estimates, parts.errors))
        _, high = student_interval(estimates, errors, df)
        return float((high < self.world.sesoi).mean())
