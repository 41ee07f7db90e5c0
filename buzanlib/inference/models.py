"""Logits of the coded passages on power, cohesion and their product, in statsmodels.

The passages of a state depend on each other, so that errors are clustered by state. Fits are guarded against data in
which such errors, or the estimates, are meaningless: where data are separated, as where a category never occurs in a
quadrant, Firth's penalised likelihood stands in.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.sparse.csgraph import connected_components
from scipy.special import expit, logit, ndtr, ndtri, softmax
from statsmodels.miscmodels.ordinal_model import OrderedModel
from statsmodels.tools.sm_exceptions import ModelWarning, PerfectSeparationWarning

from buzanlib.errors import EstimationError, UnknownNameError, check_name
from buzanlib.inference.contrasts import CODING, FLOOR
from buzanlib.inference.permutation import Array
from buzanlib.inference.placed_sample import Codes, quadrant_codes
from buzanlib.inference.verdicts import COVERAGE
from buzanlib.theory.vocabulary import Effect, Quadrant

#: With fewer states clustered errors are too small (Cameron and Miller 2015, section VI).
FEW_STATES = 40

#: Or with fewer in one quadrant (MacKinnon and Webb 2018); to draw the line at five is our choice.
FEW_IN_QUADRANT = 5

CONSTANT = "constant"
EFFECTS = [effect.value for effect in Effect]

#: Of a normal 90 % interval, in standard errors.
HALF = float(ndtri((1 + COVERAGE) / 2))


@dataclass(frozen=True)
class Fit:
    """What a model found."""

    #: A row an effect (``power``, ``cohesion``, ``power:cohesion``; index ``effect``), for the multinomial logit an
    #: effect and ``category``. Columns ``coefficient``; ``contrast``, twice the coefficient, a corner contrast in log
    #: odds; its ``se``, ``low90``, ``high90``; ``p``, two-sided, from the normal distribution.
    table: pd.DataFrame
    method: str  #: The model and its errors in words.
    note: str  #: What a reader must know of errors and p values, or nothing.
    n: int  #: Passages.
    n_states: int  #: States that have one.
    #: Index the effects, after the constant where the model has one; one column, or one a category.
    coefficients: pd.DataFrame
    covariance: Array  #: Of all coefficients, those of the first column first.
    base: str  #: Category against which a multinomial logit gives odds; empty for other models.
    penalised: bool  #: Whether the data are separated, so that Firth's likelihood stands in.


@dataclass(frozen=True)
class _Tally:
    """Passages by state, quadrant and category, base first; `columns` are the names of the columns of coefficients."""

    counts: Codes
    categories: Sequence[str]
    columns: Sequence[str]
    base: str = ""

    def __post_init__(self) -> None:
        used = list(compress(self.categories, self.counts.sum(axis=(0, 1))))
        if len(used) < 2:
            raise EstimationError(f"every passage is {used[0]!r}; a model needs passages of two categories")
        if 0 in self.sizes:
            quadrant = list(Quadrant)[self.sizes.index(0)]
            raise EstimationError(f"no state of quadrant {quadrant} has a passage; each quadrant needs one")

    @property
    def sizes(self) -> list[int]:
        """States by quadrant."""
        return [int(size) for size in self.counts.any(axis=2).sum(axis=0)]

    @property
    def separated(self) -> bool:
        """Whether a quadrant lacks a category, so that its log odds are infinite (Albert and Anderson 1984)."""
        return bool((self.counts.sum(axis=0) == 0).any())

    @property
    def levels_separated(self) -> bool:
        """The same for the ordered logit, whose quadrants share their thresholds.

        Coefficients can move without end if no quadrant moves past a threshold next to a level of its passages. These
        orders are the edges of a graph; if every node reaches every other, all must move alike, and nothing is gained.
        """
        quadrant, level = np.nonzero(self.counts.sum(axis=0))
        edges = np.zeros((len(Quadrant) + len(self.categories) - 1,) * 2)
        below, above = level < len(self.categories) - 1, level > 0
        edges[quadrant[below], len(Quadrant) + level[below]] = 1
        edges[len(Quadrant) + level[above] - 1, quadrant[above]] = 1
        components, _ = connected_components(edges, connection="strong")
        return bool(components > 1)

    def firth(self, model: str) -> Fit:
        """The model by Firth's penalised likelihood (1993), which stays finite where data are separated.

        In a saturated design its log odds are those of the counts plus one half: ``log((y + 1/2) / (y0 + 1/2))``.
        The covariance is the inverse information of the multinomial counts at these probabilities.
        """
        counts = self.counts.sum(axis=0)
        halves = counts + 0.5
        values = CODING @ np.log(halves[:, 1:] / halves[:, :1]) / 4
        inverse = halves.sum(axis=1, keepdims=True) / halves / counts.sum(axis=1, keepdims=True)
        spread = inverse[:, :1, None] + inverse[:, 1:, None] * np.eye(counts.shape[1] - 1)
        covariance = np.einsum("aq,bq,qjl->jalb", CODING, CODING, spread).reshape(values.size, -1) / 16
        never = ", ".join(
            f"no passage of {' or '.join(compress(Quadrant, missing))} is {name!r}"
            for name, missing in zip(self.categories, (counts == 0).T, strict=True)
            if missing.any()
        )
        method = f"{model} by Firth's penalised likelihood, errors of independent passages"
        note = (
            f"Separated data ({never}): the ordinary estimate is infinite, and Firth's stands in; its errors "
            "take the passages of a state as independent."
        )
        return self._report(values, covariance, method, note, self._few(), penalised=True)

    def clustered(self, values: Array, covariance: Array, method: str) -> Fit:
        """What statsmodels found, with errors clustered by state."""
        if min(self.sizes) > 1:
            return self._report(values, covariance, method, self._few())
        # Residuals of a lone state sum to zero, and so would its clustered error.
        alone = " and ".join(q for q, size in zip(Quadrant, self.sizes, strict=True) if size == 1)
        note = f"A single state makes up {alone}: there are no clustered errors."
        return self._report(values, np.full_like(covariance, np.nan), method, note)

    def _few(self) -> str:
        small = [f"{len(self.counts)} in all"] if len(self.counts) < FEW_STATES else []
        sizes = zip(Quadrant, self.sizes, strict=True)
        small += [f"{size} in {quadrant}" for quadrant, size in sizes if size < FEW_IN_QUADRANT]
        return f"Few states ({', '.join(small)}): the errors are not to be trusted." if small else ""

    def _report(
        self, values: Array, covariance: Array, method: str, *notes: str, penalised: bool = False
    ) -> Fit:
        index = pd.Index([CONSTANT, *EFFECTS][-len(values) :], name="effect")
        errors = np.sqrt(np.diag(covariance)).reshape(values.shape, order="F")
        contrast, se = 2 * values[-3:].ravel(), 2 * errors[-3:].ravel()
        ends, p = HALF * se, 2 * ndtr(-np.abs(contrast) / np.maximum(se, FLOOR))
        table = pd.DataFrame(
            np.column_stack([contrast / 2, contrast, se, contrast - ends, contrast + ends, p]),
            pd.MultiIndex.from_product([EFFECTS, self.columns], names=["effect", "category"]),
            ["coefficient", "contrast", "se", "low90", "high90", "p"],
        )
        note = " ".join(filter(None, notes))
        return Fit(
            table=table if self.base else table.droplevel("category"),
            method=method,
            note=f"{note} Take p values from permutation." if note else "",
            n=int(self.counts.sum()),
            n_states=len(self.counts),
            coefficients=pd.DataFrame(values, index, pd.Index(self.columns, name="category")),
            covariance=covariance,
            base=self.base,
            penalised=penalised,
        )


def multinomial(rows: pd.DataFrame, base: str) -> Fit:
    """Multinomial logit of the primary threat, errors clustered by state.

    Parameters
    ----------
    rows : DataFrame
        A row a relevant passage: ``iso3``, ``p`` and ``k`` (-1 weak, +1 strong), ``primary`` (a category;
        collapse rare ones first).
    base : str
        The category against which the odds of the others are given.

    Raises
    ------
    UnknownNameError, EstimationError
        If a column is missing or a cell empty, `base` is no category or the only one, or a quadrant has no state.
    """
    rows = _checked(rows, "primary")
    others = sorted(rows["primary"].unique())
    check_name("base category", base, others)
    others.remove(base)
    categories = [base, *others]
    codes = pd.Index(categories).get_indexer(pd.Index(rows["primary"]))
    tally = _Tally(_counts(rows, np.eye(len(categories), dtype=int)[codes]), categories, others, base)
    if tally.separated:
        return tally.firth("multinomial logit")
    name, model = "multinomial logit", sm.MNLogit(codes, _design(rows))
    result = _run(name, lambda: model.fit(method="newton", disp=0, tol=1e-10, **_clusters(rows)))
    return tally.clustered(result.params, result.cov_params(), f"{name}, errors clustered by state")


def binomial(rows: pd.DataFrame, threat: str) -> Fit:
    """Binomial logit of a threat on the counts of the states, errors clustered by state.

    Estimates are those of the passages, and so are errors but for the small-sample factor, that of HC1: G / (G - 4) for
    G states.

    Parameters
    ----------
    rows : DataFrame
        ``iso3`` (a column or the index), ``p`` and ``k`` (-1 weak, +1 strong), and the threat. A row is a passage
        with 0 or 1; or a state with the number of its passages that carry the threat, and of all its relevant
        passages in a column ``relevant``.
    threat : str
        The column.

    Raises
    ------
    UnknownNameError, EstimationError
        If a column is missing, a cell empty or a count impossible; all passages carry the threat or none does; or a
        quadrant has no state.
    """
    rows = _checked(rows.assign(relevant=rows.get("relevant", 1)), threat, "relevant")
    carry, every = rows[threat].to_numpy(dtype=float), rows["relevant"].to_numpy(dtype=float)
    if ((carry < 0) | (carry > every) | (carry % 1 > 0) | (every % 1 > 0)).any():
        raise EstimationError(
            f"a count of {threat!r} is impossible; allowed: whole numbers from 0 to the number of relevant passages"
        )
    some = every > 0
    tally = _threat(rows[some], carry[some], every[some], threat)
    if tally.separated:
        return tally.firth("binomial logit")
    state, quadrant = np.nonzero(tally.counts.any(axis=2))
    model = sm.GLM(tally.counts[state, quadrant][:, ::-1], CODING.T[quadrant], family=sm.families.Binomial())
    # Clusters of one row, because GLM leaves the small-sample factor out of what it calls HC1.
    result = _run("binomial logit", lambda: model.fit(cov_type="cluster", cov_kwds={"groups": state}))
    method = "binomial logit of state counts, errors clustered by state (HC1)"
    return tally.clustered(result.params[:, None], result.cov_params(), method)


def gee(rows: pd.DataFrame, threat: str) -> Fit:
    """Binomial logit of a threat by generalised estimating equations, with bias-reduced errors.

    The passages of a state are taken as equally (exchangeably) correlated, so that a state that speaks much does
    not count in proportion (Liang and Zeger 1986); errors as Mancl and DeRouen (2001).

    Takes a row a relevant passage, as `binomial` does.

    Raises
    ------
    UnknownNameError, EstimationError
        As `binomial`, and if the iterations do not converge.
    """
    rows = _checked(rows, threat)
    carry = rows[threat].to_numpy(dtype=float)
    if not np.isin(carry, (0, 1)).all():
        raise EstimationError(
            f"a row has a {threat!r} other than 0 or 1; estimating equations need a row a passage"
        )
    tally = _threat(rows, carry, np.ones(len(rows)), threat)
    if tally.separated:
        return tally.firth("binomial logit")
    groups, family = pd.factorize(rows["iso3"])[0], sm.families.Binomial()
    model = sm.GEE(carry, _design(rows), groups, family=family, cov_struct=sm.cov_struct.Exchangeable())
    # Bias reduction divides by one less the leverage of a state, which is 1 where it makes up a quadrant.
    errors = "bias_reduced" if min(tally.sizes) > 1 else "naive"
    result = _run("estimating equations", lambda: model.fit(cov_type=errors))
    method = "estimating equations, binomial logit, exchangeable within states, bias-reduced errors"
    return tally.clustered(result.params[:, None], result.cov_params(), method)


def ordered(rows: pd.DataFrame) -> Fit:
    """Ordered (proportional odds) logit of the level of securitization, errors clustered by state.

    Positive coefficients speak for higher levels; thresholds are not reported.

    Parameters
    ----------
    rows : DataFrame
        A row a relevant passage: ``iso3``, ``p`` and ``k`` (-1 weak, +1 strong), ``level`` (0, 1, 2).

    Raises
    ------
    UnknownNameError, EstimationError
        If a column is missing or a cell empty, there is one level only, a quadrant has no state, or the data are
        separated.
    """
    rows = _checked(rows, "level")
    levels = sorted(rows["level"].unique())
    codes = np.searchsorted(levels, rows["level"])
    counts = _counts(rows, np.eye(len(levels), dtype=int)[codes])
    tally = _Tally(counts, [f"level {level}" for level in levels], ["level"])
    if tally.levels_separated:
        raise EstimationError(
            "the quadrants separate the levels, so that the ordered logit has no finite estimate; "
            "give `binomial` a column of 0 and 1, such as level >= 1, for which it has a penalty"
        )
    model = OrderedModel(codes, _design(rows)[:, 1:], distr="logit")
    result = _run("ordered logit", lambda: model.fit(method="newton", disp=0, maxiter=100, **_clusters(rows)))
    # Thresholds follow the effects.
    covariance = result.cov_params()[:3, :3]
    return tally.clustered(result.params[:3, None], covariance, "ordered logit, errors clustered by state")


def quadrant_probabilities(fit: Fit) -> pd.DataFrame:
    """Predicted probability of the threat, or of each primary category, by quadrant.

    Intervals by the delta method on the logit of the probability, so that they lie between 0 and 1.

    Returns
    -------
    DataFrame of float
        Index ``quadrant``, for the multinomial logit ``quadrant`` and ``category``, base first; columns
        ``estimate``, ``low90``, ``high90``.

    Raises
    ------
    EstimationError
        If the fit has no constant, as that of `ordered`.
    """
    if CONSTANT not in fit.coefficients.index:
        raise EstimationError(
            f"no probabilities follow from: {fit.method}; allowed: a fit of multinomial, binomial or gee"
        )
    scores = CODING.T @ fit.coefficients.to_numpy()
    probability = softmax(np.column_stack([np.zeros(len(scores)), scores]), axis=1)
    # Derivative of the logit of probability j by the score of category l: ([j = l] - p_l) / (1 - p_j).
    slopes = np.eye(probability.shape[1])[:, 1:] - probability[:, None, 1:]
    slopes /= 1 - probability[:, :, None]
    gradients = np.einsum("qjl,kq->qjlk", slopes, CODING).reshape(*probability.shape, -1)
    variance = np.einsum("qja,ab,qjb->qj", gradients, fit.covariance, gradients)
    half = HALF * np.sqrt(np.maximum(variance, 0))  # where states agree, zero may come out below zero
    centre = logit(probability)
    categories = [fit.base, *fit.coefficients.columns]
    table = pd.DataFrame(
        np.column_stack([each.ravel() for each in (probability, expit(centre - half), expit(centre + half))]),
        pd.MultiIndex.from_product([list(map(str, Quadrant)), categories], names=["quadrant", "category"]),
        ["estimate", "low90", "high90"],
    )
    return table if fit.base else table.iloc[1::2].droplevel("category")


def _threat(rows: pd.DataFrame, carry: Array, every: Array, threat: str) -> _Tally:
    """Passages with and without a threat; those of each row, of shape (rows,)."""
    amounts = np.column_stack([every - carry, carry]).astype(int)
    return _Tally(_counts(rows, amounts), [f"without {threat}", threat], [threat])


def _checked(rows: pd.DataFrame, *outcome: str) -> pd.DataFrame:
    """The rows, the state as a column, if what the models need is there and complete."""
    rows = rows if "iso3" in rows else rows.reset_index()
    for column in ("iso3", "p", "k", *outcome):
        if column not in rows:
            raise UnknownNameError("column", column, map(str, rows.columns))
        if rows[column].isna().any():
            raise EstimationError(f"column {column!r} has an empty cell; leave such rows out")
    for column in ("p", "k"):
        if not rows[column].isin((-1, 1)).all():
            raise EstimationError(f"column {column!r} has another value; allowed: -1 (weak), 1 (strong)")
    if rows.empty:
        raise EstimationError("there are no passages")
    return rows


def _counts(rows: pd.DataFrame, amounts: Codes) -> Codes:
    """Sum amounts, shape (rows, categories), by state and quadrant."""
    state, states = pd.factorize(rows["iso3"])
    counts = np.zeros((len(states), len(Quadrant), amounts.shape[1]), dtype=int)
    np.add.at(counts, (state, quadrant_codes(rows["p"], rows["k"])), amounts)
    return counts


def _design(rows: pd.DataFrame) -> Array:
    return np.asarray(CODING.T[quadrant_codes(rows["p"], rows["k"])])


def _clusters(rows: pd.DataFrame) -> dict[str, Any]:
    return {"cov_type": "cluster", "cov_kwds": {"groups": pd.factorize(rows["iso3"])[0]}}


def _run(model: str, fit: Callable[[], Any]) -> Any:
    """Fit; a warning of statsmodels, such as of no convergence, is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ModelWarning)
        # Separation was ruled out exactly; statsmodels warns also of shares that are equal within quadrants.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        try:
            return fit()
        except (ModelWarning, np.linalg.LinAlgError) as error:
            raise EstimationError(f"{model}: {error}; collapse categories, or leave the model out") from error
