"""The quadrants of states at several points in time, and the flows between them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle

from buzanlib.figures.base import QUADRANT_COLOURS, WIDTH, Drawn, style
from buzanlib.figures.change import ribbon, stacked
from buzanlib.figures.marks import INK, ink_on
from buzanlib.theory.vocabulary import Quadrant

# Room between quadrants, as a share of all states; half the width of a bar, the bars standing a unit apart.
_GAP, _BAR = 0.06, 0.13
# A bar of fewer states, as a share of all, has no room for their number.
_ROOM = 0.03


def alluvial(standing: pd.DataFrame) -> Drawn:
    """Draw bars of quadrants at each point in time, and between them who stays, pale, and who moves.

    Parameters
    ----------
    standing : DataFrame of str, shape (states, times)
        Quadrants, as `buzanlib.policy.movement.standing_in` gives them; two times or more.

    Returns
    -------
    Drawn
        The figure, and its text alternative. A flow has the colour of the quadrant that it leaves.
    """
    names = [str(quadrant) for quadrant in Quadrant]
    times = list(standing.columns)
    steps = [
        pd.crosstab(standing[one], standing[two]).reindex(index=names, columns=names, fill_value=0).to_numpy()
        for one, two in zip(times[:-1], times[1:], strict=True)
    ]
    gap = _GAP * len(standing)
    with style():
        figure = Figure(figsize=(WIDTH, 6.0), layout="constrained")
        axes = figure.subplots()
        height = len(standing) + gap * (len(names) - 1)
        # A little room at the edges, or the frames of the outer bars would be cut.
        axes.set(xlim=(-1.1 * _BAR, len(steps) + 1.1 * _BAR), ylim=(1.005 * height, -0.005 * height))
        axes.set_xticks(range(len(times)), [str(time) for time in times], fontweight="bold", fontsize=12)
        axes.tick_params(length=0)
        axes.xaxis.tick_top()
        for spine in axes.spines.values():
            spine.set_visible(False)
        for place, counts in enumerate(steps):
            starts, ends = stacked(counts, gap), stacked(counts.T, gap).T
            for row, column in zip(*np.nonzero(counts), strict=True):
                stays = row == column
                band = ribbon(
                    starts[row, column],
                    ends[row, column],
                    counts[row, column],
                    place + _BAR,
                    place + 1 - _BAR,
                )
                axes.add_patch(
                    PathPatch(
                        band,
                        facecolor=QUADRANT_COLOURS[Quadrant(names[row])],
                        alpha=0.25 if stays else 0.9,
                        linewidth=0,
                        zorder=1 if stays else 2,
                        gid=f"{place} {names[row]}-{names[column]}",
                    )
                )
        for place, time in enumerate(times):
            sizes = standing[time].value_counts().reindex(names, fill_value=0).to_numpy()
            tops = sizes.cumsum() - sizes + gap * np.arange(len(names))
            for name, size, top in zip(names, sizes, tops, strict=True):
                colour = QUADRANT_COLOURS[Quadrant(name)]
                axes.add_patch(
                    Rectangle(
                        (place - _BAR, top),
                        2 * _BAR,
                        size,
                        facecolor=colour,
                        edgecolor=INK,
                        gid=f"{name} {place}",
                    )
                )
                if size >= _ROOM * len(standing):
                    axes.text(
                        place,
                        top + size / 2,
                        str(size),
                        ha="center",
                        va="center",
                        color=ink_on(colour),
                        zorder=3,
                    )
            if place == 0:
                middles = tops + sizes / 2
        axes.set_yticks(middles, [Quadrant(name).label.replace(", ", ",\n") for name in names])
    return Drawn(figure, _alt(standing, steps))


def _alt(standing: pd.DataFrame, steps: list[np.ndarray]) -> str:
    """Sizes at the ends, and how many move in each step."""
    times = list(standing.columns)
    first, last = (standing[time].value_counts() for time in (times[0], times[-1]))
    sizes = "; ".join(f"{q.label}: {first.get(str(q), 0)}, then {last.get(str(q), 0)}" for q in Quadrant)
    moved = "; ".join(
        f"{one} to {two}: {counts.sum() - np.trace(counts)}"
        for one, two, counts in zip(times[:-1], times[1:], steps, strict=True)
    )
    ended = int((standing[times[0]] != standing[times[-1]]).sum())
    return (
        f"Quadrants of {len(standing)} states at {len(times)} points in time. States in another quadrant than at the point "
        f"before: {moved}. From first to last {ended} differ. Numbers of states in {times[0]} and {times[-1]}: {sizes}."
    )
