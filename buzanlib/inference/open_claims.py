"""Family X: claims of the paper that the locked file leaves out, and the test that `definitions.json` gives each.

They are exploratory. Rates are tested by the primary estimator alone, placements exchanged within region and volume.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from buzanlib.inference.cochran_mantel_haenszel import MeasureGivenThreat
from buzanlib.inference.contrasts import (
    CODING,
    POSITION,
    against_rest,
    cell_means,
    contrast_test,
    difference,
    empirical_logit,
)
from buzanlib.inference.conventional_threats import OF_CONVENTIONAL
from buzanlib.inference.disputes import OF_DISPUTES
from buzanlib.inference.gini_simpson import DiversityWithin
from buzanlib.inference.intervals import student_interval
from buzanlib.inference.mixed_model import UNBOUNDED, corner_model
from buzanlib.inference.permutation import Array, p_value
from buzanlib.inference.placed_sample import Codes, Sample
from buzanlib.inference.statement_content import Rate, primary_test
from buzanlib.inference.verdicts import Finding
from buzanlib.inference.weighted_contrast import (
    centred,
    overdispersion,
    passage_weights,
    stratified,
    weighted_cells,
)
from buzanlib.inference.world import HypothesisTest, World
from buzanlib.measurement.profiles import (
    CONTENT_OF_STATES,
    DEFEND_ECONOMY,
    NAMED,
    REFERENTS,
    SEVERAL,
)
from buzanlib.measurement.rarefaction import kinds_beyond_expected
from buzanlib.theory.vocabulary import Quadrant, Threat


def primary(name: str, world: World, rate: Rate) -> Finding:
    """Contrast of a rate by the primary estimator alone (`primary_test`).

    An estimate of empirical logits, which stands in where the mixed model has none, has no interval: for what is that
    rare, the interval lies about how much is said and not about what (`rate_leanings`).
    """
    return _without_interval(primary_test(name, world, rate))


def _without_interval(found: Finding) -> Finding:
    return found if found.unbiased else replace(found, low90=float("nan"), high90=float("nan"))


@dataclass(frozen=True, eq=False)
class PrimaryRate(HypothesisTest):
    """A contrast between quadrants of the rate of a kind of passage, by the primary estimator."""

    rate: Rate

    def __call__(self, world: World) -> Finding:
        """Test."""
        return primary(self.hypothesis, world, self.rate)


@dataclass(frozen=True)
class SeveralKinds(HypothesisTest):
    """Whether states of a quadrant name more kinds of something, and have more of some passages, than the rest.

    Kinds are counted beyond those expected of as many passages of the region. P is the larger of the two; the part that
    is not shown stands beside the finding.
    """

    quadrant: Quadrant
    kinds: tuple[str, ...]  #: Columns of the counts.
    passages: str  #: Column of the counts, the passages that the second part compares.
    shows_kinds: bool  #: Whether estimate and interval are those of the kinds, or of the passages.

    def __call__(self, world: World) -> Finding:
        """Test."""
        kinds = self.of_kinds(world)
        rate = primary("passages", world, (self.passages, against_rest(self.quadrant)))
        shown, other = (kinds, rate) if self.shows_kinds else (rate, kinds)
        beside = {**kinds.beside, **{f"{one.hypothesis}.p": one.p for one in (kinds, rate)}}
        keys = ("contrast", "low90", "high90")
        beside |= {f"{other.hypothesis}.{key}": getattr(other, key) for key in keys}
        return replace(shown, hypothesis=self.hypothesis, p=max(kinds.p, rate.p), beside=beside)

    def of_kinds(self, world: World) -> Finding:
        """The first part; interval by Student's t with HC3 errors."""
        regions = world.data.regions
        sample, _ = stratified(world.counts, world.placed, regions, world.bank)
        beyond = kinds_beyond_expected(sample.counts, list(self.kinds), regions)
        weights = against_rest(self.quadrant)
        # Who speaks more repeats more than draws from a region would: the contrast is not zero by chance.
        values: Array = np.asarray(beyond, dtype=np.float64)[:, None]
        drawn = sample.under_null(lambda some: cell_means(values, some).contrast(weights).estimates)
        found = contrast_test("kinds", beyond, sample, weights)
        return replace(found, beside={"kinds.by_chance": float(drawn.mean())})


@dataclass(frozen=True)
class Preference(HypothesisTest):
    """Whether one quadrant puts a threat before a second, and another quadrant the second before the first.

    P is the larger of two. One exchanges placements, as the primary estimator does, and asks whether the quadrants
    differ; the other changes signs, and asks whether the difference goes beyond that of two threats named alike.
    """

    first: Threat
    second: Threat
    pair: tuple[
        Quadrant, Quadrant
    ]  #: The quadrant that prefers the first threat, and that which prefers the second.

    def __call__(self, world: World) -> Finding:
        """Test."""
        regions, weights = world.data.regions, difference(*self.pair)
        sample, _ = stratified(world.counts, world.placed, regions, world.bank)
        y = sample.counts[[self.first.value, self.second.value]].to_numpy(dtype=float)
        n = sample.counts["relevant"].to_numpy(dtype=float)
        groups = regions.loc[sample.counts.index]
        precision = passage_weights(n, float(overdispersion(y, n, groups).mean()))[:, None]
        plain = ((y[:, 0] - y[:, 1]) / n)[:, None]
        within = centred(plain, precision, groups)

        def exchanged(quadrants: Codes) -> Array:
            return weighted_cells(within, precision, quadrants).contrast(weights).statistics[:, 0]

        signs = np.random.default_rng(world.seed).choice([-1.0, 1.0], size=(len(sample), world.draws))
        signed = np.hstack([plain, plain * signs])
        own = weighted_cells(signed, np.broadcast_to(precision, signed.shape), sample.quadrants)
        turned = own.contrast(weights).statistics[0]
        p = {
            "p.exchanged": float(p_value(exchanged(sample.quadrants)[0], sample.under_null(exchanged))),
            "p.signs": float(p_value(turned[0], turned[1:])),
        }
        preferred = dict(zip(Quadrant, own.means[0, :, 0].tolist(), strict=True))
        beside = p | {f"preference.{quadrant}": value for quadrant, value in preferred.items()}
        return replace(self._estimate(world, sample), p=max(p.values()), beside=beside)

    def _estimate(self, world: World, sample: Sample) -> Finding:
        """Difference of the two corner differences, by two mixed models and their joint influence, or by logits."""
        effects, weights, counts = list(POSITION), difference(*self.pair), sample.counts
        loadings = CODING[1:] @ weights / 2
        models = [
            corner_model(counts, threat, sample.placed, world.data.regions)
            for threat in (self.first, self.second)
        ]
        one, two = (model.coefficients[effects] @ loadings for model in models)
        moved, against = (model.influence[effects] @ loadings for model in models)
        ends = student_interval(float(one - two), float(np.sqrt(((moved - against) ** 2).sum())), np.inf)
        widths = [high - low for _, low, high in (model.combination(weights) for model in models)]
        if max(widths) > UNBOUNDED:
            logits = [
                empirical_logit(counts[threat], counts["relevant"]) for threat in (self.first, self.second)
            ]
            found = contrast_test(self.hypothesis, logits[0] - logits[1], sample, weights, world.sesoi)
            return _without_interval(replace(found, unbiased=False))
        return Finding(self.hypothesis, float(one - two), *ends, 1.0, len(sample), world.sesoi)


def breadth(world: World) -> pd.DataFrame:
    """How much and how many kinds a state says, and how strongly: means over the states of a quadrant.

    Returns
    -------
    DataFrame
        A row a quadrant, index `Quadrant`; columns ``passages``; ``kinds`` and ``levels``, kinds of danger and of what
        is endangered; ``kinds beyond`` and ``levels beyond``, less those expected of as many passages of the region;
        `SEVERAL` and ``security``, shares of its passages.
    """
    counts, rows = world.sample.counts, {}
    rows["passages"] = counts["relevant"].astype(float)
    for name, columns in (("kinds", [threat.value for threat in NAMED]), ("levels", list(REFERENTS))):
        rows[name] = (counts[columns] > 0).sum(axis=1)
        rows[f"{name} beyond"] = kinds_beyond_expected(counts, columns, world.data.regions)
    rows |= {name: counts[name] / counts["relevant"] for name in (SEVERAL, "security")}
    return pd.DataFrame(rows).groupby(world.sample.placed["quadrant"]).mean().reindex(list(Quadrant))


#: Tests on the coded statements, by id.
ON_STATEMENTS: Mapping[str, HypothesisTest] = {
    "X9": DiversityWithin("X9", REFERENTS),
    "X14": SeveralKinds("X14", Quadrant.WW, tuple(NAMED), SEVERAL, shows_kinds=True),
    "X17": SeveralKinds("X17", Quadrant.SW, REFERENTS, "security", shows_kinds=False),
    "X19": Preference("X19", Threat.POL, Threat.INF, (Quadrant.SW, Quadrant.WS)),
    "X34": PrimaryRate("X34", (DEFEND_ECONOMY, against_rest(Quadrant.SS))),
    "X42": PrimaryRate("X42", (CONTENT_OF_STATES, against_rest(Quadrant.SW))),
    "X52": MeasureGivenThreat("X52"),
}

#: All tests of family X, by id; those of other outcomes stand in modules of their own.
OPEN_CLAIMS: Mapping[str, HypothesisTest] = {**ON_STATEMENTS, **OF_CONVENTIONAL, **OF_DISPUTES}
