"""How far apart the quadrants are in what they speak of: distances of pairs, and the profiles behind them."""

from __future__ import annotations

from textwrap import fill

import pandas as pd

from buzanlib.figures.base import MARKED_PAIR, Drawn, Look, new_axes, style
from buzanlib.figures.captions import states_of
from buzanlib.figures.labels import FROM_TOP, in_words
from buzanlib.figures.primitives import QUADRANT_HEADS, QUIET, Rows, dot_intervals, number_map
from buzanlib.figures.typeset import listed, typeset, with_interval
from buzanlib.theory.vocabulary import Threat


@style()
def pair_distances(pairs: pd.DataFrame) -> Drawn:
    """Draw the Jensen-Shannon distances of the six pairs of quadrants, the farthest on top, SW-WS in bold.

    The `pairs` are those of `buzanlib.inference.divergence.DivergenceResult`.
    """
    ranked = pairs.sort_values("distance", ascending=False, kind="stable")
    rows = Rows.of([str(pair) for pair in ranked.index], margin=1.7, least=0.44)
    axes, places = rows.axes, rows.middles
    open_: Look = {"color": "white", "markeredgecolor": QUIET, "markersize": 6, "label": "uncorrected"}
    dot_intervals(axes, ranked[["uncorrected"]], places, "uncorrected", gid="uncorrected", **open_)
    filled: Look = {"markersize": 8.5, "zorder": 4, "label": "corrected for bias, 90% interval"}
    dot_intervals(axes, ranked, places, "distance", gid="distance", **filled)
    rank = list(ranked.index).index(MARKED_PAIR)
    axes.get_yticklabels()[rank].set_fontweight("bold")
    axes.set_xlim(left=0)
    axes.set_xlabel("Jensen-Shannon distance")
    rows.write_right([f"{share:.0%}" for share in ranked["largest"]], "Farthest in this share of draws")
    rows.figure.legend(loc="outside upper center", ncols=2, reverse=True, columnspacing=1, handletextpad=0.4)
    said = "; ".join(
        f"{pair} {with_interval(row['distance'], row['low90'], row['high90'])}, "
        f"uncorrected {row['uncorrected']:.2f}, farthest in {row['largest']:.0%} of draws"
        for pair, row in ranked.iterrows()
    )
    return Drawn(
        rows.figure,
        f"Jensen-Shannon distance of the profiles of {len(ranked)} pairs of quadrants, corrected for bias, with 90% "
        f"intervals, farthest first; {MARKED_PAIR} is number {rank + 1}. {said}.",
    )


@style()
def profiles(shares: pd.DataFrame) -> Drawn:
    """Draw how the states of each quadrant (index) divide their mentions among the threats (columns), as shares."""
    table = shares.loc[list(FROM_TOP)].T.astype(float).rename(columns=QUADRANT_HEADS)
    figure, axes = new_axes(1.1 + 0.56 * len(table))
    limits = (0, max(0.5, float(table.to_numpy().max())))
    number_map(axes, table.rename(index=lambda name: fill(Threat(name).label, 16)), "{:.0%}", limits)
    said = listed(
        (
            quadrant.label,
            [
                f"{Threat(str(name)).label.lower()} {share:.0%}"
                for name, share in shares.T[quadrant].sort_values(ascending=False, kind="stable").items()
            ],
        )
        for quadrant in FROM_TOP
    )
    return Drawn(figure, f"Mean share of each threat among the mentions of a state, by quadrant. {said}.")


def farthest_profiles(pairs: pd.DataFrame) -> str:
    """Which pair has the farthest profiles, how surely, and the place of the pair that the paper has in mind."""
    ranked = pairs.sort_values("distance", ascending=False, kind="stable")
    first, place = str(ranked.index[0]), list(ranked.index).index(MARKED_PAIR) + 1
    sure = f"{first} is farthest apart, in {ranked['largest'].iloc[0]:.0%} of the bootstrap draws"
    own = "the pair that the paper sets farthest apart"
    rank = f"this is {own}" if place == 1 else f"{MARKED_PAIR}, {own}, is {typeset(place, 'nth')}"
    return f"{sure}; {rank}."


def first_threats(means: pd.DataFrame) -> str:
    """What the states of each quadrant name most, of mean profiles, shape (quadrants, threats)."""
    top = means.astype(float).idxmax(axis=1)
    if (top == top.iloc[0]).all():
        return f"States of every quadrant name {in_words(str(top.iloc[0])).lower()} most."
    groups = [
        f"{states_of(map(str, some.index))} name {in_words(str(threat)).lower()} most"
        for threat, some in top.groupby(top, sort=False)
    ]
    said = "; ".join(groups)
    return f"{said[0].upper()}{said[1:]}."
