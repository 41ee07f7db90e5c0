"""The two matrices as the paper sets them, and what follows from them: effects, and distances between cells."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle

from buzanlib.figures.base import MARKED_PAIR, Drawn, new_axes, new_panels, style
from buzanlib.figures.labels import in_words
from buzanlib.figures.palette import GROUND, INK, MIDDLE, QUADRANT_COLOURS, QUIET, SIGNS
from buzanlib.figures.primitives import ink_on, number_map
from buzanlib.figures.typeset import listed, typeset
from buzanlib.theory.distances import farthest
from buzanlib.theory.matrices import Matrix
from buzanlib.theory.vocabulary import Threat


@style()
def matrix_figure(table: Matrix) -> Drawn:
    """Draw a matrix as every figure sets the quadrants: strong power above, where the paper has it below, and strong
    cohesion on the right.
    """
    figure, axes = new_axes(4.6)
    for cell in table.cells:
        quadrant = cell.quadrant
        colour = QUADRANT_COLOURS[quadrant]
        left, bottom = (quadrant.cohesion + 1) / 2, (quadrant.power + 1) / 2
        axes.add_patch(Rectangle((left, bottom), 1, 1, facecolor=colour, edgecolor=GROUND, linewidth=4))
        ink = ink_on(colour)
        axes.text(left + 0.06, bottom + 0.93, quadrant.value, color=ink, fontweight="bold", va="top")
        axes.text(left + 0.06, bottom + 0.76, _list(cell.text), color=ink, fontsize=13, va="top")
    axes.set(xlim=(0, 2), ylim=(0, 2))
    axes.set_xticks([0.5, 1.5], ["Weak", "Strong"])
    axes.set_yticks([0.5, 1.5], ["Weak", "Strong"], rotation=90, va="center")
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xlabel("Socio-political cohesion", fontweight="bold")
    axes.set_ylabel("Power", fontweight="bold")
    axes.tick_params(length=0)
    sns.despine(ax=axes, left=True, bottom=True)
    said = " ".join(f"{cell.quadrant.label.capitalize()}: {cell.text.lower()}." for cell in table.cells)
    return Drawn(figure, f"{table.caption}. {said}", table.weights())


def _list(text: str) -> str:
    """The text of a cell in short lines, with a dot before each of several threats."""
    parts = text.split("; ")
    dot, indent = ("• ", "   ") if len(parts) > 1 else ("", "")
    return "\n".join(fill(part, 21, initial_indent=dot, subsequent_indent=indent) for part in parts)


@style()
def factorial_figure(form: pd.DataFrame) -> Drawn:
    """Draw which effect each threat loads on, as `buzanlib.theory.factorial.factorial_form` gives it."""
    names = [fill(Threat(threat).label, 15) for threat in form.index]
    limit = max(0.5, float(form.abs().to_numpy().max()))
    figure, axes = new_axes(0.9 + 0.75 * len(form))
    shown = form.set_axis(names).rename(columns=lambda effect: in_words(effect).replace("× ", "×\n"))
    texts = form.map(_signed)
    number_map(axes, shown, texts, (-limit, limit), cmap=ListedColormap(SIGNS), linewidths=6)
    largest = form.abs().to_numpy() == form.abs().max(axis=1).to_numpy()[:, None]
    for text, own in zip(axes.texts, largest.ravel(), strict=True):
        text.set(fontsize=15 if own else 12, fontweight="bold" if own else "normal")
    effects = [effect.replace(":", " by ") for effect in form.columns]
    said = []
    for threat, row in zip(form.index, form.to_numpy().tolist(), strict=True):
        loads = [f"{effect} {_signed(value)}" for effect, value in zip(effects, row, strict=True) if value]
        said.append((Threat(threat).label.lower(), loads))
    return Drawn(
        figure,
        f"Effects of power, cohesion and their product on each threat: {listed(said)}; all others zero.",
    )


def _signed(value: float) -> str:
    return typeset(value, "+.3g") if value else "0"


@style()
def distances_figure(tables: Mapping[str, pd.DataFrame]) -> Drawn:
    """Draw the distances of the six pairs of quadrants, one row of panels a measure, one column a table.

    The tables are, under the names of the matrices, as `buzanlib.theory.distances.by_pair` gives them, or some of its
    columns, the same in all. Bars that reach the largest distance are dark; SW-WS has a bold name.
    """
    tables = {
        name: frame.rename(columns=lambda measure: measure.replace("_", "-").title())
        for name, frame in tables.items()
    }
    measures = list(next(iter(tables.values())).columns)
    figure, panels = new_panels(
        0.5 + 1.9 * len(measures), len(measures), len(tables), sharey=True, sharex="row"
    )
    grid = panels.reshape(len(measures), len(tables))
    said = []
    for column, (name, frame) in zip(grid.T, tables.items(), strict=True):
        column[0].set_title(name.replace(", ", ",\n"), fontweight="bold")
        for axes, measure in zip(column, measures, strict=True):
            largest = farthest(frame[measure])
            _bars(axes, frame[measure], largest)
            verb = "is" if len(largest) == 1 else "tie"
            said.append(
                f"{name}, {measure}: {', '.join(largest)} {verb} farthest at {frame[measure].max():.2f}."
            )
    for axes, measure in zip(grid[:, 0], measures, strict=True):
        axes.set_ylabel(measure)
    return Drawn(
        figure,
        f"Distances between the cells of six pairs of quadrants; {MARKED_PAIR} is marked. {' '.join(said)}",
        pd.concat(tables, names=["table"]),
    )


def _bars(axes: Axes, values: pd.Series, largest: list[str]) -> None:
    """Bars of one measure; those that tie for the largest are dark."""
    colours = [INK if pair in largest else MIDDLE for pair in values.index]
    axes.barh(range(len(values)), values, color=colours, height=0.68)
    axes.set_yticks(range(len(values)), list(values.index))
    for label in axes.get_yticklabels():
        label.set_fontweight("bold" if label.get_text() == MARKED_PAIR else "normal")
        label.set_color(INK if label.get_text() == MARKED_PAIR else QUIET)
    axes.set_ylim(len(values) - 0.4, -0.6)
    axes.locator_params(axis="x", nbins=3)
    # No trailing zeros: the last label of a panel would meet the first of the next.
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.tick_params(axis="y", length=0)
