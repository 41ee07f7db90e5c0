"""Run notebooks on the workers of a Dask cluster, each by the same `Pool` as on this machine.

Dask schedules, and runs a notebook again if its worker ends. Anyone who can reach a scheduler can run any code on its
workers: it belongs on a trusted network, or behind TLS. Certificates, time limits and the like are set in Dask's own
configuration, in files or in variables such as ``DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT``.

On a worker a notebook runs in the folder of its template, with data and numbers at the paths in its parameters. No
other files beside a study are sent. All files are in the worker's temporary folder and are removed with the run.
"""

from __future__ import annotations

import logging
import os
import time
import uuid
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from buzanlib.errors import ClusterError, RunError, some
from buzanlib.study.cluster_worker import Home, run_here
from buzanlib.study.data_staging import DataFolder
from buzanlib.study.dependencies import code, differences, locked, versions
from buzanlib.study.execute import Executed
from buzanlib.study.spec import RESULTS, Run, Study

if TYPE_CHECKING:
    from distributed import Client

_DASK = ("dask", "distributed")  # not in the lock
_MOST = 1000  # notebooks at the same time, for each of which a thread of this process waits


@dataclass(frozen=True)
class Cluster:
    """Workers of a Dask cluster; see `connected`."""

    address: str
    client: Client
    threads: ThreadPoolExecutor
    most: int
    name: str
    templates: Path

    @property
    def at_once(self) -> int:
        """Notebooks that can run at the same time, with the current workers."""
        return max(1, min(self.most, threads_of(self.client)))

    def submit(self, run: Run) -> Future[Executed]:
        """Run a notebook on any worker."""
        files = {run.template.name: run.template}
        if run.reads_results:
            numbers = str(run.given[RESULTS])
            files[numbers] = self.templates / numbers
        texts = {place: file.read_text(encoding="utf-8") for place, file in files.items()}
        return self.threads.submit(self._execute, run, texts)

    def _execute(self, run: Run, texts: Mapping[str, str]) -> Executed:
        from distributed import KilledWorker

        start, key = time.monotonic(), f"{run.name}-{uuid.uuid4().hex}"
        future = self.client.submit(run_here, self.name, run, texts, key=key)
        try:
            executed: Executed = awaited(self.client, self.address, future)
        except KilledWorker:
            fault = (
                f"notebook {run.name} failed: every worker that ran it has ended, perhaps for lack of memory"
            )
            return Executed(texts[run.template.name], fault, None, time.monotonic() - start)
        return executed


def threads_of(client: Client) -> int:
    """Threads of all workers that are there."""
    with suppress(OSError, CancelledError):
        return sum(client.nthreads().values())
    return 0


def awaited(client: Client, address: str, future: Any) -> Any:
    """Wait for what a worker gives; `RunError` if scheduler or workers have gone for longer than Dask's patience."""
    last, patience = time.monotonic(), _patience()  # the first: the last time when there was a worker
    while time.monotonic() < last + patience:
        try:
            return future.result(1.0)
        except TimeoutError:
            last = time.monotonic() if threads_of(client) else last
        except (CancelledError, ConnectionError):
            break
    gone = f"the scheduler at {address} has gone, or has had no worker for {patience:g} s"
    raise RunError(f"{gone}; what is finished is kept, and the same command goes on from there")


@contextmanager
def connected(
    address: str, modules: Sequence[str], study: Study, folder: DataFolder, jobs: int | None = None
) -> Iterator[Cluster]:
    """Run notebooks on workers of a cluster; in the end, end those that still run and remove all files there.

    Parameters
    ----------
    address : str
        Address of the scheduler, such as ``tcp://10.0.0.1:8786``.
    modules : sequence of str
        Modules of this library that the notebooks import.
    study, folder : Study, DataFolder
        The study, of which only templates are sent, and its data, of which every worker gets a copy.
    jobs : int, optional
        Notebooks that run at the same time; by default as many as the workers have threads.

    Raises
    ------
    ClusterError
        If Dask is not installed, no scheduler answers within ``distributed.comm.timeouts.connect``, no worker joins, or
        one lacks the code and the packages of this machine.
    """
    with ThreadPoolExecutor(_MOST) as threads, client_of(address) as client:
        name = uuid.uuid4().hex
        try:
            _give(client, address, name, modules, study, folder)
            yield Cluster(address, client, threads, min(jobs or _MOST, _MOST), name, study.templates)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
            if client.status == "running":
                with suppress(OSError, ValueError):  # the second: it was not registered
                    client.unregister_worker_plugin(name)


@contextmanager
def client_of(address: str) -> Iterator[Client]:
    """Connect to a scheduler; `ClusterError` if Dask is not installed or none answers."""
    try:
        from distributed import Client
        from distributed.comm.addressing import get_address_host_port
        from distributed.versions import VersionMismatchWarning
    except ModuleNotFoundError as error:
        raise ClusterError(f"a cluster needs Dask ({error}): pip install 'buzanlib[cluster]'") from error
    logger = logging.getLogger("distributed.client")
    logger.disabled = True  # it logs at length what is raised here as an error
    try:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", VersionMismatchWarning)  # `_give` is stricter
                get_address_host_port(address)  # a client of what is no address ends with a traceback
                client = Client(address, set_as_default=False)
        except (OSError, ImportError, OverflowError, TypeError, ValueError) as error:
            raise ClusterError(f"no scheduler can be reached at {address}: {error}") from error
        with client:
            yield client
    finally:
        logger.disabled = False


def same_there(client: Client, address: str, more: Sequence[str] = ()) -> dict[str, str]:
    """Wait for a worker, and give the code and the packages that all must have; `more` are packages beside the lock.

    `ClusterError` if none comes, or one of them or the scheduler differs from this machine.
    """
    try:
        fault = client.run_on_scheduler(differences, versions(_DASK))
    except Exception as error:  # of whatever kind its own Python has sent
        raise ClusterError(f"the scheduler at {address} needs this library too: {error}") from error
    if fault:
        raise ClusterError(f"the scheduler at {address} has another Dask than this machine: {some(fault)}")
    try:
        client.wait_for_workers(1, timeout=_patience())
    except TimeoutError as error:
        hint = f"start some with 'dask worker {address}'"
        raise ClusterError(f"no worker has come to the scheduler at {address}: {hint}") from error
    needed = code() | versions([*locked(), *_DASK, *more])
    answers: dict[str, list[str] | Exception] = client.run(differences, needed, on_error="return")
    found = {worker: some(a) if isinstance(a, list) else str(a) for worker, a in sorted(answers.items())}
    if faults := [f"worker {worker}: {fault}" for worker, fault in found.items() if fault]:
        lack = (
            f"workers have not all that this machine has, so that their numbers might differ: {some(faults)}"
        )
        hint = "install the same commit of the library and its requirements.txt there, and start them again"
        raise ClusterError(f"{lack}; {hint}")
    return needed


def _give(
    client: Client, address: str, name: str, modules: Sequence[str], study: Study, folder: DataFolder
) -> None:
    """Send the workers what they need, in folders as here, unless one of them, or the scheduler, differs."""
    from distributed import WorkerPlugin

    needed = same_there(client, address)
    folders = (folder.path, study.file.parent, study.templates, study.output)
    there = [Path(os.path.relpath(path, os.path.commonpath(folders))).as_posix() for path in folders]
    files = {name: (folder.path / name).read_bytes() for name in folder.hashes}
    plugin = type("Home", (Home, WorkerPlugin), {})(modules, there, files, needed)
    client.register_plugin(plugin, name=name)


def _patience() -> float:
    """Seconds after which Dask gives up a connection, from its configuration."""
    import dask

    return float(dask.utils.parse_timedelta(dask.config.get("distributed.comm.timeouts.connect")))
