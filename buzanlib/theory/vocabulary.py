"""The words of the theory, each with the value that stands for it in the tables of `data/`.

Sources: Hare (2010), sections 1 and 2, after Buzan (1991); the codebook of this project for the values coded.
"""

from __future__ import annotations

from enum import StrEnum

from buzanlib.errors import check_name


class Quadrant(StrEnum):
    """A cell of the matrix: first letter power, second socio-political cohesion; W weak, S strong."""

    WW = "WW"
    WS = "WS"
    SW = "SW"
    SS = "SS"

    @property
    def power(self) -> int:
        """Power in effects coding, -1 weak and +1 strong."""
        return 1 if self.value[0] == "S" else -1

    @property
    def cohesion(self) -> int:
        """Socio-political cohesion in effects coding, -1 weak and +1 strong."""
        return 1 if self.value[1] == "S" else -1

    @property
    def paper_name(self) -> str:
        """The name that Hare (2010) uses, such as ``"P-W/SC-S"``."""
        return f"P-{self.value[0]}/SC-{self.value[1]}"

    @property
    def label(self) -> str:
        """The name in words."""
        words = {-1: "weak", 1: "strong"}
        return f"{words[self.power]} power, {words[self.cohesion]} cohesion"

    @classmethod
    def of(cls, power: int, cohesion: int) -> Quadrant:
        """The quadrant with this power and cohesion, each -1 weak or +1 strong.

        Raises
        ------
        UnknownNameError
            If either is neither -1 nor +1.
        """
        letters = {-1: "W", 1: "S"}
        for axis, value in (("power", power), ("cohesion", cohesion)):
            check_name(axis, value, letters)
        return cls(letters[power] + letters[cohesion])

    @classmethod
    def parse(cls, name: str) -> Quadrant:
        """The quadrant of this name, in any of the three forms (``WS``, ``P-W/SC-S``, the label).

        Raises
        ------
        UnknownNameError
            If the name is none of them; names the nearest.
        """
        names = {form: one for one in cls for form in (one.value, one.paper_name, one.label)}
        check_name("quadrant", name, names)
        return names[name]


class Effect(StrEnum):
    """An effect of the two-by-two design."""

    POWER = "power"
    COHESION = "cohesion"
    INTERACTION = "power:cohesion"


class Sector(StrEnum):
    """Buzan's five sectors of security (Hare 2010, section 1, after Buzan 1991)."""

    MILITARY = "military"
    POLITICAL = "political"
    ECONOMIC = "economic"
    SOCIETAL = "societal"
    ENVIRONMENTAL = "environmental"


class Threat(StrEnum):
    """The kinds of digital danger of the codebook; the first three are those of Table 2."""

    POL = "pol"
    INF = "inf"
    CRI = "cri"
    MIL = "mil"
    TER = "ter"
    OTH = "oth"
    GEN = "gen"

    @property
    def label(self) -> str:
        """The name in words."""
        return _THREATS[self][0]

    @property
    def sector(self) -> Sector | None:
        """The sector in which the threat arises; None for the residual kinds, which have none of their own."""
        return _THREATS[self][1]


_THREATS: dict[Threat, tuple[str, Sector | None]] = {
    Threat.POL: ("De-stabilising political action", Sector.POLITICAL),
    Threat.INF: ("Attacks on infrastructure", Sector.MILITARY),
    Threat.CRI: ("Criminal activity", Sector.ECONOMIC),
    Threat.MIL: ("Military force", Sector.MILITARY),
    Threat.TER: ("Terrorist use", Sector.POLITICAL),
    Threat.OTH: ("Another named danger", None),
    Threat.GEN: ("A danger in general", None),
}

#: The threats that Table 2 names, in the order of its cells.
TABLE2_THREATS: tuple[Threat, ...] = (Threat.POL, Threat.INF, Threat.CRI)


class ReferentObject(StrEnum):
    """What is to be protected, from the individual to the international level (Hare 2010, section 1)."""

    INDIVIDUAL = "individual"
    SOCIETY = "society"
    ECONOMY = "economy"
    STATE = "state"
    INTERNATIONAL = "international"
    NONE = "none"


class ThreatAgent(StrEnum):
    """Who threatens, as the statement says."""

    STATE = "state"
    CRIMINAL = "criminal"
    TERRORIST = "terrorist"
    OTHER = "other"
    NONE = "none"


class Measure(StrEnum):
    """The remedy that a statement stresses."""

    NORMS = "norms"
    DEFEND = "defend"
    POLICE = "police"
    CONTENT = "content"
    MILITARY = "military"
    NONE = "none"


class PoliticalKind(StrEnum):
    """The kind of political danger (codebook, version 1.2)."""

    REGIME = "regime"
    INTERFERENCE = "interference"
    SOCIETY = "society"
    HEALTH = "health"
    GENERAL = "general"
    NONE = "none"


#: The strict reading of the political threat (amendment 1): the hold of government, or interference from outside.
STRICTLY_POLITICAL: tuple[PoliticalKind, ...] = (PoliticalKind.REGIME, PoliticalKind.INTERFERENCE)


#: Rules of placement by axis: what a state must exceed to be strong. Great powers are a yardstick of power alone, for
#: cohesion is a matter within a state (Hare 2010, section 1).
RULES: dict[str, tuple[str, ...]] = {
    "power": ("median", "quantile", "regional", "neighbour", "great_powers"),
    "cohesion": ("median", "quantile", "regional", "neighbour"),
}


class Corpus(StrEnum):
    """A body of statements: the UN General Debate, or national cyber security strategies."""

    UNGDC = "UNGDC"
    NCSS = "NCSS"


class Origin(StrEnum):
    """How the text of a document came about."""

    RECORD = "record"
    DELEGATION = "delegation"
    TRANSCRIPTION = "transcription"
    PROVISIONAL = "provisional"
    ADDED = "added"
    DOCUMENT = "document"


class Annotator(StrEnum):
    """Whose codes: runs of one large language model, two in each coding, or the adjudication of their differences."""

    A = "A"
    B = "B"
    ADJUDICATED = "adjudicated"
    C = "C"
    D = "D"
    ADJUDICATED_2 = "adjudicated_2"


#: Who decided where two annotators differed, and between whom.
ADJUDICATES: dict[Annotator, tuple[Annotator, Annotator]] = {
    Annotator.ADJUDICATED: (Annotator.A, Annotator.B),
    Annotator.ADJUDICATED_2: (Annotator.C, Annotator.D),
}

#: Joins the names of annotators who together coded what none of them did alone, as in ``adjudicated_2+Ana``.
JOIN = "+"
