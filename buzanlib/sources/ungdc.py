"""General Debate statements: the UN General Debate Corpus in its publisher's layout, packed or unpacked."""

from __future__ import annotations

import lzma
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from buzanlib.errors import BuzanError, some
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
        If the archive is damaged; or, with all such texts, one is not named ``ISO_NN_YYYY.txt``, is of a session of
        another year, or is not UTF-8.
    """
    wrong = []
    try:
        for name, content in _files(path):
            try:
                if content and (parts := _parts(name, last)):
                    yield _speech(parts, content())
            except BuzanError as error:
                wrong.append(str(error))
    except (tarfile.TarError, lzma.LZMAError, *DAMAGE) as error:
        raise BuzanError(f"{path} cannot be read: {error}") from error
    if wrong:
        raise BuzanError(some(wrong, 20))


def not_read(path: Path, last: int = LAST) -> list[str]:
    """Files in a folder or pack that `read` passes over, by name: hidden, links, no text, or of other years."""
    return [str(name) for name, content in _files(path) if not content or not _parts(name, last)]


def _files(path: Path) -> Iterator[tuple[PurePosixPath, Callable[[], bytes] | None]]:
    """Every file of a folder or pack, and how to read it; None for a link, which may lead anywhere."""
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if not file.is_dir():
                plain = file.is_file() and not file.is_symlink()
                yield PurePosixPath(file.relative_to(path).as_posix()), file.read_bytes if plain else None
    elif path.suffix.casefold() == ".zip":
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if not name.endswith("/"):
                    yield PurePosixPath(name), partial(archive.read, name)
    else:
        with tarfile.open(path) as packed:
            for member in packed:
                content = packed.extractfile(member) if member.isfile() else None
                if not member.isdir():
                    yield PurePosixPath(member.name), content.read if content else None


def _parts(path: PurePosixPath, last: int) -> re.Match[str] | None:
    """Speaker, session and year in the name of a text; None for what is no text of the years wanted."""
    hidden = any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in path.parts)
    if hidden or path.suffix != ".txt" or path.name.casefold().startswith("readme"):
        return None
    parts = _NAME.fullmatch(path.name)
    if parts is None:
        raise BuzanError(f"General Debate text {str(path)!r} is not named ISO_NN_YYYY.txt")
    if int(parts["year"]) - int(parts["session"]) != _BEFORE_THE_FIRST:
        due = int(parts["session"]) + _BEFORE_THE_FIRST
        raise BuzanError(f"General Debate text {str(path)!r}: session {parts['session']} was held in {due}")
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
