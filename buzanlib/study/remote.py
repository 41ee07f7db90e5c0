"""What a worker of a cluster does for `buzanlib.study.cluster`: it says what it has, and runs notebooks.

Here, too, a notebook runs in the folder of its template, with data and numbers where its parameters say; all of it lies
in the worker's own temporary folder, which Dask removes with the worker. Of what else lies beside a study nothing
travels: a notebook does not find modules and files of its own here. One that does well without such a file has noted
that it looked for it, so that its page is not kept where the study has the file.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from buzanlib.errors import RunError
from buzanlib.files import write_whole
from buzanlib.study.dependencies import code, versions
from buzanlib.study.execute import Executed
from buzanlib.study.places import Folders
from buzanlib.study.pool import Pool
from buzanlib.study.spec import RESULTS, Run

if TYPE_CHECKING:
    from distributed import Worker


@dataclass(frozen=True)
class Outfit:
    """What a worker needs for all notebooks of a study.

    Attributes
    ----------
    key : str
        Of this run of the study, and of no other.
    modules : sequence of str
        Modules of this library that the notebooks import.
    folders : tuple of str
        Those of `Folders`, in its order, relative to one that holds them all.
    files : mapping of str to bytes
        The data, by their path in that folder.
    """

    key: str
    modules: Sequence[str]
    folders: tuple[str, ...]
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Task:
    """What a worker needs for one notebook.

    Attributes
    ----------
    run : Run
        What to run.
    template : str
        The template, as JSON.
    numbers : str or None
        The numbers of the notebooks before it, as JSON; None where it does not read them.
    """

    run: Run
    template: str
    numbers: str | None


class Place:
    """Where a worker runs the notebooks of one run of a study.

    Parameters
    ----------
    outfit : Outfit
        What lies there.
    folder : Path
        An existing folder in which a new one is made.
    jobs : int
        Notebooks that run at the same time.
    """

    def __init__(self, outfit: Outfit, folder: Path, jobs: int) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="buzan-", dir=folder))
        folders = Folders(*(self._home / folder for folder in outfit.folders))
        self._templates = folders.templates
        for where in (folders.data, folders.templates):
            where.mkdir(parents=True, exist_ok=True)
        for name, content in outfit.files.items():
            file = folders.data / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        self._pool = Pool(folders, self._home / ".running", jobs, outfit.modules)

    def run(self, task: Task) -> Executed:
        """Run a notebook; waits until it has ended."""
        template = self._templates / task.run.template.name
        write_whole(template, task.template)
        if task.numbers is not None:
            place = self._templates / str(task.run.given[RESULTS])
            write_whole(Path(os.path.normpath(place)), task.numbers)
        return self._pool.submit(replace(task.run, template=template)).result()

    def close(self) -> None:
        """End what still runs, and take everything away."""
        self._pool.__exit__(None, None, None)
        shutil.rmtree(self._home, ignore_errors=True)


def about(packages: Iterable[str]) -> dict[str, str]:
    """Say which code and which versions this worker has."""
    return code() | versions(packages)


async def settle(outfit: Outfit, dask_worker: Worker) -> None:
    """Lay everything ready on this worker, unless it is; it goes with the worker at the latest."""
    from distributed import WorkerPlugin

    class Lodger(WorkerPlugin):
        def __init__(self, place: Place) -> None:
            self.place = place

        async def teardown(self, worker: Worker) -> None:
            await asyncio.to_thread(self.place.close)

    if outfit.key not in dask_worker.plugins:
        folder, jobs = Path(dask_worker.local_directory), dask_worker.state.nthreads
        place = await asyncio.to_thread(Place, outfit, folder, jobs)
        await dask_worker.plugin_add(Lodger(place), name=outfit.key)


def run(key: str, task: Task) -> Executed | str:
    """Run a notebook on this worker: what it left, or the worker's address where nothing is laid ready on it.

    Raises
    ------
    RunError
        Where this worker can run none.
    """
    from distributed import get_worker

    worker = get_worker()
    lodger: Any = worker.plugins.get(key)
    try:
        return lodger.place.run(task) if lodger else worker.address
    except (OSError, RunError) as error:
        raise RunError(f"notebook {task.run.name} cannot run on worker {worker.address}: {error}") from error


async def leave(key: str, dask_worker: Worker) -> None:
    """End what still runs on this worker, and take away what was laid ready."""
    if key in dask_worker.plugins:
        await dask_worker.plugin_remove(name=key)
