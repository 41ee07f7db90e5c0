"""Proposals against cyber threats: what each addresses, by which route, and how far it reaches into content.

Section 3 of Hare (2010) names two routes after Sundelius (1983), and three proposals as examples.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from buzanlib.errors import BuzanError, UnknownNameError, check_name
from buzanlib.measurement.profiles import NAMED
from buzanlib.tables.yamlfile import read
from buzanlib.theory.vocabulary import TABLE2_THREATS, Measure, Quadrant, Threat


class Route(StrEnum):
    """How a state can reduce its insecurity (Hare 2010, section 3, after Sundelius 1983)."""

    VULNERABILITY = "vulnerability"
    THREAT = "threat"
    BOTH = "both"

    @property
    def label(self) -> str:
        """The route in words."""
        words = {
            Route.VULNERABILITY: "make oneself less vulnerable",
            Route.THREAT: "act on the threat",
            Route.BOTH: "both routes",
        }
        return words[self]


@dataclass(frozen=True)
class Proposal:
    """A proposal; `BuzanError` where a value is not allowed, which names field, value and what is allowed."""

    name: str
    threats: tuple[Threat, ...]  #: which it addresses, none twice, of `buzanlib.measurement.profiles.NAMED`
    route: Route
    intrusiveness: float = 0.0  #: how far it controls what is said in networks: 0 not at all, 1 wholly
    pays: tuple[Quadrant, ...] = ()  #: who is asked to bear an expense

    def __post_init__(self) -> None:
        for key, parse in _FIELDS.items():
            try:
                object.__setattr__(self, key, parse(getattr(self, key)))
            except BuzanError as error:
                raise BuzanError(f"proposal {self.name!r}, {key}: {error}") from None


def read_proposal(path: Path) -> Proposal:
    """Read a proposal from a YAML file with the keys ``name``, ``threats`` and ``route``, optionally also the others.

    `BuzanError` at the first fault; names file, line, value, and what is allowed.
    """
    document = read(path, "proposal", BuzanError)
    document.check_names("key", document.content, _FIELDS)
    values: dict[str, Any] = {}
    for key, parse in _FIELDS.items():
        if key in document.content:
            try:
                values[key] = parse(document.content[key])
            except BuzanError as error:
                raise document.error(f"{key}: {error}", key) from None
        elif key in ("name", "threats", "route"):
            raise document.error(f"the key {key!r} is missing")
    return Proposal(**values)


def _name(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or set(value) & set("<>"):
        raise BuzanError(f"{value!r}; allowed: a text that is not empty, without '<' and '>'")
    return value.strip()


def _threats(value: object) -> tuple[Threat, ...]:
    found = tuple(Threat(name) for name in _names("threat", value, NAMED))
    if not found:
        raise BuzanError(f"none is addressed; allowed: one or more of {', '.join(NAMED)}")
    return found


def _route(value: object) -> Route:
    if value not in list(Route):
        raise UnknownNameError("route", value, Route)
    return Route(str(value))


def _intrusiveness(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise BuzanError(f"{value!r}; allowed: a number from 0 to 1")
    return float(value)


def _names(kind: str, value: object, allowed: Iterable[str]) -> list[str]:
    """A list of names, none twice."""
    options = [str(option) for option in allowed]
    if not isinstance(value, list | tuple):
        raise BuzanError(f"{value!r} is not a list; allowed: a list of {', '.join(options)}")
    for place, name in enumerate(value):
        check_name(kind, name, options)
        if name in value[:place]:
            raise BuzanError(f"{str(name)!r} stands twice; allowed: once")
    return [str(name) for name in value]


_FIELDS: dict[str, Callable[[object], object]] = {
    "name": _name,
    "threats": _threats,
    "route": _route,
    "intrusiveness": _intrusiveness,
    "pays": lambda value: tuple(map(Quadrant, _names("quadrant", value, Quadrant))),
}


#: The three proposals of section 3, as we read them. Which threats each addresses the paper says of the second only; of
#: the first it says that it suits whoever "is not vulnerable to political threats".
PAPER: dict[str, Proposal] = {
    # Libicki
    "secure": Proposal("Secure the networks", (Threat.INF, Threat.CRI), Route.VULNERABILITY),
    # Streltsov: what is "used to damage critical infrastructure"
    "forbid": Proposal("Forbid the means", (Threat.INF,), Route.THREAT),
    # Lewis: oversight "of both governmental and private actions"
    "regulate": Proposal("Regulate at home", (Threat.INF, Threat.CRI), Route.VULNERABILITY, 0.25),
}

#: What each measure of the codebook would be as a proposal, by the codebook's own rule for it. Ours, not the paper's.
OF_MEASURE: dict[Measure, Proposal] = {
    Measure.NORMS: Proposal("norms", (Threat.INF, Threat.MIL), Route.THREAT),
    Measure.DEFEND: Proposal("defend", (Threat.INF, Threat.CRI), Route.VULNERABILITY),
    Measure.POLICE: Proposal("police", (Threat.CRI, Threat.TER), Route.THREAT),
    Measure.CONTENT: Proposal("content", (Threat.POL, Threat.TER), Route.THREAT, 1.0),
    Measure.MILITARY: Proposal("military", (Threat.INF, Threat.MIL), Route.THREAT),
}


def names_by_threats(proposals: Iterable[Proposal]) -> dict[tuple[str, ...], str]:
    """Names of proposals in small letters, by the threats of Table 2 that they address, in the order of the table."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for one in proposals:
        found[tuple(threat for threat in TABLE2_THREATS if threat in one.threats)].append(one.name.lower())
    return {threats: ", ".join(names) for threats, names in found.items()}
