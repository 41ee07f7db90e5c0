"""The cases that the paper itself uses, as securitizing moves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from buzanlib.errors import check_name
from buzanlib.tables.descriptor import load
from buzanlib.theory.securitization import Level, SecuritizingMove
from buzanlib.theory.vocabulary import Measure, Quadrant, ReferentObject, Threat, ThreatAgent


@dataclass(frozen=True)
class Illustration:
    """A case of Hare (2010), coded from what the paper reports of it; never evidence."""

    case_id: str  #: Name of the case, such as ``"estonia-infrastructure"``.
    move: SecuritizingMove  #: Our coding of it.
    iso3: str | None  #: State whose officials speak; None where they are several, or none.
    year: int  #: Year of the statement.
    quadrant_read: (
        Quadrant | None
    )  #: Under which the paper discusses the case; it classifies no state (section 2).
    section: str  #: Section of the paper.
    page: int | None  #: Page of the work that it cites, where the paper gives one.
    citation: str  #: Key of that work.
    gist: str  #: The case in our own words.


def load_illustrations(data_dir: Path) -> list[Illustration]:
    """Load the paper's cases, in the order of the table; `DataError` with all its faults."""
    table = load(data_dir, "illustrations")
    return [_illustration(row) for _, row in table.iterrows()]


def find(cases: list[Illustration], case_id: str) -> Illustration:
    """Give the case of this name; `UnknownNameError` where there is none."""
    by_name = {case.case_id: case for case in cases}
    check_name("case", case_id, by_name)
    return by_name[case_id]


def overview(cases: list[Illustration]) -> pd.DataFrame:
    """Tabulate who says that what threatens whom, in the words of the vocabulary, of at least one case.

    Index ``case``; columns ``actor``, ``threat``, ``sector``, ``referent object``, ``threat agent``, ``measure``,
    ``audience``, ``level``, ``missing``. A dash stands for what the paper does not report.
    """
    return pd.DataFrame([_words(case) for case in cases]).set_index("case")


def _illustration(row: pd.Series) -> Illustration:
    given: dict[str, Any] = {str(name): None if pd.isna(value) else value for name, value in row.items()}
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
        move=move,
        year=int(row["year"]),
        quadrant_read=Quadrant(row["quadrant_read"]) if given["quadrant_read"] else None,
        page=int(row["page"]) if given["page"] else None,
        **{name: given[name] for name in ("case_id", "iso3", "section", "citation", "gist")},
    )


def _words(case: Illustration) -> dict[str, str]:
    move = case.move
    words = {
        "case": case.case_id,
        "actor": move.actor,
        "threat": move.threat.label if move.threat else "",
        "sector": str(move.sector or ""),
        "referent object": str(move.referent),
        "threat agent": str(move.agent),
        "measure": str(move.measure),
        "audience": move.audience,
        "level": move.level.label,
        "missing": ", ".join(move.missing),
    }
    return {name: "–" if word in ("", "none") else word for name, word in words.items()}
