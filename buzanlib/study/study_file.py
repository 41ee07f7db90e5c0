"""Study files, which say which notebooks run, on which data, with which parameters; errors name file and line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from buzanlib.errors import BuzanError, StudyError, shown
from buzanlib.study.offers import Offers
from buzanlib.study.runs import runs_of
from buzanlib.study.spec import Study
from buzanlib.tables.schema import FILE, Descriptor
from buzanlib.tables.yamlfile import Document, read

_TEXTS = ("title", "version", "templates", "data", "output", "book")
_OTHERS = {
    "tables": dict,
    "sheets": list,
    "corpora": dict,
    "seed": int,
    "parameters": dict,
    "notebooks": dict,
}
_KEYS: dict[str, type] = {**dict.fromkeys(_TEXTS, str), **_OTHERS}
_REQUIRED = {"title", "data", "output", "notebooks"}
_FOLDERS = {"templates": ".", "data": "", "output": "", "book": "../book"}


def load_study(path: Path, changes: Mapping[str, str] | None = None) -> Study:
    """Read and check a study file.

    Parameters
    ----------
    path : Path
        YAML with the keys ``title``, ``data``, ``output`` and ``notebooks``. Optional are ``version`` (a text that the
        colophon names), ``templates`` (folder of the notebooks; those beside the file count in any case), ``tables``
        (files that replace tables of the data folder), ``sheets`` (a list of coding sheets, whose coders are additional
        annotators; of a workbook both may name a worksheet, as ``{file: mine.xlsx, worksheet: Ana}``), ``corpora`` (the
        names in full of corpora, for captions and prose), ``book`` (folder of the chapters), ``seed`` and
        ``parameters`` (for all notebooks that have them). Folders are relative to the file.
    changes : mapping of str to str, optional
        Values of parameters as text, for all notebooks that have them, in place of those of the file.

    Raises
    ------
    StudyError
        If a key, notebook or parameter is unknown (with the nearest allowed), a value is of the wrong kind or outside
        its range, the data lack an index, corpus or annotator, a folder or file does not exist, or the output folder
        contains what a run reads; with file and line.
    """
    document = read(in_utf8(path), "study file", StudyError)
    content = document.content
    document.check_names("key", content, _KEYS)
    for key, kind in _KEYS.items():
        if key not in content:
            if key in _REQUIRED:
                raise document.error(f"the key {key!r} is missing")
        elif not isinstance(content[key], kind) or isinstance(content[key], bool):
            raise _not_a(document, content[key], kind, key)
    if not content["title"].strip() or set(content["title"]) & set("<>"):
        raise _error(document, f"{shown(content['title'])} is empty or has '<' or '>' in it", "title")
    file = path.resolve()
    folders = {key: _path(document, file, content.get(key, own), key) for key, own in _FOLDERS.items()}
    for key in ("templates", "data"):
        if not folders[key].is_dir():
            raise _error(document, f"there is no folder {shown(content.get(key, '.'))}", key)
    if not (folders["data"] / FILE).is_file():
        raise _error(document, f"{shown(content['data'])} is no folder of tables: it has no {FILE}", "data")
    tables, of_tables = _tables(document, file, folders["data"])
    sheets, of_sheets = _sheets(document, file)
    study = Study(
        file,
        content["title"],
        **folders,
        tables=tables,
        sheets=sheets,
        runs=(),
        worksheets=of_tables | of_sheets,
        version=content.get("version", ""),
        corpora=_corpora(document, Offers(folders["data"], tables)),
    )
    _keep_apart(document, study)
    return replace(study, runs=runs_of(document, study, changes or {}))


def in_utf8(path: Path) -> Path:
    """Return a path; raise StudyError if it is not valid UTF-8, as notebooks get paths as text."""
    name = str(path.resolve())
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise StudyError(f"{name!r} is not valid UTF-8: a study needs a folder of another name") from None
    return path


def _error(document: Document, message: str, *keys: str) -> BuzanError:
    """An error at a key, whose message starts with the keys that lead to it."""
    return document.error(f"{', '.join(keys)}: {message}", *keys)


def _not_a(document: Document, value: object, kind: type, *keys: str) -> BuzanError:
    kinds = {str: "a text", int: "a whole number", dict: "a mapping of names to values", list: "a list"}
    return _error(document, f"{shown(value)} is not {kinds[kind]}", *keys)


def _path(document: Document, study: Path, text: str, *keys: str) -> Path:
    """Absolute path for one that is relative to the study file, if the system allows such a path."""
    path = Path(os.path.normpath(study.parent / text))
    try:
        path.stat()
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise _error(document, f"{shown(text)} cannot be a path: {why}", *keys) from None
    return path


def _file(document: Document, study: Path, text: object, *keys: str) -> Path:
    """Absolute path of a file that exists."""
    if not isinstance(text, str):
        raise _not_a(document, text, str, *keys)
    path = _path(document, study, text, *keys)
    if not path.is_file():
        raise _error(document, f"there is no file {shown(text)}", *keys)
    return path


def _keep_apart(document: Document, study: Study) -> None:
    """Refuse an output folder that contains, or is inside, what a run reads; a run deletes files in it."""
    output = study.output.resolve()
    if output.exists() and not output.is_dir():
        raise _error(document, "a file lies there; name another folder", "output")
    own = {"the study file": study.file, "templates": study.templates, "data": study.data, "book": study.book}
    own |= {f"the table {name}": path for name, path in study.tables.items()}
    own |= {f"the sheet {path.name}": path for path in study.sheets}
    for what, path in own.items():
        if path.resolve().is_relative_to(output):
            raise _error(document, f"a run would write over {what}, which lies there; name another", "output")
    if output.is_relative_to(study.data.resolve()):
        raise _error(document, "it lies in the folder of the data; name another", "output")


def _own(document: Document, study: Path, given: object, *keys: str) -> tuple[Path, str]:
    """A file of the study's own, and the worksheet to be read if one is named."""
    if not isinstance(given, dict):
        return _file(document, study, given, *keys), ""
    document.check_names("key", given, ("file", "worksheet"), *keys)
    if not isinstance(worksheet := given.get("worksheet", ""), str):
        raise _not_a(document, worksheet, str, *keys, "worksheet")
    return _file(document, study, given.get("file"), *keys), worksheet


def _tables(document: Document, study: Path, data: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """Files and worksheets by the name of the table that they replace."""
    if not (own := document.content.get("tables")):
        return {}, {}
    known = Descriptor.load(data).tables
    document.check_names("table", own, known, "tables")
    found = {known[name].path: _own(document, study, given, "tables", name) for name, given in own.items()}
    return {name: path for name, (path, _) in found.items()}, {
        name: sheet for name, (_, sheet) in found.items() if sheet
    }


def _sheets(document: Document, study: Path) -> tuple[tuple[Path, ...], dict[str, str]]:
    """Sheets, and worksheets by the path of the sheet."""
    found: dict[Path, str] = {}
    for given in document.content.get("sheets", []):
        path, worksheet = _own(document, study, given, "sheets")
        if path in found:
            raise _error(document, f"{shown(given)} stands twice", "sheets")
        found[path] = worksheet
    return tuple(found), {str(path): worksheet for path, worksheet in found.items() if worksheet}


def _corpora(document: Document, offers: Offers) -> dict[str, str]:
    """Names in full by corpus; they stand in Markdown and in tables, as plain text on one line."""
    named: dict[str, str] = document.content.get("corpora", {})
    if named:
        document.check_names("corpus", named, offers.of("corpus"), "corpora")
    for corpus, name in named.items():
        if not isinstance(name, str):
            raise _not_a(document, name, str, "corpora", corpus)
        if not name.strip() or not name.isprintable() or set(name) & set("<>`{}[]|*_\\$"):
            raise _error(
                document,
                f"{shown(name)} is empty or has marks of a mark-up language in it",
                "corpora",
                corpus,
            )
    return {corpus: name.strip() for corpus, name in named.items()}
