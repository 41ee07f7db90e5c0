"""Proposals against the priorities of the quadrants: what they address, and how far they may reach into content."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from buzanlib.figures.base import QUADRANT_COLOURS, WIDTH, Drawn, new_axes, style
from buzanlib.figures.primitives import INK, PALE, QUADRANT_MARKERS, QUIET, number_map
from buzanlib.figures.typeset import typeset
from buzanlib.theory.vocabulary import Quadrant, Threat

_SHORT = {Threat.POL: "political", Threat.INF: "infrastructure", Threat.CRI: "crime"}
# Names of lines nearer than this share of the height are written as one.
_NEAR = 0.06


def threats_met(shares: pd.DataFrame, marked: Mapping[tuple[str, ...], str]) -> Drawn:
    """Draw the share of each quadrant's priorities that every set of threats makes up.

    Parameters
    ----------
    shares : pandas.DataFrame
        Index tuples of threats of Table 2, columns `Quadrant`, values 0 to 1.
    marked : mapping of tuple of str to str
        Names of proposals by the set that they address, threats in the order of the index.
    """
    sets = list(shares.index)
    cells = shares[list(Quadrant)].to_numpy(dtype=float)
    names = [_set_name(some) + (f"\n({fill(marked[some], 26)})" if some in marked else "") for some in sets]
    with style():
        figure, axes = new_axes(4.4)
        shown = pd.DataFrame(cells, names, list(map(str, Quadrant)))
        number_map(axes, shown, shown.map("{:.0%}".format), (0, 1))
    said = "; ".join(
        f"{_set_name(some)}"
        + (f", as {marked[some]}" if some in marked else "")
        + ": "
        + ", ".join(f"{quadrant} {share:.0%}" for quadrant, share in zip(Quadrant, row, strict=True))
        for some, row in zip(sets, cells.tolist(), strict=True)
    )
    return Drawn(figure, f"Share of the priorities of each quadrant that sets of threats make up. {said}.")


def _set_name(threats: tuple[str, ...]) -> str:
    return " + ".join(_SHORT[Threat(threat)] for threat in threats)


def intrusiveness_lines(
    nets: Mapping[str, pd.DataFrame], own: Mapping[str, float], reservation: float
) -> Drawn:
    """Draw the net benefit of proposals to each quadrant over their intrusiveness on content.

    Parameters
    ----------
    nets : mapping of str to pandas.DataFrame
        Under the names of proposals: index `Quadrant`, columns ``0.0`` and ``1.0``, the net benefits at these two
        intrusivenesses; in between they are linear.
    own : mapping of str to float
        The intrusiveness that a proposal has, where it has one.
    reservation : float
        Net benefit from which on a quadrant joins.

    Returns
    -------
    Drawn
        The figure, and its text alternative. Where all four join, the ground is shaded.
    """
    ends = np.array([table.to_numpy() for table in nets.values()])
    span = (min(-0.2, float(ends.min()) - 0.1), max(1.0, float(ends.max())) + 0.08)
    with style():
        figure = Figure(figsize=(WIDTH, 0.6 + 3.3 * len(nets)), layout="constrained")
        panels = figure.subplots(len(nets), 1, sharex=True, squeeze=False)[:, 0]
        for axes, (title, table) in zip(panels, nets.items(), strict=True):
            _lines(axes, table.loc[list(Quadrant)], reservation, span)
            if title in own:
                axes.axvline(own[title], color=INK, linewidth=1.2, linestyle="--", gid="own")
            axes.set_title(fill(title, 46), loc="left", fontweight="bold")
            axes.set_ylabel("Net benefit")
        panels[-1].set_xlabel("Intrusiveness on content")
    return Drawn(figure, _lines_alt(nets, own, reservation))


def _lines(axes: Axes, table: pd.DataFrame, reservation: float, span: tuple[float, float]) -> None:
    """The four lines of one proposal."""
    axes.axhline(reservation, color=QUIET, linewidth=1)
    axes.axhline(0, color=QUIET, linewidth=1, linestyle=":")
    grid = np.linspace(0, 1, 1001)
    lines = np.array([np.interp(grid, [0, 1], row) for row in table.to_numpy(dtype=float)])
    inside = grid[(lines >= reservation - 1e-9).all(axis=0)]
    if len(inside):
        axes.axvspan(inside[0], max(inside[-1], inside[0] + 0.006), color=PALE, zorder=0, gid="all")
    for place, quadrant in enumerate(Quadrant):
        axes.plot(
            grid,
            lines[place],
            color=QUADRANT_COLOURS[quadrant],
            linewidth=2.4,
            # Lines that coincide show their marks in turn.
            marker=QUADRANT_MARKERS[quadrant],
            markersize=8,
            markeredgecolor=INK,
            markevery=(60 + 60 * place, 240),
            gid=str(quadrant),
        )
    groups: list[tuple[float, list[str]]] = []
    for value, quadrant in sorted(zip(lines[:, -1], Quadrant, strict=True)):
        if groups and value - groups[-1][0] < _NEAR * (span[1] - span[0]):
            groups[-1][1].append(quadrant)
        else:
            groups.append((value, [quadrant]))
    for value, names in groups:
        axes.text(1.02, value, ", ".join(names), va="center")
    axes.set(xlim=(0, 1), ylim=span)


def _lines_alt(nets: Mapping[str, pd.DataFrame], own: Mapping[str, float], reservation: float) -> str:
    parts = []
    for title, table in nets.items():
        ends = ", ".join(
            f"{quadrant} from {typeset(start, '.2f')} to {typeset(end, '.2f')}"
            for quadrant, (start, end) in zip(
                Quadrant, table.loc[list(Quadrant)].to_numpy(dtype=float).tolist(), strict=True
            )
        )
        mark = f" Its own intrusiveness is {own[title]:.2f}." if title in own else ""
        parts.append(f"{title}: {ends}.{mark}")
    return (
        "Net benefit to each quadrant as intrusiveness on content goes from 0 to 1; a quadrant joins from "
        f"{reservation:.2f} on. {' '.join(parts)}"
    )


def assessments_map(nets: Mapping[str, pd.DataFrame], verdicts: Mapping[str, pd.DataFrame]) -> Drawn:
    """Draw what each quadrant says to proposals, the darker the more they are worth to it.

    Parameters
    ----------
    nets : mapping of str to pandas.DataFrame of float
        Under the names of the priorities: index the names of proposals, columns `Quadrant`, net benefits, which give
        the shades.
    verdicts : mapping of str to pandas.DataFrame of str
        The same in words.
    """
    rows = len(next(iter(nets.values())))
    limit = max(1.0, *(float(table.abs().to_numpy().max()) for table in nets.values()))
    with style():
        figure = Figure(figsize=(WIDTH, len(nets) * (0.8 + 0.62 * rows)), layout="constrained")
        panels = figure.subplots(len(nets), 1, squeeze=False)[:, 0]
        for axes, (title, table) in zip(panels, nets.items(), strict=True):
            said = verdicts[title].loc[table.index, list(map(str, Quadrant))]
            shown = table[list(Quadrant)].set_axis([fill(str(name), 15) for name in table.index])
            number_map(axes, shown, said.map(lambda word: fill(word, 8)), (-limit, limit))
            axes.set_title(title, fontweight="bold")
    parts = []
    for title, table in nets.items():
        for name in table.index:
            cells = ", ".join(
                f"{quadrant} {verdicts[title].loc[name, quadrant]} ({typeset(float(net), '+.2f')})"
                for quadrant, net in zip(
                    Quadrant, table.loc[name, list(map(str, Quadrant))].to_list(), strict=True
                )
            )
            parts.append(f"{title}, {name}: {cells}.")
    return Drawn(figure, f"Net benefit of proposals to each quadrant, and its answer. {' '.join(parts)}")
