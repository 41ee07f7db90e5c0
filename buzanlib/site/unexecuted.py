"""No page is executed while the book is built: it shows the outputs of the run."""

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
    """Return the notebook as it is, whatever the settings of the book or the page say."""
    from myst_nb.core.execute.base import NotebookClientBase

    return NotebookClientBase(notebook, Path(source), nb_config, logger)


def setup(app: Sphinx) -> None:
    """Replace the function with which MyST-NB starts kernels.

    No setting can switch execution off for good: MyST-NB reads those of a page, which override those of the book, after
    every event in which an extension could change them.
    """
    from myst_nb import sphinx_
    from myst_nb.core import execute

    for module in (execute, sphinx_):
        if not callable(getattr(module, "create_client", None)):
            raise ImportError(f"{module.__name__} starts kernels in a way that is not known here")
        module.create_client = _no_kernel
