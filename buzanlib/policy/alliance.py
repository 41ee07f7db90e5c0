"""Securitization alliances: who would back whose move, by Table 2, by what states say, and by how they vote.

"States in different quadrants may form cyber 'securitization alliances'" (Hare 2010, section 2): they support each
other's efforts to make a threat a matter of security.

Tables of priorities, ``weights``, are DataFrames of float, shape (4, threats), index `Quadrant`, such as
`Matrix.weights` gives. Profiles are shares of mentions, shape (states, threats), whose rows sum to one. Square matrices
are of shape (states, states). Pairs of quadrants are named like ``"SW-WS"``, in the order of
`buzanlib.inference.dyadic_matrices.pair_means`. A number out of its bounds raises a `BuzanError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement, product

import numpy as np
import pandas as pd

from buzanlib.errors import BuzanError, EstimationError, check_name
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

LEVEL = 0.05  #: at which an exploratory test is called found


def backing(weights: pd.DataFrame) -> pd.DataFrame:
    """Whose move on which threat is backed by whom.

    Returns a row for every two different quadrants and threat on which the first would move (a weight
    above zero): ``mover``, ``backer``, ``threat``, ``move`` and ``backing`` (the weights of the two; 0 where the second
    would not back the move).
    """
    rows = [
        (mover.value, backer.value, threat, by_quadrant[mover], by_quadrant[backer])
        for threat, by_quadrant in weights.astype(float).items()
        for mover, backer in product(Quadrant, repeat=2)
        if backer is not mover and by_quadrant[mover] > 0
    ]
    return pd.DataFrame(rows, columns=["mover", "backer", "threat", "move", "backing"])


def named_by_both(weights: pd.DataFrame) -> pd.DataFrame:
    """Which threats both cells of a pair name, for the ten kinds of pairs: DataFrame of bool, shape (10, threats)."""
    named = weights.loc[list(Quadrant)] > 0
    pairs = list(combinations_with_replacement(Quadrant, 2))
    both = [(named.loc[one] & named.loc[other]).to_numpy() for one, other in pairs]
    return pd.DataFrame(both, pd.Index(list(map(pair_name, pairs)), name="pair"), weights.columns)


def smoothed(counts: pd.DataFrame, prior: float = 1.0, minimum: int = 1) -> pd.DataFrame:
    """Profiles of states, drawn towards the mean of all, the more so the less a state has said.

    The posterior mean under a Dirichlet prior about the mean of the plain shares. The prior is in mentions: a state
    with as many stands half-way.

    Parameters
    ----------
    counts : DataFrame of int, shape (states, threats)
        Mentions.
    prior : float
        0 or more.
    minimum : int
        Mentions that a state needs in order to have a profile, at least 1.

    Raises
    ------
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
    """The network of a threat: 1 where two states both give it at least this share of their mentions, else 0.

    `UnknownNameError` if there is no such threat.
    """
    check_name("threat", threat, profiles.columns)
    check_within("least share of a threat", least, 0, 1)
    gives = profiles[threat].to_numpy() >= least
    return pd.DataFrame(np.outer(gives, gives).astype(float), profiles.index, profiles.index.rename(None))


def density(profiles: pd.DataFrame, quadrants: pd.Series[str], least: float) -> pd.DataFrame:
    """Share of pairs of placed states that are tied (`ties`), by quadrants and threat; shape (10, threats)."""
    tied = {threat: ties(profiles, threat, least) for threat in profiles.columns}
    return pd.DataFrame({threat: pair_means(network, quadrants)["mean"] for threat, network in tied.items()})


def predicted_affinity(weights: pd.DataFrame, quadrants: pd.Series[str]) -> pd.DataFrame:
    """How much two states should have in common, by the cells of their quadrants, of which none is missing.

    The share of the threats of either cell that is in both (Jaccard); 1 within a quadrant.
    """
    between = 1 - distances(weights, "jaccard")
    names = list(map(Quadrant.parse, quadrants))
    return pd.DataFrame(between.loc[names, names].to_numpy(), quadrants.index, quadrants.index.rename(None))


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
    """Whether states with more similar cells are more similar: least squares on dyads (`MRQAP`).

    Null: the placements of states of one group can be exchanged; with controls, by double semi-partialling.

    Parameters
    ----------
    observed, predicted : DataFrame of float, shape (states, states)
        Likeness of profiles, or agreement of votes, NaN where unknown; and `predicted_affinity` of some of the states.
    permutations : Permutations
        Of states within groups.
    controls : mapping of str to DataFrame, optional
        Other matrices on these states.

    Returns
    -------
    dict of str to float
        ``coefficient``, ``low90``, ``high90``, one-sided ``p`` (small where affinity goes with affinity), ``states``
        and ``dyads``. States without a dyad on which everything is known are left out.
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
    """An alliance that the paper thinks possible."""

    key: str
    pair: tuple[Quadrant, Quadrant]
    threat: Threat
    section: int
    resolutions: tuple[str, ...]  #: roll calls that come nearest to the threat

    def stands(self, weights: pd.DataFrame) -> bool:
        """Whether both cells of a table name the threat."""
        return bool((weights.loc[list(self.pair), self.threat] > 0).all())


#: The three examples of the paper. No contested roll call is on content alone or on infrastructure alone: the Russian
#: texts, which speak of information security, stand for political action, those on responsible behaviour for
#: infrastructure.
EXAMPLES: tuple[Example, ...] = (
    Example("crime", (Quadrant.WS, Quadrant.SS), Threat.CRI, 2, ("73/187", "74/247")),
    Example("ideology", (Quadrant.WW, Quadrant.SW), Threat.POL, 1, ("73/27", "74/29", "75/240")),
    Example("infrastructure", (Quadrant.WS, Quadrant.SS), Threat.INF, 1, ("73/266", "74/28", "75/32")),
)


#: The two tables of priorities, by the keys of the chapter.
TABLES: dict[str, Matrix] = {"literal": TABLE2, "graded": TABLE2_GRADED}


@dataclass(frozen=True, eq=False)
class Alliances:
    """Who would ally with whom, by the cells of Table 2, by what states say, and by how they vote."""

    profiles: pd.DataFrame  #: as `smoothed` gives them, of placed states
    world: World
    agreed: pd.DataFrame  #: agreement of votes on the contested roll calls, shape (states, states)
    controls: Mapping[str, pd.DataFrame]  #: other ties of two states, beside which agreement is seen
    least: float  #: share of its mentions from which a state counts as sharing a threat
    seed: int  #: of the bootstrap

    @cached_property
    def backers(self) -> pd.DataFrame:
        """Whose move would be backed by whom: index ``move``, columns the names of `TABLES`."""
        every = [backing(table.weights()).assign(table=table.name) for table in TABLES.values()]
        moves = pd.concat(every).query("backing > 0")
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
        of_all = density(self.profiles, self.world.placed["quadrant"], self.least)
        return of_all[list(TABLE2.weights().columns)]

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
        rows = []
        for name, (matrix, controls) in observed.items():
            for table in TABLES.values():
                predicted = predicted_affinity(table.weights(), self.world.placed["quadrant"])
                found = affinity_test(matrix, predicted, self.world.permutations, controls)
                rows.append({"observed": name, "table": table.name, **found})
        return pd.DataFrame(rows).set_index("observed")

    @cached_property
    def examples_in_data(self) -> pd.DataFrame:
        """Whether the pairs of `EXAMPLES` have more in common than other pairs of quadrants; a row an example.

        The mean of its pair less the mean of the other five, for ties on the threat (``statements``) and for agreement
        on the roll calls (``votes``), each with ``.low90``, ``.high90`` and one-sided ``.p``.
        """
        world, rows = self.world, []
        for example in EXAMPLES:
            row: dict[str, float] = {}
            for name, matrix in (
                ("statements", ties(self.profiles, example.threat, self.least)),
                ("votes", agreement(world.contested[list(example.resolutions)])),
            ):
                found = support_test(
                    name, matrix, world.placed, world.permutations, world.draws, self.seed, example.pair
                )
                row |= {name: found.contrast, f"{name}.low90": found.low90, f"{name}.high90": found.high90}
                row[f"{name}.p"] = found.p
            rows.append(row)
        return pd.DataFrame(rows)

    @property
    def examples(self) -> pd.DataFrame:
        """The paper's own examples: whether both cells name the threat, and what the pair shares beyond other pairs.

        Index ``example``; ``as printed``, ``as graded``, ``statements``, ``p, statements``, ``votes``, ``p, votes``.
        """
        rows, data = {}, self.examples_in_data.to_dict("records")
        for one, found in zip(EXAMPLES, data, strict=True):
            rows[f"{' and '.join(one.pair)}, {one.threat.label.lower()} (section {one.section})"] = {
                "as printed": "yes" if one.stands(TABLE2.weights()) else "no",
                "as graded": "yes" if one.stands(TABLE2_GRADED.weights()) else "no",
                "statements": found["statements"],
                "p, statements": found["statements.p"],
                "votes": found["votes"],
                "p, votes": found["votes.p"],
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("example")

    def values(self) -> dict[str, float | str]:
        """The numbers and words of the chapter, by key: ties by threat, tests of affinity, and the examples."""
        p = self.affinity["p"].to_numpy(dtype=float).reshape(3, len(TABLES))
        values: dict[str, float | str] = {"alliance.least": self.least}
        values["alliance.n_states"] = len(self.profiles)
        both = named_by_both(TABLE2.weights())
        for threat, tied in self.density.items():
            values[f"alliance.{threat}.named"] = tied[both[threat]].mean()
            values[f"alliance.{threat}.others"] = tied[~both[threat]].mean()
            values[f"alliance.{threat}.most"] = str(tied.idxmax())
        found = {}
        for kind, tested in zip(("statements", "votes", "controlled"), p, strict=True):
            values |= {f"alliance.{kind}.p.{key}": one for key, one in zip(TABLES, tested, strict=True)}
            found[kind] = bool((tested < LEVEL).all())
            values[f"alliance.{kind}.finding"] = "found" if found[kind] else "not found"
        values["alliance.speaking"] = f"{'' if found['statements'] else 'do not '}speak more alike"
        values["alliance.voting"] = "do not vote more alike"
        if found["votes"]:
            more = "and more" if found["controlled"] else "but no more"
            values["alliance.voting"] = f"vote more alike, {more} than their other ties would make them"
        examples = self.examples_in_data
        for one, row in zip(EXAMPLES, examples.to_dict("records"), strict=True):
            for name in ("statements", "statements.p", "votes", "votes.p"):
                values[f"example.{one.key}.{name}"] = row[name]
        borne = int(((examples["statements"] > 0) & (examples["statements.p"] < LEVEL)).sum())
        values["example.statements.borne"] = ("none", "one", "two", "all")[borne]
        values["example.crime.yes"] = self._yes(EXAMPLES[0])
        return values

    def _yes(self, example: Example) -> float:
        """Share of yes among the votes of the pair of an example on its resolutions."""
        own = self.world.placed.index[self.world.placed["quadrant"].isin(example.pair)]
        positions = self.world.contested[list(example.resolutions)]
        positions = positions[positions.index.isin(own)]
        return float((positions == 1).to_numpy().sum() / positions.notna().to_numpy().sum())
