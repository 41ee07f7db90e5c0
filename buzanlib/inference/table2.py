"""The test of Table 2: three predictions, their joint gate, and the verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
import numpy.typing as npt
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
from buzanlib.inference.permutation import max_t, p_value
from buzanlib.inference.sample import Sample
from buzanlib.inference.verdicts import Verdict, verdict
from buzanlib.theory.predictions import Predictions
from buzanlib.theory.vocabulary import TABLE2_THREATS, Effect, Quadrant

#: Coverage of the intervals by which the locked rule judges.
COVERAGE = 0.9


@dataclass(frozen=True)
class QuadrantResult:
    """What the test found.

    Attributes
    ----------
    table : DataFrame
        A row a prediction (B1, B2, B3): ``threat``, ``effect``, ``contrast`` (in the predicted direction),
        ``low90``, ``high90``, ``se``, ``t``, ``p``, ``p_adjusted``, ``verdict``.
    effects : DataFrame
        All nine effects: ``threat``, ``effect``, ``contrast`` (twice the coefficient, as estimated),
        ``low90``, ``high90``, ``predicted`` (-1, 0 or 1).
    shares : DataFrame
        ``quadrant``, ``threat``, ``share`` (mean over states of the share of passages), ``low90``,
        ``high90``.
    joint_statistic, joint_p : float
        Sum of the three signed statistics (B5) and its permutation p value.
    joint_null : ndarray of float, shape (draws,)
        The sum under permuted placements.
    assignments : Series of float
        The sum for each assignment of the four cells of the table to the quadrants WW, WS, SW, SS, largest
        first; an index such as ``"WW-WS-SW-SS"`` says whose cell each quadrant receives.
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
    joint_statistic: float
    joint_p: float
    joint_null: Array
    assignments: pd.Series[float]
    sizes: pd.Series[int]
    errors: str
    alpha: float
    lock: str

    @property
    def rank(self) -> int:
        """Rank of the paper's own assignment of cells to quadrants; 1 is best."""
        own = self.assignments["-".join(Quadrant)]
        return 1 + int((self.assignments > own + 1e-9).sum())

    @property
    def finding(self) -> str:
        """The joint test in words."""
        return f"fits {'better' if self.joint_p < self.alpha else 'no better'} than chance"

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

    def to_results(self, prefix: str = "") -> dict[str, float | int | str]:
        """Numbers under the keys by which prose calls them.

        Parameters
        ----------
        prefix : str
            Put before every key, such as ``"strategies."``.
        """
        values: dict[str, float | int | str] = {
            "n_states": int(self.sizes.sum()),
            **{f"n.{name}": int(count) for name, count in self.sizes.items()},
            "B5.statistic": self.joint_statistic,
            "B5.p": self.joint_p,
            "B5.null_mean": float(self.joint_null.mean()),
            "B5.rank": self.rank,
            "B5.finding": self.finding,
            "errors": self.errors,
            "note": self.note,
            "lock": self.lock,
        }
        for hypothesis, row in self.table.iterrows():
            for column in ("contrast", "low90", "high90", "se", "t", "p", "p_adjusted", "verdict"):
                value = row[column]
                values[f"{hypothesis}.{column}"] = str(value) if column == "verdict" else float(value)
        return {prefix + key: value for key, value in values.items()}


def assignment_statistics(statistics: Array, cells: npt.NDArray[np.bool_]) -> pd.Series[float]:
    """Joint statistic for every way of giving the cells of a table to the quadrants.

    Parameters
    ----------
    statistics : ndarray of float, shape (3 effects, threats)
        Studentised effects.
    cells : ndarray of bool, shape (4 quadrants, threats)
        Which quadrant's cell names which threat; each threat must stand in two cells.

    Returns
    -------
    Series of float, shape (24,)
        Largest first.
    """
    found = {}
    for order in permutations(range(4)):
        signs = 2.0 * cells[list(order)] - 1
        # A threat in two of four cells loads on one effect only, with weight +-1.
        loadings = CODING[1:] @ signs / 4
        found["-".join(list(Quadrant)[place] for place in order)] = float((loadings * statistics).sum())
    return pd.Series(found, name="statistic").sort_values(ascending=False, kind="stable")


def quadrant_shares(counts: pd.DataFrame, quadrants: npt.NDArray[np.intp]) -> pd.DataFrame:
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
        for threat in TABLE2_THREATS:
            share = inside[threat.value] / inside["relevant"]
            half = stdtrit(max(len(share) - 1, 1), (1 + COVERAGE) / 2) * share.sem()
            rows.append(
                (quadrant.value, threat.value, share.mean(), share.mean() - half, share.mean() + half)
            )
    return pd.DataFrame(rows, columns=["quadrant", "threat", "share", "low90", "high90"])


@dataclass(frozen=True)
class QuadrantTest:
    """The locked test of B1, B2 and B3, gated by B5.

    Attributes
    ----------
    predictions : Predictions
        The locked file, verified.

    Notes
    -----
    The permutations take a state's number of passages to be unrelated to its placement, given its region. The
    mean of an empirical logit depends on that number, most of all for a rare threat of which few passages
    speak. Where states strong in power speak more, as in the General Debate, the rare infrastructure threat
    therefore leans towards B2 although no quadrant differs, and chance passes for B2 too often. Contrasts are also
    nearer to zero than the differences in log odds that they estimate.
    """

    predictions: Predictions

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
        locked, counts, quadrants, sizes = self.predictions, sample.counts, sample.quadrants, sample.sizes
        threats = [threat.value for threat in TABLE2_THREATS]
        logits = empirical_logit(counts[threats].to_numpy(), counts[["relevant"]].to_numpy())
        errors = "HC3" if (sizes >= MINIMUM["HC3"]).all() else "classical"

        family = [locked.hypotheses[name] for name in locked.families["F1"]]
        rows = np.array([POSITION[hypothesis.effect] for hypothesis in family])
        columns = np.array([threats.index(hypothesis.threat) for hypothesis in family])
        signs = np.array([hypothesis.sign for hypothesis in family], dtype=float)

        fit = factorial(logits, quadrants, errors)
        observed = signs * fit.statistics[0, rows, columns]
        drawn = signs * factorial(logits, sample.permuted, errors).statistics[:, rows, columns]
        joint_null = drawn.sum(axis=1)
        joint_p = float(p_value(float(observed.sum()), joint_null))

        half = float(stdtrit(len(sample) - 4, (1 + COVERAGE) / 2))
        contrasts, standard = 2 * fit.estimates[0], 2 * fit.errors[0]
        table = pd.DataFrame(
            {
                "threat": [hypothesis.threat for hypothesis in family],
                "effect": [hypothesis.effect for hypothesis in family],
                "contrast": signs * contrasts[rows, columns],
                "se": standard[rows, columns],
                "t": observed,
                "p": p_value(observed, drawn),
                "p_adjusted": max_t(observed, drawn),
            },
            index=pd.Index([hypothesis.id for hypothesis in family], name="hypothesis"),
        )
        table.insert(3, "low90", table["contrast"] - half * table["se"])
        table.insert(4, "high90", table["contrast"] + half * table["se"])
        judged = table[["contrast", "low90", "high90", "p_adjusted"]].to_numpy(dtype=float)
        gate = joint_p < locked.alpha
        table["verdict"] = [
            str(verdict(*row, sesoi=locked.sesoi, alpha=locked.alpha, gate=gate))
            if errors == "HC3"
            else str(Verdict.UNDECIDED)
            for row in judged
        ]
        predicted = np.zeros((4, len(threats)), dtype=int)
        predicted[rows, columns] = signs.astype(int)
        effects = pd.DataFrame(
            [
                (
                    threat,
                    effect.value,
                    contrasts[row, column],
                    contrasts[row, column] - half * standard[row, column],
                    contrasts[row, column] + half * standard[row, column],
                    predicted[row, column],
                )
                for column, threat in enumerate(threats)
                for row, effect in enumerate(Effect, start=1)
            ],
            columns=["threat", "effect", "contrast", "low90", "high90", "predicted"],
        )
        cells = np.array(
            [[threat in locked.table2[quadrant] for threat in threats] for quadrant in map(str, Quadrant)]
        )
        return QuadrantResult(
            table=table,
            effects=effects,
            shares=quadrant_shares(counts, quadrants),
            joint_statistic=float(observed.sum()),
            joint_p=joint_p,
            joint_null=joint_null,
            assignments=assignment_statistics(fit.statistics[0, 1:], cells),
            sizes=sizes,
            errors=errors,
            alpha=locked.alpha,
            lock=locked.sha256,
        )
