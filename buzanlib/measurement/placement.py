"""Placement of states in the four quadrants: hard by a threshold, fuzzy by the reliability of the indices.

Buzan's power and cohesion are relative (Hare 2010, section 1): a state is weak or strong only against
others. The rules differ in who the others are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import ndtr

from buzanlib.errors import BuzanError, EstimationError, check_name
from buzanlib.measurement.indices import INDICES, normal_scores
from buzanlib.theory.vocabulary import Quadrant

AXES = ("power", "cohesion")
RULES = ("median", "quantile", "regional", "neighbour")


def both(columns: Iterable[pd.Series[float]]) -> pd.DataFrame:
    """Scores ``power`` and ``cohesion`` of the states that have both, sorted by ``iso3``, from those of each axis."""
    return pd.concat(columns, axis=1, join="inner").sort_index()


def parallel_forms(panel: pd.DataFrame, name: str, axis: str, first: int, last: int) -> float:
    """Reliability of an index by parallel forms: how well the rival indices of its axis agree with it, at most 1.

    The median correlation between its `normal_scores` and those of each other index of the axis that has data in the
    window, each over the states that have both. Agreement between the years of one index would be higher, and would
    count a lasting bias of the index as truth. `EstimationError` if the axis has no rival index in the window, or no
    state has this one.
    """
    scores = normal_scores(panel, name, axis, first, last)
    window = panel[panel["year"].between(first, last)]
    rivals = [
        rival
        for rival, index in INDICES.items()
        if index.axis == axis and rival != name and window[index.column].notna().any()
    ]
    if not rivals:
        raise EstimationError(f"no rival of the index {name!r} of {axis} in {first}-{last}")
    return float(np.median([scores.corr(normal_scores(panel, rival, axis, first, last)) for rival in rivals]))


@dataclass(frozen=True)
class Placement:
    """Places states by an index of power, an index of cohesion, a window and a rule.

    A state is strong on an axis where its score lies **above** the threshold. The indices are keys of
    `buzanlib.measurement.indices.INDICES`. Wherever states are placed, `regions` is their United Nations regional group
    by ``iso3``, and `neighbours` a table with a row a pair, columns ``iso3`` and ``neighbour``, which only the rule
    ``"neighbour"`` needs.
    """

    power: str = "cinc"
    cohesion: str = "fsi_cohesion"
    first: int = 2011  #: years of the window, both included
    last: int = 2024
    #: Of `RULES`, the threshold: the median of all placed states (the locked choice); their `quantile`; the median of
    #: the placed states of the same regional group; the mean score of the state's neighbours.
    rule: str = "median"
    quantile: float = 0.5  #: for the rule ``"quantile"``, between 0 and 1

    def __post_init__(self) -> None:
        check_name("rule of placement", self.rule, RULES)
        if not 0 < self.quantile < 1:
            raise BuzanError(
                f"quantile {self.quantile} of a placement; allowed: between 0 and 1, both excluded"
            )
        if self.first > self.last:
            raise BuzanError(
                f"window {self.first}-{self.last} of a placement; the first year must not be later"
            )

    def scores(self, panel: pd.DataFrame) -> pd.DataFrame:
        """Scores of the states of a panel that have both indices: index ``iso3``; columns ``power``, ``cohesion``."""
        return both(normal_scores(panel, getattr(self, axis), axis, self.first, self.last) for axis in AXES)

    def thresholds(
        self, scores: pd.DataFrame, regions: pd.Series[str], neighbours: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """The threshold of each state on each axis; index and columns as `scores`.

        `EstimationError` if the rule needs what a state lacks: a regional group, or a neighbour that is placed.
        """
        if self.rule == "regional":
            group = regions.reindex(scores.index)
            self._demand("regional group", scores.index[group.isna()])
            return scores.groupby(group).transform("median")
        if self.rule == "neighbour":
            if neighbours is None:
                raise EstimationError("the rule 'neighbour' needs a table of neighbours; none was given")
            near = neighbours.join(scores, on="neighbour", how="inner").groupby("iso3")[list(AXES)].mean()
            self._demand("placed neighbour", scores.index.difference(near.index))
            return near.reindex(scores.index)
        cut = scores.quantile(self.quantile) if self.rule == "quantile" else scores.median()
        return pd.DataFrame([cut] * len(scores), index=scores.index)

    def _demand(self, what: str, without: pd.Index) -> None:
        if len(without):
            raise EstimationError(f"no {what} of {', '.join(without)}; the rule {self.rule!r} needs one")

    def __call__(
        self, panel: pd.DataFrame, regions: pd.Series[str], neighbours: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """Place the states of a panel: `place` by its `scores`."""
        return self.place(self.scores(panel), regions, neighbours)

    def place(
        self, scores: pd.DataFrame, regions: pd.Series[str], neighbours: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """Place states by their `scores` and the `thresholds`.

        Returns a DataFrame, shape (states, 5): index ``iso3``; ``power`` and ``cohesion`` (scores), ``p`` and ``k`` (-1
        weak, +1 strong), ``quadrant``.
        """
        strong = scores > self.thresholds(scores, regions, neighbours)
        placed = scores.assign(p=np.where(strong["power"], 1, -1), k=np.where(strong["cohesion"], 1, -1))
        names = [Quadrant.of(p, k).value for p, k in zip(placed["p"], placed["k"], strict=True)]
        return placed.assign(quadrant=pd.Series(names, index=placed.index, dtype="str"))

    def reliability(self, panel: pd.DataFrame) -> dict[str, float]:
        """Reliability of ``power`` and ``cohesion``, as `parallel_forms` estimates it."""
        return {
            axis: parallel_forms(panel, getattr(self, axis), axis, self.first, self.last) for axis in AXES
        }

    def memberships(
        self,
        panel: pd.DataFrame,
        regions: pd.Series[str],
        reliability: Mapping[str, float],
        neighbours: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """Fuzzy membership of the states of a panel: `soften` of its `scores`."""
        return self.soften(self.scores(panel), regions, reliability, neighbours)

    def soften(
        self,
        scores: pd.DataFrame,
        regions: pd.Series[str],
        reliability: Mapping[str, float],
        neighbours: pd.DataFrame | None = None,
        shift: float = 0.0,
    ) -> pd.DataFrame:
        """Fuzzy membership: the probability of each quadrant, given scores measured with error.

        The error of a score has standard deviation ``sd * sqrt(1 - reliability)``, with ``sd`` that of the scores, is
        normal, and is independent between the axes.

        Parameters
        ----------
        scores, regions, neighbours
            As in `thresholds`.
        reliability : mapping of str to float
            ``power`` and ``cohesion``, each at least 0 and below 1.
        shift : float
            Added to the cohesion of every state, one at a time: thresholds stay where they are.

        Returns
        -------
        DataFrame of float, shape (states, 4)
            Index ``iso3``, columns the quadrants; rows sum to one.

        Raises
        ------
        BuzanError
            If a reliability is out of bounds.
        """
        for axis in AXES:
            if not 0 <= reliability[axis] < 1:
                raise BuzanError(
                    f"reliability {reliability[axis]:.2f} of {axis}, how well its index agrees with rivals; allowed:"
                    " at least 0 and below 1 (below 0: do high values mean what they should?)"
                )
        error = scores.std() * np.sqrt(1 - pd.Series(dict(reliability)))
        beyond = scores - self.thresholds(scores, regions, neighbours)
        strong = (beyond.assign(cohesion=beyond["cohesion"] + shift) / error).apply(ndtr)
        by_sign = {-1: 1 - strong, 1: strong}
        return pd.DataFrame(
            {q.value: by_sign[q.power]["power"] * by_sign[q.cohesion]["cohesion"] for q in Quadrant}
        )


def pairs_alike(quadrants: pd.Series[str], groups: pd.Series[str]) -> tuple[float, float]:
    """Share of pairs of states that stand in one quadrant, among pairs of one group and among those of two.

    Both series are by ``iso3``; every state has a group. NaN where there is no such pair.
    """
    of = groups.loc[quadrants.index].to_numpy()
    one, other = np.triu_indices(len(quadrants), 1)
    alike = quadrants.to_numpy()[one] == quadrants.to_numpy()[other]
    inside = of[one] == of[other]
    shares = [float(alike[pairs].mean()) if pairs.any() else np.nan for pairs in (inside, ~inside)]
    return shares[0], shares[1]


def changes(placements: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Share of states that stand in another quadrant under another placement, from results of `Placement` by name.

    Returns a DataFrame of float, shape (placements, placements): symmetric, zero on the diagonal; each share is of the
    states that both place.
    """
    quadrants = pd.DataFrame({name: placed["quadrant"] for name, placed in placements.items()})
    share = pd.DataFrame(0.0, index=quadrants.columns, columns=quadrants.columns)
    for left, right in combinations(quadrants.columns, 2):
        both = quadrants[[left, right]].dropna()
        share.loc[left, right] = share.loc[right, left] = float((both[left] != both[right]).mean())
    return share


def neighbours_from_tiles(tiles: pd.DataFrame, count: int = 5) -> pd.DataFrame:
    """The nearest states on the tile map, which stand in for neighbours by land: `neighbours` of a `Placement`.

    The map has columns ``iso3``, ``row`` and ``col``. Ties beyond the count of neighbours are resolved by ``iso3``.
    `BuzanError` if the count is below 1, or there are not so many others.
    """
    if not 1 <= count < len(tiles):
        raise BuzanError(f"{count} neighbours among {len(tiles)} tiles; allowed: 1 to {len(tiles) - 1}")
    tiles = tiles.sort_values("iso3")
    place = tiles[["row", "col"]].to_numpy(dtype=float)
    distance = ((place[:, None] - place[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distance, np.inf)
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :count]
    names = tiles["iso3"].to_numpy()
    return pd.DataFrame({"iso3": np.repeat(names, nearest.shape[1]), "neighbour": names[nearest].ravel()})
