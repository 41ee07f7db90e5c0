"""The locked rule, branch by branch."""

from __future__ import annotations

import math

import pytest

from buzanlib.inference.verdicts import verdict

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
def test_verdict(contrast: float, low: float, high: float, p: float, gate: bool, expected: str) -> None:
    assert verdict(contrast, low, high, p, sesoi=0.4, alpha=0.05, gate=gate) == expected
