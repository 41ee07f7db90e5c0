"""Kernels that start at once: forked from a nursery that has imported what notebooks need.

To papermill and Jupyter they look like any other. Where `available` says no, ordinary kernels take their place. Both
choose their own ports: those that Jupyter finds free may be taken before a kernel gets there.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Pipe
from pathlib import Path
from queue import Empty
from types import TracebackType
from typing import Any, Self

from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.connect import KernelConnectionInfo, port_names
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from buzanlib.errors import RunError
from buzanlib.study.child import PYTHON, search_path
from buzanlib.study.nursery import BACKEND, Order

_MAIN = "from buzanlib.study.nursery import main; main()"

_SPEC = KernelSpec(resource_dir=RESOURCES, **get_kernel_dict(python_arguments=PYTHON[1:]))
"""Of this very environment; a home may have another of the same name."""

_ENDED = "the process from which kernels are forked has ended"

_MOMENT = 0.005
"""Seconds between two questions whether a kernel has started, or has ended."""

_LISTEN = 0.2
"""Seconds without a word after which a client takes the long way."""

_PATIENCE = 5.0
"""Seconds that a nursery has to end its kernels and itself."""

_START = 60.0
"""Seconds that an ordinary kernel has to say how it can be reached, as many as papermill gives it to answer."""


def available() -> bool:
    """Say whether kernels can be forked here: on Linux, which alone ends a child with its parent."""
    return sys.platform == "linux"


class Nursery:
    """A process that has imported some modules and forks kernels; see `buzanlib.study.nursery`.

    It starts to import at once, and `manager` waits until it has finished. A context manager: all kernels end with it.
    Once it is prepared it may be used from several threads.

    Parameters
    ----------
    modules : sequence of str
        What it imports. None may draw or start a thread as it is imported; linear algebra does, unless the environment
        keeps it to one.
    folder : Path, optional
        Where it imports them, best an empty one: Matplotlib looks there for its settings. The working directory unless
        given.
    """

    def __init__(self, modules: Sequence[str], folder: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [*PYTHON, "-c", _MAIN, str(theirs.fileno()), *modules],
                env=os.environ | search_path(),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # an interrupt at the terminal is for the runner
                cwd=folder,
            )
        self._fault = ""
        self._owed = 1  # answers, of which each is a fault or empty

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def prepare(self, modules: Sequence[str], data: Path) -> None:
        """Let it go on to further modules, and then have tables loaded for those kernels that start later.

        Parameters
        ----------
        modules : sequence of str
            Like those that it has started with.
        data : Path
            Folder of the tables; the numbers do not depend on who loads them.
        """
        self._owed += 1
        with suppress(OSError):  # it has ended, as whoever asks for kernels is told
            self._connection.send(("prepare", list(modules), str(data.absolute())))

    def manager(self) -> type[AsyncKernelManager]:
        """Wait until everything is imported.

        Returns
        -------
        type of AsyncKernelManager
            What papermill takes as ``kernel_manager_class``: its kernels come from this nursery.

        Raises
        ------
        RunError
            Where a module cannot be imported, or does what it may not, naming it.
        """
        with self._lock:
            while self._owed and not self._fault:
                self._owed -= 1
                try:
                    self._fault = str(self._connection.recv())
                except (EOFError, OSError):
                    self._fault = _ENDED
        if self._fault:
            raise RunError(self._fault)
        nursery = self

        class Manager(_Manager):
            def __init__(self, **settings: Any) -> None:
                super().__init__(**settings)
                self.provisioner = _Forked(nursery, parent=self, kernel_spec=self.kernel_spec)
                self.client_factory = _Client

        return Manager

    def close(self) -> None:
        """End all kernels and the nursery; nothing happens the second time."""
        if self._owed:
            self._process.kill()  # it has no kernels yet; whoever waits for it to import is told, and lets go the lock
        with self._lock:
            self._connection.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def ask(self, question: object) -> Any:
        """Send a question that `buzanlib.study.nursery.serve` knows, and wait for the answer.

        Raises
        ------
        EOFError, OSError
            Where the nursery has ended.
        """
        with self._lock:
            try:
                self._connection.send(question)
                return self._connection.recv()
            except BaseException:
                # An answer that was not waited for would be taken for that to the next question.
                self._connection.close()
                raise


class _Manager(AsyncKernelManager):
    """What kernels of both kinds have in common."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.cache_ports = False

    @property
    def kernel_spec(self) -> KernelSpec:
        return _SPEC


class _Process:
    """A forked kernel, as much like `subprocess.Popen` as Jupyter asks for."""

    stdin = stdout = stderr = None

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self.pid = pid
        self._nursery = nursery
        self._code: int | None = None

    def poll(self) -> int | None:
        if self._code is None:
            try:
                self._code = self._nursery.ask(("poll", self.pid))
            except (EOFError, OSError):
                self._code = -signal.SIGKILL  # its fate when the nursery ends
        return self._code

    wait = poll
    """Called only when the process has ended."""

    def send_signal(self, number: int) -> None:
        if self._code is None:
            try:
                self._nursery.ask(("signal", self.pid, int(number)))
            except (EOFError, OSError):
                self._code = -signal.SIGKILL


class Ordinary:
    """Kernels that Jupyter starts one by one, where they cannot be forked; they end with this context."""

    def __init__(self) -> None:
        self._managers: list[AsyncKernelManager] = []
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        for manager in self._managers:
            _kill(manager)

    def prepare(self, modules: Sequence[str], data: Path) -> None:
        """Do nothing: each kernel imports and loads what it needs."""

    def manager(self) -> type[AsyncKernelManager]:
        """What papermill takes as ``kernel_manager_class``."""
        ordinary = self

        class Manager(_Manager):
            def __init__(self, **settings: Any) -> None:
                super().__init__(**settings)
                self.provisioner = _Launched(parent=self, kernel_spec=self.kernel_spec)
                ordinary._managers.append(self)

            async def start_kernel(self, **settings: Any) -> None:  # type: ignore[override]
                await super().start_kernel(**settings)
                if ordinary._closed:  # while it started
                    _kill(self)

        return Manager


def _kill(manager: AsyncKernelManager) -> None:
    process = getattr(manager.provisioner, "process", None)
    if process is not None:
        process.kill()


class _Provisioner(LocalProvisioner):
    """Lets a kernel choose its ports and write them down; keys and connection file are those of any local kernel."""

    async def launch_kernel(self, cmd: list[str], **settings: Any) -> KernelConnectionInfo:
        """Start a kernel, and wait until it can be reached."""
        manager: Any = self.parent
        file = Path(manager.connection_file)
        if self.pid is None:  # a kernel that is started again keeps its ports
            about = json.loads(file.read_text(encoding="utf-8"))
            file.write_text(json.dumps(about | dict.fromkeys(port_names, 0)), encoding="utf-8")
        settings["env"] |= BACKEND | search_path()
        await self._start(cmd, settings, file)
        for name in port_names:
            setattr(manager, name, 0)
        manager.load_connection_file()
        self.connection_info = manager.get_connection_info()
        return self.connection_info

    @abstractmethod
    async def _start(self, cmd: list[str], settings: dict[str, Any], file: Path) -> None:
        """Start a kernel, and wait until it has written its ports into the file."""


class _Launched(_Provisioner):
    """Starts a process of its own for each kernel."""

    async def _start(self, cmd: list[str], settings: dict[str, Any], file: Path) -> None:
        await LocalProvisioner.launch_kernel(self, cmd, **settings)
        try:
            async with asyncio.timeout(_START):
                while not _has_ports(file):
                    if await self.poll() is not None:
                        raise RunError("a kernel cannot start: it ended while it started")
                    await asyncio.sleep(_MOMENT)
        except TimeoutError:
            await self.kill()
            raise RunError(f"a kernel cannot start: not in {_START:g} seconds") from None


def _has_ports(connection_file: Path) -> bool:
    """Say whether a kernel has written down all of its ports."""
    try:
        about = json.loads(connection_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # it is just writing
        return False
    return all(about[name] for name in port_names)


class _Forked(_Provisioner):
    """Has the kernel forked by the nursery."""

    def __init__(self, nursery: Nursery, **settings: Any) -> None:
        super().__init__(**settings)
        self._nursery = nursery

    async def _start(self, cmd: list[str], settings: dict[str, Any], file: Path) -> None:
        # Before "-f" stand the interpreter and the launcher, which have run already.
        order = Order(tuple(cmd[cmd.index("-f") :]), str(settings.get("cwd", Path.cwd())), settings["env"])
        try:
            pid = self._nursery.ask(order)
            if isinstance(pid, OSError):
                raise RunError(f"no kernel can be forked: {pid}")
            self.process = _Process(self._nursery, pid)  # type: ignore[assignment]
            while (fault := self._nursery.ask(("started", pid))) is None:
                await asyncio.sleep(_MOMENT)
        except (EOFError, OSError):
            raise RunError(_ENDED) from None
        if fault:
            await self.wait()
            raise RunError(f"a kernel cannot start: {fault}")
        self.pid, self.cwd = pid, order.folder

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel, and wait until it is dead: Jupyter would look again after a tenth of a second."""
        await super().kill(restart)
        while self.process and self.process.poll() is None:
            await asyncio.sleep(_MOMENT)


class _Client(AsyncKernelClient):
    """Knows that the kernel can be reached, and so need not listen for a while to what it may still have to say."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Ask one question, and wait until the kernel is idle again."""
        question = self.kernel_info()
        try:
            while not _idle_after(question, await self.get_iopub_msg(timeout=_LISTEN)):
                pass
            await self.get_shell_msg(timeout=_LISTEN)
        except Empty:
            await super().wait_for_ready(timeout)


def _idle_after(question: str, message: dict[str, Any]) -> bool:
    """Say whether a message tells that the kernel has dealt with a question."""
    about, content = message["parent_header"], message["content"]
    return bool(about.get("msg_id") == question and content.get("execution_state") == "idle")
