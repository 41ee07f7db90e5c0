"""From a study to a book: run the notebooks, write the generated pages, call Jupyter Book if anything has changed."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Self

from buzanlib.errors import RunError, StudyError
from buzanlib.files import sha256
from buzanlib.site.layout import GENERATED, Layout, lay_out, place_of, sources_of
from buzanlib.study.cache import Cache
from buzanlib.study.child import PYTHON, search_path
from buzanlib.study.dependencies import ROOT, packages
from buzanlib.study.owned import OwnedFolder, demand
from buzanlib.study.runner import processors, run_loaded, say_whose
from buzanlib.study.spec import load_study

_JUPYTER_BOOK = """
import gc, json, os, sys
from pathlib import Path
gc.set_threshold(100_000, 50, 50)
from buzanlib.study.owned import OwnedFolder
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
sphinx.build_sphinx.__kwdefaults__["jobs"], folder, *sys.argv[1:] = json.loads(told)
OwnedFolder(Path(folder)).follow()
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
it is told what to build: a number of processes, for which it has no option, a folder of which it lists what it writes,
and its words. None of the processes outlives the one that has started it: the next build would meet them. Documents are
large trees of which nothing goes before the end, so that at Python's own thresholds a third of the time is spent on
looking for what could go; to take them apart at the end would take a second more."""

_SHARES = 2
"""Processes for each processor: some pages take much longer than others."""

_BUILT = "built.json"
"""Note of what the book was built from and what was built, written when it is whole."""

_MADE = ("html", ".doctrees", "jupyter_execute")
"""Folders of a build: the pages, and what the next build uses again."""


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
        Where the input is at fault, or the cluster; see `run_study`. Where the book would be built in a folder in which
        there is anything else.
    RunError
        Where a notebook fails, or Jupyter Book warns of anything.
    """
    loaded = load_study(study, changes)
    if progress:
        say_whose(loaded)
    place = (out or place_of(loaded)).absolute()
    with ExitStack() as stack:
        output = stack.enter_context(OwnedFolder.claimed(loaded.output))
        generated = sources_of(loaded) / GENERATED
        apart = not generated.is_relative_to(output.path)
        for folder in (generated, place / "_build") if apart else (place / "_build",):
            demand(folder)  # before anything runs
        press = None
        if force or Cache(output).is_empty():  # the book will have to be built
            press = stack.enter_context(_JupyterBook(progress))
        results = run_loaded(loaded, output, force=force, jobs=jobs, scheduler=scheduler, progress=progress)
        pages = stack.enter_context(OwnedFolder.claimed(generated) if apart else nullcontext(output))
        build = stack.enter_context(OwnedFolder.claimed(place / "_build"))
        layout = lay_out(loaded, results, pages)
        front = build.path / "html" / "index.html"
        found = _fingerprint(layout)
        before = Cache(build).recall(_BUILT)
        if before.pop("made", None) != _made(build):
            before = {}  # somebody has changed what was built
        if front.is_file() and before == found and not force:
            if progress:
                print("the book has not changed", file=sys.stderr)
            return front
        _make_room(build, before, found, force)
        press = press or stack.enter_context(_JupyterBook(progress))
        press.build(layout, build.path, _SHARES * (jobs or processors()))
        build = OwnedFolder(build.path)  # with what was listed meanwhile
        Cache(build).remember(_BUILT, {**found, "made": _made(build)})
        return front


def _made(build: OwnedFolder) -> dict[str, str]:
    """Hashes of what lies in the folders of a build."""
    return {name: build.digest(build.path / name) for name in _MADE}


def _make_room(build: OwnedFolder, before: Mapping[str, str], found: Mapping[str, str], force: bool) -> None:
    """Take away what Jupyter Book would use again though it may not, and the note, until the next build is whole."""
    build.remove(Cache(build).folder / _BUILT)
    pages, *again = (build.path / name for name in _MADE)
    if not before:
        # Of a build that failed or was cut off, nothing that it has read would be warned of again, and half a page or
        # picture would be taken for a whole one.
        for folder in again:
            build.clear(folder)
    if force or before.get("pages") != found["pages"]:
        build.clear(pages)  # pages that have gone would stay
    for folder in again:
        if stranger := build.stranger(folder):  # Sphinx runs what is in such a file
            raise StudyError(f"{stranger} was not made by a build, and would be used by one: take it away")


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

    def build(self, layout: Layout, folder: Path, jobs: int) -> None:
        """Build a book in a folder ``_build`` by a number of processes, and wait until it is there."""
        words = ["build", str(layout.book), "-W", "-n", "--keep-going", "--path-output", str(folder.parent)]
        words += ["--toc", str(layout.toc), "--config", str(layout.config)]
        told, _ = self._process.communicate(json.dumps([jobs, str(folder), *words]) + "\n")
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
