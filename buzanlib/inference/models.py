"""Logits of the coded passages on power, cohesion and their product, in statsmodels.

The passages of a state depend on each other, so that errors are clustered by state. Fits are guarded against data in
which such errors, or the estimates, are meaningless: where data are separated, as where a category never occurs in a
quadrant, Firth's penalised likelihood stands in.

Each model takes ``rows``, a DataFrame with a row a relevant passage: ``iso3`` (a column or the index), ``p`` and ``k``
(-1 weak, +1 strong), and what it explains. It raises an `UnknownNameError` if a column is missing, and an
`EstimationError` if there is no passage, a cell is empty, all passages are alike, a quadrant has no state, or the
iterations do not converge.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import statsmodels.api as sm
from scipy.special import expit, logit, ndtr, ndtri, softmax
from statsmodels.miscmodels.ordinal_model import OrderedModel
from statsmodels.tools.sm_exceptions import ModelWarning, PerfectSeparationWarning

from buzanlib.errors import EstimationError, check_name
from buzanlib.inference.contrasts import CODING, FLOOR
from buzanlib.inference.permutation import Array
from buzanlib.inference.placed_sample import Codes, quadrant_codes
from buzanlib.inference.separation import firth, is_separated, levels_are_separated
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
    def by_quadrant(self) -> Codes:
        """Passages by quadrant and category."""
        return np.asarray(self.counts.sum(axis=0))

    def firth(self, model: str) -> Fit:
        """The model by Firth's penalised likelihood (`firth`), which stays finite where data are separated."""
        values, covariance = firth(self.by_quadrant)
        never = ", ".join(
            f"no passage of {' or '.join(compress(Quadrant, missing))} is {name!r}"
            for name, missing in zip(self.categories, (self.by_quadrant == 0).T, strict=True)
            if missing.any()
        )
        method = f"{model} by Firth's penalised likelihood, errors of independent passages"
        note = (
            f"Separated data ({never}): the ordinary estimate is infinite, and Firth's stands in; its errors "
            "take the passages of a state as independent."
        )
        return self._report(values, covariance, method, note, self._few(), penalised=True)

    def clustered(
        self, method: str, model: Any, groups: npt.ArrayLike | None = None, /, **settings: Any
    ) -> Fit:
        """What statsmodels finds, with errors clustered by state."""
        if groups is not None:
            settings |= {"cov_type": "cluster", "cov_kwds": {"groups": np.asarray(groups)}}
        result, effects = _run(method, model, **settings), model.exog.shape[1]
        # Thresholds of an ordered logit follow the effects.
        values = result.params[:effects].reshape(effects, -1)
        covariance = result.cov_params()[: values.size, : values.size]
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
    """Multinomial logit of the category in the column ``primary``, errors clustered by state; collapse rare ones first.

    The odds of the others are given against the category `base`; `UnknownNameError` if there is none of this name.
    """
    rows = _checked(rows, "primary")
    categories = sorted(rows["primary"].unique(), key=lambda name: (name != base, name))
    check_name("base category", base, categories)
    codes = pd.Index(categories).get_indexer(pd.Index(rows["primary"]))
    counts = _counts(rows, np.eye(len(categories), dtype=int)[codes])
    tally = _Tally(counts, categories, categories[1:], base)
    if is_separated(tally.by_quadrant):
        return tally.firth("multinomial logit")
    model = sm.MNLogit(codes, _design(rows))
    settings = {"method": "newton", "disp": 0, "tol": 1e-10}
    return tally.clustered("multinomial logit, errors clustered by state", model, rows["state"], **settings)


def binomial(rows: pd.DataFrame, threat: str) -> Fit:
    """Binomial logit of a threat, a column, on the counts of the states, errors clustered by state.

    Estimates are those of the passages, and so are errors but for the small-sample factor, that of HC1: G / (G - 4) for
    G states. A row may be a passage with 0 or 1, or a state with the number of its passages that carry the threat, and
    of all its relevant passages in a column ``relevant``; `EstimationError` if such a count is impossible.
    """
    rows = _checked(rows.assign(relevant=rows.get("relevant", 1)), threat, "relevant")
    carry, every = rows[threat].to_numpy(dtype=float), rows["relevant"].to_numpy(dtype=float)
    if ((carry < 0) | (carry > every) | (carry % 1 > 0) | (every % 1 > 0)).any():
        raise EstimationError(
            f"a count of {threat!r} is impossible; allowed: whole numbers from 0 to the number of relevant passages"
        )
    tally = _threat(_checked(rows[every > 0], threat), threat)
    if is_separated(tally.by_quadrant):
        return tally.firth("binomial logit")
    state, quadrant = np.nonzero(tally.counts.any(axis=2))
    model = sm.GLM(tally.counts[state, quadrant][:, ::-1], CODING.T[quadrant], family=sm.families.Binomial())
    # Clusters of one row, because GLM leaves the small-sample factor out of what it calls HC1.
    return tally.clustered("binomial logit of state counts, errors clustered by state (HC1)", model, state)


def gee(rows: pd.DataFrame, threat: str) -> Fit:
    """Binomial logit of a threat, a column, by generalised estimating equations, with bias-reduced errors.

    The passages of a state are taken as equally (exchangeably) correlated, so that a state that speaks much does
    not count in proportion (Liang and Zeger 1986); errors as Mancl and DeRouen (2001).
    """
    rows = _checked(rows.assign(relevant=1), threat)
    if not rows[threat].isin((0, 1)).all():
        raise EstimationError(
            f"a row has a {threat!r} other than 0 or 1; estimating equations need a row a passage"
        )
    tally = _threat(rows, threat)
    if is_separated(tally.by_quadrant):
        return tally.firth("binomial logit")
    groups, dependence = rows["state"].to_numpy(), sm.cov_struct.Exchangeable()
    carry, family = rows[threat].to_numpy(dtype=float), sm.families.Binomial()
    model = sm.GEE(carry, _design(rows), groups, family=family, cov_struct=dependence)
    # Bias reduction divides by one less the leverage of a state, which is 1 where it makes up a quadrant.
    errors = "bias_reduced" if min(tally.sizes) > 1 else "naive"
    method = "estimating equations, binomial logit, exchangeable within states, bias-reduced errors"
    return tally.clustered(method, model, cov_type=errors)


def ordered(rows: pd.DataFrame) -> Fit:
    """Ordered (proportional odds) logit of the level of securitization (``level``; 0, 1, 2), errors clustered by state.

    Positive coefficients speak for higher levels; thresholds are not reported. `EstimationError` if data are separated.
    """
    rows = _checked(rows, "level")
    codes, levels = pd.factorize(rows["level"], sort=True)
    counts = _counts(rows, np.eye(len(levels), dtype=int)[codes])
    tally = _Tally(counts, [f"level {level}" for level in levels], ["level"])
    if levels_are_separated(tally.by_quadrant):
        raise EstimationError(
            "the quadrants separate the levels, so that the ordered logit has no finite estimate; "
            "give `binomial` a column of 0 and 1, such as level >= 1, for which it has a penalty"
        )
    model = OrderedModel(codes, _design(rows)[:, 1:], distr="logit")
    settings = {"method": "newton", "disp": 0, "maxiter": 100}
    return tally.clustered("ordered logit, errors clustered by state", model, rows["state"], **settings)


def quadrant_probabilities(fit: Fit) -> pd.DataFrame:
    """Predicted probability of the threat, or of each primary category, by quadrant.

    Intervals by the delta method on the logit of the probability, so that they lie between 0 and 1. Returns a DataFrame
    of float: index ``quadrant``, for the multinomial logit ``quadrant`` and ``category``, base first; columns
    ``estimate``, ``low90``, ``high90``. `EstimationError` if the fit has no constant, as that of `ordered`.
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
    columns = {"estimate": probability, "low90": expit(centre - half), "high90": expit(centre + half)}
    index = pd.MultiIndex.from_product([[*map(str, Quadrant)], categories], names=["quadrant", "category"])
    table = pd.DataFrame({name: values.ravel() for name, values in columns.items()}, index)
    return table if fit.base else table.iloc[1::2].droplevel("category")


def _threat(rows: pd.DataFrame, threat: str) -> _Tally:
    """Passages with and without a threat, of which ``relevant`` stand in each row."""
    carry, every = (rows[column].to_numpy(dtype=int) for column in (threat, "relevant"))
    amounts = np.column_stack([every - carry, carry])
    return _Tally(_counts(rows, amounts), [f"without {threat}", threat], [threat])


def _checked(rows: pd.DataFrame, *outcome: str) -> pd.DataFrame:
    """The rows, with codes ``state`` and ``quadrant``, if what the models need is there and complete."""
    rows = rows if "iso3" in rows else rows.reset_index()
    for column in ("iso3", "p", "k", *outcome):
        check_name("column", column, rows.columns)
        if rows[column].isna().any():
            raise EstimationError(f"column {column!r} has an empty cell; leave such rows out")
    for column in ("p", "k"):
        if not rows[column].isin((-1, 1)).all():
            raise EstimationError(f"column {column!r} has another value; allowed: -1 (weak), 1 (strong)")
    if rows.empty:
        raise EstimationError("there are no passages")
    return rows.assign(state=pd.factorize(rows["iso3"])[0], quadrant=quadrant_codes(rows["p"], rows["k"]))


def _counts(rows: pd.DataFrame, amounts: Codes) -> Codes:
    """Sum amounts, shape (rows, categories), by state and quadrant."""
    counts = np.zeros((rows["state"].nunique(), len(Quadrant), amounts.shape[1]), dtype=int)
    np.add.at(counts, (rows["state"], rows["quadrant"]), amounts)
    return counts


def _design(rows: pd.DataFrame) -> Array:
    return np.asarray(CODING.T[rows["quadrant"]])


def _run(method: str, model: Any, /, **settings: Any) -> Any:
    """Fit a model; a warning of statsmodels, such as of no convergence, is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ModelWarning)
        # Separation was ruled out exactly; statsmodels warns also of shares that are equal within quadrants.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        try:
            return model.fit(**settings)
        except (ModelWarning, np.linalg.LinAlgError) as error:
            name = method.partition(",")[0]
            raise EstimationError(f"{name}: {error}; collapse categories, or leave the model out") from error
