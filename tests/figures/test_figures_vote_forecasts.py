"""Forecasts of votes: dots stand at the gains in percent, and texts of one reading share a row."""

from __future__ import annotations

import numpy as np
import pandas as pd

from buzanlib.figures.vote_forecasts import gains_map, texts_table

NAMES = ("Table 2", "Table 2, graded", "Observed in speeches")


def test_dots_stand_at_the_gains(faults_of_text) -> None:
    index = pd.MultiIndex.from_product([NAMES, ["chance", "power alone"]], names=["priorities", "than"])
    gains = pd.DataFrame({"gain": np.log([1.1, 0.9, 1.2, 0.8, 1.0, 1.0])}, index=index)
    gains["low90"], gains["high90"] = gains["gain"] - 0.05, gains["gain"] + 0.05
    drawn = gains_map(gains)
    (axes,) = drawn.figure.axes
    dots = {line.get_gid(): line.get_xdata() for line in axes.lines if line.get_gid() in NAMES}
    np.testing.assert_allclose(dots["Table 2"], [10, -10])
    np.testing.assert_allclose(dots["Table 2, graded"], [20, -20])
    assert "Than chance: Table 2 +10 (+5 to +16)" in drawn.alt
    assert "Than power alone: Table 2 −10 (−14 to −5)" in drawn.alt
    assert faults_of_text(drawn.figure) == []


def test_texts_of_one_reading_share_a_row() -> None:
    texts = pd.DataFrame(
        {"side": ["Russian", "US", "Russian"], "addresses": ["a", "b", "a"], "route": "act", "intrusiveness": 0.5,
         "states": 9, "yes": [0.2, 0.9, 0.4]},
        index=pd.Index(["1/1", "1/2", "1/3"], name="resolution"),
    )  # fmt: skip
    html = texts_table(texts).to_html()
    assert "1/1, 1/3" in html
    assert "30%" in html
    assert html.count("<tr") == 3
