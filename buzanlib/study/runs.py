"""Runs of a study: each notebook that its file names, with the values of its parameters, and every page of a sweep."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

from buzanlib.errors import StudyError, nearest, shown
from buzanlib.study.offers import Offers
from buzanlib.study.parameters import Parameter, Value, contradicting, declared
from buzanlib.study.spec import RESULTS, Run, Study, slug
from buzanlib.study.window import fault_of_window, window_of
from buzanlib.tables.yamlfile import Document
from buzanlib.theory.vocabulary import JOIN

_OWN = ("data", "seed", RESULTS)  # parameters that the runner sets, or a key of the study
_SWEEP = "sweep"
_NAME = re.compile(r"\w[\w.-]*")  # of a notebook; used for its page, its address and the table of contents
_LENGTH = 100  # characters that the name of a page may have


def runs_of(document: Document, study: Study, changes: Mapping[str, str]) -> tuple[Run, ...]:
    """Read the runs of a study.

    Parameters
    ----------
    document : Document
        The study file.
    study : Study
        The study, without its runs.
    changes : mapping of str to str
        Values of parameters as text, in place of those of the file.

    Returns
    -------
    tuple of Run
        In the order of the file.

    Raises
    ------
    StudyError
        See `load_study` of `buzanlib.study.study_file`.
    """
    return _Reader(document, study, changes).runs()


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
            raise document.error("notebooks: none is named", "notebooks")
        document.check_names("notebook", notebooks, found, "notebooks")
        for name in notebooks:
            if not _NAME.fullmatch(name):
                says = "the name of a notebook has letters, digits, hyphens, underscores and dots"
                raise document.error(f"notebooks: {shown(name)}; {says}", "notebooks", name)
        has = {name: declared(found[name]) for name in notebooks}
        everywhere = {name for parameters in has.values() for name in parameters} - set(_OWN)
        document.check_names("parameter", document.content.get("parameters", {}), everywhere, "parameters")
        for name in self.changes:
            if name not in everywhere:
                hint = nearest(name, sorted(everywhere))
                raise StudyError(f"-p {name}: unknown parameter {name!r}; {hint}")
        runs = [run for name, own in has.items() for run in self._of(name, found[name], own)]
        ((page, count),) = Counter(run.name for run in runs).most_common(1)
        if count > 1:
            raise document.error(f"notebooks: two pages have the name {page!r}", "notebooks")
        return tuple(runs)

    def _of(self, name: str, template: Path, parameters: Mapping[str, Parameter]) -> list[Run]:
        """Runs of a notebook."""
        study, content = self.study, self.document.content
        special = content["notebooks"][name]
        special = {} if special is None else special
        if not isinstance(special, dict):
            says = "is not a mapping of names to values"
            raise self.document.error(f"notebooks, {name}: {shown(special)} {says}", "notebooks", name)
        allowed = {*parameters} - set(_OWN)
        self.document.check_names(f"parameter of {name}", special, allowed | {_SWEEP}, "notebooks", name)
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
        document.check_names(f"parameter of {name}", sweep, parameters.keys() - set(_OWN), *place)
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
