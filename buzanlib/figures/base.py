"""What every figure shares: one palette, one style, and a text alternative made from the same numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unicodedata import bidirectional

import matplotlib as mpl
import numpy.typing as npt
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font

from buzanlib.errors import check_name
from buzanlib.theory.vocabulary import Quadrant, Threat

#: One colour a quadrant, everywhere. Lightness rises WW < SW < WS < SS in near-equal steps, so that the four
#: stay apart in grey and under every common colour blindness.
QUADRANT_COLOURS = {
    Quadrant.WW: "#4b1d52",
    Quadrant.SW: "#b5382f",
    Quadrant.WS: "#4a9cc0",
    Quadrant.SS: "#e9bf4a",
}

#: The seven threats, in the order of the codebook.
THREAT_COLOURS: dict[Threat, str] = dict(
    zip(Threat, ("#cc3311", "#0077bb", "#ee9933", "#332288", "#117733", "#aa4499", "#999999"), strict=True)
)

#: The pair of quadrants that the paper says is farthest apart.
MARKED_PAIR = "SW-WS"

#: Inches. A page column on a desk; on a phone the picture is about two thirds as wide, hence the large type.
WIDTH = 6.0


#: Properties of what Matplotlib draws, by name.
Look = dict[str, Any]

_STYLE: Any = {
    "font.family": "DejaVu Sans",  # comes with Matplotlib: text is as wide, and labels as free, everywhere
    **dict.fromkeys(("font.size", "axes.titlesize", "axes.labelsize"), 12),
    **dict.fromkeys(("xtick.labelsize", "ytick.labelsize", "legend.fontsize"), 11),
    **dict.fromkeys(("legend.frameon", "axes.spines.right", "axes.spines.top"), False),
    "figure.dpi": 100,
    "savefig.dpi": 200,
    "svg.hashsalt": "buzanlib",
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
}


@dataclass(frozen=True)
class Drawn:
    """A figure and its text alternative, made from the numbers that were drawn."""

    figure: Figure
    alt: str


@contextmanager
def style() -> Iterator[None]:
    """Draw in the house style: seaborn's ticks on white, type large enough for a phone. Also a decorator."""
    with sns.axes_style("ticks"), mpl.rc_context(_STYLE):
        yield


def drawable(name: str, otherwise: str) -> str:
    """A name if the font of pictures has its letters and can join them, which it cannot from right to left."""
    font = get_font(findfont(_STYLE["font.family"]))
    drawn = all(font.get_char_index(ord(one)) for one in name)
    return name if drawn and not any(bidirectional(one) in ("R", "AL") for one in name) else otherwise


def new_panels(height: float, rows: int, columns: int = 1, **shared: Any) -> tuple[Figure, npt.NDArray[Any]]:
    """A figure of the usual width with panels; to be called inside `style`.

    Parameters
    ----------
    height : float
        Inches.
    rows, columns : int
        Panels; one column of them is an array with one dimension.
    **shared
        As `matplotlib.figure.Figure.subplots` takes it, such as ``sharex``.
    """
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False, **shared)
    return figure, panels[:, 0] if columns == 1 else panels


def new_axes(height: float) -> tuple[Figure, Axes]:
    """A figure as `new_panels` makes it, with one pair of axes."""
    figure, (axes,) = new_panels(height, 1)
    return figure, axes


def check_named(kind: str, names: Iterable[str], allowed: Collection[str]) -> None:
    """Raise UnknownNameError for the first name that is not allowed; `kind` says of what, such as ``"state"``."""
    for name in names:
        check_name(kind, name, allowed)
