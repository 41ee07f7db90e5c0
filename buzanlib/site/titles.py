"""Titles of pages as text: the theme puts that of a page into the heading for print as if it were HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx


def _escape_title(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Escape the plain text that the theme made of a title, in which a value of a sweep may stand."""
    if page in app.env.titles:
        context["pagetitle"] = escape(app.env.titles[page].astext())


def setup(app: Sphinx) -> None:
    """Run after the theme, which makes the text with the usual priority."""
    app.connect("html-page-context", _escape_title, priority=900)
