"""What different perspectives do to the defence of an alliance: a map over technologies, and tipping."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patheffects import withStroke

from buzanlib.errors import BuzanError
from buzanlib.figures.base import Drawn, new_axes, style
from buzanlib.figures.primitives import INK
from buzanlib.figures.typeset import typeset
from buzanlib.inference.permutation import Array

# What a spread of tastes does, and the shade of its region: pale enough for black text.
_REGIONS = (
    ("less spending,\nless protection", "#e3c0bb"),
    ("more spending,\nless protection", "#f4e3b4"),
    ("more spending,\nmore protection", "#bcdcea"),
)
# A region is named where it has this share of the height; mean security below the other number counts as none.
_LEAST, _ALIVE = 0.1, 0.005
_TICKS = (1.0, 0.5, 0.0, -1.0, -3.0, -8.0)


def scale_of_rho(rho: Array | float) -> Array:
    """Height of a `rho` on the map: 1 for the sum, 1/2 for zero, 0 for the weakest link."""
    return np.asarray(1 / (2 - np.asarray(rho, dtype=float)))


def phase_map(rhos: Array, spreads: Array, spending: Array, protection: Array) -> Drawn:
    """Map what spreading the tastes of an alliance does, between the sum and the weakest link.

    Parameters
    ----------
    rhos : ndarray of float, shape (rows,)
        Rising, none above 1.
    spreads : ndarray of float, shape (columns,)
        Rising.
    spending, protection : ndarray of float, shape (rows, columns)
        Spending over its optimum, and protection, each relative to that without spread: 1 for no change.

    Returns
    -------
    Drawn
        Regions by the signs of both changes, with lines of equal protection.

    Raises
    ------
    BuzanError
        If the shapes do not fit.
    """
    if not spending.shape == protection.shape == (len(rhos), len(spreads)):
        raise BuzanError(
            f"maps of shapes {spending.shape} and {protection.shape}; allowed: {(len(rhos), len(spreads))}"
        )
    region = (spending >= 1).astype(int) + ((spending >= 1) & (protection >= 1))
    heights = scale_of_rho(rhos)
    with style():
        figure, axes = new_axes(5.4)
        axes.pcolormesh(
            spreads,
            heights,
            region,
            cmap=ListedColormap([colour for _, colour in _REGIONS]),
            vmin=-0.5,
            vmax=len(_REGIONS) - 0.5,
            shading="nearest",
            rasterized=True,
        )
        levels = [0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0]
        lines = axes.contour(
            spreads,
            heights,
            protection,
            levels=levels,
            colors=INK,
            linewidths=[2.2 if x == 1 else 0.9 for x in levels],
        )
        marks = axes.clabel(
            lines, fmt=lambda x: "no change" if x == 1 else typeset(x - 1, "+.0%"), fontsize=10
        )
        for mark in marks:
            mark.set_path_effects([withStroke(linewidth=2.5, foreground="white")])
        axes.set_xlim(spreads[0], spreads[-1])
        axes.set_ylim(heights[0], heights[-1])
        shown = [tick for tick in _TICKS if rhos[0] <= tick <= rhos[-1]]
        axes.set_yticks(scale_of_rho(np.array(shown)), [typeset(tick, "g") for tick in shown])
        axes.set(
            xlabel="spread of perspectives",
            ylabel="how defence adds up (ρ)\nweakest link " + "\u2190" + " " * 12 + "\u2192 sum",
        )
        for place, (label, _) in enumerate(_REGIONS):
            _name_region(axes, label, spreads, heights, region == place)
    return Drawn(figure, _map_alt(rhos, spreads, spending, protection, region))


def _map_alt(
    rhos: Array, spreads: Array, spending: Array, protection: Array, region: npt.NDArray[np.int_]
) -> str:
    """How much of the map each region takes, and what the largest spread does at either end of the scale."""
    parts = ", ".join(
        f"{label.replace(chr(10), ' ')} on {typeset(float((region == place).mean()), '.0%')} of the map"
        for place, (label, _) in enumerate(_REGIONS)
    )
    ends = "; ".join(
        f"with rho {typeset(float(rhos[row]), '.0f')} spending over its optimum changes by "
        f"{typeset(float(spending[row, -1] - 1), '+.0%')} and protection by "
        f"{typeset(float(protection[row, -1] - 1), '+.0%')}"
        for row in (0, -1)
    )
    return (
        f"Map of what a spread of tastes does, against how defence adds up. Relative to no spread: {parts}. "
        f"At the largest spread, {typeset(float(spreads[-1]), '.2f')}: {ends}."
    )


def _name_region(
    axes: Axes, label: str, spreads: Array, heights: Array, inside: npt.NDArray[np.bool_]
) -> None:
    """Write what happens in a region at its left edge, low down, where the lines of equal protection are few."""
    column = inside[:, len(spreads) // 10]
    if column.sum() < _LEAST * len(heights):
        return
    low, high = heights[column][[0, -1]]
    text = axes.text(
        spreads[0] + 0.03 * np.ptp(spreads),
        low + 0.42 * (high - low),
        label,
        ha="left",
        va="center",
        fontsize=11,
    )
    text.set_path_effects([withStroke(linewidth=2.5, foreground="white")])


def tipping(largest: pd.DataFrame, smallest: pd.DataFrame) -> Drawn:
    """Draw mean security by contagion, at the largest and the smallest equilibrium.

    Parameters
    ----------
    largest, smallest : DataFrame of float, shape (contagions, spreads)
        Mean probability to stay secure; index the contagion, rising; columns the spread of perspectives.

    Returns
    -------
    Drawn
        A line a spread, full for the largest equilibrium and dotted for the smallest.
    """
    shades = sns.color_palette("viridis", len(largest.columns) + 1)[: len(largest.columns)]
    with style():
        figure, axes = new_axes(4.6)
        for column, shade, width in zip(
            largest.columns, shades, np.linspace(3.0, 1.4, len(shades)), strict=True
        ):
            label = typeset(float(column), ".1f")
            axes.plot(largest.index, largest[column], color=shade, linewidth=width, label=label)
            axes.plot(smallest.index, smallest[column], color=shade, linewidth=width, linestyle=":")
        axes.set(
            xlim=(largest.index[0], largest.index[-1]),
            ylim=(-0.02, 1),
            xlabel="contagion: chance that a partner's breach spreads",
            ylabel="mean security",
        )
        axes.legend(title="spread of perspectives", loc="upper right")
    return Drawn(figure, _tipping_alt(largest, smallest))


def _tipping_alt(largest: pd.DataFrame, smallest: pd.DataFrame) -> str:
    """Where each spread begins, until when there may be security, and from when on there may be none."""
    contagion = largest.index.to_numpy(dtype=float)
    parts = []
    for column in largest.columns:
        best, worst = (frame[column].to_numpy(dtype=float) for frame in (largest, smallest))
        secure, fallen = contagion[best > _ALIVE], contagion[worst <= _ALIVE]
        parts.append(
            f"spread {typeset(float(column), '.1f')}: {typeset(float(best[0]), '.2f')} at the least contagion"
            + (f", at best some up to {typeset(float(secure[-1]), '.2f')}" if len(secure) else ", never any")
            + (f", possibly none from {typeset(float(fallen[0]), '.2f')} on" if len(fallen) else "")
        )
    return f"Mean security of an alliance by contagion. {'; '.join(parts)}."
