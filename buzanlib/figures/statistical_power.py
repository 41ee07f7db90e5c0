"""What the tests could have found, by the size of the true effect."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns

from buzanlib.errors import BuzanError
from buzanlib.figures.base import Drawn, Look, new_axes, style
from buzanlib.figures.primitives import INK, QUIET, label_top
from buzanlib.inference.verdicts import POWER

# Line, mark, fill and shade differ; no mark or colour is that of a quadrant.
_LINES: tuple[Look, ...] = (
    {"color": INK, "linestyle": "-", "marker": "v", "markerfacecolor": INK},
    {"color": INK, "linestyle": "--", "marker": "X", "markerfacecolor": "white"},
    {"color": QUIET, "linestyle": "-.", "marker": "P", "markerfacecolor": QUIET},
    {"color": QUIET, "linestyle": ":", "marker": "*", "markerfacecolor": "white"},
)


@style()
def power_curves(curves: pd.DataFrame, sesoi: float) -> Drawn:
    """Draw the share of simulated worlds in which each prediction is found, by the true contrast.

    Parameters
    ----------
    curves : pandas.DataFrame
        Columns ``hypothesis``, ``contrast`` (true corner contrast in log odds), ``power`` (share found) and, where
        known, ``low`` and ``high`` (of its interval); at most four hypotheses.
    sesoi : float
        The smallest effect of interest, in log odds.

    Raises
    ------
    BuzanError
        If there are more than four hypotheses.
    """
    names = [str(name) for name in curves["hypothesis"].unique()]
    if len(names) > len(_LINES):
        raise BuzanError(f"{len(names)} hypotheses in one figure; allowed: at most {len(_LINES)}")
    figure, axes = new_axes(4.8)
    axes.axvline(sesoi, color=QUIET, linestyle="--", linewidth=1, zorder=0)
    axes.axhline(POWER, color=QUIET, linestyle="--", linewidth=1, zorder=0)
    said = []
    for name, look in zip(names, _LINES, strict=False):
        rows = curves[curves["hypothesis"] == name].sort_values("contrast")
        if {"low", "high"} <= set(rows.columns):
            axes.vlines(rows["contrast"], rows["low"], rows["high"], color=look["color"], linewidth=1.2)
        marks: Look = {"linewidth": 2, "markersize": 8, "markeredgecolor": look["color"], **look}
        axes.plot(rows["contrast"], rows["power"], label=name, gid=name, **marks)
        pairs = zip(rows["contrast"], rows["power"], strict=True)
        found = ", ".join(f"{power:.0%} at {contrast:g}" for contrast, power in pairs)
        said.append(f"{name}: {found}; {_reached(rows)}")
    axes.set(
        xlabel="True contrast in log odds", ylabel="Share of worlds in which it is found", ylim=(-0.03, 1.03)
    )
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    label_top(axes, [sesoi], ["smallest effect of interest"])
    sns.despine(ax=axes)
    figure.legend(loc="outside upper center", ncols=len(names), handlelength=3)
    return Drawn(
        figure,
        "Share of simulated worlds in which each prediction is found, by the true contrast in log odds; the smallest "
        f"effect of interest is {sesoi:g}. {'; '.join(said)}.",
    )


def _reached(rows: pd.DataFrame) -> str:
    """Where a curve first reaches the power that is customarily asked for, along the line drawn."""
    contrast, power = rows["contrast"].to_numpy(dtype=float), rows["power"].to_numpy(dtype=float)
    there = np.flatnonzero(power >= POWER)
    if not len(there):
        return f"{POWER:.0%} is not reached"
    if there[0] == 0:
        return f"{POWER:.0%} is reached from the least contrast on"
    around = slice(there[0] - 1, there[0] + 1)
    return f"{POWER:.0%} is reached at {np.interp(POWER, power[around], contrast[around]):.2f}"


def found_at_smallest(curves: pd.DataFrame, sesoi: float) -> str:
    """How often each prediction is found where the true contrast is the smallest of interest."""
    found = {
        str(name): float(np.interp(sesoi, some["contrast"], some["power"]))
        for name, some in curves.sort_values("contrast").groupby("hypothesis")
    }
    least, most = min(found, key=lambda name: found[name]), max(found, key=lambda name: found[name])
    return (
        f"A true contrast of the smallest size of interest ({sesoi:g}) is found in {found[least]:.0%} ({least}) to "
        f"{found[most]:.0%} ({most}) of the simulated worlds."
    )
