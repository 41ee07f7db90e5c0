"""The two matrices of the paper as data, with a place in the paper for every cell and every weight.

Table 1 is Buzan's, of vulnerabilities at large; Table 2 is the paper's own, of vulnerabilities in cyberspace.
Table 2 comes twice: literally, as the cells are printed, and graded, with half a weight for a threat that
section 2 names second. Texts and weights are those of `data/predictions.json`, which was locked before any
statement was scored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from html import escape

import pandas as pd

from buzanlib.theory.vocabulary import TABLE2_THREATS, Quadrant, Threat


@dataclass(frozen=True)
class Priority:
    """A threat in a cell."""

    threat: Threat
    weight: Fraction  #: 1 where it comes first, 1/2 where it comes second
    source: str  #: where the paper says so


@dataclass(frozen=True)
class Cell:
    """A cell of a matrix."""

    quadrant: Quadrant
    text: str  #: what stands in it, in the words of this project
    source: str  #: where it stands in the paper
    priorities: tuple[Priority, ...]  #: with a weight above zero, in the order of the codebook; may be none


@dataclass(frozen=True)
class Matrix:
    """A two-by-two table of the paper."""

    name: str
    title: str
    threats: tuple[Threat, ...]  #: the columns of `weights`
    cells: tuple[Cell, ...]  #: four, in the order of `Quadrant`

    def __getitem__(self, quadrant: Quadrant) -> Cell:
        """The cell of a quadrant."""
        return next(cell for cell in self.cells if cell.quadrant == quadrant)

    def weights(self) -> pd.DataFrame:
        """The matrix as numbers: DataFrame of float, shape (4, threats), 0 where a cell does not name a threat."""
        frame = pd.DataFrame(
            0.0,
            index=pd.Index(list(Quadrant), name="quadrant", dtype=object),
            columns=pd.Index(list(self.threats), name="threat", dtype=object),
        )
        for cell in self.cells:
            for priority in cell.priorities:
                frame.loc[cell.quadrant, priority.threat] = float(priority.weight)
        return frame

    def sources(self) -> pd.DataFrame:
        """Every weight above zero with its place in the paper: ``quadrant``, ``threat``, ``weight``, ``source``."""
        return pd.DataFrame(
            [
                (cell.quadrant.value, priority.threat.value, float(priority.weight), priority.source)
                for cell in self.cells
                for priority in cell.priorities
            ],
            columns=["quadrant", "threat", "weight", "source"],
        )

    @property
    def caption(self) -> str:
        """Name and title."""
        return f"{self.name}. {self.title}"

    def _repr_html_(self) -> str:
        """The table as a notebook shows it and a screen reader can walk it: a caption, a scope on every heading."""
        lines = [
            '<table class="matrix">',
            f"<caption>{escape(self.caption)}</caption>",
            "<thead>",
            '<tr><td colspan="2" rowspan="2"></td>'
            '<th scope="colgroup" colspan="2">Socio-political cohesion</th></tr>',
            '<tr><th scope="col">weak</th><th scope="col">strong</th></tr>',
            "</thead>",
            "<tbody>",
        ]
        for power, word in ((-1, "weak"), (1, "strong")):
            group = '<th scope="rowgroup" rowspan="2">Power</th>' if power < 0 else ""
            cells = (escape(self[Quadrant.of(power, cohesion)].text) for cohesion in (-1, 1))
            row = "".join(f"<td>{cell}</td>" for cell in cells)
            lines.append(f'<tr>{group}<th scope="row">{word}</th>{row}</tr>')
        return "\n".join([*lines, "</tbody>", "</table>"]) + "\n"


def _cell(
    table: str, quadrant: Quadrant, first: tuple[Threat, ...], second: tuple[Threat, str] | None = None
) -> Cell:
    """A cell with the threats it prints first and, where there is one, the threat that the text adds."""
    row, column = ("top" if quadrant.power < 0 else "bottom"), ("left" if quadrant.cohesion < 0 else "right")
    place = f"{table}, {row} {column} cell"
    priorities = [Priority(threat, Fraction(1), place) for threat in first]
    words = "; ".join(threat.label for threat in first).capitalize()
    if second is not None:
        priorities.append(Priority(second[0], Fraction(1, 2), second[1]))
        words += f"; second, {second[0].label.lower()}"
    return Cell(quadrant, words, place, tuple(priorities))


#: Buzan's matrix. Of his five sectors the cells name two, the military and the political, so those are its
#: columns; "most types" is read as both, "relatively invulnerable" as neither.
TABLE1 = Matrix(
    "Table 1",
    "Vulnerabilities and types of states",
    (Threat.POL, Threat.MIL),
    tuple(
        replace(_cell("Table 1", quadrant, threats), text=text)
        for quadrant, threats, text in (
            (Quadrant.WW, (Threat.POL, Threat.MIL), "Highly vulnerable to most types of threat"),
            (Quadrant.WS, (Threat.MIL,), "Particularly vulnerable to military threats"),
            (Quadrant.SW, (Threat.POL,), "Particularly vulnerable to political threats"),
            (
                Quadrant.SS,
                (),
                "Relatively invulnerable to most types of threat, less inclined to treat issues as military",
            ),
        )
    ),
)

_LITERAL: dict[Quadrant, tuple[Threat, ...]] = {
    Quadrant.WW: TABLE2_THREATS,
    Quadrant.WS: (Threat.INF,),
    Quadrant.SW: (Threat.POL,),
    Quadrant.SS: (Threat.CRI,),
}

_SECOND: dict[Quadrant, tuple[Threat, str]] = {
    Quadrant.WS: (
        Threat.CRI,
        "section 2, on P-W/SC-S: the Estonian strategy names crime as its only other threat",
    ),
    Quadrant.SS: (
        Threat.INF,
        "section 2, on P-S/SC-S: infrastructure at risk is much written about, though seldom securitized with effect",
    ),
}

#: The paper's own matrix, as its cells are printed.
TABLE2 = Matrix(
    "Table 2",
    "Cyber vulnerabilities and types of states",
    TABLE2_THREATS,
    tuple(_cell("Table 2", quadrant, threats) for quadrant, threats in _LITERAL.items()),
)

#: The same with the threats that section 2 names second, at half weight.
TABLE2_GRADED = Matrix(
    "Table 2, graded",
    "Cyber vulnerabilities and types of states, with second priorities",
    TABLE2_THREATS,
    tuple(
        _cell("Table 2", quadrant, threats, _SECOND.get(quadrant)) for quadrant, threats in _LITERAL.items()
    ),
)
