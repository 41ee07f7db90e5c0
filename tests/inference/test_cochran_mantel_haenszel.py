"""The generalised Cochran-Mantel-Haenszel statistic in its special cases and under what may not change it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency
from statsmodels.stats.contingency_tables import StratifiedTable

from buzanlib.errors import EstimationError
from buzanlib.inference.cochran_mantel_haenszel import generalised_cmh


def tables(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).poisson(4, shape) + 1


def test_two_by_two_is_that_of_mantel_and_haenszel() -> None:
    drawn = tables(1, 2, 2, 5)
    expected = StratifiedTable(drawn).test_null_odds(correction=False).statistic
    assert generalised_cmh(drawn) == pytest.approx(expected)


def test_one_stratum_is_pearsons_but_for_one_passage() -> None:
    drawn = tables(2, 4, 5, 1)
    pearson = chi2_contingency(drawn[..., 0], correction=False).statistic
    assert generalised_cmh(drawn) == pytest.approx(pearson * (drawn.sum() - 1) / drawn.sum())


@given(seed=st.integers(0, 500))
@settings(max_examples=30, deadline=None)
def test_order_and_empty_categories_change_nothing(seed: int) -> None:
    drawn = tables(seed, 4, 5, 3) * (np.random.default_rng(seed).random((4, 5, 3)) < 0.7)
    whole = generalised_cmh(drawn)
    rng = np.random.default_rng(seed + 1)
    turned = drawn[rng.permutation(4)][:, rng.permutation(5)][:, :, rng.permutation(3)]
    assert generalised_cmh(turned) == pytest.approx(float(whole), rel=1e-8, abs=1e-9)
    wider = np.zeros((5, 6, 4))
    wider[:4, :5, :3] = drawn
    assert generalised_cmh(wider) == pytest.approx(float(whole), rel=1e-8, abs=1e-9)
    assert whole >= -1e-12


def test_many_at_once_are_each_alone() -> None:
    drawn = tables(3, 7, 3, 3, 2)
    assert generalised_cmh(drawn).tolist() == pytest.approx([float(generalised_cmh(one)) for one in drawn])


def test_a_stratum_of_one_tells_nothing() -> None:
    drawn = tables(4, 3, 3, 2)
    alone = np.zeros((3, 3, 1))
    alone[0, 0] = 1
    assert generalised_cmh(np.concatenate([drawn, alone], axis=-1)) == pytest.approx(
        float(generalised_cmh(drawn))
    )


def test_one_row_is_too_few() -> None:
    with pytest.raises(EstimationError, match=r"tables of shape \(1, 3, 2\); allowed: at least two rows"):
        generalised_cmh(np.ones((1, 3, 2)))
