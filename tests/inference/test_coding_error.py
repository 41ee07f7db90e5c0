"""Errors of coding, and what they do to the contrasts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from buzanlib.errors import EstimationError
from buzanlib.inference.coding_error import (
    CodingErrorStudy,
    disagreement,
    error_scenarios,
    even_rates,
    misread,
)
from buzanlib.inference.weighted_contrast import Outcome, WeightedContrastTest
from buzanlib.tables.statements import Statements, load_statements
from buzanlib.theory.predictions import Predictions, load_predictions

THREATS = ["pol", "inf", "cri"]


@pytest.fixture(scope="module")
def predictions(data_dir: Path) -> Predictions:
    return load_predictions(data_dir)


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
        coded("C", (1, 1), (1, 1), (1, 0), (1, 0), (0, 0))
        + coded("D", (1, 1), (1, 0), (1, 0), (1, 0), (1, 1))
    )
    found = disagreement(Statements(pd.DataFrame(), pd.DataFrame(), codes))
    # Four passages relevant to both: three codes of 1 in either column, of which one is unmatched; five of 0.
    assert found.loc["pol"].tolist() == pytest.approx([1 / 3, 1 / 5])
    assert found.loc["inf", "missed"] == 0


def test_disagreement_of_the_shipped_codes_is_small(data_dir: Path) -> None:
    found = disagreement(load_statements(data_dir))
    assert list(found.index) == THREATS
    assert ((found > 0) & (found < 0.1)).all(axis=None)


def test_without_error_the_contrasts_are_those_of_the_primary_estimator(
    predictions: Predictions, world
) -> None:
    made = world(1, size=60)
    passages, counts = spoken(made, gap=1.0)
    found = CodingErrorStudy(predictions, draws=3)(
        passages, made.sample(counts), made.regions, {"none": even_rates(0)}
    )
    outcomes = {one.id: Outcome(one.threat, one.effect, one.sign) for one in predictions.cells}
    test = WeightedContrastTest(draws=9)(counts, made.placed, made.regions, outcomes)
    assert found["contrast"].tolist() == pytest.approx(test.table["estimate"].tolist())
    assert found["low90"].tolist() == pytest.approx(found["high90"].tolist())


def test_error_brings_contrasts_nearer_to_zero(predictions: Predictions, world) -> None:
    made = world(2)
    passages, counts = spoken(made, gap=1.5)
    errors = {"none": even_rates(0), "some": even_rates(0.05), "more": even_rates(0.2)}
    found = CodingErrorStudy(predictions, draws=60)(passages, made.sample(counts), made.regions, errors)
    by_error = found.pivot_table(index="hypothesis", columns="error", values="contrast")
    assert (by_error["none"] > by_error["some"]).all()
    assert (by_error["some"] > by_error["more"]).all()
    drawn = found[found["error"] != "none"]
    assert (drawn["low90"] < drawn["contrast"]).all()
    assert (drawn["contrast"] < drawn["high90"]).all()


def test_passages_of_states_outside_the_sample_are_passed_over(predictions: Predictions, world) -> None:
    made = world(3, size=60)
    passages, counts = spoken(made, gap=1.0)
    rest = made.sample(counts), made.regions, {"some": even_rates(0.1)}
    both = pd.concat([passages, passages.assign(iso3="XXX")])
    study = CodingErrorStudy(predictions, draws=200)
    alone, among = (study(some, *rest)["contrast"].tolist() for some in (passages, both))
    assert alone == pytest.approx(among, abs=1e-12)


def test_codes_worse_than_a_coin_are_refused(predictions: Predictions, world) -> None:
    made = world(4, size=30)
    passages, counts = spoken(made, gap=0.0)
    with pytest.raises(
        EstimationError, match=r"a chance of 0\.60 of an error of coding \(wild\); allowed: 0 to one half"
    ):
        CodingErrorStudy(predictions, draws=2)(
            passages, made.sample(counts), made.regions, {"wild": even_rates(0.6)}
        )


def test_an_independent_reading_has_a_share_and_an_upper_bound() -> None:
    share, most = misread(40, 4)
    assert share == 0.1
    # At the bound, four or fewer of forty have a chance of 2.5 %.
    assert binom.cdf(4, 40, most) == pytest.approx(0.025)
    assert misread(40, 0)[0] == 0
    with pytest.raises(EstimationError, match="5 of 4 passages read are wrong; allowed: 0 to all"):
        misread(4, 5)
    with pytest.raises(EstimationError, match="0 of 0 passages read are wrong"):
        misread(0, 0)


def test_errors_are_none_as_disagreed_and_as_read() -> None:
    found = error_scenarios(even_rates(0.12), 40, 4)
    chances = {name: rates.to_numpy().max() for name, rates in found.items()}
    assert list(chances) == [
        *("none", "as C and D disagree", "3 times", "5 times", "as read, 10%", "as read, 24%"),
    ]
    assert list(chances.values()) == pytest.approx([0, 0.12, 0.36, 0.5, 0.1, misread(40, 4)[1]])
    assert found["3 times"].loc["inf", "added"] == pytest.approx(0.36)
