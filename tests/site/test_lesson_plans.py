"""Plans add up, and a plan that lacks something is refused with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from buzanlib.errors import BuzanError
from buzanlib.site.lesson_plans import PLANS, Step, plan_in_words, read_plans


@pytest.fixture(scope="module")
def plans(root: Path) -> dict[str, list[Step]]:
    """The plans that ship."""
    return read_plans(root / "book")


@pytest.mark.parametrize(
    ("name", "minutes"),
    [
        ("ninety", [6, 10, 12, 16, 14, 18, 14]),
        ("thirty", [8, 8, 14]),
        ("statistics", [8, 14, 10, 22, 14, 7]),
    ],
)
def test_a_plan_adds_up(name: str, minutes: list[int], plans: dict[str, list[Step]]) -> None:
    assert [step.minutes for step in plans[name]] == minutes
    assert sum(minutes) == {"ninety": 90, "thirty": 30, "statistics": 75}[name]


def test_minutes_within_a_step_add_up(plans: dict[str, list[Step]]) -> None:
    told = {
        (name, step.name): [int(found) for found in re.findall(r"\((\d+)(?: minutes?)?\)", step.do)]
        for name, steps in plans.items()
        for step in steps
    }
    for place in (("ninety", "Game"), ("ninety", "Debrief and verdicts"), ("thirty", "Compare")):
        step = next(one for one in plans[place[0]] if one.name == place[1])
        assert sum(told[place]) == step.minutes, place


def test_a_plan_is_set_with_the_clock() -> None:
    text = plan_in_words(
        [
            Step("Bet", 6, "slip", "Deal.", "Now.", "Skip.", "Done."),
            Step("Place", 10, "-", "a", "b", "c", "d"),
        ]
    )
    assert "| 0–6 (6) | Bet | slip |" in text
    assert "| 6–16 (10) | Place | - |" in text
    assert "- *If late:* Skip." in text


def test_groups_fit_the_class(root: Path) -> None:
    text = (root / "book" / "teach" / "plans.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (\d+) \| (\d+) \| (\d)(?: or (\d))? \|", text, re.MULTILINE)
    assert [row[0] for row in rows] == ["8", "20", "40"]
    for students, pairs, tables, least, most in ([int(cell or 0) for cell in row] for row in rows):
        assert 2 * pairs == students
        assert 4 * tables * least <= students <= 4 * tables * (most or least)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ninety: [{name: Bet, minutes: 6}]", "line 1: every step needs do, hand"),
        ("a: [{name: B, minutes: x, hand: h, do: d, say: s, late: l, worked: w}]", "whole minutes"),
        ("a: 3", "line 1: a plan is a list of steps"),
        (None, "there is no file of plans"),
    ],
)
def test_a_plan_that_is_wrong_is_refused(text: str | None, said: str, tmp_path: Path) -> None:
    (tmp_path / PLANS).parent.mkdir()
    if text is not None:
        (tmp_path / PLANS).write_text(text, encoding="utf-8")
    with pytest.raises(BuzanError, match=said):
        read_plans(tmp_path)
