"""The two matrices of the paper as data, with a place in the paper for every cell and every weight.

Table 1 is Buzan's, of vulnerabilities at large; Table 2 is the paper's own, of vulnerabilities in cyberspace.
Table 2 comes twice: literally, as the cells are printed, and graded, with half a weight for a threat that
section 2 names second. Texts and weights are those of `data/predictions.json`, which was locked before any
statement was scored.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from html import escape

import pandas as pd

from buzanlib.theory.vocabulary import TABLE2_THREATS, Quadrant, Threat

_HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Priority:
    """A threat in a cell.

    Attributes
    ----------
    threat : Threat
        What is feared.
    weight : Fraction
        1 where it comes first, 1/2 where it comes second.
    source : str
        Where the paper says so.
    """

    threat: Threat
    weight: Fraction
    source: str


@dataclass(frozen=True)
class Cell:
    """A cell of a matrix.

    Attributes
    ----------
    quadrant : Quadrant
        Which.
    text : str
        What stands in it, in the words of this project.
    source : str
        Where it stands in the paper.
    priorities : tuple of Priority
        Threats with a weight above zero, in the order of the codebook; empty where the cell names none.
    """

    quadrant: Quadrant
    text: str
    source: str
    priorities: tuple[Priority, ...]


@dataclass(frozen=True)
class Matrix:
    """A two-by-two table of the paper.

    Attributes
    ----------
    name : str
        Such as ``"Table 2"``.
    title : str
        What it shows.
    threats : tuple of Threat
        The columns of `weights`.
    cells : tuple of Cell
        Four, in the order of `Quadrant`.
    """

    name: str
    title: str
    threats: tuple[Threat, ...]
    cells: tuple[Cell, ...]

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


_PLACES = {
    Quadrant.WW: "top left cell",
    Quadrant.WS: "top right cell",
    Quadrant.SW: "bottom left cell",
    Quadrant.SS: "bottom right cell",
}


def _cell(
    table: str,
    quadrant: Quadrant,
    first: tuple[Threat, ...],
    second: tuple[Threat, str] | None = None,
    text: str = "",
) -> Cell:
    """A cell with the threats it prints first and, where there is one, the threat that the text adds."""
    place = f"{table}, {_PLACES[quadrant]}"
    priorities = tuple(Priority(threat, Fraction(1), place) for threat in first)
    words = text or _sentence([threat.label for threat in first])
    if second is not None:
        priorities += (Priority(second[0], _HALF, second[1]),)
        words += f"; second, {_lower(second[0].label)}"
    return Cell(quadrant, words, place, priorities)


def _sentence(labels: list[str]) -> str:
    return "; ".join([labels[0], *(_lower(label) for label in labels[1:])])


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


#: Buzan's matrix. Of his five sectors the cells name two, the military and the political, so those are its
#: columns; "most types" is read as both, "relatively invulnerable" as neither.
TABLE1 = Matrix(
    "Table 1",
    "Vulnerabilities and types of states",
    (Threat.POL, Threat.MIL),
    (
        _cell(
            "Table 1",
            Quadrant.WW,
            (Threat.POL, Threat.MIL),
            text="Highly vulnerable to most types of threat",
        ),
        _cell("Table 1", Quadrant.WS, (Threat.MIL,), text="Particularly vulnerable to military threats"),
        _cell("Table 1", Quadrant.SW, (Threat.POL,), text="Particularly vulnerable to political threats"),
        _cell(
            "Table 1",
            Quadrant.SS,
            (),
            text="Relatively invulnerable to most types of threat, less inclined to treat issues as military",
        ),
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
