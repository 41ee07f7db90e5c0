from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from buzanlib.figures.base import QUADRANT_COLOURS
from buzanlib.figures.labels import FROM_TOP
from buzanlib.figures.statements import by_year, over_time, shares
from buzanlib.tables.statements import Statements, load_statements
from buzanlib.theory.vocabulary import TABLE2_THREATS, Quadrant, Threat


def _codes(passage, relevant=1, **threats):
    return {"passage_id": passage, "annotator": "adjudicated_2", "relevant": relevant} | {
        threat.value: threats.get(threat.value, 0) for threat in Threat
    }


@pytest.fixture
def small():
    """Three speeches and a strategy; one speech is silent, one passage not relevant, a year has nothing."""
    documents = pd.DataFrame(
        [("a", "UNGDC", 2001), ("b", "UNGDC", 2001), ("c", "UNGDC", 2003), ("n", "NCSS", 2003)],
        columns=["doc_id", "corpus", "year"],
    ).assign(iso3="FRA", in_paper=0)
    passages = pd.DataFrame(
        [("a1", "a"), ("a2", "a"), ("c1", "c"), ("n1", "n")], columns=["passage_id", "doc_id"]
    )
    codes = pd.DataFrame(
        [
            _codes("a1", pol=1, inf=1),
            _codes("a2", pol=1),
            _codes("c1", relevant=0, cri=1),
            _codes("n1", cri=1),
        ]
    )
    return Statements(documents, passages, codes)


@pytest.fixture(scope="module")
def real(data_dir):
    return by_year(load_statements(data_dir))


def test_years_that_an_annotator_has_not_read_are_left_out(data_dir, real):
    assert real.index[-1] == 2026
    assert real.loc[[2025, 2026], "documents"].tolist() == [190, 190]
    first = by_year(load_statements(data_dir), annotator="adjudicated")
    assert first.index[-1] == 2024
    assert first["documents"].equals(real.loc[:2024, "documents"])


def _heights(steps):
    heights, _, _ = steps.get_data()
    return heights


def _shares(rng, threats):
    rows = [
        (quadrant.value, threat.value, middle, middle - 0.05, middle + 0.08)
        for quadrant, threat, middle in (
            (*pair, rng.uniform(0.06, 0.8)) for pair in product(Quadrant, threats)
        )
    ]
    return pd.DataFrame(rows, columns=["quadrant", "threat", "share", "low90", "high90"])


def test_by_year_counts_speeches_also_silent_ones(small):
    table = by_year(small)
    assert list(table.index) == [2001, 2002, 2003]
    assert list(table["documents"]) == [2, 0, 1]
    assert list(table["speaking"]) == [1, 0, 0]
    assert list(table["relevant"]) == [2, 0, 0]
    assert list(table["pol"]) == [2, 0, 0]
    assert list(table["inf"]) == [1, 0, 0]
    assert list(table["cri"]) == [0, 0, 0]


def test_by_year_of_the_strategies(small):
    table = by_year(small, "NCSS")
    assert table.loc[2003, ["documents", "speaking", "relevant", "cri"]].tolist() == [1, 1, 1, 1]


def test_over_time_draws_what_the_table_says(real):
    panels = over_time(real).figure.axes
    assert len(panels) == 1 + len(Threat)
    first, *rest = panels
    drawn = [_heights(steps) for steps in first.patches]
    for values, column in zip(drawn[::2], ("documents", "speaking"), strict=True):
        np.testing.assert_array_equal(values, real[column])
    for axes, threat in zip(rest, Threat, strict=True):
        filled, outline = axes.patches
        for steps in (filled, outline):
            np.testing.assert_array_equal(_heights(steps), real[threat])
            assert steps.get_data().edges[0] == real.index[0] - 0.5
        assert to_hex(filled.get_facecolor()) not in QUADRANT_COLOURS.values()
        assert axes.get_title() == f"{threat.label}: {real[threat].sum()}"


def test_every_threat_fills_its_panel(real):
    _, *rest = over_time(real).figure.axes
    for axes, threat in zip(rest, Threat, strict=True):
        assert real[threat].max() <= axes.get_ylim()[1] < 1.1 * real[threat].max()


def test_over_time_alt_carries_the_totals(real):
    alt = over_time(real).alt
    assert f"{real['documents'].sum()} documents from {real.index.min()} to {real.index.max()}" in alt
    assert f"{real['speaking'].sum()} have at least one of {real['relevant'].sum()} relevant passages" in alt
    for threat in Threat:
        assert f"{threat.label.lower()} {real[threat].sum()}, most in {real[threat].idxmax()}" in alt


def test_a_threat_that_nobody_names_has_no_peak(small):
    assert "terrorist use 0;" in over_time(by_year(small)).alt


def test_over_time_text_is_clear(real, faults_of_text):
    assert faults_of_text(over_time(real).figure) == []


@pytest.mark.parametrize("threats", [TABLE2_THREATS, tuple(Threat)])
def test_shares_draws_what_the_table_says(threats, faults_of_text):
    table = _shares(np.random.default_rng(1), threats)
    figure = shares(table).figure
    (axes,) = figure.axes
    points = {line.get_gid(): line for line in axes.lines if line.get_gid()}
    for quadrant in Quadrant:
        rows = table[table["quadrant"] == quadrant]
        np.testing.assert_allclose(points[quadrant].get_xdata(), rows["share"])
        # Each mark stands nearest to the row of its own threat.
        assert [round(float(place)) for place in points[quadrant].get_ydata()] == list(range(len(threats)))
        assert to_hex(points[quadrant].get_color()) == QUADRANT_COLOURS[quadrant]
    intervals = [np.asarray(segments.get_segments())[:, :, 0] for segments in axes.collections]
    for drawn, quadrant in zip(intervals, FROM_TOP, strict=True):
        np.testing.assert_allclose(drawn, table.loc[table["quadrant"] == quadrant, ["low90", "high90"]])
    assert faults_of_text(figure) == []


def test_shares_without_intervals_draws_dots_only():
    table = _shares(np.random.default_rng(1), TABLE2_THREATS).drop(columns=["low90", "high90"])
    (axes,) = shares(table).figure.axes
    assert not axes.collections


def test_shares_alt_carries_least_and_most():
    table = _shares(np.random.default_rng(1), TABLE2_THREATS)
    alt = shares(table).alt
    for threat in TABLE2_THREATS:
        rows = table[table["threat"] == threat]
        for row in (rows.loc[rows["share"].idxmin()], rows.loc[rows["share"].idxmax()]):
            assert f"{row['share']:.0%} ({Quadrant(row['quadrant']).label})" in alt
