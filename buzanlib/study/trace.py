"""Which files of a folder a notebook reads: an extension of IPython that writes down every name, once, as it is opened.

Any kernel loads it that is given these `arguments`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from traitlets import Unicode
from traitlets.config import Configurable


class Trace(Configurable):
    """What the kernel was told on its command line."""

    folder = Unicode(help="Folder whose files are of interest.").tag(config=True)
    file = Unicode(help="Where their names are written.").tag(config=True)


def arguments(folder: Path, file: Path) -> list[str]:
    """Arguments with which a kernel writes down what its notebook reads.

    Parameters
    ----------
    folder : Path
        Folder whose files are of interest.
    file : Path
        Where their names are written, one a line, relative to `folder`. Its folder must exist.

    Returns
    -------
    list of str
        For ``extra_arguments`` of papermill or nbclient.
    """
    return [
        f"--InteractiveShellApp.extensions={[__name__]}",
        f"--Trace.folder={folder.absolute()}",
        f"--Trace.file={file.absolute()}",
    ]


def read(file: Path) -> frozenset[str]:
    """Names in a file that a kernel has written.

    Raises
    ------
    FileNotFoundError
        Where no kernel has: then nobody knows what was read.
    """
    return frozenset(file.read_text(encoding="utf-8", errors="surrogateescape").splitlines())


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Start, when IPython loads this module as an extension."""
    told = Trace(parent=shell)
    start(Path(told.folder), Path(told.file))


def start(folder: Path, file: Path) -> None:
    """Write down, until this process ends, the files of a folder that it opens for reading.

    A file counts that is not there, too, and one that a link leads to or from. Listing a folder, asking whether a file
    exists, and what other programs read, do not.

    Parameters
    ----------
    folder : Path
        Folder whose files are of interest.
    file : Path
        Where their names are written, relative to `folder`, each as soon as it is opened; made empty at once.
    """
    home = folder.resolve()
    names: set[str] = set()
    out = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o644)

    def opened(event: str, about: tuple[Any, ...]) -> None:
        # Called at every turn of the interpreter; what it raises stops whatever was about to happen.
        if event != "open":
            return
        path, _, flags = about
        if not isinstance(path, str | bytes) or flags & (os.O_WRONLY | os.O_RDWR) == os.O_WRONLY:
            return
        try:
            asked = Path(os.fsdecode(path))
            places = {asked.resolve(), asked.parent.resolve() / asked.name}
        except (OSError, RuntimeError, ValueError):
            return  # no path at all, as whoever opens it is about to find out
        for place in places:
            if place.is_relative_to(home) and (name := place.relative_to(home).as_posix()) not in names:
                names.add(name)
                os.write(out, os.fsencode(f"{name}\n"))

    sys.addaudithook(opened)
