"""Quick checks by keyboard, without scripts, on a phone and on paper; and students get nothing of a solution."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from html import unescape
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from sphinx.search.en import SearchEnglish
from test_book import DESK, PHONE

from buzanlib.seminar.exercises import (
    FOLDER,
    PROBLEMS,
    ChapterExercises,
    Exercise,
    load_exercises,
    load_problems,
)
from buzanlib.seminar.vignettes import read_lab

pytestmark = [pytest.mark.browser, pytest.mark.soak, pytest.mark.xdist_group("browser")]

CHAPTER = "executed/06_quadrants.html"
RUN = 5
"""Words in a row that are no accident, unless all are small."""

SMALL = 5
"""Letters of a small word, such as *does* or *there*."""

WRITTEN = {".md", ".ipynb", ".csv", ".json", ".py", ".yml", ".bib", ".js", ".html", ".txt"}
"""Endings of files with text."""

OF_DOCSTRINGS = ("genindex", "inference.html")
"""Pages that set pieces of the library's texts side by side."""


def test_a_quick_check_works_by_keyboard_and_without_scripts(address: str, browser: Browser) -> None:
    context = browser.new_context(viewport=DESK, java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/{CHAPTER}")
    folds = page.locator(".quick-check details.option")
    first, second = folds.nth(0), folds.nth(1)
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(first.locator("p")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(second.locator("p")).to_be_visible()
    expect(first.locator("p")).to_be_hidden()  # of one question one option is open
    page.emulate_media(media="print")
    expect(second.locator("p")).to_be_hidden()
    expect(second.locator("summary")).to_be_visible()
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_open_exercises_are_accessible_and_fit(
    viewport: dict[str, int], theme: str, address: str, browser: Browser
) -> None:
    context = browser.new_context(viewport=viewport, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    for name in (CHAPTER, f"{FOLDER}/index.html", f"{FOLDER}/{PROBLEMS}.html"):
        page.goto(f"{address}/{name}")
        for summary in page.locator("details:is(.option, .hint) > summary").all():
            summary.click()
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(name, one["id"]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    context.close()


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def runs(text: str) -> set[tuple[str, ...]]:
    """Runs of words of a text, none with a number, nor over a role or a formula, which a page shows otherwise."""
    pieces = re.split(r"\{[\w:-]+\}`[^`]*`|\$[^$\n]*\$|\d+", text)
    found = set[tuple[str, ...]]()
    for piece in map(words, pieces):
        found |= {*zip(*(piece[start:] for start in range(RUN)), strict=False)}
    return {run for run in found if max(map(len, run)) > SMALL}


def of_instructors(root: Path) -> list[str]:
    """Every solution, misreading, program and reason that students do not get."""
    folder = root / "book" / FOLDER
    exercises: list[Exercise] = [*load_problems(folder / f"{PROBLEMS}.yml")]
    exercises += [one for chapter in load_exercises(folder).values() for one in chapter.questions]
    lab = read_lab(root / "book" / "seminar" / "lab")
    secret = {item for name in ("A", "B") for item in lab.of_set(name)}
    reasons = [
        why for language in lab.languages.values() for item, why in language.why.items() if item in secret
    ]
    notes = [file.read_text(encoding="utf-8") for file in (root / "book/seminar/instructor").glob("*.md")]
    solved = [text for one in exercises for text in (one.solution, one.misreading, one.code)]
    return [*filter(None, solved), *reasons, *notes]


def public(root: Path) -> str:
    """Everything from which students' pages are made: a run of words or a stem that stands there gives nothing away."""
    folder = root / "book" / FOLDER
    exercises = [*load_problems(folder / f"{PROBLEMS}.yml")]
    texts: list[str] = []
    for chapter in load_exercises(folder).values():
        texts += _of_check(chapter)
        exercises += chapter.questions
    texts += [text for one in exercises for text in (one.question, one.hint)]
    lab = read_lab(root / "book" / "seminar" / "lab")
    texts += [json.dumps(lab.public_items(language), ensure_ascii=False) for language in lab.languages]
    texts += [json.dumps(one.words, ensure_ascii=False) for one in lab.languages.values()]
    kept = ("book/seminar/instructor/", "book/seminar/lab/", f"book/{FOLDER}/", "book/seminar/slides.md")
    for file in (
        file for place in ("book", "notebooks", "data", "buzanlib") for file in (root / place).rglob("*")
    ):
        if file.suffix in WRITTEN and not file.relative_to(root).as_posix().startswith(kept):
            texts.append(file.read_text(encoding="utf-8", errors="ignore").replace("\\n", " "))
    texts += [file.read_text(encoding="utf-8") for file in folder.glob("*.md")]
    return "\n\n".join(texts)


def _of_check(chapter: ChapterExercises) -> Iterable[str]:
    yield chapter.check.question
    for option in chapter.check.options:
        yield from (option.text, option.feedback)


def test_students_get_nothing_of_a_solution(root: Path, html: Path) -> None:
    texts, open_to_all = of_instructors(root), public(root)
    secret = set[tuple[str, ...]]().union(*map(runs, texts)) - runs(open_to_all)
    assert len(secret) > 5000
    found = []
    for file in [*html.rglob("*"), root / "book" / "seminar" / "slides.md"]:
        if file.suffix in WRITTEN and not file.name.startswith(OF_DOCSTRINGS):
            text = file.read_text(encoding="utf-8", errors="ignore").replace("\\n", " ")
            if file.suffix == ".html":
                text = unescape(re.sub(r"<[^>]*>", "", text))
            leaked = secret & {*zip(*(words(text)[start:] for start in range(RUN)), strict=False)}
            found += [f"{file.name}: {' '.join(one)}" for one in sorted(leaked)]
    assert found == []
    assert not [*html.rglob("key-*.json")]
    assert not (html / "seminar" / "instructor").exists()


def test_the_search_knows_no_word_that_only_solutions_have(root: Path, html: Path) -> None:
    language = SearchEnglish({})

    def stems(text: str) -> set[str]:
        return {language.stem(word) for word in {*language.split(text.lower())}}

    secret = set[str]().union(*map(stems, of_instructors(root))) - stems(public(root))
    assert len(secret) > 50
    index = (html / "searchindex.js").read_text(encoding="utf-8")
    data = json.loads(index[index.index("{") : index.rindex("}") + 1])
    assert secret & {*data["terms"], *data["titleterms"]} == set()
