"""Study files, which say which notebooks run, on which data, with which parameters; errors name file and line."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from buzanlib.errors import BuzanError, StudyError, nearest, shown
from buzanlib.study.parameters import Offers, Parameter, Value, declared
from buzanlib.tables.yamlfile import Document, read

_TEXTS = ("title", "templates", "data", "output", "book")
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

PACKAGE = "datapackage.json"
"""File by which a folder of tables is known."""

READS = "data"
"""Folder, in the output folder, with the combined data."""

RESULTS = "results"
"""A notebook with a parameter of this name reads the numbers of all notebooks before it."""

_OWN = ("data", "seed", RESULTS)  # parameters that the runner sets, or a key of the study
_SWEEP = "sweep"
_NAME = re.compile(r"\w[\w.-]*")  # of a notebook; used for its page, its address and the table of contents
_LENGTH = 100  # characters that the name of a page may have


@dataclass(frozen=True)
class Run:
    """One run of a notebook."""

    #: name of the page, which is the file name of the template without its ending, and in a sweep the value behind it
    name: str
    template: Path  #: the template
    given: Mapping[str, Value]  #: values to inject
    parameters: Mapping[str, Value]  #: all values with which it runs, defaults included
    swept: str = ""  #: the parameter that is swept; empty if none is

    @property
    def notebook(self) -> str:
        """Name of the template."""
        return self.template.stem

    @property
    def prefix(self) -> str:
        """Prefix that distinguishes the keys of a page of a sweep from those of its other pages."""
        return f"sweep.{self.swept}.{slug(self.parameters[self.swept])}." if self.swept else ""

    @property
    def suffix(self) -> str:
        """Addition to the title of a page of a sweep."""
        return f"({self.swept}: {self.parameters[self.swept]})" if self.swept else ""

    @property
    def reads_results(self) -> bool:
        """Whether it reads the numbers of the notebooks before it."""
        return RESULTS in self.parameters


@dataclass(frozen=True)
class Study:
    """A checked study."""

    file: Path  #: its file, absolute
    title: str  #: a phrase
    #: folders, absolute
    templates: Path
    data: Path
    output: Path
    book: Path
    tables: Mapping[str, Path]  #: files that replace those in the data folder, by the name of the file there
    sheets: tuple[Path, ...]  #: coding sheets, whose coders are additional annotators
    runs: tuple[Run, ...]  #: in the order of the file
    corpora: Mapping[str, str] = field(
        default_factory=dict
    )  #: names in full of corpora, for captions and prose

    @property
    def laid_out(self) -> bool:
        """Whether it combines the data of a folder with tables, sheets or names of its own."""
        return bool(self.tables or self.sheets or self.corpora)

    @property
    def reads(self) -> Path:
        """The folder of data that the notebooks read."""
        return self.output / READS if self.laid_out else self.data

    def numbers(self, page: str) -> Path:
        """File with the numbers of the notebooks before a page that reads them."""
        return self.output / "numbers" / f"{page}.json"


def slug(value: Value) -> str:
    """A value as part of a file name or a key."""
    return re.sub(r"\W+", "_", str(value), flags=re.ASCII).strip("_") or "empty"


def load_study(path: Path, changes: Mapping[str, str] | None = None) -> Study:
    """Read and check a study file.

    Parameters
    ----------
    path : Path
        YAML with the keys ``title``, ``data``, ``output`` and ``notebooks``. Optional are ``templates`` (folder of the
        notebooks; those beside the file count in any case), ``tables`` (files that replace tables of the data folder),
        ``sheets`` (a list of coding sheets, whose coders are additional annotators), ``corpora`` (the names in full of
        corpora, for captions and prose), ``book`` (folder of the chapters), ``seed`` and ``parameters`` (for all
        notebooks that have them). Folders are relative to the file.
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
    _known(document, "key", content, _KEYS)
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
    if not (folders["data"] / PACKAGE).is_file():
        raise _error(
            document, f"{shown(content['data'])} is no folder of tables: it has no {PACKAGE}", "data"
        )
    tables, sheets = _tables(document, file, folders["data"]), _sheets(document, file)
    corpora = _corpora(document, Offers(folders["data"], tables))
    study = Study(file, content["title"], **folders, tables=tables, sheets=sheets, runs=(), corpora=corpora)
    _keep_apart(document, study)
    return replace(study, runs=_Reader(document, study, changes or {}).runs())


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


def _tables(document: Document, study: Path, data: Path) -> dict[str, Path]:
    if not (own := document.content.get("tables")):
        return {}
    from buzanlib.tables.schema import Descriptor

    known = Descriptor.load(data).tables
    _known(document, "table", own, known, "tables")
    return {known[name].path: _file(document, study, file, "tables", name) for name, file in own.items()}


def _sheets(document: Document, study: Path) -> tuple[Path, ...]:
    found: list[Path] = []
    for text in document.content.get("sheets", []):
        path = _file(document, study, text, "sheets")
        if path in found:
            raise _error(document, f"{text!r} stands twice", "sheets")
        found.append(path)
    return tuple(found)


def _corpora(document: Document, offers: Offers) -> dict[str, str]:
    """Names in full by corpus; they stand in Markdown and in tables, as plain text on one line."""
    named: dict[str, str] = document.content.get("corpora", {})
    if named:
        _known(document, "corpus", named, offers.of("corpus"), "corpora")
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


@dataclass(frozen=True)
class _Reader:
    """Reads the runs of a study."""

    document: Document
    study: Study
    changes: Mapping[str, str]

    def runs(self) -> tuple[Run, ...]:
        document, study, notebooks = self.document, self.study, self.document.content["notebooks"]
        folders = (study.file.parent, study.templates)  # of two notebooks of one name the template counts
        found = {file.stem: file for folder in folders for file in folder.glob("*.ipynb")}
        if not notebooks:
            raise _error(document, "none is named", "notebooks")
        _known(document, "notebook", notebooks, found, "notebooks")
        for name in notebooks:
            if not _NAME.fullmatch(name):
                says = "the name of a notebook has letters, digits, hyphens, underscores and dots"
                raise document.error(f"notebooks: {shown(name)}; {says}", "notebooks", name)
        has = {name: declared(found[name]) for name in notebooks}
        everywhere = {name for parameters in has.values() for name in parameters} - set(_OWN)
        _known(document, "parameter", document.content.get("parameters", {}), everywhere, "parameters")
        for name in self.changes:
            if name not in everywhere:
                hint = nearest(name, sorted(everywhere))
                raise StudyError(f"-p {name}: unknown parameter {name!r}; {hint}")
        runs = [run for name, own in has.items() for run in self._of(name, found[name], own)]
        ((page, count),) = Counter(run.name for run in runs).most_common(1)
        if count > 1:
            raise _error(document, f"two pages have the name {page!r}", "notebooks")
        return tuple(runs)

    def _of(self, name: str, template: Path, parameters: Mapping[str, Parameter]) -> list[Run]:
        """Runs of a notebook."""
        study, content = self.study, self.document.content
        special = content["notebooks"][name]
        special = {} if special is None else special
        if not isinstance(special, dict):
            raise _not_a(self.document, special, dict, "notebooks", name)
        allowed = {*parameters} - set(_OWN)
        _known(self.document, f"parameter of {name}", special, allowed | {_SWEEP}, "notebooks", name)
        wanted: dict[str, Value] = {}
        if "data" in parameters:
            wanted["data"] = Path(os.path.relpath(study.reads, study.templates)).as_posix()
        if "seed" in parameters and "seed" in content:
            wanted["seed"] = content["seed"]
        for where, values in (
            (("parameters",), content.get("parameters", {})),
            (("notebooks", name), special),
        ):
            for key, value in values.items():
                if key in parameters and key != _SWEEP:
                    self._check(name, parameters[key], value, *where, key)
                    wanted[key] = value
        for key, text in self.changes.items():
            if key in parameters:
                wanted[key] = self._parsed(name, parameters[key], text)
        if "seed" in wanted:
            self._check(name, parameters["seed"], wanted["seed"], "seed")
        sweep = special.get(_SWEEP)
        for key in parameters.keys() - wanted.keys() - set(sweep if isinstance(sweep, dict) else ()):
            self._check(name, parameters[key], parameters[key].default, "notebooks", name)
        defaults = {key: parameter.default for key, parameter in parameters.items()}

        def run(page: str, values: Mapping[str, Value], swept: str = "") -> Run:
            given = {key: value for key, value in values.items() if value != defaults[key]}
            if RESULTS in parameters:
                given[RESULTS] = Path(os.path.relpath(study.numbers(page), study.templates)).as_posix()
            return Run(page, template, given, {**defaults, **given}, swept)

        if _SWEEP not in special:
            return [run(name, wanted)]
        key, pages = self._swept(name, parameters, sweep)
        return [run(page, {**wanted, key: value}, key) for page, value in pages.items()]

    def _swept(
        self, name: str, parameters: Mapping[str, Parameter], sweep: object
    ) -> tuple[str, dict[str, Value]]:
        """The parameter of a sweep, and its values by the name of the page."""
        document, place = self.document, ("notebooks", name, _SWEEP)
        if not isinstance(sweep, dict) or len(sweep) != 1:
            raise document.error(f"sweep: {shown(sweep)} is not one parameter with a list of values", *place)
        ((key, values),) = sweep.items()
        _known(document, f"parameter of {name}", [key], parameters.keys() - set(_OWN), *place)
        if not isinstance(values, list) or not values:
            raise document.error(f"sweep, {key}: {shown(values)} is not a list of values", *place, key)
        for value in values:
            self._check(name, parameters[key], value, *place, key)
        pages = [f"{name}--{key}-{slug(value)}" for value in values]
        if longest := max(pages, key=len)[_LENGTH:]:
            says = f"a value is {len(longest)} characters too long for a page"
            raise document.error(f"sweep, {key}: {says}", *place, key)
        taken: dict[str, Value] = {}
        for page, value in zip(pages, values, strict=True):
            folded = page.lower()  # labels ignore case, as do files on some systems
            if folded in taken:
                pair = f"{shown(taken[folded])} and {shown(value)}"
                raise document.error(f"sweep, {key}: {pair} give pages of the same name", *place, key)
            taken[folded] = value
        return key, dict(zip(pages, values, strict=True))

    def _check(self, notebook: str, parameter: Parameter, value: object, *place: str) -> None:
        if fault := self._fault(notebook, parameter, value):
            raise self.document.error(fault, *place)

    def _parsed(self, notebook: str, parameter: Parameter, text: str) -> Value:
        """A value from the command line."""
        given = f"-p {parameter.name}={text}"
        try:
            value = parameter.parse(text)
        except ValueError:
            kind = f"the kind {parameter.kind} (default {parameter.default!r})"
            raise StudyError(f"{given}: {text!r} is not of {kind}") from None
        if fault := self._fault(notebook, parameter, value):
            raise StudyError(f"{given}: {fault}")
        return value

    def _fault(self, notebook: str, parameter: Parameter, value: object) -> str:
        says = f"parameter {parameter.name!r} of {notebook} is {shown(value)}"
        if not isinstance(value, Value) or not parameter.accepts(value):
            return f"{says}, which is not of the kind {parameter.kind} (default {parameter.default!r})"
        if what := parameter.allowed.of_data:
            options = self._offers.of(what)
            return "" if value in options or not options else f"{says}; {nearest(value, options)}"
        fault = parameter.allowed.fault(value)
        return f"{says}; {fault}" if fault else ""

    @cached_property
    def _offers(self) -> Offers:
        return Offers(self.study.data, self.study.tables, self.study.sheets)


def _known(
    document: Document, what: str, given: Iterable[object], allowed: Iterable[str], *place: str
) -> None:
    options = sorted(allowed)
    for name in given:
        if name not in options:
            raise document.error(f"unknown {what} {shown(name)}; {nearest(name, options)}", *place, name)
