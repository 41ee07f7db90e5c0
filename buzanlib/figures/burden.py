"""Who bears the defence of an alliance, year by year."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from buzanlib.figures.base import QUADRANT_COLOURS, WIDTH, Drawn, style
from buzanlib.figures.marks import INK, PALE, QUIET
from buzanlib.figures.typeset import typeset
from buzanlib.theory.vocabulary import Quadrant

_ALPHA = 0.05


def burden_by_year(years: pd.DataFrame, mark: int) -> Drawn:
    """Draw the correlation of size with spending beyond what is usual for that size.

    Parameters
    ----------
    years : DataFrame
        As `buzanlib.policy.burden.by_year` gives it.
    mark : int
        A year to be marked.

    Returns
    -------
    Drawn
        A point a year, filled where the exact one-sided test finds it above zero at 5 %; below, the number of members
        where it changes.
    """
    colour = QUADRANT_COLOURS[Quadrant.SW]
    sure = years["p"] < _ALPHA
    with style():
        figure = Figure(figsize=(WIDTH, 4.4), layout="constrained")
        axes = figure.subplots()
        axes.axhline(0, color=INK, linewidth=1)
        axes.axvline(mark, color=QUIET, linestyle="--", linewidth=1.2, zorder=0)
        axes.plot(years.index, years["tau"], color=PALE, linewidth=2, zorder=1)
        for chosen, fill, label in ((sure, colour, "p < 0.05"), (~sure, "white", "not")):
            axes.scatter(
                years.index[chosen],
                years.loc[chosen, "tau"],
                s=55,
                facecolor=fill,
                edgecolor=colour,
                linewidth=1.6,
                zorder=2,
                label=label,
            )
        axes.set_ylim(-0.62, 0.62)
        axes.text(mark - 0.3, 0.57, str(mark), ha="right", va="top", color=QUIET)
        axes.text(0.01, 0.99, "larger members spend more", transform=axes.transAxes, ha="left", va="top")
        axes.text(0.01, 0.15, "smaller members spend more", transform=axes.transAxes, ha="left", va="bottom")
        changed = years["n"][years["n"].diff() != 0]
        for year, count in changed.items():
            if year == years.index[0] or year - previous >= 3:
                first = year == years.index[0]
                axes.text(
                    year,
                    -0.6,
                    f"n = {count}" if first else str(count),
                    ha="left" if first else "center",
                    va="bottom",
                    color=QUIET,
                    fontsize=11,
                )
                previous = year
        axes.set(xlabel="year", ylabel="rank correlation with size (τ)")
        axes.legend(loc="upper right")
    ends = [int(years.index[0]), int(years.index[-1])]
    said = " and ".join(f"{typeset(float(years.loc[year, 'tau']), '+.2f')} in {year}" for year in ends)
    spans = {
        f"before {mark}": years.loc[years.index < mark, "tau"],
        f"from {mark} on": years.loc[years.index >= mark, "tau"],
    }
    means = ", ".join(
        f"{typeset(float(part.mean()), '+.2f')} {name}" for name, part in spans.items() if len(part)
    )
    return Drawn(
        figure,
        f"Rank correlation of a member's size with spending beyond what is usual for its size: {said}; on average {means}. "
        f"Above zero at 5 % in {int(sure.sum())} of {len(years)} years"
        + (f", the last of them {int(years.index[sure][-1])}." if sure.any() else "."),
    )
