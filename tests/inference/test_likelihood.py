"""The likelihood of counts equals that of the rows, as statsmodels fits them, and says when it has no maximum."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from buzanlib.errors import BuzanError, EstimationError
from buzanlib.inference.contrasts import CODING
from buzanlib.inference.likelihood import AggregatedMultinomial, aggregate, separated

CLUSTERS, CELLS = 40, 12
SIZES = [
    1_000,
    10_000,
    pytest.param(100_000, marks=pytest.mark.slow),
    pytest.param(1_000_000, marks=pytest.mark.slow),
]
#: Three columns on twelve cells: far from saturated, one column without steps.
DESIGN = np.column_stack([np.ones(CELLS), np.resize([-1, 1], CELLS), np.linspace(-1, 1.5, CELLS)])


def world(seed: int, rows: int, categories: int) -> dict[str, np.ndarray]:
    """Codes of rows whose clusters differ more than their cells explain."""
    rng = np.random.default_rng(seed)
    clusters, cells = rng.integers(CLUSTERS, size=rows), rng.integers(CELLS, size=rows)
    own = rng.normal(0, 0.5, size=(CLUSTERS, categories))
    scores = (DESIGN @ rng.normal(0, 0.5, size=(3, categories)))[cells] + own[clusters]
    categories_ = (scores + rng.gumbel(size=scores.shape)).argmax(axis=1)
    return {"cells": cells, "categories": categories_, "clusters": clusters}


def count(codes: dict[str, np.ndarray], categories: int) -> np.ndarray:
    return aggregate(**codes, n_cells=CELLS, n_categories=categories, n_clusters=CLUSTERS)


@pytest.mark.parametrize("rows", SIZES)
def test_equals_mnlogit_with_clustered_errors(rows: int) -> None:
    codes = world(rows, rows, 4)
    fit = AggregatedMultinomial()(DESIGN, count(codes, 4))
    model = sm.MNLogit(codes["categories"], DESIGN[codes["cells"]])
    reference = model.fit(
        method="newton", tol=1e-10, disp=0, cov_type="cluster", cov_kwds={"groups": codes["clusters"]}
    )
    assert fit.coefficients == pytest.approx(reference.params, abs=1e-8)
    assert fit.errors == pytest.approx(reference.bse, abs=1e-8)
    assert fit.covariance == pytest.approx(reference.cov_params(), abs=1e-8)
    assert fit.nonrobust == pytest.approx(np.linalg.inv(-model.hessian(reference.params)), abs=1e-8)
    assert fit.loglike == pytest.approx(reference.llf, rel=1e-8)
    assert (fit.n, fit.n_clusters) == (rows, CLUSTERS)


@pytest.mark.parametrize("rows", SIZES)
def test_two_categories_equal_the_binomial_glm(rows: int) -> None:
    codes = world(rows + 1, rows, 2)
    fit = AggregatedMultinomial()(DESIGN, count(codes, 2))
    reference = sm.GLM(codes["categories"], DESIGN[codes["cells"]], family=sm.families.Binomial()).fit(
        tol=1e-12, tol_criterion="params", cov_type="cluster", cov_kwds={"groups": codes["clusters"]}
    )
    assert fit.coefficients[:, 0] == pytest.approx(reference.params, abs=1e-8)
    assert fit.errors[:, 0] == pytest.approx(reference.bse, abs=1e-8)
    assert fit.loglike == pytest.approx(reference.llf, rel=1e-8)


def test_aggregate_counts_as_a_loop_does() -> None:
    codes = world(3, 500, 3)
    expected = np.zeros((CLUSTERS, CELLS, 3))
    for cell, category, cluster in zip(*codes.values(), strict=True):
        expected[cluster, cell, category] += 1
    assert (count(codes, 3) == expected).all()
    narrow = {kind: code.astype(np.int8) for kind, code in codes.items()}
    assert (count(narrow, 3) == expected).all(), (
        "the place of a count must not overflow the type of the codes"
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cells": [0, 3]}, "codes of cell from 0 to 3; allowed: 0 to 2"),
        ({"clusters": [-1, 0]}, "codes of cluster from -1 to 0; allowed: 0 to 1"),
        ({"categories": [0, 0, 1]}, r"codes of \[2, 2, 3\] rows"),
    ],
)
def test_codes_out_of_range_are_told(change: dict[str, list[int]], message: str) -> None:
    codes = {"cells": [0, 1], "categories": [0, 1], "clusters": [0, 1], **change}
    with pytest.raises(EstimationError, match=message):
        aggregate(**codes, n_cells=3, n_categories=2, n_clusters=2)


@given(st.integers(0, 10**6), st.integers(2, 4))
def test_names_and_order_of_clusters_and_rows_do_not_matter(seed: int, categories: int) -> None:
    rng = np.random.default_rng(seed)
    codes = world(seed, 600, categories)
    plain = AggregatedMultinomial()(DESIGN, count(codes, categories))
    order = rng.permutation(600)
    renamed = {kind: code[order] for kind, code in codes.items()}
    renamed["clusters"] = rng.permutation(CLUSTERS)[renamed["clusters"]]
    other = AggregatedMultinomial()(DESIGN, count(renamed, categories))
    assert other.coefficients == pytest.approx(plain.coefficients, abs=1e-12)
    assert other.covariance == pytest.approx(plain.covariance, abs=1e-12)


@given(st.integers(0, 10**6))
def test_every_row_twice_doubles_the_log_likelihood(seed: int) -> None:
    counts = count(world(seed, 600, 3), 3)
    once, twice = AggregatedMultinomial()(DESIGN, counts), AggregatedMultinomial()(DESIGN, 2 * counts)
    assert twice.loglike == pytest.approx(2 * once.loglike, rel=1e-12)
    assert twice.coefficients == pytest.approx(once.coefficients, abs=1e-9)
    assert twice.nonrobust == pytest.approx(once.nonrobust / 2, rel=1e-6)
    # The clusters are as many as before: only the factor for the number of rows moves.
    factor = (1199 / 1194) / (599 / 594)
    assert twice.covariance == pytest.approx(factor * once.covariance, rel=1e-6)


def test_silent_clusters_and_empty_cells_do_not_matter() -> None:
    counts = count(world(5, 800, 3), 3)
    plain = AggregatedMultinomial()(DESIGN, counts)
    wider = np.zeros((CLUSTERS + 3, CELLS + 1, 3), dtype=np.int64)
    wider[3:, 1:] = counts
    padded = AggregatedMultinomial()(np.vstack([[1, 5, 5], DESIGN]), wider)
    assert padded.n_clusters == CLUSTERS
    assert padded.coefficients == pytest.approx(plain.coefficients, abs=1e-12)
    assert padded.covariance == pytest.approx(plain.covariance, abs=1e-12)


def test_another_base_gives_the_same_model() -> None:
    counts = count(world(6, 800, 3), 3)
    plain, turned = (
        AggregatedMultinomial()(DESIGN, counts),
        AggregatedMultinomial()(DESIGN, counts[..., [1, 0, 2]]),
    )
    assert turned.loglike == pytest.approx(plain.loglike, rel=1e-12)
    assert turned.coefficients[:, 0] == pytest.approx(-plain.coefficients[:, 0], abs=1e-9)
    assert turned.errors[:, 0] == pytest.approx(plain.errors[:, 0], rel=1e-8)


def test_a_rare_category_is_not_taken_for_a_missing_one() -> None:
    """One row in ten millions: so small a fitted probability that separation is asked for, and denied."""
    counts = np.full((2, 2, 2), 10**7)
    counts[:, 1, 1] = [1, 0]
    fit = AggregatedMultinomial(tolerance=1e-6)(np.array([[1.0, 0.0], [1.0, 1.0]]), counts)
    assert fit.coefficients[:, 0] == pytest.approx([0, np.log(1 / (2 * 10**7))], abs=1e-2)


@pytest.mark.parametrize("categories", [2, 4])
def test_the_penalty_adds_one_half_to_every_cell_of_a_saturated_design(categories: int) -> None:
    """Known in closed form, and finite although two cells are empty."""
    counts = np.random.default_rng(categories).integers(1, 30, size=(5, 4, categories))
    counts[:, 0, 1], counts[:, 2, 0] = 0, 0
    fit = AggregatedMultinomial(penalised=True)(CODING.T, counts)
    halves = counts.sum(axis=0) + 0.5
    expected = np.linalg.solve(CODING.T, np.log(halves[:, 1:] / halves[:, :1]))
    assert fit.coefficients == pytest.approx(expected, abs=1e-9)
    # By quadrant the variance of log odds is (1 / p + 1 / p0) / n.
    shares = halves / halves.sum(axis=1, keepdims=True)
    variance = (1 / shares[:, 1:] + 1 / shares[:, :1]) / counts.sum(axis=(0, 2))[:, None]
    assert fit.errors == pytest.approx(
        np.resize(np.sqrt(variance.sum(axis=0)) / 4, (4, categories - 1)), rel=1e-8
    )
    assert (fit.covariance == fit.nonrobust).all()


@pytest.mark.parametrize("categories", [2, 3])
def test_the_penalised_likelihood_is_at_its_top(categories: int) -> None:
    """Against the definition, row by row: log likelihood plus half the log determinant of the information."""
    codes = world(8, 60, categories)
    fit = AggregatedMultinomial(penalised=True)(DESIGN, count(codes, categories))

    def objective(flat: np.ndarray) -> float:
        coefficients = flat.reshape(3, categories - 1)
        value, information = 0.0, np.zeros((flat.size, flat.size))
        for cell, category in zip(codes["cells"], codes["categories"], strict=True):
            odds = np.exp(np.append(0, DESIGN[cell] @ coefficients))
            p = odds / odds.sum()
            value += np.log(p[category])
            spread = np.diag(p) - np.outer(p, p)
            information += np.kron(spread[1:, 1:], np.outer(DESIGN[cell], DESIGN[cell]))
        return value + np.linalg.slogdet(information)[1] / 2

    top = fit.coefficients.ravel()
    slopes = [(objective(top + step) - objective(top - step)) / 2e-5 for step in 1e-5 * np.eye(top.size)]
    assert slopes == pytest.approx([0] * top.size, abs=1e-6)
    rng = np.random.default_rng(1)
    assert all(objective(top + rng.normal(0, 0.1, top.size)) < objective(top) for _ in range(20))


def test_the_penalty_matters_less_with_more_rows() -> None:
    counts = count(world(9, 1000, 3), 3)
    gaps = []
    for times in (1, 100):
        plain = AggregatedMultinomial()(DESIGN, times * counts).coefficients
        gaps.append(
            np.abs(AggregatedMultinomial(penalised=True)(DESIGN, times * counts).coefficients - plain).max()
        )
    assert gaps[0] > 1e-3
    assert gaps[1] == pytest.approx(gaps[0] / 100, rel=0.1)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [([0, 0, 0, 1, 1, 1], True), ([0, 0, 0, 0, 1, 1], True), ([0, 1, 0, 0, 1, 1], False), ([0] * 6, True)],
    ids=["complete", "quasi", "overlap", "one outcome only"],
)
def test_separation_by_hand(outcome: list[int], expected: bool) -> None:
    x = np.array([1.0, 2.0, 3.0, 3.0, 4.0, 5.0])
    assert separated(np.column_stack([np.ones(6), x]), outcome) is expected


pairs = st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 2)), min_size=3, max_size=12)


def spans(rows: list[tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """Smallest and largest x by outcome."""
    values = {y: [x for x, other in rows if other == y] for _, y in rows}
    return {y: (min(xs), max(xs)) for y, xs in sorted(values.items())}


@given(pairs)
def test_one_column_separates_if_and_only_if_outcomes_do_not_overlap(rows: list[tuple[int, int]]) -> None:
    rows = [(x, min(y, 1)) for x, y in rows]
    if len({x for x, _ in rows}) == 1:
        return  # the column would follow from the constant
    found = list(spans(rows).values())
    apart = len(found) == 1 or found[0][1] <= found[1][0] or found[1][1] <= found[0][0]
    x, y = np.array(rows, dtype=float).T
    # The scale of a column is no matter.
    assert separated(np.column_stack([np.ones(len(x)), 1e-8 * x]), y) is apart


@given(pairs)
def test_one_column_separates_ordered_outcomes_if_and_only_if_all_stand_in_order(
    rows: list[tuple[int, int]],
) -> None:
    found = list(spans(rows).values())
    if len({x for x, _ in rows}) == 1 or len(found) < 3:
        return
    rising = all(low[1] <= high[0] for low, high in pairwise(found))
    falling = all(high[1] <= low[0] for low, high in pairwise(found))
    x, y = np.array(rows, dtype=float).T
    assert separated(x[:, None], y, ordered=True) is (rising or falling)


@given(st.lists(st.integers(0, 2), min_size=12, max_size=12))
def test_a_saturated_design_separates_if_and_only_if_a_cell_is_empty(flat: list[int]) -> None:
    counts = np.array(flat).reshape(4, 3)
    counts[:, 0] += 1  # every quadrant and, with the next line, every category is used
    counts[0] += 1
    quadrant, category = np.nonzero(counts)
    assert separated(CODING.T[quadrant], category) is bool((counts == 0).any())


SQUARE = np.array([[1.0, 0.0], [1.0, 1.0]])
FULL = np.array([[[5, 3], [2, 4]], [[1, 3], [3, 3]]])


@pytest.mark.parametrize("penalised", [False, True])
@pytest.mark.parametrize(
    ("design", "counts", "message"),
    [
        (SQUARE, FULL[0], r"counts of shape \(2, 2\); allowed: \(cells, k\) and \(clusters, cells"),
        (SQUARE[:1], FULL, r"a design of shape \(1, 2\)"),
        (SQUARE, FULL[..., :1], "at least 2 categories"),
        (SQUARE, FULL - 2, "negative or fractional; allowed: whole numbers"),
        (SQUARE, FULL / 2, "negative or fractional; allowed: whole numbers"),
        (SQUARE * np.nan, FULL, "the design is not finite"),
        (SQUARE, np.insert(FULL, 1, 0, axis=2), "category 1 is never used; drop it"),
        (np.ones((2, 2)), FULL, "the design has 2 columns but rank 1"),
        (np.array([[1, 1], [1, 1 + 1e-9]]), FULL, "the design has 2 columns but rank 1"),
        (np.array([[1, 0], [1, 0]]), FULL, "the design has 2 columns but rank 1"),
        (SQUARE, FULL * [[[1], [0]]], "2 columns but rank 1; .* or fill the empty cells"),
        (SQUARE, np.eye(2, dtype=int)[None], "2 rows for 2 coefficients"),
    ],
)
def test_what_cannot_be_estimated_is_told(
    design: np.ndarray, counts: np.ndarray, message: str, penalised: bool
) -> None:
    with pytest.raises(EstimationError, match=message):
        AggregatedMultinomial(penalised=penalised)(design, counts)


def test_separated_data_are_told() -> None:
    with pytest.raises(EstimationError, match=r"the data are separated.* or set penalised=True"):
        AggregatedMultinomial()(SQUARE, FULL * [[1, 1], [1, 0]])
    codes = world(10, 400, 3)
    counts = count(codes, 3)
    counts[:, DESIGN[:, 1] > 0, 2] = 0  # twelve cells, one direction
    with pytest.raises(EstimationError, match="the data are separated"):
        AggregatedMultinomial()(DESIGN, counts)
    assert np.isfinite(AggregatedMultinomial(penalised=True)(DESIGN, counts).errors).all()


def test_too_few_iterations_and_clusters_are_told() -> None:
    with pytest.raises(EstimationError, match="no convergence in 1 iterations; allow more, or scale"):
        AggregatedMultinomial(max_iterations=1)(SQUARE, FULL)
    with pytest.raises(EstimationError, match="1 cluster with a row; clustered errors need at least 2"):
        AggregatedMultinomial()(SQUARE, FULL[:1])
    with pytest.raises(BuzanError, match=r"tolerance 0.1 of a fit; allowed: above 0, at most 1e-6"):
        AggregatedMultinomial(tolerance=0.1)
    with pytest.raises(BuzanError, match="0 iterations of a fit; allowed: at least 1"):
        AggregatedMultinomial(max_iterations=0)


def test_where_a_full_step_overshoots_shorter_ones_are_taken() -> None:
    """Quadrupled, the counts of a design on which Newton's method without shorter steps does not converge."""
    design = np.array([[1.0, 23.0, 27.0], [1.0, -26.0, -5.0], [1.0, -30.0, -26.0], [1.0, -13.0, 4.0]])
    counts = np.array([[[6, 700], [80, 10000], [20, 50], [9000, 2]]]).repeat(4, axis=0)
    fit = AggregatedMultinomial()(design, counts)
    pooled = counts.sum(axis=0)
    fitted = pooled.sum(axis=1) / (1 + np.exp(-design @ fit.coefficients[:, 0]))
    assert design.T @ (pooled[:, 1] - fitted) == pytest.approx(np.zeros(3), abs=1e-6)


def test_rounding_of_the_log_likelihood_of_a_billion_rows_is_not_taken_for_a_step_down() -> None:
    counts = count(world(32, 600, 3), 3) * 10 ** np.random.default_rng(32).integers(3, 8, size=(1, CELLS, 1))
    assert AggregatedMultinomial()(DESIGN, counts).n == counts.sum() > 10**9


@given(st.integers(0, 10**6))
def test_there_is_a_fit_if_and_only_if_the_data_are_not_separated(seed: int) -> None:
    """Sparse counts, a third of them separated."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(0.3, size=(3, CELLS, 2))
    counts[:2, 0] += 1
    cell, category = np.nonzero(counts.sum(axis=0))
    if np.linalg.matrix_rank(DESIGN[cell]) < 3:
        return
    if separated(DESIGN[cell], category):
        with pytest.raises(EstimationError, match="the data are separated"):
            AggregatedMultinomial()(DESIGN, counts)
    else:
        assert (AggregatedMultinomial()(DESIGN, counts).errors < 100).all()
