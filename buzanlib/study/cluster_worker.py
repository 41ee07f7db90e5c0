"""What runs on a worker of a Dask cluster: it gets the data of a study once, and runs notebooks by a `Pool`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from buzanlib.errors import RunError, some
from buzanlib.files import write_whole
from buzanlib.study.dependencies import differences
from buzanlib.study.execute import Executed
from buzanlib.study.pool import Pool
from buzanlib.study.spec import Run
from buzanlib.study.trace import Folders

if TYPE_CHECKING:
    from distributed import Worker


@dataclass
class Home:
    """Place of a study on a worker: a plugin of Dask for all, also those that join later, removed after the run."""

    modules: Sequence[str]  #: modules of this library that the notebooks import
    folders: Sequence[str]  #: those of `Folders`, relative to their common parent
    files: Mapping[str, bytes]  #: the data, by their path in the data folder
    needed: Mapping[str, str]  #: see `buzanlib.study.dependencies.differences`
    fault: str = ""  #: why the worker runs no notebook
    stack: ExitStack = field(default_factory=ExitStack)  #: ends the pool and removes the files

    async def setup(self, worker: Worker) -> None:
        """Lay the files and start the pool, unless the worker differs."""
        if wrong := some(differences(self.needed)):
            self.fault = f"it differs from the machine that runs the study: {wrong}"
            return
        try:
            await asyncio.to_thread(self._lay, worker.local_directory, worker.state.nthreads)
        except (OSError, RunError) as error:
            self.fault = f"it cannot be given the data: {error}"

    async def teardown(self, worker: Worker) -> None:
        """End what runs, and remove all files."""
        await asyncio.to_thread(self.stack.close)

    def _lay(self, where: str, jobs: int) -> None:
        place = TemporaryDirectory(prefix="buzan-", dir=where, ignore_cleanup_errors=True)
        root = Path(self.stack.enter_context(place))
        self.places = Folders(*(root / folder for folder in self.folders))
        for name, content in self.files.items():
            (self.places.data / name).parent.mkdir(parents=True, exist_ok=True)
            (self.places.data / name).write_bytes(content)
        self.places.templates.mkdir(parents=True, exist_ok=True)
        self.pool = self.stack.enter_context(Pool(self.places, root / ".running", jobs, self.modules))


def run_here(name: str, run: Run, texts: Mapping[str, str]) -> Executed:
    """Run a notebook on the worker that calls this.

    Parameters
    ----------
    name : str
        Name of the plugin, a `Home`.
    run : Run
        The run.
    texts : mapping of str to str
        Its template and the numbers that it reads, by their paths relative to the templates.

    Raises
    ------
    RunError
        If the worker cannot run it; names the worker.
    """
    from distributed import get_worker

    worker = get_worker()
    try:
        home: Any = worker.plugins[name]
        if home.fault:
            raise RunError(home.fault)
        for place, text in texts.items():
            write_whole(Path(os.path.normpath(home.places.templates / place)), text)
        run = replace(run, template=home.places.templates / run.template.name)
        return home.pool.submit(run).result()  # type: ignore[no-any-return]
    except (KeyError, OSError, RunError) as error:  # the first: it has joined without the plugin
        raise RunError(f"notebook {run.name} cannot run on worker {worker.address}: {error}") from error
