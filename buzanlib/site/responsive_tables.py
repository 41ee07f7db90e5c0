"""Tables of class ``stacked`` that are written in Markdown: a narrow screen shows a row as a card.

The style sheet needs the heading of its column on every cell, as `buzanlib.figures.tables` writes it.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_STACKED, _VERDICT = "stacked", "verdict"


def label_cells(table: nodes.table) -> None:
    """Write on every cell of a table the heading of its column, and the class of a verdict on verdicts.

    Parameters
    ----------
    table : docutils.nodes.table
        With one row of headings, and no cell over several columns or rows.
    """
    (head,) = table.findall(nodes.thead)
    names = [entry.astext() for entry in head.findall(nodes.entry)]
    for body in table.findall(nodes.tbody):
        for row in body.findall(nodes.row):
            for name, entry in zip(names, row.findall(nodes.entry), strict=True):
                entry["label"] = name
                if name == _VERDICT:
                    entry["classes"].append(_VERDICT)


def _label_all(app: Sphinx, doctree: nodes.document) -> None:
    for table in doctree.findall(nodes.table):
        if _STACKED in table["classes"]:
            label_cells(table)


def _visit(self: Any, node: nodes.entry) -> None:
    """As the theme does it, with the label."""
    type(self).visit_entry(self, node)
    if "label" in node:
        self.body[-1] = self.body[-1].replace(
            "<td", f'<td data-label="{escape(node["label"], quote=True)}"', 1
        )


def _depart(self: Any, node: nodes.entry) -> None:
    type(self).depart_entry(self, node)


def setup(app: Sphinx) -> None:
    """Label when pages are read, write when they are written."""
    app.connect("doctree-read", _label_all)
    app.add_node(nodes.entry, override=True, html=(_visit, _depart))
