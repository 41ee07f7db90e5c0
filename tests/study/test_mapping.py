"""Work shared out among processes, or workers of a cluster, gives what one process gives, in the same order."""

from __future__ import annotations

import math
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from buzanlib.errors import ClusterError, RunError
from buzanlib.sources import text_folder
from buzanlib.sources.own_texts import gather_texts
from buzanlib.study.mapping import AHEAD, in_processes, on_cluster

SAID = "Cyber attacks threaten our power grid. We act."


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Texts of some states, each of which is read in a call of its own."""
    monkeypatch.setattr(text_folder, "BATCH", 1)
    folder = tmp_path / "texts"
    folder.mkdir()
    for number, state in enumerate(("EST", "FRA", "LVA", "NLD", "RUS")):
        (folder / f"{state}-2021.txt").write_text(f"We are {state}. {SAID * number}")
    (folder / "BGR-2021.md").write_text("Кибератаки угрожают критической инфраструктуре.", encoding="utf-8")
    return folder


def written(texts: Path, data_dir: Path, out: Path, mapper: Any) -> dict[str, bytes]:
    made = gather_texts(texts, "OEWG", data_dir, out, mapper=mapper)
    return {path.name: path.read_bytes() for path in made.files}


def test_processes_give_what_map_gives_and_are_given_little_at_a_time() -> None:
    asked = []
    items = (asked.append(number) or number for number in range(1, 41))
    found = in_processes(math.sqrt, items, 2)
    assert next(found) == 1
    assert len(asked) <= 2 * AHEAD
    assert list(found) == list(map(math.sqrt, range(2, 41)))


def test_a_single_item_needs_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buzanlib.study.mapping.ProcessPoolExecutor", None)
    assert list(in_processes(lambda number: number + os.getpid(), [1], 2)) == [1 + os.getpid()]
    assert list(in_processes(lambda number: number, [1, 2, 3], 1)) == [1, 2, 3]
    assert list(in_processes(math.sqrt, [], 2)) == []


def test_what_a_call_raises_is_raised_here_and_no_process_is_left() -> None:
    with pytest.raises(ValueError, match=r"math domain error|nonnegative"):
        list(in_processes(math.sqrt, [1, -1, 1, 1, 1, 1, 1, 1], 2))
    assert not multiprocessing.active_children()


def test_a_process_that_ends_is_told() -> None:
    with pytest.raises(RunError, match="a process has ended while it read, perhaps for lack of memory"):
        list(in_processes(os._exit, [3] * 9, 2))


def test_the_rows_do_not_depend_on_the_number_of_processes(
    texts: Path, data_dir: Path, tmp_path: Path
) -> None:
    one = written(texts, data_dir, tmp_path / "one", map)
    two = written(texts, data_dir, tmp_path / "two", partial(in_processes, jobs=2))
    assert one == two


def test_a_cluster_that_cannot_be_reached_is_told(texts: Path, data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="no scheduler can be reached at nowhere"):
        written(texts, data_dir, tmp_path / "mine", partial(on_cluster, address="nowhere"))
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    "address", ["nowhere", "", "tcp://", "http://10.0.0.1:8786", "inproc://x", "tcp://[::1"]
)
def test_no_client_is_begun_for_what_is_no_address(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distributed.Client", lambda *_, **__: pytest.fail("it would end with a traceback"))
    with pytest.raises(ClusterError, match=re.escape(f"no scheduler can be reached at {address}: ")):
        list(on_cluster(math.sqrt, [4], address))


@pytest.mark.filterwarnings("ignore")  # of Dask, on ports that are taken and on how it ends
def test_workers_of_a_cluster_give_the_same_rows(texts: Path, data_dir: Path, tmp_path: Path) -> None:
    from distributed import LocalCluster

    one = written(texts, data_dir, tmp_path / "one", map)
    with LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, protocol="tcp", dashboard_address=":0"
    ) as cluster:
        mapper = partial(on_cluster, address=cluster.scheduler_address)
        assert written(texts, data_dir, tmp_path / "two", mapper) == one


@pytest.mark.soak
@pytest.mark.skipif(os.name != "posix", reason="signals of a terminal")
def test_an_interrupt_ends_all_processes_in_one_line(data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for number in range(400):
        (folder / f"EST-2021-{number}.txt").write_text(f"{number}. " + SAID * 1000)
    words = ["data", "texts", str(folder), "--corpus", "OEWG", "--data", str(data_dir), "--jobs", "2"]
    command = [sys.executable, "-m", "buzanlib.cli", *words, "--out", str(tmp_path / "mine")]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    process = psutil.Process(run.pid)
    wait_for(lambda: len(process.children()) >= 2)
    children = process.children()
    time.sleep(0.5)
    os.killpg(run.pid, signal.SIGINT)
    _, told = run.communicate(timeout=120)
    assert run.returncode == 1
    assert told == "buzan: interrupted; nothing is half-written\n"
    wait_for(lambda: not any(child.is_running() for child in children))
    assert not (tmp_path / "mine").exists()


def wait_for(true: Callable[[], bool]) -> None:
    for _ in range(2400):
        if true():
            return
        time.sleep(0.05)
    raise TimeoutError
