from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from buzanlib.figures import doubts
from buzanlib.inference.placed_sample import Sample
from buzanlib.inference.statistical_power import PowerReport

KINDS = ["hard", "fuzzy", "continuous"]
WORLDS = pd.MultiIndex.from_product(
    [["regions"], ["locked", "share", "primary"]], names=["rates", "estimator"]
)
NAMES = ["B1", "B2", "B3", "B5"]


@pytest.fixture
def positions() -> pd.DataFrame:
    index = pd.MultiIndex.from_product([["B1", "P1"], KINDS], names=["outcome", "placement"])
    estimate = [0.4, 0.3, -0.1, np.nan, 1.0, 2.0]
    table = pd.DataFrame({"estimate": estimate, "p": [0.2, 0.04, 0.5, 0.01, 0.02, 0.3]}, index)
    return table.assign(low90=table["estimate"] - 1, high90=table["estimate"] + 1, states=100)


@pytest.fixture
def report() -> PowerReport:
    size = pd.DataFrame(0.05, WORLDS, NAMES)
    size.loc[("regions", "locked"), "B2"] = 0.2
    model = pd.DataFrame(
        {"median": [0.3, 0.4], "coverage": [0.9, 0.85], "below": [0.05, 0.1], "reversed": [0.0, 0.01]},
        pd.MultiIndex.from_product([["regions"], ["B1", "B2"]], names=["rates", "outcome"]),
    )
    curves = pd.DataFrame({"hypothesis": ["B1", "B2"], "contrast": [0.4, 0.4], "power": [0.9, 0.3]})
    over = {"locked": ["B2"], "share": [], "primary": []}
    return PowerReport(size, over, size.drop(index="locked", level=1), model, curves, 0.4, 400, 200)


def test_positions_stand_side_by_side(positions):
    table = doubts.position_table(positions)
    assert table.frame.index.tolist() == ["B1", "P1"]
    assert table.frame.loc["B1", ["quadrants", "fuzzy", "continuous"]].tolist() == [0.4, 0.3, -0.1]
    assert table.frame.loc["B1", "fuzzy, interval"].replace("\u00a0", " ") == "−0.70 to +1.30"
    assert "–" in table.to_html()  # what has no finite estimate


def test_what_prose_says_of_positions(positions):
    values = doubts.position_values(positions, 0.05)
    assert values["position.found.hard"] == "P1"
    assert values["position.found.fuzzy"] == "B1 and P1"
    assert values["position.found.continuous"] == "none"
    assert values["position.turned"] == "B1"
    assert values["position.B1.continuous"] == -0.1
    assert values["position.P1.hard.p"] == 0.01
    assert "position.P1.hard" not in values


def test_errors_are_in_points_and_the_worst_scenario_decides():
    errors = pd.DataFrame(
        {
            "error": ["none", "none", "as read", "as read"],
            "hypothesis": ["B1", "B2", "B1", "B2"],
            "contrast": [0.1, -0.2, 0.05, -0.1],
            "low90": [0.1, -0.2, -0.01, -0.2],
            "high90": [0.1, -0.2, 0.1, -0.05],
        }
    )
    table = doubts.error_table(errors)
    assert table.frame["contrast"].tolist() == pytest.approx([10, -20, 5, -10])
    assert table.frame["range"].str.replace("\u00a0", " ").tolist()[-1] == "−20.0 to −5.0"
    rates = pd.DataFrame({"missed": [0.1, 0.3], "added": [0.2, 0.1]})
    values = doubts.error_values(rates, errors, 40, 4)
    assert values["error.kept"] == "B2"
    assert values["error.largest"] == 0.3
    assert values["error.share"] == 0.1


def test_leaks_of_the_largest_corpus_are_told():
    leaks = pd.DataFrame(
        {
            "corpus": ["NCSS", "UNGDC", "UNGDC"],
            "target": ["region", "region", "quadrant"],
            "passages": [10, 400, 400],
            "states": [5, 100, 100],
            "accuracy": [0.9, 0.4, 0.35],
            "largest": [0.5, 0.3, 0.3],
        }
    )
    assert doubts.leak_table(leaks).frame["corpus"].tolist()[0] == "national strategies"
    values = doubts.leak_values(leaks)
    assert values["leak.region.gain"] == pytest.approx(10)
    assert values["leak.quadrant.gain"] == pytest.approx(5)
    assert values["leak.corpus"] == "General Debate"


def test_sizes_powers_and_models_are_those_of_the_report(report):
    assert doubts.size_table(report).frame["B2"].tolist() == [0.2, 0.05, 0.05]
    assert doubts.power_table(report).frame["tested on"].tolist() == [
        "plain shares",
        "weighted shares (primary)",
    ]
    assert doubts.model_table(report).frame["interval holds the truth"].tolist() == [0.9, 0.85]
    values = doubts.size_values(report, pd.Series({"B2": 0.23}))
    assert values["size.over.locked"] == "B2"
    assert values["size.over.primary"] == "none"
    assert values["size.record.B2"] == 0.23
    assert values["power.reached"] == "B1"
    assert (values["size.worlds"], values["mixed.worlds"]) == (400, 200)
    assert values["mixed.error"] == pytest.approx(0.0424, abs=1e-4)


def test_what_leans_is_named():
    lean = pd.DataFrame(
        {"contrast": [0.1, 0.3, -0.2], "leaning": [0.2, 0.0, -0.3], "share": [0.01, 0.02, -0.03]},
        ["B1", "B2", "D2"],
    )
    rates = {name: ("pol", np.zeros(4)) for name in lean.index}
    assert doubts.leaning_table(lean, rates).frame["shares, points"].tolist() == pytest.approx([1, 2, -3])
    counts = pd.DataFrame({"relevant": [1, 1, 2, 3]}, list("abcd"))
    placed = pd.DataFrame({"p": [-1, -1, 1, -1]}, counts.index)
    sample = Sample(counts, placed, np.empty((0, 4), dtype=int))
    values = doubts.leaning_values(lean, sample, ["B1"])
    assert values["lean.towards"] == "B1"
    assert values["lean.away"] == "D2"
    assert values["lean.less"] == "B1"
    assert (values["single.strong"], values["single.weak"]) == (0, 2 / 3)
    assert values["points.B1"] == pytest.approx(1)
    assert "points.B2" not in values


def test_words_of_the_locked_rule_are_counted():
    class Study:
        def table2(self):
            return pd.Series({"B1": 0.7})

        def wording(self):
            return pd.Series({"B14": 0.5})

    assert doubts.contradicted_values(Study()) == {
        "contradicted.sesoi.B1": 0.7,
        "contradicted.sesoi.B14": 0.5,
    }
