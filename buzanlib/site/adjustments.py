"""What Sphinx, MyST-NB and the theme do with a page, adjusted: links, tables, kernels and titles."""

from __future__ import annotations

import re
import sysconfig
from html import escape
from pathlib import Path
from typing import Any, cast

from docutils import nodes
from docutils.parsers.rst.directives.misc import Raw
from docutils.parsers.rst.directives.tables import CSVTable
from myst_nb.core.execute.base import NotebookClientBase
from nbformat import NotebookNode
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import docname_join

from buzanlib.files import lies_in
from buzanlib.study.dependencies import ROOT
from buzanlib.study.results import CSV

FIGURE = "a figure that is left out here"

_VERDICT = "verdict"

_UNFOLDS = '<summary aria-label="Its pages">'


def _in_words(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.Node | None:
    """Put the title of a chapter that a study leaves out, or words for its figure, in place of a link.

    Other missing targets stay errors.
    """
    absent = app.config.buzan_absent
    if node.get("reftype") == "doc":
        name = docname_join(node["refdoc"], node["reftarget"])
        if name in absent:
            return content if node["refexplicit"] else nodes.emphasis(absent[name], absent[name])
    if node.get("reftype") == "numref" and absent:
        return nodes.inline(FIGURE, FIGURE)
    return None


def _label_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Write on every cell of a table of class ``stacked`` the heading of its column, and the class of a verdict.

    A narrow screen shows a row as a card; the style sheet needs the headings for that, as `buzanlib.figures.tables`
    writes them. Such a table has one row of headings, and no cell over several columns or rows.
    """
    for table in doctree.findall(nodes.table):
        if "stacked" not in table["classes"]:
            continue
        (head,) = table.findall(nodes.thead)
        names = [entry.astext() for entry in head.findall(nodes.entry)]
        for row in (row for body in table.findall(nodes.tbody) for row in body.findall(nodes.row)):
            for name, entry in zip(names, row.findall(nodes.entry), strict=True):
                entry["label"] = name
                if name == _VERDICT:
                    entry["classes"].append(_VERDICT)


def _name_rules(app: Sphinx, doctree: nodes.document) -> None:
    """Give the rules and the variables of a codebook names that a link can lead to, such as ``rule-13``.

    Of several with one number or name, which a stranger's codebook may have, the first counts.
    """
    if not app.env.docname.rpartition("/")[2].startswith("codebook"):
        return
    named: dict[str, nodes.Element] = {}
    for listed in doctree.findall(nodes.enumerated_list):
        for number, item in enumerate(listed.children, listed.get("start", 1)):
            named.setdefault(f"rule-{number}", cast("nodes.Element", item))
    for row in (row for body in doctree.findall(nodes.tbody) for row in body.findall(nodes.row)):
        name = row[0].astext()
        if re.fullmatch(r"\w+", name):
            named.setdefault(f"variable-{name}", row)
    for name, element in named.items():
        element["ids"].append(name)


def _visit_entry(self: Any, node: nodes.entry) -> None:
    """As the theme does it, with the label."""
    type(self).visit_entry(self, node)
    if "label" in node:
        label = f'<td data-label="{escape(node["label"])}"'
        self.body[-1] = self.body[-1].replace("<td", label, 1)


def _depart_entry(self: Any, node: nodes.entry) -> None:
    type(self).depart_entry(self, node)


def _visit_citation(self: Any, node: nodes.citation) -> None:
    """As docutils does it, but as an item of the list around it: its own role is deprecated, and none of a list."""
    type(self).visit_citation(self, node)
    self.body[-1] = self.body[-1].replace('role="doc-biblioentry"', 'role="listitem"')


def _depart_citation(self: Any, node: nodes.citation) -> None:
    type(self).depart_citation(self, node)


def _mend(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Escape titles, and name what unfolds pages in the sidebar.

    The theme puts titles, in which a value of a sweep may stand, into the heading for print and the sidebar as if they
    were HTML, and leaves its buttons there without a name.
    """
    for name, shown in (("pagetitle", page), ("root_title", app.config.root_doc)):
        if shown in app.env.titles:
            context[name] = escape(app.env.titles[shown].astext())
    # What the theme lets scroll, a keyboard can scroll.
    scrolls = '<div class="pst-scrollable-table-container"'
    context["body"] = context.get("body", "").replace(f"{scrolls}>", f'{scrolls} tabindex="0">')
    if toctree := context.get("generate_toctree_html"):
        context["generate_toctree_html"] = lambda **how: str(toctree(**how)).replace("<summary>", _UNFOLDS)


def _no_kernel(
    notebook: NotebookNode, source: str, nb_config: Any, logger: Any, read_fmt: dict[str, str] | None = None
) -> NotebookClientBase:
    """Return the notebook with the outputs of the run, whatever the settings of the book or the page say.

    But for the numbers of its figures, of which MyST-NB does not know what to make: `buzanlib.site.pictures` does.
    """
    from myst_nb.core.execute.base import NotebookClientBase

    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(CSV, None)
    return NotebookClientBase(notebook, Path(source), nb_config, logger)


def _keep_inside(app: Sphinx, env: BuildEnvironment) -> None:
    """Stop before anything is written where a page shows, offers or includes a file from outside of the book."""
    book, made = Path(app.srcdir), Path(app.outdir).parent / "jupyter_execute"
    places = (
        book,
        made,
        ROOT,
        *(Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")),
    )
    found = {file: page for page, files in env.dependencies.items() for file in files}
    for shown in (env.images, env.dlfiles):
        found |= {file: min(about[0]) for file, about in shown.items()}
    for file, page in sorted(found.items()):
        if not any(lies_in(book / file, place) for place in places):
            raise ExtensionError(f"{page}: {file} lies outside of the book, which shows only what lies in it")


def setup(app: Sphinx) -> None:
    """Register the handlers, the setting that names absent chapters (title by page), and what starts no kernel.

    No setting can switch execution off for good: MyST-NB reads those of a page, which override those of the book, after
    every event in which an extension could change them.
    """
    from myst_nb import sphinx_
    from myst_nb.core import execute

    app.add_config_value("buzan_absent", {}, "env", [dict])
    app.connect("missing-reference", _in_words)
    app.connect("doctree-read", _label_cells)
    app.connect("doctree-read", _name_rules)
    app.connect("env-check-consistency", _keep_inside)
    for directive in (Raw, CSVTable):
        directive.option_spec.pop("url", None)  # reads from anywhere, ``file://`` included, and tells nobody
    app.add_node(nodes.entry, override=True, html=(_visit_entry, _depart_entry))
    app.add_node(nodes.citation, override=True, html=(_visit_citation, _depart_citation))
    # After the theme, which has the usual priority.
    app.connect("html-page-context", _mend, priority=900)
    for module in (execute, sphinx_):
        if not callable(getattr(module, "create_client", None)):
            raise ImportError(f"{module.__name__} starts kernels in a way that is not known here")
        module.create_client = _no_kernel
