"""Decide which pages of a study have to be made, and why."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from buzanlib.errors import some
from buzanlib.files import sha256
from buzanlib.study.cache import Cache, Entry, Inputs
from buzanlib.study.data_staging import DataFolder, looked_at
from buzanlib.study.dependencies import hash_of, machinery, modules_of, packages
from buzanlib.study.publish import Page
from buzanlib.study.spec import Run, Study
from buzanlib.study.study_file import load_study
from buzanlib.study.trace import BESIDE


@dataclass(frozen=True)
class Step:
    """One page of a study, kept or to be made."""

    run: Run
    inputs: Inputs  #: what it is made from
    kept: Entry | None  #: the page that is kept and still right
    reason: str  #: why it has to be made; empty if it need not be
    seconds: float | None  #: run time of the last time; None if it is new


def status(path: Path, changes: Mapping[str, str] | None = None) -> list[Step]:
    """Find out for every page of a study whether `run_study` would make it, and why; runs and writes nothing.

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
        If the input is wrong.
    """
    study = load_study(path, changes)
    with looked_at(study) as folder:
        return plan(study, folder, Cache(study.output))


def plan(study: Study, folder: DataFolder, cache: Cache, *, force: bool = False) -> list[Step]:
    """Decide which pages of a study have to be made, given its data and the pages of earlier runs.

    Parameters
    ----------
    force : bool
        Whether everything is to be made again.

    Returns
    -------
    list of Step
        In the order of the study. A page that reads numbers of pages that have to be made has these as its reason;
        `settle` decides about it once they are there.
    """
    files = _Files(folder.hashes, study.file.parent)

    @functools.cache  # a template is looked at once, even if a sweep has many pages of it
    def made_from(template: Path) -> Inputs:
        beside = dict.fromkeys((template.parent, study.file.parent, study.templates))
        return Inputs(sha256(template), {}, modules_of(template, beside), packages(), "", files, machinery())

    steps: list[Step] = []
    before: dict[str, Page | None] = {}
    for run in study.runs:
        inputs = replace(made_from(run.template), parameters=run.parameters)
        steps.append(settle(run, inputs, cache, before, force=force))
        before[run.name] = steps[-1].kept.page if steps[-1].kept else None
    return steps


class _Files(Mapping[str, str]):
    """SHA-256 of all data and, when asked for, of a file beside the study; empty if that does not exist."""

    def __init__(self, data: Mapping[str, str], study: Path) -> None:
        self._data, self._study = data, study

    def __getitem__(self, name: str) -> str:
        if not name.startswith(BESIDE):
            return self._data[name]
        return hash_of(self._study / name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)


def settle(
    run: Run, inputs: Inputs, cache: Cache, before: Mapping[str, Page | None], *, force: bool = False
) -> Step:
    """Decide whether one page has to be made.

    Parameters
    ----------
    run : Run
        The run that makes it.
    inputs : Inputs
        All that it is made from, except for the numbers of other pages.
    cache : Cache
        Pages of earlier runs.
    before : mapping of str to Page or None
        The pages before it, in the order of the study; None for a page that has to be made first.
    force : bool
        As in `plan`.
    """
    read = before if run.reads_results else {}
    unknown = [name for name, page in read.items() if page is None]
    if run.reads_results and not unknown:
        inputs = replace(inputs, numbers=_hash({name: page for name, page in read.items() if page}))
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
