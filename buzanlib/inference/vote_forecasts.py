"""How well a score of the quadrants forecasts the votes of states that were left out, beside plainer forecasts.

Votes on several texts: an array of float, shape (states, texts), 1 yes, 0 not yes (no or abstention), NaN absent.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from buzanlib.errors import EstimationError, check_name
from buzanlib.inference.intervals import bootstrap_weights, percentile_interval
from buzanlib.inference.permutation import Array, Moves, p_value
from buzanlib.inference.placed_sample import Codes
from buzanlib.theory.vocabulary import Quadrant

#: Added to the yes and to the other votes of every rate, since one vote refutes a probability of zero (Jeffreys).
HALF = 0.5

#: What is left out at a time.
LEFT_OUT = ("region", "state")

#: Forecasts from rates by group, beside the base rate of the text.
CHANCE, POWER, COHESION, QUADRANTS, REGION = (
    "chance",
    "power alone",
    "cohesion alone",
    "quadrants",
    "region alone",
)
SCORE = "score"  #: The forecast of the score.

#: Which quadrants' votes a plain forecast takes for those of a quadrant.
_ALIKE = {
    CHANCE: np.ones((4, 4)),
    POWER: np.kron(np.eye(2), np.ones((2, 2))),
    COHESION: np.kron(np.ones((2, 2)), np.eye(2)),
    QUADRANTS: np.eye(4),
}

STEEPEST = 20.0  #: A slope in log odds a unit of the score that is as good as a step.


def rates(yes: Array, cast: Array) -> Array:
    """Rates of yes with `HALF` a vote added to either side; of any shape."""
    return np.asarray((yes + HALF) / (cast + 2 * HALF), dtype=float)


def slope_fit(yes: Array, cast: Array, net: Array, steps: int = 40) -> tuple[Array, Array]:
    r"""Logit of yes on a score, with a level for each text and one slope, which is from 0 to `STEEPEST`.

    Maximum likelihood of :math:`\log(\pi / (1-\pi)) = a_t + b\,x_{tq}` by Newton's method. Each text has `HALF` a yes
    and as much not yes more, at the mean score of its votes, so that without a slope the forecasts are `rates`.

    Parameters
    ----------
    yes, cast : ndarray of float, shape (..., texts, 4)
        Votes of each quadrant.
    net : ndarray of float, shape (texts, 4)
        The score.
    steps : int
        Of Newton's method, at most.

    Returns
    -------
    levels : ndarray of float, shape (..., texts)
    slope : ndarray of float, shape (...)
    """
    total = cast.sum(axis=-1, keepdims=True)
    centre = (cast * net).sum(axis=-1, keepdims=True) / np.maximum(total, 1)
    # What is added stands as a fifth cell at the mean, where the score less its mean is zero.
    x = np.concatenate([net - centre, np.zeros_like(total)], axis=-1)
    added = np.full_like(total, HALF)
    y, n = np.concatenate([yes, added], axis=-1), np.concatenate([cast, 2 * added], axis=-1)
    share = rates(yes.sum(axis=-1), cast.sum(axis=-1))
    level, slope = np.log(share / (1 - share)), np.zeros(yes.shape[:-2])
    for _ in range(steps):
        p = expit(level[..., None] + slope[..., None, None] * x)
        gap, weight = y - n * p, n * p * (1 - p)
        # The Hessian is a diagonal, of the levels, with a border, so that the levels can be eliminated.
        up, own, shared = gap.sum(axis=-1), weight.sum(axis=-1), (weight * x).sum(axis=-1)
        bend = (weight * x**2).sum(axis=(-2, -1)) - (shared**2 / own).sum(axis=-1)
        rise = (gap * x).sum(axis=(-2, -1)) - (shared * up / own).sum(axis=-1)
        step = np.clip(slope + rise / np.maximum(bend, 1e-9), 0, STEEPEST) - slope
        change = (up - shared * step[..., None]) / own
        slope, level = slope + step, level + np.clip(change, -3, 3)
        if max(np.abs(step).max(initial=0.0), np.abs(change).max(initial=0.0)) < 1e-10:
            break
    return level - slope[..., None] * centre[..., 0], slope


@dataclass(frozen=True, eq=False)
class VoteForecasts:
    """Forecasts of the votes of states that were left out: by a score of the quadrants, and by plain rates.

    A score forecasts by `slope_fit` on the votes of the other states, whatever else by the `rates` of these: of all
    (`CHANCE`), of those of like power, of like cohesion, of the quadrant, or of the region, which says nothing of a
    region that is left out.
    """

    votes: Array  #: shape (states, texts): 1 yes, 0 not yes, NaN absent; each state has a vote
    nets: Array  #: the score, shape (texts, 4), the quadrants in the order of `Quadrant`
    quadrants: Codes  #: shape (states,)
    regions: npt.NDArray[np.str_]  #: shape (states,)
    moves: Moves  #: permutations of placements within regions, shape (draws, states)
    draws: int = 1999  #: of the bootstrap
    seed: int = 20100615  #: of the bootstrap

    def __post_init__(self) -> None:
        if not len(self.votes) or np.isnan(self.votes).all(axis=1).any():
            raise EstimationError("a state without a vote; allowed: states with at least one")
        if len(np.unique(self.regions)) < 2:
            raise EstimationError(
                "all states are of one region; allowed: at least two, since one is left out"
            )

    def forecasts(self, left_out: str) -> dict[str, Array]:
        """Probability of yes by forecast, shape (states, texts); `SCORE` is that of the score.

        `UnknownNameError` if `left_out` is not of `LEFT_OUT`.
        """
        check_name("part that is left out", left_out, LEFT_OUT)
        yes, cast = self._counts(self.quadrants[None])[:2]
        yes, cast = yes[0], cast[0]
        place = np.unique(self.regions, return_inverse=True)[1]
        if left_out == "region":
            folds, own_yes, own_cast = place, yes, cast
        else:
            inside = np.arange(len(Quadrant)) == self.quadrants[:, None, None]
            folds = np.arange(len(self.votes))
            own_yes = np.nan_to_num(self.votes)[..., None] * inside
            own_cast = ~np.isnan(self.votes)[..., None] * inside.astype(float)
        other_yes, other_cast = yes.sum(axis=0) - own_yes, cast.sum(axis=0) - own_cast
        of = (folds, slice(None), self.quadrants)
        found = {name: one[of] for name, one in self._predicted(other_yes, other_cast).items()}
        if left_out == "state":
            region_yes, region_cast = (some[place].sum(axis=-1) for some in (yes, cast))
            found[REGION] = rates(region_yes - own_yes.sum(axis=-1), region_cast - own_cast.sum(axis=-1))
        return found

    def scores(self, left_out: str) -> dict[str, pd.DataFrame]:
        """Proper scores by state, ``log_score`` (nats, higher is better) and ``brier`` (lower is better).

        Each a DataFrame of float, a row a state and a column a forecast: the mean over the texts on which it voted.
        """
        y, found = self.votes, self.forecasts(left_out)
        logs = {name: np.nanmean(y * np.log(p) + (1 - y) * np.log1p(-p), axis=1) for name, p in found.items()}
        briers = {name: np.nanmean((p - y) ** 2, axis=1) for name, p in found.items()}
        return {"log_score": pd.DataFrame(logs), "brier": pd.DataFrame(briers)}

    @cached_property
    def slopes(self) -> Array:
        """Slope of the score with each region left out, in the order of their names, shape (regions,)."""
        yes, cast = (some[0] for some in self._counts(self.quadrants[None])[:2])
        return slope_fit(yes.sum(axis=0) - yes, cast.sum(axis=0) - cast, self.nets)[1]

    def compared(self, left_out: str) -> pd.DataFrame:
        """The forecasts, and how much better the score does than each.

        Returns
        -------
        DataFrame
            Index ``forecast``; ``log_score`` and ``brier``, means over states; ``gain``, log score of the score less
            this one's; ``low90`` and ``high90``, by a bootstrap of states within quadrants that takes the forecasts as
            given; ``least`` and ``most``, over the regions; where a region is left out ``p``, how often the gain is as
            great with placements exchanged within regions. NaN for the score itself.
        """
        scores = self.scores(left_out)
        logs = scores["log_score"]
        gains = logs.rsub(logs[SCORE], axis=0).drop(columns=SCORE)
        weights = bootstrap_weights(self.quadrants, self.draws, self.seed)
        drawn = weights @ gains.to_numpy() / len(gains)
        by_region = gains.groupby(self.regions).mean()
        table = pd.DataFrame({name: some.mean() for name, some in scores.items()}).rename_axis("forecast")
        table["gain"] = gains.mean()
        ends = [percentile_interval(column) for column in drawn.T]
        table[["low90", "high90"]] = pd.DataFrame(ends, gains.columns, ["low90", "high90"])
        table["least"], table["most"] = by_region.min(), by_region.max()
        if left_out == "region":
            table["p"] = pd.Series(self._p(gains.mean()))
        return table

    def _p(self, gains: pd.Series[float], rows: int = 250) -> dict[str, float]:
        """P value of the gain above each forecast, with placements exchanged."""
        drawn: dict[str, list[Array]] = {name: [] for name in map(str, gains.index)}
        for start in range(0, len(self.moves), rows):
            counts = self._counts(self.quadrants[self.moves[start : start + rows]])
            yes, cast, said_yes, said_other = counts
            found = self._predicted(
                yes.sum(axis=1, keepdims=True) - yes, cast.sum(axis=1, keepdims=True) - cast
            )
            means = {
                name: (said_yes * np.log(p) + said_other * np.log1p(-p)).sum(axis=(1, 2, 3)) / len(self.votes)
                for name, p in found.items()
            }
            for name, some in drawn.items():
                some.append(means[SCORE] - means[name])
        return {
            name: float(p_value(float(gains[name]), np.concatenate(some))) for name, some in drawn.items()
        }

    def _predicted(self, yes: Array, cast: Array) -> dict[str, Array]:
        """Probability of yes from votes of shape (..., texts, 4), the same shape."""
        level, slope = slope_fit(yes, cast, self.nets)
        found = {SCORE: expit(level[..., None] + slope[..., None, None] * self.nets)}
        return found | {name: rates(yes @ alike, cast @ alike) for name, alike in _ALIKE.items()}

    def _counts(self, placements: Codes) -> tuple[Array, Array, Array, Array]:
        """Votes by placement, region, text and quadrant; each of shape (placements, regions, texts, 4).

        Those for a text and all, and those for it and others with each state's votes weighing one together.
        """
        cast = (~np.isnan(self.votes)).astype(float)
        yes = np.nan_to_num(self.votes)
        weight = 1 / cast.sum(axis=1, keepdims=True)
        kinds = (yes, cast, yes * weight, (cast - yes) * weight)
        inside = (placements[:, None, :] == np.arange(len(Quadrant))[:, None]).astype(float)
        here = [self.regions == region for region in np.unique(self.regions)]
        one, two, three, four = (
            np.stack([np.swapaxes(inside[..., some] @ kind[some], 1, 2) for some in here], axis=1)
            for kind in kinds
        )
        return one, two, three, four
