"""Site: a Sphinx extension that puts results into prose and keeps the book self-contained, and the build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from buzanlib import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything with Sphinx; `_config.yml` names ``buzanlib.site`` among the extensions."""
    from buzanlib.site import (
        api,
        mathml,
        missing_references,
        numbers,
        offline,
        parallel,
        responsive_tables,
        titles,
        unexecuted,
    )

    for part in (
        missing_references,
        api,
        numbers,
        mathml,
        offline,
        responsive_tables,
        parallel,
        titles,
        unexecuted,
    ):
        part.setup(app)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}
