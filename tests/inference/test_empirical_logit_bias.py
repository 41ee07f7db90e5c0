"""What empirical logits owe to the number of passages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import CODING, contrast_test, empirical_logit
from buzanlib.inference.empirical_logit_bias import expected_logit, leanings

POWER = -CODING[1] / 2


@pytest.mark.parametrize("n", [1, 4, 30])
def test_expected_logit_in_its_limits(n: int) -> None:
    assert expected_logit([n], 0.0)[0] == pytest.approx(float(empirical_logit(0, n)))
    assert expected_logit([n], 1.0)[0] == pytest.approx(float(empirical_logit(n, n)))
    assert expected_logit([n], 0.5)[0] == pytest.approx(0)
    assert expected_logit([n], 0.2)[0] == pytest.approx(-expected_logit([n], 0.8)[0])


def test_expected_logit_by_hand_and_by_simulation() -> None:
    assert expected_logit([1], 0.3)[0] == pytest.approx(0.3 * np.log(3) - 0.7 * np.log(3))
    drawn = np.random.default_rng(1).binomial(6, 0.15, 200_000)
    np.testing.assert_allclose(
        expected_logit([6, 1, 6], 0.15)[[0, 2]], empirical_logit(drawn, 6).mean(), atol=0.01
    )


def test_a_rate_is_a_probability() -> None:
    with pytest.raises(EstimationError, match=r"a rate of 1\.5; allowed: 0 to 1"):
        expected_logit([1], 1.5)


@pytest.mark.parametrize(("rate", "leans"), [(0.05, True), (0.5, False)])
def test_what_is_rare_leans_to_those_who_say_little(world, rate: float, leans: bool) -> None:
    made = world(1, size=400)
    passages = np.where(made.placed["p"] == 1, 6, 2)
    counts = pd.DataFrame({"relevant": passages, "inf": made.rng.binomial(passages, rate)}, index=made.names)
    found = leanings({"weak": (counts["inf"], POWER)}, made.sample(counts)).loc["weak"]
    assert found["leaning"] > 0.5 if leans else abs(found["leaning"]) < 0.1
    assert found["contrast"] == pytest.approx(found["leaning"], abs=0.25)
    assert found["share"] == pytest.approx(0, abs=0.1)


def test_nothing_leans_where_all_speak_alike(world) -> None:
    made = world(2)
    counts = pd.DataFrame(
        {"relevant": 5, "inf": made.rng.binomial(5, 0.1, len(made.names))}, index=made.names
    )
    sample = made.sample(counts)
    found = leanings({"weak": (counts["inf"], POWER)}, sample).loc["weak"]
    assert found["leaning"] == pytest.approx(0)
    shares = contrast_test("weak", counts["inf"] / 5, sample, POWER)
    logits = contrast_test("weak", empirical_logit(counts["inf"], 5), sample, POWER)
    assert (found["share"], found["contrast"]) == pytest.approx((shares.contrast, logits.contrast))
