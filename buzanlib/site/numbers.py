"""The role ``{num}``: a recorded number in prose, by key and format."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from buzanlib.errors import BuzanError
from buzanlib.study.results import Results, Scalar

if TYPE_CHECKING:
    from sphinx.application import Sphinx

MINUS = "\u2212"
NO_BREAK = "\u00a0"
_CELL = 10_000
"""MyST-NB counts the lines of a notebook as 10,000 a cell."""

_logger = logging.getLogger(__name__)


def typeset(value: Scalar, form: str = "") -> str:
    r"""Format a value for prose.

    Parameters
    ----------
    value : bool, int, float or str
        A recorded value.
    form : str
        Python format specification; ``"p"`` is that of a p-value: three decimals, and never less than 0.001.

    Returns
    -------
    str
        Numbers have a real minus sign.

    Raises
    ------
    ValueError
        Where the value cannot be formatted so.

    Examples
    --------
    >>> typeset(0.0004, "p"), typeset(0.0316, "p")
    ('<\xa00.001', '0.032')
    >>> typeset(-0.5, "+.2f")
    '−0.50'
    """
    if isinstance(value, str):
        return format(value, form)
    if form == "p":
        if isinstance(value, bool) or not 0 <= value <= 1:
            raise ValueError(f"{value} is not a probability")
        return f"<{NO_BREAK}0.001" if value < 0.001 else f"{value:.3f}"
    return format(value, form).replace("-", MINUS)


class NumberRole(SphinxRole):
    """``{num}`B1.contrast:+.2f` ``: the value recorded under a key, formatted.

    An unknown key or a format that does not fit is a warning with page and line, so a strict build fails.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Make the node."""
        path = _path(self.env.app)
        self.env.note_dependency(str(path))  # new results: read this page again
        key, _, form = self.text.partition(":")
        try:
            text = typeset(_load(self.env.app)[key.strip()], form)
        except (BuzanError, ValueError) as error:
            _logger.warning("{num}`%s`: %s%s", self.text, error, self._cell(), location=self.get_location())
            text = f"[{self.text}]"
        return [nodes.inline(self.rawtext, text, classes=["num"])], []

    def _cell(self) -> str:
        cell, line = divmod(self.lineno, _CELL)
        return (
            f" (cell {cell}, line {line})" if self.env.doc2path(self.env.docname).endswith(".ipynb") else ""
        )


def _path(app: Sphinx) -> Path:
    return Path(app.srcdir) / str(app.config.buzan_results)


def _load(app: Sphinx) -> Results:
    path = _path(app)
    return _read(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=1)
def _read(path: Path, changed: int) -> Results:
    """Read the results once a build, not once a number."""
    return Results.load(path)


def _demand(app: Sphinx) -> None:
    """Stop before reading anything if there are no results: one error instead of one for each number."""
    try:
        _load(app)
    except BuzanError as error:
        raise ExtensionError(str(error)) from error


def setup(app: Sphinx) -> None:
    """Register the role, and the setting that says where the results lie."""
    app.add_config_value("buzan_results", "executed/results.json", "env", [str])
    app.add_role("num", NumberRole())
    app.connect("builder-inited", _demand)
