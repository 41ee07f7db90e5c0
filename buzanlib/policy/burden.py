"""Whether the large members of an alliance bear more than their share of its defence, as far as ranks can say.

Olson and Zeckhauser (1966) ask whether the share of military expenditure in income rises with income. The tables hold
income in money but expenditure, for its licence, only as a rank within the year. Ranks allow two things: a bound on
that rank correlation, and a comparison of members with the states outside. Where data do not suffice (no state or year
with both, fewer than three members or others, ties) an `EstimationError` is raised; an `UnknownNameError` for a name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import kendalltau

from buzanlib.errors import EstimationError, UnknownNameError, check_name
from buzanlib.measurement.indices import scores_of_column
from buzanlib.measurement.profiles import full_members

_BENCHMARKS = ("outsiders", "none")


def members(memberships: pd.DataFrame, organisation: str, year: int) -> list[str]:
    """``iso3`` of the full members of an organisation in a year, sorted; from the table ``memberships.csv``."""
    if organisation not in set(memberships["organisation"]):
        raise UnknownNameError("organisation", organisation, sorted(set(memberships["organisation"])))
    full = full_members(memberships, year)
    return sorted(full.loc[full["organisation"] == organisation, "iso3"])


def sizes_and_spending(panel: pd.DataFrame, year: int) -> pd.DataFrame:
    """Normal scores of income and of military expenditure among all states that have both.

    Returns a DataFrame of float, shape (states, 2): index ``iso3``; columns ``size`` and ``spending``.
    """
    size, spending = (scores_of_column(panel, column, year, year)[year] for column in ("gdp", "milex_rank"))
    return pd.DataFrame({"size": size, "spending": spending}).dropna()


def excess(scores: pd.DataFrame, inside: list[str], benchmark: str = "outsiders") -> pd.DataFrame:
    """How far members spend beyond what is usual for their size.

    A difference of two ranks falls with size by itself, since who is at the top of one can only be lower in the
    other. With ``"outsiders"`` the excess is the distance from the least-squares line of spending on size through the
    states outside, with ``"none"`` the plain difference. Adds it as ``excess`` to the `sizes_and_spending` of members.
    """
    check_name("benchmark", benchmark, _BENCHMARKS)
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


class RankCorrelation(NamedTuple):
    """Kendall's rank correlation `tau` of `n` pairs of values and its exact one-sided `p` by permutation."""

    tau: float
    p: float
    n: int


def exact_kendall(x: pd.Series, y: pd.Series) -> RankCorrelation:
    """Kendall's correlation of two series on the same index, with the exact distribution of its permutations."""
    if len(x) < 3:
        raise EstimationError(f"{len(x)} values; a rank correlation needs at least 3")
    if x.duplicated().any() or y.duplicated().any():
        raise EstimationError("tied values; the exact test of a rank correlation needs distinct ones")
    found = kendalltau(x, y.loc[x.index], method="exact", alternative="greater")
    return RankCorrelation(float(found.statistic), float(found.pvalue), len(x))


def share_bound(scores: pd.DataFrame) -> float:
    """The largest rank correlation that size and the share of income spent can have, given `sizes_and_spending`.

    Where the smaller of two states spends more it surely bears the larger share; all other pairs are open. No ties.
    """
    outspent = (1 - exact_kendall(scores["size"], scores["spending"]).tau) / 2
    return 1 - 2 * outspent


def _who(tau: float) -> str:
    """Which members have more of something whose rank correlation with size is `tau`."""
    return "larger" if tau > 0 else "smaller"


@dataclass(frozen=True, eq=False)
class Burden:
    """Excess spending of the members of one organisation, year by year."""

    panel: pd.DataFrame
    memberships: pd.DataFrame
    organisation: str = "NATO"
    benchmark: str = "outsiders"

    def excess(self, year: int) -> pd.DataFrame:
        """`excess` of the members in a year."""
        inside = members(self.memberships, self.organisation, year)
        return excess(sizes_and_spending(self.panel, year), inside, self.benchmark)

    @cached_property
    def by_year(self) -> pd.DataFrame:
        """Correlation of size with excess spending among the members, in every year with military expenditure.

        Index ``year``; ``tau``, ``p`` (one-sided: larger members spend more beyond what is usual), ``n``, and
        ``bound`` (`share_bound`).
        """
        rows = {}
        for year in self._years(int(self.panel["year"].min()), int(self.panel["year"].max())):
            scores = self.excess(year)
            rows[year] = (*exact_kendall(scores["size"], scores["excess"]), share_bound(scores))
        columns = ["tau", "p", "n", "bound"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("year")

    def change(self, before: tuple[int, int], after: tuple[int, int]) -> pd.DataFrame:
        """Mean excess of each member in two spans of years, each from its first to its last, and how it changed.

        Returns a DataFrame of float: index ``iso3``, the states that were members in every year with data; ``size``
        (mean of the first span), ``before``, ``after``, ``change``.
        """
        spans = []
        for first, last in (before, after):
            years = [self.excess(year) for year in self._years(first, last)]
            whole = sorted(set.intersection(*(set(year.index) for year in years)))
            spans.append(pd.concat([year.loc[whole] for year in years]).groupby(level=0).mean())
        one, other = spans
        table = pd.DataFrame(
            {"size": one["size"], "before": one["excess"], "after": other["excess"]}
        ).dropna()
        return table.assign(change=table["after"] - table["before"])

    def values(self, mark: int, span: int, regions: pd.Series[str]) -> dict[str, float | str]:
        """The numbers and words of the chapter, by key: ends of the series, and the change around a year (`mark`).

        As many years as `span` are compared before it, and after it; `regions` are the regional groups by ``iso3``.
        """
        years = self.by_year
        first, last = years.iloc[0], years.iloc[-1]
        plain = replace(self, benchmark="none")
        end = self.excess(int(years.index[-1]))
        change = self.change((mark - span, mark - 1), (mark + 1, mark + span))
        group = regions.reindex(change.index)
        east, west = (change[group == name] for name in ("Eastern European", "Western European and Other"))
        tests = {
            name: exact_kendall(-part["size"], part["change"])
            for name, part in (("", change), ("east.", east), ("west.", west))
        }
        return {
            "burden.bound.low": years["bound"].min(),
            "burden.bound.high": years["bound"].max(),
            "burden.mark": mark,
            "burden.span": span,
            "burden.first_year": int(years.index[0]),
            "burden.first.tau": first["tau"],
            "burden.first.p": first["p"],
            "burden.first.n": int(first["n"]),
            "burden.before_year": mark - 1,
            "burden.before.tau": years.loc[mark - 1, "tau"],
            "burden.last_year": int(years.index[-1]),
            "burden.last.tau": last["tau"],
            "burden.first.who": _who(first["tau"]),
            "burden.last.who": _who(last["tau"]),
            "change.who": _who(-tests[""].tau),
            "burden.last.p_reverse": exact_kendall(-end["size"], end["excess"]).p,
            "burden.plain.first": plain.by_year["tau"].iloc[0],
            "burden.plain.last": plain.by_year["tau"].iloc[-1],
            **{f"change.{name}{key}": x for name, test in tests.items() for key, x in test._asdict().items()},
            "change.east.mean": east["change"].mean(),
            "change.west.mean": west["change"].mean(),
        }

    def _years(self, first: int, last: int) -> list[int]:
        """Years of a span in which some state has military expenditure."""
        spent = self.panel.loc[self.panel["year"].between(first, last)].groupby("year")["milex_rank"].count()
        years = [int(year) for year in spent.index[spent > 0]]
        if not years:
            raise EstimationError(f"no year of {first}-{last} has military expenditure")
        return years
