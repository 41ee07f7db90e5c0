"""The test of Table 2: planted and null worlds, an independent refit, and relabelling."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import binom

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import empirical_logit
from buzanlib.inference.permutation import PermutationBank
from buzanlib.inference.placed_sample import Sample, quadrant_codes
from buzanlib.inference.table2 import PLACES, QuadrantTest
from buzanlib.theory.predictions import Predictions, load_predictions
from buzanlib.theory.vocabulary import TABLE2_THREATS, Quadrant

THREATS = [threat.value for threat in TABLE2_THREATS]
REGIONS = 5


@pytest.fixture(scope="module")
def predictions(data_dir: Path) -> Predictions:
    return load_predictions(data_dir)


def sample(
    table: pd.DataFrame, placed: pd.DataFrame, regions: pd.Series, draws: int = 19, seed: int = 0
) -> Sample:
    return Sample.of(table, placed, PermutationBank(draws, seed)(regions))


def world(
    seed: int, gap: float, size: int = 150, regional: float = 0.0, few: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """States that follow Table 2 by `gap` on the logit scale, or not at all.

    With `regional` above zero regions differ both in cohesion and in what their states speak of.
    """
    rng = np.random.default_rng(seed)
    names = pd.Index([f"S{i:03d}" for i in range(size)], name="iso3")
    region = rng.integers(0, REGIONS, size=size)
    lean = np.linspace(-1, 1, REGIONS)[region] * regional
    p = np.where(rng.normal(size=size) > 0, 1, -1)
    k = np.where(lean + rng.normal(size=size) > 0, 1, -1)
    cell = np.column_stack([k < 0, p < 0, p == k])
    tendency = -0.8 + gap * cell + rng.normal(0, 0.5, size=(size, 3)) - 1.2 * lean[:, None]
    relevant = rng.geometric(0.35, size=size) if few else rng.integers(2, 12, size=size)
    counts = rng.binomial(relevant[:, None], 1 / (1 + np.exp(-tendency)))
    table = pd.DataFrame(np.column_stack([relevant, counts]), index=names, columns=["relevant", *THREATS])
    placed = pd.DataFrame({"p": p, "k": k}, index=names)
    return table, placed, pd.Series(region.astype(str), index=names)


def test_a_planted_world_is_found(predictions: Predictions) -> None:
    result = QuadrantTest(predictions)(sample(*world(1, gap=1.5), draws=499))
    assert list(result.table["verdict"]) == ["supported"] * 3
    assert result.rank == 1
    assert result.joint.p == pytest.approx(1 / 500)
    assert result.finding == "fits better than chance"


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_world_is_found_from_few_passages_and_under_regional_dependence(
    seed: int, predictions: Predictions
) -> None:
    """As many states, and as few passages, as the General Debate gives: most have one or two."""
    table, placed, regions = world(seed, gap=2.5, size=134, regional=0.5, few=True)
    assert table["relevant"].median() <= 2
    result = QuadrantTest(predictions)(sample(table, placed, regions, draws=299, seed=seed))
    assert list(result.table["verdict"]) == ["supported"] * 3


def test_a_world_that_is_table2_and_nothing_else_is_as_clear_as_can_be(predictions: Predictions) -> None:
    """No spread at all within quadrants: the errors are zero, and the statistics must not be."""
    cells = [(q.power, q.cohesion) for q in Quadrant for _ in range(4)]
    placed = pd.DataFrame(cells, columns=["p", "k"], index=[f"S{i:02d}" for i in range(16)])
    table = pd.DataFrame(
        {
            "relevant": 5,
            "pol": 5 * (placed["k"] < 0),
            "inf": 5 * (placed["p"] < 0),
            "cri": 5 * (placed["p"] == placed["k"]),
        }
    )
    result = QuadrantTest(predictions)(sample(table, placed, pd.Series("one", index=placed.index), draws=999))
    assert list(result.table["verdict"]) == ["supported"] * 3
    assert result.joint.p == pytest.approx(1 / 1000)
    assert list(result.table["se"]) == pytest.approx([0] * 3, abs=1e-6)


@pytest.mark.soak
def test_where_the_powerful_speak_more_a_rare_threat_leans_towards_b2(predictions: Predictions) -> None:
    """A limit of the locked outcome, stated with the test: the null world itself is not centred at zero."""
    rng = np.random.default_rng(12)
    placed = pd.DataFrame({"p": [-1, 1] * 100, "k": [-1, -1, 1, 1] * 50}, index=[f"S{i}" for i in range(200)])
    regions = pd.Series("one", index=placed.index)

    def mean_contrast(strong: int) -> float:
        relevant = np.where(placed["p"] > 0, strong, 2)
        found = []
        for _ in range(40):
            counts = rng.binomial(relevant[:, None], [0.5, 0.1, 0.5], size=(200, 3))
            table = pd.DataFrame(np.column_stack([relevant, counts]), placed.index, ["relevant", *THREATS])
            result = QuadrantTest(predictions)(sample(table, placed, regions, draws=1))
            found.append(result.table.loc["B2", "contrast"])
        return float(np.mean(found))

    assert mean_contrast(strong=2) == pytest.approx(0, abs=0.1)
    assert mean_contrast(strong=6) > 0.3


def test_a_world_turned_round_is_contradicted(predictions: Predictions) -> None:
    result = QuadrantTest(predictions)(sample(*world(2, gap=-1.5), draws=199))
    assert list(result.table["verdict"]) == ["contradicted"] * 3
    assert result.rank > 12


@pytest.mark.soak
def test_null_worlds_are_supported_at_the_nominal_rate(predictions: Predictions) -> None:
    """Under regional dependence; permuting over all states instead would find far too much."""
    worlds, within, free = 250, 0, 0
    for seed in range(worlds):
        table, placed, regions = world(1000 + seed, gap=0.0, size=100, regional=1.0)
        result = QuadrantTest(predictions)(sample(table, placed, regions, draws=199, seed=seed))
        one = pd.Series("one", index=regions.index)
        within += bool((result.table["p_adjusted"] < predictions.alpha).any())
        everywhere = QuadrantTest(predictions)(sample(table, placed, one, draws=199, seed=seed))
        free += bool((everywhere.table["p_adjusted"] < predictions.alpha).any())
    low, high = binom.ppf([0.001, 0.999], worlds, predictions.alpha)
    assert low <= within <= high
    assert free > high


def test_equals_refitting_with_statsmodels(predictions: Predictions) -> None:
    table, placed, regions = world(3, gap=0.3, size=60)
    result = QuadrantTest(predictions)(sample(table, placed, regions, draws=20, seed=8))
    logits = empirical_logit(table[THREATS].to_numpy(), table[["relevant"]].to_numpy())

    def signed(p: np.ndarray, k: np.ndarray) -> list[float]:
        design = sm.add_constant(np.column_stack([p, k, p * k]))
        places = [(0, 2, -1), (1, 1, -1), (2, 3, 1)]
        return [s * sm.OLS(logits[:, t], design).fit(cov_type="HC3").tvalues[e] for t, e, s in places]

    p, k = placed["p"].to_numpy(), placed["k"].to_numpy()
    assert list(result.table["t"]) == pytest.approx(signed(p, k))
    refitted = [sum(signed(p[draw], k[draw])) for draw in PermutationBank(20, seed=8)(regions).moves]
    assert list(result.joint_null) == pytest.approx(refitted)

    def contrast(p: np.ndarray, k: np.ndarray) -> float:
        return -2 * sm.OLS(logits[:, 0], sm.add_constant(np.column_stack([p, k, p * k]))).fit().params[2]

    centre = np.mean([contrast(p[draw], k[draw]) for draw in PermutationBank(20, seed=8)(regions).moves])
    assert result.table.loc["B1", "centre"] == pytest.approx(centre)

    design = sm.add_constant(np.column_stack([p, k, p * k]))
    interval = 2 * sm.OLS(logits[:, 2], design).fit(cov_type="HC3", use_t=True).conf_int(alpha=0.10)[3]
    assert [result.table.loc["B3", "low90"], result.table.loc["B3", "high90"]] == pytest.approx(
        list(interval)
    )


@pytest.mark.parametrize(("turn_p", "turn_k"), [(1, -1), (-1, 1), (-1, -1)])
def test_relabelling_quadrants_permutes_results(turn_p: int, turn_k: int, predictions: Predictions) -> None:
    table, placed, regions = world(4, gap=0.6)
    plain = QuadrantTest(predictions)(sample(table, placed, regions, draws=99))
    relabelled = placed.assign(p=turn_p * placed["p"], k=turn_k * placed["k"])
    turned = QuadrantTest(predictions)(sample(table, relabelled, regions, draws=99))
    turns = {"power": turn_p, "cohesion": turn_k, "power:cohesion": turn_p * turn_k}
    signs = plain.effects["effect"].map(turns)
    assert list(turned.effects["contrast"]) == pytest.approx(list(signs * plain.effects["contrast"]))
    assert list(turned.table["se"]) == pytest.approx(list(plain.table["se"]))
    exchanged = {str(q): str(Quadrant.of(turn_p * q.power, turn_k * q.cohesion)) for q in Quadrant}
    assert turned.sizes.rename(exchanged).sort_index().equals(plain.sizes.sort_index())
    shares = [r.shares.set_index(["quadrant", "threat"])["share"] for r in (plain, turned)]
    renamed = shares[1].rename(exchanged, level="quadrant")
    pd.testing.assert_series_equal(shares[0].sort_index(), renamed.sort_index())


def test_assignments_of_cells_to_quadrants(predictions: Predictions) -> None:
    result = QuadrantTest(predictions)(sample(*world(5, gap=0.6), draws=19))
    assert len(result.assignments) == 24
    assert result.assignments["-".join(Quadrant)] == pytest.approx(result.joint_statistic)
    # Each threat stands with each sign on each effect equally often, so that the sums cancel.
    assert result.assignments.sum() == pytest.approx(0, abs=1e-9)
    assert result.assignments.is_monotonic_decreasing
    # Giving every quadrant the cell of the opposite one turns two threats round and leaves crime.
    t = result.table["t"]
    assert result.assignments["SS-SW-WS-WW"] == pytest.approx(t["B3"] - t["B1"] - t["B2"])


def test_what_regions_have_in_common_is_the_centre_of_permuted_contrasts(predictions: Predictions) -> None:
    """No quadrant differs, but regions of weak cohesion speak more of politics: exchanging within them keeps that."""
    table, placed, regions = world(10, gap=0.0, size=400, regional=2.0)
    found = QuadrantTest(predictions)(sample(table, placed, regions, draws=199)).table.loc["B1"]
    assert found["centre"] > 0.5
    assert found["contrast"] - found["centre"] == pytest.approx(0, abs=2.5 * found["se"])
    one = pd.Series("one", index=regions.index)
    free = QuadrantTest(predictions)(sample(table, placed, one, draws=199)).table.loc["B1"]
    assert free["centre"] == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ("WW-WS-SW-SS", "every quadrant has its own cell"),
        ("WW-WS-SS-SW", "SW has the cell of SS and SS that of SW"),
        ("WS-SW-WW-SS", "WW has the cell of WS, WS that of SW and SW that of WW"),
    ],
)
def test_the_best_assignment_is_told_in_words(order: str, words: str, predictions: Predictions) -> None:
    result = QuadrantTest(predictions)(sample(*world(5, gap=0.6), draws=1))
    best = pd.concat([pd.Series({order: 99.0}), result.assignments.drop(order)])
    assert replace(result, assignments=best).best == words
    assert replace(result, assignments=best).to_results()["B5.best"] == words


def test_shares_are_means_over_states(predictions: Predictions) -> None:
    table, placed, regions = world(6, gap=0.5)
    shares = QuadrantTest(predictions)(sample(table, placed, regions, draws=19)).shares
    inside = quadrant_codes(placed["p"], placed["k"]) == list(Quadrant).index(Quadrant.SW)
    expected = (table["pol"] / table["relevant"])[inside].mean()
    row = shares[(shares["quadrant"] == "SW") & (shares["threat"] == "pol")].iloc[0]
    assert row["share"] == pytest.approx(expected)
    assert row["low90"] < row["share"] < row["high90"]


def test_one_state_in_a_quadrant_decides_nothing(predictions: Predictions) -> None:
    table, placed, regions = world(7, gap=1.5)
    lone = (placed["p"] < 0) & (placed["k"] < 0)
    keep = ~lone | (placed.index == placed.index[lone][0])
    result = QuadrantTest(predictions)(sample(table[keep], placed, regions, draws=99))
    assert result.errors == "classical"
    assert list(result.table["verdict"]) == ["undecided"] * 3
    assert "quadrant WW holds 1" in result.note
    with pytest.raises(EstimationError, match="quadrant WW holds 0"):
        QuadrantTest(predictions)(sample(table[~lone], placed, regions, draws=9))


def test_only_placed_states_that_speak_are_tested(predictions: Predictions) -> None:
    table, placed, regions = world(8, gap=0.5)
    table.iloc[:5] = 0
    result = QuadrantTest(predictions)(sample(table, placed.iloc[:-7], regions, draws=9))
    assert result.sizes.sum() == len(table) - 5 - 7
    with pytest.raises(EstimationError, match="no state is both placed"):
        QuadrantTest(predictions)(sample(table * 0, placed, regions, draws=9))
    with pytest.raises(EstimationError, match="no group for S020"):
        QuadrantTest(predictions)(sample(table, placed, regions.drop("S020"), draws=9))


def test_results_carry_keys_prefix_and_lock(predictions: Predictions) -> None:
    result = QuadrantTest(predictions)(sample(*world(9, gap=0.5), draws=19))
    values = result.to_results(prefix="x.")
    for name, row in result.table.iterrows():
        own = [values[f"x.{name}.{column}"] for column in ("se", "t", "centre", "p")]
        assert own == row[["se", "t", "centre", "p"]].tolist()
    assert set(values) >= {
        f"x.{h}.{c}" for h in ("B1", "B2", "B3") for c in ("contrast", "low90", "high90", "p")
    }
    assert values["x.lock"] == predictions.sha256
    assert values["x.note"] == ""
    assert values["x.B1.verdict"] == result.table.loc["B1", "verdict"]


def test_the_largest_statistic_exceeds_the_threshold_as_often_as_the_level_says(
    predictions: Predictions,
) -> None:
    result = QuadrantTest(predictions)(sample(*world(11, gap=0.3, regional=1.0), draws=199))
    over = (result.null.max(axis=1) > result.threshold).mean()
    assert over == pytest.approx(predictions.alpha, abs=1 / 199)


def test_places_are_those_of_the_shares(predictions: Predictions) -> None:
    result = QuadrantTest(predictions)(sample(*world(12, gap=0.8), draws=19))
    places = result.places()
    for threat in THREATS:
        shares = result.shares[result.shares["threat"] == threat].set_index("quadrant")["share"]
        assert places[f"shares.{threat}.first"] == shares.idxmax()
        assert places[f"shares.{threat}.last.share"] == shares.min()
        assert places[f"shares.{threat}.second.share"] == sorted(shares)[-2]
        assert [places[f"said.{name}.{threat}"] for name in shares.index] == shares.tolist()
        order = shares.sort_values(ascending=False).index
        assert [places[f"shares.{threat}.{name}.place"] for name in order] == list(PLACES)
        given = [name for name, cell in predictions.table2.items() if threat in cell]
        assert places[
            f"shares.{threat}.given"
        ].startswith(  # type: ignore[union-attr]
            ("neither", "one", "both")[len({*given} & {*order[:2]})]
        )
