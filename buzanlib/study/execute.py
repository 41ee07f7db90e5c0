"""Run one notebook by papermill."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import Any

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import ERROR_MARKER_TAG
from traitlets.config import Config

from buzanlib.errors import RunError
from buzanlib.study.places import Folders
from buzanlib.study.spec import Run
from buzanlib.study.trace import arguments, read

_NOT_OF_THE_TEMPLATE = {"injected-parameters", ERROR_MARKER_TAG}
"""Tags of cells that papermill adds."""


class _SavedOnce(NBClientEngine):  # type: ignore[misc]
    """Writes a notebook when its last cell has ended, in whatever way; papermill writes it twice for every cell."""

    NAME = "saved once"

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **settings: Any
    ) -> None:
        path, nb_man.output_path = nb_man.output_path, None
        try:
            super().execute_managed_notebook(nb_man, kernel_name, **settings)
        finally:
            nb_man.output_path = path


papermill_engines.register(_SavedOnce.NAME, _SavedOnce)


@dataclass(frozen=True)
class Executed:
    """A notebook that has been run.

    Attributes
    ----------
    notebook : str
        As JSON, with its outputs; of one that failed the cells up to there.
    fault : str
        What went wrong: cell, its source and the error; empty where nothing did.
    read : mapping of str to str, or None
        The files that it opened; see `buzanlib.study.trace.read`. None where nobody knows, as of one that failed.
    seconds : float
        How long it took.
    """

    notebook: str
    fault: str
    read: Mapping[str, str] | None
    seconds: float


def execute(
    run: Run,
    folders: Folders,
    folder: Path,
    *,
    manager: type[AsyncKernelManager],
    bar: bool | dict[str, Any] = False,
) -> Executed:
    """Execute a notebook.

    Parameters
    ----------
    run : Run
        What to run.
    folders : Folders
        Where it is noted what is read. The kernel runs in that of the templates: the values of a run name files from
        there.
    folder : Path
        Where the notebook is written while it runs, with notes beside it and how its kernel is reached.
    manager : type of AsyncKernelManager
        Gives the kernel.
    bar : bool or dict
        Whether to show progress, or how: options of tqdm.

    Returns
    -------
    Executed

    Raises
    ------
    RunError
        Where no kernel starts.

    Notes
    -----
    papermill's own ``cwd`` changes the folder of the whole process, which threads cannot share; the folder is handed
    to the kernel instead.
    """
    start = time.perf_counter()
    folder.mkdir(parents=True, exist_ok=True)
    beside, notes = folder / f"{run.name}.ipynb", folder / f"{run.name}.read"
    error = ""
    try:
        papermill.execute_notebook(
            str(run.template),
            str(beside),
            parameters=dict(run.given),
            engine_name=_SavedOnce.NAME,
            kernel_name="python3",
            language="python",  # whatever the notebook says of itself, or does not
            progress_bar=bar,
            resources={"metadata": {"path": str(folders.templates)}},
            config=_of_kernels(folder / f"{run.name}.kernel.json"),
            kernel_manager_class=manager,
            extra_arguments=[*_of_nobody(folder), *arguments(folders, run.template, notes)],
            shutdown_kernel="immediate",  # nothing is left to save; a polite end takes longer and may complain
        )
    except PapermillExecutionError as failure:
        error = f"{failure.ename}: {failure.evalue}"
    except DeadKernelError:
        error = "its kernel died, perhaps for want of memory"
    except RuntimeError as failure:  # of Jupyter, which waits in vain for a kernel that it has started
        raise RunError(f"a kernel cannot start: {failure}") from failure
    finally:
        ensure_event_loop().close()  # the one that papermill has opened for this thread
    text = beside.read_text(encoding="utf-8")
    fault = _fault(run.name, nbformat.reads(text, as_version=4), error)  # type: ignore[no-untyped-call]
    executed = Executed(text, fault, None if fault else read(notes), time.perf_counter() - start)
    beside.unlink()
    notes.unlink(missing_ok=True)
    return executed


def _of_nobody(folder: Path) -> list[str]:
    """Arguments of a kernel that has nothing of whoever runs it: settings and start-up files are those of the folder.

    Nor does it look for modules where it runs before it looks elsewhere.
    """
    own = folder.absolute() / "ipython"
    own.mkdir(parents=True, exist_ok=True)
    return [
        f"--IPKernelApp.ipython_dir={own}",
        "--InteractiveShellApp.exec_PYTHONSTARTUP=False",
        "--InteractiveShellApp.ignore_cwd=True",
    ]


def _of_kernels(connection_file: Path) -> Config:
    """Settings of a kernel: nobody else on the machine can listen to what it says, nor read how it is reached.

    The file goes with the folder that it is in, whoever is killed; Jupyter's own would stay where temporary files are.
    """
    return Config(
        KernelManager={"transport_encryption": "auto", "connection_file": str(connection_file.absolute())}
    )


def _fault(name: str, executed: NotebookNode, error: str) -> str:
    """Cell, as it is numbered in the template, its source and the error; empty where nothing went wrong.

    A cell that ends its notebook by `SystemExit` has failed, too: papermill finds nothing wrong with that, but what
    comes after it has not run.
    """
    cells = [cell for cell in executed.cells if not _NOT_OF_THE_TEMPLATE & set(cell.metadata.get("tags", ()))]
    begun = 0
    for number, cell in enumerate(cells, start=1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                return _told(
                    name, number, cell.source, ": ".join(filter(None, (output.ename, output.evalue)))
                )
        if cell.metadata.get("papermill", {}).get("start_time"):
            begun = number
    return _told(name, begun, cells[begun - 1].source, error) if error else ""


def _told(name: str, number: int, source: str, error: str) -> str:
    return f"notebook {name} failed in cell {number}:\n{indent(source, '    ')}\n{error}"
