"""The security dilemma: who reads a measure as hostile, and where two states can trust each other."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from buzanlib.figures.base import Drawn, Look, new_axes, new_panels, style
from buzanlib.figures.labels import FROM_TOP
from buzanlib.figures.primitives import INK, PALE, QUADRANT_HEADS, QUIET, number_map, place_labels
from buzanlib.figures.typeset import listed

#: What can be an equilibrium beside distrust, by the code of a field of `trust_map`, and its shade (no quadrant's).
REGIONS: dict[int, tuple[str, str]] = {
    0: ("distrust only", QUIET),
    1: ("trust on condition", PALE),
    2: ("blind trust", INK),
    3: ("either kind of trust", "white"),
}
# Marks of the first and the second set of pairs, and where they stand.
_MARKS: tuple[Look, Look] = (
    {"marker": "o", "linestyle": "", "color": INK, "markerfacecolor": INK},
    {"marker": "D", "linestyle": "", "color": INK, "markerfacecolor": "white"},
)
_PLACE = ["transparency", "distance"]


@style()
def readings_map(readings: pd.DataFrame, names: Mapping[str, str]) -> Drawn:
    """Draw how strongly each quadrant would read each measure of another state as hostile, from 0 to 1.

    The `readings` have index `Quadrant` and columns measures, for which `names` gives words.
    """
    table = readings.loc[list(FROM_TOP)].T.rename(columns=QUADRANT_HEADS)
    figure, axes = new_axes(1.1 + 0.75 * len(table))
    number_map(axes, table.rename(index=lambda name: fill(names[name], 16)), "{:.2f}", (0, 1))
    said = listed(
        (names[str(name)], [f"{quadrant.label} {row[quadrant]:.2f}" for quadrant in FROM_TOP])
        for name, row in readings.items()
    )
    return Drawn(figure, f"How strongly a measure is read as hostile, from 0 to 1. {said}.")


@style()
def trust_map(
    fields: Mapping[str, npt.NDArray[np.int_]], pairs: Mapping[str, Mapping[str, pd.DataFrame]]
) -> Drawn:
    """Draw which equilibria there are over transparency and perception distance, with pairs of quadrants on the limit.

    Parameters
    ----------
    fields : mapping of str to ndarray of int, shape (distances, transparencies)
        Under the titles of panels: keys of `REGIONS`, on even grids from 0 to 1.
    pairs : mapping of str to mapping of str to pandas.DataFrame
        Under the same titles, and under the names of at most two sets of profiles: columns ``transparency`` and
        ``distance`` of each pair, index its name. Pairs at one place are written as one; of the second set only the
        farthest is.
    """
    figure, panels = new_panels(1.1 + 3.1 * len(fields), len(fields), sharex=True)
    key: list[Patch | Line2D] = [
        Patch(facecolor=colour, edgecolor=INK, linewidth=0.6, label=name)
        for code, (name, colour) in REGIONS.items()
        if any((field == code).any() for field in fields.values())
    ]
    sets = enumerate(next(iter(pairs.values())))
    key += [Line2D([], [], label=name, **_MARKS[place]) for place, name in sets]
    figure.legend(handles=key, loc="outside upper center", ncols=2, columnspacing=1, handletextpad=0.4)
    parts = []
    for axes, (title, field) in zip(panels, fields.items(), strict=True):
        up, across = (np.linspace(0, 1, size) for size in field.shape)
        for code, (_, colour) in REGIONS.items():  # as areas: pixels would keep their colours in the dark
            axes.contourf(across, up, field == code, levels=[0.5, 1.5], colors=[colour])
        axes.set(xlim=(0, 1), ylim=(0, 1), ylabel="Perception distance")
        axes.set_title(title, loc="left", fontweight="bold")
        shares = ", ".join(
            f"{name} in {(field == code).mean():.0%}"
            for code, (name, _) in REGIONS.items()
            if (field == code).any()
        )
        needed = listed(
            (name, [f"{pair} {x:.2f} at distance {y:.2f}" for pair, x, y in table[_PLACE].itertuples()])
            for name, table in pairs[title].items()
        )
        parts.append(f"{title}: {shares} of the map. Transparency that pairs need: {needed}.")
    panels[-1].set_xlabel("Transparency")
    # Labels last: they need the final places of all axes.
    for axes, title in zip(panels, fields, strict=True):
        _pairs(axes, pairs[title])
    return Drawn(
        figure, f"What can be an equilibrium over transparency and perception distance. {' '.join(parts)}"
    )


def _pairs(axes: Axes, sets: Mapping[str, pd.DataFrame]) -> None:
    """Marks of the pairs; those of one set at one place have one name."""
    everywhere = np.vstack([table[_PLACE].to_numpy() for table in sets.values()])
    for table, look, count in zip(sets.values(), _MARKS, (None, 1), strict=False):
        farthest = table.sort_values("distance", ascending=False, kind="stable")[_PLACE]
        axes.plot(
            farthest["transparency"], farthest["distance"], markersize=7, clip_on=False, zorder=4, **look
        )
        names: dict[tuple[float, float], list[str]] = {}
        for pair, x, y in farthest.round(6).itertuples():
            names.setdefault((x, y), []).append(str(pair))
        written = list(names.items())[:count]
        place_labels(axes, {", ".join(some): point for point, some in written}, everywhere, size=11)
