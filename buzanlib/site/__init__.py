"""Site: a Sphinx extension that puts results into prose and keeps the book self-contained, and the build."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from buzanlib import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_PARTS = [
    "adjustments",
    "api",
    "architecture",
    "editions",
    "exercise_pages",
    "front_parts",
    "numbers",
    "mathml",
    "pictures",
    "process",
    "scripts",
    "search_index",
    "state_pages",
    "how_made",
    "cards",
    "coding_lab",
    "token_page",
    "take_away",
    "weight",
    "seminar_pages",
    "lesson_plans",
]
"""Modules that take part in a build, in the order in which their handlers are called."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything with Sphinx; `_config.yml` names ``buzanlib.site`` among the extensions."""
    for part in _PARTS:
        import_module(f"{__name__}.{part}").setup(app)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}
