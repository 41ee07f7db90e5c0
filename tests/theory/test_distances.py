from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import entropy

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.theory.distances import (
    MEASURES,
    PAIRS,
    by_pair,
    distances,
    farthest,
    pair_name,
    shared_threats,
)
from buzanlib.theory.matrices import TABLE1, TABLE2, TABLE2_GRADED
from buzanlib.theory.vocabulary import Quadrant, Threat

EACH_MEASURE = pytest.mark.parametrize("measure", MEASURES)
WW, WS, SW, SS = Quadrant
CELLS = hnp.arrays(float, (4, 3), elements=st.sampled_from([0.0, 0.25, 0.5, 1.0]))


def frame(cells):
    return pd.DataFrame(cells, index=list(Quadrant))


@EACH_MEASURE
@given(cells=CELLS)
def test_symmetric_and_zero_on_itself(measure, cells):
    # Two cells made equal by hand, so that zero is computed and not only written on the diagonal.
    cells[1] = cells[0]
    between = distances(frame(cells), measure, eps=0.1)
    np.testing.assert_allclose(between, between.T, atol=1e-12)  # rounding depends on the processor
    np.testing.assert_array_equal(np.diag(between), 0)
    assert between.loc[WW, WS] == pytest.approx(0, abs=1e-12)
    assert (between.to_numpy() >= 0).all()


@pytest.mark.parametrize("measure", ["jensen_shannon", "aitchison"])
@given(cells=CELLS, size=st.floats(0.1, 10))
def test_the_size_of_a_cell_does_not_matter_where_shares_are_compared(measure, cells, size):
    larger = cells.copy()
    larger[0] *= size
    one, other = (distances(frame(given_), measure, eps=0.1) for given_ in (cells, larger))
    np.testing.assert_allclose(one, other, atol=1e-12)


@EACH_MEASURE
@given(cells=CELLS, order=st.permutations(range(3)))
def test_names_of_threats_do_not_matter(measure, cells, order):
    one = distances(frame(cells), measure, eps=0.1)
    other = distances(frame(cells[:, order]), measure, eps=0.1)
    np.testing.assert_allclose(one, other, atol=1e-12)


@EACH_MEASURE
@given(cells=CELLS, order=st.permutations(list(Quadrant)))
def test_order_of_quadrants_does_not_matter(measure, cells, order):
    weights = frame(cells)
    between = distances(weights.loc[order], measure, eps=0.1)
    np.testing.assert_allclose(
        between.loc[list(Quadrant), list(Quadrant)], distances(weights, measure, eps=0.1), atol=1e-12
    )


@given(cells=CELLS)
def test_jensen_shannon_is_entropy_of_the_mean_less_mean_of_the_entropies(cells):
    # Not scipy's jensenshannon: it takes the root of a difference that rounding may turn negative, and warns.
    between = distances(frame(cells), "jensen_shannon", eps=0.05)
    totals = cells.sum(axis=1, keepdims=True)
    shares = np.where(totals > 0, cells / np.maximum(totals, 0.25), 1 / 3) + 0.05
    shares /= shares.sum(axis=1, keepdims=True)
    for a, b in PAIRS:
        pair = shares[[list(Quadrant).index(a), list(Quadrant).index(b)]]
        reference = entropy(pair.mean(axis=0), base=2) - entropy(pair, axis=1, base=2).mean()
        assert between.loc[a, b] == pytest.approx(reference, abs=1e-9)


@pytest.mark.parametrize(
    ("measure", "with_ww", "others"),
    [
        ("hamming", 2, 2),
        ("jaccard", 2 / 3, 1),
        ("jensen_shannon", 0.459148, 1),
        # The centred log ratio of (1.1, 0.1, 0.1) has length log(11) sqrt(2/3); two of them lie log(11) sqrt(2) apart.
        ("aitchison", np.log(11) * np.sqrt(2 / 3), np.log(11) * np.sqrt(2)),
    ],
)
def test_table2_as_printed(measure, with_ww, others):
    values = by_pair(TABLE2.weights(), eps=0.1)[measure]
    assert values[["WS-WW", "SW-WW", "SS-WW"]].tolist() == pytest.approx([with_ww] * 3, abs=1e-6)
    assert values[["SW-WS", "SS-WS", "SS-SW"]].tolist() == pytest.approx([others] * 3, abs=1e-6)


def test_the_claim_of_divergence_does_not_follow_from_table2():
    literal, graded = (by_pair(matrix.weights()) for matrix in (TABLE2, TABLE2_GRADED))
    assert farthest(literal["hamming"]) == list(map(pair_name, PAIRS))
    for measure in ("jaccard", "jensen_shannon"):
        assert farthest(literal[measure]) == ["SW-WS", "SS-WS", "SS-SW"]
        assert farthest(graded[measure]) == ["SW-WS", "SS-SW"]


def test_the_claim_of_divergence_follows_from_the_shares_of_table1():
    between = by_pair(TABLE1.weights(), eps=0.05)
    assert farthest(between["jensen_shannon"]) == ["SW-WS"]
    expected = {"SW-WS": 0.733, "WS-WW": 0.212, "SS-WW": 0.0}
    assert between.loc[list(expected), "jensen_shannon"].to_dict() == pytest.approx(expected, abs=5e-4)
    # By plain disagreement the other diagonal is as far apart.
    assert farthest(between["hamming"]) == ["SS-WW", "SW-WS"]


@pytest.mark.parametrize(("second", "expected"), [(0.25, 0.2781), (0.5, 0.0817), (0.75, 0.0148)])
def test_second_priorities_draw_ws_and_ss_together(second, expected):
    weights = TABLE2_GRADED.weights().replace(0.5, second)
    assert by_pair(weights).loc["SS-WS", "jensen_shannon"] == pytest.approx(expected, abs=1e-4)


def test_infrastructure_as_a_second_priority_of_sw_turns_the_order_round():
    weights = TABLE2_GRADED.weights()
    weights.loc[SW, Threat.INF] = 0.5
    between = distances(weights, "jensen_shannon")
    assert between.loc[SW, SS] == pytest.approx(2 / 3)
    assert between.loc[WS, SW] == pytest.approx(0.5409, abs=1e-4)
    assert farthest(by_pair(weights)["jensen_shannon"]) == ["SS-SW"]


def test_two_empty_cells_are_alike():
    assert distances(frame(np.zeros((4, 3))), "jaccard").to_numpy().max() == 0


def test_only_ww_shares_a_threat():
    shared = shared_threats(TABLE2.weights())
    assert {pair: threats for pair, threats in shared.items() if threats} == {
        (WW, WS): (Threat.INF,),
        (WW, SW): (Threat.POL,),
        (WW, SS): (Threat.CRI,),
    }
    assert list(shared) == list(PAIRS)
    assert shared_threats(TABLE2_GRADED.weights())[WS, SS] == (Threat.INF, Threat.CRI)


def test_pairs_are_named_in_alphabetical_order():
    assert pair_name((WS, SW)) == pair_name((SW, WS)) == "SW-WS"


def test_farthest_are_the_largest_and_all_that_tie_but_for_rounding():
    assert farthest(pd.Series({"a": 1.0, "b": 0.5, "c": 1.0 - 1e-12})) == ["a", "c"]


def test_an_unknown_measure_names_the_nearest():
    with pytest.raises(UnknownNameError, match="nearest allowed: 'hamming'"):
        distances(TABLE2.weights(), "haming")
    with pytest.raises(UnknownNameError, match="nearest allowed: 'jaccard'"):
        by_pair(TABLE2.weights(), measures=["jacard"])


def test_what_a_measure_cannot_take_is_refused():
    with pytest.raises(EstimationError, match="names no threat"):
        distances(TABLE1.weights(), "jensen_shannon")
    with pytest.raises(EstimationError, match="has no logarithm"):
        distances(TABLE2.weights(), "aitchison")
    with pytest.raises(EstimationError, match="negative"):
        distances(TABLE2.weights(), "aitchison", eps=-0.1)
    with pytest.raises(EstimationError, match="negative"):
        distances(-TABLE2.weights(), "hamming")
