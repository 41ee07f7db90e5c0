"""Choices that could have been made otherwise: the contrasts under all of them, and what each choice does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from buzanlib.figures.base import Drawn, Look, check_named, new_axes, new_panels, style
from buzanlib.figures.captions import none_or
from buzanlib.figures.labels import in_words
from buzanlib.figures.primitives import DOT, INK, PALE, QUIET, Rows, dot_intervals, number_map
from buzanlib.figures.tables import Table, table
from buzanlib.figures.typeset import joined, listed, typeset
from buzanlib.inference.multiverse import MultiverseResult
from buzanlib.inference.permutation import Array
from buzanlib.theory.vocabulary import TABLE2_THREATS

#: What the hypotheses of a result are about, in their order.
_ABOUT = (*(threat.label.lower() for threat in TABLE2_THREATS), "the table as a whole")
#: Hypotheses as the rows of tables name them.
ABOUT = {
    "B1": "B1, political action",
    "B2": "B2, infrastructure",
    "B3": "B3, crime",
    "B5": "B5, mean of the three",
}
#: Summaries of all specifications: columns of `MultiverseResult.joint`, headings and formats.
_SUMMARIES = {
    "median": ("median", "+.2f"),
    "right_signed": ("predicted sign", ".0%"),
    "significant": ("significant", ".0%"),
}
_OWN = DOT | {"marker": "D", "color": "white", "markeredgecolor": INK, "markeredgewidth": 1.6, "zorder": 4}
_LEVEL = 0.05


@style()
def specification_curve(result: MultiverseResult) -> Drawn:
    """Draw the contrasts of a `MultiverseResult`, sorted, under all specifications that can be estimated.

    The band holds the middle nine tenths of the medians that permuted placements give; the line across is the observed
    median.
    """
    figure, panels = new_panels(7.6, len(_ABOUT), sharex=True)
    found = result.estimable
    parts = []
    for axes, name, about, null in zip(
        panels, map(str, result.joint.index), _ABOUT, result.null.T, strict=True
    ):
        middle, band = float(result.joint["median"][name]), np.quantile(null, [0.05, 0.95])
        small = (found[f"{name}.p"] < _LEVEL).mean()
        _curve(axes, found.sort_values(name, kind="stable"), name, middle, band)
        axes.set_title(f"{name}, {about}: {small:.1%} with p < {_LEVEL}", loc="left", fontsize=11)
        locked = f", as locked {typeset(found[name][0], '.2f')}" if 0 in found.index else ""
        low, high, least, most = (typeset(x, ".2f") for x in (*band, found[name].min(), found[name].max()))
        parts.append(
            f"{name}, {about}: median {typeset(middle, '.2f')}{locked}, from {least} to {most}; "
            f"{(found[name] > 0).mean():.0%} above zero, {small:.1%} with p below {_LEVEL}; "
            f"by chance the median lies between {low} and {high} in nine of ten permutations"
        )
    panels[-1].set_xlabel("Specifications, each panel sorted by itself")
    figure.supylabel("Contrast in log odds; above zero: for the paper", fontsize=12)
    key = [
        Line2D([], [], label=f"p < {_LEVEL}", **(DOT | {"markersize": 5})),
        Line2D([], [], label="other specifications", **(DOT | {"markersize": 5, "color": QUIET})),
        Line2D([], [], label="as locked", **_OWN),
        Line2D([], [], color=INK, linestyle="--", linewidth=1, label="median"),
        Patch(facecolor=PALE, label="90% of medians by chance"),
    ]
    figure.legend(handles=key, loc="outside upper center", ncols=2, columnspacing=1, fontsize=10)
    said = ". ".join(parts)
    return Drawn(figure, f"Contrasts in log odds under {len(found)} specifications. {said}.")


@style()
def options(result: MultiverseResult, axes: Sequence[str]) -> Drawn:
    """Draw what each option of some choices does to the contrast of the whole table, over all other choices.

    The choices are columns of the table of a `MultiverseResult`, and `UnknownNameError` is raised if there is none of
    this name; specifications that cannot be estimated are left out. Options stand in groups, the locked one of each
    first.
    """
    hypothesis = str(result.joint.index[-1])
    check_named("choice", axes, result.table.columns)
    summary = _by_option(result, axes, hypothesis)
    locked, heads = summary["locked"].to_numpy(dtype=bool), (summary["option"] == "").to_numpy()
    middle = float(result.estimable[hypothesis].median())
    rows = Rows.of(list(summary["name"]), margin=1.3, width=30, least=0.26)
    # Many short rows: denser than usual, or they would not fit a screen.
    rows.figure.set_figheight(0.87 * rows.figure.get_figheight())
    panel = rows.axes
    panel.tick_params(axis="y", labelsize=10)
    panel.axvline(0, color=QUIET, linewidth=1, zorder=1)
    panel.axvline(middle, color=QUIET, linestyle="--", linewidth=1.2, zorder=1)
    looks: tuple[Look, Look] = (
        {"marker": "D", "color": "white", "markersize": 8, "gid": "locked", "label": "as locked"},
        {"marker": "o", "color": INK, "markersize": 7, "gid": "others", "label": "otherwise"},
    )
    for some, look in zip((locked, ~locked & ~heads), looks, strict=True):
        part, places = summary[some], rows.middles[some]
        dot_intervals(panel, part, places, "median", ("low", "high"), markeredgecolor=INK, **look)
    for row in np.flatnonzero(heads):
        panel.get_yticklabels()[row].set_fontweight("bold")
    panel.locator_params(axis="x", nbins=5)
    panel.set_xlabel(f"Contrast of {hypothesis}, median and middle half")
    key = panel.get_legend_handles_labels()[0]
    key.append(Line2D([], [], color=QUIET, linestyle="--", label="median of all"))
    rows.figure.legend(handles=key, loc="outside upper center", ncols=3, columnspacing=1, handletextpad=0.4)
    said = listed(
        (
            in_words(str(axis)),
            [f"{row['name']} {typeset(row['median'], '.2f')}" for _, row in some[1:].iterrows()],
        )
        for axis, some in summary.groupby("axis", sort=False)
    )
    return Drawn(
        rows.figure,
        f"Median contrast of {hypothesis} by option of each choice, the locked option first; over all "
        f"specifications it is {typeset(middle, '.2f')}. {said}.",
    )


@style()
def sensitivity(table: pd.DataFrame) -> Drawn:
    """Draw how much of the variance of contrasts goes with each choice, as `MultiverseResult.sensitivity` gives it."""
    shown = table.astype(float).rename(index=in_words)
    figure, axes = new_axes(1.0 + 0.42 * len(shown))
    number_map(axes, shown, "{:.0%}", (0, max(0.3, float(shown.to_numpy().max()))))
    axes.set_title("Share of the variance of the contrasts", fontsize=12, pad=8)
    ranked = {str(name): shown[name].sort_values(ascending=False, kind="stable") for name in shown}
    said = listed(
        (name, [f"{axis} {share:.0%}" for axis, share in some.items()]) for name, some in ranked.items()
    )
    return Drawn(figure, f"Share of the variance of the contrasts that goes with each choice. {said}.")


def _curve(axes: Axes, ranked: pd.DataFrame, name: str, middle: float, band: Array) -> None:
    """One panel: the sorted contrasts of a hypothesis over the band of medians by chance."""
    places, values = np.arange(1, len(ranked) + 1), ranked[name].to_numpy()
    found, own = ranked[f"{name}.p"].to_numpy() < _LEVEL, ranked.index == 0
    axes.axhspan(*band, color=PALE, linewidth=0, zorder=0, gid="null")
    axes.axhline(0, color=INK, linewidth=0.8, zorder=1)
    axes.axhline(middle, color=INK, linestyle="--", linewidth=1, zorder=1)
    look: Look = {"markeredgewidth": 0, "markersize": 3, "color": QUIET, "zorder": 2}
    axes.plot(places[~found], values[~found], "o", gid="not found", **look)
    look |= {"markersize": 4.5, "color": INK, "zorder": 3}
    axes.plot(places[found], values[found], "o", gid="found", **look)
    axes.plot(places[own], values[own], gid="locked", **_OWN)
    axes.locator_params(axis="y", nbins=5)


def _by_option(result: MultiverseResult, axes: Sequence[str], hypothesis: str) -> pd.DataFrame:
    """Median and quartiles of every option, below a row of its own, without option, for each choice."""
    lines: list[tuple[str, str, str, float, float, float, bool]] = []
    for axis in axes:
        lines.append((axis, "", in_words(axis), np.nan, np.nan, np.nan, False))
        locked = str(result.table[axis][0])
        groups = {str(option): some for option, some in result.estimable.groupby(axis)[hypothesis]}
        for option in sorted(groups, key=lambda option: (option != locked, option)):
            low, median, high = groups[option].quantile([0.25, 0.5, 0.75])
            lines.append((axis, option, in_words(option, of=axis), low, median, high, option == locked))
    return pd.DataFrame(lines, columns=["axis", "option", "name", "low", "median", "high", "locked"])


def joint_table(runs: Mapping[str, MultiverseResult]) -> Table:
    """All specifications together, a row a hypothesis, by rule of exchange; the first is the locked one."""
    main, *_ = runs.values()
    shown = {
        f"{called} (p)": [
            f"{typeset(value, form)} ({typeset(p, 'p')})"
            for value, p in zip(main.joint[name], main.joint[f"{name}_p"], strict=True)
        ]
        for name, (called, form) in _SUMMARIES.items()
    }
    others = {
        f"p, {in_words(rule, of='exchange')}": run.joint["median_p"]
        for rule, run in runs.items()
        if run is not main
    }
    return table(
        pd.DataFrame(shown, main.joint.index).assign(**others).rename(index=ABOUT),
        "All specifications together, with p values from the same under shared permutations; in the last columns that "
        "of the median under other exchanges",
        dict.fromkeys(others, "p"),
        stacked=True,
    )


def medians_table(first: str, joint: pd.DataFrame, second: str, again: pd.DataFrame, caption: str) -> Table:
    """Medians of two runs, or of two halves of one, side by side, with p where there is one.

    Takes tables with the columns ``median`` and perhaps ``median_p``, by hypothesis, and what to call them.
    """
    columns = {}
    for name, one in ((first, joint), (second, again)):
        columns[name] = one["median"]
        if "median_p" in one:
            columns[f"p, {name}"] = one["median_p"]
    forms = {name: "p" if name.startswith("p, ") else "+.2f" for name in columns}
    return table(pd.DataFrame(columns).rename(index=ABOUT).rename_axis("hypothesis"), caption, forms)


def multiverse_values(
    runs: Mapping[str, MultiverseResult], again: pd.DataFrame, variance: pd.DataFrame, sesoi: float
) -> dict[str, float | int | str]:
    """Numbers and names under the keys by which prose calls them.

    Takes the runs by rule of exchange, the joint table of the other codebook, the `MultiverseResult.sensitivity`, and
    the smallest effect of interest.
    """
    main, *_ = runs.values()
    joint, found = main.joint, main.estimable
    values: dict[str, float | int | str] = {
        "multiverse.size": len(main.table),
        "multiverse.n": len(found),
        "multiverse.large": joined(map(str, joint.index[joint["median"] >= sesoi])),
        "multiverse.p.n": len(joint) * len(_SUMMARIES),
        "multiverse.p.which": joined(f"{name} ({_SUMMARIES[what][0]})" for name, what in main.below()),
        "multiverse.recoded.same": joined(map(str, again.index[again["median"] * joint["median"] > 0])),
    }
    for axis, options in (("corpus", ("UNGDC", "NCSS")), ("threshold", ("regional", "neighbour"))):
        for option in options:
            values[f"multiverse.options.{option}"] = int((found[axis] == option).sum())
    by_denominator = found.groupby("denominator")["B1"].median()
    values |= {f"multiverse.B1.{name}": float(median) for name, median in by_denominator.items()}
    for rule, run in runs.items():
        values[f"multiverse.B1.{rule}_p"] = float(run.joint["median_p"]["B1"])
    for name in map(str, joint.index):
        values[f"multiverse.recoded.{name}"] = float(again["median"][name])
        values[f"multiverse.locked.{name}"] = float(main.table[name][0])
        values[f"multiverse.most.{name}"] = in_words(str(variance[name].idxmax()))
        for column in map(str, joint.columns):
            values[f"multiverse.{name}.{column}"] = float(joint[column][name])
    return values


def medians_by_chance(result: MultiverseResult) -> str:
    """For how many hypotheses the median over specifications lies within what chance gives."""
    low, high = np.quantile(result.null, [0.05, 0.95], axis=0)
    middle = result.joint["median"].to_numpy(dtype=float)
    inside = int(((middle >= low) & (middle <= high)).sum())
    return (
        f"The median of {len(result.estimable)} specifications is within what chance gives in nine of ten "
        f"permutations for {none_or(inside)} of {typeset(len(middle), 'word')} hypotheses; medians run from "
        f"{typeset(middle.min(), '+.2f')} to {typeset(middle.max(), '+.2f')}."
    )


def largest_choice(variance: pd.DataFrame) -> str:
    """Which choice moves the contrasts of each hypothesis most, and how much of their variance goes with it."""
    said = [
        f"{name} with *{in_words(str(some.idxmax()))}* ({some.max():.0%})" for name, some in variance.items()
    ]
    return f"Most of what choices move goes, for {'; for '.join(said)}."


def options_apart(result: MultiverseResult, axes: Iterable[str]) -> str:
    """Between what the median contrast of the whole table stays, whichever option is taken."""
    name = str(result.joint.index[-1])
    middles = pd.concat([result.estimable.groupby(axis)[name].median() for axis in axes])
    sign = "changes its sign" if middles.min() < 0 < middles.max() else "keeps its sign"
    return (
        f"The median contrast of {name} {sign} with these options: it lies between "
        f"{typeset(middles.min(), '+.2f')} and {typeset(middles.max(), '+.2f')}."
    )
