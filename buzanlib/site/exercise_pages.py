"""Exercises in a book: at the end of each chapter, in a list for the teacher, and the problem set.

They are written into the text of a page when it is read, and solutions only in the instructor's edition: what a student
gets was never in the page, its source or what the search finds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from buzanlib.seminar.exercises import (
    FOLDER,
    PROBLEMS,
    ChapterExercises,
    Exercise,
    Option,
    QuickCheck,
    load_chapter,
    load_problems,
)
from buzanlib.site.editions import has_solutions
from buzanlib.site.how_made import CHAPTERS
from buzanlib.site.numbers import read_results
from buzanlib.site.own_pages import NUMBER
from buzanlib.study.results import Results

_LIST_PAGE = f"{FOLDER}/index"
_PROBLEM_PAGE = f"{FOLDER}/{PROBLEMS}"
_FOR_CLASS = "seminar/index"

_BEFORE = 400
"""Priority of the handler: exercises stand before how a page was made, which is added with the usual one."""

_BESIDE = re.compile(r"(\{doc\}`(?:[^`<]*<)?)(?=[\w-]+>?`)")
_TOOLS = {
    "book": "the book",
    "codebook": "the codebook",
    "notebook": "a notebook",
    "spreadsheet": "a spreadsheet",
}

_OF_INSTRUCTORS = (
    "## For the instructor\n\nSolutions and what students tend to get wrong stand below each exercise at the end of the"
    f" chapters, which {{doc}}`../{_LIST_PAGE}` lists, and in {{doc}}`../{_PROBLEM_PAGE}`. The keys of the coding"
    ' lab are <a href="key-A.json" download>key-A.json</a> and <a href="key-B.json" download>key-B.json</a>.'
)


class fold(nodes.General, nodes.Element):  # type: ignore[misc]
    """What is shown on demand, below its `summary`; of folds with one ``name`` one is open."""


class summary(nodes.Part, nodes.TextElement):  # type: ignore[misc]
    """The line by which a `fold` opens."""


class Fold(SphinxDirective):
    """A `fold`: the argument is its `summary`, the content what it holds."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"name": directives.unchanged, "class": directives.class_option}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Make the node."""
        line, messages = self.parse_inline(self.arguments[0])
        inside = self.parse_content_to_nodes()
        made = fold("", summary("", "", *line), *inside, classes=self.options.get("class", []))
        made["group"] = self.options.get("name", "")
        return [made, *messages]


def _visit_fold(self: HTML5Translator, node: fold) -> None:
    group = {"name": node["group"]} if node["group"] else {}
    self.body.append(self.starttag(node, "details", **group))


def _depart_fold(self: HTML5Translator, node: fold) -> None:
    self.body.append("</details>\n")


def _visit_summary(self: HTML5Translator, node: summary) -> None:
    self.body.append(self.starttag(node, "summary", ""))


def _depart_summary(self: HTML5Translator, node: summary) -> None:
    self.body.append("</summary>\n")


def _box(depth: int, directive: str, text: str, *options: str) -> str:
    """A directive whose content may have directives of its own; of two that are nested the outer one is deeper."""
    fence = "`" * (6 + depth)
    return "\n".join([f"{fence}{{{directive}", *options, "", text, fence])


def _quick_check(check: QuickCheck, group: str) -> str:
    """A quick check, in Markdown: an option opens and says whether it is right, without a script."""
    options = "\n\n".join(_option(one, "ABCD"[place], group) for place, one in enumerate(check.options))
    return _box(2, "container} quick-check", f"**Quick check.** {check.question}\n\n{options}")


def _option(option: Option, letter: str, group: str) -> str:
    kind = ":class: option right" if option.right else ":class: option"
    return _box(
        1, f"fold}} **{letter}** {' '.join(option.text.split())}", option.feedback, f":name: {group}", kind
    )


def _exercise(exercise: Exercise, number: str, label: str, solved: bool) -> str:
    """An exercise, in Markdown, and what an instructor must know if it is `solved`."""
    parts = [f"**{number}** {exercise.question}", f"{{.about}}\n{' · '.join(_about(exercise))}"]
    parts.append(_box(1, "fold} Hint", exercise.hint, ":class: hint"))
    if solved:
        parts.append(_box(1, "admonition} Solution", exercise.solution, ":class: tip solution"))
        if exercise.misreading:
            text = exercise.misreading
            parts.append(_box(1, "admonition} What students get wrong", text, ":class: warning solution"))
        if exercise.code:
            parts.append(_box(1, "code-block} python", exercise.code))
    return f"({label})=\n" + _box(2, "container} exercise", "\n\n".join(parts))


def _about(exercise: Exercise) -> Iterator[str]:
    yield f"{exercise.minutes} minutes"
    yield exercise.level
    tools = [_TOOLS[tool] for tool in exercise.tools if tool in _TOOLS]
    if tools:
        yield f"needs {' and '.join(tools)}"


def _label(page: str, exercise: Exercise) -> str:
    return f"exercise-{page}-{exercise.id}"


def chapter_section(
    one: ChapterExercises, page: str, chapter: int, results: Results | None, solved: bool
) -> str:
    """The section at the end of a chapter, in Markdown.

    Parameters
    ----------
    one : ChapterExercises
        What it has.
    page : str
        Name of the page, of which a sweep has several.
    chapter : int
        Its number in the book; the exercises are numbered below it.
    results : Results, optional
        Numbers of another study than the one that ships: a text with a number that it lacks is left out. None where
        every number must be there.
    solved : bool
        Whether for instructors, with solutions.

    Returns
    -------
    str
        Empty where nothing is left.
    """
    parts = []
    if _stands(results, page, one.check.question, *(option.feedback for option in one.check.options)):
        parts.append(_quick_check(one.check, f"check-{page}"))
    for place, exercise in enumerate(one.questions, 1):
        if _stands(results, page, exercise.question, exercise.hint):
            parts.append(_exercise(exercise, f"{chapter}.{place}", _label(page, exercise), solved))
    return "\n\n".join(["## Exercises", *parts]) if parts else ""


def _stands(results: Results | None, page: str, *texts: str) -> bool:
    """Whether all numbers of some texts are there."""
    keys = (key for text in texts for key in NUMBER.findall(text))
    return results is None or all(results.key_on(page, key) in results.values for key in keys)


def _rows(folder: Path, chapters: Iterable[tuple[str, str, int]]) -> Iterator[str]:
    """Rows of the list: number, question, minutes, level and tools of every exercise."""
    for page, notebook, chapter in chapters:
        for place, one in enumerate(load_chapter(folder / f"{notebook}.yml").questions, 1):
            first = _from_here(one.question.split("\n\n")[0])
            cells = [
                f"{{ref}}`{chapter}.{place} <{_label(page, one)}>`",
                " ".join(first.split()).replace("|", r"\|"),
                str(one.minutes),
                one.level,
                ", ".join(one.tools),
            ]
            yield f"| {' | '.join(cells)} |"


def _listed(folder: Path, chapters: Iterable[tuple[str, str, int]]) -> str:
    head = "{.stacked}\n| exercise | asks | minutes | level | tools |\n|---|---|--:|---|---|"
    return "\n".join([head, *_rows(folder, chapters)])


def _problem_set(file: Path, solved: bool) -> str:
    problems = enumerate(load_problems(file), 1)
    texts = (_exercise(one, str(number), _label(PROBLEMS, one), solved) for number, one in problems)
    return _from_here("\n\n".join(texts))


def _from_here(text: str) -> str:
    """Let links to chapters, written as chapters write them, lead there from another folder."""
    return _BESIDE.sub(rf"\g<1>../{CHAPTERS}", text)


def _add(app: Sphinx, docname: str, source: list[str]) -> None:
    """Add the exercises to what is read of a page; the file stays as it is, and so does its copy that is published."""
    folder, solved = Path(app.srcdir, FOLDER), has_solutions(app)
    placed = {page: (notebook, chapter) for page, notebook, chapter in app.config.buzan_exercises}
    page = docname.removeprefix(CHAPTERS)
    if docname.startswith(CHAPTERS) and page in placed:
        notebook, chapter = placed[page]
        results = None if app.config.buzan_as_shipped else read_results(app.env)
        file = folder / f"{notebook}.yml"
        app.env.note_dependency(str(file))
        if text := chapter_section(load_chapter(file), page, chapter, results, solved):
            content = json.loads(source[0])
            identity = {"id": "exercises"} if any("id" in cell for cell in content["cells"]) else {}
            content["cells"].append({"cell_type": "markdown", "metadata": {}, "source": text, **identity})
            source[0] = json.dumps(content)
    elif docname == _LIST_PAGE:
        for notebook, _ in placed.values():
            app.env.note_dependency(str(folder / f"{notebook}.yml"))
        source[0] += f"\n\n{_listed(folder, app.config.buzan_exercises)}\n"
    elif docname == _PROBLEM_PAGE:
        app.env.note_dependency(str(folder / f"{PROBLEMS}.yml"))
        source[0] += f"\n\n{_problem_set(folder / f'{PROBLEMS}.yml', solved)}\n"
    elif docname == _FOR_CLASS and solved:
        source[0] += f"\n\n{_OF_INSTRUCTORS}\n"


def setup(app: Sphinx) -> None:
    """Register the directive ``fold``, the handler, and the setting with page, notebook and number of each chapter."""
    app.add_config_value("buzan_exercises", [], "env", [list])
    app.add_node(fold, html=(_visit_fold, _depart_fold))
    app.add_node(summary, html=(_visit_summary, _depart_summary))
    app.add_directive("fold", Fold)
    app.connect("source-read", _add, priority=_BEFORE)
