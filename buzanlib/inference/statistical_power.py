"""What these numbers of states and passages could have found: size and power of the test of Table 2, by simulation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit, logit
from statsmodels.stats.proportion import proportion_confint

from buzanlib.errors import EstimationError, check_name
from buzanlib.inference.contrasts import CODING, POSITION, Contrasts, cell_means, empirical_logit
from buzanlib.inference.intervals import student_interval
from buzanlib.inference.permutation import Array, p_value
from buzanlib.inference.placed_sample import THREATS, Codes, Sample
from buzanlib.theory.predictions import Predictions

#: What a state's passages are turned into.
OUTCOMES: dict[str, Callable[[Array, Array], Array]] = {
    "logit": empirical_logit,
    "share": lambda y, n: np.asarray(y / n, dtype=float),
}

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(31)


@dataclass(frozen=True)
class Variation:
    """Mean and standard deviation of the states' log odds of naming a threat."""

    mean: float
    sd: float


def between_states(counts: pd.DataFrame) -> tuple[Variation, ...]:
    """Mean of the states' log odds for each threat of Table 2, and one standard deviation for all.

    By maximum likelihood: normal log odds of states, binomial passages of a state, integrated by Gauss-Hermite
    quadrature. The standard deviation is one, since few passages do not tell three apart. The counts have columns
    ``relevant``, ``pol``, ``inf``, ``cri``.

    Raises
    ------
    EstimationError
        If every passage carries a threat, or none does.
    """
    n = counts["relevant"].to_numpy(dtype=float)
    y = counts[THREATS].to_numpy(dtype=float)
    for threat, total in zip(THREATS, y.sum(axis=0), strict=True):
        if not 0 < total < n.sum():
            raise EstimationError(
                f"{total:.0f} of {n.sum():.0f} passages carry {threat!r}; how states differ in it is unknown"
            )

    def minus_log_likelihood(parameters: Array) -> float:
        log_odds = parameters[:-1, None] + np.exp(parameters[-1]) * _NODES
        each = y[:, :, None] * log_odds - n[:, None, None] * np.logaddexp(0, log_odds)
        return -float(np.log(np.exp(each) @ (_WEIGHTS / _WEIGHTS.sum())).sum())

    start = np.append(logit(y.sum(axis=0) / n.sum()), 0.0)
    bounds = [(-8.0, 8.0)] * y.shape[1] + [(-6.0, 2.0)]
    found = minimize(minus_log_likelihood, start, method="L-BFGS-B", bounds=bounds)
    return tuple(Variation(float(mean), float(np.exp(found.x[-1]))) for mean in found.x[:-1])


@dataclass(frozen=True)
class PowerStudy:
    """Simulates worlds in which Table 2 holds by a given corner contrast, and counts how often the test finds it.

    States keep their placement, their region and their number of passages.
    """

    predictions: Predictions  #: The locked file.
    variation: tuple[Variation, ...]  #: Of each threat of Table 2.
    regional: float = 0.0  #: Standard deviation of what the states of a region have in common, in log odds.
    #: A key of `OUTCOMES`, the locked logits or shares of passages, whose mean does not depend on their number.
    outcome: str = "logit"
    worlds: int = 400  #: For each contrast.
    seed: int = 20100615  #: Of the worlds.

    def __post_init__(self) -> None:
        check_name("outcome", self.outcome, OUTCOMES)

    def __call__(self, sample: Sample, regions: pd.Series[str], contrasts: npt.ArrayLike) -> pd.DataFrame:
        """Simulate.

        Parameters
        ----------
        sample : Sample
            With counts ``relevant``.
        contrasts : array_like of float
            True corner contrasts of the three predictions; 0 is the null.

        Returns
        -------
        DataFrame
            Columns ``hypothesis`` (the three predictions and their gate), ``contrast`` (true), ``power`` (share of
            worlds in which the prediction is found: adjusted p below alpha, and the gate passed), ``low``, ``high``
            (95 % Clopper-Pearson interval), ``single`` (share with unadjusted p below alpha), ``estimate`` (mean) and
            ``contradicted`` (share in which the 90 % interval lies wholly below the smallest effect of interest); the
            last two are NaN for the gate.
        """
        names = [*(one.id for one in self.predictions.cells), self.predictions.gate.id]
        rows = []
        for number, contrast in enumerate(np.asarray(contrasts, dtype=float)):
            rng = np.random.default_rng([self.seed, number])
            worlds = self._tested(sample, self._values(sample, regions, float(contrast), rng))
            for column, name in enumerate(names):
                hits = int(worlds["found"][:, column].sum())
                low, high = map(float, proportion_confint(hits, self.worlds, method="beta"))
                means = (worlds[key][:, column].mean() for key in ("single", "estimate", "contradicted"))
                rows.append((name, contrast, hits / self.worlds, low, high, *means))
        columns = ["hypothesis", "contrast", "power", "low", "high", "single", "estimate", "contradicted"]
        return pd.DataFrame(rows, columns=columns)

    def _tested(self, sample: Sample, values: Array) -> dict[str, Array]:
        """What the test says in each world of the predictions and their gate: arrays of shape (worlds, 4)."""

        def fit(quadrants: Codes) -> Contrasts:
            """Of the three predictions, in the predicted direction, shape (placements, worlds, 3)."""
            found = [
                cell_means(values[..., column], quadrants).contrast(
                    one.sign * CODING[POSITION[one.effect]] / 4
                )
                for column, one in enumerate(self.predictions.cells)
            ]
            pairs = zip(*((one.estimates, one.errors) for one in found), strict=True)
            return Contrasts(*(np.stack(each, axis=-1) for each in pairs))

        placed = fit(sample.quadrants)
        observed, drawn = placed.statistics[0], fit(sample.permuted).statistics
        alpha = self.predictions.alpha
        gate = p_value(observed.sum(axis=-1), drawn.sum(axis=-1)) < alpha
        adjusted = p_value(observed, drawn.max(axis=-1, keepdims=True)) < alpha
        estimate = 2 * placed.estimates[0]
        _, high = student_interval(estimate, 2 * placed.errors[0], len(sample) - 4)
        nothing = np.full((self.worlds, 1), np.nan)
        return {
            "found": np.column_stack([adjusted & gate[:, None], gate]),
            "single": np.column_stack([p_value(observed, drawn) < alpha, gate]),
            "estimate": np.hstack([estimate, nothing]),
            "contradicted": np.hstack([high < self.predictions.sesoi, nothing]),
        }

    def _values(
        self, sample: Sample, regions: pd.Series[str], contrast: float, rng: np.random.Generator
    ) -> Array:
        """Outcomes of the states in all worlds, shape (states, worlds, threats)."""
        n = sample.counts["relevant"].to_numpy(dtype=float)[:, None, None]
        effects = [contrast * one.sign / 2 * CODING[POSITION[one.effect]] for one in self.predictions.cells]
        pattern = np.transpose(effects)[sample.quadrants]
        mean, sd = np.transpose([(one.mean, one.sd) for one in self.variation])
        codes, places = np.unique(regions.loc[sample.counts.index], return_inverse=True)
        shape = (len(sample), self.worlds, len(THREATS))
        own = sd * rng.normal(size=shape)
        common = self.regional * rng.normal(size=(len(codes), *shape[1:]))[places]
        y = rng.binomial(n.astype(int), expit(mean + pattern[:, None] + own + common))
        return OUTCOMES[self.outcome](y.astype(float), n)
