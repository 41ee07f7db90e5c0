"""No page is ever run while the book is built, whatever the page says of itself.

MyST-NB lets a file turn on what the settings have turned off; but papermill has run the notebooks, and what lies where
their pages are may come from anybody.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Let MyST-NB have one client only, that which leaves a notebook as it is."""
    import myst_nb.sphinx_ as parser
    from myst_nb.core.execute.base import NotebookClientBase

    def as_it_is(notebook: Any, source: str, config: Any, logger: Any, *_: Any, **__: Any) -> Any:
        return NotebookClientBase(notebook, Path(source), config, logger)

    parser.create_client = as_it_is
