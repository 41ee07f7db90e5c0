"""Alliances and coalitions: who shares a threat, when the last quadrant enters, what the order of entry does."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import numpy as np
import pandas as pd

from buzanlib.figures.base import Drawn, Look, new_axes, new_panels, style
from buzanlib.figures.labels import FROM_TOP, in_words
from buzanlib.figures.palette import ACCENT, GROUND, INK, PALE, QUIET, SHADES
from buzanlib.figures.primitives import QUADRANT_HEADS, dot_intervals, name_rows, number_map
from buzanlib.figures.tables import Table, interval, table
from buzanlib.figures.typeset import listed, typeset
from buzanlib.theory.vocabulary import Threat

#: Marks of a pair of cells that share a threat: in the table as printed, and in the graded one only.
PRINTED, GRADED = "●", "○"

# From one quadrant to three, pale to dark; all four, which is what is asked for.
_STEPS = (SHADES[4], SHADES[18], SHADES[-1], ACCENT)


@style()
def backing_map(density: pd.DataFrame, literal: pd.DataFrame, graded: pd.DataFrame) -> Drawn:
    """Draw how many pairs of states share a threat, by their quadrants, and where the cells say that they should.

    The `density` is the share of pairs of states, index pairs like ``"SW-WS"``, columns threats, NaN where there is
    none; `literal` and `graded`, of the same shape, say whether both cells of the table name the threat.
    """
    marks = pd.DataFrame(
        np.where(literal, PRINTED, np.where(graded, GRADED, "")), density.index, density.columns
    )
    texts = density.map("{:.0%}".format) + marks.map(lambda mark: f"  {mark}" if mark else "")
    heads = {threat: fill(Threat(threat).label, 15) for threat in density.columns}
    figure, axes = new_axes(1.7 + 0.42 * len(density))
    limits = (0.0, max(0.1, float(np.nanmax(density.to_numpy()))))
    marked = f"{PRINTED} both cells name it as printed   {GRADED} as graded only"
    note = f"Pairs of states that share the threat\n{marked}"
    number_map(axes, density.rename(columns=heads), texts.rename(columns=heads), limits, note)
    words = {PRINTED: " (both cells, as printed)", GRADED: " (both cells, as graded only)", "": ""}
    said = []
    for threat, shares in density.items():
        known = zip(density.index, shares, marks[threat], strict=True)
        facts = [f"{pair} {share:.0%}{words[mark]}" for pair, share, mark in known if not pd.isna(share)]
        said.append((Threat(str(threat)).label.lower(), facts))
    return Drawn(
        figure, f"Share of pairs of states that share a threat, by the quadrants of the two. {listed(said)}."
    )


def affinity_table(affinity: pd.DataFrame) -> Table:
    """Set to be read what affinity of cells adds to that of states: `buzanlib.policy.alliance.Alliances.affinity`."""
    frame = affinity.assign(**{"90 % interval": interval(affinity["low90"], affinity["high90"], "+.3f")})
    return table(
        frame[["table", "coefficient", "90 % interval", "p", "states"]],
        "What full affinity of the cells of a pair of states adds to their observed affinity",
        {"coefficient": "+.3f", "p": "p"},
        note="Exploratory. p is one-sided: small where affinity goes with affinity.",
    )


@style()
def entry_map(found: Mapping[str, Mapping[str, pd.DataFrame]], best: Mapping[str, float]) -> Drawn:
    """Draw how many quadrants hold together at each reservation level, over all orders of entry.

    Parameters
    ----------
    found : mapping of str to mapping of str to pandas.DataFrame
        By table, a column of panels each, and by rule, a row of panels each: as
        `buzanlib.policy.entry_orders.four_quadrants`, of which ``reservation`` and ``holds`` are drawn.
    best : mapping of str to float
        By table, up to which level any agenda could unite all four.
    """
    rules = list(next(iter(found.values())))
    figure, panels = new_panels(1.2 + 1.45 * len(rules), len(rules), len(found), sharex=True, sharey=True)
    grid = panels.reshape(len(rules), len(found))
    said = []
    for column, (title, by_rule) in zip(grid.T, found.items(), strict=True):
        for axes, rule in zip(column, rules, strict=True):
            shares = _counted(by_rule[rule])
            filled = axes.stackplot(shares.index, shares.T.to_numpy(), colors=_STEPS, step="pre")
            axes.axvline(best[title], color=INK, linestyle="--", linewidth=1.4)
            axes.set(xlim=(0, 1), ylim=(0, 1))
            axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
            axes.set_yticks([0, 0.5, 1], ["0", "50%", "100%"])
            said.append(f"{title}, {in_words(rule, of='rule')}: {_reach(shares)}.")
        column[0].set_title(title.replace(", ", ",\n"), fontweight="bold")
        column[-1].set_xlabel("Reservation level")
    for axes, rule in zip(grid[:, 0], rules, strict=True):
        name = fill(in_words(rule, of="rule"), 12)
        axes.set_ylabel(name, rotation=0, ha="right", va="center", labelpad=6)
    title = "Quadrants that hold together, share of the 24 orders"
    figure.legend(filled, ["1", "2", "3", "4"], title=title, loc="outside upper center", ncols=4)
    bounds = "; ".join(f"{title} {typeset(level, '.2f')}" for title, level in best.items())
    return Drawn(
        figure,
        "Quadrants that hold together by reservation level, as shares of the 24 orders of entry. "
        f"Dashed lines, beyond which no agenda unites all four: {bounds}. {' '.join(said)}",
        pd.concat(
            {title: pd.concat(by_rule, names=["rule"]) for title, by_rule in found.items()}, names=["table"]
        ),
    )


def _counted(table: pd.DataFrame) -> pd.DataFrame:
    """Share of orders that end with one, two, three and four quadrants, by reservation level."""
    counted = pd.crosstab(table["reservation"], table["holds"], normalize="index")
    return counted.reindex(columns=range(1, 5), fill_value=0.0)


def _reach(shares: pd.DataFrame) -> str:
    """Up to which level drawn all four hold in every order, and in some."""
    said = []
    for word, least in (("every order", 1 - 1e-9), ("some order", 1e-9)):
        levels = shares.index[shares[4] > least]
        said.append(
            f"in {word} up to {typeset(float(levels.max()), '.2f')}" if len(levels) else f"in no {word[-5:]}"
        )
    return "all four hold " + ", ".join(dict.fromkeys(said))


@style()
def order_map(levels: Mapping[str, Mapping[str, pd.DataFrame]]) -> Drawn:
    """Draw up to which reservation level each scheme of entry unites all four quadrants.

    The `levels` are, by the title of a column and by rule, a row of panels each, those of
    `buzanlib.policy.entry_orders.uniting_levels`. Of each scheme the mean over its orders is drawn, with the range.
    """
    rules = list(next(iter(levels.values())))
    spans = {
        title: {rule: _spans(table) for rule, table in by_rule.items()} for title, by_rule in levels.items()
    }
    schemes = list(spans[next(iter(levels))][rules[0]].index)
    height = 0.8 + len(rules) * (0.2 + 0.34 * len(schemes))
    figure, panels = new_panels(height, len(rules), len(levels), sharex=True, sharey=True)
    grid = panels.reshape(len(rules), len(levels))
    said = []
    for column, (title, by_rule) in zip(grid.T, spans.items(), strict=True):
        for axes, (rule, span) in zip(column, by_rule.items(), strict=True):
            dot_intervals(axes, span, range(len(span)), "mean", ("least", "most"), markersize=6)
            name_rows(axes, [fill(scheme, 14) for scheme in schemes])
            axes.grid(axis="x", color=PALE)
            axes.set_axisbelow(True)
            facts = ", ".join(f"{scheme} {_range(one)}" for scheme, one in span.iterrows())
            said.append(f"{title}, {in_words(rule, of='rule')}: {facts}")
        column[0].set_title(fill(title, 18), fontweight="bold")
        column[-1].set_xlabel("Reservation level")
    for axes, rule in zip(grid[:, 0], rules, strict=True):
        name = fill(in_words(rule, of="rule"), 12)
        axes.set_ylabel(name, rotation=0, ha="right", va="center", labelpad=6, fontweight="bold")
    grid[0, 0].set_xlim(left=0)
    return Drawn(
        figure,
        "Reservation level up to which all four quadrants hold together, by scheme of entry: least to most over its "
        f"orders. {'; '.join(said)}.",
        pd.concat(
            {title: pd.concat(by_rule, names=["rule", "scheme"]) for title, by_rule in spans.items()},
            names=["offer"],
        ),
    )


def _spans(table: pd.DataFrame) -> pd.DataFrame:
    """Least, mean and most of the uniting levels, by scheme."""
    schemes = [str(name) for name in table if name not in ("joins", "holds")]
    levels = [table.loc[table[scheme], "holds"] for scheme in schemes]
    rows = [(some.min(), some.mean(), some.max()) for some in levels]
    return pd.DataFrame(rows, schemes, ["least", "mean", "most"])


def _range(span: pd.Series) -> str:
    least, most = f"{span['least']:.2f}", f"{span['most']:.2f}"
    return least if least == most else f"{least}–{most}"


@style()
def coalition_sizes(runs: Mapping[str, Mapping[str, pd.Series]]) -> Drawn:
    """Draw the distribution of the final size of coalitions: its median, middle half and middle nine tenths.

    The `runs` are, by the title of a panel and by scheme of entry, the shares of all states that hold together at the
    end.
    """
    said = []
    count = sum(len(by_scheme) for by_scheme in runs.values())
    figure, panels = new_panels(0.9 + 0.5 * len(runs) + 0.34 * count, len(runs), sharex=True)
    for axes, (title, by_scheme) in zip(panels, runs.items(), strict=True):
        ends = {"low": 0.05, "lower": 0.25, "middle": 0.5, "upper": 0.75, "high": 0.95}
        spans = [np.quantile(sizes, list(ends.values())) for sizes in by_scheme.values()]
        some = pd.DataFrame(spans, columns=list(ends))
        rows = np.arange(len(some))
        axes.hlines(rows, some["low"], some["high"], color=QUIET, linewidth=1.5, zorder=1)
        dot: Look = {"color": GROUND, "markeredgecolor": INK, "markersize": 7}
        dot_intervals(axes, some, rows, "middle", ("lower", "upper"), {"linewidth": 5}, **dot)
        said += [
            f"{title}, {scheme}: {row['middle']:.0%} ({row['low']:.0%} to {row['high']:.0%})"
            for scheme, row in zip(by_scheme, some.to_dict("records"), strict=True)
        ]
        name_rows(axes, list(by_scheme))
        axes.grid(axis="x", color=PALE)
        axes.set_axisbelow(True)
        axes.set_title(title, loc="left", fontweight="bold")
    panels[-1].set_xlim(0, 1)
    panels[-1].set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25%", "50%", "75%", "100%"])
    panels[-1].set_xlabel("States that hold together at the end")
    return Drawn(
        figure,
        "Share of states that hold together at the end, by scheme of entry: median and, in brackets, middle nine "
        f"tenths of the runs. {'; '.join(said)}.",
    )


@style()
def accession_map(shares: pd.DataFrame, resolutions: pd.DataFrame) -> Drawn:
    """Draw which quadrants said yes to which resolution, index of both tables, in the order of the rows.

    The `shares`, columns the quadrants, are of the states that took a position; `resolutions` have ``text`` (its name)
    and ``year``.
    """
    names = [
        f"{resolutions.loc[number, 'text']}, {resolutions.loc[number, 'year']}" for number in shares.index
    ]
    ordered = shares[list(map(str, FROM_TOP))]
    values = ordered.set_axis(names).rename(columns=QUADRANT_HEADS)
    figure, axes = new_axes(1.5 + 0.4 * len(values))
    number_map(axes, values, "{:.0%}", (0.0, 1.0), "States that voted yes, of those that took a position")
    texts = resolutions.loc[shares.index, "text"]
    for row in np.flatnonzero(texts != texts.shift())[1:]:
        axes.axhline(row, color=INK, linewidth=2)
    said = listed(
        (f"{name} ({number})", [f"{quadrant} {share:.0%}" for quadrant, share in row.items()])
        for name, (number, row) in zip(names, ordered.iterrows(), strict=True)
    )
    return Drawn(figure, f"Share of the states of each quadrant that voted yes. {said}.")


def text_of(resolution: str) -> str:
    """What a resolution is called in figures; early ones of the series carry the name of the later."""
    name = in_words(resolution, of="resolution")
    return "Russian text" if name == resolution else name
