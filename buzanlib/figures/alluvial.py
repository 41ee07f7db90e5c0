"""The quadrants of states at several points in time, and the flows between them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle

from buzanlib.errors import BuzanError
from buzanlib.figures.base import QUADRANT_COLOURS, Drawn, new_axes, style
from buzanlib.figures.primitives import INK, ink_on
from buzanlib.figures.quadrant_mobility import ribbon, stacked
from buzanlib.theory.vocabulary import Quadrant

_NAMES = [str(quadrant) for quadrant in Quadrant]
# Room between quadrants, as a share of all states; half the width of a bar, the bars standing a unit apart.
_GAP, _BAR = 0.06, 0.13
# A bar of fewer states, as a share of all, has no room for their number.
_ROOM = 0.03


def alluvial(standing: pd.DataFrame) -> Drawn:
    """Draw bars of quadrants at each point in time, and between them who stays, pale, and who moves.

    Parameters
    ----------
    standing : DataFrame of str, shape (states, times)
        Quadrants, as `buzanlib.policy.movement.standing_in` gives them.

    Returns
    -------
    Drawn
        The figure, and its text alternative. A flow has the colour of the quadrant that it leaves.

    Raises
    ------
    BuzanError
        If there are no states or fewer than two times.
    """
    if standing.empty or standing.shape[1] < 2:
        raise BuzanError(
            f"{standing.shape[0]} states at {standing.shape[1]} times; allowed: at least 1 and 2"
        )
    times = [str(time) for time in standing.columns]
    steps = [
        pd.crosstab(standing[one], standing[two])
        .reindex(index=_NAMES, columns=_NAMES, fill_value=0)
        .to_numpy(dtype=int)
        for one, two in pairwise(standing.columns)
    ]
    gap = _GAP * len(standing)
    height = len(standing) + gap * (len(_NAMES) - 1)
    with style():
        figure, axes = new_axes(6.0)
        # A little room at the edges, or the frames of the outer bars would be cut.
        axes.set(xlim=(-1.1 * _BAR, len(steps) + 1.1 * _BAR), ylim=(1.005 * height, -0.005 * height))
        for place, counts in enumerate(steps):
            _flows(axes, place, counts, gap)
        sizes = [steps[0].sum(axis=1), *(counts.sum(axis=0) for counts in steps)]
        for place, some in enumerate(sizes):
            _bars(axes, place, some, gap)
        axes.set_xticks(range(len(times)), times, fontweight="bold", fontsize=12)
        axes.set_yticks(
            _tops(sizes[0], gap) + sizes[0] / 2,
            [Quadrant(name).label.replace(", ", ",\n") for name in _NAMES],
        )
        axes.tick_params(length=0)
        axes.xaxis.tick_top()
        for spine in axes.spines.values():
            spine.set_visible(False)
    return Drawn(figure, _alt(standing, times, steps))


def _tops(sizes: npt.NDArray[np.int_], gap: float) -> npt.NDArray[np.float64]:
    """Upper edges of the bars of one point in time."""
    return np.asarray(sizes.cumsum() - sizes + gap * np.arange(len(sizes)), dtype=float)


def _flows(axes: Axes, place: int, counts: npt.NDArray[np.int_], gap: float) -> None:
    """The flows from one point in time to the next."""
    starts, ends = stacked(counts, gap), stacked(counts.T, gap).T
    for row, column in zip(*np.nonzero(counts), strict=True):
        stays = row == column
        axes.add_patch(
            PathPatch(
                ribbon(
                    starts[row, column],
                    ends[row, column],
                    counts[row, column],
                    place + _BAR,
                    place + 1 - _BAR,
                ),
                facecolor=QUADRANT_COLOURS[Quadrant(_NAMES[row])],
                alpha=0.25 if stays else 0.9,
                linewidth=0,
                zorder=1 if stays else 2,
                gid=f"{place} {_NAMES[row]}-{_NAMES[column]}",
            )
        )


def _bars(axes: Axes, place: int, sizes: npt.NDArray[np.int_], gap: float) -> None:
    """The bars of one point in time, with their numbers of states where there is room."""
    for name, size, top in zip(_NAMES, sizes.tolist(), _tops(sizes, gap).tolist(), strict=True):
        colour = QUADRANT_COLOURS[Quadrant(name)]
        axes.add_patch(
            Rectangle(
                (place - _BAR, top), 2 * _BAR, size, facecolor=colour, edgecolor=INK, gid=f"{name} {place}"
            )
        )
        if size >= _ROOM * sizes.sum():
            axes.text(
                place, top + size / 2, str(size), ha="center", va="center", color=ink_on(colour), zorder=3
            )


def _alt(standing: pd.DataFrame, times: list[str], steps: list[npt.NDArray[np.int_]]) -> str:
    """How many move in each step and altogether, and the sizes at the ends."""
    moved = "; ".join(
        f"{one} to {two}: {counts.sum() - np.trace(counts)}"
        for (one, two), counts in zip(pairwise(times), steps, strict=True)
    )
    first, last = steps[0].sum(axis=1), steps[-1].sum(axis=0)
    sizes = "; ".join(
        f"{Quadrant(name).label}: {before}, then {after}"
        for name, before, after in zip(_NAMES, first, last, strict=True)
    )
    ended = int((standing.iloc[:, 0] != standing.iloc[:, -1]).sum())
    return (
        f"Quadrants of {len(standing)} states at {len(times)} points in time. States in another quadrant than at the "
        f"point before: {moved}. From first to last {ended} differ. Numbers of states in {times[0]} and "
        f"{times[-1]}: {sizes}."
    )
