"""Texts from the bytes of files: plain text, Markdown, HTML, DOCX and PDF, with their language and their passages.

Nothing here reads a path or a table, so that many processes, on this machine or others, can do it at the same time.
"""

from __future__ import annotations

import hashlib
import io
import logging
import re
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from buzanlib.sources.passages import Passage, digital_passages, draw, normalise, word_counts

PLAIN = (".txt", ".text", ".md")
HTML = (".html", ".htm")
PACKAGES: Mapping[str, tuple[str, str]] = {".docx": ("docx", "python-docx"), ".pdf": ("pypdf", "pypdf")}
"""Module and package that a kind of file needs, of the extra ``documents``."""

SUFFIXES = (*PLAIN, *HTML, *PACKAGES)
"""Endings of what is read, in any letter case."""

LARGEST = 10**8
"""Bytes that a text may have; also those of a DOCX once it is unpacked."""

ENGLISH = "en"
JUDGED = 3000
"""Characters in the middle of a text by which its language is judged."""

_UNLIKELY = 0.01
_SURE = 0.5
_BLOCKS = [
    "p", "div", "br", "li", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "section",
]  # fmt: skip
_UNSEEN = ["script", "style", "template", "title"]
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_BROKEN_WORD = re.compile(r"(?<=[a-z])-\n(?=[a-z])")


@dataclass(frozen=True)
class File:
    """A file to be read."""

    suffix: str  #: Ending, in small letters; one of `SUFFIXES`.
    data: bytes
    seed: str = ""  #: Seed with which ten passages are drawn; empty where all are taken.
    any_language: bool = False  #: Read texts in other languages than English as well.


@dataclass(frozen=True)
class Reading:
    """What was found in a file: a text with its passages, or why there is none."""

    sha256: str = ""  #: Of the normalised text.
    counts: Mapping[str, int] = field(default_factory=dict)  #: See `word_counts`.
    windows: int = 0  #: Passages that were found.
    passages: tuple[Passage, ...] = ()  #: Those that are taken, in the order of the text.
    note: str = ""  #: What is worth knowing of how it was read.
    skipped: str = ""  #: Why the file is no text to be read.
    fault: str = ""  #: Why the file is refused.


class _Refused(Exception):
    """A file that cannot be read without doubt; says what is needed."""


def read_files(files: Sequence[File]) -> list[Reading]:
    """Read some files, in their order."""
    return [_read(file) for file in files]


def _read(file: File) -> Reading:
    try:
        text, note = _extracted(file)
    except _Refused as refused:
        return Reading(fault=str(refused))
    if not text:
        layer = file.suffix == ".pdf" and file.data
        return Reading(skipped="without a text layer" if layer else "empty", note=note)
    if not file.any_language and (other := other_language(text)):
        return Reading(skipped="in another language than English", note=other)
    found = kept = digital_passages(text)
    if file.seed:
        kept = sorted(draw(found, file.seed), key=lambda passage: passage.start)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Reading(digest, word_counts(text), len(found), tuple(kept), note)


def _extracted(file: File) -> tuple[str, str]:
    """The normalised text of a file, and a note on how it was read."""
    if not file.data:
        return "", ""
    if file.suffix in PLAIN:
        return normalise(_decoded(file.data)), ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the library, on what looks odd in a file
            text, note = _READERS.get(file.suffix, _html)(file.data)
    except (_Refused, ImportError, MemoryError):
        raise
    except Exception as error:  # of whatever kind; a file from elsewhere may be anything
        why = f"it is damaged, or no {file.suffix[1:].upper()} file ({type(error).__name__})"
        raise _Refused(why) from error
    # Halves of pairs and control characters, which PDF files may give, have no place in a table.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return normalise(_CONTROL.sub(" ", whole)), note


def _decoded(data: bytes) -> str:
    """Decode UTF-8, with or without a byte order mark; what else a text may be is told, and never guessed."""
    fault = "is not"
    try:
        text = data.decode("utf-8-sig")
        if "\0" not in text:  # which ASCII in UTF-16 has
            return text
        line, fault = text[: text.index("\0")].count("\n") + 1, "has a NUL"
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
    from charset_normalizer import from_bytes

    best = from_bytes(data[: 2**16]).best()
    looks = (
        f"it may be {best.encoding}: " if best and not best.encoding.startswith(("utf_8", "ascii")) else ""
    )
    raise _Refused(f"UTF-8 is needed, and line {line} {fault}; {looks}save it as UTF-8")


def _html(data: bytes) -> tuple[str, str]:
    from bs4 import BeautifulSoup
    from bs4.dammit import EncodingDetector

    note = ""
    try:
        text = _decoded(data)
    except _Refused:
        declared = EncodingDetector.find_declared_encoding(data, is_html=True)
        try:
            text = data.decode(declared or "ascii")
        except (LookupError, UnicodeError):
            text = "\0"
        if "\0" in text:
            raise
        note = f"in {declared}, as the page says"
    soup = BeautifulSoup(text, "html.parser")
    for unseen in soup.find_all(_UNSEEN):
        unseen.decompose()
    for block in soup.find_all(_BLOCKS):
        block.insert_before("\n")
        block.insert_after("\n")
    return soup.get_text(), note


def _docx(data: bytes) -> tuple[str, str]:
    """Paragraphs and tables in their order; not headers, footers and footnotes."""
    from docx import Document

    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        if sum(part.file_size for part in parts.infolist()) > LARGEST:
            raise _Refused(f"it has more than {LARGEST // 10**6} MB once it is unpacked")
    # All of it has what stands in links, text boxes, and tables within tables as well.
    body = Document(io.BytesIO(data)).element.body
    for twice in list(body.iter("{*}Fallback")):  # of a text box, for older programs
        twice.getparent().remove(twice)
    parts_of_text = body.iter("{*}t", "{*}p", "{*}br", "{*}tab")
    return "".join(part.text if part.tag.endswith("}t") else "\n" for part in parts_of_text), ""


def _pdf(data: bytes) -> tuple[str, str]:
    """The text layer, page by page; a word that is broken at the end of a line is whole again."""
    from pypdf import PasswordType, PdfReader
    from pypdf.errors import DependencyError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = PdfReader(io.BytesIO(data))
    locked = "a password protects it: save it without one"
    try:
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            raise _Refused(locked)
        pages = [page.extract_text() for page in reader.pages]
    except DependencyError:
        raise _Refused(locked) from None
    blank = sum(not page.strip() for page in pages)
    note = f"{blank} of {len(pages)} pages without text" if blank else ""
    return _BROKEN_WORD.sub("", "\n".join(pages)), note


_READERS: Mapping[str, Callable[[bytes], tuple[str, str]]] = {".docx": _docx, ".pdf": _pdf}


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def other_language(text: str) -> str:
    """Tell in which language a text is if not in English, by `JUDGED` characters in its middle; else empty.

    Where English is not all but excluded, as in a text of a few words, it counts as English. Two languages that are
    alike are both named.
    """
    start = max(0, (len(text) - JUDGED) // 2)
    part = text[start : start + JUDGED]
    if not any(map(str.isalpha, part)):
        return ""
    ranked = _identifier().rank(part)
    if dict(ranked)[ENGLISH] >= _UNLIKELY:
        return ""
    from babel import Locale

    names = Locale(ENGLISH).languages
    likely = ranked[: 1 if ranked[0][1] > _SURE else 2]
    return " or ".join(str(names.get(code, code)) for code, _ in likely)
