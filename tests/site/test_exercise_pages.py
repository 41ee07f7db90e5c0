"""Exercises on pages: for students without what instructors have, and in another study without what it cannot say."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from buzanlib.seminar.exercises import ChapterExercises, Exercise, Option, QuickCheck
from buzanlib.site.exercise_pages import chapter_section
from buzanlib.study.results import Results, Value

Build = Callable[..., tuple[str, str]]

SECRET = "A reversed sign persuades"
MISTAKE = "Students overlook intervals"
CODE = "print(overlookable)"


def exercise(name: str = "falsifier", question: str = "What would *refute* it?") -> Exercise:
    return Exercise(name, question, 10, "judge", ("book", "codebook"), "See signs.", SECRET, MISTAKE)


CHECK = QuickCheck(
    "Which `one`?",
    (
        Option("This\none", "Yes, **this**.", True),
        Option("That", "No.", False),
        Option("Both", "Nor both.", False),
    ),
)
CHAPTER = ChapterExercises(CHECK, (exercise(), exercise("bet", "How much is {num}`B1.contrast:+.2f`?")))


def section(solved: bool = False, results: Results | None = None) -> str:
    return chapter_section(CHAPTER, "06_quadrants", 6, results, solved)


def test_a_quick_check_needs_no_script(folder: Path, build: Build) -> None:
    page, warnings = build(folder, section())
    assert warnings == ""
    (check,) = BeautifulSoup(page, "html.parser").select(".quick-check")
    folds = check.select("details.option")
    assert [fold["name"] for fold in folds] == ["check-06_quadrants"] * 3
    assert [fold.summary.get_text() for fold in folds if fold.summary] == ["A This one", "B That", "C Both"]
    assert [fold.p.get_text() for fold in folds if fold.p] == ["Yes, this.", "No.", "Nor both."]
    assert ["right" in (fold["class"] or ()) for fold in folds] == [True, False, False]
    assert not check.select("script, [onclick], [open]")


def test_an_exercise_says_what_it_takes(folder: Path, build: Build) -> None:
    page, warnings = build(folder, section())
    assert warnings == ""
    first, second = BeautifulSoup(page, "html.parser").select(".exercise")
    assert first["id"] == "exercise-06-quadrants-falsifier"
    text = " ".join(first.get_text().split())
    assert (
        text
        == "6.1 What would refute it? 10 minutes · judge · needs the book and the codebook Hint See signs."
    )
    assert "6.2 How much is −0.25?" in second.get_text()


def test_solutions_are_in_the_instructors_edition_only(folder: Path, build: Build) -> None:
    page, _ = build(folder, section(solved=True))
    assert page.count(SECRET) == page.count(MISTAKE) == 2
    assert SECRET not in section()
    assert MISTAKE not in section()


def test_another_study_has_no_exercise_on_a_number_that_it_lacks(folder: Path) -> None:
    other = Results("", {}, {}, {}, {"n": Value(3, "page")})
    left = section(results=other)
    assert "6.1" in left
    assert "6.2" not in left
    assert "{num}" not in left
    of_all = ChapterExercises(QuickCheck("{num}`gone`?", CHECK.options), (exercise("bet", "{num}`gone`?"),))
    assert chapter_section(of_all, "06_quadrants", 6, other, False) == ""


def lists(folder: Path) -> None:
    """Pages with the list of exercises and the problem set."""
    (folder / "exercises").mkdir()
    (folder / "seminar").mkdir()
    one = {
        "minutes": 5,
        "level": "apply",
        "tools": ["none"],
        "hint": "H.",
        "solution": SECRET,
        "misreading": MISTAKE,
    }
    options = [{"text": name, "feedback": name, "right": name == "a"} for name in "abc"]
    chapter = {
        "check": {"question": "Q", "options": options},
        "questions": [{**one, "id": "a", "question": "A | B?"}],
    }
    problem = {**one, "id": "p", "question": "Count.", "code": CODE}
    for name, content in {"06_x": chapter, "problems": {"problems": [problem]}}.items():
        (folder / "exercises" / f"{name}.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    for page in ("exercises/index", "exercises/problems", "seminar/index"):
        (folder / f"{page}.md").write_text("# Title\n", encoding="utf-8")


TOC = "```{toctree}\nexercises/index\nexercises/problems\nseminar/index\n```\n\n(exercise-06_x-a)=\n\nHere."


@pytest.mark.parametrize("edition", ["student", "instructor"])
def test_the_list_and_the_problem_set(folder: Path, build: Build, edition: str) -> None:
    lists(folder)
    _, warnings = build(
        folder,
        TOC,
        buzan_exercises=[["06_x", "06_x", 6]],
        buzan_edition=edition,
        html_theme="sphinx_book_theme",
    )
    assert warnings == ""
    listed = BeautifulSoup((folder / "out/exercises/index.html").read_text(encoding="utf-8"), "html.parser")
    cells = [cell.get_text().strip() for cell in listed.select("tbody td")]
    assert cells == ["6.1", "A | B?", "5", "apply", "none"]
    assert [link["href"] for link in listed.select("td a")] == ["../index.html#exercise-06-x-a"]
    problems = (folder / "out/exercises/problems.html").read_text(encoding="utf-8")
    assert "Count." in problems
    assert (
        (SECRET in problems)
        == (MISTAKE in problems)
        == ("overlookable" in problems)
        == (edition != "student")
    )
    front = (folder / "out/seminar/index.html").read_text(encoding="utf-8")
    assert ("For the instructor" in front) == (edition == "instructor")


def test_nothing_of_a_solution_is_in_the_students_edition(folder: Path, build: Build) -> None:
    lists(folder)
    build(folder, TOC, buzan_exercises=[["06_x", "06_x", 6]])
    stems = {"revers", "persuad", "overlook"}
    for file in (folder / "out").rglob("*"):
        if file.is_file():
            text = file.read_text(encoding="utf-8", errors="ignore")
            assert SECRET not in text
            assert MISTAKE not in text
            assert CODE not in text
            if file.name == "searchindex.js":
                assert not stems & {*re.findall(r'"?(\w+)"?:', text)}
