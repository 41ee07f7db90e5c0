"""A page as the book of a study of one's own shows it: without what can only be said of the study that ships."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from nbformat import NotebookNode

from buzanlib.study.parameters import declared
from buzanlib.study.results import Results
from buzanlib.study.spec import Run

ABOUT_WHAT_SHIPS = "about-what-ships"
"""Tag of a cell that interprets the numbers of the study that ships, and has no place in another."""

ABOUT_DEFAULT = "about-default-"
"""Beginning of the tag of a cell that holds for the default of a parameter only, as ``about-default-corpus``."""

_HIDDEN = {"parameters", "injected-parameters", "remove-cell", "remove-output"}
NUMBER = re.compile(r"\{num\}`\s*([^`:\s]+)[^`]*`")
"""A recorded number in prose, with its key."""

_HEADING = re.compile(r"(#+) .*")
_TEXT = 7  # below any heading
_ITEM = re.compile(r"^(?=(?:[-*]|\d+\.) |\||:::$)", re.MULTILINE)
_EMPTY_BOX = re.compile(r":::\{.+\}.*\n(?::.+\n)*:::")


def fit(page: NotebookNode, run: Run, results: Results) -> None:
    """Take out of a page what does not hold for its study.

    These are cells with the tag `ABOUT_WHAT_SHIPS`; cells whose tag begins with `ABOUT_DEFAULT` and names a parameter
    that has another value; and every paragraph, item of a list or row of a table with a number of something that the
    study does not have, as of a test that its data cannot carry. A heading with nothing left below it goes as well, and
    so does a box with nothing left in it. A number that is merely undefined, where others of the same thing are
    recorded, stays and is printed as a dash.
    """
    defaults = {name: parameter.default for name, parameter in declared(run.template).items()}
    page.cells = [cell for cell in page.cells if _holds(cell.metadata.get("tags", ()), run, defaults)]
    things = {key.rpartition(".")[0] for key in results.values}
    things |= {thing.removeprefix(run.prefix) for thing in things}

    def known(key: str) -> bool:
        thing, dot, _ = key.rpartition(".")
        there = key in results.values or run.prefix + key in results.values
        return there or (bool(dot) and thing in things)

    for cell in page.cells:
        if cell.cell_type == "markdown":
            cell.source = "\n\n".join(_kept(cell.source, known))
    _drop_empty(page)


def _holds(tags: list[str], run: Run, defaults: Mapping[str, object]) -> bool:
    """Whether a cell with these tags belongs to a page."""
    names = [tag.removeprefix(ABOUT_DEFAULT) for tag in tags if tag.startswith(ABOUT_DEFAULT)]
    return ABOUT_WHAT_SHIPS not in tags and all(run.parameters[name] == defaults[name] for name in names)


def _kept(text: str, known: Callable[[str], bool]) -> Iterator[str]:
    """The blocks of a text, or what is left of them; the words that lead up to a list go with all of it."""
    lead = ""
    for block in re.split(r"\n[ \t]*\n", text):
        parts = _ITEM.split(block)
        kept = [part for part in parts if all(map(known, NUMBER.findall(part)))]
        rest = _EMPTY_BOX.sub("", "".join(kept).rstrip("\n"))
        if lead and rest:
            yield lead
        lead = ""
        if rest.rstrip().endswith(":") and len(parts) == 1:
            lead = rest
        elif rest:
            yield rest
    if lead:
        yield lead


def _drop_empty(page: NotebookNode) -> None:
    """Drop headings below which nothing is left, the title excepted, and cells without text."""
    below = 0  # level of what stands below; nothing does at the end
    for cell in reversed(page.cells):
        if cell.cell_type != "markdown":
            if cell.get("outputs") and not _HIDDEN.intersection(cell.metadata.get("tags", ())):
                below = _TEXT
            continue
        kept = []
        for block in reversed(cell.source.split("\n\n")):
            level = _level(block)
            if block and (level == 1 or level == _TEXT or below > level):
                kept.append(block)
                below = level
        cell.source = "\n\n".join(reversed(kept))
    page.cells = [cell for cell in page.cells if cell.source or cell.cell_type != "markdown"]


def _level(block: str) -> int:
    """Level of a heading, and `_TEXT` of anything else."""
    heading = _HEADING.fullmatch(block)
    return len(heading[1]) if heading else _TEXT
