"""What lies in a folder of texts: every file of it, either as a text, which is read, or as skipped, with why."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import chain
from pathlib import Path, PurePosixPath

from buzanlib.errors import BuzanError, DataError, Fault
from buzanlib.sources.text_files import LARGEST, PACKAGES, SUFFIXES, File, Reading, read_files
from buzanlib.tables.reading import contents

Mapper = Callable[
    [Callable[[Sequence[File]], list[Reading]], Iterable[Sequence[File]]], Iterable[list[Reading]]
]
"""Calls a function for each of several lists of files, like `map`: the results come in the order of the lists."""

BATCH = 10**6
"""Bytes of the files that are read in one call; a larger file is read alone."""


@dataclass(frozen=True)
class Place:
    """A file of the folder that is read as a text."""

    name: str  #: Path below the folder, with slashes.
    path: Path
    iso3: str = ""
    year: int = 0
    numbers: tuple[str, ...] = ()  #: Year and further numbers, in the order of the name.

    @property
    def suffix(self) -> str:
        """Ending, in small letters."""
        return self.path.suffix.casefold()


@dataclass(frozen=True)
class Skipped:
    """A file of the folder that is not read."""

    name: str  #: Path below the folder, with slashes.
    why: str  #: Its kind, in words.
    note: str = ""  #: What is known of this one.


@dataclass(frozen=True)
class Folder:
    """Everything in a folder and its subfolders, in the order of the paths."""

    texts: tuple[Place, ...]
    skipped: tuple[Skipped, ...]


def letters(text: str) -> str:
    """The text with each letter as one character where there is one; bytes that are none are shown as such."""
    shown = os.fsencode(text).decode("utf-8", "backslashreplace")
    return unicodedata.normalize("NFC", shown)


def look(folder: Path) -> Folder:
    """List a folder and its subfolders: what is to be read, and what is not.

    Everything that is no plain subfolder counts as one: a file, a link (none is followed), and what is hidden, of which
    a folder counts as a whole. A folder that is named like a text counts as well, and what is in it is looked at.

    Raises
    ------
    DataError
        With every subfolder that cannot be opened, and every text of more than `LARGEST` bytes.
    BuzanError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise BuzanError(f"there is no folder {str(folder)!r}")
    texts, skipped, faults = list[Place](), list[Skipped](), list[Fault]()

    def unopened(error: OSError) -> None:
        where = letters(os.path.relpath(os.fsdecode(error.filename), folder))
        faults.append(Fault(folder.name, 0, "", where, f"a folder that can be opened: {error.strerror}"))

    root = folder.resolve()
    for place, folders, files in os.walk(root, onerror=unopened):
        for name in (*folders, *files):
            path = Path(place, name)
            shown = letters(path.relative_to(root).as_posix())
            if why := _why_not(path, root):
                skipped.append(Skipped(shown, why))
            elif name in files:
                texts.append(Place(shown, path))
                if path.lstat().st_size > LARGEST:
                    faults.append(Fault(folder.name, 0, "", shown, f"at most {LARGEST // 10**6} MB are read"))
        folders[:] = [
            name for name in folders if not name.startswith(".") and not Path(place, name).is_symlink()
        ]
    if faults:
        raise DataError(faults)
    return Folder(
        tuple(sorted(texts, key=lambda one: _order(one.name))),
        tuple(sorted(skipped, key=lambda one: _order(one.name))),
    )


def _order(name: str) -> tuple[str, str, str]:
    """Folder, name and ending, so that EST-2021.txt comes before EST-2021-2.txt."""
    path = PurePosixPath(name)
    return path.parent.as_posix(), path.stem, path.suffix


def _why_not(path: Path, root: Path) -> str:
    """Why something is skipped; empty for a text, and for a plain subfolder."""
    if path.name.startswith("."):
        return "hidden"  # such as ._EST-2021.txt, which macOS puts beside EST-2021.txt on foreign disks
    if path.is_symlink():
        try:
            within = path.resolve(strict=True).is_relative_to(root)
        except (OSError, RuntimeError):  # the second: it leads to itself
            return "a link that leads nowhere"
        return "a link within the folder" if within else "a link out of the folder"
    mode, known = path.lstat().st_mode, path.suffix.casefold() in SUFFIXES
    if stat.S_ISDIR(mode):
        return "a folder named like a text" if known else ""
    if not stat.S_ISREG(mode):
        return "a pipe or a device"
    return "" if known else "of another kind"


def read_texts(
    folder: str, places: Sequence[Place], seeds: Sequence[str], any_language: bool, mapper: Mapper
) -> list[Reading]:
    """Read texts, some at a time, so that few are in memory at once.

    Parameters
    ----------
    folder : str
        Name of their folder, for messages.
    places : sequence of Place
        The texts.
    seeds : sequence of str
        For each, the seed with which ten of its passages are drawn; empty where all are taken.
    any_language : bool
        Take texts in other languages than English as well.
    mapper : callable
        See `Mapper`.

    Returns
    -------
    list of Reading
        One a text, in their order.

    Raises
    ------
    DataError
        With every text that cannot be read without doubt.
    BuzanError
        If a package is missing that their kinds need.
    """
    suffixes = sorted({place.suffix for place in places} & PACKAGES.keys())
    if missing := [PACKAGES[suffix][1] for suffix in suffixes if find_spec(PACKAGES[suffix][0]) is None]:
        kinds = " and ".join(suffix[1:].upper() for suffix in suffixes)
        raise BuzanError(f"texts in {kinds} need {' and '.join(missing)}: pip install 'buzanlib[documents]'")
    unread: dict[str, str] = {}
    found = mapper(read_files, _batches(places, seeds, any_language, unread))
    readings = list(chain.from_iterable(found))
    faults = [
        Fault(folder, 0, "", place.name, fault)
        for place, reading in zip(places, readings, strict=True)
        if (fault := unread.get(place.name) or reading.fault)
    ]
    if faults:
        raise DataError(faults)
    return readings


def _batches(
    places: Sequence[Place], seeds: Sequence[str], any_language: bool, unread: dict[str, str]
) -> Iterator[list[File]]:
    """The contents of all files, some at a time; those that cannot be read are noted, with why, and are empty."""
    batch, size = list[File](), 0
    for place, seed in zip(places, seeds, strict=True):
        try:
            content = contents(place.path, follow=False)
        except OSError as error:
            content, unread[place.name] = b"", f"it cannot be read: {error.strerror or 'a file is needed'}"
        if batch and size + len(content) > BATCH:
            yield batch
            batch, size = [], 0
        batch.append(File(place.suffix, content, seed, any_language))
        size += len(content)
    if batch:
        yield batch
