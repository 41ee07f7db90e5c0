"""The contrasts of the second registration on other years, codes and states."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import pandas as pd
import seaborn as sns
from matplotlib.ticker import MaxNLocator

from buzanlib.figures.base import Drawn, check_named, new_panels, style
from buzanlib.figures.primitives import INK, PALE, QUIET, dot_intervals, name_rows
from buzanlib.figures.typeset import listed, with_interval

#: Log odds that an axis shows on either side of zero at most; a longer interval runs out of the picture.
WIDEST = 4.0

#: Characters of a line in the name of a row; and above the panels, of which each has its part.
NAME, TITLES = 24, 36


@style()
def contrasts_by_sample(explored: pd.DataFrame, outcomes: Mapping[str, str]) -> Drawn:
    """Draw contrasts with their intervals, a row a sample, outcomes side by side.

    Parameters
    ----------
    explored : DataFrame
        Columns ``sample``, ``outcome``, ``contrast``, ``low90``, ``high90``.
    outcomes : mapping of str to str
        Those to be drawn, from the left, and what to write above each.

    Raises
    ------
    UnknownNameError
        If an outcome is not among those explored.
    """
    check_named("outcome", outcomes, set(explored["outcome"]))
    samples = list(dict.fromkeys(explored["sample"]))
    chosen = {
        name: explored[explored["outcome"] == name].set_index("sample").loc[samples] for name in outcomes
    }
    reach = max(float(rows[["low90", "high90"]].abs().to_numpy().max()) for rows in chosen.values())
    limit = min(WIDEST, 1.08 * reach)
    figure, panels = new_panels(1.2 + 0.35 * len(samples), 1, len(outcomes), sharey=True)
    for axes, (name, rows) in zip(panels.ravel(), chosen.items(), strict=True):
        axes.axvline(0, color=QUIET, linewidth=1, zorder=1)
        dot_intervals(axes, rows, range(len(rows)), markersize=6, gid=name)
        axes.set_xlim(-limit, limit)
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.set_title(fill(outcomes[name], TITLES // len(outcomes)), loc="left", fontsize=11)
        axes.tick_params(axis="y", length=0)
        for row in range(len(samples) - 1):
            axes.axhline(row + 0.5, color=PALE, linewidth=0.8, zorder=0)
    name_rows(panels.ravel()[0], [fill(sample, NAME) for sample in samples])
    sns.despine(figure, left=True)
    figure.supxlabel(
        "Contrast in log odds, 90% interval (right of zero: as predicted)", fontsize=11, color=INK
    )
    said = listed(
        (
            title,
            [
                f"{sample} {with_interval(row['contrast'], row['low90'], row['high90'])}"
                for sample, row in chosen[name].iterrows()
            ],
        )
        for name, title in outcomes.items()
    )
    return Drawn(figure, f"Contrasts in log odds in the predicted direction, with 90% intervals. {said}.")
