"""Processes of Python that work for this one: isolated from working directory and home, and ended with their parent."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

PYTHON = [sys.executable, "-P"]
"""Command of this very environment, which does not look for modules in the working directory."""

_PR_SET_PDEATHSIG = 1
"""Of ``prctl`` (Linux, ``sys/prctl.h``): the signal that a process gets when its parent has ended."""


def end_with(parent: int, number: int = signal.SIGKILL) -> None:
    """Have the system send this process a signal when its parent ends; does nothing but on Linux.

    Parameters
    ----------
    parent : int
        Process id of the parent; if it has ended already, this process gets the signal at once. The thread that
        started this process counts as the parent.
    number : int
        The signal.

    Raises
    ------
    OSError
        If the system refuses.
    """
    if sys.platform != "linux":
        return
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(number)):
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        os.kill(os.getpid(), number)  # the parent ended before the line above took effect


def search_path() -> dict[str, str]:
    """The variable ``PYTHONPATH``, if set, for a child in any working directory.

    Returns
    -------
    dict of str to str
        With absolute folders, and without empty entries, which would mean the working directory.
    """
    if "PYTHONPATH" not in os.environ:
        return {}
    folders = os.environ["PYTHONPATH"].split(os.pathsep)
    return {"PYTHONPATH": os.pathsep.join(str(Path(folder).absolute()) for folder in folders if folder)}


def plain_matplotlib(empty: Path) -> None:
    """Import Matplotlib with its defaults: no settings or styles of a folder, a home or a variable.

    Does nothing if Matplotlib is imported already. Its font cache stays where it is, as building it takes seconds.

    Parameters
    ----------
    empty : Path
        A writable folder without settings or styles, where Matplotlib looks for them.
    """
    if "matplotlib" in sys.modules:
        return
    before, here = dict(os.environ), Path.cwd()
    os.environ.pop("MATPLOTLIBRC", None)
    os.environ["MPLCONFIGDIR"] = str(empty.absolute())
    os.chdir(empty)
    try:
        import matplotlib as mpl

        mpl.get_configdir()  # cached, separately from the folder of the fonts
    finally:
        os.chdir(here)
        for name in ("MATPLOTLIBRC", "MPLCONFIGDIR"):
            os.environ.pop(name, None)
            if name in before:
                os.environ[name] = before[name]
