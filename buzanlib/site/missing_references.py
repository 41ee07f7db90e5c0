"""References to chapters and figures that a study leaves out: words in place of a link that would lead nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util import docname_join

if TYPE_CHECKING:
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

FIGURE = "a figure that is left out here"


def _in_words(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.Node | None:
    """Put the title of a chapter, or words for a figure, in place of the link; other missing targets stay errors."""
    absent = app.config.buzan_absent
    if node.get("reftype") == "doc":
        name = docname_join(node["refdoc"], node["reftarget"])
        if name in absent:
            return content if node["refexplicit"] else nodes.emphasis(absent[name], absent[name])
    if node.get("reftype") == "numref" and absent:
        return nodes.inline(FIGURE, FIGURE)
    return None


def setup(app: Sphinx) -> None:
    """Register the setting that names the chapters, title by page."""
    app.add_config_value("buzan_absent", {}, "env", [dict])
    app.connect("missing-reference", _in_words)
