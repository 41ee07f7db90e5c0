"""What would run, and why."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from buzanlib.files import sha256
from buzanlib.study.cache import Cache, Entry, Inputs, some
from buzanlib.study.data_staging import DataFolder, looked_at
from buzanlib.study.dependencies import machinery, modules_of, packages
from buzanlib.study.publish import Page
from buzanlib.study.spec import Run, Study, load_study
from buzanlib.study.trace import BESIDE


@dataclass(frozen=True)
class Step:
    """One page of a study, kept or to be made."""

    run: Run  #: what makes it
    inputs: Inputs  #: what it is made from
    kept: Entry | None  #: the page that is kept and still right
    reason: str  #: why it has to be made; empty where it has not
    seconds: float | None  #: how long it took the last time; None if it is new


def status(path: Path, changes: Mapping[str, str] | None = None) -> list[Step]:
    """Say of every page of a study whether `run_study` would make it, and why; nothing runs or is written.

    Parameters
    ----------
    path : Path
        The study file; see `load_study`.
    changes : mapping of str to str, optional
        As in `load_study`.

    Returns
    -------
    list of Step
        In the order of the study.

    Raises
    ------
    StudyError, DataError, LockError
        Where the input is at fault.
    """
    study = load_study(path, changes)
    with looked_at(study) as folder:
        return plan(study, folder, Cache(study.output))


def plan(study: Study, folder: DataFolder, cache: Cache, *, force: bool = False) -> list[Step]:
    """Decide of every page of a study whether it has to be made.

    Parameters
    ----------
    study : Study
        The study.
    folder : DataFolder
        Its data.
    cache : Cache
        Pages of earlier runs.
    force : bool
        Whether everything is to be made again.

    Returns
    -------
    list of Step
        In the order of the study. Of a page that reads the numbers of others that have to be made, nobody knows yet
        whether it has to; its reason says so, and `settle` decides once they are there.
    """
    code = functools.cache(functools.partial(_code, study))  # looked at once, however many pages a sweep has
    steps: list[Step] = []
    before: dict[str, Page | None] = {}
    for run in study.runs:
        steps.append(settle(study, run, folder, cache, before, force=force, code=code))
        before[run.name] = steps[-1].kept.page if steps[-1].kept else None
    return steps


@dataclass(frozen=True)
class _Code:
    """What all pages of a template are made from."""

    template: str
    modules: Mapping[str, str]
    packages: Mapping[str, str]
    machinery: Mapping[str, str]


def _code(study: Study, template: Path) -> _Code:
    beside = dict.fromkeys((template.parent, study.file.parent, study.templates))
    return _Code(sha256(template), modules_of(template, beside), packages(), machinery())


class _Files(Mapping[str, str]):
    """SHA-256 of all data, and of a file beside the study where one asks for it; empty where it is not there."""

    def __init__(self, data: Mapping[str, str], study: Path) -> None:
        self._data, self._study = data, study

    def __getitem__(self, name: str) -> str:
        if not name.startswith(BESIDE):
            return self._data[name]
        file = self._study / name
        return sha256(file) if file.is_file() else ""

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)


def settle(
    study: Study,
    run: Run,
    folder: DataFolder,
    cache: Cache,
    before: Mapping[str, Page | None],
    *,
    force: bool = False,
    code: Callable[[Path], _Code] | None = None,
    planned: Inputs | None = None,
) -> Step:
    """Decide of one page.

    Parameters
    ----------
    study, folder, cache, force
        As in `plan`.
    run : Run
        What makes it.
    before : mapping of str to Page or None
        The pages before it, in the order of the study; None where a page has to be made first.
    code : callable, optional
        Gives what a template brings along, where that has been looked at already.
    planned : Inputs, optional
        What was found before anything ran: the code and packages of that time may have been loaded.
    """
    read = before if run.reads_results else {}
    unknown = [name for name, page in read.items() if page is None]
    pages = {name: page for name, page in read.items() if page is not None}
    numbers = _hash(pages) if run.reads_results and not unknown else ""
    files = _Files(folder.hashes, study.file.parent)
    if planned:
        inputs = replace(planned, template=sha256(run.template), numbers=numbers, files=files)
    else:
        made_from = code(run.template) if code else _code(study, run.template)
        inputs = Inputs(parameters=run.parameters, numbers=numbers, files=files, **vars(made_from))
    found = cache.find(run.name, inputs)
    if force:
        return Step(run, inputs, None, "it is forced to", found.seconds)
    if unknown:
        return Step(run, inputs, None, f"it reads the numbers of {some(unknown)}", found.seconds)
    return Step(run, inputs, found.entry, found.reason, found.seconds)


def _hash(pages: Mapping[str, Page]) -> str:
    """Hash of all numbers of pages."""
    numbers = {name: dict(page.values) for name, page in pages.items()}
    return hashlib.sha256(json.dumps(numbers, sort_keys=True).encode()).hexdigest()
