"""Two editions of a book from one source: the student's, which is published, and the instructor's with solutions."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

STUDENT = "student"
INSTRUCTOR = "instructor"

FOR_INSTRUCTORS = "seminar/instructor/"
"""Pages below here are in the instructor's edition only."""

_SAYS = "Instructor’s edition: with solutions and keys. The edition for students has neither: do not publish this one."


def has_solutions(app: Sphinx) -> bool:
    """Whether the edition that is built is the instructor's."""
    return str(app.config.buzan_edition) == INSTRUCTOR


def _announce(app: Sphinx, config: Config) -> None:
    """Let every page of the instructor's edition say at its head what it is."""
    if config.buzan_edition == INSTRUCTOR:
        config.html_theme_options = {**config.html_theme_options, "announcement": _SAYS}


def _not_for_search(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Ask search engines to leave out the instructor's edition, should it be published by mistake."""
    if has_solutions(app):
        context["metatags"] = f'{context.get("metatags", "")}\n<meta name="robots" content="noindex">'


def setup(app: Sphinx) -> None:
    """Register the setting that says which edition is built, and the handlers."""
    app.add_config_value("buzan_edition", STUDENT, "env", [str])
    app.connect("config-inited", _announce)
    app.connect("html-page-context", _not_for_search)
