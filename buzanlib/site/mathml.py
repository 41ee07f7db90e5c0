"""Formulas as MathML, made while the book is built: no script, and screen readers can speak them."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

_logger = logging.getLogger(__name__)
_UNKNOWN = re.compile(r"<mi>(\\[A-Za-z]+)</mi>")


def to_mathml(latex: str, *, block: bool) -> str:
    r"""Convert a formula without delimiters to a ``<math>`` element, and keep its source as text alternative.

    The lines of a formula that stands by itself (`block`) end in ``\\`` and align at ``&``. `ValueError` if it has a
    command that the converter does not know.
    """
    source = " ".join(latex.split())
    body = source
    if block and not source.startswith(r"\begin{") and (r"\\" in source or "&" in source):
        body = rf"\begin{{align*}}{source}\end{{align*}}"
    # The starred form has no numbers of its own: Sphinx numbers equations.
    for environment in ("align", "gather", "equation"):
        body = body.replace(f"{{{environment}}}", f"{{{environment}*}}")
    try:
        element = str(convert(body, display="block" if block else "inline"))
        ElementTree.fromstring(element)  # a stray & goes through the converter
    except Exception as error:  # the converter has a family of errors without a common base
        raise ValueError(f"{type(error).__name__} in the formula {source!r}") from error
    if unknown := _UNKNOWN.search(element):
        raise ValueError(f"unknown command {unknown.group(1)} in the formula {source!r}")
    # Browsers take lengths in units only, no longer by name.
    element = element.replace('"negativethinmathspace"', '"-0.167em"')
    return element.replace("<math ", f"<math alttext={quoteattr(source)} ", 1)


def _safe(node: nodes.Element, *, block: bool) -> str:
    try:
        return to_mathml(node.astext(), block=block)
    except ValueError as error:
        _logger.warning("%s", error, location=node)
        return ""


def _visit_inline(self: Any, node: nodes.math) -> None:
    self.body.append(self.starttag(node, "span", "", CLASS="math"))
    self.body.append(_safe(node, block=False) + "</span>")
    raise nodes.SkipNode


def _visit_block(self: Any, node: nodes.math_block) -> None:
    # A long one is scrolled, by keyboard too.
    self.body.append(self.starttag(node, "div", CLASS="math", tabindex="0"))
    self.body.append(_safe(node, block=True))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the renderer; ``html_math_renderer: mathml`` chooses it."""
    app.add_html_math_renderer("mathml", (_visit_inline, None), (_visit_block, None))
