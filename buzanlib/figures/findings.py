"""What the tests found: each contrast with its interval and its verdict, and the same under other codings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from buzanlib.errors import BuzanError
from buzanlib.figures.base import Drawn, Look, check_named, drawable, style
from buzanlib.figures.captions import none_or
from buzanlib.figures.primitives import DOT, INK, PALE, QUIET, Rows, dot_intervals
from buzanlib.figures.typeset import listed, typeset, with_interval
from buzanlib.inference.verdicts import Finding, Verdict

_MARK = DOT | {"markeredgecolor": INK, "markeredgewidth": 1.6}
# Shape and fill differ, not only the shade.
_VERDICTS: dict[str, Look] = {
    Verdict.SUPPORTED: {"markerfacecolor": INK},
    Verdict.REVERSED: {"marker": "X", "markerfacecolor": "white", "markersize": 11},
    Verdict.NOT_LARGE: {"markerfacecolor": "white"},
    Verdict.UNDECIDED: {"marker": "D", "markerfacecolor": PALE, "markeredgecolor": QUIET},
    Verdict.NOT_TESTABLE: {"marker": "P", "markerfacecolor": "white", "markeredgecolor": QUIET},
}
_QUIET: Look = {"color": QUIET, "markeredgecolor": QUIET}
_CODINGS: tuple[Look, ...] = (
    {"marker": "o", "markerfacecolor": INK},
    {"marker": "s", "markerfacecolor": "white"},
    {"marker": "^", "markerfacecolor": PALE, **_QUIET},
    {"marker": "D", "markerfacecolor": "white", **_QUIET},
)


@style()
def forest_of(
    findings: Mapping[str, Finding], verdicts: Mapping[str, str], labels: Mapping[str, str]
) -> Drawn:
    """Draw what each test found, a row a hypothesis, in the predicted direction.

    Dotted ticks mark the smallest effect of interest where one was fixed: above zero, or on both sides of it for a
    claim that effects are null, of which the sign says nothing.

    Parameters
    ----------
    findings : mapping of str to Finding
        By id, from the top, all on one scale.
    verdicts, labels : mapping of str to str
        A `Verdict` for each, and what to write after the id before each row; a long label is wrapped.

    Raises
    ------
    UnknownNameError
        If a finding has no verdict or no label, or a verdict is none of the five.
    """
    check_named("hypothesis", findings, verdicts)
    check_named("hypothesis", findings, labels)
    check_named("verdict", (verdicts[name] for name in findings), list(Verdict))
    rows = _rows(findings, labels, margin=1.7)
    ticks = [
        (sign * found.sesoi, top, bottom)
        for top, bottom, found in zip(rows.edges, rows.edges[1:], findings.values(), strict=False)
        if found.sesoi > 0
        for sign in ((1,) if found.outside is None else (-1, 1))
    ]
    dotted: Look = {"color": QUIET, "linestyle": ":", "linewidth": 2}
    if ticks:
        rows.axes.vlines(*np.transpose(ticks), zorder=1, gid="sesoi", **dotted)
    for row, (name, found) in zip(rows.middles, findings.items(), strict=True):
        look = _MARK | _VERDICTS[verdicts[name]]
        dot_intervals(rows.axes, pd.DataFrame([found]), [row], line={"gid": "intervals"}, gid=name, **look)
    met = [verdict for verdict in Verdict if verdict in {verdicts[name] for name in findings}]
    key = [Line2D([], [], label=str(verdict), **(_MARK | _VERDICTS[verdict])) for verdict in met]
    if ticks:
        key.append(Line2D([], [], label="smallest effect of interest", **dotted))
    rows.figure.legend(handles=key, loc="outside upper center", ncols=2, columnspacing=1, handletextpad=0.4)
    said = "; ".join(
        f"{label}: {with_interval(one.contrast, one.low90, one.high90)}, {verdicts[name]}"
        for label, (name, one) in zip(_names(findings, labels), findings.items(), strict=True)
    )
    return Drawn(rows.figure, f"Contrasts in the predicted direction, with 90% intervals. {said}.")


@style()
def by_annotator(findings: Mapping[str, Mapping[str, Finding]], labels: Mapping[str, str]) -> Drawn:
    """Draw what each test finds under several codings of the same statements.

    Parameters
    ----------
    findings : mapping of str to mapping of str to Finding
        By id of the hypothesis, then by coding, such as ``"adjudicated"`` or ``"A"``; at most four codings. One that
        cannot test a hypothesis may lack there. One in letters that the font cannot draw has its number in the picture.
    labels : mapping of str to str
        What to write after the id before each row.

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
    step = 0.09  # inches from one coding to the next
    rows = _rows(findings, labels, margin=1.3, least=0.06 + step * len(codings))
    for place, coding in enumerate(codings):
        places = rows.middles + (place - (len(codings) - 1) / 2) * step
        chosen = [coding in one for one in findings.values()]
        frame = pd.DataFrame([one[coding] for one in findings.values() if coding in one])
        look = _MARK | _CODINGS[place] | {"markersize": 5.5, "markeredgewidth": 1.2}
        line = {"color": look["color"], "linewidth": 1.4}
        dot_intervals(
            rows.axes,
            frame,
            places[chosen],
            line=line,
            label=drawable(coding, f"coder {place + 1}"),
            gid=coding,
            **look,
        )
    rows.figure.legend(loc="outside upper center", ncols=2, columnspacing=1, handletextpad=0.4)
    said = listed(
        (name, [f"{coding} {with_interval(x.contrast, x.low90, x.high90)}" for coding, x in found.items()])
        for name, found in zip(_names(findings, labels), findings.values(), strict=True)
    )
    return Drawn(rows.figure, f"Contrasts with 90% intervals, by coding. {said}.")


def _rows(findings: Iterable[str], labels: Mapping[str, str], margin: float, least: float = 0.36) -> Rows:
    """A row a hypothesis over an axis of contrasts."""
    rows = Rows.of(_names(findings, labels), margin=margin, width=44, least=least)
    rows.axes.tick_params(axis="y", labelsize=10)  # long claims on few lines: all of them on one screen
    rows.axes.axvline(0, color=QUIET, linewidth=1, zorder=1)
    rows.axes.locator_params(axis="x", nbins=5)
    rows.axes.set_xlabel("Contrast, 90% interval\n(right of zero: for the paper)")
    return rows


def _names(findings: Iterable[str], labels: Mapping[str, str]) -> list[str]:
    """Id and label of each row, without a full stop."""
    return [f"{name}: {labels[name].rstrip('.')}" for name in findings]


def same_by_coding(findings: Mapping[str, Mapping[str, float]]) -> str:
    """For how many claims every coding gives the contrast the same sign; contrasts by claim and coding."""
    same = sum(len({value > 0 for value in by.values()}) == 1 for by in findings.values())
    claims = f"{none_or(same)} of {typeset(len(findings), 'word')} claims"
    return f"Every coding gives the contrast the same sign for {claims}."
