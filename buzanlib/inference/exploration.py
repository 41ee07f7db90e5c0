"""One setting of all that may be chosen, and what it gives: quadrants, profiles, and the nine effects as locked.

A browser computes the same from `material`: ranks within years, counts of passages, and who borders on whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from buzanlib.inference.contrasts import MINIMUM, POSITION, empirical_logit, factorial
from buzanlib.inference.intervals import TAILS, student_interval
from buzanlib.inference.placed_sample import THREATS, quadrant_codes
from buzanlib.measurement.indices import CARRIED, in_panel, index_of
from buzanlib.measurement.neighbours import BORDER
from buzanlib.measurement.placement import AXES, Placement
from buzanlib.measurement.profiles import relevant_passages, state_counts
from buzanlib.tables.data_folder import Data
from buzanlib.theory.vocabulary import Quadrant, Threat

_COUNTED = ["relevant", *map(str, Threat)]


@dataclass(frozen=True, eq=False)
class Exploration:
    """What one setting gives."""

    placed: pd.DataFrame  #: As `Placement` gives it.
    counts: pd.DataFrame  #: Passages of every state that has a relevant one (`state_counts`), placed or not.

    @property
    def speaking(self) -> pd.DataFrame:
        """`counts` of the states that are placed, with their ``quadrant``, ``p`` and ``k``."""
        return self.counts.join(self.placed[["quadrant", "p", "k"]], how="inner").sort_index()

    @property
    def shares(self) -> pd.DataFrame:
        """Share of a state's relevant passages that carry a threat, mean over the states of a quadrant.

        Shape (threats, quadrants); NaN where no state of a quadrant has a passage.
        """
        speaking = self.speaking
        share = speaking[_COUNTED[1:]].div(speaking["relevant"], axis=0)
        return share.groupby(speaking["quadrant"]).mean().reindex(list(map(str, Quadrant))).T

    @property
    def effects(self) -> pd.DataFrame:
        """Effects of power, cohesion and their product on the threats of Table 2: the locked, simple estimator.

        Means of empirical logits by quadrant, with HC3 errors, or classical ones where a quadrant is too small for
        these; intervals by Student's t.

        Returns
        -------
        DataFrame of float
            Index ``threat`` and ``effect``. Columns ``contrast`` (log odds, strong minus weak, or alike minus unlike),
            ``se``, ``low90``, ``high90``.

        Raises
        ------
        EstimationError
            If a quadrant holds no state with a passage, or there are too few states.
        """
        speaking = self.speaking
        quadrants = quadrant_codes(speaking["p"], speaking["k"])
        enough = np.bincount(quadrants, minlength=len(Quadrant)).min() >= MINIMUM["HC3"]
        logits = empirical_logit(speaking[THREATS].to_numpy(), speaking[["relevant"]].to_numpy())
        fit = factorial(logits, quadrants, "HC3" if enough else "classical")
        contrast, error = 2 * fit.estimates[0, 1:].T.ravel(), 2 * fit.errors[0, 1:].T.ravel()
        low, high = student_interval(contrast, error, len(speaking) - len(Quadrant))
        found = {"contrast": contrast, "se": error, "low90": low, "high90": high}
        return pd.DataFrame(
            found, pd.MultiIndex.from_product([THREATS, list(POSITION)], names=["threat", "effect"])
        )


def explore(data: Data, placement: Placement, corpus: str, annotator: str) -> Exploration:
    """Place the states and count their passages in the same window.

    Raises
    ------
    EstimationError
        If the states cannot be placed.
    UnknownNameError
        If there is no such corpus or annotator.
    """
    passages = relevant_passages(data.statements, corpus, placement.first, placement.last, annotator)
    return Exploration(placement.of(data), state_counts(passages))


def indices_of(data: Data) -> dict[str, list[str]]:
    """Names of the indices of each axis of whose columns the panel has a value."""
    has = ["some" if data.panel[column].notna().any() else "" for column in data.panel]
    return {axis: in_panel([list(map(str, data.panel.columns)), has], axis) for axis in AXES}


def material(data: Data, corpora: Sequence[str], annotators: Iterable[str]) -> dict[str, Any]:
    """All that `explore` is computed from, small enough for a browser; states are named by their place in ``states``.

    Takes names of corpora, and of annotators whose codes may count.

    Returns
    -------
    dict
        ``states``, ``iso3`` of all in the panel, sorted; ``regions``, their regional groups or None; ``ranks`` within
        the year, twice over so that they are whole, 0 for none, by column and year; ``counts`` by annotator and corpus,
        a row a state and year (relevant passages, then those that carry each threat); ``contiguity`` and
        ``great_powers``, rows with first and last year, and the years that each has, ``reach``; ``half``, half the
        width of an interval in errors, by degrees of freedom from one; ``carried`` and ``border``, two constants.
    """
    panel, states = data.panel, pd.Index(sorted(set(data.panel["iso3"])))
    columns = {
        column
        for axis, names in indices_of(data).items()
        for name in names
        for column in index_of(name, axis).columns
    }
    ranks = {column: _ranks(panel, column, states) for column in sorted(columns)}
    pairs, great = data.contiguity, data.great_powers
    spells = {"contiguity": pairs[["iso3", "neighbour", "kind", "first", "last"]], "great_powers": great}
    regions = data.regions.reindex(states).astype(object)
    return {
        "states": list(states),
        "regions": regions.where(regions.notna(), None).tolist(),
        "ranks": ranks,
        "counts": {name: _counts(data, corpora, name, states) for name in annotators},
        **{name: _spells(table, states) for name, table in spells.items()},
        "reach": {
            name: [int(table["first"].min()), int(table["last"].max())]
            for name, table in spells.items()
            if len(table)
        },
        "half": [float(stdtrit(df, TAILS[1])) for df in range(1, len(states) + 1)],
        "carried": CARRIED,
        "border": BORDER,
    }


def _ranks(panel: pd.DataFrame, column: str, states: pd.Index[str]) -> dict[str, list[int]]:
    """Doubled ranks of the states within each year in which one has a value of a column."""
    held = panel[["iso3", "year", column]].dropna()
    doubled = (2 * held.groupby("year")[column].rank()).astype(int)
    by_year = pd.Series(doubled.to_numpy(), pd.MultiIndex.from_frame(held[["iso3", "year"]])).unstack("year")  # noqa: PD010 (a pivot must not aggregate)
    whole = by_year.reindex(states).fillna(0).astype(int)
    return {str(year): whole[year].tolist() for year in whole}


def _counts(
    data: Data, corpora: Iterable[str], annotator: str, states: pd.Index[str]
) -> dict[str, list[list[int]]]:
    """Rows of place of the state, year and counts, by corpus."""
    years = data.statements.documents["year"]
    span = int(years.min()), int(years.max())
    found = {}
    for corpus in corpora:
        passages = relevant_passages(data.statements, corpus, *span, annotator)
        counts = passages[passages["iso3"].isin(states)].groupby(["iso3", "year"])[_COUNTED].sum()
        places = states.get_indexer(pd.Index(counts.index.get_level_values("iso3")))
        rows = np.column_stack([places, counts.index.get_level_values("year"), counts])
        found[corpus] = rows.astype(int).tolist()
    return found


def _spells(table: pd.DataFrame, states: pd.Index[str]) -> list[list[int]]:
    """Rows of a table of states and years, with places in the stead of names, of states of the panel only."""
    named = [name for name in ("iso3", "neighbour") if name in table]
    placed = table.assign(**{name: states.get_indexer(pd.Index(table[name])) for name in named})
    rows: list[list[int]] = placed[(placed[named] >= 0).all(axis=1)].astype(int).to_numpy().tolist()
    return rows
