"""Technology beside power and cohesion: statsmodels and SciPy, plain loops, shipped tables, simulated worlds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.spatial.distance import jensenshannon
from scipy.special import expit, ndtri
from scipy.stats import false_discovery_control

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import CODING
from buzanlib.inference.intervals import bootstrap_weights
from buzanlib.inference.permutation import PermutationBank, p_value
from buzanlib.inference.technology import Technology, added_contrast, two_divergences
from buzanlib.inference.weighted_contrast import centred_shares, volume_strata
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement

THREATS = ["pol", "inf", "cri", "mil", "ter", "oth"]


@pytest.fixture(scope="module")
def technology(data_dir: Path) -> Technology:
    return Technology(World.open(data_dir, Placement(), 99, 5, bootstrap=99))


def test_the_contrast_equals_statsmodels(world) -> None:
    """Also under permutation: the smaller model's fit plus residuals that have changed places, fitted anew."""
    made = world(1, size=60)
    small = CODING.T[made.rng.integers(0, 4, 60)]
    added, weights = made.rng.normal(size=60) + small[:, 1], made.rng.uniform(0.5, 4, (60, 2))
    values = made.rng.normal(size=(60, 2)) + 0.5 * small[:, [1, 2]]
    moves = np.stack([np.arange(60), *(made.rng.permutation(60) for _ in range(3))])
    found = added_contrast(values, weights, small, added, moves)
    for draw, column in np.ndindex(4, 2):
        w = weights[:, column]
        reduced = sm.WLS(values[:, column], small, w).fit()
        received = (np.sqrt(w) * reduced.resid)[moves[draw]] / np.sqrt(w)
        anew = reduced.fittedvalues + received
        fit = sm.WLS(anew, np.column_stack([small, added]), w).fit(cov_type="HC1")
        assert found.estimates[draw, column] == pytest.approx(2 * fit.params[-1], rel=1e-10)
        assert found.errors[draw, column] == pytest.approx(2 * fit.bse[-1], rel=1e-10)


def test_a_regressor_that_says_nothing_new_is_refused() -> None:
    small, one = np.tile(CODING.T, (3, 1)), np.ones((12, 1))
    with pytest.raises(EstimationError, match="says nothing beyond the others"):
        added_contrast(one, one, small, small[:, 1] - small[:, 3], np.arange(12))
    with pytest.raises(EstimationError, match="or 5 states are too few"):
        added_contrast(one[:5], one[:5], small[:5], np.arange(5.0), np.arange(5))


def test_distances_of_two_groups_equal_scipy_and_a_plain_jackknife() -> None:
    rng = np.random.default_rng(3)
    profiles, groups = rng.dirichlet(np.ones(6), 17), np.array([0] * 7 + [1] * 10)
    mean = [profiles[groups == one].mean(axis=0) for one in (0, 1)]
    plain = jensenshannon(*mean, base=2) ** 2
    assert two_divergences(profiles, groups[None], "jensen_shannon", correct=False) == pytest.approx([plain])
    bias = 0.0
    for one in (0, 1):
        members = np.flatnonzero(groups == one)
        without = [
            jensenshannon(profiles[members[members != out]].mean(axis=0), mean[1 - one], base=2) ** 2
            for out in members
        ]
        bias += (len(members) - 1) * (np.mean(without) - plain)
    assert two_divergences(profiles, groups[None], "jensen_shannon") == pytest.approx([plain - bias])


def test_the_score_is_a_mean_of_normal_scores(technology: Technology) -> None:
    world = technology.world
    window = world.data.panel[world.data.panel["year"].between(2011, 2024)]
    means = []
    for column in ("internet_users", "gdp_per_head"):
        held = window.dropna(subset=[column])
        year = held.groupby("year")[column]
        means.append(
            pd.Series(ndtri(year.rank() / (year.transform("size") + 1)), held.index)
            .groupby(held["iso3"])
            .mean()
        )
    expected = pd.concat(means, axis=1).dropna().mean(axis=1)
    assert technology.score.to_dict() == pytest.approx(
        expected[expected.index.isin(world.placed.index)].to_dict()
    )
    split, axis = technology.positions["split"], technology.positions["axis"]
    assert abs(split.sum()) <= 1
    assert ((axis > 0) == (split > 0)).all()
    assert axis.abs().mean() == pytest.approx(1)


def test_states_are_counted_by_quadrant(technology: Technology) -> None:
    table, placed = technology.by_quadrant(), technology.world.placed["quadrant"]
    assert table["states"].to_dict() == placed.value_counts().to_dict()
    assert table[["high", "low"]].sum().sum() == len(technology.score)
    for quadrant, row in table.iterrows():
        own = technology.positions.loc[
            technology.positions.index.isin(placed.index[placed == quadrant]), "split"
        ]
        assert (row["high"], row["low"]) == ((own > 0).sum(), (own < 0).sum())
    # Counted apart from this library, on the tables that ship.
    assert table.loc["WS", ["known", "below"]].tolist() == [50, 23]


@pytest.mark.parametrize("by", ["split", "axis"])
def test_contrasts_equal_a_plain_loop(by: str, technology: Technology) -> None:
    world, table = technology.world, technology.contrasts(by)
    own = technology.counts.loc[technology.counts.index.intersection(world.placed.index)].sort_index()
    n, regions = own["relevant"], world.data.regions.loc[own.index]
    values, weights, _ = centred_shares(own[THREATS].to_numpy(dtype=float), n.to_numpy(dtype=float), regions)
    p, k = (world.placed.loc[own.index, axis].to_numpy(dtype=float) for axis in "pk")
    small = np.column_stack([np.ones_like(p), p, k, p * k])
    added = technology.positions.loc[own.index, by].to_numpy()
    moves = PermutationBank(99, 5)(volume_strata(n, world.data.regions)).moves
    drawn = np.abs(added_contrast(values, weights, small, added, moves).statistics)
    seen = np.abs(added_contrast(values, weights, small, added, np.arange(len(own))).statistics)[0]
    assert table.index.tolist() == THREATS
    assert table["p"].tolist() == pytest.approx(p_value(seen, drawn).tolist())
    assert table["p_adjusted"].tolist() == pytest.approx(false_discovery_control(table["p"]).tolist())
    # A logistic regression without deviations of states has estimates of the same sign where they are clear.
    for threat in THREATS:
        design = pd.get_dummies(regions, dtype=float).assign(p=p, k=k, pk=p * k, t=added / 2).to_numpy()
        y = own[threat].to_numpy(dtype=float)
        plain = sm.GLM(np.column_stack([y, n - y]), design, sm.families.Binomial()).fit()
        if abs(plain.tvalues[-1]) > 1.5:
            assert np.sign(plain.params[-1]) == np.sign(table.loc[threat, "estimate"])
    assert (table["low90"] < table["estimate"]).all()
    assert (table["estimate"] < table["high90"]).all()


def test_the_joint_test_is_that_of_a_rival(technology: Technology) -> None:
    found = technology.rival()
    assert found.comparison.index.tolist() == ["nothing", "quadrants", "rival", "both"]
    assert found.finding.n == len(technology.counts.index.intersection(technology.world.placed.index))
    assert 0 < found.finding.p <= 1
    assert "technology" in found.inflation.index


def test_within_quadrants(technology: Technology) -> None:
    table = technology.within_quadrants()
    assert table.index.tolist() == ["WW", "WS", "SW", "SS", "all"]
    assert table.loc["all", ["high", "low"]].tolist() == table.drop("all")[["high", "low"]].sum().tolist()
    few = table[["high", "low"]].min(axis=1) < 2
    assert table["distance"].isna().tolist() == few.tolist()
    known = table[~few]
    assert (known["distance"] <= known["uncorrected"]).all()
    assert known["p"].between(0, 1).all()
    # By hand, from the profiles of one quadrant.
    profiles, sample = technology.world.profiles
    own = profiles[(sample.placed["quadrant"] == "WS") & profiles.index.isin(technology.score.index)]
    high = technology.positions.loc[own.index, "split"] > 0
    by_hand = jensenshannon(own[high].mean(), own[~high].mean(), base=2)
    assert table.loc["WS", "uncorrected"] == pytest.approx(by_hand)
    # A resample is biased twice: for the states, as their own divergence is, and for what it was drawn from.
    bias = by_hand**2 - two_divergences(own.to_numpy(), high.to_numpy(dtype=int)[None], "jensen_shannon")[0]
    drawn = []
    for times in bootstrap_weights(high, technology.world.draws, technology.world.seed):
        one, other = (np.average(own[side], axis=0, weights=times[side]) for side in (high, ~high))
        drawn.append(np.sqrt(max(0, jensenshannon(one, other, base=2) ** 2 - 2 * bias)))
    assert table.loc["WS", ["low90", "high90"]].tolist() == pytest.approx(np.quantile(drawn, [0.05, 0.95]))


def sizes(made, worlds: int, draws: int, effect: float = 0.0) -> float:
    """Share of worlds with p below 1/20; technology goes with cohesion, and cohesion counts."""
    size = len(made.names)
    p, k = (made.placed[axis].to_numpy(dtype=float) for axis in "pk")
    small, added = np.column_stack([np.ones(size), p, k, p * k]), made.rng.normal(size=size) + k
    n = pd.Series(made.rng.geometric(0.3, size), made.names)
    moves = PermutationBank(draws, 1)(volume_strata(n, made.regions)).moves
    odds = -1 + 0.6 * k[:, None] + effect * added[:, None] + made.rng.normal(size=(size, worlds))
    y = made.rng.binomial(n.to_numpy()[:, None], expit(odds)).astype(float)
    values, weights, _ = centred_shares(y, n.to_numpy(dtype=float), made.regions)
    drawn = np.abs(added_contrast(values, weights, small, added, moves).statistics)
    seen = np.abs(added_contrast(values, weights, small, added, np.arange(size)).statistics)[0]
    return float((p_value(seen, drawn) < 0.05).mean())


def test_size_and_power(world) -> None:
    assert sizes(world(4, size=80), 200, 99) <= 0.05 + 3 * (0.05 * 0.95 / 200) ** 0.5
    assert sizes(world(4, size=80), 200, 99, effect=1.0) > 0.5


@pytest.mark.soak
def test_size_in_many_worlds(world) -> None:
    assert 0.035 < sizes(world(5, size=130), 2000, 499) < 0.065
