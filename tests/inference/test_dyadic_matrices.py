"""Dyads: plain loops, statsmodels and brute force say the same; null worlds are rejected as often as they should."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, t

from buzanlib.errors import BuzanError, EstimationError, UnknownNameError
from buzanlib.inference.dyadic_matrices import (
    against_other_dyads,
    agreement,
    block_means,
    distance,
    euclidean,
    pair_means,
    pair_of,
    positions,
    same,
    with_dyads,
)
from buzanlib.inference.mrqap import mantel, mrqap
from buzanlib.theory.vocabulary import Quadrant

World = tuple[pd.DataFrame, dict[str, pd.DataFrame]]


def names(size: int) -> pd.Index:
    return pd.Index([f"S{i:03d}" for i in range(size)], name="iso3")


def bank(size: int, draws: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).permuted(np.tile(np.arange(size), (draws, 1)), axis=1)


def symmetric(rng: np.random.Generator, size: int) -> pd.DataFrame:
    values = rng.normal(size=(size, size))
    return pd.DataFrame(values + values.T, index=names(size), columns=names(size))


def world(seed: int, size: int = 12, effect: float = 0.0, unknown: float = 0.0) -> World:
    """Distances between states as outcome and predictors: all dyads of a state resemble each other.

    The control lies behind both the outcome and the other predictor; `effect` is that of the predictor itself.
    """
    rng = np.random.default_rng(seed)

    def gaps() -> pd.DataFrame:
        return distance(pd.Series(rng.normal(size=size), index=names(size)))

    control = gaps()
    predictor = gaps() + 0.7 * control
    outcome = 2 * gaps() + control + effect * predictor + 0.2 * symmetric(rng, size)
    hidden = np.triu(rng.random((size, size)) < unknown, 1)
    outcome = outcome.mask(hidden | hidden.T)
    return outcome, {"predictor": predictor, "control": control}


def hide(matrix: pd.DataFrame, value: float = np.nan) -> None:
    matrix.loc["S002", "S005"] = matrix.loc["S005", "S002"] = value


def vector(matrix: pd.DataFrame) -> np.ndarray:
    return matrix.to_numpy()[np.triu_indices(len(matrix), 1)]


def least_squares(
    outcome: pd.DataFrame, predictors: dict[str, pd.DataFrame]
) -> sm.regression.linear_model.RegressionResults:
    design = pd.DataFrame({name: vector(matrix) for name, matrix in predictors.items()})
    return sm.OLS(vector(outcome), sm.add_constant(design), missing="drop").fit()


# Matrices


def test_absence_is_missing_and_abstention_half_way() -> None:
    votes = pd.DataFrame(
        [
            (1, "B", "no"),
            (1, "A", "yes"),
            (2, "A", "abstain"),
            (2, "B", "absent"),
            (3, "C", "yes"),
            (2, "C", "no"),
        ],
        columns=["rcid", "iso3", "vote"],
    )
    found = positions(votes, [2, 1])
    expected = pd.DataFrame(
        {2: [0.5, np.nan, 0.0], 1: [1.0, 0.0, np.nan]},
        index=pd.Index(["A", "B", "C"], name="iso3"),
    ).rename_axis(columns="rcid")
    pd.testing.assert_frame_equal(found, expected)
    with pytest.raises(UnknownNameError, match="unknown roll call 4; allowed: '1', '2', '3'"):
        positions(votes, [1, 4])
    with pytest.raises(UnknownNameError, match="unknown vote 'Yes'; nearest allowed: 'yes'"):
        positions(votes.replace("yes", "Yes"), [1])


def test_agreement_counts_shared_roll_calls_only() -> None:
    stood = pd.DataFrame(
        [[1, 1, 0.5], [1, 0, np.nan], [np.nan, np.nan, 0], [0, 1, 0.5]], index=list("ABCD"), columns=[1, 2, 3]
    )
    found = agreement(stood)
    assert found.loc["A"].tolist() == pytest.approx([1, 1 / 2, 1 / 2, 2 / 3])
    assert np.isnan(found.loc["B", "C"])
    assert agreement(stood, minimum=2).loc["A"].isna().tolist() == [False, False, True, False]
    with pytest.raises(BuzanError, match="minimum of 0 shared roll calls; allowed: at least 1"):
        agreement(stood, minimum=0)


@given(st.integers(0, 500))
def test_laws_of_agreement(seed: int) -> None:
    """It is symmetric and within bounds; polarity of roll calls and order of states do not matter."""
    rng = np.random.default_rng(seed)
    stood = pd.DataFrame(rng.choice([0, 0.5, 1, np.nan], size=(7, 5)), index=names(7))
    found = agreement(stood)
    pd.testing.assert_frame_equal(found, found.T, check_names=False)
    assert ((found >= 0) & (found <= 1) | found.isna()).all(axis=None)
    order = rng.permutation(stood.index)
    flipped = stood.where(np.tile(rng.random(5) < 0.5, (7, 1)), 1 - stood)
    pd.testing.assert_frame_equal(agreement(flipped.loc[order]), found.loc[order, order])


def test_controls() -> None:
    index = list("ABC")
    assert same(pd.Series(["x", "y", "x"], index=index)).loc["A"].tolist() == [1, 0, 1]
    unlabelled = same(pd.Series(["x", None, "x"], index=index))
    assert unlabelled.loc["A", "C"] == 1
    assert unlabelled["B"].isna().all()
    assert distance(pd.Series([1.0, 4.0, np.nan], index=index)).loc["B"].tolist() == pytest.approx(
        [3, 0, np.nan], nan_ok=True
    )
    points = pd.DataFrame({"power": [0.0, 3, 0], "cohesion": [0.0, 4, 1]}, index=index)
    assert euclidean(points).loc["A"].tolist() == pytest.approx([0, 5, 1])


def test_pairs_of_quadrants() -> None:
    quadrants = pd.Series(["SW", "WS", "WS", "SS", None], index=list("ABCDE"))
    across = pair_of(quadrants, "SW", "WS")
    assert across.loc["A"].tolist() == pytest.approx([0, 1, 1, 0, np.nan], nan_ok=True)
    assert across.loc["B"].tolist() == pytest.approx([1, 0, 0, 0, np.nan], nan_ok=True)
    assert pair_of(quadrants, "WS", "WS").loc["B", ["A", "C", "D"]].tolist() == [0, 1, 0]
    with pytest.raises(UnknownNameError, match="unknown quadrant 'SX'"):
        pair_of(quadrants, "SX", "WS")


@given(st.integers(0, 500))
def test_means_by_kind_of_dyad(seed: int) -> None:
    rng = np.random.default_rng(seed)
    outcome, _ = world(seed, unknown=0.2)
    quadrants = pd.Series(rng.choice([*map(str, Quadrant), None], size=12), index=outcome.index)
    table = pair_means(outcome, quadrants)
    assert len(table) == 10
    kinds: dict[str, list[float]] = {pair: [] for pair in table.index}
    for a, b in combinations(outcome.index, 2):
        if quadrants[[a, b]].notna().all() and not np.isnan(outcome.loc[a, b]):
            kinds["-".join(sorted(quadrants[[a, b]]))].append(outcome.loc[a, b])
    assert table["dyads"].to_dict() == {pair: len(values) for pair, values in kinds.items()}
    for pair, values in kinds.items():
        assert table.loc[pair, "mean"] == pytest.approx(np.mean(values) if values else np.nan, nan_ok=True)


def test_means_of_many_placements_equal_one_at_a_time() -> None:
    outcome, _ = world(2, unknown=0.1)
    codes = np.random.default_rng(2).integers(0, 4, size=12)[bank(12, 15)]
    means, dyads = block_means(outcome, codes)
    for row, code in enumerate(codes):
        table = pair_means(
            outcome, pd.Series([list(map(str, Quadrant))[c] for c in code], index=outcome.index)
        )
        rows, columns = np.triu_indices(4)
        assert means[row, rows, columns] == pytest.approx(table["mean"].to_numpy(), nan_ok=True)
        assert dyads[row, rows, columns].tolist() == table["dyads"].tolist()
        assert (dyads[row] == dyads[row].T).all()


# Mantel


@pytest.mark.parametrize("unknown", ["neither", "y", "x"])
def test_mantel_equals_numpy_and_a_plain_loop(unknown: str) -> None:
    y, predictors = world(4, effect=0.5)
    x, moves = predictors["predictor"], bank(12, 60)
    holes = world(4, unknown=0.15)[0].isna()
    x, y = x.mask(holes & (unknown == "x")), y.mask(holes & (unknown == "y"))
    known = ~np.isnan(vector(x) + vector(y))
    r, p = mantel(x, y, moves)
    assert r == pytest.approx(np.corrcoef(vector(x)[known], vector(y)[known])[0, 1])
    filled = x.fillna(vector(x)[known].mean()).to_numpy()  # an unknown dyad gives the mean
    drawn = [
        np.corrcoef(filled[np.ix_(move, move)][np.triu_indices(12, 1)][known], vector(y)[known])[0, 1]
        for move in moves
    ]
    assert p == pytest.approx((1 + np.sum(np.array(drawn) >= r)) / 61)


def test_a_matrix_correlates_fully_with_itself() -> None:
    x = symmetric(np.random.default_rng(0), 9)
    assert mantel(x, x, bank(9, 99)) == pytest.approx((1, 1 / 100))
    assert mantel(-x, x, bank(9, 99)) == pytest.approx((-1, 1))


# MRQAP


@pytest.mark.parametrize("unknown", [0.0, 0.15])
@pytest.mark.parametrize("seed", range(3))
def test_coefficients_and_t_equal_statsmodels(seed: int, unknown: float) -> None:
    outcome, predictors = world(seed, effect=0.3, unknown=unknown)
    result = mrqap(outcome, predictors, bank(12, 1))
    reference = least_squares(outcome, predictors)
    assert result.table["coefficient"].to_numpy() == pytest.approx(reference.params[1:].to_numpy())
    assert result.table["t"].to_numpy() == pytest.approx(reference.tvalues[1:].to_numpy())
    assert result.n_dyads == reference.nobs
    assert result.n_states == 12


@pytest.mark.parametrize("unknown", ["none", "outcome", "predictor", "third"])
def test_every_draw_equals_a_plain_loop(unknown: str) -> None:
    outcome, predictors = world(5, size=9, effect=0.3)
    predictors["third"] = symmetric(np.random.default_rng(5), 9)
    holes = world(5, size=9, unknown=0.15)[0].isna()
    assert 2 <= vector(holes).sum() <= 9
    outcome = outcome.mask(holes & (unknown == "outcome"))
    predictors = {name: matrix.mask(holes & (unknown == name)) for name, matrix in predictors.items()}
    moves, upper = bank(9, 70), np.triu_indices(9, 1)
    result = mrqap(outcome, predictors, moves)
    known = ~np.isnan(vector(outcome) + sum(vector(matrix) for matrix in predictors.values()))
    assert result.n_dyads == known.sum()
    for name, matrix in predictors.items():
        design = sm.add_constant(
            np.column_stack([vector(values) for other, values in predictors.items() if other != name])
        )
        left_out = sm.OLS(vector(matrix)[known], design[known]).fit()
        residuals = np.zeros((9, 9))
        # Of a dyad whose outcome alone is unknown there are residuals; where a predictor is, they are zero.
        residuals[upper] = np.nan_to_num(vector(matrix) - design @ left_out.params)
        residuals += residuals.T
        drawn = []
        for move in moves:
            permuted = np.column_stack([residuals[np.ix_(move, move)][upper], design])[known]
            drawn.append(sm.OLS(vector(outcome)[known], permuted).fit().tvalues[0])
        assert result.null[name].to_numpy() == pytest.approx(np.array(drawn))
        row, null = result.table.loc[name], np.array(drawn)
        assert row["p_greater"] == pytest.approx((1 + np.sum(null >= row["t"])) / 71)
        assert row["p_less"] == pytest.approx((1 + np.sum(null <= row["t"])) / 71)
        assert row["p_two_sided"] == pytest.approx((1 + np.sum(np.abs(null) >= abs(row["t"]))) / 71)


@pytest.mark.parametrize("unknown", [0.0, 0.15])
def test_errors_equal_a_double_loop_over_dyads(unknown: float) -> None:
    outcome, predictors = world(6, size=14, unknown=unknown)
    table = mrqap(outcome, predictors, bank(14, 1)).table
    fit = least_squares(outcome, predictors)
    dyads = [
        pair
        for pair, value in zip(combinations(range(14), 2), vector(outcome), strict=True)
        if not np.isnan(value)
    ]
    scores = fit.model.exog * np.asarray(fit.resid)[:, None]
    meat = np.zeros((3, 3))
    for a, first in zip(dyads, scores, strict=True):
        for b, second in zip(dyads, scores, strict=True):
            if set(a) & set(b):
                meat += np.outer(first, second)
    bread = np.asarray(fit.normalized_cov_params)
    variance = np.diag(bread @ meat @ bread)[1:]
    assert (variance > 0).all()
    assert table["se"].to_numpy() == pytest.approx(np.sqrt(variance))
    assert (table["high90"] - table["low90"]).to_numpy() == pytest.approx(
        2 * t.ppf(0.95, 13) * table["se"].to_numpy()
    )
    assert ((table["high90"] + table["low90"]) / 2).to_numpy() == pytest.approx(
        table["coefficient"].to_numpy()
    )


def test_a_negative_estimate_of_the_variance_gives_no_interval() -> None:
    """Four states and scores that cancel within each of them: only the products of dyads with themselves remain."""
    index = list("ABCD")
    ring = pd.DataFrame(0.0, index=index, columns=index)
    for a, b in ("AB", "BC", "CD", "DA"):
        ring.loc[a, b] = ring.loc[b, a] = 1
    sides = pd.DataFrame(0.0, index=index, columns=index)
    for a, b, value in (("A", "B", 1), ("B", "C", -1), ("C", "D", 1), ("D", "A", -1)):
        sides.loc[a, b] = sides.loc[b, a] = value
    row = mrqap(sides, {"ring": ring}, bank(4, 5)).table.loc["ring"]
    assert row["coefficient"] == pytest.approx(0)
    assert row[["se", "low90", "high90"]].isna().all()
    assert row["p_two_sided"] == 1


@given(st.integers(0, 200))
def test_the_order_of_states_and_the_scale_of_matrices_do_not_matter(seed: int) -> None:
    outcome, predictors = world(seed, size=10, effect=0.2, unknown=0.05)
    moves = bank(10, 50)
    plain = mrqap(outcome, predictors, moves)
    order = np.random.default_rng(seed).permutation(10)
    place = np.argsort(order)
    moved = mrqap(
        100 - 3 * outcome.iloc[order, order],
        {name: 7 + 2 * matrix.iloc[order, order] for name, matrix in predictors.items()},
        place[moves[:, order]],
    )
    assert moved.null.to_numpy() == pytest.approx(-plain.null.to_numpy())
    assert moved.table["coefficient"].to_numpy() == pytest.approx(
        -1.5 * plain.table["coefficient"].to_numpy()
    )
    assert moved.table["se"].to_numpy() == pytest.approx(1.5 * plain.table["se"].to_numpy(), nan_ok=True)
    assert moved.table["p_less"].to_numpy() == pytest.approx(plain.table["p_greater"].to_numpy())


def test_a_focal_predictor_is_tested_alone() -> None:
    outcome, predictors = world(7, effect=0.3)
    every, one = (mrqap(outcome, predictors, bank(12, 99), focal) for focal in (None, "predictor"))
    pd.testing.assert_series_equal(one.table.loc["predictor"], every.table.loc["predictor"])
    pd.testing.assert_frame_equal(one.null, every.null[["predictor"]])
    tested = [column for column in one.table if column.startswith("p_")]
    assert one.table.loc["control", tested].isna().all()
    assert one.table.drop(columns=tested).equals(every.table.drop(columns=tested))
    with pytest.raises(UnknownNameError, match="unknown predictor 'controls'; nearest allowed: 'control'"):
        mrqap(outcome, predictors, bank(12, 9), "controls")


def test_an_unknown_dyad_is_not_counted() -> None:
    outcome, predictors = world(8, effect=0.3)
    hide(outcome)
    plain = mrqap(outcome, predictors, bank(12, 99))
    assert plain.n_dyads == 65
    unknown = {name: matrix.copy() for name, matrix in predictors.items()}
    hide(unknown["control"])
    found = mrqap(outcome, unknown, bank(12, 99))
    fitted = ["coefficient", "se", "low90", "high90", "t"]
    pd.testing.assert_frame_equal(found.table[fitted], plain.table[fitted])
    # Where a predictor is unknown, it does not matter in the least what the other matrices say.
    other = {name: matrix.copy() for name, matrix in unknown.items()}
    hide(other["predictor"], 99.0)
    pd.testing.assert_frame_equal(mrqap(outcome, other, bank(12, 99)).null, found.null)


def test_a_planted_effect_is_found() -> None:
    outcome, predictors = world(9, size=40, effect=1.0, unknown=0.05)
    row = mrqap(outcome, predictors, bank(40, 499)).table.loc["predictor"]
    assert row["p_greater"] < 0.01
    assert row["low90"] > 0
    assert row["low90"] < 1 < row["high90"]


def test_an_outcome_made_of_one_predictor_is_as_clear_as_can_be() -> None:
    _, predictors = world(10)
    table = mrqap(2 * predictors["control"], predictors, bank(12, 99)).table
    assert table["coefficient"].tolist() == pytest.approx([0, 2], abs=1e-12)
    assert table.loc["control", "p_greater"] == pytest.approx(1 / 100)
    assert table.loc["control", "t"] > 1e4
    assert abs(table.loc["predictor", "t"]) < 1e-3


@pytest.mark.parametrize("unknown", [0.0, 0.1])
def test_null_worlds_are_rejected_at_the_nominal_rate(unknown: float) -> None:
    """Where all dyads of a state resemble each other; least squares, which takes them as unrelated, finds too much."""
    worlds, permuted, naive = 200, 0, 0
    for seed in range(worlds):
        outcome, predictors = world(5000 + seed, size=20, unknown=unknown)
        result = mrqap(outcome, predictors, bank(20, 199, seed), "predictor")
        permuted += bool(result.table.loc["predictor", "p_two_sided"] <= 0.05)
        naive += bool(least_squares(outcome, predictors).pvalues["predictor"] <= 0.05)
    low, high = binom.ppf([0.001, 0.999], worlds, 0.05)
    assert low <= permuted <= high
    assert naive > high


# What cannot be estimated


def test_bad_matrices_are_named() -> None:
    outcome, predictors = world(11, size=6)
    fit, moves = mrqap, bank(6, 9)
    crooked = outcome.copy()
    crooked.loc["S001", "S004"] += 1
    with pytest.raises(
        EstimationError, match="outcome is not symmetric: S001 with S004 is not S004 with S001"
    ):
        fit(crooked, predictors, moves)
    with pytest.raises(EstimationError, match="predictor 'control' is not symmetric: S001 with S004"):
        fit(outcome, {**predictors, "control": crooked}, moves)
    for other in (outcome.iloc[:5, :5], outcome.iloc[::-1, ::-1], outcome.iloc[:, :5]):
        with pytest.raises(EstimationError, match=r"predictor 'x' is of shape .* the 6 states of outcome"):
            fit(outcome, {"x": other}, moves)
    with pytest.raises(EstimationError, match="outcome holds an infinite value"):
        fit(outcome / 0, predictors, moves)
    with pytest.raises(EstimationError, match="no predictor of the dyads; allowed: at least one"):
        fit(outcome, {}, moves)
    with pytest.raises(EstimationError, match=r"bank of shape \(9, 5\) for 6 states"):
        fit(outcome, predictors, bank(5, 9))


def test_too_little_to_fit_is_told() -> None:
    outcome, predictors = world(12, size=6)
    small = {name: matrix.iloc[:3, :3] for name, matrix in predictors.items()}
    with pytest.raises(EstimationError, match="3 states; permuting matrices needs at least 4"):
        mrqap(outcome.iloc[:3, :3], small, bank(3, 9))
    rng = np.random.default_rng(0)
    four = {f"x{number}": symmetric(rng, 4) for number in range(5)}
    with pytest.raises(EstimationError, match="6 known dyads; allowed: more than 6 coefficients"):
        mrqap(symmetric(rng, 4), four, bank(4, 9))
    alone = outcome.copy()
    alone.loc[["S002", "S004"]] = np.nan
    alone.loc[:, ["S002", "S004"]] = np.nan
    with pytest.raises(EstimationError, match="no known dyad of S002, S004; leave out"):
        mrqap(alone, predictors, bank(6, 9))


def test_what_does_not_vary_or_repeats_another_is_told() -> None:
    outcome, predictors = world(13, size=6)
    fit, moves = mrqap, bank(6, 9)
    flat = pd.DataFrame(0.1, index=outcome.index, columns=outcome.index)
    with pytest.raises(EstimationError, match="outcome has the same value in all 15 known dyads"):
        fit(flat, predictors, moves)
    with pytest.raises(EstimationError, match="predictor 'flat' has the same value"):
        fit(outcome, {"flat": flat}, moves)
    mixed = 3 * predictors["predictor"] - predictors["control"] + 1
    with pytest.raises(EstimationError, match="predictor 'mixed' is a linear combination of those before"):
        fit(outcome, {**predictors, "mixed": mixed}, moves)
    with pytest.raises(EstimationError, match="x has the same value"):
        mantel(flat, outcome, moves)


def test_states_without_a_dyad_that_all_matrices_know_are_left_out() -> None:
    one = pd.DataFrame(1.0, names(5), names(5))
    other = one.drop("S004").drop(columns="S004")
    one.loc["S000", ["S001", "S002"]] = one.loc[["S001", "S002"], "S000"] = np.nan
    other.loc["S000", "S003"] = other.loc["S003", "S000"] = np.nan
    # S000 shares a dyad with each of the others in one matrix or the other, but in both with none.
    assert with_dyads([one, other]) == ["S001", "S002", "S003"]
    assert with_dyads([one]) == list(names(5))


def test_one_kind_of_dyads_against_all_others() -> None:
    by_kind = pd.DataFrame(
        {"mean": [0.2, 0.5, 0.8, np.nan], "dyads": [4, 3, 1, 0]}, ["SS-WS", "SW-WW", "WW-WW", "SS-SS"]
    )
    assert against_other_dyads(by_kind, "SS-WS") == pytest.approx(0.2 - (3 * 0.5 + 0.8) / 4)
