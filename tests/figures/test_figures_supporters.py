"""Who supports a declaration: dots stand at the shares, and tables leave out what is not known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from buzanlib.figures.supporters import accounts_table, contrasts_table, supporters_map
from buzanlib.theory.vocabulary import Quadrant


def by_quadrant() -> pd.DataFrame:
    table = pd.DataFrame({"states": 40, "joined": [10, 20, 5, 30]}, index=list(map(str, Quadrant)))
    for column, values in {"share": [0.25, 0.5, 0.125, 0.75], "us": [0.9] * 4, "russian": [0.6] * 4}.items():
        table[column] = values
        table[f"{column}.low90"], table[f"{column}.high90"] = table[column] - 0.1, table[column] + 0.1
    return table


def test_dots_stand_at_the_shares(faults_of_text) -> None:
    drawn = supporters_map(by_quadrant())
    (axes,) = drawn.figure.axes
    dots = {line.get_gid(): list(line.get_xdata()) for line in axes.lines}
    assert dots["share"] == [0.125, 0.75, 0.25, 0.5]  # strong power on top
    assert dots["russian"] == [0.6] * 4
    assert "SW (5 of 40 joined): joined the Paris Call 12% (2% to 22%), yes to the US texts 90%" in drawn.alt
    assert faults_of_text(drawn.figure) == []


def test_tables_have_a_dash_where_nothing_is_known() -> None:
    explained = pd.DataFrame(
        {
            "states": 160,
            "alone": [0.2, 0.3],
            "p": [0.0002, 0.2],
            "within": [0.1, np.nan],
            "p_within": [0.04, np.nan],
        },
        index=pd.Index(["quadrants", "region"], name="account"),
    )
    html = accounts_table(explained).to_html()
    assert "20.0%" in html
    assert "0.040" in html
    assert html.count("–") == 2
    contrasts = pd.DataFrame(
        {"estimate": [0.5, np.nan], "low90": [0.1, np.nan], "high90": [0.9, np.nan]}, ["a", "b"]
    )
    html = contrasts_table(contrasts).to_html()
    assert "+0.50" in html
    assert "+0.10" in html
    assert html.count("–") == 2
