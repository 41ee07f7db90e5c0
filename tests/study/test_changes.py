from __future__ import annotations

from dataclasses import replace
from typing import Any

from buzanlib.study.changes import Change, compare, format_changes
from buzanlib.study.results import Results, Value


def results(parameters: dict[str, Any], **values: Any) -> Results:
    return Results(
        lock="lock",
        data={"codes.csv": "1", "panel.csv": "1"},
        notebooks={"one": {"parameters": parameters, "prefix": ""}},
        figures={"fig-one": "1", "fig-two": "1"},
        values={key.replace("_", "."): Value(value, "one") for key, value in values.items()},
    )


BEFORE = results({"power": "cinc", "draws": 99}, B1_contrast=-0.5, B1_n=3, B1_verdict="undecided", old=1)


def test_nothing_changed() -> None:
    assert not compare(BEFORE, BEFORE)
    assert format_changes(compare(BEFORE, BEFORE)) == "nothing has changed"


def test_everything_that_moved_is_named_and_by_how_much() -> None:
    after = results({"power": "gdp", "draws": 99}, B1_contrast=0.25, B1_n=3, B1_verdict="supported", new=True)
    after = replace(after, data={"codes.csv": "2"}, figures={"fig-one": "2", "fig-three": "1"})
    changes = compare(BEFORE, after)
    assert changes.values == (
        Change("B1.contrast", -0.5, 0.25),
        Change("B1.verdict", "undecided", "supported"),
        Change("new", None, True),
        Change("old", 1, None),
    )
    assert [change.by for change in changes.values] == [0.75, None, None, None]
    assert changes.verdicts == (Change("B1.verdict", "undecided", "supported"),)
    assert changes.figures == ("fig-one", "fig-three", "fig-two")
    assert changes.data == ("codes.csv", "panel.csv")
    assert changes.parameters == (Change("one.power", "cinc", "gdp"),)
    assert (
        format_changes(changes)
        == """1 verdict
  B1.verdict: undecided → supported
2 files of the data
  codes.csv
  panel.csv
1 parameter
  one.power: cinc → gdp
1 value
  B1.contrast: −0.5 → 0.25 (+0.75)
1 value only in the old run
  old: 1
1 value only in the new run
  new: True
3 figures
  fig-one
  fig-three
  fig-two"""
    )


def test_hypotheses_that_only_one_run_tests_are_no_verdicts_that_moved() -> None:
    before = results({}, B1_verdict="undecided", B2_verdict="undecided")
    after = results({}, B1_verdict="supported", Y1_verdict="reversed", Y2_verdict="undecided")
    assert (
        format_changes(compare(before, after))
        == """1 verdict
  B1.verdict: undecided → supported
1 verdict only in the old run
  B2.verdict: undecided
2 verdicts only in the new run
  Y1.verdict: reversed
  Y2.verdict: undecided"""
    )


def test_a_number_that_becomes_another_kind_has_changed() -> None:
    (change,) = compare(
        BEFORE,
        results(
            {"power": "cinc", "draws": 99},
            **{
                "B1_contrast": "none",
                "B1_n": 3,
                "B1_verdict": "undecided",
                "old": 1,
            },
        ),
    ).values
    assert (change.before, change.after, change.by) == (-0.5, "none", None)
