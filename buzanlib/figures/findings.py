"""What the tests found: each contrast with its interval and its verdict, and the same under other codings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from buzanlib.errors import BuzanError
from buzanlib.figures.base import Drawn, check_named, style, with_interval
from buzanlib.figures.primitives import INK, QUIET, Rows, dot_intervals
from buzanlib.inference.verdicts import Finding, Verdict

# Shape and fill differ, not only the shade.
_VERDICTS: dict[str, dict[str, Any]] = {
    Verdict.SUPPORTED: {"marker": "o", "markerfacecolor": INK},
    Verdict.PARTLY: {
        "marker": "o",
        "markerfacecolor": INK,
        "markerfacecoloralt": "white",
        "fillstyle": "left",
    },
    Verdict.CONTRADICTED: {"marker": "X", "markerfacecolor": "white", "markersize": 11},
    Verdict.UNDECIDED: {"marker": "D", "markerfacecolor": "#b9b9b9", "markeredgecolor": QUIET},
}
_CODINGS: tuple[dict[str, Any], ...] = (
    {"marker": "o", "markerfacecolor": INK, "color": INK},
    {"marker": "s", "markerfacecolor": "white", "color": INK},
    {"marker": "^", "markerfacecolor": "#b9b9b9", "color": QUIET},
    {"marker": "D", "markerfacecolor": "white", "color": QUIET},
)


def forest_of(
    findings: Mapping[str, Finding],
    verdicts: Mapping[str, str],
    labels: Mapping[str, str],
    unit: str = "",
) -> Drawn:
    """Draw what each test found, a row a hypothesis, in the predicted direction.

    Parameters
    ----------
    findings : mapping of str to Finding
        By id, from the top, all on one scale.
    verdicts : mapping of str to str
        A `Verdict` for each.
    labels : mapping of str to str
        What to write after the id before each row; a long one is wrapped.
    unit : str
        Of the contrasts, such as ``"log odds"``.

    Returns
    -------
    Drawn
        The figure, and its text alternative. Dotted ticks mark the smallest effect of interest where one was
        fixed: above zero, or on both sides of it for a claim that effects are null, of which the sign says nothing.

    Raises
    ------
    UnknownNameError
        If a finding has no verdict or no label, or a verdict is none of the four.
    """
    check_named("hypothesis", findings, verdicts)
    check_named("hypothesis", findings, labels)
    check_named("verdict", (verdicts[name] for name in findings), list(Verdict))
    with style():
        rows = Rows.of(_names(findings, labels), margin=1.7, width=28)
        axes = rows.axes
        axes.axvline(0, color=QUIET, linewidth=1, zorder=1)
        marked = _smallest_of_interest(rows, list(findings.values()))
        for row, (name, found) in zip(rows.middles, findings.items(), strict=True):
            dot_intervals(
                axes,
                _frame([found]),
                [row],
                line={"gid": "intervals"},
                gid=name,
                **_look(_VERDICTS[verdicts[name]]),
            )
        axes.set_xlabel(_axis(unit))
        met = [verdict for verdict in Verdict if verdict in {verdicts[name] for name in findings}]
        key = [Line2D([], [], label=str(verdict), **_look(_VERDICTS[verdict])) for verdict in met]
        if marked:
            key.append(
                Line2D([], [], color=QUIET, linestyle=":", linewidth=2, label="smallest effect of interest")
            )
        rows.figure.legend(
            handles=key, loc="outside upper center", ncols=2, columnspacing=1, handletextpad=0.4
        )
    said = "; ".join(
        f"{label}: {with_interval(one.contrast, one.low90, one.high90)}, {verdicts[name]}"
        for label, (name, one) in zip(_names(findings, labels), findings.items(), strict=True)
    )
    return Drawn(rows.figure, f"Contrasts{_in(unit)} in the predicted direction, with 90% intervals. {said}.")


def by_annotator(
    findings: Mapping[str, Mapping[str, Finding]], labels: Mapping[str, str], unit: str = ""
) -> Drawn:
    """Draw what each test finds under several codings of the same statements.

    Parameters
    ----------
    findings : mapping of str to mapping of str to Finding
        By id of the hypothesis, then by coding, such as ``"adjudicated"`` or ``"A"``; at most four codings. One that
        cannot test a hypothesis may lack there.
    labels : mapping of str to str
        What to write after the id before each row.
    unit : str
        Of the contrasts, such as ``"log odds"``.


    Raises
    ------
    BuzanError
        If there are more than four codings.
    UnknownNameError
        If a hypothesis has no label.
    """
    check_named("hypothesis", findings, labels)
    codings = list(dict.fromkeys(coding for found in findings.values() for coding in found))
    if len(codings) > len(_CODINGS):
        raise BuzanError(f"{len(codings)} codings in one figure; allowed: at most {len(_CODINGS)}")
    step = 0.18  # inches from one coding to the next
    with style():
        rows = Rows.of(_names(findings, labels), margin=1.5, width=28, least=0.1 + step * len(codings))
        axes = rows.axes
        axes.axvline(0, color=QUIET, linewidth=1, zorder=1)
        for place, coding in enumerate(codings):
            shift, look = (place - (len(codings) - 1) / 2) * step, _look(_CODINGS[place])
            found = {
                row + shift: one[coding]
                for row, one in zip(rows.middles, findings.values(), strict=True)
                if coding in one
            }
            line = {"color": look["color"]}
            dot_intervals(
                axes, _frame(found.values()), list(found), line=line, label=coding, gid=coding, **look
            )
        axes.set_xlabel(_axis(unit))
        rows.figure.legend(loc="outside upper center", ncols=len(codings), columnspacing=1, handletextpad=0.4)
    said = "; ".join(
        f"{name}: "
        + ", ".join(
            f"{coding} {with_interval(one.contrast, one.low90, one.high90)}" for coding, one in found.items()
        )
        for name, found in zip(_names(findings, labels), findings.values(), strict=True)
    )
    return Drawn(rows.figure, f"Contrasts{_in(unit)} with 90% intervals, by coding. {said}.")


def _names(findings: Iterable[str], labels: Mapping[str, str]) -> list[str]:
    """Id and label of each row, without a full stop."""
    return [f"{name}: {labels[name].rstrip('.')}" for name in findings]


def _frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """What `dot_intervals` draws of findings."""
    rows = [(one.contrast, one.low90, one.high90) for one in findings]
    return pd.DataFrame(rows, columns=["contrast", "low90", "high90"])


def _smallest_of_interest(rows: Rows, findings: Sequence[Finding]) -> bool:
    """Mark by row where an effect begins to matter; whether there was anything to mark."""
    ticks = [
        (sign * found.sesoi, top, bottom)
        for top, bottom, found in zip(rows.edges, rows.edges[1:], findings, strict=False)
        if found.sesoi > 0
        for sign in ((1,) if found.outside is None else (-1, 1))
    ]
    if ticks:
        rows.axes.vlines(*np.transpose(ticks), color=QUIET, linestyle=":", linewidth=2, zorder=1, gid="sesoi")
    return bool(ticks)


def _look(look: dict[str, Any]) -> dict[str, Any]:
    """What all marks have in common, and what is particular to one."""
    return {
        "color": INK,
        "markeredgecolor": look.get("color", INK),
        "linestyle": "none",
        "markeredgewidth": 1.6,
        "markersize": 8,
    } | look


def _in(unit: str) -> str:
    return f" in {unit}" if unit else ""


def _axis(unit: str) -> str:
    return f"Contrast{_in(unit)}, 90% interval\n(right of zero: for the paper)"
