"""A two-by-two matrix set as the paper prints it: rows power, columns cohesion, weak before strong."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from buzanlib.theory.vocabulary import Quadrant

_WORDS = {-1: "weak", 1: "strong"}
_LEVELS = (-1, 1)
# What TeX reads as a command, and how to make it print the character instead.
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)


def html(caption: str, cells: Mapping[Quadrant, str]) -> str:
    """A table that a screen reader can walk: a caption, and a scope on every heading.

    Parameters
    ----------
    caption : str
        Plain text; it is escaped, as the cells are.
    cells : mapping of Quadrant to str
        Plain text of all four cells.

    Returns
    -------
    str
        One ``<table>`` element.
    """
    lines = [
        '<table class="matrix">',
        f"<caption>{escape(caption)}</caption>",
        "<thead>",
        '<tr><td colspan="2" rowspan="2"></td>'
        '<th scope="colgroup" colspan="2">Socio-political cohesion</th></tr>',
        "<tr>" + "".join(f'<th scope="col">{_WORDS[cohesion]}</th>' for cohesion in _LEVELS) + "</tr>",
        "</thead>",
        "<tbody>",
    ]
    for power in _LEVELS:
        group = '<th scope="rowgroup" rowspan="2">Power</th>' if power == _LEVELS[0] else ""
        row = "".join(f"<td>{escape(cells[Quadrant.of(power, cohesion)])}</td>" for cohesion in _LEVELS)
        lines.append(f'<tr>{group}<th scope="row">{_WORDS[power]}</th>{row}</tr>')
    return "\n".join([*lines, "</tbody>", "</table>"]) + "\n"


def markdown(caption: str, cells: Mapping[Quadrant, str]) -> str:
    """A pipe table under its caption.

    Parameters
    ----------
    caption : str
        Plain text.
    cells : mapping of Quadrant to str
        Plain text of all four cells.

    Returns
    -------
    str
        Markdown.
    """
    lines = [
        f"**{_plain(caption)}**",
        "",
        "| | " + " | ".join(f"cohesion {_WORDS[cohesion]}" for cohesion in _LEVELS) + " |",
        "|---|---|---|",
    ]
    for power in _LEVELS:
        row = " | ".join(_plain(cells[Quadrant.of(power, cohesion)]) for cohesion in _LEVELS)
        lines.append(f"| **power {_WORDS[power]}** | {row} |")
    return "\n".join(lines) + "\n"


def latex(caption: str, cells: Mapping[Quadrant, str]) -> str:
    """A floating table that needs no package.

    Parameters
    ----------
    caption : str
        Plain text; it is escaped, as the cells are.
    cells : mapping of Quadrant to str
        Plain text of all four cells.

    Returns
    -------
    str
        One ``table`` environment.
    """
    lines = [
        r"\begin{table}",
        rf"\caption{{{caption.translate(_TEX)}}}",
        r"\begin{tabular}{llp{0.35\linewidth}p{0.35\linewidth}}",
        r"\hline",
        r"& & \multicolumn{2}{c}{Socio-political cohesion} \\",
        "& & " + " & ".join(_WORDS[cohesion] for cohesion in _LEVELS) + r" \\",
        r"\hline",
    ]
    for power in _LEVELS:
        group = "Power" if power == _LEVELS[0] else ""
        row = " & ".join(cells[Quadrant.of(power, cohesion)].translate(_TEX) for cohesion in _LEVELS)
        lines.append(rf"{group} & {_WORDS[power]} & {row} \\".lstrip())
    return "\n".join([*lines, r"\hline", r"\end{tabular}", r"\end{table}"]) + "\n"


def _plain(text: str) -> str:
    """Text in which Markdown finds nothing to interpret, on one line."""
    for mark in "\\`*_[]<>|":
        text = text.replace(mark, "\\" + mark)
    return " ".join(text.split())
