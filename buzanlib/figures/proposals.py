"""Proposals against the priorities of the quadrants: what they address, and how far they may reach into content."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from buzanlib.figures import tables
from buzanlib.figures.base import QUADRANT_COLOURS, Drawn, Look, new_axes, new_panels, style
from buzanlib.figures.captions import none_or
from buzanlib.figures.labels import FROM_TOP, in_words
from buzanlib.figures.primitives import (
    DOT,
    INK,
    PALE,
    QUADRANT_HEADS,
    QUADRANT_MARKERS,
    QUIET,
    label_top,
    name_rows,
    number_map,
)
from buzanlib.figures.typeset import joined, listed, typeset
from buzanlib.policy.acceptability import ACCEPTS, INDIFFERENT, OBJECTS
from buzanlib.policy.requested_remedies import Asked
from buzanlib.theory.vocabulary import Quadrant, Threat

_ANSWERS: dict[str, Look] = {
    ACCEPTS: DOT | {"markersize": 10},
    INDIFFERENT: DOT | {"markersize": 10, "markerfacecolor": "white", "markeredgewidth": 1.4},
    OBJECTS: DOT | {"markersize": 10, "marker": "x", "markeredgewidth": 2.4},
}
_SHORT = {Threat.POL: "political", Threat.INF: "infrastructure", Threat.CRI: "crime"}
# Names of lines nearer than this share of the height are written as one.
_NEAR = 0.06


@style()
def threats_met(shares: pd.DataFrame, marked: Mapping[tuple[str, ...], str]) -> Drawn:
    """Draw the share of each quadrant's priorities that every set of threats makes up.

    The `shares` have tuples of threats of Table 2 as index and `Quadrant` as columns; `marked` gives names of proposals
    by the set that they address, threats in the order of the index.
    """
    sets = [" + ".join(_SHORT[Threat(threat)] for threat in some) for some in shares.index]
    signs = [f" ({marked[some]})" if some in marked else "" for some in shares.index]
    cells = shares[list(map(str, FROM_TOP))].set_axis(
        [fill(name + sign, 22) for name, sign in zip(sets, signs, strict=True)]
    )
    figure, axes = new_axes(5.2)
    number_map(axes, cells.rename(columns=QUADRANT_HEADS), "{:.0%}", (0, 1))
    axes.tick_params(axis="y", labelsize=10)
    said = listed(
        (
            name + (f", as {marked[some]}" if some in marked else ""),
            [f"{quadrant} {share:.0%}" for quadrant, share in zip(FROM_TOP, row, strict=True)],
        )
        for name, some, row in zip(sets, shares.index, cells.to_numpy(dtype=float), strict=True)
    )
    return Drawn(figure, f"Share of the priorities of each quadrant that sets of threats make up. {said}.")


@style()
def intrusiveness_lines(
    nets: Mapping[str, pd.DataFrame], own: Mapping[str, float], reservation: float
) -> Drawn:
    """Draw the net benefit of proposals to each quadrant over their intrusiveness on content.

    Where all four join, the ground is shaded.

    Parameters
    ----------
    nets : mapping of str to pandas.DataFrame
        Under the names of proposals: index `Quadrant`, columns ``0.0`` and ``1.0``, the net benefits at these two
        intrusivenesses; in between they are linear.
    own : mapping of str to float
        The intrusiveness that a proposal has, where it has one.
    reservation : float
        Net benefit from which on a quadrant joins.
    """
    ends = np.array([table.to_numpy() for table in nets.values()])
    span = (min(-0.2, float(ends.min()) - 0.1), max(1.0, float(ends.max())) + 0.08)
    figure, panels = new_panels(0.6 + 3.3 * len(nets), len(nets), sharex=True)
    parts = []
    for axes, (title, table) in zip(panels, nets.items(), strict=True):
        lines = table.loc[list(Quadrant)].to_numpy(dtype=float)
        _lines(axes, lines, reservation, span)
        if title in own:
            axes.axvline(own[title], color=INK, linewidth=1.2, linestyle="--", gid="own")
        axes.set_title(fill(title, 46), loc="left", fontweight="bold")
        axes.set_ylabel("Net benefit")
        said = ", ".join(
            f"{quadrant} from {typeset(start, '.2f')} to {typeset(end, '.2f')}"
            for quadrant, (start, end) in zip(Quadrant, lines, strict=True)
        )
        mark = f" Its own intrusiveness is {own[title]:.2f}." if title in own else ""
        parts.append(f"{title}: {said}.{mark}")
    panels[-1].set_xlabel("Intrusiveness on content")
    return Drawn(
        figure,
        "Net benefit to each quadrant as intrusiveness on content goes from 0 to 1; a quadrant joins from "
        f"{reservation:.2f} on. {' '.join(parts)}",
    )


def _lines(axes: Axes, ends: npt.NDArray[np.float64], reservation: float, span: tuple[float, float]) -> None:
    """The four lines of one proposal."""
    axes.axhline(reservation, color=QUIET, linewidth=1)
    axes.axhline(0, color=QUIET, linewidth=1, linestyle=":")
    grid = np.linspace(0, 1, 1001)
    lines = np.array([np.interp(grid, [0, 1], row) for row in ends])
    inside = grid[(lines >= reservation - 1e-9).all(axis=0)]
    if len(inside):
        axes.axvspan(inside[0], max(inside[-1], inside[0] + 0.006), color=PALE, zorder=0, gid="all")
    for place, quadrant in enumerate(Quadrant):
        # Lines that coincide show their marks in turn.
        look: Look = {"marker": QUADRANT_MARKERS[quadrant], "markevery": (60 + 60 * place, 240)}
        look |= {"markersize": 8, "markeredgecolor": INK, "color": QUADRANT_COLOURS[quadrant]}
        axes.plot(grid, lines[place], linewidth=2.4, gid=str(quadrant), **look)
    groups: list[tuple[float, list[str]]] = []
    for value, quadrant in sorted(zip(lines[:, -1], Quadrant, strict=True)):
        if groups and value - groups[-1][0] < _NEAR * (span[1] - span[0]):
            groups[-1][1].append(quadrant)
        else:
            groups.append((value, [quadrant]))
    for value, names in groups:
        axes.text(1.02, value, ", ".join(names), va="center")
    axes.set(xlim=(0, 1), ylim=span)


@style()
def assessments_map(nets: Mapping[str, pd.DataFrame], verdicts: Mapping[str, pd.DataFrame]) -> Drawn:
    """Draw what each quadrant says to proposals: a row a proposal, and in each cell a mark by the priorities taken.

    Both mappings are by the names of the priorities, and hold tables with index the names of proposals and columns
    `Quadrant`: `nets` the net benefits, which the text alternative gives, `verdicts` the answers.
    """
    names = list(next(iter(nets.values())).index)
    figure, axes = new_axes(1.9 + 0.62 * len(names))
    step = 0.26
    parts = []
    for place, (title, table) in enumerate(nets.items()):
        said = verdicts[title].loc[names, list(map(str, FROM_TOP))]
        shift = (place - (len(nets) - 1) / 2) * step
        for word, look in _ANSWERS.items():
            rows, columns = np.nonzero((said == word).to_numpy())
            axes.plot(columns + shift, rows, gid=f"{title}: {word}", **look)
        for name in names:
            answers = zip(FROM_TOP, said.loc[name], table.loc[name, list(FROM_TOP)], strict=True)
            cells = ", ".join(
                f"{quadrant} {word} ({typeset(net, '+.2f')})" for quadrant, word, net in answers
            )
            parts.append(f"{title}, {name}: {cells}.")
    name_rows(axes, [fill(str(name), 14) for name in names], ruled=True)
    label_top(axes, range(len(FROM_TOP)), [QUADRANT_HEADS[quadrant] for quadrant in FROM_TOP])
    for edge in range(len(Quadrant) - 1):
        axes.axvline(edge + 0.5, color=PALE, linewidth=0.8, zorder=0)
    axes.set_xlim(-0.5, len(Quadrant) - 0.5)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.set_xlabel(fill(f"In a cell, from the left, by the priorities of: {'; '.join(nets)}", 60))
    key = [Line2D([], [], label=word, **look) for word, look in _ANSWERS.items()]
    figure.legend(handles=key, loc="outside upper center", ncols=3, handletextpad=0.3)
    return Drawn(figure, f"Net benefit of proposals to each quadrant, and its answer. {' '.join(parts)}")


def asked_table(asked: Asked) -> tables.Table:
    """Set to be read which measures states ask for, and what Table 2 and the rule predict of it."""
    return tables.table(
        asked.table().rename(index=lambda name: in_words(name, of="measure")).rename_axis("measure"),
        "Share of the passages asking for a measure that ask for this one, in %, mean over states; and its correlation "
        "with what Table 2 and the rule predict",
        {**dict.fromkeys(map(str, Quadrant), ".0f"), "correlation": "+.2f"},
    )


def asked_values(asked: Mapping[str, Asked], alpha: float) -> dict[str, float | str]:
    """What the chapter says of the measures that states ask for, by key; the first priorities are those of Table 2."""
    first = next(iter(asked.values()))
    most = first.shares.idxmax(axis=1).map(lambda name: in_words(name, of="measure"))
    return {
        "options.asked.n": first.n,
        "options.asked.reading": f"{'tells' if first.p < alpha else 'does not tell'} what they",
        "options.asked.most": "; ".join(f"by {joined(own.index)} {word}" for word, own in most.groupby(most)),
        **{f"options.asked.{key}": one.mean for key, one in asked.items()},
        **{f"options.asked.{key}_p": one.p for key, one in asked.items()},
    }


def joined_by_all(verdicts: Mapping[str, pd.DataFrame]) -> str:
    """How many proposals all four quadrants accept, by the priorities taken."""
    said = [
        f"{none_or(int((table == ACCEPTS).all(axis=1).sum()))} by {title}"
        for title, table in verdicts.items()
    ]
    count = typeset(len(next(iter(verdicts.values()))), "word")
    return f"Of {count} proposals all four quadrants accept {'; '.join(said)}."
