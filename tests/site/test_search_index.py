"""What the search index holds: the words of a page, its code neither lost nor indexed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from docutils import nodes
from docutils.utils import new_document

from buzanlib.site.search_index import _without_code


def test_code_is_on_the_page_and_not_in_the_index(
    folder: Path, build: Callable[..., tuple[str, str]]
) -> None:
    page, _ = build(folder, "Wordy prose.\n\n```\nunspeakable = 1\n```\n\nMore prose.")
    text = (folder / "out" / "searchindex.js").read_text(encoding="utf-8")
    terms = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))["terms"]
    assert "unspeakable" in page
    assert "wordi" in terms
    assert "unspeak" not in terms


def test_what_was_taken_out_is_back_at_its_place_even_after_an_error() -> None:
    document = new_document("page")
    document += nodes.paragraph(text="a")
    document += nodes.literal_block(text="b")
    document += nodes.literal_block(text="c")
    before = document.pformat()
    try:
        with _without_code(document):
            assert "literal_block" not in document.pformat()
            raise KeyError
    except KeyError:
        pass
    assert document.pformat() == before
