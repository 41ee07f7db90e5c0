"""What decided where two annotators differed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from buzanlib.measurement.codings import shared_passages
from buzanlib.sources.annotation import CODE
from buzanlib.sources.decisions import COLUMNS, REASONS, definitions_named, read, rules_named
from buzanlib.tables.descriptor import load
from buzanlib.tables.statements import load_statements
from buzanlib.theory.vocabulary import ADJUDICATES


@pytest.mark.parametrize(
    ("reason", "rules"),
    [
        ("10: bare cybercrime", [10]),
        ("9 and 14: disruption of a process", [9, 14]),
        ("10; a definition is no threat", [10]),
        ("in information systems: inf and mil (15)", [15]),
        ("rules 13 16", [13, 16]),
        ("rule 10 foreign interference; rule 6 referent", [6, 10]),
        ("rule 2: cybercrime counts; rule 4 with rule 6: stressed most", [2, 4, 6]),
        ("rules 1, 2, and 3: all of them", [1, 2, 3]),
        ("rule 17: a list, so 0; level 1 as the threats are said", [17]),
        ("a rule of 3 states", []),
        ("", []),
    ],
)
def test_numbers_of_rules_are_those_that_the_reason_names(reason: str, rules: list[int]) -> None:
    assert rules_named(reason) == rules


@pytest.mark.parametrize(
    ("reason", "names"),
    [
        ("citizens are named first (referent rule)", ["referent"]),
        ("governments are destabilised (referent and pol_kind rules)", ["referent", "pol_kind"]),
        ("agent rule, rule 16", ["agent"]),
        ("rule 3 and referent rule", ["referent"]),
        ("AI without rules; initiatives for rules and law", []),
        ("passage_id rule: a column is no variable", []),
    ],
)
def test_definitions_are_those_of_variables(reason: str, names: list[str]) -> None:
    assert definitions_named(reason) == names


def codings(*rows: tuple[str, str, int]) -> pd.DataFrame:
    """Codes of passages by annotators who may differ in the level alone."""
    same = dict.fromkeys(CODE[2:], "0")
    return pd.DataFrame([{"passage_id": one, "annotator": who, **same, "level": at} for one, who, at in rows])


def reasons(folder: Path, first: str, second: str) -> list[Path]:
    for name, rows in zip(REASONS, (first, second), strict=True):
        (folder / name).write_text(f"passage_id,reason\n{rows}", encoding="utf-8")
    return [folder / name for name in REASONS]


def test_a_reason_counts_where_the_codes_that_are_kept_differ(tmp_path: Path) -> None:
    codes = codings(
        ("P1", "A", 0), ("P1", "B", 1), ("P1", "C", 0), ("P1", "D", 1), ("P2", "C", 1), ("P2", "D", 1), ("P3", "C", 1)
    )  # fmt: skip
    paths = reasons(tmp_path, "P1,no rule of it\n", "P1,rule 2\nP2,rule 3\nP1,rule 4\nP3,rule 5\n")
    found = read(paths[0], paths[1], codes)
    assert found.columns.to_list() == COLUMNS
    assert found.fillna("").to_numpy().tolist() == [
        ["P1", "adjudicated", "", ""],
        ["P1", "adjudicated_2", "2", ""],
    ]


def test_every_difference_that_ships_was_decided_but_those_of_the_second_pass(data_dir: Path) -> None:
    statements, decisions = load_statements(data_dir), load(data_dir, "decisions")
    counts = decisions["annotator"].value_counts()
    early = [name for name in CODE[2:] if name not in ("pol_kind", "hostile")]
    first, second = ADJUDICATES.values()
    assert counts["adjudicated_2"] == shared_passages(statements, (second[0], second[1]))[1]
    assert counts["adjudicated"] == shared_passages(statements, (first[0], first[1]), early)[1]
