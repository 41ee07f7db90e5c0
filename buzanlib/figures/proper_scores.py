"""How well Table 2 and simpler accounts predict which threats a state names."""

from __future__ import annotations

import pandas as pd

from buzanlib.figures.base import Drawn, Look, style
from buzanlib.figures.primitives import INK, QUIET, Rows, dot_intervals
from buzanlib.figures.typeset import typeset

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

    The share of the mean that is mixed into a table stands in its name.

    Parameters
    ----------
    scores : pandas.DataFrame
        As `buzanlib.inference.proper_scores.table_scores`: index ``model``; columns ``log_score``, ``brier``,
        ``skill`` and ``p`` (missing for means of the data, which are no tables).
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


def _name(model: str) -> str:
    """A model in words; a table has the share of the mean mixed into it behind a comma."""
    kind, _, mixture = model.partition(", ")
    name = _NAMES.get(kind, kind)
    return f"{name}, {float(mixture):.0%} mean" if mixture else name
