from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser

import pytest

from buzanlib.theory.matrices import TABLE1, TABLE2, TABLE2_GRADED
from buzanlib.theory.predictions import load_predictions
from buzanlib.theory.vocabulary import Quadrant, Threat

TABLES = pytest.mark.parametrize("table", [TABLE1, TABLE2, TABLE2_GRADED], ids=lambda table: table.name)
AWKWARD = dict(zip(Quadrant, ('a <b> & "c"', "d | e", "50% of $_1#{2}~^\\", "*f* `g` [h]"), strict=True))


class Outline(HTMLParser):
    """Tags that are still open, the attributes of headings, the text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.headings, self.texts, self.cells = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        if tag == "th":
            self.headings.append(dict(attributes).get("scope"))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if data.strip():
            self.texts.append(data)
            if self.open[-1] == "td":
                self.cells.append(data)


@pytest.fixture(scope="module")
def locked(data_dir):
    return json.loads((data_dir / "predictions.json").read_text(encoding="utf-8"))


def test_table1_is_the_locked_one(locked):
    assert {cell.quadrant: cell.text[0].lower() + cell.text[1:] for cell in TABLE1.cells} == locked["table1"]


def test_table2_is_the_locked_one(locked):
    cells = {cell.quadrant: [priority.threat for priority in cell.priorities] for cell in TABLE2.cells}
    assert cells == locked["table2"]["literal"]
    assert {priority.weight for cell in TABLE2.cells for priority in cell.priorities} == {1}


def test_graded_table2_is_the_locked_one(locked):
    for cell in TABLE2_GRADED.cells:
        expected = {threat: Fraction(w) for threat, w in locked["table2"]["graded"][cell.quadrant].items()}
        named = {priority.threat: priority.weight for priority in cell.priorities}
        assert named == {threat: weight for threat, weight in expected.items() if weight}


def test_weights_are_those_of_the_loaded_predictions(data_dir):
    weights = TABLE2_GRADED.weights()
    for quadrant, cell in load_predictions(data_dir).graded.items():
        assert weights.loc[quadrant].to_dict() == cell


@TABLES
def test_every_cell_and_weight_has_a_place_in_the_paper(table):
    assert [cell.quadrant for cell in table.cells] == list(Quadrant)
    for cell in table.cells:
        assert cell.source.startswith("Table ")
        for priority in cell.priorities:
            assert priority.source.startswith("Table " if priority.weight == 1 else "section 2, on P-")
    assert len(table.sources()) == int((table.weights() > 0).to_numpy().sum())


def test_second_priorities_cite_their_own_quadrant():
    for cell in TABLE2_GRADED.cells:
        for priority in cell.priorities:
            if priority.weight < 1:
                assert cell.quadrant.paper_name in priority.source


def test_a_cell_is_found_by_its_quadrant():
    assert [priority.threat for priority in TABLE2[Quadrant.SW].priorities] == [Threat.POL]


@TABLES
def test_html_is_a_table_a_screen_reader_can_walk(table):
    outline = Outline(table._repr_html_())
    assert outline.open == []
    assert outline.texts[0] == table.caption
    assert outline.headings == ["colgroup", "col", "col", "rowgroup", "row", "row"]
    # Row by row: weak power first, and in each row weak cohesion first.
    assert outline.cells == [table[q].text for q in (Quadrant.WW, Quadrant.WS, Quadrant.SW, Quadrant.SS)]


def test_html_is_escaped():
    cells = tuple(replace(cell, text=AWKWARD[cell.quadrant]) for cell in TABLE2.cells)
    outline = Outline(replace(TABLE2, title="<script>", cells=cells)._repr_html_())
    assert outline.texts[0] == "Table 2. <script>"
    assert outline.cells == list(AWKWARD.values())
