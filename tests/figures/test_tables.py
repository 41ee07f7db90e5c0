from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import UnknownNameError
from buzanlib.figures.tables import ONE_SIDED, findings_table, interval, table, with_graded
from buzanlib.inference.verdicts import Finding, Verdict

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
    assert sides == ["number", "verdict", "number"] * 2


def test_short_names_of_rows_are_not_broken() -> None:
    frame = pd.DataFrame({"n": [1, 2]}, index=["B1", "weak power, strong cohesion"])
    tree = ElementTree.fromstring(table(frame, "c").to_html())
    rows = [head for head in tree.iter("th") if head.attrib["scope"] == "row"]
    assert [head.attrib.get("class") for head in rows] == ["short", None]


def test_short_names_of_kinds_of_state_are_words_in_every_part() -> None:
    frame = pd.DataFrame({"WW": ["SS states agree"]}, index=pd.Index(["SW-WS"], name="of WS"))
    said = "".join(
        ElementTree.fromstring(table(frame, "Of SW", note="of WW").to_html().partition("\n<p")[0]).itertext()
    )
    said += table(frame, "c", note="of WW").to_html().partition('<p class="note">')[2]
    assert not re.search(r"\b[WS]{2}\b", said)
    assert "weak power, weak cohesion" in said
    assert "Powerful and cohesive states agree" in said


def test_sentences_have_room(frame: pd.DataFrame) -> None:
    tree = ElementTree.fromstring(table(frame.assign(claim="word " * 20), "c").to_html())
    assert [cell.attrib.get("class") for cell in tree.iter("td")] == [
        "number",
        "verdict",
        "number",
        "words",
    ] * 2


def test_a_notebook_shows_the_same(frame: pd.DataFrame) -> None:
    shown = table(frame, "c")
    assert shown._repr_html_() == shown.to_html()


def test_rows_can_be_links(frame: pd.DataFrame) -> None:
    tree = ElementTree.fromstring(table(frame, "c", links={"B1": 'a.html?"<&'}).to_html())
    (link,) = tree.iter("a")
    assert (link.text, link.attrib["href"]) == ("B1", 'a.html?"<&')


def test_cards_name_their_lines_and_other_tables_do_not(frame: pd.DataFrame) -> None:
    stacked = ElementTree.fromstring(table(frame, "c", stacked=True).to_html())
    assert [cell.attrib["data-label"] for cell in stacked.iter("td")] == ["contrast", "verdict", HOSTILE] * 2
    assert [found.attrib["class"] for found in stacked.iter("table")] == ["table stacked"]
    plain = ElementTree.fromstring(table(frame, "c").to_html())
    assert [found.attrib["class"] for found in plain.iter("table")] == ["table"]
    assert not any("data-label" in cell.attrib for cell in plain.iter("td"))


def test_a_note_stands_below_the_region_that_scrolls(frame: pd.DataFrame) -> None:
    region, note = ElementTree.fromstring(f"<div>{table(frame, 'c', note=HOSTILE).to_html()}</div>")
    assert (region.attrib["role"], note.tag, note.text) == ("region", "p", HOSTILE)


def test_findings_have_their_verdict_beside_the_claim_and_say_how_p_is_read() -> None:
    found = {
        "C1": Finding("C1", -0.25, -0.5, 0.25, 0.9, 100),
        "E3": Finding("E3", 0.5, np.nan, np.nan, 0.0004, 90),
    }
    shown = findings_table(
        found,
        {"C1": "farthest", "E3": "moves"},
        "c",
        {"E3": Verdict.SUPPORTED, "C1": Verdict.UNDECIDED},
        {"C1": 1.0, "E3": 0.002},
        more=pd.DataFrame({"detectable": {"E3": np.nan, "C1": 0.125}}),
        formats={"detectable": ".3f"},
    )
    html = shown.to_html()
    tree = ElementTree.fromstring(f"<div>{html}</div>")
    (note,) = tree.iter("p")
    assert note.text == ONE_SIDED
    heads = [head.text for head in tree.iter("th") if head.attrib["scope"] == "col"]
    assert heads == [
        "hypothesis",
        "claim",
        "verdict",
        "contrast",
        "90 % interval",
        "p",
        "adjusted p",
        "detectable",
    ]
    cells = [(cell.text or "").replace("\u00a0", " ") for cell in tree.iter("td")]
    assert cells[:7] == ["farthest", "undecided", "−0.25", "−0.50 to +0.25", "0.900", "1.000", "0.125"]
    assert cells[7:] == ["moves", "supported", "+0.50", "–", "< 0.001", "0.002", "–"]
    assert "table stacked" in html


def test_findings_on_record_stand_without_a_word_and_what_is_not_adjusted_has_a_dash() -> None:
    found = {"B5": Finding("B5", -0.1, -0.3, 0.1, 0.4, 100)}
    frame = findings_table(found, {"B5": "whole"}, "c", None, {"B1": 0.5}).frame
    assert "verdict" not in frame
    assert np.isnan(frame.loc["B5", "adjusted p"])


def test_a_format_of_no_column_is_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(UnknownNameError, match="unknown column 'contrasts'; nearest allowed: 'contrast'"):
        table(frame, "c", {"contrasts": ".2f"})


def test_intervals_are_text_and_a_missing_end_is_a_dash() -> None:
    low, high = pd.Series([-0.5, np.nan], index=["a", "b"]), pd.Series([0.25, 1.0], index=["a", "b"])
    assert interval(low, high).to_dict() == {"a": "\u22120.50\u00a0to\u00a0+0.25", "b": "\u2013"}


def test_graded_numbers_stand_in_brackets_and_zero_has_no_sign() -> None:
    literal, graded = pd.DataFrame({"a": [1.0, 0.0]}), pd.DataFrame({"a": [0.5, -1.0]})
    assert with_graded(literal, graded)["a"].tolist() == ["+1 (+0.5)", "0 (−1)"]
