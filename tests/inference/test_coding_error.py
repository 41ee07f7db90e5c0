"""Errors of coding, and what they do to the contrasts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import EstimationError
from buzanlib.inference.coding_error import CodingErrorStudy, disagreement
from buzanlib.inference.contrasts import empirical_logit, factorial
from buzanlib.tables.statements import Statements, load_statements
from buzanlib.theory.predictions import Predictions, load_predictions

THREATS = ["pol", "inf", "cri"]


@pytest.fixture(scope="module")
def predictions(data_dir: Path) -> Predictions:
    return load_predictions(data_dir)


def rates(missed: float, added: float) -> pd.DataFrame:
    return pd.DataFrame({"missed": missed, "added": added}, index=THREATS)


def spoken(made, gap: float) -> tuple[pd.DataFrame, pd.DataFrame]:  # type: ignore[no-untyped-def]
    """Ten passages a state, in a world of Table 2; the passages and their counts."""
    k, p = made.placed["k"].to_numpy(), made.placed["p"].to_numpy()
    rate = 1 / (1 + np.exp(1.0 - gap * np.column_stack([k < 0, p < 0, p == k])))
    codes = made.rng.random((10, *rate.shape)) < rate
    passages = pd.DataFrame(codes.reshape(-1, 3).astype(int), columns=THREATS)
    passages["iso3"] = np.tile(made.names.to_numpy(), 10)
    return passages, passages.groupby("iso3").sum().assign(relevant=10)


def test_disagreement_is_counted_in_both_directions() -> None:
    def coded(who: str, *codes: tuple[int, int]) -> list[dict[str, object]]:
        return [
            {"passage_id": f"P{place}", "annotator": who, "relevant": r, "pol": c, "inf": 1, "cri": 0}
            for place, (r, c) in enumerate(codes)
        ]

    codes = pd.DataFrame(
        coded("A", (1, 1), (1, 1), (1, 0), (1, 0), (0, 0))
        + coded("B", (1, 1), (1, 0), (1, 0), (1, 0), (1, 1))
    )
    found = disagreement(Statements(pd.DataFrame(), pd.DataFrame(), codes))
    # Four passages relevant to both: three codes of 1 in either column, of which one is unmatched; five of 0.
    assert found.loc["pol"].tolist() == pytest.approx([1 / 3, 1 / 5])
    assert found.loc["inf", "missed"] == 0


def test_disagreement_of_the_shipped_codes_is_small(data_dir: Path) -> None:
    found = disagreement(load_statements(data_dir))
    assert list(found.index) == THREATS
    assert ((found > 0) & (found < 0.1)).all(axis=None)


def test_without_error_the_contrasts_are_those_of_the_codes(predictions: Predictions, world) -> None:
    made = world(1, size=60)
    passages, counts = spoken(made, gap=1.0)
    sample = made.sample(counts)
    found = CodingErrorStudy(predictions, draws=3)(passages, sample, rates(0, 0), factors=(1,))
    effects = (
        2 * factorial(empirical_logit(counts[THREATS], counts[["relevant"]]), sample.quadrants).estimates[0]
    )
    expected = [-effects[2, 0], -effects[1, 1], effects[3, 2]]
    assert found["contrast"].tolist() == pytest.approx(expected)
    assert found["low90"].tolist() == pytest.approx(expected)


def test_error_brings_contrasts_nearer_to_zero(predictions: Predictions, world) -> None:
    made = world(2)
    passages, counts = spoken(made, gap=1.5)
    found = CodingErrorStudy(predictions, draws=60)(
        passages, made.sample(counts), rates(0.05, 0.03), (0, 1, 4)
    )
    by_factor = found.set_index(["hypothesis", "factor"])["contrast"].unstack()  # noqa: PD010
    assert (by_factor[0.0] > by_factor[1.0]).all()
    assert (by_factor[1.0] > by_factor[4.0]).all()
    drawn = found[found["factor"] > 0]
    assert (drawn["low90"] < drawn["contrast"]).all()
    assert (drawn["contrast"] < drawn["high90"]).all()


def test_passages_of_states_outside_the_sample_are_passed_over(predictions: Predictions, world) -> None:
    made = world(3, size=60)
    passages, counts = spoken(made, gap=1.0)
    sample = made.sample(counts)
    strangers = passages.assign(iso3="XXX")
    study = CodingErrorStudy(predictions, draws=2)
    alone = study(passages, sample, rates(0, 0), (1,))
    pd.testing.assert_frame_equal(alone, study(pd.concat([passages, strangers]), sample, rates(0, 0), (1,)))


def test_codes_worse_than_a_coin_are_refused(predictions: Predictions, world) -> None:
    made = world(4, size=30)
    passages, counts = spoken(made, gap=0.0)
    with pytest.raises(
        EstimationError, match="error of coding times 6 is above one half; allowed: a smaller factor"
    ):
        CodingErrorStudy(predictions, draws=2)(passages, made.sample(counts), rates(0.1, 0.1), (1, 6))
