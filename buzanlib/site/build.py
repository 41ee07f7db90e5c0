"""From a study to a book: run the notebooks, write the generated pages, call Jupyter Book if anything has changed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from buzanlib.errors import RunError
from buzanlib.site.layout import Layout, lay_out
from buzanlib.study.cache import Cache
from buzanlib.study.child import PYTHON, search_path
from buzanlib.study.dependencies import ROOT, packages
from buzanlib.study.files import sha256, sweep, write_whole
from buzanlib.study.runner import alone, processors, run_loaded
from buzanlib.study.spec import load_study

_JUPYTER_BOOK = """
import gc, json, os, sys
gc.set_threshold(100_000, 50, 50)
from buzanlib.study.parent import end_with
end_with(int(sys.argv[1]))
this = os.getpid()
os.register_at_fork(after_in_child=lambda: end_with(this))
from jupyter_book import sphinx
from jupyter_book.cli.main import main
import myst_nb.sphinx_ext, pandas, seaborn, sphinx_book_theme, statsmodels.api
told = sys.stdin.readline()
if not told:
    sys.exit()
sphinx.build_sphinx.__kwdefaults__["jobs"], *sys.argv[1:] = json.loads(told)
try:
    main()
except SystemExit as end:
    if end.code:
        raise
sys.stdout.flush()
sys.stderr.flush()
os._exit(0)
"""
"""Its command, of this very environment whatever the search path says. What it will need in any case is imported before
it is told what to build: a number of processes, for which it has no option, and its words. None of the processes
outlives the one that has started it: the next build would meet them. Documents are large trees of which nothing goes
before the end, so that at Python's own thresholds a third of the time is spent on looking for what could go; to take
them apart at the end would take a second more."""

_SHARES = 2
"""Processes for each processor: some pages take much longer than others."""

_BUILT = "built.json"
"""What the book was built from, written when it is whole."""


def build_book(
    study: Path,
    out: Path | None = None,
    changes: Mapping[str, str] | None = None,
    *,
    force: bool = False,
    jobs: int | None = None,
    scheduler: str = "",
    progress: bool = True,
) -> Path:
    """Run a study and build the book from it, every warning being an error.

    Parameters
    ----------
    study : Path
        The study file. Where its output folder lies in that of a book, the one with ``_toc.yml``, the book is built
        there; else from a copy of the chapters in the output folder, with a front page of its own.
    out : Path, optional
        Folder in which ``_build`` is made; by default that of ``_config.yml``, or the output folder.
    changes, force, jobs, scheduler
        As in `run_study`.
    progress : bool
        Whether to print a line for each notebook and what Jupyter Book has to say.

    Returns
    -------
    Path
        The front page.

    Raises
    ------
    StudyError, DataError, LockError, ClusterError
        Where the input is at fault, or the cluster; see `run_study`.
    RunError
        Where a notebook fails, or Jupyter Book warns of anything.
    """
    loaded = load_study(study, changes)
    with alone(loaded.output), ExitStack() as stack:
        press = None
        if force or Cache(loaded.output).is_empty():  # the book will have to be built
            press = stack.enter_context(_JupyterBook(progress))
        results = run_loaded(loaded, force=force, jobs=jobs, scheduler=scheduler, progress=progress)
        layout = lay_out(loaded, results)
        place = (out or layout.place).resolve()
        front = place / "_build" / "html" / "index.html"
        built = place / "_build" / _BUILT
        found = _fingerprint(layout)
        before = _recall(built)
        if front.is_file() and before == found and not force:
            if progress:
                print("the book has not changed", file=sys.stderr)
            return front
        for folder in (layout.toc.parent, built.parent):
            sweep(folder)
        _make_room(built, before, found, force)
        press = press or stack.enter_context(_JupyterBook(progress))
        press.build(layout, place, _SHARES * (jobs or processors()))
        write_whole(built, json.dumps(found, indent=1, sort_keys=True) + "\n")
        return front


def _make_room(built: Path, before: Mapping[str, str], found: Mapping[str, str], force: bool) -> None:
    """Take away what Jupyter Book would use again though it may not, and the note, until the next build is whole."""
    built.unlink(missing_ok=True)
    names = []
    if not before:
        # Of a build that failed or was cut off, nothing that it has read would be warned of again, and half a page or
        # picture would be taken for a whole one.
        names += [".doctrees", "jupyter_execute"]
    if force or before.get("pages") != found["pages"]:
        names.append("html")  # pages that have gone would stay
    for name in names:
        shutil.rmtree(built.parent / name, ignore_errors=True)


class _JupyterBook:
    """Its process, which may be started before it is known what to build; a context manager that ends it.

    A process of its own, since Sphinx leaves much behind in the one in which it ran.
    """

    def __init__(self, progress: bool) -> None:
        self._process = subprocess.Popen(
            [*PYTHON, "-c", _JUPYTER_BOOK, str(os.getpid())],
            env=os.environ | search_path(),
            start_new_session=True,  # an interrupt at the terminal is for this process, which ends that one
            stdin=subprocess.PIPE,
            stdout=None if progress else subprocess.PIPE,
            stderr=None if progress else subprocess.STDOUT,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        with self._process:  # closes what leads to it, and waits
            pass

    def build(self, layout: Layout, place: Path, jobs: int) -> None:
        """Build a book by a number of processes, and wait until it is there."""
        words = ["build", str(layout.book), "-W", "-n", "--keep-going", "--path-output", str(place)]
        words += ["--toc", str(layout.toc), "--config", str(layout.config)]
        told, _ = self._process.communicate(json.dumps([jobs, *words]) + "\n")
        if self._process.returncode:
            raise RunError(
                "Jupyter Book did not build the book without a warning" + (f":\n{told}" if told else "")
            )


def _fingerprint(layout: Layout) -> dict[str, str]:
    """Hashes of all that a book is built from."""
    files = [*_sources(layout.book), layout.toc, layout.config]
    return {
        "pages": sha256(layout.toc),
        "sources": _hash(files, layout.book.parent),
        "library": _hash(sorted(ROOT.rglob("*.py")), ROOT),
        "packages": json.dumps(packages(), sort_keys=True),
    }


def _sources(book: Path) -> Iterator[Path]:
    """Files of the folder of a book, without what no page is made from."""
    for file in sorted(book.rglob("*")):
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(book).parts):
            yield file


def _hash(files: list[Path], base: Path) -> str:
    named = "".join(f"{file.relative_to(base).as_posix()} {sha256(file)}\n" for file in files)
    return hashlib.sha256(named.encode()).hexdigest()


def _recall(built: Path) -> dict[str, str]:
    try:
        content = json.loads(built.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
