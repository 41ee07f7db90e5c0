"""What Table 2 predicts against what is observed: nine effects, and the table as a whole."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from buzanlib.errors import BuzanError
from buzanlib.figures.base import Drawn, Look, new_panels, style
from buzanlib.figures.palette import ACCENT, FORETOLD, GROUND, INK, PALE, QUIET
from buzanlib.figures.primitives import dot_intervals, name_rows
from buzanlib.inference.table2 import QuadrantResult
from buzanlib.theory.vocabulary import TABLE2_THREATS, Effect, Quadrant, Threat

# Filled and dark, open and light: the two bodies of statements stay apart in grey.
_LOOKS: tuple[Look, Look] = (
    {"marker": "o", "color": INK, "markerfacecolor": INK, "markeredgecolor": INK},
    {"marker": "D", "color": QUIET, "markerfacecolor": GROUND, "markeredgecolor": QUIET},
)
_PREDICTED: Look = {"facecolor": FORETOLD, "edgecolor": ACCENT, "linewidth": 1}

# Who speaks of it more where the contrast is above zero: as the claims of Table 2 have it.
_MORE = {Effect.POWER: "weak power", Effect.COHESION: "weak cohesion", Effect.INTERACTION: "both alike"}


def _weak_first(table: pd.DataFrame) -> pd.DataFrame:
    """Effects with those of the axes turned, so that what Table 2 foretells is above zero in figure and table alike."""
    turned = table.copy()
    axes = turned["effect"] != Effect.INTERACTION
    turned.loc[axes, ["contrast", "predicted"]] *= -1
    turned.loc[axes, ["low90", "high90"]] = -table.loc[axes, ["high90", "low90"]].to_numpy()
    return turned


@style()
def forest(effects: Mapping[str, pd.DataFrame], sesoi: float = 0.4) -> Drawn:
    """Draw the nine effects (threat by effect) with their intervals over what Table 2 predicts.

    Parameters
    ----------
    effects : mapping of str to pandas.DataFrame
        One or two tables under the names of their bodies of statements. Columns ``threat``, ``effect``,
        ``contrast`` (log odds, strong minus weak, or for the interaction: alike minus unlike), ``low90``,
        ``high90`` and ``predicted`` (-1, 0 or 1). Drawn is weak minus strong, the direction of the claims.
    sesoi : float
        The smallest effect of interest, in log odds; the band from minus to plus it is shaded.

    Raises
    ------
    BuzanError
        If there are no tables, or more than two.
    """
    if not 1 <= len(effects) <= len(_LOOKS):
        raise BuzanError(f"{len(effects)} bodies of statements in one figure; allowed: 1 to {len(_LOOKS)}")
    effects = {name: _weak_first(table) for name, table in effects.items()}
    limit = 1.08 * max(
        2.5 * sesoi, *(float(table[["low90", "high90"]].abs().to_numpy().max()) for table in effects.values())
    )
    figure, panels = new_panels(6.2, len(TABLE2_THREATS), sharex=True)
    for axes, threat in zip(panels, TABLE2_THREATS, strict=True):
        axes.axvspan(-sesoi, sesoi, color=PALE, zorder=0, linewidth=0)
        axes.axvline(0, color=QUIET, linewidth=1, zorder=1)
        for place, table in enumerate(effects.values()):
            rows = table[table["threat"] == threat].set_index("effect").loc[list(Effect)]
            if place == 0:
                _predictions(axes, rows["predicted"], sesoi, limit)
            places = np.arange(len(rows)) + (place - (len(effects) - 1) / 2) * 0.36
            look = _LOOKS[place] | {"markersize": 7, "markeredgewidth": 1.6, "gid": f"contrasts {place}"}
            dot_intervals(axes, rows, places, line={"color": look["color"]}, **look)
        name_rows(axes, [_MORE[effect] for effect in Effect])
        axes.set_xlim(-limit, limit)
        axes.set_title(threat.label, loc="left", fontweight="bold")
    panels[-1].xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    panels[-1].set_xlabel("Above zero: said more where … (log odds, 90% interval)")
    key: list[Line2D | Patch] = [
        Line2D([], [], label=name, **look) for name, look in zip(effects, _LOOKS, strict=False)
    ]
    key.append(Patch(**_PREDICTED, label="where Table 2 puts it"))
    key.append(Patch(facecolor=PALE, label=f"within ±{sesoi:g}"))
    figure.legend(handles=key, loc="outside upper center", ncols=2)
    parts = []
    for name, table in effects.items():
        nulls = table[table["predicted"] == 0]
        found = "; ".join(
            f"{Threat(row['threat']).label.lower()}, {_MORE[Effect(row['effect'])]}, "
            f"{row['contrast']:.2f} ({row['low90']:.2f} to {row['high90']:.2f}, "
            f"predicted {'above' if row['predicted'] > 0 else 'below'} zero)"
            for _, row in table[table["predicted"] != 0].iterrows()
        )
        inside = ((nulls["low90"] > -sesoi) & (nulls["high90"] < sesoi)).sum()
        parts.append(
            f"{name}: {found}; of the {len(nulls)} effects predicted to be near zero, {inside} have an "
            f"interval wholly within {sesoi:g} of it."
        )
    return Drawn(
        figure,
        f"Contrasts in log odds with 90% intervals, weak minus strong. {' '.join(parts)}",
        pd.concat(effects, names=["statements"]),
    )


@style()
def joint_test(result: QuadrantResult) -> Drawn:
    """Draw a `QuadrantResult` against chance: permuted states above, the 24 assignments of its cells below."""
    own = "-".join(Quadrant)
    # Rounded, because equal sums differ in their last digits; the paper's own stands first among equals, so
    # that its place in the drawing is its rank.
    order = pd.DataFrame({"value": -result.assignments.round(9), "other": result.assignments.index != own})
    ranked = result.assignments.loc[order.sort_values(["value", "other"], kind="stable").index]
    is_own = np.asarray(ranked.index == own)
    heights, places = ranked.to_numpy(dtype=np.float64), np.arange(1, len(ranked) + 1)
    p = f"p = {result.joint.p:.{3 if result.joint.p >= 0.001 else 4}f}"
    colour = ACCENT
    figure, (above, below) = new_panels(5.6, 2)
    sns.histplot(x=result.joint_null, bins=40, color=QUIET, edgecolor=GROUND, linewidth=0.3, ax=above)
    above.axvline(result.joint_statistic, color=colour, linewidth=2.5, gid="observed")
    above.set(xlabel="Joint statistic", ylabel="Permutations")
    above.set_title(
        f"Line: observed, {result.joint_statistic:.2f} ({p})".replace("-", "\N{MINUS SIGN}"), loc="left"
    )
    below.vlines(places, 0, heights, color=[colour if mine else QUIET for mine in is_own], linewidth=2)
    below.plot(places[~is_own], heights[~is_own], "o", color=QUIET, markersize=6, gid="others")
    below.plot(places[is_own], heights[is_own], "D", color=colour, markersize=9, gid="own")
    below.axhline(0, color=INK, linewidth=0.8)
    below.set(xlabel="Assignments of the four cells, best first", ylabel="Joint statistic")
    below.set_xticks([1, *range(4, len(ranked) + 1, 4)])
    below.set_title(f"Diamond: the paper's own, {result.rank} of {len(ranked)}", loc="left")
    draws = len(result.joint_null)
    beyond = round(result.joint.p * (1 + draws)) - 1
    return Drawn(
        figure,
        f"The joint statistic is {result.joint_statistic:.2f}; "
        f"{beyond} of {draws} permutations reach it ({p}). Of the {len(ranked)} ways to assign the four "
        f"cells of Table 2 to the quadrants the paper's own ranks {result.rank}.",
        ranked.rename_axis("assignment").rename("joint statistic").to_frame(),
    )


def _predictions(axes: Axes, predicted: pd.Series, sesoi: float, limit: float) -> None:
    """Shade by row where Table 2 puts the contrast: beyond the smallest effect of interest, or inside."""
    for row, sign in enumerate(predicted.astype(int)):
        start, end = (-sesoi, sesoi) if sign == 0 else sorted((sign * sesoi, sign * limit))
        place = (start, row - 0.42)
        axes.add_patch(Rectangle(place, end - start, 0.84, zorder=0.5, gid=f"predicted {sign}", **_PREDICTED))
