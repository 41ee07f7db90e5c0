from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import BuzanError
from buzanlib.figures.effects import forest, joint_test
from buzanlib.inference.table2 import QuadrantResult
from buzanlib.inference.verdicts import Finding
from buzanlib.theory.vocabulary import TABLE2_THREATS, Effect, Quadrant, Threat

# As estimated, strong minus weak; a figure turns those of the axes.
TURNED = np.array([-1, -1, 1])
PREDICTED = {("pol", "cohesion"): -1, ("inf", "power"): -1, ("cri", "power:cohesion"): 1}


def _effects(seed):
    rng = np.random.default_rng(seed)
    rows = [
        (threat, effect.value, middle, middle - 0.3, middle + 0.35, PREDICTED.get((threat, effect), 0))
        for threat in TABLE2_THREATS
        for effect in Effect
        for middle in rng.normal(0, 0.5, 1)
    ]
    return pd.DataFrame(rows, columns=["threat", "effect", "contrast", "low90", "high90", "predicted"])


def _result(statistic=1.5, draws=99, own=None):
    """A result with the parts that the joint test is drawn from."""
    null = np.linspace(-3, 3, draws)
    names = ["-".join(order) for order in permutations(Quadrant)]
    sums = pd.Series(np.linspace(4, -4, len(names)), index=names[::-1])
    if own is not None:
        sums["-".join(Quadrant)] = own
    empty = pd.DataFrame()
    p = (1 + int((null >= statistic).sum())) / (1 + draws)
    return QuadrantResult(
        table=empty,
        effects=empty,
        shares=empty,
        joint=Finding("B5", 0.1, -0.1, 0.3, p, 10),
        joint_statistic=statistic,
        null=null[:, None],
        empty=Finding("B4", 0.1, -0.1, 0.3, 0.5, 10),
        assignments=sums.sort_values(ascending=False),
        scores=empty,
        sizes=pd.Series(dtype=int),
        errors="HC3",
        alpha=0.05,
        lock="",
    )


@pytest.mark.parametrize("count", [0, 3])
def test_forest_is_of_one_or_two_bodies_of_statements(count):
    with pytest.raises(BuzanError, match=f"{count} bodies of statements in one figure; allowed: 1 to 2"):
        forest({f"Corpus {place}": _effects(place) for place in range(count)})


@pytest.mark.parametrize("count", [1, 2])
def test_forest_draws_every_contrast_with_its_interval(count):
    tables = {f"Corpus {place}": _effects(place) for place in range(count)}
    panels = forest(tables).figure.axes
    for axes, threat in zip(panels, TABLE2_THREATS, strict=True):
        assert axes.get_title(loc="left") == threat.label
        points = [line for line in axes.lines if str(line.get_gid()).startswith("contrasts")]
        for line, segments, table in zip(points, axes.collections, tables.values(), strict=True):
            rows = table[table["threat"] == threat]
            np.testing.assert_allclose(line.get_xdata(), rows["contrast"] * TURNED)
            assert [round(float(place)) for place in line.get_ydata()] == [0, 1, 2]
            ends = np.sort(rows[["low90", "high90"]].to_numpy() * TURNED[:, None], axis=1)
            np.testing.assert_allclose(np.asarray(segments.get_segments())[:, :, 0], ends)


def test_forest_finds_rows_whatever_their_order():
    table = _effects(3)
    one, other = (forest({"A": rows}).figure.axes for rows in (table, table.iloc[::-1]))
    for first, second in zip(one, other, strict=True):
        np.testing.assert_array_equal(first.lines[-1].get_xdata(), second.lines[-1].get_xdata())


def test_forest_shades_the_prediction_of_every_row():
    panels = forest({"A": _effects(1)}, sesoi=0.4).figure.axes
    for axes, threat in zip(panels, TABLE2_THREATS, strict=True):
        boxes = [patch for patch in axes.patches if str(patch.get_gid()).startswith("predicted")]
        for row, (box, effect) in enumerate(zip(boxes, Effect, strict=True)):
            sign = TURNED[row] * PREDICTED.get((threat, effect), 0)
            start, end = box.get_x(), box.get_x() + box.get_width()
            low, high = axes.get_xlim()
            expected = {-1: (low, -0.4), 0: (-0.4, 0.4), 1: (0.4, high)}[sign]
            assert (start, end) == pytest.approx(expected)
            assert box.get_y() < row < box.get_y() + box.get_height()


def test_forest_shades_the_band_of_the_smallest_effect_of_interest():
    for axes in forest({"A": _effects(1)}, sesoi=0.25).figure.axes:
        band = axes.patches[0]
        assert (band.get_x(), band.get_x() + band.get_width()) == pytest.approx((-0.25, 0.25))


def test_forest_keeps_every_interval_in_view():
    table = _effects(2)
    table.loc[4, "high90"] = 7.0
    low, high = forest({"A": table}).figure.axes[0].get_xlim()
    assert high > 7
    assert low == -high


@pytest.mark.parametrize("names", [("General Debate",), ("General Debate", "National strategies")])
def test_forest_text_is_clear(names, faults_of_text):
    tables = {name: _effects(place) for place, name in enumerate(names)}
    figure = forest(tables).figure
    assert faults_of_text(figure) == []
    assert {text.get_text() for text in figure.legends[0].get_texts()} >= set(names)


def test_forest_alt_carries_the_signed_predictions_and_the_nulls():
    table = _effects(5)
    table.loc[table["predicted"] == 0, ["low90", "high90"]] = [-0.1, 0.5]
    table.loc[1, "predicted"] = -1
    inside = table.index[table["predicted"] == 0][:2]
    table.loc[inside, ["low90", "high90"]] = [-0.2, 0.2]
    alt = forest({"Debate": table}).alt
    for _, row in table[table["predicted"] != 0].iterrows():
        turn = 1 if row["effect"] == "power:cohesion" else -1
        sign = "below" if turn * row["predicted"] < 0 else "above"
        low, high = sorted((turn * row["low90"], turn * row["high90"]))
        assert f"{turn * row['contrast']:.2f} ({low:.2f} to {high:.2f}, predicted {sign} zero)" in alt
        assert Threat(row["threat"]).label.lower() in alt
    assert "of the 6 effects predicted to be near zero, 2 have an interval wholly within 0.4 of it" in alt


def test_joint_test_draws_all_permutations_and_the_observed_sum():
    result = _result()
    above, _ = joint_test(result).figure.axes
    assert sum(bar.get_height() for bar in above.patches) == len(result.joint_null)
    (line,) = [line for line in above.lines if line.get_gid() == "observed"]
    assert list(line.get_xdata()) == [1.5, 1.5]


def test_joint_test_ranks_the_assignments():
    result = _result(own=2.0)
    _, below = joint_test(result).figure.axes
    lines = {line.get_gid(): line for line in below.lines}
    assert list(lines["own"].get_xdata()) == [result.rank]
    assert list(lines["own"].get_ydata()) == [2.0]
    heights = np.concatenate([lines["own"].get_ydata(), lines["others"].get_ydata()])
    places = np.concatenate([lines["own"].get_xdata(), lines["others"].get_xdata()])
    assert sorted(places) == list(range(1, 25))
    assert (np.diff(heights[np.argsort(places)]) <= 0).all()


def test_among_equals_the_papers_own_stands_first():
    # A difference in the last digit, as sums in another order have, is no difference.
    result = _result(own=4.0 - 1e-12)
    _, below = joint_test(result).figure.axes
    (own,) = [line for line in below.lines if line.get_gid() == "own"]
    assert list(own.get_xdata()) == [result.rank] == [1]


@pytest.mark.parametrize("statistic", [1.5, -6.0, 25.0])
def test_joint_test_text_is_clear(statistic, faults_of_text):
    figure = joint_test(_result(statistic)).figure
    assert faults_of_text(figure) == []
    low, high = figure.axes[0].get_xlim()
    assert low < statistic < high


def test_joint_test_alt_carries_statistic_p_and_rank():
    result = _result(own=2.0)
    drawn = joint_test(result)
    beyond = int((result.joint_null >= 1.5).sum())
    assert "joint statistic is 1.50" in drawn.alt
    assert f"{beyond} of 99 permutations reach it (p = {(1 + beyond) / 100:.3f})" in drawn.alt
    assert "Of the 24 ways" in drawn.alt
    assert drawn.alt.endswith(f"ranks {result.rank}.")


def test_a_very_small_p_is_not_written_as_zero():
    assert "(p = 0.0001)" in joint_test(_result(9.0, draws=9999)).alt
