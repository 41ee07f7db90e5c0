"""Generated pages that take long to make, used again until something that they are made from has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from buzanlib.study.cache import Cache
from buzanlib.study.dependencies import hash_of


def kept(
    cache: Cache, name: str, made_from: Mapping[str, str], folder: Path, make: Callable[[], dict[str, str]]
) -> dict[str, str]:
    """Texts by path below a folder: those that lie there if they were made from the same, or else what `make` gives.

    Parameters
    ----------
    cache : Cache
        Where a note says what they were made from.
    name : str
        Of the note.
    made_from : mapping of str to str
        All that they depend on, by name.
    folder : Path
        Where the texts were written the last time.
    make : callable
        Makes them.
    """
    note = cache.recall(f"{name}.json")
    files: dict[str, str] = note.get("files", {})
    if note.get("from") == made_from and all(hash_of(folder / file) == sha for file, sha in files.items()):
        return {file: (folder / file).read_bytes().decode("utf-8") for file in files}
    texts = make()
    digests = {file: hashlib.sha256(text.encode()).hexdigest() for file, text in texts.items()}
    cache.remember(f"{name}.json", {"from": dict(made_from), "files": digests})
    return texts
