"""The options of the multiverse: what is counted, and where states stand, under each (``multiverse.json``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.errors import EstimationError, UnknownNameError, check_name
from buzanlib.inference.multiverse import Outcome, Position
from buzanlib.inference.placed_sample import THREATS, Codes
from buzanlib.inference.soft_axes import Positions
from buzanlib.measurement.indices import normal_scores
from buzanlib.measurement.neighbours import neighbours_from_tiles
from buzanlib.measurement.placement import Placement, both, parallel_forms
from buzanlib.measurement.profiles import NAMED
from buzanlib.tables.data_folder import Data
from buzanlib.tables.descriptor import load
from buzanlib.theory.vocabulary import STRICTLY_POLITICAL, Corpus, PoliticalKind

Flags = npt.NDArray[np.bool_]

_NAMED = [threat.value for threat in NAMED]

#: Rules of power and of cohesion, and their quantiles, by threshold; soft positions are taken from the median.
RULES: dict[str, tuple[str, str, float, float]] = {
    "median": ("median", "median", 0.5, 0.5),
    "tercile": ("quantile", "quantile", 2 / 3, 2 / 3),
    "regional": ("regional", "regional", 0.5, 0.5),
    "neighbour": ("neighbour", "neighbour", 0.5, 0.5),
    "fuzzy": ("median", "median", 0.5, 0.5),
    "power80": ("quantile", "median", 0.8, 0.5),
    "contiguous": ("neighbour", "neighbour", 0.5, 0.5),
    "great_powers": ("great_powers", "median", 0.5, 0.5),
    "continuous": ("median", "median", 0.5, 0.5),
}


#: What amendment 10 added to the declaration, by choice.
ADDED: Mapping[str, tuple[str, ...]] = {
    "power": ("sophisticated_gdp", "sophisticated_milex"),
    "threshold": ("power80", "contiguous", "great_powers", "continuous"),
}


def with_added(table: pd.DataFrame) -> pd.Series[bool]:
    """Whether each specification, a row with the choices in columns, has an option that was `ADDED`."""
    return pd.DataFrame({axis: table[axis].isin(options) for axis, options in ADDED.items()}).any(axis=1)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Of documents or passages: place of the state and of the document, corpus and year."""

    state: Codes
    document: Codes
    corpus: np.ndarray
    year: np.ndarray

    @classmethod
    def of(cls, table: pd.DataFrame, states: pd.Index[str], documents: pd.Series[str]) -> _Rows:
        return cls(
            states.get_indexer(pd.Index(table["iso3"])),
            pd.Index(documents).get_indexer(pd.Index(table["doc_id"])),
            table["corpus"].to_numpy(dtype=object),
            table["year"].to_numpy(dtype=int),
        )

    def inside(self, corpus: str, window: str) -> Flags:
        """Rows of a corpus and a window."""
        known = [*Corpus, *sorted({*self.corpus} - {*Corpus}), "both"]
        check_name("corpus", corpus, known)
        first, last = years(window)
        within = (first <= self.year) & (self.year <= last)
        return within if corpus == "both" else within & (self.corpus == corpus)


def years(window: str) -> tuple[int, int]:
    """First and last year of a window such as ``"2011-2024"``."""
    first, _, last = window.partition("-")
    return int(first), int(last)


class Alternatives:
    """Makes outcomes and positions, each once, from the tables of a data folder.

    The neighbours of the threshold ``neighbour`` are taken from the tile map, those of others from borders.
    """

    def __init__(self, data: Data) -> None:
        self._data, statements = data, data.statements
        self._near_tiles = neighbours_from_tiles(load(data.folder, "tiles"))
        documents = statements.documents[statements.documents["in_paper"] == 0].reset_index(drop=True)
        self._states = pd.Index(sorted(set(documents["iso3"])), name="iso3", dtype="str")
        self._documents = _Rows.of(documents, self._states, documents["doc_id"])
        self._coded = {}
        for annotator in statements.codes["annotator"].unique():
            coded = statements.coded(annotator)
            coded = coded[(coded["relevant"] == 1) & (coded["in_paper"] == 0)]
            self._coded[annotator] = coded, _Rows.of(coded, self._states, documents["doc_id"])
        self._outcome, self._position = cache(self._make_outcome), cache(self._make_position)
        self._threats, self._one = cache(self._make_threats), cache(self._make_one)

    def outcome(self, record: Mapping[str, str]) -> Outcome | None:
        """What is counted under a specification; None where nothing is counted."""
        keys = ("corpus", "window", "annotator", "terrorism", "political", "denominator")
        return self._outcome(*(record[key] for key in keys))

    def position(self, record: Mapping[str, str]) -> Position | None:
        """Where states stand under a specification; None where an index has no data, or a state no neighbour."""
        return self._position(*(record[key] for key in ("power", "cohesion", "threshold", "window")))

    def _make_outcome(
        self, corpus: str, window: str, annotator: str, terrorism: str, political: str, denominator: str
    ) -> Outcome | None:
        threats, specific = self._threats(annotator, terrorism, political)
        rows = self._coded[annotator][1]
        inside = rows.inside(corpus, window)
        state, threats = rows.state[inside], threats[inside]
        if denominator == "documents":
            n = self._by_state(self._documents.state[self._documents.inside(corpus, window)])
            # A document counts once for a threat, however many of its passages carry it.
            document, size = rows.document[inside], len(self._documents.state)
            named = [np.bincount(document, column, size) > 0 for column in threats.T]
            y = [self._by_state(self._documents.state, column) for column in named]
        elif denominator in ("relevant", "specific"):
            n = self._by_state(state, specific[inside] if denominator == "specific" else None)
            y = [self._by_state(state, column) for column in threats.T]
        else:
            raise UnknownNameError("denominator", denominator, ("relevant", "specific", "documents"))
        some = n > 0
        if not some.any():
            return None
        counts = pd.DataFrame(np.column_stack(y)[some], self._states[some], THREATS)
        return Outcome(counts, pd.Series(n[some], counts.index))

    def _by_state(self, state: Codes, holds: Flags | None = None) -> Codes:
        """Number of rows of each state, or of those that hold."""
        return np.bincount(state, holds, len(self._states)).astype(np.intp)

    def _make_threats(self, annotator: str, terrorism: str, political: str) -> tuple[Flags, Flags]:
        """Whether each passage carries each threat of Table 2, and any threat that is named."""
        passages = self._coded[annotator][0]
        named = np.asarray((passages[_NAMED] == 1).any(axis=1), dtype=bool)
        return _threats(passages, terrorism, political).to_numpy(), named

    def _make_position(self, power: str, cohesion: str, threshold: str, window: str) -> Position | None:
        check_name("threshold", threshold, RULES)
        first, last = years(window)
        place = Placement(power, cohesion, first, last, *RULES[threshold])
        try:
            made = [self._one("power", power, window), self._one("cohesion", cohesion, window)]
            scores = both(one for one, _ in made)
            given = scores, self._data.regions
            if threshold == "fuzzy":
                reliability = {str(one.name): reliable for one, reliable in made}
                return Position(Positions.fuzzy(place.soften(*given, reliability)).axes, hard=False)
            if threshold == "continuous":
                return Position(
                    Positions.continuous(scores, place.thresholds(*given)).axes, hard=False, continuous=True
                )
            borders = (
                (self._near_tiles,) if threshold == "neighbour" else place.others(self._data, scores.index)
            )
            placed = place.place(*given, *borders)
        except EstimationError:  # an index without data in the window, or a state without a placed neighbour
            return None
        return Position(placed[["p", "k"]].astype(float), hard=True)

    def _make_one(self, axis: str, index: str, window: str) -> tuple[pd.Series[float], float]:
        """Scores and reliability of one index."""
        where = self._data.panel, index, axis, *years(window)
        return normal_scores(*where), parallel_forms(*where)


def _threats(passages: pd.DataFrame, terrorism: str, political: str) -> pd.DataFrame:
    """The threats of Table 2 in each passage, as an option of both mappings has them."""
    narrower: dict[str, pd.Series[bool]] = {
        "any": passages["pol"] == 1,
        "strict": passages["pol_kind"].isin(STRICTLY_POLITICAL),
        "not_health": passages["pol_kind"] != PoliticalKind.HEALTH,
        "serious": passages["level"] > 0,
    }
    takers = {"apart": None, "political": "pol", "crime": "cri"}
    check_name("political mapping", political, narrower)
    check_name("terrorism mapping", terrorism, takers)
    threats = passages[THREATS] == 1
    threats["pol"] &= narrower[political]
    if (taker := takers[terrorism]) is not None:
        threats[taker] |= passages["ter"] == 1
    return threats
