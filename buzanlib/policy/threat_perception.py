"""Who reads a defensive measure of another state as hostile: those whom the threat that it could feed concerns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.policy.acceptability import relative_priorities
from buzanlib.theory.vocabulary import Threat


class DefensiveMeasure(StrEnum):
    """What a state may do for its security that another may read otherwise."""

    E_GOVERNMENT = "e_government"
    FORUMS = "forums"
    CONTENT = "content"
    UNITS = "units"

    @property
    def label(self) -> str:
        """The measure in words."""
        return _MEASURES[self]


_MEASURES = {
    DefensiveMeasure.E_GOVERNMENT: "Hardening of e-government",
    DefensiveMeasure.FORUMS: "Open forums, secured",
    DefensiveMeasure.CONTENT: "Control of content",
    DefensiveMeasure.UNITS: "Military cyber units",
}


@dataclass(frozen=True)
class Ground:
    """Where a reading of the paper comes from.

    Attributes
    ----------
    where : str
        Place in the paper, or what the reading rests on.
    opinion : bool
        Whether it is ours rather than the paper's.
    """

    where: str
    opinion: bool


@dataclass(frozen=True)
class Feed:
    """A threat that a defensive measure could feed, in the eyes of others.

    Attributes
    ----------
    measure : DefensiveMeasure
        What is done.
    threat : Threat or None
        The threat that it could feed; None where it touches what is to be protected, the openness on which
        cohesive societies rely.
    ground : Ground
        Where we have it from.
    """

    measure: DefensiveMeasure
    threat: Threat | None
    ground: Ground


#: Which threat each measure could feed.
FEEDS: tuple[Feed, ...] = (
    Feed(
        DefensiveMeasure.E_GOVERNMENT,
        Threat.POL,
        Ground("section 3: may be read as 'preparations for information attack purposes'", False),
    ),
    Feed(
        DefensiveMeasure.FORUMS,
        Threat.POL,
        Ground("section 3, the same sentence, of 'information forums'", False),
    ),
    Feed(
        DefensiveMeasure.CONTENT,
        None,
        Ground("ours; section 3 has Lewis careful 'to highlight civil liberty issues'", True),
    ),
    Feed(
        DefensiveMeasure.UNITS,
        Threat.INF,
        Ground("ours; section 2 has adversaries 'hold their critical infrastructure at risk'", True),
    ),
)


def hostile_readings(weights: pd.DataFrame, openness: float = 0.5) -> pd.DataFrame:
    """How strongly each quadrant would read each measure of another state as hostile.

    Parameters
    ----------
    weights : DataFrame of float, shape (4, threats)
        Priorities: index `Quadrant`, columns threats with the political one among them.
    openness : float
        How strongly control of content is read as hostile where political action is no priority; 0 to 1.

    Returns
    -------
    DataFrame of float, shape (4 quadrants, 4 measures)
        From 0 to 1: the weight of the threat that the measure could feed over that of the first priority.

    Raises
    ------
    BuzanError
        If `openness` is not from 0 to 1, a weight is negative, or a quadrant has no priority.
    """
    if not 0 <= openness <= 1:
        raise BuzanError(f"openness {openness}; allowed: 0 to 1")
    relative = relative_priorities(weights)
    columns = {
        feed.measure: openness * (1 - relative[Threat.POL]) if feed.threat is None else relative[feed.threat]
        for feed in FEEDS
    }
    return pd.DataFrame(columns)
