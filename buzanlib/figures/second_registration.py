"""The contrasts of the second registration on other years, codes and states."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.ticker import MaxNLocator

from buzanlib.figures.base import Drawn, check_named, new_panels, style
from buzanlib.figures.labels import LABELS
from buzanlib.figures.primitives import INK, PALE, QUIET, dot_intervals, name_rows
from buzanlib.figures.typeset import listed, with_interval

#: Share of the intervals that an axis has room for; one that is longer ends in an arrow at the edge.
SHOWN = 0.93

#: What stands where there is no estimate.
VOID = "not estimable"

#: Characters of a line in the name of a row; and above the panels, of which each has its part.
NAME, TITLES = 24, 45


@style()
def contrasts_by_sample(
    explored: pd.DataFrame, outcomes: Mapping[str, str], right: str = "as predicted"
) -> Drawn:
    """Draw contrasts with their intervals, a row a sample, outcomes side by side.

    Parameters
    ----------
    explored : DataFrame
        Columns ``sample``, ``outcome``, ``contrast``, ``low90``, ``high90``; an outcome may lack a sample, and a row
        without contrast says that it is not estimable.
    outcomes : mapping of str to str
        Those to be drawn, from the left, and what to write above each.
    right : str
        What a contrast above zero says.

    Raises
    ------
    UnknownNameError
        If an outcome is not among those explored.
    """
    check_named("outcome", outcomes, set(explored["outcome"]))
    explored = explored.replace({"sample": LABELS})
    samples = list(dict.fromkeys(explored["sample"]))
    chosen = {
        name: explored[explored["outcome"] == name].set_index("sample").reindex(samples) for name in outcomes
    }
    void = explored[explored["contrast"].isna()].groupby("outcome")["sample"].agg(list).to_dict()
    known = pd.concat(chosen.values())[["contrast", "low90", "high90"]].abs().dropna(subset=["contrast"])
    reach = known[["low90", "high90"]].max(axis=1).dropna()
    limit = 1.0
    if len(reach):
        limit = 1.08 * max(float(np.quantile(reach, SHOWN, method="higher")), known["contrast"].max())
    names = [fill(sample, NAME, break_on_hyphens=False) for sample in samples]
    row = 0.08 + 0.15 * max(name.count("\n") + 1 for name in names)
    figure, panels = new_panels(1.3 + row * len(names), 1, len(outcomes), sharey=True)
    for axes, (name, rows) in zip(panels.ravel(), chosen.items(), strict=True):
        axes.axvline(0, color=QUIET, linewidth=1, zorder=1)
        dot_intervals(axes, rows, range(len(rows)), markersize=6, gid=name)
        for end, edge, mark in (("low90", -limit, "<"), ("high90", limit, ">")):
            cut = np.flatnonzero(rows[end].abs() > limit)
            if len(cut):
                axes.plot([edge] * len(cut), cut, mark, color=INK, markersize=7, clip_on=False)
        for sample in void.get(name, ()):
            at = {"x": 0, "y": samples.index(sample), "ha": "center", "va": "center"}
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
            axes.text(**at, s=VOID, fontsize=10, color=QUIET, bbox=box)
        axes.set_xlim(-limit, limit)
        axes.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
        axes.tick_params(axis="y", length=0)
        axes.set_title(
            fill(outcomes[name], TITLES // len(outcomes), break_long_words=False), loc="left", fontsize=11
        )
        for place in range(len(samples) - 1):
            axes.axhline(place + 0.5, color=PALE, linewidth=0.8, zorder=0)
    name_rows(panels.ravel()[0], names)
    panels.ravel()[0].tick_params(axis="y", labelsize=10)
    sns.despine(figure, left=True)
    figure.supxlabel(f"Contrast in log odds, 90% interval\n(right of zero: {right})", fontsize=11, color=INK)
    said = listed(
        (
            title,
            [
                f"{sample} {with_interval(row['contrast'], row['low90'], row['high90'])}"
                for sample, row in chosen[name].dropna(subset=["contrast"]).iterrows()
            ]
            + [f"{sample} {VOID}" for sample in void.get(name, ())],
        )
        for name, title in outcomes.items()
    )
    return Drawn(figure, f"Contrasts in log odds, with 90% intervals; above zero: {right}. {said}.")
