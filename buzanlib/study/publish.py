"""Turn an executed notebook into the page that is published and the values that it recorded."""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import indent
from typing import Any

import nbformat
from nbformat import NotebookNode

from buzanlib.errors import RunError
from buzanlib.figures.typeset import Scalar
from buzanlib.study.markup import escape
from buzanlib.study.results import FINDINGS_MIME, MIME, PICTURE, SHOWN
from buzanlib.study.spec import Run, slug
from buzanlib.tables.codebook import live_in_caption

_TAGS = frozenset(
    {
        *(f"{verb}-{part}" for verb in ("hide", "remove") for part in ("cell", "input", "output")),
        *("remove-stdout", "remove-stderr", "scroll-output"),
        *("parameters", "injected-parameters", "full-width"),
    }
)
"""Tags of cells with a meaning in the book or this library, beside those that say what a cell is about."""

_ABOUT = "about-"
"""Beginning of a tag that says for which studies a cell holds."""


@dataclass(frozen=True)
class Page:
    """Content of one executed notebook."""

    text: str  #: the notebook as JSON, without traces of the machine or the clock; figures have caption and label
    values: Mapping[str, Scalar]  #: recorded values
    figures: Mapping[str, str]  #: SHA-256 of the picture of each figure, by its label
    warned: tuple[str, ...]  #: text that its cells wrote to standard error; not on the page
    findings: Sequence[Mapping[str, Any]] = ()  #: recorded rows of the ledger, each with its ``id``
    cells: Mapping[str, str] = field(default_factory=dict)  #: id of the cell that recorded each value


def publish(run: Run, executed: NotebookNode) -> Page:
    """Make the page of an executed notebook, as papermill returns it, without changing that.

    Returns
    -------
    Page
        The same input always gives the same bytes.

    Raises
    ------
    RunError
        If a key, finding or label comes twice, or a cell shows a figure and anything else.
    """
    name, page = run.name, copy.deepcopy(executed)
    values: dict[str, Scalar] = {}
    cells: dict[str, str] = {}
    figures: dict[str, str] = {}
    warned: list[str] = []
    findings: dict[str, dict[str, Any]] = {}
    number = 0  # of the cell in the template, without the cell that papermill adds
    for cell in page.cells:
        number += not _injected(cell)
        _forget_machine(cell)
        if cell.cell_type != "code":
            continue
        kept = []
        for output in cell.outputs:
            data = output.get("data", {})
            if MIME in data:
                recorded = {run.prefix + key: value for key, value in data[MIME].items()}
                if twice := values.keys() & recorded.keys():
                    raise _refused(name, number, cell, f"{min(twice)!r} is recorded twice")
                values.update(recorded)
                cells |= dict.fromkeys(recorded, cell.get("id", ""))
            elif FINDINGS_MIME in data:
                rows = {run.prefix + row["id"]: row for row in data[FINDINGS_MIME]}
                if twice := findings.keys() & rows.keys():
                    raise _refused(name, number, cell, f"finding {min(twice)!r} is recorded twice")
                findings |= {key: {**row, "id": key} for key, row in rows.items()}
            elif output.output_type == "stream" and output.name == "stderr":
                warned.append(f"{name}, cell {number}: {output.text.strip()}")
            else:
                kept.append(output)
        cell.outputs = kept
        for label, picture in _give_caption(run, number, cell).items():
            if label in figures:
                raise _refused(name, number, cell, f"figure {label!r} is shown twice")
            figures[label] = picture
    if run.swept:
        _set_apart(run, page)
    page.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    text = nbformat.writes(page) + "\n"  # type: ignore[no-untyped-call]
    return Page(text, values, figures, tuple(warned), tuple(findings.values()), cells)


def _refused(name: str, number: int, cell: NotebookNode, why: str) -> RunError:
    """An error with the cell, what is wrong, and its source."""
    return RunError(f"{name}, cell {number}: {why}\n{indent(cell.source, '    ')}")


def _forget_machine(cell: NotebookNode) -> None:
    """Drop run times, paths and settings; give the cell that papermill adds a fixed id in place of a random one.

    Other tags and metadata, such as requests to MyST-NB to execute the page, are dropped.
    """
    tags = [tag for tag in cell.metadata.get("tags", ()) if tag in _TAGS or tag.startswith(_ABOUT)]
    cell.metadata = {"tags": tags} if tags else {}
    for output in cell.get("outputs", ()):
        if "metadata" in output:
            output.metadata = {key: value for key, value in output.metadata.items() if key == SHOWN}
    if _injected(cell):
        cell["id"] = "injected-parameters"


def _injected(cell: NotebookNode) -> bool:
    return "injected-parameters" in cell.metadata.get("tags", [])


def _give_caption(run: Run, number: int, cell: NotebookNode) -> dict[str, str]:
    """Move the metadata of `show` to where MyST-NB looks for them; return the figure's label and its picture's hash."""
    shown = [output for output in cell.outputs if SHOWN in output.get("metadata", {})]
    if not shown:
        return {}
    # The caption belongs to the cell, so MyST-NB would put it under every table and figure of the cell.
    if sum("data" in output for output in cell.outputs) > 1:
        why = "a cell that shows a figure may show nothing else; split the cell"
        raise _refused(run.name, number, cell, why)
    about: Any = shown[0].metadata.pop(SHOWN)
    if found := live_in_caption(about["caption"]):
        why = f"the caption has {found!r} in it, and a caption is plain Markdown with numbers and references"
        raise _refused(run.name, number, cell, why)
    label = _label(run, about["name"])
    cell.metadata["mystnb"] = {
        "figure": {"caption": about["caption"], "name": label},
        "image": {"alt": about["alt"]},
    }
    return {label: hashlib.sha256(shown[0].data[PICTURE].encode()).hexdigest()}


def _label(run: Run, name: str) -> str:
    """Label of anything, distinct on each page of a sweep."""
    values = (slug(run.parameters[swept]).lower().replace("_", "-") for swept in run.swept)
    return "-".join([name, *values])


_LABEL = r"\w[\w:.+-]*"

_LABELLED = re.compile(
    rf"""(
    \$\$[ \t]*\((?=[^)\n]*\)[ \t]*$)                           # $$ formula $$ (label)
    | ^[ \t>]*\((?=[^)\n]*\)=[ \t]*$)                           # (label)=
    | ^[ \t>]*:(?:label|name):[ \t]*                            # options of a directive
    | ^[ \t>]*(?:`{{3,}}|:{{3,}}|~{{3,}})\{{[^\n]*\n[ \t>]*---\n     # the same in a block of YAML
      (?:(?![ \t>]*---)[^\n]*\n)*?[ \t>]*(?:label|name):[ \t]*["']?
    | (?:^[ \t>]*|(?<=[\])`]))\{{(?:[^{{}}\n]*[ ])?\#(?=[^{{}}\n]*\}})  # {{#label}} before a block or behind a span
    )({_LABEL})""",
    re.MULTILINE | re.VERBOSE,
)
"""Labels in Markdown: of a formula, a place, a directive, and in attributes."""

_REFERRED = re.compile(
    rf"""(
    \{{(?:(?:std:|math:)?(?:any|eq|ref|numref)|prf:ref)\}}`(?:[^`<]*<)?
    | \]\(<?\#?
    )({_LABEL})(?=>?[`)\s])""",
    re.VERBOSE,
)
"""References to labels in Markdown."""


def _set_apart(run: Run, page: NotebookNode) -> None:
    """Give a page of a sweep its own title, labels and references."""
    texts = list(_texts(page))
    own = {cell.metadata["mystnb"]["figure"]["name"] for cell in page.cells if "mystnb" in cell.metadata}
    own |= {_label(run, found[2]) for of, key in texts for found in _LABELLED.finditer(of[key])}
    own = {name.lower() for name in own}  # most kinds of references ignore case

    def renamed(found: re.Match[str]) -> str:
        name = _label(run, found[2])
        return found[1] + (name if name.lower() in own else found[2])

    for of, key in texts:
        of[key] = _REFERRED.sub(renamed, _LABELLED.sub(renamed, of[key]))
    for cell in page.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("# "):
            title, _, rest = cell.source.partition("\n")
            cell.source = f"{title} {escape(run.suffix)}\n{rest}".rstrip()
            break


def _texts(page: NotebookNode) -> Iterator[tuple[NotebookNode, str]]:
    """All Markdown of a page: its container and the key there."""
    for cell in page.cells:
        if cell.cell_type == "markdown":
            yield cell, "source"
        if "mystnb" in cell.metadata:
            yield cell.metadata["mystnb"]["figure"], "caption"
        for output in cell.get("outputs", []):
            if "text/markdown" in output.get("data", {}):
                yield output.data, "text/markdown"
