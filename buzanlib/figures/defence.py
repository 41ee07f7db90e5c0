"""The defence of an alliance: what disagreement does to it, who pays, when security tips, and who bears the burden."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from buzanlib.errors import BuzanError
from buzanlib.figures.base import Drawn, Look, new_axes, new_panels, style
from buzanlib.figures.primitives import INK, PALE, QUIET
from buzanlib.figures.typeset import typeset
from buzanlib.inference.permutation import Array

# What disagreement does, by `_region`, and its shade, none that of a quadrant.
_REGIONS = {
    "less spending, less protection": QUIET,
    "more spending, less protection": PALE,
    "less spending, more protection": INK,
    "more spending, more protection": "white",
}
_CASES: tuple[Look, ...] = (
    {"color": INK, "marker": ""},
    {"color": QUIET, "marker": ""},
    {"color": INK, "marker": "v", "markerfacecolor": "white"},
    {"color": QUIET, "marker": "P", "markerfacecolor": "white"},
)
#: Mean security below this counts as none.
ALIVE = 0.005
_TICKS = (1.0, 0.5, 0.0, -1.0, -3.0, -8.0)
#: Level at which a year is marked.
ALPHA = 0.05
# Years that two numbers of members must be apart to be read.
_APART = 3


def scale_of_rho(rho: Array | float) -> Array:
    """Height of a `rho` on the map: 1 for the sum, 1/2 for zero, 0 for the weakest link."""
    return np.asarray(1 / (2 - np.asarray(rho, dtype=float)))


def _region(spending: Array, protection: Array) -> Array:
    """Place in `_REGIONS`; no change counts as more."""
    return np.asarray(2 * (protection >= 1) + (spending >= 1))


@style()
def phase_map(
    rhos: Array, reliances: Array, spreads: Sequence[float], spending: Array, protection: Array
) -> Drawn:
    """Map what disagreement does to an alliance by reliance and technology, a panel for each spread of tastes.

    Regions by the signs of both changes; a line where protection is as before.

    Parameters
    ----------
    rhos : ndarray of float, shape (rows,)
        Rising, none above 1.
    reliances : ndarray of float, shape (columns,)
        Falling, as they are drawn from left to right.
    spreads : sequence of float
        Of tastes, one a panel.
    spending, protection : ndarray of float, shape (panels, rows, columns)
        Spending over its optimum, and protection, each relative to an alliance of one mind: 1 for no change.

    Raises
    ------
    BuzanError
        If the shapes do not fit.
    """
    shape = (len(spreads), len(rhos), len(reliances))
    if not spending.shape == protection.shape == shape:
        raise BuzanError(f"maps of shapes {spending.shape} and {protection.shape}; allowed: {shape}")
    region, heights = _region(spending, protection), scale_of_rho(rhos)
    figure, grid = new_panels(4.8, 1, len(spreads), sharey=True)
    panels = np.ravel(grid)
    parts = []
    for axes, spread, area, safe in zip(panels, spreads, region, protection, strict=True):
        for place, shade in enumerate(
            _REGIONS.values()
        ):  # as areas: pixels would keep their colours in the dark
            axes.contourf(reliances, heights, area == place, levels=[0.5, 1.5], colors=[shade])
        if safe.min() < 1 < safe.max():
            axes.contour(reliances, heights, safe, levels=[1.0], colors=INK, linewidths=2.2)
        axes.set(xlim=(reliances[0], reliances[-1]), ylim=heights[[0, -1]], title=f"spread {spread:.1f}")
        axes.set_xticks([reliances[0], reliances[-1]], ["full", "none"])
        for label, side in zip(axes.get_xticklabels(), ("left", "right"), strict=True):
            label.set_horizontalalignment(side)
        shares = {name: (area == place).mean() for place, name in enumerate(_REGIONS)}
        parts.append(
            f"spread {spread:.1f}: "
            + ", ".join(f"{name} on {share:.0%}" for name, share in shares.items() if share)
            + f"; with rho {typeset(rhos[0], '.0f')} protection changes by {typeset(safe[0, 0] - 1, '+.0%')} "
            f"with full reliance and {typeset(safe[0, -1] - 1, '+.0%')} without"
        )
    shown = [tick for tick in _TICKS if rhos[0] <= tick <= rhos[-1]]
    panels[0].set_yticks(scale_of_rho(np.array(shown)), [typeset(tick, "g") for tick in shown])
    panels[0].set_ylabel("how defence adds up (ρ)\nweakest link \u2190" + " " * 10 + "\u2192 sum")
    figure.supxlabel("reliance on allies", fontsize=12)
    patches = [
        Patch(facecolor=shade, edgecolor=INK, linewidth=0.6, label=name)
        for place, (name, shade) in enumerate(_REGIONS.items())
        if (region == place).any()
    ]
    figure.legend(
        handles=patches, loc="outside upper center", ncols=2 if len(patches) > 2 else 1, fontsize=10
    )
    return Drawn(
        figure,
        "Maps of what disagreement does, by reliance on allies and by how defence adds up, relative to an alliance "
        f"of one mind. {'. '.join(parts)}.",
    )


@style()
def who_pays(spending: pd.DataFrame) -> Drawn:
    """Draw what each member spends by reliance, one upon the other, the largest at the bottom.

    `spending` is of shape (reliances, members): index the reliance, from full to none; columns the rank by wealth.
    """
    reliance, spent = spending.index.to_numpy(dtype=float), spending.to_numpy(dtype=float)
    shades = sns.light_palette(QUIET, spent.shape[1] + 1, reverse=True)[:-1]
    total = spent.sum(axis=1)
    figure, axes = new_axes(4.0)
    axes.stackplot(reliance, spent.T, colors=shades, edgecolor="white", linewidth=0.6)
    axes.plot(reliance, total, color=INK, linewidth=2.2)
    axes.set(xlim=(reliance[0], reliance[-1]), ylim=(0, 1.12 * total.max()))
    axes.set(xlabel="reliance on allies", ylabel="spending")
    axes.xaxis.set_major_formatter(PercentFormatter(1, 0))
    right = reliance[-1] + 0.03 * (reliance[0] - reliance[-1])
    axes.text(right, spent[-1, 0] / 2, "the largest", ha="right", va="center", color="white")
    axes.text(reliance[0], 1.02 * total.max(), " line: total, and protection of each", ha="left", va="bottom")
    ends = " and ".join(
        f"{total[end]:.2f}, of which the largest pays {spent[end, 0] / total[end]:.0%}, at a reliance of "
        f"{reliance[end]:.0%}"
        for end in (0, -1)
    )
    return Drawn(
        figure, f"Spending of members of different wealth by reliance on allies. The total is {ends}."
    )


@style()
def tipping(largest: pd.DataFrame, smallest: pd.DataFrame) -> Drawn:
    """Draw mean security by contagion, a line a case, full for the largest equilibrium and dotted for the smallest.

    Both are mean probabilities to stay secure, shape (contagions, cases): index the contagion, rising; columns the
    names of up to four cases.
    """
    contagion = largest.index.to_numpy(dtype=float)
    parts = []
    figure, axes = new_axes(4.8)
    for column, look in zip(largest.columns, _CASES, strict=False):
        best, worst = (frame[column].to_numpy(dtype=float) for frame in (largest, smallest))
        axes.plot(contagion, best, linewidth=2.2, label=column, markevery=0.08, markersize=8, **look)
        axes.plot(contagion, worst, color=look["color"], linewidth=2.2, linestyle=":")
        secure, fallen = contagion[best > ALIVE], contagion[worst <= ALIVE]
        parts.append(
            f"{column}: {best[0]:.2f} at the least contagion"
            + (f", at best some up to {secure[-1]:.2f}" if len(secure) else ", never any")
            + (f", possibly none from {fallen[0]:.2f} on" if len(fallen) else "")
        )
    axes.set(xlim=contagion[[0, -1]], ylim=(-0.02, 1), ylabel="mean security")
    axes.set_xlabel("contagion: chance that a partner's breach spreads")
    figure.legend(loc="outside upper center", ncols=2)
    return Drawn(figure, f"Mean security of an alliance by contagion. {'; '.join(parts)}.")


@style()
def burden_by_year(years: pd.DataFrame, mark: int) -> Drawn:
    """Draw the correlation of size with spending beyond what is usual for that size, with a year to be marked.

    The `years` are those of `buzanlib.policy.burden.Burden.by_year`. A point a year, filled where the exact one-sided
    test finds it above zero at 5 %; below, the number of members where it changes.
    """
    when, tau = years.index.to_numpy(dtype=int), years["tau"].to_numpy(dtype=float)
    sure = (years["p"] < ALPHA).to_numpy()
    reach = max(0.6, 1.15 * float(abs(tau).max()))
    figure, axes = new_axes(4.4)
    axes.axhline(0, color=INK, linewidth=1)
    axes.axvline(mark, color=QUIET, linestyle="--", linewidth=1.2, zorder=0)
    axes.plot(when, tau, color=PALE, linewidth=2, zorder=1)
    look: Look = {"s": 55, "edgecolor": INK, "linewidth": 1.6, "zorder": 2}
    for chosen, fill, label in ((sure, INK, "p < 0.05"), (~sure, "white", "p ≥ 0.05")):
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
