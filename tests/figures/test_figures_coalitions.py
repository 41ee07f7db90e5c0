"""Figures of alliances and coalitions: what they show is what they were given, and nothing covers anything."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from buzanlib.figures.coalitions import (
    GRADED,
    PRINTED,
    accession_map,
    affinity_table,
    backing_map,
    coalition_sizes,
    entry_map,
    order_map,
    text_of,
)
from buzanlib.theory.vocabulary import Quadrant

RULES = {"fixed": "fixed agenda", "weighted": "weighted mean"}
TABLES = ("Table 2", "Table 2, graded")


def texts(axes) -> list[str]:  # type: ignore[no-untyped-def]
    return [text.get_text() for text in axes.texts]


@pytest.fixture
def density() -> pd.DataFrame:
    return pd.DataFrame(
        {"pol": [0.5, 0.25, np.nan], "inf": [0.0, 0.1, np.nan]}, index=["SW-WW", "SS-WS", "WW-WW"]
    )


def test_cells_have_their_share_and_the_mark_of_the_table(density, faults_of_text) -> None:
    literal = pd.DataFrame({"pol": [True, False, False], "inf": False}, index=density.index)
    graded = pd.DataFrame({"pol": [True, False, False], "inf": [False, True, False]}, index=density.index)
    drawn = backing_map(density, literal, graded)
    (axes,) = drawn.figure.axes
    assert texts(axes)[:4] == [f"50%  {PRINTED}", "0%", "25%", f"10%  {GRADED}"]
    assert "SW-WW 50% (both cells, as printed)" in drawn.alt
    assert "SS-WS 10% (both cells, as graded only)" in drawn.alt
    assert "WW-WW" not in drawn.alt
    assert faults_of_text(drawn.figure) == []


def runs(holds: list[int]) -> pd.DataFrame:
    """Two orders at each of three levels."""
    return pd.DataFrame({"reservation": [0.0, 0.0, 0.5, 0.5, 1.0, 1.0], "holds": holds})


def test_areas_are_shares_of_the_orders(faults_of_text) -> None:
    table = {"fixed": runs([4, 4, 4, 2, 1, 1]), "weighted": runs([3, 2, 1, 1, 1, 1])}
    drawn = entry_map(dict.fromkeys(TABLES, table), dict(zip(TABLES, (1 / 3, 3 / 7), strict=True)))
    axes = drawn.figure.axes[0]
    assert len(axes.collections) == 4
    # Height of the area of the four at level one half: from half of the orders to all.
    four = axes.collections[3].get_paths()[0].vertices
    assert {0.5, 1.0} <= set(four[np.isclose(four[:, 0], 0.5), 1].round(9))
    (line,) = axes.lines
    assert list(line.get_xdata()) == [1 / 3] * 2
    assert (
        "Table 2, fixed agenda: all four hold in every order up to 0.00, in some order up to 0.50"
        in drawn.alt
    )
    assert "Table 2, weighted mean: all four hold in no order" in drawn.alt
    assert "Table 2, graded 0.43" in drawn.alt
    assert faults_of_text(drawn.figure) == []


def test_ranges_are_those_of_the_orders_of_a_scheme(faults_of_text) -> None:
    levels = pd.DataFrame(
        {
            "joins": 1.0,
            "holds": [0.2, 0.3, 0.4],
            "any order": True,
            "most divergent last": [False, True, True],
            "hub first": [False, False, True],
        },
        index=["a", "b", "c"],
    )
    drawn = order_map({"Without": dict.fromkeys(RULES, levels), "With": dict.fromkeys(RULES, levels)})
    assert len(drawn.figure.axes) == 4  # a row a rule, a column an offer
    for axes in drawn.figure.axes:
        (line,), (ranges,) = axes.lines, axes.collections
        np.testing.assert_allclose(line.get_xdata(), [0.3, 0.35, 0.4])
        ends = np.asarray(ranges.get_segments())[:, :, 0]
        np.testing.assert_allclose(ends, [[0.2, 0.4], [0.3, 0.4], [0.4, 0.4]])
    assert (
        "Without, fixed agenda: any order 0.20–0.40, most divergent last 0.30–0.40, hub first 0.40"
        in drawn.alt
    )
    assert faults_of_text(drawn.figure) == []


def test_distributions_are_summarized_by_their_quantiles(faults_of_text) -> None:
    sizes = pd.Series(np.linspace(0, 1, 101))
    drawn = coalition_sizes({"Said": {"any order": sizes, "hub first": sizes / 2}})
    (axes,) = drawn.figure.axes
    assert [list(line.get_xdata()) for line in axes.lines] == [[0.5, 0.25]]
    outer, inner = (np.asarray(some.get_segments())[:, :, 0] for some in axes.collections)
    np.testing.assert_allclose(outer, [[0.05, 0.95], [0.025, 0.475]])
    np.testing.assert_allclose(inner, [[0.25, 0.75], [0.125, 0.375]])
    assert "Said, any order: 50% (5% to 95%)" in drawn.alt
    assert faults_of_text(drawn.figure) == []


def test_votes_stand_in_the_row_of_their_resolution(faults_of_text) -> None:
    shares = pd.DataFrame(
        np.arange(12).reshape(3, 4) / 20, index=["73/27", "74/29", "73/266"], columns=list(map(str, Quadrant))
    )
    about = pd.DataFrame(
        {"text": list(map(text_of, shares.index)), "year": ["2018", "2019", "2018"]}, index=shares.index
    )
    drawn = accession_map(shares[shares.columns[::-1]], about)
    (axes,) = drawn.figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "Russian text, 2018",
        "Russian text, 2019",
        "US text, 2018",
    ]
    assert texts(axes)[4:8] == ["30%", "35%", "20%", "25%"]
    # One line, between the two texts.
    assert [list(line.get_ydata()) for line in axes.lines] == [[2, 2]]
    assert "US text, 2018 (73/266): SW 50%, SS 55%, WW 40%, WS 45%" in drawn.alt
    assert faults_of_text(drawn.figure) == []


def test_early_resolutions_of_the_series_are_the_russian_text() -> None:
    assert [text_of(number) for number in ("60/45", "75/240", "74/28", "74/247")] == [
        "Russian text",
        "Russian text",
        "US text",
        "crime text",
    ]


def test_affinity_has_its_interval() -> None:
    row = {
        "table": "Table 2",
        "coefficient": 0.1,
        "low90": -0.05,
        "high90": 0.25,
        "p": 0.3,
        "states": 90,
        "dyads": 9,
    }
    html = affinity_table(pd.DataFrame([row], pd.Index(["votes"], name="observed"))).to_html()
    for text in ("+0.100", "−0.050", "+0.250", "0.300", "90"):
        assert text in html
