"""From a study to a book: run the notebooks, write the generated pages, call Jupyter Book."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from buzanlib.errors import RunError, StudyError
from buzanlib.site.pages import write_pages
from buzanlib.study.runner import run_study
from buzanlib.study.spec import load_study

TOC = "_toc.yml"
GENERATED = "_generated"

_JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"
"""Its command, of this very environment whatever the search path says."""


def build_book(study: Path, out: Path | None = None, *, progress: bool = True) -> Path:
    """Run a study and build the book from it, every warning being an error.

    Parameters
    ----------
    study : Path
        The study file; its output folder must lie in the folder of a book, the one with ``_toc.yml``.
    out : Path, optional
        Folder in which ``_build`` is made; by default that of ``_config.yml``.
    progress : bool
        Whether to print a line for each notebook and what Jupyter Book has to say.

    Returns
    -------
    Path
        The front page.

    Raises
    ------
    StudyError, DataError, LockError
        Where the input is at fault; see `run_study`.
    RunError
        Where a notebook fails, or Jupyter Book warns of anything.
    """
    spec = load_study(study)
    book = spec.output.parent
    if not (book / TOC).is_file():
        raise StudyError(
            f"{study.name}, output: {spec.output.name!r} is not in the folder of a book, which has a {TOC};"
            " to run the notebooks alone, use 'buzan run'"
        )
    run_study(study, progress=progress)
    write_pages(spec.data, book / GENERATED)
    place = (out or book.parent).resolve()
    command = ["build", str(book), "-W", "-n", "--keep-going", "--path-output", str(place)]
    # A process of its own: Sphinx leaves much behind in the one in which it ran.
    done = subprocess.run(
        [sys.executable, "-c", _JUPYTER_BOOK, *command],
        stdout=None if progress else subprocess.PIPE,
        stderr=None if progress else subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        told = "" if progress else f":\n{done.stdout}"
        raise RunError(f"Jupyter Book did not build the book without a warning{told}")
    return place / "_build" / "html" / "index.html"
