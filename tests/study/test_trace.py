"""What a notebook reads is written down."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from buzanlib.files import sha256
from buzanlib.study import pool
from buzanlib.study.execute import Executed
from buzanlib.study.spec import Run
from buzanlib.study.trace import Folders, read

pytestmark = [pytest.mark.xdist_group("kernels"), pytest.mark.usefixtures("server")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Some tables, beside a folder for notebooks and a file of no interest."""
    for name in (
        "data/a.csv",
        "data/b.csv",
        "data/c.csv",
        "data/d.csv",
        "data/deep/e.csv",
        "notebooks/f.csv",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x,y\n1,2\n")
    return tmp_path / "data"


def folders(data: Path) -> Folders:
    """A study in a folder of its own, with templates that lie elsewhere."""
    return Folders(data, data.parent / "study", data.parent / "notebooks", data.parent / "study" / "out")


@pytest.fixture(params=["forkserver", "spawn"])
def run(
    request: pytest.FixtureRequest, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Executed]]:
    """Runs a cell in a process that starts in either way."""
    monkeypatch.setattr(pool, "METHOD", request.param)
    with pool.Pool(folders(folder), tmp_path / "running", 1, load=False) as processes:

        def run(source: str) -> Executed:
            template = folder.parent / "notebooks" / "a.ipynb"
            nbformat.write(new_notebook(cells=[new_code_cell(textwrap.dedent(source))]), template)
            return processes.submit(Run("a", template, {}, {})).result()

        yield run


def test_names_are_written_down_of_what_is_read_and_of_nothing_else(run: Callable[[str], Executed]) -> None:
    source = """
    import os
    from pathlib import Path

    import pandas as pd

    data = Path("../data")
    pd.read_csv(data / "a.csv")
    (data / "b.csv").read_bytes()
    (data / "deep" / "e.csv").read_text()
    if os.fork() == 0:
        (data / "d.csv").read_text()
        os._exit(0)
    os.wait()
    (data / "new.csv").write_text("")
    (data / "c.csv").exists(), sorted(data.iterdir())
    """
    executed = run(source)
    assert executed.fault == ""
    assert executed.read == dict.fromkeys(("a.csv", "b.csv", "d.csv", "deep/e.csv"), "")
    assert run("1").read == {}
    assert run("open('../data/a.csv').close(); 1 / 0").read is None


SCRIPT = """
import os
from pathlib import Path
from buzanlib.study.trace import Folders
from buzanlib.study.trace import start
start(Folders(Path({folder!r}), Path("../study"), Path("../templates"), Path("../study/out")), Path("../names"))
{source}
"""


def names(source: str, folder: Path) -> str:
    """What is written of a script that runs in the folder of notebooks, as it is written."""
    script = SCRIPT.format(folder=str(folder), source=source)
    subprocess.run([sys.executable, "-c", script], check=True, cwd=folder.parent / "notebooks")
    return (folder.parent / "names").read_text()


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("open('../data/a.csv'); open('../notebooks/../data/a.csv')", "a.csv\n"),
        ("open(b'../data/a.csv')", "a.csv\n"),
        ("os.close(os.open(Path('../data/a.csv'), os.O_RDONLY))", "a.csv\n"),
        ("os.chdir('../data'); open('a.csv', 'r+')", "a.csv\n"),
        ("open('../data/a.csv', 'w'); open('../data/b.csv', 'a'); open('../data/n.csv', 'x')", ""),
        ("open(os.dup(0))", ""),
        ("open('/dev/null'); open('f.csv')", ""),
        ("open('../database', 'w+')", ""),
        ("open('../data/b.csv'); open('../data/a.csv')", "b.csv\na.csv\n"),
    ],
)
def test_every_way_to_open_a_file_counts_once(source: str, written: str, folder: Path) -> None:
    assert names(source, folder) == written


@pytest.mark.parametrize("source", ["open('../data/none.csv')", "open('../data/deep')"])
def test_what_cannot_be_read_counts(source: str, folder: Path) -> None:
    name = source.split("/")[-1].removesuffix("')")
    assert names(f"try: {source}\nexcept OSError: pass", folder) == f"{name}\n"


def test_links_to_and_from_the_folder_count(folder: Path) -> None:
    (folder / "out.csv").symlink_to(folder.parent / "notebooks" / "f.csv")
    (folder.parent / "notebooks" / "in.csv").symlink_to(folder / "c.csv")
    (folder.parent / "same").symlink_to(folder)
    assert names("open('../same/out.csv')", folder) == "out.csv\n"
    assert names("open('in.csv')", folder) == "c.csv\n"
    assert names("open('../data/d.csv')", folder.parent / "same") == "d.csv\n"


def test_what_is_no_path_is_refused_as_ever(folder: Path) -> None:
    (folder / "loop").symlink_to(folder / "loop")
    source = "try: open({!r})\nexcept {} as error: assert {!r} in str(error)\nelse: assert False"
    assert names(source.format("../data/a\0b", "ValueError", "null byte"), folder) == ""
    names(source.format("../data/loop", "OSError", "Too many levels"), folder)


@pytest.fixture
def study(folder: Path) -> Path:
    """A study with modules and files of its own."""
    place = folder.parent
    for name in (
        "study/a.csv",
        "study/out/b.csv",
        "study/.hidden/c.csv",
        "templates/d.csv",
        "elsewhere/e.csv",
    ):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(name)
    for name in (
        "study/helper.py",
        "study/package/__init__.py",
        "study/package/part.py",
        "templates/other.py",
    ):
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text("")
    with sqlite3.connect(place / "study" / "own.db") as connection:
        connection.execute("create table rows (n)")
    return place


IMPORTS = "sys.path += ['../study', '../templates']; import helper, other, package.part"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("open('../study/a.csv'); open('../study/none.csv', 'a')", {"./a.csv"}),
        ("try: open('../study/none.csv')\nexcept OSError: pass", {"./none.csv"}),
        ("open('../study/out/b.csv'); open('../study/.hidden/c.csv'); open('../elsewhere/e.csv')", set()),
        ("open('../templates/d.csv')", {"../templates/d.csv"}),
        ("open('../study/link.csv'); open('../elsewhere/back.csv')", {"./link.csv", "./a.csv"}),
        ("open('../study/linked/e.csv')", {"./linked/e.csv"}),
        ("open('../study/new.csv', 'w').write('x'); open('../study/new.csv')", set()),
        ("open('../study/a.csv').close(); open('../study/a.csv', 'w').write('x')", {"./a.csv"}),
        (IMPORTS, {"./helper.py", "../templates/other.py", "./package/__init__.py", "./package/part.py"}),
        ("import sqlite3; sqlite3.connect('../study/own.db').execute('select * from rows')", {"./own.db"}),
        ("import sqlite3; sqlite3.connect(Path('../study/own.db'))", {"./own.db"}),
        ("import sqlite3; sqlite3.connect('file:../study/own.db?mode=ro', uri=True)", {"./own.db"}),
        ("import os, sqlite3; os.chdir('../study'); sqlite3.connect(':memory:')", set()),
    ],
)
def test_files_beside_the_study_are_noted_as_they_were(
    study: Path, source: str, found: set[str], folder: Path
) -> None:
    (study / "study" / "link.csv").symlink_to(study / "elsewhere" / "e.csv")
    (study / "elsewhere" / "back.csv").symlink_to(study / "study" / "a.csv")
    (study / "study" / "linked").symlink_to(study / "elsewhere")
    files = {name: study / "study" / name for name in found}
    before = {name: sha256(file) if file.is_file() else "" for name, file in files.items()}
    for _ in range(2):  # the second time what is kept of modules is loaded
        names(f"import sys\n{source}", folder)
        assert read(study / "names") == before
        for name in ("study/a.csv", "study/new.csv"):
            (study / name).write_text("study/a.csv")
        (study / "study" / "new.csv").unlink()
