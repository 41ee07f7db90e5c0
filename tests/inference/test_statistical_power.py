"""Size and power of the test of Table 2, on the numbers of states and passages that there are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.inference.permutation import PermutationBank
from buzanlib.inference.placed_sample import Sample
from buzanlib.inference.statistical_power import PowerStudy, Variation, between_states
from buzanlib.inference.table2 import QuadrantTest
from buzanlib.measurement.placement import Placement
from buzanlib.tables.statements import count_tensor, load_statements
from buzanlib.tables.states import load_panel, load_regions
from buzanlib.theory.predictions import Predictions, load_predictions

MODERATE = (Variation(0.0, 1.1), Variation(-2.4, 1.1), Variation(-1.5, 1.1))


@pytest.fixture(scope="module")
def predictions(data_dir: Path) -> Predictions:
    return load_predictions(data_dir)


@pytest.fixture(scope="module")
def debate(data_dir: Path) -> tuple[Sample, pd.Series]:
    """The states, regions and numbers of passages of the General Debate."""
    regions = load_regions(data_dir)
    placed = Placement()(load_panel(data_dir), regions)
    counts = count_tensor(load_statements(data_dir)).window("UNGDC", 2011, 2024)
    return Sample.of(counts, placed, PermutationBank(299)(regions)), regions


def test_variation_is_recovered() -> None:
    rng = np.random.default_rng(1)
    n = rng.integers(2, 30, size=3000)
    log_odds = np.array([-0.5, 1.0, -2.0]) + 0.9 * rng.normal(size=(3000, 3))
    y = rng.binomial(n[:, None], 1 / (1 + np.exp(-log_odds)))
    counts = pd.DataFrame(np.column_stack([n, y]), columns=["relevant", "pol", "inf", "cri"])
    found = between_states(counts)
    assert [one.mean for one in found] == pytest.approx([-0.5, 1.0, -2.0], abs=0.06)
    assert [one.sd for one in found] == pytest.approx([0.9] * 3, abs=0.05)


def test_states_that_do_not_differ_have_hardly_any_variation() -> None:
    rng = np.random.default_rng(2)
    y = rng.binomial(40, 0.3, size=(400, 3))
    counts = pd.DataFrame(np.column_stack([np.full(400, 40), y]), columns=["relevant", "pol", "inf", "cri"])
    assert between_states(counts)[0].sd < 0.1


def test_a_threat_that_nobody_names_has_no_variation() -> None:
    counts = pd.DataFrame({"relevant": [3, 4], "pol": [1, 2], "inf": [0, 0], "cri": [1, 1]})
    with pytest.raises(EstimationError, match="0 of 7 passages carry 'inf'"):
        between_states(counts)


def test_each_world_is_tested_as_the_locked_test_does_it(predictions: Predictions, world) -> None:
    """A world made by hand goes through both: the vectorised test and the one that the book runs."""
    made = world(3, size=60, draws=99)
    counts = pd.DataFrame({"relevant": made.rng.integers(1, 9, 60)}, index=made.names)
    sample = made.sample(counts)
    study = PowerStudy(predictions, MODERATE, worlds=5, seed=4)
    values = study._values(sample, made.regions, 0.8, np.random.default_rng([4, 0]))
    worlds = study._tested(sample, values)
    n = counts["relevant"].to_numpy()[:, None, None]
    y = np.round(np.exp(values) * (n + 1) / (1 + np.exp(values)) - 0.5).astype(int)
    for number in range(5):
        table = pd.DataFrame(y[:, number], index=made.names, columns=["pol", "inf", "cri"])
        locked = QuadrantTest(predictions)(replace(sample, counts=table.assign(relevant=counts["relevant"])))
        assert worlds["estimate"][number, :3] == pytest.approx(locked.table["contrast"].tolist())
        assert worlds["single"][number, :3].tolist() == (locked.table["p"] < 0.05).tolist()
        gate = locked.joint.p < 0.05
        assert worlds["found"][number].tolist() == [*((locked.table["p_adjusted"] < 0.05) & gate), gate]
        assert worlds["contradicted"][number, :3].tolist() == (locked.table["high90"] < 0.4).tolist()


@pytest.mark.soak
@pytest.mark.parametrize("regional", [0.0, 1.0])
def test_the_locked_test_keeps_its_size_where_passages_do_not_depend_on_placement(
    regional: float, predictions: Predictions, debate: tuple[Sample, pd.Series]
) -> None:
    sample, regions = debate
    sizes = []
    for number, move in enumerate(sample.moves[:12]):
        exchanged = sample.counts.assign(relevant=sample.counts["relevant"].to_numpy()[move])
        study = PowerStudy(predictions, MODERATE, regional=regional, worlds=500, seed=number)
        found = study(replace(sample, counts=exchanged), regions, [0.0])
        sizes.append(found.set_index("hypothesis")["single"])
    mean = pd.concat(sizes, axis=1).mean(axis=1)
    assert mean.between(0.03, 0.07).all(), mean


@pytest.mark.soak
@pytest.mark.parametrize("regional", [0.0, 1.0])
def test_shares_keep_their_size_on_the_passages_that_there_are(
    regional: float, predictions: Predictions, debate: tuple[Sample, pd.Series]
) -> None:
    study = PowerStudy(predictions, MODERATE, regional=regional, outcome="share", worlds=4000)
    sizes = study(*debate, [0.0]).set_index("hypothesis")["single"]
    assert sizes.between(0.03, 0.07).all(), sizes


@pytest.mark.soak
def test_on_the_passages_that_there_are_the_locked_outcome_leans_towards_b2(
    predictions: Predictions, debate: tuple[Sample, pd.Series]
) -> None:
    """A limit of the locked outcome that the book states: the powerful speak more, and infrastructure is rare."""
    sizes = PowerStudy(predictions, MODERATE, worlds=1000)(*debate, [0.0]).set_index("hypothesis")
    assert sizes.loc["B2", "single"] > 0.1
    assert sizes.loc["B2", "estimate"] > 0.1
    assert sizes.loc[["B1", "B3"], "single"].between(0.03, 0.07).all()
    assert sizes.loc[["B1", "B2", "B3"], "power"].max() < 0.07  # the family with its gate


@pytest.mark.soak
def test_the_planted_world_is_found(predictions: Predictions, debate: tuple[Sample, pd.Series]) -> None:
    power = PowerStudy(predictions, MODERATE, regional=0.5, worlds=300)(*debate, [0.0, 0.8, 2.0])
    by_contrast = power.set_index(["contrast", "hypothesis"])["power"].unstack()  # noqa: PD010
    assert (by_contrast.loc[2.0] > 0.9).all()
    assert by_contrast["B5"].is_monotonic_increasing
    assert by_contrast.loc[0.8, "B5"] > 0.9
    interval = power[(power["contrast"] == 0.8) & (power["hypothesis"] == "B5")].iloc[0]
    assert interval["low"] < interval["power"] < interval["high"]


def test_an_outcome_that_is_none_is_refused(predictions: Predictions) -> None:
    with pytest.raises(UnknownNameError, match="unknown outcome 'shares'; nearest allowed: 'share'"):
        PowerStudy(predictions, MODERATE, outcome="shares")
