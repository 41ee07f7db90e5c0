"""Votes in the General Assembly: the map of the states, how far quadrants agree, and what goes with agreement."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.figures.base import Drawn, check_named, new_axes, new_panels, style
from buzanlib.figures.captions import pair_of, states_of
from buzanlib.figures.labels import FROM_TOP
from buzanlib.figures.primitives import (
    QUADRANT_HEADS,
    QUIET,
    dot_intervals,
    label_top,
    name_rows,
    named_points,
    number_map,
    place_labels,
    quadrant_points,
)
from buzanlib.figures.typeset import typeset, with_interval
from buzanlib.theory.distances import pair_name
from buzanlib.theory.vocabulary import Quadrant

# The map has so many bins; states in one bin are stacked, so many at most; further columns are set off by this
# share of the map.
_PARTS, _HIGH, _BESIDE = 40, 12, 1 / 60


@style()
def vote_map(
    scores: pd.Series, quadrants: pd.Series, names: pd.Series | None = None, label: Sequence[str] = ()
) -> Drawn:
    """Draw the one-dimensional map of the votes, a strip a quadrant.

    A state stands across where its score is, but where more than twelve voted alike they stand side by side; up and
    down it only makes room for others.

    Parameters
    ----------
    scores : pandas.Series of float
        By state, as `buzanlib.inference.ideal_points.VoteMap.scores`.
    quadrants : pandas.Series of str
        By state; a state without one is not drawn, but counts for the median.
    names : pandas.Series of str, optional
        By state, what to write; by default the index.
    label : sequence of str
        States to name, the first ones being set first; one without a score or a quadrant is passed over.
    """
    placed = pd.DataFrame({"score": scores, "quadrant": quadrants}).dropna().sort_index()
    placed["x"], placed["y"] = _piled(placed)
    middle = float(scores.median())
    figure, axes = new_axes(6.4)
    name_rows(axes, [fill(quadrant.label, 15) for quadrant in FROM_TOP], ruled=True)
    axes.axvline(middle, color=QUIET, linestyle="--", linewidth=1.2, zorder=1)
    quadrant_points(axes, placed, "x", "y", markersize=6, zorder=2)
    axes.set_xlabel("Score of the state on the map, in standard deviations")
    axes.margins(x=0.06)
    label_top(axes, [middle], ["median state"])
    points = placed[["x", "y"]]
    # Keep names off the line, too.
    line_points = np.column_stack([np.full(80, middle), np.linspace(-0.5, len(Quadrant) - 0.5, 80)])
    where = named_points(points, label, names)
    place_labels(axes, where, np.vstack([points.to_numpy(dtype=float), line_points]))
    groups = {quadrant: placed.loc[placed["quadrant"] == quadrant, "score"] for quadrant in Quadrant}
    said = "; ".join(
        f"{quadrant.label}: {len(some)} states, median {typeset(some.median(), '.2f')}, from "
        f"{typeset(some.min(), '.2f')} to {typeset(some.max(), '.2f')}"
        for quadrant, some in groups.items()
        if len(some)
    )
    found = named_points(placed[["score"]], label, names)
    named = ", ".join(f"{name} {typeset(score, '.2f')}" for name, (score,) in found.items())
    return Drawn(
        figure,
        f"Map of the votes on one dimension; the median state stands at {typeset(middle, '.2f')}. {said}."
        + (f" Named: {named}." if named else ""),
    )


@style()
def pair_agreement(means: pd.DataFrame) -> Drawn:
    """Draw how far the states of each two quadrants agree, and those within one.

    The `means` are those of `buzanlib.inference.dyadic_matrices.pair_means`. Shades run from the least to the largest;
    a kind without a dyad has an empty cell.
    """
    values = pd.DataFrame(np.nan, index=list(FROM_TOP), columns=list(FROM_TOP))
    texts = values.astype(object).fillna("")
    for row, one in enumerate(FROM_TOP):
        for other in FROM_TOP[: row + 1]:
            pair = pair_name((one, other))
            values.loc[one, other] = means["mean"][pair]
            texts.loc[one, other] = f"{means['mean'][pair]:.2f}\n({means['dyads'][pair]:,})"
    values, texts = (table.rename(index=QUADRANT_HEADS, columns=QUADRANT_HEADS) for table in (values, texts))
    known = means[means["mean"].notna()]
    figure, axes = new_axes(4.6)
    limits = (float(known["mean"].min()), float(known["mean"].max()))
    number_map(axes, values, texts, limits, "Mean agreement (number of pairs of states)")
    said = "; ".join(
        f"{pair} {mean:.2f} ({dyads:,} pairs)"
        for pair, mean, dyads in zip(known.index, known["mean"], known["dyads"], strict=True)
    )
    return Drawn(
        figure,
        f"Mean agreement of two states, by their quadrants. Least {known['mean'].idxmin()}, most "
        f"{known['mean'].idxmax()}. {said}.",
    )


@style()
def coefficients(table: pd.DataFrame, focal: str) -> Drawn:
    """Draw what goes with the agreement of two states: what is tested above, on a scale of its own, controls below.

    The `table` is that of `buzanlib.inference.mrqap.MRQAPResult`, and `focal` the predictor that is tested;
    `UnknownNameError` if it has no such predictor.
    """
    check_named("predictor", [focal], table.index)
    parts = (table.loc[[focal]], table.drop(focal))
    heads = ("What is tested", "Controls, on a scale of their own")
    rows = [max(len(part), 1) for part in parts]
    figure, panels = new_panels(2.2 + 0.5 * sum(rows), 2, height_ratios=[some + 0.4 for some in rows])
    for axes, part, head in zip(panels, parts, heads, strict=True):
        axes.axvline(0, color=QUIET, linewidth=1, zorder=1)
        dot_intervals(axes, part, np.arange(len(part)), "coefficient", gid="coefficient")
        name_rows(axes, [fill(str(name), 24) for name in part.index], room=0.6)
        axes.locator_params(axis="x", nbins=5)
        axes.set_title(head, loc="left", fontweight="bold")
    panels[-1].set_xlabel("Coefficient, 90% interval\n(left of zero: less agreement)")
    said = "; ".join(
        f"{name} {with_interval(row['coefficient'], row['low90'], row['high90'], '.3f')}"
        for name, row in pd.concat(parts).iterrows()
    )
    return Drawn(figure, f"Coefficients of the regression on pairs of states, with 90% intervals: {said}.")


def _piled(placed: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Where each state stands across and in the strips, which lie around 0, 1, 2 and 3; shape (2, states)."""
    wide = float(placed["score"].max() - placed["score"].min()) or 1.0
    parts = ((placed["score"] - placed["score"].min()) / wide * _PARTS).round()
    piles = placed.groupby([placed["quadrant"], parts])["score"]
    size, place = piles.transform("size"), piles.rank(method="first") - 1
    columns = np.ceil(size / _HIGH)
    lines = np.ceil(size / columns)
    across = place // lines - (columns - 1) / 2
    up = place % lines - (lines - 1) / 2
    strips = placed["quadrant"].map({str(quadrant): row for row, quadrant in enumerate(FROM_TOP)})
    return np.array([placed["score"] + across * _BESIDE * wide, strips + 0.84 / _HIGH * up])


def agree_most(means: pd.DataFrame) -> str:
    """Which kinds of pairs agree least and most, of what `pair_means` gives."""
    known = means["mean"].dropna()
    least, most = str(known.idxmin()), str(known.idxmax())
    return f"Least agree {pair_of(least)} ({known.min():.2f}), most {pair_of(most)} ({known.max():.2f})."


def coefficient_tested(table: pd.DataFrame, focal: str) -> str:
    """Whether pairs of the kind that is tested agree less than others beside the controls."""
    value, low, high = (float(table[name][focal]) for name in ("coefficient", "low90", "high90"))
    agree = "agree neither more nor less, as far as can be told,"
    if high < 0 or low > 0:
        agree = f"agree {'less' if high < 0 else 'more'}"
    return (
        f"Beside the controls, pairs of {focal} {agree} than other pairs: the coefficient is "
        f"{with_interval(value, low, high, '+.3f')}."
    )


def ends_of_votes(scores: pd.Series, quadrants: pd.Series[str]) -> str:
    """Which quadrants have the leftmost and the rightmost median state on the map of the votes."""
    middles = scores.groupby(quadrants.reindex(scores.index)).median()
    left, right = str(middles.idxmin()), str(middles.idxmax())
    return (
        f"The median of {states_of([left])} stands farthest to the left ({typeset(middles.min(), '+.2f')}), that of "
        f"{states_of([right])} farthest to the right ({typeset(middles.max(), '+.2f')})."
    )
