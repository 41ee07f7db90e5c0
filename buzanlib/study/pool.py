"""Run notebooks on this machine, several at a time, each in a process of its own.

Processes are forked by the fork server of the standard library, which has imported what notebooks need (see
`buzanlib.study.preload`); where there is no safe fork they are spawned, and import it themselves.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import forkserver, spawn, util
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import nbformat
from nbformat import NotebookNode

from buzanlib.errors import RunError
from buzanlib.study import preload
from buzanlib.study.child import end_with, plain_matplotlib, search_path
from buzanlib.study.dependencies import others
from buzanlib.study.execute import Executed, execute, fault_of
from buzanlib.study.preload import kill
from buzanlib.study.spec import Run
from buzanlib.study.trace import Folders

METHOD = "forkserver" if sys.platform == "linux" else "spawn"
"""How processes start: forks are ended with their parent on Linux only."""

_ENVIRONMENT = {
    # As many notebooks run as there are processors; and a sum must not depend on how many threads share in it.
    **dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
    ),
    # The C library of GNU keeps the memory of arrays, of which the system would clear every page each time. In bytes.
    "MALLOC_MMAP_THRESHOLD_": f"{2**25}",
    "MALLOC_TRIM_THRESHOLD_": f"{2**28}",
    "MALLOC_TOP_PAD_": f"{2**25}",
    # Python does not look for modules in the working directory.
    "PYTHONSAFEPATH": "1",
}

_FIRST = ("pandas", "seaborn", "statsmodels.api")
"""Packages that take longest to import and that nearly every notebook needs."""

_DIED = "its process died, perhaps for lack of memory"

_LONGEST = 60
"""Bytes of the path of a temporary folder in which sockets can be made."""

_PATIENCE = 5.0
"""Seconds that the fork server has to end."""


@dataclass(frozen=True)
class _Job:
    """What a notebook process gets: the run, where, and all variables of its environment."""

    run: Run
    folders: Folders
    folder: Path
    environment: Mapping[str, str]


class Pool:
    """Processes for notebooks; a context manager that ends whatever still runs when it is left.

    Parameters
    ----------
    folders : Folders
        Where the files of the study are.
    folder : Path
        Where notebooks are written while they run.
    jobs : int
        Notebooks that run at the same time.
    modules : sequence of str
        Modules of this library that the notebooks import.
    load : bool
        Whether the data are loaded once for all notebooks; they must be there.
    """

    def __init__(
        self, folders: Folders, folder: Path, jobs: int, modules: Sequence[str] = (), load: bool = True
    ) -> None:
        self._folders, self._folder, self.at_once = folders, folder.absolute(), jobs
        self._context: Any = multiprocessing.get_context(METHOD)
        self._lock = threading.Lock()
        self._running: dict[int, BaseProcess] = {}
        self._closed = False
        empty = self._folder / "empty"
        empty.mkdir(parents=True, exist_ok=True)
        needs = [*_FIRST, *modules, *others(modules)]
        data = str(folders.data.absolute()) if load else ""
        order = preload.Order(os.getpid(), _sockets(), str(empty), needs, data)
        self._stack = ExitStack()
        self._stack.enter_context(_environment({**_ENVIRONMENT, **search_path()}))
        self._threads = self._stack.enter_context(ThreadPoolExecutor(jobs))
        if multiprocessing.current_process().daemon:  # a worker of Dask, say: such may have no children
            multiprocessing.current_process().daemon = False
        self._order = order.as_variable() if METHOD == "forkserver" else {}
        if self._order:
            self._stack.enter_context(_server(self._order))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for pid in list(self._running):
            kill(pid)
        self._stack.close()  # the server first; whoever waits for it to fork gives up

    def submit(self, run: Run) -> Future[Executed]:
        """Run a notebook as soon as a process is free.

        Returns
        -------
        Future of Executed
            Raises `RunError` if no process can be started.
        """
        return self._threads.submit(self._execute, run)

    def _execute(self, run: Run) -> Executed:
        """Run a notebook in a new process, and wait until it has ended, with all that it has started."""
        start = time.perf_counter()
        folder = self._folder / run.name
        folder.mkdir()
        report, theirs = self._context.Pipe(duplex=False)
        try:
            with report:
                with theirs:
                    pid, process = self._start(_Job(run, self._folders, folder, self._variables()), theirs)
                try:
                    executed, cells = _result(report, process)
                finally:
                    with suppress(ProcessLookupError):
                        os.killpg(pid, signal.SIGKILL)
                    process.join()
                    with self._lock:
                        del self._running[pid]
                    process.close()
        finally:
            shutil.rmtree(folder)
        if executed is None:
            partial = nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
            text: str = nbformat.writes(partial)  # type: ignore[no-untyped-call]
            executed = Executed(text, fault_of(run.name, cells, _DIED), None, time.perf_counter() - start)
        return executed

    def _variables(self) -> dict[str, str]:
        """Variables of a notebook process: those of this one, but not those for the interpreter alone."""
        ours = {preload.VARIABLE, "PYTHONSAFEPATH"}
        return {name: value for name, value in os.environ.items() if name not in ours} | {
            "MPLBACKEND": preload.BACKEND
        }

    def _start(self, job: _Job, report: Connection) -> tuple[int, BaseProcess]:
        process = self._context.Process(target=_work, args=(job, report))
        with self._lock:
            if self._closed:
                raise RunError("the run has ended")
            try:
                with _bare_children(self._order):  # a server that has died is started again
                    process.start()
            except (EOFError, OSError) as error:
                raise RunError(f"no notebook process can be started: {error}") from error
            self._running[process.pid] = process
            if self._closed:  # while it started
                kill(process.pid)
        return process.pid, process


def _sockets() -> str:
    """Folder of the sockets of `multiprocessing`, whose paths the system limits to about 100 bytes."""
    before = tempfile.tempdir
    if os.name == "posix" and len(os.fsencode(tempfile.gettempdir())) > _LONGEST:
        tempfile.tempdir = "/tmp"
    try:
        return str(util.get_temp_dir())
    finally:
        tempfile.tempdir = before


def _result(report: Connection, process: BaseProcess) -> tuple[Executed | None, list[NotebookNode]]:
    """What a notebook process has left, or None if it died; and its cells up to there."""
    cells: list[NotebookNode] = []
    while report in wait([report, process.sentinel]):
        try:
            message = report.recv()
        except (EOFError, OSError):
            break
        if isinstance(message, Executed):
            return message, cells
        if isinstance(message, str):
            raise RunError(message)
        index, changed = message
        cells[max(index - 1, 0) : index + 1] = changed
    if not cells:
        raise RunError("a notebook process cannot start: it ended while it started")
    return None, cells


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Add to the environment that children inherit."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


@contextmanager
def _bare_children(order: Mapping[str, str]) -> Iterator[None]:
    """Start children that get neither the main module of this process nor its search path, and no interrupt yet.

    The order is in the environment no longer than that: whatever else this process starts would take it for its own.
    """
    prepared = spawn.get_preparation_data
    kept = {"name", "authkey", "log_to_stderr", "log_level"}
    spawn.get_preparation_data = lambda name: {k: v for k, v in prepared(name).items() if k in kept}
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if os.name == "posix" else ()
    try:
        with _environment(order):
            yield
    finally:
        spawn.get_preparation_data = prepared
        if os.name == "posix":
            signal.pthread_sigmask(signal.SIG_SETMASK, masked)


_users = 0
"""Pools of this process that use the fork server, of which there is one in a process."""

_guard = threading.Lock()


@contextmanager
def _server(order: Mapping[str, str]) -> Iterator[None]:
    """Start the fork server unless it runs; the last pool that uses it ends it, and with it its notebook processes."""
    global _users
    with _guard, _bare_children(order):
        multiprocessing.set_forkserver_preload(["buzanlib.study.preload"])
        forkserver.ensure_running()
        _users += 1
    try:
        yield
    finally:
        with _guard:
            _users -= 1
            if not _users:
                _stop()


def _stop() -> None:
    """End the fork server; it could be used by the next run, but has what this one needed, and its memory."""
    server: Any = forkserver._forkserver
    pid = server._forkserver_pid
    if pid:
        with suppress(ProcessLookupError):
            os.kill(pid, preload.END)
        late = threading.Timer(_PATIENCE, os.kill, (pid, signal.SIGKILL))
        late.start()
        server._stop()
        late.cancel()


def _work(job: _Job, report: Connection) -> None:
    """Be a notebook process: run one notebook, and end with all that it has started."""
    try:
        if preload.fault:
            report.send(preload.fault)
            return
        _settle(job)
        report.send(execute(job.run, job.folders, job.folder, lambda *begun: report.send(begun)))
    except BaseException as error:
        with suppress(OSError):
            report.send(f"a notebook process cannot start: {type(error).__name__}: {error}")
    finally:
        report.close()
        if os.name == "posix" and os.getpgid(0) == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(0)


def _settle(job: _Job) -> None:
    """Leave behind what a fork shares, and have only what a notebook may have of this machine."""
    if os.name == "posix":
        os.setpgid(0, 0)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    end_with(preload.server or os.getppid())
    if sys.platform != "linux":
        threading.Thread(target=_end_with_runner, daemon=True).start()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, preload.END):
        signal.signal(number, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    os.environ.clear()
    os.environ.update(job.environment)
    os.chdir(job.folders.templates)
    sys.argv[:] = [""]
    beside = (job.run.template.parent, job.folders.study, job.folders.templates)
    sys.path.extend(dict.fromkeys(str(folder.absolute()) for folder in beside))
    plain_matplotlib(job.folder.parent / "empty")
    gc.enable()
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()


def _end_with_runner() -> None:
    runner = multiprocessing.parent_process()
    if runner:
        runner.join()
        os._exit(1)
