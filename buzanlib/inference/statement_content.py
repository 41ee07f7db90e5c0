"""How states of each quadrant speak: strength, military framing, agents, measures and names for the matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binom, rankdata

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import (
    FLOOR,
    Cells,
    against_rest,
    cell_means,
    contrast_test,
    empirical_logit,
)
from buzanlib.inference.intervals import bootstrap_means, percentile_interval, student_interval
from buzanlib.inference.mixed_model import UNBOUNDED, corner_model
from buzanlib.inference.permutation import Array, p_value
from buzanlib.inference.placed_sample import Sample
from buzanlib.inference.verdicts import Finding, intersection_union
from buzanlib.inference.weighted_contrast import weighted_p
from buzanlib.inference.world import HypothesisTest, World
from buzanlib.measurement.profiles import NAMED, names_of_the_matter
from buzanlib.theory.vocabulary import Measure, Quadrant, Threat

#: A count of passages, and weights of the quadrants in the predicted direction.
Rate = tuple[str, Array]

_SHOWN = ("contrast", "low90", "high90", "p")

#: Agents both abroad and inside, the lesser of the two counts.
BOTH = "agents abroad and inside"


def rate_test(
    hypothesis: str, world: World, rate: Rate, counts: pd.DataFrame | None = None, of: str = "relevant"
) -> Finding:
    """Contrast between quadrants of the rate of a count.

    P is the larger of two: that of empirical logits, as locked, whose size depends on how much states say; and that of
    the primary estimator, which keeps its size but was chosen later. They stand beside the finding as ``p.locked`` and
    ``p.weighted``. Estimate and interval are in log odds, of a logit-normal mixed model. Where this has none, since a
    quadrant has no or only such passages, and where `World.locked` says so, they are of empirical logits.

    Parameters
    ----------
    counts : DataFrame, optional
        By ``iso3``; the counts of the world by default.
    of : str
        Column of the totals; states without any are left out.
    """
    column, weights = rate
    sample = world.sample_of(world.counts if counts is None else counts, of)
    logits = empirical_logit(rate_counts(sample, column), sample.counts[of])
    locked = contrast_test(hypothesis, logits, sample, weights, world.sesoi)
    if world.locked:
        return replace(locked, unbiased=False)
    found = primary_test(hypothesis, world, rate, counts, of)
    return replace(found, p=max(locked.p, found.p), beside={"p.locked": locked.p, "p.weighted": found.p})


def primary_test(
    hypothesis: str, world: World, rate: Rate, counts: pd.DataFrame | None = None, of: str = "relevant"
) -> Finding:
    """Contrast between quadrants of the rate of a count, by the primary estimator alone.

    Takes what `rate_test` does, and gives an estimate and interval of the same kind.
    """
    column, weights = rate
    sample, regions = world.sample_of(world.counts if counts is None else counts, of), world.data.regions
    y, n = rate_counts(sample, column), sample.counts[of]
    counted = pd.DataFrame({"relevant": n, column: y})
    p = weighted_p(counted, column, weights, world.placed, regions, world.bank)
    estimate, low, high = corner_model(counted, column, sample.placed, regions).combination(weights)
    if high - low > UNBOUNDED:
        logits = contrast_test(hypothesis, empirical_logit(y, n), sample, weights, world.sesoi)
        return replace(logits, p=p, unbiased=False)
    return Finding(hypothesis, estimate, low, high, p, len(sample), world.sesoi)


@dataclass(frozen=True, eq=False)
class RateContrast(HypothesisTest):
    """A contrast between quadrants of the rate of a kind of passage; several must all hold (intersection-union)."""

    parts: Mapping[str, Rate]  #: By the names under which they stand beside the finding.
    rivals: Mapping[str, Rate] = field(default_factory=dict)  #: What else stands beside it.

    def __call__(self, world: World) -> Finding:
        """Test."""
        if len(self.parts) == 1:
            (rate,) = self.parts.values()
            return rate_test(self.hypothesis, world, rate)
        parts = [rate_test(name, world, rate) for name, rate in self.parts.items()]
        whole = intersection_union(self.hypothesis, parts)
        rivals = [rate_test(name, world, rate) for name, rate in self.rivals.items()]
        # The larger p of the parts, of either kind: none as locked.
        beside = {**whole.beside, **{key: max(part.beside[key] for part in parts) for key in parts[0].beside}}
        for one in (*parts, *rivals):
            beside |= {f"{one.hypothesis}.{key}": value for key, value in one.beside.items()}
            beside |= {f"{one.hypothesis}.{key}": getattr(one, key) for key in _SHOWN}
        return replace(whole, beside=beside)


@dataclass(frozen=True)
class SecondThreat(HypothesisTest):
    """Whether states of a quadrant put one threat before a second, and that before all others (intersection-union).

    Differences of logits within states are tested by random changes of their signs; raises `EstimationError` if the
    quadrant holds fewer than two states.
    """

    quadrant: Quadrant
    first: Threat
    second: Threat

    @property
    def pairs(self) -> list[tuple[Threat, Threat]]:
        """Threats of which the former comes before the latter."""
        pair = self.first, self.second
        return [pair, *((self.second, other) for other in NAMED if other not in pair)]

    def __call__(self, world: World) -> Finding:
        """Test."""
        inside = world.sample.counts[world.sample.quadrants == list(Quadrant).index(self.quadrant)]
        n = len(inside)
        if n < 2:
            raise EstimationError(f"{n} states to compare two threats in; allowed: at least 2")
        signs = np.random.default_rng(world.seed).choice([-1.0, 1.0], size=(world.draws, n))
        logits = {threat: empirical_logit(inside[threat.value], inside["relevant"]) for threat in NAMED}
        parts = []
        for before, after in self.pairs:
            differences = logits[before] - logits[after]
            mean, error = float(differences.mean()), float(differences.std(ddof=1) / np.sqrt(n))
            means = signs @ differences / n
            # A change of sign leaves the sum of squares as it is.
            errors = np.sqrt(np.maximum((differences**2).mean() - means**2, 0) / (n - 1))
            p = p_value(mean / max(error, FLOOR), means / np.maximum(errors, FLOOR))
            low, high = student_interval(mean, error, n - 1)
            part = Finding(f"{before}.{after}", mean, low, high, float(p), n, world.sesoi, unbiased=False)
            parts.append(part)
        return intersection_union(self.hypothesis, parts)


@dataclass(frozen=True)
class NameOfTheMatter(HypothesisTest):
    """Whether states of a quadrant say *information security* rather than *cyber security*."""

    quadrant: Quadrant

    def __call__(self, world: World) -> Finding:
        """Test."""
        names = names_of_the_matter(world.data.statements, world.corpus, *world.window)
        rate = "information_security", against_rest(self.quadrant)
        return rate_test(self.hypothesis, world, rate, names, of="either")


@dataclass(frozen=True, eq=False)
class SameOrder(HypothesisTest):
    """Whether a rate differs between two quadrants that rank the named threats alike (Spearman correlation above zero).

    P is the larger of that of the contrast and that of the correlation by bootstrap of states.
    """

    rate: Rate
    pair: tuple[Quadrant, Quadrant]

    def __call__(self, world: World) -> Finding:
        """Test."""
        sample = world.sample
        magnitude = rate_test(self.hypothesis, world, self.rate)
        named = sample.counts[[threat.value for threat in NAMED]]
        rates = named.div(sample.counts["relevant"], axis=0).to_numpy()
        codes = [list(Quadrant).index(quadrant) for quadrant in self.pair]
        observed = np.stack([rates[sample.quadrants == code].mean(axis=0) for code in codes])
        drawn = bootstrap_means(rates, sample.quadrants, world.draws, world.seed)[:, codes]
        ranks = rankdata(np.concatenate([observed[None], drawn]), axis=2)
        rho = _row_correlation(ranks[:, 0], ranks[:, 1])
        p_rank = float(p_value(0.0, -rho[1:]))
        beside = {**magnitude.beside, "magnitude.p": magnitude.p}
        beside |= {"rank.correlation": float(rho[0]), "rank.p": p_rank}
        return replace(magnitude, p=max(magnitude.p, p_rank), beside=beside)


@dataclass(frozen=True)
class EqualRates(HypothesisTest):
    """Whether quadrants differ in how often a state that asks for a measure asks for this one.

    By Welch's statistic under permutation. The estimate is the range of the four means of logits less its mean under
    permutation; interval by bootstrap.
    """

    measure: Measure

    def __call__(self, world: World) -> Finding:
        """Test."""
        measured = world.counts["relevant"] - world.counts[f"measure.{Measure.NONE}"]
        sample = world.sample_of(world.counts.assign(measured=measured), needs="measured")
        logits = empirical_logit(sample.counts[f"measure.{self.measure}"], sample.counts["measured"])[:, None]
        observed, drawn = cell_means(logits, sample.quadrants), cell_means(logits, sample.permuted)
        resampled = bootstrap_means(logits, sample.quadrants, world.draws, world.seed)[..., 0]
        by_chance = float(np.ptp(drawn.means[..., 0], axis=1).mean())
        low, high = percentile_interval(np.ptp(resampled, axis=1), -by_chance)
        beyond = float(np.ptp(observed.means[0, :, 0])) - by_chance
        p, beside = float(p_value(float(_wald(observed)[0]), _wald(drawn))), {"range.chance": by_chance}
        n, sesoi = len(sample), world.sesoi
        return Finding(self.hypothesis, beyond, low, high, p, n, sesoi, unbiased=False, beside=beside)


def expected_logit(n: npt.ArrayLike, rate: float) -> Array:
    """Mean of the empirical logit of a binomial count, shape (states,), from the passages `n` of each state.

    `rate` is the probability that a passage carries the threat, 0 to 1. `EstimationError` if the rate is no
    probability.
    """
    if not 0 <= rate <= 1:
        raise EstimationError(f"a rate of {rate}; allowed: 0 to 1")
    sizes, places = np.unique(np.asarray(n, dtype=int), return_inverse=True)
    counts = [np.arange(size + 1) for size in sizes]
    means = [binom.pmf(y, len(y) - 1, rate) @ empirical_logit(y, len(y) - 1) for y in counts]
    return np.asarray(means, dtype=float)[places]


def rate_counts(sample: Sample, column: str) -> pd.Series[int]:
    """The count of a `Rate`, by state."""
    if column == BOTH:
        return sample.counts[["agent.state", "agent.other"]].min(axis=1)
    return sample.counts[column]


def rate_leanings(sample: Sample, rates: Mapping[str, Rate], rate: float | None = None) -> pd.DataFrame:
    """Contrasts of rates beside what they would be if no quadrant differed, and beside those of plain shares.

    One half added to a count of nothing means more to a state with one passage than to one with ten. So the mean of an
    empirical logit depends on how much a state says, most of all for what is rarely said, and quadrants that speak
    unequally differ in it although they say the same.

    Parameters
    ----------
    sample : Sample
        With counts as `buzanlib.measurement.profiles.state_counts` gives them.
    rates : mapping of str to Rate
        By name.
    rate : float, optional
        Probability that a passage carries what is compared if no quadrant differs; the mean of the states' shares by
        default. With 0, the leaning is what the contrast would be if no state had a single such passage.

    Returns
    -------
    DataFrame
        Index the names; columns ``contrast`` (of empirical logits), ``leaning`` (the same, expected at `rate`) and
        ``share`` (of plain shares).
    """
    n, rows = sample.counts["relevant"], {}
    for name, (column, weights) in rates.items():
        y = rate_counts(sample, column)
        shares = y / n
        expected = expected_logit(n, float(shares.mean()) if rate is None else rate)
        outcomes = np.column_stack([empirical_logit(y, n), expected, shares])
        rows[name] = cell_means(outcomes, sample.quadrants).contrast(weights).estimates[0]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["contrast", "leaning", "share"])


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
