"""The securitizing move as a value, and what makes it a securitization.

Sources: Hare (2010), section 1, after Buzan, Wæver and de Wilde (1998), which the paper cites as Buzan et al. 1997.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from buzanlib.theory.vocabulary import Measure, ReferentObject, Sector, Threat, ThreatAgent


class Level(IntEnum):
    """How far a statement lifts a danger out of ordinary politics (codebook, variable ``level``)."""

    PROBLEM = 0
    THREAT = 1
    EXISTENTIAL = 2

    @property
    def label(self) -> str:
        """The level in words."""
        return _LEVELS[self]


_LEVELS = {
    Level.PROBLEM: "a problem to manage",
    Level.THREAT: "a threat to security",
    Level.EXISTENTIAL: "existential, or asking for emergency measures",
}


class Element(StrEnum):
    """What a full move contains.

    The first three are the threat, the victim and the understanding of the threat to the victim that Hare (2010,
    section 1) requires. The others follow from the definition of Buzan et al. (1998) that he adopts: a danger
    so grave that it requires a measure beyond normal politics, which somebody has to accept.
    """

    THREAT = "threat"
    REFERENT = "referent object"
    UNDERSTANDING = "understanding"
    EMERGENCY = "emergency"
    MEASURE = "measure"
    AUDIENCE = "audience"

    @property
    def label(self) -> str:
        """The question that the element answers."""
        return _ELEMENTS[self]


_ELEMENTS = {
    Element.THREAT: "Which danger is named?",
    Element.REFERENT: "What is said to be its victim?",
    Element.UNDERSTANDING: "Is the danger said to be one to security, more than a problem to manage?",
    Element.EMERGENCY: "Is it existential, so that normal politics will not do?",
    Element.MEASURE: "Which measure is asked for?",
    Element.AUDIENCE: "Who would have to accept it?",
}


class Outcome(StrEnum):
    """What became of a move."""

    SUCCESS = "success"
    FAILURE = "failure"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class SecuritizingMove:
    """A statement read as an attempt to securitize.

    A move needs no `agent`: networks hide their users, and a danger without a face can still be securitized.

    Examples
    --------
    >>> who, whom = "a minister", "parliament"
    >>> asked = (Threat.INF, ReferentObject.STATE, ThreatAgent.NONE, Measure.DEFEND)
    >>> move = SecuritizingMove(who, *asked, whom, Level.THREAT)
    >>> [str(element) for element in move.missing]
    ['emergency']
    >>> str(Securitization(move, accepted=True).outcome)
    'failure'
    """

    actor: str
    threat: Threat | None  #: None where no danger is named
    referent: ReferentObject
    agent: ThreatAgent
    measure: Measure
    audience: str  #: who would have to accept the measure; empty where nobody is addressed
    level: Level

    @property
    def sector(self) -> Sector | None:
        """The sector in which the threat arises; None where no threat, or none with a sector, is named."""
        return None if self.threat is None else self.threat.sector

    @property
    def missing(self) -> tuple[Element, ...]:
        """The elements of a full move that this one lacks, in the order of `Element`.

        Source: Hare (2010), section 1.
        """
        present = {
            Element.THREAT: self.threat is not None,
            Element.REFERENT: self.referent is not ReferentObject.NONE,
            Element.UNDERSTANDING: self.level >= Level.THREAT,
            Element.EMERGENCY: self.level >= Level.EXISTENTIAL,
            Element.MEASURE: self.measure is not Measure.NONE,
            Element.AUDIENCE: bool(self.audience.strip()),
        }
        return tuple(element for element in Element if not present[element])

    @property
    def is_complete(self) -> bool:
        """Whether no element is missing."""
        return not self.missing


@dataclass(frozen=True)
class Securitization:
    """A move together with the answer of its audience."""

    move: SecuritizingMove
    accepted: bool | None = None  #: whether the audience accepted the measure asked for; None where not known

    @property
    def outcome(self) -> Outcome:
        """What became of the move.

        A success needs two things: the move is complete, and the audience accepts the emergency, extra-political
        measures (Hare 2010, section 1). A measure accepted without the claim of an emergency is ordinary
        politics, and so no success. Where the answer is not known, neither is the outcome.
        """
        if self.accepted is None:
            return Outcome.UNKNOWN
        return Outcome.SUCCESS if self.accepted and self.move.is_complete else Outcome.FAILURE
