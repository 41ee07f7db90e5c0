from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import UnknownNameError
from buzanlib.figures.tables import interval, table

HOSTILE = "<script>alert(\"1\")</script> & 'x'"


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {"contrast": [-0.5, np.nan], "verdict": ["undecided", HOSTILE], HOSTILE: [1, 2]},
        index=pd.Index(["B1", HOSTILE], name="hypothesis"),
    )


def test_every_heading_has_a_scope_and_every_text_survives(frame: pd.DataFrame) -> None:
    tree = ElementTree.fromstring(table(frame, HOSTILE, {"contrast": "+.2f"}).to_html())
    assert tree.attrib["aria-label"] == HOSTILE
    assert ["".join(caption.itertext()) for caption in tree.iter("caption")] == [HOSTILE]
    assert [head.text for head in tree.iter("th")] == ["hypothesis", *frame.columns, *frame.index]
    assert [head.attrib["scope"] for head in tree.iter("th")] == ["col"] * 4 + ["row"] * 2
    cells = [cell.text for cell in tree.iter("td")]
    assert cells == ["\u22120.50", "undecided", "1", "\u2013", HOSTILE, "2"]
    assert not list(tree.iter("script"))


def test_numbers_stand_at_the_right(frame: pd.DataFrame) -> None:
    tree = ElementTree.fromstring(table(frame, "c").to_html())
    sides = [cell.attrib.get("class") for cell in tree.iter("td")]
    assert sides == ["number", None, "number"] * 2


def test_sentences_have_room(frame: pd.DataFrame) -> None:
    tree = ElementTree.fromstring(table(frame.assign(claim="word " * 20), "c").to_html())
    assert [cell.attrib.get("class") for cell in tree.iter("td")] == ["number", None, "number", "words"] * 2


def test_a_notebook_shows_the_same(frame: pd.DataFrame) -> None:
    shown = table(frame, "c")
    assert shown._repr_html_() == shown.to_html()


def test_rows_can_be_links(frame: pd.DataFrame) -> None:
    tree = ElementTree.fromstring(table(frame, "c", links={"B1": 'a.html?"<&'}).to_html())
    (link,) = tree.iter("a")
    assert (link.text, link.attrib["href"]) == ("B1", 'a.html?"<&')


def test_a_format_of_no_column_is_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(UnknownNameError, match="unknown column 'contrasts'; nearest allowed: 'contrast'"):
        table(frame, "c", {"contrasts": ".2f"})


def test_intervals_are_text_and_a_missing_end_is_a_dash() -> None:
    low, high = pd.Series([-0.5, np.nan], index=["a", "b"]), pd.Series([0.25, 1.0], index=["a", "b"])
    assert interval(low, high).to_dict() == {"a": "\u22120.50\u00a0to\u00a0+0.25", "b": "\u2013"}
