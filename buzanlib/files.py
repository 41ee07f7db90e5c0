"""Files written whole or not at all, by one command at a time, and their hashes."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from buzanlib.errors import BuzanError

PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""Flags of `os.open`, where the system has them: no link is followed, and no pipe waited for."""

BUSY = ".buzan.lock"
"""In a folder as long as a command works there."""


def part_of(path: Path) -> Path:
    """Name under which a file is written before it is whole; hidden, and nobody else's."""
    return path.with_name(f".{path.name}.buzan-part")


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file beside its place first and move it there, so that no reader meets half of it.

    What has not changed keeps its time. A file that is there keeps its mode; a new one gets what the process grants.

    Parameters
    ----------
    path : Path
        Where to; missing folders are made. A link there is replaced, not followed.
    content : str or bytes
        Content; text is written in UTF-8 with line ends as they are.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    mode = None
    with suppress(FileNotFoundError, NotADirectoryError):
        about = path.lstat()
        if stat.S_ISREG(about.st_mode):
            if about.st_size == len(data) and path.read_bytes() == data:
                return
            mode = stat.S_IMODE(about.st_mode)
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
        Where anything is there, also if it comes while this is written.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    with _beside(path, data, None) as part:
        try:
            os.link(part, path)  # which, unlike a move, never takes the place of another file
        except FileExistsError:
            raise BuzanError(f"{path} is there already, and is not written over") from None
        except OSError:  # a file system without hard links
            if os.path.lexists(path):
                raise BuzanError(f"{path} is there already, and is not written over") from None
            part.replace(path)


def copy_whole(source: Path, path: Path) -> None:
    """Copy a file byte for byte, whole or not at all."""
    write_whole(path, source.read_bytes())


@contextmanager
def _beside(path: Path, data: bytes, mode: int | None, *, folders: bool = False) -> Iterator[Path]:
    """Write a part, in new folders if need be, and take it away unless it was moved."""
    part = part_of(path)
    try:
        if folders:
            path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)  # of a writer that was killed
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        if mode is not None:
            part.chmod(mode)  # what the process would not have granted to a new file
        yield part
    except OSError as error:
        if error.errno:  # of a full disk the system names no file, else the part
            error.filename, error.filename2 = str(path), None
        raise
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other commands that write away from a folder; the system gives it free however this one ends.

    Parameters
    ----------
    folder : Path
        Where to; it need not be locked to be read.

    Raises
    ------
    BuzanError
        Where there is no such folder, or another command is at work there.
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
        raise BuzanError(f"{lock} is a link, and no command writes through one: take it away")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | PLAIN, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.path.samestat(os.fstat(descriptor), lock.lstat()):
                raise busy  # its owner has just taken it away
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
