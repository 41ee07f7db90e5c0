"""Pages are read by several processes at once, though some of Jupyter Book's extensions do not say that they may."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

_UNDECLARED = ("sphinx_multitoc_numbering", "sphinx_jupyterbook_latex")
"""The first numbers sections once all pages have been read, the second changes pages for LaTeX alone; neither keeps
anything of a single page."""


def _declare(app: Sphinx, config: Config) -> None:
    for name in _UNDECLARED:
        if name in app.extensions:
            app.extensions[name].parallel_read_safe = True


def _deal(app: Sphinx, env: BuildEnvironment, names: list[str]) -> None:
    """Deal the pages out, so that no process is given all those of one kind, which take about as long."""
    hands = max(1, app.parallel)
    names[:] = [name for start in range(hands) for name in names[start::hands]]


def setup(app: Sphinx) -> None:
    """Run once all extensions are loaded."""
    app.connect("config-inited", _declare)
    app.connect("env-before-read-docs", _deal)
