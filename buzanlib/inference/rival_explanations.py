"""Rival accounts: regime type, bloc, development, beside power and cohesion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.stats.outliers_influence import variance_inflation_factor

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import empirical_logit
from buzanlib.inference.intervals import student_interval
from buzanlib.inference.permutation import Array, Moves, p_value
from buzanlib.inference.placed_sample import THREATS, Sample
from buzanlib.inference.verdicts import Finding, Value
from buzanlib.theory.predictions import Hypothesis
from buzanlib.theory.vocabulary import Effect


@dataclass(frozen=True, eq=False)
class RivalResult:
    """A rival beside power and cohesion."""

    finding: Finding  #: What the rival adds to power, cohesion and their product.
    reverse_p: float  #: P value of what power, cohesion and product add to the rival.
    #: Squared error of states that were left out, as a share of that of the mean of the others. Index ``nothing``,
    #: ``quadrants``, ``rival``, ``both``; columns one a threat and ``mean``.
    comparison: pd.DataFrame
    #: Index ``threat``, ``effect``; columns ``alone`` and ``beside``, corner contrasts without and with the rival, and
    #: ``alone_se`` and ``beside_se`` (HC3).
    effects: pd.DataFrame
    inflation: pd.Series[float]  #: Variance inflation factors of all regressors.

    def to_results(self) -> dict[str, Value]:
        """Values under the keys by which prose calls them, such as ``R1.error.rival``."""
        name, errors = self.finding.hypothesis, self.comparison["mean"].drop("nothing")
        return {
            **self.finding.to_results(),
            f"{name}.reverse_p": self.reverse_p,
            **{f"{name}.error.{model}": float(error) for model, error in errors.items()},
        }


def rival_test(hypothesis: str, rival: pd.DataFrame, sample: Sample) -> RivalResult:
    """Set a rival beside power, cohesion and their product.

    P values are those of the sum of the partial F of the three threats (`freedman_lane`).

    Parameters
    ----------
    rival : DataFrame of float
        On the states of the sample; one or more columns, none missing.
    sample : Sample
        With counts ``relevant``, ``pol``, ``inf`` and ``cri``.

    Raises
    ------
    EstimationError
        If a state lacks the rival, the rival says nothing beyond power, cohesion and their product, or a quadrant or
        the rival sets a state apart from all others.
    """
    rival = rival.reindex(sample.counts.index)
    without = rival.index[rival.isna().any(axis=1)]
    if len(without):
        raise EstimationError(f"no rival index for {', '.join(without)}; each state of the sample needs one")
    logits = empirical_logit(sample.counts[THREATS].to_numpy(), sample.counts[["relevant"]].to_numpy())
    p, k = sample.placed["p"].to_numpy(dtype=float), sample.placed["k"].to_numpy(dtype=float)
    one = np.ones((len(sample), 1))
    quadrants = np.column_stack([p, k, p * k])
    other = rival.to_numpy(dtype=float)
    small, full = np.hstack([one, quadrants]), np.hstack([one, quadrants, other])
    if np.linalg.matrix_rank(full) < full.shape[1]:
        raise EstimationError(
            f"{', '.join(map(str, rival.columns))}: a sum of power, cohesion and their product, and so no rival"
        )
    alone = np.hstack([one, other])
    designs = {"nothing": one, "quadrants": small, "rival": alone, "both": full}
    errors = {name: _left_out(design, logits) for name, design in designs.items()}
    gain = ((errors["quadrants"] - errors["both"]) / errors["quadrants"].mean(axis=0)).mean(axis=1)
    estimate = float(gain.mean())
    low, high = student_interval(estimate, float(gain.std(ddof=1) / np.sqrt(len(gain))), len(gain) - 1)
    comparison = pd.DataFrame(
        {name: error.mean(axis=0) / errors["nothing"].mean(axis=0) for name, error in errors.items()},
        index=THREATS,
    ).T.rename_axis("model")
    added_p = freedman_lane(small, other, logits, sample.moves)
    factors = [variance_inflation_factor(full, place) for place in range(1, full.shape[1])]
    names = pd.Index([*map(str, Effect), *map(str, rival.columns)], name="regressor")
    return RivalResult(
        Finding(hypothesis, estimate, low, high, added_p, len(sample)),
        freedman_lane(alone, quadrants, logits, sample.moves),
        comparison.assign(mean=comparison.mean(axis=1)),
        _effects(small, full, logits),
        pd.Series(factors, names, name="inflation"),
    )


def by_regime(shares: pd.Series, cohesion: pd.Series, polyarchy: pd.Series, cut: float = 0.5) -> pd.DataFrame:
    """Mean share of states by cohesion and regime; those that lack the index are left out.

    Takes series by state: the shares, -1 or 1 for weak or strong cohesion, and polyarchy, above `cut` a democracy.

    Returns
    -------
    DataFrame
        Index ``cohesion`` (``"weak"``, ``"strong"``), ``regime`` (``"autocracy"``, ``"democracy"``), all four; columns
        ``mean`` (NaN where there is no state) and ``states``.
    """
    known = polyarchy.reindex(shares.index).dropna()
    kinds = {
        "cohesion": cohesion.reindex(known.index).map({-1: "weak", 1: "strong"}),
        "regime": (known > cut).map({False: "autocracy", True: "democracy"}),
    }
    means = shares[known.index].groupby([*kinds.values()]).agg(["mean", "size"])
    cells = pd.MultiIndex.from_product([["weak", "strong"], ["autocracy", "democracy"]], names=[*kinds])
    found = means.reindex(cells).rename(columns={"size": "states"})
    return found.astype({"mean": float}).assign(states=found["states"].fillna(0).astype(int))


def effects_beside(rivals: Mapping[str, RivalResult], cells: Iterable[Hypothesis]) -> pd.DataFrame:
    """Predicted contrasts without and with each rival.

    Returns
    -------
    DataFrame
        Index ``hypothesis``, ``rival``; columns ``without`` and ``with`` it, in the predicted direction, and ``error``
        of the latter (HC3).
    """
    rows, columns = {}, ["alone", "beside", "beside_se"]
    for cell in cells:
        for name, rival in rivals.items():
            effect = rival.effects[columns].loc[[(cell.threat, cell.effect)]].to_numpy(dtype=float)[0]
            rows[cell.id, name] = effect * (cell.sign, cell.sign, 1)
    index = pd.MultiIndex.from_tuples(list(rows), names=["hypothesis", "rival"])
    return pd.DataFrame(list(rows.values()), index, columns=["without", "with", "error"])


def freedman_lane(small: Array, added: Array, outcomes: Array, moves: Moves) -> float:
    """P value of the sum over outcomes of the partial F of `added` regressors beside those of a `small` model.

    The residuals of the small model, which has the constant, are permuted (Freedman and Lane 1983); all of shape
    (states, columns).
    """
    base, _ = np.linalg.qr(small)
    beyond, _ = np.linalg.qr(added - base @ (base.T @ added))
    residuals = (outcomes - base @ (base.T @ outcomes)).T
    total = (residuals**2).sum(axis=1, keepdims=True)  # whatever the order of the states
    r, df = added.shape[1], len(small) - small.shape[1] - added.shape[1]

    def partial_f(permuted: Array) -> Array:
        """Sum of F for residuals of shape (outcomes, placements, states)."""
        explained, lost = (((permuted @ some) ** 2).sum(axis=-1) for some in (beyond, base))
        return np.asarray((explained / r / ((total - lost - explained) / df)).sum(axis=0), dtype=float)

    return float(p_value(partial_f(residuals[:, None])[0], partial_f(residuals[:, moves])))


def _left_out(design: Array, outcomes: Array) -> Array:
    """Squared error of each state when the model is fitted without it (closed form), shape of `outcomes`."""
    base, _ = np.linalg.qr(design)
    leverage = (base**2).sum(axis=1, keepdims=True)
    if leverage.max() > 1 - 1e-9:
        raise EstimationError(
            "a state that stands alone in a quadrant or bloc cannot be predicted from the others"
        )
    return np.asarray(((outcomes - base @ (base.T @ outcomes)) / (1 - leverage)) ** 2, dtype=float)


def _effects(small: Array, full: Array, logits: Array) -> pd.DataFrame:
    """Corner contrasts of the three effects without and with the rival."""
    columns = {}
    for name, design in (("alone", small), ("beside", full)):
        fits = [sm.OLS(column, design).fit(cov_type="HC3") for column in logits.T]
        columns[name] = np.concatenate([2 * fit.params[1:4] for fit in fits])
        columns[f"{name}_se"] = np.concatenate([2 * fit.bse[1:4] for fit in fits])
    effects = pd.MultiIndex.from_product([THREATS, list(map(str, Effect))], names=["threat", "effect"])
    return pd.DataFrame(columns, effects)
