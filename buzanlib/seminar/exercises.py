"""Exercises of a book: a quick check and questions for each chapter, and a set of problems solved by code.

They lie in YAML files beside the chapters and not in these, so that one source makes a student's edition, which never
held a solution, and an instructor's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from buzanlib.errors import StudyError, nearest, shown
from buzanlib.tables.yamlfile import Document, read

FOLDER = "exercises"
"""Folder of the files in that of a book; a chapter's has the name of its notebook."""

PROBLEMS = "problems"
"""Name of the file of the problem set."""

LEVELS = ("recall", "explain", "apply", "judge")
"""What an exercise asks for, from the least to the most demanding."""

TOOLS = ("none", "book", "codebook", "notebook", "spreadsheet")
"""What an exercise needs beside a pencil."""

_FEWEST, _MOST = 3, 4
_LONGEST = 240
"""Minutes of an exercise: a seminar has no more."""

TEXTS = ("question", "text", "feedback", "hint", "solution", "misreading")
"""Keys, at any depth, whose values are MyST Markdown."""

_NEEDED = ("id", "question", "minutes", "level", "tools", "hint", "solution")


@dataclass(frozen=True)
class Option:
    """An answer to a quick check that can be chosen; all its texts are MyST Markdown."""

    text: str
    feedback: str  #: why it is right, or why it is tempting and wrong
    right: bool


@dataclass(frozen=True)
class QuickCheck:
    """A question on a concept, with options of which exactly one is right."""

    question: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Exercise:
    """A question with what a teacher must know; all its texts are MyST Markdown."""

    id: str  #: unique within its file
    question: str
    minutes: int
    level: str  #: of `LEVELS`
    tools: tuple[str, ...]  #: of `TOOLS`
    hint: str
    solution: str  #: for instructors only
    misreading: str = ""  #: what students get wrong, for instructors only
    code: str = (
        ""  #: of a problem: the program that answers it, run from the project's folder; instructors only
    )


@dataclass(frozen=True)
class ChapterExercises:
    """What stands at the end of a chapter."""

    check: QuickCheck
    questions: tuple[Exercise, ...]


def load_chapter(file: Path) -> ChapterExercises:
    """Read the exercises of a chapter.

    Raises
    ------
    StudyError
        If the file is not there or departs from the schema in any point: with its name, line, value and what would be
        allowed.
    """
    found = read(file, "file of exercises", StudyError)
    _names(found, found.content, ("check", "questions"), ())
    return ChapterExercises(_check(found, found.content["check"]), _exercises(found, "questions"))


def load_problems(file: Path) -> tuple[Exercise, ...]:
    """Read the problem set, in which every exercise has code; raises as `load_chapter`."""
    found = read(file, "file of problems", StudyError)
    _names(found, found.content, ("problems",), ())
    return _exercises(found, "problems")


def load_exercises(folder: Path) -> dict[str, ChapterExercises]:
    """Read the exercises of all chapters in a folder, by the names of their notebooks; raises as `load_chapter`."""
    files = [file for file in sorted(folder.glob("*.yml")) if file.stem != PROBLEMS]
    return {file.stem: load_chapter(file) for file in files}


def _names(
    found: Document,
    given: object,
    needed: tuple[str, ...],
    place: tuple[object, ...],
    optional: tuple[str, ...] = (),
) -> None:
    """Demand a mapping with certain keys and no others."""
    if not isinstance(given, dict):
        raise found.error(f"{shown(given)} is not a mapping of names to values", *place)
    found.check_names("key", given, [*needed, *optional], *place)
    for name in needed:
        if name not in given:
            raise found.error(f"the key {name!r} is missing", *place)


def _text(found: Document, given: Mapping[str, Any], name: str, place: tuple[object, ...]) -> str:
    value = given[name]
    if not isinstance(value, str) or not value.strip():
        raise found.error(f"{name}: {shown(value)} is not a text", *place, name)
    return value.strip()


def _list(found: Document, value: object, place: tuple[object, ...]) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise found.error(f"{place[-1]}: {shown(value)} is not a list", *place)
    return value


def _once(found: Document, name: str, values: Sequence[str], place: tuple[object, ...]) -> None:
    """Demand that no two entries of a list have the same."""
    for number, value in enumerate(values):
        if value in values[:number]:
            raise found.error(f"{name}: {shown(value)} stands twice", *place, number, name)


def _check(found: Document, given: Any) -> QuickCheck:
    place = ("check",)
    _names(found, given, ("question", "options"), place)
    listed = _list(found, given["options"], (*place, "options"))
    options = [_option(found, one, (*place, "options", number)) for number, one in enumerate(listed)]
    if not _FEWEST <= len(options) <= _MOST:
        message = f"options: {len(options)} are given; allowed: {_FEWEST} to {_MOST}"
        raise found.error(message, *place, "options")
    if (right := sum(option.right for option in options)) != 1:
        raise found.error(f"options: {right} are right; exactly one must be", *place, "options")
    _once(found, "text", [option.text for option in options], (*place, "options"))
    return QuickCheck(_text(found, given, "question", place), tuple(options))


def _option(found: Document, given: Any, place: tuple[object, ...]) -> Option:
    _names(found, given, ("text", "feedback"), place, ("right",))
    right = given.get("right", False)
    if not isinstance(right, bool):
        raise found.error(f"right: {shown(right)} is neither true nor false", *place, "right")
    return Option(_text(found, given, "text", place), _text(found, given, "feedback", place), right)


def _exercises(found: Document, key: str) -> tuple[Exercise, ...]:
    listed = _list(found, found.content[key], (key,))
    exercises = [_exercise(found, one, (key, number)) for number, one in enumerate(listed)]
    _once(found, "id", [one.id for one in exercises], (key,))
    return tuple(exercises)


def _exercise(found: Document, given: Any, place: tuple[object, ...]) -> Exercise:
    needed = (*_NEEDED, *(("code",) if place[0] == PROBLEMS else ()))
    _names(found, given, needed, place, ("misreading",))
    name = given["id"]
    if not isinstance(name, str) or not name.replace("-", "").isalnum() or not name.isascii():
        raise found.error(f"id: {shown(name)} is not made of letters, digits and hyphens", *place, "id")
    minutes = given["minutes"]
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 1 <= minutes <= _LONGEST:
        message = f"minutes: {shown(minutes)}; allowed: a whole number from 1 to {_LONGEST}"
        raise found.error(message, *place, "minutes")
    if given["level"] not in LEVELS:
        wrong = given["level"]
        raise found.error(f"level: {shown(wrong)}; {nearest(wrong, LEVELS)}", *place, "level")
    tools = _list(found, given["tools"], (*place, "tools"))
    for number, tool in enumerate(tools):
        if tool not in TOOLS:
            raise found.error(f"tools: {shown(tool)}; {nearest(tool, TOOLS)}", *place, "tools", number)
    if len({*tools}) < len(tools) or ("none" in tools and len(tools) > 1):
        raise found.error(f"tools: {shown(tools)}; each once, and 'none' alone", *place, "tools")
    words = {key: _text(found, given, key, place) for key in (*TEXTS, "code") if key in given}
    return Exercise(id=name, minutes=minutes, level=given["level"], tools=tuple(tools), **words)
