"""What the tests could have found, by the size of the true effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns

from buzanlib.errors import BuzanError
from buzanlib.figures.base import QUADRANT_COLOURS, Drawn, new_axes, style
from buzanlib.figures.primitives import INK, QUIET
from buzanlib.inference.verdicts import POWER
from buzanlib.theory.vocabulary import Quadrant

# Line, marker and shade all differ.
_LINES: tuple[dict[str, Any], ...] = (
    {"color": QUADRANT_COLOURS[Quadrant.WW], "linestyle": "-", "marker": "o"},
    {"color": QUADRANT_COLOURS[Quadrant.SW], "linestyle": "--", "marker": "s"},
    {"color": QUADRANT_COLOURS[Quadrant.WS], "linestyle": "-.", "marker": "D"},
    {"color": INK, "linestyle": ":", "marker": "^"},
)


def power_curves(
    curves: pd.DataFrame, sesoi: float = 0.4, target: float = POWER, labels: Mapping[str, str] | None = None
) -> Drawn:
    """Draw the share of simulated worlds in which each prediction is found, by the true contrast.

    Parameters
    ----------
    curves : pandas.DataFrame
        Columns ``hypothesis``, ``contrast`` (true corner contrast in log odds), ``power`` (share found) and, where
        known, ``low`` and ``high`` (of its interval); at most four hypotheses.
    sesoi : float
        The smallest effect of interest, in log odds.
    target : float
        The power that is customarily asked for.
    labels : mapping of str to str, optional
        What to call each hypothesis in the legend; by default its id.


    Raises
    ------
    BuzanError
        If there are more than four hypotheses.
    """
    names = [str(name) for name in curves["hypothesis"].unique()]
    if len(names) > len(_LINES):
        raise BuzanError(f"{len(names)} hypotheses in one figure; allowed: at most {len(_LINES)}")
    each = {name: curves[curves["hypothesis"] == name].sort_values("contrast") for name in names}
    words = {name: (labels or {}).get(name, name) for name in names}
    with style():
        figure, axes = new_axes(4.8)
        axes.axvline(sesoi, color=QUIET, linestyle="--", linewidth=1, zorder=0)
        axes.axhline(target, color=QUIET, linestyle="--", linewidth=1, zorder=0)
        for (name, rows), look in zip(each.items(), _LINES, strict=False):
            if {"low", "high"} <= set(rows.columns):
                axes.vlines(rows["contrast"], rows["low"], rows["high"], color=look["color"], linewidth=1.2)
            axes.plot(
                rows["contrast"],
                rows["power"],
                linewidth=2,
                markersize=7,
                markeredgecolor="white",
                label=words[name],
                gid=name,
                **look,
            )
        axes.set(xlabel="True contrast in log odds", ylabel="Share of worlds in which it is found")
        axes.set_ylim(-0.03, 1.03)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        marked = axes.secondary_xaxis("top")
        marked.set_xticks([sesoi], ["smallest effect of interest"])
        marked.tick_params(length=0)
        sns.despine(ax=axes)
        marked.spines["top"].set_visible(False)
        figure.legend(loc="outside upper center", ncols=2 if labels else len(names), handlelength=3)
    said = "; ".join(
        f"{words[name]}: "
        + ", ".join(
            f"{power:.0%} at {contrast:g}"
            for contrast, power in zip(rows["contrast"], rows["power"], strict=True)
        )
        + f"; {_reached(rows, target)}"
        for name, rows in each.items()
    )
    return Drawn(
        figure,
        "Share of simulated worlds in which each prediction is found, by the true contrast in log odds; the smallest "
        f"effect of interest is {sesoi:g}. {said}.",
    )


def _reached(rows: pd.DataFrame, target: float) -> str:
    """Where a curve first reaches the target, along the line drawn."""
    contrast, power = rows["contrast"].to_numpy(dtype=float), rows["power"].to_numpy(dtype=float)
    there = np.flatnonzero(power >= target)
    if not len(there):
        return f"{target:.0%} is not reached"
    after = int(there[0])
    if after == 0:
        return f"{target:.0%} is reached from the least contrast on"
    share = (target - power[after - 1]) / (power[after] - power[after - 1])
    place = contrast[after - 1] + share * (contrast[after] - contrast[after - 1])
    return f"{target:.0%} is reached at {place:.2f}"
