"""The options of the multiverse: what is counted, and where states stand, under each (``multiverse.json``)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pandas as pd

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.inference.multiverse import Outcome, Position
from buzanlib.measurement.placement import Placement, neighbours_from_tiles
from buzanlib.measurement.profiles import NAMED
from buzanlib.tables.statements import Statements
from buzanlib.theory.vocabulary import TABLE2_THREATS, Corpus, PoliticalKind

_STRICT = (PoliticalKind.REGIME, PoliticalKind.INTERFERENCE)
_NAMED = [threat.value for threat in NAMED]

#: Rule of placement and quantile by threshold; fuzzy membership is around the median.
RULES: dict[str, tuple[str, float]] = {
    "median": ("median", 0.5),
    "tercile": ("quantile", 2 / 3),
    "regional": ("regional", 0.5),
    "neighbour": ("neighbour", 0.5),
    "fuzzy": ("median", 0.5),
}


def years(window: str) -> tuple[int, int]:
    """First and last year of a window such as ``"2011-2024"``."""
    first, _, last = window.partition("-")
    return int(first), int(last)


class Alternatives:
    """Makes outcomes and positions, each once.

    Parameters
    ----------
    statements : Statements
        The coded statements.
    panel : DataFrame
        Indices of power and cohesion.
    regions : Series of str
        Regional group by ``iso3``.
    tiles : DataFrame
        The tile map, from which neighbours are taken.
    """

    def __init__(
        self, statements: Statements, panel: pd.DataFrame, regions: pd.Series[str], tiles: pd.DataFrame
    ) -> None:
        self._statements, self._panel, self._regions = statements, panel, regions
        self._neighbours = neighbours_from_tiles(tiles)
        self._coded = {name: self._relevant(name) for name in statements.codes["annotator"].unique()}
        # Kept on the instance: as many as there are options, not as there are specifications.
        self._outcome = cache(self._make_outcome)
        self._position = cache(self._make_position)

    def outcome(self, record: Mapping[str, str]) -> Outcome | None:
        """What is counted under a specification; None where nothing is.

        Raises
        ------
        UnknownNameError
            If an option is none of those declared.
        """
        keys = ("corpus", "window", "annotator", "terrorism", "political", "denominator")
        return self._outcome(*(record[key] for key in keys))

    def position(self, record: Mapping[str, str]) -> Position | None:
        """Where states stand under a specification; None where an index has no data in the window.

        Raises
        ------
        UnknownNameError
            If an option is none of those declared.
        """
        return self._position(*(record[key] for key in ("power", "cohesion", "threshold", "window")))

    def _relevant(self, annotator: str) -> pd.DataFrame:
        coded = self._statements.coded(annotator)
        return coded[(coded["relevant"] == 1) & (coded["in_paper"] == 0)]

    def _make_outcome(
        self, corpus: str, window: str, annotator: str, terrorism: str, political: str, denominator: str
    ) -> Outcome | None:
        inside = self._in(self._coded[annotator], corpus, window)
        threats = _threats(inside, terrorism, political)
        if denominator == "documents":
            documents = self._in(self._statements.documents, corpus, window)
            n = documents[documents["in_paper"] == 0].groupby("iso3").size()
            y = threats.groupby([inside["iso3"], inside["doc_id"]]).max().groupby("iso3").sum()
        elif denominator in ("relevant", "specific"):
            counted = inside if denominator == "relevant" else inside[inside[_NAMED].any(axis=1)]
            n, y = counted.groupby("iso3").size(), threats.groupby(inside["iso3"]).sum()
        else:
            raise UnknownNameError("denominator", denominator, ("relevant", "specific", "documents"))
        return Outcome(y.reindex(n.index, fill_value=0), n) if len(n) else None

    def _in(self, table: pd.DataFrame, corpus: str, window: str) -> pd.DataFrame:
        """Rows of a corpus and a window."""
        first, last = years(window)
        inside = table["year"].between(first, last)
        if corpus != "both":
            if corpus not in list(Corpus):
                raise UnknownNameError("corpus", corpus, [*Corpus, "both"])
            inside &= table["corpus"] == corpus
        return table[inside]

    def _make_position(self, power: str, cohesion: str, threshold: str, window: str) -> Position | None:
        if threshold not in RULES:
            raise UnknownNameError("threshold", threshold, RULES)
        first, last = years(window)
        rule, quantile = RULES[threshold]
        place = Placement(power, cohesion, first, last, rule, quantile)
        try:
            if threshold != "fuzzy":
                placed = place(self._panel, self._regions, self._neighbours)
                return Position(placed[["p", "k"]].astype(float), hard=True)
            reliability = place.reliability(self._panel)
            fuzzy = place.memberships(self._panel, self._regions, reliability)
        except EstimationError:
            return None
        expected = {"p": fuzzy["SW"] + fuzzy["SS"], "k": fuzzy["WS"] + fuzzy["SS"]}
        return Position(2 * pd.DataFrame(expected) - 1, hard=False)


def _threats(passages: pd.DataFrame, terrorism: str, political: str) -> pd.DataFrame:
    """The threats of Table 2 in each passage, as an option of both mappings has them."""
    narrower: dict[str, pd.Series[bool]] = {
        "any": passages["pol"] == 1,
        "strict": passages["pol_kind"].isin(_STRICT),
        "not_health": passages["pol_kind"] != PoliticalKind.HEALTH,
        "serious": passages["level"] > 0,
    }
    if political not in narrower:
        raise UnknownNameError("political mapping", political, narrower)
    threats = passages[[threat.value for threat in TABLE2_THREATS]] == 1
    threats["pol"] &= narrower[political]
    takers = {"apart": None, "political": "pol", "crime": "cri"}
    if terrorism not in takers:
        raise UnknownNameError("terrorism mapping", terrorism, takers)
    if (taker := takers[terrorism]) is not None:
        threats[taker] |= passages["ter"] == 1
    return threats.astype(int)
