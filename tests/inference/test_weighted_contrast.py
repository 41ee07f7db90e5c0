"""The primary estimator of the second registration, held against values by hand and a plain loop."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.inference.permutation import PermutationBank
from buzanlib.inference.weighted_contrast import (
    Outcome,
    WeightedContrastTest,
    centred_shares,
    overdispersion,
    passage_weights,
    stratified,
    volume_strata,
    weighted_cells,
)

TEST = WeightedContrastTest(draws=99, seed=5)


def spoken(made, size: int) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    """Passages of a small world, of which a state has one or some more."""
    n = made.rng.geometric(0.3, size)
    columns = {
        name: made.rng.binomial(n, share) for name, share in (("pol", 0.5), ("inf", 0.1), ("cri", 0.3))
    }
    return pd.DataFrame({"relevant": n, **columns}, index=made.names)


def test_overdispersion_by_hand() -> None:
    """States of 3 and 1 of 4 differ as chance has it: 0 each. Those of 4, 0 and 2 of 4 give 3, 3 and -1; 5 of 15."""
    y, n = [3, 1, 4, 0, 2, 1], [4, 4, 4, 4, 4, 1]
    assert overdispersion(y, n, list("aabbbc")) == pytest.approx(1 / 3, abs=1e-15)


def test_a_lone_passage_tells_the_share_of_its_region_only() -> None:
    """The share of the region is 4/10 with it; states of 4/5 and of 0/4 differ from it by 4/10 each."""
    rho = overdispersion([4, 0, 0], [5, 4, 1], list("aaa"))
    assert rho == pytest.approx((5 * (0.16 / 0.24 - 1 / 5) + 4 * (0.16 / 0.24 - 1 / 4)) / 7)


def test_overdispersion_is_held_within_its_bounds() -> None:
    assert overdispersion([0, 0], [3, 3], list("aa")) == 0  # a share of 0 counts as .01
    assert overdispersion([1, 0], [1, 1], list("aa")) == 0  # lone passages say nothing of it
    both = overdispersion(np.column_stack([[3, 0], [1, 2]]), [3, 3], list("aa"))
    assert both.tolist() == [0.9, 0]


def test_weights_by_hand() -> None:
    assert passage_weights([1, 4, 10], 1 / 3).tolist() == pytest.approx([1, 2, 2.5])
    assert passage_weights([1, 4, 10], 0.0).tolist() == [1, 4, 10]


def test_shares_are_centred_on_the_weighted_mean_of_their_region() -> None:
    y, n = np.array([[3], [1], [4], [0], [2], [1]]), np.array([4.0, 4, 4, 4, 4, 1])
    values, weights, rho = centred_shares(y.astype(float), n, list("aabbbb"))
    assert weights[:, 0] == pytest.approx(n / (1 + (n - 1) * rho))
    share = y[:, 0] / n
    assert values[:2, 0] == pytest.approx([0.25, -0.25])
    assert values[2:, 0] == pytest.approx(share[2:] - np.average(share[2:], weights=weights[2:, 0]))


def test_weighted_means_and_variances_by_hand(table2: dict[str, Outcome]) -> None:
    """Values 0 and 1 with weights 1 and 3: mean 3/4, variance (9/16 + 9/16) / 16 * 2 = 9/64."""
    values, weights = np.tile([[0.0], [1.0]], (4, 1)), np.tile([[1.0], [3.0]], (4, 1))
    cells = weighted_cells(values, weights, np.repeat([0, 1, 2, 3], 2))
    assert cells.means.ravel() == pytest.approx([0.75] * 4)
    assert cells.variances.ravel() == pytest.approx([9 / 64] * 4)
    found = cells.contrast(table2["B1"].weights)
    assert found.estimates == pytest.approx(np.zeros((1, 1)))
    assert found.errors == pytest.approx(np.full((1, 1), 3 / 8))


def test_the_corner_contrast_is_of_two_quadrants_against_two(table2: dict[str, Outcome]) -> None:
    assert table2["B1"].weights.tolist() == [0.5, -0.5, 0.5, -0.5]
    assert table2["B2"].weights.tolist() == [0.5, 0.5, -0.5, -0.5]
    assert table2["B3"].weights.tolist() == [0.5, -0.5, -0.5, 0.5]


def test_strata_are_regions_by_volume() -> None:
    states = pd.Index(list("abcdefg"), name="iso3")
    regions = pd.Series("R", index=[*states, "h"])
    strata = volume_strata(pd.Series([1, 2, 3, 4, 5, 90, 1], index=states), regions)
    assert strata.tolist() == [
        "R, 1",
        "R, 2-3",
        "R, 2-3",
        "R, 4 or more",
        "R, 4 or more",
        "R, 4 or more",
        "R, 1",
    ]
    assert strata.index.equals(states)


def test_states_are_exchanged_within_strata(world, table2: dict[str, Outcome]) -> None:  # type: ignore[no-untyped-def]
    made = world(1, size=60)
    counts = spoken(made, 60)
    # One state that is alone in its stratum, one without a passage, and one that is not placed.
    made.regions[:] = np.where(made.names == "S059", "alone", made.regions)
    counts.loc["S001", ["relevant", "pol", "inf", "cri"]] = 0
    sample, strata = stratified(counts, made.placed.drop("S002"), made.regions, PermutationBank(99))
    assert len(sample) == 58
    assert (strata.to_numpy()[sample.moves] == strata.to_numpy()).all()
    assert (sample.moves[:, -1] == 57).all()
    assert (sample.moves[:, 0] != 0).any()
    result = TEST(counts, made.placed.drop("S002"), made.regions, table2)
    assert result.n_states == result.sizes.sum() == 58
    assert result.alone == (strata.value_counts() == 1).sum() >= 1


def test_equals_a_plain_loop(world, table2: dict[str, Outcome]) -> None:  # type: ignore[no-untyped-def]
    made = world(2, size=70)
    counts = spoken(made, 70)
    result = TEST(counts, made.placed, made.regions, table2)
    n = counts["relevant"].to_numpy()
    strata = volume_strata(counts["relevant"], made.regions)
    moves = PermutationBank(99, 5)(strata).moves
    quadrant = (made.placed["p"].to_numpy() > 0) * 2 + (made.placed["k"].to_numpy() > 0)
    signs = {"cohesion": [-1, 1, -1, 1], "power": [-1, -1, 1, 1], "power:cohesion": [1, -1, -1, 1]}

    def loop(outcome: Outcome, placements: list[np.ndarray]) -> list[tuple[float, float]]:
        above, below, v = 0.0, 0.0, counts[outcome.column].to_numpy() / n
        regions = made.regions.to_numpy()
        pooled = counts.groupby(made.regions)[[outcome.column, "relevant"]].sum()
        for s in range(70):
            p = np.clip(
                pooled.loc[regions[s], outcome.column] / pooled.loc[regions[s], "relevant"], 0.01, 0.99
            )
            if n[s] > 1:
                above += ((v[s] - p) ** 2 / (p * (1 - p)) - 1 / n[s]) * n[s]
                below += (1 - 1 / n[s]) * n[s]
        w = n / (1 + (n - 1) * np.clip(above / below, 0, 0.9))
        for region in np.unique(regions):
            inside = regions == region
            v = np.where(inside, v - np.average(v[inside], weights=w[inside]), v)
        found = []
        for places in placements:
            estimate = variance = 0.0
            for code in range(4):
                a, b = v[places == code], w[places == code]
                mean = (a * b).sum() / b.sum()
                estimate += outcome.sign * signs[outcome.effect][code] / 2 * mean
                variance += (b**2 * (a - mean) ** 2).sum() / b.sum() ** 2 * len(a) / (len(a) - 1) / 4
            found.append((estimate, np.sqrt(variance)))
        return found

    drawn = []
    for place, (name, outcome) in enumerate(table2.items()):
        (estimate, error), *others = loop(outcome, [quadrant, *(quadrant[move] for move in moves)])
        row = result.table.loc[name]
        assert (row["estimate"], row["error"]) == pytest.approx((estimate, error), rel=1e-9)
        each = [np.divide(*other) for other in others]
        assert result.permuted[:, place] == pytest.approx(each, rel=1e-8)
        assert row["p"] == (1 + (np.array(each) >= estimate / error).sum()) / 100
        assert row["centre"] == pytest.approx(np.mean(each))
        drawn.append(each)
    centred = np.transpose(drawn) - np.mean(drawn, axis=1)
    observed = (result.table["statistic"] - result.table["centre"]).to_numpy()
    assert result.gate == pytest.approx(observed.sum())
    assert result.gate_p == (1 + (centred.sum(axis=1) >= observed.sum()).sum()) / 100
    exceed = (centred.max(axis=1)[:, None] >= observed).sum(axis=0)
    assert result.table["p_adjusted"].tolist() == ((1 + exceed) / 100).tolist()


def test_what_all_say_or_nobody_says_is_not_found(world, table2: dict[str, Outcome]) -> None:  # type: ignore[no-untyped-def]
    made = world(3, size=50)
    counts = spoken(made, 50).assign(pol=0, inf=lambda frame: frame["relevant"])
    table = TEST(counts, made.placed, made.regions, table2).table
    assert table.loc[["B1", "B2"], "p"].tolist() == [1, 1]
    assert table.loc[["B1", "B2"], "statistic"].tolist() == pytest.approx([0, 0], abs=1e-6)


def test_a_planted_contrast_is_found(world, table2: dict[str, Outcome]) -> None:  # type: ignore[no-untyped-def]
    made = world(4, size=120)
    counts = spoken(made, 120)
    share = np.where(made.placed["k"] < 0, 0.8, 0.2)
    counts["pol"] = made.rng.binomial(counts["relevant"], share)
    table = TEST(counts, made.placed, made.regions, table2).table
    assert table.loc["B1", "estimate"] == pytest.approx(0.6, abs=0.1)
    assert table.loc["B1", "p"] == table.loc["B1", "p_adjusted"] == 0.01
    other = {"B1": ("pol", "cohesion", 1)}  # a plain tuple does
    assert TEST(counts, made.placed, made.regions, other).table.loc["B1", "p"] == 1


def test_what_cannot_be_tested_is_refused(world, table2: dict[str, Outcome]) -> None:  # type: ignore[no-untyped-def]
    made = world(5, size=40)
    counts = spoken(made, 40)

    def test(**changed: object) -> None:
        given = {"counts": counts, "placed": made.placed, "regions": made.regions, "outcomes": table2}
        TEST(**(given | changed))  # type: ignore[arg-type]

    with pytest.raises(UnknownNameError, match="unknown column 'poll'; nearest allowed: 'pol'"):
        test(outcomes={"B1": Outcome("poll", "cohesion", -1)})
    with pytest.raises(UnknownNameError, match="unknown effect 'cohesive'; nearest allowed: 'cohesion'"):
        test(outcomes={"B1": Outcome("pol", "cohesive", -1)})
    with pytest.raises(EstimationError, match="sign 0 of 'pol'; allowed: -1, 1"):
        test(outcomes={"B1": Outcome("pol", "cohesion", 0)})
    with pytest.raises(EstimationError, match="no outcome to test"):
        test(outcomes={})
    with pytest.raises(EstimationError, match=r"99 of \d+ passages of S003 carry 'pol'; allowed: 0 to"):
        test(counts=counts.assign(pol=np.where(made.names == "S003", 99, counts["pol"])))
    with pytest.raises(EstimationError, match="no group for S003"):
        test(regions=made.regions.drop("S003"))
    one = made.placed.assign(p=np.where(made.names == "S000", -1, 1), k=-1)
    with pytest.raises(EstimationError, match=r"quadrant WW holds 1 of 40 states; .* at least 2 in each"):
        test(placed=one)
    with pytest.raises(EstimationError, match="no two states share a group"):
        test(regions=pd.Series(made.names, made.names))
    with pytest.raises(EstimationError, match="no state is both placed and has a relevant passage"):
        test(counts=counts * 0)
