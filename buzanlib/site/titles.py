"""Titles of pages as text: the theme puts them into the heading for print and the sidebar as if they were HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx


def _escape_title(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Escape the plain text that the theme made of titles, in which a value of a sweep may stand."""
    for name, shown in (("pagetitle", page), ("root_title", app.config.root_doc)):
        if shown in app.env.titles:
            context[name] = escape(app.env.titles[shown].astext())


def setup(app: Sphinx) -> None:
    """Run after the theme, which makes the text with the usual priority."""
    app.connect("html-page-context", _escape_title, priority=900)
