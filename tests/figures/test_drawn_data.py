"""The numbers of a figure: taken from what was drawn, and safe in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal

from buzanlib.figures.base import Drawn, as_svg, new_axes, style
from buzanlib.figures.drawn_data import csv_of, first_frame
from buzanlib.figures.palette import GROUND, INK

FRAME = pd.DataFrame({"share": [0.25, 0.5]}, pd.Index(["WW", "SS"], name="quadrant"))


@style()
def bars(title: str, shares: pd.DataFrame, *, whole: bool = False) -> Drawn:
    figure, axes = new_axes(2)
    axes.bar(shares.index, shares["share"], color=INK)
    axes.set_title(title)
    return Drawn(figure, "Bars.", shares.sum().to_frame() if whole else None)


def test_what_was_drawn_is_the_first_table_given_unless_another_is_named() -> None:
    assert_frame_equal(bars("a", FRAME).data, FRAME)
    assert_frame_equal(bars(title="a", shares=FRAME).data, FRAME)
    assert bars("a", FRAME, whole=True).data.loc["share", 0] == 0.75


def test_tables_by_name_columns_and_findings_are_one_table() -> None:
    @dataclass(frozen=True)
    class Found:
        contrast: float
        test: object

    both = first_frame([3, "a", {"one": FRAME, "other": FRAME}])
    assert both.index.tolist() == [("one", "WW"), ("one", "SS"), ("other", "WW"), ("other", "SS")]
    assert first_frame([pd.Series([1.0], name="p")]).columns.tolist() == ["p"]
    nested = first_frame([{"B1": {"C": Found(0.5, None), "D": Found(0.25, None)}}])
    assert nested["contrast"].tolist() == [0.5, 0.25]
    assert nested.columns.tolist() == ["contrast"]
    assert first_frame([{"a": 1, "b": 2.5}])["value"].tolist() == [1, 2.5]
    assert first_frame(["a", 1, {}, {"a": "b"}, None]) is None


def test_csv_has_the_index_unless_that_only_counts() -> None:
    assert csv_of(FRAME) == "quadrant,share\nWW,0.25\nSS,0.5\n"
    assert csv_of(FRAME.reset_index()) == csv_of(FRAME)
    columns = FRAME.set_axis(pd.MultiIndex.from_tuples([("share", "mean")]), axis=1)
    assert csv_of(columns).startswith("quadrant,share mean\n")


def test_no_text_of_the_csv_is_a_formula() -> None:
    live = pd.DataFrame({"=a": ["=1+1", "+x", -0.5]}, pd.Index(["@b", "-c", "d"], name="=i"))
    rows = list(csv.reader(io.StringIO(csv_of(live))))
    assert rows == [["'=i", "'=a"], ["'@b", "'=1+1"], ["'-c", "'+x"], ["d", "-0.5"]]


def test_a_drawing_is_the_same_text_again_without_ground_clock_or_comment() -> None:
    svg = as_svg(bars("a -- b", FRAME).figure)
    assert svg == as_svg(bars("a -- b", FRAME).figure)
    assert svg.startswith("<svg")
    assert not re.search(r"<!--|<metadata|<\?xml|<text|20\d\d-\d\d|Matplotlib", svg)
    assert f"fill: {GROUND}" not in svg
    assert set(re.findall(r"#[0-9a-f]{6}\b", svg)) == {INK, GROUND}
    assert not re.search(r' d="[^"]*\.\d{3}', svg)


def test_a_figure_drawn_elsewhere_is_taken_as_it_is() -> None:
    figure = Figure()
    figure.subplots().plot([0, 1], color="#123456")
    assert "#123456" in as_svg(figure)
