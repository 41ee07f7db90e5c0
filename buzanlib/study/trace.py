"""Which files a notebook reads: an audit hook that writes down every name, once, when it is opened."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import source_from_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import buzanlib
from buzanlib.files import sha256
from buzanlib.study.places import BESIDE, Folders


def read(file: Path) -> dict[str, str]:
    """Names in a file that a notebook process has written.

    Returns
    -------
    dict of str to str
        For a file beside the study the SHA-256 that it had when it was first opened, empty where it was not there; for
        one of the data always empty.

    Raises
    ------
    FileNotFoundError
        Where none has: then nobody knows what was read.
    """
    found = {}
    for line in file.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        name, _, content = line.rpartition("\t") if line.startswith(BESIDE) else (line, "", "")
        found[name] = content
    return found


def start(folders: Folders, file: Path) -> None:
    """Write down, until this process ends, the files of some folders that it opens for reading.

    A file counts that is not there, too, and one that a link leads to or from; a module counts where what is kept of
    it is loaded, and a database of SQLite. Listing a folder, asking whether a file exists, and what other programs or
    libraries that are not written in Python open, do not; nor what the notebook has written itself before it reads it,
    nor beside the study what is hidden.

    Parameters
    ----------
    folders : Folders
        Where the files of interest are.
    file : Path
        Where their names are written, each as soon as it is opened; made empty at once.
    """
    namer = _Namer(folders)
    done: set[str] = set()
    out = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o644)

    def opened(event: str, about: tuple[Any, ...]) -> None:
        # Called at every turn of the interpreter; what it raises stops whatever was about to happen.
        if event == "open":
            path, _, flags = about
        elif event == "sqlite3.connect":
            path, flags = _database(about[0]), os.O_RDONLY
        else:
            return
        if not isinstance(path, str | bytes):
            return
        try:
            found = dict(namer(Path(os.fsdecode(path))))
        except (OSError, RuntimeError, ValueError):
            return  # no path at all, as whoever opens it is about to find out
        new = found.keys() - done
        if flags & (os.O_TRUNC | os.O_EXCL):
            work = {name for name in new if name.startswith(BESIDE)}  # of the notebook itself
            done.update(work)
            new -= work
        if flags & (os.O_WRONLY | os.O_RDWR) == os.O_WRONLY:
            return
        done.update(new)  # first, since to look into a file opens it
        for name in sorted(new):
            content = f"\t{_content(found[name])}" if name.startswith(BESIDE) else ""
            os.write(out, os.fsencode(f"{name}{content}\n"))

    sys.addaudithook(opened)


class _Namer:
    """Names of the files of some folders; there are two where a link leads from one to another."""

    def __init__(self, folders: Folders) -> None:
        self._data, self._study, self._templates, output = (
            folder.resolve() for folder in (folders.data, folders.study, folders.templates, folders.output)
        )
        roots = (self._study, self._templates)
        # What is installed may lie there as well; it counts by its version, and this library by its modules.
        installed = {Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "purelib", "platlib")}
        installed.add(Path(buzanlib.__file__).resolve().parent)
        self._others = {output} | {
            place for place in installed if not any(root.is_relative_to(place) for root in roots)
        }

    def __call__(self, asked: Path) -> Iterator[tuple[str, Path]]:
        with suppress(ValueError, NotImplementedError):
            asked = Path(source_from_cache(asked))
        for place in {
            asked.resolve(),
            asked.parent.resolve() / asked.name,
            Path(os.path.normpath(asked.absolute())),
        }:
            if place.is_relative_to(self._data):
                yield place.relative_to(self._data).as_posix(), place
            elif self._is_beside(place):
                name = Path(os.path.relpath(place, self._study)).as_posix()
                yield (name if name.startswith(BESIDE) else f"./{name}"), place

    def _is_beside(self, place: Path) -> bool:
        if any(place.is_relative_to(other) for other in self._others):
            return False
        return any(
            place.is_relative_to(root)
            and not any(part.startswith(".") for part in place.relative_to(root).parent.parts)
            for root in (self._study, self._templates)
        )


def _database(name: object) -> object:
    """The file of a database of SQLite, which may be named by an address; nothing where it is only in memory."""
    path = os.fsdecode(name) if isinstance(name, str | bytes | os.PathLike) else ""
    if path.startswith("file:"):
        path = unquote(path.removeprefix("file:").partition("?")[0])
    return None if path in ("", ":memory:") else path


def _content(file: Path) -> str:
    try:
        return sha256(file) if file.is_file() else ""
    except OSError:
        return ""
