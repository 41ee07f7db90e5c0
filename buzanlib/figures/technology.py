"""Technology beside power and cohesion: what it adds in each threat, and what it sets apart within quadrants."""

from __future__ import annotations

import numpy as np
import pandas as pd

from buzanlib.figures.base import Drawn, Look, style
from buzanlib.figures.captions import none_or, some_of, states_of
from buzanlib.figures.labels import FROM_TOP, in_words
from buzanlib.figures.primitives import INK, QUIET, Rows, dot_intervals
from buzanlib.figures.typeset import joined, typeset, with_interval
from buzanlib.inference.rival_explanations import RivalResult
from buzanlib.inference.technology import Technology
from buzanlib.inference.verdicts import CONTROL
from buzanlib.theory.vocabulary import Quadrant

#: Level of the p values that are adjusted over the threats (Benjamini and Hochberg).
LEVEL = CONTROL["F3"][1]

#: Models that guess states, in words.
MODELS = {"quadrants": "power, cohesion and product", "rival": "technology", "both": "all together"}

_SPLIT: Look = {"marker": "o", "color": INK, "gid": "split", "label": "high less low"}
_AXIS: Look = {
    "marker": "D",
    "color": "white",
    "markeredgecolor": INK,
    "gid": "axis",
    "label": "by the score",
}
_BETWEEN: Look = {"marker": "s", "color": "white", "markeredgecolor": QUIET, "gid": "between"}
_GROUPS = ("High and low within", "Pairs of quadrants")
_APART = 0.17  # inches


@style()
def technology_contrasts(split: pd.DataFrame, axis: pd.DataFrame) -> Drawn:
    """Draw what `Technology.contrasts` gives, with states in halves and on a scale, a row a threat."""
    names = [in_words(str(threat)) for threat in split.index]
    rows = Rows.of(names, margin=1.6, least=0.56)
    rows.axes.axvline(0, color=QUIET, linewidth=1, zorder=1)
    looks = zip((split, axis), (_SPLIT, _AXIS), (-_APART / 2, _APART / 2), strict=True)
    for table, look, shift in looks:
        dot_intervals(rows.axes, table, rows.middles + shift, "estimate", **look)
    rows.axes.set_xlabel("Log odds, 90% interval\n(right of zero: more where technology is high)")
    rows.write_right([typeset(float(p), "p") for p in split["p_adjusted"]], "p, adjusted")
    rows.figure.legend(loc="outside upper center", ncols=2, columnspacing=1, handletextpad=0.4)
    said = "; ".join(
        f"{name}: {one}, p {typeset(float(p), 'p')}, by the score {other}"
        for name, one, p, other in zip(names, _ends(split), split["p_adjusted"], _ends(axis), strict=True)
    )
    return Drawn(
        rows.figure,
        "Contrast of high and low technology beside power and cohesion, in log odds, with 90% intervals and adjusted "
        f"p. {said}.",
    )


@style()
def technology_distances(within: pd.DataFrame, pairs: pd.DataFrame) -> Drawn:
    """Draw the distances of high and low technology within quadrants over those between quadrants.

    Takes what `Technology.within_quadrants` gives, and the pairs of a `DivergenceResult`, or no row of them.
    """
    inside = within.reindex([name for name in FROM_TOP if name in within.index])
    names = [_GROUPS[0], *(Quadrant(name).label for name in inside.index)]
    heads = [0]
    if len(pairs):
        heads.append(len(names))
        names += [_GROUPS[1], *map(_pair, map(str, pairs.index))]
    rows = Rows.of(names, margin=0.9, width=30, least=0.34)
    for head, some, look in zip(heads, (inside, pairs), ({"gid": "within"}, _BETWEEN), strict=False):
        rows.axes.get_yticklabels()[head].set_fontweight("bold")
        places = rows.middles[head + 1 :][: len(some)]
        known = some["distance"].notna().to_numpy()
        dot_intervals(rows.axes, some[known], places[known], "distance", **look)
    texts = [""] * len(names)
    for place, row in enumerate(inside.itertuples(), start=1):
        texts[place] = f"{row.high} and {row.low}"
    rows.write_right(texts, "States, high and low")
    rows.axes.set_xlim(left=-0.02)
    rows.axes.set_xlabel("Jensen-Shannon distance, corrected for bias, 90% interval")
    return Drawn(rows.figure, f"Jensen-Shannon distances, corrected for bias. {_said(inside, pairs)}.")


def technology_values(
    technology: Technology,
    split: pd.DataFrame | None,
    axis: pd.DataFrame | None,
    rival: RivalResult | None,
    within: pd.DataFrame,
) -> dict[str, float | int | str]:
    """Numbers and names under the keys by which prose calls them, from those results of `Technology` that there are."""
    alpha, quadrants = technology.world.data.predictions.alpha, technology.by_quadrant()
    inside = within.drop("all")
    values: dict[str, float | int | str] = {
        "tech.columns": joined(in_words(column) for column in technology.columns),
        "tech.lacking": len(technology.world.placed) - len(technology.score),
        "tech.ws.n": int(quadrants["known"][Quadrant.WS]),
        "tech.ws.below": int(quadrants["below"][Quadrant.WS]),
        "tech.level": LEVEL,
        "tech.unknown": joined(map(str, inside.index[inside["distance"].isna()])),
        "tech.within.small": joined(map(str, inside.index[inside["p"] < alpha])),
    }
    if not np.isnan(p := float(within["p"]["all"])):
        values["tech.within.p"] = p
    if rival is not None:
        values |= {
            "tech.saved": rival.finding.contrast,
            "tech.p": rival.finding.p,
            "tech.reverse_p": rival.reverse_p,
            "tech.best": MODELS[str(rival.comparison.loc[list(MODELS), "mean"].idxmin())],
        }
    if split is not None and axis is not None:
        values["tech.least"] = float(min(split["p_adjusted"].min(), axis["p_adjusted"].min()))
        for by, table in (("split", split), ("axis", axis)):
            names = pd.Index([in_words(str(threat)).lower() for threat in table.index])
            values |= {f"tech.found.{by}": joined(names[table["p_adjusted"] < LEVEL])}
            values |= {f"tech.hints.{by}": joined(names[table["p"] < alpha])}
            values |= {
                f"tech.{threat}.{by}": float(estimate) for threat, estimate in table["estimate"].items()
            }
    return values


def farther_apart(within: pd.DataFrame, pairs: pd.DataFrame) -> str:
    """Quadrants in which high and low technology are farther apart than any two quadrants are."""
    inside = within["distance"].drop("all")
    return joined(map(str, inside.index[inside > pairs["distance"].max()]))


def _said(inside: pd.DataFrame, pairs: pd.DataFrame) -> str:
    parts = []
    for name, row in inside.iterrows():
        states = f"({row['high']:.0f} and {row['low']:.0f} states)"
        ends = with_interval(row["distance"], row["low90"], row["high90"])
        parts.append(f"{name} {states} {'not known' if np.isnan(row['distance']) else ends}")
    between = [f"{_pair(str(name))} {row['distance']:.2f}" for name, row in pairs.iterrows()]
    apart = f". Between {'; '.join(between)}" if between else ""
    return f"High and low technology within {'; '.join(parts)}{apart}"


def _pair(name: str) -> str:
    return " and ".join(name.split("-"))


def _ends(table: pd.DataFrame) -> list[str]:
    rows = table[["estimate", "low90", "high90"]].to_numpy(dtype=float).tolist()
    return [with_interval(value, low, high) for value, low, high in rows]


def technology_found(split: pd.DataFrame) -> str:
    """For which threats high and low technology differ after adjustment for all of them."""
    found = [in_words(str(name)).lower() for name in split.index[split["p_adjusted"] < LEVEL]]
    return (
        f"States of high and low technology differ for {some_of(found, len(split), 'threats')}, "
        f"adjusted for all of them at {LEVEL:.0%}."
    )


def within_beside_between(within: pd.DataFrame, pairs: pd.DataFrame) -> str:
    """In how many quadrants high and low technology are farther apart than any two quadrants are."""
    inside = within["distance"].drop("all").dropna()
    if inside.empty or pairs.empty:
        return "Distances within quadrants and between them cannot be compared."
    farther = inside.index[inside > pairs["distance"].max()]
    return (
        f"High and low technology lie farther apart than any pair of quadrants in {none_or(len(farther))} of "
        f"{typeset(len(inside), 'word')} quadrants that hold enough states"
        + (f" ({states_of(map(str, farther))})." if len(farther) else ".")
    )
