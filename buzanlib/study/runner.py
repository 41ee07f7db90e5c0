"""Run a study: what has changed and nothing else, published all together or not at all."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from buzanlib.errors import BuzanError, RunError, StudyError, nearest
from buzanlib.study.cache import FOLDER, Cache
from buzanlib.study.files import sweep, write_whole
from buzanlib.study.folder import prepare
from buzanlib.study.making import FAILED, Making, gather
from buzanlib.study.manifest import MANIFEST, manifest_of
from buzanlib.study.places import Folders
from buzanlib.study.plan import Step, plan
from buzanlib.study.progress import Progress
from buzanlib.study.publish import Page
from buzanlib.study.results import Results
from buzanlib.study.spec import Study, load_study

if TYPE_CHECKING:
    from buzanlib.study.local import Local

RESULTS = "results.json"
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
        output folder, beside the executed notebooks.

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
    with alone(study.output):
        return run_loaded(study, only=only, force=force, jobs=jobs, scheduler=scheduler, progress=progress)


def run_loaded(
    study: Study,
    *,
    only: Collection[str] = (),
    force: bool = False,
    jobs: int | None = None,
    scheduler: str = "",
    progress: bool = True,
) -> Results:
    """Do what `run_study` does, for a caller who has the output folder to himself; see `alone`.

    Parameters
    ----------
    study : Study
        The study.
    only, force, jobs, scheduler, progress
        As in `run_study`.

    Returns
    -------
    Results

    Raises
    ------
    StudyError, DataError, LockError, RunError
        As in `run_study`.
    """
    names = [run.name for run in study.runs]
    for name in only:
        if name not in names:
            raise StudyError(f"unknown page {name!r}; {nearest(name, names)}")
    cache = Cache(study.output)
    with ExitStack() as stack:
        local = None
        if not scheduler and (force or cache.is_empty()):
            # Kernels are needed in any case, and take a while to come.
            local = stack.enter_context(_local(study, cache, jobs))
        folder = prepare(study, cache)
        steps = plan(study, folder, cache, force=force)
        making = Making(study, folder, cache, _chosen(steps, only), force)
        shutil.rmtree(study.output / FAILED, ignore_errors=True)
        _make(making, jobs, scheduler, local, progress)
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
        _show(study, {name: pages[name] for name in only}, len(steps) - len(pages))
    return results


def processors() -> int:
    """How many notebooks can run at the same time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def alone(output: Path) -> Iterator[None]:
    """Keep other runs away from an output folder, and take away what one that was killed has left in it.

    The system gives the place free however this one ends.

    Parameters
    ----------
    output : Path
        Output folder of a study; made if missing.

    Raises
    ------
    StudyError
        Where another run is at work there.
    """
    try:
        import fcntl
    except ImportError:  # on Windows two runs may do the same work twice
        yield
        return
    lock = output / FOLDER / "lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StudyError(f"another run is at work in {output.name!r}; wait for it to end") from None
        sweep(output)
        shutil.rmtree(lock.parent / _RUNNING, ignore_errors=True)
        Cache(output).sweep()
        yield


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


def _make(making: Making, jobs: int | None, scheduler: str, local: Local | None, shown: bool) -> None:
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
            from buzanlib.study.cluster import Cluster

            with Cluster(scheduler, modules, making.study, making.folder, jobs, progress.say) as cluster:
                making.run(cluster, progress)
            return
        with nullcontext(local) if local else _local(making.study, making.cache, jobs) as workers:
            workers.prepare(modules)
            making.run(workers, progress)


@contextmanager
def _local(study: Study, cache: Cache, jobs: int | None) -> Iterator[Local]:
    """Kernels of this machine."""
    from buzanlib.study.local import Local

    running = cache.folder / _RUNNING
    try:
        folders = Folders(study.reads, study.file.parent, study.templates, study.output)
        with Local(folders, running, jobs or processors()) as local:
            yield local
    finally:
        shutil.rmtree(running, ignore_errors=True)


def _told(study: Study, making: Making) -> str:
    """What went wrong, in the order of the study, and where to look."""
    faults = [making.faults[name] for name in making.entries if name in making.faults]
    left = study.output / FAILED
    if left.is_dir():
        faults.append(f"what they left lies in {study.output.name}/{FAILED}; nothing is published")
    return "\n\n".join(faults)


def _publish(making: Making, results: Results) -> None:
    """Write all pages, then the numbers; take away the pages of notebooks that the study no longer has."""
    output, pages, cache = making.study.output, making.pages, making.cache
    before = _published(output / RESULTS)
    there = {*cache.recall(_PAGES).get("names", ()), *(before.notebooks if before else ())}
    cache.remember(_PAGES, {"names": sorted(there | pages.keys())})
    for name, page in pages.items():
        write_whole(output / f"{name}.ipynb", page.text)
    for name in there - pages.keys():
        (output / f"{name}.ipynb").unlink(missing_ok=True)
        making.study.numbers(name).unlink(missing_ok=True)
    for run in making.study.runs:
        if run.reads_results:
            making.hand_over(run)  # what lies there may be of other parameters
    cache.remember(_PAGES, {"names": sorted(pages)})
    shutil.rmtree(output / PREVIEW, ignore_errors=True)
    if before and before != results:
        before.write(output / PREVIOUS)
    manifest_of(making).write(output / MANIFEST)
    results.write(output / RESULTS)


def _published(file: Path) -> Results | None:
    """Numbers of the last run, unless there are none or they are of no use."""
    try:
        return Results.load(file)
    except BuzanError:
        return None


def _show(study: Study, pages: Mapping[str, Page], others: int) -> None:
    """Write pages that were made alone."""
    for name, page in pages.items():
        write_whole(study.output / PREVIEW / f"{name}.ipynb", page.text)
    print(
        f"not published, since {others} other pages have to run: see {study.output.name}/{PREVIEW}",
        file=sys.stderr,
    )
