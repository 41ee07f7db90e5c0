"""What a class of a given size can and cannot show, by simulation.

An item has a settled code, every kind of threat being as frequent; the chance that a coder gives it varies between
items as a beta distribution does, and any other code is as likely as another. So alpha in the population of items is
known, and intervals can be held to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from buzanlib.errors import BuzanError
from buzanlib.measurement.reliability import Array, alpha_of, coincidences
from buzanlib.seminar import speaker_labels
from buzanlib.seminar.class_agreement import COVERAGE

CATEGORIES = 6  #: as many as kinds of threats that passages of a class have

SPREAD = (
    3.0  #: sum of the two parameters of the beta distribution: small where items differ much in difficulty
)

SEED = 20100615


@dataclass(frozen=True)
class SimulatedClass:
    """Coders who all code the same items once.

    Attributes
    ----------
    coders, items : int
        At least two of each.
    alpha : float
        Krippendorff's nominal alpha in the population of items.
    """

    coders: int
    items: int
    alpha: float

    def __post_init__(self) -> None:
        if self.coders < 2 or self.items < 2 or not 0.3 <= self.alpha < 1:
            raise BuzanError(f"{self.coders} coders, {self.items} items, alpha {self.alpha:g};"
                             " allowed: two or more of each, alpha from 0.3 to below 1")  # fmt: skip

    @property
    def settled(self) -> float:
        """Mean chance of the settled code, from which this alpha follows: 1 less observed by expected disagreement."""

        def excess(mean: float) -> float:
            variance = mean * (1 - mean) / (SPREAD + 1)
            same = mean**2 + variance + ((1 - mean) ** 2 + variance) / (CATEGORIES - 1)
            return 1 - (1 - same) / (1 - 1 / CATEGORIES) - self.alpha

        return float(optimize.brentq(excess, 0.5, 1))

    def counts(self, classes: int, rng: np.random.Generator) -> Array:
        """Draw coders by category, shape (classes, items, categories)."""
        size = (classes, self.items)
        chance = rng.beta(SPREAD * self.settled, SPREAD * (1 - self.settled), size=size)[..., None]
        chances = np.repeat((1 - chance) / (CATEGORIES - 1), CATEGORIES, axis=2)
        np.put_along_axis(chances, rng.integers(CATEGORIES, size=size)[..., None], chance, axis=2)
        return rng.multinomial(self.coders, chances).astype(float)


def _alphas(matrices: Array, weights: Array) -> Array:
    """Alpha of each class under each weighting of its items, shape (classes, weightings)."""
    classes, items, width, _ = matrices.shape
    flat = matrices.reshape(classes, items, width * width)
    sums = np.matmul(weights, flat).reshape(classes, -1, width, width)
    return alpha_of(sums, np.arange(width, dtype=float), "nominal")


def _jackknife(kind: SimulatedClass, classes: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Alpha and standard error of simulated classes, and their coincidence matrices by item."""
    counts = kind.counts(classes, rng)
    matrices = coincidences(counts.reshape(-1, CATEGORIES)).reshape(*counts.shape, CATEGORIES)
    n = kind.items
    found = _alphas(matrices, np.vstack([np.ones(n), 1 - np.eye(n)]))
    return found[:, 0], np.sqrt((n - 1) ** 2 / n * found[:, 1:].var(axis=1, ddof=1)), matrices


def coverage(
    kind: SimulatedClass, classes: int = 1000, draws: int = 500, seed: int = SEED
) -> dict[str, float]:
    """How often 95 % intervals hold alpha in the population.

    Parameters
    ----------
    kind : SimulatedClass
        The class.
    classes, draws, seed : int
        Simulated classes, and bootstrap draws of items in each.

    Returns
    -------
    dict of str to float
        ``jackknife`` with t and ``bootstrap`` (percentile): shares of the classes whose interval is defined.
    """
    rng = np.random.default_rng(seed)
    n = kind.items
    alpha, error, matrices = _jackknife(kind, classes, rng)
    defined = error > 1e-9
    distance = np.abs(alpha - kind.alpha)[defined] / error[defined]
    held = []
    for one in matrices:
        drawn = _alphas(one[None], rng.multinomial(n, np.full(n, 1 / n), size=draws).astype(float))[0]
        low, high = np.nanquantile(drawn, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
        held.append(low <= kind.alpha <= high)
    return {
        "jackknife": float((distance <= stats.t.ppf((1 + COVERAGE) / 2, n - 1)).mean()),
        "bootstrap": float(np.mean(held)),
    }


def power_of_gain(
    coders: int, items: int, before: float, after: float, classes: int = 4000, seed: int = SEED
) -> float:
    """Chance that a class shows a gain between two rounds, each on items of its own.

    Parameters
    ----------
    coders, items : int
        Of the class, and in each round.
    before, after : float
        Alpha in the population, in the first round and in the second.
    classes, seed : int
        Simulated classes.

    Returns
    -------
    float
        Share of the classes in which the 95 % interval of the difference (t, errors by jackknife) lies above 0.
    """
    rng = np.random.default_rng(seed)
    rounds = [_jackknife(SimulatedClass(coders, items, alpha), classes, rng)[:2] for alpha in (before, after)]
    (first, one), (second, other) = rounds
    half = stats.t.ppf((1 + COVERAGE) / 2, 2 * (items - 1)) * np.hypot(one, other)
    return float((second - first > half).mean())


def findings() -> dict[str, float]:
    """What pages say of a class: coverage of intervals, power of a gain in agreement and of the experiment.

    Returns
    -------
    dict of str to float
        Shares by name; ``book/seminar/lab/class_size.json`` keeps them.
    """
    found = {}
    for items in (8, 12):
        for name, share in coverage(SimulatedClass(20, items, 0.6)).items():
            found[f"coverage.{name}.{items}_items"] = share
    for pairs, items in ((10, 12), (20, 20)):
        found[f"gain.{pairs}_pairs.{items}_items"] = power_of_gain(2 * pairs, items, 0.59, 0.73)
    for items in (6, 12):
        found[f"labels.20_students.{items}_items"] = speaker_labels.power(20, items)
    return found
