"""Words that numbers choose: each branch is taken by the numbers that call for it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from buzanlib.figures.sentences import (
    beside_mean,
    cohesion_by_regime,
    counted,
    covers,
    dispute_results,
    found_at,
    kinds_of_pairs,
    model_of_error,
    on_its_own,
    signs,
    verdicts_counted,
    where_tested,
    which_small,
)
from buzanlib.inference.verdicts import Finding


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (["undecided", "reversed", "undecided"], "one is reversed and two are undecided"),
        (["supported"], "one is supported"),
        ([], "none"),
    ],
)
def test_verdicts_are_counted_in_words(verdicts: list[str], said: str) -> None:
    assert counted(verdicts) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.1, 1.0, "lies wholly above zero"),
        (-1.0, -0.1, "lies wholly below zero"),
        (-1.0, 1.0, "covers zero"),
        (0.0, 1.0, "covers zero"),
    ],
)
def test_where_an_interval_lies(low: float, high: float, said: str) -> None:
    assert covers(low, high) == said


@pytest.mark.parametrize(
    ("p", "low", "said"),
    [
        (0.04, 0.1, "chance alone seldom does as well, and the interval lies wholly above zero"),
        (0.06, -0.1, "chance alone often enough does as well, and the interval covers zero"),
        (0.06, float("nan"), "chance alone often enough does as well, and there is no interval"),
    ],
)
def test_one_finding_before_it_is_adjusted(p: float, low: float, said: str) -> None:
    assert on_its_own(Finding("X14", 0.2, low, 0.4 + low, p, 100), 0.05) == said


def test_what_no_chapter_tested_is_named() -> None:
    assert where_tested(["X9", "X14"], {}, ["X14", "X9"]) == ""
    said = where_tested(["X9", "X14", "X17"], {"X9": 1}, ["X9", "X14"])
    assert said.startswith(" No notebook before this one tested X9: tested here.")
    assert said.endswith("These data cannot carry a test of X17: counted in the family as p = 1.")


def test_both_p_values_must_be_small() -> None:
    assert which_small(0.01, 0.02, 0.05) == "both tests find it"
    assert which_small(0.05, 0.2, 0.05) == "neither test finds it"
    assert which_small(0.04, 0.6, 0.05).startswith("only the locked test finds it")
    assert which_small(0.3, 0.04, 0.05).endswith("a hint found afterwards")


def test_what_is_found_at_some_assumptions_only() -> None:
    assert found_at({"0.95": 0.7, "0.97": 0.2, "0.98": 0.01}, 0.05) == "at 0.98, but not at 0.95 and 0.97"
    assert found_at({"0.95": 0.7, "0.97": 0.2}, 0.05) == "at none of them"
    assert found_at({"0.95": 0.01, "0.97": 0.02}, 0.05) == "at each of them"


def test_a_reliability_above_one_breaks_the_model() -> None:
    assert model_of_error({"power": 1.003, "cohesion": 1.03}).startswith("Both are above one")
    assert model_of_error({"power": 0.9, "cohesion": 1.03}).startswith("That of cohesion is above one")
    assert model_of_error({"power": 0.9, "cohesion": 1.0}) == (
        "Neither is above one, so that the model of error may hold."
    )


def test_models_are_grouped_by_how_they_guess() -> None:
    errors = {"power and cohesion": 1.01, "regime": 1.0, "bloc": 0.98, "development": 0.9, "noise": 1.2}
    assert beside_mean(errors) == (
        "clearly better: development 0.900; hardly better: bloc 0.980; no better: regime 1.000; "
        "hardly worse: power and cohesion 1.010; clearly worse: noise 1.200"
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([0.5, 0.6, 0.3, 0.5], "more of it among autocracies and among democracies."),
        ([0.2, 0.4, 0.3, 0.5], "less of it among autocracies and among democracies."),
        ([0.5, 0.4, 0.3, 0.5], "more of it among autocracies and with less among democracies. That is an"),
        ([0.5, float("nan"), 0.3, 0.5], "Not all four kinds of states spoke"),
    ],
)
def test_cohesion_may_matter_under_one_regime_only(values: list[float], said: str) -> None:
    cells = pd.MultiIndex.from_product([["weak", "strong"], ["autocracy", "democracy"]])
    assert said in cohesion_by_regime(pd.Series(values, cells))


def test_signs_are_compared() -> None:
    assert signs([0.1, 0.2]) == signs([-0.1, -0.2]) == "All have the same sign."
    assert signs([0.1, -0.2]).startswith("So even the sign")


def test_kinds_of_pairs_are_recorded_with_their_ends() -> None:
    means = pd.DataFrame({"mean": [0.5, 0.2, 0.9, float("nan")]}, ["SS-WS", "SS-SW", "SW-SW", "WW-WW"])
    assert kinds_of_pairs("crime", means) == {
        "crime.SS_WS": 0.5,
        "crime.SS_SW": 0.2,
        "crime.SW_SW": 0.9,
        "crime.lowest": "SS and SW",
        "crime.lowest.mean": 0.2,
        "crime.highest": "SW among themselves",
        "crime.highest.mean": 0.9,
    }


def test_what_is_said_of_disputes_follows_from_them() -> None:
    at_table = Finding("X62", 0.1, 0.0, 0.2, 0.01, 9, beside={"others.contrast": 0.2})
    split = Finding("X59", 0.1, 0.0, 0.2, 0.01, 9, beside={"alliances": 1})
    found = dispute_results(at_table, split, 5)
    assert found["table.gap"] == "no larger"
    assert found["X62.p"] == found["X59.p"] == 0.01
    assert found["alliances.reading"] == (
        "Only one of the five can be counted: this says next to nothing about alliances."
    )
    assert dispute_results(at_table, split, 1)["alliances.reading"] == "All of them can be counted."
    larger = dispute_results(replace(at_table, contrast=0.3), None, 5)
    assert larger["table.gap"] == "larger"
    assert "alliances.reading" not in larger
    assert dispute_results(None, None, 5) == {}


def test_verdicts_are_counted_and_none_supported_is_said() -> None:
    assert verdicts_counted(["undecided", "undecided", "reversed"]) == (
        "Of three claims none is supported, one is reversed and two are undecided."
    )
    assert verdicts_counted(["supported"]) == "Of one claim one is supported."
