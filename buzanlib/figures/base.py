"""What every figure shares: one palette, one style, and a text alternative made from the same numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from buzanlib.errors import UnknownNameError
from buzanlib.figures.typeset import typeset
from buzanlib.theory.vocabulary import Quadrant, Threat

#: One colour a quadrant, everywhere. Lightness rises WW < SW < WS < SS in near-equal steps, so that the four
#: stay apart in grey and under every common colour blindness.
QUADRANT_COLOURS: dict[Quadrant, str] = {
    Quadrant.WW: "#4b1d52",
    Quadrant.SW: "#b5382f",
    Quadrant.WS: "#4a9cc0",
    Quadrant.SS: "#e9bf4a",
}

#: The seven threats, in the order of the codebook.
THREAT_COLOURS: dict[Threat, str] = dict(
    zip(Threat, ("#cc3311", "#0077bb", "#ee9933", "#332288", "#117733", "#aa4499", "#999999"), strict=True)
)

#: Inches. A page column on a desk; on a phone the picture is about two thirds as wide, hence the large type.
WIDTH = 6.0


@dataclass(frozen=True)
class Drawn:
    """A figure and what it shows, in words.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        The drawing.
    alt : str
        Text alternative, made from the numbers that were drawn.
    """

    figure: Figure
    alt: str


@contextmanager
def style() -> Iterator[None]:
    """Draw in the house style: seaborn's ticks on white, type large enough for a phone."""
    with (
        sns.axes_style("ticks"),
        mpl.rc_context(
            {
                # Comes with Matplotlib: text is as wide, and labels as free of one another, everywhere.
                "font.family": "DejaVu Sans",
                "font.size": 12,
                "axes.titlesize": 12,
                "axes.labelsize": 12,
                "xtick.labelsize": 11,
                "ytick.labelsize": 11,
                "legend.fontsize": 11,
                "legend.frameon": False,
                "axes.spines.right": False,
                "axes.spines.top": False,
                "figure.dpi": 100,
                "savefig.dpi": 200,
                "svg.hashsalt": "buzanlib",
                "text.parse_math": False,  # a dollar sign in a name is a dollar sign
            }
        ),
    ):
        yield


def new_axes(height: float) -> tuple[Figure, Axes]:
    """A figure of the usual width with one pair of axes; to be called inside `style`.

    Parameters
    ----------
    height : float
        Inches.
    """
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, figure.subplots()


def check_named(kind: str, names: Iterable[str], allowed: Collection[str]) -> None:
    """Raise for a name that is not allowed.

    Parameters
    ----------
    kind : str
        What the names should be, such as ``"state"``.
    names : iterable of str
        Those given.
    allowed : collection of str
        Those there are.

    Raises
    ------
    UnknownNameError
        For the first name that is not allowed.
    """
    for name in names:
        if name not in allowed:
            raise UnknownNameError(kind, name, allowed)


def with_interval(value: float, low: float, high: float, form: str = ".2f") -> str:
    """A number and its interval as a text alternative says them, ``"0.45 (−0.10 to 1.00)"``.

    Parameters
    ----------
    value, low, high : float
        Without interval where either end is missing.
    form : str
        As in `typeset`.
    """
    said = typeset(float(value), form)
    if pd.isna(low) or pd.isna(high):
        return said
    return f"{said} ({typeset(float(low), form)} to {typeset(float(high), form)})"
