"""Runs that are killed: nothing of them lives on, and the next run leaves what one undisturbed leaves."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from buzanlib.files import BUSY
from buzanlib.study.cache import FOLDER, Cache, Entry, Inputs
from buzanlib.study.manifest import MANIFEST
from buzanlib.study.owned import RECORD, OwnedFolder
from buzanlib.study.publish import Page
from buzanlib.study.results import Results
from buzanlib.study.runner import PREVIOUS, RESULTS

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are told apart by their environment"),
    pytest.mark.xdist_group("kills"),
]

MARK = "BUZAN_TEST_OF_KILLS"

RUN = "from buzanlib.cli import main; raise SystemExit(main())"
SPAWNED = f"from buzanlib.study import pool; pool.METHOD = 'spawn'; {RUN}"
"""The command with forked and with spawned processes."""

RECORDS = """
from pathlib import Path
from time import sleep

from buzanlib.study.results import Results, record
"""

TEMPLATES = {
    "first": ("count: int = 3  # how many", 'sleep(0.1)\nrecord({"first.n": count})'),
    "second": (
        "",
        'rows = (Path(data) / "tiles.csv").read_text().splitlines()\nsleep(0.2)\nrecord({"rows": len(rows)})',
    ),
    "sum": (
        'results: str = ""  # numbers before',
        "before = Results.load(Path(results))\n"
        'record({"sum.n": sum(before[key] for key in before.values)})\nsleep(0.1)',
    ),
}


def study_in(folder: Path, root: Path, names: str = "first second sum") -> Path:
    """A study of tiny notebooks of its own; in every folder the same but for the folder."""
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    about = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for name, (parameters, source) in TEMPLATES.items():
        cells = [
            new_markdown_cell(f"# {name}", id="title"),
            new_code_cell(
                f'data: str = ""  # tables\n{parameters}', id="given", metadata={"tags": ["parameters"]}
            ),
            new_code_cell(RECORDS.strip(), id="imports"),
            new_code_cell(source, id="works"),
        ]
        notebook = new_notebook(cells=cells, metadata={"kernelspec": about})
        nbformat.write(notebook, folder / "templates" / f"{name}.ipynb")
    path = folder / "study.yml"
    head = (
        f"title: Tiny\ntemplates: templates\ndata: {root / 'data'}\nbook: {root / 'book'}\noutput: executed\n"
    )
    path.write_text(
        head + "notebooks:\n" + "".join(f"  {name}:\n" for name in names.split()), encoding="utf-8"
    )
    return path


@dataclass
class Runs:
    """Runs of one study as processes, with a folder for temporary files of their own.

    Every process that a run starts, and those that they start, have the mark in their environment.
    """

    study: Path
    program: str = RUN
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def output(self) -> Path:
        return self.study.parent / "executed"

    @property
    def temporary(self) -> Path:
        return self.study.parent / "temporary"

    def start(self, *words: str) -> subprocess.Popen[str]:
        self.temporary.mkdir(exist_ok=True)
        return subprocess.Popen(
            [sys.executable, "-c", self.program, words[0], str(self.study), *words[1:]],
            env=os.environ | {MARK: self.mark, "TMPDIR": str(self.temporary)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # A shell that works in the background lets its processes ignore interrupts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
        )

    def survivors(self) -> list[int]:
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK) == self.mark and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process.pid)
            except psutil.Error:
                continue  # it has ended, or belongs to somebody else
        return found

    def finish(self, *words: str) -> str:
        """What an undisturbed run says."""
        process = self.start("run", *words)
        told = process.communicate()[1]
        assert process.returncode == 0, told
        wait_for(lambda: not self.survivors())
        return told


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until a condition holds, and fail where it never does."""
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("waited in vain")


def published(output: Path) -> dict[str, Any]:
    """Whatever lies in the output folder of a study that was run, but times and the numbers of earlier runs."""
    files: dict[str, Any] = {
        str(file.relative_to(output)): file.read_bytes()
        for file in output.rglob("*")
        if file.is_file() and FOLDER not in file.parts and file.name not in (MANIFEST, PREVIOUS, RECORD)
    }
    files[MANIFEST] = json.loads((output / MANIFEST).read_text(encoding="utf-8"))
    for about in files[MANIFEST]["notebooks"].values():
        about.pop("seconds")
    return files


def whole(output: Path) -> None:
    """Whatever anyone may read between two runs can be read."""
    for file in output.glob("*.ipynb"):
        nbformat.validate(nbformat.read(file, as_version=4))
    if (output / RESULTS).exists():
        Results.load(output / RESULTS)
    for note in (output / FOLDER).glob("*.json"):
        assert Cache(output).recall(note.name), note.name


def parts(folder: Path) -> list[Path]:
    """Files that are not whole yet, or never will be."""
    return list(folder.rglob("*.buzan-part"))


def clean(runs: Runs) -> None:
    """No part, no page without a note, nothing of a notebook process is left."""
    assert list(runs.temporary.iterdir()) == []
    kept = runs.output / FOLDER
    assert parts(runs.output) == []
    assert not (runs.output / BUSY).exists()
    assert not (kept / "running").exists()
    assert {page.stem for page in kept.glob("*.ipynb")} <= {note.stem for note in kept.glob("*.json")}


def kill_often(runs: Runs, times: int, seconds: float, seed: int) -> int:
    """Kill runs at random moments of the seconds that one takes, so many times with each signal.

    Returns
    -------
    How often a run said in one line that it was interrupted.
    """
    chance = random.Random(seed)
    hits = dict.fromkeys((signal.SIGKILL, signal.SIGINT, signal.SIGTERM), 0)
    told_so = turn = 0
    while min(hits.values()) < times:
        number = min(hits, key=lambda number: hits[number])
        turn += 1
        words = ["run", "--jobs", str(chance.choice([1, 2]))]
        words += chance.choice([["--force"], ["-p", f"count={turn}"]])
        process = runs.start(*words)
        time.sleep(chance.uniform(0, seconds))
        process.send_signal(number)
        told = process.communicate()[1]
        wait_for(lambda: not runs.survivors())
        whole(runs.output)
        assert process.returncode in {0, 1, -number}, told
        if process.returncode:
            hits[number] += 1
        else:
            seconds *= 0.9  # the machine is less busy than it was
        if "buzan: interrupted" in told:
            told_so += 1
            assert process.returncode == 1
            assert "Traceback" not in told
    return told_so


@pytest.mark.slow
def test_after_many_kills_one_run_leaves_what_an_undisturbed_one_leaves(tmp_path: Path, root: Path) -> None:
    quiet, killed = (Runs(study_in(tmp_path / name, root)) for name in ("quiet", "killed"))
    start = time.perf_counter()
    quiet.finish()
    seconds = time.perf_counter() - start
    assert kill_often(killed, 2, seconds, seed=20100615) > 0
    killed.finish()
    assert published(killed.output) == published(quiet.output)
    clean(killed)


@pytest.mark.slow
def test_kills_leave_no_spawned_process_either(tmp_path: Path, root: Path) -> None:
    quiet, killed = (
        Runs(study_in(tmp_path / name, root, "first sum"), SPAWNED) for name in ("quiet", "killed")
    )
    start = time.perf_counter()
    quiet.finish()
    seconds = time.perf_counter() - start
    kill_often(killed, 1, seconds, seed=2)
    killed.finish()
    assert published(killed.output) == published(quiet.output)
    clean(killed)


STOPPED = """
import os, sys
from pathlib import Path
from buzanlib.study.cache import Cache, Entry, Inputs
from buzanlib.study.owned import OwnedFolder
from buzanlib.study.plan import status
from buzanlib.study.publish import Page
from buzanlib.study.runner import run_study
from buzanlib.site import build

WRITES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.link"}

def stop_before(number, interrupted):
    left = number
    def write(event, about):
        nonlocal left
        if event in WRITES or event == "open" and about[2] & (os.O_WRONLY | os.O_RDWR):
            left -= 1
            if left == 0:
                if interrupted:
                    raise KeyboardInterrupt
                os._exit(9)
    sys.addaudithook(write)

def pages(layout, owned, jobs):
    # As the build that it stands for, it uses again whatever is there.
    for name in (".doctrees/read", "jupyter_execute/picture", "html/page.html", "html/index.html"):
        file = OwnedFolder(owned.path).listed(owned.path / name)
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            with file.open("w") as half:
                half.write("half ")
                half.flush()
                file.chmod(0o644)
                half.write("and half")

build._sphinx_build = pages

def save(study):
    with OwnedFolder.claimed(study.parent / "executed") as output:
        for n in range(6):
            inputs = Inputs("template", {"n": n}, {}, {}, "", {"a.csv": "1"})
            Cache(output).save("page", Entry(inputs, Page(f"{n}", {"n": n}, {}, ()), 1.0))

WHAT = {
    "run": lambda study: run_study(study, progress=False),
    "book": lambda study: build.build_book(study, progress=False),
    "save": save,
}

for line in sys.stdin:
    what, study, number, how = line.split()
    if what != "save":
        status(Path(study))  # so that not every child has to parse the library
    child = os.fork()
    if child == 0:
        if int(number):
            stop_before(int(number), how == "interrupted")
        try:
            WHAT[what](Path(study))
        except KeyboardInterrupt:
            os._exit(9)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Runs in forks of one process, stopped before the nth change that they make to a file or folder."""


class Stopped:
    """Asks a process that runs the program above."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", STOPPED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, what: str, study: Path, before: int = 0, how: str = "killed") -> bool:
        """Whether it was stopped before the nth change, and not finished earlier."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{what} {study} {before} {how}\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        assert code in {0, 9}
        return code == 9

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def stopped() -> Iterator[Stopped]:
    asks = Stopped()
    yield asks
    asks.close()


def all_of(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "how", "every"), [("run", "killed", 2), ("run", "interrupted", 4), ("book", "killed", 6)]
)
def test_a_publication_that_is_stopped_anywhere_is_finished_by_the_next_run(
    tmp_path: Path, root: Path, stopped: Stopped, what: str, how: str, every: int
) -> None:
    folder, base = tmp_path / "study", tmp_path / "base"
    # All pages of the study that is to be published are in the cache; what is published is another one.
    for names in ("first sum", "first second sum"):
        path = study_in(folder, root, names)
        assert not stopped(what, path)
    study_in(folder, root, "first sum")
    if what == "book":
        assert not stopped("run", path)  # what is left to do is the book, of which nothing is built
        shutil.rmtree(folder / "executed" / "_build")
    shutil.copytree(folder, base)
    assert not stopped(what, path)
    undisturbed = all_of(folder)
    assert undisturbed != all_of(base)

    for number in count(1, every):
        shutil.rmtree(folder)
        shutil.copytree(base, folder)
        if not stopped(what, path, number, how):
            break
        whole(folder / "executed")
        if how == "interrupted":
            assert parts(folder) == []
        assert not stopped(what, path)
        assert all_of(folder) == undisturbed
    assert number > 20


@pytest.mark.slow
def test_a_publication_that_is_stopped_and_given_up_leaves_no_page(
    tmp_path: Path, root: Path, stopped: Stopped
) -> None:
    folder, base = tmp_path / "study", tmp_path / "base"
    for names in ("first second sum", "first sum"):
        path = study_in(folder, root, names)
        assert not stopped("run", path)
    shutil.copytree(folder, base)
    before = published(folder / "executed")

    for number in count(1, 5):
        shutil.rmtree(folder)
        shutil.copytree(base, folder)
        study_in(folder, root, "first second sum")
        if not stopped("run", path, number):
            break
        study_in(folder, root, "first sum")
        assert not stopped("run", path)
        assert published(folder / "executed") == before
    assert number > 20


def test_a_page_whose_keeping_is_stopped_anywhere_is_kept_whole_or_not_at_all(
    tmp_path: Path, stopped: Stopped
) -> None:
    path = tmp_path / "study" / "study.yml"
    output = path.parent / "executed"
    path.parent.mkdir()
    assert not stopped("save", path)
    undisturbed = all_of(output)
    cache = Cache(output)
    for number in count(1):
        shutil.rmtree(output)
        if not stopped("save", path, number):
            break
        for n in range(6):
            inputs = Inputs("template", {"n": n}, {}, {}, "", {"a.csv": "1"})
            found = cache.find("page", inputs)
            assert found.entry in (None, Entry(inputs, Page(f"{n}", {"n": n}, {}, ()), 1.0))
        if output.exists():
            with OwnedFolder.claimed(output) as own:
                Cache(own).sweep()
        assert not stopped("save", path)
        assert all_of(output) == undisturbed
    assert number > 40


@pytest.mark.slow
def test_nobody_builds_on_a_book_whose_builder_was_killed(tmp_path: Path, root: Path) -> None:
    runs = Runs(study_in(tmp_path, root))
    process = runs.start("book")
    wait_for(lambda: (runs.output / "_build" / ".doctrees").exists())
    assert len(runs.survivors()) > 1
    process.kill()
    process.communicate()
    wait_for(lambda: not runs.survivors())
    assert not (runs.output / "_build" / "html" / "index.html").exists()
    assert Cache(runs.output / "_build").recall("built.json") == {}


@pytest.mark.slow
def test_a_study_runs_once_at_a_time_and_two_studies_at_once(tmp_path: Path, root: Path) -> None:
    one, two = (Runs(study_in(tmp_path / name, root)) for name in ("one", "two"))
    first = one.start("run")
    wait_for(lambda: (one.output / BUSY).exists())
    for command in ("run", "book"):
        again = one.start(command)
        assert (
            again.communicate()[1].splitlines()[-1]  # above it stands whose notebooks these are
            == "buzan: another command is at work in 'executed'; wait for it to end"
        )
        assert again.returncode == 2
    two.finish()
    told = first.communicate()[1]
    assert first.returncode == 0, told
    assert published(one.output) == published(two.output)
