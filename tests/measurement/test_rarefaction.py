"""Kinds expected among so many passages."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom

from buzanlib.errors import EstimationError
from buzanlib.measurement.rarefaction import expected_kinds, kinds_beyond_expected


def test_kinds_of_every_draw_are_counted() -> None:
    """Five passages, of which one carries both kinds and one none."""
    carried = np.array([[1, 0], [1, 1], [0, 1], [0, 0], [1, 0]])
    for n in range(6):
        drawn = [carried[list(some)].any(axis=0).sum() for some in combinations(range(5), n)]
        assert expected_kinds(carried.sum(axis=0), 5, n) == pytest.approx(np.mean(drawn))


def test_a_kind_is_missed_as_the_hypergeometric_distribution_has_it() -> None:
    n = np.arange(0, 301)
    found = expected_kinds([1, 7, 90, 300], 300, n)
    expected = sum(hypergeom.sf(0, 300, carrying, n) for carrying in (1, 7, 90, 300))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(EstimationError, match="6 passages are drawn; allowed: at most all 5"):
        expected_kinds([2], 5, [1, 6])
    with pytest.raises(EstimationError, match="7 passages carry a kind; allowed: at most all 5"):
        expected_kinds([2, 7], 5, 1)


def test_states_are_compared_with_their_own_group() -> None:
    counts = pd.DataFrame(
        {"relevant": [2, 2, 3], "a": [1, 0, 3], "b": [1, 2, 0]}, index=pd.Index(["X", "Y", "Z"], name="iso3")
    )
    groups = pd.Series({"X": "one", "Y": "one", "Z": "two"})
    # Of the four passages of the first group one carries a and three carry b.
    expected = 1 - 3 / 6 + 1
    found = kinds_beyond_expected(counts, ["a", "b"], groups)
    assert found.to_dict() == pytest.approx({"X": 2 - expected, "Y": 1 - expected, "Z": 0})


def test_a_state_alone_in_its_group_is_no_richer_than_expected() -> None:
    counts = pd.DataFrame({"relevant": [9], "a": [4], "b": [1], "c": [0]}, index=["X"])
    assert kinds_beyond_expected(counts, ["a", "b", "c"], pd.Series({"X": "g"}))["X"] == pytest.approx(0)
