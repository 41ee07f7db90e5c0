"""What the search of a book finds, and in which order: what pages say, then names of the library; no code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.search import IndexBuilder

_CODE = (nodes.literal_block, nodes.doctest_block, addnodes.desc)

_LIBRARY = "api/"


class ProseIndex(IndexBuilder):
    """Index of words without those of code and docstrings, of which Sphinx takes all."""

    def feed(self, docname: str, filename: str, title: str, doctree: nodes.document) -> None:
        """Add a page."""
        with _without_code(doctree):
            super().feed(docname, filename, title, doctree)

    def freeze(self) -> dict[str, Any]:
        """Data of the index: names of the library stand among the objects, and not a second time as entries."""
        data = super().freeze()
        library = {place for place, name in enumerate(data["docnames"]) if name.startswith(_LIBRARY)}
        entries = {
            entry: [one for one in places if one[0] not in library]
            for entry, places in data["indexentries"].items()
        }
        data["indexentries"] = {entry: places for entry, places in entries.items() if places}
        return data


@contextmanager
def _without_code(doctree: nodes.document) -> Iterator[None]:
    """Take code out of a page, which is yet to be written, and put it back."""
    taken = list(doctree.findall(lambda node: isinstance(node, _CODE)))
    stands_in = [(node, nodes.comment()) for node in taken]
    for node, instead in stands_in:
        node.parent.replace(node, instead)
    try:
        yield
    finally:
        for node, instead in reversed(stands_in):
            instead.parent.replace(instead, node)


def _order(app: Sphinx, config: Config) -> None:
    """Name the script that orders what is found; Sphinx looks for it where it was started, not beside the book."""
    scorer = Path(app.srcdir, "_assets", "scorer.js")
    if scorer.is_file():
        config.html_search_scorer = str(scorer)


def setup(app: Sphinx) -> None:
    """Put the index in place of Sphinx's, which no setting can change, and register what orders."""
    from sphinx import search

    search.IndexBuilder = ProseIndex  # type: ignore[misc]
    app.connect("config-inited", _order)
