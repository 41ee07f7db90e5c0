"""The test of Table 2 by the primary estimator: weighted shares for p, a mixed model for estimates and intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from buzanlib.inference.contrasts import CODING, POSITION, equivalence_test
from buzanlib.inference.intervals import student_interval
from buzanlib.inference.mixed_model import UNBOUNDED, MixedFit, corner_model
from buzanlib.inference.permutation import Array, PermutationBank, max_t, p_value
from buzanlib.inference.placed_sample import THREATS, Codes
from buzanlib.inference.proper_scores import assignment_statistics, table_scores
from buzanlib.inference.table2 import WEIGHTED, QuadrantResult, QuadrantTest, quadrant_shares
from buzanlib.inference.verdicts import Finding, judge
from buzanlib.inference.weighted_contrast import centred_shares, stratified, weighted_cells
from buzanlib.theory.predictions import Predictions
from buzanlib.theory.vocabulary import Quadrant


@dataclass(frozen=True)
class WeightedQuadrantTest:
    """Tests B1, B2 and B3, gated by B5, and the six empty effects (B4), as `registration_2.json` says.

    P values are those of weighted, region-centred and studentised contrasts of shares, with placements exchanged within
    region and volume; adjusted ones and that of the gate are of statistics less their means under permutation.
    Contrasts and intervals are in log odds, of a logit-normal mixed model. Where this has none, since a quadrant has no
    or only such passages, they are of empirical logits (`QuadrantResult.stand_ins`).
    """

    predictions: Predictions  #: The locked file, verified.
    bank: PermutationBank  #: Draws the permutations within region and volume.
    empty: str = "B4"  #: Id of the hypothesis that the effects which the table leaves empty are null.

    def __call__(self, counts: pd.DataFrame, placed: pd.DataFrame, regions: pd.Series[str]) -> QuadrantResult:
        """Test the states that are placed and have a relevant passage.

        Parameters
        ----------
        counts, placed : DataFrame
            Index ``iso3``: passages, ``relevant`` and one column a threat; ``p`` and ``k`` (`Placement`).
        regions : Series of str
            Regional group by ``iso3``.

        Raises
        ------
        EstimationError
            If a quadrant holds fewer than two states, a state lacks a region, or none can be exchanged.
        """
        locked = self.predictions
        sample, _ = stratified(counts, placed, regions, self.bank)
        own, n = sample.counts, sample.counts["relevant"].to_numpy(dtype=float)
        y = own[THREATS].to_numpy(dtype=float)
        values, weights, _ = centred_shares(y, n, regions.loc[own.index])

        def effects(quadrants: Codes) -> Array:
            return weighted_cells(values, weights, quadrants).contrast(CODING / 4).statistics

        rows = np.array([POSITION[one.effect] for one in locked.cells])
        columns = np.array([THREATS.index(one.threat) for one in locked.cells])
        signs = np.array([one.sign for one in locked.cells], dtype=float)
        permuted = sample.under_null(effects)
        every = effects(sample.quadrants)[0] - permuted.mean(axis=0)
        observed = signs * effects(sample.quadrants)[0, rows, columns]
        drawn = signs * permuted[:, rows, columns]
        centre = drawn.mean(axis=0)
        gate_p = float(p_value(float((observed - centre).sum()), (drawn - centre).sum(axis=1)))

        models = {threat: corner_model(own, threat, sample.placed, regions) for threat in THREATS}
        estimates = _effects(models, {(one.threat, one.effect): one.sign for one in locked.cells})
        numbers = ["contrast", "se", "low90", "high90"]
        unbounded = estimates["high90"] - estimates["low90"] > UNBOUNDED
        logits = QuadrantTest(locked, self.empty)(sample) if unbounded.any() else None
        if logits is not None:
            estimates.loc[unbounded, numbers] = logits.effects.loc[unbounded, numbers]
        nulls, single = (estimates[(estimates["predicted"] != 0) == of_one] for of_one in (False, True))

        table = _as_predicted(single)
        table.index = pd.Index([one.id for one in locked.cells], name="hypothesis")
        table = table.assign(t=observed, p=p_value(observed, drawn), centre=centre)
        table["p_adjusted"] = max_t(observed - centre, drawn - centre)
        many = len(sample)
        empty = equivalence_test(
            self.empty, nulls["contrast"], nulls["se"], df=np.inf, bound=locked.sesoi, n=many
        )
        joint, stand_ins = self._mean_contrast(table, models, gate_p, many), list[str]()
        if logits is not None:
            stand_ins = table.index[unbounded[single.index]].to_list()
            if stand_ins:
                joint, stand_ins = replace(logits.joint, p=gate_p), [*stand_ins, joint.hypothesis]
            if unbounded[nulls.index].any():
                # Logits lean towards zero, so that they cannot show that an effect is null.
                empty, stand_ins = replace(empty, p=1.0), [*stand_ins, self.empty]
        cells = np.array([[threat in locked.table2[str(one)] for threat in THREATS] for one in Quadrant])
        result = QuadrantResult(
            table=table,
            effects=estimates[["threat", "effect", "contrast", "se", "low90", "high90", "predicted"]],
            shares=quadrant_shares(own, sample.quadrants),
            joint=joint,
            joint_statistic=float((observed - centre).sum()),
            null=drawn - centre,
            empty=empty,
            assignments=assignment_statistics(every[1:], cells),
            scores=table_scores(sample, locked.table2, locked.graded),
            sizes=sample.sizes,
            errors=WEIGHTED,
            alpha=locked.alpha,
            lock=locked.sha256,
            stand_ins=tuple(stand_ins),
        )
        judged = judge(result.findings(), locked)
        return replace(result, table=table.assign(verdict=judged["verdict"]))

    def _mean_contrast(self, table: pd.DataFrame, models: dict[str, MixedFit], p: float, n: int) -> Finding:
        """B5: mean of the three contrasts; its variance takes in that a state's three outcomes go together."""
        parts = [
            one.sign * models[one.threat].influence[one.effect] / len(table) for one in self.predictions.cells
        ]
        error = float(np.sqrt((np.sum(parts, axis=0) ** 2).sum()))
        estimate = float(table["contrast"].mean())
        ends = student_interval(estimate, error, np.inf)
        return Finding(self.predictions.gate.id, estimate, *ends, p, n, self.predictions.sesoi)


def _effects(models: Mapping[str, MixedFit], predicted: Mapping[tuple[str, str], int]) -> pd.DataFrame:
    """Every effect of every threat, a row each, with the sign that is predicted of it, or 0."""
    tables = pd.concat({name: model.table.loc[list(POSITION)] for name, model in models.items()})
    estimates = (
        tables.rename_axis(["threat", "effect"]).reset_index().rename(columns={"estimate": "contrast"})
    )
    pairs = estimates[["threat", "effect"]].itertuples(index=False)
    return estimates.assign(predicted=[predicted.get(pair, 0) for pair in pairs])


def _as_predicted(single: pd.DataFrame) -> pd.DataFrame:
    """Estimates, errors and intervals in the predicted direction."""
    ends = single[["low90", "high90"]].mul(single["predicted"], axis=0)
    return single[["threat", "effect"]].assign(
        contrast=single["contrast"] * single["predicted"],
        low90=ends.min(axis=1),
        high90=ends.max(axis=1),
        se=single["se"],
    )
