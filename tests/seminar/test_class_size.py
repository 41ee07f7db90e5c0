"""What a class can show: the simulation itself, and the numbers that pages print of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from buzanlib.errors import BuzanError
from buzanlib.measurement.reliability import alpha_of, coincidences
from buzanlib.seminar.class_agreement import estimates
from buzanlib.seminar.class_size import (
    CATEGORIES,
    SimulatedClass,
    _jackknife,
    coverage,
    findings,
    power_of_gain,
)

KEPT = Path(__file__).parents[2] / "book" / "seminar" / "lab" / "class_size.json"


def test_alpha_of_very_many_items_is_that_of_the_population() -> None:
    counts = SimulatedClass(4, 40_000, 0.6).counts(1, np.random.default_rng(1))[0]
    matrix = coincidences(counts).sum(axis=0)
    assert float(alpha_of(matrix, np.arange(CATEGORIES), "nominal")) == pytest.approx(0.6, abs=0.01)


def test_the_standard_error_is_that_of_a_class() -> None:
    one = SimulatedClass(3, 12, 0.6)
    rng = np.random.default_rng(2)
    alpha, error, _ = _jackknife(one, 1, np.random.default_rng(2))
    counts = one.counts(1, rng)[0]
    ratings = np.array([np.repeat(np.arange(CATEGORIES), row.astype(int)) for row in counts]).T
    found = estimates(ratings)
    assert found["alpha"] == pytest.approx(alpha[0])
    assert (found["alpha"] - found["alpha_low"]) / error[0] == pytest.approx(2.200985)  # t of eleven degrees


def test_the_jackknife_covers_more_than_the_bootstrap() -> None:
    found = coverage(SimulatedClass(20, 8, 0.6), classes=300, draws=200)
    assert found["jackknife"] > 0.9 > found["bootstrap"]


def test_a_gain_is_seen_more_often_in_larger_classes() -> None:
    assert power_of_gain(20, 12, 0.59, 0.73, 500) < power_of_gain(40, 20, 0.59, 0.73, 500) < 0.5
    assert power_of_gain(20, 12, 0.6, 0.6, 2000) < 0.05


def test_what_cannot_be_simulated_is_refused() -> None:
    for one in ((1, 12, 0.6), (2, 1, 0.6), (2, 12, 1.0), (2, 12, 0.1)):
        with pytest.raises(BuzanError, match="allowed: two or more of each"):
            SimulatedClass(*one)


def test_the_kept_numbers_are_shares() -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    assert all(0 < share < 1 for share in kept.values())
    assert kept["coverage.jackknife.12_items"] == pytest.approx(0.95, abs=0.02)
    assert kept["gain.10_pairs.12_items"] < kept["gain.20_pairs.20_items"] < 0.5


@pytest.mark.soak
def test_the_kept_numbers_are_computed_again() -> None:
    # After a change that is meant: KEPT.write_text(json.dumps(findings(), indent=2) + "\n").
    assert findings() == pytest.approx(json.loads(KEPT.read_text(encoding="utf-8")))
