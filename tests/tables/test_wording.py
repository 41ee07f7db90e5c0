"""No decision depends on how a message is worded."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from buzanlib import errors
from buzanlib.cli import main
from buzanlib.errors import DataError, Fault, LockError
from buzanlib.sources.sheets import Known, read_sheet
from buzanlib.tables import checks, relations
from buzanlib.tables.descriptor import check
from buzanlib.tables.schema import Descriptor
from buzanlib.theory import predictions


@pytest.fixture
def reworded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every phrase of the checks, in other words."""
    for module in (errors, checks, relations):
        monkeypatch.setattr(module, "nearest", lambda value, allowed: "siehe oben")
    monkeypatch.setattr(checks, "FORMS", {name: (form, "anders") for name, (form, _) in checks.FORMS.items()})
    monkeypatch.setattr(Fault, "__str__", lambda self: "?")


def broken(world: Any) -> None:
    world.rewrite("codes.csv", lambda lines: [lines[0].replace("measure", "mesure"), *lines[1:], lines[2]])
    world.rewrite("panel.csv", lambda lines: [lines[0].replace("cinc", "zz"), *lines[1:]])
    world.rewrite("gists.csv", lambda lines: [*lines, lines[1]])
    world.set("documents.csv", 2, "iso3", "NLX")
    world.set("documents.csv", 4, "year", "twenty-eleven")
    world.set("votes.csv", 2, "vote", "yess")
    world.rewrite("memberships.csv", lambda lines: [*lines, lines[1]])


def places(faults: list[Fault]) -> list[tuple[Any, ...]]:
    return sorted((fault.file, fault.row, fault.column, fault.value, fault.columns) for fault in faults)


def test_the_same_faults_are_found_in_other_words(world: Any, request: pytest.FixtureRequest) -> None:
    broken(world)
    found = places(check(world.path))
    assert len(found) > 7
    request.getfixturevalue("reworded")
    assert places(check(world.path)) == found


def test_a_misspelt_heading_of_a_sheet_is_one_fault_in_other_words(
    data_dir: Path, tmp_path: Path, reworded: None
) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(
        "passage,coder,relevant,threats,levle,referent,agent,measure\nP1,Ana,yes,pol,1,state,state,none\n"
    )
    with pytest.raises(DataError, match="1 fault in the data") as raised:
        read_sheet(sheet, Known(Descriptor.load(data_dir).table("codes"), {"P1"}, {}))
    assert [fault.value for fault in raised.value.faults] == ["levle"]


@pytest.mark.parametrize("how", ["SHA-256 x; allowed: y", "codebook.md: ist anders:\nganz anders"])
def test_a_table_with_faults_is_not_told_of_twice(
    how: str, world: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(data: Path) -> None:
        raise LockError(files={"codes.csv": f"{how} 1", "panel.csv": f"{how} 2"})

    monkeypatch.setattr(predictions, "load_predictions", refuse)
    world.set("codes.csv", 2, "primary", "poll")
    assert main(["data", "check", str(world.path)]) == 2
    said = capsys.readouterr().err
    assert f"panel.csv: {how} 2" in said
    assert f"{how} 1" not in said
    assert re.search("codes.csv, row 2, column primary", said)
