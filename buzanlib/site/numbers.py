"""The role ``num``, a recorded number in prose, by key and format."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.figures.labels import KINDS, in_plain_words
from buzanlib.figures.typeset import typeset
from buzanlib.study.results import Results

_CELL = 10_000
"""MyST-NB counts the lines of a notebook as 10,000 a cell."""

_logger = logging.getLogger(__name__)


class number(nodes.inline):  # type: ignore[misc]
    """A recorded value, with its ``key``, and in the end as ``address`` the place of the code that recorded it."""


class NumberRole(SphinxRole):
    """The value recorded under a key, formatted, such as ``B1.contrast:+.2f`` between backticks.

    An unknown key or a format that does not fit is a warning with page and line, so that a strict build fails. In a
    book with other choices than those that ship a number may be missing, since a chapter is left out or the data cannot
    carry a test: a dash is printed.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Make the node."""
        key, _, form = self.text.partition(":")
        classes = ["num"]  # a number and its sign stay on one line
        try:
            results = read_results(self.env)
            full = results.key_on(self.env.docname.rpartition("/")[2], key.strip())
            value = results[full]
            text = typeset(value, form)
            if isinstance(value, str):
                classes = []  # words may break
                text = f"{KINDS[text]} states" if text in KINDS else in_plain_words(text)
            return [number(self.rawtext, text, classes=classes, key=full)], []
        except (BuzanError, ValueError) as error:
            if isinstance(error, UnknownNameError) and not self.config.buzan_as_shipped:
                text = "–"
            else:
                text = f"[{self.text}]"
                cell, line = divmod(self.lineno, _CELL)
                notebook = self.env.doc2path(self.env.docname).endswith(".ipynb")
                where = f" (cell {cell}, line {line})" if notebook else ""
                _logger.warning("{num}`%s`: %s%s", self.text, error, where, location=self.get_location())
        return [nodes.inline(self.rawtext, text, classes=classes)], []


def read_results(env: BuildEnvironment) -> Results:
    """The numbers of the book; the page that is being read depends on them."""
    env.note_dependency(str(_path(env.app)))  # new results: read this page again
    return results_of(env.app)


def _path(app: Sphinx) -> Path:
    return Path(app.srcdir) / str(app.config.buzan_results)


def results_of(app: Sphinx) -> Results:
    """The numbers of the book that is built; raises as `Results.load`."""
    path = _path(app)
    return _read(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=1)
def _read(path: Path, changed: int) -> Results:
    """Read the results once a build, not once a number."""
    return Results.load(path)


def _require(app: Sphinx) -> None:
    """Stop before reading anything if there are no results: one error instead of one for each number."""
    try:
        results_of(app)
    except BuzanError as error:
        raise ExtensionError(str(error)) from error


def setup(app: Sphinx) -> None:
    """Register the role, and settings that say where the results lie and whether all numbers must be there."""
    app.add_config_value("buzan_results", "executed/results.json", "env", [str])
    app.add_config_value("buzan_as_shipped", True, "env", [bool])
    app.add_role("num", NumberRole())
    app.connect("builder-inited", _require)
