"""What every figure shares: one palette, one style, and a text alternative made from the same numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import wraps
from io import StringIO
from typing import Any, ParamSpec, TypeVar, cast
from unicodedata import bidirectional

import matplotlib as mpl
import numpy.typing as npt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font

from buzanlib.errors import check_name
from buzanlib.figures.drawn_data import first_frame
from buzanlib.figures.palette import INK
from buzanlib.figures.palette import QUADRANT_COLOURS as QUADRANT_COLOURS

#: The pair of quadrants that the paper says is farthest apart.
MARKED_PAIR = "SW-WS"

#: Inches. A page column on a desk; on a phone the picture is about two thirds as wide, hence the large type.
WIDTH = 6.0


#: Properties of what Matplotlib draws, by name.
Look = dict[str, Any]

_P = ParamSpec("_P")
_T = TypeVar("_T")

_STYLE: Any = {
    "font.family": "DejaVu Sans",  # comes with Matplotlib: text is as wide, and labels as free, everywhere
    **dict.fromkeys(("font.size", "axes.titlesize", "axes.labelsize"), 12),
    **dict.fromkeys(("xtick.labelsize", "ytick.labelsize", "legend.fontsize"), 11),
    **dict.fromkeys(("legend.frameon", "axes.spines.right", "axes.spines.top"), False),
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK),
    "figure.dpi": 100,
    "svg.hashsalt": "buzanlib",
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
}


@dataclass(frozen=True)
class Drawn:
    """A figure and its text alternative, made from the numbers that were drawn."""

    figure: Figure
    alt: str
    data: pd.DataFrame | None = None  #: the numbers that were drawn


class _Style:
    """The house style; a function that draws has the frame that it drew with its figure, unless it names another."""

    def __enter__(self) -> None:
        with ExitStack() as stack:
            stack.enter_context(sns.axes_style("ticks"))
            stack.enter_context(mpl.rc_context(_STYLE))
            self._end = stack.pop_all()

    def __exit__(self, *error: Any) -> None:
        self._end.close()

    def __call__(self, draw: Callable[_P, _T]) -> Callable[_P, _T]:
        @wraps(draw)
        def inside(*args: _P.args, **kwargs: _P.kwargs) -> _T:
            with _Style():
                made: Any = draw(*args, **kwargs)
            if isinstance(made, Drawn) and made.data is None:
                made = replace(made, data=first_frame([*args, *kwargs.values()]))
            return cast("_T", made)

        return inside


def style() -> _Style:
    """Draw in the house style: seaborn's ticks on no ground, type large enough for a phone. Also a decorator.

    A function so decorated that gives a `Drawn` without ``data`` gets the first table among its arguments, which is
    what was drawn, as its data.
    """
    return _Style()


def as_svg(figure: Figure) -> str:
    """A figure as SVG without a ground, a clock or a comment: the same figure has the same text."""
    written = StringIO()
    left_out = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with style():
        figure.savefig(
            written, format="svg", bbox_inches="tight", pad_inches=0.04, transparent=True, metadata=left_out
        )
    return brief(written.getvalue())


def brief(svg: str) -> str:
    """The text of a drawing without what nobody sees: the prologue, comments, and less than hundredths of a point."""
    svg = re.sub(r"<!--.*?-->\s*|<metadata>.*?</metadata>\s*", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    return re.sub(r'(?<= d=")[^"]*', lambda path: re.sub(r"(\.\d\d)\d+", r"\1", path[0]), svg)


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
