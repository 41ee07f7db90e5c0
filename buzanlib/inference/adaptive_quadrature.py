"""Likelihood of counts whose log odds deviate normally, by adaptive Gauss-Hermite quadrature, and its maximum.

Nodes lie about the likeliest deviation of each state (Pinheiro and Bates 1995). Score and observed information follow
from posterior moments of the deviation (Louis 1982), so that Newton's steps are exact.

References
----------
Pinheiro, J. C. and Bates, D. M. (1995). Approximations to the log-likelihood function in the nonlinear
mixed-effects model. Journal of Computational and Graphical Statistics 4(1), 12-35.
Louis, T. A. (1982). Finding the observed information matrix when using the EM algorithm. Journal of the Royal
Statistical Society B 44(2), 226-233.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, gammaln

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import empirical_logit
from buzanlib.inference.permutation import Array

#: Largest standard deviation between states. Where every state speaks of a matter always or never, the likelihood
#: rises with it for ever; and with few passages a state the quadrature is not exact much beyond.
WIDEST = 5.0

#: Below this a standard deviation is zero.
NARROWEST = 1e-4

#: Newton's steps end where the next promises less log-likelihood than this.
GAIN = 1e-8

_STEPS = 200


def inverse(information: Array) -> Array:
    """Inverse of an information matrix, positive definite also where the likelihood is level, or not concave."""
    scale = 1 / np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-12))
    values, vectors = np.linalg.eigh(scale[:, None] * information * scale)
    scaled = scale[:, None] * vectors
    return np.asarray(scaled / np.maximum(np.abs(values), 1e-8) @ scaled.T, dtype=float)


@dataclass(frozen=True, eq=False)
class Point:
    """The log-likelihood, without its constant, at coefficients and sigma, with its derivatives."""

    parameters: Array  #: Coefficients, then sigma.
    value: float
    gradient: Array
    information: Array  #: Minus the second derivatives.
    modes: Array  #: Likeliest deviation of each state, in standard deviations.
    scores: Array  #: Gradient of each state, shape (states, parameters).

    @property
    def sigma(self) -> float:
        """Standard deviation between states."""
        return float(self.parameters[-1])

    def step(self) -> Array:
        """Newton's step, upwards also where the likelihood is not concave."""
        free = len(self.parameters) - (self.sigma >= WIDEST and self.gradient[-1] > 0)
        step = inverse(self.information[:free, :free]) @ self.gradient[:free]
        return np.append(step, np.zeros(len(self.parameters) - free))


@dataclass(frozen=True, eq=False)
class Likelihood:
    """The log-likelihood of counts, a function of coefficients and sigma."""

    y: Array  #: Passages of each state that carry the outcome.
    n: Array  #: Relevant passages.
    x: Array  #: The design, shape (states, coefficients).
    nodes: Array  #: Of the quadrature, in standard deviations of the posterior.
    weights: Array  #: Logarithms of the weights.

    @classmethod
    def of(cls, y: npt.ArrayLike, n: npt.ArrayLike, design: pd.DataFrame, nodes: int) -> Likelihood:
        """Check and prepare; `EstimationError` as `buzanlib.inference.mixed_model.logit_normal` says."""
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
        if np.linalg.matrix_rank(x) < x.shape[1]:
            ranks = [np.linalg.matrix_rank(x[:, :place]) for place in range(1, x.shape[1] + 1)]
            name = design.columns[np.flatnonzero(np.diff(ranks, prepend=0) == 0)[0]]
            raise EstimationError(f"column {name!r} of the design follows from those before it; leave it out")
        if nodes < 1:
            raise EstimationError(f"{nodes} nodes of the quadrature; allowed: at least 1")
        at, weight = np.polynomial.hermite_e.hermegauss(nodes)
        return cls(y, n, x, at, np.log(weight) + at**2 / 2 - np.log(2 * np.pi) / 2)

    @property
    def constant(self) -> float:
        """Sum of the logarithms of the binomial coefficients."""
        return float((gammaln(self.n + 1) - gammaln(self.y + 1) - gammaln(self.n - self.y + 1)).sum())

    def maximum(self) -> Point:
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

    def _settled(self, point: Point, step: Array) -> Point:
        """After the last step, with a deviation of next to nothing as none."""
        parameters = point.parameters + step
        if abs(parameters[-1]) < NARROWEST:
            parameters[-1] = 0.0
        return self(parameters, point.modes)

    def __call__(self, parameters: Array, modes: Array) -> Point:
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
        return Point(
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
            scores=np.column_stack([self.x * score[:, None], slope]),
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
