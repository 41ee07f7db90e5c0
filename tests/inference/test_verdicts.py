"""The two rules, branch by branch."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from scipy.stats import norm

from buzanlib.errors import UnknownNameError
from buzanlib.inference.verdicts import Finding, recorded

NAN = math.nan


@pytest.mark.parametrize(
    ("contrast", "low", "high", "p", "gate", "expected"),
    [
        (0.90, 0.5, 1.30, 0.01, True, "supported"),
        (0.40, 0.1, 0.70, 0.01, True, "supported"),  # at the smallest effect of interest
        (0.30, 0.1, 0.50, 0.01, True, "partly"),
        (0.30, 0.2, 0.39, 0.01, True, "partly"),  # both apply: the locked file lists it first
        (0.90, 0.5, 1.30, 0.05, True, "undecided"),  # alpha itself is not below alpha
        (0.90, 0.5, 1.30, 0.01, False, "undecided"),  # the gate is shut
        (0.10, -0.1, 0.30, 0.01, False, "contradicted"),
        (-0.50, -0.9, -0.1, 0.99, True, "contradicted"),  # wrong side of zero
        (0.10, -0.1, 0.39, 0.30, True, "contradicted"),  # too small to matter
        (0.10, -0.2, 0.40, 0.30, True, "undecided"),  # reaches the smallest effect of interest
        (0.10, -0.9, 1.10, 0.30, True, "undecided"),
        (-0.10, NAN, NAN, 0.60, True, "undecided"),
    ],
)
def test_locked_verdict(
    contrast: float, low: float, high: float, p: float, gate: bool, expected: str
) -> None:
    found = Finding("B1", contrast, low, high, 0.5, 100, sesoi=0.4)
    assert found.locked_verdict(p, 0.05, gate=gate) == expected


@pytest.mark.parametrize(
    ("contrast", "low", "high", "p", "gate", "expected"),
    [
        (0.90, 0.5, 1.30, 0.01, True, "supported"),
        (0.30, 0.2, 0.39, 0.01, True, "supported"),  # small, and found as registered
        (0.90, 0.5, 1.30, 0.05, True, "undecided"),  # alpha itself is not below alpha
        (0.90, 0.5, 1.30, 0.01, False, "undecided"),  # the gate is shut
        (-0.10, -0.5, 0.45, 0.01, True, "undecided"),  # p speaks for it, the estimate against it
        (-0.50, -0.9, -0.1, 0.99, True, "reversed"),
        (0.10, -0.1, 0.39, 0.30, True, "not large"),
        (0.10, -0.1, 0.39, 0.01, False, "not large"),
        (0.10, -0.2, 0.40, 0.30, True, "undecided"),  # reaches the smallest effect of interest
        (-0.10, NAN, NAN, 0.60, True, "undecided"),
    ],
)
def test_verdict(contrast: float, low: float, high: float, p: float, gate: bool, expected: str) -> None:
    found = Finding("B1", contrast, low, high, 0.5, 100, sesoi=0.4)
    assert found.verdict(p, 0.05, gate=gate) == expected
    biased = replace(found, unbiased=False).verdict(p, 0.05, gate=gate)
    assert biased == ("undecided" if expected == "not large" else expected)
    assert replace(found, testable=False).verdict(p, 0.05, gate=gate) == "not testable"
    assert replace(found, valid=False).verdict(p, 0.05, gate=gate) == "undecided"


@pytest.mark.parametrize(
    ("outside", "p", "fair", "locked"),
    [
        (False, 0.01, "supported", "supported"),
        (True, 0.5, "reversed", "contradicted"),
        (False, 0.5, "undecided", "undecided"),
    ],
)
def test_a_claim_that_effects_are_null(outside: bool, p: float, fair: str, locked: str) -> None:
    found = Finding("B4", -0.1, -0.3, -0.05, p, 100, sesoi=0.4, outside=outside)
    assert found.verdict(p, 0.05) == fair
    assert found.locked_verdict(p, 0.05) == locked


def test_without_a_smallest_effect_nothing_is_not_large() -> None:
    assert Finding("C1", 0.1, -0.3, 0.2, 0.5, 100).verdict(0.5, 0.05) == "undecided"


@pytest.mark.parametrize(
    "found",
    [
        Finding(
            "B1",
            0.1,
            -0.2,
            0.4,
            0.3,
            100,
            sesoi=0.4,
            p_adjusted=0.6,
            beside={"verdict": "undecided", "t.centre": -1.5},
        ),
        Finding("B4", 0.1, -0.2, 0.4, 0.3, 100, sesoi=0.4, outside=False),
        Finding("E3", 0.1, NAN, NAN, 0.3, 100, testable=False),
        Finding("B14", 0.1, -0.2, 0.4, 0.3, 100, unbiased=False),
    ],
    ids=lambda found: found.hypothesis,
)
def test_a_finding_can_be_read_back(found: Finding) -> None:
    read = Finding.from_results(found.hypothesis, found.to_results())
    assert read.to_results() == found.to_results()
    assert (read.outside, read.testable, read.unbiased) == (found.outside, found.testable, found.unbiased)


def test_findings_are_read_in_the_order_of_their_names() -> None:
    findings = [Finding(name, 0.1, -0.2, 0.4, 0.3, 100) for name in ("Y1", "C5", "B2", "A9")]
    values = {key: value for found in findings for key, value in found.to_results().items()}
    values |= {"bound.contrast": 0.1, "bound.p": 0.2, "strategies.B1.contrast": 0.3}
    assert list(recorded(values)) == ["A9", "B2", "C5", "Y1"]


def test_a_finding_that_was_not_recorded_whole_is_told() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown result 'B1\.n'"):
        Finding.from_results("B1", {"B1.contrast": 0.1, "B1.p": 0.2})


def test_detectable_is_found_four_times_in_five() -> None:
    error = 0.2
    half = norm.ppf(0.95) * error
    found = Finding("B1", 0.1, 0.1 - half, 0.1 + half, 0.3, 100, sesoi=0.4)
    assert 1 - norm.cdf(norm.ppf(0.95), loc=found.detectable / error) == pytest.approx(0.8)


def test_what_a_finding_does_not_have_is_not_recorded() -> None:
    null = Finding("B4", 0.4, 0.1, 0.7, 0.3, 100, sesoi=0.4, outside=False)
    assert math.isnan(null.detectable)
    assert set(null.to_results()) == {
        f"B4.{key}" for key in ("contrast", "low90", "high90", "p", "n", "sesoi", "outside")
    }
    assert "E3.low90" not in Finding("E3", 0.1, NAN, NAN, 0.01, 100).to_results()
