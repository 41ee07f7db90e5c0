"""B1 in the strict sense of the political threat: a hint found after the locked outcome was known, told in full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.hypothesis_tests import RIVALS
from buzanlib.inference.intervals import side
from buzanlib.inference.mixed_model import corner_model
from buzanlib.inference.robustness import (
    ALL_RIVALS,
    Counted,
    beside_rivals,
    contrasts_by_sample,
    without_each_region,
)
from buzanlib.inference.table2 import QuadrantTest
from buzanlib.inference.verdicts import Value
from buzanlib.inference.weighted_contrast import Outcome, WeightedContrastTest
from buzanlib.inference.world import World
from buzanlib.measurement.profiles import STRICT
from buzanlib.tables.descriptor import load
from buzanlib.theory.vocabulary import JOIN, Annotator, PoliticalKind, Quadrant, Threat

#: Passages that are political, but not in the strict sense.
REST = "pol.rest"

#: Readings of the political threat, and the counts that they are of.
READINGS = {"strict": STRICT, "rest": REST, "any": Threat.POL.value}

#: Codes by which the hint is computed, and what a figure calls them.
CODINGS: Mapping[str, str] = {
    Annotator.ADJUDICATED_2: "codebook 2",
    Annotator.C: "codebook 2, C alone",
    Annotator.D: "codebook 2, D alone",
    Annotator.ADJUDICATED: "codebook 1",
    Annotator.A: "codebook 1, A alone",
    Annotator.B: "codebook 1, B alone",
}

#: States that are known to quarrel about interference, ``iso3``.
QUARREL = ("RUS", "USA", "EST", "GEO", "UKR", "CUB")

#: Samples that are of one kind each.
WITHOUT_QUARREL, WORLDWIDE = "without six states", "regions not told apart"


@dataclass(frozen=True, eq=False)
class StrictReading:
    """The contrast of cohesion in the strict reading of the political threat (amendment 1); exploratory."""

    world: World  #: Whose statements, placement, permutations and codes count.
    quarrel: tuple[str, ...] = QUARREL  #: States that are left out together, ``iso3``.

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """What B1 predicts, of each of the `READINGS`."""
        (said,) = (one for one in self.world.data.predictions.cells if one.threat == Threat.POL)
        return {name: Outcome(column, said.effect, said.sign) for name, column in READINGS.items()}

    @property
    def _peers(self) -> list[str]:
        """Who else coded, where the world's own annotator is not one of those that ship; none a second time."""
        if self.world.annotator in CODINGS:
            return []
        annotators = load(self.world.data.folder, "annotators").set_index("annotator")["role"]
        return sorted(annotators.index[annotators != "retest"])

    @cached_property
    def _codings(self) -> dict[str, pd.DataFrame]:
        """Counts by annotator, the world's own first; of those who coded something here."""
        known = set(self.world.data.statements.codes["annotator"])
        names = dict.fromkeys((self.world.annotator, *CODINGS, *self._peers))
        worlds = {name: self.world.coded_by(name) for name in names if known.issuperset(name.split(JOIN))}
        return {
            name: world.counts.assign(**{REST: world.counts[Threat.POL] - world.counts[STRICT]})
            for name, world in worlds.items()
            if len(world.passages)
        }

    @cached_property
    def by_coding(self) -> pd.DataFrame:
        """The hint as a test of Table 2 in which only the strict reading counts as political action.

        Returns
        -------
        DataFrame
            Index ``annotator``, without those whose statements are of too few states. Columns ``coding``, a name;
            ``passages`` of the strict kind, and ``relevant`` ones; ``contrast``, ``low90`` and ``high90`` in log odds;
            ``p``, ``p_adjusted`` and ``gate`` (p of the whole table) by the primary estimator; ``locked.contrast``, of
            empirical logits, ``locked.p``, ``locked.p_adjusted`` and ``locked.gate`` as the locked file has it.
        """
        world, bank = self.world, self.world.bank
        predictions = world.data.predictions
        family = {one.id: Outcome(one.threat, one.effect, one.sign) for one in predictions.cells}
        (first,) = (name for name, one in family.items() if one.column == Threat.POL)
        rows = {}
        for name, counts in self._codings.items():
            narrow = counts.assign(**{Threat.POL.value: counts[STRICT]})
            with suppress(EstimationError):
                test = WeightedContrastTest(bank.draws, bank.seed)
                primary = test(narrow, world.placed, world.data.regions, family)
                locked = QuadrantTest(predictions)(world.sample_of(narrow))
                own = narrow.loc[primary.strata.index]
                fit = corner_model(own, STRICT, world.placed, world.data.regions)
                ends = fit.contrast(family[first].effect, family[first].sign)
                rows[name] = {
                    "coding": CODINGS.get(name, name),
                    "passages": int(own[STRICT].sum()),
                    "relevant": int(own["relevant"].sum()),
                    **dict(zip(("contrast", "low90", "high90"), ends, strict=True)),
                    **primary.table.loc[first, ["p", "p_adjusted"]],
                    "gate": primary.gate_p,
                    **locked.table.loc[first, ["contrast", "p", "p_adjusted"]].add_prefix("locked."),
                    "locked.gate": locked.joint.p,
                }
        columns = None if rows else ["coding"]
        return pd.DataFrame.from_dict(rows, "index", columns=columns).rename_axis("annotator")

    @cached_property
    def fits(self) -> pd.DataFrame:
        """Contrasts of each of the `READINGS` by coding, on fewer states, and beside rivals (`contrasts_by_sample`)."""
        placed, regions, bank = self.world.placed, self.world.data.regions, self.world.bank
        everywhere = pd.Series("everywhere", regions.index)
        parts = [
            contrasts_by_sample(self._samples(), self.outcomes, placed, regions, bank),
            contrasts_by_sample([Counted(WORLDWIDE, self._own)], self.outcomes, placed, everywhere, bank),
        ]
        return pd.concat(parts, ignore_index=True)

    @property
    def _own(self) -> pd.DataFrame:
        return self._codings[self.world.annotator]

    def _samples(self) -> Iterator[Counted]:
        for name, counts in self._codings.items():
            yield Counted(CODINGS.get(name, name), counts)
        yield from without_each_region(self._own, self.world.data.regions)
        yield Counted(WITHOUT_QUARREL, self._own.drop(index=list(self.quarrel), errors="ignore"))
        yield from beside_rivals(self._own, self.world)

    @cached_property
    def means(self) -> pd.Series[float]:
        """Mean share of strict passages over the states of each quadrant, whatever their region, largest first."""
        sample = self.world.sample
        share = sample.counts[STRICT] / sample.counts["relevant"]
        found = share.groupby(sample.placed["quadrant"]).mean().reindex(list(map(str, Quadrant)))
        return found.sort_values(ascending=False)

    def to_results(self, prefix: str = "hint.") -> dict[str, Value]:
        """Numbers, and the words that follow from them, under the keys by which prose calls them."""
        alpha, coded, own = self.world.data.predictions.alpha, self.by_coding, self.world.annotator
        fits, name = self.fits, CODINGS.get(own, own)
        strict = fits[fits["outcome"] == "strict"].set_index("sample")
        codings = strict[strict.index.isin(coded["coding"])]
        regions = strict[strict.index.isin([f"without {one}" for one in self.world.data.regions.unique()])]
        rivals = strict[strict.index.isin([f"beside {one}" for one in RIVALS])]
        sample, passages = self.world.sample, self.world.passages
        regime = passages["iso3"].isin(sample.counts.index) & (passages["pol_kind"] == PoliticalKind.REGIME)
        share, weak = sample.counts[STRICT] / sample.counts["relevant"], sample.placed["k"] < 0
        values: dict[str, Value] = {
            "coding": name,
            "states": len(sample),
            "speakers": int((share > 0).sum()),
            "regime": int(regime.sum()),
            "codings": len(codings),
            "codings.found": int((codings["p"] < alpha).sum()),
            "codings.p.low": float(codings["p"].min()),
            "codings.p.high": float(codings["p"].max()),
            "regions": len(regions),
            "regions.found": int((regions["p"] < alpha).sum()),
            "regions.p.high": float(regions["p"].max()),
            "rivals": len(rivals),
            "rivals.above": int((rivals["low90"] > 0).sum()),
            "rivals.low": float(rivals["contrast"].min()),
            "rivals.high": float(rivals["contrast"].max()),
            "mean.weak": float(share[weak].mean()),
            "mean.strong": float(share[~weak].mean()),
        }
        samples = [("", "strict", name), ("rest.", "rest", name), ("quarrel.", "strict", WITHOUT_QUARREL)]
        samples += [("all.", "strict", ALL_RIVALS), ("world.", "strict", WORLDWIDE)]
        for key, annotator in (("", own), ("one.", Annotator.ADJUDICATED), ("two.", Annotator.ADJUDICATED_2)):
            if annotator in coded.index:
                tested = coded.loc[annotator].to_dict()
                samples.append((key, "strict", tested.pop("coding")))
                values |= {f"{key}{column}": value for column, value in tested.items()}
        for key, outcome, on in samples:
            for _, row in fits[(fits["outcome"] == outcome) & (fits["sample"] == on)].iterrows():
                found = {column: float(row[column]) for column in ("contrast", "low90", "high90", "p")}
                values |= {f"{key}{column}": value for column, value in found.items()}
                values[f"{key}side"] = side(found["low90"], found["high90"])
        if "gate" in values:
            values["gate.reading"] = "opens" if float(values["gate"]) < alpha else "stays shut"
        return {prefix + key: value for key, value in values.items() if not pd.isna(value)}
