"""How far two readings of the same passages agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from buzanlib.figures.base import Drawn, Look, new_axes, style
from buzanlib.figures.captions import none_or
from buzanlib.figures.labels import in_words
from buzanlib.figures.primitives import INK, QUIET, dot_intervals, label_top, name_rows
from buzanlib.figures.typeset import NO_BREAK, joined, typeset, with_interval
from buzanlib.theory.vocabulary import TABLE2_THREATS

#: Below the first no conclusion, from the second on reliable (Krippendorff 2019, ch. 12).
TENTATIVE, RELIABLE = 0.667, 0.80

_COEFFICIENTS = {
    "alpha": ("Krippendorff's alpha", "o", INK, -0.16),
    "ac1": ("Gwet's AC1", "s", "white", 0.16),
}


@style()
def agreement(table: pd.DataFrame) -> Drawn:
    """Draw alpha and AC1 of each variable with their intervals, against the two customary lines.

    The `table` is as `buzanlib.measurement.reliability.reliability_table` gives it.
    """
    labels = [in_words(str(variable), of="variable") for variable in table.index]
    figure, axes = new_axes(1.6 + 0.37 * len(table))
    for line in (TENTATIVE, RELIABLE):
        axes.axvline(line, color=QUIET, linestyle="--", linewidth=1, zorder=0)
    for name, (label, marker, fill, shift) in _COEFFICIENTS.items():
        places, ends = np.arange(len(table)) + shift, (f"{name}_low", f"{name}_high")
        look: Look = {"marker": marker, "markerfacecolor": fill, "markersize": 6, "label": label, "gid": name}
        dot_intervals(axes, table, places, name, ends, line={"linewidth": 1.4}, clip_on=False, **look)
    name_rows(axes, labels, ruled=True)
    lowest = float(table[["alpha_low", "ac1_low", "alpha", "ac1"]].min().min())
    # Dots, not bars: the axis may start where the values do, but keeps both lines in view.
    axes.set(xlim=(min(0.6, lowest - 0.02), 1.005), xlabel="Agreement")
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    label_top(axes, [TENTATIVE, RELIABLE], [".667", ".80"])
    figure.legend(loc="outside upper center", ncols=2)
    reliable, tentative = int((table["alpha"] >= RELIABLE).sum()), int((table["alpha"] >= TENTATIVE).sum())
    values = "; ".join(
        f"{label} {_or_undefined(alpha)} and {_or_undefined(ac1)}"
        for label, alpha, ac1 in zip(labels, table["alpha"], table["ac1"], strict=True)
    )
    return Drawn(
        figure,
        f"Agreement of the two codings on {len(table)} variables. Alpha reaches {RELIABLE:.2f} for "
        f"{reliable} and {TENTATIVE} for {tentative} of them. Alpha and AC1: {values}.",
    )


def _or_undefined(value: float) -> str:
    return "undefined" if np.isnan(value) else f"{value:.2f}"


def side_by_side(table: pd.DataFrame) -> pd.DataFrame:
    """Alpha with its interval as text, empty where it is undefined: first level of the index across, second down.

    The `table` is as `buzanlib.measurement.codings.comparisons` gives it.
    """
    said: dict[str, dict[str, str | None]] = {}
    for (name, row), alpha, low, high in zip(
        table.index, table["alpha"], table["alpha_low"], table["alpha_high"], strict=True
    ):
        one = None if np.isnan(alpha) else with_interval(alpha, low, high).replace(" ", NO_BREAK)
        said.setdefault(name, {})[row] = one
    return pd.DataFrame(said).rename_axis(str(table.index.names[1]))


#: Shown of each pair of annotators.
SHOWN = ("relevant", "primary", "level (ordinal)")


def by_pair(table: pd.DataFrame, variables: Sequence[str] = SHOWN) -> pd.DataFrame:
    """Alpha of each comparison as text, with its interval, or a dash with the reason why it is undefined.

    Parameters
    ----------
    table : pandas.DataFrame
        As `buzanlib.measurement.codings.every_pair` gives it.
    variables : sequence of str
        Variables of the table, each of which becomes a column.

    Returns
    -------
    pandas.DataFrame
        Index ``coders``; passages that two or more coded, those on which they differ, and alpha by variable.
    """
    rows: dict[str, dict[str, int | str]] = {}
    for name in table.index.unique("comparison"):
        found = table.loc[name]
        counts = {"passages": int(found["passages"].iloc[0]), "they differ on": int(found["differ"].iloc[0])}
        alphas = {in_words(one, of="variable"): _alpha_or_reason(found.loc[one]) for one in variables}
        rows[name] = counts | alphas
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("coders")


def _alpha_or_reason(row: pd.Series[float]) -> str:
    """Alpha of one variable with its interval, or a dash and why it has none."""
    if not row["n"]:
        return "– (no passage in common)"
    if np.isnan(row["alpha"]):
        return "– (all codes alike)"
    said = with_interval(row["alpha"], row["alpha_low"], row["alpha_high"]).replace(" ", NO_BREAK)
    return f"{said} (too few documents for an interval)" if np.isnan(row["alpha_low"]) else said


def lowest_sentence(table: pd.DataFrame) -> str:
    """Say which variable of a comparison, as of `reliability_table`, has the lowest alpha, or why none has any."""
    if not table["n"].any():
        return "There is no such passage, so that nothing can be said of their agreement."
    alpha = table["alpha"].dropna()
    if alpha.empty:
        return "Alpha is undefined for every variable, as no code varies."
    lowest = in_words(str(alpha.idxmin()), of="variable").lower()
    return f"It is lowest for {lowest} (alpha {typeset(alpha.min(), '.2f')})."


def weak_variables(table: pd.DataFrame) -> str:
    """Variables whose alpha does not reach `RELIABLE`, as a sentence lists them, the weakest first."""
    weak = table["alpha"][table["alpha"] < RELIABLE].sort_values(kind="stable")
    return joined(
        f"{in_words(str(name), of='variable').lower()} ({alpha:.2f})" for name, alpha in weak.items()
    )


def reliability_results(
    compared: pd.DataFrame, grouped: pd.DataFrame, first: str = "C and D"
) -> dict[str, float | str]:
    """Values to record of agreement, by keys such as ``reliability.pol.alpha`` and ``reliability.lowest.name``.

    Parameters
    ----------
    compared : pandas.DataFrame
        As `buzanlib.measurement.codings.comparisons` gives it; of the comparison `first` every alpha is told.
    grouped : pandas.DataFrame
        As `buzanlib.measurement.reliability.reliability_by` gives it.
    """
    alpha = {str(name): float(value) for name, value in compared.loc[first]["alpha"].items()}
    lowest = min(alpha, key=lambda name: np.inf if np.isnan(alpha[name]) else alpha[name])
    group, threat = map(str, grouped.index[int(np.nanargmin(grouped["alpha"]))])
    weak = {
        f"{name.replace(' ', '_')}.weak": weak_variables(compared.loc[name])
        for name in compared.index.unique("comparison")
    }
    found: dict[str, float | str] = {
        **weak,
        **{f"{name}.alpha": alpha[name] for name in TABLE2_THREATS},
        "lowest.alpha": alpha[lowest],
        "lowest.name": in_words(lowest, of="variable").lower(),
        "group.lowest.alpha": float(grouped["alpha"].min()),
        "group.lowest.threat": in_words(threat).lower(),
        "group.lowest.group": in_words(group),
    }
    return {f"reliability.{key}": value for key, value in found.items()}


def alpha_reaches(table: pd.DataFrame) -> str:
    """For how many variables alpha reaches `RELIABLE`, and for which it is lowest."""
    alpha = table["alpha"].dropna()
    if alpha.empty:
        return "Alpha is undefined for every variable."
    reached = int((alpha >= RELIABLE).sum())
    lowest = in_words(str(alpha.idxmin()), of="variable").lower()
    return (
        f"Alpha reaches {RELIABLE:.2f} for {none_or(reached)} of {typeset(len(alpha), 'word')} variables, and is "
        f"lowest for *{lowest}* ({typeset(alpha.min(), '.2f')})."
    )
