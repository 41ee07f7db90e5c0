"""The members of the United Nations of today, each with all that the tables of a study have of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.measurement.indices import INDICES, normal_scores, yearly_scores
from buzanlib.measurement.placement import AXES, Placement, both
from buzanlib.measurement.profiles import full_members, relevant_passages, speech_counts
from buzanlib.measurement.rules import placements_by_rule
from buzanlib.measurement.state_profile import Held, Point, Speaking, Standing, StateProfile, Stress
from buzanlib.tables.data_folder import Data
from buzanlib.tables.descriptor import load
from buzanlib.tables.schema import Descriptor
from buzanlib.tables.states import load_states
from buzanlib.theory.matrices import TABLE2, TABLE2_GRADED
from buzanlib.theory.vocabulary import TABLE2_THREATS, Quadrant, Threat

_THREATS = [threat.value for threat in TABLE2_THREATS]


@dataclass(frozen=True)
class MemberStates:
    """The member states, as one study places them and reads their statements."""

    data: Data
    place: Placement  #: its window is that of the statements, too
    corpus: str  #: whose statements the study tests
    annotator: str  #: whose codes count
    corpora: Sequence[str]  #: all whose passages are shown, which the annotator has coded

    @cached_property
    def profiles(self) -> dict[str, StateProfile]:
        """What there is of each state, by ``iso3``, in the order of their names."""
        today = members_today(self.data.folder)
        passages, votes = _grouped(self.passages), _grouped(self._votes)
        documents = _grouped(self._documents)
        held, moved = _grouped(self._organisations), _grouped(self._accessions)
        paris = self._table("paris_call", "iso3", "date").set_index("iso3")["date"]
        found = {}
        for iso3, row in zip(map(str, today.index), _rows(today), strict=True):
            found[iso3] = StateProfile(
                iso3,
                row["name"],
                row["region"],
                row["member_from"].year,
                self.standings.get(iso3),
                self.speaking.get(iso3),
                self.stresses.get(iso3),
                {corpus: _held(documents.get(iso3, []), corpus) for corpus in self.corpora},
                passages.get(iso3, []),
                {one["rcid"]: one["vote"] for one in votes.get(iso3, [])},
                {one["organisation"]: one["from"] for one in held.get(iso3, [])},
                [
                    (one["organisation"], f"{one['date']:%Y-%m-%d}", one["event"])
                    for one in moved.get(iso3, [])
                ],
                ("" if pd.isna(paris[iso3]) else f"{paris[iso3]:%Y-%m-%d}") if iso3 in paris.index else None,
            )
        return found

    # Where they stand.

    @cached_property
    def placed(self) -> pd.DataFrame:
        """As `Placement` gives them."""
        return self.place.of(self.data)

    @cached_property
    def standings(self) -> dict[str, Standing]:
        """The place of each placed state, by ``iso3``."""
        scores, regions = self.placed[list(AXES)], self.data.regions
        others = self.place.others(self.data, scores.index)
        lines = _by_name(self.place.thresholds(scores, regions, *others))
        chances: dict[str, Any] = {}
        with suppress(EstimationError):  # an index without a rival
            reliability = self.place.reliability(self.data.panel)
            if all(0 <= value < 1 for value in reliability.values()):
                chances = _by_name(self.place.soften(scores, regions, reliability, *others))
        by_rule = {
            name: placed["quadrant"].to_dict()
            for name, placed in placements_by_rule(self.place, self.data).items()
        }
        pairs, years, points = self._by_indices(), self._by_year(), _points(self.placed)
        return {
            iso3: Standing(
                at,
                lines[iso3],
                {Quadrant(name): chance for name, chance in chances.get(iso3, {}).items()},
                {name: Quadrant(of[iso3]) if iso3 in of else None for name, of in by_rule.items()},
                [Quadrant(of[iso3]) for of in pairs if iso3 in of],
                {year: of[iso3] for year, of in years.items() if iso3 in of},
            )
            for iso3, at in points.items()
        }

    def _by_indices(self) -> list[dict[str, str]]:
        """Quadrants by each pair of indices, that of the study among them, under its rule."""
        scores: dict[str, list[pd.Series[float]]] = {axis: [] for axis in AXES}
        for axis in AXES:
            known = (name for name, index in INDICES.items() if index.axis == axis)
            for name in dict.fromkeys([getattr(self.place, axis), *known]):
                with suppress(EstimationError, UnknownNameError):
                    scores[axis].append(normal_scores(self.data.panel, name, axis, *self._window))
        found: list[dict[str, str]] = []
        for power in scores["power"]:
            for cohesion in scores["cohesion"]:
                with suppress(EstimationError):
                    pair = both([power, cohesion])
                    others = self.place.others(self.data, pair.index)
                    placed = self.place.place(pair, self.data.regions, *others)
                    found.append({str(iso3): str(name) for iso3, name in placed["quadrant"].items()})
        return found

    def _by_year(self) -> dict[int, dict[str, Point]]:
        """Places in each year of the window in which both indices have values."""
        panel = self.data.panel
        scores = (yearly_scores(panel, getattr(self.place, axis), axis, *self._window) for axis in AXES)
        years = [{int(str(year)) for year in each} for each in scores]
        found = {}
        for year in sorted(set.intersection(*years)):
            with suppress(EstimationError):
                found[year] = _points(replace(self.place, first=year, last=year).of(self.data))
        return found

    @property
    def _window(self) -> tuple[int, int]:
        return self.place.first, self.place.last

    # What they said.

    @cached_property
    def passages(self) -> pd.DataFrame:
        """Coded passages of the `corpora`, latest first: codes, document, ``start``, ``end``, ``sha256``, ``gist``.

        A passage without a gist has an empty one.
        """
        coded = self.data.statements.coded(self.annotator)
        places = self.data.statements.passages[["passage_id", "start", "end", "sha256"]]
        own = coded[coded["corpus"].isin(list(self.corpora))].merge(places, on="passage_id")
        gists = self._table("gists", "passage_id", "gist").set_index("passage_id")["gist"]
        own = own.assign(gist=own["passage_id"].map(gists).fillna(""))
        own = own.merge(self.data.statements.documents[["doc_id", "text"]], on="doc_id")
        return own.sort_values(["year", "doc_id", "start"], ascending=[False, True, True])

    @cached_property
    def _documents(self) -> pd.DataFrame:
        every = self.data.statements.documents
        own = every[every["corpus"].isin(list(self.corpora))].set_index("doc_id")
        counted = (
            self.passages.groupby("doc_id")["relevant"].agg(["size", "sum"]).reindex(own.index).fillna(0)
        )
        counts = {"coded": counted["size"].astype(int), "relevant": counted["sum"].astype(int)}
        return own[["iso3", "corpus", "year"]].assign(**counts).sort_values("year")

    @cached_property
    def speaking(self) -> dict[str, Speaking]:
        """Documents and passages of each state in the window (`speech_counts`), by ``iso3``; empty if none was read."""
        if self.corpus not in self.corpora:
            return {}
        counted = speech_counts(self.data.statements, self.corpus, *self._window, self.annotator)
        return {str(row[0]): Speaking(*map(int, row[1:])) for row in counted.itertuples()}

    @cached_property
    def fellows(self) -> dict[Quadrant, list[Speaking]]:
        """`speaking` of the placed states of each quadrant that have a document."""
        found: dict[Quadrant, list[Speaking]] = {quadrant: [] for quadrant in Quadrant}
        for iso3, standing in self.standings.items():
            if iso3 in self.speaking:
                found[standing.at.quadrant].append(self.speaking[iso3])
        return found

    @cached_property
    def stresses(self) -> dict[str, Stress]:
        """What the cell of each placed state names, and the state itself in the window, by ``iso3``."""
        passages = relevant_passages(self.data.statements, self.corpus, *self._window, self.annotator)
        of = passages.groupby("iso3")[_THREATS]
        sizes, shares, counts = of.size().to_dict(), of.mean(), of.sum().to_dict("index")
        beside = _by_name(shares.groupby(self.placed["quadrant"].reindex(shares.index)).mean())
        weights = [_by_name(matrix.weights()) for matrix in (TABLE2, TABLE2_GRADED)]
        return {
            iso3: Stress(
                int(sizes.get(iso3, 0)),
                {
                    threat: max(float(one[standing.at.quadrant][threat]) for one in weights)
                    for threat in TABLE2_THREATS
                },
                {threat: int(counts.get(iso3, {}).get(threat, 0)) for threat in TABLE2_THREATS},
                {Threat(name): share for name, share in beside.get(standing.at.quadrant, {}).items()},
            )
            for iso3, standing in self.standings.items()
        }

    # What they did.

    @cached_property
    def resolutions(self) -> list[dict[str, Any]]:
        """Roll calls on information technology, and contested ones, as rows of the table, by date."""
        every = self.data.votes.resolutions
        chosen = every[(every["ict"] == 1) | (every["contested"] == 1)].sort_values(["date", "resolution"])
        return _rows(chosen)

    @property
    def _votes(self) -> pd.DataFrame:
        votes = self.data.votes.votes
        return votes[votes["rcid"].isin([row["rcid"] for row in self.resolutions])]

    @property
    def _organisations(self) -> pd.DataFrame:
        held = self._table("memberships", "organisation", "iso3", "from", "to", "status")
        return full_members(held, self.place.last).sort_values("organisation")

    @cached_property
    def since(self) -> int:
        """First year of the table of memberships: who is a member in it may have joined before."""
        years = self._table("memberships", "from")["from"]
        return int(years.min()) if len(years) else 0

    @property
    def _accessions(self) -> pd.DataFrame:
        every = self._table("accessions", "organisation", "iso3", "date", "event")
        return every[pd.to_datetime(every["date"]).dt.year <= self.place.last].sort_values("date")

    def _table(self, name: str, *columns: str) -> pd.DataFrame:
        """A table of the folder, without rows where the folder describes none of that name."""
        if name not in Descriptor.load(self.data.folder).tables:
            return pd.DataFrame(columns=list(columns))
        return load(self.data.folder, name)


def members_today(folder: Path) -> pd.DataFrame:
    """The states of a data folder that are members of the United Nations, as `load_states` gives them, by name."""
    every = load_states(folder)
    return every[(every["kind"] == "member") & every["member_to"].isna()].sort_values("name")


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _by_name(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Rows by the name in the index."""
    return dict(zip(map(str, frame.index), _rows(frame), strict=True))


def _grouped(frame: pd.DataFrame) -> dict[Any, list[dict[str, Any]]]:
    """Rows by ``iso3``, in their order."""
    found: dict[Any, list[dict[str, Any]]] = {}
    for row in _rows(frame):
        found.setdefault(row["iso3"], []).append(row)
    return found


def _points(placed: pd.DataFrame) -> dict[str, Point]:
    of = zip(placed.index, placed["power"], placed["cohesion"], placed["quadrant"], strict=True)
    return {
        str(iso3): Point(float(power), float(cohesion), Quadrant(name)) for iso3, power, cohesion, name in of
    }


def _held(documents: list[dict[str, Any]], corpus: str) -> Held:
    own = [row for row in documents if row["corpus"] == corpus]
    years = [row["year"] for row in own if row["relevant"]]
    return Held(len(own), years, sum(row["coded"] for row in own), sum(row["relevant"] for row in own))
