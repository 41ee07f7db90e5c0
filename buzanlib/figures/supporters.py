"""Who supports a declaration, by quadrant, beside how they vote."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from buzanlib.figures.base import Drawn, Look, new_axes, style
from buzanlib.figures.labels import FROM_TOP
from buzanlib.figures.primitives import INK, PALE, QUIET, dot_intervals, name_rows
from buzanlib.figures.tables import Table, interval, table
from buzanlib.figures.typeset import listed, with_interval
from buzanlib.theory.vocabulary import Quadrant

#: What is drawn, by column: name, place in the row, look.
_MARKS: Mapping[str, tuple[str, float, Look]] = {
    "share": ("joined the Paris Call", -0.25, {"marker": "o", "markersize": 9}),
    "us": ("yes to the US texts", 0.0, {"marker": "s", "color": "white", "markeredgecolor": INK}),
    "russian": ("yes to the Russian texts", 0.25, {"marker": "D", "color": QUIET, "markersize": 7}),
}


@style()
def supporters_map(by_quadrant: pd.DataFrame) -> Drawn:
    """Draw the share of each quadrant that joined, with 90 % intervals, and beside it the mean share of yes votes.

    The table is that of `buzanlib.inference.supporters.Supporters.by_quadrant`.
    """
    by_quadrant = by_quadrant.reindex([name for name in FROM_TOP if name in by_quadrant.index])
    figure, axes = new_axes(4.6)
    facts: dict[str, list[str]] = {}
    counts = (
        by_quadrant["joined"].astype(int).astype(str) + " of " + by_quadrant["states"].astype(int).astype(str)
    )
    for column, (name, shift, look) in _MARKS.items():
        ends = (f"{column}.low90", f"{column}.high90")
        places = np.arange(len(by_quadrant)) + shift
        dot_intervals(axes, by_quadrant, places, column, ends, label=name, gid=column, **look)
        for quadrant, row in by_quadrant[[column, *ends]].iterrows():
            facts.setdefault(str(quadrant), []).append(
                f"{name} {with_interval(row[column], row[ends[0]], row[ends[1]], '.0%')}"
            )
    names = [Quadrant(name).label.replace(", ", ",\n") for name in by_quadrant.index]
    heads = [f"{name}\n({count})" for name, count in zip(names, counts, strict=True)]
    name_rows(axes, heads, room=0.55, ruled=True)
    axes.set_xlim(-0.02, 1.02)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25%", "50%", "75%", "100%"])
    axes.grid(axis="x", color=PALE)
    axes.set_axisbelow(True)
    axes.set_xlabel("Share of states, and mean share of their votes\n(90% intervals)")
    figure.legend(loc="outside upper center", ncols=2)
    said = listed((f"{name} ({count} joined)", facts[str(name)]) for name, count in counts.items())
    return Drawn(figure, f"Shares by quadrant, with 90% intervals. {said}.")


def accounts_table(explained: pd.DataFrame) -> Table:
    """Set what explains who joined to be read, as `buzanlib.inference.supporters.Supporters.explained` has it."""
    words = {
        "states": "states",
        "alone": "explains, of all",
        "p": "p, free",
        "within": "explains, within regions",
        "p_within": "p, within regions",
    }
    forms = dict(zip(words.values(), ("d", ".1%", "p", ".1%", "p"), strict=True))
    return table(
        explained[list(words)].rename(columns=words),
        "What explains who joined, each account alone: share of the variation between states",
        forms,
        note="Exploratory, not adjusted. p: how often as much is explained when states are exchanged at random, freely "
        "or within UN regional groups.",
    )


def contrasts_table(contrasts: pd.DataFrame) -> Table:
    """Set the contrasts of joining in log odds to be read, as `buzanlib.inference.supporters.Supporters.contrasts`."""
    frame = contrasts[["estimate"]].assign(
        **{"90 % interval": interval(contrasts["low90"], contrasts["high90"])}
    )
    return table(
        frame.rename(columns={"estimate": "log odds"}),
        "How joining goes with the quadrant, in log odds, among states of one region",
        {"log odds": "+.2f"},
        note="Power and cohesion: strong less weak. Product: alike less unlike. Exploratory.",
    )
