"""Who bears the defence of an alliance, year by year."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from buzanlib.figures.base import QUADRANT_COLOURS, Drawn, new_axes, style
from buzanlib.figures.primitives import INK, PALE, QUIET
from buzanlib.figures.typeset import typeset
from buzanlib.theory.vocabulary import Quadrant

_ALPHA = 0.05
# Years that two numbers of members must be apart to be read.
_APART = 3


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
    when = years.index.to_numpy(dtype=int)
    tau = years["tau"].to_numpy(dtype=float)
    sure = (years["p"] < _ALPHA).to_numpy()
    reach = max(0.6, 1.15 * float(abs(tau).max()))
    with style():
        figure, axes = new_axes(4.4)
        axes.axhline(0, color=INK, linewidth=1)
        axes.axvline(mark, color=QUIET, linestyle="--", linewidth=1.2, zorder=0)
        axes.plot(when, tau, color=PALE, linewidth=2, zorder=1)
        for chosen, fill, label in ((sure, colour, "p < 0.05"), (~sure, "white", "p ≥ 0.05")):
            axes.scatter(
                when[chosen],
                tau[chosen],
                s=55,
                facecolor=fill,
                edgecolor=colour,
                linewidth=1.6,
                zorder=2,
                label=label,
            )
        axes.set(ylim=(-reach, reach), xlabel="year", ylabel="rank correlation with size (τ)")
        axes.text(mark - 0.3, 0.8 * reach, str(mark), ha="right", va="top", color=QUIET)
        axes.text(0.01, 0.99, "larger members spend more", transform=axes.transAxes, ha="left", va="top")
        axes.text(0.01, 0.12, "smaller members spend more", transform=axes.transAxes, ha="left", va="bottom")
        _numbers(axes, years["n"], -reach)
        axes.legend(loc="upper right")
    return Drawn(figure, _alt(when.tolist(), years, sure.tolist(), mark))


def _numbers(axes: Axes, members: pd.Series[int], bottom: float) -> None:
    """Write how many members there are, where that changes and there is room."""
    written: int | None = None
    values = [int(count) for count in members]
    for place, year in enumerate(map(int, members.index.to_numpy())):
        if written is not None and (values[place] == values[place - 1] or year - written < _APART):
            continue
        axes.text(
            year,
            bottom,
            f"n = {values[place]}" if written is None else str(values[place]),
            ha="left" if written is None else "center",
            va="bottom",
            color=QUIET,
            fontsize=11,
        )
        written = year


def _alt(when: list[int], years: pd.DataFrame, sure: list[bool], mark: int) -> str:
    """The ends, the means before and after the mark, and when the test was sure."""
    tau = dict(zip(when, years["tau"].tolist(), strict=True))
    said = " and ".join(f"{typeset(tau[year], '+.2f')} in {year}" for year in (when[0], when[-1]))
    spans = {
        f"before {mark}": [value for year, value in tau.items() if year < mark],
        f"from {mark} on": [value for year, value in tau.items() if year >= mark],
    }
    means = ", ".join(
        f"{typeset(sum(part) / len(part), '+.2f')} {name}" for name, part in spans.items() if part
    )
    found = [year for year, is_sure in zip(when, sure, strict=True) if is_sure]
    return (
        "Rank correlation of a member's size with military spending beyond what is usual for its size: "
        f"{said}; on average {means}. Above zero at 5 % in {len(found)} of {len(when)} years"
        + (f", the last of them {found[-1]}." if found else ".")
    )
