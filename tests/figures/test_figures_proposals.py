from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from buzanlib.figures.base import QUADRANT_COLOURS
from buzanlib.figures.labels import FROM_TOP
from buzanlib.figures.proposals import (
    asked_table,
    asked_values,
    assessments_map,
    intrusiveness_lines,
    joined_by_all,
    threats_met,
)
from buzanlib.figures.typeset import typeset
from buzanlib.policy.requested_remedies import Asked
from buzanlib.theory.vocabulary import Quadrant, Threat

NAMES = ["One of some length in words", "Another"]


@pytest.fixture
def shares():
    sets = [(Threat.POL,), (Threat.INF, Threat.CRI)]
    values = [[0.25, 0.0, 1.0, 0.0], [0.75, 1.0, 0.0, 1.0]]
    return pd.DataFrame(values, index=pd.Index(sets, tupleize_cols=False), columns=list(Quadrant))


@pytest.fixture
def nets():
    values = np.random.default_rng(1).uniform(-1, 1, (2, 4))
    return pd.DataFrame(values, index=NAMES, columns=list(Quadrant))


@pytest.fixture
def ends():
    return pd.DataFrame({0.0: [0.6, 1.0, 0.5, 1.0], 1.0: [1.0, 0.0, 0.9, 0.02]}, index=list(Quadrant))


def test_each_set_has_its_shares_and_its_proposals(shares, faults_of_text):
    drawn = threats_met(shares, {(Threat.INF, Threat.CRI): "secure the networks"})
    (axes,) = drawn.figure.axes
    assert [text.get_text() for text in axes.texts] == [
        f"{value:.0%}" for value in shares[list(FROM_TOP)].to_numpy().ravel()
    ]
    names = [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()]
    assert names == ["political", "infrastructure + crime (secure the networks)"]
    assert "infrastructure + crime, as secure the networks: SW 0%, SS 100%, WW 75%, WS 100%" in drawn.alt
    assert faults_of_text(drawn.figure) == []


def test_each_answer_stands_in_its_cell(nets, faults_of_text):
    verdicts = nets.map(lambda net: "accepts" if net > 0 else "sees a threat").rename(columns=str)
    drawn = assessments_map({"Table 2": nets}, {"Table 2": verdicts})
    (axes,) = drawn.figure.axes
    cells = {(name, quadrant): verdicts.loc[name, quadrant] for name in NAMES for quadrant in Quadrant}
    marks = {line.get_gid(): line for line in axes.lines if line.get_gid()}
    for word, line in (
        (word, marks[f"Table 2: {word}"]) for word in ("accepts", "does not join", "sees a threat")
    ):
        places = {(NAMES[row], FROM_TOP[column]) for column, row in line.get_xydata().astype(int)}
        assert places == {place for place, said in cells.items() if said == word}
    assert len({line.get_marker() + str(line.get_markerfacecolor()) for line in marks.values()}) == 3
    for name in NAMES:
        for quadrant in Quadrant:
            net = typeset(float(nets.loc[name, quadrant]), "+.2f")
            assert f"{quadrant} {verdicts.loc[name, quadrant]} ({net})" in drawn.alt
    assert faults_of_text(drawn.figure) == []


def test_lines_have_the_ends_and_the_colours_of_their_quadrants(ends, faults_of_text):
    drawn = intrusiveness_lines({"One": ends}, {"One": 0.25}, 0.5)
    (axes,) = drawn.figure.axes
    lines = {line.get_gid(): line for line in axes.lines if line.get_gid()}
    for quadrant in Quadrant:
        line = lines[str(quadrant)]
        np.testing.assert_allclose(line.get_ydata()[[0, -1]], ends.loc[quadrant])
        assert to_hex(line.get_color()) == QUADRANT_COLOURS[quadrant]
    assert list(lines["own"].get_xdata()) == [0.25, 0.25]
    assert "WS from 1.00 to 0.00" in drawn.alt
    assert "Its own intrusiveness is 0.25." in drawn.alt
    assert faults_of_text(drawn.figure) == []


def test_the_ground_is_shaded_where_all_join(ends):
    (axes,) = intrusiveness_lines({"One": ends}, {}, 0.5).figure.axes
    (ground,) = [patch for patch in axes.patches if patch.get_gid() == "all"]
    assert ground.get_x() == pytest.approx(0)
    assert ground.get_width() == pytest.approx(0.5 / 0.98 - 0.01, abs=0.02)
    (axes,) = intrusiveness_lines({"One": ends}, {}, 0.95).figure.axes
    assert not [patch for patch in axes.patches if patch.get_gid() == "all"]


def test_lines_that_end_together_share_a_name(ends):
    (axes,) = intrusiveness_lines({"One": ends}, {}, 0.5).figure.axes
    assert {text.get_text() for text in axes.texts} == {"WS, SS", "SW", "WW"}


def test_what_states_ask_for_is_told_in_words() -> None:
    quadrants = pd.Index(list(map(str, Quadrant)), name="quadrant")
    shares = pd.DataFrame({"norms": [0.6, 0.2, 0.7, 0.8], "police": [0.4, 0.8, 0.3, 0.2]}, index=quadrants)
    asked = Asked(shares, pd.Series({"norms": 0.1, "police": -0.2}), -0.05, 0.4, 90)
    html = asked_table(asked).to_html()
    assert "norms" in html
    assert ">80<" in html
    values = asked_values({"literal": asked, "graded": replace(asked, p=0.01)}, 0.05)
    assert values["options.asked.n"] == 90
    assert values["options.asked.reading"] == "does not tell what they"
    assert (values["options.asked.literal"], values["options.asked.graded_p"]) == (-0.05, 0.01)
    assert str(values["options.asked.most"]).count("by ") == 2
    assert (
        asked_values({"literal": replace(asked, p=0.01)}, 0.05)["options.asked.reading"] == "tells what they"
    )


def test_proposals_that_all_accept_are_counted(nets) -> None:
    some = nets.map(lambda _: "does not join").rename(columns=str)
    more = some.copy()
    more.loc[NAMES[0]] = "accepts"
    said = joined_by_all({"Table 2": some, "speeches": more})
    assert said == "Of two proposals all four quadrants accept none by Table 2; one by speeches."
