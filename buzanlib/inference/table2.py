"""The test of Table 2: three predictions, six nulls, their joint gate, and the verdicts (B1 to B5)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from buzanlib.inference.contrasts import (
    CODING,
    MINIMUM,
    POSITION,
    Array,
    empirical_logit,
    factorial,
)
from buzanlib.inference.equivalence import equivalence_test
from buzanlib.inference.permutation import max_t, p_value
from buzanlib.inference.placed_sample import Codes, Sample
from buzanlib.inference.proper_scores import assignment_statistics, table_scores
from buzanlib.inference.verdicts import COVERAGE, Finding, judge
from buzanlib.theory.predictions import Predictions
from buzanlib.theory.vocabulary import TABLE2_THREATS, Effect, Quadrant

_THREATS = [threat.value for threat in TABLE2_THREATS]


@dataclass(frozen=True, eq=False)
class QuadrantResult:
    """What the test found.

    Attributes
    ----------
    table : DataFrame
        A row a prediction (B1, B2, B3): ``threat``, ``effect``, ``contrast`` (in the predicted direction),
        ``low90``, ``high90``, ``se``, ``t``, ``p``, ``p_adjusted``, ``verdict``; ``centre``, the mean of the contrast
        under permuted placements, which is what groups of states have in common and need not be zero.
    effects : DataFrame
        All nine effects: ``threat``, ``effect``, ``contrast`` (twice the coefficient, as estimated), ``se``,
        ``low90``, ``high90``, ``predicted`` (-1, 0 or 1).
    shares : DataFrame
        ``quadrant``, ``threat``, ``share`` (mean over states of the share of passages), ``low90``,
        ``high90``.
    joint : Finding
        B5: the mean of the three contrasts, with the p value of the sum of the three signed statistics.
    joint_statistic : float
        That sum.
    null : ndarray of float, shape (draws, predictions)
        The signed statistics under permuted placements.
    empty : Finding
        B4: the largest of the six effects that Table 2 leaves empty.
    assignments : Series of float
        The sum for each assignment of the four cells of the table to the quadrants WW, WS, SW, SS, largest
        first; an index such as ``"WW-WS-SW-SS"`` says whose cell each quadrant receives.
    scores : DataFrame
        As `buzanlib.inference.proper_scores.table_scores` gives them.
    sizes : Series of int
        States by quadrant.
    errors : {"HC3", "classical"}
        Kind of the standard errors; classical where a quadrant is too small for HC3.
    alpha : float
        Level of the test.
    lock : str
        SHA-256 of the predictions that were tested.
    """

    table: pd.DataFrame
    effects: pd.DataFrame
    shares: pd.DataFrame
    joint: Finding
    joint_statistic: float
    null: Array
    empty: Finding
    assignments: pd.Series[float]
    scores: pd.DataFrame
    sizes: pd.Series[int]
    errors: str
    alpha: float
    lock: str

    @property
    def joint_null(self) -> Array:
        """The sum under permuted placements, shape (draws,)."""
        return np.asarray(self.null.sum(axis=1), dtype=float)

    @property
    def best(self) -> str:
        """The assignment with the largest sum, in words: which quadrants receive the cell of another."""
        given = zip(Quadrant, str(self.assignments.index[0]).split("-"), strict=True)
        moved = [(str(quadrant), cell) for quadrant, cell in given if quadrant != cell]
        if not moved:
            return "every quadrant has its own cell"
        words = ("has the cell", *["that"] * (len(moved) - 1))
        said = [f"{quadrant} {word} of {cell}" for word, (quadrant, cell) in zip(words, moved, strict=True)]
        return ", ".join(said[:-1]) + f" and {said[-1]}"

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
        if small.empty:
            return ""
        cells = " and ".join(f"{name} holds {count}" for name, count in small.items())
        return (
            f"Of these states quadrant {cells}: too few for the locked HC3 errors, so that classical ones stand "
            "in and, whatever the estimate, nothing is decided."
        )

    def findings(self) -> dict[str, Finding]:
        """The three predictions, those of the empty effects and of the whole table, by id."""
        found = {}
        for name, row in self.table.iterrows():
            contrast, low, high, p = (float(row[column]) for column in ("contrast", "low90", "high90", "p"))
            adjusted, valid = float(row["p_adjusted"]), self.errors == "HC3"
            found[str(name)] = Finding(
                str(name), contrast, low, high, p, self.joint.n, self.joint.sesoi, None, adjusted, valid
            )
        return found | {one.hypothesis: one for one in (self.empty, self.joint)}

    def centred(self, name: str) -> Finding:
        """A prediction less what groups of states have in common, which permuted placements have, too.

        Its adjusted p is that of maxT over statistics that are centred in the same way.
        """
        found, by_chance = self.findings()[name], float(self.table["centre"][name])
        centre = self.null.mean(axis=0)
        adjusted = max_t(self.table["t"].to_numpy() - centre, self.null - centre)
        return replace(
            found,
            contrast=found.contrast - by_chance,
            low90=found.low90 - by_chance,
            high90=found.high90 - by_chance,
            p_adjusted=float(adjusted[self.table.index.get_loc(name)]),
        )

    @property
    def threshold(self) -> float:
        """Signed statistic that the largest of those under permuted placements exceeds with the level of the test."""
        return float(np.quantile(self.null.max(axis=1), 1 - self.alpha))

    def places(self) -> dict[str, str | float]:
        """The quadrants that speak of each threat most, second most and least, with their shares, by key."""
        values: dict[str, str | float] = {}
        for threat, rows in self.shares.groupby("threat", sort=False):
            ranked = rows.set_index("quadrant")["share"].sort_values(ascending=False)
            for place, at in (("first", 0), ("second", 1), ("last", -1)):
                values[f"shares.{threat}.{place}"] = str(ranked.index[at])
                values[f"shares.{threat}.{place}.share"] = float(ranked.iloc[at])
        return values

    def to_results(self, prefix: str = "") -> dict[str, bool | float | int | str]:
        """Numbers under the keys by which prose calls them.

        Parameters
        ----------
        prefix : str
            Put before every key, such as ``"strategies."``.
        """
        whole = self.joint.hypothesis
        values: dict[str, bool | float | int | str] = {
            "n_states": int(self.sizes.sum()),
            **{f"n.{name}": int(count) for name, count in self.sizes.items()},
            **self.joint.to_results(),
            f"{whole}.statistic": self.joint_statistic,
            f"{whole}.null_mean": float(self.joint_null.mean()),
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
    """Mean over states of the share of passages that carry each threat, by quadrant.

    Parameters
    ----------
    counts : DataFrame
        Index ``iso3``; columns ``relevant`` (at least 1) and one a threat.
    quadrants : ndarray of int, shape (states,)
        Codes as `Sample` gives them.

    Returns
    -------
    DataFrame
        As `QuadrantResult.shares`; intervals by Student's t, NaN where a quadrant holds one state.
    """
    rows = []
    for code, quadrant in enumerate(Quadrant):
        inside = counts[quadrants == code]
        for threat in _THREATS:
            share = inside[threat] / inside["relevant"]
            half = stdtrit(max(len(share) - 1, 1), (1 + COVERAGE) / 2) * share.sem()
            rows.append((quadrant.value, threat, share.mean(), share.mean() - half, share.mean() + half))
    return pd.DataFrame(rows, columns=["quadrant", "threat", "share", "low90", "high90"])


@dataclass(frozen=True)
class QuadrantTest:
    """The locked test of B1, B2 and B3, gated by B5, and that of the six empty effects (B4).

    Attributes
    ----------
    predictions : Predictions
        The locked file, verified.
    empty : str
        Id of the hypothesis that the effects which the table leaves empty are null.

    Notes
    -----
    The permutations take a state's number of passages to be unrelated to its placement, given its region. The
    mean of an empirical logit depends on that number, most of all for a rare threat of which few passages
    speak. Where states strong in power speak more, as in the General Debate, the rare infrastructure threat
    therefore leans towards B2 although no quadrant differs, and chance passes for B2 too often. Contrasts are also
    nearer to zero than the differences in log odds that they estimate.
    """

    predictions: Predictions
    empty: str = "B4"

    def __call__(self, sample: Sample) -> QuadrantResult:
        """Test.

        Parameters
        ----------
        sample : Sample
            With counts ``relevant`` and one a threat (`CountTensor.window`).

        Returns
        -------
        QuadrantResult

        Raises
        ------
        EstimationError
            If a quadrant holds no state, or there are too few states.
        """
        locked, counts, sizes = self.predictions, sample.counts, sample.sizes
        logits = empirical_logit(counts[_THREATS].to_numpy(), counts[["relevant"]].to_numpy())
        errors = "HC3" if (sizes >= MINIMUM["HC3"]).all() else "classical"
        rows, columns, signs = self._family()

        fit = factorial(logits, sample.quadrants, errors)
        observed = signs * fit.statistics[0, rows, columns]
        permuted = factorial(logits, sample.permuted, errors)
        drawn = signs * permuted.statistics[:, rows, columns]
        joint_p = float(p_value(float(observed.sum()), drawn.sum(axis=1)))

        effects = self._effects(2 * fit.estimates[0], 2 * fit.errors[0], len(sample))
        table = self._table(effects, observed, drawn)
        table["centre"] = 2 * signs * permuted.estimates[:, rows, columns].mean(axis=0)
        empty = effects[effects["predicted"] == 0]
        cells = np.array(
            [[threat in locked.table2[quadrant] for threat in _THREATS] for quadrant in map(str, Quadrant)]
        )
        loadings = (signs[:, None] * CODING[rows] / 2).T
        result = QuadrantResult(
            table=table,
            effects=effects,
            shares=quadrant_shares(counts, sample.quadrants),
            joint=self._mean_contrast(table, logits[:, columns], sample, loadings, errors, joint_p),
            joint_statistic=float(observed.sum()),
            null=drawn,
            empty=equivalence_test(
                self.empty,
                empty["contrast"],
                empty["se"],
                df=len(sample) - 4,
                bound=locked.sesoi,
                n=len(sample),
            ),
            assignments=assignment_statistics(fit.statistics[0, 1:], cells),
            scores=table_scores(sample, locked.table2, locked.graded),
            sizes=sizes,
            errors=errors,
            alpha=locked.alpha,
            lock=locked.sha256,
        )
        judged = judge(result.findings(), locked)
        return replace(result, table=table.assign(verdict=judged["verdict"]))

    def _family(self) -> tuple[Codes, Codes, Array]:
        """Place of each prediction of F1 among the coefficients and the threats, and its sign."""
        family = self.predictions.cells
        return (
            np.array([POSITION[hypothesis.effect] for hypothesis in family]),
            np.array([_THREATS.index(hypothesis.threat) for hypothesis in family]),
            np.array([hypothesis.sign for hypothesis in family], dtype=float),
        )

    def _effects(self, contrasts: Array, errors: Array, n: int) -> pd.DataFrame:
        """All nine effects, as estimated."""
        half = float(stdtrit(n - 4, (1 + COVERAGE) / 2)) * errors
        rows, columns, signs = self._family()
        predicted = np.zeros(contrasts.shape, dtype=int)
        predicted[rows, columns] = signs.astype(int)
        return pd.DataFrame(
            [
                (
                    threat,
                    effect.value,
                    contrasts[row, column],
                    errors[row, column],
                    contrasts[row, column] - half[row, column],
                    contrasts[row, column] + half[row, column],
                    predicted[row, column],
                )
                for column, threat in enumerate(_THREATS)
                for row, effect in enumerate(Effect, start=1)
            ],
            columns=["threat", "effect", "contrast", "se", "low90", "high90", "predicted"],
        )

    def _table(self, effects: pd.DataFrame, observed: Array, drawn: Array) -> pd.DataFrame:
        """The three predictions, in the predicted direction."""
        rows = []
        for place, hypothesis in enumerate(self.predictions.cells):
            (found,) = effects[
                (effects["threat"] == hypothesis.threat) & (effects["effect"] == hypothesis.effect)
            ].to_dict("records")
            ends = sorted(hypothesis.sign * found[end] for end in ("low90", "high90"))
            rows.append(
                (
                    hypothesis.id,
                    hypothesis.threat,
                    hypothesis.effect,
                    hypothesis.sign * found["contrast"],
                    *ends,
                    found["se"],
                    observed[place],
                )
            )
        columns = ["hypothesis", "threat", "effect", "contrast", "low90", "high90", "se", "t"]
        table = pd.DataFrame(rows, columns=columns).set_index("hypothesis")
        return table.assign(p=p_value(observed, drawn), p_adjusted=max_t(observed, drawn))

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
        half = float(stdtrit(len(sample) - 4, (1 + COVERAGE) / 2)) * np.sqrt(variance)
        return Finding(
            self.predictions.gate.id,
            estimate,
            estimate - half,
            estimate + half,
            p,
            len(sample),
            self.predictions.sesoi,
        )
