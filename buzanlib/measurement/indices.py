"""The indices by which states are placed, and their normal scores."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Literal

from buzanlib.errors import EstimationError, check_name

if TYPE_CHECKING:
    import pandas as pd  # a study is checked with `in_panel`, and often nothing else is done that needs it


@dataclass(frozen=True)
class Index:
    """An index of power or of socio-political cohesion."""

    #: in ``panel.csv``; of several the normal scores are averaged, in years in which a state has them all
    columns: tuple[str, ...]
    axis: str  #: what it measures, power or cohesion
    label: str
    orientation: Literal[1, -1] = 1  #: 1 where a higher value means stronger


#: Every index that may place a state. None was made from statements, internet policy or censorship, so that a
#: placement cannot already contain what it is to predict.
INDICES: dict[str, Index] = {
    "cinc": Index(("cinc",), "power", "Composite Index of National Capability"),
    "milex": Index(("milex_rank",), "power", "military expenditure"),
    "gdp": Index(("gdp",), "power", "gross domestic product"),
    "sophisticated_gdp": Index(("gdp", "gdp_per_head"), "power", "gross domestic product and GDP per head"),
    "sophisticated_milex": Index(
        ("milex_rank", "gdp_per_head"), "power", "military expenditure and GDP per head"
    ),
    "fsi_cohesion": Index(
        ("fsi_cohesion_rank",), "cohesion", "Fragile States Index: C1, C2, C3 and P1, turned round"
    ),
    "wgi_stability": Index(
        ("wgi_stability",), "cohesion", "Worldwide Governance Indicators: political stability"
    ),
    "sfi_legitimacy": Index(("sfi_legitimacy_rank",), "cohesion", "State Fragility Index: legitimacy"),
    "bti_stateness": Index(
        ("bti_stateness_rank",), "cohesion", "Bertelsmann Transformation Index: stateness"
    ),
    "fractionalization": Index(
        ("fractionalization",), "cohesion", "ethnic fractionalization, turned round", -1
    ),
}


CARRIED = 4
"""Years by which the last values of an index may be older than a window for which they stand in."""


def index_of(name: str, axis: str) -> Index:
    """The index of this name on an axis, ``"power"`` or ``"cohesion"``.

    The name is a key of `INDICES`, or a column that a user has added to the panel, which begins with the axis and an
    underscore. `UnknownNameError` if there is none; names the nearest of that axis.
    """
    if name.startswith(f"{axis}_"):
        return Index((name,), axis, name)
    allowed = [key for key, index in INDICES.items() if index.axis == axis]
    check_name(f"index of {axis}", name, allowed)
    return INDICES[name]


def _columns(headings: Iterable[str], axis: str) -> dict[str, tuple[str, ...]]:
    """Columns of each index of an axis by its name, those of a user's own behind."""
    named = {name: index.columns for name, index in INDICES.items() if index.axis == axis}
    return named | {name: (name,) for name in headings if name.startswith(f"{axis}_")}


def in_panel(rows: Iterable[Sequence[str]], axis: str) -> list[str]:
    """Names of the indices of whose columns a panel has a value; all, where there is not even a row of headings."""
    ahead = iter(rows)
    headings = next(ahead, ())
    named = _columns(headings, axis)
    absent = {column for columns in named.values() for column in columns} - {*headings}
    empty = {
        column: headings.index(column)
        for columns in named.values()
        for column in columns
        if column in headings
    }
    for row in ahead:
        empty = {column: at for column, at in empty.items() if len(row) <= at or not row[at]}
        if not empty:
            break
    lacking = absent | {*empty}
    return [name for name, columns in named.items() if not headings or not lacking & {*columns}]


def rank_correlations(panel: pd.DataFrame, column: str, axis: str) -> pd.DataFrame:
    """Rank correlation of a column of the panel with every other index of its axis, each with more as stronger.

    Spearman's coefficient over the states of each year that have both, three at least; of the years the mean, weighted
    by the number of states.

    Parameters
    ----------
    panel : DataFrame
        Columns ``iso3``, ``year`` and the indices.
    column : str
        Of the panel; more is held to mean stronger.
    axis : {"power", "cohesion"}
        What it measures.

    Returns
    -------
    DataFrame
        Index: name of the other index. Columns ``rho`` (NaN where no year can be compared), ``states`` and ``years``:
        how many were compared.
    """
    import pandas as pd

    found = {}
    for name, (other, *more) in _columns(map(str, panel.columns), axis).items():
        if more or other == column or other not in panel.columns:
            continue  # an index of several columns is compared by each of them
        both = panel.dropna(subset=[column, other])
        ranks = both.groupby("year")[[column, other]].rank()
        each = [
            (years, len(of), of[column].corr(of[other]))
            for years, of in ranks.groupby(both["year"])
            if len(of) >= 3 and of.nunique().min() > 1
        ]
        weight = sum(size for _, size, _ in each)
        rho = sum(size * value for _, size, value in each) / weight if each else math.nan
        compared = both["year"].isin([year for year, _, _ in each])
        sign = index_of(name, axis).orientation
        found[name] = (sign * rho, both.loc[compared, "iso3"].nunique(), len(each))
    return pd.DataFrame.from_dict(found, orient="index", columns=["rho", "states", "years"])


def yearly_scores(panel: pd.DataFrame, name: str, axis: str, first: int, last: int) -> pd.DataFrame:
    """Normal scores of an index within each year of a window, as `scores_of_column`; name and axis as in `index_of`.

    Those of an index of several columns are the means of theirs, NaN where a state lacks one in a year.
    """
    index = index_of(name, axis)
    scores = [scores_of_column(panel, column, first, last) for column in index.columns]
    mean = sum(scores[1:], start=scores[0]) / len(scores)
    return index.orientation * mean.dropna(axis=1, how="all").dropna(how="all")


def values_for(panel: pd.DataFrame, column: str, first: int, last: int) -> pd.DataFrame:
    """Values of a column of the panel that count for a window, and how an index that ends earlier is carried forward.

    Within a window the years that have a value count, so that of an index which ends in it the years until then speak
    for the whole. An index that ends before the window begins stands in with its last year, as if that were the first
    of the window, if it is at most `CARRIED` years older. Nothing is carried backward, and no trend is continued.

    Returns a DataFrame: columns ``iso3``, ``year`` and `column`, no value missing; without rows where none counts.
    """
    held = panel[["iso3", "year", column]].dropna()
    counting = held[held["year"].isin(_years_that_count(held["year"], first, last))]
    return counting.assign(year=counting["year"].clip(lower=first))


def years_for(panel: pd.DataFrame, column: str, first: int, last: int) -> str:
    """Years of the values that count for a window (`values_for`), to be read; a dash where there are none."""
    years = _years_that_count(panel.loc[panel[column].notna(), "year"], first, last)
    if len(years) and years.max() < first:
        return f"{years.max()}, carried forward"
    span = "–" if years.empty else f"{years.min()}"
    return f"{span} to {years.max()}" if years.min() < years.max() else span


def _years_that_count(years: pd.Series[int], first: int, last: int) -> pd.Series[int]:
    """Of the years in which a column has a value those within a window, or else the one that is carried forward."""
    inside, before = years[years.between(first, last)], years[years.between(first - CARRIED, first - 1)]
    return inside if len(inside) else before[before == before.max()]


def scores_of_column(panel: pd.DataFrame, column: str, first: int, last: int) -> pd.DataFrame:
    """Normal scores of a column of the panel within each year of a window.

    The rank `r` of `n` states becomes the standard normal quantile of ``r / (n + 1)`` (van der Waerden
    1952); ties share the mean rank. Any increasing transformation of the column gives the same scores, and
    turning it round turns their signs.

    Parameters
    ----------
    panel : DataFrame
        Columns ``iso3``, ``year`` and `column`.
    column : str
        Of the panel.
    first, last : int
        Years, both included.

    Returns
    -------
    DataFrame of float, shape (states, years)
        Index ``iso3``; NaN where a state has no value in a year; only years in which some state has one, or the first
        with what is carried forward.

    Raises
    ------
    UnknownNameError
        If the panel has no such column.
    EstimationError
        If no state has a value that counts for the window (`values_for`).
    """
    from scipy.special import ndtri

    check_name("column of the panel", column, panel.columns)
    held = values_for(panel, column, first, last)
    if held.empty:
        before = f", nor in the {CARRIED} years before"
        raise EstimationError(f"no state has a value of {column!r} in {first}-{last}{before}")
    by_year = held.groupby("year")[column]
    held["score"] = ndtri(by_year.rank() / (by_year.transform("size") + 1))
    return held.set_index(["iso3", "year"])["score"].unstack("year")  # noqa: PD010 (a pivot must not aggregate)


def normal_scores(panel: pd.DataFrame, name: str, axis: str, first: int, last: int) -> pd.Series[float]:
    """Mean of `yearly_scores` over the years in which a state has the index, by ``iso3``."""
    return yearly_scores(panel, name, axis, first, last).mean(axis=1).rename(axis)


def states_by_index(panel: pd.DataFrame, first: int, last: int, more: dict[str, str]) -> pd.DataFrame:
    """How many states each of `INDICES`, and of `more` by axis and name, can place in a window, to be read.

    Returns a DataFrame: index ``index``; ``axis``, ``what it is``, ``states`` that have all its columns in a year, and
    ``years`` of the values that count (`values_for`).
    """
    import pandas as pd

    known = INDICES | {name: index_of(name, axis) for axis, name in more.items()}
    rows = {}
    for name, index in known.items():
        held = [
            values_for(panel, column, first, last).set_index(["iso3", "year"]).index
            for column in index.columns
        ]
        both = reduce(lambda one, other: one.intersection(other), held)
        years = ", ".join(dict.fromkeys(years_for(panel, column, first, last) for column in index.columns))
        rows[name] = index.axis, index.label, both.get_level_values("iso3").nunique(), years
    frame = pd.DataFrame.from_dict(rows, "index", columns=["axis", "what it is", "states", "years"])
    return frame.rename_axis("index")
