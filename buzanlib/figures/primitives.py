"""What figures are made of: markers by quadrant, rows with names, dots with intervals, shaded cells, labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from operator import itemgetter
from textwrap import wrap
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox
from seaborn.utils import relative_luminance

from buzanlib.figures.base import Look, new_axes
from buzanlib.figures.palette import GROUND, QUADRANT_COLOURS, SHADES, on_fill
from buzanlib.figures.palette import INK as INK
from buzanlib.figures.palette import PALE as PALE
from buzanlib.figures.palette import QUIET as QUIET
from buzanlib.theory.vocabulary import Quadrant

Pixels = npt.NDArray[np.float64]

#: One marker a quadrant, so that a print in grey and a reader who sees no colour can tell them apart.
QUADRANT_MARKERS = {Quadrant.WW: "o", Quadrant.SW: "s", Quadrant.WS: "D", Quadrant.SS: "^"}

#: The name of a quadrant on three short lines, to stand above a column.
QUADRANT_HEADS = {
    quadrant: quadrant.label.replace(" cohesion", "\ncohesion").replace(", ", ",\n") for quadrant in Quadrant
}

_THIN: Look = {"markeredgecolor": INK, "markeredgewidth": 0.5}
#: Colour and mark of a quadrant, with a thin line around.
QUADRANT_LOOKS: dict[Quadrant, Look] = {
    quadrant: {"color": QUADRANT_COLOURS[quadrant], "marker": marker, **_THIN}
    for quadrant, marker in QUADRANT_MARKERS.items()
}

#: A dot of `dot_intervals`.
DOT: Look = {"marker": "o", "color": INK, "markersize": 8, "linestyle": "none", "zorder": 3}

# Right, left, above and below come before the diagonals: a label beside its mark is read most surely.
_DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1), (0.8, 0.8), (-0.8, 0.8), (0.8, -0.8), (-0.8, -0.8))
_DISTANCES = (6, 13, 22, 32, 44)


def ink_on(colour: str) -> str:
    """Black or white ink, whichever is read better on a colour (relative luminance of WCAG 2, 1.4.3)."""
    # At this luminance the contrast with black equals that with white.
    return on_fill(white=relative_luminance(colour) <= 0.179)


@dataclass(frozen=True)
class Rows:
    """A figure with named rows, each as high as its name needs."""

    figure: Figure
    axes: Axes  # up and down, a unit is an inch
    edges: Pixels  # where rows begin and end, from the top; shape (rows + 1,)
    middles: Pixels  # shape (rows,)

    @classmethod
    def of(cls, names: Sequence[str], margin: float, width: int = 24, least: float = 0.36) -> Rows:
        """Make a figure; to be called, as everything that draws, inside `buzanlib.figures.base.style`.

        Parameters
        ----------
        names : sequence of str
            From the top; wrapped.
        margin, least : float
            Inches above and below the rows together, and of a row at least.
        width : int
            Letters in a line of a name.
        """
        lines = [wrap(name, width, break_on_hyphens=False) for name in names]
        heights = [max(least, 0.12 + 0.165 * len(some)) for some in lines]
        edges = np.concatenate([[0.0], np.cumsum(heights)])
        figure, axes = new_axes(margin + edges[-1])
        middles = np.asarray((edges[:-1] + edges[1:]) / 2, dtype=float)
        axes.set_yticks(middles, ["\n".join(some) for some in lines])
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(edges[-1], 0)
        for edge in edges[1:-1]:
            axes.axhline(edge, color=PALE, linewidth=0.8, zorder=0)
        sns.despine(ax=axes, left=True)
        return cls(figure, axes, edges, middles)

    def write_right(self, texts: Sequence[str], heading: str = "") -> None:
        """Write a text behind each row, and a heading above."""
        column = self.axes.secondary_yaxis("right")
        column.set_yticks(self.middles, texts)
        column.tick_params(length=0)
        column.spines["right"].set_visible(False)
        self.axes.set_title(heading, loc="right", fontsize=11)


def dot_intervals(
    axes: Axes,
    frame: pd.DataFrame,
    places: npt.ArrayLike,
    value: str = "contrast",
    interval: tuple[str, str] = ("low90", "high90"),
    line: Look | None = None,
    **dot: Any,
) -> None:
    """Draw a dot a row, over its interval where there is one.

    Parameters
    ----------
    frame : DataFrame of float
        A row a dot.
    places : array_like of float, shape (rows,)
        Where the rows stand, up and down.
    value : str
        Column of the dots.
    interval : tuple of str
        Columns of the ends of the intervals; none are drawn where `frame` has none of them.
    line : mapping, optional
        Properties of the lines of the intervals, as `matplotlib.axes.Axes.hlines` takes them.
    **dot
        Properties of the dots, as `matplotlib.axes.Axes.plot` takes them.
    """
    low, high = interval
    if low in frame and high in frame:
        plain: Look = {"color": INK, "linewidth": 2, "zorder": 2}
        axes.hlines(places, frame[low], frame[high], **(plain | (line or {})))
    axes.plot(frame[value], places, **(DOT | dot))


def name_rows(axes: Axes, names: Sequence[str], room: float = 0.5, ruled: bool = False) -> None:
    """Write names, from the top, before rows that stand at 0, 1, 2 and so on; `ruled` draws a pale line between them.

    So much `room` is left above the first row and below the last.
    """
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(names) - 1 + room, -room)
    if ruled:
        for row in range(len(names) - 1):
            axes.axhline(row + 0.5, color=PALE, linewidth=0.8, zorder=0)
    sns.despine(ax=axes, left=True)


def label_top(axes: Axes, places: Sequence[float], texts: Sequence[str]) -> None:
    """Write texts above places of the horizontal axis."""
    edge = axes.secondary_xaxis("top")
    edge.set_xticks(places, texts)
    edge.tick_params(length=0)
    edge.spines["top"].set_visible(False)


def number_map(
    axes: Axes,
    values: pd.DataFrame,
    texts: pd.DataFrame | str,
    limits: tuple[float, float],
    note: str = "",
    **look: Any,
) -> None:
    """Shade cells by their values and write their texts into them; a missing value leaves its cell empty.

    Parameters
    ----------
    values : DataFrame of float
        Its index names the rows, its columns the columns, above.
    texts : DataFrame of str, or str
        Of the same shape, or a format of the values such as ``"{:.0%}"``.
    limits : tuple of float
        Values of the palest and the darkest shade.
    note : str
        Written below.
    **look
        Further properties, as `seaborn.heatmap` takes them.
    """
    if isinstance(texts, str):
        texts = values.map(texts.format)
    plain = {"cmap": ListedColormap(SHADES), "annot_kws": {"fontsize": 12, "color": INK}, "linewidths": 2}
    labels = {"xticklabels": list(values.columns), "yticklabels": list(values.index)}
    shades = {"vmin": limits[0], "vmax": limits[1], "cbar": False, "linecolor": GROUND}
    sns.heatmap(values, annot=texts, fmt="", ax=axes, **shades, **labels, **(plain | look))
    axes.xaxis.tick_top()
    axes.tick_params(length=0, rotation=0)
    axes.set(xlabel="", ylabel="")
    if note:
        axes.set_xlabel(note, labelpad=8)
        axes.xaxis.set_label_position("bottom")


def quadrant_points(axes: Axes, table: pd.DataFrame, x: str, y: str, **look: Any) -> None:
    """Draw points in the colour and with the mark of their quadrant.

    The table has a row a point: ``quadrant``, and the coordinates in the columns `x` and `y`; further properties of the
    marks are as `matplotlib.axes.Axes.plot` takes them.
    """
    for quadrant in Quadrant:
        some = table[table["quadrant"] == quadrant]
        own = QUADRANT_LOOKS[quadrant] | {"linestyle": "none", "label": quadrant.label, "gid": quadrant.value}
        axes.plot(some[x], some[y], **own, **look)


def named_points(
    points: pd.DataFrame, label: Sequence[str], names: pd.Series | None
) -> dict[str, list[float]]:
    """Names and points of the states to be labelled, as `place_labels` takes them.

    Parameters
    ----------
    points : DataFrame of float
        Index the state; columns x and y.
    label : sequence of str
        States, those first that are to be set first; one without a point is passed over.
    names : Series of str, optional
        What to write, by state; by default the index.
    """
    where = dict(zip(map(str, points.index), points.to_numpy(dtype=float).tolist(), strict=True))
    return {iso3 if names is None else str(names[iso3]): where[iso3] for iso3 in label if iso3 in where}


def place_labels(
    axes: Axes, points: Mapping[str, Sequence[float]], others: Pixels, size: float = 10
) -> list[Annotation]:
    """Write a name beside each point, clear of other names and the frame and, if possible, of other points.

    Greedy and deterministic: names are set in the order given, each at the nearest of 40 places around its
    point that is free; a name without a free place is left out rather than set over another.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where; its limits must be final.
    points : mapping of str to (x, y)
        Names and their points, in data units.
    others : ndarray of float, shape (n, 2)
        All points drawn; a name covers none of them if possible.
    size : float
        Type size in points.

    Returns
    -------
    list of matplotlib.text.Annotation
        The names that found a place.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None  # axes outside a figure cannot be drawn on at all
    figure.draw_without_rendering()  # a constrained layout moves the axes: positions are final only now
    pixels = figure.dpi / 72
    frame = axes.get_window_extent()
    marks = np.asarray(axes.transData.transform(others))
    taken = [text.get_window_extent() for text in axes.texts]
    lines: list[Path] = []
    placed = []
    look: Look = {"fontsize": size, "color": INK, "ha": "center", "va": "center"}
    arrow = {"arrowstyle": "-", "color": QUIET, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 2}
    for name, (x, y) in points.items():
        probe = axes.text(x, y, name, fontsize=size)
        half = np.asarray(probe.get_window_extent().size) / 2
        probe.remove()
        centre = np.asarray(axes.transData.transform((x, y)))
        if (room := _free_room(centre, half, pixels, frame, taken, lines, marks)) is None:
            continue
        taken.append(room)
        lines.append(_line(centre, room))
        offset = tuple((np.array([room.x0, room.y0]) + half - centre) / pixels)
        label = axes.annotate(name, (x, y), offset, textcoords="offset points", arrowprops=arrow, **look)
        label.set_path_effects([withStroke(linewidth=2, foreground=GROUND)])
        label.set_in_layout(False)
        placed.append(label)
    return placed


def _free_room(
    centre: Pixels,
    half: Pixels,
    pixels: float,
    frame: Bbox,
    taken: list[Bbox],
    lines: list[Path],
    marks: Pixels,
) -> Bbox | None:
    """The cheapest free box for a name of this half size around a point; None where every place is taken."""
    free: list[tuple[float, Bbox]] = []
    for distance, direction in product(_DISTANCES, _DIRECTIONS):
        middle: Pixels = centre + np.asarray(direction) * distance * pixels + np.sign(direction) * half
        room = Bbox([middle - half, middle + half])
        inside = frame.x0 < room.x0 and room.x1 < frame.x1 and frame.y0 < room.y0 and room.y1 < frame.y1
        line = _line(centre, room)
        if (
            inside
            and not any(room.padded(2).overlaps(other) or line.intersects_bbox(other) for other in taken)
            and not any(other.intersects_bbox(room) for other in lines)
        ):
            low, high = room.padded(4).get_points()
            covered = int(np.all((marks > low) & (marks < high), axis=1).sum())
            # A covered point is worse than the longest line to the name.
            free.append((50.0 * covered + distance, room))
    return min(free, key=itemgetter(0))[1] if free else None


def _line(centre: Pixels, room: Bbox) -> Path:
    """The line that leads from a point to its name."""
    return Path(np.array([centre, room.get_points().mean(axis=0)]))
