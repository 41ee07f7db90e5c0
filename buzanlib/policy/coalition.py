"""A coalition that grows one member at a time, each entry changing the agenda by a rule.

The first to enter writes the agenda. The others are asked one after the other; whoever is offered enough enters, and
the agenda is amended for it. "The coalition may begin with a small 'securitization alliance' and then expand to
include others that are not completely aligned" (Hare 2010, section 3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from buzanlib.errors import BuzanError, EstimationError, check_name
from buzanlib.inference.permutation import Array
from buzanlib.policy.agenda import NORMS, TIE, scaled
from buzanlib.policy.defence import check_within

Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

#: How an entry amends the agenda, by name: what becomes of the tally of claims, shape (threats, runs), when a claim is
#: made. The agenda is the tally divided by its sum.
RULES: dict[str, Callable[[Array, Array], Array]] = {
    "fixed": lambda tally, claim: tally,
    "mean": np.add,
    "weighted": np.add,
    "package": np.maximum,
}


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of some runs."""

    joined: Flags  #: who entered, shape (runs, agents)
    #: Who entered and would still accept the final agenda. Later entries can amend away what an early member came for.
    holds: Flags
    agenda: Array  #: the last one, shape (runs, threats); rows sum to one


@dataclass(frozen=True)
class Talks:
    """Rules by which a coalition grows.

    An agent is offered the agenda as its entry would amend it, and enters if its satisfaction with that, plus what
    the members' encouragement adds, reaches its reservation level.
    """

    #: A key of `RULES`: the agenda of the first member for good (fixed); the mean of the members' profiles, as shares;
    #: the same, weighted by their clout; the threats that some member puts first, in equal parts (package).
    rule: str = "mean"
    norm: str = "largest"  #: a key of `buzanlib.policy.agenda.NORMS`
    #: Encouragement. With all others in, an agent accepts this much less, and else in proportion; from 0 to 1.
    pull: float = 0.0
    rounds: int = 1  #: how often those outside are asked, at least once

    def __post_init__(self) -> None:
        check_name("rule of amendment", self.rule, RULES)
        check_name("norm of a profile", self.norm, NORMS)
        check_within("pull of a coalition", self.pull, 0, 1)
        if self.rounds < 1:
            raise BuzanError(f"{self.rounds} rounds of talks; allowed: at least 1")

    def __call__(
        self,
        profiles: npt.ArrayLike,
        entries: npt.ArrayLike,
        reservations: npt.ArrayLike,
        clout: npt.ArrayLike = 1.0,
    ) -> Outcome:
        """Run talks, all runs at once.

        Parameters
        ----------
        profiles : array_like of float, shape (agents, threats)
            How much each agent cares for each threat; at least two agents.
        entries : array_like of int, shape (runs, agents)
            In each row all agents, in the order in which they are asked; the first is the founder.
        reservations : array_like of float, broadcast to shape (runs, agents)
            Satisfaction that each asks for, from 0 to 1. The founder enters whatever its own is.
        clout : array_like of float, broadcast to shape (agents,)
            Above 0; used by the rule ``"weighted"`` only.

        Raises
        ------
        EstimationError
            If there are fewer than two agents, an order leaves one out, or a number is outside its bounds.
        """
        appeal, claims = self._prepared(profiles, clout)
        asked, least = _checked(appeal.shape[1], entries, reservations)
        runs, agents = asked.shape
        turns = np.ascontiguousarray(asked.T)
        wanted = np.ascontiguousarray(np.take_along_axis(least, asked, axis=1).T) - TIE

        tally = claims[:, turns[0]]
        inside = np.zeros((agents, runs), dtype=bool)
        inside[0] = True
        members = np.ones(runs)
        for _ in range(self.rounds):
            before = members.sum()
            for place in range(1, agents):
                amended, satisfied = self._offer(tally, appeal, claims, turns[place])
                enters = satisfied + self.pull * members / (agents - 1) >= wanted[place]
                enters &= ~inside[place]
                tally = np.where(enters, amended, tally)
                inside[place] |= enters
                members += enters
            if members.sum() == before:
                break

        agenda = np.ascontiguousarray((tally / tally.sum(axis=0)).T)
        joined = np.empty((runs, agents), dtype=bool)
        np.put_along_axis(joined, asked, inside.T, axis=1)
        eased = self.pull * (members - 1) / (agents - 1)
        holds = joined & (agenda @ appeal + eased[:, None] >= least - TIE)
        return Outcome(joined, holds, agenda)

    def thresholds(
        self, profiles: npt.ArrayLike, entries: npt.ArrayLike, clout: npt.ArrayLike = 1.0
    ) -> tuple[Array, Array]:
        """Reservation levels, common to all agents, up to which an order unites everyone; arguments as in the call.

        Returns
        -------
        joins : ndarray of float, shape (runs,)
            Each agent is asked once, and all enter if, and only if, the level is not above this: it is the least of
            what the agents are offered in turn. Where it is above 1, every level will do.
        holds : ndarray of float, shape (runs,)
            All enter and still accept at the end if, and only if, the level is not above this.
        """
        appeal, claims = self._prepared(profiles, clout)
        asked, _ = _checked(appeal.shape[1], entries, 0.0)
        agents = asked.shape[1]
        tally = claims[:, asked[:, 0]]
        joins = np.full(len(asked), np.inf)
        for place in range(1, agents):
            tally, satisfied = self._offer(tally, appeal, claims, asked[:, place])
            joins = np.minimum(joins, satisfied + self.pull * place / (agents - 1))
        final = (tally / tally.sum(axis=0)).T @ appeal
        return joins, np.minimum(joins, final.min(axis=1) + self.pull)

    def _prepared(self, profiles: npt.ArrayLike, clout: npt.ArrayLike) -> tuple[Array, Array]:
        """Scaled profiles, and what each agent adds to the tally; both of shape (threats, agents)."""
        values = np.asarray(profiles, dtype=float)
        appeal = scaled(values, self.norm)
        if len(values) < 2:
            raise EstimationError(f"{len(values)} agent in talks; allowed: at least 2")
        weight = np.broadcast_to(np.asarray(clout, dtype=float), len(values))
        if not (np.isfinite(weight).all() and (weight > 0).all()):
            raise EstimationError(f"clout {weight.min()} of an agent; allowed: numbers above 0")
        if self.rule == "package":
            claims = (values >= values.max(axis=1, keepdims=True) - TIE).astype(float)
        else:
            claims = values / values.sum(axis=1, keepdims=True)
        if self.rule == "weighted":
            claims = claims * weight[:, None]
        return np.ascontiguousarray(appeal.T), np.ascontiguousarray(claims.T)

    def _offer(self, tally: Array, appeal: Array, claims: Array, agents: Places) -> tuple[Array, Array]:
        """The tally as the entry of an agent would make it, and how far this satisfies the agent, run by run."""
        amended = RULES[self.rule](tally, claims.take(agents, axis=1))
        product = appeal.take(agents, axis=1)
        product *= amended
        return amended, np.asarray(product.sum(axis=0) / amended.sum(axis=0), dtype=float)


def _checked(agents: int, entries: npt.ArrayLike, reservations: npt.ArrayLike) -> tuple[Places, Array]:
    """Orders, and reservation levels of shape (runs, agents), once both are known to be in bounds."""
    asked = np.atleast_2d(np.asarray(entries, dtype=np.intp))
    if asked.shape[1] != agents or not (np.sort(asked, axis=1) == np.arange(agents)).all():
        raise EstimationError(
            f"an order of entry that is none of all {agents} agents; allowed: each of them once"
        )
    least = np.asarray(reservations, dtype=float)
    wrong = ~((least >= 0) & (least <= 1))
    if wrong.any():
        raise EstimationError(f"reservation level {least[wrong].ravel()[0]}; allowed: 0 to 1")
    return asked, np.broadcast_to(least, asked.shape)
