"""How far apart the quadrants are in what they speak of, with a correction for bias.

The profile of a quadrant is the mean of its states' profiles. Distances of means are too large in small samples, the
more so the smaller the quadrant; the jackknife over states takes this bias away before quadrants are compared. Beside
this stand PERMANOVA (Anderson 2001) and PERMDISP (Anderson 2006).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from buzanlib.errors import EstimationError, check_name
from buzanlib.inference.intervals import TAILS, bootstrap_means, percentile_interval
from buzanlib.inference.permutation import Array, p_value
from buzanlib.inference.placed_sample import Codes, Sample
from buzanlib.inference.verdicts import Finding, Value
from buzanlib.theory.distances import PAIRS, aitchison, hellinger, jensen_shannon, pair_name
from buzanlib.theory.vocabulary import Quadrant

#: Added to every share before logarithms are taken (`definitions.json`).
EPS = 1 / 20

#: Divergences, squares of distances, by the name of the distance.
DIVERGENCES: dict[str, Callable[[Array, Array], Array]] = {
    "jensen_shannon": jensen_shannon,
    "hellinger": hellinger,
    "aitchison": lambda a, b: aitchison(a + EPS, b + EPS) ** 2,
}

#: Places in `PAIRS` of the four pairs of quadrants that differ on one axis only.
ADJACENT = tuple(
    place for place, (a, b) in enumerate(PAIRS) if (a.power == b.power) != (a.cohesion == b.cohesion)
)
#: Codes of the quadrants of each pair, and for each quadrant the others with the pairs that it makes with them.
_SIDES = np.array([[list(Quadrant).index(a), list(Quadrant).index(b)] for a, b in PAIRS])
_WITH = [[(a + b - one, place) for place, (a, b) in enumerate(_SIDES) if one in (a, b)] for one in range(4)]
_OPPOSED = PAIRS.index((Quadrant.WS, Quadrant.SW))
_OTHERS = tuple(place for place in range(len(PAIRS)) if place != _OPPOSED)


def quadrant_divergences(profiles: Array, quadrants: Codes, measure: str, *, correct: bool = True) -> Array:
    """Divergences of the mean profiles of all pairs of quadrants, for one placement or for many.

    Parameters
    ----------
    profiles : ndarray of float, shape (states, threats)
        Rows sum to one.
    quadrants : ndarray of int, shape (states,) or (placements, states)
        Codes as `Sample` gives them.
    measure : str
        A key of `DIVERGENCES`.
    correct : bool
        Whether to take away the bias that the jackknife over states estimates (Quenouille 1956).

    Returns
    -------
    ndarray of float, shape (placements, 6)
        In the order of `buzanlib.theory.distances.PAIRS`. Corrected ones can be below zero.

    Raises
    ------
    UnknownNameError
        If there is no such measure.
    EstimationError
        If a quadrant holds fewer than two states.
    """
    check_name("measure of divergence", measure, DIVERGENCES)
    divergence = DIVERGENCES[measure]
    quadrants = np.atleast_2d(quadrants)
    sizes = np.bincount(quadrants[0], minlength=4)
    for quadrant, size in zip(Quadrant, sizes, strict=True):
        if size < 2:
            raise EstimationError(
                f"quadrant {quadrant} holds {size} states with a profile; allowed: at least 2"
            )
    inside = np.stack([quadrants == code for code in range(4)], axis=1)
    means = inside.astype(float) @ profiles / sizes[:, None]
    plain = divergence(means[:, _SIDES[:, 0]], means[:, _SIDES[:, 1]])
    if not correct:
        return plain
    corrected = plain.copy()
    order = np.argsort(quadrants.astype(np.int8), axis=1, kind="stable")
    for one, inside in enumerate(np.split(order, sizes.cumsum()[:-1], axis=1)):
        size, mean = sizes[one], means[:, None, one]
        # Mean of the quadrant without each of its states, shape (placements, states inside, threats).
        without = np.maximum((size * mean - profiles[inside]) / (size - 1), 0.0)
        others, places = map(list, zip(*_WITH[one], strict=True))
        average = divergence(without[:, :, None], means[:, None, others]).mean(axis=1)
        corrected[:, places] -= (size - 1) * (average - plain[:, places])
    return corrected


def distances(divergences: Array) -> Array:
    """Roots of divergences; corrected ones below zero give a distance of zero."""
    return np.asarray(np.sqrt(np.maximum(divergences, 0.0)), dtype=float)


@dataclass(frozen=True, eq=False)
class DivergenceResult:
    """Distances between the quadrants."""

    #: Index the pairs, such as ``"SW-WS"``; columns ``distance`` (corrected), ``low90``, ``high90``, ``uncorrected``
    #: and ``largest`` (share of bootstrap draws in which the pair is farthest apart).
    pairs: pd.DataFrame
    findings: dict[str, Finding]  #: By id.


@dataclass(frozen=True)
class DivergenceTest:
    """Whether SW and WS diverge most, and more than adjacent quadrants."""

    measure: str = "jensen_shannon"  #: A key of `DIVERGENCES`; the first is that of the locked outcome.
    draws: int = 1999  #: Of the bootstrap of states within quadrants.
    seed: int = 20100615  #: Of the bootstrap.
    largest: str = "largest"  #: Id of the first hypothesis.
    adjacent: str = "adjacent"  #: Id of the second.

    def __call__(self, profiles: pd.DataFrame, sample: Sample) -> DivergenceResult:
        """Test.

        Parameters
        ----------
        profiles : DataFrame of float, shape (states, threats)
            Of the states of the sample; rows sum to one.

        Raises
        ------
        UnknownNameError, EstimationError
            As `quadrant_divergences`.
        """
        values = profiles.to_numpy(dtype=float)
        plain = quadrant_divergences(values, sample.quadrants, self.measure, correct=False)[0]
        corrected = quadrant_divergences(values, sample.quadrants, self.measure)[0]
        permuted = sample.under_null(lambda placed: quadrant_divergences(values, placed, self.measure))
        # A draw is biased twice: as a sample of the states, which are themselves a sample.
        means = bootstrap_means(values, sample.quadrants, self.draws, self.seed)
        drawn = DIVERGENCES[self.measure](means[:, _SIDES[:, 0]], means[:, _SIDES[:, 1]])
        observed, resampled = distances(corrected), distances(drawn - 2 * (plain - corrected))
        low, high = np.quantile(resampled, TAILS, axis=0)
        table = pd.DataFrame(
            {
                "distance": observed,
                "low90": low,
                "high90": high,
                "uncorrected": distances(plain),
                "largest": np.bincount(resampled.argmax(axis=1), minlength=len(PAIRS)) / len(resampled),
            },
            index=pd.Index([pair_name(pair) for pair in PAIRS], name="pair"),
        )
        n, drawn_lead = len(sample), resampled[:, _OPPOSED] - resampled[:, _OTHERS].max(axis=1)
        lead, p = float(observed[_OPPOSED] - observed[list(_OTHERS)].max()), float(p_value(0.0, -drawn_lead))
        share, farthest = float(table["largest"].iloc[_OPPOSED]), str(table["distance"].idxmax())
        beside: dict[str, Value] = {"share_largest": share, "farthest": farthest}
        largest = Finding(self.largest, lead, *percentile_interval(drawn_lead), p, n, beside=beside)
        gap = float(_gap(observed))
        p = float(p_value(gap, _gap(distances(permuted))))
        adjacent = Finding(self.adjacent, gap, *percentile_interval(_gap(resampled)), p, n)
        return DivergenceResult(table, {self.largest: largest, self.adjacent: adjacent})


def _gap(between: Array) -> Array:
    """Distance of SW and WS less the mean distance of adjacent quadrants."""
    return np.asarray(between[..., _OPPOSED] - between[..., ADJACENT].mean(axis=-1), dtype=float)


@dataclass(frozen=True)
class Spread:
    """Location and spread of profiles by quadrant."""

    location: float  #: Pseudo-F of the quadrants (PERMANOVA).
    location_p: float  #: Its permutation p value.
    spread: float  #: F of the distances of states to the centre of their quadrant (PERMDISP).
    spread_p: float  #: Its permutation p value.
    by_quadrant: dict[str, float]  #: Mean distance to the centre.

    def reading(self, alpha: float) -> str:
        """What the two tests at a level say together, in a sentence."""
        if self.location_p >= alpha:
            only = "Only spread differs" if self.spread_p < alpha else "Neither differs"
            return f"{only} by more than chance."
        if self.spread_p >= alpha:
            return "Location differs by more than chance, and spread does not."
        return (
            "Both differ by more than chance, so that the difference of location may owe something to spread."
        )


def farthest_in_words(measures: Mapping[str, pd.DataFrame]) -> str:
    """Which pair is farthest apart by each measure, in a sentence; `DivergenceResult.pairs` by name of the measure."""
    first = {name: str(pairs["distance"].idxmax()) for name, pairs in measures.items()}
    if len(set(first.values())) == 1:
        return f"By each of them the pair farthest apart is {next(iter(first.values()))}."
    return f"The pair farthest apart is {', '.join(f'{pair} by {name}' for name, pair in first.items())}."


def location_and_spread(profiles: pd.DataFrame, sample: Sample) -> Spread:
    """Whether quadrants differ in where their states lie, and in how far these lie apart.

    A test of location can be moved by unequal spread, so that both are shown. Distances are Hellinger's: Euclidean
    between the roots of shares. The profiles, shape (states, threats), are those of the states of the sample.
    """
    roots = np.sqrt(profiles.to_numpy(dtype=float))
    sizes = np.asarray(sample.sizes, dtype=float)
    placements = np.vstack([sample.quadrants, sample.permuted])
    location = _f_statistic(roots, placements, sizes)
    inside = np.eye(4)[sample.quadrants]
    centres = inside.T @ roots / sizes[:, None]
    far = np.linalg.norm(roots - centres[sample.quadrants], axis=1)
    spread = _f_statistic(far[:, None], placements, sizes)
    by_quadrant = dict(zip(map(str, Quadrant), (inside.T @ far / sizes).tolist(), strict=True))
    location_p, spread_p = (float(p_value(float(f[0]), f[1:])) for f in (location, spread))
    return Spread(float(location[0]), location_p, float(spread[0]), spread_p, by_quadrant)


def _f_statistic(values: Array, quadrants: Codes, sizes: Array) -> Array:
    """Pseudo-F of groups in Euclidean space, shape (placements,)."""
    centred = values - values.mean(axis=0)
    sums = np.stack([(quadrants == code).astype(float) @ centred for code in range(4)], axis=1)
    between = (sums**2 / sizes[:, None]).sum(axis=(1, 2))
    within = float((centred**2).sum()) - between
    n, groups = len(values), int((sizes > 0).sum())
    return np.asarray(between / (groups - 1) / (within / (n - groups)), dtype=float)
