"""Plans of seminars as data, set as tables: minutes are added up by a program, and a test holds the sum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from buzanlib.errors import BuzanError
from buzanlib.site.pages import bullets
from buzanlib.tables.yamlfile import Document, read

PLANS = "teach/plans.yml"
"""In the folder of a book: for each plan, its steps in order."""


@dataclass(frozen=True)
class Step:
    """A step of a plan; all text is Markdown."""

    name: str
    minutes: int
    hand: str  #: what students have in hand
    do: str  #: what the teacher does
    say: str  #: what the teacher says
    late: str  #: what to leave out if time runs short
    worked: str  #: what shows that the step has done its work


_PARTS = {"do": "Do", "say": "Say", "hand": "In hand", "late": "If late", "worked": "It worked if"}


def read_plans(book: Path) -> dict[str, list[Step]]:
    """The plans of a book, by name.

    Parameters
    ----------
    book : Path
        Folder of its sources, with `PLANS`.

    Raises
    ------
    BuzanError
        If there is no such file, or a step has not exactly the fields of `Step`: with the line.
    """
    file = read(book / PLANS, "file of plans", BuzanError)
    for name, steps in file.content.items():
        if not isinstance(steps, list):
            raise file.error("a plan is a list of steps", name)
    return {str(name): [_step(file, name, step) for step in steps] for name, steps in file.content.items()}


def _step(file: Document, plan: object, step: Any) -> Step:
    names = {field.name for field in fields(Step)}
    if not isinstance(step, dict) or {*step} != names or not isinstance(step["minutes"], int):
        raise file.error(f"every step needs {', '.join(sorted(names))}, and whole minutes", plan)
    return Step(**step)


def plan_in_words(steps: list[Step]) -> str:
    """A plan as a table with the clock, and below it what happens in each step, in Markdown."""
    lines = ["| minutes | step | in hand |", "|---|---|---|"]
    lines += [f"| {clock} ({step.minutes}) | {step.name} | {step.hand} |" for clock, step in _clocked(steps)]
    told = [
        f"**{clock} {step.name}**\n\n"
        + bullets(f"*{words}:* {getattr(step, part)}" for part, words in _PARTS.items() if part != "hand")
        for clock, step in _clocked(steps)
    ]
    return "\n\n".join(["\n".join(lines), *told])


def _clocked(steps: list[Step]) -> Iterator[tuple[str, Step]]:
    """Each step with the minutes from which and to which it lasts."""
    start = 0
    for step in steps:
        yield f"{start}–{start + step.minutes}", step
        start += step.minutes


class SeminarPlan(SphinxDirective):
    """A plan of `PLANS`, whose name is the argument, as `plan_in_words`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Make the nodes."""
        book = Path(self.env.srcdir)
        self.env.note_dependency(str(book / PLANS))
        try:
            steps = read_plans(book)[self.arguments[0]]
        except BuzanError as error:
            raise self.error(str(error)) from error
        except KeyError:
            raise self.error(f"no plan {self.arguments[0]!r} in {PLANS}") from None
        return self.parse_text_to_nodes(plan_in_words(steps))


def setup(app: Sphinx) -> None:
    """Register the directive ``seminar-plan``."""
    app.add_directive("seminar-plan", SeminarPlan)
