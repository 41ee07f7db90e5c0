"""Run a study: what has changed and nothing else, published all together or not at all."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from buzanlib.errors import BuzanError, RunError, StudyError, nearest
from buzanlib.study.cache import Cache
from buzanlib.study.data_staging import prepare
from buzanlib.study.dependencies import ROOT, modules_of
from buzanlib.study.manifest import MANIFEST, manifest_of
from buzanlib.study.owned import OwnedFolder, is_own
from buzanlib.study.plan import Step, plan
from buzanlib.study.progress import Progress
from buzanlib.study.publish import Page
from buzanlib.study.results import Results
from buzanlib.study.scheduler import FAILED, Making, findings_of, gather
from buzanlib.study.spec import Study, load_study
from buzanlib.study.trace import Folders

if TYPE_CHECKING:
    from buzanlib.study.pool import Pool

RESULTS = "results.json"
FINDINGS = "findings.json"
"""Rows of the ledger, if a page has recorded any."""

PREVIOUS = "previous.json"
"""The numbers before those of the last run that changed any."""

PREVIEW = "preview"
"""Folder, in that of the output, for pages that were made alone."""

_RUNNING = "running"
"""Folder, in that of the cache, for what only those need who are at work."""

_PAGES = "pages.json"
"""Note in the cache: which pages lie in the output folder, or may, since a run was about to write them."""


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
    """Run every notebook of a study that has to be, and gather the numbers of all.

    Parameters
    ----------
    path : Path
        The study file; see `load_study`.
    changes : mapping of str to str, optional
        Values of parameters in place of those of the file, as text.
    only : collection of str
        Pages to make, all by default. Where others have changed that are not among them, nothing is published: the
        pages made lie in ``preview`` in the output folder.
    force : bool
        Whether pages are made again that have not changed.
    jobs : int, optional
        Notebooks that run at the same time, by default as many as there are processors; the numbers do not depend on
        it.
    scheduler : str
        Address of the scheduler of a Dask cluster on whose workers the notebooks run, as many at the same time as
        these have threads unless `jobs` says fewer; this machine unless given. The numbers do not depend on it either.
    progress : bool
        Whether to tell on the standard error stream how far it has come.

    Returns
    -------
    Results
        Of all pages, or where nothing is published of those that are there. Also written to ``results.json`` in the
        output folder, beside the executed notebooks, and the findings to ``findings.json``.

    Raises
    ------
    StudyError
        Where the study file is at fault, or a run of the same study is at work; nothing has run then.
    DataError, LockError
        Where the data are at fault; nothing has run then.
    ClusterError
        Where the cluster cannot be used; nothing has run then. See `buzanlib.study.cluster`.
    RunError
        Where a notebook fails, naming cell, source and error. All that do not depend on it have run then and need not
        run again; what it left lies in ``failed`` in the output folder. What an earlier run published is left as it is.
        Also where no worker of a cluster is left.
    """
    study = load_study(path, changes)
    if progress:
        say_whose(study)
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
    """Do what `run_study` does with a study that is loaded, for a caller who has claimed its output folder."""
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
        raise RunError(_told(study, making))
    pages = making.pages
    results = gather(study, folder, pages)
    for page in pages.values():
        for warning in page.warned:
            print(f"warning: {warning}", file=sys.stderr)
    if len(pages) == len(steps):
        _publish(making, results)
    else:
        _show(output, {name: pages[name] for name in only}, len(steps) - len(pages))
    return results


def say_whose(study: Study) -> None:
    """Say, before a study runs for the first time, which of its notebooks are not of this project: they are code.

    Parameters
    ----------
    study : Study
        The study; what it runs may have come from anybody.
    """
    templates = sorted({run.template for run in study.runs if not run.template.is_relative_to(ROOT.parent)})
    if templates and not is_own(study.output):
        named = ", ".join(template.name for template in templates[:3])
        more = f" and {len(templates) - 3} more" if len(templates) > 3 else ""
        print(
            f"notebooks are code and may do whatever you may: {named}{more} did not come with buzanlib;"
            " run them only if you trust whoever wrote them",
            file=sys.stderr,
        )


def processors() -> int:
    """How many notebooks can run at the same time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _chosen(steps: list[Step], only: Collection[str]) -> list[Step]:
    """The steps, with a reason only for those that are wanted."""
    if not only:
        return steps
    for index, step in enumerate(steps):
        if step.run.reads_results and step.run.name in only:
            missing = [
                other.run.name for other in steps[:index] if other.reason and other.run.name not in only
            ]
            if missing:
                raise StudyError(
                    f"{step.run.name} reads the numbers of {', '.join(missing)}, which have to run first:"
                    " choose them too, or run the whole study"
                )
    return [step if step.run.name in only else replace(step, reason="") for step in steps]


def _make(making: Making, jobs: int | None, scheduler: str, pool: Pool | None, shown: bool) -> None:
    """Run what has to run."""
    to_make = [step for step in making.steps if step.reason]
    with Progress(len(to_make), shown=shown) as progress:
        kept = sum(step.kept is not None for step in making.steps)
        if kept:
            progress.say(f"{kept} of {len(making.steps)} pages have not changed")
        if not to_make:
            return
        modules = sorted({name for step in to_make for name in step.inputs.modules})
        if scheduler:
            from buzanlib.study.cluster import connected

            with connected(scheduler, modules, making.study, making.folder, jobs) as cluster:
                making.run(cluster, progress)
            return
        with nullcontext(pool) if pool else _pool(making.study, making.output, jobs, modules) as workers:
            making.run(workers, progress)


@contextmanager
def _pool(study: Study, output: OwnedFolder, jobs: int | None, modules: Sequence[str]) -> Iterator[Pool]:
    """Processes of this machine."""
    from buzanlib.study.pool import Pool

    running = output.scratch(Cache(output).folder / _RUNNING)
    try:
        folders = Folders(study.reads, study.file.parent, study.templates, study.output)
        with Pool(folders, running, jobs or processors(), modules) as pool:
            yield pool
    finally:
        output.scrap(running)


def _told(study: Study, making: Making) -> str:
    """What went wrong, in the order of the study, and where to look."""
    faults = [making.faults[name] for name in making.entries if name in making.faults]
    left = study.output / FAILED
    if left.is_dir():
        faults.append(f"what they left lies in {study.output.name}/{FAILED}; nothing is published")
    return "\n\n".join(faults)


def _publish(making: Making, results: Results) -> None:
    """Write all pages, then the numbers; take away the pages of notebooks that the study no longer has."""
    output, pages, cache = making.output, making.pages, making.cache
    before = _published(output.path / RESULTS)
    there = {*cache.recall(_PAGES).get("names", ()), *(before.notebooks if before else ())}
    cache.remember(_PAGES, {"names": sorted(there | pages.keys())})
    for name, page in pages.items():
        output.write(output.path / f"{name}.ipynb", page.text)
    for name in there - pages.keys():
        output.remove(output.path / f"{name}.ipynb", making.study.numbers(name))
    for run in making.study.runs:
        if run.reads_results:
            making.hand_over(run)  # what lies there may be of other parameters
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


def _published(file: Path) -> Results | None:
    """Numbers of the last run, unless there are none or they are of no use."""
    try:
        return Results.load(file)
    except BuzanError:
        return None


def _show(output: OwnedFolder, pages: Mapping[str, Page], others: int) -> None:
    """Write pages that were made alone."""
    for name, page in pages.items():
        output.write(output.path / PREVIEW / f"{name}.ipynb", page.text)
    print(
        f"not published, since {others} other pages have to run: see {output.path.name}/{PREVIEW}",
        file=sys.stderr,
    )
