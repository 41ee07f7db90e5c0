"""Files that a notebook reads: an audit hook records every name, once, when it is opened."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import source_from_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import buzanlib
from buzanlib.files import sha256

BESIDE = ("./", "../")
"""Prefixes of the names of files beside the study, which distinguish them from those of data."""


@dataclass(frozen=True)
class Folders:
    """Folders of a study with files that a notebook may read."""

    data: Path  #: names of data are relative to it
    study: Path  #: names of files in it and in `templates` are relative to it
    templates: Path  #: working directory of notebooks
    output: Path  #: files in it do not count, unless they are data


def read(file: Path) -> dict[str, str]:
    """Read the names that `start` has recorded in a file; raise FileNotFoundError if it has not.

    Returns
    -------
    dict of str to str
        For a file beside the study its SHA-256 when it was first opened, empty if it did not exist; for data empty.
    """
    found = {}
    for line in file.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        name, _, content = line.rpartition("\t") if line.startswith(BESIDE) else (line, "", "")
        found[name] = content
    return found


def start(folders: Folders, file: Path) -> None:
    """Record, until this process ends, the files of some folders that it opens for reading.

    A file counts even if it does not exist; a symbolic link and its target both count; so does a module that is loaded
    from its byte code, and an SQLite database. Not recorded are listed folders, checks for existence, files that other
    programs or compiled libraries open, files beside the study that the notebook has written itself before, and hidden
    ones there.

    Parameters
    ----------
    folders : Folders
        Where the files of interest are.
    file : Path
        Where names are written, each as soon as it is opened; emptied at once.
    """
    namer = _Namer(folders)
    done: set[str] = set()
    out = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o644)

    def opened(event: str, about: tuple[Any, ...]) -> None:
        # Called at every event of the interpreter; an exception here would stop the event.
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
            return  # not a path, as opening it will show
        new = found.keys() - done
        if flags & (os.O_TRUNC | os.O_EXCL):
            work = {name for name in new if name.startswith(BESIDE)}  # files of the notebook itself
            done.update(work)
            new -= work
        if flags & (os.O_WRONLY | os.O_RDWR) == os.O_WRONLY:
            return
        done.update(new)  # first, since hashing a file opens it
        for name in sorted(new):
            content = f"\t{_content(found[name])}" if name.startswith(BESIDE) else ""
            os.write(out, os.fsencode(f"{name}{content}\n"))

    sys.addaudithook(opened)


class _Namer:
    """Maps a path to its names in some folders: two if a link leads from one folder to another."""

    def __init__(self, folders: Folders) -> None:
        places = (folders.data, folders.study, folders.templates, folders.output)
        self._data, self._study, self._templates, output = map(Path.resolve, places)
        roots = (self._study, self._templates)
        # Installed packages, which may be there too, count by version, and this library by its modules.
        installed = {Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "purelib", "platlib")}
        installed.add(Path(buzanlib.__file__).resolve().parent)
        above = {place for place in installed if any(root.is_relative_to(place) for root in roots)}
        self._others = {output} | installed - above

    def __call__(self, asked: Path) -> Iterator[tuple[str, Path]]:
        with suppress(ValueError, NotImplementedError):
            asked = Path(source_from_cache(asked))
        real = asked.parent.resolve() / asked.name
        for place in {asked.resolve(), real, Path(os.path.normpath(asked.absolute()))}:
            if place.is_relative_to(self._data):
                yield place.relative_to(self._data).as_posix(), place
            elif self._is_beside(place):
                name = Path(os.path.relpath(place, self._study)).as_posix()
                yield (name if name.startswith(BESIDE) else f"./{name}"), place

    def _is_beside(self, place: Path) -> bool:
        if any(place.is_relative_to(other) for other in self._others):
            return False
        roots = (root for root in (self._study, self._templates) if place.is_relative_to(root))
        folders = (place.relative_to(root).parent.parts for root in roots)
        return any(not any(part.startswith(".") for part in parts) for parts in folders)


def _database(name: object) -> object:
    """File of an SQLite database, given by a path or a URI; None if it is in memory."""
    path = os.fsdecode(name) if isinstance(name, str | bytes | os.PathLike) else ""
    if path.startswith("file:"):
        path = unquote(path.removeprefix("file:").partition("?")[0])
    return None if path in ("", ":memory:") else path


def _content(file: Path) -> str:
    try:
        return sha256(file) if file.is_file() else ""
    except OSError:
        return ""
