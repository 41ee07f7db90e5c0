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
from multiprocessing import forkserver, spawn, util
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Self

import nbformat
from nbformat import NotebookNode

from buzanlib.errors import RunError
from buzanlib.study import preload
from buzanlib.study.child import end_with, environment, plain_matplotlib, search_path
from buzanlib.study.dependencies import others
from buzanlib.study.execute import Executed, execute, fault_of
from buzanlib.study.preload import kill
from buzanlib.study.spec import Run
from buzanlib.study.trace import Folders

METHOD = "forkserver" if sys.platform == "linux" else "spawn"
"""How processes start: forks are ended with their parent on Linux only."""

_ENVIRONMENT = {
    # Every processor runs a notebook, and a sum must not depend on the number of threads.
    **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")},
    "VECLIB_MAXIMUM_THREADS": "1",
    # Bytes up to which the C library of GNU keeps the memory of arrays, so that the system need not clear it each time.
    "MALLOC_MMAP_THRESHOLD_": f"{2**25}",
    "MALLOC_TRIM_THRESHOLD_": f"{2**28}",
    "MALLOC_TOP_PAD_": f"{2**25}",
    "PYTHONSAFEPATH": "1",  # no modules from the working directory
}

_FIRST = ("pandas", "seaborn", "statsmodels.api")
"""Packages that take longest to import and that nearly every notebook needs."""

_DIED = "its process died, perhaps for lack of memory"
_LONGEST = 60  # bytes of the path of a temporary folder in which sockets can be made
_PATIENCE = 5.0  # seconds that the fork server has to end


class Pool:
    """Processes for notebooks; a context manager that ends all that still run when it is left.

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
        Whether the data, which must exist then, are loaded once for all notebooks.
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
        sockets = _sockets()  # which a process that `multiprocessing` started shares with its parent
        temporary = "" if multiprocessing.parent_process() else sockets
        order = preload.Order(os.getpid(), temporary, str(empty), needs, data)
        self._stack = ExitStack()
        self._stack.enter_context(environment({**_ENVIRONMENT, **search_path()}))
        self._threads = self._stack.enter_context(ThreadPoolExecutor(jobs))
        if multiprocessing.current_process().daemon:  # a worker of Dask, say: such may have no children
            multiprocessing.current_process().daemon = False
        self._order = order.as_variable() if METHOD == "forkserver" else {}
        if self._order:
            self._stack.enter_context(_server(self._order))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for pid in list(self._running):
            kill(pid)
        self._stack.close()  # the server first, so that no thread waits for it to fork

    def submit(self, run: Run) -> Future[Executed]:
        """Run a notebook as soon as a process is free; `RunError` in the future means that none can be started."""
        return self._threads.submit(self._execute, run)

    def _execute(self, run: Run) -> Executed:
        """Run a notebook in a new process, and wait until it and all that it has started have ended."""
        start = time.perf_counter()
        folder = self._folder / run.name
        folder.mkdir()
        report, theirs = self._context.Pipe(duplex=False)
        try:
            with report:
                with theirs:
                    pid, process = self._start(run, folder, theirs)
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

    def _start(self, run: Run, folder: Path, report: Connection) -> tuple[int, BaseProcess]:
        # The environment of this process, but for variables of the interpreter alone.
        ours = {preload.VARIABLE, "PYTHONSAFEPATH"}
        variables = {name: value for name, value in os.environ.items() if name not in ours}
        variables["MPLBACKEND"] = preload.BACKEND
        process = self._context.Process(target=_work, args=(run, self._folders, folder, variables, report))
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
    """Folder for sockets of `multiprocessing`, whose paths the system limits to about 100 bytes."""
    before = tempfile.tempdir
    if os.name == "posix" and len(os.fsencode(tempfile.gettempdir())) > _LONGEST:
        tempfile.tempdir = "/tmp"
    try:
        return str(util.get_temp_dir())
    finally:
        tempfile.tempdir = before


def _result(report: Connection, process: BaseProcess) -> tuple[Executed | None, list[NotebookNode]]:
    """Result of a notebook process, or None if it died; and its cells up to there."""
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
def _bare_children(order: Mapping[str, str]) -> Iterator[None]:
    """Start children without the main module of this process and its search path, with interrupts blocked at first.

    Only meanwhile the order is in the environment, where other processes that this one starts would find it.
    """
    prepared = spawn.get_preparation_data
    kept = {"name", "authkey", "log_to_stderr", "log_level"}
    spawn.get_preparation_data = lambda name: {k: v for k, v in prepared(name).items() if k in kept}
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if os.name == "posix" else ()
    try:
        with environment(order):
            yield
    finally:
        spawn.get_preparation_data = prepared
        if os.name == "posix":
            signal.pthread_sigmask(signal.SIG_SETMASK, masked)


_users = 0  # pools of this process that use the fork server, of which there is one in a process
_guard = threading.Lock()


@contextmanager
def _server(order: Mapping[str, str]) -> Iterator[None]:
    """Start the fork server unless it runs; the last pool that uses it ends it and its notebook processes."""
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
    """End the fork server, which has imported and loaded what this run needed."""
    server: Any = forkserver._forkserver
    pid = server._forkserver_pid
    if pid:
        with suppress(ProcessLookupError):
            os.kill(pid, preload.END)
        late = threading.Timer(_PATIENCE, os.kill, (pid, signal.SIGKILL))
        late.start()
        server._stop()
        late.cancel()


def _work(run: Run, folders: Folders, folder: Path, variables: Mapping[str, str], report: Connection) -> None:
    """Run one notebook in this process, which gets these variables alone, and end with all that it has started."""
    try:
        if preload.fault:
            report.send(preload.fault)
            return
        _isolate(variables)
        os.chdir(folders.templates)
        beside = (run.template.parent, folders.study, folders.templates)
        sys.path.extend(dict.fromkeys(str(place.absolute()) for place in beside))
        plain_matplotlib(folder.parent / "empty")
        gc.enable()
        random.seed()
        if numpy := sys.modules.get("numpy"):
            numpy.random.seed()
        report.send(execute(run, folders, folder, lambda *begun: report.send(begun)))
    except BaseException as error:
        with suppress(OSError):
            report.send(f"a notebook process cannot start: {type(error).__name__}: {error}")
    finally:
        report.close()
        if os.name == "posix" and os.getpgid(0) == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(0)


def _isolate(variables: Mapping[str, str]) -> None:
    """Make this process a group of its own, with default signals, no standard streams and these variables."""
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
    os.environ.update(variables)
    sys.argv[:] = [""]


def _end_with_runner() -> None:
    if runner := multiprocessing.parent_process():
        runner.join()
        os._exit(1)
