"""The defence of an alliance: what different perspectives do to it, when security tips, and who bears the burden."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, NoNorm
from matplotlib.patheffects import AbstractPathEffect, withStroke

from buzanlib.errors import BuzanError
from buzanlib.figures.base import QUADRANT_COLOURS, Drawn, Look, new_axes, style
from buzanlib.figures.primitives import INK, PALE, QUIET
from buzanlib.figures.typeset import typeset
from buzanlib.inference.permutation import Array
from buzanlib.theory.vocabulary import Quadrant

# What a spread of tastes does, and the shade of its region: pale enough for black text.
_REGIONS = {
    "less spending,\nless protection": "#e3c0bb",
    "more spending,\nless protection": "#f4e3b4",
    "more spending,\nmore protection": "#bcdcea",
}
# A region is named where it has this share of the height; mean security below the other number counts as none.
_LEAST, _ALIVE = 0.1, 0.005
_TICKS = (1.0, 0.5, 0.0, -1.0, -3.0, -8.0)
_LEVELS = [0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0]
_ALPHA = 0.05
# Years that two numbers of members must be apart to be read.
_APART = 3


def scale_of_rho(rho: Array | float) -> Array:
    """Height of a `rho` on the map: 1 for the sum, 1/2 for zero, 0 for the weakest link."""
    return np.asarray(1 / (2 - np.asarray(rho, dtype=float)))


@style()
def phase_map(rhos: Array, spreads: Array, spending: Array, protection: Array) -> Drawn:
    """Map what spreading the tastes of an alliance does, between the sum and the weakest link.

    Regions by the signs of both changes, with lines of equal protection.

    Parameters
    ----------
    rhos : ndarray of float, shape (rows,)
        Rising, none above 1.
    spreads : ndarray of float, shape (columns,)
        Rising.
    spending, protection : ndarray of float, shape (rows, columns)
        Spending over its optimum, and protection, each relative to that without spread: 1 for no change.

    Raises
    ------
    BuzanError
        If the shapes do not fit.
    """
    shape = (len(rhos), len(spreads))
    if not spending.shape == protection.shape == shape:
        raise BuzanError(f"maps of shapes {spending.shape} and {protection.shape}; allowed: {shape}")
    region = (spending >= 1).astype(int) + ((spending >= 1) & (protection >= 1))
    heights = scale_of_rho(rhos)
    halo: list[AbstractPathEffect] = [withStroke(linewidth=2.5, foreground="white")]
    figure, axes = new_axes(5.4)
    shades = ListedColormap(list(_REGIONS.values()))
    axes.pcolormesh(spreads, heights, region, cmap=shades, norm=NoNorm(), shading="nearest", rasterized=True)
    widths = [2.2 if x == 1 else 0.9 for x in _LEVELS]
    lines = axes.contour(spreads, heights, protection, levels=_LEVELS, colors=INK, linewidths=widths)
    marks = axes.clabel(lines, fmt=lambda x: "no change" if x == 1 else typeset(x - 1, "+.0%"), fontsize=10)
    for mark in marks:
        mark.set_path_effects(halo)
    shown = [tick for tick in _TICKS if rhos[0] <= tick <= rhos[-1]]
    axes.set_yticks(scale_of_rho(np.array(shown)), [typeset(tick, "g") for tick in shown])
    axes.set(xlim=spreads[[0, -1]], ylim=heights[[0, -1]], xlabel="spread of perspectives")
    axes.set_ylabel("how defence adds up (ρ)\nweakest link \u2190" + " " * 12 + "\u2192 sum")
    shares = []
    for place, label in enumerate(_REGIONS):
        column = region[:, len(spreads) // 10] == place
        if column.sum() >= _LEAST * len(heights):
            # At the left edge, low down, where the lines of equal protection are few.
            low, high = heights[column][[0, -1]]
            x, y = spreads[0] + 0.03 * np.ptp(spreads), low + 0.42 * (high - low)
            axes.text(x, y, label, ha="left", va="center", fontsize=11, path_effects=halo)
        shares.append(f"{label.replace(chr(10), ' ')} on {(region == place).mean():.0%} of the map")
    ends = "; ".join(
        f"with rho {typeset(rhos[row], '.0f')} spending over its optimum changes by "
        f"{typeset(spending[row, -1] - 1, '+.0%')} and protection by {typeset(protection[row, -1] - 1, '+.0%')}"
        for row in (0, -1)
    )
    return Drawn(
        figure,
        "Map of what a spread of tastes does, against how defence adds up. Relative to no spread: "
        f"{', '.join(shares)}. At the largest spread, {spreads[-1]:.2f}: {ends}.",
    )


@style()
def tipping(largest: pd.DataFrame, smallest: pd.DataFrame) -> Drawn:
    """Draw mean security by contagion, a line a spread, full for the largest equilibrium and dotted for the smallest.

    Both are mean probabilities to stay secure, shape (contagions, spreads): index the contagion, rising; columns the
    spread of perspectives.
    """
    contagion = largest.index.to_numpy(dtype=float)
    shades = sns.color_palette("viridis", len(largest.columns) + 1)[:-1]
    parts = []
    figure, axes = new_axes(4.6)
    for column, shade, width in zip(largest.columns, shades, np.linspace(3.0, 1.4, len(shades)), strict=True):
        best, worst = (frame[column].to_numpy(dtype=float) for frame in (largest, smallest))
        axes.plot(contagion, best, color=shade, linewidth=width, label=f"{column:.1f}")
        axes.plot(contagion, worst, color=shade, linewidth=width, linestyle=":")
        secure, fallen = contagion[best > _ALIVE], contagion[worst <= _ALIVE]
        parts.append(
            f"spread {column:.1f}: {best[0]:.2f} at the least contagion"
            + (f", at best some up to {secure[-1]:.2f}" if len(secure) else ", never any")
            + (f", possibly none from {fallen[0]:.2f} on" if len(fallen) else "")
        )
    axes.set(xlim=contagion[[0, -1]], ylim=(-0.02, 1), ylabel="mean security")
    axes.set_xlabel("contagion: chance that a partner's breach spreads")
    axes.legend(title="spread of perspectives", loc="upper right")
    return Drawn(figure, f"Mean security of an alliance by contagion. {'; '.join(parts)}.")


@style()
def burden_by_year(years: pd.DataFrame, mark: int) -> Drawn:
    """Draw the correlation of size with spending beyond what is usual for that size, with a year to be marked.

    The `years` are those of `buzanlib.policy.burden.Burden.by_year`. A point a year, filled where the exact one-sided
    test finds it above zero at 5 %; below, the number of members where it changes.
    """
    colour = QUADRANT_COLOURS[Quadrant.SW]
    when, tau = years.index.to_numpy(dtype=int), years["tau"].to_numpy(dtype=float)
    sure = (years["p"] < _ALPHA).to_numpy()
    reach = max(0.6, 1.15 * float(abs(tau).max()))
    figure, axes = new_axes(4.4)
    axes.axhline(0, color=INK, linewidth=1)
    axes.axvline(mark, color=QUIET, linestyle="--", linewidth=1.2, zorder=0)
    axes.plot(when, tau, color=PALE, linewidth=2, zorder=1)
    look: Look = {"s": 55, "edgecolor": colour, "linewidth": 1.6, "zorder": 2}
    for chosen, fill, label in ((sure, colour, "p < 0.05"), (~sure, "white", "p ≥ 0.05")):
        axes.scatter(when[chosen], tau[chosen], facecolor=fill, label=label, **look)
    axes.set(ylim=(-reach, reach), xlabel="year", ylabel="rank correlation with size (τ)")
    axes.text(mark - 0.3, 0.8 * reach, str(mark), ha="right", va="top", color=QUIET)
    axes.text(0.01, 0.99, "larger members spend more", transform=axes.transAxes, ha="left", va="top")
    axes.text(0.01, 0.12, "smaller members spend more", transform=axes.transAxes, ha="left", va="bottom")
    _numbers(axes, years["n"], -reach)
    axes.legend(loc="upper right")
    said = " and ".join(f"{typeset(tau[end], '+.2f')} in {when[end]}" for end in (0, -1))
    spans = {f"before {mark}": tau[when < mark], f"from {mark} on": tau[when >= mark]}
    means = ", ".join(
        f"{typeset(sum(part) / len(part), '+.2f')} {name}" for name, part in spans.items() if len(part)
    )
    last = f", the last of them {when[sure][-1]}" if sure.any() else ""
    return Drawn(
        figure,
        "Rank correlation of a member's size with military spending beyond what is usual for its size: "
        f"{said}; on average {means}. Above zero at 5 % in {sure.sum()} of {len(when)} years{last}.",
    )


def _numbers(axes: Axes, members: pd.Series[int], bottom: float) -> None:
    """Write how many members there are, where that changes and there is room."""
    changes = members[members != members.shift()].astype(int)
    written: int | None = None
    for year, count in zip(changes.index.to_numpy(dtype=int).tolist(), changes, strict=True):
        if written is None or year - written >= _APART:
            text, side = (f"n = {count}", "left") if written is None else (str(count), "center")
            axes.text(year, bottom, text, ha=side, va="bottom", color=QUIET, fontsize=11)
            written = year
