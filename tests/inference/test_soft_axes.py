"""Contrasts of fuzzy and continuous positions: a limit, statsmodels, sums by hand, simulated worlds."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.inference.contrasts import CODING, POSITION
from buzanlib.inference.estimator_simulation import ALPHA, Structure, Worlds
from buzanlib.inference.mixed_model import corner_model
from buzanlib.inference.permutation import PermutationBank, p_value
from buzanlib.inference.soft_axes import (
    Positions,
    contrasts_by_position,
    corner_regression,
    weighted_contrasts,
)
from buzanlib.inference.weighted_contrast import (
    Outcome,
    WeightedContrastTest,
    centred_shares,
    volume_strata,
    weighted_cells,
)

QUADRANTS = ["WW", "WS", "SW", "SS"]
Rates = dict[str, tuple[str, np.ndarray]]


@pytest.fixture(scope="module")
def rates(table2: dict[str, Outcome]) -> Rates:
    return {name: (one.column, one.weights) for name, one in table2.items()}


def spoken(made, size: int) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    """Passages of a small world, of which a state has one or some more."""
    n = made.rng.geometric(0.3, size)
    columns = {
        name: made.rng.binomial(n, share) for name, share in (("pol", 0.5), ("inf", 0.2), ("cri", 0.3))
    }
    return pd.DataFrame({"relevant": n, **columns}, index=made.names)


def soft(made, size: int) -> dict[str, Positions]:  # type: ignore[no-untyped-def]
    """Memberships and scores drawn at random."""
    scores = pd.DataFrame(made.rng.normal(size=(size, 2)), made.names, ["power", "cohesion"])
    strong = made.rng.uniform(size=(size, 2))
    weak = 1 - strong
    members = np.column_stack(
        [weak[:, 0] * weak[:, 1], weak[:, 0] * strong[:, 1], strong[:, 0] * weak[:, 1], strong.prod(axis=1)]
    )
    return {
        "fuzzy": Positions.fuzzy(pd.DataFrame(members, made.names, QUADRANTS)),
        "continuous": Positions.continuous(scores, scores * 0 + scores.median()),
    }


def test_hard_positions_are_the_primary_test(world, table2: dict[str, Outcome], rates: Rates) -> None:  # type: ignore[no-untyped-def]
    made = world(3, size=80)
    counts, bank = spoken(made, 80), PermutationBank(199, 5)
    old = WeightedContrastTest(199, 5)(counts, made.placed, made.regions, table2)
    new = weighted_contrasts(counts, Positions.hard(made.placed), made.regions, rates, bank)
    pd.testing.assert_frame_equal(new.table, old.table.drop(columns="effect"), rtol=1e-12)
    assert new.permuted == pytest.approx(old.permuted, rel=1e-12)
    assert (new.gate, new.gate_p) == pytest.approx((old.gate, old.gate_p), rel=1e-12)
    assert new.sizes.equals(old.sizes)


def test_fuzzy_means_and_variances_by_hand() -> None:
    """Two states half in each of two quadrants of weights 1 and 3: mean 3/4, n = 2, variance 9/64 as if whole."""
    values, weights = np.array([[0.0], [1.0]]), np.array([[1.0], [3.0]])
    whole, half = np.full((2, 4), 0.25), np.array([[0.5, 0.1, 0.2, 0.2], [0.25, 0.3, 0.2, 0.25]])
    cells = weighted_cells(values, weights, np.arange(2), whole)
    assert cells.means.ravel() == pytest.approx([0.75] * 4)
    assert cells.variances.ravel() == pytest.approx([9 / 64] * 4)
    # WW: w m = 1/2 and 3/4, mean 3/5; squares (1/4 9/25 + 9/16 4/25) / (25/16); n = (3/4)^2 / (5/16) = 9/5.
    with pytest.raises(EstimationError, match=r"quadrant WW holds 1\.8 of 2 states; .* at least 2"):
        weighted_cells(values, weights, np.arange(2), half)
    twice = weighted_cells(np.tile(values, (2, 1)), np.tile(weights, (2, 1)), np.array([0, 1, 0, 1]), half)
    spread = 2 * (9 / 100 + 9 / 100) / (5 / 2) ** 2
    assert twice.means[0, 0, 0] == pytest.approx(3 / 5)
    assert twice.variances[0, 0, 0] == pytest.approx(spread * 3.6 / 2.6)


def test_a_state_takes_its_whole_row_of_memberships(world, rates: Rates) -> None:  # type: ignore[no-untyped-def]
    """A plain loop over permutations, with every state's weights and memberships side by side."""
    made = world(4, size=60)
    counts, where = spoken(made, 60), soft(made, 60)["fuzzy"]
    result = weighted_contrasts(counts, where, made.regions, rates, PermutationBank(19, 5))
    n = counts["relevant"].to_numpy(dtype=float)
    y = counts[["pol", "inf", "cri"]].to_numpy(dtype=float)
    values, weights, _ = centred_shares(y, n, made.regions)
    moves = PermutationBank(19, 5)(volume_strata(counts["relevant"], made.regions)).moves
    assert where.memberships is not None
    for draw in range(19):
        members = where.memberships.to_numpy()[moves[draw]]
        for column, (_, quadrants) in enumerate(rates.values()):
            estimate = variance = 0.0
            for code in range(4):
                m, w, v = members[:, code], weights[:, column], values[:, column]
                mean = np.average(v, weights=w * m)
                size = m.sum() ** 2 / (m**2).sum()
                estimate += quadrants[code] * mean
                variance += (
                    quadrants[code] ** 2
                    * ((w * m * (v - mean)) ** 2).sum()
                    / (w * m).sum() ** 2
                    * size
                    / (size - 1)
                )
            assert result.permuted[draw, column] == pytest.approx(estimate / np.sqrt(variance), rel=1e-10)


def test_the_regression_equals_statsmodels(world) -> None:  # type: ignore[no-untyped-def]
    made = world(5, size=50)
    axes, weights = made.rng.normal(size=(50, 2)), made.rng.uniform(0.5, 4, (50, 2))
    values, moves = made.rng.normal(size=(50, 2)), np.stack([made.rng.permutation(50) for _ in range(3)])
    quadrants = np.column_stack([[-1 / 3, 1, -1 / 3, -1 / 3], [0, 1, 0, -1]])
    found = corner_regression(values, weights, axes, moves, quadrants)
    for draw, column in np.ndindex(3, 2):
        p, k = axes[moves[draw]].T
        design = np.column_stack([np.ones(50), p, k, p * k])
        fit = sm.WLS(values[:, column], design, weights[:, column]).fit(cov_type="HC1")
        corners = np.array([[1, a, b, a * b] for a in (-1, 1) for b in (-1, 1)])
        contrast = fit.t_test(quadrants[:, column] @ corners)
        assert found.estimates[draw, column] == pytest.approx(contrast.effect.item(), rel=1e-12)
        assert found.errors[draw, column] == pytest.approx(contrast.sd.item(), rel=1e-12)


def test_axes_that_cannot_be_told_apart_are_refused() -> None:
    one, quadrants = np.ones((8, 1)), np.array([[-1.0], [1], [0], [0]])
    line = np.column_stack([np.arange(8.0)] * 2)
    with pytest.raises(EstimationError, match="cannot be told apart on 8 states"):
        corner_regression(one, one, line, np.arange(8), quadrants)
    with pytest.raises(EstimationError, match="cannot be told apart on 4 states"):
        corner_regression(one[:4], one[:4], CODING[1:3].T, np.arange(4), quadrants)


def test_positions() -> None:
    scores = pd.DataFrame({"power": [-2.0, 0, 1, 5], "cohesion": [0.0, 1, 2, 3]}, list("abcd"))
    cut = pd.DataFrame([{"power": 0.5, "cohesion": 1.5}] * 4, scores.index)
    axes = Positions.continuous(scores, cut).axes
    assert axes["p"].tolist() == pytest.approx([-2.5 / 2, -0.25, 0.25, 4.5 / 2])
    assert axes.abs().mean().tolist() == [1, 1]
    with pytest.raises(EstimationError, match="threshold of cohesion"):
        Positions.continuous(scores.assign(cohesion=1.5), cut)
    members = pd.DataFrame([[0.1, 0.2, 0.3, 0.4]], ["a"], QUADRANTS)
    assert Positions.fuzzy(members).axes.loc["a"].tolist() == pytest.approx([0.4, 0.2])
    hard = Positions.hard(pd.DataFrame({"p": [-1, 1], "k": [1, 1]}, ["a", "b"]))
    assert hard.memberships is not None
    assert hard.memberships.loc["a"].tolist() == [0, 1, 0, 0]
    assert hard.among(pd.Index(["b"])).memberships.loc["b"].tolist() == [0, 0, 0, 1]  # type: ignore[union-attr]


def test_estimates_are_those_of_the_mixed_model(world, table2: dict[str, Outcome], rates: Rates) -> None:  # type: ignore[no-untyped-def]
    made = world(6, size=80)
    counts = spoken(made, 80)
    where = {"hard": Positions.hard(made.placed), **soft(made, 80)}
    rates = rates | {"one": ("pol", np.array([1.0, -1 / 3, -1 / 3, -1 / 3]))}
    table = contrasts_by_position(
        counts, where, made.regions, rates, PermutationBank(99, 5), {"B5": list(table2)}
    )
    assert table.index.to_list() == [(name, kind) for name in [*rates, "B5"] for kind in where]
    for name, outcome in table2.items():
        for kind, positions in where.items():
            model = corner_model(counts, outcome.column, positions.axes, made.regions)
            expected = model.contrast(outcome.effect, outcome.sign)
            assert table.loc[(name, kind), ["estimate", "low90", "high90"]].tolist() == pytest.approx(
                expected
            )
            result = weighted_contrasts(counts, positions, made.regions, rates, PermutationBank(99, 5))
            assert table.loc[(name, kind), "p"] == result.table["p"][name]
    for kind in where:
        mean = table.xs(kind, level="placement").loc[list(table2), "estimate"].mean()
        estimate, low, high = table.loc[("B5", kind), ["estimate", "low90", "high90"]].tolist()
        assert estimate == pytest.approx(mean)
        assert low < mean < high


def test_what_cannot_be_tested_is_named(world, table2: dict[str, Outcome]) -> None:  # type: ignore[no-untyped-def]
    made = world(7, size=40)
    counts, where, bank = spoken(made, 40), Positions.hard(made.placed), PermutationBank(9)
    with pytest.raises(EstimationError, match="at least one"):
        weighted_contrasts(counts, where, made.regions, {}, bank)
    with pytest.raises(UnknownNameError, match=r"'crime'.*'cri'"):
        weighted_contrasts(counts, where, made.regions, {"B3": ("crime", table2["B3"].weights)}, bank)


def sizes(  # type: ignore[no-untyped-def]
    made, outcomes: dict[str, Outcome], worlds: int, draws: int, contrast: float = 0.0
) -> pd.DataFrame:
    """Share of worlds in which each outcome has p below 1/20, by kind of position; truth is bilinear in the axes."""
    size = len(made.names)
    counts, where = spoken(made, size), soft(made, size)
    structure = Structure.of(counts, made.placed, made.regions, draws)
    drawn_worlds = Worlds.fitted(structure, outcomes)
    sample, shares = structure.within_strata, {}
    for kind, positions in where.items():
        own, found = positions.among(sample.counts.index), []
        p, k = own.axes.to_numpy(dtype=float).T
        effects = np.column_stack([p, k, p * k])
        for place, outcome in enumerate(outcomes.values()):
            slope = contrast * outcome.sign / 2 * effects[:, POSITION[outcome.effect] - 1]
            moved = Worlds(
                structure,
                {"one": outcome},
                drawn_worlds.centre[:, [place]] + slope[:, None],
                drawn_worlds.sd[[place]],
            )
            y = moved.draw(0.0, worlds, np.random.default_rng(11))[..., 0]
            values, weights, _ = centred_shares(y, structure.n, structure.regions)
            quadrants = np.repeat(outcome.weights[:, None], worlds, axis=1)
            tested = partial(own.contrasts, values, weights, quadrants=quadrants)
            drawn = sample.exchanged(lambda moves, tested=tested: tested(moves).statistics)
            seen = tested(np.arange(len(sample))[None]).statistics[0]
            found.append((p_value(seen, drawn) < ALPHA).mean())
        shares[kind] = found
    return pd.DataFrame(shares, list(outcomes))


def test_both_keep_their_size(world, table2) -> None:  # type: ignore[no-untyped-def]
    """Within three standard errors of chance of 1/20, for 100 worlds."""
    found = sizes(world(8, size=60), table2, worlds=100, draws=99)
    assert found.to_numpy().max() <= 0.05 + 3 * (0.05 * 0.95 / 100) ** 0.5
    strong = sizes(world(8, size=60), table2, worlds=50, draws=99, contrast=3.0)
    assert strong.to_numpy().min() > found.to_numpy().max()


@pytest.mark.soak
def test_both_keep_their_size_in_many_worlds(world, table2) -> None:  # type: ignore[no-untyped-def]
    found = sizes(world(9, size=130), table2, worlds=1000, draws=499)
    assert found.to_numpy().min() > 0.03, found
    assert found.to_numpy().max() < 0.072, found
