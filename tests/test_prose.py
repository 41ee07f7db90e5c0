"""What README says of the findings, and what the prose says of numbers, is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from buzanlib.inference.hypothesis_tests import findings as all_findings
from buzanlib.inference.permutation import PermutationBank
from buzanlib.inference.placed_sample import Sample
from buzanlib.inference.table2 import QuadrantResult, QuadrantTest
from buzanlib.inference.verdicts import judge
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement
from buzanlib.tables.statements import count_tensor, load_statements
from buzanlib.tables.states import load_panel, load_regions
from buzanlib.theory.predictions import load_predictions


@pytest.fixture(scope="module")
def findings(root: Path) -> str:
    """The block of README that states results."""
    text = (root / "README.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- findings.*?-->(.*?)<!-- end of findings -->", text, flags=re.S)
    assert found, "README has lost the markers of its findings"
    return found.group(1)


@pytest.fixture(scope="module")
def results(data_dir: Path) -> dict[str, QuadrantResult]:
    """The locked test on both corpora."""
    predictions = load_predictions(data_dir)
    regions = load_regions(data_dir)
    placed = Placement()(load_panel(data_dir), regions)
    tensor = count_tensor(load_statements(data_dir))
    bank = PermutationBank(predictions.draws, predictions.seed)(regions)
    test = QuadrantTest(predictions)
    return {
        name: test(Sample.of(tensor.window(name, 2011, 2024), placed, bank)) for name in ("UNGDC", "NCSS")
    }


@pytest.mark.parametrize("hypothesis", ["B1", "B2", "B3"])
def test_readme_gives_the_verdicts_of_the_general_debate(
    hypothesis: str, findings: str, results: dict[str, QuadrantResult]
) -> None:
    (line,) = [line for line in findings.splitlines() if f"({hypothesis})" in line]
    assert line.endswith(f": {results['UNGDC'].table.loc[hypothesis, 'verdict']}")


def test_readme_gives_the_joint_finding_and_the_strategies(
    findings: str, results: dict[str, QuadrantResult]
) -> None:
    assert results["UNGDC"].to_results()["B5.finding"] in findings
    verdicts = set(results["NCSS"].table["verdict"])
    assert verdicts == {"undecided"}
    assert "On the strategies each of the three is undecided." in findings


def test_readme_names_what_else_is_supported(findings: str, data_dir: Path) -> None:
    predictions = load_predictions(data_dir)
    world = World.open(data_dir, Placement(), predictions.draws, predictions.seed)
    judged = judge(all_findings(world), predictions)
    assert list(judged.index[judged["verdict"] == "supported"]) == ["D1", "E3"]
    assert not (judged["verdict"] == "partly").any()
    assert "two are supported" in findings


def test_readme_states_no_number_of_a_result(findings: str) -> None:
    assert not re.findall(r"(?<!Table )(?<![B\w])\d", findings)
