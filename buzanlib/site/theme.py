"""What the theme and its companions put on every page that this book does not want."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx


def _mend(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Drop the scripts of sphinx-thebe, and escape titles.

    The scripts name an outside address and declare a constant twice; Jupyter Book has no setting that leaves the
    extension out. The theme puts titles, in which a value of a sweep may stand, into the heading for print and the
    sidebar as if they were HTML.
    """
    context["script_files"] = [script for script in context.get("script_files", []) if not _is_thebe(script)]
    for name, shown in (("pagetitle", page), ("root_title", app.config.root_doc)):
        if shown in app.env.titles:
            context[name] = escape(app.env.titles[shown].astext())


def _is_thebe(script: Any) -> bool:
    body = getattr(script, "attributes", {}).get("body") or ""
    return "THEBE_JS_URL" in body or "sphinx-thebe" in str(getattr(script, "filename", script))


def setup(app: Sphinx) -> None:
    """Run after the theme and sphinx-thebe, which have the usual priority."""
    app.connect("html-page-context", _mend, priority=900)
