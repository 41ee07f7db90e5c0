"""No page is executed while the book is built: what its notebook shows is what the run has left in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from myst_nb.core.execute.base import NotebookClientBase
    from nbformat import NotebookNode
    from sphinx.application import Sphinx


def _no_kernel(
    notebook: NotebookNode, source: str, nb_config: Any, logger: Any, read_fmt: dict[str, str] | None = None
) -> NotebookClientBase:
    """Hand over the notebook as it is, whatever the settings of the book or the page ask for."""
    from myst_nb.core.execute.base import NotebookClientBase

    return NotebookClientBase(notebook, Path(source), nb_config, logger)


def setup(app: Sphinx) -> None:
    """Take the place of what MyST-NB starts kernels with.

    It reads the settings of a page, which override those of the book, after every event that could change them; so
    execution cannot be switched off beyond appeal by a setting.
    """
    from myst_nb import sphinx_
    from myst_nb.core import execute

    for module in (execute, sphinx_):
        if not callable(getattr(module, "create_client", None)):
            raise ImportError(f"{module.__name__} starts kernels in a way that is not known here")
        module.create_client = _no_kernel
