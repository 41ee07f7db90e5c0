from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import UnknownNameError
from buzanlib.figures.labels import in_words
from buzanlib.figures.multiverse import (
    largest_choice,
    medians_by_chance,
    options,
    options_apart,
    sensitivity,
    specification_curve,
)
from buzanlib.inference.multiverse import Declaration, MultiverseResult

WHOLE = ("B1", "B2", "B3", "B5")
DRAWS = 199


@pytest.fixture(scope="module")
def axes(data_dir):
    return list(Declaration.load(data_dir).axes)


@pytest.fixture(scope="module")
def result(data_dir):
    """Eight hundred specifications as declared, with contrasts drawn at random; some cannot be estimated."""
    rng = np.random.default_rng(1)
    table = Declaration.load(data_dir).specifications().head(800).copy()
    table["n"] = np.where(rng.random(len(table)) < 0.05, 0, 120)
    table.loc[0, "n"] = 130
    for place, name in enumerate(WHOLE):
        table[name] = rng.normal(0.3 - 0.2 * place, 0.3, len(table)) + 0.3 * (
            table["cohesion"] == "bti_stateness"
        )
        table[f"{name}.p"] = 1 / (1 + np.exp(6 * table[name]))
    table.loc[table["n"] == 0, [*WHOLE, *(f"{name}.p" for name in WHOLE)]] = np.nan
    joint = pd.DataFrame({"median": table[list(WHOLE)].median()})
    return MultiverseResult(table, joint, rng.normal(0, 0.1, (DRAWS, len(WHOLE))))


def _without_locked(result):
    """The same, the locked specification not estimable."""
    table = result.table.copy()
    table.loc[0, "n"] = 0
    return MultiverseResult(table, result.joint, result.null)


def _marks(panel):
    return {line.get_gid(): line for line in panel.lines if line.get_gid()}


def _minus(number):
    return f"{number:.2f}".replace("-", "−")


def test_curves_are_the_contrasts_from_low_to_high(result):
    for panel, name in zip(specification_curve(result).figure.axes, WHOLE, strict=True):
        marks = _marks(panel)
        points = np.vstack([marks["found"].get_xydata(), marks["not found"].get_xydata()])
        points = points[np.argsort(points[:, 0])]
        np.testing.assert_array_equal(points[:, 0], np.arange(1, len(result.estimable) + 1))
        np.testing.assert_array_equal(points[:, 1], np.sort(result.estimable[name]))
        assert panel.get_title(loc="left").startswith(f"{name}, ")


def test_those_that_are_significant_are_marked_and_counted(result):
    for panel, name in zip(specification_curve(result).figure.axes, WHOLE, strict=True):
        found = result.estimable[result.estimable[f"{name}.p"] < 0.05]
        marks = _marks(panel)
        assert sorted(marks["found"].get_ydata()) == sorted(found[name])
        assert marks["found"].get_color() != marks["not found"].get_color()
        share = len(found) / len(result.estimable)
        assert panel.get_title(loc="left").endswith(f": {share:.1%} with p < 0.05")


def test_the_locked_specification_stands_at_its_rank(result):
    for panel, name in zip(specification_curve(result).figure.axes, WHOLE, strict=True):
        ((place, value),) = _marks(panel)["locked"].get_xydata()
        own = result.table.loc[0, name]
        assert value == own
        assert place == (result.estimable[name] <= own).sum()
        assert _marks(panel)["locked"].get_marker() == "D"


def test_a_locked_specification_that_cannot_be_estimated_is_not_drawn(result):
    drawn = specification_curve(_without_locked(result))
    assert all(not len(_marks(panel)["locked"].get_xdata()) for panel in drawn.figure.axes)
    assert "as locked" not in drawn.alt


def test_band_and_lines_are_chance_zero_and_median(result):
    panels = specification_curve(result).figure.axes
    for panel, name, null in zip(panels, WHOLE, result.null.T, strict=True):
        (band,) = [patch for patch in panel.patches if patch.get_gid() == "null"]
        np.testing.assert_allclose(
            [band.get_y(), band.get_y() + band.get_height()], np.quantile(null, [0.05, 0.95])
        )
        lines = {line.get_linestyle(): line.get_ydata()[0] for line in panel.lines if not line.get_gid()}
        assert lines == {"-": 0, "--": result.joint.loc[name, "median"]}


def test_curve_text_is_clear(result, faults_of_text):
    assert faults_of_text(specification_curve(result).figure) == []


def test_curve_alt_carries_the_summaries(result):
    alt = specification_curve(result).alt
    assert f"under {len(result.estimable)} specifications" in alt
    for name, null in zip(WHOLE, result.null.T, strict=True):
        values = result.estimable[name]
        low, high = np.quantile(null, [0.05, 0.95])
        assert (
            f"median {_minus(result.joint.loc[name, 'median'])}, as locked {_minus(result.table.loc[0, name])}, "
            f"from {_minus(values.min())} to {_minus(values.max())}; {(values > 0).mean():.0%} above zero"
        ) in alt
        assert f"the median lies between {_minus(low)} and {_minus(high)}" in alt


def test_options_are_medians_with_quartiles_in_groups(result, axes):
    (panel,) = options(result, axes).figure.axes
    names = [label.get_text().replace("\n", " ") for label in panel.get_yticklabels()]
    bold = [label.get_fontweight() == "bold" for label in panel.get_yticklabels()]
    written = {in_words(axis): axis for axis in axes}
    assert [name for name, head in zip(names, bold, strict=True) if head] == list(written)
    middles = np.asarray(panel.get_yticks())
    marks = {
        int(np.abs(middles - y).argmin()): (x, gid)
        for gid, line in _marks(panel).items()
        for x, y in line.get_xydata()
    }
    segments = {
        int(np.abs(middles - some[0, 1]).argmin()): some[:, 0]
        for lines in panel.collections
        for some in lines.get_segments()
        if len(some)
    }
    axis, met = "", []
    for row, (name, head) in enumerate(zip(names, bold, strict=True)):
        if head:
            axis = written[name]
            assert row not in marks
            continue
        met.append((axis, name))
        own = result.estimable[axis].map(partial(in_words, of=axis)) == name
        values = result.estimable.loc[own, "B5"]
        assert marks[row][0] == pytest.approx(values.median())
        np.testing.assert_allclose(segments[row], values.quantile([0.25, 0.75]))
        locked = in_words(result.table.loc[0, axis], of=axis) == name
        assert marks[row][1] == ("locked" if locked else "others")
        assert locked == bold[row - 1]  # the locked one stands first
    assert sorted(met) == sorted(
        (axis, in_words(option, of=axis)) for axis in axes for option in result.estimable[axis].unique()
    )


def test_options_lines_stand_at_zero_and_the_median_of_all(result, axes):
    (panel,) = options(result, axes).figure.axes
    upright = [line for line in panel.lines if len(set(line.get_xdata())) == 1 and not line.get_gid()]
    assert [line.get_xdata()[0] for line in upright] == [0, result.estimable["B5"].median()]


def test_options_text_is_clear_and_words_are_used(result, axes, faults_of_text):
    drawn = options(result, axes)
    assert faults_of_text(drawn.figure) == []
    names = [label.get_text().replace("\n", " ") for label in drawn.figure.axes[0].get_yticklabels()]
    # The choice, and the option of another choice that has the same short name.
    assert {"Transformation Index: stateness", "political action", "as political action"} <= set(names)
    assert "stateness" in drawn.alt
    assert "bti" not in drawn.alt


def test_options_alt_gives_the_locked_option_first(result, axes):
    alt = options(result, axes).alt
    found = result.estimable
    assert f"over all specifications it is {_minus(found['B5'].median())}." in alt
    for axis in axes:
        locked = result.table.loc[0, axis]
        median = found.loc[found[axis] == locked, "B5"].median()
        assert f"{in_words(axis)}: {in_words(locked, of=axis)} {_minus(median)}, " in alt


def test_an_option_that_cannot_be_estimated_has_no_row(result, axes):
    table = result.table.copy()
    table.loc[table["power"].isin(["milex", "sophisticated_milex"]), "n"] = 0
    alt = options(MultiverseResult(table, result.joint, result.null), axes).alt
    assert "military spending" not in alt
    assert "GDP" in alt


def test_an_unknown_choice_is_refused(result):
    with pytest.raises(UnknownNameError, match="unknown choice 'windows'; nearest allowed: 'window'"):
        options(result, ["windows"])


def test_sensitivity_writes_each_share_into_its_cell(result, axes, faults_of_text):
    table = result.sensitivity(axes)
    figure = sensitivity(table).figure
    (panel,) = figure.axes
    assert [label.get_text() for label in panel.get_yticklabels()] == list(map(in_words, axes))
    assert [label.get_text() for label in panel.get_xticklabels()] == list(WHOLE)
    for text in panel.texts:
        column, row = (int(place) for place in text.get_position())
        assert text.get_text() == f"{table.iloc[row, column]:.0%}"
    assert len(panel.texts) == table.size
    assert faults_of_text(figure) == []


def test_sensitivity_alt_gives_the_largest_first(result, axes):
    table = result.sensitivity(axes)
    alt = sensitivity(table).alt
    for name in WHOLE:
        assert table[name].idxmax() == "cohesion"
        assert f"{name}: cohesion {table[name].max():.0%}, " in alt


def test_captions_compare_medians_with_chance_and_name_the_choice(result, axes):
    low, high = np.quantile(result.null, [0.05, 0.95], axis=0)
    inside = int(((result.joint["median"] >= low) & (result.joint["median"] <= high)).sum())
    said = medians_by_chance(result)
    assert f"for {['none', 'one', 'two', 'three', 'four'][inside]} of four hypotheses" in said
    assert _minus(result.joint["median"].min()) in said
    moved = MultiverseResult(result.table, result.joint + 9, result.null)
    assert "for none of four hypotheses" in medians_by_chance(moved)
    assert largest_choice(result.sensitivity(axes)).count("with *cohesion*") == len(WHOLE)
    middles = result.estimable.groupby("cohesion")["B5"].median()
    kept = "changes" if middles.min() < 0 < middles.max() else "keeps"
    assert f"of B5 {kept} its sign" in options_apart(result, ["cohesion"])
    raised = MultiverseResult(result.table.assign(B5=result.table["B5"].abs() + 1), result.joint, result.null)
    assert "of B5 keeps its sign" in options_apart(raised, ["cohesion"])
