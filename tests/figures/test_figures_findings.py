from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.figures.findings import by_annotator, forest_of, same_by_coding
from buzanlib.figures.typeset import with_interval
from buzanlib.inference.verdicts import Finding, Verdict

CLAIM = "States of this or that quadrant name this or that threat more"
LONG = "States ask for hardening of their own systems and for attacks to be treated as physical attacks."


def _finding(name, contrast, half=0.3, sesoi=0.4, outside=None):
    return Finding(name, contrast, contrast - half, contrast + half, 0.04, 134, sesoi, outside)


@pytest.fixture
def findings():
    """Eighteen hypotheses; one has no interval, one no smallest effect, one claims that effects are null."""
    rng = np.random.default_rng(1)
    found = {f"B{place}": _finding(f"B{place}", rng.normal(0.1, 0.5)) for place in range(1, 19)}
    found["B2"] = _finding("B2", 0.2, np.nan)
    found["B3"] = _finding("B3", 0.3, sesoi=0.0)
    found["B4"] = _finding("B4", -0.2, outside=False)
    return found


@pytest.fixture
def labels(findings):
    return dict.fromkeys(findings, CLAIM) | {"B5": LONG}


@pytest.fixture
def verdicts(findings):
    words = list(Verdict)
    return {name: str(words[place % len(words)]) for place, name in enumerate(findings)}


def _marks(axes):
    return {line.get_gid(): line for line in axes.lines if line.get_gid()}


def _segments(axes, gid):
    """Drawn segments, shape (segments, 2, 2); those with a missing end are not drawn."""
    found = [some for lines in axes.collections if lines.get_gid() == gid for some in lines.get_segments()]
    return np.array([some for some in found if len(some)])


def _row_of(axes, height):
    """The name of the row at this height."""
    edges = sorted(line.get_ydata()[0] for line in axes.lines if len(set(line.get_ydata())) == 1)
    edges = [edge for edge in edges if edge not in axes.get_yticks()]
    names = [label.get_text() for label in axes.get_yticklabels()]
    return names[int(np.searchsorted(edges, height))].replace("\n", " ")


def test_dots_and_intervals_are_the_findings(findings, verdicts, labels):
    (axes,) = forest_of(findings, verdicts, labels).figure.axes
    marks = _marks(axes)
    assert list(marks) == list(findings)
    for name, place in zip(findings, axes.get_yticks(), strict=True):
        assert list(marks[name].get_xdata()) == [findings[name].contrast]
        assert list(marks[name].get_ydata()) == [place]
    segments = _segments(axes, "intervals")
    known = {name: found for name, found in findings.items() if name != "B2"}
    np.testing.assert_allclose(segments[:, :, 0], [(one.low90, one.high90) for one in known.values()])
    assert [_row_of(axes, height).split(":")[0] for height in segments[:, 0, 1]] == list(known)


def test_every_row_is_named_by_id_and_label(findings, verdicts, labels, faults_of_text):
    figure = forest_of(findings, verdicts, labels).figure
    (axes,) = figure.axes
    names = [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()]
    assert names == [f"{name}: {labels[name].rstrip('.')}" for name in findings]
    assert (np.diff(axes.get_yticks()) > 0).all()
    low, high = axes.get_ylim()
    assert low > high  # the first stands on top
    assert faults_of_text(figure) == []


def test_a_row_is_as_high_as_its_name(findings, verdicts, labels):
    (axes,) = forest_of(findings, verdicts, labels).figure.axes
    places, lines = axes.get_yticks(), [text.get_text().count("\n") for text in axes.get_yticklabels()]
    tall = lines.index(max(lines))
    gaps = np.diff(places).round(9)
    assert gaps[tall] == gaps[tall - 1] == gaps.max() > gaps.min()


def test_a_verdict_has_its_own_mark_and_stands_in_the_legend(findings, verdicts, labels):
    figure = forest_of(findings, verdicts, labels).figure
    marks = _marks(figure.axes[0])
    looks = {
        verdict: {
            (
                marks[name].get_marker(),
                marks[name].get_fillstyle(),
                to_hex(marks[name].get_markerfacecolor()),
            )
            for name in findings
            if verdicts[name] == verdict
        }
        for verdict in Verdict
    }
    assert all(len(look) == 1 for look in looks.values())
    # Apart by shape and fill alone, without a shade.
    assert len({(marker, fill) for ((marker, fill, _),) in looks.values()}) >= 4
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == [*map(str, Verdict), "smallest effect of interest"]


def test_the_legend_has_only_what_is_drawn(labels):
    figure = forest_of({"B1": _finding("B1", 0.1, sesoi=0)}, {"B1": "not large"}, labels).figure
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["not large"]
    assert not len(_segments(figure.axes[0], "sesoi"))


def test_ticks_stand_at_the_smallest_effect_of_interest(findings, verdicts, labels):
    (axes,) = forest_of(findings, verdicts, labels).figure.axes
    ticks = _segments(axes, "sesoi")
    drawn = sorted((_row_of(axes, tick[:, 1].mean()).split(":")[0], tick[0, 0]) for tick in ticks)
    expected = [(name, 0.4) for name in findings if name != "B3"] + [("B4", -0.4)]
    assert drawn == sorted(expected)


def test_all_is_in_view(verdicts, labels):
    findings = {"B1": _finding("B1", 3.0, 4.0), "B2": _finding("B2", -1.0, 0.1, sesoi=9.0)}
    (axes,) = forest_of(findings, verdicts, labels).figure.axes
    low, high = axes.get_xlim()
    assert low < -1.1
    assert high > 9


def test_alt_carries_every_number_and_verdict(findings, verdicts, labels):
    drawn = forest_of(findings, verdicts, labels)
    assert drawn.alt.startswith("Contrasts in the predicted direction, with 90% intervals.")
    assert f"B2: {CLAIM}: 0.20, {verdicts['B2']};" in drawn.alt
    for name, found in findings.items():
        said = with_interval(found.contrast, found.low90, found.high90)
        assert f"{name}: {labels[name].rstrip('.')}: {said}, {verdicts[name]}" in drawn.alt


def test_numbers_are_said_with_their_intervals():
    assert with_interval(-0.5, -1.0, 0.25) == "−0.50 (−1.00 to 0.25)"
    assert with_interval(0.5, float("nan"), 0.25) == "0.50"
    assert with_interval(0.5, 0.25, 0.75, ".1f") == "0.5 (0.2 to 0.8)"


def test_what_has_no_name_or_verdict_is_refused(findings, verdicts, labels):
    with pytest.raises(UnknownNameError, match="unknown hypothesis 'B1'"):
        forest_of(findings, {}, labels)
    with pytest.raises(UnknownNameError, match="unknown hypothesis 'B1'"):
        forest_of(findings, verdicts, {})
    with pytest.raises(UnknownNameError, match="unknown verdict 'suported'; nearest allowed: 'supported'"):
        forest_of(findings, verdicts | {"B7": "suported"}, labels)


@pytest.fixture
def codings(findings):
    """Three codings, of which the last cannot test the second hypothesis."""
    rng = np.random.default_rng(2)
    found = {
        name: {
            coding: _finding(name, one.contrast + rng.normal(0, 0.1)) for coding in ("adjudicated", "A", "B")
        }
        for name, one in findings.items()
    }
    del found["B2"]["B"]
    return found


def test_codings_stand_in_the_row_of_their_hypothesis(codings, labels):
    (axes,) = by_annotator(codings, labels).figure.axes
    marks = _marks(axes)
    assert list(marks) == ["adjudicated", "A", "B"]
    for coding, segments in zip(marks, axes.collections, strict=True):
        tested = {name: found[coding] for name, found in codings.items() if coding in found}
        np.testing.assert_allclose(marks[coding].get_xdata(), [one.contrast for one in tested.values()])
        rows = [_row_of(axes, height).split(":")[0] for height in marks[coding].get_ydata()]
        assert rows == list(tested)
        np.testing.assert_allclose(
            np.asarray(segments.get_segments())[:, :, 0], [(one.low90, one.high90) for one in tested.values()]
        )


def test_codings_stand_apart(codings, labels, faults_of_text):
    figure = by_annotator(codings, labels).figure
    marks = _marks(figure.axes[0])
    assert len({(line.get_marker(), to_hex(line.get_markerfacecolor())) for line in marks.values()}) == 3
    heights = np.sort(np.concatenate([line.get_ydata() for line in marks.values()]))
    assert np.diff(heights).min() > 0.08  # inches
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(marks)
    assert faults_of_text(figure) == []


def test_alt_says_every_coding(codings, labels):
    alt = by_annotator(codings, labels).alt
    for name, found in codings.items():
        said = ", ".join(
            f"{coding} {with_interval(one.contrast, one.low90, one.high90)}" for coding, one in found.items()
        )
        assert f"{name}: {labels[name].rstrip('.')}: {said}" in alt


def test_five_codings_are_too_many(labels):
    found = {"B1": {f"coder {place}": _finding("B1", 0.1) for place in range(5)}}
    with pytest.raises(BuzanError, match="5 codings in one figure; allowed: at most 4"):
        by_annotator(found, labels)
    with pytest.raises(UnknownNameError, match="unknown hypothesis 'B1'"):
        by_annotator(found, {})


def test_caption_counts_signs_that_every_coding_shares():
    found = {"B1": {"C": 0.1, "D": 0.2}, "B2": {"C": -0.1, "D": 0.2}}
    assert same_by_coding(found) == "Every coding gives the contrast the same sign for one of two claims."
