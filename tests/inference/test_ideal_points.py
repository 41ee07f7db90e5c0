"""The map of votes against planted orders and the likelihood."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import multivariate_normal, spearmanr

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.inference.ideal_points import IdealPoints, distance_to_median


def ends(points: pd.Series) -> tuple[str, str]:
    """The states at the two ends of the map that votes were made from."""
    return points.idxmin(), points.idxmax()


def spatial(
    seed: int, states: int = 100, roll_calls: int = 40, absent: float = 0.2
) -> tuple[pd.DataFrame, pd.Series]:
    """Votes of states that prefer the nearer side of a cutting point, abstain near it, and sometimes stay away."""
    rng = np.random.default_rng(seed)
    names = pd.Index([f"S{i:03d}" for i in range(states)], name="iso3")
    points = pd.Series(np.sort(rng.normal(size=states)), index=names)
    cuts, polarity = rng.normal(size=roll_calls), rng.choice([-1, 1], size=roll_calls)
    lean = polarity * (points.to_numpy()[:, None] - cuts + rng.logistic(0, 0.15, size=(states, roll_calls)))
    votes = np.where(np.abs(lean) < 0.1, 0.5, (lean > 0).astype(float))
    votes[rng.random(votes.shape) < absent] = np.nan
    return pd.DataFrame(votes, index=names), points


# Power indices


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_order_is_recovered(seed: int) -> None:
    positions, points = spatial(seed)
    found = IdealPoints()(positions, ends(points))
    assert spearmanr(found.scores, points).statistic > 0.95
    assert found.apre > 0.7
    assert found.classified > 0.85
    assert found.scores.mean() == pytest.approx(0, abs=1e-12)
    assert found.scores.std(ddof=0) == pytest.approx(1)


def test_with_all_votes_cast_it_is_the_first_principal_axis() -> None:
    positions, points = spatial(3, absent=0.0)
    found = IdealPoints()(positions, ends(points))
    states, sizes, axes = np.linalg.svd(positions - positions.mean(), full_matrices=False)
    sign = np.sign(states[:, 0] @ points)
    assert found.scores.to_numpy() == pytest.approx(sign * states[:, 0] * np.sqrt(len(points)), abs=1e-6)
    assert found.loadings.to_numpy() == pytest.approx(
        sign * axes[0] * sizes[0] / np.sqrt(len(points)), abs=1e-6
    )
    assert found.explained == pytest.approx(sizes[0] ** 2 / np.sum(sizes**2))


def test_with_votes_missing_it_is_the_maximum_of_the_likelihood() -> None:
    """Found here by a general optimiser, from each state's normal density of the votes that it cast."""
    positions, points = spatial(9, states=30, roll_calls=5, absent=0.3)
    positions = positions[positions.notna().any(axis=1)]
    rows = [(row[~np.isnan(row)], np.flatnonzero(~np.isnan(row))) for row in positions.to_numpy()]

    def parts(parameters: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        return parameters[:5], parameters[5:10], np.exp(parameters[10])

    def surprise(parameters: np.ndarray) -> float:
        constants, loadings, noise = parts(parameters)
        densities = [
            multivariate_normal(
                constants[cast], np.outer(loadings[cast], loadings[cast]) + noise * np.eye(len(cast))
            ).logpdf(votes)
            for votes, cast in rows
        ]
        return -float(np.sum(densities))

    start = np.concatenate([positions.mean(), 0.3 * np.sign(positions.corrwith(points)), [-2.0]])
    constants, loadings, noise = parts(minimize(surprise, start).x)
    expected = np.array(
        [
            loadings[cast] @ (votes - constants[cast]) / (noise + loadings[cast] @ loadings[cast])
            for votes, cast in rows
        ]
    )
    found = IdealPoints()(positions, ends(points)).scores
    assert found.to_numpy() == pytest.approx((expected - expected.mean()) / expected.std(), abs=1e-3)


@pytest.mark.parametrize("absent", [0.0, 0.2, 0.5])
def test_it_converges_in_few_steps(absent: float) -> None:
    positions, points = spatial(10, absent=absent)
    quick, thorough = (
        IdealPoints(tolerance, steps)(positions, ends(points))
        for tolerance, steps in ((1e-8, 40), (1e-12, 999))
    )
    assert quick.scores.to_numpy() == pytest.approx(thorough.scores.to_numpy(), abs=1e-6)


def test_states_with_the_same_score_stand_on_the_same_side() -> None:
    """The third roll call cuts across the line of the other two, and no cutting point on it tells anything."""
    halves = [0.0, 0, 0, 0, 1, 1, 1, 1]
    positions = pd.DataFrame({1: halves, 2: halves, 3: [0.0, 1] * 4}, index=list("abcdefgh"))
    found = IdealPoints()(positions, ("a", "h"))
    assert found.apre == pytest.approx(8 / 12)
    assert found.classified == pytest.approx(20 / 24)


def test_votes_along_one_line_are_told_without_error() -> None:
    steps = np.arange(12)
    positions = pd.DataFrame(
        {cut: (steps > cut).astype(float) for cut in (2, 5, 6, 8)}, index=list("abcdefghijkl")
    )
    positions[8] = 1 - positions[8]
    found = IdealPoints()(positions, ("a", "l"))
    assert found.classified == 1
    assert found.apre == 1
    assert found.scores.is_monotonic_increasing
    assert (np.sign(found.loadings) == [1, 1, 1, -1]).all()


def test_errors_are_those_of_the_best_cutting_points() -> None:
    positions, points = spatial(4, states=25, roll_calls=12)
    found = IdealPoints()(positions, ends(points))
    votes = minority = errors = 0
    for roll_call, slope in found.loadings.items():
        column = positions[roll_call]
        cast = column[column.isin([0, 1])]
        toward_yes = np.sign(slope) * found.scores[cast.index]
        cuts = [-np.inf, *toward_yes]
        votes += len(cast)
        minority += min(cast.sum(), len(cast) - cast.sum())
        errors += min(int(((toward_yes > cut) != (cast == 1)).sum()) for cut in cuts)
    assert found.classified == pytest.approx(1 - errors / votes)
    assert found.apre == pytest.approx(1 - errors / minority)


def test_noise_is_not_taken_for_order() -> None:
    rng = np.random.default_rng(5)
    positions = pd.DataFrame(rng.integers(0, 2, size=(150, 40)).astype(float))
    found = IdealPoints()(positions, ends(pd.Series(rng.normal(size=150))))
    votes, points = spatial(5, states=150)
    planted = IdealPoints()(votes, ends(points))
    assert found.explained < 0.1 < planted.explained
    assert found.apre < 0.3 < planted.apre


@given(st.integers(0, 200))
def test_neither_the_order_of_states_nor_the_polarity_of_roll_calls_matters(seed: int) -> None:
    positions, points = spatial(seed, states=20, roll_calls=8)
    rng = np.random.default_rng(seed)
    plain = IdealPoints()(positions, ends(points))
    turned = positions.sample(frac=1, random_state=seed)
    flip = rng.random(turned.shape[1]) < 0.5
    turned.loc[:, flip] = 1 - turned.loc[:, flip]
    other = IdealPoints()(turned, ends(points))
    assert other.scores[plain.scores.index].to_numpy() == pytest.approx(plain.scores.to_numpy(), abs=1e-5)
    assert np.abs(other.loadings).to_numpy() == pytest.approx(np.abs(plain.loadings).to_numpy(), abs=1e-5)
    for share in ("explained", "classified", "apre"):
        assert getattr(other, share) == pytest.approx(getattr(plain, share), abs=1e-5)


def test_a_state_with_one_vote_has_a_modest_score_and_changes_little() -> None:
    positions, points = spatial(6, roll_calls=12, absent=0.1)
    lone = pd.DataFrame(np.nan, index=["ONE", "OFF"], columns=positions.columns)
    plain = IdealPoints()(positions, ends(points))
    strongest = plain.loadings.abs().idxmax()
    lone.loc["ONE", strongest] = float(plain.loadings[strongest] > 0)
    found = IdealPoints()(pd.concat([positions, lone]), ends(points))
    assert 0 < found.scores["ONE"] < 1.5
    assert "OFF" not in found.scores.index
    assert spearmanr(found.scores[plain.scores.index], plain.scores).statistic > 0.999


def test_the_orientation_decides_the_sign() -> None:
    positions, points = spatial(7)
    first, last = points.index[0], points.index[-1]
    plain = IdealPoints()(positions, ends(points))
    assert plain.scores[first] < plain.scores[last]
    for turned in (IdealPoints()(positions, ends(-points)), IdealPoints()(positions, (last, first))):
        pd.testing.assert_series_equal(turned.scores, -plain.scores)
        pd.testing.assert_series_equal(turned.loadings, -plain.loadings)
        assert turned.apre == pytest.approx(plain.apre)


def test_roll_calls_that_divide_nobody_are_left_out() -> None:
    positions, points = spatial(8, roll_calls=10)
    wider = positions.assign(all_yes=1.0, nobody=np.nan)
    plain, found = IdealPoints()(positions, ends(points)), IdealPoints()(wider, ends(points))
    pd.testing.assert_series_equal(found.scores, plain.scores)
    assert list(found.loadings.index) == list(plain.loadings.index)
    assert found.classified == plain.classified


def test_where_the_only_dissent_is_abstention_there_is_no_minority_to_tell() -> None:
    positions = pd.DataFrame({1: [1, 1, 1, 0.5], 2: [1, 1, 0.5, 0.5]}, index=list("abcd"))
    found = IdealPoints()(positions, ("d", "a"))
    assert found.explained > 0.5
    assert np.isnan([found.classified, found.apre]).all()


def test_where_nobody_disagrees_there_is_no_map() -> None:
    names = list("abcd")
    with pytest.raises(EstimationError, match="states disagree in 0 of 3 roll calls; a map needs at least 2"):
        IdealPoints()(pd.DataFrame(1.0, index=names, columns=[1, 2, 3]), ("a", "b"))
    with pytest.raises(EstimationError, match="states disagree in 1 of 2 roll calls"):
        IdealPoints()(pd.DataFrame({1: [1.0, 1, 1, 1], 2: [0.0, 1, 1, 1]}, index=names), ("a", "b"))


def test_roll_calls_without_a_common_dimension_are_told() -> None:
    crossed = pd.DataFrame({1: [0.0, 0, 1, 1], 2: [0.0, 1, 0, 1]}, index=list("abcd"))
    with pytest.raises(EstimationError, match="still move by more than 1e-08 after 1000 steps"):
        IdealPoints()(crossed, ("a", "d"))


def test_an_orientation_that_says_nothing_is_refused() -> None:
    positions = pd.DataFrame({1: [0.0, 0, 1, 1], 2: [0.0, 0, 1, 0.5]}, index=list("abcd"))
    with pytest.raises(EstimationError, match="a and b cannot tell the ends of the map apart"):
        IdealPoints()(positions, ("a", "b"))
    with pytest.raises(UnknownNameError, match="unknown state of the orientation 'x'"):
        IdealPoints()(positions, ("a", "x"))


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=9), st.integers(-50, 50))
def test_distance_to_the_median(values: list[int], shift: int) -> None:
    assume(len(values) % 2)
    scores = pd.Series(values, dtype=float)
    distances = distance_to_median(scores)
    assert distances.min() == 0  # the median state itself
    assert distances.sum() <= (scores - shift).abs().sum()  # no other point is nearer to all
    assert distance_to_median(shift - scores).tolist() == pytest.approx(distances.tolist())
