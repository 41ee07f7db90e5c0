"""Nothing off-site: drop what the theme's companions add for live code in the cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx


def _drop_thebe(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Take out the scripts of sphinx-thebe: they name an outside address and declare a constant twice.

    The extension is one of Jupyter Book's own and cannot be left out by a setting.
    """
    context["script_files"] = [script for script in context.get("script_files", []) if not _is_thebe(script)]


def _is_thebe(script: Any) -> bool:
    body = getattr(script, "attributes", {}).get("body") or ""
    return "THEBE_JS_URL" in body or "sphinx-thebe" in str(getattr(script, "filename", script))


def setup(app: Sphinx) -> None:
    """Run after sphinx-thebe, which adds its scripts with the usual priority."""
    app.connect("html-page-context", _drop_thebe, priority=900)
