"""What a notebook reads is written down, in kernels of both kinds."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import papermill
import pytest
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from buzanlib.files import sha256
from buzanlib.study.kernels import Nursery, Ordinary, available
from buzanlib.study.places import Folders
from buzanlib.study.trace import arguments, read

pytestmark = pytest.mark.xdist_group("kernels")


@pytest.fixture(scope="module", params=["ordinary", "forked"])
def kernels(request: pytest.FixtureRequest) -> Iterator[type[AsyncKernelManager]]:
    if request.param == "ordinary":
        with Ordinary() as ordinary:
            yield ordinary.manager()
    elif available():
        with Nursery([]) as nursery:
            yield nursery.manager()
    else:
        pytest.skip("kernels can be forked on Linux only")


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
    return Folders(data, data.parent / "study", data.parent / "templates", data.parent / "study" / "out")


def run(source: str, kernels: type[AsyncKernelManager], folder: Path, file: Path) -> Any:
    notebook = new_notebook(cells=[new_code_cell(source)])
    try:
        return papermill.execute_notebook(
            notebook,
            None,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            resources={"metadata": {"path": str(folder.parent / "notebooks")}},
            kernel_manager_class=kernels,
            shutdown_kernel="immediate",
            extra_arguments=arguments(folders(folder), folder.parent / "notebooks" / "a.ipynb", file),
        )
    finally:
        ensure_event_loop().close()


def test_names_are_written_down_of_what_is_read_and_of_nothing_else(
    kernels: type[AsyncKernelManager], folder: Path, tmp_path: Path
) -> None:
    source = """
    import os
    from pathlib import Path

    import pandas as pd

    data = Path("../data")
    pd.read_csv(data / "a.csv")
    (data / "b.csv").read_bytes()
    (data / "deep" / "e.csv").read_text()
    Path("f.csv").read_text()
    (data / "new.csv").write_text("")
    (data / "c.csv").exists(), sorted(data.iterdir())
    """
    run(source, kernels, folder, tmp_path / "names")
    assert read(tmp_path / "names") == dict.fromkeys(("a.csv", "b.csv", "deep/e.csv"), "")


def test_a_kernel_that_reads_nothing_says_so_and_one_that_never_ran_does_not(
    kernels: type[AsyncKernelManager], folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError, match="names"):
        read(tmp_path / "names")
    run("1", kernels, folder, tmp_path / "names")
    assert read(tmp_path / "names") == {}


def test_a_kernel_that_dies_leaves_what_it_had_read(
    kernels: type[AsyncKernelManager], folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(DeadKernelError, match="Kernel died"):
        run("import os; open('../data/a.csv').close(); os._exit(1)", kernels, folder, tmp_path / "names")
    assert read(tmp_path / "names") == {"a.csv": ""}


SCRIPT = """
import os
from pathlib import Path
from buzanlib.study.places import Folders
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
