"""Run notebooks on the workers of a Dask cluster, on as many machines as it has.

A scheduler of Dask runs whatever anyone sends it who can reach it: it belongs on a trusted network, or behind TLS.
Certificates, time limits and all else are set as for any program that uses Dask, in its own configuration files or in
variables such as ``DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT``, and hold here too.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from buzanlib.errors import ClusterError, RunError
from buzanlib.study import remote
from buzanlib.study.cluster_checks import DASK, connected, failures, fault, patience, told
from buzanlib.study.data_staging import DataFolder
from buzanlib.study.dependencies import locked
from buzanlib.study.execute import Executed
from buzanlib.study.spec import RESULTS, Run, Study

if TYPE_CHECKING:
    import distributed

_MOMENT = 1.0
"""Seconds between two looks at which workers there are."""

_MOST = 1000
"""Notebooks that run at the same time, on however many workers: for each a thread of this process waits."""


class Cluster:
    """Workers of a Dask cluster; those with other code or packages than this machine get no notebook.

    A context manager: whatever still runs when it is left is ended, and what workers were given is taken away.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://10.0.0.1:8786``.
    modules : sequence of str
        Modules of this library that the notebooks import.
    study : Study
        The study. Of the folder of its notebooks only templates travel.
    folder : DataFolder
        Its data, of which every worker gets a copy.
    jobs : int or None
        Notebooks that run at the same time; as many as the workers have threads if None.
    say : callable
        Told of workers that come later and are left out.

    Raises
    ------
    ClusterError
        Where the scheduler cannot be used (see `connected`), no worker comes within Dask's own time limit
        (``distributed.comm.timeouts.connect``), or one differs from this machine.
    """

    def __init__(
        self,
        address: str,
        modules: Sequence[str],
        study: Study,
        folder: DataFolder,
        jobs: int | None,
        say: Callable[[str], None],
    ) -> None:
        self._outfit, self._templates = _outfit(modules, study, folder), study.templates
        self._packages = [*locked(), *DASK]
        self._needed = {name: here for name, here in remote.about(self._packages).items() if here}
        self._address, self._most, self._say = address, min(jobs or _MOST, _MOST), say
        self.at_once = 1
        self._lock = threading.Lock()
        self._looked = -_MOMENT
        self._ready: set[str] = set()  # addresses of workers that have all they need
        self._threads: dict[str, int] = {}  # of each of these
        self._busy: Counter[str] = Counter()  # notebooks that a worker has been given
        self._refused: set[str] = set()
        self._futures: set[distributed.Future[Any]] = set()
        self._over = threading.Event()
        self._stack = ExitStack()
        self._pool = self._stack.enter_context(ThreadPoolExecutor(_MOST))
        self._client = self._stack.enter_context(connected(address))
        self._patience = patience()
        try:
            if not self._workers(first=True):
                raise ClusterError(
                    f"no worker has come to the scheduler at {address} in {self._patience:g} s:"
                    f" start some with 'dask worker {address}'"
                )
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        with self._lock, suppress(OSError):
            if self._client.status == "running":
                self._client.cancel(list(self._futures), force=True)
                self._run(remote.leave, self._ready, self._outfit.key)
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._stack.close()

    def submit(self, run: Run) -> Future[Executed]:
        """Run a notebook on any worker."""
        numbers = None
        if run.reads_results:
            numbers = (self._templates / str(run.given[RESULTS])).read_text(encoding="utf-8")
        task = remote.Task(run, run.template.read_text(encoding="utf-8"), numbers)
        return self._pool.submit(self._execute, task)

    def _execute(self, task: remote.Task) -> Executed:
        """Have a notebook run, and again where workers end meanwhile, as often as Dask itself would."""
        from distributed import KilledWorker

        start = time.perf_counter()
        with suppress(KilledWorker):
            for _ in range(1 + failures()):
                workers = self._workers()
                if not workers:
                    raise RunError(
                        f"the scheduler at {self._address} has gone, or has had no worker for {self._patience:g} s;"
                        " what is finished is kept, and the same command goes on from there"
                    )
                worker = self._take(workers)
                try:
                    answer = self._answer(task, worker)
                finally:
                    with self._lock:
                        self._busy[worker] -= 1
                if isinstance(answer, Executed):
                    return answer
                with self._lock:
                    self._ready.discard(answer)  # a new worker has taken the address of an old one
        why = "every worker that ran it has ended, perhaps for want of memory"
        seconds = time.perf_counter() - start
        return Executed(task.template, f"notebook {task.run.name} failed: {why}", None, seconds)

    def _take(self, workers: Collection[str]) -> str:
        """The worker with most threads to spare, one of which is taken.

        Dask would go by how long tasks take, which it does not know of notebooks: one could wait for hours behind
        another while a thread elsewhere has nothing to do.
        """
        with self._lock:
            worker = max(
                sorted(workers), key=lambda address: self._threads.get(address, 1) - self._busy[address]
            )
            self._busy[worker] += 1
            return worker

    def _answer(self, task: remote.Task, worker: str) -> Executed | str:
        """What a task has left, or the address of a worker that was not ready; empty where it has gone."""
        key = f"{task.run.name}-{uuid.uuid4().hex}"
        try:
            future = self._client.submit(remote.run, self._outfit.key, task, key=key, workers=[worker])
            self._futures.add(future)
            answer = self._wait(future, worker)
        except (CancelledError, OSError):
            return ""  # the scheduler has gone: should it return, it knows nothing of this
        self._futures.discard(future)
        return answer

    def _wait(self, future: distributed.Future[Executed | str], worker: str) -> Executed | str:
        """Wait for an answer as long as the worker is there that may give it; else it is empty."""
        done = threading.Event()
        future.add_done_callback(lambda _: done.set())
        while True:
            if done.wait(_MOMENT):
                with suppress(TimeoutError):
                    return future.result(self._patience)
            if self._client.status == "running" and worker not in self._look():
                future.cancel()
                return ""

    def _workers(self, *, first: bool = False) -> set[str]:
        """Workers that have all they need; waits for one, and gives none where none comes in time."""
        end = time.monotonic() + self._patience
        while self._client.status in ("running", "connecting") and time.monotonic() < end:
            if ready := self._look(first=first):
                return ready
            if self._over.wait(_MOMENT):
                break
        return set()

    def _look(self, *, first: bool = False) -> set[str]:
        """Workers that are there and have all they need; those that are new are asked what they have, and given it."""
        with self._lock:
            if self._over.is_set() or self._client.status != "running":
                return set()
            if time.monotonic() - self._looked >= _MOMENT:
                with suppress(OSError):
                    there = self._there()
                    self._ready &= there.keys()
                    self._admit(there.keys() - self._ready - self._refused, first)
                    self._threads = {
                        address: there[address]["nthreads"] for address in self._ready & there.keys()
                    }
                    self.at_once = max(self.at_once, min(sum(self._threads.values()), self._most))
                self._looked = time.monotonic()
            return set(self._ready)

    def _there(self) -> Mapping[str, Any]:
        """What the scheduler knows of each worker."""
        workers: Mapping[str, Any] = self._client.scheduler_info(n_workers=-1)["workers"]
        return workers

    def _admit(self, new: Collection[str], first: bool) -> None:
        """Give new workers what they need; leave out those that differ, or end the run if it has not begun."""
        answers = self._run(remote.about, new, self._packages)
        faults = {name: words for name, answer in answers.items() if (words := fault(answer, self._needed))}
        given = self._run(remote.settle, answers.keys() - faults.keys(), self._outfit)
        self._ready |= {name for name, answer in given.items() if answer is None}
        faults |= {name: f"it cannot be given the data: {answer}" for name, answer in given.items() if answer}
        if faults:
            there = self._there()  # whoever has gone meanwhile has no faults
            faults = {name: words for name, words in faults.items() if name in there}
        self._refused |= faults.keys()
        if faults and first:
            raise ClusterError(told(faults))
        if faults:
            self._say(f"left out: {told(faults)}")

    def _run(self, function: Callable[..., Any], workers: Collection[str], *given: Any) -> dict[str, Any]:
        """What a function returns, or raises, on each worker."""
        if not workers:
            return {}
        answers: dict[str, Any] = self._client.run(function, *given, workers=list(workers), on_error="return")
        return answers


def _outfit(modules: Sequence[str], study: Study, folder: DataFolder) -> remote.Outfit:
    """What every worker needs, laid out as here."""
    folders = (folder.path, study.file.parent, study.templates, study.output)
    base = os.path.commonpath(folders)
    there = tuple(Path(os.path.relpath(path, base)).as_posix() for path in folders)
    files = {name: (folder.path / name).read_bytes() for name in folder.hashes}
    return remote.Outfit(uuid.uuid4().hex, modules, there, files)
