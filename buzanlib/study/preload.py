"""Prepare the fork server: import what notebooks need, and load their tables.

`buzanlib.study.pool` names this module to `multiprocessing.set_forkserver_preload`, and passes an `Order` in the
environment. Elsewhere, importing this module does nothing. Only the thread that forks exists in a child, so that no
import here may start another thread.
"""

from __future__ import annotations

import atexit
import builtins
import gc
import importlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import SimpleNamespace

from buzanlib.study.child import end_with, plain_matplotlib

VARIABLE = "BUZAN_PRELOAD"
"""Environment variable with an `Order` as JSON."""

BACKEND = "module://matplotlib_inline.backend_inline"
"""Matplotlib backend of notebooks."""

_INLINE = BACKEND.removeprefix("module://")  # connects to the shell of the process that imports it

_ALWAYS = ("buzanlib.study.execute", "IPython.core.completerlib", "IPython.extensions.storemagic", "sqlite3")
"""Modules that every notebook process imports as it starts."""

_TABLES = "buzanlib.tables.descriptor"  # loads tables, in notebooks that import it

_ENVIRONMENT = {
    "MPLBACKEND": BACKEND,
    "OPENBLAS_NUM_THREADS": "1",  # NumPy, imported by Matplotlib, would start threads
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # an allocator of pyarrow would start a thread
}
"""Variables of the server; notebook processes get the environment of the run, and the backend."""

END = signal.SIGUSR1 if os.name == "posix" else signal.SIGTERM
"""Signal by which the parent ends the server; the system sends another if the parent was killed."""

server = 0
"""Process id of the fork server; 0 in processes that it did not fork."""

fault = ""
"""Why notebooks cannot be run by forks of this process; empty if they can."""


@dataclass(frozen=True)
class Order:
    """What the server has to do."""

    parent: int  #: process id of the pool
    temporary: (
        str  #: folder of its socket, removed if the parent was killed; empty for one that is not the parent's
    )
    folder: str  #: an empty folder
    modules: Sequence[str]  #: modules to import
    data: str  #: folder of the tables to load; empty for none

    def as_variable(self) -> dict[str, str]:
        """Return the order as a variable of the environment."""
        return {VARIABLE: json.dumps(asdict(self))}


def _serve(order: Order) -> None:
    """Prepare the server: a session of its own that ends with the parent, and all imports."""
    global server, fault
    server = os.getpid()
    os.setsid()  # an interrupt at the terminal is for the parent
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: _end_unless_alive(order))
    atexit.register(_end_with_parent, order)
    signal.signal(END, lambda *_: _end())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # blocked by the parent until now
    end_with(order.parent, signal.SIGTERM)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    gc.disable()  # nothing imported is freed before the end; notebook processes enable it again
    os.environ.update(_ENVIRONMENT)
    plain_matplotlib(Path(order.folder))
    fault = warm([*_ALWAYS[:1], _TABLES, *_ALWAYS[1:]] if order.data else _ALWAYS)
    loaded = _load(order.data) if order.data and not fault else None
    fault = fault or warm(order.modules)
    if loaded:
        with loaded, suppress(EOFError):
            sys.modules[_TABLES].keep(loaded.recv())
        os.wait()
    gc.freeze()  # else the first collection in a child would write to, and so copy, every page with an object


def _end_unless_alive(order: Order) -> None:
    """End this process if the parent has ended, and not only the thread that started this process."""
    if os.getppid() != order.parent:
        _end(order.temporary)


def _end_with_parent(order: Order) -> None:
    """End this process; a parent that lives on keeps its folder, though its end of a pipe may close before it ends."""
    for _ in range(100):
        _end_unless_alive(order)
        time.sleep(0.01)
    _end()


def _end(temporary: str = "") -> None:
    """End this process and all its descendants; remove a folder."""
    for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        kill(int(pid))
    if temporary:
        shutil.rmtree(temporary, ignore_errors=True)
    os._exit(1)


def kill(pid: int) -> None:
    """Kill a process with its group, if it has one of its own."""
    with suppress(ProcessLookupError):
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:  # it has not made its group yet
            os.kill(pid, signal.SIGKILL)


@contextmanager
def _as_in_a_notebook() -> Iterator[None]:
    """Let modules find a kernel that check for one when imported, such as pandas to format tables."""
    builtins.get_ipython = lambda: SimpleNamespace(kernel=None)  # type: ignore[attr-defined]
    sys.stdout.reconfigure(encoding="UTF-8")  # type: ignore[union-attr]
    try:
        yield
    finally:
        del builtins.get_ipython  # type: ignore[attr-defined]


def warm(modules: Sequence[str]) -> str:
    """Import modules; return why one of them cannot be preloaded, or an empty string."""
    with _as_in_a_notebook():
        for name in modules:
            try:
                importlib.import_module(name)
            except Exception as error:
                return f"cannot import {name}: {type(error).__name__}: {error}"
            if sys.modules.pop(_INLINE, None) and name != _INLINE:
                return f"importing {name} draws, which can be done only in a notebook process"
            if _keeps_a_thread():
                return f"importing {name} starts a thread, and a process with threads cannot be forked safely"
    return ""


def _keeps_a_thread() -> bool:
    """Whether this process still has a second thread after a second."""
    for _ in range(100):
        if len(list(Path("/proc/self/task").iterdir())) == 1:
            return False
        time.sleep(0.01)
    return True


def _load(data: str) -> Connection:
    """Load the tables in a fork, which may use threads, and return the connection that will receive them.

    Faults of the data are reported by the notebooks that load them.
    """
    loaded, report = Pipe(duplex=False)
    this = os.getpid()
    with report:
        if os.fork() == 0:
            try:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                end_with(this)
                report.send(sys.modules[_TABLES].load_to_keep(Path(data)))
            finally:
                os._exit(0)
    return loaded


if VARIABLE in os.environ and "--multiprocessing-fork" not in sys.argv:  # which spawned processes have
    _serve(Order(**json.loads(os.environ.pop(VARIABLE))))
