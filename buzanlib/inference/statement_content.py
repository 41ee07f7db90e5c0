"""How states of each quadrant speak: strength, military framing, agents, measures and names.

Hypotheses A2, M1, B12, B14 to B18, D2 and F1. The definitions are those of ``definitions.json``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit
from scipy.stats import rankdata

from buzanlib.errors import EstimationError
from buzanlib.inference.bootstrap import bootstrap_weights, percentile_interval
from buzanlib.inference.contrasts import (
    FLOOR,
    Cells,
    against_rest,
    cell_means,
    contrast_test,
    difference,
    empirical_logit,
)
from buzanlib.inference.jonckheere_terpstra import OrderTest
from buzanlib.inference.permutation import Array, Permutations, p_value
from buzanlib.inference.placed_sample import Sample
from buzanlib.inference.verdicts import COVERAGE, Finding, intersection_union
from buzanlib.measurement.profiles import NAMED
from buzanlib.theory.vocabulary import Quadrant, Threat

_MEASURE, _EITHER, _BOTH = "measured", "either", "agents abroad and inside"

#: Contrasts of rates among relevant passages: what is counted, and weights of the quadrants in the predicted direction.
#: M1 has two parts, and a rival beside them.
RATES: dict[str, tuple[str, Array]] = {
    "M1.WS": (Threat.MIL, against_rest(Quadrant.WS)),
    "M1.SS": (Threat.MIL, -against_rest(Quadrant.SS)),
    "M1.SW": (Threat.MIL, against_rest(Quadrant.SW)),
    "B12": ("emergency", -against_rest(Quadrant.SS)),
    "B14": ("measure.defend", against_rest(Quadrant.WS)),
    "B17": ("measure.content", against_rest(Quadrant.SW)),
    "B18": (_BOTH, against_rest(Quadrant.SW)),
    "D2": (Threat.INF, difference(Quadrant.WS, Quadrant.SS)),
}


def _if_possible(test: Callable[[], Finding]) -> list[Finding]:
    """What a test finds, or nothing where its own states cannot carry it."""
    try:
        return [test()]
    except EstimationError:
        return []


@dataclass(frozen=True)
class WordingTests:
    """All claims on how states speak, each tested as `definitions.json` has it.

    Attributes
    ----------
    sesoi : float
        Smallest effect of interest on the logit scale.
    draws, seed : int
        Of the bootstrap and of the changes of sign.
    """

    sesoi: float
    draws: int = 1999
    seed: int = 20100615

    def __call__(
        self, counts: pd.DataFrame, names: pd.DataFrame, placed: pd.DataFrame, permutations: Permutations
    ) -> dict[str, Finding]:
        """Test.

        Parameters
        ----------
        counts : DataFrame
            As `buzanlib.measurement.profiles.state_counts` gives them.
        names : DataFrame
            As `buzanlib.measurement.profiles.names_of_the_matter` gives them.
        placed : DataFrame
            As `buzanlib.measurement.placement.Placement` gives it.
        permutations : Permutations
            Of states within groups.

        Returns
        -------
        dict of str to Finding
            By id. B16 and F1 compare states of their own, those that use either name and those that ask for a
            measure; where these cannot carry the test they are left out.

        Raises
        ------
        EstimationError
            If a quadrant holds fewer than two states that speak.
        """
        sample = Sample.of(counts, placed, permutations)
        level = sample.counts["level"] / sample.counts["relevant"]
        found = [
            OrderTest(draws=self.draws, seed=self.seed)("A2", level, sample),
            self._military(sample),
            self._rate("B12", sample),
            self._rate("B14", sample),
            self._second_to_infrastructure(sample),
            *_if_possible(lambda: self._names(names, placed, permutations)),
            self._rate("B17", sample),
            self._rate("B18", sample),
            self._rank_not_magnitude(sample),
            *_if_possible(lambda: self._route(counts, placed, permutations)),
        ]
        return {finding.hypothesis: finding for finding in found}

    def _rate(self, name: str, sample: Sample) -> Finding:
        """One of `RATES`; that of a part goes by the name of the part."""
        column, weights = RATES[name]
        logits = empirical_logit(_counted(sample, column), sample.counts["relevant"])
        return contrast_test(name.rpartition(".")[-1], logits, sample, weights, self.sesoi)

    def _military(self, sample: Sample) -> Finding:
        """M1: WS above the rest and SS below it, with SW, whose voice opens the paper, beside them."""
        parts = [self._rate("M1.WS", sample), self._rate("M1.SS", sample)]
        rival = self._rate("M1.SW", sample)
        whole = intersection_union("M1", parts)
        beside = {
            **whole.beside,
            "SW.contrast": rival.contrast,
            "SW.low90": rival.low90,
            "SW.high90": rival.high90,
            "SW.p": rival.p,
        }
        return Finding(
            "M1", whole.contrast, whole.low90, whole.high90, whole.p, whole.n, whole.sesoi, beside=beside
        )

    def _second_to_infrastructure(self, sample: Sample) -> Finding:
        """B15: within WS states infrastructure above crime, and crime above every other threat."""
        inside = sample.counts[sample.quadrants == list(Quadrant).index(Quadrant.WS)]
        logits: dict[Threat, Array] = {
            threat: empirical_logit(inside[threat.value], inside["relevant"]) for threat in NAMED
        }
        pairs = [(Threat.INF, Threat.CRI)]
        pairs += [(Threat.CRI, other) for other in NAMED if other not in (Threat.INF, Threat.CRI)]
        parts = [self._paired(f"{first}.{second}", logits[first] - logits[second]) for first, second in pairs]
        return intersection_union("B15", parts)

    def _paired(self, name: str, differences: Array) -> Finding:
        """Mean of differences within states, against random changes of their signs."""
        n = len(differences)
        if n < 2:
            raise EstimationError(f"{n} states to compare two threats in; allowed: at least 2")
        rng = np.random.default_rng(self.seed)
        signs = rng.choice([-1.0, 1.0], size=(self.draws, n))
        mean, error = differences.mean(), differences.std(ddof=1) / np.sqrt(n)
        means = signs @ differences / n
        # A change of sign leaves the sum of squares as it is.
        errors = np.sqrt(np.maximum((differences**2).mean() - means**2, 0) / (n - 1))
        half = float(stdtrit(n - 1, (1 + COVERAGE) / 2)) * error
        p = p_value(mean / max(error, FLOOR), means / np.maximum(errors, FLOOR))
        return Finding(name, float(mean), float(mean - half), float(mean + half), float(p), n, self.sesoi)

    def _names(self, names: pd.DataFrame, placed: pd.DataFrame, permutations: Permutations) -> Finding:
        """B16: information security rather than cyber security, in SW against the rest."""
        sample = Sample.of(names, placed, permutations, needs=_EITHER)
        logits = empirical_logit(sample.counts["information_security"], sample.counts[_EITHER])
        return contrast_test("B16", logits, sample, against_rest(Quadrant.SW), self.sesoi)

    def _rank_not_magnitude(self, sample: Sample) -> Finding:
        """D2: WS above SS in infrastructure, and both rank the six threats alike."""
        magnitude = self._rate("D2", sample)
        rates = sample.counts[[threat.value for threat in NAMED]].div(sample.counts["relevant"], axis=0)
        weights = bootstrap_weights(sample.quadrants, self.draws, self.seed)
        ranks = {}
        for quadrant in (Quadrant.WS, Quadrant.SS):
            inside = sample.quadrants == list(Quadrant).index(quadrant)
            drawn = np.vstack([inside.astype(float), weights * inside])
            ranks[quadrant] = rankdata(drawn @ rates.to_numpy() / inside.sum(), axis=1)
        rho = _row_correlation(ranks[Quadrant.WS], ranks[Quadrant.SS])
        p_rank = float(p_value(0.0, -rho[1:]))
        return Finding(
            "D2",
            magnitude.contrast,
            magnitude.low90,
            magnitude.high90,
            max(magnitude.p, p_rank),
            len(sample),
            self.sesoi,
            beside={"magnitude.p": magnitude.p, "rank.correlation": float(rho[0]), "rank.p": p_rank},
        )

    def _route(self, counts: pd.DataFrame, placed: pd.DataFrame, permutations: Permutations) -> Finding:
        """F1: whether quadrants differ at all in defending themselves rather than acting on the threat."""
        measured = counts.assign(**{_MEASURE: counts["relevant"] - counts["measure.none"]})
        sample = Sample.of(measured, placed, permutations, needs=_MEASURE)
        logits = empirical_logit(sample.counts["measure.defend"], sample.counts[_MEASURE])[:, None]
        observed = cell_means(logits, sample.quadrants)
        drawn = cell_means(logits, sample.permuted)
        weights = bootstrap_weights(sample.quadrants, self.draws, self.seed)
        resampled = np.column_stack(
            [
                (weights * (sample.quadrants == code)) @ logits[:, 0] / (sample.quadrants == code).sum()
                for code in range(len(Quadrant))
            ]
        )
        by_chance = float(np.ptp(drawn.means[..., 0], axis=1).mean())
        low, high = percentile_interval(np.ptp(resampled, axis=1), -by_chance)
        return Finding(
            "F1",
            float(np.ptp(observed.means[0, :, 0])) - by_chance,
            low,
            high,
            float(p_value(float(_wald(observed)[0]), _wald(drawn))),
            len(sample),
            self.sesoi,
            beside={"range.chance": by_chance},
        )


def beside_shares(sample: Sample) -> pd.DataFrame:
    """The contrasts of `RATES` beside what the half that is added to every count does to them.

    Quadrants whose states have many passages have lower logits of a count of zero, so that a rare kind of passage
    gives a contrast of logits although no quadrant differs.

    Parameters
    ----------
    sample : Sample
        With counts as `buzanlib.measurement.profiles.state_counts` gives them.

    Returns
    -------
    DataFrame of float
        Index the names of `RATES`; columns ``logit``, the contrast of the test; ``none``, what it would be if no state
        had a single such passage; ``share``, the same contrast of plain shares of passages.
    """
    n = sample.counts["relevant"]
    none = empirical_logit(np.zeros(len(n)), n)
    rows = {}
    for name, (column, weights) in RATES.items():
        y = _counted(sample, column)
        outcomes = np.column_stack([empirical_logit(y, n), none, y / n])
        rows[name] = cell_means(outcomes, sample.quadrants).contrast(weights).estimates[0]
    return pd.DataFrame(rows, index=["logit", "none", "share"]).T


def _counted(sample: Sample, column: str) -> pd.Series:
    """A count of the states; that of agents both abroad and inside is the lesser of the two."""
    if column == _BOTH:
        return sample.counts[["agent.state", "agent.other"]].min(axis=1)
    return sample.counts[column]


def _wald(cells: Cells) -> Array:
    """Wald statistic of equal means, each with its own variance (Welch 1951), shape (placements,)."""
    means = cells.means[..., 0]
    precision = 1 / np.maximum(cells.variances[..., 0], FLOOR**2)
    centre = (precision * means).sum(axis=1) / precision.sum(axis=1)
    return np.asarray((precision * (means - centre[:, None]) ** 2).sum(axis=1), dtype=float)


def _row_correlation(a: Array, b: Array) -> Array:
    """Pearson correlation of the rows of two tables; 0 where a row is constant."""
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    scale = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    r = np.divide((a * b).sum(axis=1), scale, out=np.zeros(len(a)), where=scale > 0)
    return np.asarray(r, dtype=float)
