"""General Debate statements: the UN General Debate Corpus in its publisher's layout, packed or unpacked."""

from __future__ import annotations

import lzma
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from buzanlib.errors import BuzanError
from buzanlib.sources.passages import normalise
from buzanlib.sources.raw import RawFolder

ARCHIVE = "UNGDC_1995-2024.tar.xz"
TREE = "TXT"
_NAME = re.compile(r"(?P<iso3>[A-Z]{2,3})_(?P<session>\d{2})_(?P<year>\d{4})\.txt")


@dataclass(frozen=True)
class Speech:
    """One statement.

    Attributes
    ----------
    iso3 : str
        Who speaks, as the corpus codes it.
    session, year : int
        Session of the General Assembly and the year in which it opened.
    text : str
        The statement with its white space collapsed.
    """

    iso3: str
    session: int
    year: int
    text: str

    @property
    def doc_id(self) -> str:
        """``UNGDC-EST-62-2007``."""
        return f"UNGDC-{self.iso3}-{self.session}-{self.year}"


def locate(raw: RawFolder) -> Path:
    """The archive, or the unpacked tree where there is no archive."""
    if not raw.has(ARCHIVE) and raw.has(TREE):
        return raw.find(TREE, "documents.csv")
    return raw.find(ARCHIVE, "documents.csv")


def read(path: Path) -> Iterator[Speech]:
    """Every statement, in the order in which the archive or the tree has them.

    Parameters
    ----------
    path : pathlib.Path
        ``UNGDC_1995-2024.tar.xz``, or the folder ``TXT`` unpacked from it.

    Yields
    ------
    Speech
        One a text file.

    Raises
    ------
    BuzanError
        If the archive is damaged, or a file in it is not named ``ISO_NN_YYYY.txt`` or is not UTF-8.
    """
    if path.is_dir():
        for file in sorted(path.rglob("*.txt")):
            yield _speech(file.name, file.read_bytes())
        return
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                if member.isfile() and (content := archive.extractfile(member)) is not None:
                    yield _speech(Path(member.name).name, content.read())
    except (tarfile.TarError, lzma.LZMAError, EOFError) as error:
        raise BuzanError(f"{path} cannot be read: {error}") from error


def _speech(name: str, content: bytes) -> Speech:
    parts = _NAME.fullmatch(name)
    if parts is None:
        raise BuzanError(f"General Debate text {name!r} is not named ISO_NN_YYYY.txt")
    try:
        # One text in five begins with a byte order mark, which is no part of the speech.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BuzanError(f"General Debate text {name} is not UTF-8: {error}") from error
    return Speech(parts["iso3"], int(parts["session"]), int(parts["year"]), normalise(text))
