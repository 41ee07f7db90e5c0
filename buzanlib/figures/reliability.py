"""How far two readings of the same passages agree."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from buzanlib.figures.base import QUADRANT_COLOURS, WIDTH, Drawn, style
from buzanlib.figures.labels import in_words
from buzanlib.figures.marks import PALE, QUIET
from buzanlib.theory.vocabulary import Quadrant

#: Below the first no conclusion, from the second on reliable (Krippendorff 2019, ch. 12).
TENTATIVE, RELIABLE = 0.667, 0.80

_COEFFICIENTS = {
    "alpha": ("Krippendorff's alpha", "o", QUADRANT_COLOURS[Quadrant.WW], -0.16),
    "ac1": ("Gwet's AC1", "D", QUADRANT_COLOURS[Quadrant.WS], 0.16),
}


def agreement(table: pd.DataFrame) -> Drawn:
    """Draw alpha and AC1 of each variable with their intervals, against the two customary lines.

    Parameters
    ----------
    table : pandas.DataFrame
        As `buzanlib.measurement.reliability.reliability_table` gives it: index the variable;
        columns ``alpha``, ``alpha_low``, ``alpha_high``, ``ac1``, ``ac1_low``, ``ac1_high``.

    Returns
    -------
    Drawn
        The figure, and its text alternative.
    """
    labels = [in_words(str(variable), of="variable") for variable in table.index]
    places = np.arange(len(table))
    with style():
        figure = Figure(figsize=(WIDTH, 1.6 + 0.42 * len(table)), layout="constrained")
        axes = figure.subplots()
        for line in (TENTATIVE, RELIABLE):
            axes.axvline(line, color=QUIET, linestyle="--", linewidth=1, zorder=0)
        for name, (label, marker, colour, shift) in _COEFFICIENTS.items():
            axes.hlines(
                places + shift, table[f"{name}_low"], table[f"{name}_high"], color=colour, linewidth=2
            )
            axes.plot(
                table[name],
                places + shift,
                marker,
                color=colour,
                markersize=6.5,
                label=label,
                gid=name,
                clip_on=False,
            )
        for line in places[:-1]:
            axes.axhline(line + 0.5, color=PALE, linewidth=0.8, zorder=0)
        axes.set_yticks(places, labels)
        axes.tick_params(axis="y", length=0)
        lowest = float(table[["alpha_low", "ac1_low", "alpha", "ac1"]].min().min())
        # Dots, not bars: the axis may start where the values do, but keeps both lines in view.
        axes.set(xlim=(min(0.6, lowest - 0.02), 1.0), ylim=(len(table) - 0.5, -0.5), xlabel="Agreement")
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        lines = axes.secondary_xaxis("top")
        lines.set_xticks([TENTATIVE, RELIABLE], [".667", ".80"])
        lines.tick_params(length=0)
        figure.legend(loc="outside upper center", ncols=2)
        sns.despine(ax=axes, left=True)
        lines.spines["top"].set_visible(False)
    return Drawn(figure, _alt(table, labels))


def _alt(table: pd.DataFrame, labels: list[str]) -> str:
    """Say each alpha, and how many variables reach the lines."""
    reliable, tentative = int((table["alpha"] >= RELIABLE).sum()), int((table["alpha"] >= TENTATIVE).sum())
    values = "; ".join(
        f"{label} {alpha:.2f} and {ac1:.2f}"
        for label, alpha, ac1 in zip(labels, table["alpha"], table["ac1"], strict=True)
    )
    return (
        f"Agreement of the two codings on {len(table)} variables. Alpha reaches {RELIABLE:.2f} for "
        f"{reliable} and {TENTATIVE} for {tentative} of them. Alpha and AC1: {values}."
    )
