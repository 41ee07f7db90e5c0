"""Study files, which say which notebooks run, on which data, with which parameters; errors name file and line."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from pathlib import Path

from buzanlib.errors import BuzanError, StudyError, nearest, shown
from buzanlib.study.parameters import Offers, Parameter, Value, contradicting, declared
from buzanlib.study.window import fault_of_window, window_of
from buzanlib.tables.yamlfile import Document, read
from buzanlib.theory.vocabulary import JOIN

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
    swept: tuple[str, ...] = ()  #: the parameters that are swept

    @property
    def notebook(self) -> str:
        """Name of the template."""
        return self.template.stem

    @property
    def prefix(self) -> str:
        """Prefix that distinguishes the keys of a page of a sweep from those of its other pages."""
        values = "".join(f"{name}.{slug(self.parameters[name])}." for name in self.swept)
        return f"sweep.{values}" if values else ""

    @property
    def suffix(self) -> str:
        """Addition to the title of a page of a sweep."""
        values = ", ".join(f"{name}: {self.parameters[name]}" for name in self.swept)
        return f"({values})" if values else ""

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
    #: the worksheet to be read, where one is named, by the name of the table or the path of the sheet
    worksheets: Mapping[str, str] = field(default_factory=dict)
    version: str = ""  #: as its authors name it
    corpora: Mapping[str, str] = field(default_factory=dict)  #: names in full, for captions and prose

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


def _own(document: Document, study: Path, given: object, *keys: str) -> tuple[Path, str]:
    """A file of the study's own, and the worksheet to be read if one is named."""
    if not isinstance(given, dict):
        return _file(document, study, given, *keys), ""
    _known(document, "key", given, ("file", "worksheet"), *keys)
    if not isinstance(worksheet := given.get("worksheet", ""), str):
        raise _not_a(document, worksheet, str, *keys, "worksheet")
    return _file(document, study, given.get("file"), *keys), worksheet


def _tables(document: Document, study: Path, data: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """Files and worksheets by the name of the table that they replace."""
    if not (own := document.content.get("tables")):
        return {}, {}
    from buzanlib.tables.schema import Descriptor

    known = Descriptor.load(data).tables
    _known(document, "table", own, known, "tables")
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
        found = {file.stem: file for folder in folders for file in folder.glob("[!.]*.ipynb")}
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
        places: dict[str, tuple[str, ...]] = {}  # where each value that is given stands
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
                    wanted[key], places[key] = value, (*where, key)
        for key, text in self.changes.items():
            if key in parameters:
                wanted[key] = self._parsed(name, parameters[key], text)
        if "seed" in wanted:
            self._check(name, parameters["seed"], wanted["seed"], "seed")
        sweep = special.get(_SWEEP)
        places |= dict.fromkeys(sweep if isinstance(sweep, dict) else (), ("notebooks", name, _SWEEP))
        for key in parameters.keys() - wanted.keys() - places.keys():
            self._check(name, parameters[key], parameters[key].default, "notebooks", name)
        defaults = {key: parameter.default for key, parameter in parameters.items()}

        def run(page: str, values: Mapping[str, Value], swept: tuple[str, ...] = ()) -> Run:
            values = {**values, **window_of(parameters, values, self._offers)}
            self._agree(name, parameters, {**defaults, **values}, places)
            if fault := fault_of_window(parameters, {**defaults, **values}, self._offers):
                raise self.document.error(f"{page}: {fault}", "notebooks", name)
            given = {key: value for key, value in values.items() if value != defaults[key]}
            if RESULTS in parameters:
                given[RESULTS] = Path(os.path.relpath(study.numbers(page), study.templates)).as_posix()
            return Run(page, template, given, {**defaults, **given}, swept)

        if _SWEEP not in special:
            return [run(name, wanted)]
        return [
            run(page, {**wanted, **values}, tuple(values))
            for page, values in self._swept(name, parameters, sweep).items()
        ]

    def _swept(
        self, name: str, parameters: Mapping[str, Parameter], sweep: object
    ) -> dict[str, dict[str, Value]]:
        """The values of each page of a sweep, which of several parameters has every combination."""
        document, place = self.document, ("notebooks", name, _SWEEP)
        if not isinstance(sweep, dict) or not sweep:
            says = "is not a mapping of parameters to lists of values, as in {power: [cinc, gdp]}"
            raise document.error(f"sweep: {'nothing' if not sweep else shown(sweep)} {says}", *place)
        _known(document, f"parameter of {name}", sweep, parameters.keys() - set(_OWN), *place)
        for key, values in sweep.items():
            if not isinstance(values, list) or not values:
                raise document.error(f"sweep, {key}: {shown(values)} is not a list of values", *place, key)
            for value in values:
                self._check(name, parameters[key], value, *place, key)
            taken: dict[str, Value] = {}
            for value in values:
                folded = slug(value).lower()  # labels ignore case, as do files on some systems
                if folded in taken:
                    pair = f"{shown(taken[folded])} and {shown(value)}"
                    raise document.error(f"sweep, {key}: {pair} give pages of the same name", *place, key)
                taken[folded] = value
        pages = {}
        for values in product(*sweep.values()):
            of_page = dict(zip(sweep, values, strict=True))
            page = f"{name}--" + "--".join(f"{key}-{slug(value)}" for key, value in of_page.items())
            if longest := page[_LENGTH:]:
                says = f"the name of a page would be {len(longest)} characters too long"
                raise document.error(f"sweep, {', '.join(sweep)}: {says}", *place)
            pages[page] = of_page
        return pages

    def _agree(
        self,
        notebook: str,
        parameters: Mapping[str, Parameter],
        values: Mapping[str, Value],
        places: Mapping[str, tuple[str, ...]],
    ) -> None:
        """Refuse values that contradict each other, with the place of one that is given."""
        if pair := contradicting(parameters, values):
            one, other, says = pair
            both = f"{one!r} of {notebook} is {shown(values[one])} and {other!r} {shown(values[other])}"
            for name in pair[:2]:
                if name in self.changes:
                    raise StudyError(f"-p {name}={self.changes[name]}: parameter {both}; {says}")
            place = places.get(one) or places.get(other) or ("notebooks", notebook)
            raise self.document.error(f"parameter {both}; {says}", *place)

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
            names = str(value).split(JOIN) if what == "annotator" else [value]
            wrong = [name for name in names if name not in options]
            return f"{says}; {nearest(wrong[0], options)}" if wrong and options else ""
        fault = parameter.allowed.fault(value)
        return f"{says}; {fault}" if fault else ""

    @cached_property
    def _offers(self) -> Offers:
        return Offers(self.study.data, self.study.tables, self.study.sheets, self.study.worksheets)


def _known(
    document: Document, what: str, given: Iterable[object], allowed: Iterable[str], *place: str
) -> None:
    options = sorted(allowed)
    for name in given:
        if name not in options:
            raise document.error(f"unknown {what} {shown(name)}; {nearest(name, options)}", *place, name)
