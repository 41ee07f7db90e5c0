"""How states of each quadrant speak: strength, military framing, agents, measures and names for the matter."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import (
    FLOOR,
    Cells,
    against_rest,
    cell_means,
    contrast_test,
    difference,
    empirical_logit,
)
from buzanlib.inference.empirical_logit_bias import leanings
from buzanlib.inference.intervals import bootstrap_means, percentile_interval, student_interval
from buzanlib.inference.jonckheere_terpstra import OrderTest
from buzanlib.inference.permutation import Array, Permutations, p_value
from buzanlib.inference.placed_sample import Sample
from buzanlib.inference.verdicts import Finding, intersection_union
from buzanlib.measurement.profiles import NAMED
from buzanlib.theory.vocabulary import Quadrant, Threat

#: A count of passages, and weights of the quadrants in the predicted direction.
Rate = tuple[str, Array]

#: Agents both abroad and inside: the lesser of the two counts.
_BOTH = "agents abroad and inside"

#: The contrasts of rates among relevant passages that `WordingTests` makes; M1 has two parts, and a rival beside them.
RATES: dict[str, Rate] = {
    "M1.WS": (Threat.MIL, against_rest(Quadrant.WS)),
    "M1.SS": (Threat.MIL, -against_rest(Quadrant.SS)),
    "M1.SW": (Threat.MIL, against_rest(Quadrant.SW)),
    "B12": ("emergency", -against_rest(Quadrant.SS)),
    "B14": ("measure.defend", against_rest(Quadrant.WS)),
    "B17": ("measure.content", against_rest(Quadrant.SW)),
    "B18": (_BOTH, against_rest(Quadrant.SW)),
    "D2": (Threat.INF, difference(Quadrant.WS, Quadrant.SS)),
}


def rate_test(hypothesis: str, sample: Sample, rate: Rate, sesoi: float, of: str = "relevant") -> Finding:
    """Contrast between quadrants of the empirical logit of a count; `of` is the column of the totals."""
    column, weights = rate
    logits = empirical_logit(_counted(sample, column), sample.counts[of])
    return contrast_test(hypothesis, logits, sample, weights, sesoi)


def joint_rate_test(
    hypothesis: str, sample: Sample, parts: Mapping[str, Rate], rivals: Mapping[str, Rate], sesoi: float
) -> Finding:
    """Several contrasts of rates that must all hold (intersection-union), with those of rivals beside them."""
    whole = intersection_union(
        hypothesis, [rate_test(name, sample, rate, sesoi) for name, rate in parts.items()]
    )
    beside = dict(whole.beside)
    for name, rate in rivals.items():
        rival = rate_test(name, sample, rate, sesoi)
        beside |= {f"{name}.{key}": getattr(rival, key) for key in ("contrast", "low90", "high90", "p")}
    return replace(whole, beside=beside)


def second_threat_test(
    hypothesis: str,
    sample: Sample,
    quadrant: Quadrant,
    first: Threat,
    second: Threat,
    sesoi: float,
    draws: int,
    seed: int,
) -> Finding:
    """Whether states of a quadrant put one threat before a second, and that before all others (intersection-union).

    Parameters
    ----------
    hypothesis : str
        Id.
    sample : Sample
        With counts ``relevant`` and one column a threat.
    quadrant : Quadrant
        Whose states are compared within themselves.
    first, second : Threat
        In the order that is claimed.
    sesoi : float
        Smallest effect of interest, in logits.
    draws, seed : int
        Of the random changes of sign of the differences within states.

    Raises
    ------
    EstimationError
        If the quadrant holds fewer than two states.
    """
    inside = sample.counts[sample.quadrants == list(Quadrant).index(quadrant)]
    n = len(inside)
    if n < 2:
        raise EstimationError(f"{n} states to compare two threats in; allowed: at least 2")
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(draws, n))
    logits = {threat: empirical_logit(inside[threat.value], inside["relevant"]) for threat in NAMED}
    pairs = [(first, second), *((second, other) for other in NAMED if other not in (first, second))]
    parts = []
    for before, after in pairs:
        differences = logits[before] - logits[after]
        mean, error = float(differences.mean()), float(differences.std(ddof=1) / np.sqrt(n))
        means = signs @ differences / n
        # A change of sign leaves the sum of squares as it is.
        errors = np.sqrt(np.maximum((differences**2).mean() - means**2, 0) / (n - 1))
        p = p_value(mean / max(error, FLOOR), means / np.maximum(errors, FLOOR))
        low, high = student_interval(mean, error, n - 1)
        parts.append(Finding(f"{before}.{after}", mean, low, high, float(p), n, sesoi))
    return intersection_union(hypothesis, parts)


def same_order_test(
    hypothesis: str,
    sample: Sample,
    rate: Rate,
    pair: tuple[Quadrant, Quadrant],
    sesoi: float,
    draws: int,
    seed: int,
) -> Finding:
    """Whether a rate differs between two quadrants that rank the named threats alike (Spearman correlation above zero).

    P is the larger of that of the contrast and that of the correlation by bootstrap of states.
    """
    magnitude = rate_test(hypothesis, sample, rate, sesoi)
    rates = (
        sample.counts[[threat.value for threat in NAMED]].div(sample.counts["relevant"], axis=0).to_numpy()
    )
    codes = [list(Quadrant).index(quadrant) for quadrant in pair]
    observed = np.stack([rates[sample.quadrants == code].mean(axis=0) for code in codes])
    means = np.concatenate([observed[None], bootstrap_means(rates, sample.quadrants, draws, seed)[:, codes]])
    ranks = rankdata(means, axis=2)
    rho = _row_correlation(ranks[:, 0], ranks[:, 1])
    p_rank = float(p_value(0.0, -rho[1:]))
    return replace(
        magnitude,
        p=max(magnitude.p, p_rank),
        beside={"magnitude.p": magnitude.p, "rank.correlation": float(rho[0]), "rank.p": p_rank},
    )


def equal_rates_test(
    hypothesis: str, sample: Sample, column: str, of: str, sesoi: float, draws: int, seed: int
) -> Finding:
    """Whether a rate differs between any quadrants: Welch's statistic under permutation.

    The estimate is the range of the four means of logits less its mean under permutation; interval by bootstrap.
    """
    logits = empirical_logit(sample.counts[column], sample.counts[of])[:, None]
    observed, drawn = cell_means(logits, sample.quadrants), cell_means(logits, sample.permuted)
    resampled = bootstrap_means(logits, sample.quadrants, draws, seed)[..., 0]
    by_chance = float(np.ptp(drawn.means[..., 0], axis=1).mean())
    low, high = percentile_interval(np.ptp(resampled, axis=1), -by_chance)
    return Finding(
        hypothesis,
        float(np.ptp(observed.means[0, :, 0])) - by_chance,
        low,
        high,
        float(p_value(float(_wald(observed)[0]), _wald(drawn))),
        len(sample),
        sesoi,
        beside={"range.chance": by_chance},
    )


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
        counts, names : DataFrame
            As `state_counts` and `names_of_the_matter` of `buzanlib.measurement.profiles` give them.
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
        military = {name: RATES[f"M1.{name}"] for name in ("WS", "SS", "SW")}
        rival = {"SW": military.pop("SW")}
        drawn = self.draws, self.seed
        pair = Quadrant.WS, Quadrant.SS
        found = [
            OrderTest(draws=self.draws, seed=self.seed)("A2", level, sample),
            joint_rate_test("M1", sample, military, rival, self.sesoi),
            *(rate_test(name, sample, RATES[name], self.sesoi) for name in ("B12", "B14")),
            second_threat_test("B15", sample, Quadrant.WS, Threat.INF, Threat.CRI, self.sesoi, *drawn),
        ]
        with suppress(EstimationError):
            either = Sample.of(names, placed, permutations, needs="either")
            rate = "information_security", against_rest(Quadrant.SW)
            found.append(rate_test("B16", either, rate, self.sesoi, of="either"))
        found += [rate_test(name, sample, RATES[name], self.sesoi) for name in ("B17", "B18")]
        found.append(same_order_test("D2", sample, RATES["D2"], pair, self.sesoi, *drawn))
        with suppress(EstimationError):
            measured = counts.assign(measured=counts["relevant"] - counts["measure.none"])
            asking = Sample.of(measured, placed, permutations, needs="measured")
            found.append(equal_rates_test("F1", asking, "measure.defend", "measured", self.sesoi, *drawn))
        return {finding.hypothesis: finding for finding in found}


def beside_shares(sample: Sample, rates: Mapping[str, Rate] = RATES) -> pd.DataFrame:
    """Contrasts of rates beside what the half that is added to every count does to them.

    Parameters
    ----------
    sample : Sample
        With counts as `buzanlib.measurement.profiles.state_counts` gives them.
    rates : mapping of str to Rate
        By name.

    Returns
    -------
    DataFrame of float
        Index the names; columns ``logit``, the contrast of the test; ``none``, what it would be if no state had a
        single such passage; ``share``, the same contrast of plain shares of passages.
    """
    cases = {name: (_counted(sample, column), weights) for name, (column, weights) in rates.items()}
    return leanings(cases, sample, rate=0.0).set_axis(["logit", "none", "share"], axis=1)


def _counted(sample: Sample, column: str) -> pd.Series[int]:
    """A count of the states."""
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
