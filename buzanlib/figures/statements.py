"""What states say: threats over the years, and the share of each threat by quadrant."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from buzanlib.figures.base import Drawn, Look, new_axes, new_panels, style
from buzanlib.figures.labels import FROM_TOP, MATRIX
from buzanlib.figures.primitives import INK, PALE, QUADRANT_LOOKS, QUIET, dot_intervals, name_rows
from buzanlib.tables.statements import Statements
from buzanlib.theory.vocabulary import Annotator, Corpus, Quadrant, Threat


def by_year(
    statements: Statements, corpus: str = Corpus.UNGDC, annotator: str = Annotator.ADJUDICATED_2
) -> pd.DataFrame:
    """Count documents and passages of each year, of a corpus, as an annotator coded them.

    Returns a DataFrame of int: index ``year``, from the first document to the last year of which the
    annotator coded a passage, without a gap; columns ``documents``
    (silent ones too), ``speaking`` (documents with a relevant passage), ``relevant`` (passages) and one a threat
    (relevant passages that carry it; a passage may carry several).
    """
    documents = statements.documents[statements.documents["corpus"] == corpus]
    coded = statements.coded(annotator)
    coded = coded[coded["corpus"] == corpus]
    documents = documents[documents["year"] <= coded["year"].max()]
    coded = coded[coded["relevant"] == 1]
    years = coded.groupby("year")
    table = pd.DataFrame({"documents": documents.groupby("year").size()})
    table["speaking"] = years["doc_id"].nunique()
    table["relevant"] = years.size()
    table[list(Threat)] = years[list(Threat)].sum()
    table.index = table.index.astype(int)
    full = pd.RangeIndex(int(table.index.min()), int(table.index.max()) + 1, name="year")
    return table.reindex(full).fillna(0).astype(int)


@style()
def over_time(table: pd.DataFrame) -> Drawn:
    """Draw the documents of each year and, one small panel a threat, the passages that carry it, from `by_year`.

    Every panel has a scale of its own, as what is rare would be flat on a common one; its total stands above.
    """
    figure, grid = new_panels(7.4, 4, 2, sharex=True)
    first, *rest = panels = grid.ravel()
    _fill(first, table["documents"], PALE)
    _fill(first, table["speaking"], QUIET)
    first.set_title("Documents; dark: relevant", fontsize=11)
    said = []
    for axes, threat in zip(rest, Threat, strict=True):
        total, most = int(table[threat].sum()), table[threat].idxmax()
        _fill(axes, table[threat], QUIET)
        axes.set_title(f"{threat.label}: {total}", fontsize=10.5)
        peak = f", most in {most} ({table[threat].max()})" if total else ""
        said.append(f"{threat.label.lower()} {total}{peak}")
    for axes in panels:
        axes.set(xlabel="", ylabel="", xlim=(table.index.min() - 0.5, table.index.max() + 0.5))
        axes.set_ylim(0, max(1, axes.dataLim.y1) * 1.05)
        axes.xaxis.set_major_locator(MaxNLocator(3, integer=True, prune="both"))
        axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    figure.supylabel("Number in the year, each panel on its own scale", fontsize=12)
    return Drawn(
        figure,
        f"{table['documents'].sum()} documents from {table.index.min()} to {table.index.max()}, of which "
        f"{table['speaking'].sum()} have at least one of {table['relevant'].sum()} relevant passages. "
        f"Passages by threat: {'; '.join(said)}.",
    )


@style()
def shares(table: pd.DataFrame) -> Drawn:
    """Draw the share of each threat in what the states of each quadrant say.

    The `table` is that of `buzanlib.inference.table2.QuadrantResult.shares`: ``quadrant``, ``threat``, ``share`` (of a
    state's relevant passages, mean over states) and, where there are intervals, ``low90`` and ``high90``.
    """
    threats = [threat for threat in Threat if threat in set(table["threat"])]
    figure, axes = new_axes(1.5 + 0.72 * len(threats))
    marks = {}
    for place, quadrant in enumerate(FROM_TOP):
        rows = table[table["quadrant"] == quadrant].set_index("threat")
        rows = rows.reindex([threat for threat in threats if threat in rows.index])
        height = np.array([threats.index(Threat(threat)) for threat in rows.index]) + (place - 1.5) * 0.17
        look = QUADRANT_LOOKS[quadrant] | {"markersize": 7, "label": quadrant.label, "gid": quadrant.value}
        line = {"color": look["color"], "linewidth": 1.8}
        dot_intervals(axes, rows, height, "share", line=line, **look)
        marks[quadrant] = axes.lines[-1]
    name_rows(axes, [_two_lines(threat.label) for threat in threats], ruled=True)
    axes.set_xlabel("Share of a state's passages, mean over states")
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    key: Look = {"loc": "outside upper center", "ncols": 2, "fontsize": 10, "columnspacing": 1}
    figure.legend(handles=[marks[quadrant] for quadrant in MATRIX], **key)
    said = []
    for threat in threats:
        ranked = table[table["threat"] == threat].sort_values("share", kind="stable")
        (least, few), (most, many) = (
            (Quadrant(ranked["quadrant"].iloc[end]).label, ranked["share"].iloc[end]) for end in (0, -1)
        )
        said.append(f"{threat.label.lower()} from {few:.0%} ({least}) to {many:.0%} ({most})")
    return Drawn(
        figure, f"Mean share of a state's passages that carry each threat, by quadrant: {'; '.join(said)}."
    )


def _fill(axes: Axes, series: pd.Series, colour: str) -> None:
    """One band from zero, with a line on top that also a print in grey shows."""
    edges = np.append(series.index, series.index[-1] + 1) - 0.5
    axes.stairs(series.to_numpy(), edges, fill=True, color=colour)
    axes.stairs(series.to_numpy(), edges, color=INK, linewidth=1, baseline=None)


def _two_lines(label: str) -> str:
    """Break a long label at the space nearest its middle, so that the data keep most of a narrow page."""
    spaces = [place for place, letter in enumerate(label) if letter == " "]
    if len(label) < 16 or not spaces:
        return label
    cut = min(spaces, key=lambda place: abs(place - len(label) / 2))
    return f"{label[:cut]}\n{label[cut + 1 :]}"
