"""Child processes of Python, isolated from working directory and home, that end with their parent."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from pathlib import Path

PYTHON = [sys.executable, "-P"]
"""Command of Python in this environment, without modules from the working directory."""

_PR_SET_PDEATHSIG = 1  # of ``prctl`` (Linux, ``sys/prctl.h``)


def end_with(parent: int, number: int = signal.SIGKILL) -> None:
    """Have the system send this process a signal when its parent ends; only on Linux.

    Parameters
    ----------
    parent : int
        Process id of the parent; if it has ended already, the signal is sent at once. It also counts as ended when its
        thread ends that started this process.
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


@contextmanager
def environment(values: Mapping[str, str | None]) -> Iterator[None]:
    """Set variables of the environment, or remove those with the value None, and restore them in the end."""
    before = {name: os.environ.get(name) for name in values}
    _set(values)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def search_path() -> dict[str, str]:
    """The variable ``PYTHONPATH``, if set, with absolute folders and none that means the working directory."""
    if "PYTHONPATH" not in os.environ:
        return {}
    folders = os.environ["PYTHONPATH"].split(os.pathsep)
    return {"PYTHONPATH": os.pathsep.join(str(Path(folder).absolute()) for folder in folders if folder)}


def plain_matplotlib(empty: Path) -> None:
    """Import Matplotlib, unless imported already, without settings or styles of a folder, a home or a variable.

    Its font cache stays where it is, as building it takes seconds.

    Parameters
    ----------
    empty : Path
        A writable folder without settings or styles, where Matplotlib looks for them.
    """
    if "matplotlib" in sys.modules:
        return
    with environment({"MATPLOTLIBRC": None, "MPLCONFIGDIR": str(empty.absolute())}), chdir(empty):
        import matplotlib as mpl

        mpl.get_configdir()  # cached, separately from the folder of the fonts
