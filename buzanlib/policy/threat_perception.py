"""Who reads a defensive measure of another state as hostile: those whom the threat that it could feed concerns."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from buzanlib.policy.acceptability import relative_priorities
from buzanlib.policy.defence import check_within
from buzanlib.theory.vocabulary import Threat


@dataclass(frozen=True)
class DefensiveMeasure:
    """What a state may do for its security, and the threat that it could feed in the eyes of others."""

    label: str
    #: The threat that it could feed; None where it touches what is to be protected, the openness on which cohesive
    #: societies rely.
    threat: Threat | None
    source: str  #: place in the paper, or what the reading rests on
    opinion: bool = False  #: whether the reading is ours rather than the paper's


#: The measures, by name.
DEFENSIVE_MEASURES: dict[str, DefensiveMeasure] = {
    "e_government": DefensiveMeasure(
        "Hardening of e-government",
        Threat.POL,
        "section 3: may be read as 'preparations for information attack purposes'",
    ),
    "forums": DefensiveMeasure(
        "Open forums, secured", Threat.POL, "section 3, the same sentence, of 'information forums'"
    ),
    "content": DefensiveMeasure(
        "Control of content",
        None,
        "ours; section 3 has Lewis careful 'to highlight civil liberty issues'",
        True,
    ),
    "units": DefensiveMeasure(
        "Military cyber units",
        Threat.INF,
        "ours; section 2 has adversaries 'hold their critical infrastructure at risk'",
        True,
    ),
}


def sources_of_readings() -> pd.DataFrame:
    """Which threat each measure could feed, and who says so: a table to be read.

    Index ``measure``; ``could feed or touch``, ``source``, ``whose reading``.
    """
    openness = "openness, where political action is no priority"
    rows = {
        one.label: (
            one.threat.label if one.threat else openness,
            one.source,
            "opinion" if one.opinion else "the paper",
        )
        for one in DEFENSIVE_MEASURES.values()
    }
    columns = ["could feed or touch", "source", "whose reading"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("measure")


def hostile_readings(weights: pd.DataFrame, openness: float = 0.5) -> pd.DataFrame:
    """How strongly each quadrant would read each measure of another state as hostile.

    From 0 to 1: the weight of the threat that the measure could feed over that of the first priority; `weights` as in
    `buzanlib.policy.acceptability`. `openness` is how strongly control of content is read as hostile where political
    action is no priority, from 0 to 1. Shape (4 quadrants, 4 measures). `BuzanError` if `openness` is not from 0 to 1,
    a weight is negative, or a quadrant has no priority.
    """
    check_within("openness", openness, 0, 1)
    relative = relative_priorities(weights)
    columns = {
        name: openness * (1 - relative[Threat.POL]) if one.threat is None else relative[one.threat]
        for name, one in DEFENSIVE_MEASURES.items()
    }
    return pd.DataFrame(columns)
