"""A key of the user's: what it seals was made by this user, and by nobody who could write to the same folder.

It is made once, lies outside of every study, and nobody else can read it.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from platformdirs import user_data_path

from buzanlib.files import PLAIN

_BYTES = 32


def seal(content: str) -> str:
    """Seal a text.

    Parameters
    ----------
    content : str
        What is vouched for.

    Returns
    -------
    str
        64 hexadecimal digits (HMAC with SHA-256) that only this user can make.
    """
    return hmac.digest(_key(), content.encode("utf-8", errors="surrogateescape"), "sha256").hex()


def fits(content: str, sealed: str) -> bool:
    """Whether a seal is that of this user and content."""
    return hmac.compare_digest(seal(content).encode(), sealed.encode("utf-8", errors="replace"))


@cache
def _key() -> bytes:
    """The key; where none can be kept, one that lasts as long as this process, which then trusts nothing older."""
    for folder in _folders():
        with suppress(OSError, RuntimeError):
            return _kept(folder)
    return secrets.token_bytes(_BYTES)


def _folders() -> Iterator[Path]:
    """Where the key may lie: with what this user's programs keep or, without a home, with temporary files."""
    with suppress(RuntimeError):  # nobody knows of a home
        yield user_data_path("buzanlib", appauthor=False)
    yield Path(tempfile.gettempdir()) / f"buzanlib-{os.getuid() if hasattr(os, 'getuid') else 'key'}"


def _kept(folder: Path) -> bytes:
    """The key in a folder, made there if need be.

    Raises
    ------
    OSError
        Where it cannot be written, or others could read or change it.
    """
    file = folder / "key"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _demand_own(folder, folder.lstat(), 0o022)
    if not file.exists():
        beside = folder / f"{secrets.token_hex(8)}.new"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as new:
                new.write(secrets.token_bytes(_BYTES))
            with suppress(FileExistsError):  # of two who make it at the same time the first one does
                os.link(beside, file)
        finally:
            beside.unlink()
    descriptor = os.open(file, os.O_RDONLY | PLAIN)
    with os.fdopen(descriptor, "rb") as kept:
        _demand_own(file, os.fstat(descriptor), 0o077)
        key = kept.read()
    if len(key) != _BYTES:
        raise OSError(f"{file} is no key")
    return key


def _demand_own(path: Path, about: os.stat_result, others: int) -> None:
    if hasattr(os, "getuid") and (
        about.st_uid != os.getuid() or about.st_mode & others or stat.S_ISLNK(about.st_mode)
    ):
        raise OSError(f"{path} belongs, or is open, to others")
