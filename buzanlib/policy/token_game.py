"""A game of the classroom: four delegations, one a quadrant, divide tokens over the threats of a resolution.

A split gives every token of a resolution to a threat, and is an agenda of `buzanlib.policy.agenda`: what a delegation
gets of it, in points, is its satisfaction times the number of tokens. A delegation joins where it gets at least
`REQUIRED`. The first round is played by Table 2 as printed, the second by the graded table. Nothing here is random or
observed: it is the arithmetic of the chapter on coalitions, in whole tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.permutation import Array
from buzanlib.policy.acceptability import Rule, assess, relative_priorities
from buzanlib.policy.agenda import TIE, package, scaled
from buzanlib.policy.proposals import Proposal, Route
from buzanlib.theory.matrices import TABLE2, TABLE2_GRADED, Matrix
from buzanlib.theory.vocabulary import Quadrant, Threat

#: Tokens of a resolution, and the points from which on a delegation joins.
TOKENS, REQUIRED = 100, 40

#: The table behind each round, in the order in which they are played.
ROUNDS: tuple[Matrix, ...] = (TABLE2, TABLE2_GRADED)

Splits = npt.NDArray[np.int64]


def all_splits(threats: int = 3, tokens: int = TOKENS) -> Splits:
    """Every way to give all tokens to the threats, shape (splits, threats), the first threat growing slowest."""
    bars = np.array(list(combinations(range(tokens + threats - 1), threats - 1)), dtype=np.int64)
    ends = np.full((len(bars), 1), tokens + threats - 1)
    return np.diff(np.column_stack([np.full((len(bars), 1), -1), bars, ends]), axis=1) - 1


def points(weights: pd.DataFrame, splits: npt.ArrayLike) -> Array:
    """What each delegation gets of each split, shape (splits, delegations).

    Parameters
    ----------
    weights : DataFrame of float, shape (delegations, threats)
        Their priorities, such as ``TABLE2.weights()``.
    splits : array_like of int, shape (splits, threats)
        Tokens, each row adding up to `TOKENS`.

    Raises
    ------
    EstimationError
        If a split is on other threats, has a token less than none, or does not add up.
    """
    tokens = np.atleast_2d(np.asarray(splits))
    if tokens.shape[1] != weights.shape[1]:
        raise EstimationError(f"a split over {tokens.shape[1]} threats; allowed: over {weights.shape[1]}")
    whole = (tokens == tokens.astype(int)) & (tokens >= 0)
    wrong = ~(whole.all(axis=1) & (tokens.sum(axis=1) == TOKENS))
    if wrong.any():
        raise EstimationError(
            f"the split {tokens[wrong][0].tolist()}; allowed: whole numbers from 0 that add up to {TOKENS}"
        )
    return np.asarray(tokens @ scaled(weights.to_numpy()).T, dtype=float)


def joins(weights: pd.DataFrame, split: Mapping[Threat, int]) -> list[Quadrant]:
    """The delegations that join a split; raises as `points`, a threat that is not named having no token."""
    got = points(weights, [[split.get(threat, 0) for threat in map(Threat, weights.columns)]])[0]
    return [quadrant for quadrant, enough in zip(weights.index, got >= REQUIRED - TIE, strict=True) if enough]


@dataclass(frozen=True, eq=False)
class Bounds:
    """What the best resolution can do in one round."""

    level: float  #: points of the delegation that gets least, at the best division there is
    whole: float  #: the same at the best division in whole tokens; no other gives its last one more
    best: Splits  #: the splits that reach `whole`, shape (splits, threats)
    unite: int  #: of all splits, how many all delegations would join


def bounds(weights: pd.DataFrame) -> Bounds:
    """The best that can be offered to whoever gets least: by a linear programme, and over all splits."""
    splits = all_splits(weights.shape[1])
    least = points(weights, splits).min(axis=1)
    reached = splits[least >= least.max() - TIE]
    return Bounds(
        TOKENS * package(weights).level, float(least.max()), reached, int((least >= REQUIRED - TIE).sum())
    )


def red_lines(weights: pd.DataFrame, intrusiveness: float, rule: Rule | None = None) -> Array:
    """What each delegation gets of each of `all_splits` once content and hidden aims count, less its objections.

    The chapter on proposals adds two things to a list of threats. Political tokens count in full only as far as the
    resolution controls content. And delegations object: to control of content where political action is no priority
    of theirs, and to a resolution without political tokens where it is. Both are taken from
    `buzanlib.policy.acceptability.assess`, of a proposal with a new threat for each that has tokens.

    Parameters
    ----------
    weights : DataFrame of float, shape (4, 3)
        Index `Quadrant`, columns `Threat`.
    intrusiveness : float
        How far the resolution controls content, from 0 to 1.
    rule : Rule, optional
        How objections are weighed; by default as in the chapter.

    Returns
    -------
    ndarray of float, shape (splits, 4)
        In points; below zero where objections outweigh all else.
    """
    rule = rule or Rule()
    splits = all_splits(weights.shape[1])
    effect = [
        rule.reach + (1 - rule.reach) * intrusiveness if threat == Threat.POL else 1.0
        for threat in weights.columns
    ]
    net = splits * effect @ relative_priorities(weights).to_numpy().T
    for kinds in np.unique(splits > 0, axis=0):
        named = tuple(Threat(one) for one, there in zip(weights.columns, kinds, strict=True) if there)
        proposal = Proposal("resolution", named, Route.VULNERABILITY, intrusiveness)
        net[((splits > 0) == kinds).all(axis=1)] -= (
            TOKENS * assess(proposal, weights, rule)["objection"].to_numpy()
        )
    return np.asarray(net, dtype=float)
