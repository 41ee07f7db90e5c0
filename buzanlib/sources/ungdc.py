"""General Debate statements: the UN General Debate Corpus in its publisher's layout, packed or unpacked."""

from __future__ import annotations

import lzma
import re
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from buzanlib.errors import BuzanError
from buzanlib.sources.crosswalk import FIRST
from buzanlib.sources.passages import Text, normalise
from buzanlib.sources.raw import DAMAGE
from buzanlib.sources.source import Form, Source, any_of
from buzanlib.theory.vocabulary import Corpus, Origin

#: Last year of which the publisher's texts are read.
LAST = 2025

SOURCE = Source(
    key="ungdc",
    title="United Nations General Debate Corpus",
    forms=(
        # A new session comes in a pack of its own, beside that of the years before.
        *(Form((f"UNGDC*.{kind}",), many=True) for kind in ("tar.xz", "tar.gz", "tgz", "zip")),
        *any_of("TXT/"),
        Form(("Session [0-9][0-9] - [12][0-9][0-9][0-9]/",), many=True),
    ),
    gives=(
        *((name, "rows of the General Debate") for name in ("documents.csv", "passages.csv")),
        ("conventional.csv", "all rows"),
    ),
    url="https://doi.org/10.7910/DVN/0TJX8Y (version 14; or 13, and session 80 as a pack of its own; packed or not)",
    cite="Jankin, Baturo & Dasandi, United Nations General Debate Corpus, versions 13 and 14, Harvard Dataverse; "
    "Baturo, Dasandi & Mikhaylov (2017), Research & Politics 4(2), doi:10.1177/2053168017712821",
)

#: The first session was held in 1946, and every later one in its year.
_BEFORE_THE_FIRST = 1945

# Democratic Yemen, which was gone before the years wanted, has four letters.
_NAME = re.compile(r"(?P<iso3>[A-Z]{2,4})_(?P<session>\d{2})_(?P<year>\d{4})\.txt")


def origin(year: int) -> Origin:
    """How the publisher came by the texts of a year, as the notes to version 14 say; after `LAST` not from there."""
    if year > LAST:
        return Origin.PROVISIONAL
    return {2024: Origin.DELEGATION, 2025: Origin.TRANSCRIPTION}.get(year, Origin.RECORD)


def read(path: Path, last: int = LAST) -> Iterator[Text]:
    """Read the statements of 1995 to `last`, in the order of the archive or the folder.

    The corpus is packed by tar (and gzip or xz) or zip, or a folder unpacked from it, whole or of one session. Hidden
    files are skipped: the publisher's archives carry a shadow ``._ISO_NN_YYYY.txt`` of each text.

    Raises
    ------
    BuzanError
        If the archive is damaged, or a text in it is not named ``ISO_NN_YYYY.txt``, is of a session of another year, or
        is not UTF-8.
    """
    if path.is_dir():
        for file in sorted(path.rglob("*.txt")):
            name = PurePosixPath(file.relative_to(path).as_posix())
            if _is_plain(file) and (parts := _parts(name, last)):
                yield _speech(parts, file.read_bytes())
        return
    try:
        yield from _from_zip(path, last) if _is_zip(path) else _from_tar(path, last)
    except (tarfile.TarError, lzma.LZMAError, *DAMAGE) as error:
        raise BuzanError(f"{path} cannot be read: {error}") from error


def not_read(path: Path, last: int = LAST) -> list[str]:
    """Files in a folder or pack that `read` passes over, by name: hidden, links, no text, or of other years."""
    if path.is_dir():
        within = [
            (file.relative_to(path).as_posix(), _is_plain(file))
            for file in sorted(path.rglob("*"))
            if not file.is_dir()
        ]
        return [name for name, plain in within if not plain or not _parts(PurePosixPath(name), last)]
    if _is_zip(path):
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
    else:
        with tarfile.open(path) as packed:
            names = [member.name for member in packed if not member.isdir()]
    return [name for name in names if not _parts(PurePosixPath(name), last)]


def _is_plain(file: Path) -> bool:
    """Whether a file is one itself: a link may lead anywhere, and is not followed in a pack either."""
    return file.is_file() and not file.is_symlink()


def _is_zip(path: Path) -> bool:
    return path.suffix.casefold() == ".zip"


def _from_tar(path: Path, last: int) -> Iterator[Text]:
    with tarfile.open(path) as archive:
        for member in archive:
            parts = _parts(PurePosixPath(member.name), last) if member.isfile() else None
            if parts and (content := archive.extractfile(member)) is not None:
                yield _speech(parts, content.read())


def _from_zip(path: Path, last: int) -> Iterator[Text]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if parts := _parts(PurePosixPath(name), last):
                yield _speech(parts, archive.read(name))


def _parts(path: PurePosixPath, last: int) -> re.Match[str] | None:
    """Speaker, session and year in the name of a text; None for what is no text of the years wanted."""
    hidden = any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in path.parts)
    if hidden or path.suffix != ".txt" or path.name.casefold().startswith("readme"):
        return None
    parts = _NAME.fullmatch(path.name)
    if parts is None:
        raise BuzanError(f"General Debate text {path.name!r} is not named ISO_NN_YYYY.txt")
    if int(parts["year"]) - int(parts["session"]) != _BEFORE_THE_FIRST:
        due = int(parts["session"]) + _BEFORE_THE_FIRST
        raise BuzanError(f"General Debate text {path.name!r}: session {parts['session']} was held in {due}")
    return parts if FIRST <= int(parts["year"]) <= last else None


def _speech(parts: re.Match[str], content: bytes) -> Text:
    try:
        # One text in five begins with a byte order mark, which is no part of the speech.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BuzanError(f"General Debate text {parts[0]} is not UTF-8: {error}") from error
    iso3, session, year = parts.groups()
    doc_id = f"{Corpus.UNGDC}-{iso3}-{session}-{year}"
    return Text(doc_id, Corpus.UNGDC, iso3, int(year), normalise(text), session=int(session))
