"""Files that are written whole or not at all, by one command at a time, and their hashes."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from buzanlib.errors import BuzanError

PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""Flags of `os.open`, where the system has them: follow no link, and do not wait for a pipe."""

BUSY = ".buzan.lock"
"""Name of the file that is in a folder as long as a command works there."""


def part_of(path: Path) -> Path:
    """Name under which a file is written before it is whole."""
    return path.with_name(f".{path.name}.buzan-part")


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file under another name and move it into place, so that no reader sees half of it.

    A file that has the content already keeps its time of change; one that is replaced keeps its mode.

    Parameters
    ----------
    path : Path
        Where to; missing folders are created. A link there is replaced, not followed.
    content : str or bytes
        Content; text is written in UTF-8 with line ends as they are.

    Raises
    ------
    BuzanError
        If what is there is neither a file nor a link, such as a folder, a pipe or a device.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    mode = None
    with suppress(FileNotFoundError, NotADirectoryError):
        about = path.lstat()
        if stat.S_ISREG(about.st_mode):
            if about.st_size == len(data) and path.read_bytes() == data:
                return
            mode = stat.S_IMODE(about.st_mode)
        elif not stat.S_ISLNK(about.st_mode):
            raise BuzanError(f"{path} is neither a file nor a link, and is not written over")
    with _beside(path, data, mode, folders=True) as part:
        part.replace(path)


def create_whole(path: Path, content: str | bytes) -> None:
    """Write a new file, whole or not at all.

    Parameters
    ----------
    path : Path
        Where to; its folder must exist.
    content : str or bytes
        As in `write_whole`.

    Raises
    ------
    BuzanError
        If anything is there, also if it appears while this is written.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    with _beside(path, data, None) as part:
        try:
            os.link(part, path)  # which, unlike a move, never replaces another file
        except OSError:  # it is there already, or the file system has no hard links
            demand_absent(path)
            part.replace(path)


def create_all(contents: Iterable[tuple[Path, str | bytes]]) -> None:
    """Write new files, all of them or none; each content is asked for only as its file is written."""
    made: list[Path] = []
    try:
        for path, content in contents:
            create_whole(path, content)
            made.append(path)
    except BaseException:
        for path in made:
            path.unlink(missing_ok=True)
        raise


def demand_absent(path: Path) -> None:
    """Raise `BuzanError` if `path` has no name, or anything is there, even a broken link."""
    if not path.name:
        raise BuzanError(f"a new file needs a name, and {str(path)!r} has none")
    if os.path.lexists(path):
        raise BuzanError(f"{path} is there already, and is not written over") from None


@contextmanager
def _beside(path: Path, data: bytes, mode: int | None, *, folders: bool = False) -> Iterator[Path]:
    """Write the content under another name, and remove that file unless it was moved."""
    part = part_of(path)
    try:
        if folders:
            path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)  # left by a writer that was killed
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        if mode is not None:
            part.chmod(mode)  # also what the process does not grant to a new file
        yield part
    except OSError as error:
        if error.errno:  # the system names the part, or on a full disk no file at all
            error.filename, error.filename2 = str(path), None
        raise
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Lock a folder against other commands that write; the system releases the lock however this one ends.

    Raises
    ------
    BuzanError
        If there is no such folder, or another command holds the lock.
    """
    if not folder.is_dir():
        raise BuzanError(f"there is no folder {str(folder)!r}")
    try:
        import fcntl
    except ImportError:  # on Windows two commands may do the same work twice
        yield
        return
    lock = folder / BUSY
    busy = BuzanError(f"another command is at work in {folder.name!r}; wait for it to end")
    if lock.is_symlink():
        raise BuzanError(f"{lock} is a link, and no command writes through one: remove it")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | PLAIN, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.path.samestat(os.fstat(descriptor), lock.lstat()):
                raise busy  # its owner has just removed it
        except (BlockingIOError, FileNotFoundError):
            raise busy from None
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def lies_in(path: Path, folder: Path) -> bool:
    """Whether a path lies in a folder once all links are followed; one that leads in a circle does not."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        return False
