"""Files written whole or not at all, and their hashes."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PART = ".part"
"""End of the name of a file that is not whole yet; it is hidden, too."""


def write_whole(path: Path, text: str) -> None:
    """Write `text` beside `path` first and move it there, so that no reader meets half a file.

    Parameters
    ----------
    path : Path
        Where to; missing folders are made.
    text : str
        Content, written in UTF-8 with line ends as they are.
    """
    with named(path):
        _write(path, text.encode("utf-8"))


def copy_whole(source: Path, path: Path) -> None:
    """Copy a file byte for byte, whole or not at all."""
    content = source.read_bytes()
    with named(path):
        _write(path, content)


def _write(path: Path, content: bytes) -> None:
    """Write, unless it stands there already: what has not changed keeps its time."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_PART)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(beside).chmod(0o644)  # mkstemp lets only its owner read
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Let what the system refuses be said of this file; of a full disk it names none, and on the way there another.

    Parameters
    ----------
    path : Path
        What is written.
    """
    try:
        yield
    except OSError as error:
        if error.errno:
            error.filename, error.filename2 = str(path), None
        raise


def sweep(folder: Path) -> None:
    """Take away, in a folder and those in it, the parts that writers who were killed have left.

    Parameters
    ----------
    folder : Path
        Where nobody writes meanwhile; it need not be there.
    """
    for part in folder.rglob(f".*{_PART}"):
        part.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
