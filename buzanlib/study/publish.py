"""From an executed notebook to the page that is published, and the values that it recorded."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from buzanlib.errors import RunError
from buzanlib.figures.typeset import Scalar
from buzanlib.study.results import MIME, SHOWN


@dataclass(frozen=True)
class Page:
    """What one executed notebook leaves.

    Attributes
    ----------
    notebook : NotebookNode
        The page: no trace of the machine or the clock, figures with caption, label and text alternative.
    values : mapping of str to scalar
        What it recorded.
    figures : tuple of str
        Labels of its figures.
    warned : tuple of str
        What its cells wrote to the standard error stream; not on the page.
    """

    notebook: NotebookNode
    values: Mapping[str, Scalar]
    figures: tuple[str, ...]
    warned: tuple[str, ...]


def publish(name: str, executed: NotebookNode) -> Page:
    """Make the page of an executed notebook; the notebook itself is left as it is.

    Parameters
    ----------
    name : str
        Name of the notebook, for errors.
    executed : NotebookNode
        As papermill returns it.

    Returns
    -------
    Page
        The same input always gives the same bytes.

    Raises
    ------
    RunError
        Where a key is recorded twice, or a cell shows a figure and anything else beside it.
    """
    page = copy.deepcopy(executed)
    values: dict[str, Scalar] = {}
    figures: list[str] = []
    warned: list[str] = []
    number = 0  # as in the template: the cell that papermill adds does not count
    for cell in page.cells:
        number += not _injected(cell)
        _forget_machine(cell)
        if cell.cell_type != "code":
            continue
        kept = []
        for output in cell.outputs:
            data = output.get("data", {})
            if MIME in data:
                twice = values.keys() & data[MIME].keys()
                if twice:
                    raise RunError(f"{name}, cell {number}: {min(twice)!r} is recorded twice")
                values.update(data[MIME])
            elif output.output_type == "stream" and output.name == "stderr":
                warned.append(f"{name}, cell {number}: {output.text.strip()}")
            else:
                kept.append(output)
        cell.outputs = kept
        figures += _give_caption(name, number, cell)
    page.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return Page(page, values, tuple(figures), tuple(warned))


def _forget_machine(cell: NotebookNode) -> None:
    """Drop run times and paths; give the cell that papermill adds a lasting id in place of a random one."""
    for key in ("papermill", "execution"):
        cell.metadata.pop(key, None)
    if _injected(cell):
        cell["id"] = "injected-parameters"


def _injected(cell: NotebookNode) -> bool:
    return "injected-parameters" in cell.metadata.get("tags", [])


def _give_caption(name: str, number: int, cell: NotebookNode) -> list[str]:
    """Move what `show` handed over to where MyST-NB looks for it: the metadata of the cell."""
    shown = [output.metadata.pop(SHOWN) for output in cell.outputs if SHOWN in output.get("metadata", {})]
    if not shown:
        return []
    # The caption belongs to the cell, so MyST-NB would put it under every table and figure of the cell.
    if sum("data" in output for output in cell.outputs) > 1:
        raise RunError(
            f"{name}, cell {number}: a cell that shows a figure may show nothing else; split the cell"
        )
    about: Any = shown[0]
    cell.metadata["mystnb"] = {
        "figure": {"caption": about["caption"], "name": about["name"]},
        "image": {"alt": about["alt"]},
    }
    return [about["name"]]
