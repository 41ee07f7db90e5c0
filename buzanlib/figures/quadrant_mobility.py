"""States that move between quadrants: from one window to another, over several points in time, and after shocks."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from buzanlib.errors import BuzanError
from buzanlib.figures.base import QUADRANT_COLOURS, Drawn, Look, new_axes, new_panels, style
from buzanlib.figures.labels import FROM_TOP, MATRIX
from buzanlib.figures.primitives import INK, QUADRANT_MARKERS, QUIET, ink_on
from buzanlib.figures.typeset import listed, typeset
from buzanlib.theory.vocabulary import Quadrant

Counts = npt.NDArray[np.int_]

_NAMES = [str(quadrant) for quadrant in FROM_TOP]
_COLOURS = [QUADRANT_COLOURS[quadrant] for quadrant in FROM_TOP]
_LABELS = [quadrant.label.replace(", ", ",\n") for quadrant in FROM_TOP]
# Where along a ribbon its number may stand, and how high a number is, as a share of the height of the drawing.
_STEPS = np.linspace(0.2, 0.8, 25)
_NUMBER = 0.038
# A bar of fewer states, as a share of all, has no room for their number.
_ROOM = 0.03


@style()
def transitions(table: pd.DataFrame, first: str, last: str) -> Drawn:
    """Draw how many states moved from each quadrant to each between two windows, given by their names.

    The `table` is that of `buzanlib.inference.quadrant_mobility.MoveResult.transitions`. A ribbon has the colour of the
    quadrant that it leaves and is as wide as it has states; those that stay are pale.
    """
    counts = table.loc[_NAMES, _NAMES].to_numpy(dtype=int)
    total, stayed = int(counts.sum()), int(np.trace(counts))
    gap, half = 0.09 * total, 0.025
    height = total + gap * (len(_NAMES) - 1)
    figure, axes = new_axes(6.0)
    axes.set(xlim=(-1.1 * half, 1 + 1.1 * half), ylim=(1.005 * height, -0.005 * height))
    axes.set_axis_off()
    _flows(axes, counts, gap, 0, 1, (0.3, 0.85))
    for place, (sizes, names) in enumerate(((counts.sum(axis=1), _LABELS), (counts.sum(axis=0), _NAMES))):
        middles = _bars(axes, place, sizes, gap, half, linewidth=0.8, zorder=3)
        x, side = place + (2 * place - 1) * 2 * half, "left" if place else "right"
        for name, size, middle in zip(names, sizes, middles, strict=True):
            axes.text(x, middle, f"{name}: {size}", ha=side, va="center")
    _numbers(axes, counts, gap, height)
    axes.text(-half, -0.03 * height, first, fontweight="bold", ha="left", va="bottom")
    axes.text(1 + half, -0.03 * height, last, fontweight="bold", ha="right", va="bottom")
    said = []
    for row, origin in enumerate(FROM_TOP):
        goals = zip(FROM_TOP, counts[row], strict=True)
        moves = [f"{count} to {goal.label}" for goal, count in goals if goal != origin and count]
        said.append((origin.label, [f"{counts[row].sum()}, of which {counts[row, row]} stay", *moves]))
    return Drawn(
        figure,
        f"Of {total} states {total - stayed} stand in another quadrant in {last} than in {first}. {listed(said)}.",
    )


@style()
def alluvial(standing: pd.DataFrame) -> Drawn:
    """Draw bars of quadrants at each point in time, and between them who stays, pale, and who moves.

    The quadrants, shape (states, times), are those of `buzanlib.policy.movement.Paths.spaced`; `BuzanError` if there
    are no states or fewer than two times. A flow has the colour of the quadrant that it leaves.
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
    sizes = [steps[0].sum(axis=1), *(counts.sum(axis=0) for counts in steps)]
    gap, half = 0.06 * len(standing), 0.13
    height = len(standing) + gap * (len(_NAMES) - 1)
    figure, axes = new_axes(6.0)
    # A little room at the edges, or the frames of the outer bars would be cut.
    axes.set(xlim=(-1.1 * half, len(steps) + 1.1 * half), ylim=(1.005 * height, -0.005 * height))
    for place, counts in enumerate(steps):
        _flows(axes, counts, gap, place + half, place + 1 - half, (0.25, 0.9), f"{place} ")
    for place, some in enumerate(sizes):
        middles = _bars(axes, place, some, gap, half)
        if place == 0:
            axes.set_yticks(middles, _LABELS)
        for size, middle, colour in zip(some, middles, _COLOURS, strict=True):
            if size >= _ROOM * some.sum():
                axes.text(place, middle, str(size), ha="center", va="center", color=ink_on(colour), zorder=3)
    axes.set_xticks(range(len(times)), times, fontweight="bold", fontsize=12)
    axes.tick_params(length=0)
    axes.xaxis.tick_top()
    axes.spines[:].set_visible(False)
    moved = "; ".join(
        f"{one} to {two}: {counts.sum() - np.trace(counts)}"
        for (one, two), counts in zip(pairwise(times), steps, strict=True)
    )
    ends = "; ".join(
        f"{quadrant.label}: {before}, then {after}"
        for quadrant, before, after in zip(FROM_TOP, sizes[0], sizes[-1], strict=True)
    )
    return Drawn(
        figure,
        f"Quadrants of {len(standing)} states at {len(times)} points in time. States in another quadrant than at the "
        f"point before: {moved}. From first to last {(standing.iloc[:, 0] != standing.iloc[:, -1]).sum()} differ. "
        f"Numbers of states in {times[0]} and {times[-1]}: {ends}.",
    )


@style()
def shock_curves(crossed: pd.DataFrame, observed: Mapping[str, tuple[float, float]]) -> Drawn:
    """Draw the mean probability to stand on the other side of cohesion by the size of a shock.

    At the left strongly cohesive states when cohesion falls, at the right weakly cohesive ones when it rises.

    Parameters
    ----------
    crossed : DataFrame of float, shape (sizes, 4)
        As `buzanlib.policy.shocks.CohesionShocks.crossed` gives it: index the shift, from below to above zero.
    observed : mapping of str to (float, float)
        By name, how large a fall (negative) and a rise have been; at most two, drawn as lines.
    """
    sizes = crossed.index.to_numpy(dtype=float)
    parts = []
    handles: dict[str, Artist] = {}
    figure, panels = new_panels(4.4, 1, 2, sharey=True)
    for axes, title, sign in zip(
        panels[0], ("de-stabilising event:\ncohesion falls", "rally:\ncohesion rises"), (-1, 1), strict=True
    ):
        chosen = np.flatnonzero(sizes * sign >= 0)[::sign]
        shocks = sizes[chosen] * sign
        marks = {"markevery": max(1, len(chosen) // 5), "markersize": 7}
        for quadrant in [quadrant for quadrant in Quadrant if quadrant.cohesion == -sign]:
            chance = crossed[str(quadrant)].to_numpy(dtype=float)[chosen]
            look = {"color": QUADRANT_COLOURS[quadrant], "marker": QUADRANT_MARKERS[quadrant], **marks}
            (handles[quadrant.label],) = axes.plot(shocks, chance, linewidth=2.5, **look)
            parts.append(
                f"{quadrant.label}: {typeset(chance[0], '.0%')} without a shock, "
                f"{typeset(chance[-1], '.0%')} at {typeset(shocks[-1] * sign, '+.1f')}"
            )
        for (name, (fall, rise)), line in zip(observed.items(), ("--", ":"), strict=False):
            size = abs(fall if sign < 0 else rise)
            handles[name] = axes.axvline(size, color=QUIET, linestyle=line, linewidth=1.4)
        axes.set_title(title)
        axes.set(xlim=(0, shocks.max()), ylim=(0, 1.02), xlabel="size of the shock")
    panels[0, 0].set_ylabel("mean probability to stand\non the other side")
    left, right = ([quadrant.label for quadrant in MATRIX[part]] for part in (slice(2), slice(2, 4)))
    order = [*left, *list(observed)[:1], *right, *list(observed)[1:]]
    look = {"ncols": 2, "fontsize": 10, "columnspacing": 1}
    figure.legend([handles[name] for name in order], order, loc="outside lower center", **look)
    seen = "; ".join(
        f"{name}: {typeset(fall, '+.2f')} and {typeset(rise, '+.2f')}"
        for name, (fall, rise) in observed.items()
    )
    return Drawn(
        figure,
        "Mean probability that states stand on the other side of cohesion after a shock, in normal scores. "
        f"{'; '.join(parts)}. Falls and rises that have been seen: {seen}.",
    )


def _stacked(counts: Counts, gap: float) -> npt.NDArray[np.float64]:
    """Upper edge of each ribbon where it leaves its row, the rows lying under one another."""
    above = counts.ravel().cumsum().reshape(counts.shape) - counts
    return np.asarray(above + gap * np.arange(len(counts))[:, None], dtype=float)


def _flows(
    axes: Axes,
    counts: Counts,
    gap: float,
    left: float,
    right: float,
    alphas: tuple[float, float],
    gid: str = "",
) -> None:
    """Bands of constant height from the bars that end at `left` to those that begin at `right`; who stays is pale."""
    starts, ends = _stacked(counts, gap), _stacked(counts.T, gap).T
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    middle = (left + right) / 2
    for row, column in zip(*np.nonzero(counts), strict=True):
        start, end, moves = starts[row, column], ends[row, column], int(row != column)
        upper = [(left, start), (middle, start), (middle, end), (right, end)]
        lower = [(x, y + counts[row, column]) for x, y in reversed(upper)]
        look = {"facecolor": _COLOURS[row], "alpha": alphas[moves], "linewidth": 0, "zorder": 1 + moves}
        band = Path([*upper, *lower, (left, start)], codes)
        axes.add_patch(PathPatch(band, gid=f"{gid}{_NAMES[row]}-{_NAMES[column]}", **look))


def _bars(
    axes: Axes, place: int, sizes: Counts, gap: float, half: float, **look: Any
) -> npt.NDArray[np.float64]:
    """Draw a bar for each quadrant, under one another; their middles."""
    tops = sizes.cumsum() - sizes + gap * np.arange(len(sizes))
    for name, colour, size, top in zip(_NAMES, _COLOURS, sizes, tops, strict=True):
        own: Look = {"facecolor": colour, "edgecolor": INK, "gid": f"{name} {place}"}
        axes.add_patch(Rectangle((place - half, top), 2 * half, size, **own, **look))
    return np.asarray(tops + sizes / 2, dtype=float)


def _numbers(axes: Axes, counts: Counts, gap: float, height: float) -> None:
    """Write the number of its states on each ribbon, where it lies farthest from the others of its colour."""
    # The curve of a ribbon: both coordinates are cubic in the same parameter.
    t = np.linspace(0, 1, 201)
    across = 1.5 * t * (1 - t) + t**3
    risen = np.interp(_STEPS, across, 3 * t**2 - 2 * t**3)
    starts, ends = _stacked(counts, gap), _stacked(counts.T, gap).T
    middles = starts[..., None] + counts[..., None] / 2 + (ends - starts)[..., None] * risen
    taken: list[tuple[float, float]] = []
    room = _NUMBER * height
    # Thin ribbons first: a wide one has more places to choose from.
    for row, column in sorted(zip(*np.nonzero(counts), strict=True), key=lambda place: counts[place]):
        here = middles[row, column]
        others = middles[row, (counts[row] > 0) & (np.arange(len(counts)) != column)]
        away = np.abs(here - others).min(axis=0) if len(others) else np.ones(len(_STEPS))
        free = [
            all(abs(y - other_y) > room or abs(x - other_x) > 0.09 for other_x, other_y in taken)
            for x, y in zip(_STEPS, here, strict=True)
        ]
        best = int(np.where(free, away, away - height).argmax())
        taken.append((float(_STEPS[best]), float(here[best])))
        colour, text = _COLOURS[row], str(counts[row, column])
        look: Look = {"fontsize": 12, "color": INK}
        if row != column:
            box = {"boxstyle": "round,pad=0.2", "facecolor": colour, "edgecolor": "white"}
            look = {"fontsize": 11, "color": ink_on(colour), "bbox": box}
        gid = f"number {_NAMES[row]}-{_NAMES[column]}"
        axes.text(*taken[-1], text, ha="center", va="center", zorder=4, gid=gid, **look)
