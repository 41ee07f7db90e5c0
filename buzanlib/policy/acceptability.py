"""Who would accept a proposal, who would see a threat in it, and why.

Benefits and objections are both read from a table of priorities, of the paper or observed: a DataFrame of float, shape
(4, threats), with index `Quadrant` and columns threats, the political one among them, such as ``TABLE2.weights()``.
Every function of such ``weights`` raises an `EstimationError` if one is negative or a quadrant has no priority at all.
The rule that weighs benefits and objections is ours; its numbers are fields of `Rule`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from itertools import chain, combinations
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from buzanlib.errors import BuzanError, EstimationError
from buzanlib.policy.proposals import Proposal, Route
from buzanlib.theory.vocabulary import TABLE2_THREATS, Quadrant, Threat

#: What a quadrant may say to a proposal.
ACCEPTS, INDIFFERENT, OBJECTS = "accepts", "does not join", "sees a threat"

# Net benefits nearer than this to a limit reach it: they differ by rounding only.
_TIE = 1e-9

_NONE = (float("nan"), float("nan"))


@dataclass(frozen=True)
class Rule:
    """How benefits and objections are weighed. Every number is opinion, from 0 to 1, the reservation above 0."""

    reservation: float = 0.5  #: net benefit from which on a quadrant joins
    reach: float = 0.5  #: share of the political danger that can be met without any control of content
    #: Weight of the objection to control of content where political action is no priority.
    intrusion: float = 1.0
    #: Weight of the fear that networks are hardened in preparation of an attack by information, where political action
    #: is a priority and the proposal passes over it (section 3 has this of P-S/SC-W states).
    suspicion: float = 0.5
    #: Weight of an expense for a weak power that is to pay (section 2 has this of both kinds).
    burden: float = 0.25

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0 <= value <= 1 or (field.name == "reservation" and value == 0):
                least = "above 0, at most 1" if field.name == "reservation" else "0 to 1"
                raise BuzanError(f"{field.name} {value} of a rule of acceptance; allowed: {least}")


def mean_profiles(shares: pd.DataFrame, quadrants: pd.Series[str]) -> pd.DataFrame:
    """Observed priorities of the quadrants: the means of their states' profiles, shape (4, threats).

    Profiles are as `buzanlib.measurement.profiles.shares_of_mentions`; states without a quadrant are left out.
    `EstimationError` if a quadrant has no state.
    """
    means = shares.groupby(quadrants.reindex(shares.index)).mean()
    empty = [str(quadrant) for quadrant in Quadrant if quadrant not in means.index]
    if empty:
        raise EstimationError(f"no state with a profile in {', '.join(empty)}; each quadrant needs one")
    return means.loc[list(Quadrant)]


def relative_priorities(weights: pd.DataFrame) -> pd.DataFrame:
    """Priorities over the first priority of their quadrant, from 0 to 1; shape as `weights`."""
    cells = _checked(weights)
    return cells.div(cells.max(axis=1), axis=0)


def assess(proposal: Proposal, weights: pd.DataFrame, rule: Rule | None = None) -> pd.DataFrame:
    r"""Weigh a proposal as each quadrant would.

    The satisfaction of a quadrant is the share of its priorities that the proposal meets. The political threat is met
    only as far as it can be without control of content, plus as far as content is controlled. Its
    objection is the sum of intrusion, suspicion and burden; see `Rule`. With :math:`\pi` the weight of political action
    over that of the first priority, and intrusiveness :math:`i`, intrusion is in proportion to :math:`i(1 - \pi)` and
    suspicion, of a proposal that makes less vulnerable and passes over political action, to :math:`(1 - i)\pi`.

    Returns a DataFrame: index `Quadrant`; columns ``satisfaction``, ``intrusion``, ``suspicion``, ``burden``,
    ``objection`` (their sum), ``net``, ``verdict`` (`ACCEPTS`, `INDIFFERENT` or `OBJECTS`) and ``reason``. A quadrant
    accepts where its net benefit reaches the reservation, and sees a threat where it is below zero.
    """
    rule = rule or Rule()
    cells = _checked(weights)
    i, pol = proposal.intrusiveness, relative_priorities(cells)[Threat.POL]
    effect = {
        threat: (rule.reach + (1 - rule.reach) * i if threat == Threat.POL else 1.0)
        for threat in proposal.threats
    }
    met = cells.reindex(columns=list(effect), fill_value=0.0) * pd.Series(effect)
    table = pd.DataFrame({"satisfaction": met.sum(axis=1) / cells.sum(axis=1)})
    table["intrusion"] = rule.intrusion * i * (1 - pol)
    feared = proposal.route != Route.THREAT and Threat.POL not in proposal.threats
    table["suspicion"] = rule.suspicion * (1 - i) * pol * feared
    table["burden"] = [rule.burden * (q in proposal.pays and q.power < 0) for q in Quadrant]
    table["objection"] = table[["intrusion", "suspicion", "burden"]].sum(axis=1)
    table["net"] = table["satisfaction"] - table["objection"]
    reached, opposed = table["net"] >= rule.reservation - _TIE, table["net"] < -_TIE
    table["verdict"] = np.select([reached, opposed], [ACCEPTS, OBJECTS], INDIFFERENT)
    table["reason"] = [_reason(proposal, cells.T[q], table.T[q]) for q in Quadrant]
    return table


def net_at_ends(proposal: Proposal, weights: pd.DataFrame, rule: Rule | None = None) -> pd.DataFrame:
    """Net benefit of a proposal to each quadrant were its intrusiveness 0, or 1; in between it is linear.

    Returns a DataFrame of float, shape (4, 2): index `Quadrant`, columns ``0.0`` and ``1.0``.
    """
    return pd.DataFrame(
        {i: assess(replace(proposal, intrusiveness=i), weights, rule)["net"] for i in (0.0, 1.0)}
    )


def windows(proposal: Proposal, weights: pd.DataFrame, rule: Rule | None = None) -> pd.DataFrame:
    """The intrusiveness at which each quadrant would accept a proposal, and at which all would.

    Returns a DataFrame of float, shape (5, 2): index the quadrants and ``"all"``; columns ``low`` and ``high``, exact,
    both missing where there is none.
    """
    rule = rule or Rule()
    above = net_at_ends(proposal, weights, rule).to_numpy() - rule.reservation
    found = pd.DataFrame([_span(*ends) for ends in above.tolist()], list(map(str, Quadrant)), ["low", "high"])
    low, high = found["low"].max(skipna=False), found["high"].min(skipna=False)
    # Limits that meet but for rounding meet.
    found.loc["all"] = (low, max(low, high)) if low <= high + _TIE else _NONE
    return found


def by_threats(weights: pd.DataFrame) -> pd.DataFrame:
    """Share of each quadrant's priorities that is addressed by every set of the threats of Table 2.

    Returns a DataFrame of float, shape (7, 4): index tuples of `Threat`, the smaller sets first; columns `Quadrant`.
    """
    cells = _checked(weights)
    shares = cells.div(cells.sum(axis=1), axis=0)
    sets = list(chain.from_iterable(combinations(TABLE2_THREATS, size) for size in (1, 2, 3)))
    index = pd.Index(sets, tupleize_cols=False, name="threats")
    return pd.DataFrame([shares[list(some)].sum(axis=1) for some in sets], index=index)


@dataclass(frozen=True, eq=False)
class Assessments:
    """Proposals weighed by several sets of priorities."""

    priorities: Mapping[str, pd.DataFrame]  #: ``weights`` by name; the first are those of the paper's table
    proposals: Mapping[str, Proposal]  #: by key; that under ``"own"`` is the reader's
    rule: Rule

    def table(self, priorities: str, proposal: str) -> pd.DataFrame:
        """`assess` of one proposal by one set of priorities, both by name."""
        return assess(self.proposals[proposal], self.priorities[priorities], self.rule)

    def by(self, column: str) -> dict[str, pd.DataFrame]:
        """One column of `assess` by priorities: index the names of the proposals, columns `Quadrant`."""
        names = [one.name + (" (own)" if key == "own" else "") for key, one in self.proposals.items()]
        return {
            title: pd.DataFrame([self.table(title, key)[column] for key in self.proposals], index=names)
            for title in self.priorities
        }

    def window_in_words(self, proposal: Proposal, rule: Rule) -> str:
        """The intrusiveness at which all quadrants accept by the first priorities, or ``"nowhere"``."""
        found = windows(proposal, next(iter(self.priorities.values())), rule)
        low, high = float(found["low"]["all"]), float(found["high"]["all"])
        return "nowhere" if isnan(low) else f"from {low:.2f} to {high:.2f}"

    def values(self, package: Proposal) -> dict[str, float | str]:
        """The numbers of the chapter, by key: the first priorities' assessments, the rule, and a package's window.

        And how many quadrants accept each proposal by the last priorities, and how many see a threat in it.

        The `package` is of all threats; its window is also given for political danger met by control of content alone.
        """
        values: dict[str, float | str] = {f"options.{name}": x for name, x in asdict(self.rule).items()}
        values["options.package.window"] = self.window_in_words(package, self.rule)
        values["options.package.control"] = self.window_in_words(package, replace(self.rule, reach=0.0))
        for key in self.proposals:
            for quadrant, row in self.table(next(iter(self.priorities)), key).to_dict("index").items():
                for name, column in (("met", "satisfaction"), ("net", "net"), ("verdict", "verdict")):
                    values[f"options.{key}.{quadrant}.{name}"] = row[column]
            said = self.table(list(self.priorities)[-1], key)["verdict"]
            values[f"options.observed.{key}.accept"] = int((said == ACCEPTS).sum())
            values[f"options.observed.{key}.object"] = int((said == OBJECTS).sum())
        return values


def _checked(weights: pd.DataFrame) -> pd.DataFrame:
    """Priorities in the order of `Quadrant`."""
    cells = weights.loc[list(Quadrant)].astype(float)
    if (cells < 0).to_numpy().any():
        raise EstimationError("a priority is negative; allowed: zero or more")
    empty = [str(quadrant) for quadrant in Quadrant if not cells.loc[quadrant].sum() > 0]
    if empty:
        raise EstimationError(
            f"{', '.join(empty)}: no priority; allowed: at least one above zero in each quadrant"
        )
    return cells


def _reason(proposal: Proposal, priorities: pd.Series[float], row: pd.Series[Any]) -> str:
    """What the numbers of a quadrant come from, in words."""
    ranked = priorities[priorities > 0].sort_values(ascending=False, kind="stable").index
    met, missed = (
        ", ".join(Threat(threat).label.lower() for threat in ranked if (threat in proposal.threats) == wanted)
        for wanted in (True, False)
    )
    said = [f"meets {row['satisfaction']:.0%} of its priorities"]
    if met:
        said.append(f"addresses {met}")
    if missed:
        said.append(f"leaves out {missed}")
    said += [f"{text} ({row[name]:.2f})" for name, text in _OBJECTIONS.items() if row[name] > _TIE]
    return "; ".join(said)


_OBJECTIONS = {
    "intrusion": "control of content touches what it does not see in danger",
    "suspicion": "hardening that passes over political action may be read as preparing it",
    "burden": "would have to pay, as a weak power",
}


def _span(start: float, end: float) -> tuple[float, float]:
    """Where a line from `start` at 0 to `end` at 1 is not below zero."""
    if min(start, end) >= -_TIE:
        return 0.0, 1.0
    if max(start, end) < -_TIE:
        return _NONE
    root = start / (start - end)
    return (0.0, root) if start > end else (root, 1.0)
