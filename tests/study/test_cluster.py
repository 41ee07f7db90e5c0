"""Notebooks on a real cluster of Dask: a scheduler and workers in processes of their own."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dask
import distributed.config  # noqa: F401  # else what is set for a while would hide what it sets
import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from buzanlib.cli import main
from buzanlib.errors import ClusterError, RunError
from buzanlib.study.cluster import Cluster, connected
from buzanlib.study.cluster_worker import Home
from buzanlib.study.data_staging import DataFolder
from buzanlib.study.dependencies import code, differences, versions
from buzanlib.study.manifest import MANIFEST
from buzanlib.study.owned import RECORD
from buzanlib.study.plan import status
from buzanlib.study.runner import run_study
from buzanlib.study.study_file import load_study

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("cluster")]

BRIEFLY = {"distributed.comm.timeouts.connect": "8s"}
"""So long, and no longer, something is waited for that will not come."""

WAITS = """
import os, time
from pathlib import Path
from buzanlib.study.results import record

signs = Path(folder)
(signs / f"{number}-{os.getpid()}").touch()
for _ in range(6000):
    if (signs / "go").exists():
        break
    time.sleep(0.02)
else:
    raise TimeoutError("waited in vain")
record({"waits.number": number})
"""
"""Says that it runs, and goes on when it is told to."""

DEADLY = """
import os, signal, psutil

os.kill(psutil.Process().parent().ppid(), signal.SIGKILL)
"""
"""Ends the worker, which has started the fork server, which has forked the process of the notebook."""


@dataclass
class Machines:
    """A scheduler and its workers.

    Attributes
    ----------
    folder : Path
        For their files.
    environment : dict of str to str
        Of the scheduler.
    processes : dict of str to Popen
        All of them by name.
    address : str
        Of the scheduler.
    """

    folder: Path
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    address: str = ""

    def schedule(self) -> None:
        file = self.folder / "scheduler.json"
        words = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
        self._start("scheduler", [*words, "--scheduler-file", str(file)], self.environment)
        wait_for(lambda: file.exists() and file.read_text().endswith("}"))
        self.address = json.loads(file.read_text())["address"]

    def work(self, name: str, *words: str, **environment: str) -> None:
        """Start a worker with one thread; it need not be there yet."""
        options = ["--nworkers", "1", "--nthreads", "1", "--name", name, "--no-dashboard", *words]
        options += ["--local-directory", str(self.folder / name)]
        self._start(name, ["worker", self.address, *options], environment)

    def come(self) -> None:
        """Wait until all workers have come."""
        logs = [self.folder / f"{name}.log" for name in self.processes if name != "scheduler"]
        wait_for(lambda: all("Registered to" in log.read_text() for log in logs))

    def _start(self, name: str, words: list[str], environment: dict[str, str]) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "dask", *words],
                stdout=log,
                stderr=log,
                env={**os.environ, **environment},
                cwd=self.folder,
            )

    def end(self) -> None:
        for process in reversed(self.processes.values()):
            for child in (
                psutil.Process(process.pid).children(recursive=True) if process.poll() is None else ()
            ):
                child.kill()
            process.kill()
            process.wait()


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[Machines]:
    machines = Machines(folder, environment)
    try:
        machines.schedule()
        yield machines
    finally:
        machines.end()


@pytest.fixture
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """A scheduler without workers."""
    with running(tmp_path_factory.mktemp("machines")) as all_of_them:
        yield all_of_them


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """A scheduler with two workers, of one thread and of two, to which no harm is done."""
    with running(tmp_path_factory.mktemp("two")) as machines:
        machines.work("one", "--no-nanny")
        machines.work("two", "--no-nanny", "--nthreads", "2")
        machines.come()
        yield machines


@pytest.fixture
def waiting(write_study: Callable[..., Path], tmp_path: Path, root: Path) -> Callable[..., Path]:
    """A study with a notebook that waits and a notebook that ends its worker, beside the tiny ones."""
    shutil.copytree(root / "tests" / "notebooks", tmp_path / "templates")
    (tmp_path / "signs").mkdir()
    for name, source in {"waits": WAITS, "deadly": DEADLY}.items():
        parameters = f'data: str = "{root}/data"  # tables\nfolder: str = "{tmp_path}/signs"  # of signs\n'
        cells = [new_code_cell(f"{parameters}number: int = 0  # its own"), new_code_cell(source)]
        cells[0].metadata["tags"] = ["parameters"]
        for cell, place in zip(cells, "ab", strict=True):
            cell["id"] = place
        about = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(
            new_notebook(cells=cells, metadata={"kernelspec": about}),
            tmp_path / "templates" / f"{name}.ipynb",
        )

    def write(notebooks: str, **keys: str) -> Path:
        return write_study(notebooks, templates="templates", **keys)

    return write


def published(path: Path, output: str = "executed") -> dict[str, bytes]:
    """Files of the output folder; the manifest knows times."""
    files = [file for file in (path.parent / output).glob("*") if file.is_file()]
    return {file.name: file.read_bytes() for file in files if file.name not in (MANIFEST, RECORD)}


def wait_for(condition: Callable[[], Any]) -> None:
    """Wait until a condition holds, and fail where it never does."""
    for _ in range(12000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("waited in vain")


def signs(path: Path) -> dict[int, psutil.Process]:
    """Processes of the notebooks that wait, by their numbers."""
    names = [file.name.split("-") for file in (path.parent / "signs").glob("*-*")]
    return {int(number): psutil.Process(int(pid)) for number, pid in names if psutil.pid_exists(int(pid))}


def worker_of(process: psutil.Process) -> psutil.Process:
    server = process.parent()
    assert server is not None
    worker = server.parent()
    assert worker is not None
    return worker


def gone(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def files_read(path: Path) -> dict[str, dict[str, str]]:
    """Hashes of the files that each page has read, as the cache knows them."""
    notes = (path.parent / "executed" / ".cache").glob("*.*.json")
    return {note.name.split(".")[0]: json.loads(note.read_text())["inputs"]["files"] for note in notes}


@pytest.mark.slow
@pytest.mark.parametrize("own", [False, True])
def test_a_cluster_leaves_what_this_machine_leaves(
    two: Machines, write_study: Callable[..., Path], tmp_path: Path, root: Path, own: bool
) -> None:
    table = (root / "data" / "tiles.csv").read_text(encoding="utf-8")
    (tmp_path / "mine.csv").write_text(table.replace("AFG,8,21", "AFG,9,30"), encoding="utf-8")
    keys = {"tables": "{tiles: mine.csv}", "seed": "7"} if own else {}
    notebooks = "numbers: {count: 5}\nfigure:\nwarns:\nreads: {sweep: {times: [1, 2, 3]}}\ntotal:\n"
    path = write_study(notebooks, **keys)
    here = run_study(path, progress=False), published(path), files_read(path)
    assert set(here[1]) > {"results.json", "figure.ipynb", "total.ipynb", "reads--times-3.ipynb"}
    assert here[0]["tiny.total"] == 5  # it reads numbers
    assert here[2]["reads--times-1"].keys() == {"tiles.csv"}

    shutil.rmtree(tmp_path / "executed")
    there = run_study(path, scheduler=two.address, progress=False), published(path), files_read(path)
    assert there == here
    assert {step.reason for step in status(path)} == {""}
    assert not list(two.folder.rglob("buzan-*"))  # what the workers were given has been taken away


@pytest.mark.slow
def test_notebooks_run_at_the_same_time_on_all_workers(two: Machines, waiting: Callable[..., Path]) -> None:
    path = waiting("waits: {sweep: {number: [1, 2, 3, 4]}}")
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(run_study, path, scheduler=two.address, progress=False)
        try:
            wait_for(lambda: len(signs(path)) == 3)
            workers = [worker_of(process).pid for process in signs(path).values()]
        finally:  # else the pool would wait for a run that waits
            (path.parent / "signs" / "go").touch()
        results = run.result()
    one, other = two.processes["one"].pid, two.processes["two"].pid
    assert sorted(workers) == sorted([one, other, other])
    numbers = (1, 2, 3, 4)
    assert [results[f"sweep.number.{number}.waits.number"] for number in numbers] == list(numbers)


@pytest.mark.slow
def test_notebooks_of_a_worker_that_is_killed_run_elsewhere(
    machines: Machines, waiting: Callable[..., Path]
) -> None:
    path = waiting("waits: {sweep: {number: [1, 2, 3, 4]}}\nreads:\n")
    (path.parent / "signs" / "go").touch()
    here = run_study(path, progress=False), published(path)
    shutil.rmtree(path.parent / "executed")
    shutil.rmtree(path.parent / "signs")
    (path.parent / "signs").mkdir()

    for name in ("one", "two"):
        machines.work(name, "--nanny")  # which starts another in its place, as is usual
    machines.come()
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(run_study, path, scheduler=machines.address, progress=False)
        wait_for(lambda: len(signs(path)) == 2)
        before = signs(path)
        number, process = min(before.items())
        worker_of(process).send_signal(signal.SIGKILL)
        wait_for(lambda: gone(process))
        (path.parent / "signs" / "go").touch()
        there = run.result(), published(path)
    started = [file.name for file in (path.parent / "signs").glob(f"{number}-*")]
    assert len(started) == 2  # the one that was cut off, and the one that took its place
    assert there == here


@pytest.mark.slow
def test_notebooks_go_on_with_a_worker_that_comes_when_all_are_gone(
    machines: Machines, waiting: Callable[..., Path]
) -> None:
    path = waiting("waits: {number: 1}")
    machines.work("one", "--no-nanny")
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(run_study, path, scheduler=machines.address, progress=False)
        wait_for(lambda: signs(path))
        (process,) = signs(path).values()
        machines.processes["one"].terminate()
        wait_for(lambda: gone(process))  # and need not be waited for
        machines.work("two", "--no-nanny")
        (path.parent / "signs" / "go").touch()
        assert run.result()["waits.number"] == 1


@pytest.mark.slow
@pytest.mark.parametrize("lost", ["one", "scheduler"])
def test_a_cluster_that_is_lost_is_told_of_and_what_is_finished_is_kept(
    machines: Machines, waiting: Callable[..., Path], lost: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = waiting("reads:\nwaits: {number: 1}")
    machines.work("one", "--no-nanny")
    machines.come()
    with dask.config.set(BRIEFLY), ThreadPoolExecutor(1) as pool:
        run = pool.submit(run_study, path, scheduler=machines.address, jobs=1, progress=False)
        wait_for(lambda: signs(path))
        machines.processes[lost].kill()
        with pytest.raises(
            RunError, match=f"the scheduler at {machines.address} has gone, or has had no worker"
        ):
            run.result()
    assert {step.run.name: step.reason for step in status(path)} == {
        "reads": "",
        "waits": "it has not run yet",
    }
    assert not caplog.records


@pytest.mark.slow
def test_a_notebook_that_ends_its_workers_fails_and_no_other(
    tmp_path: Path, waiting: Callable[..., Path]
) -> None:
    path = waiting("deadly:\nnumbers:\nreads:\n")
    folder = tmp_path / "machines"
    folder.mkdir()
    with running(folder, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1") as machines:
        for name in ("one", "two"):
            machines.work(name, "--nanny")
        with (
            dask.config.set({"distributed.scheduler.allowed-failures": 1}),
            pytest.raises(RunError, match="notebook deadly failed: every worker that ran it has ended"),
        ):
            run_study(path, scheduler=machines.address, progress=False)
    assert {step.run.name: step.reason for step in status(path)} == {
        "deadly": "it has not run yet",
        "numbers": "",
        "reads": "",
    }


@pytest.mark.slow
def test_a_failure_is_told_as_on_this_machine(two: Machines, write_study: Callable[..., Path]) -> None:
    path = write_study("fails numbers total reads")
    failed = path.parent / "executed" / "failed" / "fails.ipynb"
    told = []
    for scheduler in ("", two.address):
        shutil.rmtree(path.parent / "executed", ignore_errors=True)
        with pytest.raises(
            RunError, match=r"notebook fails failed in cell 3:\n.*\n.*\nKeyError: 'inf'"
        ) as failure:
            run_study(path, scheduler=scheduler, progress=False)
        partial = nbformat.read(failed, as_version=4)
        assert partial.cells[-1].outputs[0].ename == "KeyError"
        told.append((str(failure.value), {step.run.name: step.reason for step in status(path)}))
    assert told[0] == told[1]
    assert told[0][1]["reads"] == ""


def changed_code(folder: Path, root: Path) -> dict[str, str]:
    """An environment with other code of this library."""
    shutil.copytree(root / "buzanlib", folder / "buzanlib", ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "buzanlib" / "errors.py").open("a", encoding="utf-8") as file:
        file.write("# another commit\n")
    return {"PYTHONPATH": str(folder)}


@pytest.mark.slow
def test_a_worker_that_can_run_nothing_is_named(two: Machines, waiting: Callable[..., Path]) -> None:
    path = waiting("waits: {sweep: {number: [1, 2]}}")
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(run_study, path, scheduler=two.address, jobs=1, progress=False)
        wait_for(lambda: signs(path))
        templates = list(two.folder.glob("*/**/buzan-*/**/templates"))
        assert len(templates) == 2  # one a worker
        for folder in templates:
            shutil.rmtree(folder)
            folder.touch()
        (path.parent / "signs" / "go").touch()
        with pytest.raises(
            RunError,
            match=r"waits--number-\d cannot run on worker tcp://.*: .*(File exists|No such file|Not a directory)",
        ):
            run.result()


def with_version(folder: Path, package: str) -> dict[str, str]:
    """An environment in which a package says that it is of another version."""
    about = folder / f"{package}-1.5.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.5\n")
    return {"PYTHONPATH": str(folder)}


def changed_package(folder: Path, root: Path) -> dict[str, str]:
    """An environment with another version of a package."""
    return with_version(folder, "pandas")


def changed_dask(folder: Path, root: Path) -> dict[str, str]:
    """An environment with another version of Dask."""
    return with_version(folder, "dask")


def no_library(folder: Path, root: Path) -> dict[str, str]:
    """An environment without this library."""
    folder.mkdir(parents=True)
    (folder / "sitecustomize.py").write_text("import sys\nsys.modules['buzanlib'] = None\n")
    return {"PYTHONPATH": str(folder)}


DIFFERENT: dict[Callable[[Path, Path], dict[str, str]], str] = {
    changed_code: r"other code in buzanlib/errors\.py",
    changed_package: rf"pandas is 1\.5, not {re.escape(version('pandas'))}",
    no_library: r".*No module named .*buzanlib.*",
}


@pytest.mark.slow
def test_workers_that_differ_are_refused_before_anything_runs(
    machines: Machines, waiting: Callable[..., Path], root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = waiting("waits")
    machines.work("right", "--no-nanny")
    for make in DIFFERENT:
        machines.work(make.__name__, "--no-nanny", **make(machines.folder / make.__name__ / "other", root))
    machines.come()
    assert main(["run", str(path), "--scheduler", machines.address]) == 2
    code, fault = capsys.readouterr().err.splitlines()
    assert code.startswith("notebooks are code")
    said = re.findall(r"worker tcp://127\.0\.0\.1:\d+: (.*?)(?=, worker tcp:|; install)", fault)
    assert len(said) == len(DIFFERENT)
    for wrong in DIFFERENT.values():
        assert sum(bool(re.fullmatch(wrong, one)) for one in said) == 1, said
    assert "install the same commit of the library and its requirements.txt there" in fault
    assert not list((path.parent / "signs").iterdir())


@pytest.mark.slow
def test_a_worker_that_differs_and_comes_later_runs_nothing_and_is_named(
    machines: Machines, waiting: Callable[..., Path], root: Path
) -> None:
    path = waiting("waits: {sweep: {number: [1, 2, 3]}}")
    machines.work("one", "--no-nanny")
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(run_study, path, scheduler=machines.address, progress=False)
        wait_for(lambda: signs(path))
        machines.work("two", "--no-nanny", **changed_code(machines.folder / "other", root))
        machines.come()
        (path.parent / "signs" / "go").touch()
        with pytest.raises(
            RunError, match=r"worker tcp.*: it differs from .*: other code in buzanlib/errors\.py"
        ):
            run.result()
    assert list(machines.folder.glob("one/**/dask-scratch-space"))
    assert not list(machines.folder.glob("two/**/buzan-*"))  # it has been given nothing
    assert status(path)[0].reason == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (no_library, "needs this library too: .*buzanlib"),
        (changed_dask, "has another Dask than this machine: dask is 1.5, not "),
    ],
)
def test_a_scheduler_that_differs_is_told_of(
    tmp_path: Path,
    write_study: Callable[..., Path],
    root: Path,
    make: Callable[[Path, Path], dict[str, str]],
    message: str,
) -> None:
    folder = tmp_path / "machines"
    folder.mkdir()
    with (
        running(folder, **make(folder / "other", root)) as machines,
        pytest.raises(ClusterError, match=f"the scheduler at {machines.address} {message}"),
    ):
        run_study(write_study("reads"), scheduler=machines.address, progress=False)


@pytest.mark.slow
def test_an_interrupt_ends_what_runs_on_the_cluster(two: Machines, waiting: Callable[..., Path]) -> None:
    path = waiting("reads:\nwaits: {sweep: {number: [1, 2, 3, 4]}}\n")
    command = [sys.executable, "-m", "buzanlib.cli", "run", str(path), "--scheduler", two.address]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: len(signs(path)) == 3)
    processes = signs(path).values()
    run.send_signal(signal.SIGINT)
    _, told = run.communicate()
    assert run.returncode == 1
    assert "interrupted; what is finished is kept" in told
    assert "Traceback" not in told
    wait_for(lambda: all(gone(process) for process in processes))
    assert len(list((path.parent / "signs").glob("*-*"))) == 3
    assert not list(two.folder.rglob("buzan-*"))

    (path.parent / "signs" / "go").touch()
    assert run_study(path, scheduler=two.address, progress=False)["sweep.number.3.waits.number"] == 3


@pytest.mark.slow
def test_a_scheduler_without_workers_is_told_of(machines: Machines, write_study: Callable[..., Path]) -> None:
    path = write_study("reads")
    with (
        dask.config.set(BRIEFLY),
        pytest.raises(ClusterError, match=f"start some with 'dask worker {machines.address}'"),
    ):
        run_study(path, scheduler=machines.address, progress=False)


def test_a_scheduler_that_cannot_be_reached_is_named(
    write_study: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, and never listened at
        address = f"tcp://127.0.0.1:{nobody.getsockname()[1]}"
        path = write_study("reads")
        for command in ("run", "book"):
            with dask.config.set({"distributed.comm.timeouts.connect": "1s"}):
                assert main([command, str(path), "--scheduler", address]) == 2
            told = capsys.readouterr().err
            assert f"buzan: no scheduler can be reached at {address}: " in told
            assert len(told.splitlines()) == 1


@pytest.mark.parametrize(
    "address",
    ["nowhere", "tcp://10.0.0.1", "tcp://127.0.0.1:87860", "http://10.0.0.1:8786", "tls://10.0.0.1:8786"],
)
def test_an_address_that_is_none_is_refused(address: str, write_study: Callable[..., Path]) -> None:
    message = f"no scheduler can be reached at {address}: "
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(ClusterError, match=message),
        open_(address, write_study),
    ):
        pass


def test_without_dask_it_is_said_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, write_study: Callable[..., Path]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    message = r"a cluster needs Dask .*: pip install 'buzanlib\[cluster\]'"
    with pytest.raises(ClusterError, match=message), open_("tcp://10.0.0.1:8786", write_study):
        pass


def open_(address: str, write_study: Callable[..., Path]) -> AbstractContextManager[Cluster]:
    """Workers that are asked to run nothing."""
    return connected(address, [], load_study(write_study("reads")), DataFolder(Path(), {}))


def test_dask_is_not_imported_unless_it_is_asked_for(write_study: Callable[..., Path]) -> None:
    code = f"""
import sys
import buzanlib.study.cluster, buzanlib.site.build
from buzanlib.cli import main
main(["run", {str(write_study("numbers"))!r}])
print({{"dask", "distributed"}} & sys.modules.keys())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_worker_without_room_for_the_data_says_so_and_keeps_nothing(tmp_path: Path) -> None:
    worker: Any = SimpleNamespace(local_directory=str(tmp_path), state=SimpleNamespace(nthreads=1))
    home = Home(
        [], ["data", ".", "templates", "out"], {"a": b"", "a/b": b""}, {}
    )  # a file where a folder must be
    asyncio.run(home.setup(worker))
    assert home.fault.startswith("it cannot be given the data: ")
    assert list(tmp_path.glob("buzan-*/data/a"))
    asyncio.run(home.teardown(worker))
    assert not list(tmp_path.iterdir())


def test_what_differs_is_named() -> None:
    here = code() | versions(["pandas", "numpy"])
    assert differences(here) == []
    assert differences(here | {"buzanlib/errors.py": "1", "pandas": "1.5", "numpy": ""}) == [
        "other code in buzanlib/errors.py",
        f"pandas is {version('pandas')}, not 1.5",
    ]
    assert differences({"no such package": "1.0"}) == ["no such package is missing, not 1.0"]
