"""What README says of the findings, and what the prose says of numbers, is true."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.inference.hypothesis_tests import OfTable2
from buzanlib.inference.hypothesis_tests import findings as all_findings
from buzanlib.inference.open_claims import OPEN_CLAIMS
from buzanlib.inference.second_registration import SecondRegistration
from buzanlib.inference.verdicts import Finding, Verdict, judge
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


@pytest.fixture(scope="module")
def open_found(world: World) -> dict[str, Finding]:
    """Findings on the claims that the locked file leaves out."""
    return all_findings(world, OPEN_CLAIMS)


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
        "Of the other claims of the locked file none is supported, one is reversed (that WS states,"
        " weak in power and strong in cohesion, name" in findings
    )
    assert "one is not testable (that states move between quadrants by more than error)" in findings


def test_readme_gives_the_words_of_the_claims_that_the_locked_file_leaves_out(
    findings: str, world: World, open_found: dict[str, Finding]
) -> None:
    words = judge(open_found, world.data.predictions, world.data.open_claims)["verdict"]
    supported = set(words.index[words == Verdict.SUPPORTED])
    assert (len(words), len(supported), int((words == Verdict.UNDECIDED).sum())) == (11, 5, 6)
    assert "Of eleven claims" in findings
    assert "five are supported and six undecided" in findings
    assert set(re.findall(r"\((X\d+)\)", findings)) == supported


def test_readme_says_what_the_supported_claims_do_not_show(open_found: dict[str, Finding]) -> None:
    beside = open_found["X32"].beside
    assert not any(float(beside[f"more.{kind}.low90"]) > 0 for kind in ("war", "nuclear", "terrorism"))
    assert float(open_found["X62"].beside["others.low90"]) > 0


def test_readme_counts_the_chapters(root: Path) -> None:
    toc = (root / "book" / "_toc.yml").read_text(encoding="utf-8")
    chapters = re.findall(r"file: executed/\d\d_", toc)
    assert f" {len(chapters)} chapters " in (root / "README.md").read_text(encoding="utf-8")


def test_readme_gives_the_verdict_of_what_was_registered(findings: str, world: World) -> None:
    registered = SecondRegistration(world)
    strict = registered.explore().set_index(["sample", "outcome"])
    assert strict["low90"]["2011–2024, codebook 2", "P1"] > 0, "README calls it a hint"
    assert strict["low90"]["beside all three", "P1"] < 0 < strict["high90"]["beside all three", "P1"]
    assert f"it is {registered.verdicts['P1']}." in findings


def test_readme_states_no_number_of_a_result(findings: str) -> None:
    assert not re.findall(r"(?<!Table )(?<![B\w])\d", findings)


def _chapters(root: Path) -> list[Path]:
    return sorted((root / "notebooks").glob("[0-9]*.ipynb"))


def test_every_chapter_opens_with_what_was_found_in_three_sentences(root: Path) -> None:
    for chapter in _chapters(root):
        first = json.loads(chapter.read_text(encoding="utf-8"))["cells"][0]
        box = re.match(
            r"# [^\n]+\n\n:::\{admonition\} [^\n]+\n:class: found\n((?:- [^\n]+\n)+):::\n",
            "".join(first["source"]),
        )
        assert box, chapter.name
        assert len(box[1].splitlines()) == 3, chapter.name


def test_no_chapter_calls_a_kind_of_state_or_a_threat_by_a_short_name(root: Path) -> None:
    short = re.compile(r"(?<![\w.])(?:WW|WS|SW|SS|pol|inf|cri|UNGDC|NCSS)\b")
    for chapter in _chapters(root):
        for cell in json.loads(chapter.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                text = re.sub(
                    r"`[^`]*`|(?s:\$\$.+?\$\$)|\$[^$\n]+\$|Figures have short names[^.]*\.",
                    "",
                    "".join(cell["source"]),
                )
                assert not short.search(text), (chapter.name, text)
