"""Run a study: notebooks by papermill, two at a time, published all together or not at all."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_core.utils import ensure_event_loop
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from buzanlib.errors import DataError, RunError
from buzanlib.study.files import sha256, write_whole
from buzanlib.study.publish import Page, publish
from buzanlib.study.results import Results, Value
from buzanlib.study.spec import Run, Study, load_study
from buzanlib.tables.descriptor import check
from buzanlib.theory.predictions import PREDICTIONS, load_predictions

AT_ONCE = 2
"""Notebooks that run at the same time; each has a process of its own."""

RESULTS = "results.json"

ONE_CORE = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""For every kernel: as many notebooks run as there is room for, and a sum does not depend on how many threads
share in it."""

_PRIVATE = Config(KernelManager={"transport_encryption": "auto"})
"""Nobody else on the machine can listen to what a kernel says."""


def run_study(path: Path, *, progress: bool = True, jobs: int = AT_ONCE) -> Results:
    """Run every notebook of a study and gather its numbers.

    Parameters
    ----------
    path : Path
        The study file; see `load_study`.
    progress : bool
        Whether to print a line for each notebook.
    jobs : int
        Notebooks that run at the same time; the numbers do not depend on it.

    Returns
    -------
    Results
        Also written to ``results.json`` in the output folder, beside the executed notebooks.

    Raises
    ------
    StudyError
        Where the study file is at fault; nothing has run then.
    DataError, LockError
        Where the data are at fault; nothing has run then.
    RunError
        Where a notebook fails, naming cell, source and error. What an earlier run published is left as it is.
    """
    study = load_study(path)
    if faults := check(study.data):
        raise DataError(faults)
    load_predictions(study.data)  # raises LockError if a byte has changed
    pages = _execute(study, progress, jobs)
    results = Results(
        lock=sha256(study.data / PREDICTIONS),
        data={file.name: sha256(file) for file in sorted(study.data.iterdir()) if _ships(file)},
        notebooks={run.name: {"parameters": dict(run.parameters)} for run in study.runs},
        values=_gather(pages),
    )
    for name, page in pages.items():
        text = nbformat.writes(page.notebook)  # type: ignore[no-untyped-call]
        write_whole(study.output / f"{name}.ipynb", text + "\n")
    results.write(study.output / RESULTS)
    return results


def _ships(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".")


def _execute(study: Study, progress: bool, jobs: int) -> dict[str, Page]:
    """Run all notebooks; the first failure, in the order of the study, is the one that is told."""
    import matplotlib.font_manager  # noqa: F401 (finds the fonts once, or each first kernel would, and say so)

    pages: dict[str, Page] = {}
    total, done = len(study.runs), 0
    with _environment(ONE_CORE), ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(_timed, run): run for run in study.runs}
        try:
            for future in as_completed(waiting):
                pages[waiting[future].name], seconds = future.result()
                done += 1
                if progress:
                    print(
                        f"[{done}/{total}] {waiting[future].name:<24}{seconds:6.1f} s",
                        file=sys.stderr,
                        flush=True,
                    )
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    ordered = {run.name: pages[run.name] for run in study.runs}
    for page in ordered.values():
        for warning in page.warned:
            print(f"warning: {warning}", file=sys.stderr)
    return ordered


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Add to the environment that kernels inherit."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _timed(run: Run) -> tuple[Page, float]:
    start = time.perf_counter()
    try:
        page = publish(run.name, _run(run))
    finally:
        ensure_event_loop().close()  # the one that papermill has opened for this thread
    return page, time.perf_counter() - start


def _run(run: Run) -> Any:
    """Execute one notebook in the folder of its template.

    papermill's own `cwd` changes the folder of the whole process, which two threads cannot share; the folder
    is handed to the kernel instead.
    """
    try:
        return papermill.execute_notebook(
            str(run.template),
            None,
            parameters=dict(run.given),
            kernel_name="python3",
            progress_bar=False,
            resources={"metadata": {"path": str(run.template.parent)}},
            config=_PRIVATE,
            shutdown_kernel="immediate",  # nothing is left to save; a polite end takes longer and may complain
        )
    except PapermillExecutionError as error:
        source = "\n".join(f"    {line}" for line in error.source.splitlines())
        number = (
            error.cell_index + 1 - bool(run.given)
        )  # as in the template, without the cell that papermill adds
        where = f"notebook {run.name} failed in cell {number}"
        raise RunError(f"{where}:\n{source}\n{error.ename}: {error.evalue}") from None


def _gather(pages: dict[str, Page]) -> dict[str, Value]:
    """Put all values together; a key, like the label of a figure, belongs to one notebook."""
    values: dict[str, Value] = {}
    figures: dict[str, str] = {}
    for name, page in pages.items():
        for key, value in page.values.items():
            if key in values:
                raise RunError(f"{key!r} is recorded by {values[key].notebook} and by {name}")
            values[key] = Value(value, name)
        for label in page.figures:
            if label in figures:
                raise RunError(
                    f"figure {label!r} is shown by {figures[label]} and by {name}, or twice by one"
                )
            figures[label] = name
    return values
