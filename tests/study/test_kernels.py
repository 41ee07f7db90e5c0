"""Forked kernels: like any other, but at once there, and never left behind."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import papermill
import psutil
import pytest
import zmq
from jupyter_client import connect
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from buzanlib.errors import RunError
from buzanlib.inference.verdicts import Finding
from buzanlib.study.dependencies import modules_of
from buzanlib.study.kernels import Nursery, Ordinary, available
from buzanlib.study.parameters import declared
from buzanlib.study.places import Folders
from buzanlib.study.results import Results, Value
from buzanlib.study.trace import arguments, read
from buzanlib.tables.descriptor import Descriptor
from buzanlib.tables.schema import FILE

pytestmark = [
    pytest.mark.skipif(not available(), reason="kernels can be forked on Linux only"),
    pytest.mark.xdist_group("kernels"),
]

Kernels = type[AsyncKernelManager]

PRIVATE = Config(KernelManager={"transport_encryption": "auto"})
TEMPLATES = Path(__file__).parents[2] / "notebooks"
DATA = TEMPLATES.parent / "data"
FEW = {"draws": 99, "bootstrap": 49, "worlds": 100, "size": 20}

SURROUNDINGS = """
import gc, os, signal, sys, warnings
import matplotlib, matplotlib.pyplot, numpy as np, pandas as pd, scipy.stats, seaborn

shell = get_ipython()
print(__name__, sys.modules["__main__"], sys.flags, sys.path)
print(sys.argv[:2], sys.argv[3:])
print(gc.isenabled(), gc.get_threshold())
print(os.getcwd(), os.environ["MPLBACKEND"], os.environ["SET_FOR_KERNELS"])
print(shell.config.HistoryManager, shell.config.InteractiveShellApp, sorted(shell.user_ns))
print(matplotlib.rcParams)
pd.describe_option()
print(*sorted(map(str, warnings.filters)), sep="\\n")
print([signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE)])
print(repr(sys.stdin.read()), type(sys.stdout), type(sys.displayhook), np.geterr())
"""

OUTPUTS = {
    "streams": """
        import os, sys; print("out"); print("err", file=sys.stderr); os.write(1, b"low\\n"); os.system("echo lower")
        """,
    "warning": "import warnings; warnings.warn('careful')",
    "wide table": "import pandas as pd; pd.DataFrame({str(column): range(100) for column in range(30)})",
    "picture": "import matplotlib.pyplot as plt; plt.plot([0, 1]); 5",
    "two pictures": "import matplotlib.pyplot as plt; plt.plot([0, 1]); plt.show(); plt.bar([0, 1], [2, 1]);",
    "figure without pyplot": "from matplotlib.figure import Figure; Figure()",
    "magic": "%matplotlib inline\nfrom matplotlib.figure import Figure; Figure()",
    "surroundings": SURROUNDINGS,
}

WAITS = """
import os, time
from pathlib import Path

Path({file!r}).write_text(f"{{os.getpid()}} {{os.getppid()}}\\n")
time.sleep(600)
"""

RUNNER = """
import os, sys, time
import papermill
from nbformat.v4 import new_code_cell, new_notebook
from buzanlib.study.kernels import Nursery

with Nursery([]) as nursery:
    if sys.argv[2] == "forks" and os.fork() == 0:
        time.sleep(600)
    about = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=[new_code_cell(sys.argv[1])], metadata={"kernelspec": about})
    papermill.execute_notebook(notebook, None, progress_bar=False, kernel_manager_class=nursery.manager())
"""


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    """Variables that a runner sets before it starts a kernel of any kind."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            patch.setenv(name, "1")
        yield


@pytest.fixture(scope="module")
def kernels(environment: None) -> Iterator[Kernels]:
    """Kernels from a nursery that has imported packages, in a folder that is not theirs."""
    modules = ["matplotlib.pyplot", "pandas", "scipy.stats", "seaborn", "imaplib"]
    with Nursery(modules, TEMPLATES) as nursery:
        yield nursery.manager()


@pytest.fixture(scope="module")
def house(environment: None) -> Iterator[Kernels]:
    """Kernels from a nursery that has imported all that the templates do."""
    modules = {name for template in TEMPLATES.glob("*.ipynb") for name in modules_of(template)}
    with Nursery(["matplotlib.pyplot", "seaborn", "statsmodels.api"], TEMPLATES) as nursery:
        nursery.prepare(sorted(modules), DATA)
        yield nursery.manager()


@pytest.fixture(scope="module")
def plain(environment: None) -> Iterator[Kernels]:
    """Kernels that start one by one."""
    with Ordinary() as ordinary:
        yield ordinary.manager()


@pytest.fixture(params=["forked", "ordinary"])
def either(request: pytest.FixtureRequest) -> Kernels:
    """Kernels of both kinds."""
    kind: Kernels = request.getfixturevalue({"forked": "kernels", "ordinary": "plain"}[request.param])
    return kind


def notebook(*cells: str) -> Any:
    about = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata={"kernelspec": about})


def run(what: Any, kernels: Kernels, folder: Path, **settings: Any) -> list[Any]:
    """Outputs of all cells, by papermill as a runner calls it."""
    try:
        executed = papermill.execute_notebook(
            what,
            None,
            kernel_name="python3",
            progress_bar=False,
            resources={"metadata": {"path": str(folder)}},
            config=PRIVATE,
            kernel_manager_class=kernels,
            shutdown_kernel="immediate",
            **settings,
        )
    finally:
        ensure_event_loop().close()
    return [cell.get("outputs") for cell in executed.cells]


def printed(source: str, kernels: Kernels, folder: Path) -> str:
    """What a notebook of one cell prints."""
    ((output,),) = run(notebook(source), kernels, folder)
    return str(output.text)


def without_ids(outputs: list[Any]) -> str:
    """Outputs as text; the names of cells in warnings have the id of the process, those of objects their address."""
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


@pytest.mark.parametrize("source", OUTPUTS.values(), ids=OUTPUTS)
def test_a_cell_shows_what_it_shows_in_an_ordinary_kernel(
    kernels: Kernels, plain: Kernels, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SET_FOR_KERNELS", source)  # later than the nursery has started
    forked, ordinary = (run(notebook(source), kind, tmp_path) for kind in (kernels, plain))
    assert without_ids(forked) == without_ids(ordinary)
    assert forked[0] != []


def recorded(path: Path) -> Path:
    """Numbers as notebooks that test have left them: three hypotheses, one of them added."""
    values = {
        key: Value(value, "06_quadrants")
        for one in (
            Finding("B1", -0.1, -0.5, 0.2, 0.6, 134, 0.4, p_adjusted=0.9),
            Finding("C5", 0.01, -0.02, 0.04, 0.4, 167),
            Finding("X1", 0.5, 0.2, 0.8, 0.01, 134, 0.4, beside={"claim": "One of mine"}),
        )
        for key, value in one.to_results().items()
    }
    Results("lock", {}, {}, {}, values).write(path)
    return path


@pytest.mark.slow
@pytest.mark.xdist_group("templates")
@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_template_shows_what_it_shows_in_an_ordinary_kernel(
    house: Kernels, plain: Kernels, template: Path, tmp_path: Path
) -> None:
    has = declared(template)
    few: dict[str, object] = {name: FEW[name] for name in has if name in FEW}
    if "results" in has:
        few["results"] = str(recorded(tmp_path / "results.json"))
    with ThreadPoolExecutor(2) as pool:
        forked, ordinary = pool.map(
            lambda kind: run(str(template), kind, TEMPLATES, parameters=few), (house, plain)
        )
    assert without_ids(forked) == without_ids(ordinary)


@pytest.mark.slow
@pytest.mark.xdist_group("templates")
def test_what_a_study_adds_is_listed_and_what_it_does_not_test_is_named(
    house: Kernels, tmp_path: Path
) -> None:
    numbers = {"results": str(recorded(tmp_path / "results.json"))}
    shown = json.dumps(run(str(TEMPLATES / "15_verdicts.ipynb"), house, TEMPLATES, parameters=numbers))
    assert "Hypotheses that this study adds" in shown
    assert "One of mine" in shown
    assert re.search("No notebook before this one tested .*B2, B3", shown)


def test_modules_are_imported_before_a_kernel_starts(
    kernels: Kernels, plain: Kernels, tmp_path: Path
) -> None:
    source = "import sys; print('imaplib' in sys.modules)"
    assert printed(source, kernels, tmp_path) == "True\n"
    assert printed(source, plain, tmp_path) == "False\n"


TABLES = "buzanlib.tables.descriptor"

KEPT = """
import os
from pathlib import Path

import psutil

from buzanlib.tables import descriptor

print(psutil.Process(os.getppid()).num_threads(), len(descriptor._kept), len(descriptor.load(Path({data!r}), "codes")))
"""


def test_tables_are_loaded_once_for_all_kernels_and_leave_no_thread_behind(tmp_path: Path) -> None:
    rows, tables = 3 * 1297, len(Descriptor.load(DATA).tables)
    with Nursery([]) as nursery:
        nursery.prepare([TABLES, "psutil"], DATA)
        kernels = nursery.manager()
        said = set()

        def loaded() -> bool:
            said.add(printed(KEPT.format(data=str(DATA)), kernels, tmp_path))
            return f"1 {tables} {rows}\n" in said

        wait_for(loaded)
        assert psutil.Process(nursery._process.pid).children() == []
    assert said <= {f"1 0 {rows}\n", f"1 {tables} {rows}\n"}


@pytest.mark.parametrize("kept", [True, False])
def test_tables_that_are_kept_are_noted_as_read(kept: bool, tmp_path: Path) -> None:
    source, package = KEPT.format(data=str(DATA)), Descriptor.load(DATA)
    expected = f"1 {len(package.tables) if kept else 0} "
    with Nursery([]) as nursery:
        nursery.prepare([TABLES, "psutil"], DATA if kept else tmp_path)
        kernels, notes = nursery.manager(), tmp_path / "notes"
        wait_for(lambda: printed(source, kernels, tmp_path).startswith(expected))
        folders = Folders(DATA, tmp_path, tmp_path, tmp_path / "out")
        run(
            notebook(source),
            kernels,
            tmp_path,
            extra_arguments=arguments(folders, tmp_path / "a.ipynb", notes),
        )
    files = {package.table(name).path for name in package.closure(("codes",))}
    assert len(files) > 1
    assert read(notes).keys() == files | {FILE}


def test_tables_at_fault_are_told_of_by_those_who_load_them(tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path / "data")
    with (tmp_path / "data" / "votes.csv").open("a") as file:
        file.write("1,XXX,yes\n")
    source = KEPT.format(data=str(tmp_path / "data")) + "descriptor.load(Path('data'), 'votes')"
    with Nursery([]) as nursery:
        nursery.prepare([TABLES], tmp_path / "data")
        with pytest.raises(PapermillExecutionError, match="DataError"):
            run(notebook(source), nursery.manager(), tmp_path)


@pytest.mark.parametrize("early", [True, False])
def test_a_nursery_that_ends_too_early_is_told_of(early: bool, tmp_path: Path) -> None:
    with Nursery([]) as nursery:
        process = psutil.Process(nursery._process.pid)
        if early:
            process.kill()
            wait_for(lambda: gone(process.pid))
        nursery.prepare([TABLES], DATA)
        process.kill()
        with pytest.raises(RunError, match="the process from which kernels are forked has ended"):
            nursery.manager()


def test_what_draws_pictures_may_be_named_among_the_modules(tmp_path: Path) -> None:
    with Nursery(["matplotlib_inline.backend_inline", "matplotlib.pyplot"]) as nursery:
        ((picture,),) = run(
            notebook("import matplotlib.pyplot as plt; plt.plot([0, 1]);"), nursery.manager(), tmp_path
        )
    assert "image/png" in picture.data


def test_no_two_kernels_share_random_numbers(kernels: Kernels, tmp_path: Path) -> None:
    source = (
        "import random, numpy as np, scipy.stats as s; print(random.random(), np.random.rand(), s.norm.rvs())"
    )
    drawn = [number for _ in range(2) for number in printed(source, kernels, tmp_path).split()]
    assert len(set(drawn)) == 6


def test_notebooks_run_at_once_from_several_threads(kernels: Kernels, tmp_path: Path) -> None:
    # Each waits for the other, in a folder of its own, and would wait forever if they ran one after another.
    source = """
    import time
    from pathlib import Path

    Path("here").touch()
    while len(list(Path("..").glob("*/here"))) < 2:
        time.sleep(0.01)
    print(Path.cwd().name)
    """
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda folder: printed(source, kernels, folder), folders)) == ["one\n", "two\n"]


async def start(kernels: Kernels) -> tuple[AsyncKernelManager, AsyncKernelClient]:
    manager = kernels(kernel_name="python3", config=PRIVATE)
    await manager.start_kernel(extra_arguments=["--HistoryManager.hist_file=:memory:"])
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(60)
    return manager, client


async def evaluate(client: AsyncKernelClient, expression: str) -> str:
    reply = await client.execute_interactive("", user_expressions={"it": expression}, timeout=60)
    return str(reply["content"]["user_expressions"]["it"]["data"]["text/plain"])


def test_a_kernel_can_be_interrupted_restarted_and_asked_to_end(either: Kernels) -> None:
    async def scenario() -> None:
        manager, client = await start(either)
        # What comes soon after an error is passed over, unless one says otherwise.
        client.execute("import time; print('going'); time.sleep(600)", stop_on_error=False)
        while (await client.get_iopub_msg(timeout=60))["msg_type"] != "stream":
            pass
        await manager.interrupt_kernel()
        assert (await client.get_shell_msg(timeout=60))["content"]["ename"] == "KeyboardInterrupt"

        first = int(await evaluate(client, "__import__('os').getpid()"))
        await manager.restart_kernel()
        await client.wait_for_ready(60)
        second = int(await evaluate(client, "__import__('os').getpid()"))
        assert gone(first)
        assert await manager.is_alive()

        await manager.shutdown_kernel()
        assert not await manager.is_alive()
        assert gone(second)
        client.stop_channels()

    asyncio.run(scenario())


def test_a_kernel_starts_though_the_ports_that_were_free_are_taken(
    either: Kernels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = dict.fromkeys(connect.port_names, taken.getsockname()[1])
        write = connect.write_connection_file
        monkeypatch.setattr(
            connect, "write_connection_file", lambda file, **about: write(file, **about | ports)
        )
        assert printed("print('here')", either, tmp_path) == "here\n"


def test_a_kernel_that_cannot_start_says_so(either: Kernels) -> None:
    with pytest.raises(RunError, match="a kernel cannot start"):
        asyncio.run(either(kernel_name="python3").start_kernel(extra_arguments=["--pylab=nothing"]))


def test_nobody_without_the_keys_is_answered(either: Kernels) -> None:
    async def scenario() -> None:
        manager, client = await start(either)
        assert manager.curve_secretkey is not None
        answered = []
        for keys in (manager.curve_secretkey, None):
            with zmq.Context() as context, context.socket(zmq.REQ) as asker:
                asker.linger = 0
                if keys:
                    asker.curve_secretkey, asker.curve_publickey = keys, manager.curve_publickey
                    asker.curve_serverkey = manager.curve_publickey
                asker.connect(f"tcp://{manager.ip}:{manager.hb_port}")
                asker.send(b"ping")
                answered.append(asker.poll(60_000 if keys else 500))
        assert answered == [zmq.POLLIN, 0]
        client.stop_channels()
        await manager.shutdown_kernel(now=True)

    asyncio.run(scenario())


def test_a_kernel_that_dies_is_noticed(either: Kernels, tmp_path: Path) -> None:
    with pytest.raises(DeadKernelError, match="Kernel died"):
        run(notebook("import os; os._exit(3)"), either, tmp_path)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_kernel_outlives_its_runner(number: int, tmp_path: Path) -> None:
    file = tmp_path / "pids"
    source = f"import subprocess; subprocess.Popen(['sleep', '600'])\n{WAITS.format(file=str(file))}"
    runner = subprocess.Popen([sys.executable, "-c", RUNNER, source, "alone"], stderr=subprocess.DEVNULL)
    kernel, nursery = pids_in(file)
    (started,) = psutil.Process(kernel).children()
    runner.send_signal(number)
    runner.wait()
    wait_for(lambda: gone(kernel) and gone(nursery) and gone(started.pid))


def test_no_kernel_outlives_its_runner_though_a_fork_of_that_lives_on(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    runner = subprocess.Popen([sys.executable, "-c", RUNNER, WAITS.format(file=str(file)), "forks"])
    kernel, nursery = pids_in(file)
    (fork,) = (child for child in psutil.Process(runner.pid).children() if child.pid != nursery)
    runner.kill()
    runner.wait()
    try:
        wait_for(lambda: gone(kernel) and gone(nursery))
    finally:
        fork.kill()


def test_no_kernel_outlives_its_nursery(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    with Nursery([]) as nursery, ThreadPoolExecutor(1) as pool:
        kernels = nursery.manager()
        waiting = pool.submit(run, notebook(WAITS.format(file=str(file))), kernels, tmp_path)
        kernel, process = pids_in(file)
        os.kill(process, signal.SIGKILL)
        with pytest.raises(DeadKernelError, match="Kernel died"):
            waiting.result()
        wait_for(lambda: gone(kernel))
        with pytest.raises(RunError, match="the process from which kernels are forked has ended"):
            pool.submit(run, notebook("1"), kernels, tmp_path).result()


def test_a_nursery_that_is_closed_ends_what_runs(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    with ThreadPoolExecutor(1) as pool:
        with Nursery([]) as nursery:
            waiting = pool.submit(run, notebook(WAITS.format(file=str(file))), nursery.manager(), tmp_path)
            kernel, process = pids_in(file)
        assert gone(kernel)
        assert gone(process)
        with pytest.raises(DeadKernelError, match="Kernel died"):
            waiting.result()


def test_many_kernels_leave_nothing_behind(kernels: Kernels, tmp_path: Path) -> None:
    nursery = psutil.Process(int(printed("import os; print(os.getppid())", kernels, tmp_path)))
    this = psutil.Process()
    gc.collect()  # of what tests before this one have left
    before = this.num_fds(), nursery.num_fds(), len(this.children())
    for _ in range(20):
        printed("print(1)", kernels, tmp_path)
    assert (this.num_fds(), nursery.num_fds(), len(this.children())) == before
    assert nursery.children() == []


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize(
    ("source", "message"),
    [
        (None, "cannot import broken: ModuleNotFoundError: No module named 'broken'"),
        (
            "import matplotlib.pyplot as plt; plt.figure()",
            "importing broken draws, which can be done only in a kernel",
        ),
        ("1 / 0", "cannot import broken: ZeroDivisionError: division by zero"),
        (
            "import threading, time\nthreading.Thread(target=time.sleep, args=[600], daemon=True).start()",
            "importing broken starts a thread, and a process with threads cannot be forked safely",
        ),
    ],
)
def test_a_nursery_that_cannot_start_says_why(
    source: str | None, message: str, later: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if source:
        (tmp_path / "broken.py").write_text(source)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Nursery([] if later else ["broken"]) as nursery:
        if later:
            nursery.prepare(["broken"], tmp_path)
        for _ in range(2):  # every thread that asks is told
            with pytest.raises(RunError, match=message):
                nursery.manager()


def test_a_thread_that_ends_by_itself_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "import threading, time\nthreading.Thread(target=time.sleep, args=[0.05]).start()"
    (tmp_path / "brief.py").write_text(source)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Nursery(["brief"]) as nursery:
        assert printed("print(1)", nursery.manager(), tmp_path) == "1\n"


def test_a_kernel_that_cannot_start_says_why(kernels: Kernels, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"a kernel cannot start: (?s:.*)FileNotFoundError: .*'.*nowhere'"):
        run(notebook("1"), kernels, tmp_path / "nowhere")
