"""How far apart the quadrants are in what they speak of: distances of pairs, and the profiles behind them."""

from __future__ import annotations

from textwrap import fill

import pandas as pd

from buzanlib.figures.base import Drawn, new_axes, style, with_interval
from buzanlib.figures.primitives import QUIET, Rows, dot_intervals, number_map, quadrant_heading
from buzanlib.theory.vocabulary import Quadrant, Threat


def pair_distances(
    pairs: pd.DataFrame, marked: str = "SW-WS", measure: str = "Jensen-Shannon distance"
) -> Drawn:
    """Draw the distances of the six pairs of quadrants, the farthest on top.

    Parameters
    ----------
    pairs : pandas.DataFrame
        As `buzanlib.inference.divergence.DivergenceResult.pairs`: index like ``"SW-WS"``; columns ``distance``,
        ``low90``, ``high90``, ``uncorrected`` and ``largest`` (share of bootstrap draws in which the pair is
        farthest apart).
    marked : str
        The pair said to be farthest apart, in bold.
    measure : str
        Name of the distance.
    """
    ranked = pairs.sort_values("distance", ascending=False, kind="stable")
    with style():
        rows = Rows.of([str(pair) for pair in ranked.index], margin=1.7, least=0.44)
        axes, places = rows.axes, rows.middles
        dot_intervals(
            axes,
            ranked[["uncorrected"]],
            places,
            "uncorrected",
            color="white",
            markeredgecolor=QUIET,
            markersize=6,
            label="uncorrected",
            gid="uncorrected",
        )
        dot_intervals(
            axes,
            ranked,
            places,
            "distance",
            markersize=8.5,
            zorder=4,
            label="corrected for bias, 90% interval",
            gid="distance",
        )
        for name in axes.get_yticklabels():
            if name.get_text() == marked:
                name.set_fontweight("bold")
        axes.set_xlim(left=0)
        axes.set_xlabel(measure)
        rows.write_right([f"{share:.0%}" for share in ranked["largest"]], "Farthest in this share of draws")
        rows.figure.legend(
            loc="outside upper center", ncols=2, reverse=True, columnspacing=1, handletextpad=0.4
        )
    return Drawn(rows.figure, _pairs_alt(ranked, marked, measure))


def profiles(shares: pd.DataFrame) -> Drawn:
    """Draw the mean profile of each quadrant: how its states divide their mentions among the threats.

    Parameters
    ----------
    shares : pandas.DataFrame
        Index `Quadrant`, columns threats; rows sum to one.
    """
    table = shares.loc[list(Quadrant)].T.astype(float)
    named = table.set_axis([fill(Threat(threat).label, 16) for threat in table.index]).set_axis(
        [quadrant_heading(quadrant) for quadrant in Quadrant], axis=1
    )
    with style():
        figure, axes = new_axes(1.1 + 0.56 * len(table))
        number_map(axes, named, named.map("{:.0%}".format), (0, max(0.5, float(table.to_numpy().max()))))
    said = "; ".join(
        f"{quadrant.label}: "
        + ", ".join(
            f"{Threat(str(threat)).label.lower()} {share:.0%}"
            for threat, share in table[quadrant].sort_values(ascending=False, kind="stable").items()
        )
        for quadrant in Quadrant
    )
    return Drawn(figure, f"Mean share of each threat among the mentions of a state, by quadrant. {said}.")


def _pairs_alt(ranked: pd.DataFrame, marked: str, measure: str) -> str:
    """Say each distance, and how often each pair is farthest."""
    said = "; ".join(
        f"{pair} {with_interval(row['distance'], row['low90'], row['high90'])}, "
        f"uncorrected {row['uncorrected']:.2f}, farthest in {row['largest']:.0%} of draws"
        for pair, row in ranked.iterrows()
    )
    rank = list(ranked.index).index(marked) + 1
    return (
        f"{measure} of the profiles of {len(ranked)} pairs of quadrants, corrected for bias, with 90% intervals, "
        f"farthest first; {marked} is number {rank}. {said}."
    )
