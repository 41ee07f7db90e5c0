"""Copies of the notebooks of a study, with its parameters, to try things on in JupyterLab."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import nbformat

from buzanlib.errors import BuzanError, StudyError, nearest, shown
from buzanlib.files import create_whole
from buzanlib.study.spec import READS, RESULTS
from buzanlib.study.study_file import load_study


def copy_to_lab(study: Path, notebook: str, folder: Path) -> Path:
    """Copy a notebook of a study, with the parameters that the study gives it; a copy that is there is left as it is.

    Parameters
    ----------
    study : Path
        The study file.
    notebook : str
        Name of a page of the study, or how the name of only one begins, such as ``"06"``.
    folder : Path
        Where to.

    Returns
    -------
    Path
        The copy.

    Raises
    ------
    StudyError
        If no page of the study, or more than one, has a name that begins so.
    """
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    loaded = load_study(study)
    names = [run.name for run in loaded.runs]
    found = [run for run in loaded.runs if run.name.startswith(notebook)]
    found = [run for run in found if run.name == notebook] or found
    if len(found) != 1:
        several = f"begins {', '.join(run.name for run in found)}; say more of one"
        raise StudyError(
            f"{shown(notebook)} {several if found else f'begins no page of the study; {nearest(notebook, names)}'}"
        )
    (run,) = found
    copy = folder / f"{run.name}.ipynb"
    if copy.exists():
        return copy
    given = dict(run.parameters)
    for name in {READS, RESULTS} & given.keys():  # they are said from the folder of the templates
        given[name] = Path(os.path.relpath(loaded.templates / str(given[name]), folder)).as_posix()
    page = parameterize_notebook(load_notebook_node(str(run.template)), given)
    folder.mkdir(parents=True, exist_ok=True)
    create_whole(copy, nbformat.writes(page) + "\n")  # type: ignore[no-untyped-call]
    return copy


def open_lab(notebook: Path) -> None:
    """Open a notebook in JupyterLab, until that is ended; `BuzanError` if JupyterLab is not installed."""
    if find_spec("jupyterlab") is None:
        raise BuzanError(f"{notebook} is ready, but JupyterLab is not installed: pip install 'buzanlib[lab]'")
    subprocess.run([sys.executable, "-m", "jupyterlab", str(notebook)], check=False)
