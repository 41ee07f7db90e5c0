"""What states of different quadrants share, pair by pair: votes and profiles."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import against_rest, contrast_test
from buzanlib.inference.divergence import distances
from buzanlib.inference.dyadic_matrices import agreement as agreement_of
from buzanlib.inference.dyadic_matrices import block_means, distance, euclidean, pair_of, same, with_dyads
from buzanlib.inference.ideal_points import distance_to_median
from buzanlib.inference.intervals import bootstrap_weights, percentile_interval
from buzanlib.inference.mrqap import MRQAPResult, mantel, mrqap
from buzanlib.inference.permutation import Array, Permutations, p_value
from buzanlib.inference.placed_sample import Sample, quadrant_codes
from buzanlib.inference.verdicts import Finding
from buzanlib.theory.distances import jensen_shannon, pair_name
from buzanlib.theory.vocabulary import Quadrant

_BETWEEN = tuple(combinations(range(len(Quadrant)), 2))


def forum_test(
    hypothesis: str,
    agreement: pd.DataFrame,
    controls: Mapping[str, pd.DataFrame],
    placed: pd.DataFrame,
    permutations: Permutations,
    pair: tuple[Quadrant, Quadrant] = (Quadrant.SW, Quadrant.WS),
    *,
    more: bool = False,
) -> tuple[Finding, MRQAPResult]:
    """Whether states of a pair of quadrants agree less than others, or more, whatever their other ties.

    Parameters
    ----------
    agreement, controls : DataFrame of float, shape (states, states), and mapping of str to such
        Agreement on the contested roll calls, and what else it is regressed on; NaN where unknown.
    placed : DataFrame
        Index ``iso3``; column ``quadrant``.

    Returns
    -------
    Finding
        Coefficient of the dyads of this pair, such as ``"SW and WS"``, in the predicted direction, with an interval
        robust to dyads that share a state.
    MRQAPResult
        The whole regression, which raises what `mrqap` does.
    """
    own = agreement.index[agreement.index.isin(placed.index)]
    states = with_dyads([agreement.loc[own, own], *controls.values()])
    focal = " and ".join(pair)
    predictors = {focal: pair_of(placed.loc[states, "quadrant"], *pair)}
    predictors |= {name: matrix.loc[states, states] for name, matrix in controls.items()}
    fitted = mrqap(agreement.loc[states, states], predictors, permutations.among(states), focal)
    columns = ["coefficient", "low90", "high90", "p_greater" if more else "p_less"]
    estimate, low, high, p = map(float, fitted.table.loc[focal, columns].to_numpy())
    if not more:
        estimate, low, high = -estimate, -high, -low
    beside = {"n_dyads": fitted.n_dyads}
    return Finding(hypothesis, estimate, low, high, p, fitted.n_states, beside=beside), fitted


def controls(
    roll_calls: pd.DataFrame, regions: pd.Series[str], polyarchy: pd.Series[float], minimum: int
) -> dict[str, pd.DataFrame]:
    """Controls of agreement on the contested roll calls: other votes, region, regime.

    Parameters
    ----------
    roll_calls : DataFrame of float, shape (states, roll calls)
        Positions on all other roll calls, in `minimum` of which both states of a dyad must have voted.
    regions, polyarchy : Series
        Regional group and value by state.
    """
    states = roll_calls.index
    return {
        "agreement on all other votes": agreement_of(roll_calls, minimum),
        "same regional group": same(regions.reindex(states)),
        "distance in polyarchy": distance(polyarchy.reindex(states)),
    }


def allied(alliances: pd.DataFrame, states: pd.Index[str]) -> pd.DataFrame:
    """1 where two of the states are bound to defend each other, by columns ``iso3`` and ``ally``, else 0."""
    bound = pd.DataFrame(0.0, index=states, columns=states.rename(None))
    for one, other in alliances[["iso3", "ally"]].itertuples(index=False):
        if one in states and other in states:
            bound.loc[one, other] = bound.loc[other, one] = 1.0
    return bound


def support_test(
    hypothesis: str,
    agreement: pd.DataFrame,
    placed: pd.DataFrame,
    permutations: Permutations,
    draws: int = 1999,
    seed: int = 20100615,
    pair: tuple[Quadrant, Quadrant] = (Quadrant.WS, Quadrant.SS),
) -> Finding:
    """Whether the states of a pair of quadrants agree more than those of the other pairs.

    Parameters
    ----------
    agreement : DataFrame of float, shape (states, states)
        On the roll calls in question; NaN where unknown.
    placed : DataFrame
        Index ``iso3``; columns ``p`` and ``k``.
    draws, seed : int
        Of the bootstrap.

    Returns
    -------
    Finding
        Mean agreement of the pair less the mean of the means of the other five pairs.
    """
    sample = _placed(agreement, placed, permutations)
    own = agreement.loc[sample.counts.index, sample.counts.index]
    one, other = sorted(list(Quadrant).index(quadrant) for quadrant in pair)

    def gap(means: Array) -> Array:
        others = np.mean([means[:, a, b] for a, b in _BETWEEN if (a, b) != (one, other)], axis=0)
        return np.asarray(means[:, one, other] - others, dtype=float)

    observed = float(gap(block_means(own, sample.quadrants)[0])[0])
    drawn = sample.under_null(lambda placements: gap(block_means(own, placements)[0]))
    weights = bootstrap_weights(sample.quadrants, draws, seed)
    low, high = percentile_interval(gap(block_means(own, sample.quadrants, weights)[0]))
    return Finding(hypothesis, observed, low, high, float(p_value(observed, drawn)), len(sample))


def least_agreement(
    agreement: pd.DataFrame, placed: pd.DataFrame, draws: int = 1999, seed: int = 20100615
) -> pd.DataFrame:
    """Which of the six pairs of quadrants agrees least, and how sure that is.

    Takes what `support_test` does. Index such as ``"WW-WS"``; columns ``mean`` agreement of the dyads of that pair, and
    ``least``, the share of bootstrap draws of states within quadrants in which no other pair agrees less.
    """
    states = [state for state in agreement.index if state in placed.index]
    own, codes = (
        agreement.loc[states, states],
        quadrant_codes(placed.loc[states, "p"], placed.loc[states, "k"]),
    )
    weights = bootstrap_weights(codes, draws, seed)
    at = tuple(np.transpose(_BETWEEN))
    observed, drawn = (block_means(own, codes, each)[0][:, *at] for each in (None, weights))
    least = np.bincount(drawn.argmin(axis=1), minlength=len(_BETWEEN)) / draws
    names = [pair_name((list(Quadrant)[a], list(Quadrant)[b])) for a, b in _BETWEEN]
    return pd.DataFrame({"mean": observed[0], "least": least}, index=pd.Index(names, name="pair"))


def pivot_test(
    hypothesis: str, scores: pd.Series[float], placed: pd.DataFrame, permutations: Permutations
) -> Finding:
    """Whether WW states are nearer than others to the median of all states on a map of votes, placed or not."""
    far = distance_to_median(scores)
    sample = _placed(far.to_frame(), placed, permutations)
    return contrast_test(hypothesis, sample.counts[far.name], sample, -against_rest(Quadrant.WW))


def distance_decay(
    hypothesis: str, profiles: pd.DataFrame, sample: Sample, draws: int = 1999, seed: int = 20100615
) -> Finding:
    """Mantel correlation of the divergence of profiles with the distance in power and cohesion.

    Parameters
    ----------
    profiles : DataFrame of float, shape (states, threats)
        Of the states of the sample; rows sum to one.
    sample : Sample
        Placement with the scores ``power`` and ``cohesion``, and permutations.
    draws, seed : int
        Of the bootstrap of states within quadrants, in which a state makes no pair with itself.

    Raises
    ------
    EstimationError
        As `mantel`.
    """
    states = sample.counts.index
    if len(profiles) != len(states):
        raise EstimationError(f"{len(profiles)} profiles for {len(states)} states; allowed: one each")
    x = euclidean(sample.placed[["power", "cohesion"]])
    return mantel_test(hypothesis, x, profile_distances(profiles.loc[states]), sample, draws, seed)


def mantel_test(
    hypothesis: str, x: pd.DataFrame, y: pd.DataFrame, sample: Sample, draws: int = 1999, seed: int = 20100615
) -> Finding:
    """Mantel correlation of two matrices on the states of a sample, whose permutations move `x`.

    Interval by bootstrap of states within quadrants, in which a state makes no pair with itself. Raises what `mantel`
    does.
    """
    r, p = mantel(x, y, sample.moves)
    weights = bootstrap_weights(sample.quadrants, draws, seed)
    low, high = percentile_interval(_weighted_correlation(x.to_numpy(), y.to_numpy(), weights))
    return Finding(hypothesis, r, low, high, p, len(sample))


def profile_distances(profiles: pd.DataFrame) -> pd.DataFrame:
    """Jensen-Shannon distance of the profiles of two states, whose rows sum to one."""
    values = profiles.to_numpy(dtype=float)
    apart = distances(jensen_shannon(values[:, None], values[None]))
    return pd.DataFrame(apart, index=profiles.index, columns=profiles.index.rename(None))


def _placed(table: pd.DataFrame, placed: pd.DataFrame, permutations: Permutations) -> Sample:
    """The states of a table that are placed, in its order."""
    states = [state for state in table.index if state in placed.index]
    return Sample(table.loc[states], placed.loc[states], permutations.among(states))


def _weighted_correlation(x: Array, y: Array, weights: Array) -> Array:
    """Pearson correlation over pairs of different states, each weighted by the product of its states' weights."""
    off = 1 - np.eye(len(x))

    def total(square: Array) -> Array:
        return np.asarray(np.einsum("bi,bi->b", weights @ (square * off), weights), dtype=float)

    n = total(np.ones_like(x))
    mean_x, mean_y = total(x) / n, total(y) / n
    covariance = total(x * y) / n - mean_x * mean_y
    spread = (total(x * x) / n - mean_x**2) * (total(y * y) / n - mean_y**2)
    return np.asarray(covariance / np.sqrt(spread), dtype=float)
