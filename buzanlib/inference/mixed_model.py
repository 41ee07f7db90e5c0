"""Logit-normal mixed model of the states' passages, by maximum likelihood.

The passages of a state are binomial, and its log odds are a linear predictor plus a normal deviation of its own. The
deviation is integrated out by adaptive Gauss-Hermite quadrature (Pinheiro and Bates 1995). Score and observed
information follow from posterior moments of the deviation (Louis 1982), so that Newton's steps are exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, gammaln, ndtri

from buzanlib.errors import EstimationError, UnknownNameError, check_name
from buzanlib.inference.contrasts import CODING, POSITION, empirical_logit
from buzanlib.inference.intervals import TAILS
from buzanlib.inference.permutation import Array
from buzanlib.inference.placed_sample import quadrant_codes
from buzanlib.theory.vocabulary import Effect

#: Largest standard deviation between states. Where every state speaks of a matter always or never, the likelihood
#: rises with it for ever; and with few passages a state the quadrature is not exact much beyond.
WIDEST = 5.0

#: Below this a standard deviation is zero.
NARROWEST = 1e-4

#: An error in log odds beyond this belongs to a coefficient without a finite estimate.
BOUNDLESS = 25.0

#: Newton's steps end where the next promises less log-likelihood than this.
GAIN = 1e-8

_STEPS = 200


@dataclass(frozen=True, eq=False)
class MixedFit:
    """Estimates of a logit-normal mixed model.

    Where the data are separated, as where no passage of a region carries the outcome, the likelihood has no maximum:
    the coefficients concerned (`separated`) are those at which it lies within about `GAIN` of its limit, and their
    errors are in the thousands, so that an interval says nothing. The other coefficients are at their limits, too.
    """

    coefficients: pd.Series[float]  #: In log odds, by column of the design.
    #: Of the coefficients, from the observed information of coefficients and `sigma`, or of coefficients alone where
    #: `sigma` is at a border, 0 or `WIDEST`.
    covariance: pd.DataFrame
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
        """Coefficients without a finite estimate."""
        return self.errors.index[self.errors > BOUNDLESS].to_list()

    @property
    def table(self) -> pd.DataFrame:
        """A row a coefficient: ``estimate``, ``se``, and the ends of Wald's interval, ``low90`` and ``high90``."""
        half = float(ndtri(TAILS[1])) * self.errors
        low, high = self.coefficients - half, self.coefficients + half
        return pd.DataFrame({"estimate": self.coefficients, "se": self.errors, "low90": low, "high90": high})

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

    References
    ----------
    Pinheiro, J. C. and Bates, D. M. (1995). Approximations to the log-likelihood function in the nonlinear
    mixed-effects model. Journal of Computational and Graphical Statistics 4(1), 12-35.
    Louis, T. A. (1982). Finding the observed information matrix when using the EM algorithm. Journal of the Royal
    Statistical Society B 44(2), 226-233.
    """
    likelihood = _Likelihood.of(y, n, design, nodes)
    point = likelihood.maximum()
    terms, size = design.columns, len(design.columns)
    free = size + (0.0 < point.sigma < WIDEST)
    covariance = _inverse(point.information[:free, :free])[:size, :size]
    return MixedFit(
        coefficients=pd.Series(point.parameters[:-1], terms),
        covariance=pd.DataFrame(covariance, terms, terms),
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


def _inverse(information: Array) -> Array:
    """Inverse of an information matrix, positive definite also where the likelihood is level, or not concave."""
    scale = 1 / np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-12))
    values, vectors = np.linalg.eigh(scale[:, None] * information * scale)
    scaled = scale[:, None] * vectors
    return np.asarray(scaled / np.maximum(np.abs(values), 1e-8) @ scaled.T, dtype=float)


def _demand(without: pd.Index[str], what: str) -> None:
    if len(without):
        raise EstimationError(f"no {what} of {', '.join(map(str, without))}; leave such states out")


@dataclass(frozen=True, eq=False)
class _Point:
    """The log-likelihood, without its constant, at coefficients and sigma, with its derivatives."""

    parameters: Array  #: Coefficients, then sigma.
    value: float
    gradient: Array
    information: Array  #: Minus the second derivatives.
    modes: Array  #: Likeliest deviation of each state, in standard deviations.

    @property
    def sigma(self) -> float:
        return float(self.parameters[-1])

    def step(self) -> Array:
        """Newton's step, upwards also where the likelihood is not concave."""
        free = len(self.parameters) - (self.sigma >= WIDEST and self.gradient[-1] > 0)
        step = _inverse(self.information[:free, :free]) @ self.gradient[:free]
        return np.append(step, np.zeros(len(self.parameters) - free))


@dataclass(frozen=True, eq=False)
class _Likelihood:
    """The log-likelihood of counts."""

    y: Array
    n: Array
    x: Array
    nodes: Array
    weights: Array  #: Logarithms.

    @classmethod
    def of(cls, y: npt.ArrayLike, n: npt.ArrayLike, design: pd.DataFrame, nodes: int) -> _Likelihood:
        """Check and prepare."""
        y, n, x = np.asarray(y, dtype=float), np.asarray(n, dtype=float), design.to_numpy(dtype=float)
        wrong = np.flatnonzero((y < 0) | (y > n) | (n < 1) | (y % 1 > 0) | (n % 1 > 0) | np.isnan(y + n))
        if len(wrong):
            one = wrong[0]
            raise EstimationError(
                f"{y[one]:g} of {n[one]:g} passages of {design.index[one]} carry the outcome; "
                "allowed: whole numbers, and at least one passage"
            )
        if not np.isfinite(x).all():
            names = ", ".join(map(str, design.columns[~np.isfinite(x).all(axis=0)]))
            raise EstimationError(f"the design has a value that is not finite in {names}")
        for place in range(x.shape[1]):
            if np.linalg.matrix_rank(x[:, : place + 1]) <= place:
                raise EstimationError(
                    f"column {design.columns[place]!r} of the design follows from those before it; leave it out"
                )
        if nodes < 1:
            raise EstimationError(f"{nodes} nodes of the quadrature; allowed: at least 1")
        at, weight = np.polynomial.hermite_e.hermegauss(nodes)
        return cls(y, n, x, at, np.log(weight) + at**2 / 2 - np.log(2 * np.pi) / 2)

    @property
    def constant(self) -> float:
        """Sum of the logarithms of the binomial coefficients."""
        return float((gammaln(self.n + 1) - gammaln(self.y + 1) - gammaln(self.n - self.y + 1)).sum())

    def maximum(self) -> _Point:
        """Climb by Newton's steps, halved where they do not rise."""
        weights = np.sqrt(self.n)
        start = np.linalg.lstsq(weights[:, None] * self.x, weights * empirical_logit(self.y, self.n))[0]
        point = self(np.append(start, 1.0), np.zeros(len(self.y)))
        for _ in range(_STEPS):
            step = point.step()
            if step @ point.gradient < 2 * GAIN:
                return self._settled(point, step)
            # Far steps are cut short, and none reaches a sigma of zero, where the likelihood is level in it.
            step /= max(
                1.0, np.abs(self.x @ step[:-1]).max() / 3, abs(step[-1]), -step[-1] / point.sigma * 4 / 3
            )
            while (new := self(point.parameters + step, point.modes)).value < point.value:
                step /= 2
                if np.abs(step).max() < 1e-12:
                    return self._settled(point, step)
            point = new
        raise EstimationError(f"the likelihood of the mixed model has no maximum within {_STEPS} steps")

    def _settled(self, point: _Point, step: Array) -> _Point:
        """After the last step, with a deviation of next to nothing as none."""
        parameters = point.parameters + step
        if abs(parameters[-1]) < NARROWEST:
            parameters[-1] = 0.0
        return self(parameters, point.modes)

    def __call__(self, parameters: Array, modes: Array) -> _Point:
        """The point at some parameters, its modes searched from those of another one."""
        # The likelihood is the same for sigma and minus sigma.
        sigma = min(abs(float(parameters[-1])), WIDEST)
        parameters = np.append(parameters[:-1], sigma)
        y, n, centre = self.y, self.n, self.x @ parameters[:-1]
        modes, curvature = self._modes(centre, sigma, modes)
        z = modes[:, None] + self.nodes / np.sqrt(curvature)[:, None]
        log_odds = centre[:, None] + sigma * z
        share = expit(log_odds)
        each = y[:, None] * log_odds - n[:, None] * np.logaddexp(0, log_odds) - z**2 / 2 + self.weights
        peak = each.max(axis=1)
        posterior = np.exp(each - peak[:, None])
        total = posterior.sum(axis=1)
        posterior /= total[:, None]
        residual, variance = y[:, None] - n[:, None] * share, n[:, None] * share * (1 - share)

        def mean(values: Array) -> Array:
            return np.asarray(np.einsum("sk,sk->s", posterior, values), dtype=float)

        # Score of each state by its linear predictor and by sigma; then the information, less what is not seen.
        score, slope = mean(residual), mean(residual * z)
        seen = variance - residual**2
        cross = self.x.T @ (mean(seen * z) + score * slope)
        return _Point(
            parameters,
            value=float((peak + np.log(total) - np.log(curvature) / 2).sum()),
            gradient=np.append(self.x.T @ score, slope.sum()),
            information=np.block(
                [
                    [(self.x.T * (mean(seen) + score**2)) @ self.x, cross[:, None]],
                    [cross, (mean(seen * z**2) + slope**2).sum()],
                ]
            ),
            modes=modes,
        )

    def _modes(self, centre: Array, sigma: float, modes: Array) -> tuple[Array, Array]:
        """Likeliest deviations, and the curvatures there, by Newton's steps of at most one in log odds."""
        for _ in range(_STEPS):
            share = expit(centre + sigma * modes)
            curvature = 1 + sigma**2 * self.n * share * (1 - share)
            step = (sigma * (self.y - self.n * share) - modes) / curvature
            modes = modes + np.clip(step, -1 / max(sigma, 1e-9), 1 / max(sigma, 1e-9))
            if np.abs(step).max() < 1e-9:
                break
        return modes, curvature
