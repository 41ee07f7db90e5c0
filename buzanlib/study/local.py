"""Run notebooks on this machine, several at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from buzanlib.study.dependencies import others
from buzanlib.study.execute import Executed, execute
from buzanlib.study.kernels import Nursery, Ordinary, available
from buzanlib.study.places import Folders
from buzanlib.study.spec import Run

_ONE_CORE = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""For every kernel: as many notebooks run as there is room for, and a sum does not depend on how many threads
share in it."""

_ROOM = {
    "MALLOC_MMAP_THRESHOLD_": f"{2**25}",
    "MALLOC_TRIM_THRESHOLD_": f"{2**28}",
    "MALLOC_TOP_PAD_": f"{2**25}",
}
"""For every kernel, where the C library is that of GNU: it keeps the memory of arrays that come and go, of which the
system would have to clear every page each time. In bytes; the first is the largest that it takes."""

_FIRST = ("pandas", "seaborn", "statsmodels.api")
"""Packages that take longest to import and that hardly a notebook does without."""


class Local:
    """Threads of this process, each with a kernel at a time.

    A context manager: whatever still runs when it is left is ended.

    Parameters
    ----------
    folders : Folders
        Where the files of the study are.
    folder : Path
        Where notebooks are written while they run.
    jobs : int
        Notebooks that run at the same time.
    """

    def __init__(self, folders: Folders, folder: Path, jobs: int) -> None:
        self._folders, self._folder = folders, folder
        folder.mkdir(parents=True, exist_ok=True)
        self.at_once = jobs
        self._stack = ExitStack()
        self._stack.enter_context(_environment(_ONE_CORE | _ROOM))
        self._pool = self._stack.enter_context(ThreadPoolExecutor(jobs))
        # Left first: with their kernels gone the threads come to an end.
        self._kernels = Nursery(_FIRST, folder) if available() else Ordinary()
        self._stack.enter_context(self._kernels)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._stack.close()

    def prepare(self, modules: Sequence[str]) -> None:
        """Say what the notebooks import, before the first is submitted.

        Parameters
        ----------
        modules : sequence of str
            Modules of this library.
        """
        self._kernels.prepare([*modules, *others(modules)], self._folders.data)

    def submit(self, run: Run, bar: bool | dict[str, Any]) -> Future[Executed]:
        """Run a notebook as soon as there is room."""
        return self._pool.submit(self._execute, run, bar)

    def _execute(self, run: Run, bar: bool | dict[str, Any]) -> Executed:
        return execute(run, self._folders, self._folder, manager=self._kernels.manager(), bar=bar)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Add to the environment that kernels inherit."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
