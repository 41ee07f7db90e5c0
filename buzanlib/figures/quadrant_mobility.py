"""States that move between quadrants from one window to another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from buzanlib.figures.base import QUADRANT_COLOURS, Drawn, new_axes, style
from buzanlib.figures.primitives import INK, ink_on
from buzanlib.theory.vocabulary import Quadrant

# Room between quadrants, as a share of all states; half the width of a bar, the bars standing at 0 and 1.
_GAP, _BAR = 0.09, 0.025
# Where along a ribbon its number may stand, and how high a number is, as a share of the height of the drawing.
_STEPS = np.linspace(0.2, 0.8, 25)
_NUMBER = 0.038


def transitions(table: pd.DataFrame, first: str, last: str) -> Drawn:
    """Draw how many states moved from each quadrant to each.

    Parameters
    ----------
    table : pandas.DataFrame of int, shape (4, 4)
        As `buzanlib.inference.quadrant_mobility.MoveResult.transitions`: index the quadrants of the first window,
        columns those of the last.
    first, last : str
        Names of the two windows.

    Returns
    -------
    Drawn
        The figure, and its text alternative. A ribbon has the colour of the quadrant that it comes from and is as
        wide as it has states; those that stay are pale.
    """
    counts = table.loc[list(Quadrant), list(Quadrant)].to_numpy(dtype=int)
    total = int(counts.sum())
    gap = _GAP * total
    starts, ends = stacked(counts, gap), stacked(counts.T, gap).T
    height = total + gap * (len(Quadrant) - 1)
    with style():
        figure, axes = new_axes(6.4)
        axes.set(xlim=(-_BAR, 1 + _BAR), ylim=(height, 0))
        axes.set_axis_off()
        for row, origin in enumerate(Quadrant):
            for column, goal in enumerate(Quadrant):
                if counts[row, column]:
                    band = ribbon(starts[row, column], ends[row, column], counts[row, column])
                    colour, stays = QUADRANT_COLOURS[origin], origin == goal
                    axes.add_patch(
                        PathPatch(
                            band,
                            facecolor=colour,
                            alpha=0.3 if stays else 0.85,
                            linewidth=0,
                            zorder=1 if stays else 2,
                            gid=f"{origin}-{goal}",
                        )
                    )
        _bars(axes, counts, gap)
        _numbers(axes, counts, starts, ends, height)
        axes.text(-_BAR, -0.03 * height, first, fontweight="bold", ha="left", va="bottom")
        axes.text(1 + _BAR, -0.03 * height, last, fontweight="bold", ha="right", va="bottom")
    return Drawn(figure, _alt(counts, first, last))


def stacked(counts: npt.NDArray[np.int_], gap: float) -> npt.NDArray[np.float64]:
    """Upper edge of each ribbon where it leaves its row, the rows lying under one another."""
    above = counts.ravel().cumsum().reshape(counts.shape) - counts
    return np.asarray(above + gap * np.arange(len(counts))[:, None], dtype=float)


def ribbon(start: float, end: float, width: float, left: float = 0.0, right: float = 1.0) -> Path:
    """A band of constant height from the bar at `left` to the one at `right`, the upper edge from `start` to `end`."""
    middle = (left + right) / 2
    upper = [(left, start), (middle, start), (middle, end), (right, end)]
    lower = [(x, y + width) for x, y in reversed(upper)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return Path([*upper, *lower, (left, start)], codes)


def _bars(axes: Axes, counts: npt.NDArray[np.int_], gap: float) -> None:
    """The quadrants with their numbers of states, on either side."""
    for side, sizes in ((0, counts.sum(axis=1)), (1, counts.sum(axis=0))):
        tops = sizes.cumsum() - sizes + gap * np.arange(len(sizes))
        for quadrant, size, top in zip(Quadrant, sizes, tops, strict=True):
            axes.add_patch(
                Rectangle(
                    (side - _BAR, top),
                    2 * _BAR,
                    size,
                    facecolor=QUADRANT_COLOURS[quadrant],
                    edgecolor=INK,
                    linewidth=0.8,
                    zorder=3,
                    gid=f"{quadrant} {side}",
                )
            )
            name = quadrant.label.replace(", ", ",\n") if side == 0 else quadrant.value
            axes.text(
                side + (2 * side - 1) * 2 * _BAR,
                top + size / 2,
                f"{name}: {size}",
                ha="left" if side else "right",
                va="center",
            )


def _numbers(
    axes: Axes,
    counts: npt.NDArray[np.int_],
    starts: npt.NDArray[np.float64],
    ends: npt.NDArray[np.float64],
    height: float,
) -> None:
    """Write the number of its states on each ribbon, where it lies farthest from the others of its colour."""
    # The curve of a ribbon: both coordinates are cubic in the same parameter.
    t = np.linspace(0, 1, 201)
    across = 1.5 * t * (1 - t) + t**3
    risen = np.interp(_STEPS, across, 3 * t**2 - 2 * t**3)
    middles = starts[..., None] + counts[..., None] / 2 + (ends - starts)[..., None] * risen
    taken: list[tuple[float, float]] = []
    room = _NUMBER * height
    # Thin ribbons first: a wide one has more places to choose from.
    for row, column in sorted(zip(*np.nonzero(counts), strict=True), key=lambda place: counts[place]):
        others = [
            middles[row, other] for other in range(len(counts)) if other != column and counts[row, other]
        ]
        here = middles[row, column]
        away = np.min([np.abs(here - other) for other in others], axis=0) if others else np.ones(len(_STEPS))
        free = [
            all(abs(y - other_y) > room or abs(x - other_x) > 0.09 for other_x, other_y in taken)
            for x, y in zip(_STEPS, here, strict=True)
        ]
        best = int(np.where(free, away, away - height).argmax())
        taken.append((float(_STEPS[best]), float(here[best])))
        colour = QUADRANT_COLOURS[list(Quadrant)[row]]
        stays = row == column
        axes.text(
            *taken[-1],
            str(counts[row, column]),
            ha="center",
            va="center",
            fontsize=12 if stays else 11,
            color=INK if stays else ink_on(colour),
            zorder=4,
            bbox=None if stays else {"boxstyle": "round,pad=0.2", "facecolor": colour, "edgecolor": "white"},
            gid=f"number {list(Quadrant)[row]}-{list(Quadrant)[column]}",
        )


def _alt(counts: npt.NDArray[np.int_], first: str, last: str) -> str:
    """Say how many stay, and every move."""
    stayed, total = int(np.trace(counts)), int(counts.sum())
    parts = []
    for row, origin in enumerate(Quadrant):
        moves = ", ".join(
            f"{counts[row, column]} to {goal.label}"
            for column, goal in enumerate(Quadrant)
            if column != row and counts[row, column]
        )
        parts.append(
            f"{origin.label}: {counts[row].sum()}, of which {counts[row, row]} stay"
            + (f", {moves}" if moves else "")
        )
    return (
        f"Of {total} states {total - stayed} stand in another quadrant in {last} than in {first}. "
        f"{'; '.join(parts)}."
    )
