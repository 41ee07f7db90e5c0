"""Rival accounts: how well each predicts, what it leaves, and where regime type and cohesion can be told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from buzanlib.figures.base import Drawn, Look, new_axes, style
from buzanlib.figures.captions import none_or, together, verb
from buzanlib.figures.primitives import (
    INK,
    PALE,
    QUIET,
    Rows,
    dot_intervals,
    named_points,
    place_labels,
    quadrant_points,
)
from buzanlib.figures.typeset import joined, listed, typeset

# Filled, open, half: apart in grey. Nothing is the line at one.
_MODELS = {
    "quadrants": ("o", INK, "full", "power and cohesion"),
    "rival": ("D", "white", "full", "the rival"),
    "both": ("o", INK, "left", "both together"),
}


_NAMES = {
    "marginal": "all other states",
    "power": "others of the same power",
    "cohesion": "others of the same cohesion",
    "saturated": "others of the same quadrant",
    "literal": "as printed",
    "graded": "graded",
}
_GROUPS = ("Means of the data", "Table 2 of the paper")


@style()
def skill(scores: pd.DataFrame) -> Drawn:
    """Draw the log score of every model above that of the mean of all other states.

    The `scores` are as `buzanlib.inference.proper_scores.table_scores` gives them, ``p`` missing for means of the data,
    which are no tables. The share of the mean that is mixed into a table stands in its name.
    """
    means, tables = scores[scores["p"].isna()], scores[scores["p"].notna()]
    heads = (0, len(means) + 1)
    names = [_GROUPS[0], *map(_name, means.index), _GROUPS[1], *map(_name, tables.index)]
    p = [""] * (len(means) + 1) + ["p"] + [typeset(float(value), "p") for value in tables["p"]]
    rows = Rows.of(names, margin=0.9, width=28, least=0.32)
    axes = rows.axes
    axes.axvline(0, color=QUIET, linestyle="--", linewidth=1.2, zorder=1)
    looks: tuple[Look, Look] = (
        {"gid": "means", "marker": "o", "color": "white"},
        {"gid": "tables", "marker": "D", "color": INK},
    )
    for head, some, look in zip(heads, (means, tables), looks, strict=True):
        axes.get_yticklabels()[head].set_fontweight("bold")
        places = rows.middles[head + 1 :][: len(some)]
        dot_intervals(axes, some, places, "skill", markeredgecolor=INK, markeredgewidth=1.6, **look)
    axes.set_xlabel("Log score above that of all other states\n(right of zero: better)")
    axes.locator_params(axis="x", nbins=5)
    rows.write_right(p)
    said = "; ".join(
        f"{_name(str(model))} {typeset(float(row['skill']), '+.3f')}"
        + ("" if pd.isna(row["p"]) else f" (p {typeset(float(row['p']), 'p')})")
        for model, row in pd.concat([means, tables]).iterrows()
    )
    return Drawn(
        rows.figure,
        f"Log score, in nats, above that of the mean of all other states (higher is better): {said}.",
    )


@style()
def errors_left(comparisons: Mapping[str, pd.DataFrame]) -> Drawn:
    """Draw how much squared error power and cohesion, each rival, and both leave of states that were left out.

    The comparisons are those of `buzanlib.inference.rival_explanations.RivalResult`, by the name of the rival, of which
    the means over the threats are drawn. A line stands at 1: no better than the mean of the other states.
    """
    rows = Rows.of(list(comparisons), margin=1.6, width=20, least=0.62)
    axes = rows.axes
    axes.axvline(1, color=QUIET, linewidth=1.2, linestyle="--", zorder=1, label="the mean of the others")
    left = pd.DataFrame({name: comparison["mean"] for name, comparison in comparisons.items()}).T
    edge: Look = {"markerfacecoloralt": "white", "markeredgecolor": INK, "markeredgewidth": 1.4}
    for place, (model, (marker, colour, fill, label)) in enumerate(_MODELS.items()):
        look: Look = {"marker": marker, "color": colour, "fillstyle": fill, "label": label, **edge}
        dot_intervals(axes, left, rows.middles + (place - 1) * 0.16, model, gid=model, **look)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.margins(x=0.08)
    axes.set_xlabel("Squared error, as a share of that of the mean\n(left of 1: better)")
    rows.figure.legend(loc="outside upper center", ncols=2, columnspacing=1)
    said = listed(
        (str(name), [f"{label} {typeset(row[model], '.3f')}" for model, (*_, label) in _MODELS.items()])
        for name, row in left.iterrows()
    )
    return Drawn(
        rows.figure,
        "Squared error of states that were left out, as a share of that of the mean of the others (1 is no better, "
        f"less is better). {said}.",
    )


@style()
def regime_and_cohesion(
    cohesion: pd.Series,
    polyarchy: pd.Series,
    quadrants: pd.Series,
    label: Sequence[str] = (),
    names: pd.Series | None = None,
    threshold: tuple[float, float] | None = None,
) -> Drawn:
    """Draw every state by cohesion (across) and regime type (up).

    The two can be distinguished only where they differ, in the shaded corners: cohesive autocracies, of strong
    cohesion and low polyarchy, and divided democracies.

    Parameters
    ----------
    cohesion, polyarchy, quadrants : pandas.Series
        By state: a score, a number from 0 to 1, and the quadrant. Only states with all three are drawn.
    label : sequence of str
        States to name, the first ones being set first; one that is not drawn is passed over.
    names : pandas.Series of str, optional
        By state, what to write; by default the index.
    threshold : tuple of (cohesion, polyarchy), optional
        Where the lines stand; by default at the medians.
    """
    table = pd.DataFrame({"cohesion": cohesion, "polyarchy": polyarchy, "quadrant": quadrants}).dropna()
    level, regime = threshold or (float(table["cohesion"].median()), float(table["polyarchy"].median()))
    cohesive = (table["cohesion"] > level) & (table["polyarchy"] <= regime)
    divided = (table["cohesion"] <= level) & (table["polyarchy"] > regime)
    figure, axes = new_axes(6.4)
    quadrant_points(axes, table, "cohesion", "polyarchy", markersize=6.5)
    axes.axvline(level, color=QUIET, linestyle="--", linewidth=1, zorder=0)
    axes.axhline(regime, color=QUIET, linestyle="--", linewidth=1, zorder=0)
    # Bands above and below that no state can reach, for the names of the corners.
    axes.set(xlabel="Cohesion (score)", ylabel="Polyarchy (electoral democracy)", ylim=(-0.13, 1.13))
    axes.set_yticks(np.linspace(0, 1, 6))
    axes.margins(x=0.06)
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    axes.set_xlim(left, right)
    name: Look = {"transform": axes.transAxes, "fontsize": 11, "fontweight": "bold"}
    for corner, width, height, gid in (
        ((level, bottom), right - level, regime - bottom, "cohesive"),
        ((left, regime), level - left, top - regime, "divided"),
    ):
        axes.add_patch(Rectangle(corner, width, height, facecolor=PALE, zorder=-1, gid=gid))
    axes.text(0.99, 0.01, f"cohesive autocracies: {cohesive.sum()}", ha="right", va="bottom", **name)
    axes.text(0.01, 0.99, f"divided democracies: {divided.sum()}", ha="left", va="top", **name)
    figure.legend(loc="outside upper center", ncols=2, fontsize=10, columnspacing=1, handletextpad=0.3)
    points = table[["cohesion", "polyarchy"]]
    where = named_points(points, label, names)
    place_labels(axes, where, points.to_numpy(dtype=float))
    together = typeset(float(table["cohesion"].corr(table["polyarchy"])), ".2f")
    some = "; ".join(f"{who} {typeset(x, '.2f')} and {typeset(y, '.2f')}" for who, (x, y) in where.items())
    return Drawn(
        figure,
        f"{len(table)} states by cohesion and polyarchy, which correlate at {together}. {cohesive.sum()} are cohesive "
        f"autocracies (cohesion above {typeset(level, '.2f')}, polyarchy at most {typeset(regime, '.2f')}), "
        f"{divided.sum()} are divided democracies."
        + (f" Cohesion and polyarchy of some: {some}." if some else ""),
    )


def _name(model: str) -> str:
    """A model in words; a table has the share of the mean mixed into it behind a comma."""
    kind, _, mixture = model.partition(", ")
    name = _NAMES.get(kind, kind)
    return f"{name}, {float(mixture):.0%} mean" if mixture else name


def regimes_apart(cohesion: pd.Series, polyarchy: pd.Series, threshold: tuple[float, float]) -> str:
    """How many states tell cohesion and regime apart, at thresholds of the two."""
    table = pd.DataFrame({"cohesion": cohesion, "polyarchy": polyarchy}).dropna()
    unlike = (table["cohesion"] > threshold[0]) != (table["polyarchy"] > threshold[1])
    return (
        f"Cohesion and electoral democracy {together(table['cohesion'], table['polyarchy'])}: {unlike.sum()} of "
        f"{len(table)} states are strong in either and not in the other."
    )


def errors_beside_mean(comparisons: Mapping[str, pd.DataFrame]) -> str:
    """Whether the quadrants, and which rivals, guess states that were left out better than the plain mean does."""
    own = sum(float(one["mean"]["quadrants"]) < 1 for one in comparisons.values())
    better = [
        name.partition(", ")[2] or name
        for name, one in comparisons.items()
        if float(one["mean"]["rival"]) < 1
    ]
    return (
        f"Power and cohesion guess states left out better than the plain mean in {none_or(own)} of "
        f"{typeset(len(comparisons), 'word')} comparisons; of the rivals {joined(better)} "
        f"{verb(len(better), 'do', 'does')}."
    )


def better_than_mean(scores: pd.DataFrame) -> str:
    """How many forms of Table 2 guess states better than the mean of all others."""
    skill = scores[scores["p"].notna()]["skill"]
    return (
        f"Of {typeset(len(skill), 'word')} forms of Table 2, {none_or(int((skill > 0).sum()))} "
        f"{verb(int((skill > 0).sum()), 'guess', 'guesses')} a state better than the mean of all other states does."
    )
