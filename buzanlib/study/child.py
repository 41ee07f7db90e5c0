"""Processes of Python that work for this one: they run nothing that merely lies in a folder, nor what a home holds."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PYTHON = [sys.executable, "-P"]
"""Command of this very environment, which does not look for modules in the working directory."""


def search_path() -> dict[str, str]:
    """The variable ``PYTHONPATH``, where it is set, as a child in whatever folder is to have it.

    Returns
    -------
    dict of str to str
        Without empty entries, which would mean the working directory and come of joining something to nothing; what
        else is relative means the working directory of this process.
    """
    if "PYTHONPATH" not in os.environ:
        return {}
    folders = os.environ["PYTHONPATH"].split(os.pathsep)
    return {"PYTHONPATH": os.pathsep.join(str(Path(folder).absolute()) for folder in folders if folder)}


def plain_matplotlib(empty: Path) -> None:
    """Import Matplotlib as it comes, unless it is there: without settings or styles of a folder, a home or a variable.

    Its list of fonts is kept where it always is, since to make it again takes seconds.

    Parameters
    ----------
    empty : Path
        A folder, which may be written to, with neither settings nor styles in it; Matplotlib looks there.
    """
    if "matplotlib" in sys.modules:
        return
    before, here = dict(os.environ), Path.cwd()
    os.environ.pop("MATPLOTLIBRC", None)
    os.environ["MPLCONFIGDIR"] = str(empty.absolute())
    os.chdir(empty)
    try:
        import matplotlib as mpl

        mpl.get_configdir()  # asked once and remembered, apart from where the fonts are
    finally:
        os.chdir(here)
        for name in ("MATPLOTLIBRC", "MPLCONFIGDIR"):
            os.environ.pop(name, None)
            if name in before:
                os.environ[name] = before[name]
