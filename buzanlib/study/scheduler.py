"""Make the pages of a study that have to be made: each as soon as it can be, the longest first."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import nbformat

from buzanlib.errors import RunError
from buzanlib.files import sha256
from buzanlib.study.cache import Cache, Entry
from buzanlib.study.data_staging import DataFolder
from buzanlib.study.dependencies import changed, hidden, packages, reloaded
from buzanlib.study.execute import Executed
from buzanlib.study.owned import OwnedFolder
from buzanlib.study.plan import Step, settle
from buzanlib.study.progress import Progress
from buzanlib.study.publish import Page, publish
from buzanlib.study.results import Results, Value
from buzanlib.study.spec import READS, RESULTS, Run, Study
from buzanlib.study.trace import BESIDE
from buzanlib.theory.predictions import PREDICTIONS

FAILED = "failed"
"""Folder, in that of the output, for what notebooks that failed have left."""


class Workers(Protocol):
    """Who runs notebooks."""

    @property
    def at_once(self) -> int:
        """How many can run at the same time."""

    def submit(self, run: Run) -> Future[Executed]:
        """Run a notebook."""


@dataclass
class Making:
    """The pages of a study, and what is done to have all of them."""

    study: Study  #: the study
    output: OwnedFolder  #: its output folder
    folder: DataFolder  #: its data
    cache: Cache  #: where every page is kept as soon as it is made
    steps: Sequence[Step]  #: all pages of the study; those are made that have a reason
    force: bool = False  #: whether a page is made although it is kept
    #: pages with what they were made from, in the order of the study; None where there is none
    entries: dict[str, Entry | None] = field(init=False)
    faults: dict[str, str] = field(init=False, default_factory=dict)  #: why a page could not be made

    def __post_init__(self) -> None:
        self.entries = {step.run.name: step.kept for step in self.steps}

    @property
    def pages(self) -> dict[str, Page]:
        """Pages that are there, in the order of the study."""
        return {name: entry.page for name, entry in self.entries.items() if entry}

    def run(self, workers: Workers, progress: Progress) -> None:
        """Make what has a reason; where a notebook fails, all that do not depend on it are made all the same."""
        waiting = [step for step in self.steps if step.reason]
        self._look_around(waiting)
        waiting.sort(key=lambda step: math.inf if step.seconds is None else step.seconds, reverse=True)
        running: dict[Future[Executed], Step] = {}
        while waiting or running:
            for step in [step for step in waiting if self._ready(step)]:
                if len(running) >= workers.at_once:
                    break
                waiting.remove(step)
                ready = self._settled(step)
                if ready is None:
                    progress.end(step.run.name, "not run" if step.run.name in self.faults else "as it was")
                    continue
                progress.begin(step.run.name)
                running[workers.submit(step.run)] = ready
            if running:
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    step = running.pop(future)
                    progress.end(step.run.name, self._finished(step, future.result()))

    def _look_around(self, waiting: Sequence[Step]) -> None:
        """Refuse to make pages by code other than that of their keys; say what is not imported though it lies there."""
        for step in waiting:
            if name := reloaded(step.inputs.machinery):
                raise RunError(f"{name} has changed since it was loaded: start again")
        for name, folder in hidden((self.study.file.parent, self.study.templates)).items():
            print(
                f"warning: module {name} in {folder.name} is not imported: Python or a package has one of that"
                " name; rename it",
                file=sys.stderr,
            )

    def hand_over(self, run: Run) -> None:
        """Write the numbers of the pages before one that reads them to where it does."""
        there = self.pages
        before = {name: there[name] for name in self._before(run)}
        gather(self.study, self.folder, before).write(self.output.listed(self.study.numbers(run.name)))

    def _before(self, run: Run) -> list[str]:
        """Names of the pages before one that reads their numbers."""
        names = list(self.entries)
        return names[: names.index(run.name)] if run.reads_results else []

    def _ready(self, step: Step) -> bool:
        """Whether all that a page needs is there, or never will be."""
        return all(self.entries[name] or name in self.faults for name in self._before(step.run))

    def _settled(self, step: Step) -> Step | None:
        """The step with all that it is made from, if it has to be made and can be."""
        if not step.run.reads_results:
            return step
        name, before = step.run.name, self._before(step.run)
        if failed := [other for other in before if other in self.faults]:
            self.faults[name] = f"notebook {name} did not run: it reads the numbers of {', '.join(failed)}"
            return None
        pages = {other: page for other, page in self.pages.items() if other in before}
        now = settle(
            self.study, step.run, self.folder, self.cache, pages, force=self.force, planned=step.inputs
        )
        if now.kept:
            self.entries[name] = now.kept
            return None
        self.hand_over(step.run)
        return now

    def _finished(self, step: Step, executed: Executed) -> str:
        """Keep what a notebook has left, and say how it went."""
        name = step.run.name
        try:
            if executed.fault:
                raise RunError(executed.fault)
            page = publish(step.run, nbformat.reads(executed.notebook, as_version=4))  # type: ignore[no-untyped-call]
            inputs = replace(step.inputs, files=self._read(step, executed))
        except RunError as error:
            self.faults[name] = str(error)
            self.output.write(self.study.output / FAILED / f"{name}.ipynb", executed.notebook)
            return "failed"
        entry = Entry(inputs, page, executed.seconds)
        self.cache.save(name, entry)
        self.entries[name] = entry
        return f"{executed.seconds:6.1f} s"

    def _read(self, step: Step, executed: Executed) -> dict[str, str]:
        """Hashes of the files that a notebook has read.

        No data may have changed meanwhile, nor the template, the code or the packages: what is the same before and
        after is what was loaded. Files beside the study are hashed as they are opened.
        """
        hashes, inputs = self.folder.hashes, step.inputs
        read = dict.fromkeys(hashes, "") if executed.read is None else executed.read
        files = {
            name: found if name.startswith(BESIDE) else hashes.get(name, "") for name, found in read.items()
        }
        for name, before in files.items():
            file = self.folder.path / name
            if not name.startswith(BESIDE) and (sha256(file) if file.is_file() else "") != before:
                raise RunError(f"{name} has changed while {step.run.name} ran: run the study again")
        if sha256(step.run.template) != inputs.template:
            raise RunError(f"{step.run.template.name} has changed while it ran: run the study again")
        code = changed({**inputs.machinery, **inputs.modules})
        if what := code or ("what is installed" if packages() != inputs.packages else ""):
            raise RunError(f"{what} has changed while {step.run.name} ran: run the study again")
        return files


def gather(study: Study, folder: DataFolder, pages: Mapping[str, Page]) -> Results:
    """Put the numbers of all pages together.

    Parameters
    ----------
    study : Study
        The study.
    folder : DataFolder
        Its data.
    pages : mapping of str to Page
        Some or all of its pages.

    Raises
    ------
    RunError
        Where two pages record the same key or show a figure of the same label.
    """
    runs = {run.name: run for run in study.runs}
    values: dict[str, Value] = {}
    figures: dict[str, str] = {}
    shown: dict[str, str] = {}
    for name, page in pages.items():
        for key, value in page.values.items():
            if key in values:
                raise RunError(
                    f"{key!r} is recorded by {values[key].notebook} and by {name}: leave one of them out, or record it"
                    " under another key"
                )
            values[key] = Value(value, name)
        for label, picture in page.figures.items():
            if label in shown:
                raise RunError(f"figure {label!r} is shown by {shown[label]} and by {name}")
            figures[label], shown[label] = picture, name
    return Results(
        lock=folder.hashes[PREDICTIONS],
        data=folder.hashes,
        notebooks={
            name: {"parameters": dict(runs[name].parameters), "prefix": runs[name].prefix} for name in pages
        },
        figures=figures,
        values=values,
    )


def findings_of(study: Study, pages: Mapping[str, Page]) -> list[dict[str, Any]]:
    """Put the findings of all pages together, each with the page that tested it and the parameters of that.

    Raises
    ------
    RunError
        If two pages record the same finding.
    """
    runs = {run.name: run for run in study.runs}
    found: dict[str, dict[str, Any]] = {}
    for name, page in pages.items():
        for row in page.findings:
            if row["id"] in found:
                raise RunError(
                    f"finding {row['id']!r} is recorded by {name} and by another notebook before it"
                )
            chapter = row["chapter"] if row.get("chapter") in runs else name
            parameters = {
                key: value for key, value in runs[chapter].parameters.items() if key not in (READS, RESULTS)
            }
            found[row["id"]] = {**row, "chapter": chapter, "parameters": parameters}
    return list(found.values())
