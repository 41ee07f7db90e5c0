"""Size and power of estimators of the corner contrasts: the worlds are tested as the tests themselves do it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import UnknownNameError
from buzanlib.inference.estimator_simulation import ESTIMATORS, Rates, Structure, Worlds
from buzanlib.inference.mixed_model import corner_design, logit_normal
from buzanlib.inference.permutation import PermutationBank
from buzanlib.inference.placed_sample import Sample
from buzanlib.inference.table2 import QuadrantTest
from buzanlib.inference.weighted_contrast import Outcome, WeightedContrastTest
from buzanlib.theory.predictions import load_predictions

SEED = 20261128
REFERENCE = Path(__file__).parents[1] / "reference"

Counted = tuple[pd.DataFrame, pd.DataFrame, "pd.Series[str]"]


@pytest.fixture(scope="module")
def small(world) -> Counted:  # type: ignore[no-untyped-def]
    """Counts, placement and regions of a small world."""
    made = world(1, size=80)
    n = made.rng.geometric(0.3, 80)
    columns = {
        name: made.rng.binomial(n, share) for name, share in (("pol", 0.5), ("inf", 0.1), ("cri", 0.3))
    }
    return pd.DataFrame({"relevant": n, **columns}, index=made.names), made.placed, made.regions


@pytest.fixture(scope="module")
def debate() -> Counted:
    """Counts, placement and regions of the General Debate of 2011-2024, as they were for the second registration."""
    rows = pd.read_csv(REFERENCE / "inputs" / "mixed.csv")
    sets = {name: rows[rows["set"] == name].set_index("iso3") for name in ("pol", "inf", "cri")}
    placed = sets["pol"]
    counts = pd.DataFrame({name: one["y"] for name, one in sets.items()}).assign(relevant=placed["n"])
    return counts, placed[["p", "k"]], placed["region"]


def test_worlds_have_the_contrasts_that_they_are_given(small: Counted, table2: dict[str, Outcome]) -> None:
    """States of a million passages and no deviation show them."""
    counts, placed, regions = small
    structure = Structure.of(counts.assign(relevant=10**6), placed, regions, draws=9)
    worlds = Worlds(structure, table2, np.zeros((80, 3)), np.zeros(3))
    y = worlds.draw(0.6, 2, np.random.default_rng(1))
    assert y.shape == (80, 2, 3)
    design = corner_design(placed, regions)
    for place, outcome in enumerate(table2.values()):
        fit = logit_normal(y[:, 1, place], structure.n, design)
        assert fit.contrast(outcome.effect, outcome.sign)[0] == pytest.approx(0.6, abs=0.002)


def test_each_world_is_tested_as_the_tests_do_it(
    small: Counted, data_dir: Path, table2: dict[str, Outcome]
) -> None:
    counts, placed, regions = small
    structure = Structure.of(counts, placed, regions, draws=99)
    worlds = Worlds.fitted(structure, table2)
    y = worlds.draw(0.8, 2, np.random.default_rng(3))
    made = pd.DataFrame(y[:, 1], counts.index, ["pol", "inf", "cri"]).assign(relevant=counts["relevant"])

    primary = WeightedContrastTest(99, SEED)(made, placed, regions, table2)
    observed, drawn = worlds.statistics(y, "primary")
    assert observed[1] == pytest.approx(primary.table["statistic"].tolist())
    assert drawn[:, 1] == pytest.approx(primary.permuted)

    permutations = PermutationBank(99, SEED)(regions)
    locked = QuadrantTest(load_predictions(data_dir))(Sample.of(made, placed, permutations))
    observed, drawn = worlds.statistics(y, "locked")
    assert observed[1] == pytest.approx(locked.table["t"].tolist())
    assert drawn[:, 1] == pytest.approx(locked.null)

    observed, _ = worlds.statistics(y, "share")
    share = (made["pol"] / made["relevant"]).to_numpy()
    groups = [share[structure.within_strata.quadrants == code] for code in range(4)]
    error = np.sqrt(sum(one.var() / (len(one) - 1) ** 2 * len(one) for one in groups)) / 2
    means = [one.mean() for one in groups]
    assert observed[1, 0] == pytest.approx((means[0] - means[1] + means[2] - means[3]) / 2 / error)


def test_shares_of_worlds_are_counted_by_p(small: Counted, table2: dict[str, Outcome]) -> None:
    counts, placed, regions = small
    worlds = Worlds.fitted(Structure.of(counts, placed, regions, draws=99), table2)
    table = worlds.tested(1.0, 40, 3, ["primary"])
    observed, drawn = worlds.statistics(worlds.draw(1.0, 40, np.random.default_rng(3)), "primary")
    p = (1 + (drawn >= observed - 1e-9).sum(axis=0)) / 100
    gate = (1 + (drawn.sum(axis=2) >= observed.sum(axis=1) - 1e-9).sum(axis=0)) / 100 < 0.05
    assert table["single"].tolist() == [*(p < 0.05).mean(axis=0), gate.mean()]
    centre = drawn.mean(axis=0)
    largest = (drawn - centre).max(axis=2, keepdims=True)
    adjusted = (1 + (largest >= observed - centre).sum(axis=0)) / 100 < 0.05
    assert table["found"].tolist() == [*(adjusted & gate[:, None]).mean(axis=0), gate.mean()]
    assert 0 < table["found"].min() < table["single"].max() <= 1


def test_rates_are_those_of_the_counts(small: Counted, table2: dict[str, Outcome]) -> None:
    counts, placed, regions = small
    structure = Structure.of(counts, placed, regions, draws=9)
    same, own, volume = (Worlds.fitted(structure, table2, rates).centre for rates in Rates)
    assert np.ptp(same, axis=0).tolist() == [0, 0, 0]
    assert [len(np.unique(column.round(9))) for column in own.T] == [4, 4, 4]
    assert len(np.unique(volume[:, 0].round(9))) > 10
    with pytest.raises(UnknownNameError, match="unknown kind of rates 'region'; nearest allowed: 'regions'"):
        Worlds.fitted(structure, table2, "region")
    with pytest.raises(UnknownNameError, match="unknown estimator 'shares'; nearest allowed: 'share'"):
        Worlds.fitted(structure, table2).tested(0.0, 5, 1, ["shares"])


def test_intervals_of_worlds_are_counted(small: Counted, table2: dict[str, Outcome]) -> None:
    counts, placed, regions = small
    worlds = Worlds.fitted(Structure.of(counts, placed, regions, draws=9), {"B1": table2["B1"]})
    found = worlds.estimated(0.4, 8, 1).loc["B1"]
    y = worlds.draw(0.4, 8, np.random.default_rng(1))[..., 0]
    design = corner_design(placed, regions)
    fits = [logit_normal(each, worlds.structure.n, design).contrast("cohesion", -1) for each in y.T]
    estimate, low, high = np.transpose(fits)
    assert found[["separated", "estimate", "median"]].tolist() == [0, estimate.mean(), np.median(estimate)]
    assert found["coverage"] == 1 - (high < 0.4).mean() - (low > 0.4).mean()
    told = [(high < bound).mean() for bound in (0.4, 0.0, 0.6)]
    assert found[["below", "reversed", "not_large", "found"]].tolist() == [*told, (low > 0).mean()]


#: Shares of worlds with p below .05 at no contrast and at 0.4, of B1, B2, B3 and the gate, as an independent program
#: found them from the same data (design notes of the second registration).
TABLE = {
    ("same", "locked", 0.0): (0.05, 0.20, 0.06, 0.13),
    ("regions", "locked", 0.0): (0.04, 0.24, 0.07, 0.15),
    ("volume", "locked", 0.0): (0.05, 0.24, 0.06, 0.16),
    ("same", "share", 0.0): (0.04, 0.04, 0.06, 0.04),
    ("regions", "share", 0.0): (0.05, 0.04, 0.06, 0.04),
    ("volume", "share", 0.0): (0.06, 0.03, 0.05, 0.04),
    ("same", "share", 0.4): (0.25, 0.17, 0.24, 0.47),
    ("regions", "share", 0.4): (0.27, 0.19, 0.22, 0.46),
    ("volume", "share", 0.4): (0.30, 0.13, 0.23, 0.44),
    ("same", "primary", 0.0): (0.05, 0.05, 0.05, 0.05),
    ("regions", "primary", 0.0): (0.04, 0.06, 0.05, 0.05),
    ("volume", "primary", 0.0): (0.04, 0.06, 0.05, 0.05),
    ("same", "primary", 0.4): (0.25, 0.20, 0.26, 0.50),
    ("regions", "primary", 0.4): (0.25, 0.24, 0.25, 0.54),
    ("volume", "primary", 0.4): (0.26, 0.30, 0.25, 0.56),
}


@pytest.mark.soak
@pytest.mark.parametrize("rates", list(Rates))
def test_the_table_of_the_methods_is_met_and_the_primary_test_keeps_its_size(
    rates: Rates, debate: Counted, table2: dict[str, Outcome]
) -> None:
    """Within three standard errors of the worlds here and of a thousand there, and rounding."""
    worlds = Worlds.fitted(Structure.of(*debate, draws=499), table2, rates)
    for contrast, count in ((0.0, 2000), (0.4, 1000)):
        estimators = list(ESTIMATORS) if contrast == 0 else ["share", "primary"]
        single = worlds.tested(contrast, count, SEED, estimators)["single"]
        for estimator in estimators:
            found, told = single[estimator], np.array(TABLE[rates, estimator, contrast])
            error = 3 * np.sqrt(told * (1 - told) * (1 / count + 1 / 1000)) + 0.005
            assert (abs(found - told) < error).all(), (estimator, contrast, found)
        if contrast == 0:
            assert single["primary"].between(0.03, 0.07).all(), single
            assert single["locked"]["B2"] > 0.15


@pytest.mark.soak
def test_the_mixed_model_is_nearly_unbiased_and_covers_the_truth(
    debate: Counted, table2: dict[str, Outcome]
) -> None:
    worlds = Worlds.fitted(Structure.of(*debate, draws=9), table2)
    found = worlds.estimated(0.4, 150, SEED)
    assert found["estimate"].between(0.3, 0.5).all(), found
    assert found["coverage"].between(0.82, 0.96).all(), found
    assert found["below"].between(0.01, 0.10).all(), found
    assert found["separated"].max() < 0.05, found


def test_worlds_without_an_estimate_are_counted_apart(small: Counted, table2: dict[str, Outcome]) -> None:
    """Of a threat so rare that in many worlds a quadrant never names it."""
    counts, placed, regions = small
    structure = Structure.of(counts, placed, regions, draws=9)
    rare = Worlds(structure, {"B1": table2["B1"]}, np.full((80, 1), -4.0), np.ones(1))
    found = rare.estimated(0.4, 30, 1).loc["B1"]
    assert 0.2 < found["separated"] < 0.9
    assert abs(found["estimate"]) < 3
