"""Make pages of a study, each as soon as the pages that it reads are there, and the slowest first."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import nbformat

from buzanlib.errors import RunError
from buzanlib.files import sha256
from buzanlib.study.cache import Cache, Entry
from buzanlib.study.data_staging import DataFolder
from buzanlib.study.dependencies import changed, hash_of, hidden, packages, reloaded
from buzanlib.study.owned import OwnedFolder
from buzanlib.study.plan import Step, settle
from buzanlib.study.progress import Progress
from buzanlib.study.publish import Page, publish
from buzanlib.study.results import Results, Value
from buzanlib.study.spec import READS, RESULTS, Run, Study
from buzanlib.study.trace import BESIDE
from buzanlib.theory.predictions import PREDICTIONS

if TYPE_CHECKING:
    from buzanlib.study.execute import (
        Executed,
    )  # imports papermill, which is slow and needed only where notebooks run

FAILED = "failed"
"""Folder, in the output folder, with the notebooks that failed."""


class Workers(Protocol):
    """Runs notebooks: a `Pool` or a `Cluster`."""

    @property
    def at_once(self) -> int:
        """How many can run at the same time."""

    def submit(self, run: Run) -> Future[Executed]:
        """Run a notebook."""


@dataclass
class Making:
    """Pages of a study, kept and made."""

    study: Study
    output: OwnedFolder  #: its output folder
    folder: DataFolder  #: its data
    cache: Cache  #: where every page is kept as soon as it is made
    steps: Sequence[Step]  #: all pages of the study; those with a reason are made
    force: bool = False  #: whether a page is made although it is kept
    #: pages with what they were made from, in the order of the study; None for a page that is missing
    entries: dict[str, Entry | None] = field(init=False)
    faults: dict[str, str] = field(init=False, default_factory=dict)  #: why a page could not be made

    def __post_init__(self) -> None:
        self.entries = {step.run.name: step.kept for step in self.steps}

    @property
    def pages(self) -> dict[str, Page]:
        """Pages that exist, in the order of the study."""
        return {name: entry.page for name, entry in self.entries.items() if entry}

    def run(self, workers: Workers, progress: Progress) -> None:
        """Make the pages with a reason; if a notebook fails, all that do not depend on it are made nevertheless."""
        waiting = [step for step in self.steps if step.reason]
        self._check_modules(waiting)
        waiting.sort(key=lambda step: math.inf if step.seconds is None else step.seconds, reverse=True)
        running: dict[Future[Executed], Step] = {}
        while waiting or running:
            for step in [step for step in waiting if self._is_ready(step)]:
                if len(running) >= workers.at_once:
                    break
                waiting.remove(step)
                if settled := self._settled(step):
                    progress.begin(step.run.name)
                    running[workers.submit(step.run)] = settled
                else:
                    progress.end(step.run.name, "not run" if step.run.name in self.faults else "as it was")
            if running:
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    step = running.pop(future)
                    progress.end(step.run.name, self._finished(step, future.result()))

    def _check_modules(self, waiting: Sequence[Step]) -> None:
        """Raise RunError if loaded code differs from that of the keys; warn of modules that cannot be imported."""
        for step in waiting:
            if name := reloaded(step.inputs.machinery):
                raise RunError(f"{name} has changed since it was loaded: start again")
        for name, folder in hidden((self.study.file.parent, self.study.templates)).items():
            why = "Python or a package has one of that name; rename it"
            print(f"warning: module {name} in {folder.name} is not imported: {why}", file=sys.stderr)

    def hand_over(self, run: Run) -> None:
        """Write the file with the numbers of the pages before one that reads it."""
        pages = self.pages
        before = {name: pages[name] for name in self._before(run)}
        gather(self.study, self.folder, before).write(self.output.listed(self.study.numbers(run.name)))

    def _before(self, run: Run) -> list[str]:
        """Names of the pages before one that reads their numbers."""
        names = list(self.entries)
        return names[: names.index(run.name)] if run.reads_results else []

    def _is_ready(self, step: Step) -> bool:
        """Whether every page that it reads is there or has failed."""
        return all(self.entries[name] or name in self.faults for name in self._before(step.run))

    def _settled(self, step: Step) -> Step | None:
        """The step with all its inputs, or None if it need not or cannot be made."""
        if not step.run.reads_results:
            return step
        name, before = step.run.name, self._before(step.run)
        if failed := [other for other in before if other in self.faults]:
            self.faults[name] = f"notebook {name} did not run: it reads the numbers of {', '.join(failed)}"
            return None
        pages = {other: page for other, page in self.pages.items() if other in before}
        # The rest of the inputs stays as planned, since that code may have been loaded.
        inputs = replace(step.inputs, template=sha256(step.run.template))
        settled = settle(step.run, inputs, self.cache, pages, force=self.force)
        if settled.kept:
            self.entries[name] = settled.kept
            return None
        self.hand_over(step.run)
        return settled

    def _finished(self, step: Step, executed: Executed) -> str:
        """Keep the page of a notebook, or the fault; return the outcome in words."""
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

        Raises RunError if data, template, code or packages have changed meanwhile: only what is the same before and
        after is what was loaded. Files beside the study are hashed as they are opened.
        """
        hashes, inputs = self.folder.hashes, step.inputs
        read = dict.fromkeys(hashes, "") if executed.read is None else executed.read
        files = {name: sha if name.startswith(BESIDE) else hashes.get(name, "") for name, sha in read.items()}
        for name, before in files.items():
            if not name.startswith(BESIDE) and hash_of(self.folder.path / name) != before:
                raise RunError(f"{name} has changed while {step.run.name} ran: run the study again")
        if sha256(step.run.template) != inputs.template:
            raise RunError(f"{step.run.template.name} has changed while it ran: run the study again")
        code = changed({**inputs.machinery, **inputs.modules})
        if what := code or ("what is installed" if packages() != inputs.packages else ""):
            raise RunError(f"{what} has changed while {step.run.name} ran: run the study again")
        return files


def gather(study: Study, folder: DataFolder, pages: Mapping[str, Page]) -> Results:
    """Combine the numbers of some or all pages of a study.

    Raises
    ------
    RunError
        If two pages record the same key or show a figure of the same label.
    """
    runs = {run.name: run for run in study.runs}
    values: dict[str, Value] = {}
    figures: dict[str, str] = {}
    shown: dict[str, str] = {}  # page of each figure
    for name, page in pages.items():
        for key, value in page.values.items():
            if key in values:
                both = f"{values[key].notebook} and by {name}"
                hint = "leave one of them out, or record it under another key"
                raise RunError(f"{key!r} is recorded by {both}: {hint}")
            values[key] = Value(value, name, page.cells.get(key, ""))
        for label, picture in page.figures.items():
            if label in shown:
                raise RunError(f"figure {label!r} is shown by {shown[label]} and by {name}")
            figures[label], shown[label] = picture, name
    about = {name: {"parameters": dict(runs[name].parameters), "prefix": runs[name].prefix} for name in pages}
    return Results(folder.hashes[PREDICTIONS], folder.hashes, about, figures, values)


def findings_of(study: Study, pages: Mapping[str, Page]) -> list[dict[str, Any]]:
    """Combine the findings of pages, each with the page that tested it and its parameters.

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
                who = f"{name} and by another notebook before it"
                raise RunError(f"finding {row['id']!r} is recorded by {who}")
            chapter = row["chapter"] if row.get("chapter") in runs else name
            given = runs[chapter].parameters.items()
            parameters = {key: value for key, value in given if key not in (READS, RESULTS)}
            found[row["id"]] = {**row, "chapter": chapter, "parameters": parameters}
    return list(found.values())
