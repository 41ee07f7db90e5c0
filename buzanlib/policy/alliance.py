"""Securitization alliances: who would back whose move, by Table 2, by what states say, and by how they vote.

"States in different quadrants may form cyber 'securitization alliances'" (Hare 2010, section 2): they support each
other's efforts to make a threat a matter of security.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd

from buzanlib.errors import BuzanError, EstimationError, UnknownNameError
from buzanlib.inference.dyadic_matrices import agreement, pair_means, with_dyads
from buzanlib.inference.dyadic_tests import support_test
from buzanlib.inference.mrqap import mrqap
from buzanlib.inference.permutation import Permutations
from buzanlib.inference.world import World
from buzanlib.policy.defence import check_within
from buzanlib.theory.distances import distances, jensen_shannon, pair_name
from buzanlib.theory.matrices import TABLE2, TABLE2_GRADED, Matrix
from buzanlib.theory.vocabulary import Quadrant, Threat

#: Name of the predictor that is tested.
PREDICTED = "predicted affinity"


def backing(weights: pd.DataFrame) -> pd.DataFrame:
    """Whose move on which threat is backed by whom.

    Parameters
    ----------
    weights : DataFrame of float, shape (4, threats)
        Index `Quadrant`, such as `Matrix.weights` gives.

    Returns
    -------
    DataFrame
        A row for every two different quadrants and threat on which the first would move (a weight above zero):
        ``mover``, ``backer``, ``threat``, ``move`` and ``backing`` (the weights of the two; 0 where the second would
        not back the move).
    """
    cells = weights.loc[list(Quadrant)].to_numpy(dtype=float).tolist()
    rows = [
        (mover.value, backer.value, threat, moves[place], backs[place])
        for place, threat in enumerate(weights.columns)
        for mover, moves in zip(Quadrant, cells, strict=True)
        if moves[place] > 0
        for backer, backs in zip(Quadrant, cells, strict=True)
        if backer is not mover
    ]
    return pd.DataFrame(rows, columns=["mover", "backer", "threat", "move", "backing"])


def named_by_both(weights: pd.DataFrame) -> pd.DataFrame:
    """Which threats both cells of a pair name, for the ten kinds of pairs.

    Parameters
    ----------
    weights : DataFrame of float, shape (4, threats)
        Index `Quadrant`.

    Returns
    -------
    DataFrame of bool, shape (10, threats)
        Index like ``"SW-WS"``, in the order of `buzanlib.inference.dyadic_matrices.pair_means`.
    """
    named = weights.loc[list(Quadrant)] > 0
    pairs = list(combinations_with_replacement(Quadrant, 2))
    both = [(named.loc[one] & named.loc[other]).to_numpy() for one, other in pairs]
    return pd.DataFrame(both, pd.Index(list(map(pair_name, pairs)), name="pair"), weights.columns)


def smoothed(counts: pd.DataFrame, prior: float = 1.0, minimum: int = 1) -> pd.DataFrame:
    """Profiles of states, drawn towards the mean of all, the more so the less a state has said.

    Parameters
    ----------
    counts : DataFrame of int, shape (states, threats)
        Mentions.
    prior : float
        The pull of the mean, in mentions: a state with as many stands half-way.
    minimum : int
        Mentions that a state needs in order to have a profile.

    Returns
    -------
    DataFrame of float, shape (states with enough mentions, threats)
        Rows sum to one. The posterior mean under a Dirichlet prior about the mean of the plain shares.

    Raises
    ------
    BuzanError
        If `prior` is negative or `minimum` below 1.
    EstimationError
        If no state has enough mentions.
    """
    if not 0 <= prior < np.inf:
        raise BuzanError(f"prior of {prior} mentions; allowed: numbers from 0")
    if minimum < 1:
        raise BuzanError(f"minimum of {minimum} mentions; allowed: at least 1")
    total = counts.sum(axis=1)
    enough = counts[total >= minimum]
    if enough.empty:
        raise EstimationError(f"no state has {minimum} mentions; the most that one has is {int(total.max())}")
    said = total.loc[enough.index]
    centre = enough.div(said, axis=0).mean()
    return enough.add(prior * centre, axis=1).div(said + prior, axis=0)


def ties(profiles: pd.DataFrame, threat: str, least: float) -> pd.DataFrame:
    """The network of a threat: which two states both give it room.

    Parameters
    ----------
    profiles : DataFrame of float, shape (states, threats)
        Rows sum to one.
    threat : str
        A column.
    least : float
        Share of its mentions that each of the two must give to the threat, from 0 to 1.

    Returns
    -------
    DataFrame of float, shape (states, states)
        1 where two states are tied, else 0.

    Raises
    ------
    UnknownNameError
        If there is no such threat.
    BuzanError
        If `least` is not between 0 and 1.
    """
    if threat not in profiles.columns:
        raise UnknownNameError("threat", threat, profiles.columns)
    check_within("least share of a threat", least, 0, 1)
    gives = profiles[threat].to_numpy() >= least
    return pd.DataFrame(np.outer(gives, gives).astype(float), profiles.index, profiles.index.rename(None))


def density(profiles: pd.DataFrame, quadrants: pd.Series[str], least: float) -> pd.DataFrame:
    """Share of pairs of states that are tied, by the quadrants of the two and by threat.

    Parameters
    ----------
    profiles, least
        As in `ties`.
    quadrants : Series of str
        By state; states without one are left out.

    Returns
    -------
    DataFrame of float, shape (10, threats)
        Index like ``"SW-WS"``.
    """
    by_threat = {
        threat: pair_means(ties(profiles, threat, least), quadrants)["mean"] for threat in profiles.columns
    }
    return pd.DataFrame(by_threat)


def predicted_affinity(weights: pd.DataFrame, quadrants: pd.Series[str]) -> pd.DataFrame:
    """How much two states should have in common, by the cells of their quadrants.

    Parameters
    ----------
    weights : DataFrame of float, shape (4, threats)
        Index `Quadrant`.
    quadrants : Series of str
        By state; none missing.

    Returns
    -------
    DataFrame of float, shape (states, states)
        The share of the threats of either cell that is in both (Jaccard); 1 within a quadrant.
    """
    between = 1 - distances(weights, "jaccard")
    names = list(map(Quadrant.parse, quadrants))
    return pd.DataFrame(
        between.loc[names, names].to_numpy(), index=quadrants.index, columns=quadrants.index.rename(None)
    )


def likeness(profiles: pd.DataFrame) -> pd.DataFrame:
    """One minus the Jensen-Shannon distance of the profiles of two states: 1 for equal, 0 for disjoint ones."""
    values = profiles.to_numpy(dtype=float)
    apart = np.sqrt(np.maximum(jensen_shannon(values[:, None], values[None]), 0))
    return pd.DataFrame(1 - apart, index=profiles.index, columns=profiles.index.rename(None))


def affinity_test(
    observed: pd.DataFrame,
    predicted: pd.DataFrame,
    permutations: Permutations,
    controls: Mapping[str, pd.DataFrame] | None = None,
) -> dict[str, float]:
    """Whether states with more similar cells are more similar.

    Null: the placements of states of one group can be exchanged. Least squares on dyads, with double semi-partialling
    where there are controls.

    Parameters
    ----------
    observed : DataFrame of float, shape (states, states)
        Likeness of profiles, or agreement of votes; NaN where unknown.
    predicted : DataFrame of float
        As `predicted_affinity` gives it, of at least some of these states.
    permutations : Permutations
        Of states within groups.
    controls : mapping of str to DataFrame, optional
        Other matrices on these states.

    Returns
    -------
    dict of str to float
        ``coefficient``, ``low90``, ``high90``, one-sided ``p`` (small where affinity goes with affinity), ``states``
        and ``dyads``. States without a dyad on which everything is known are left out.

    Raises
    ------
    EstimationError
        As `mrqap`.
    """
    predictors = {PREDICTED: predicted, **(controls or {})}
    states = with_dyads([observed, *predictors.values()])
    fitted = mrqap(
        observed.loc[states, states],
        {name: matrix.loc[states, states] for name, matrix in predictors.items()},
        permutations.among(states),
        PREDICTED,
    )
    columns = {"coefficient": "coefficient", "low90": "low90", "high90": "high90", "p": "p_greater"}
    row = fitted.table.loc[PREDICTED, list(columns.values())].to_numpy(dtype=float).tolist()
    return {**dict(zip(columns, row, strict=True)), "states": fitted.n_states, "dyads": fitted.n_dyads}


@dataclass(frozen=True)
class Example:
    """An alliance that the paper thinks possible.

    Attributes
    ----------
    pair : tuple of Quadrant
        Whose states.
    threat : Threat
        On what.
    section : int
        Where.
    resolutions : tuple of str
        Roll calls that come nearest to the threat.
    """

    pair: tuple[Quadrant, Quadrant]
    threat: Threat
    section: int
    resolutions: tuple[str, ...]

    def stands(self, weights: pd.DataFrame) -> bool:
        """Whether both cells of a table name the threat; `weights` as in `backing`."""
        return bool((weights.loc[list(self.pair), self.threat] > 0).all())


#: The three examples of the paper. No contested roll call is on content alone or on infrastructure alone: the Russian
#: texts, which speak of information security, stand for political action, those on responsible behaviour for
#: infrastructure.
EXAMPLES: tuple[Example, ...] = (
    Example((Quadrant.WS, Quadrant.SS), Threat.CRI, 2, ("73/187", "74/247")),
    Example((Quadrant.WW, Quadrant.SW), Threat.POL, 1, ("73/27", "74/29", "75/240")),
    Example((Quadrant.WS, Quadrant.SS), Threat.INF, 1, ("73/266", "74/28", "75/32")),
)

_KEYS = ("crime", "ideology", "infrastructure")


def examples_in_data(
    profiles: pd.DataFrame,
    positions: pd.DataFrame,
    placed: pd.DataFrame,
    permutations: Permutations,
    least: float,
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Whether the pairs of the paper's own examples have more in common than other pairs of quadrants.

    Parameters
    ----------
    profiles : DataFrame of float, shape (states, threats)
        As `smoothed` gives them.
    positions : DataFrame of float, shape (states, resolutions)
        On the contested roll calls, by number of the resolution.
    placed : DataFrame
        Index ``iso3``; columns ``p`` and ``k``.
    permutations : Permutations
        Of states within groups.
    least : float
        As in `ties`.
    draws, seed : int
        Of the bootstrap.

    Returns
    -------
    DataFrame
        A row an example of `EXAMPLES`: the mean of its pair less the mean of the other five, for ties on the threat
        (``statements``) and for agreement on the roll calls (``votes``), each with ``.low90``, ``.high90`` and
        one-sided ``.p``.
    """
    rows = []
    for example in EXAMPLES:
        sources = {
            "statements": ties(profiles, example.threat, least),
            "votes": agreement(positions[list(example.resolutions)]),
        }
        row: dict[str, float] = {}
        for name, matrix in sources.items():
            found = support_test(name, matrix, placed, permutations, draws, seed, example.pair)
            row |= {name: found.contrast, f"{name}.low90": found.low90, f"{name}.high90": found.high90}
            row[f"{name}.p"] = found.p
        rows.append(row)
    return pd.DataFrame(rows)


#: The two tables of priorities, by the keys of the chapter.
TABLES: dict[str, Matrix] = {"literal": TABLE2, "graded": TABLE2_GRADED}


@dataclass(frozen=True, eq=False)
class Alliances:
    """Who would ally with whom, by the cells of Table 2, by what states say, and by how they vote.

    Attributes
    ----------
    profiles : DataFrame of float, shape (states, threats)
        As `smoothed` gives them, of placed states.
    world : World
        Votes, placements and permutations.
    agreed : DataFrame of float, shape (states, states)
        Agreement of votes on the contested roll calls.
    controls : mapping of str to DataFrame
        Other ties of two states, beside which agreement is seen (`affinity_test`).
    least : float
        Share of its mentions from which a state counts as sharing a threat.
    seed : int
        Of the bootstrap.
    """

    profiles: pd.DataFrame
    world: World
    agreed: pd.DataFrame
    controls: Mapping[str, pd.DataFrame]
    least: float
    seed: int

    @property
    def _quadrants(self) -> pd.Series[str]:
        return self.world.placed["quadrant"]

    @cached_property
    def backers(self) -> pd.DataFrame:
        """Whose move would be backed by whom: index ``move``, columns the names of `TABLES`."""
        every = pd.concat(
            {table.name: backing(table.weights()) for table in TABLES.values()}, names=["table"]
        ).reset_index("table")
        moves = every[every["backing"] > 0]
        backers = moves["backer"] + np.where(moves["backing"] < 1, " (half)", "")
        threats = moves["threat"].map(lambda threat: Threat(threat).label.lower())
        return (
            moves.assign(backers=backers, move=moves["mover"] + " on " + threats)
            .pivot_table(index="move", columns="table", values="backers", aggfunc=", ".join, sort=False)
            .rename_axis(columns=None)
        )

    @cached_property
    def density(self) -> pd.DataFrame:
        """`density` of the threats of Table 2."""
        return density(self.profiles, self._quadrants, self.least)[list(TABLE2.weights().columns)]

    @cached_property
    def affinity(self) -> pd.DataFrame:
        """`affinity_test` of each kind of observed affinity and each table.

        Index ``observed``; ``table``, ``coefficient``, ``low90``, ``high90``, ``p``, ``states``, ``dyads``.
        """
        observed = {
            "likeness of statements": (likeness(self.profiles), None),
            "agreement of votes": (self.agreed, None),
            "agreement of votes, beside other ties": (self.agreed, self.controls),
        }
        rows = [
            {
                "observed": name,
                "table": table.name,
                **affinity_test(
                    matrix,
                    predicted_affinity(table.weights(), self._quadrants),
                    self.world.permutations,
                    controls,
                ),
            }
            for name, (matrix, controls) in observed.items()
            for table in TABLES.values()
        ]
        return pd.DataFrame(rows).set_index("observed")

    @cached_property
    def _examples(self) -> pd.DataFrame:
        world = self.world
        return examples_in_data(
            self.profiles,
            world.contested,
            world.placed,
            world.permutations,
            self.least,
            world.draws,
            self.seed,
        )

    @property
    def examples(self) -> pd.DataFrame:
        """The paper's own examples: whether both cells name the threat, and what the pair shares beyond other pairs.

        Index ``example``; ``as printed``, ``as graded``, ``statements``, ``p, statements``, ``votes``, ``p, votes``.
        """
        names = [
            f"{' and '.join(one.pair)}, {one.threat.label.lower()} (section {one.section})"
            for one in EXAMPLES
        ]
        cells = {
            head: ["yes" if one.stands(TABLES[key].weights()) else "no" for one in EXAMPLES]
            for head, key in (("as printed", "literal"), ("as graded", "graded"))
        }
        data = self._examples[["statements", "statements.p", "votes", "votes.p"]]
        data = data.set_axis(["statements", "p, statements", "votes", "p, votes"], axis=1)
        return pd.DataFrame(cells).join(data).set_axis(names).rename_axis("example")

    def values(self) -> dict[str, float | str]:
        """The numbers of the chapter, by key: p values of the tests of affinity, and those of the examples."""
        p = self.affinity["p"].to_numpy(dtype=float).reshape(3, len(TABLES))
        values: dict[str, float | str] = {
            "alliance.least": self.least,
            "alliance.n_states": len(self.profiles),
            "alliance.crime.most": str(self.density[Threat.CRI].idxmax()),
        }
        for kind, tested in zip(("statements", "votes", "controlled"), p, strict=True):
            values |= {f"alliance.{kind}.p.{key}": one for key, one in zip(TABLES, tested, strict=True)}
            values[f"alliance.{kind}.finding"] = "found" if (tested < 0.05).all() else "not found"
        for key, row in zip(_KEYS, self._examples.to_dict("records"), strict=True):
            values |= {f"example.{key}.{name}": row[name] for name in ("statements", "statements.p", "votes")}
        return values
