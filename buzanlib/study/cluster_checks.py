"""Who may run notebooks: reach a scheduler of Dask, and hold what workers have against what this machine has."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from buzanlib.errors import ClusterError
from buzanlib.study.dependencies import versions

if TYPE_CHECKING:
    from distributed import Client

_ADDRESS = re.compile(r"((?P<scheme>tcp|tls|ws|wss)://)?([\w.-]+|\[[0-9a-fA-F:.%]+\]):(?P<port>\d{1,5})")

DASK = ("dask", "distributed")
"""Packages that scheduler, workers and this machine must have in the same version; they are not in the lock."""

_SHOWN = 3
"""Workers, and of each what differs, that an error names; of others it says how many there are."""


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """Be a client of a scheduler.

    Parameters
    ----------
    address : str
        Such as ``tcp://10.0.0.1:8786``.

    Raises
    ------
    ClusterError
        Where Dask is not installed, the address is none, TLS is asked for without certificates, no scheduler answers
        within Dask's own time limit, or the one that does lacks this library, of which tasks consist, or has another
        Dask.
    """
    found = _ADDRESS.fullmatch(address)
    if not found or int(found["port"]) > 65535:
        raise ClusterError(f"{address!r} is not the address of a scheduler, such as tcp://10.0.0.1:8786")
    try:
        from distributed import Client, Security
        from distributed.versions import VersionMismatchWarning
    except ModuleNotFoundError as error:
        raise ClusterError(f"a cluster needs Dask ({error}): pip install 'buzanlib[cluster]'") from error
    security = Security()
    if found["scheme"] in ("tls", "wss") and not security.get_connection_args("client").get("ssl_context"):
        raise ClusterError(
            f"{address} needs certificates: name them in Dask's own configuration, distributed.comm.tls"
        )
    with _quiet():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", VersionMismatchWarning)  # what follows is stricter
                client = Client(address, security=security, set_as_default=False)
        except (OSError, ImportError) as error:
            raise ClusterError(f"no scheduler can be reached at {address}: {error}") from error
        try:
            _ask(client, address)
            yield client
        finally:
            client.close()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask's client from logging, at length, what is raised as an error here."""
    logger = logging.getLogger("distributed.client")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _ask(client: Client, address: str) -> None:
    """Ask a scheduler whether it has this library, and the same Dask."""
    try:
        answer = client.run_on_scheduler(versions, DASK)
    except Exception as error:  # of whatever kind its own Python has sent
        raise ClusterError(f"the scheduler at {address} needs this library too: {error}") from error
    here = versions(DASK)
    if words := fault(answer, {name: here[name] for name in DASK}):
        raise ClusterError(f"the scheduler at {address} has another Dask than this machine: {words}")


def patience() -> float:
    """Seconds after which Dask gives up whom it cannot reach, by its own configuration."""
    import dask

    return float(dask.utils.parse_timedelta(dask.config.get("distributed.comm.timeouts.connect")))


def failures() -> int:
    """How many workers may end with a notebook on them before it is given up, by Dask's own configuration."""
    import dask

    return int(dask.config.get("distributed.scheduler.allowed-failures"))


def fault(answer: Mapping[str, str] | Exception, needed: Mapping[str, str]) -> str:
    """Say how a worker differs from this machine; empty where it does not.

    Parameters
    ----------
    answer : mapping of str to str, or Exception
        What the worker says that it has, or why it cannot.
    needed : mapping of str to str
        What this machine has: hashes of files of this library and versions of packages.
    """
    if isinstance(answer, Exception):
        return f"it cannot say what it has: {answer}"
    wrong = []
    for name, here in needed.items():
        there = answer.get(name, "")
        if there != here:
            code = name.endswith(".py")
            wrong.append(
                f"other code in {name}" if code else f"{name} is {there or 'missing'} and {here} is needed"
            )
    return "; ".join(_some(wrong))


def told(faults: Mapping[str, str]) -> str:
    """Put into words what is wrong with workers, and what to do.

    Parameters
    ----------
    faults : mapping of str to str
        By the address of the worker.
    """
    lines = _some([f"worker {address}: {words}" for address, words in sorted(faults.items())])
    return "\n".join(
        [
            "workers have not all that this machine has, so that their numbers might differ",
            *(f"  {line}" for line in lines),
            "install the same commit of the library and its requirements.txt there, and start them again",
        ]
    )


def _some(words: Sequence[str]) -> list[str]:
    more = len(words) - _SHOWN
    return [*words[:_SHOWN], *([f"and {more} more"] if more > 0 else [])]
