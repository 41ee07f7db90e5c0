"""The test of Table 2: three predictions, six nulls, their joint gate, and the verdicts (B1 to B5)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from buzanlib.inference.contrasts import (
    CODING,
    MINIMUM,
    POSITION,
    empirical_logit,
    equivalence_test,
    factorial,
)
from buzanlib.inference.intervals import student_interval
from buzanlib.inference.permutation import Array, max_t, p_value
from buzanlib.inference.placed_sample import THREATS, Codes, Sample
from buzanlib.inference.proper_scores import assignment_statistics, table_scores
from buzanlib.inference.verdicts import Finding, Value, judge
from buzanlib.theory.predictions import Predictions
from buzanlib.theory.vocabulary import Quadrant

#: Places of the four quadrants, the one that speaks of a threat most before the others.
PLACES = ("most", "second most", "third most", "least")

#: Kind of errors of the primary estimator (`buzanlib.inference.weighted_table2`).
WEIGHTED = "weighted"


@dataclass(frozen=True, eq=False)
class QuadrantResult:
    """What the test found."""

    #: A row a prediction (B1, B2, B3). Columns ``threat``, ``effect``, ``contrast`` (in the predicted direction),
    #: ``low90``, ``high90``, ``se``, ``t``, ``p``, ``p_adjusted``, ``verdict``; ``centre``, the mean under permuted
    #: placements of the contrast, or of ``t`` where errors are `WEIGHTED`, which is what groups of states have in
    #: common and need not be zero.
    table: pd.DataFrame
    #: All nine effects. Columns ``threat``, ``effect``, ``contrast`` (twice the coefficient, as estimated), ``se``,
    #: ``low90``, ``high90``, ``predicted`` (-1, 0 or 1).
    effects: pd.DataFrame
    #: ``quadrant``, ``threat``, ``share`` (mean over states of the share of passages), ``low90``, ``high90``; intervals
    #: by Student's t, NaN where a quadrant holds one state.
    shares: pd.DataFrame
    #: B5, the mean of the three contrasts, with the p value of the sum of the three signed statistics.
    joint: Finding
    joint_statistic: float  #: That sum.
    null: Array  #: The signed statistics under permuted placements, shape (draws, predictions).
    empty: Finding  #: B4, the largest of the six effects that Table 2 leaves empty.
    #: The sum for each assignment of the four cells of the table to the quadrants WW, WS, SW, SS, largest first; an
    #: index such as ``"WW-WS-SW-SS"`` says whose cell each quadrant receives.
    assignments: pd.Series[float]
    scores: pd.DataFrame  #: As `buzanlib.inference.proper_scores.table_scores` gives them.
    sizes: pd.Series[int]  #: States by quadrant.
    #: Kind of the standard errors: HC3; classical, where a quadrant is too small for it; or `WEIGHTED`, if this is the
    #: primary estimator's: contrasts are then in log odds, and statistics less their means under permutation.
    errors: str
    alpha: float  #: Level of the test.
    lock: str  #: SHA-256 of the predictions that were tested.
    #: Ids of the findings whose estimates are of empirical logits, since the mixed model has none: they lean, and can
    #: be called neither not large nor, of a claim that effects are null, supported.
    stand_ins: tuple[str, ...] = ()

    @property
    def joint_null(self) -> Array:
        """The sum under permuted placements, shape (draws,)."""
        return np.asarray(self.null.sum(axis=1), dtype=float)

    @property
    def best(self) -> str:
        """Which quadrants receive the cell of another by the assignment with the largest sum, in words."""
        given = zip(Quadrant, str(self.assignments.index[0]).split("-"), strict=True)
        moved = [f"{quadrant} that of {cell}" for quadrant, cell in given if quadrant != cell]
        if not moved:
            return "every quadrant has its own cell"
        return (", ".join(moved[:-1]) + f" and {moved[-1]}").replace("that", "has the cell", 1)

    @property
    def rank(self) -> int:
        """Rank of the paper's own assignment of cells to quadrants; 1 is best."""
        own = self.assignments["-".join(Quadrant)]
        return 1 + int((self.assignments > own + 1e-9).sum())

    @property
    def finding(self) -> str:
        """The joint test in words."""
        return f"fits {'better' if self.joint.p < self.alpha else 'no better'} than chance"

    @property
    def note(self) -> str:
        """What a reader must know of the standard errors; empty where they are those of the locked file."""
        small = self.sizes[self.sizes < MINIMUM["HC3"]]
        if self.stand_ins:
            return (
                f"The mixed model has no estimate for {', '.join(self.stand_ins)}, since a quadrant has no or only "
                "such passages; empirical logits stand in, which lean, so that nothing can be called not large by them."
            )
        if self.errors != "classical":
            return ""
        cells = " and ".join(f"{name} holds {count}" for name, count in small.items())
        return (
            f"Of these states quadrant {cells}: too few for the locked HC3 errors, so that classical ones stand "
            "in and, whatever the estimate, nothing is decided."
        )

    def findings(self) -> dict[str, Finding]:
        """The three predictions, those of the empty effects and of the whole table, by id."""
        n, sesoi = self.joint.n, self.joint.sesoi
        valid = self.errors != "classical"
        found = [self.empty, self.joint]
        numbers = self.table[["contrast", "low90", "high90", "p", "p_adjusted"]].to_numpy(dtype=float)
        for name, (contrast, low, high, p, adjusted) in zip(self.table.index, numbers.tolist(), strict=True):
            found.append(Finding(str(name), contrast, low, high, p, n, sesoi, None, adjusted, valid))
        unbiased = {one.hypothesis: self.errors == WEIGHTED for one in found} | dict.fromkeys(
            self.stand_ins, False
        )
        return {one.hypothesis: replace(one, unbiased=unbiased[one.hypothesis]) for one in found}

    @property
    def threshold(self) -> float:
        """Signed statistic that the largest of those under permuted placements exceeds with the level of the test."""
        return float(np.quantile(self.null.max(axis=1), 1 - self.alpha))

    def places(self) -> dict[str, str | float]:
        """Who speaks of each threat most, second most and least, by key, and whether Table 2 names those who do most.

        Beside these, the share of each quadrant, such as ``said.SW.pol``, and its place in words; and, under ``given``,
        how many of the two quadrants to which Table 2 gives the threat are among the two that speak of it most.
        """
        values: dict[str, str | float] = {}
        predicted = self.effects[self.effects["predicted"] != 0].set_index("threat")
        for threat, rows in self.shares.groupby("threat", sort=False):
            ranked = rows.set_index("quadrant")["share"].sort_values(ascending=False)
            for place, at in (("first", 0), ("second", 1), ("last", -1)):
                values[f"shares.{threat}.{place}"] = str(ranked.index[at])
                values[f"shares.{threat}.{place}.share"] = float(ranked.iloc[at])
            for quadrant, word in zip(ranked.index, PLACES, strict=True):
                values[f"shares.{threat}.{quadrant}.place"] = word
                values[f"said.{quadrant}.{threat}"] = float(ranked[quadrant])
            named = CODING[POSITION[predicted["effect"][threat]]] * predicted["predicted"][threat] > 0
            hits = sum(named[list(Quadrant).index(quadrant)] for quadrant in ranked.index[:2])
            values[f"shares.{threat}.given"] = ("neither is", "one is", "both are")[hits]
        return values

    def to_results(self, prefix: str = "") -> dict[str, Value]:
        """Numbers under the keys by which prose calls them, after a `prefix` such as ``"strategies."``."""
        whole = self.joint.hypothesis
        values: dict[str, Value] = {
            "n_states": int(self.sizes.sum()),
            **{f"n.{name}": int(count) for name, count in self.sizes.items()},
            **self.joint.to_results(),
            f"{whole}.statistic": self.joint_statistic,
            f"{whole}.null_mean": float(self.joint_null.mean()),
            f"{whole}.t.threshold": self.threshold,
            "assignments": len(self.assignments),
            f"{whole}.rank": self.rank,
            f"{whole}.best": self.best,
            f"{whole}.finding": self.finding,
            **self.empty.to_results(),
            "errors": self.errors,
            "note": self.note,
            "lock": self.lock,
        }
        found = self.findings()
        for name, row in self.table.iterrows():
            values |= found[str(name)].to_results() | {f"{name}.verdict": str(row["verdict"])}
            values |= {f"{name}.{column}": float(row[column]) for column in ("se", "t", "centre")}
        return {prefix + key: value for key, value in values.items()}


def quadrant_shares(counts: pd.DataFrame, quadrants: Codes) -> pd.DataFrame:
    """`QuadrantResult.shares`, from counts of passages and codes of the quadrants."""
    rows = []
    for code, quadrant in enumerate(Quadrant):
        inside = counts[quadrants == code]
        for threat in THREATS:
            share = inside[threat] / inside["relevant"]
            ends = student_interval(share.mean(), share.sem(), max(len(share) - 1, 1))
            rows.append((quadrant.value, threat, share.mean(), *ends))
    return pd.DataFrame(rows, columns=["quadrant", "threat", "share", "low90", "high90"])


@dataclass(frozen=True)
class QuadrantTest:
    """The locked test of B1, B2 and B3, gated by B5, and that of the six empty effects (B4).

    Notes
    -----
    The permutations take a state's number of passages to be unrelated to its placement, given its region. The
    mean of an empirical logit depends on that number, most of all for a rare threat of which few passages
    speak. Where states strong in power speak more, as in the General Debate, the rare infrastructure threat
    therefore leans towards B2 although no quadrant differs, and chance passes for B2 too often. Contrasts are also
    nearer to zero than the differences in log odds that they estimate.
    """

    predictions: Predictions  #: The locked file, verified.
    empty: str = "B4"  #: Id of the hypothesis that the effects which the table leaves empty are null.

    def __call__(self, sample: Sample) -> QuadrantResult:
        """Test a sample with counts ``relevant`` and one a threat (`CountTensor.window`).

        Raises
        ------
        EstimationError
            If a quadrant holds no state, or there are too few states.
        """
        locked, counts, sizes = self.predictions, sample.counts, sample.sizes
        logits = empirical_logit(counts[THREATS].to_numpy(), counts[["relevant"]].to_numpy())
        errors = "HC3" if (sizes >= MINIMUM["HC3"]).all() else "classical"
        # Place of each prediction among the coefficients and the threats, and its sign.
        rows = np.array([POSITION[one.effect] for one in locked.cells])
        columns = np.array([THREATS.index(one.threat) for one in locked.cells])
        signs = np.array([one.sign for one in locked.cells], dtype=float)

        fit = factorial(logits, sample.quadrants, errors)
        observed = signs * fit.statistics[0, rows, columns]
        permuted = factorial(logits, sample.permuted, errors)
        drawn = signs * permuted.statistics[:, rows, columns]
        joint_p = float(p_value(float(observed.sum()), drawn.sum(axis=1)))

        n, bound = len(sample), locked.sesoi
        contrasts, spread = 2 * fit.estimates[0], 2 * fit.errors[0]
        low, high = student_interval(contrasts, spread, n - 4)
        predicted = np.zeros(contrasts.shape, dtype=int)
        predicted[rows, columns] = signs
        every = {"contrast": contrasts, "se": spread, "low90": low, "high90": high, "predicted": predicted}
        effects = pd.DataFrame(
            {name: values[1:].T.ravel() for name, values in every.items()},
            pd.MultiIndex.from_product([THREATS, list(POSITION)], names=["threat", "effect"]),
        ).reset_index()
        nulls = effects[effects["predicted"] == 0]

        signed, se = signs * contrasts[rows, columns], spread[rows, columns]
        low, high = student_interval(signed, se, n - 4)
        keys = [(one.id, one.threat, one.effect) for one in locked.cells]
        table = pd.DataFrame(keys, columns=["hypothesis", "threat", "effect"]).set_index("hypothesis")
        table = table.assign(contrast=signed, low90=low, high90=high, se=se, t=observed)
        table = table.assign(p=p_value(observed, drawn), p_adjusted=max_t(observed, drawn))
        table["centre"] = 2 * signs * permuted.estimates[:, rows, columns].mean(axis=0)
        empty = equivalence_test(self.empty, nulls["contrast"], nulls["se"], df=n - 4, bound=bound, n=n)
        cells = np.array([[threat in locked.table2[str(one)] for threat in THREATS] for one in Quadrant])
        loadings = (signs[:, None] * CODING[rows] / 2).T
        result = QuadrantResult(
            table=table,
            effects=effects,
            shares=quadrant_shares(counts, sample.quadrants),
            joint=self._mean_contrast(table, logits[:, columns], sample, loadings, errors, joint_p),
            joint_statistic=float(observed.sum()),
            null=drawn,
            empty=empty,
            assignments=assignment_statistics(fit.statistics[0, 1:], cells),
            scores=table_scores(sample, locked.table2, locked.graded),
            sizes=sizes,
            errors=errors,
            alpha=locked.alpha,
            lock=locked.sha256,
        )
        judged = judge(result.findings(), locked, locked_words=True)
        return replace(result, table=table.assign(verdict=judged["verdict"]))

    def _mean_contrast(
        self, table: pd.DataFrame, logits: Array, sample: Sample, loadings: Array, errors: str, p: float
    ) -> Finding:
        """B5: mean of the three contrasts; its variance takes in that a state's three logits go together.

        `loadings` has shape (quadrants, predictions): by how much the mean of a quadrant moves a contrast.
        """
        quadrants, sizes = sample.quadrants, sample.sizes.to_numpy(dtype=float)
        means = np.stack([logits[quadrants == code].mean(axis=0) for code in range(len(sizes))])
        residuals = logits - means[quadrants]
        own = sizes[quadrants][:, None]
        if errors == "HC3":
            scores = loadings[quadrants] / own * residuals / (1 - 1 / own)
            variance = float((scores.mean(axis=1) ** 2).sum())
        else:
            spread = residuals.T @ residuals / (len(sample) - len(sizes))
            average = loadings / loadings.shape[1]
            variance = float((np.einsum("qi,ij,qj->q", average, spread, average) / sizes).sum())
        estimate = float(table["contrast"].mean())
        ends = student_interval(estimate, float(np.sqrt(variance)), len(sample) - 4)
        return Finding(self.predictions.gate.id, estimate, *ends, p, len(sample), self.predictions.sesoi)
