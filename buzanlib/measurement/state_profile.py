"""One member state by itself: its place, what it said, how it voted, and whether it stresses what Table 2 has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from buzanlib.theory.vocabulary import TABLE2_THREATS, Quadrant, Threat

#: With fewer relevant passages than this one more would move a share by as much as a fifth: what the state stresses
#: cannot be said.
LITTLE = 5


class Point(NamedTuple):
    """Where a state stands, in normal scores."""

    power: float
    cohesion: float
    quadrant: Quadrant


@dataclass(frozen=True)
class Standing:
    """The place of a state, and how sure it is."""

    at: Point
    lines: Mapping[str, float]  #: what it has to exceed on ``power`` and ``cohesion``
    #: Probability of each quadrant, given the error of the indices; empty where no rival index tells that.
    chances: Mapping[Quadrant, float]
    rules: Mapping[str, Quadrant | None]  #: by rule of placement; None where a rule does not place it
    pairs: Sequence[Quadrant]  #: by each pair of indices that places it, under the rule of the study
    years: Mapping[int, Point]  #: of the window in which both indices have values


@dataclass(frozen=True)
class Stress:
    """What a cell of Table 2 names beside what a state of that quadrant names in the window, by threat."""

    passages: int  #: relevant ones
    weights: Mapping[Threat, float]  #: 1 named in the cell, 1/2 named second in the text, 0 neither
    named: Mapping[Threat, int]  #: passages that carry it
    #: Mean share of passages with it over the states of the quadrant that have a passage; empty where none has.
    beside: Mapping[Threat, float]

    @property
    def cell(self) -> list[Threat]:
        """The threats that the cell prints."""
        return [threat for threat in TABLE2_THREATS if self.weights[threat] == 1]

    @property
    def most(self) -> list[Threat]:
        """The threats of Table 2 that are in more passages than any other of them; empty where none is in any."""
        top = max(self.named.values())
        return [threat for threat in TABLE2_THREATS if top and self.named[threat] == top]

    @property
    def holds(self) -> bool | None:
        """Whether the state stresses what the cell prints, None where that cannot be said.

        A cell with all three threats is met where each is named; one with a single threat where this is named in more
        passages than either of the others. It cannot be said of fewer than `LITTLE` passages, of none that names one of
        the three, or where the threat of the cell and another are named most and equally often.
        """
        if self.passages < LITTLE or not self.most:
            return None
        if len(self.cell) == len(TABLE2_THREATS):
            return all(self.named.values())
        if self.most == self.cell:
            return True
        return None if set(self.cell) & set(self.most) else False


class Speaking(NamedTuple):
    """Documents in the window, those that speak of a digital danger, and the passages that do."""

    documents: int
    speaking: int
    relevant: int


class Held(NamedTuple):
    """All documents of a state in one corpus, of whatever year."""

    documents: int
    years: Sequence[int]  #: of documents that speak of a digital danger, one a document
    coded: int  #: passages
    relevant: int  #: passages that present something digital as a danger


@dataclass(frozen=True)
class StateProfile:
    """What the tables have of one member state."""

    iso3: str
    name: str
    region: str
    since: int  #: year in which it became a member of the United Nations
    standing: Standing | None  #: None where it is not placed
    speaking: Speaking | None  #: None where the corpus has no document of it in the window
    stress: Stress | None  #: None where it is not placed
    held: Mapping[str, Held]  #: by corpus
    passages: Sequence[Mapping[str, Any]]  #: rows of `MemberStates.passages`, latest first
    votes: Mapping[int, str]  #: by roll call; without those of which the table has nothing
    organisations: Mapping[str, int]  #: of which it is a full member, with the first year
    moves: Sequence[tuple[str, str, str]]  #: organisation, day and event of later changes
    paris_call: str | None  #: day of support, empty where not known; None where it does not support it
