"""The environment of `make`: complete, or without a stamp and made again; other folders are left alone."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import distributions
from pathlib import Path

import pytest

TOOLS = ("bash", "env", "find", "make", "mkdir", "rm", "touch", "id", "python3", "sh", "uname")

PYPROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"
[project]
name = "buzanlib"
version = "0"
dependencies = ["pyyaml", "tqdm", "traitlets"]
[tool.setuptools.packages.find]
include = ["buzanlib*"]
"""

FAKE = """\
#!/usr/bin/env bash
echo "${0##*/} $* ${UV_NO_CACHE-}" >> calls
"""

NO_VENV = 'case "$*" in *ensurepip*|*virtualenv*) exit 1;; esac\n'


@pytest.fixture
def project(tmp_path: Path, root: Path) -> Path:
    """A project with this Makefile, and few packages."""
    project = tmp_path / "project"
    for folder in (".ci", "buzanlib/cli", "tests"):
        (project / folder).mkdir(parents=True)
    for name in ("Makefile", ".ci/whole.py"):
        shutil.copy(root / name, project / name)
    for name in ("buzanlib/__init__.py", "buzanlib/cli/__init__.py"):
        (project / name).touch()
    (project / "pyproject.toml").write_text(PYPROJECT)
    pinned = (root / "requirements.txt").read_text().splitlines()
    wanted = ("pyyaml==", "setuptools==", "tqdm==", "traitlets==")
    (project / "requirements.txt").write_text("\n".join(line for line in pinned if line.startswith(wanted)))
    (project / "tests" / "requirements.txt").write_text("iniconfig\n")
    return project


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder with the programs that the Makefile needs, but for uv, and one that would not have to be installed."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in TOOLS:
        (folder / name).symlink_to(sys.executable if name == "python3" else str(shutil.which(name)))
    program(folder / "chromium", "")
    return folder


def program(path: Path, script: str) -> None:
    """A program that notes how it was called."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(FAKE + script)
    path.chmod(0o755)


def surroundings(path: str) -> dict[str, str]:
    """Of a `make` of its own: not a part of the one that runs the tests."""
    return {name: value for name, value in os.environ.items() if "MAKE" not in name} | {"PATH": path}


def make(
    project: Path, path: Path, *words: str, target: str = ".venv/.ready"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", target, *words], cwd=project, env=surroundings(str(path)), capture_output=True, text=True
    )


# ---- What is not ours, and what is missing -------------------------------------------------------------------


def a_folder(venv: Path) -> None:
    venv.mkdir()


def a_link(venv: Path) -> None:
    (venv.parent / "elsewhere").mkdir()
    venv.symlink_to("elsewhere")


def an_environment_elsewhere(venv: Path) -> None:
    a_link(venv)
    (venv / "pyvenv.cfg").write_text("")


@pytest.mark.parametrize("lay", [a_folder, a_link, an_environment_elsewhere])
def test_what_make_has_not_made_is_left_alone(
    project: Path, tools: Path, lay: Callable[[Path], None]
) -> None:
    lay(project / ".venv")
    (project / ".venv" / "thesis.txt").write_text("mine")
    done = make(project, tools)
    assert done.returncode != 0
    assert ".venv is a link or was not made here, and is left alone" in done.stdout
    assert (project / ".venv" / "thesis.txt").read_text() == "mine"


def test_a_file_and_a_link_to_nowhere_are_left_alone(project: Path, tools: Path) -> None:
    (project / ".venv").symlink_to("nowhere")
    assert "left alone" in make(project, tools).stdout
    assert (project / ".venv").is_symlink()
    (project / ".venv").unlink()
    (project / ".venv").write_text("mine")
    assert "left alone" in make(project, tools).stdout
    assert (project / ".venv").read_text() == "mine"


@pytest.mark.parametrize("left", [["pyvenv.cfg", "lib/half.py"], [], ["pyvenv.cfg"]])
def test_without_a_module_that_makes_environments_one_sentence_says_so(
    project: Path, tools: Path, left: list[str]
) -> None:
    program(tools / "python3", NO_VENV + f'exec {sys.executable} "$@"\n')
    (project / ".venv" / "bin").mkdir(parents=True)  # so far one came that was cut off
    for name in left:
        (project / ".venv" / name).parent.mkdir(exist_ok=True)
        (project / ".venv" / name).touch()
    done = make(project, tools)
    assert done.returncode != 0
    assert ".venv is incomplete and is made again" in done.stdout
    assert done.stdout.splitlines()[-1] == (
        "python3 lacks its module venv or ensurepip: install it (Debian, Ubuntu: apt install python3-venv), or uv"
    )
    assert not (project / ".venv").exists()


def test_uv_makes_the_environment_where_python_cannot(project: Path, tools: Path) -> None:
    program(tools / "python3", NO_VENV + f'exec {sys.executable} "$@"\n')
    program(tools / "uv", "exit 1")
    assert make(project, tools).returncode != 0
    assert (project / "calls").read_text().splitlines()[
        -1
    ] == "uv venv --quiet --seed --python python3 .venv 1"


# ---- An upgrade in place -------------------------------------------------------------------------------------


@pytest.fixture
def stamped(project: Path) -> Path:
    """An environment that is whole, as far as anybody knows, but older than the list of its packages."""
    program(project / ".venv" / "bin" / "python", "")
    for name in (".ready", ".ready-for-tests"):
        (project / ".venv" / name).touch()
        os.utime(project / ".venv" / name, (0, 0))
    return project


def stamps(project: Path) -> list[str]:
    return sorted(path.name for path in (project / ".venv").glob(".ready*"))


def test_an_upgrade_that_cannot_be_had_changes_nothing(stamped: Path, tools: Path) -> None:
    program(stamped / ".venv" / "bin" / "uv", 'case "$*" in *--dry-run*) exit 1;; esac\n')
    assert make(stamped, tools).returncode != 0
    assert stamps(stamped) == [".ready", ".ready-for-tests"]


@pytest.mark.parametrize("word", ["--compile-bytecode", "--editable", "whole.py"])
def test_an_upgrade_that_fails_leaves_no_stamp(stamped: Path, tools: Path, word: str) -> None:
    for name in ("uv", "python"):
        program(stamped / ".venv" / "bin" / name, f'case "$*" in *{word}*) exit 1;; esac\n')
    assert make(stamped, tools).returncode != 0
    assert word in (stamped / "calls").read_text().splitlines()[-1]
    assert stamps(stamped) == []


def test_an_upgrade_is_stamped_and_so_are_the_packages_of_the_tests(stamped: Path, tools: Path) -> None:
    program(stamped / ".venv" / "bin" / "uv", "")
    assert make(stamped, tools).returncode == 0
    assert stamps(stamped) == [".ready"]
    assert make(stamped, tools, target=".venv/.ready-for-tests").returncode == 0
    assert stamps(stamped) == [".ready", ".ready-for-tests"]
    (stamped / "calls").unlink()
    assert make(stamped, tools, target=".venv/.ready-for-tests").returncode == 0
    assert not (stamped / "calls").exists(), "nothing has changed"


@pytest.mark.parametrize(("cache", "without"), [("/proc/nowhere", "1"), ("cache", "")])
def test_uv_does_without_a_cache_that_cannot_be_written(
    stamped: Path, tools: Path, cache: str, without: str
) -> None:
    program(stamped / ".venv" / "bin" / "uv", f'case "$*" in "cache dir") echo {cache};; esac\n')
    assert make(stamped, tools).returncode == 0
    calls = [
        line for line in (stamped / "calls").read_text().splitlines() if line.startswith("uv pip install")
    ]
    assert [line.endswith(" 1") for line in calls] == [bool(without)] * 2


# ---- The check before the stamp ------------------------------------------------------------------------------


def test_a_package_that_lacks_a_file_is_found(tmp_path: Path, root: Path) -> None:
    incomplete = runpy.run_path(str(root / ".ci" / "whole.py"))["incomplete"]
    (tmp_path / "one-1.dist-info").mkdir()
    (tmp_path / "one-1.dist-info" / "METADATA").write_text("Name: one\nVersion: 1\n")
    listed = "one.py,sha256=x,4\none.pyc,sha256=x,4\none-1.dist-info/RECORD,,\n"
    (tmp_path / "one-1.dist-info" / "RECORD").write_text(listed)
    (tmp_path / "one.py").write_text("1234")
    packages = list(distributions(path=[str(tmp_path)]))
    assert list(incomplete(packages)) == []
    (tmp_path / "one.py").write_text("12")
    assert list(incomplete(packages)) == ["one.py"]
    (tmp_path / "one.py").unlink()
    assert list(incomplete(packages)) == ["one.py"]


def test_this_environment_is_whole_and_all_that_is_needed_is_looked_at(root: Path) -> None:
    whole = runpy.run_path(str(root / ".ci" / "whole.py"))
    assert list(whole["incomplete"](distributions())) == []
    used = {
        "IPython",
        "jupyter_book",
        "myst_nb",
        "pandas",
        "papermill",
        "pyarrow",
        "scipy",
        "sphinx",
        "statsmodels",
    }
    assert used <= whole["modules"]()


GROUPED = """\
import os, pathlib, pytest

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(4))
def test_where(number):
    pathlib.Path(f"{number}.txt").write_text(os.environ["PYTEST_XDIST_WORKER"])
"""


def test_tests_of_a_group_run_in_one_process(tmp_path: Path) -> None:
    (tmp_path / "test_where.py").write_text(GROUPED)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    ask = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup"]
    subprocess.run(ask, cwd=tmp_path, capture_output=True, check=True)
    where = [path.read_text() for path in tmp_path.glob("*.txt")]
    assert len(where) == 4
    assert len(set(where)) == 1, "this version of pytest and pytest-xdist does not keep groups together"


# ---- Cut off -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def registry(root: Path) -> None:
    """Where packages come from."""
    pinned = next(
        line for line in (root / "requirements.txt").read_text().splitlines() if line.startswith("tqdm=")
    )
    ask = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--dry-run",
        "--ignore-installed",
        "--no-deps",
        pinned,
    ]
    if subprocess.run(ask, capture_output=True).returncode:
        pytest.skip("no package can be had: the registry cannot be reached")


def cut(project: Path, path: str, how: signal.Signals, ripe: Callable[[], bool]) -> None:
    """Install, and cut it off as soon as it is ripe."""
    with subprocess.Popen(
        ["make", ".venv/.ready-for-tests"],
        cwd=project,
        env=surroundings(path),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as install:
        while install.poll() is None and not ripe():
            time.sleep(0.01)
        assert install.poll() is None, "it was never ripe"
        os.killpg(install.pid, how)


def assert_whole(project: Path, path: str) -> None:
    """Install to the end, and hold every file against what it should be."""
    done = make(project, Path(path), target=".venv/.ready-for-tests")
    assert done.returncode == 0, done.stdout + done.stderr
    (packages,) = (project / ".venv" / "lib").glob("*/site-packages")
    incomplete = runpy.run_path(str(project / ".ci" / "whole.py"))["incomplete"]
    found = list(distributions(path=[str(packages)]))
    assert {"setuptools", "tqdm", "uv"} <= {package.name for package in found}
    assert list(incomplete(found)) == []


def packages_of(project: Path) -> int:
    """How many files and folders of packages are there."""
    return len(list(project.glob(".venv/lib/*/site-packages/*")))


@pytest.mark.soak
@pytest.mark.usefixtures("registry")
def test_an_install_and_an_upgrade_that_were_cut_off_end_whole_the_next_time(
    project: Path, tools: Path
) -> None:
    path, venv = f"{tools}:{os.environ['PATH']}", project / ".venv"
    # While the environment is made; while its first packages come; when it is whole, but for those of the tests.
    cut(project, path, signal.SIGINT, lambda: (venv / "pyvenv.cfg").exists())
    cut(project, path, signal.SIGKILL, lambda: packages_of(project) > 2)
    cut(project, path, signal.SIGINT, lambda: (venv / ".ready").exists())
    assert_whole(project, path)
    (project / "requirements.txt").write_text(
        re.sub("^tqdm=.*", "tqdm<4.67", (project / "requirements.txt").read_text(), flags=re.MULTILINE)
    )
    cut(project, path, signal.SIGKILL, lambda: not (venv / ".ready").exists())
    assert_whole(project, path)


@pytest.mark.soak
@pytest.mark.usefixtures("registry")
def test_all_packages_cut_off_while_they_are_linked_are_whole_in_the_end(
    tmp_path: Path, root: Path, tools: Path
) -> None:
    project = tmp_path / "all"
    made = shutil.ignore_patterns("__pycache__")
    for folder in (".ci", "buzanlib"):
        shutil.copytree(root / folder, project / folder, ignore=made)
    (project / "tests").mkdir()
    for name in (
        "Makefile",
        "pyproject.toml",
        "requirements.txt",
        "README.md",
        "LICENSE",
        "tests/requirements.txt",
    ):
        shutil.copy(root / name, project / name)
    path = f"{tools}:{os.environ['PATH']}"
    cut(project, path, signal.SIGKILL, lambda: packages_of(project) > 90)
    assert_whole(project, path)


def test_files_of_one_folder_need_not_stand_together(root: Path, tmp_path: Path) -> None:
    """Named in any order, with others between them, every test finds the fixtures of its folder."""
    place = tmp_path / "room"
    place.mkdir()
    shutil.copy(root / "tests" / "conftest.py", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (place / "conftest.py").write_text("import pytest\n\n\n@pytest.fixture\ndef chair():\n    return 1\n")
    for name in ("room/test_a.py", "room/test_b.py"):
        (tmp_path / name).write_text("def test_it(chair):\n    assert chair\n")
    (tmp_path / "test_c.py").write_text("def test_it():\n    pass\n")
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    for names in (
        ["room/test_a.py", "test_c.py", "room/test_b.py::test_it"],
        ["room", "test_c.py", "room/test_b.py"],
    ):
        done = subprocess.run([*words, *names], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert "3 passed" in done.stdout, done.stdout
