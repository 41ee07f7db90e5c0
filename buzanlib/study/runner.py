"""Run a study: only pages whose inputs have changed, published all together or not at all."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from buzanlib.errors import BuzanError, RunError, StudyError, nearest, some
from buzanlib.study.cache import Cache
from buzanlib.study.data_staging import prepare
from buzanlib.study.dependencies import ROOT, hidden, modules_of
from buzanlib.study.manifest import MANIFEST, manifest_of
from buzanlib.study.owned import OwnedFolder, is_own
from buzanlib.study.plan import Step, plan
from buzanlib.study.progress import Progress
from buzanlib.study.publish import Page
from buzanlib.study.results import Results
from buzanlib.study.scheduler import FAILED, Making, Workers, findings_of, gather
from buzanlib.study.spec import Study
from buzanlib.study.study_file import load_study
from buzanlib.study.trace import Folders

if TYPE_CHECKING:
    from buzanlib.study.pool import Pool

RESULTS = "results.json"
FINDINGS = "findings.json"
"""Rows of the ledger, if a page has recorded any."""

PREVIOUS = "previous.json"
"""The numbers before those of the last run that changed any."""

PREVIEW = "preview"
"""Folder, in the output folder, with pages that were made alone."""

_RUNNING = "running"  # folder, in that of the cache, with files of running notebooks
_PAGES = "pages.json"  # note in the cache with the pages that are, or may be, in the output folder


def run_study(
    path: Path,
    changes: Mapping[str, str] | None = None,
    *,
    only: Collection[str] = (),
    force: bool = False,
    jobs: int | None = None,
    scheduler: str = "",
    progress: bool = True,
) -> Results:
    """Run every notebook of a study whose inputs have changed, and gather the numbers of all.

    The numbers depend neither on `jobs` nor on `scheduler`.

    Parameters
    ----------
    path : Path
        The study file; see `load_study`.
    changes : mapping of str to str, optional
        Values of parameters in place of those of the file, as text.
    only : collection of str
        Pages to make, all by default. If others have changed, nothing is published: the pages made are in ``preview``
        in the output folder.
    force : bool
        Whether pages are made again that have not changed.
    jobs : int, optional
        Notebooks that run at the same time, by default as many as there are processors.
    scheduler : str
        Address of the scheduler of a Dask cluster on whose workers the notebooks run, as many at the same time as
        these have threads unless `jobs` is less; this machine by default.
    progress : bool
        Whether progress is reported on standard error.

    Returns
    -------
    Results
        Of all pages, or if nothing is published of those that exist. Also written to ``results.json`` in the output
        folder, beside the executed notebooks, and the findings to ``findings.json``.

    Raises
    ------
    StudyError
        If the study file is wrong, or another run of the same study is at work; nothing has run then.
    DataError, LockError
        If the data have faults; nothing has run then.
    ClusterError
        If the cluster cannot be used; nothing has run then. See `buzanlib.study.cluster`.
    RunError
        If a notebook fails, with cell, source and error, or no worker of a cluster is left. All notebooks that do not
        depend on it have run and need not run again; its page is in ``failed`` in the output folder. Pages that an
        earlier run published are unchanged.
    """
    study = load_study(path, changes)
    if progress:
        warn_of_foreign_code(study)
    with OwnedFolder.claimed(study.output) as output:
        return run_loaded(
            study, output, only=only, force=force, jobs=jobs, scheduler=scheduler, progress=progress
        )


def run_loaded(
    study: Study,
    output: OwnedFolder,
    *,
    only: Collection[str] = (),
    force: bool = False,
    jobs: int | None = None,
    scheduler: str = "",
    progress: bool = True,
) -> Results:
    """Run a loaded study as `run_study` does, with its output folder claimed by the caller."""
    names = [run.name for run in study.runs]
    for name in only:
        if name not in names:
            raise StudyError(f"unknown page {name!r}; {nearest(name, names)}")
    cache = Cache(output)
    cache.sweep()
    output.scrap(cache.folder / _RUNNING)
    with ExitStack() as stack:
        pool = None
        if not scheduler and not study.laid_out and (force or cache.is_empty()):
            # Processes are needed in any case, and take a while to start.
            modules = {name for run in study.runs for name in modules_of(run.template)}
            pool = stack.enter_context(_pool(study, output, jobs, sorted(modules)))
        folder = prepare(study, cache, output)
        steps = plan(study, folder, cache, force=force)
        making = Making(study, output, folder, cache, _chosen(steps, only), force)
        output.clear(study.output / FAILED)
        _make(making, jobs, scheduler, pool, progress)
    if making.faults:
        raise RunError(_format_faults(study, making))
    pages = making.pages
    results = gather(study, folder, pages)
    for page in pages.values():
        for warning in page.warned:
            print(f"warning: {warning}", file=sys.stderr)
    for words, on in results.accounts.items() if progress else ():
        print(f"{words} ({some(on)})", file=sys.stderr)
    if len(pages) == len(steps):
        _publish(making, results)
    else:
        _show(output, {name: pages[name] for name in only}, len(steps) - len(pages))
    return results


def warn_of_foreign_code(study: Study, made: Path | None = None, book: Path | None = None) -> None:
    """Warn, unless there are results already, that notebooks from elsewhere are code; so are modules beside a study.

    Parameters
    ----------
    study : Study
        The study.
    made : Path, optional
        Folder of the results, by default its output folder.
    book : Path, optional
        Folder of the chapters, whose settings are code too.
    """
    if is_own(made or study.output):
        return
    beside = [place for place in (study.file.parent, study.templates) if _is_foreign(place)]
    names = [f"the book in {book.name!r}"] if book and book.is_dir() and _is_foreign(book) else []
    names += sorted({run.template.name for run in study.runs if _is_foreign(run.template)})
    modules = {one.name for one in iter_modules(map(str, beside))} - hidden(beside).keys()
    if names := [*names, *(f"module {name}" for name in sorted(modules))]:
        foreign = f"{some(names)} did not come with buzanlib"
        hint = "run them only if you trust whoever wrote them"
        print(f"notebooks are code and may do whatever you may: {foreign}; {hint}", file=sys.stderr)


def _is_foreign(path: Path) -> bool:
    return not path.is_relative_to(ROOT.parent)


def processors() -> int:
    """Number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _chosen(steps: list[Step], only: Collection[str]) -> list[Step]:
    """The steps, those that are not wanted without a reason."""
    if not only:
        return steps
    for index, step in enumerate(steps):
        if step.run.reads_results and step.run.name in only:
            changed = [other.run.name for other in steps[:index] if other.reason]
            if missing := [name for name in changed if name not in only]:
                hint = "which have to run first: choose them too, or run the whole study"
                raise StudyError(f"{step.run.name} reads the numbers of {', '.join(missing)}, {hint}")
    return [step if step.run.name in only else replace(step, reason="") for step in steps]


def _make(making: Making, jobs: int | None, scheduler: str, pool: Pool | None, shown: bool) -> None:
    """Run all notebooks with a reason."""
    to_make = [step for step in making.steps if step.reason]
    with Progress(len(to_make), shown=shown) as progress, ExitStack() as stack:
        if kept := sum(step.kept is not None for step in making.steps):
            progress.say(f"{kept} of {len(making.steps)} pages have not changed")
        if not to_make:
            return
        modules = sorted({name for step in to_make for name in step.inputs.modules})
        if scheduler:
            from buzanlib.study.cluster import connected

            workers: Workers = stack.enter_context(
                connected(scheduler, modules, making.study, making.folder, jobs)
            )
        else:
            workers = pool or stack.enter_context(_pool(making.study, making.output, jobs, modules))
        making.run(workers, progress)


@contextmanager
def _pool(study: Study, output: OwnedFolder, jobs: int | None, modules: Sequence[str]) -> Iterator[Pool]:
    """Processes on this machine."""
    from buzanlib.study.pool import Pool

    running = output.scratch(Cache(output).folder / _RUNNING)
    try:
        folders = Folders(study.reads, study.file.parent, study.templates, study.output)
        with Pool(folders, running, jobs or processors(), modules) as pool:
            yield pool
    finally:
        output.scrap(running)


def _format_faults(study: Study, making: Making) -> str:
    """Faults in the order of the study, and the folder with the notebooks."""
    faults = [making.faults[name] for name in making.entries if name in making.faults]
    if (study.output / FAILED).is_dir():
        faults.append(f"what they left lies in {study.output.name}/{FAILED}; nothing is published")
    return "\n\n".join(faults)


def _publish(making: Making, results: Results) -> None:
    """Write all pages, then the numbers; remove the pages of notebooks that the study no longer has."""
    output, pages, cache = making.output, making.pages, making.cache
    before = None
    with suppress(BuzanError):  # none, or unreadable
        before = Results.load(output.path / RESULTS)
    there = {*cache.recall(_PAGES).get("names", ()), *(before.notebooks if before else ())}
    cache.remember(_PAGES, {"names": sorted(there | pages.keys())})
    for name, page in pages.items():
        output.write(output.path / f"{name}.ipynb", page.text)
    for name in there - pages.keys():
        output.remove(output.path / f"{name}.ipynb", making.study.numbers(name))
    for run in making.study.runs:
        if run.reads_results:
            making.hand_over(run)  # the file may be from other parameters
    cache.remember(_PAGES, {"names": sorted(pages)})
    output.clear(output.path / PREVIEW)
    if before and before != results:
        before.write(output.listed(output.path / PREVIOUS))
    if findings := findings_of(making.study, pages):
        text = json.dumps(findings, indent=1, ensure_ascii=False, allow_nan=False)
        output.write(output.path / FINDINGS, text + "\n")
    else:
        output.remove(output.path / FINDINGS)
    manifest_of(making).write(output.listed(output.path / MANIFEST))
    results.write(output.listed(output.path / RESULTS))


def _show(output: OwnedFolder, pages: Mapping[str, Page], others: int) -> None:
    """Write pages that were made alone."""
    for name, page in pages.items():
        output.write(output.path / PREVIEW / f"{name}.ipynb", page.text)
    note = f"not published, since {others} other pages have to run: see {output.path.name}/{PREVIEW}"
    print(note, file=sys.stderr)
