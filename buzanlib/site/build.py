"""From a study to a book: run the notebooks, write the generated pages, call Sphinx if anything has changed."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack, nullcontext
from pathlib import Path

import yaml

from buzanlib.errors import RunError, StudyError
from buzanlib.files import lies_in, sha256
from buzanlib.site.editions import INSTRUCTOR, STUDENT
from buzanlib.site.layout import GENERATED, Layout, is_at_home, lay_out, place_of, sources_of
from buzanlib.site.typed_numbers import check_typed_numbers
from buzanlib.study.cache import Cache
from buzanlib.study.child import PYTHON, search_path
from buzanlib.study.dependencies import ROOT, packages
from buzanlib.study.owned import OwnedFolder, demand
from buzanlib.study.progress import timed
from buzanlib.study.runner import processors, run_loaded, warn_of_foreign_code
from buzanlib.study.study_file import load_study

_SHARES = 2
"""Processes for each processor: some pages take much longer than others."""

_FROM_CONF = {
    "bibtex_bibfiles",
    "html_static_path",
    "html_extra_path",
    "html_favicon",
    "html_logo",
    "templates_path",
}
"""Settings with paths that Sphinx takes from the folder of ``conf.py``, and Jupyter Book from that of the sources."""

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
    instructor: bool = False,
) -> Path:
    """Run a study and build the book from it, every warning being an error; gives the front page.

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
        Whether to print a line for each notebook and one for the book.
    instructor : bool
        Whether to build the instructor's edition as well, into ``_build/instructor``; only where the book is built from
        its own chapters, of which the solutions speak.

    Raises
    ------
    StudyError, DataError, LockError, ClusterError
        If the input or the cluster is at fault; see `run_study`. If the folder of the book holds anything else, or its
        list of typed numbers does not fit its pages (`check_typed_numbers`).
    RunError
        If a notebook fails, or Sphinx warns of anything.
    """
    loaded = load_study(study, changes)
    if is_at_home(loaded):
        check_typed_numbers(loaded.templates, loaded.output.parent)
    elif instructor:
        raise StudyError(
            f"{loaded.file.name}: there are solutions for the study that ships, and not for another"
        )
    place = (out or place_of(loaded)).absolute()
    editions = {STUDENT: place / "_build"} | (
        {INSTRUCTOR: place / "_build" / INSTRUCTOR} if instructor else {}
    )
    if progress:
        warn_of_foreign_code(
            loaded, place / "_build", loaded.output.parent if is_at_home(loaded) else loaded.book
        )
    with ExitStack() as stack:
        output = stack.enter_context(OwnedFolder.claimed(loaded.output))
        generated = sources_of(loaded) / GENERATED
        apart = not generated.is_relative_to(output.path)
        for folder in (*((generated,) if apart else ()), *editions.values()):
            demand(folder)  # before anything runs
        results = run_loaded(loaded, output, force=force, jobs=jobs, scheduler=scheduler, progress=progress)
        pages = stack.enter_context(OwnedFolder.claimed(generated) if apart else nullcontext(output))
        builds = {name: stack.enter_context(OwnedFolder.claimed(one)) for name, one in editions.items()}
        layout = lay_out(loaded, results, pages)
        for name, build in builds.items():
            of_edition = layout if name == STUDENT else layout.of_instructor()
            what = "the book" if name == STUDENT else "the instructor's edition"
            _build_edition(of_edition, build, what, force, _SHARES * (jobs or processors()), progress)
        return builds[STUDENT].path / "html" / "index.html"


def _build_edition(
    layout: Layout, build: OwnedFolder, what: str, force: bool, jobs: int, progress: bool
) -> None:
    """Call Sphinx in a folder ``_build`` if anything has changed since it was last called there."""
    found = _fingerprint(layout)
    before = Cache(build).recall(_BUILT)
    if before.pop("made", None) != _made(build):
        before = {}  # somebody has changed what was built
    if (build.path / "html" / "index.html").is_file() and before == found and not force:
        if progress:
            print(f"{what} has not changed", file=sys.stderr)
        return
    _make_room(build, before, found, force)
    with timed(f"building {what}", shown=progress):
        _sphinx_build(layout, build, jobs)
    build = OwnedFolder(build.path)  # with what was listed meanwhile
    Cache(build).remember(_BUILT, {**found, "made": _made(build)})


def _made(build: OwnedFolder) -> dict[str, str]:
    """Hashes of what lies in the folders of a build."""
    return {name: build.digest(build.path / name) for name in _MADE}


def _make_room(build: OwnedFolder, before: Mapping[str, str], found: Mapping[str, str], force: bool) -> None:
    """Remove what Sphinx must not use again, and the note until the next build is whole."""
    build.remove(Cache(build).folder / _BUILT)
    pages, *again = (build.path / name for name in _MADE)
    if not before:
        # After a build that failed or was killed, Sphinx would not repeat the warnings, and would use half a page.
        for folder in again:
            build.clear(folder)
    if force or before.get("pages") != found["pages"]:
        build.clear(pages)  # pages that have gone would stay
    for folder in again:
        if stranger := build.stranger(folder):  # Sphinx runs what is in such a file
            raise StudyError(f"{stranger} was not made by a build, and would be used by one: remove it")


def _sphinx_build(layout: Layout, build: OwnedFolder, jobs: int) -> None:
    """Make the pages in a folder ``_build``: ``sphinx-build`` with the settings of Jupyter Book.

    A process of its own, since Sphinx leaves much behind in the one in which it ran. By `buzanlib.site.process` it
    lists what it writes, and does not outlive this one.
    """
    build.write(build.path / "conf.py", _conf(layout, build.path))
    words = ["-b", "html", "-W", "-n", "--keep-going", "-q", "--no-color", "-j", str(jobs)]
    words += ["-c", str(build.path), "-d", str(build.path / ".doctrees"), "-D", f"buzan_parent={os.getpid()}"]
    ended = subprocess.run(
        [*PYTHON, "-m", "sphinx", *words, str(layout.book), str(build.path / "html")],
        env=os.environ | search_path(),
        start_new_session=True,  # an interrupt at the terminal is for this process, which ends that one
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if ended.returncode:
        raise RunError(f"the book was not built, since Sphinx is strict about warnings:\n{ended.stdout}")


def _conf(layout: Layout, folder: Path) -> str:
    """Content of Sphinx's ``conf.py`` in a folder, as ``jupyter-book config sphinx`` would write it."""
    from jupyter_book.config import get_final_config, jsonschema

    config = yaml.safe_load(layout.config.read_text(encoding="utf-8"))
    toc = layout.toc.relative_to(layout.book).as_posix()
    given = {"external_toc_path": toc, "latex_individualpages": False}
    try:
        settings, _ = get_final_config(
            user_yaml=config, sourcedir=layout.book, cli_config=given, raise_on_invalid=True
        )
    except jsonschema.ValidationError as error:
        raise StudyError(f"_config.yml: {error.message}") from error
    # Whatever a book says, its pages have been run already, and what keeps kernels and files from outside away is on.
    settings["nb_execution_mode"] = "off"
    settings["extensions"] = [*dict.fromkeys([*settings["extensions"], "buzanlib.site"])]
    here = Path(os.path.relpath(layout.book, folder))
    for name in _FROM_CONF & settings.keys():
        paths = settings[name]
        named = [path for path in ([paths] if isinstance(paths, str) else paths) if path]
        for path in named:
            if not lies_in(layout.book / path, layout.book):
                raise StudyError(
                    f"_config.yml: {name}: {path!r} lies outside of the book, and would be published"
                )
        moved = [(here / path).as_posix() for path in named]
        settings[name] = moved if isinstance(paths, list) else "".join(moved)
    return "".join(f"{name} = {settings[name]!r}\n" for name in sorted(settings))


def _fingerprint(layout: Layout) -> dict[str, str]:
    """Hashes of all that a book is built from."""
    book = layout.book
    files = [
        file
        for file in sorted(book.rglob("*"))
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(book).parts)
    ]
    return {
        "pages": sha256(layout.toc),
        "sources": _hash([*files, layout.toc, layout.config], book.parent),
        "library": _hash(sorted(ROOT.rglob("*.py")), ROOT),
        "packages": json.dumps(packages(), sort_keys=True),
    }


def _hash(files: list[Path], base: Path) -> str:
    named = "".join(f"{file.relative_to(base).as_posix()} {sha256(file)}\n" for file in files)
    return hashlib.sha256(named.encode()).hexdigest()
