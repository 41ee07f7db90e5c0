"""Logit-normal mixed model of the states' passages, by maximum likelihood.

The passages of a state are binomial, and its log odds are a linear predictor plus a normal deviation of its own, which
`buzanlib.inference.adaptive_quadrature` integrates out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from buzanlib.errors import EstimationError, UnknownNameError, check_name
from buzanlib.inference.adaptive_quadrature import WIDEST, Likelihood, inverse
from buzanlib.inference.contrasts import CODING, POSITION
from buzanlib.inference.intervals import TAILS
from buzanlib.inference.placed_sample import quadrant_codes
from buzanlib.theory.vocabulary import Effect

#: An error in log odds beyond this belongs to a coefficient without a finite estimate.
BOUNDLESS = 25.0

#: Log odds that an interval is never as wide as, but where the data are separated.
UNBOUNDED = 100.0


@dataclass(frozen=True, eq=False)
class MixedFit:
    """Estimates of a logit-normal mixed model.

    Where the data are separated, as where no passage of a region carries the outcome, the likelihood has no maximum:
    the coefficients concerned (`separated`) are those at which it lies within about 1e-8 of its limit, and their errors
    are in the thousands, so that an interval says nothing. The other coefficients are at their limits, too.
    """

    coefficients: pd.Series[float]  #: In log odds, by column of the design.
    #: Of the coefficients, from the observed information of coefficients and `sigma`, or of coefficients alone where
    #: `sigma` is at a border, 0 or `WIDEST`.
    covariance: pd.DataFrame
    #: What each state adds to each coefficient, shape (states, coefficients): the covariance of coefficients of several
    #: outcomes is the sum over states of the products of these.
    influence: pd.DataFrame
    sigma: float  #: Standard deviation between states, in log odds.
    log_likelihood: float  #: With the binomial coefficients.
    fitted: pd.Series[float]  #: Linear predictor of each state, its own deviation left out, in log odds.
    n: int  #: Passages.
    n_states: int  #: States.

    @property
    def errors(self) -> pd.Series[float]:
        """Standard errors of the coefficients."""
        return pd.Series(np.sqrt(np.diag(self.covariance)), self.coefficients.index)

    @property
    def separated(self) -> list[str]:
        """Coefficients without a finite estimate, the columns of the design being of ordinary size."""
        return self.errors.index[self.errors > BOUNDLESS].to_list()

    @property
    def table(self) -> pd.DataFrame:
        """A row a coefficient: ``estimate``, ``se``, and the ends of Wald's interval, ``low90`` and ``high90``."""
        half = float(ndtri(TAILS[1])) * self.errors
        low, high = self.coefficients - half, self.coefficients + half
        return pd.DataFrame({"estimate": self.coefficients, "se": self.errors, "low90": low, "high90": high})

    def combination(self, weights: npt.ArrayLike) -> tuple[float, float, float]:
        """A contrast of the quadrants in log odds, and the ends of its 90 % interval.

        Of a `corner_design`; the weights of the quadrants, shape (4,), sum to zero.
        """
        effects = list(POSITION)
        loadings = CODING[1:] @ np.asarray(weights, dtype=float) / 2
        estimate = float(loadings @ self.coefficients[effects])
        half = float(ndtri(TAILS[1]) * np.sqrt(loadings @ self.covariance.loc[effects, effects] @ loadings))
        return estimate, estimate - half, estimate + half

    def contrast(self, effect: str, sign: int = 1) -> tuple[float, float, float]:
        """A corner contrast in a predicted direction, and the ends of its 90 % interval, in log odds.

        Raises
        ------
        UnknownNameError
            If the model has no such effect.
        """
        check_name("effect", effect, self.coefficients.index.intersection(list(POSITION)).to_list())
        estimate, _, low, high = map(float, self.table.loc[effect].to_numpy())
        return (estimate, low, high) if sign > 0 else (-estimate, -high, -low)


def logit_normal(y: npt.ArrayLike, n: npt.ArrayLike, design: pd.DataFrame, nodes: int = 25) -> MixedFit:
    r"""Fit :math:`y_s \sim \mathrm{Bin}(n_s, \mathrm{expit}(x_s \beta + u_s))`, :math:`u_s \sim N(0, \sigma^2)`.

    Parameters
    ----------
    y, n : array_like of int, shape (states,)
        Passages that carry the outcome, and relevant ones, at least one.
    design : DataFrame of float, shape (states, coefficients)
        A constant, if any, is a column like others.
    nodes : int
        Of the quadrature.

    Raises
    ------
    EstimationError
        If a count is impossible, a column is a combination of others or not finite, there are no nodes, or Newton's
        steps do not end.
    """
    likelihood = Likelihood.of(y, n, design, nodes)
    point = likelihood.maximum()
    terms, size = design.columns, len(design.columns)
    free = size + (0.0 < point.sigma < WIDEST)
    inverted = inverse(point.information[:free, :free])[:, :size]
    return MixedFit(
        coefficients=pd.Series(point.parameters[:-1], terms),
        covariance=pd.DataFrame(inverted[:size], terms, terms),
        influence=pd.DataFrame(point.scores[:, :free] @ inverted, design.index, terms),
        sigma=point.sigma,
        log_likelihood=point.value + likelihood.constant,
        fitted=pd.Series(likelihood.x @ point.parameters[:-1], design.index),
        n=int(likelihood.n.sum()),
        n_states=len(design),
    )


def corner_design(
    placed: pd.DataFrame, regions: pd.Series[str], further: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Design in which the coefficients of power, cohesion and their product are corner contrasts.

    Parameters
    ----------
    placed : DataFrame
        Index ``iso3``, the states of the design; ``p`` and ``k`` (-1 weak, +1 strong).
    regions : Series of str
        Regional group by ``iso3``: each has a level of its own.
    further : DataFrame of float, optional
        Other columns by ``iso3``; they enter with mean 0 and standard deviation 1 over the states of the design.

    Returns
    -------
    DataFrame of float, shape (states, regions + 3 + further)
        Columns are names of the regions, sorted, the effects (half of the effect coding), and the further ones.

    Raises
    ------
    EstimationError
        If a state has no region, or lacks a value of a further column.
    """
    group = regions.reindex(placed.index)
    _demand(placed.index[group.isna()], "regional group")
    halves = CODING.T[quadrant_codes(placed["p"], placed["k"])] / 2
    effects = pd.DataFrame(halves[:, 1:], placed.index, [effect.value for effect in Effect])
    parts = [pd.get_dummies(group, dtype=float), effects]
    if further is not None:
        values = further.reindex(placed.index).astype(float)
        for column in values:
            _demand(values.index[values[column].isna()], f"value of {column!r}")
        parts.append((values - values.mean()) / values.std(ddof=0).replace(0.0, 1.0))
    return pd.concat(parts, axis=1)


def corner_model(
    counts: pd.DataFrame,
    column: str,
    placed: pd.DataFrame,
    regions: pd.Series[str],
    further: pd.DataFrame | None = None,
    nodes: int = 25,
) -> MixedFit:
    """Corner contrasts of one outcome in log odds: `logit_normal` with the `corner_design`.

    Takes the states that are placed and have a relevant passage; `counts` by ``iso3``, with `column` and ``relevant``.

    Raises
    ------
    UnknownNameError, EstimationError
        If there is no such column; as `corner_design` and `logit_normal`; or if there is no state.
    """
    if column not in counts:
        raise UnknownNameError("column", column, map(str, counts.columns))
    spoken = counts.index[counts["relevant"] > 0]
    states = placed.index.intersection(spoken).sort_values()
    if states.empty:
        raise EstimationError("no state is both placed and has a relevant passage")
    own = counts.loc[states]
    return logit_normal(
        own[column], own["relevant"], corner_design(placed.loc[states], regions, further), nodes
    )


def _demand(without: pd.Index[str], what: str) -> None:
    if len(without):
        raise EstimationError(f"no {what} of {', '.join(map(str, without))}; leave such states out")
