"""Notebook processes: their outputs are those of plain papermill, and none of them is left behind."""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from buzanlib.errors import RunError
from buzanlib.inference.verdicts import Finding
from buzanlib.study import pool as pools
from buzanlib.study.dependencies import modules_of
from buzanlib.study.execute import Executed
from buzanlib.study.parameters import declared
from buzanlib.study.pool import Pool
from buzanlib.study.results import Results, Value
from buzanlib.study.spec import Run
from buzanlib.study.trace import Folders
from buzanlib.tables.descriptor import Descriptor
from buzanlib.tables.schema import FILE

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="notebook processes are forked on Linux only"),
    pytest.mark.xdist_group("kernels"),
]

TEMPLATES = Path(__file__).parents[2] / "notebooks"
DATA = TEMPLATES.parent / "data"
QUICK = "06_quadrants"
"""The template that is run at every change; the others by ``make soak``."""
FEW = {"draws": 99, "bootstrap": 49, "worlds": 100, "size": 20}

SURROUNDINGS = """
import gc, os, signal, sys, warnings
import matplotlib, matplotlib.pyplot, numpy as np, pandas as pd, scipy.stats, seaborn

shell = get_ipython()
print(__name__, sys.modules["__main__"].__name__, "zmq" in str(type(shell)).lower())
print(gc.isenabled(), gc.get_threshold())
print(os.getcwd(), os.environ["MPLBACKEND"], os.environ["SET_LATER"])
print(sorted(shell.user_ns))
print(matplotlib.rcParams)
pd.describe_option()
print(*sorted(str(one) for one in warnings.filters if one[2].__module__ == "builtins"), sep="\\n")
print([signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE)])
print(signal.pthread_sigmask(signal.SIG_BLOCK, []))
print(repr(sys.stdin.read()), np.geterr(), sys.stdout.isatty(), sys.stdout.encoding)
"""

FORKS = """
import os
print("before")
if os.fork() == 0:
    print("in the fork", flush=True)
    os._exit(0)
os.wait()
print("after")
"""

OUTPUTS = {
    "streams": """
        import os, sys; print("out"); print("err", file=sys.stderr); os.write(1, b"low\\n"); os.system("echo lower")
        """,
    "order": """
        from IPython.display import HTML, display
        import sys
        print("one"); display(1); print("two"); print("error", file=sys.stderr); print("three")
        display(HTML("<b>2</b>"), 3); print("four", flush=True); print("five"); "six"
        """,
    "update": """
        from IPython.display import display
        handle = display("first", display_id="it"); print("text"); handle.update("second"); display("third")
        """,
    "cleared": "from IPython.display import clear_output; print(1); clear_output(); print(2)",
    "cleared later": """
        from IPython.display import clear_output
        for number in range(3): clear_output(wait=True); print(number)
        """,
    "warning": "import warnings; warnings.warn('careful')",
    "awaits": "import asyncio; await asyncio.sleep(0.01); asyncio.get_running_loop().is_running()",
    "a loop runs": "import asyncio; asyncio.get_running_loop().is_running()",
    "shell command": "!echo 1; echo 2 >&2",
    "subprocess": "import subprocess, time; subprocess.run(['echo', '1']); time.sleep(1); print(2)",
    "bytes": "from IPython.display import Image; Image(data=b'\\x89PNG\\r\\n\\x1a\\n' + bytes(20), format='png')",
    "two values": "1\n2",
    "silent": "3;",
    "help": "len?",
    "history": "2 + 2\n_ih[-1], In[-1]",
    "wide table": "import pandas as pd; pd.DataFrame({str(column): range(100) for column in range(30)})",
    "picture": "import matplotlib.pyplot as plt; plt.plot([0, 1]); 5",
    "two pictures": "import matplotlib.pyplot as plt; plt.plot([0, 1]); plt.show(); plt.bar([0, 1], [2, 1]);",
    "figure without pyplot": "from matplotlib.figure import Figure; Figure()",
    "surroundings": SURROUNDINGS,
    "magic": "%matplotlib inline\nfrom matplotlib.figure import Figure; Figure()",
}
"""Cells of one notebook; the last changes what those behind it would show."""

ENDS = {
    "error": "def fails(): return 1 / 0\nprint('so far')\nfails()",
    "error in a display": "class Bad:\n    def _repr_html_(self): raise ValueError('bad')\nBad()",
    "syntax": "1 +",
}
"""Cells with which a notebook fails."""

WAITS = """
import os, time
from pathlib import Path

Path({file!r}).write_text(f"{{os.getpid()}} {{os.getppid()}}\\n")
time.sleep(600)
"""

RUNNER = """
import os, sys, time
from pathlib import Path
from buzanlib.study import pool
from buzanlib.study.trace import Folders
from buzanlib.study.pool import Pool
from buzanlib.study.spec import Run

pool._FIRST = ()  # which take long to import
folder = Path(sys.argv[1])
with Pool(Folders(folder, folder, folder, folder), folder / "running", 1, load=False) as pool:
    if sys.argv[2] == "forks" and os.fork() == 0:
        time.sleep(600)
    print(pool.submit(Run("it", folder / "it.ipynb", {}, {})).result().fault)
"""
"""A script without a guard against being imported again."""

CHILD = f"""
import multiprocessing, sys, time
from multiprocessing import util
from pathlib import Path

RUNNER = {RUNNER!r}


def runs(folder):
    sys.argv[1:] = [folder, "alone"]
    exec(RUNNER, {{"__name__": "runner"}})


if __name__ == "__main__":
    folder = util.get_temp_dir()
    child = multiprocessing.get_context("spawn").Process(target=runs, args=sys.argv[1:2])
    child.start()
    while not Path(sys.argv[2]).exists():
        time.sleep(0.01)
    child.kill()
    child.join()
    input()  # until the servers have ended
    print(Path(folder).is_dir())
"""
"""A script that has another process open a pool, as Dask does, and kills that."""


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    """Variables that a pool sets, for plain papermill."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            patch.setenv(name, "1")
        yield


Runs = Callable[..., Executed]


def runs_of(pool: Pool) -> Runs:
    def run(*cells: str, name: str = "it") -> Executed:
        folder = pool._folder.parent / "templates"
        return pool.submit(Run(name, written(folder / f"{name}.ipynb", *cells), {}, {})).result()

    return run


def place(folder: Path, data: Path = DATA) -> Folders:
    (folder / "templates").mkdir(exist_ok=True)
    return Folders(data, folder, folder / "templates", folder / "running")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, environment: None) -> Iterator[Runs]:
    """Runs cells in a process of a pool that has loaded the tables."""
    pools._stop()  # a server that another pool has ordered
    folder = tmp_path_factory.mktemp("pool")
    with Pool(place(folder), folder / "running", 2, ["buzanlib.tables.descriptor"]) as pool:
        yield runs_of(pool)


@pytest.fixture(params=["forkserver", "spawn"])
def either(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runs]:
    """Runs cells in processes that start in either way."""
    if request.param == "forkserver":
        yield request.getfixturevalue("run")
        return
    monkeypatch.setattr(pools, "METHOD", request.param)
    with Pool(place(tmp_path), tmp_path / "running", 2) as pool:
        yield runs_of(pool)


def notebook(*cells: str) -> Any:
    about = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata={"kernelspec": about})


def written(path: Path, *cells: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    nbformat.write(notebook(*cells), path)
    return path


def outputs_of(executed: Executed) -> list[Any]:
    found = nbformat.reads(executed.notebook, as_version=4)
    nbformat.validate(found)
    tags = [cell.metadata.get("tags", []) for cell in found.cells]
    return [
        cell.get("outputs")
        for cell, has in zip(found.cells, tags, strict=True)
        if "papermill-error-cell-tag" not in has
    ]


@pytest.fixture
def bare(alone: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of its own that has imported only what it needs, and so starts soon."""
    monkeypatch.setattr(pools, "_FIRST", ())


def printed(executed: Executed) -> str:
    """What a notebook of one cell prints."""
    assert executed.fault == ""
    ((output,),) = outputs_of(executed)
    return str(output.text)


PLAINLY = """
import json, sys
from papermill import PapermillExecutionError, execute_notebook
template, copy, parameters, folder = json.load(sys.stdin)
try:
    execute_notebook(template, copy, parameters, kernel_name="python3", progress_bar=False, cwd=folder)
except PapermillExecutionError:
    pass
"""
"""Plain papermill in a process of its own: it leaves sockets and an event loop open, which would fail a later test."""


def plainly(what: Any, folder: Path, parameters: dict[str, object] | None = None) -> list[Any]:
    """Outputs of all cells by plain papermill, with text of one stream put together as every viewer does."""
    copy, template = folder / "plain.ipynb", what
    if not isinstance(what, str):
        template = str(folder / "template.ipynb")
        nbformat.write(what, template)
    # Within a test ipykernel leaves file descriptors alone.
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    words = json.dumps([template, str(copy), parameters or {}, str(folder)])
    subprocess.run([sys.executable, "-c", PLAINLY], input=words, text=True, env=environment, check=True)
    if template != what:
        Path(template).unlink()
    outputs = outputs_of(Executed(copy.read_text(), "", None, 0))
    copy.unlink()
    for one in filter(None, outputs):
        for place in range(len(one) - 1, 0, -1):
            before, here = one[place - 1], one[place]
            if here.output_type == before.output_type == "stream" and here.name == before.name:
                before.text += one.pop(place).text
    return outputs


def without_ids(outputs: list[Any]) -> str:
    """Outputs as text; names of cells in warnings have the id of the process, those of objects their address."""
    return re.sub(r"ipykernel_\d+|0x[0-9a-f]+", "", json.dumps(outputs, indent=1))


def pids_in(file: Path) -> list[int]:
    """Wait for a notebook that waits: its own process, and that which forked it."""
    wait_for(lambda: file.exists() and file.read_text().endswith("\n"))
    return [int(word) for word in file.read_text().split()]


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE  # whoever has adopted it may not reap it
    except psutil.NoSuchProcess:
        return True


def wait_for(condition: Any) -> None:
    """Wait until a condition holds, and fail where it never does."""
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("waited in vain")


Shown = dict[str, tuple[list[Any], list[Any]]]


@pytest.fixture(scope="module")
def shown(run: Runs) -> Shown:
    """What every cell shows in a process of a pool, and by plain papermill in the same folder."""
    sources = {name: textwrap.dedent(source).strip() for name, source in OUTPUTS.items()}
    folder, found = Path(printed(run("import os; print(os.getcwd())")).rstrip()), {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SET_LATER", "later than the server has started")
        for names in (list(sources), *([name] for name in ENDS)):
            cells = [(sources | ENDS)[name] for name in names]
            ours, plain = outputs_of(run(*cells)), plainly(notebook(*cells), folder)
            found |= dict(zip(names, zip(ours, plain, strict=True), strict=True))
    return found


@pytest.mark.parametrize("name", [*OUTPUTS, *ENDS])
def test_a_cell_shows_what_it_shows_by_plain_papermill(shown: Shown, name: str) -> None:
    ours, plain = shown[name]
    assert without_ids(ours) == without_ids(plain)
    assert (plain == []) == (name in ("silent", "help"))


def test_a_notebook_cannot_ask_anybody(run: Runs) -> None:
    message = "raw_input was called, but this frontend does not support input requests."
    assert run("input('name')").fault.endswith(f"\nStdinNotImplementedError: {message}")


def test_variables_of_the_server_are_its_own(run: Runs) -> None:
    source = (
        "import os; print({'BUZAN_PRELOAD', 'PYTHONSAFEPATH', 'JE_ARROW_MALLOC_CONF'} & os.environ.keys())"
    )
    assert printed(run(source)) == "set()\n"


def test_what_a_forked_process_prints_is_shown(run: Runs) -> None:
    assert printed(run(FORKS)) == "before\nin the fork\nafter\n"


def recorded(path: Path) -> Path:
    """Numbers as notebooks that test have left them: three hypotheses, one of them added."""
    values = {
        key: Value(value, "06_quadrants")
        for one in (
            Finding("B1", -0.1, -0.5, 0.2, 0.6, 134, 0.4, p_adjusted=0.9),
            Finding("C5", 0.01, -0.02, 0.04, 0.4, 167),
            Finding("Y1", 0.5, 0.2, 0.8, 0.01, 134, 0.4, beside={"claim": "One of mine"}),
        )
        for key, value in one.to_results().items()
    }
    Results("lock", {}, {}, {}, values).write(path)
    return path


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, environment: None) -> Iterator[Pool]:
    """A pool that has imported all that the templates do."""
    pools._stop()
    modules = {name for template in TEMPLATES.glob("*.ipynb") for name in modules_of(template)}
    folder = tmp_path_factory.mktemp("house")
    with Pool(Folders(DATA, TEMPLATES, TEMPLATES, folder), folder / "running", 1, sorted(modules)) as pool:
        yield pool


@pytest.mark.slow
@pytest.mark.xdist_group("templates")
@pytest.mark.parametrize(
    "template",
    [
        pytest.param(path, id=path.stem, marks=[] if path.stem == QUICK else pytest.mark.soak)
        for path in sorted(TEMPLATES.glob("*.ipynb"))
    ],
)
def test_a_template_shows_what_it_shows_by_plain_papermill(
    house: Pool, template: Path, tmp_path: Path
) -> None:
    has = declared(template)
    few: dict[str, Any] = {name: FEW[name] for name in has if name in FEW}
    if "results" in has:
        few["results"] = str(recorded(tmp_path / "results.json"))
    (tmp_path / "data").symlink_to(DATA)
    (tmp_path / "notebooks").mkdir()  # in which plain papermill runs
    with ThreadPoolExecutor(1) as pool:
        plain = pool.submit(plainly, str(template), tmp_path / "notebooks", few)
        ours = house.submit(Run(template.stem, template, few, few)).result()
    assert ours.fault == ""
    assert without_ids(outputs_of(ours)) == without_ids(plain.result())


@pytest.mark.slow
@pytest.mark.xdist_group("templates")
def test_what_a_study_adds_is_listed_and_what_it_does_not_test_is_named(house: Pool, tmp_path: Path) -> None:
    numbers = {"results": str(recorded(tmp_path / "results.json"))}
    executed = house.submit(Run("it", TEMPLATES / "15_verdicts.ipynb", numbers, numbers)).result()
    shown = json.dumps(outputs_of(executed))
    assert "Hypotheses that this study adds" in shown
    assert "One of mine" in shown
    assert re.search("No notebook before this one tested .*B2, B3", shown)


def test_modules_are_imported_before_a_process_starts(
    run: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "import sys; print('seaborn' in sys.modules)"
    assert printed(run(source)) == "True\n"
    monkeypatch.setattr(pools, "METHOD", "spawn")
    with Pool(place(tmp_path), tmp_path / "running", 1) as pool:
        assert printed(runs_of(pool)(source)) == "False\n"


TABLES = """
import os
from pathlib import Path

import psutil

from buzanlib.tables import descriptor

print(psutil.Process(os.getppid()).num_threads(), len(descriptor._kept), len(descriptor.load(Path({data!r}), "codes")))
"""


def test_tables_are_loaded_once_for_all_and_the_server_has_one_thread(run: Runs) -> None:
    rows, tables = 3 * 1297 + 3 * 1428 + 2 * 69, len(Descriptor.load(DATA).tables)
    assert printed(run(TABLES.format(data=str(DATA)))) == f"1 {tables} {rows}\n"


@pytest.mark.parametrize("kept", [True, False])
def test_tables_that_are_kept_are_noted_as_read(
    kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "METHOD", "forkserver" if kept else "spawn")
    with Pool(place(tmp_path), tmp_path / "running", 1) as pool:
        executed = runs_of(pool)(TABLES.format(data=str(DATA)))
    package = Descriptor.load(DATA)
    assert printed(executed).split()[1] == str(len(package.tables) if kept else 0)
    files = {package.table(name).path for name in package.closure(("codes",))}
    assert len(files) > 1
    assert executed.read is not None
    assert executed.read.keys() == files | {FILE}


def test_tables_at_fault_are_reported_by_those_who_load_them(tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path / "data")
    with (tmp_path / "data" / "votes.csv").open("a") as file:
        file.write("1,XXX,yes\n")
    source = TABLES.format(data=str(tmp_path / "data")) + "descriptor.load(Path('../data'), 'votes')"
    with Pool(place(tmp_path, tmp_path / "data"), tmp_path / "running", 1) as pool:
        assert "\nDataError: " in runs_of(pool)(source).fault


def test_no_two_processes_share_random_numbers(run: Runs) -> None:
    source = (
        "import random, numpy as np, scipy.stats as s; print(random.random(), np.random.rand(), s.norm.rvs())"
    )
    drawn = [number for _ in range(2) for number in printed(run(source)).split()]
    assert len(set(drawn)) == 6


def test_notebooks_run_at_once_each_in_its_own_process(either: Runs) -> None:
    # Each waits for the other, and would wait forever if they ran one after another.
    source = """
import os, time
from pathlib import Path

Path("{}-here").write_text("")
while len(list(Path().glob("*-here"))) < 2:
    time.sleep(0.01)
print(os.getpid())
    """
    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(lambda name: either(source.format(name), name=name), ("one", "two")))
    assert len({printed(one) for one in done}) == 2


@pytest.mark.parametrize("ends", ["import os; os._exit(0)", "import os; os.kill(os.getpid(), 9)"])
def test_a_process_that_dies_is_named_with_its_cell(either: Runs, ends: str) -> None:
    executed = either("print('first')", f"print('second')\n{ends}", "3")
    lines = "\n".join(f"    {line}" for line in ("print('second')", ends))
    message = "its process died, perhaps for lack of memory"
    assert executed.fault == f"notebook it failed in cell 2:\n{lines}\n{message}"
    assert executed.read is None
    assert [bool(outputs) for outputs in outputs_of(executed)] == [True, False, False]
    assert printed(either("print(1)")) == "1\n"


def test_a_notebook_that_exits_has_failed(run: Runs) -> None:
    assert run("exit()", "2").fault == "notebook it failed in cell 1:\n    exit()\nexit or quit was called"


def test_a_forked_process_that_lives_on_hides_no_death(run: Runs) -> None:
    executed = run("import os, time\nif os.fork() == 0:\n    time.sleep(600)\nos._exit(1)")
    assert "its process died" in executed.fault


@pytest.mark.parametrize("ends", ["", "; import os; os._exit(1)"])
def test_what_a_notebook_has_started_ends_with_it(either: Runs, ends: str, tmp_path: Path) -> None:
    file = tmp_path / "pid"
    source = "import subprocess; started = subprocess.Popen(['sleep', '600'])"
    source += f"; open({str(file)!r}, 'w').write(f'{{started.pid}}\\n')"
    assert bool(either(source + ends).fault) == bool(ends)
    (started,) = pids_in(file)
    wait_for(lambda: gone(started))


def test_what_else_this_process_starts_does_not_take_itself_for_the_server(run: Runs) -> None:
    source = (
        "import os; from buzanlib.study import preload; print(preload.server, preload.VARIABLE in os.environ)"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout == "0 False\n"


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.soak)]
)
def test_no_process_outlives_its_runner(number: int, tmp_path: Path) -> None:
    file, temporary = tmp_path / "pids", tmp_path / "temporary"
    temporary.mkdir()
    written(
        tmp_path / "it.ipynb",
        f"import subprocess; subprocess.Popen(['sleep', '600'])\n{WAITS.format(file=str(file))}",
    )
    runner = subprocess.Popen(
        [sys.executable, "-c", RUNNER, tmp_path, "alone"],
        stderr=subprocess.DEVNULL,
        env=os.environ | {"TMPDIR": str(temporary)},
    )
    process, server = pids_in(file)
    (started,) = psutil.Process(process).children()
    runner.send_signal(number)
    runner.wait()
    wait_for(lambda: gone(process) and gone(server) and gone(started.pid))
    if number != signal.SIGTERM:  # of which this program, unlike ours, dies at once without clearing up
        wait_for(lambda: list(temporary.iterdir()) == [])


def test_no_process_outlives_its_runner_though_a_fork_of_that_lives_on(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    written(tmp_path / "it.ipynb", WAITS.format(file=str(file)))
    runner = subprocess.Popen([sys.executable, "-c", RUNNER, tmp_path, "forks"])
    process, server = pids_in(file)
    children = psutil.Process(runner.pid).children()
    (fork,) = (child for child in children if child.pid != server and "tracker" not in str(child.cmdline()))
    runner.kill()
    runner.wait()
    try:
        wait_for(lambda: gone(process) and gone(server))
    finally:
        fork.kill()


def test_a_script_without_a_guard_runs_once(tmp_path: Path) -> None:
    written(tmp_path / "it.ipynb", "1 / 0")
    (tmp_path / "script.py").write_text(RUNNER)
    words = [sys.executable, tmp_path / "script.py", tmp_path, "alone"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout == "notebook it failed in cell 1:\n    1 / 0\nZeroDivisionError: division by zero\n"
    assert done.stderr == ""


@pytest.mark.usefixtures("bare")
def test_no_process_outlives_its_server_and_the_next_has_a_new_one(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    with Pool(place(tmp_path), tmp_path / "running", 1) as pool, ThreadPoolExecutor(1) as threads:
        run = runs_of(pool)
        waiting = threads.submit(run, WAITS.format(file=str(file)))
        process, server = pids_in(file)
        os.kill(server, signal.SIGKILL)
        assert "its process died" in waiting.result().fault
        wait_for(lambda: gone(process))
        assert printed(run("print(1)")) == "1\n"


def test_a_server_of_a_child_leaves_the_folder_of_the_parent(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    written(tmp_path / "it.ipynb", WAITS.format(file=str(file)))
    (tmp_path / "script.py").write_text(CHILD)
    words = [sys.executable, tmp_path / "script.py", tmp_path, file]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        process, server = pids_in(file)
        wait_for(lambda: gone(process) and gone(server))
        assert parent.communicate("\n")[0] == "True\n"


@pytest.mark.usefixtures("bare")
def test_a_server_that_ends_by_itself_leaves_the_folder_of_its_pool(tmp_path: Path) -> None:
    source = "import os; print(os.getppid())"
    with Pool(place(tmp_path), tmp_path / "running", 1) as pool:
        run = runs_of(pool)
        server = int(printed(run(source)))
        os.close(forkserver._forkserver._forkserver_alive_fd)  # as if this process had ended
        forkserver._forkserver._forkserver_alive_fd = os.open(os.devnull, os.O_RDONLY)
        wait_for(lambda: gone(server))
        assert int(printed(run(source))) != server


@pytest.mark.usefixtures("bare")
def test_a_pool_that_is_closed_ends_what_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for method in ("forkserver", "spawn"):
        monkeypatch.setattr(pools, "METHOD", method)
        file = tmp_path / f"pids-{method}"
        with ThreadPoolExecutor(1) as threads:
            with Pool(place(tmp_path), tmp_path / f"running-{method}", 1, load=False) as pool:
                waiting = threads.submit(runs_of(pool), WAITS.format(file=str(file)))
                process, _ = pids_in(file)
            wait_for(lambda process=process: gone(process))
            assert "its process died" in waiting.result().fault
    assert gone(pids_in(tmp_path / "pids-forkserver")[1])


@pytest.mark.usefixtures("bare")
def test_a_pool_that_is_closed_at_once_waits_for_nothing(tmp_path: Path) -> None:
    with Pool(place(tmp_path), tmp_path / "running", 1) as pool:
        waiting = pool.submit(Run("it", written(tmp_path / "it.ipynb", "1"), {}, {}))
        queued = pool.submit(Run("it", tmp_path / "it.ipynb", {}, {}))
    assert queued.cancelled()
    with pytest.raises(
        RunError, match=r"no notebook process can be started|ended while it started|the run has ended"
    ):
        waiting.result()


@pytest.mark.usefixtures("bare")
def test_several_pools_of_one_process_share_a_server(tmp_path: Path) -> None:
    source = "import os; print(os.getppid())"
    (tmp_path / "other").mkdir()
    with Pool(place(tmp_path), tmp_path / "running", 1, load=False) as first:
        with Pool(place(tmp_path / "other"), tmp_path / "other" / "running", 1) as second:
            servers = {printed(runs_of(pool)(source)) for pool in (first, second)}
        assert {printed(runs_of(first)(source))} == servers
    assert gone(int(servers.pop()))


def test_many_processes_leave_nothing_behind(run: Runs) -> None:
    server = psutil.Process(int(printed(run("import os; print(os.getppid())"))))
    this = psutil.Process()
    gc.collect()  # of what tests before this one have left
    before = this.num_fds(), server.num_fds(), len(this.children())
    for _ in range(8):
        printed(run("print(1)"))
    gc.collect()
    assert (this.num_fds(), server.num_fds(), len(this.children())) == before
    assert server.children() == []


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("source", "message"),
    [
        (None, "cannot import broken: ModuleNotFoundError: No module named 'broken'"),
        (
            "import matplotlib.pyplot as plt; plt.figure()",
            "importing broken draws, which can be done only in a notebook process",
        ),
        ("1 / 0", "cannot import broken: ZeroDivisionError: division by zero"),
        (
            "import threading, time\nthreading.Thread(target=time.sleep, args=[600], daemon=True).start()",
            "importing broken starts a thread, and a process with threads cannot be forked safely",
        ),
    ],
)
def test_a_server_that_cannot_prepare_says_why(
    source: str | None, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if source:
        (tmp_path / "broken.py").write_text(source)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(pools, "_FIRST", ["broken"])
    with Pool(place(tmp_path), tmp_path / "running", 1, load=False) as pool:
        for _ in range(2):
            with pytest.raises(RunError, match=message):
                runs_of(pool)("1")


@pytest.mark.usefixtures("alone")
def test_a_thread_that_ends_by_itself_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "import threading, time\nthreading.Thread(target=time.sleep, args=[0.05]).start()"
    (tmp_path / "brief.py").write_text(source)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(pools, "_FIRST", ["brief"])
    with Pool(place(tmp_path), tmp_path / "running", 1, load=False) as pool:
        assert printed(runs_of(pool)("print(1)")) == "1\n"


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_a_process_that_cannot_start_says_why(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "METHOD", method)
    folders = Folders(DATA, tmp_path, tmp_path / "nowhere", tmp_path / "out")
    with (
        Pool(folders, tmp_path / "running", 1, load=False) as pool,
        pytest.raises(
            RunError, match=r"a notebook process cannot start: (?s:.*)FileNotFoundError: .*'.*nowhere'"
        ),
    ):
        pool.submit(Run("it", written(tmp_path / "it.ipynb", "1"), {}, {})).result()
