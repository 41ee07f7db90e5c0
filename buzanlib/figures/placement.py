"""Where states stand on the two axes and in the world, and how much that depends on the rule that places them."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from matplotlib.patheffects import withStroke

from buzanlib.figures.base import WIDTH, Drawn, Look, check_named, new_axes, style
from buzanlib.figures.palette import GROUND, INK, MIDDLE, QUADRANT_COLOURS, QUIET, SHADES
from buzanlib.figures.primitives import QUADRANT_MARKERS, ink_on, place_labels
from buzanlib.figures.typeset import listed
from buzanlib.theory.vocabulary import Quadrant

#: States that most readers can place for themselves, with the names to write; the first ones are set first.
LANDMARKS = {
    "USA": "United States",
    "CHN": "China",
    "RUS": "Russia",
    "EST": "Estonia",
    "IND": "India",
    "ISL": "Iceland",
    "NGA": "Nigeria",
    "SOM": "Somalia",
    "DNK": "Denmark",
    "BRA": "Brazil",
    "COD": "DR Congo",
    "UKR": "Ukraine",
    "JPN": "Japan",
    "HTI": "Haiti",
    "BWA": "Botswana",
    "SGP": "Singapore",
}


@style()
def scatter(
    placed: pd.DataFrame,
    threshold: tuple[float, float] | None = None,
    landmarks: Mapping[str, str] = LANDMARKS,
    labels: tuple[str, str] = ("", ""),
) -> Drawn:
    """Draw every placed state by cohesion (across) and power (up), in the colour and mark of its quadrant.

    Parameters
    ----------
    placed : pandas.DataFrame
        As `buzanlib.measurement.placement.Placement` gives it: index ``iso3``, columns ``power`` and
        ``cohesion`` (normal scores) and ``quadrant``.
    threshold : tuple of (power, cohesion), optional
        Where weak turns into strong, drawn as dashed lines; NaN where that differs between states.
    landmarks : mapping of str to str
        ``iso3`` to the name to write beside the state; states that are not placed are passed over.
    labels : tuple of (power, cohesion)
        Names of the two indices, written below the names of the axes.
    """
    quadrants = placed["quadrant"].map(Quadrant)
    counts = {quadrant: int((quadrants == quadrant).sum()) for quadrant in Quadrant}
    figure, axes = new_axes(WIDTH * 0.98)
    for quadrant in Quadrant:
        look = {"color": QUADRANT_COLOURS[quadrant], "marker": QUADRANT_MARKERS[quadrant], "edgecolor": INK}
        some = placed[quadrants == quadrant]
        sns.scatterplot(some, x="cohesion", y="power", s=42, linewidth=0.5, legend=False, ax=axes, **look)
    if threshold is not None:
        for line, at in zip((axes.axhline, axes.axvline), threshold, strict=True):
            if np.isfinite(at):
                line(at, color=QUIET, linestyle="--", linewidth=1, zorder=0)
    _name_corners(axes, placed, counts)
    names = [
        f"{axis} (normal score)\n{fill(label, 54)}".rstrip()
        for axis, label in zip(("Power", "Socio-political cohesion"), labels, strict=True)
    ]
    axes.set(xlabel=names[1], ylabel=names[0])
    points = placed[["cohesion", "power"]].to_numpy(dtype=np.float64)
    where = dict(zip(placed.index, points.tolist(), strict=True))
    place_labels(axes, {name: where[iso3] for iso3, name in landmarks.items() if iso3 in where}, points)
    together = float(placed["power"].corr(placed["cohesion"]))
    sizes = "; ".join(f"{counts[quadrant]} of {quadrant.label}" for quadrant in Quadrant)
    named = {
        quadrant: [name for iso3, name in landmarks.items() if quadrants.get(iso3) == quadrant]
        for quadrant in Quadrant
    }
    said = f"{len(placed)} states by power and cohesion: {sizes}. "
    if np.isfinite(together):
        said += f"The two scores correlate at {together:.2f}. "
    if any(named.values()):
        said += (
            f"Named are, for {listed((quadrant.label, some) for quadrant, some in named.items() if some)}."
        )
    return Drawn(figure, said, placed)


@style()
def changes(shares: pd.DataFrame) -> Drawn:
    """Draw how many states change quadrant when one rule of placement takes the place of another.

    The `shares` are those of `buzanlib.measurement.placement.changes`: rules by rules, symmetric, zero on the diagonal.
    """
    # Each pair once: below the diagonal, where the first rule has no row and the last no column.
    lower = shares.iloc[1:, :-1].astype(float)
    hidden = np.triu(np.ones(lower.shape, dtype=bool), k=1)
    figure, axes = new_axes(1.4 + 0.55 * len(lower))
    shades = {"cmap": ListedColormap(SHADES), "linecolor": GROUND, "annot_kws": {"color": INK}}
    most = max(0.5, float(lower.to_numpy()[~hidden].max()))
    numbers = {"vmin": 0, "vmax": most, "annot": True, "fmt": ".0%"}
    sns.heatmap(lower, mask=hidden, linewidths=2, cbar=False, ax=axes, **shades, **numbers)
    axes.tick_params(length=0)
    # Upright while the columns are wide enough for the words of a name.
    upright = len(lower) <= 5
    names = [str(name).replace(" ", "\n") if upright else str(name) for name in lower.columns]
    axes.set_xticks(axes.get_xticks(), names, rotation=0 if upright else 90)
    axes.set_yticks(axes.get_yticks(), list(map(str, lower.index)), rotation=0)
    axes.set(xlabel="", ylabel="", title="States that change quadrant between two rules")
    values = lower.to_numpy(dtype=np.float64)
    pairs = sorted(
        (float(values[row, column]), str(one), str(other))
        for row, other in enumerate(lower.index)
        for column, one in enumerate(lower.columns[: row + 1])
    )
    fewest, farthest = (
        f"between {one} and {other} ({share:.0%})" for share, one, other in (pairs[0], pairs[-1])
    )
    return Drawn(
        figure,
        f"Share of states that change quadrant between two of {len(lower) + 1} rules of placement: "
        f"fewest {fewest}, most {farthest}.",
    )


@style()
def world(
    quadrants: pd.Series,
    tiles: pd.DataFrame,
    regions: pd.Series | None = None,
    names: pd.Series | None = None,
) -> Drawn:
    """Draw each member of the United Nations as one tile in the colour of its quadrant.

    The ``gid`` of each tile is its ``iso3`` after ``state-``, and of the code on it after ``code-``, so that a page can
    name and link them. A state without a quadrant is hatched.

    Parameters
    ----------
    quadrants : pandas.Series
        Index ``iso3``; the quadrant of each placed state, such as ``"WS"``.
    tiles : pandas.DataFrame
        Columns ``iso3``, ``row``, ``col``: the layout of ``data/tiles.csv``.
    regions : pandas.Series, optional
        Index ``iso3``; the regional group of each state. The text alternative then says where each quadrant
        is found most.
    names : pandas.Series, optional
        Index ``iso3``; what each state is called in the data of the figure. By default by its code.

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
        look = _tile(placed.get(iso3))
        axes.add_patch(
            Rectangle((column + 0.03, row + 0.03), 0.94, 0.94, gid=f"state-{iso3}", linewidth=0, **look)
        )
        ink: Look = {"fontsize": 5.4, "color": ink_on(look["facecolor"]) if iso3 in placed else INK}
        if iso3 not in placed:  # keeps the code legible on hatching
            ink["path_effects"] = [withStroke(linewidth=1, foreground=GROUND)]
        axes.text(column + 0.5, row + 0.52, iso3, ha="center", va="center", gid=f"code-{iso3}", **ink)
    handles = [
        Patch(**_tile(quadrant), label=f"{quadrant.label}: {counts[quadrant]}") for quadrant in Quadrant
    ]
    if unplaced:
        handles.append(Patch(**_tile(None), label=f"not placed: {unplaced}"))
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
    said = f"The {len(tiles)} members of the United Nations as squares of one size: {'; '.join(parts)}."
    return Drawn(figure, said, _by_state(tiles, placed, names))


def _by_state(tiles: pd.DataFrame, placed: Mapping[str, Quadrant], names: pd.Series | None) -> pd.DataFrame:
    """Name and quadrant of every state with a tile, by name."""
    called = pd.Series(
        {iso3: iso3 if names is None else names.get(iso3, iso3) for iso3 in tiles["iso3"]}, name="name"
    )
    return (
        called.rename_axis("iso3")
        .to_frame()
        .assign(quadrant=pd.Series(placed, dtype="str"))
        .sort_values("name")
    )


def _name_corners(axes: Axes, placed: pd.DataFrame, counts: Mapping[Quadrant, int]) -> None:
    """Write each quadrant's name and number of states into its corner, in bands that no state can reach."""
    for column, set_limits, share in (("cohesion", axes.set_xlim, 0.05), ("power", axes.set_ylim, 0.16)):
        low, high = float(placed[column].min()), float(placed[column].max())
        margin = share * max(high - low, 1.0)
        set_limits(low - margin, high + margin)
    look: Look = {"transform": axes.transAxes, "fontsize": 11, "fontweight": "bold", "color": INK}
    for quadrant in Quadrant:
        x, side = (0.01, "left") if quadrant.cohesion < 0 else (0.99, "right")
        y, end = (0.01, "bottom") if quadrant.power < 0 else (0.99, "top")
        name = f"{quadrant.label.replace(', ', chr(10))}: {counts[quadrant]}"
        axes.text(x, y, name, ha=side, va=end, **look)


def _tile(quadrant: Quadrant | None) -> Look:
    """Fill and hatch of a tile."""
    if quadrant is None:
        return {"facecolor": GROUND, "edgecolor": MIDDLE, "hatch": "///////"}
    return {"facecolor": QUADRANT_COLOURS[quadrant]}
