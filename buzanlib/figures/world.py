"""The world by quadrant, on tiles of one size, so that a small state is seen as well as a large one."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from matplotlib.patheffects import withStroke

from buzanlib.figures.base import QUADRANT_COLOURS, WIDTH, Drawn, Look, check_named, style
from buzanlib.figures.primitives import ink_on
from buzanlib.theory.vocabulary import Quadrant


@style()
def world(quadrants: pd.Series, tiles: pd.DataFrame, regions: pd.Series | None = None) -> Drawn:
    """Draw each member of the United Nations as one tile in the colour of its quadrant.

    Each tile carries its ``iso3`` as ``gid``; a state without a quadrant is grey and hatched.

    Parameters
    ----------
    quadrants : pandas.Series
        Index ``iso3``; the quadrant of each placed state, such as ``"WS"``.
    tiles : pandas.DataFrame
        Columns ``iso3``, ``row``, ``col``: the layout of ``data/tiles.csv``.
    regions : pandas.Series, optional
        Index ``iso3``; the regional group of each state. The text alternative then says where each quadrant
        is found most.

    Raises
    ------
    UnknownNameError
        Where a placed state has no tile.
    """
    check_named("state", map(str, quadrants.index), list(tiles["iso3"]))
    placed = {str(iso3): Quadrant(value) for iso3, value in quadrants.dropna().items()}
    counts = {quadrant: sum(value == quadrant for value in placed.values()) for quadrant in Quadrant}
    unplaced = len(tiles) - len(placed)
    rows, columns = int(tiles["row"].max()) + 1, int(tiles["col"].max()) + 1
    high, key = rows * WIDTH / columns, 1.0
    figure = Figure(figsize=(WIDTH, high + key))
    axes = figure.add_axes((0, key / (high + key), 1, high / (high + key)))
    axes.set(xlim=(0, columns), ylim=(rows, 0))
    axes.set_axis_off()
    for iso3, row, column in zip(tiles["iso3"], tiles["row"], tiles["col"], strict=True):
        look = _look(placed.get(iso3))
        axes.add_patch(Rectangle((column + 0.03, row + 0.03), 0.94, 0.94, gid=iso3, linewidth=0, **look))
        # Keeps the code legible on hatching; on a plain tile it cannot be seen.
        halo = [withStroke(linewidth=1, foreground=look["facecolor"])]
        ink: Look = {"fontsize": 5.4, "color": ink_on(look["facecolor"]), "path_effects": halo}
        axes.text(column + 0.5, row + 0.52, iso3, ha="center", va="center", **ink)
    handles = [
        Patch(**_look(quadrant), label=f"{quadrant.label}: {counts[quadrant]}") for quadrant in Quadrant
    ]
    if unplaced:
        handles.append(Patch(**_look(None), label=f"not placed: {unplaced}"))
    figure.legend(
        handles=handles, loc="lower center", ncols=2, fontsize=10, handlelength=1.2, columnspacing=1
    )
    parts = []
    for quadrant in Quadrant:
        part = f"{counts[quadrant]} of {quadrant.label}"
        if regions is not None and counts[quadrant]:
            sizes = regions.reindex(
                [iso3 for iso3, value in placed.items() if value == quadrant]
            ).value_counts()
            most = sorted(sizes[sizes == sizes.max()].index)
            part += f" ({sizes.max()} of them {' and as many '.join(most)})"
        parts.append(part)
    if unplaced:
        parts.append(f"{unplaced} not placed")
    return Drawn(
        figure, f"The {len(tiles)} members of the United Nations as squares of one size: {'; '.join(parts)}."
    )


def _look(quadrant: Quadrant | None) -> Look:
    """Fill and hatch of a tile."""
    if quadrant is None:
        return {"facecolor": "white", "edgecolor": "#c4c4c4", "hatch": "///////"}
    return {"facecolor": QUADRANT_COLOURS[quadrant]}
