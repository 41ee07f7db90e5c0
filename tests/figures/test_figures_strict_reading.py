"""The table of the strict reading by codes."""

from __future__ import annotations

import pandas as pd

from buzanlib.figures.strict_reading import by_codes


def test_each_coding_has_a_row_with_both_estimators() -> None:
    coded = pd.DataFrame(
        {
            "coding": ["codebook 2", "codebook 1, A alone"],
            "passages": [71, 79],
            "contrast": [1.3, -0.2],
            "low90": [0.5, -0.9],
            "high90": [2.1, 0.5],
            "p": [0.006, 0.6],
            "p_adjusted": [0.04, 0.9],
            "gate": [0.45, 0.7],
            "locked.contrast": [0.2, -0.1],
            "locked.p": [0.0004, 0.5],
            "locked.p_adjusted": [0.15, 0.8],
            "locked.gate": [0.22, 0.6],
        },
        index=["adjudicated_2", "A"],
    )
    shown = by_codes(coded)
    assert list(shown.frame.index) == ["codebook 2", "codebook 1, A alone"]
    page = shown.to_html()
    for text in (
        "+1.30",
        "\u22120.90\u00a0to\u00a0+0.50",
        "+0.20",
        "&lt;\u00a00.001".replace("&lt;", "&lt;"),
        "0.450",
    ):
        assert text in page
    assert page.count("locked: ") == 4 * 3
