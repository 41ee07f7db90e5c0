"""The nursery: a process that has imported everything heavy and forks a kernel whenever one is asked for.

`buzanlib.study.kernels` starts it and speaks with it. Only the thread that forks lives on in a child, so this process
has no other, no event loop and no ZeroMQ context. It ends, and every kernel with it, when its runner has gone.
"""

from __future__ import annotations

import builtins
import gc
import importlib
import importlib.util
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from buzanlib.study.child import plain_matplotlib
from buzanlib.study.parent import end_with

#: Imported by every kernel as it starts, and therefore before the first is forked.
_KERNEL = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "psutil",
    "sqlite3",
    "tornado.platform.asyncio",
)

_TABLES = "buzanlib.tables.descriptor"
"""Loads tables, in notebooks that import it."""

_INLINE = "matplotlib_inline.backend_inline"
"""Draws in notebooks. It connects itself to the shell as it is imported, and so has to be imported by each kernel."""

#: Of every kernel, whatever the environment says: Matplotlib reads it as it is imported.
BACKEND = {"MPLBACKEND": f"module://{_INLINE}"}

#: Of the nursery alone: a kernel gets the environment that it is ordered with.
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",  # NumPy, which Matplotlib imports, would start threads
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # pyarrow brings an allocator that would start a thread
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # ipykernel imports a debugger, which would warn of what it cannot see
}


@dataclass(frozen=True)
class Order:
    """What a kernel is to start with.

    Attributes
    ----------
    arguments : tuple of str
        Command line of ipykernel, ``-f`` and the connection file first.
    folder : str
        Working directory.
    environment : dict of str to str
        All variables of the environment.
    """

    arguments: tuple[str, ...]
    folder: str
    environment: dict[str, str]


@dataclass(frozen=True)
class Birth:
    """What a process that has just been forked knows.

    Attributes
    ----------
    order : Order
        What it is to become.
    nursery : int
        The process that it was forked from.
    report : Connection
        Takes one text: empty once the kernel can be reached, or why it never will be.
    """

    order: Order
    nursery: int
    report: Connection


def main() -> None:
    """Import the modules that the command line names, say how that went, and serve; in a child, be the kernel."""
    runner, parent = Connection(int(sys.argv[1])), os.getppid()
    gc.disable()  # nothing of what is imported goes before the end; kernels collect again
    os.environ.update(_ENVIRONMENT | os.environ | BACKEND)
    plain_matplotlib(Path.cwd())
    try:
        fault = warm([*_KERNEL, *sys.argv[2:]], parent)
        runner.send(fault)
        birth = None if fault else serve(runner)
    except (EOFError, OSError):
        return  # the runner has gone
    if birth:
        become_kernel(birth)


@contextmanager
def _as_in_a_notebook() -> Iterator[None]:
    """Let modules that look around when they are imported find a kernel; pandas shows tables accordingly."""
    builtins.get_ipython = lambda: SimpleNamespace(kernel=None)  # type: ignore[attr-defined]
    sys.stdout.reconfigure(encoding="UTF-8")  # type: ignore[union-attr]
    try:
        yield
    finally:
        del builtins.get_ipython  # type: ignore[attr-defined]


def warm(modules: list[str], parent: int) -> str:
    """Import modules; return what is wrong with one of them, or nothing.

    Raises
    ------
    EOFError
        Where the parent, of which the process id is given, goes meanwhile.
    """
    with _as_in_a_notebook():
        for name in modules:
            if os.getppid() != parent:
                raise EOFError
            try:
                importlib.import_module(name)
            except Exception as error:
                return f"cannot import {name}: {type(error).__name__}: {error}"
            if sys.modules.pop(_INLINE, None) and name != _INLINE:
                return f"importing {name} draws, which can be done only in a kernel"
            if _keeps_a_thread():
                return f"importing {name} starts a thread, and a process with threads cannot be forked safely"
    gc.freeze()  # else the first collection in a kernel would write to, and so copy, every page with an object on it
    return ""


def _keeps_a_thread() -> bool:
    """Say whether this process has a second thread, and not one that is just about to end."""
    for _ in range(100):
        if len(list(Path("/proc/self/task").iterdir())) == 1:
            return False
        time.sleep(0.01)
    return True


def serve(runner: Connection) -> Birth | None:
    """Answer the runner until it has gone.

    Like a fork it returns more than once: with a birth in every child, with nothing in the nursery.

    Raises
    ------
    EOFError, OSError
        Where the runner goes in the middle of a question.
    """
    this, parent = os.getpid(), os.getppid()
    children: dict[int, Connection] = {}
    loader = 0
    try:
        # The parent is looked after as well, since somebody whom it forked may hold its end of the connection.
        while os.getppid() == parent:
            ready = wait([runner, children[loader]] if loader else [runner], 1)
            if loader and children[loader] in ready:
                _keep(loader, children)
                loader = 0
            if runner not in ready:
                continue
            answer: object = None
            match runner.recv():
                case "prepare", list(modules), str(data):
                    answer = warm(modules, parent)
                    loader = _load(data, children)
                case Order() as order:
                    answer = _fork(order, children)
                    if isinstance(answer, Birth):
                        runner.close()
                        return answer
                case "started", int(pid):
                    answer = _started(children[pid])
                case "poll", int(pid):
                    answer = _poll(pid, children)
                case "signal", int(pid), int(number) if pid in children:
                    _signal(pid, number)
            runner.send(answer)
        return None
    finally:
        if os.getpid() == this:
            for pid in children:
                _signal(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def _load(data: str, children: dict[int, Connection]) -> int:
    """Have the tables loaded for the kernels to come, where any notebook loads some, by a process that may use threads.

    Returns its process id, under which what it sends is noted; 0 where there is none. Whatever is wrong with the data
    is told to those who ask for them.
    """
    if _TABLES not in sys.modules:
        return 0
    loaded, report = Pipe(duplex=False)
    this = os.getpid()
    with report:
        try:
            pid = os.fork()
        except OSError:
            loaded.close()
            return 0
        if pid == 0:
            try:
                end_with(this)
                report.send(sys.modules[_TABLES].load_to_keep(Path(data)))
            finally:
                os._exit(0)
    children[pid] = loaded
    return pid


def _keep(loader: int, children: dict[int, Connection]) -> None:
    """Keep the tables that have been loaded, for every kernel that is forked from now on."""
    with children.pop(loader) as loaded, suppress(EOFError):
        sys.modules[_TABLES].keep(loaded.recv())
        gc.freeze()
    os.waitpid(loader, 0)


def _fork(order: Order, children: dict[int, Connection]) -> int | OSError | Birth:
    """Fork: a process id for the nursery, which notes it, or why there is none; a birth for the child."""
    started, report = Pipe(duplex=False)
    this = os.getpid()
    try:
        pid = os.fork()
    except OSError as error:
        return error
    if pid == 0:
        for connection in (started, *children.values()):
            connection.close()
        return Birth(order, this, report)
    os.setpgid(pid, pid)  # a group of its own, before anybody can send it a signal
    children[pid] = started
    return pid


def _started(report: Connection) -> str | None:
    """What a kernel has reported; nothing where it has not yet."""
    if not report.poll():
        return None
    try:
        return str(report.recv())
    except EOFError:
        return "it ended while it started"


def _poll(pid: int, children: dict[int, Connection]) -> int | None:
    """Exit code of a kernel, or nothing while it runs.

    It is reaped here and nowhere else, so that its process id belongs to nobody else as long as it is listed.
    """
    ended, status = os.waitpid(pid, os.WNOHANG)
    if not ended:
        return None
    children.pop(pid).close()
    return os.waitstatus_to_exitcode(status)


def _signal(pid: int, number: int) -> None:
    """Send a signal to a kernel and all that it has started, as Jupyter does."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:  # it has moved to another group
        os.kill(pid, number)


def become_kernel(birth: Birth) -> None:
    """Turn this process into an ordinary ipykernel, and run it until it is told to end."""
    try:
        _leave_home(birth)
        app = _start(birth)
    except BaseException:
        birth.report.send(traceback.format_exc())
        os._exit(1)
    birth.report.send("")
    birth.report.close()
    app.start()


def _leave_home(birth: Birth) -> None:
    """Undo what a fork shares and a process that starts afresh does not."""
    end_with(birth.nursery)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):  # what the kernel says goes to the runner; this is the terminal
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    os.environ.clear()
    os.environ.update(birth.order.environment, JPY_PARENT_PID=str(birth.nursery))
    os.chdir(birth.order.folder)
    gc.enable()
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()


def _start(birth: Birth) -> Any:
    """Initialize the kernel with its command line."""
    from ipykernel.kernelapp import IPKernelApp

    launcher = importlib.util.find_spec("ipykernel_launcher")
    assert launcher is not None
    sys.argv[:] = [str(launcher.origin), *birth.order.arguments]
    app = IPKernelApp.instance(parent_handle=birth.nursery)  # ends itself, too, when the nursery has
    app.initialize(sys.argv[1:])  # type: ignore[no-untyped-call]
    return app
