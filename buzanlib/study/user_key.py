"""Seals with a key of the user, which show that content was made by this user.

Others who can write to the same folder cannot make them: the key is outside of every study, and only the user can read
it.
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
    """HMAC of a text with SHA-256 and this user's key, as 64 hexadecimal digits."""
    return hmac.digest(_key(), content.encode("utf-8", errors="surrogateescape"), "sha256").hex()


def fits(content: str, sealed: str) -> bool:
    """Whether a seal is that of this user and content."""
    return hmac.compare_digest(seal(content).encode(), sealed.encode("utf-8", errors="replace"))


@cache
def _key() -> bytes:
    """The key; if none can be kept, one for this process alone, which then trusts no earlier seal."""
    for folder in _folders():
        with suppress(OSError, RuntimeError):
            return _kept(folder)
    return secrets.token_bytes(_BYTES)


def _folders() -> Iterator[Path]:
    """Folders for the key: user data or, without a home, temporary files."""
    with suppress(RuntimeError):  # there is no home
        yield user_data_path("buzanlib", appauthor=False)
    yield Path(tempfile.gettempdir()) / f"buzanlib-{os.getuid() if hasattr(os, 'getuid') else 'key'}"


def _kept(folder: Path) -> bytes:
    """The key in a folder, made if missing; OSError if it cannot be written, or others could read or change it."""
    file = folder / "key"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _demand_own(folder, folder.lstat(), 0o022)
    if not file.exists():
        beside = folder / f"{secrets.token_hex(8)}.new"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as new:
                new.write(secrets.token_bytes(_BYTES))
            with suppress(FileExistsError):  # another process was faster; its key counts
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
