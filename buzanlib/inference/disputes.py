"""Who disagrees on what is to be done: measures beside threats, alliances, and quadrants at one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.dyadic_matrices import agreement, block_means, positions
from buzanlib.inference.dyadic_tests import mantel_test, profile_distances
from buzanlib.inference.intervals import bootstrap_weights, percentile_interval
from buzanlib.inference.mrqap import mrqap
from buzanlib.inference.permutation import Array, Moves, p_value
from buzanlib.inference.placed_sample import Sample, quadrant_codes
from buzanlib.inference.verdicts import Finding, Value
from buzanlib.inference.weighted_contrast import stratified
from buzanlib.inference.world import HypothesisTest, World
from buzanlib.measurement.profiles import NAMED, full_members, shares_of_mentions
from buzanlib.theory.vocabulary import Measure, Quadrant

#: Measures that a passage can ask for.
ASKED = [f"measure.{measure}" for measure in Measure if measure is not Measure.NONE]

#: Answers to a threat of which the paper says that they split alliances.
POLICE, MILITARY = f"measure.{Measure.POLICE}", f"measure.{Measure.MILITARY}"


@dataclass(frozen=True)
class MeasureDivergence(HypothesisTest):
    """Whether states that name other threats ask for other measures: Mantel correlation of the two distances.

    Profiles of measures are exchanged among states of one region and volume. Shares of few passages lie far from all
    others, in threats and measures alike, and states of one class of volume still differ in this: under independence
    the plain p is too often small. So p is the larger of two, which stand beside the finding: ``p.plain``, and
    ``p.volume`` by MRQAP with the sums over both states of one over the number of mentions and of measures, to which
    the excess of such distances is proportional.
    """

    fewest: int = 2  #: Passages that ask for a measure, of each state.

    def __call__(self, world: World) -> Finding:
        """Test; `EstimationError` if no state has so many such passages, and as `mantel_test` and `stratified`."""
        asked = world.counts[ASKED].sum(axis=1)
        counts = world.counts[asked >= self.fewest]
        if counts.empty:
            raise EstimationError(
                f"no state has {self.fewest} passages that ask for a measure; allowed: some"
            )
        threats = shares_of_mentions(counts)
        sample, _ = stratified(counts.loc[threats.index], world.placed, world.data.regions, world.bank)
        states = sample.counts.index
        measures = sample.counts[ASKED].div(asked[states], axis=0)
        x, y = profile_distances(measures), profile_distances(threats.loc[states])
        found = mantel_test(self.hypothesis, x, y, sample, world.draws)
        mentions = sample.counts[[threat.value for threat in NAMED]].sum(axis=1)
        numbers = pd.DataFrame({"mentions": mentions, "asked": asked[states]}).T.drop_duplicates().T
        few = {str(name): _few(n) for name, n in numbers.items() if n.min() < n.max()}
        fitted = mrqap(y, {"measures": x, **few}, sample.moves, "measures")
        p = {"p.plain": found.p, "p.volume": float(fitted.table["p_greater"].iloc[0])}
        return replace(found, p=max(p.values()), beside={"passages": int(asked[states].sum()), **p})


@dataclass(frozen=True)
class AllianceSplit(HypothesisTest):
    """Whether members of an alliance differ more than random states in asking for police or for military answers.

    Every state counts once. Under the null the states change places, so that the sets of all alliances are random at
    once, and overlap as the alliances do.
    """

    alliances: tuple[str, ...] = ("NATO", "CSTO", "SCO", "EU", "AU")
    fewest: int = 3  #: Members with such a passage, of each alliance that counts.

    def __call__(self, world: World) -> Finding:
        """Test; `EstimationError` if no alliance has so many members with such a passage."""
        table, members, sample = self.by_alliance(world), self.members(world), self.sample(world)
        kept = table.index[table["states"] >= self.fewest]
        if kept.empty:
            raise EstimationError(
                f"no alliance has {self.fewest} members that ask for police or military answers; allowed: at least one"
            )
        inside = members[kept].to_numpy(dtype=float).T
        differ = differing(sample.counts[POLICE], sample.counts[MILITARY])

        def excess(weights: Array) -> Array:
            means = np.array([pair_mean(differ, weights * one) for one in inside])
            known = (~np.isnan(means)).sum(axis=0)
            mean = np.divide(
                np.nansum(means, axis=0), known, out=np.full(len(weights), np.nan), where=known > 0
            )
            return np.asarray(mean - pair_mean(differ, weights), dtype=float)

        by_chance = float(pair_mean(differ, np.ones((1, len(sample))))[0])
        observed = float(excess(np.ones((1, len(sample))))[0])
        drawn = np.mean([pair_mean(differ, one[sample.moves]) for one in inside], axis=0) - by_chance
        resampled = excess(bootstrap_weights(sample.quadrants, world.draws, world.seed))
        low, high = percentile_interval(resampled[~np.isnan(resampled)])
        p = float(p_value(observed, drawn))
        beside: dict[str, Value] = {"chance": by_chance, "alliances": len(kept), "counted": ", ".join(kept)}
        beside["year"] = self.year(world)
        beside |= {"police": int(sample.counts[POLICE].sum()), "military": int(sample.counts[MILITARY].sum())}
        return Finding(self.hypothesis, observed, low, high, p, len(sample), beside=beside)

    def sample(self, world: World) -> Sample:
        """The placed states with a passage that asks for a police or a military answer, exchanged over the world."""

        def made() -> Sample:
            answers = world.counts[[POLICE, MILITARY]].sum(axis=1)
            everywhere = world.bank(pd.Series("all", index=world.placed.index))
            return Sample.of(world.counts.assign(answers=answers), world.placed, everywhere, needs="answers")

        return world.once((AllianceSplit, "sample"), made)

    def year(self, world: World) -> int:
        """The last year of the memberships that falls in the window."""
        table = world.data.memberships
        return int(min(world.window[1], table[["from", "to"]].max().max()))

    def members(self, world: World) -> pd.DataFrame:
        """Whether each state of the sample is a full member of each alliance, states down."""
        held = full_members(world.data.memberships, self.year(world))
        states = self.sample(world).counts.index
        sets = {name: held.loc[held["organisation"] == name, "iso3"] for name in self.alliances}
        return pd.DataFrame({name: states.isin(some) for name, some in sets.items()}, index=states)

    def by_alliance(self, world: World) -> pd.DataFrame:
        """Alliances down: ``states`` with such a passage, passages ``police`` and ``military``, and ``differ``.

        The last is the chance that two passages of two members differ; NaN where there are fewer than two.
        """
        counts, members = self.sample(world).counts[[POLICE, MILITARY]], self.members(world)
        rows = {}
        for name in self.alliances:
            own = counts[members[name]]
            chance = pair_mean(differing(own[POLICE], own[MILITARY]), np.ones((1, len(own))))[0]
            rows[name] = (len(own), int(own[POLICE].sum()), int(own[MILITARY].sum()), float(chance))
        columns = ["states", "police", "military", "differ"]
        return pd.DataFrame.from_dict(rows, "index", columns=columns).rename_axis("alliance")


@dataclass(frozen=True)
class QuadrantsAtTable(HypothesisTest):
    """Whether states of one quadrant agree more in votes on information technologies than states of two."""

    sessions: tuple[int, int] = (73, 78)  #: First and last, of the roll calls on these technologies.
    shared: int = 4  #: Of these, how many a pair of states must share.
    others: tuple[int, int] = (
        73,
        75,
    )  #: First and last session of all other roll calls, which stand beside it.
    others_shared: int = 10  #: Of these, how many a pair of states must share.

    def __call__(self, world: World) -> Finding:
        """Test; beside it the mean agreement ``within`` a quadrant and ``between`` two, and the same on ``others``.

        Also beside it stand the number of ``calls`` and the ``fewest`` quadrants of which a state took part in one.
        """
        found, taking_part = self._gap(world, self.agreement(world)), self.quadrants_voting(world)
        beside = {**found.beside, "calls": len(taking_part), "fewest": int(taking_part.min())}
        others = self._gap(world, self.agreement(world, ict=False))
        beside |= {f"others.{key}": getattr(others, key) for key in ("contrast", "low90", "high90", "p")}
        beside |= {f"others.{key}": value for key, value in others.beside.items()}
        return replace(found, beside=beside)

    def roll_calls(self, world: World, *, ict: bool = True) -> pd.DataFrame:
        """Rows of the table of resolutions: those on these technologies, or all others."""
        table = world.data.votes.resolutions
        chosen = (table["ict"] == int(ict)) & table["session"].between(
            *(self.sessions if ict else self.others)
        )
        if not chosen.any():
            raise EstimationError(
                f"no such roll call in sessions {table['session'].min()} to {table['session'].max()}; allowed: some"
            )
        return table[chosen]

    def positions(self, world: World, *, ict: bool = True) -> pd.DataFrame:
        """Where the placed states stood in these roll calls."""
        stood = positions(world.data.votes.votes, self.roll_calls(world, ict=ict)["rcid"])
        return stood[stood.index.isin(world.placed.index)]

    def agreement(self, world: World, *, ict: bool = True) -> pd.DataFrame:
        """Agreement of each pair of placed states on these roll calls."""
        return agreement(self.positions(world, ict=ict), self.shared if ict else self.others_shared)

    def quadrants_voting(self, world: World) -> pd.Series[int]:
        """In each roll call on these technologies, the number of quadrants of which a state took part."""
        voted = self.positions(world).notna()
        return voted.groupby(world.placed.loc[voted.index, "quadrant"].astype("str")).any().sum()

    def by_quadrants(self, world: World) -> pd.DataFrame:
        """Mean agreement of two states of sets from one to four quadrants, an equal share from each.

        Two states of such a set are of one quadrant with chance 1/k. Index ``quadrants``; columns ``ict``, the mean
        over all choices of so many quadrants, ``least`` and ``most`` of them, and ``others``, the mean on all others.
        """
        ict, others = (self._by_pair(world, ict=ict) for ict in (True, False))
        rows = {}
        for k in range(1, len(Quadrant) + 1):
            sets = [np.ix_(some, some) for some in combinations(range(len(Quadrant)), k)]
            own = [float(ict[some].mean()) for some in sets]
            rows[k] = (np.mean(own), min(own), max(own), np.mean([others[some].mean() for some in sets]))
        table = pd.DataFrame.from_dict(rows, "index", columns=["ict", "least", "most", "others"])
        return table.rename_axis("quadrants")

    def _by_pair(self, world: World, *, ict: bool) -> Array:
        """Mean agreement of two states by their quadrants, shape (4, 4)."""
        agreed = self.agreement(world, ict=ict)
        placed = world.placed.loc[agreed.index]
        means, _ = block_means(agreed, quadrant_codes(placed["p"], placed["k"]))
        return np.asarray(means[0], dtype=float)

    def _gap(self, world: World, agreed: pd.DataFrame) -> Finding:
        """Mean agreement within quadrants minus that between two, by exchange of placements within regions."""
        states = agreed.index.to_list()
        sample = Sample(agreed, world.placed.loc[states], world.permutations.among(states))

        def gap(codes: npt.ArrayLike, weights: Array | None = None) -> Array:
            within, between = within_and_between(*block_means(agreed, codes, weights))
            return np.asarray(within - between, dtype=float)

        drawn = sample.under_null(gap)
        weights = bootstrap_weights(sample.quadrants, world.draws, world.seed)
        low, high = percentile_interval(gap(sample.quadrants, weights))
        within, between = (
            float(one[0]) for one in within_and_between(*block_means(agreed, sample.quadrants))
        )
        p, beside = float(p_value(within - between, drawn)), {"within": within, "between": between}
        return Finding(self.hypothesis, within - between, low, high, p, len(sample), beside=beside)


def _few(n: pd.Series[int]) -> pd.DataFrame:
    """Sum over the two states of one over a number."""
    each = 1 / n.to_numpy(dtype=float)
    return pd.DataFrame(each[:, None] + each, index=n.index, columns=n.index.rename(None))


def differing(first: npt.ArrayLike, second: npt.ArrayLike) -> Array:
    """Chance that a passage of one state and one of another differ, shape (states, states).

    Takes numbers of passages of two kinds, shape (states,), of each state at least one.
    """
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    share = a / (a + b)
    return np.asarray(np.outer(share, 1 - share) + np.outer(1 - share, share), dtype=float)


def pair_mean(square: Array, weights: Array) -> Array:
    """Mean over pairs of different states, each weighted by the product of its states' weights, shape (draws,).

    Takes a symmetric matrix and weights of shape (draws, states); NaN where a draw has no pair.
    """
    off = square * (1 - np.eye(len(square)))
    sums = np.einsum("bi,bi->b", weights @ off, weights)
    pairs = weights.sum(axis=1) ** 2 - (weights**2).sum(axis=1)
    means = np.divide(sums, pairs, out=np.full(len(sums), np.nan), where=pairs > 0)
    return np.asarray(means, dtype=float)


def within_and_between(means: Array, dyads: Moves) -> tuple[Array, Array]:
    """Mean over all dyads within a quadrant, and over all between two, shape (placements,).

    Takes what `block_means` gives.
    """
    sums = np.nan_to_num(means) * dyads
    inside = np.eye(len(Quadrant), dtype=bool)
    below = np.tri(len(Quadrant), k=-1, dtype=bool)
    within, between = (
        np.asarray(sums[:, kind].sum(axis=1) / dyads[:, kind].sum(axis=1), dtype=float)
        for kind in (inside, below)
    )
    return within, between


MEASURES = MeasureDivergence("X55")
ALLIANCES = AllianceSplit("X59")
AT_TABLE = QuadrantsAtTable("X62")

#: The tests, by id.
OF_DISPUTES: Mapping[str, HypothesisTest] = {"X55": MEASURES, "X59": ALLIANCES, "X62": AT_TABLE}
