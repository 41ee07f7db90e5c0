"""What these numbers of states and passages could have found: size and power of the test of Table 2, by simulation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit, logit
from scipy.stats import beta

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.inference.contrasts import CODING, POSITION, Contrasts, cell_means, empirical_logit
from buzanlib.inference.intervals import student_interval
from buzanlib.inference.permutation import Array, p_value
from buzanlib.inference.placed_sample import Codes, Sample
from buzanlib.theory.predictions import Predictions
from buzanlib.theory.vocabulary import TABLE2_THREATS

_THREATS = [threat.value for threat in TABLE2_THREATS]

#: What a state's passages are turned into.
OUTCOMES: dict[str, Callable[[Array, Array], Array]] = {
    "logit": empirical_logit,
    "share": lambda y, n: np.asarray(y / n, dtype=float),
}

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(31)


@dataclass(frozen=True)
class Variation:
    """How often a threat is named, and how much states differ in it.

    Attributes
    ----------
    mean, sd : float
        Of the states' log odds.
    """

    mean: float
    sd: float


def between_states(counts: pd.DataFrame) -> tuple[Variation, ...]:
    """Mean of the states' log odds for each threat of Table 2, and one standard deviation for all.

    Parameters
    ----------
    counts : DataFrame
        Columns ``relevant``, ``pol``, ``inf``, ``cri``.

    Returns
    -------
    tuple of Variation
        By maximum likelihood: normal log odds of states, binomial passages of a state, integrated by Gauss-Hermite
        quadrature. The standard deviation is one, since few passages do not tell three apart.

    Raises
    ------
    EstimationError
        If every passage carries a threat, or none does.
    """
    n = counts["relevant"].to_numpy(dtype=float)
    y = counts[_THREATS].to_numpy(dtype=float)
    for threat, total in zip(_THREATS, y.sum(axis=0), strict=True):
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

    Attributes
    ----------
    predictions : Predictions
        The locked file.
    variation : tuple of Variation
        Of each threat of Table 2.
    regional : float
        Standard deviation of what the states of a region have in common, in log odds.
    outcome : {"logit", "share"}
        What is compared: the locked empirical logits, or plain shares of passages, whose mean does not depend on their
        number.
    worlds, seed : int
        Worlds for each contrast, and the seed.
    """

    predictions: Predictions
    variation: tuple[Variation, ...]
    regional: float = 0.0
    outcome: str = "logit"
    worlds: int = 400
    seed: int = 20100615

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise UnknownNameError("outcome", self.outcome, OUTCOMES)

    def __call__(self, sample: Sample, regions: pd.Series[str], contrasts: npt.ArrayLike) -> pd.DataFrame:
        """Simulate.

        Parameters
        ----------
        sample : Sample
            With counts ``relevant``.
        regions : Series of str
            Of the states of the sample.
        contrasts : array_like of float
            True corner contrasts of the three predictions; 0 is the null.

        Returns
        -------
        DataFrame
            Columns ``hypothesis`` (B1, B2, B3, B5), ``contrast`` (true), ``power`` (share of worlds in which the
            prediction is found: adjusted p below alpha, and the gate passed; for B5 the gate alone), ``low``, ``high``
            (95 % Clopper-Pearson interval), ``single`` (share with unadjusted p below alpha), ``estimate`` (mean) and
            ``contradicted`` (share in which the 90 % interval lies wholly below the smallest effect of interest); the
            last two are NaN for B5.
        """
        names = [*self.predictions.families["F1"], "B5"]
        rows = []
        for number, contrast in enumerate(np.asarray(contrasts, dtype=float)):
            rng = np.random.default_rng([self.seed, number])
            worlds = self._tested(sample, regions, float(contrast), rng)
            for column, name in enumerate(names):
                hits = int(worlds["found"][:, column].sum())
                rows.append(
                    {
                        "hypothesis": name,
                        "contrast": contrast,
                        "power": hits / self.worlds,
                        "low": beta.ppf(0.025, hits, self.worlds - hits + 1) if hits else 0.0,
                        "high": beta.ppf(0.975, hits + 1, self.worlds - hits) if hits < self.worlds else 1.0,
                        "single": worlds["single"][:, column].mean(),
                        "estimate": worlds["estimate"][:, column].mean(),
                        "contradicted": worlds["contradicted"][:, column].mean(),
                    }
                )
        return pd.DataFrame(rows)

    def _tested(
        self, sample: Sample, regions: pd.Series[str], contrast: float, rng: np.random.Generator
    ) -> dict[str, Array]:
        """What the test says of each world on B1, B2, B3 and B5: arrays of shape (worlds, 4)."""
        family = [self.predictions.hypotheses[name] for name in self.predictions.families["F1"]]
        rows = np.array([POSITION[hypothesis.effect] for hypothesis in family])
        columns = np.array([_THREATS.index(hypothesis.threat) for hypothesis in family])
        signs = np.array([hypothesis.sign for hypothesis in family], dtype=float)
        values = self._values(sample, regions, contrast * signs, rows, columns, rng)

        def fit(quadrants: Codes) -> Contrasts:
            """Of the three predictions, in the predicted direction, shape (placements, worlds, 3)."""
            found = [
                cell_means(values[..., column], quadrants).contrast(sign * CODING[row] / 4)
                for row, column, sign in zip(rows, columns, signs, strict=True)
            ]
            estimates, errors = ([getattr(one, name) for one in found] for name in ("estimates", "errors"))
            return Contrasts(np.stack(estimates, axis=-1), np.stack(errors, axis=-1))

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
        self,
        sample: Sample,
        regions: pd.Series[str],
        contrasts: Array,
        rows: Codes,
        columns: Codes,
        rng: np.random.Generator,
    ) -> Array:
        """Outcomes of the states in all worlds, shape (states, worlds, threats)."""
        n = sample.counts["relevant"].to_numpy(dtype=float)[:, None, None]
        pattern = np.zeros((len(sample), len(_THREATS)))
        pattern[:, columns] = (contrasts[:, None] / 2 * CODING[rows]).T[sample.quadrants]
        mean = np.array([one.mean for one in self.variation])
        sd = np.array([one.sd for one in self.variation])
        codes, places = np.unique(regions.loc[sample.counts.index], return_inverse=True)
        shape = (len(sample), self.worlds, len(_THREATS))
        own = sd * rng.normal(size=shape)
        common = self.regional * rng.normal(size=(len(codes), *shape[1:]))[places]
        y = rng.binomial(n.astype(int), expit(mean + pattern[:, None] + own + common))
        return OUTCOMES[self.outcome](y.astype(float), n)
