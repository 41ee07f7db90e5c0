"""The cases that the paper itself uses, as securitizing moves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from buzanlib.errors import UnknownNameError
from buzanlib.tables.descriptor import load
from buzanlib.theory.securitization import Level, SecuritizingMove
from buzanlib.theory.vocabulary import Measure, Quadrant, ReferentObject, Threat, ThreatAgent


@dataclass(frozen=True)
class Illustration:
    """A case of Hare (2010), read by the codebook from what the paper reports of it. Never evidence.

    Attributes
    ----------
    case_id : str
        Name of the case, such as ``"estonia-infrastructure"``.
    move : SecuritizingMove
        The reading, which is ours.
    iso3 : str or None
        State whose officials speak; None where they are several, or none.
    year : int
        Year of the statement.
    quadrant_read : Quadrant or None
        Quadrant under which the paper discusses the case. It classifies no state: the author declines to
        (section 2).
    section : str
        Section of the paper.
    page : int or None
        Page of the work cited, where the paper gives one.
    citation : str
        Key of that work in the bibliography.
    gist : str
        The case in our own words.
    """

    case_id: str
    move: SecuritizingMove
    iso3: str | None
    year: int
    quadrant_read: Quadrant | None
    section: str
    page: int | None
    citation: str
    gist: str


def load_illustrations(data_dir: Path) -> list[Illustration]:
    """Load the paper's cases.

    Parameters
    ----------
    data_dir : Path
        Folder of the tables.

    Returns
    -------
    list of Illustration
        In the order of the table.

    Raises
    ------
    DataError
        With all faults of the table.
    """
    table = load(data_dir, "illustrations")
    return [_illustration(row) for _, row in table.iterrows()]


def find(cases: list[Illustration], case_id: str) -> Illustration:
    """Give the case of this name.

    Raises
    ------
    UnknownNameError
        Where there is none; names the nearest.
    """
    by_name = {case.case_id: case for case in cases}
    if case_id not in by_name:
        raise UnknownNameError("case", case_id, by_name)
    return by_name[case_id]


def overview(cases: list[Illustration]) -> pd.DataFrame:
    """Set out who says that what threatens whom, in the words of the vocabulary.

    Parameters
    ----------
    cases : list of Illustration
        At least one.

    Returns
    -------
    DataFrame of str
        Index ``case``; columns ``actor``, ``threat``, ``sector``, ``referent object``, ``threat agent``,
        ``measure``, ``audience``, ``level``, ``missing``. A dash stands for what the paper does not report.
    """
    return pd.DataFrame([_words(case) for case in cases]).set_index("case")


def _illustration(row: pd.Series) -> Illustration:
    move = SecuritizingMove(
        actor=row["actor"],
        threat=Threat(row["threat"]),
        referent=ReferentObject(row["referent"]),
        agent=ThreatAgent(row["agent"]),
        measure=Measure(row["measure"]),
        audience=row["audience"],
        level=Level(row["level"]),
    )
    return Illustration(
        case_id=row["case_id"],
        move=move,
        iso3=None if pd.isna(row["iso3"]) else row["iso3"],
        year=int(row["year"]),
        quadrant_read=None if pd.isna(row["quadrant_read"]) else Quadrant(row["quadrant_read"]),
        section=row["section"],
        page=None if pd.isna(row["page"]) else int(row["page"]),
        citation=row["citation"],
        gist=row["gist"],
    )


def _words(case: Illustration) -> dict[str, str]:
    move = case.move
    return {
        "case": case.case_id,
        "actor": move.actor,
        "threat": move.threat.label if move.threat else "–",
        "sector": str(move.sector or "–"),
        "referent object": _or_dash(move.referent),
        "threat agent": _or_dash(move.agent),
        "measure": _or_dash(move.measure),
        "audience": move.audience,
        "level": move.level.label,
        "missing": ", ".join(move.missing) or "–",
    }


def _or_dash(word: ReferentObject | ThreatAgent | Measure) -> str:
    return "–" if word == "none" else str(word)
