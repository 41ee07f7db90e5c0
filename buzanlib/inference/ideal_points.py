"""Ideal points: a map of states on one dimension from their votes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from buzanlib.errors import EstimationError, check_name
from buzanlib.inference.permutation import Array

#: Scores nearer than this are equal, since rounding must not part states that voted alike.
TIE = 1e-6

#: Least variance of the noise, since a perfect fit would have no likelihood.
FLOOR = 1e-6


@dataclass(frozen=True, eq=False)
class VoteMap:
    """States on one dimension, and how well it predicts their votes."""

    scores: pd.Series[float]  #: By state, mean 0 and standard deviation 1.
    #: By roll call, the change of position towards yes per standard deviation of the score.
    loadings: pd.Series[float]
    explained: float  #: Share of the variance of positions about the means of the roll calls.
    #: Share of the yes and no votes that a cutting point on the map for each roll call predicts; NaN where nobody voted
    #: otherwise than the majority.
    classified: float
    #: Aggregate proportional reduction of error (Poole & Rosenthal 1997), the share of the errors of always naming the
    #: majority that the cutting points save; NaN as `classified`.
    apre: float


@dataclass(frozen=True)
class IdealPoints:
    """Ideal points on one dimension, by probabilistic principal component analysis (Tipping & Bishop 1999).

    A position is a constant of the roll call plus its loading times the score of the state plus normal noise, and
    scores are standard normal. The votes cast are fitted by maximum likelihood; if none is missing, the scores lie
    along the first principal axis. A state that seldom voted is drawn towards the middle.
    """

    tolerance: float = 1e-8  #: Largest move of a score in the last step.
    iterations: int = 1000  #: Steps at most.

    def __call__(self, positions: pd.DataFrame, orientation: tuple[str, str]) -> VoteMap:
        """Map the states.

        Parameters
        ----------
        positions : DataFrame of float, shape (states, roll calls)
            1 yes, 1/2 abstention, 0 no, NaN absent.
        orientation : tuple of str
            Two states, the first of which is to have the lower score.

        Returns
        -------
        VoteMap
            Of the roll calls in which positions differ, and of the states that voted in one of them.

        Raises
        ------
        UnknownNameError, EstimationError
            If a state of the orientation has no score, or both have the same; if positions differ in fewer than two
            roll calls; if the scores do not converge.
        """
        divided = positions.loc[:, positions.max() > positions.min()]
        if divided.shape[1] < 2:
            raise EstimationError(
                f"states disagree in {divided.shape[1]} of {positions.shape[1]} roll calls; a map needs at least 2"
            )
        cast = divided[divided.notna().any(axis=1)]
        values = cast.to_numpy(dtype=float)
        fitted = self._scores(values)
        scores = pd.Series((fitted - fitted.mean()) / fitted.std(), index=cast.index, name="score")
        scores *= _direction(scores, orientation)

        loadings, explained = _lines(values, scores.to_numpy())
        toward_yes = np.outer(np.sign(loadings), scores)
        tallies = [_tally(*pair) for pair in zip(toward_yes, values.T, strict=True)]
        votes, minority, errors = np.sum(tallies, axis=0)
        return VoteMap(
            scores=scores,
            loadings=pd.Series(loadings, index=cast.columns, name="loading"),
            explained=explained,
            classified=float(1 - errors / votes) if minority else np.nan,
            apre=float(1 - errors / minority) if minority else np.nan,
        )

    def _scores(self, values: Array) -> Array:
        """Expected scores by expectation and maximisation, from the first principal axis of the known positions.

        Constants and loadings are reset at every step so that scores stay standard normal (Liu, Rubin & Wu 1998): the
        fit is the same, in a few dozen steps rather than in hundreds.
        """
        known = (~np.isnan(values)).astype(float)
        votes, given = known.sum(axis=0), np.nan_to_num(values)
        constants = given.sum(axis=0) / votes
        _, sizes, axes = np.linalg.svd(known * (given - constants), full_matrices=False)
        loadings = axes[0] * sizes[0] / np.sqrt(len(values))
        noise = max(np.sum(sizes[1:] ** 2) / known.sum(), FLOOR)
        scores = np.zeros(len(values))
        for _ in range(self.iterations):
            variances = 1 / (1 + known @ loadings**2 / noise)
            last, scores = scores, variances * ((known * (given - constants)) @ loadings) / noise
            if np.abs(scores - last).max() <= self.tolerance:
                return np.asarray(scores, dtype=float)
            # Positions on scores, which are uncertain: hence their variances beside their squares.
            sums, squares = known.T @ scores, known.T @ (scores**2 + variances)
            loadings = (votes * (given.T @ scores) - sums * given.sum(axis=0)) / (votes * squares - sums**2)
            constants = (given.sum(axis=0) - loadings * sums) / votes
            left = (given - constants - np.outer(scores, loadings)) ** 2 + np.outer(variances, loadings**2)
            noise = max(np.sum(known * left) / known.sum(), FLOOR)
            constants += scores.mean() * loadings
            loadings *= np.sqrt(scores.var() + variances.mean())
        raise EstimationError(
            f"the scores still move by more than {self.tolerance} after {self.iterations} steps; allow more, or see "
            "whether the roll calls have a dimension in common"
        )


def _direction(scores: pd.Series[float], orientation: tuple[str, str]) -> float:
    """1 if the scores point the right way, -1 if they must be turned."""
    for state in orientation:
        check_name("state of the orientation", state, scores.index)
    low, high = scores[list(orientation)].to_numpy()
    if abs(high - low) <= TIE:
        raise EstimationError(f"{' and '.join(orientation)} cannot tell the ends of the map apart")
    return float(np.sign(high - low))


def _lines(values: Array, scores: Array) -> tuple[Array, float]:
    """Least squares slope of each roll call on the scores, and the share of variance explained by all."""
    centred = np.where(np.isnan(values), np.nan, scores[:, None])
    centred -= np.nanmean(centred, axis=0)
    deviations = values - np.nanmean(values, axis=0)
    slopes = np.nansum(centred * deviations, axis=0) / np.maximum(np.nansum(centred**2, axis=0), TIE)
    left = np.nansum((deviations - centred * slopes) ** 2)
    return np.asarray(slopes, dtype=float), float(1 - left / np.nansum(deviations**2))


def _tally(scores: Array, column: Array) -> tuple[int, int, int]:
    """Votes, votes of the minority, and errors of the best cutting point, yes being on the right of it."""
    voted = np.isin(column, [0, 1])
    order = np.argsort(scores[voted])
    yes = column[voted][order] == 1
    # A cutting point may stand behind every state whose right neighbour lies apart from it. Moving it from the left
    # end, where all are predicted to vote yes, past a yes makes an error and past a no mends one.
    apart = np.diff(scores[voted][order], append=np.inf) > TIE
    change = np.cumsum(np.where(yes, 1, -1))[apart]
    noes = int(np.sum(~yes))
    return len(yes), min(noes, len(yes) - noes), noes + int(change.min(initial=0))


def distance_to_median(scores: pd.Series[float]) -> pd.Series[float]:
    """Absolute distance of the score of each state from the median."""
    return (scores - scores.median()).abs().rename("distance_to_median")
