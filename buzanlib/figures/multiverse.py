"""Choices that could have been made otherwise: the contrasts under all of them, and what each choice does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from buzanlib.figures.base import QUADRANT_COLOURS, WIDTH, Drawn, check_named, new_axes, style
from buzanlib.figures.labels import in_words
from buzanlib.figures.primitives import INK, PALE, QUIET, Rows, dot_intervals, number_map
from buzanlib.figures.typeset import typeset
from buzanlib.inference.multiverse import MultiverseResult
from buzanlib.inference.permutation import Array
from buzanlib.theory.vocabulary import TABLE2_THREATS, Quadrant

#: What the hypotheses of a result are about, in their order.
_ABOUT = (*(threat.label.lower() for threat in TABLE2_THREATS), "the table as a whole")
_FAINT, _LOCKED = "#a9a9a9", QUADRANT_COLOURS[Quadrant.SW]
_LEVEL = 0.05


def specification_curve(result: MultiverseResult) -> Drawn:
    """Draw the contrasts of every hypothesis under all specifications, sorted.

    Parameters
    ----------
    result : MultiverseResult
        Specifications that cannot be estimated are left out.

    Returns
    -------
    Drawn
        The figure, and its text alternative. The band holds the middle nine tenths of the medians that permuted
        placements give; the line across is the observed median.
    """
    with style():
        figure = Figure(figsize=(WIDTH, 8.4), layout="constrained")
        panels = figure.subplots(len(_ABOUT), 1, sharex=True)
        for axes, (name, about), null in zip(panels, _named(result), result.null.T, strict=True):
            _curve(axes, result, name, about, null)
        panels[-1].set_xlabel("Specifications, each panel sorted by itself")
        figure.supylabel("Contrast in log odds; above zero: for the paper", fontsize=12)
        figure.legend(handles=_key(), loc="outside upper center", ncols=2, columnspacing=1, fontsize=10)
    return Drawn(figure, _curve_alt(result))


def options(result: MultiverseResult, axes: Sequence[str], hypothesis: str = "B5") -> Drawn:
    """Draw what each option of each choice does to the contrast, over all other choices.

    Parameters
    ----------
    result : MultiverseResult
        Specifications that cannot be estimated are left out.
    axes : sequence of str
        Columns of its table, the choices to show.
    hypothesis : str
        One of those of the result.

    Returns
    -------
    Drawn
        The figure, and its text alternative. Options stand in groups, the locked one of each first.

    Raises
    ------
    UnknownNameError
        If there is no such hypothesis or choice.
    """
    check_named("hypothesis", [hypothesis], result.joint.index)
    check_named("choice", axes, result.table.columns)
    summary = _by_option(result, axes, hypothesis)
    names = [
        in_words(option, of=axis) if option else in_words(axis)
        for axis, option in zip(summary["axis"], summary["option"], strict=True)
    ]
    locked = summary["locked"].to_numpy(dtype=bool)
    others = ~locked & (summary["option"] != "").to_numpy()
    middle = float(result.estimable[hypothesis].median())
    with style():
        rows = Rows.of(names, margin=1.5, width=26, least=0.26)
        panel, places = rows.axes, rows.middles
        panel.axvline(0, color=QUIET, linewidth=1, zorder=1)
        panel.axvline(middle, color=QUIET, linestyle="--", linewidth=1.2, zorder=1)
        for some, marker, size, colour, gid, label in (
            (locked, "D", 8, _LOCKED, "locked", "as locked"),
            (others, "o", 7, INK, "others", "otherwise"),
        ):
            dot_intervals(
                panel,
                summary[some],
                places[some],
                "median",
                ("low", "high"),
                marker=marker,
                color=colour,
                markeredgecolor=INK,
                markersize=size,
                gid=gid,
                label=label,
            )
        for name, option in zip(panel.get_yticklabels(), summary["option"], strict=True):
            name.set_fontweight("normal" if option else "bold")
        panel.set_xlabel(f"Contrast of {hypothesis}, median and middle half")
        key = panel.get_legend_handles_labels()[0]
        key.append(Line2D([], [], color=QUIET, linestyle="--", label="median of all"))
        rows.figure.legend(
            handles=key, loc="outside upper center", ncols=3, columnspacing=1, handletextpad=0.4
        )
    return Drawn(rows.figure, _options_alt(summary, names, hypothesis, middle))


def sensitivity(table: pd.DataFrame) -> Drawn:
    """Draw how much of the variance of the contrasts goes with each choice.

    Parameters
    ----------
    table : pandas.DataFrame of float
        As `MultiverseResult.sensitivity` gives it: index the choices, columns the hypotheses; shares, 0 to 1.
    """
    shown = table.astype(float).rename(index=in_words)
    with style():
        figure, axes = new_axes(1.0 + 0.42 * len(shown))
        number_map(axes, shown, shown.map("{:.0%}".format), (0, max(0.3, float(shown.to_numpy().max()))))
        axes.set_title("Share of the variance of the contrasts", fontsize=12, pad=8)
    said = "; ".join(
        f"{name}: " + ", ".join(f"{axis} {share:.0%}" for axis, share in _largest_first(shown[name]))
        for name in shown.columns
    )
    return Drawn(figure, f"Share of the variance of the contrasts that goes with each choice. {said}.")


def _curve(axes: Axes, result: MultiverseResult, name: str, about: str, null: Array) -> None:
    """One panel."""
    ranked = result.estimable.sort_values(name, kind="stable")
    places = np.arange(1, len(ranked) + 1)
    found = ranked[f"{name}.p"].to_numpy() < _LEVEL
    values = ranked[name].to_numpy()
    axes.axhspan(*np.quantile(null, [0.05, 0.95]), color=PALE, linewidth=0, zorder=0, gid="null")
    axes.axhline(0, color=INK, linewidth=0.8, zorder=1)
    axes.axhline(float(result.joint["median"][name]), color=INK, linestyle="--", linewidth=1, zorder=1)
    for mine, colour, size, order in ((False, _FAINT, 3, 2), (True, INK, 4.5, 3)):
        axes.plot(
            places[found == mine],
            values[found == mine],
            "o",
            color=colour,
            markersize=size,
            markeredgewidth=0,
            zorder=order,
            gid="found" if mine else "not found",
        )
    own = np.flatnonzero(ranked.index == 0)
    axes.plot(
        places[own],
        values[own],
        "D",
        color=_LOCKED,
        markeredgecolor="white",
        markersize=9,
        zorder=4,
        gid="locked",
    )
    axes.locator_params(axis="y", nbins=5)
    axes.set_title(f"{name}, {about}: {found.mean():.1%} with p < {_LEVEL}", loc="left", fontsize=11)


def _key() -> list[Line2D | Patch]:
    marks = (
        ("o", INK, INK, 5, f"p < {_LEVEL}"),
        ("o", _FAINT, _FAINT, 5, "other specifications"),
        ("D", _LOCKED, "white", 9, "as locked"),
    )
    return [
        *(
            Line2D(
                [],
                [],
                linestyle="none",
                marker=mark,
                color=colour,
                markeredgecolor=edge,
                markersize=size,
                label=label,
            )
            for mark, colour, edge, size, label in marks
        ),
        Line2D([], [], color=INK, linestyle="--", linewidth=1, label="median"),
        Patch(facecolor=PALE, label="90% of medians by chance"),
    ]


def _by_option(result: MultiverseResult, axes: Sequence[str], hypothesis: str) -> pd.DataFrame:
    """Median and quartiles of every option, below a row of its own, without option, for each choice.

    Columns ``axis``, ``option``, ``low``, ``median``, ``high``, ``locked``.
    """
    lines: list[tuple[str, str, float, float, float, bool]] = []
    for axis in axes:
        lines.append((axis, "", np.nan, np.nan, np.nan, False))
        locked = str(result.table[axis][0])
        groups = {str(option): some for option, some in result.estimable.groupby(axis)[hypothesis]}
        for option in sorted(groups, key=lambda option: (option != locked, option)):
            low, median, high = groups[option].quantile([0.25, 0.5, 0.75])
            lines.append((axis, option, low, median, high, option == locked))
    return pd.DataFrame(lines, columns=["axis", "option", "low", "median", "high", "locked"])


def _named(result: MultiverseResult) -> list[tuple[str, str]]:
    """Hypotheses, each with what it is about."""
    return list(zip(map(str, result.joint.index), _ABOUT, strict=True))


def _largest_first(values: pd.Series) -> list[tuple[str, float]]:
    ranked = values.sort_values(ascending=False, kind="stable")
    return list(zip(map(str, ranked.index), map(float, ranked), strict=True))


def _curve_alt(result: MultiverseResult) -> str:
    """Say, for each hypothesis, where the contrasts lie, how many are significant, and what chance would give."""
    found = result.estimable
    parts = []
    for (name, about), null in zip(_named(result), result.null.T, strict=True):
        low, high = np.quantile(null, [0.05, 0.95])
        locked = f", as locked {typeset(float(found[name][0]), '.2f')}" if 0 in found.index else ""
        parts.append(
            f"{name}, {about}: median {typeset(float(result.joint['median'][name]), '.2f')}{locked}, "
            f"from {typeset(float(found[name].min()), '.2f')} to {typeset(float(found[name].max()), '.2f')}; "
            f"{(found[name] > 0).mean():.0%} above zero, {(found[f'{name}.p'] < _LEVEL).mean():.1%} with p below "
            f"{_LEVEL}; by chance the median lies between {typeset(float(low), '.2f')} and "
            f"{typeset(float(high), '.2f')} in nine of ten permutations"
        )
    return f"Contrasts in log odds under {len(found)} specifications. {'. '.join(parts)}."


def _options_alt(summary: pd.DataFrame, names: Sequence[str], hypothesis: str, middle: float) -> str:
    """Say the median of every option."""
    parts: list[str] = []
    for name, option, median in zip(names, summary["option"], summary["median"], strict=True):
        if option:
            parts[-1] += f" {name} {typeset(float(median), '.2f')},"
        else:
            parts.append(f"{name}:")
    said = "; ".join(part.rstrip(",") for part in parts)
    return (
        f"Median contrast of {hypothesis} by option of each choice, the locked option first; over all "
        f"specifications it is {typeset(middle, '.2f')}. {said}."
    )
