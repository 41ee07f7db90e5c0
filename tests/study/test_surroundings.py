"""What lies around a study: none of it runs that is not asked for, and all that a page was made from is watched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from buzanlib.errors import RunError
from buzanlib.study import dependencies, pool
from buzanlib.study.plan import status
from buzanlib.study.runner import run_study

pytestmark = [pytest.mark.xdist_group("kernels"), pytest.mark.usefixtures("server")]

METHODS = ["forkserver", "spawn"] if pool.METHOD == "forkserver" else ["spawn"]

STANDARD = ("json", "random", "site", "sitecustomize", "statistics", "usercustomize")
INSTALLED = (
    "IPython",
    "buzanlib",
    "ipykernel",
    "ipykernel_launcher",
    "matplotlib",
    "numpy",
    "pandas",
    "traitlets",
)


def write(path: Path, *cells: str, parameters: str = 'data: str = ""  # tables') -> None:
    made = [
        new_code_cell(source.strip(), id=f"c{place}") for place, source in enumerate((parameters, *cells))
    ]
    made[0].metadata["tags"] = ["parameters"]
    about = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=made, metadata={"kernelspec": about}), path)


def lay_traps(folder: Path, mark: Path) -> None:
    """Modules that would leave a mark when they are imported, as files and as a package."""
    source = f"with open({str(mark)!r}, 'a') as mark:\n    mark.write(__name__)\n"
    for name in {*STANDARD, *INSTALLED} - {"buzanlib"}:
        (folder / f"{name}.py").write_text(source)
    (folder / "buzanlib").mkdir()
    (folder / "buzanlib" / "__init__.py").write_text(source)


def reasons(path: Path) -> dict[str, str]:
    return {step.run.name: step.reason for step in status(path)}


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("method", METHODS)
def test_no_module_that_lies_in_a_folder_takes_the_place_of_another(
    write_study, tmp_path: Path, method: str, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:  # type: ignore[no-untyped-def]
    mark = tmp_path / "mark"
    (tmp_path / "templates").mkdir()
    for folder in (tmp_path, tmp_path / "templates"):
        lay_traps(folder, mark)
    (tmp_path / "helper.py").write_text("NUMBER = 7\n")
    (tmp_path / "templates" / "other.py").write_text("NUMBER = 8\n")
    source = """
import json, random, statistics
import helper, other
import matplotlib.pyplot, numpy, pandas
from buzanlib.study.results import record

record({{"{name}.own": helper.NUMBER, "{name}.other": other.NUMBER}})
"""
    write(tmp_path / "beside.ipynb", source.format(name="beside"))
    write(tmp_path / "templates" / "within.ipynb", source.format(name="within"))
    monkeypatch.setattr(pool, "METHOD", method)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep)  # of which each empty part means the working directory
    results = run_study(write_study("beside within", templates="templates"), progress=False)
    assert results.scalars == {"beside.own": 7, "beside.other": 8, "within.own": 7, "within.other": 8}
    assert not mark.exists()
    told = capsys.readouterr().err.splitlines()
    hidden = {
        line.split()[2]
        for line in told
        if "is not imported: Python or a package has one of that name" in line
    }
    assert hidden == {*STANDARD, *INSTALLED} - {"sitecustomize", "usercustomize"}
    assert len(told) == len(hidden)  # each once


DRAWS = """
import matplotlib.pyplot as plt

plt.plot([0, 1]);
"""

STYLED = """
plt.style.use("ggplot")
plt.plot([1, 0]);
"""

LOOKS = """
import sys

print("startup" in globals(), sys.path[-1].endswith("templates"), plt.rcParams["lines.linewidth"])
"""


def lay_home(home: Path) -> dict[str, str]:
    """A home that would change what a notebook shows, in every way that it could; returns the variables."""
    red = "figure.facecolor: red\n"
    profile = home / ".ipython" / "profile_default"
    files = {
        profile / "startup" / "00.py": "startup = True\n",
        profile / "ipython_config.py": "get_config().InlineBackend.rc = {'lines.linewidth': 9}\n",
        profile / "ipython_kernel_config.py": "get_config().InlineBackend.print_figure_kwargs = {'dpi': 9}\n",
        home / "startup.py": "startup = True\n",
        home / "matplotlibrc": red,
        home / ".config" / "matplotlib" / "matplotlibrc": red,
        home / ".config" / "matplotlib" / "stylelib" / "ggplot.mplstyle": red,
        home / "jupyter" / "kernels" / "python3" / "kernel.json": json.dumps(
            {"argv": ["false", "{connection_file}"], "display_name": "none", "language": "python"}
        ),
    }
    for file, content in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return {
        "HOME": str(home),
        "IPYTHONDIR": str(home / ".ipython"),
        "PYTHONSTARTUP": str(home / "startup.py"),
        "MATPLOTLIBRC": str(home / "matplotlibrc"),
        "MPLBACKEND": "pdf",
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(Path(mpl.get_cachedir()).parent),  # else fonts would be looked for again
        "JUPYTER_PATH": str(home / "jupyter"),
    }


@pytest.mark.usefixtures("alone")
def test_a_page_has_nothing_of_the_home_of_who_runs_it(
    write_study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    templates, page = tmp_path / "templates", tmp_path / "executed" / "draws.ipynb"
    templates.mkdir()
    write(templates / "draws.ipynb", DRAWS, STYLED, LOOKS)
    path = write_study("draws", templates="templates")
    run_study(path, progress=False)
    clean = page.read_bytes()
    cells = nbformat.reads(clean.decode(), as_version=4).cells  # type: ignore[no-untyped-call]
    assert [output.output_type for cell in cells[-3:] for output in cell.outputs] == ["display_data"] * 2 + [
        "stream"
    ]

    for name, value in lay_home(tmp_path / "home").items():
        monkeypatch.setenv(name, value)
    shutil.copy(tmp_path / "home" / "matplotlibrc", templates / "matplotlibrc")
    shutil.copy(tmp_path / "home" / "matplotlibrc", tmp_path / "matplotlibrc")
    monkeypatch.chdir(tmp_path)
    for method in METHODS:
        page.unlink()
        monkeypatch.setattr(pool, "METHOD", method)
        run_study(path, force=True, progress=False)
        assert page.read_bytes() == clean
        monkeypatch.setenv("XDG_CONFIG_HOME", "")
        monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "home" / ".config" / "matplotlib"))


def test_a_temporary_folder_may_have_a_long_path(write_study, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    place = tmp_path / ("x" * 60) / ("y" * 60)  # longer than the path of a socket may be
    place.mkdir(parents=True)
    command = [sys.executable, "-m", "buzanlib.cli", "run", str(write_study("numbers"))]
    subprocess.run(command, env={**os.environ, "TMPDIR": str(place)}, check=True, capture_output=True)
    assert (tmp_path / "executed" / "numbers.ipynb").is_file()
    assert not list(place.iterdir())


@pytest.fixture
def library(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the library, which is watched in place of the one that notebooks load."""
    copy = tmp_path / "library" / "buzanlib"
    shutil.copytree(root / "buzanlib", copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(dependencies, "ROOT", copy)
    return copy


def add_line(file: Path, line: str = "# changed\n") -> None:
    file.write_text(file.read_text(encoding="utf-8") + line, encoding="utf-8")


def test_all_that_a_notebook_of_ones_own_reads_is_watched(write_study, tmp_path: Path, library: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "helper.py").write_text("import buzanlib.theory.distances\nNUMBER = 7\n")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("a")
    source = """
from pathlib import Path
import helper
from buzanlib.study.results import record

here = Path({folder!r})
texts = sorted(file.read_text() for file in here.glob("notes/*.txt"))
try:
    more = (here / "more.txt").read_text()
except FileNotFoundError:
    more = ""
record({{"mine.number": helper.NUMBER, "mine.texts": "".join(texts) + more}})
"""
    write(tmp_path / "mine.ipynb", source.format(folder=str(tmp_path)))
    path = write_study("mine numbers")
    assert run_study(path, progress=False)["mine.number"] == 7
    assert reasons(path) == {"mine": "", "numbers": ""}

    before = (tmp_path / "helper.py").read_text()
    (tmp_path / "helper.py").write_text(before.replace("7", "70"))
    assert reasons(path) == {"mine": "files have changed: helper.py", "numbers": ""}
    assert run_study(path, progress=False)["mine.number"] == 70
    for name in ("notes/a.txt", "more.txt"):
        (tmp_path / name).write_text("b")
        assert reasons(path) == {"mine": f"files have changed: {name}", "numbers": ""}
        assert str(run_study(path, progress=False)["mine.texts"]).endswith("b")
    (tmp_path / "more.txt").unlink()
    assert reasons(path) == {"mine": "", "numbers": ""}  # that page is still there

    add_line(library / "theory" / "distances.py")
    assert reasons(path) == {"mine": "code has changed: buzanlib.theory.distances", "numbers": ""}
    add_line(library / "study" / "publish.py")
    assert reasons(path)["numbers"] == "code has changed: buzanlib.study.publish"


EDITS = """
from buzanlib.study.results import record

with open({file!r}, "a") as file:
    file.write("# changed\\n")
record({{"edits.n": 1}})
"""


def test_no_page_is_kept_of_code_that_has_changed_since_it_was_looked_at(
    write_study, tmp_path: Path, library: Path
) -> None:  # type: ignore[no-untyped-def]
    file = library / "theory" / "distances.py"
    write(tmp_path / "edits.ipynb", EDITS.format(file=str(file)))
    write(
        tmp_path / "later.ipynb",
        'import buzanlib.theory.distances\nfrom buzanlib.study.results import record\nrecord({"later.n": 2})',
        parameters='results: str = ""  # numbers before',
    )
    path = write_study("edits later")
    message = "buzanlib.theory.distances has changed while later ran: run the study again"
    with pytest.raises(RunError, match=message):
        run_study(path, progress=False)
    assert reasons(path) == {"edits": "", "later": "it has not run yet"}
    run_study(path, progress=False)
    assert reasons(path) == {"edits": "", "later": ""}


def test_no_page_is_made_by_code_that_is_older_than_its_file(
    write_study, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setitem(dependencies._LOADED, root / "buzanlib" / "study" / "publish.py", "0" * 64)
    with pytest.raises(
        RunError, match=r"buzanlib\.study\.publish has changed since it was loaded: start again"
    ):
        run_study(write_study("numbers"), progress=False)


def install(site: Path, name: str, version: str) -> None:
    about = site / f"{name}-{version}.dist-info" / "METADATA"
    about.parent.mkdir(parents=True)
    about.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def test_packages_count_as_they_are_installed_and_those_of_tests_do_not(
    write_study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    site = tmp_path / "site"
    site.mkdir()
    path = write_study("numbers")
    monkeypatch.syspath_prepend(site)
    run_study(path, progress=False)
    was = dependencies.packages()["scipy"]
    install(site, "pytest", "0.1")
    assert reasons(path) == {"numbers": ""}
    install(site, "scipy", "0.1")
    assert reasons(path) == {"numbers": f"packages have changed: scipy was {was} and is 0.1"}


def test_no_page_is_kept_where_packages_change_while_it_is_made(
    write_study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    file = site / "scipy-0.2.dist-info" / "METADATA"
    source = f"""
from pathlib import Path

Path({str(file)!r}).parent.mkdir()
Path({str(file)!r}).write_text("Metadata-Version: 2.1\\nName: scipy\\nVersion: 0.2\\n")
"""
    write(tmp_path / "installs.ipynb", source)
    with pytest.raises(
        RunError, match="what is installed has changed while installs ran: run the study again"
    ):
        run_study(write_study("installs"), progress=False)
