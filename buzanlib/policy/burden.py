"""Whether the large members of an alliance bear more than their share of its defence, as far as ranks can say.

Olson and Zeckhauser (1966) ask of the share of military expenditure in income whether it rises with income. The tables
hold income in money but expenditure, for its licence, only as a rank within the year. Ranks allow two things: a bound
on the rank correlation that is asked for, and a comparison of members with the states outside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import kendalltau

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.measurement.indices import scores_of_column

BENCHMARKS = ("outsiders", "none")


def members(memberships: pd.DataFrame, organisation: str, year: int) -> list[str]:
    """Full members of an organisation in a year, the year of accession included.

    Parameters
    ----------
    memberships : DataFrame
        As described in ``datapackage.json``.
    organisation : str
        One of that table.
    year : int
        When.

    Returns
    -------
    list of str
        ``iso3``, sorted.

    Raises
    ------
    UnknownNameError
        If there is no such organisation.
    """
    if organisation not in set(memberships["organisation"]):
        raise UnknownNameError("organisation", organisation, sorted(set(memberships["organisation"])))
    held = memberships[
        (memberships["organisation"] == organisation)
        & (memberships["status"] == "full")
        & (memberships["from"] <= year)
        & (memberships["to"].isna() | (memberships["to"] >= year))
    ]
    return sorted(held["iso3"])


def sizes_and_spending(panel: pd.DataFrame, year: int) -> pd.DataFrame:
    """Normal scores of income and of military expenditure among all states that have both.

    Parameters
    ----------
    panel : DataFrame
        As `buzanlib.tables.states.load_panel` gives it.
    year : int
        When.

    Returns
    -------
    DataFrame of float, shape (states, 2)
        Index ``iso3``; columns ``size`` and ``spending``.

    Raises
    ------
    EstimationError
        If no state has expenditure or income in the year.
    """
    columns = {"size": "gdp", "spending": "milex_rank"}
    return pd.DataFrame(
        {name: scores_of_column(panel, column, year, year)[year] for name, column in columns.items()}
    ).dropna()


def excess(scores: pd.DataFrame, inside: list[str], benchmark: str = "outsiders") -> pd.DataFrame:
    """How far members spend beyond what is usual for their size.

    A difference of two ranks falls with size by itself, since who is at the top of one can only be lower in the
    other. Against ``"outsiders"`` it is the distance from the least-squares line of spending on size through the
    states outside.

    Parameters
    ----------
    scores : DataFrame
        As `sizes_and_spending` gives it.
    inside : list of str
        Members; those without scores are passed over.
    benchmark : {"outsiders", "none"}
        The line through the states outside, or the plain difference.

    Returns
    -------
    DataFrame of float, shape (members, 3)
        Index ``iso3``; ``size``, ``spending`` and ``excess``.

    Raises
    ------
    UnknownNameError
        If there is no such benchmark.
    EstimationError
        If fewer than three members or three others have scores.
    """
    if benchmark not in BENCHMARKS:
        raise UnknownNameError("benchmark", benchmark, BENCHMARKS)
    allied = scores.index.isin(inside)
    if min(allied.sum(), (~allied).sum()) < 3:
        raise EstimationError(
            f"{allied.sum()} members and {(~allied).sum()} others have income and expenditure; "
            "allowed: at least 3 of each"
        )
    usual = scores["size"]
    if benchmark == "outsiders":
        slope, level = np.polyfit(scores.loc[~allied, "size"], scores.loc[~allied, "spending"], 1)
        usual = level + slope * usual
    return scores.assign(excess=scores["spending"] - usual)[allied]


@dataclass(frozen=True)
class RankCorrelation:
    """Kendall's rank correlation and its exact one-sided test.

    Attributes
    ----------
    tau : float
        From -1 to 1.
    p : float
        Share of all orders of the one that agree with the other at least as well: all permutations, not a sample.
    n : int
        Pairs of values.
    """

    tau: float
    p: float
    n: int


def exact_kendall(x: pd.Series, y: pd.Series) -> RankCorrelation:
    """Kendall's correlation of two series on the same index, with the exact distribution of its permutations.

    The number of permutations with each number of inversions follows a recursion, so that all of them are counted
    without being listed.

    Raises
    ------
    EstimationError
        Where there are ties, of which the recursion knows nothing, or fewer than three values.
    """
    if len(x) < 3:
        raise EstimationError(f"{len(x)} values; a rank correlation needs at least 3")
    if x.duplicated().any() or y.duplicated().any():
        raise EstimationError("tied values; the exact test of a rank correlation needs distinct ones")
    found = kendalltau(x, y.loc[x.index], method="exact", alternative="greater")
    return RankCorrelation(float(found.statistic), float(found.pvalue), len(x))


def outspent(scores: pd.DataFrame) -> float:
    """Share of pairs in which the smaller state spends more, so that it surely bears the larger share of income.

    All other pairs are open, whence the rank correlation of size with that share cannot exceed one less twice this.

    Parameters
    ----------
    scores : DataFrame
        Columns ``size`` and ``spending``, without ties.
    """
    return (1 - exact_kendall(scores["size"], scores["spending"]).tau) / 2


def by_year(
    panel: pd.DataFrame,
    memberships: pd.DataFrame,
    organisation: str,
    first: int,
    last: int,
    benchmark: str = "outsiders",
) -> pd.DataFrame:
    """Correlation of size with excess spending among the members, year by year.

    Parameters
    ----------
    panel, memberships, organisation
        As in `sizes_and_spending` and `members`.
    first, last : int
        Years, both included; those without expenditure are left out.
    benchmark : str
        As in `excess`.

    Returns
    -------
    DataFrame
        Index ``year``; ``tau``, ``p`` (one-sided: larger members spend more beyond what is usual), ``n``, ``bound``
        (what the correlation of size with the share of income cannot exceed).

    Raises
    ------
    EstimationError
        If no year has data.
    """
    spent = panel.loc[panel["year"].between(first, last)].groupby("year")["milex_rank"].count()
    found = {}
    for year in map(int, spent.index[spent > 0]):
        beyond = excess(sizes_and_spending(panel, year), members(memberships, organisation, year), benchmark)
        test = exact_kendall(beyond["size"], beyond["excess"])
        found[year] = (test.tau, test.p, test.n, 1 - 2 * outspent(beyond))
    if not found:
        raise EstimationError(f"no year of {first}-{last} has military expenditure")
    return pd.DataFrame.from_dict(found, orient="index", columns=["tau", "p", "n", "bound"]).rename_axis(
        "year"
    )


def change_of_excess(
    panel: pd.DataFrame,
    memberships: pd.DataFrame,
    organisation: str,
    before: tuple[int, int],
    after: tuple[int, int],
    benchmark: str = "outsiders",
) -> pd.DataFrame:
    """Mean excess of each member in two spans of years, and how it changed.

    Parameters
    ----------
    panel, memberships, organisation, benchmark
        As in `by_year`.
    before, after : tuple of int
        First and last year of each span.

    Returns
    -------
    DataFrame of float
        Index ``iso3``, the states that were members in every year with data; ``size`` (mean of the first span),
        ``before``, ``after``, ``change``.
    """
    spans = []
    for first, last in (before, after):
        spent = panel.loc[panel["year"].between(first, last)].groupby("year")["milex_rank"].count()
        years = [
            excess(sizes_and_spending(panel, year), members(memberships, organisation, year), benchmark)
            for year in map(int, spent.index[spent > 0])
        ]
        if not years:
            raise EstimationError(f"no year of {first}-{last} has military expenditure")
        whole = sorted(set.intersection(*(set(year.index) for year in years)))
        spans.append(pd.concat([year.loc[whole] for year in years]).groupby(level=0).mean())
    both = spans[0].index.intersection(spans[1].index)
    frame = pd.DataFrame(
        {
            "size": spans[0].loc[both, "size"],
            "before": spans[0].loc[both, "excess"],
            "after": spans[1].loc[both, "excess"],
        }
    )
    return frame.assign(change=frame["after"] - frame["before"])
