"""Placement of states in the four quadrants: hard by a threshold, fuzzy by the reliability of the indices.

Buzan's power and cohesion are relative (Hare 2010, section 1): a state is weak or strong only against
others. The rules differ in who the others are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import ndtr

from buzanlib.errors import BuzanError, EstimationError, check_name
from buzanlib.measurement.indices import INDICES, index_of, normal_scores, values_for
from buzanlib.measurement.neighbours import in_year, neighbours_by_contiguity
from buzanlib.tables.data_folder import Data
from buzanlib.theory.vocabulary import RULES, Quadrant

AXES = ("power", "cohesion")

#: Rules that need a table of neighbours.
BY_NEIGHBOURS = {"neighbour", "great_powers"}


def both(columns: Iterable[pd.Series[float]]) -> pd.DataFrame:
    """Scores ``power`` and ``cohesion`` of the states that have both, sorted by ``iso3``, from those of each axis."""
    return pd.concat(columns, axis=1, join="inner").sort_index()


def parallel_forms(panel: pd.DataFrame, name: str, axis: str, first: int, last: int) -> float:
    """Reliability of an index by parallel forms: how well the rival indices of its axis agree with it, at most 1.

    The median correlation between its `normal_scores` and those of each other index of the axis that has data in the
    window, each over the states that have both; an index of several columns is no rival, and none of its own columns is
    one to it. Agreement between the years of one index would be higher, and would
    count a lasting bias of the index as truth. `EstimationError` if the axis has no rival index in the window, or no
    state has this one.
    """
    scores = normal_scores(panel, name, axis, first, last)
    own = set(index_of(name, axis).columns)
    window = panel[panel["year"].between(first, last)]
    carried = window[[*own]].isna().all().any()  # then rivals that end earlier, too, stand in
    rivals = [
        rival
        for rival, index in INDICES.items()
        if index.axis == axis
        and len(index.columns) == 1
        and not set(index.columns) & own
        and (carried or window[index.columns[0]].notna().any())
        and len(values_for(panel, index.columns[0], first, last))
    ]
    if not rivals:
        raise EstimationError(f"no rival of the index {name!r} of {axis} in {first}-{last}")
    return float(np.median([scores.corr(normal_scores(panel, rival, axis, first, last)) for rival in rivals]))


@dataclass(frozen=True)
class Placement:
    """Places states by an index of power, an index of cohesion, a window and a rule for each axis.

    A state is strong on an axis where its score lies **above** the threshold. The indices are keys of
    `buzanlib.measurement.indices.INDICES`. Wherever states are placed, `regions` is their United Nations regional group
    by ``iso3``; `neighbours` a table with a row a pair, columns ``iso3`` and ``neighbour``, which the rules
    ``"neighbour"`` and ``"great_powers"`` need; and `great_powers` the ``iso3`` of these, which only the latter needs.
    """

    power: str = "cinc"
    cohesion: str = "fsi_cohesion"
    first: int = 2011  #: years of the window, both included
    last: int = 2024
    #: Of `buzanlib.theory.vocabulary.RULES`, the threshold: the median of all placed states (the locked choice); their
    #: quantile; the median of the placed states of the same regional group; the mean score of the state's neighbours;
    #: midway between this and the mean score of the great powers.
    power_rule: str = "median"
    cohesion_rule: str = "median"
    power_quantile: float = 0.5  #: for the rule ``"quantile"``, between 0 and 1
    cohesion_quantile: float = 0.5

    def __post_init__(self) -> None:
        for axis in AXES:
            check_name(f"rule of placement by {axis}", self.rule(axis), RULES[axis])
            if not 0 < self._quantile(axis) < 1:
                raise BuzanError(
                    f"quantile {self._quantile(axis)} of {axis}; allowed: between 0 and 1, both excluded"
                )
        if self.first > self.last:
            raise BuzanError(
                f"window {self.first}-{self.last} of a placement; the first year must not be later"
            )

    def rule(self, axis: str) -> str:
        """The rule of an axis, ``"power"`` or ``"cohesion"``."""
        return str(getattr(self, f"{axis}_rule"))

    def in_words(self, axis: str) -> str:
        """What a strong state exceeds on an axis."""
        return {
            "median": "the median of all placed states",
            "quantile": f"the score below which a share of {self._quantile(axis):.2f} of all placed states lie",
            "regional": "the median of its regional group",
            "neighbour": "the mean of its neighbours",
            "great_powers": "the middle between the mean of its neighbours and that of the great powers",
        }[self.rule(axis)]

    def _quantile(self, axis: str) -> float:
        return float(getattr(self, f"{axis}_quantile"))

    def scores(self, panel: pd.DataFrame) -> pd.DataFrame:
        """Scores of the states of a panel that have both indices: index ``iso3``; columns ``power``, ``cohesion``."""
        return both(normal_scores(panel, getattr(self, axis), axis, self.first, self.last) for axis in AXES)

    def thresholds(
        self,
        scores: pd.DataFrame,
        regions: pd.Series[str],
        neighbours: pd.DataFrame | None = None,
        great_powers: Collection[str] = (),
    ) -> pd.DataFrame:
        """The threshold of each state on each axis; index and columns as `scores`.

        `EstimationError` if a rule needs what a state lacks, a regional group or a neighbour that is placed; or if no
        great power is placed.
        """
        given = regions, neighbours, great_powers
        return pd.DataFrame({axis: self._threshold(axis, scores[axis], *given) for axis in AXES})

    def _threshold(
        self,
        axis: str,
        scores: pd.Series[float],
        regions: pd.Series[str],
        neighbours: pd.DataFrame | None,
        great_powers: Collection[str],
    ) -> pd.Series[float]:
        rule = self.rule(axis)
        if rule == "regional":
            group = regions.reindex(scores.index)
            self._demand("regional group", scores.index[group.isna()], axis)
            return scores.groupby(group).transform("median")
        if rule in BY_NEIGHBOURS:
            if neighbours is None:
                raise EstimationError(f"the rule {rule!r} needs a table of neighbours; none was given")
            near = neighbours.join(scores, on="neighbour", how="inner").groupby("iso3")[axis].mean()
            self._demand("placed neighbour", scores.index.difference(near.index), axis)
            near = near.reindex(scores.index)
            great = scores[scores.index.isin(great_powers)]
            if rule == "neighbour":
                return near
            if great.empty:
                raise EstimationError("no great power is placed; the rule 'great_powers' needs one")
            return (near + great.mean()) / 2
        cut = scores.quantile(self._quantile(axis)) if rule == "quantile" else scores.median()
        return pd.Series(cut, scores.index)

    def _demand(self, what: str, without: pd.Index, axis: str) -> None:
        if len(without):
            needed = f"the rule {self.rule(axis)!r} of {axis} needs one"
            raise EstimationError(f"no {what} of {', '.join(without)}; {needed}")

    def others(self, data: Data, states: Collection[str]) -> tuple[pd.DataFrame | None, Collection[str]]:
        """Neighbours and great powers among the states that are placed, as far as a rule needs them.

        Both are those of the last year of the window, or of the last that the tables of `data` reach.
        """
        rules = {self.rule(axis) for axis in AXES}
        near, great = None, ()
        if rules & BY_NEIGHBOURS:
            near = neighbours_by_contiguity(data.contiguity, states, data.regions, self.last)
        if "great_powers" in rules:
            great = tuple(in_year(data.great_powers, self.last)["iso3"])
        return near, great

    def of(self, data: Data) -> pd.DataFrame:
        """Place the states of a data folder: `place` by their `scores`, with the `others` that a rule needs."""
        scores = self.scores(data.panel)
        return self.place(scores, data.regions, *self.others(data, scores.index))

    def __call__(
        self,
        panel: pd.DataFrame,
        regions: pd.Series[str],
        neighbours: pd.DataFrame | None = None,
        great_powers: Collection[str] = (),
    ) -> pd.DataFrame:
        """Place the states of a panel: `place` by its `scores`."""
        return self.place(self.scores(panel), regions, neighbours, great_powers)

    def place(
        self,
        scores: pd.DataFrame,
        regions: pd.Series[str],
        neighbours: pd.DataFrame | None = None,
        great_powers: Collection[str] = (),
    ) -> pd.DataFrame:
        """Place states by their `scores` and the `thresholds`.

        Returns a DataFrame, shape (states, 5): index ``iso3``; ``power`` and ``cohesion`` (scores), ``p`` and ``k`` (-1
        weak, +1 strong), ``quadrant``.
        """
        strong = scores > self.thresholds(scores, regions, neighbours, great_powers)
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
        great_powers: Collection[str] = (),
    ) -> pd.DataFrame:
        """Fuzzy membership of the states of a panel: `soften` of its `scores`."""
        return self.soften(self.scores(panel), regions, reliability, neighbours, great_powers)

    def soften(
        self,
        scores: pd.DataFrame,
        regions: pd.Series[str],
        reliability: Mapping[str, float],
        neighbours: pd.DataFrame | None = None,
        great_powers: Collection[str] = (),
        shift: float = 0.0,
    ) -> pd.DataFrame:
        """Fuzzy membership: the probability of each quadrant, given scores measured with error.

        The error of a score has standard deviation ``sd * sqrt(1 - reliability)``, with ``sd`` that of the scores, is
        normal, and is independent between the axes.

        Parameters
        ----------
        scores, regions, neighbours, great_powers
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
        beyond = scores - self.thresholds(scores, regions, neighbours, great_powers)
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


def locked_quadrants(panel: pd.DataFrame, regions: pd.Series[str]) -> pd.Series[str]:
    """Quadrants of the locked placement, by ``iso3``; none where the panel lacks its indices."""
    try:
        return Placement()(panel, regions)["quadrant"]
    except EstimationError:
        return regions.iloc[:0]


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
