"""The security dilemma: who reads a measure as hostile, and where two states can trust each other."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from buzanlib.figures.base import WIDTH, Drawn, new_axes, style
from buzanlib.figures.primitives import INK, number_map, place_labels, quadrant_heading
from buzanlib.theory.vocabulary import Quadrant

#: What can be an equilibrium beside distrust, by the code of a field of `trust_map`, and its shade: darker is less.
REGIONS: dict[int, tuple[str, str]] = {
    0: ("distrust only", "#a3a3a3"),
    1: ("trust on condition", "#bfe0ee"),
    2: ("blind trust", "#f3d98a"),
    3: ("either kind of trust", "#f7f5ea"),
}


def readings_map(readings: pd.DataFrame, names: Mapping[str, str]) -> Drawn:
    """Draw how strongly each quadrant would read each measure of another state as hostile.

    Parameters
    ----------
    readings : pandas.DataFrame of float
        Index `Quadrant`, columns measures, values 0 to 1.
    names : mapping of str to str
        Words for the measures.
    """
    table = readings.loc[list(Quadrant)].T
    shown = table.set_axis([fill(names[name], 16) for name in table.index]).set_axis(
        [quadrant_heading(quadrant) for quadrant in Quadrant], axis=1
    )
    with style():
        figure, axes = new_axes(1.1 + 0.75 * len(table))
        number_map(axes, shown, shown.map("{:.2f}".format), (0, 1))
    said = "; ".join(
        f"{names[name]}: "
        + ", ".join(f"{quadrant.label} {table.loc[name, quadrant]:.2f}" for quadrant in Quadrant)
        for name in table.index
    )
    return Drawn(figure, f"How strongly a measure is read as hostile, from 0 to 1. {said}.")


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
    colours = ListedColormap([colour for _, colour in REGIONS.values()])
    with style():
        figure = Figure(figsize=(WIDTH, 1.1 + 4.1 * len(fields)), layout="constrained")
        panels = figure.subplots(len(fields), 1, sharex=True, squeeze=False)[:, 0]
        sets = next(iter(pairs.values()))
        patches: list[Patch | Line2D] = [
            Patch(facecolor=colour, edgecolor=INK, linewidth=0.6, label=name)
            for code, (name, colour) in REGIONS.items()
            if any((field == code).any() for field in fields.values())
        ]
        patches += [_mark(place, name) for place, name in enumerate(sets)]
        figure.legend(
            handles=patches, loc="outside upper center", ncols=2, columnspacing=1, handletextpad=0.4
        )
        for axes, (title, field) in zip(panels, fields.items(), strict=True):
            axes.imshow(
                field,
                origin="lower",
                extent=(0, 1, 0, 1),
                cmap=colours,
                vmin=-0.5,
                vmax=len(REGIONS) - 0.5,
                aspect="auto",
                interpolation="nearest",
            )
            axes.set(xlim=(0, 1), ylim=(0, 1), ylabel="Perception distance")
            axes.set_title(title, loc="left", fontweight="bold")
        panels[-1].set_xlabel("Transparency")
        # Labels last: they need the final places of all axes.
        for axes, title in zip(panels, fields, strict=True):
            _pairs(axes, pairs[title])
    return Drawn(figure, _alt(fields, pairs))


def _mark(place: int, name: str) -> Line2D:
    return Line2D(
        [], [], marker="oD"[place], linestyle="", color=INK, markerfacecolor=(INK, "white")[place], label=name
    )


def _pairs(axes: Axes, sets: Mapping[str, pd.DataFrame]) -> None:
    """Marks of the pairs; those of one set at one place have one name."""
    everywhere = np.vstack([table[["transparency", "distance"]].to_numpy() for table in sets.values()])
    for place, unsorted in enumerate(sets.values()):
        # The farthest first.
        table = unsorted.sort_values("distance", ascending=False, kind="stable")
        axes.plot(
            table["transparency"],
            table["distance"],
            "oD"[place],
            color=INK,
            markerfacecolor=(INK, "white")[place],
            markersize=7,
            clip_on=False,
            zorder=4,
        )
        names: dict[tuple[float, float], list[str]] = {}
        for pair, (x, y) in zip(
            table.index,
            table[["transparency", "distance"]].to_numpy(dtype=float).round(6).tolist(),
            strict=True,
        ):
            names.setdefault((x, y), []).append(str(pair))
        written = list(names.items())[: 1 if place else None]
        place_labels(axes, {", ".join(some): point for point, some in written}, everywhere, size=11)


def _alt(fields: Mapping[str, npt.NDArray[np.int_]], pairs: Mapping[str, Mapping[str, pd.DataFrame]]) -> str:
    parts = []
    for title, field in fields.items():
        shares = ", ".join(
            f"{name} in {(field == code).mean():.0%}"
            for code, (name, _) in REGIONS.items()
            if (field == code).any()
        )
        needed = "; ".join(
            f"{name}: "
            + ", ".join(
                f"{pair} {row['transparency']:.2f} at distance {row['distance']:.2f}"
                for pair, row in table.iterrows()
            )
            for name, table in pairs[title].items()
        )
        parts.append(f"{title}: {shares} of the map. Transparency that pairs need: {needed}.")
    return f"What can be an equilibrium over transparency and perception distance. {' '.join(parts)}"
