from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from buzanlib.figures.reliability import (
    RELIABLE,
    TENTATIVE,
    agreement,
    alpha_reaches,
    by_pair,
    lowest_sentence,
    reliability_results,
    side_by_side,
    weak_variables,
)
from buzanlib.measurement.reliability import VARIABLES


@pytest.fixture
def table():
    """Every variable that is compared, alpha from low to high."""
    alpha = np.linspace(0.5, 0.95, len(VARIABLES))
    columns = {"alpha": alpha, "ac1": alpha[::-1]}
    frame = pd.DataFrame(columns, index=list(VARIABLES))
    for name in columns:
        frame[f"{name}_low"], frame[f"{name}_high"] = frame[name] - 0.1, np.minimum(frame[name] + 0.07, 1)
    return frame


def test_dots_and_intervals_are_the_table(table):
    axes = agreement(table).figure.axes[0]
    dots = {line.get_gid(): line for line in axes.lines if line.get_gid()}
    for segments, name in zip(axes.collections, ("alpha", "ac1"), strict=True):
        np.testing.assert_allclose(dots[name].get_xdata(), table[name])
        assert [round(float(place)) for place in dots[name].get_ydata()] == list(range(len(table)))
        np.testing.assert_allclose(
            np.asarray(segments.get_segments())[:, :, 0], table[[f"{name}_low", f"{name}_high"]]
        )


def test_lines_stand_at_the_customary_values(table):
    axes = agreement(table).figure.axes[0]
    dashed = [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--"]
    assert dashed == [TENTATIVE, RELIABLE] == [0.667, 0.80]


@pytest.mark.parametrize("shift", [0.0, -0.8, 0.04])
def test_text_is_clear_and_all_in_view(table, shift, faults_of_text):
    figure = agreement(table + shift).figure
    assert faults_of_text(figure) == []
    low, _ = figure.axes[0].get_xlim()
    assert low < (table["alpha_low"] + shift).min()
    assert low <= 0.6


def test_every_variable_has_a_name_of_its_own(table):
    axes = agreement(table).figure.axes[0]
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert len(set(names)) == len(VARIABLES)
    assert "De-stabilising political action" in names


def test_alt_carries_the_numbers(table):
    alt = agreement(table).alt
    assert f"on {len(table)} variables" in alt
    assert f"reaches 0.80 for {(table['alpha'] >= 0.8).sum()}" in alt
    assert f"and 0.667 for {(table['alpha'] >= 0.667).sum()}" in alt
    for alpha, ac1 in zip(table["alpha"], table["ac1"], strict=True):
        assert f"{alpha:.2f} and {ac1:.2f}" in alt


def test_comparisons_stand_side_by_side(table):
    few = table.loc[["pol", "level"]]
    undefined = few.assign(alpha=np.nan)
    shown = side_by_side(pd.concat({"later": few, "earlier": undefined}, names=["comparison", "variable"]))
    assert list(shown.columns) == ["later", "earlier"]
    assert list(shown.index) == ["pol", "level"]
    row = table.loc["pol"]
    said = f"{row['alpha']:.2f} ({row['alpha_low']:.2f} to {row['alpha_high']:.2f})"
    assert shown.loc["pol", "later"].split() == said.split()
    assert shown["earlier"].isna().all()


def test_variables_that_are_not_reliable_are_named(table):
    few = table.loc[["pol", "level", "hostile"]].assign(alpha=[0.799, 0.5, 0.8])
    assert weak_variables(few) == "strength (nominal) (0.50) and de-stabilising political action (0.80)"
    assert weak_variables(few.loc[["hostile"]]) == "none"


def test_what_is_recorded_names_the_lowest(table):
    compared = pd.concat({"C and D": table, "two codebooks": table + 0.1}, names=["comparison", "variable"])
    grouped = pd.DataFrame(
        {"alpha": [0.5, np.nan, 0.3]},
        index=pd.MultiIndex.from_tuples(
            [("UNGDC", "pol"), ("NCSS", "inf"), ("SS", "cri")], names=["group", "threat"]
        ),
    )
    found = reliability_results(compared, grouped)
    assert found["reliability.pol.alpha"] == table.loc["pol", "alpha"]
    assert found["reliability.lowest.alpha"] == table["alpha"].min()
    assert found["reliability.C_and_D.weak"] == weak_variables(table)
    assert found["reliability.group.lowest.alpha"] == 0.3
    assert found["reliability.group.lowest.threat"] == "criminal activity"


def test_a_pair_has_a_value_with_its_interval_or_a_dash_with_the_reason():
    row = {"n": 9, "alpha": 0.5, "alpha_low": 0.25, "alpha_high": 0.75, "passages": 9, "differ": 2}
    gap = {"alpha": np.nan, "alpha_low": np.nan, "alpha_high": np.nan}
    rows = {
        ("Ana and 李明", "level"): row,
        ("one document", "level"): row | {"alpha_low": np.nan, "alpha_high": np.nan},
        ("alike", "level"): row | gap,
        ("nothing", "level"): row | gap | {"n": 0, "passages": 0, "differ": 0},
    }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(rows, names=["comparison", "variable"])
    said = by_pair(table, ["level"]).iloc[:, 2].str.replace("\xa0", " ").tolist()
    assert said == [
        "0.50 (0.25 to 0.75)",
        "0.50 (too few documents for an interval)",
        "– (all codes alike)",
        "– (no passage in common)",
    ]
    assert by_pair(table, ["level"])["they differ on"].tolist() == [2, 2, 2, 0]
    said = lowest_sentence(table.loc["Ana and 李明"])
    assert said.endswith("(alpha 0.50).")
    assert "*" not in said  # a role shows it as it is
    assert "no code varies" in lowest_sentence(table.loc["alike"])
    assert "no such passage" in lowest_sentence(table.loc["nothing"])
    assert "no such passage" in lowest_sentence(table.iloc[:0])


def test_what_is_undefined_is_said_to_be_so(table):
    table.loc["level", ["alpha", "alpha_low", "alpha_high"]] = np.nan
    assert "undefined and 0." in agreement(table).alt


def test_caption_says_how_many_are_reliable() -> None:
    table = pd.DataFrame({"alpha": [0.9, 0.5, np.nan]}, ["relevant", "referent", "agent"])
    assert alpha_reaches(table) == (
        "Alpha reaches 0.80 for one of two variables, and is lowest for *referent object* (0.50)."
    )
    assert alpha_reaches(table * np.nan) == "Alpha is undefined for every variable."
