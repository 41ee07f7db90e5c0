"""How large a shock to cohesion must be to carry states to the other side of the matrix."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from buzanlib.figures.base import QUADRANT_COLOURS, WIDTH, Drawn, style
from buzanlib.figures.marks import QUADRANT_MARKERS, QUIET
from buzanlib.figures.typeset import typeset
from buzanlib.theory.vocabulary import Quadrant

_PANELS = (("de-stabilising event:\ncohesion falls", -1, 1), ("rally:\ncohesion rises", 1, -1))


def shock_curves(crossed: pd.DataFrame, observed: Mapping[str, tuple[float, float]]) -> Drawn:
    """Draw the mean probability to stand on the other side of cohesion by the size of a shock.

    Parameters
    ----------
    crossed : DataFrame of float, shape (sizes, 4)
        As `buzanlib.policy.movement.crossed` gives it: index the shift, from below to above zero.
    observed : mapping of str to (float, float)
        By name, how large a fall (negative) and a rise have been; drawn as lines.

    Returns
    -------
    Drawn
        At the left strongly cohesive states when cohesion falls, at the right weakly cohesive ones when it rises.
    """
    sizes = crossed.index.to_numpy(dtype=float)
    told = []
    with style():
        figure = Figure(figsize=(WIDTH, 4.4), layout="constrained")
        for axes, (title, sign, side) in zip(figure.subplots(1, 2, sharey=True), _PANELS, strict=True):
            kept = crossed[sizes * sign >= 0].sort_index(key=abs)
            for quadrant in Quadrant:
                if quadrant.cohesion == side:
                    line = kept[str(quadrant)]
                    axes.plot(
                        line.index.to_numpy() * sign,
                        line,
                        color=QUADRANT_COLOURS[quadrant],
                        linewidth=2.5,
                        marker=QUADRANT_MARKERS[quadrant],
                        markevery=max(1, len(line) // 5),
                        markersize=7,
                        label=quadrant.value,
                    )
                    told.append(
                        f"{quadrant.label}: {typeset(float(line.iloc[0]), '.0%')} without a shock, "
                        f"{typeset(float(line.iloc[-1]), '.0%')} at {typeset(float(line.index[-1]), '+.1f')}"
                    )
            for place, (name, ends) in enumerate(observed.items()):
                size = abs(ends[0 if sign < 0 else 1])
                axes.axvline(
                    size,
                    color=QUIET,
                    linestyle=("--", ":", "-.")[place % 3],
                    linewidth=1.4,
                    label=name if side == 1 else None,
                )
            axes.set_title(title)
            axes.set(
                xlim=(0, float(kept.index.to_series().abs().max())),
                ylim=(0, 1.02),
                xlabel="size of the shock",
            )
        figure.axes[0].set_ylabel("mean probability to stand\non the other side")
        handles = {}
        for axes in figure.axes:
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
                handles.setdefault(label, handle)
        order = [str(q) for q in Quadrant if str(q) in handles] + [name for name in observed]
        figure.legend([handles[name] for name in order], order, loc="outside lower center", ncols=2)
    shown = "; ".join(
        f"{name}: {typeset(ends[0], '+.2f')} and {typeset(ends[1], '+.2f')}"
        for name, ends in observed.items()
    )
    return Drawn(
        figure,
        f"Mean probability that states stand on the other side of cohesion after a shock, in normal scores. {'; '.join(told)}. "
        f"Falls and rises that have been seen: {shown}.",
    )
