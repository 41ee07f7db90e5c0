"""Run one notebook in this process: papermill with an engine that has no kernel."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import ERROR_MARKER_TAG

from buzanlib.study import trace
from buzanlib.study.shell import Message, Shell
from buzanlib.study.spec import Run
from buzanlib.study.trace import Folders

_ADDED = {"injected-parameters", ERROR_MARKER_TAG}  # tags of cells that papermill adds
_NAMES = "read"  # file with the names of the files that a notebook reads
_LANGUAGE = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}

Begun = Callable[[int, Sequence[NotebookNode]], None]
"""Called when a cell starts, with its index and the cells that have changed, itself the last; at first with all."""


class _Cells(PapermillNotebookClient):  # type: ignore[misc]
    """Runs cells in the shell of this process; papermill turns messages into outputs."""

    def run(self, folder: Path, begun: Begun) -> None:
        """Run all cells; `folder` is an empty one for the shell."""
        self._begun, self._shell = begun, Shell(folder, self._hand)
        self.reset_execution_trackers()
        self.papermill_execute_cells()
        self.nb.metadata["language_info"] = dict(_LANGUAGE)

    def execute_cell(self, cell: NotebookNode, cell_index: int, **_: Any) -> NotebookNode:
        changed = self.nb.cells[cell_index - 1 : cell_index + 1] if cell_index else self.nb.cells
        self._begun(cell_index, changed)
        if cell.cell_type != "code" or not cell.source.strip():
            return cell
        self._cell, self._index = cell, cell_index
        self.clear_before_next_output = False
        cell.metadata.setdefault("execution", {})
        error = self._shell.run(cell.source)
        cell.execution_count = self._shell.count
        if error is not None and "raises-exception" not in cell.metadata.get("tags", ()):
            about = {"ename": type(error).__name__, "evalue": "", "traceback": []}
            raise CellExecutionError.from_cell_and_msg(cell, about)
        return cell

    def _hand(self, message: Message) -> None:
        """Add a message to the outputs of the running cell, text to earlier text of the same stream."""
        content, outputs = message["content"], self._cell.outputs
        if message["msg_type"] == "stream" and outputs and not self.clear_before_next_output:
            last = outputs[-1]
            if last.output_type == "stream" and last.name == content["name"]:
                last.text += content["text"]
                return
        self.process_message(message, self._cell, self._index)


class _InProcess(Engine):  # type: ignore[misc]
    """Runs a notebook in this process and writes it once, at its end."""

    NAME = "in process"

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        folder: Path,
        begun: Begun,
        traced: Folders,
        **_: Any,
    ) -> None:
        path, nb_man.output_path = nb_man.output_path, None
        trace.start(traced, folder / _NAMES)
        try:
            _Cells(nb_man).run(folder, begun)
        finally:
            nb_man.output_path = path


papermill_engines.register(_InProcess.NAME, _InProcess)


@dataclass(frozen=True)
class Executed:
    """A notebook that has been run."""

    notebook: str  #: JSON with the outputs; if it failed, up to there
    fault: str  #: cell, its source and the error; empty if it succeeded
    #: files that it opened, see `buzanlib.study.trace.read`; None if unknown, as when it failed
    read: Mapping[str, str] | None
    seconds: float  #: run time


def execute(run: Run, folders: Folders, folder: Path, begun: Begun) -> Executed:
    """Execute a notebook in this process, which can run only one.

    Parameters
    ----------
    run : Run
        What to run.
    folders : Folders
        Where to trace files that are read.
    folder : Path
        An empty folder for the files of this process.
    begun : callable
        See `Begun`.
    """
    start = time.perf_counter()
    beside, error = folder / "executed.ipynb", ""
    try:
        papermill.execute_notebook(
            str(run.template),
            str(beside),
            parameters=dict(run.given),
            engine_name=_InProcess.NAME,
            kernel_name="python3",
            language="python",  # whatever its metadata say
            progress_bar=False,
            folder=folder,
            begun=begun,
            traced=folders,
        )
    except PapermillExecutionError as failure:
        error = f"{failure.ename}: {failure.evalue}"
    except EOFError as failure:
        error = str(failure)
    text = beside.read_text(encoding="utf-8")
    fault = fault_of(run.name, nbformat.reads(text, as_version=4).cells, error)  # type: ignore[no-untyped-call]
    return Executed(text, fault, None if fault else trace.read(folder / _NAMES), time.perf_counter() - start)


def fault_of(name: str, cells: Sequence[NotebookNode], error: str) -> str:
    """Describe a failure: cell, as numbered in the template, source and error; empty if there was none.

    `SystemExit` in a cell is a failure too: papermill accepts it, but the cells after it have not run.
    """
    cells = [cell for cell in cells if not _ADDED & set(cell.metadata.get("tags", ()))]
    begun = 0
    for number, cell in enumerate(cells, start=1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                return _described(name, number, cell, ": ".join(filter(None, (output.ename, output.evalue))))
        if cell.metadata.get("papermill", {}).get("start_time"):
            begun = number
    return _described(name, begun, cells[begun - 1], error) if error else ""


def _described(name: str, number: int, cell: NotebookNode, error: str) -> str:
    return f"notebook {name} failed in cell {number}:\n{indent(cell.source, '    ')}\n{error}"
