from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import Rectangle

from buzanlib.errors import BuzanError
from buzanlib.figures.defence import burden_by_year, phase_map, scale_of_rho, tipping, who_pays
from buzanlib.figures.quadrant_mobility import alluvial, shock_curves

NAMES = ["WW", "WS", "SW", "SS"]
standings = st.lists(st.tuples(*[st.sampled_from(NAMES)] * 3), min_size=1, max_size=60).map(
    lambda rows: pd.DataFrame(rows, columns=[1996, 2010, 2024])
)


@settings(max_examples=25, deadline=None)
@given(standings)
def test_flows_fill_the_bars_that_they_join(standing):
    (axes,) = alluvial(standing).figure.axes
    bars = {patch.get_gid(): patch for patch in axes.patches if isinstance(patch, Rectangle)}
    flows = {patch.get_gid(): patch for patch in axes.patches if not isinstance(patch, Rectangle)}
    for place, year in enumerate(standing.columns):
        for name in NAMES:
            bar = bars[f"{name} {place}"]
            assert bar.get_height() == (standing[year] == name).sum()
            leaving = [patch for gid, patch in flows.items() if gid.startswith(f"{place} {name}-")]
            if place < 2:
                left = place + 0.13
                spans = [
                    np.ptp(points[np.isclose(points[:, 0], left), 1])
                    for points in (patch.get_path().vertices for patch in leaving)
                ]
                assert sum(spans) == pytest.approx(bar.get_height())


def test_the_alternative_counts_who_moved(faults_of_text):
    standing = pd.DataFrame(
        [("WW", "WS", "WW")] * 12 + [("SS", "SS", "SW")] * 9 + [("WS", "WS", "WS")] * 20 + [("SW",) * 3] * 15,
        columns=[1996, 2010, 2024],
    )
    drawn = alluvial(standing)
    assert "1996 to 2010: 12; 2010 to 2024: 21" in drawn.alt
    assert "From first to last 9 differ" in drawn.alt
    assert "strong power, strong cohesion: 9, then 0" in drawn.alt
    assert faults_of_text(drawn.figure) == []


@pytest.mark.parametrize("standing", [pd.DataFrame({1: ["WW"]}), pd.DataFrame({1: [], 2: []})])
def test_flows_need_states_and_two_times(standing):
    with pytest.raises(BuzanError, match=r"states at \d times; allowed: at least 1 and 2"):
        alluvial(standing)


def _map(rows=30, columns=25):
    """Both rise with the height and as reliance falls; with the second spread less so."""
    rhos, reliances = 2 - 1 / np.linspace(0.05, 1, rows), np.linspace(1, 0, columns)
    height = scale_of_rho(rhos)[:, None] + (1 - reliances)
    logs = [[height - less, height - 0.2 - less] for less in (0.2, 0.9)]
    spending, protection = np.exp(np.array(logs)).swapaxes(0, 1)
    return rhos, reliances, (0.3, 0.9), spending, protection


def test_the_map_has_its_regions_where_the_signs_are(faults_of_text):
    rhos, reliances, spreads, spending, protection = _map()
    drawn = phase_map(rhos, reliances, spreads, spending, protection)
    for axes, more, safe in zip(drawn.figure.axes, spending, protection, strict=True):
        points = np.dstack(np.meshgrid(reliances, scale_of_rho(rhos)))[1:-1, 1:-1].reshape(-1, 2)
        wanted = (2 * (safe >= 1) + (more >= 1))[1:-1, 1:-1].ravel()
        for region, area in enumerate(axes.collections[:4]):
            paths = area.get_paths()
            covered = paths[0].contains_points(points) if paths else np.zeros(len(points), dtype=bool)
            assert (covered == (wanted == region)).all()
    least = ((spending < 1) & (protection < 1)).mean(axis=(1, 2))
    assert f"spread 0.3: less spending, less protection on {least[0]:.0%}, more" in drawn.alt
    assert f"spread 0.9: less spending, less protection on {least[1]:.0%}, more" in drawn.alt
    assert "with rho −18 protection changes by −30% with full reliance and +92% without" in drawn.alt
    labels = [text.get_text() for text in drawn.figure.legends[0].get_texts()]
    assert labels == [
        "less spending, less protection",
        "more spending, less protection",
        "more spending, more protection",
    ]
    assert faults_of_text(drawn.figure) == []


def test_the_scale_of_the_map():
    assert scale_of_rho(np.array([1.0, 0.0, -2.0])).tolist() == [1, 0.5, 0.25]


def test_maps_that_do_not_fit_are_refused():
    rhos, reliances, spreads, spending, protection = _map()
    message = r"maps of shapes \(2, 29, 25\) and \(2, 30, 25\); allowed: \(2, 30, 25\)"
    with pytest.raises(BuzanError, match=message):
        phase_map(rhos, reliances, spreads, spending[:, 1:], protection)


def test_who_pays_is_stacked_from_the_largest_up(faults_of_text):
    spending = pd.DataFrame({1: [0.2, 0.18, 0.2], 2: [0.0, 0.05, 0.1]}, [1.0, 0.5, 0.0])
    drawn = who_pays(spending)
    (axes,) = drawn.figure.axes
    tops = [area.get_paths()[0].vertices[:, 1].max() for area in axes.collections]
    assert tops == pytest.approx([0.2, 0.3])
    assert axes.lines[0].get_ydata() == pytest.approx([0.2, 0.23, 0.3])
    assert "The total is 0.20, of which the largest pays 100%, at a reliance of 100% and 0.30" in drawn.alt
    assert "of which the largest pays 67%, at a reliance of 0%" in drawn.alt
    assert faults_of_text(drawn.figure) == []


def test_tipping_says_until_when_there_is_security(faults_of_text):
    grid = np.linspace(0, 1, 11)
    names = ["of one mind", "less contagion believed in", "partners relied on less", "different perspectives"]
    bound = dict(zip(names, (0.65, 0.85, 0.45, -1), strict=True))
    largest, smallest = (
        pd.DataFrame(
            {name: np.where(grid < end - off, 0.9 - grid / 2, 0) for name, end in bound.items()}, grid
        )
        for off in (0, 0.3)
    )
    drawn = tipping(largest, smallest)
    assert (
        "of one mind: 0.90 at the least contagion, at best some up to 0.60, possibly none from 0.40 on"
        in drawn.alt
    )
    assert (
        "different perspectives: 0.00 at the least contagion, never any, possibly none from 0.00 on"
        in drawn.alt
    )
    assert len(drawn.figure.axes[0].lines) == 8
    assert [text.get_text() for text in drawn.figure.legends[0].get_texts()] == names
    assert faults_of_text(drawn.figure) == []


def _years():
    when = np.arange(1995, 2021)
    tau = np.linspace(0.4, -0.25, len(when))
    return pd.DataFrame(
        {"tau": tau, "p": np.where(tau > 0.3, 0.01, 0.4), "n": np.where(when < 2004, 16, 26), "bound": 0.9},
        index=pd.Index(when, name="year"),
    )


def test_burden_fills_the_sure_years_and_says_which_was_the_last(faults_of_text):
    drawn = burden_by_year(_years(), 2014)
    sure, other = drawn.figure.axes[0].collections
    assert (len(sure.get_offsets()), len(other.get_offsets())) == (4, 22)
    assert "+0.40 in 1995 and −0.25 in 2020" in drawn.alt
    assert "Above zero at 5 % in 4 of 26 years, the last of them 1998." in drawn.alt
    assert {"n = 16", "26"} <= {text.get_text() for text in drawn.figure.axes[0].texts}
    assert faults_of_text(drawn.figure) == []


def test_shocks_are_drawn_on_the_side_that_they_concern(faults_of_text):
    sizes = np.linspace(-2, 2, 41)
    crossed = pd.DataFrame(dict.fromkeys(("WW", "SW"), 0.5 + 0.1 * sizes), sizes)
    crossed = crossed.assign(WS=0.5 - 0.2 * sizes, SS=0.5 - 0.1 * sizes)
    drawn = shock_curves(crossed, {"rare": (-0.4, 0.3), "largest": (-1.0, 0.8)})
    falls, rises = drawn.figure.axes
    assert falls.lines[0].get_ydata()[-1] == pytest.approx(0.9)  # WS at -2
    assert [line.get_xdata()[0] for line in falls.lines[2:]] == [0.4, 1.0]
    assert [line.get_xdata()[0] for line in rises.lines[2:]] == [0.3, 0.8]
    assert "weak power, strong cohesion: 50% without a shock, 90% at −2.0" in drawn.alt
    assert "rare: −0.40 and +0.30" in drawn.alt
    assert faults_of_text(drawn.figure) == []
