"""How large a shock to cohesion must be to carry states to the other side of the matrix."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from buzanlib.figures.base import QUADRANT_COLOURS, WIDTH, Drawn, style
from buzanlib.figures.primitives import QUADRANT_MARKERS, QUIET
from buzanlib.figures.typeset import typeset
from buzanlib.theory.vocabulary import Quadrant

_PANELS = (("de-stabilising event:\ncohesion falls", -1, 1), ("rally:\ncohesion rises", 1, -1))
_LINES = ("--", ":")


def shock_curves(crossed: pd.DataFrame, observed: Mapping[str, tuple[float, float]]) -> Drawn:
    """Draw the mean probability to stand on the other side of cohesion by the size of a shock.

    Parameters
    ----------
    crossed : DataFrame of float, shape (sizes, 4)
        As `buzanlib.policy.shocks.CohesionShocks.crossed` gives it: index the shift, from below to above zero.
    observed : mapping of str to (float, float)
        By name, how large a fall (negative) and a rise have been; at most two, drawn as lines.

    Returns
    -------
    Drawn
        At the left strongly cohesive states when cohesion falls, at the right weakly cohesive ones when it rises.
    """
    sizes = crossed.index.to_numpy(dtype=float)
    parts = []
    handles: dict[str, Artist] = {}
    with style():
        figure = Figure(figsize=(WIDTH, 4.4), layout="constrained")
        for axes, (title, sign, side) in zip(figure.subplots(1, 2, sharey=True), _PANELS, strict=True):
            chosen = np.flatnonzero(sizes * sign >= 0)[::sign]
            shocks = sizes[chosen] * sign
            for quadrant in Quadrant:
                if quadrant.cohesion != side:
                    continue
                chance = crossed[str(quadrant)].to_numpy(dtype=float)[chosen]
                (handles[quadrant.value],) = axes.plot(
                    shocks,
                    chance,
                    color=QUADRANT_COLOURS[quadrant],
                    linewidth=2.5,
                    marker=QUADRANT_MARKERS[quadrant],
                    markevery=max(1, len(chosen) // 5),
                    markersize=7,
                )
                parts.append(
                    f"{quadrant.label}: {typeset(float(chance[0]), '.0%')} without a shock, "
                    f"{typeset(float(chance[-1]), '.0%')} at {typeset(float(shocks[-1] * sign), '+.1f')}"
                )
            for (name, ends), line in zip(observed.items(), _LINES, strict=False):
                size = abs(ends[0] if sign < 0 else ends[1])
                handles[name] = axes.axvline(size, color=QUIET, linestyle=line, linewidth=1.4)
            axes.set_title(title)
            axes.set(xlim=(0, shocks.max()), ylim=(0, 1.02), xlabel="size of the shock")
        figure.axes[0].set_ylabel("mean probability to stand\non the other side")
        order = [*(str(quadrant) for quadrant in Quadrant), *observed]
        figure.legend(
            handles=[handles[name] for name in order], labels=order, loc="outside lower center", ncols=2
        )
    seen = "; ".join(
        f"{name}: {typeset(ends[0], '+.2f')} and {typeset(ends[1], '+.2f')}"
        for name, ends in observed.items()
    )
    return Drawn(
        figure,
        "Mean probability that states stand on the other side of cohesion after a shock, in normal scores. "
        f"{'; '.join(parts)}. Falls and rises that have been seen: {seen}.",
    )
