"""How far two readings of the same passages agree."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from buzanlib.figures.base import QUADRANT_COLOURS, Drawn, new_axes, style
from buzanlib.figures.labels import in_words
from buzanlib.figures.primitives import QUIET, dot_intervals, name_rows
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
    """
    labels = [in_words(str(variable), of="variable") for variable in table.index]
    with style():
        figure, axes = new_axes(1.6 + 0.42 * len(table))
        for line in (TENTATIVE, RELIABLE):
            axes.axvline(line, color=QUIET, linestyle="--", linewidth=1, zorder=0)
        for name, (label, marker, colour, shift) in _COEFFICIENTS.items():
            dot_intervals(
                axes,
                table,
                np.arange(len(table)) + shift,
                name,
                (f"{name}_low", f"{name}_high"),
                line={"color": colour},
                marker=marker,
                color=colour,
                markersize=6.5,
                label=label,
                gid=name,
                clip_on=False,
            )
        name_rows(axes, labels, ruled=True)
        lowest = float(table[["alpha_low", "ac1_low", "alpha", "ac1"]].min().min())
        # Dots, not bars: the axis may start where the values do, but keeps both lines in view.
        axes.set(xlim=(min(0.6, lowest - 0.02), 1.0), xlabel="Agreement")
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        lines = axes.secondary_xaxis("top")
        lines.set_xticks([TENTATIVE, RELIABLE], [".667", ".80"])
        lines.tick_params(length=0)
        figure.legend(loc="outside upper center", ncols=2)
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
