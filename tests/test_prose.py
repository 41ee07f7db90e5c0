"""What README says of the findings, and what the prose says of numbers, is true."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.inference.hypothesis_tests import OfTable2
from buzanlib.inference.hypothesis_tests import findings as all_findings
from buzanlib.inference.second_registration import SecondRegistration
from buzanlib.inference.verdicts import Verdict, judge
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement
from buzanlib.theory.predictions import load_predictions


@pytest.fixture(scope="module")
def findings(root: Path) -> str:
    """The block of README that states results."""
    text = (root / "README.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- findings.*?-->(.*?)<!-- end of findings -->", text, flags=re.S)
    assert found, "README has lost the markers of its findings"
    return found.group(1)


@pytest.fixture(scope="module")
def world(data_dir: Path) -> World:
    """The General Debate as the book tests it."""
    predictions = load_predictions(data_dir)
    return World.open(data_dir, Placement(), 999, predictions.seed)


@pytest.fixture(scope="module")
def judged(world: World) -> pd.DataFrame:
    """The word for every hypothesis of the locked file."""
    return judge(all_findings(world), world.data.predictions)


@pytest.mark.parametrize("hypothesis", ["B1", "B2", "B3"])
def test_readme_gives_the_verdicts_of_the_general_debate(
    hypothesis: str, findings: str, judged: pd.DataFrame
) -> None:
    (line,) = [line for line in findings.splitlines() if f"({hypothesis})" in line]
    assert line.endswith(f": {judged['verdict'][hypothesis]}")


def test_readme_gives_the_joint_finding(findings: str, world: World) -> None:
    assert OfTable2.result(world).finding in findings


def test_readme_names_what_else_came_out(findings: str, judged: pd.DataFrame) -> None:
    by_word = {word: list(judged.index[judged["verdict"] == word]) for word in Verdict}
    assert by_word[Verdict.SUPPORTED] == []
    assert by_word[Verdict.REVERSED] == ["B15"]
    assert by_word[Verdict.NOT_TESTABLE] == ["E3"]
    assert (
        "none is supported, one is reversed (that WS states, weak in power and strong in cohesion, name"
        in findings
    )
    assert "one is not testable (that states move between quadrants by more than error)" in findings


def test_readme_gives_the_verdict_of_what_was_registered(findings: str, world: World) -> None:
    registered = SecondRegistration(world)
    strict = registered.explore().set_index(["sample", "outcome"])
    assert strict["low90"]["2011–2024, codebook 2", "P1"] > 0, "README calls it a hint"
    assert strict["low90"]["beside all three", "P1"] < 0 < strict["high90"]["beside all three", "P1"]
    assert f"it is {registered.verdicts['P1']}." in findings


def test_readme_states_no_number_of_a_result(findings: str) -> None:
    assert not re.findall(r"(?<!Table )(?<![B\w])\d", findings)
