"""Call a function for many items, in processes of this machine or on a Dask cluster: like `map`, in the same order.

Few items are under way at the same time, so that memory does not grow with their number.
"""

from __future__ import annotations

import os
import signal
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing import get_context
from typing import Any, TypeVar

from buzanlib.errors import ClusterError, RunError
from buzanlib.study.child import end_with

AHEAD = 2
"""Items that are under way for each process or thread."""

MORE = ("pypdf", "python-docx", "lxml")
"""Packages beside the lock that must be the same on all workers."""

A = TypeVar("A")
B = TypeVar("B")


def in_processes(function: Callable[[A], B], items: Iterable[A], jobs: int) -> Iterator[B]:
    """Call a function in new processes of this machine; a single item is done in this one.

    Parameters
    ----------
    function : callable
        A function of a module.
    items : iterable
        Its arguments, which are asked for only as there is room.
    jobs : int
        Processes.

    Yields
    ------
    object
        What it gives, in the order of the items.

    Raises
    ------
    RunError
        If a process ends while it works.
    """
    items = iter(items)
    first = list(islice(items, 2))
    if len(first) < 2 or jobs == 1:
        yield from map(function, chain(first, items))
        return
    # Spawned: the fork server of this process is that of the notebooks.
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), end_with, (os.getpid(),))

    def submit(item: A) -> Future[B]:
        with _without_interrupts():  # the first starts the processes, which leave Ctrl-C to this one
            return pool.submit(function, item)

    try:
        yield from _ahead(submit, lambda future: future.result(), chain(first, items), AHEAD * jobs)
    except BrokenProcessPool as error:
        hint = "give --jobs 1 to read one after another"
        raise RunError(f"a process has ended while it read, perhaps for lack of memory: {hint}") from error
    finally:
        pool.shutdown(cancel_futures=True)


def on_cluster(function: Callable[[A], B], items: Iterable[A], address: str) -> Iterator[B]:
    """Call a function on the workers of a Dask cluster, to which the items are sent.

    Parameters
    ----------
    function, items : callable, iterable
        As for `in_processes`.
    address : str
        Address of the scheduler, such as ``tcp://10.0.0.1:8786``.

    Yields
    ------
    object
        What it gives, in the order of the items.

    Raises
    ------
    ClusterError
        If no scheduler or worker answers, or one differs from this machine in code or packages.
    RunError
        If the workers go, or an item ends every worker that has it.
    """
    from buzanlib.study.cluster import awaited, client_of, same_there, threads_of  # which imports papermill

    with client_of(address) as client:
        same_there(client, address, MORE)
        from distributed import KilledWorker

        def submit(item: A) -> Any:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "Sending large graph")  # an item is as large as a file
                return client.submit(function, item, pure=False)

        try:
            ahead = AHEAD * max(1, threads_of(client))
            yield from _ahead(submit, lambda future: awaited(client, address, future), items, ahead)
        except KilledWorker as error:
            raise RunError(
                "every worker that read some files has ended, perhaps for lack of memory"
            ) from error
        except ImportError as error:
            raise ClusterError(f"a worker lacks a package: {error}") from error


def _ahead(
    submit: Callable[[A], Any], result: Callable[[Any], B], items: Iterable[A], ahead: int
) -> Iterator[B]:
    """Submit so many items before the result of the first is waited for."""
    waiting: deque[Any] = deque()
    for item in items:
        waiting.append(submit(item))
        if len(waiting) >= ahead:
            yield result(waiting.popleft())
    while waiting:
        yield result(waiting.popleft())


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Keep interrupts from this thread, and from the processes that it starts for good."""
    if os.name != "posix":
        yield
        return
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, masked)
