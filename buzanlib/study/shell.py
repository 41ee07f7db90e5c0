"""IPython's shell of ipykernel in this process, without a kernel: no sockets, threads, or event loop between cells.

Outputs are passed to a function as the messages of a kernel.
"""

from __future__ import annotations

import asyncio
import builtins
import getpass
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn, cast

from ipykernel.compiler import XCachingCompiler
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import StdinNotImplementedError, UsageError
from jupyter_client.session import Session
from traitlets.config import Config

Message = dict[str, Any]


class Shell:
    """Runs cells in this process; there can be only one in a process.

    Parameters
    ----------
    folder : Path
        An empty folder for files of IPython, and for text written to the file descriptors 1 and 2, which are redirected
        until the process ends.
    hand : callable
        Receives every message: ``stream``, ``display_data``, ``execute_result`` and so on.
    """

    def __init__(self, folder: Path, hand: Callable[[Message], object]) -> None:
        session = _Session(hand=hand)
        self._streams = [_Stream(name, fd, folder, session) for fd, name in ((1, "stdout"), (2, "stderr"))]
        sys.stdout, sys.stderr = self._streams
        builtins.input = getpass.getpass = _no_input
        self._shell = shell = cast(Any, _ZMQShell).instance(
            config=Config(HistoryManager={"enabled": False, "hist_file": ":memory:"}),
            ipython_dir=str(folder),
            kernel=SimpleNamespace(eventloop=None),
            compiler_class=XCachingCompiler,
        )
        shell.displayhook.session = shell.display_pub.session = session
        shell.displayhook.topic = b"execute_result"
        shell.extension_manager.load_extension("storemagic")
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)

    def run(self, source: str) -> BaseException | None:
        """Run a cell; return its exception or None; raise EOFError if it has called ``exit`` or ``quit``."""
        result = self._loop.run_until_complete(self._run(source))
        for stream in self._streams:
            stream.flush()
        self._shell.payload_manager.clear_payload()
        if self._shell.exit_now:
            raise EOFError("exit or quit was called")
        return result.error_before_exec or result.error_in_exec  # type: ignore[no-any-return]

    @property
    def count(self) -> int:
        """Number of the last cell that was run."""
        return int(self._shell.execution_count) - 1

    async def _run(self, source: str) -> Any:
        """Run a cell inside a running event loop, as a kernel does."""
        transformed, error, result = source, None, None
        try:
            transformed = self._shell.transform_cell(source)
        except Exception:
            error = sys.exc_info()
        about = {"transformed_cell": transformed, "preprocessing_exc_tuple": error}
        if not self._shell.should_run_async(source, **about):
            return self._shell.run_cell(source, store_history=True)
        try:
            result = await self._shell.run_cell_async(source, store_history=True, **about)
        finally:
            self._shell.events.trigger("post_execute")
            self._shell.events.trigger("post_run_cell", result)
        return result


class _ZMQShell(ZMQInteractiveShell):
    """The shell of a kernel; pandas and others look for this name."""

    def enable_gui(self, gui: str | None = None) -> None:
        """Raise UsageError, as there is no graphical interface."""
        if gui is not None:
            raise UsageError(f"a notebook that is run by a study has no window for {gui}")


class _Session(Session):
    """Passes messages to a function instead of sending them."""

    def __init__(self, hand: Callable[[Message], object]) -> None:
        super().__init__()
        self._hand = hand

    def send(  # type: ignore[override]
        self, stream: Any, msg_or_type: Any, content: Any = None, parent: Any = None, **_: Any
    ) -> None:
        """Pass a message on."""
        message = (
            msg_or_type if isinstance(msg_or_type, dict) else self.msg(msg_or_type, content, parent=parent)
        )
        content = self.unpack(self.pack(message["content"]))  # as a client receives it: pictures as text
        self._hand({**message, "content": content})


class _Stream(io.TextIOBase):
    """Replaces a standard stream, including text that is written to its file descriptor."""

    encoding = "UTF-8"

    def __init__(self, name: str, fd: int, folder: Path, session: _Session) -> None:
        self.name, self._fd, self._session, self._pid = name, fd, session, os.getpid()
        self._parts: list[str] = []
        # A file, which unlike a pipe need not be read; it also receives text from forks and subprocesses.
        with (folder / name).open("wb") as low:
            os.dup2(low.fileno(), fd)
        self._low = (folder / name).open("rb")

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._fd

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() != self._pid:
            os.write(self._fd, text.encode(errors="replace"))
            return len(text)
        self._read_low()
        self._parts.append(text)
        return len(text)

    def flush(self) -> None:
        if os.getpid() != self._pid:
            return
        self._read_low()
        if text := "".join(self._parts):
            self._parts.clear()
            self._session.send(None, "stream", {"name": self.name, "text": text})

    def _read_low(self) -> None:
        if os.fstat(self._low.fileno()).st_size > self._low.tell():
            self._parts.append(self._low.read().decode(errors="replace"))


def _no_input(*_: object, **__: object) -> NoReturn:
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")
