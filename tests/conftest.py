"""Fixtures that every room uses."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Whoever sees a test fail sees it fail again; a slow machine is no fault; and a hundred examples seldom find more.
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("repeatable")

# A shell starts what is to run behind it with the interrupt ignored, and that is handed on: programs that tests
# interrupt would never hear of it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[1]

OURS = dict(os.environ)
"""Variables of this user, whose key what `make book` has left is sealed with."""


def pytest_configure(config: pytest.Config) -> None:
    """Files of one folder stand together on the command line, behind those of the folders above it.

    Otherwise pytest 9.1 collects the folder twice, and its later files do not find the fixtures of its ``conftest.py``
    (issue 14635 of pytest-dev/pytest).
    """

    def folder(argument: str) -> tuple[bool, Path]:
        path = config.invocation_params.dir / argument.partition("::")[0]
        return path.is_dir(), path.parent

    config.args.sort(key=folder)


@pytest.fixture(scope="session", autouse=True)
def _key_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What tests make is sealed with a key of their own, also in the processes that they start."""
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("user"))


@pytest.fixture(scope="session")
def root() -> Path:
    """Top of the project."""
    return ROOT


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The tables that ship."""
    return ROOT / "data"


@pytest.fixture(scope="session")
def raw() -> Path:
    """The publishers' raw files, which do not ship."""
    where = os.environ.get("BUZAN_RAW", "")
    if not where:
        pytest.skip("the publishers' raw files are not here: set BUZAN_RAW to their folder")
    return Path(where).resolve()


@pytest.fixture(scope="session")
def server(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A fork server that outlives the runs of these tests, each of which would otherwise wait for one of its own."""
    from buzanlib.study import pool
    from buzanlib.study.trace import Folders

    folder = tmp_path_factory.mktemp("server")
    modules = ["buzanlib.study.results", "buzanlib.tables.descriptor"]
    with pool.Pool(Folders(root / "data", folder, folder, folder), folder / "running", 1, modules):
        pool._users += 1  # the pool itself would leave its variables in the environment of all tests
    yield
    pool._users -= 1
    pool._stop()


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if no other pool of these tests used the fork server: the next one starts a server, and ends it."""
    from buzanlib.study import pool

    pool._stop()
    monkeypatch.setattr(pool, "_users", 0)


@pytest.fixture(scope="session")
def html(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the book, from a copy of the project: its users are of the group "browser".

    What `make book` has left is copied and used again as far as it is right.
    """
    copy = tmp_path_factory.mktemp("book")
    for folder in ("book", "notebooks", "data", "_build"):
        if (root / folder).is_dir():
            shutil.copytree(root / folder, copy / folder, symlinks=True)
    shutil.copy(root / "_config.yml", copy)
    words = [sys.executable, "-m", "buzanlib.cli", "book", copy / "notebooks" / "study.yml"]
    subprocess.run(words, env=OURS, check=True)
    return copy / "_build" / "html"
