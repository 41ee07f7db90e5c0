"""The process in which Sphinx builds a book, and those that it forks to read and write pages."""

from __future__ import annotations

import gc
import os
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

from buzanlib.study.child import end_with
from buzanlib.study.owned import OwnedFolder

_UNDECLARED = ("sphinx_multitoc_numbering", "sphinx_jupyterbook_latex")
"""Extensions that do not say that pages may be read in parallel. The first numbers sections once all pages have been
read, the second changes pages for LaTeX alone; neither keeps anything of a single page."""


def _begin(app: Sphinx, config: Config) -> None:
    """List every file written in ``_build``, and end with the process that asked for the book; so do all forks."""
    for name in app.extensions.keys() & _UNDECLARED:
        app.extensions[name].parallel_read_safe = True
    if not config.buzan_parent:
        return
    end_with(config.buzan_parent)
    this = os.getpid()
    os.register_at_fork(after_in_child=lambda: end_with(this))
    OwnedFolder(Path(app.outdir).parent).follow()
    # Documents are large trees that live until the end: at Python's own thresholds a third of the time goes into
    # collections that free nothing.
    gc.set_threshold(100_000, 50, 50)


def _deal(app: Sphinx, env: BuildEnvironment, names: list[str]) -> None:
    """Mix the pages, so that no process gets all of the slow ones."""
    hands = max(1, app.parallel)
    names[:] = [name for start in range(hands) for name in names[start::hands]]


def _end(app: Sphinx, error: Exception | None) -> None:
    """Keep the interpreter from a last collection of all documents when it ends."""
    if app.config.buzan_parent:
        gc.freeze()


def setup(app: Sphinx) -> None:
    """Register the setting that names the process to end with; 0 where Sphinx was started by hand."""
    app.add_config_value("buzan_parent", 0, "", [int])
    app.connect("config-inited", _begin)
    app.connect("env-before-read-docs", _deal)
    app.connect("build-finished", _end)
