"""Who would accept a proposal, who would see a threat in it, and why.

What a proposal gives a quadrant, and what the quadrant holds against it, are both read from a table of priorities: one of
the paper's, or observed profiles. The rule that weighs them is ours; its numbers are fields of `Rule`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import chain, combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.errors import BuzanError, EstimationError
from buzanlib.inference.permutation import p_value
from buzanlib.inference.sample import Sample
from buzanlib.policy.proposals import OF_MEASURE, Proposal, Route
from buzanlib.theory.vocabulary import TABLE2_THREATS, Measure, Quadrant, Threat

Array = npt.NDArray[np.float64]

#: What a quadrant may say to a proposal.
ACCEPTS, INDIFFERENT, OBJECTS = "accepts", "does not join", "sees a threat"

# Net benefits nearer than this to a limit reach it: they differ by rounding only.
_TIE = 1e-9


@dataclass(frozen=True)
class Rule:
    """How benefits and objections are weighed. Every number is opinion.

    Attributes
    ----------
    reservation : float
        Net benefit from which on a quadrant joins; above 0, at most 1.
    reach : float
        Share of the political danger that can be met without any control of content.
    intrusion : float
        Weight of the objection that control of content raises where political action is no priority.
    suspicion : float
        Weight of the fear that networks are hardened in preparation of an attack by information, where political
        action is a priority and the proposal passes over it (section 3 has this of P-S/SC-W states).
    burden : float
        Weight of an expense for a weak power that is to pay (section 2 has this of both kinds of weak power).
    """

    reservation: float = 0.5
    reach: float = 0.5
    intrusion: float = 1.0
    suspicion: float = 0.5
    burden: float = 0.25

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0 <= value <= 1 or (field.name == "reservation" and value == 0):
                least = "above 0, at most 1" if field.name == "reservation" else "0 to 1"
                raise BuzanError(f"{field.name} {value} of a rule of acceptance; allowed: {least}")


def mean_profiles(shares: pd.DataFrame, quadrants: pd.Series[str]) -> pd.DataFrame:
    """Observed priorities of the quadrants: the means of their states' profiles.

    Parameters
    ----------
    shares : DataFrame of float, shape (states, threats)
        As `buzanlib.measurement.profiles.shares_of_mentions` gives them.
    quadrants : Series of str
        Quadrant by state; states without one are left out.

    Returns
    -------
    DataFrame of float, shape (4, threats)

    Raises
    ------
    EstimationError
        If a quadrant has no state.
    """
    means = shares.groupby(quadrants.reindex(shares.index)).mean()
    empty = [str(quadrant) for quadrant in Quadrant if quadrant not in means.index]
    if empty:
        raise EstimationError(f"no state with a profile in {', '.join(empty)}; each quadrant needs one")
    return means.loc[list(Quadrant)]


def assess(proposal: Proposal, weights: pd.DataFrame, rule: Rule | None = None) -> pd.DataFrame:
    r"""Weigh a proposal as each quadrant would.

    The satisfaction of a quadrant is the share of its priorities that the proposal meets. The political threat is met
    only as far as it can be without control of content, plus as far as content is controlled. Its
    objection is the sum of intrusion, suspicion and burden; see `Rule`. With :math:`\pi` the weight of political action
    over that of the first priority, and intrusiveness :math:`i`, intrusion is in proportion to :math:`i(1 - \pi)` and
    suspicion, of a proposal that makes less vulnerable and passes over political action, to :math:`(1 - i)\pi`.

    Parameters
    ----------
    proposal : Proposal
        What is proposed.
    weights : DataFrame of float, shape (4, threats)
        Priorities: index `Quadrant`, columns threats, none below zero, such as ``TABLE2.weights()``.
    rule : Rule, optional
        The defaults of `Rule` if none is given.

    Returns
    -------
    DataFrame
        Index `Quadrant`; columns ``satisfaction``, ``intrusion``, ``suspicion``, ``burden``, ``objection`` (their sum),
        ``net``, ``verdict`` (`ACCEPTS`, `INDIFFERENT` or `OBJECTS`) and ``reason``. A quadrant accepts where its
        net benefit reaches the reservation, and sees a threat where it is below zero.

    Raises
    ------
    EstimationError
        If a weight is negative, or a quadrant has no priority at all.
    """
    rule = rule or Rule()
    cells = _checked(weights)
    i, pol = proposal.intrusiveness, _political(cells)
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
    table["verdict"] = [_verdict(net, rule.reservation) for net in table["net"]]
    table["reason"] = [_reason(proposal, cells.loc[q], table.loc[q]) for q in Quadrant]
    return table


def windows(proposal: Proposal, weights: pd.DataFrame, rule: Rule | None = None) -> pd.DataFrame:
    """The intrusiveness at which each quadrant would accept a proposal, and at which all would.

    Net benefit is linear in intrusiveness, so that the limits are exact.

    Parameters
    ----------
    proposal, weights, rule
        As in `assess`; the intrusiveness of the proposal does not matter.

    Returns
    -------
    DataFrame of float
        Index the quadrants and ``"all"``; columns ``low`` and ``high``, both missing where there is none.

    Raises
    ------
    EstimationError
        As `assess`.
    """
    rule = rule or Rule()
    at = [
        assess(_with_intrusiveness(proposal, i), weights, rule)["net"].to_numpy() - rule.reservation
        for i in (0.0, 1.0)
    ]
    rows = {str(q): _span(float(start), float(end)) for q, start, end in zip(Quadrant, *at, strict=True)}
    low = max(low for low, _ in rows.values())
    high = min(high for _, high in rows.values())
    # A missing end makes the comparison false, as does an empty overlap.
    common = (low, high) if all(low <= high for low, high in [*rows.values(), (low, high)]) else _NONE
    return pd.DataFrame({**rows, "all": common}, index=["low", "high"]).T


def by_threats(weights: pd.DataFrame) -> pd.DataFrame:
    """Share of each quadrant's priorities that is addressed by every set of the threats of Table 2.

    Parameters
    ----------
    weights : DataFrame of float, shape (4, threats)
        As in `assess`.

    Returns
    -------
    DataFrame of float, shape (7, 4)
        Index tuples of `Threat`, the smaller sets first; columns `Quadrant`.
    """
    cells = _checked(weights)
    shares = cells.div(cells.sum(axis=1), axis=0)
    sets = list(chain.from_iterable(combinations(TABLE2_THREATS, size) for size in (1, 2, 3)))
    index = pd.Index(sets, tupleize_cols=False, name="threats")
    return pd.DataFrame([shares[list(some)].sum(axis=1) for some in sets], index=index)


def measures_accepted(weights: pd.DataFrame, rule: Rule | None = None) -> pd.DataFrame:
    """Net benefit of the measures of the codebook, each as the proposal that it would be (`OF_MEASURE`).

    Returns
    -------
    DataFrame of float, shape (4, 5)
        Index `Quadrant`, columns `Measure`.
    """
    return pd.DataFrame(
        {measure: assess(proposal, weights, rule)["net"] for measure, proposal in OF_MEASURE.items()}
    )


@dataclass(frozen=True, eq=False)
class Asked:
    """Measures that states ask for, beside what the model has them accept.

    Attributes
    ----------
    shares : DataFrame of float, shape (4, measures)
        Mean over the states of a quadrant of the share of each measure among the passages that ask for one.
    correlations : Series of float
        Over states, of that share with the net benefit to their quadrant, by measure.
    mean : float
        Mean of the correlations.
    p : float
        One-sided, by permutation of placements within groups.
    n : int
        States that ask for a measure.
    """

    shares: pd.DataFrame
    correlations: pd.Series[float]
    mean: float
    p: float
    n: int


def asked_for(sample: Sample, accepted: pd.DataFrame, fewest: int = 10) -> Asked:
    """Compare the measures that states ask for with those that their quadrants should accept.

    Parameters
    ----------
    sample : Sample
        Counts as `buzanlib.measurement.profiles.state_counts` gives them; each state asks for a measure.
    accepted : DataFrame of float, shape (4, 5)
        As `measures_accepted` gives it.
    fewest : int
        Passages that must ask for a measure for it to be compared.

    Returns
    -------
    Asked

    Raises
    ------
    EstimationError
        If a state asks for no measure, or no measure can be compared.
    """
    counts = sample.counts[[f"measure.{measure}" for measure in OF_MEASURE]].set_axis(list(OF_MEASURE), axis=1)
    if (counts.sum(axis=1) == 0).any():
        raise EstimationError("a state asks for no measure; allowed: states with at least one")
    nets = accepted.loc[list(Quadrant), list(OF_MEASURE)].to_numpy(dtype=float)
    shares = counts.div(counts.sum(axis=1), axis=0)
    quadrants = sample.quadrants
    # Placements are permuted, never made: the moments of both sides stay what they are.
    expected, asked = _centred(nets[quadrants]), _centred(shares.to_numpy())
    scale = np.linalg.norm(expected, axis=0) * np.linalg.norm(asked, axis=0)
    kept = np.flatnonzero((counts.sum().to_numpy() >= fewest) & (scale > _TIE))
    if not len(kept):
        raise EstimationError(
            f"no measure that differs between states is asked for in {fewest} passages; allowed: fewer"
        )
    # What each state adds to each correlation in each quadrant, so that a permutation is a look-up.
    centred = nets - nets[quadrants].mean(axis=0)
    adds = asked[:, None, kept] * centred[:, kept] / scale[kept]
    correlations = adds[np.arange(len(sample)), quadrants].sum(axis=0)
    mean = adds.mean(axis=2)
    drawn = mean[np.arange(len(sample)), sample.permuted].sum(axis=1)
    names = [list(OF_MEASURE)[place] for place in kept]
    return Asked(
        shares.groupby(sample.placed["quadrant"]).mean().loc[list(Quadrant), names],
        pd.Series(correlations, index=pd.Index(names, dtype=object)),
        float(correlations.mean()),
        float(p_value(float(correlations.mean()), drawn)),
        len(sample),
    )


def asking(counts: pd.DataFrame) -> pd.DataFrame:
    """Counts of the states that ask for a measure.

    Parameters
    ----------
    counts : DataFrame
        As `buzanlib.measurement.profiles.state_counts` gives them.
    """
    return counts[counts["relevant"] > counts[f"measure.{Measure.NONE}"]]


def _checked(weights: pd.DataFrame) -> pd.DataFrame:
    """Priorities in the order of `Quadrant`."""
    cells = weights.loc[list(Quadrant)].astype(float)
    if (cells < 0).to_numpy().any():
        raise EstimationError("a priority is negative; allowed: zero or more")
    empty = [str(quadrant) for quadrant in Quadrant if not cells.loc[quadrant].sum() > 0]
    if empty:
        raise EstimationError(f"{', '.join(empty)}: no priority; allowed: at least one above zero in each quadrant")
    return cells


def _political(cells: pd.DataFrame) -> pd.Series[float]:
    """Weight of political action over that of the first priority, by quadrant."""
    return cells[Threat.POL] / cells.max(axis=1)


def _verdict(net: float, reservation: float) -> str:
    if net >= reservation - _TIE:
        return ACCEPTS
    return OBJECTS if net < -_TIE else INDIFFERENT


def _reason(proposal: Proposal, priorities: pd.Series[float], row: pd.Series[float]) -> str:
    """Say in words what the numbers of a quadrant come from."""
    ranked = priorities[priorities > 0].sort_values(ascending=False, kind="stable")
    met = [threat for threat in ranked.index if threat in proposal.threats]
    missed = [threat for threat in ranked.index if threat not in proposal.threats]
    said = [f"meets {row['satisfaction']:.0%} of its priorities"]
    if met:
        said.append(f"addresses {_list(met)}")
    if missed:
        said.append(f"leaves out {_list(missed)}")
    for name, text in _OBJECTIONS.items():
        if row[name] > _TIE:
            said.append(f"{text} ({row[name]:.2f})")
    return "; ".join(said)


_OBJECTIONS = {
    "intrusion": "control of content touches what it does not see in danger",
    "suspicion": "hardening that passes over political action may be read as preparing it",
    "burden": "would have to pay, as a weak power",
}


def _list(threats: list[str]) -> str:
    return ", ".join(Threat(threat).label.lower() for threat in threats)


_NONE = (float("nan"), float("nan"))


def _span(start: float, end: float) -> tuple[float, float]:
    """Where a line from `start` at 0 to `end` at 1 is not below zero."""
    if min(start, end) >= -_TIE:
        return 0.0, 1.0
    if max(start, end) < -_TIE:
        return _NONE
    root = start / (start - end)
    return (0.0, root) if start > end else (root, 1.0)


def _with_intrusiveness(proposal: Proposal, i: float) -> Proposal:
    return Proposal(proposal.name, proposal.threats, proposal.route, i, proposal.pays)


def _centred(values: Array) -> Array:
    return np.asarray(values - values.mean(axis=0), dtype=float)
