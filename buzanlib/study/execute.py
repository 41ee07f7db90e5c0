"""Run one notebook by papermill."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import papermill
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from buzanlib.study.spec import Run
from buzanlib.study.trace import arguments, read

_PRIVATE = Config(KernelManager={"transport_encryption": "auto"})
"""Nobody else on the machine can listen to what a kernel says."""


@dataclass(frozen=True)
class Executed:
    """A notebook that has been run.

    Attributes
    ----------
    notebook : str
        As JSON, with its outputs; of one that failed the cells up to there.
    fault : str
        What went wrong: cell, its source and the error; empty where nothing did.
    read : frozenset of str or None
        Names of the files of the data folder that it opened; None where nobody knows.
    seconds : float
        How long it took.
    """

    notebook: str
    fault: str
    read: frozenset[str] | None
    seconds: float


def execute(
    run: Run,
    data: Path,
    folder: Path,
    *,
    manager: type[AsyncKernelManager] = AsyncKernelManager,
    bar: bool | dict[str, Any] = False,
) -> Executed:
    """Execute a notebook in the folder of its template.

    Parameters
    ----------
    run : Run
        What to run.
    data : Path
        The data folder, of which it is noted what is read.
    folder : Path
        Where the notebook is written while it runs, with notes beside it.
    manager : type of AsyncKernelManager
        Gives the kernel.
    bar : bool or dict
        Whether to show progress, or how: options of tqdm.

    Returns
    -------
    Executed

    Notes
    -----
    papermill's own ``cwd`` changes the folder of the whole process, which threads cannot share; the folder is handed
    to the kernel instead.
    """
    start = time.perf_counter()
    folder.mkdir(parents=True, exist_ok=True)
    beside, notes = folder / f"{run.name}.ipynb", folder / f"{run.name}.read"
    fault = ""
    try:
        papermill.execute_notebook(
            str(run.template),
            str(beside),
            parameters=dict(run.given),
            kernel_name="python3",
            language="python",  # whatever the notebook says of itself, or does not
            progress_bar=bar,
            resources={"metadata": {"path": str(run.template.parent)}},
            config=_PRIVATE,
            kernel_manager_class=manager,
            extra_arguments=arguments(data, notes),
            shutdown_kernel="immediate",  # nothing is left to save; a polite end takes longer and may complain
        )
    except PapermillExecutionError as error:
        source = "\n".join(f"    {line}" for line in error.source.splitlines())
        # As in the template, without the cell that papermill adds.
        number = error.cell_index + 1 - bool(run.given)
        fault = f"notebook {run.name} failed in cell {number}:\n{source}\n{error.ename}: {error.evalue}"
    except DeadKernelError:
        fault = f"notebook {run.name} failed: its kernel died, perhaps for want of memory"
    finally:
        ensure_event_loop().close()  # the one that papermill has opened for this thread
    executed = Executed(beside.read_text(encoding="utf-8"), fault, read(notes), time.perf_counter() - start)
    beside.unlink()
    notes.unlink()
    return executed
