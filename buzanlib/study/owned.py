"""Output folders, in which only files that runs have made are replaced or removed.

Every file is listed in the record of its folder before it is made. A line of the record is a name and this user's seal
of it, so that a record from elsewhere lists nothing. Without a line for the folder itself, only an empty folder is
accepted.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from buzanlib.errors import StudyError
from buzanlib.files import BUSY, PLAIN, alone, part_of, sha256, write_whole
from buzanlib.study.dependencies import ROOT
from buzanlib.study.user_key import fits, seal

RECORD = ".buzan"
"""Name of the record."""

_FILE = "file "  # before a name that is sealed, so that no other seal is one of a file
_ITSELF = "."  # in a record, the folder itself


def refusal(folder: Path) -> str:
    """Describe why runs may not write to a folder, which need not exist; empty if they may."""
    folder = folder.resolve()
    if ".git" in folder.parts:
        return "it lies in the folder of git"
    if folder.is_relative_to(ROOT):
        return "it lies in the library's own folder"
    if not os.path.lexists(folder):
        return ""
    if not folder.is_dir():
        return "a file lies there"
    inside = {entry.name for entry in os.scandir(folder)} - {BUSY, part_of(folder / RECORD).name}
    if not inside or is_own(folder):
        return ""
    if RECORD in inside:
        return "what lies there was made by somebody else, or on another machine: empty it"
    return f"it holds {min(inside)!r}, which no run has made"


def demand(folder: Path) -> None:
    """Raise StudyError if there is a `refusal`."""
    if why := refusal(folder):
        raise StudyError(f"the output folder {folder.name!r} cannot be written to: {why}; name a new folder")


def is_own(folder: Path) -> bool:
    """Whether runs of this user have written to a folder before."""
    return _ITSELF in _listed(folder)


class OwnedFolder:
    """A folder to which only this process writes; see `claimed`. Its `path` is absolute."""

    def __init__(self, path: Path) -> None:
        self.path = Path(os.path.normpath(path.absolute()))
        self._listed = _listed(self.path)

    @classmethod
    @contextmanager
    def claimed(cls, path: Path) -> Iterator[Self]:
        """Lock a folder for this process until the context is left.

        Parameters
        ----------
        path : Path
            Made if missing.

        Raises
        ------
        StudyError
            If it is neither empty nor made by runs of this user.
        BuzanError
            If another command uses it.
        """
        demand(path)
        path.mkdir(parents=True, exist_ok=True)
        with alone(path):
            demand(path)  # another command may have been there in between
            owned = cls(path)
            owned._tidy()
            try:
                yield owned
            finally:
                with suppress(OSError):  # such as a full disk, which was reported before
                    owned._tidy()

    def listed(self, path: Path) -> Path:
        """Record a file that is about to be made, and return its path.

        Raises
        ------
        StudyError
            If a file of this name exists that no run has made, or a link leads there.
        """
        name = self._own(path)
        if name not in self._listed:
            _append(self.path, name)
            self._listed.add(name)
        return path

    def write(self, path: Path, content: str | bytes) -> None:
        """Write a file of this folder as `buzanlib.files.write_whole` does; raises as `listed`."""
        write_whole(self.listed(path), content)

    def copy(self, source: Path, path: Path) -> None:
        """Copy a file; see `write`."""
        self.write(path, source.read_bytes())

    def remove(self, *paths: Path) -> None:
        """Remove files that runs have made."""
        for path in paths:
            if self._name(path) in self._listed and self._own(path):
                path.unlink(missing_ok=True)

    def clear(self, folder: Path) -> None:
        """Remove the files that runs have made in a subfolder, and folders that are empty then."""
        files = self.files(folder)
        self.remove(*files)
        parents = {parent for file in files for parent in file.parents if parent.is_relative_to(folder)}
        for parent in sorted(parents | {folder}, reverse=True):
            with suppress(OSError):  # it is gone already, or holds files of others
                parent.rmdir()

    def scratch(self, folder: Path) -> Path:
        """Make an empty folder whose whole content counts as made by runs, and return its path; raises as `listed`."""
        self.scrap(folder)
        self.listed(folder).mkdir(parents=True)
        return folder

    def scrap(self, folder: Path) -> None:
        """Remove a folder that `scratch` has made, with its content."""
        if self._name(folder) in self._listed and self._own(folder):
            shutil.rmtree(folder, ignore_errors=True)

    def files(self, folder: Path) -> list[Path]:
        """Files in a subfolder that runs have made, sorted."""
        found = (self.path / name for name in sorted(self._listed - {_ITSELF}))
        there = (file for file in found if file.is_relative_to(folder) and os.path.lexists(file))
        return [file for file in there if file.is_symlink() or not file.is_dir()]

    def stranger(self, folder: Path) -> Path | None:
        """The first file in a subfolder that no run has made, if any."""
        for file in sorted(folder.rglob("*")):
            if self._name(file) not in self._listed and (file.is_symlink() or not file.is_dir()):
                return file
        return None

    def digest(self, folder: Path) -> str:
        """A hash of all `files` of a subfolder, except those that have become links."""
        files = [file for file in self.files(folder) if not file.is_symlink()]
        named = "".join(f"{file.relative_to(folder).as_posix()} {sha256(file)}\n" for file in files)
        return hashlib.sha256(os.fsencode(named)).hexdigest()

    def follow(self) -> None:
        """Record every file that this process, and those forked from it, write in the folder until they end."""

        def written(event: str, about: tuple[Any, ...]) -> None:
            if event == "open" and about[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                place = about[0]
            elif event == "os.rename":
                place = about[1]
            else:
                return
            if not isinstance(place, str | bytes | os.PathLike):
                return
            path = Path(os.path.normpath(Path(os.fsdecode(place)).absolute()))
            if not path.is_relative_to(self.path) or path.name == RECORD:
                return
            if self._name(path) not in self._listed and os.path.lexists(path):
                self._listed = _listed(self.path)  # another of the processes may have made it
            self.listed(path)

        sys.addaudithook(written)

    def _name(self, path: Path) -> str:
        return Path(os.path.normpath(path)).relative_to(self.path).as_posix()

    def _own(self, path: Path) -> str:
        """Name of a file of this folder; StudyError if a link leads there, or it exists and no run has made it."""
        name = self._name(path)
        inner = [self.path.joinpath(*Path(name).parts[:depth]) for depth in range(1, name.count("/") + 2)]
        for place in inner:
            with suppress(FileNotFoundError):
                mode = place.lstat().st_mode
                if stat.S_ISLNK(mode):
                    raise StudyError(f"{place} is a link, and no run writes through one: take it away")
                if place == inner[-1] and name not in self._listed:
                    raise StudyError(f"{place} was not made by a run, and is not written over: move it away")
        return name

    def _tidy(self) -> None:
        """Remove partial files of writers that were killed, and list in the record only what exists."""
        for name in self._listed - {_ITSELF}:
            part = part_of(self.path / name)
            with suppress(OSError, StudyError):
                if os.path.lexists(part) and self._own(self.path / name):
                    part.unlink()
        self._listed = {_ITSELF} | {name for name in _listed(self.path) if os.path.lexists(self.path / name)}
        write_whole(self.path / RECORD, "".join(map(_line, sorted(self._listed))))


def _listed(folder: Path) -> set[str]:
    """Names in the record of a folder that are sealed by this user."""
    try:
        with os.fdopen(os.open(folder / RECORD, os.O_RDONLY | PLAIN), "rb") as file:
            lines = os.fsdecode(file.read()).split("\n")
    except OSError:
        return set()
    pairs = (line.partition(" ") for line in lines)
    return {name for sealed, _, name in pairs if fits(_FILE + name, sealed)}


def _line(name: str) -> str:
    return f"{seal(_FILE + name)} {name}\n"


def _append(folder: Path, name: str) -> None:
    """Add to the record of a folder in one write, so that several processes may."""
    descriptor = os.open(folder / RECORD, os.O_WRONLY | os.O_CREAT | os.O_APPEND | PLAIN, 0o666)
    try:
        os.write(descriptor, os.fsencode(_line(name)))
    finally:
        os.close(descriptor)
