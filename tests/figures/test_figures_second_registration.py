from __future__ import annotations

import pandas as pd
import pytest

from buzanlib.errors import UnknownNameError
from buzanlib.figures.second_registration import WIDEST, contrasts_by_sample


@pytest.fixture
def explored():
    """Two outcomes on three samples; one interval is wider than any axis."""
    rows = [
        (sample, outcome, value, value - reach, value + reach)
        for outcome, reach in (("P1", 0.5), ("B1", 9.0))
        for sample, value in (("all", 0.2), ("some", -0.4), ("few", 0.0))
    ]
    return pd.DataFrame(rows, columns=["sample", "outcome", "contrast", "low90", "high90"])


def test_every_sample_has_its_dot_and_its_interval(explored, faults_of_text):
    drawn = contrasts_by_sample(explored, {"P1": "Strict", "B1": "Any"}, "more")
    for axes, name in zip(drawn.figure.axes, ("P1", "B1"), strict=True):
        rows = explored[explored["outcome"] == name]
        (dots,) = [line for line in axes.lines if line.get_gid() == name]
        assert list(dots.get_xdata()) == rows["contrast"].tolist()
        ends = [segment[:, 0].tolist() for segment in axes.collections[0].get_segments()]
        assert ends == rows[["low90", "high90"]].to_numpy().tolist()
        assert max(axes.get_xlim()) == WIDEST
    assert faults_of_text(drawn.figure) == []
    assert "right of zero: more" in drawn.figure.get_supxlabel()
    assert drawn.alt.startswith(
        "Contrasts in log odds, with 90% intervals; above zero: more. Strict: all 0.20"
    )


def test_an_unknown_outcome_is_refused(explored):
    with pytest.raises(UnknownNameError, match="unknown outcome 'P2'; allowed: 'B1', 'P1'"):
        contrasts_by_sample(explored, {"P2": "Whole"})
