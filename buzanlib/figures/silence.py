"""Who is not heard: the states of each quadrant that never speak of a cyber threat."""

from __future__ import annotations

import pandas as pd

from buzanlib.figures.base import Drawn, style
from buzanlib.figures.primitives import QUADRANT_LOOKS, Rows, dot_intervals
from buzanlib.figures.typeset import with_interval
from buzanlib.theory.vocabulary import Quadrant


@style()
def silent_states(by_quadrant: pd.DataFrame) -> Drawn:
    """Draw the share of silent states by quadrant with intervals, the most silent on top.

    The table is that of `buzanlib.inference.silence.SilenceResult`; quadrants without states are left out.
    """
    ranked = by_quadrant.dropna(subset="share").sort_values("share", ascending=False, kind="stable")
    names = [Quadrant(name).label for name in ranked.index]
    rows = Rows.of(names, margin=1.2, width=14, least=0.5)
    for place, name in zip(rows.middles, ranked.index, strict=True):
        look = QUADRANT_LOOKS[Quadrant(name)] | {"gid": name}
        dot_intervals(rows.axes, ranked.loc[[name]], [place], "share", line={"color": look["color"]}, **look)
    rows.axes.set_xlim(0, 1)
    rows.axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    rows.axes.set_xlabel("Share of states that are silent, 90% interval")
    counts = [
        f"{silent} of {states}" for silent, states in zip(ranked["silent"], ranked["states"], strict=True)
    ]
    rows.write_right(counts, "Silent states")
    said = "; ".join(
        f"{name} {with_interval(share, low, high, '.0%')}, {count} states"
        for name, share, low, high, count in zip(
            names, ranked["share"], ranked["low90"], ranked["high90"], counts, strict=True
        )
    )
    return Drawn(rows.figure, f"Share of silent states by quadrant, with 90% intervals. {said}.")
