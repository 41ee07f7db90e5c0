"""Files of exercises are read strictly: one clear error with file, line, value and what would be allowed."""

from __future__ import annotations

import json
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from buzanlib.errors import StudyError
from buzanlib.seminar.exercises import FOLDER, PROBLEMS, Exercise, load_chapter, load_exercises, load_problems

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "book" / FOLDER

EXERCISE = {
    "id": "falsifier",
    "question": "What would refute it?",
    "minutes": 10,
    "level": "judge",
    "tools": ["book", "codebook"],
    "hint": "Look at the signs.",
    "solution": "A reversed sign.",
}
CHAPTER: dict[str, Any] = {
    "check": {
        "question": "Which?",
        "options": [
            {"text": "This", "right": True, "feedback": "Yes."},
            {"text": "That", "feedback": "No."},
            {"text": "Both", "feedback": "No."},
        ],
    },
    "questions": [EXERCISE, {**EXERCISE, "id": "bet", "misreading": "They bet on all."}],
}


def written(folder: Path, content: object, name: str = "06_quadrants.yml") -> Path:
    file = folder / name
    plain = json.loads(json.dumps(content))  # without anything that stands twice, for which YAML has aliases
    file.write_text(yaml.safe_dump(plain, sort_keys=False), encoding="utf-8")
    return file


def test_a_chapter_is_read(tmp_path: Path) -> None:
    found = load_chapter(written(tmp_path, CHAPTER))
    assert [option.right for option in found.check.options] == [True, False, False]
    first, second = found.questions
    assert (first.id, first.minutes, first.tools, first.misreading) == (
        "falsifier",
        10,
        ("book", "codebook"),
        "",
    )
    assert second.misreading == "They bet on all."
    assert list(load_exercises(tmp_path)) == ["06_quadrants"]


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("questions.1.level", "aply", "line 24: level: 'aply'; nearest allowed: 'apply'"),
        ("questions.0.minutes", 0, "line 14: minutes: 0; allowed: a whole number from 1 to 240"),
        ("questions.0.minutes", "ten", "minutes: 'ten'; allowed"),
        ("questions.0.minutes", True, "minutes: True; allowed"),
        ("questions.0.tools", ["bok"], "line 17: tools: 'bok'; nearest allowed: 'book'"),
        ("questions.0.tools", ["none", "book"], "each once, and 'none' alone"),
        ("questions.0.tools", ["book", "book"], "each once, and 'none' alone"),
        ("questions.0.tools", [], "line 16: tools: [] is not a list"),
        ("questions.0.id", "a b", "line 12: id: 'a b' is not made of letters, digits and hyphens"),
        ("questions.1.id", "falsifier", "id: 'falsifier' stands twice"),
        ("check.options.2.text", "That ", "line 9: text: 'That' stands twice"),
        ("questions.0.hint", " ", "line 19: hint: ' ' is not a text"),
        ("questions.0.solution", None, "solution: None is not a text"),
        ("questions.0.soluton", "x", "unknown key 'soluton'; nearest allowed: 'solution'"),
        ("questions.0.code", "x", "unknown key 'code'"),
        ("questions.0", "x", "'x' is not a mapping"),
        ("questions", {}, "questions: {} is not a list"),
        ("check.options.1.right", True, "options: 2 are right; exactly one must be"),
        ("check.options.0.right", False, "options: 0 are right; exactly one must be"),
        ("check.options.0.right", "yes", "line 5: right: 'yes' is neither true nor false"),
        ("check.options.1.feedback", 3, "line 8: feedback: 3 is not a text"),
        ("check.options", [], "line 3: options: [] is not a list"),
        ("extra", 1, "unknown key 'extra'"),
    ],
)
def test_what_departs_from_the_schema_is_named(
    tmp_path: Path, place: str, value: object, message: str
) -> None:
    content = deepcopy(CHAPTER)
    *way, last = [int(part) if part.isdigit() else part for part in place.split(".")]
    inner: Any = content
    for part in way:
        inner = inner[part]
    inner[last] = value
    with pytest.raises(StudyError) as raised:
        load_chapter(written(tmp_path, content))
    assert str(raised.value).startswith("06_quadrants.yml")
    assert message in str(raised.value)


@pytest.mark.parametrize("place", ["check", "questions", "check.question", "questions.0.hint"])
def test_what_is_missing_is_named(tmp_path: Path, place: str) -> None:
    content = deepcopy(CHAPTER)
    *way, last = [int(part) if part.isdigit() else part for part in place.split(".")]
    inner: Any = content
    for part in way:
        inner = inner[part]
    del inner[last]
    with pytest.raises(StudyError, match=f"the key '{last}' is missing"):
        load_chapter(written(tmp_path, content))


@pytest.mark.parametrize("count", [2, 5])
def test_a_quick_check_has_three_or_four_options(tmp_path: Path, count: int) -> None:
    content = deepcopy(CHAPTER)
    right, wrong, _ = content["check"]["options"]
    content["check"]["options"] = [right, *(dict(wrong) for _ in range(count - 1))]
    with pytest.raises(StudyError, match=f"options: {count} are given; allowed: 3 to 4"):
        load_chapter(written(tmp_path, content))


def test_every_problem_has_code(tmp_path: Path) -> None:
    problem = {**EXERCISE, "code": "print(1)"}
    (found,) = load_problems(written(tmp_path, {"problems": [problem]}))
    assert found.code == "print(1)"
    with pytest.raises(StudyError, match="the key 'code' is missing"):
        load_problems(written(tmp_path, {"problems": [EXERCISE]}))


def test_every_chapter_that_ships_has_exercises() -> None:
    notebooks = {file.stem for file in (ROOT / "notebooks").glob("[0-9]*.ipynb")}
    assert {*load_exercises(SHIPPED)} == notebooks
    for name in notebooks:
        content = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
        assert not any("for the seminar" in "".join(cell["source"]) for cell in content["cells"])


def shipped_problems() -> tuple[Exercise, ...]:
    file = SHIPPED / f"{PROBLEMS}.yml"
    return load_problems(file) if file.is_file() else ()


@pytest.mark.soak
@pytest.mark.parametrize("problem", [pytest.param(one, id=one.id) for one in shipped_problems()])
def test_a_solution_runs_and_says_what_it_should(problem: Exercise) -> None:
    assert "assert" in problem.code
    ended = subprocess.run(
        [sys.executable, "-c", problem.code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip()
