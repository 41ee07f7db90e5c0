"""Measures asked for against measures accepted: the correlation by hand, and its null."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import EstimationError
from buzanlib.inference.permutation import PermutationBank
from buzanlib.inference.placed_sample import Sample
from buzanlib.policy.proposals import OF_MEASURE
from buzanlib.policy.requested_remedies import asked_for, asking, measures_accepted
from buzanlib.theory.matrices import TABLE2
from buzanlib.theory.vocabulary import Quadrant

NAMES = [measure.value for measure in OF_MEASURE]
NETS = measures_accepted(TABLE2.weights())


def sample(seed: int, follow: float, size: int = 120, draws: int = 199) -> Sample:
    """States that ask for what their quadrant should accept with some strength, or at random."""
    rng = np.random.default_rng(seed)
    states = pd.Index([f"S{place:03d}" for place in range(size)], name="iso3")
    quadrants = np.resize(np.arange(4), size)
    placed = pd.DataFrame(
        {
            "p": np.where(quadrants >= 2, 1, -1),
            "k": np.where(quadrants % 2, 1, -1),
            "quadrant": np.array([str(q) for q in Quadrant])[quadrants],
        },
        index=states,
    )
    odds = np.exp(follow * NETS[NAMES].to_numpy()[quadrants])
    counts = np.array([rng.multinomial(6, row / row.sum()) for row in odds])
    table = pd.DataFrame(counts, index=states, columns=[f"measure.{name}" for name in NAMES])
    table["relevant"] = 6
    regions = pd.Series(rng.integers(0, 4, size).astype(str), index=states)
    return Sample.of(table, placed, PermutationBank(draws, seed)(regions))


def test_correlations_are_those_of_numpy():
    some = sample(1, 0.5)
    found = asked_for(some, NETS)
    shares = some.counts[[f"measure.{name}" for name in NAMES]].to_numpy() / 6
    nets = NETS[NAMES].to_numpy()[some.quadrants]
    for place, name in enumerate(NAMES):
        assert found.correlations[name] == pytest.approx(np.corrcoef(shares[:, place], nets[:, place])[0, 1])
    assert found.mean == pytest.approx(found.correlations.mean())
    assert found.n == 120
    np.testing.assert_allclose(found.shares.sum(axis=1), 1)


def test_p_is_that_of_moving_the_placements_by_hand():
    some = sample(2, 0.1)
    found = asked_for(some, NETS)
    shares = some.counts[[f"measure.{name}" for name in NAMES]].to_numpy() / 6
    nets = NETS[NAMES].to_numpy()
    drawn = np.array(
        [
            np.mean([np.corrcoef(shares[:, m], nets[moved, m])[0, 1] for m in range(len(NAMES))])
            for moved in some.permuted
        ]
    )
    assert found.p == pytest.approx((1 + (drawn >= found.mean - 1e-9).sum()) / (1 + len(drawn)))


def test_states_that_follow_the_table_are_found_and_others_are_not():
    assert asked_for(sample(3, 1.0), NETS).p == pytest.approx(1 / 200)
    quiet = [asked_for(sample(seed, 0.0), NETS).p for seed in range(40)]
    assert np.mean(np.array(quiet) <= 0.05) < 0.2
    assert asked_for(sample(3, -1.0), NETS).p > 0.95


def test_rare_measures_are_left_out():
    some = sample(4, 0.0)
    counts = some.counts.copy()
    counts.loc[counts.index[1:], "measure.military"] = 0
    found = asked_for(replace(some, counts=counts), NETS, fewest=7)
    assert "military" not in found.correlations.index
    assert list(found.shares.columns) == list(found.correlations.index)
    with pytest.raises(
        EstimationError, match="no measure that differs between states is asked for in 999 passages"
    ):
        asked_for(some, NETS, fewest=999)


def test_only_states_that_ask_are_compared():
    some = sample(5, 0.0)
    counts = some.counts.assign(**{"measure.none": 0})
    counts.iloc[0, :-1] = 0
    counts.iloc[0, counts.columns.get_loc("relevant")] = 2
    counts.iloc[0, counts.columns.get_loc("measure.none")] = 2
    assert list(asking(counts).index) == list(counts.index[1:])
    with pytest.raises(
        EstimationError, match="a state asks for no measure; allowed: states with at least one"
    ):
        asked_for(replace(some, counts=counts), NETS)


def test_the_table_has_shares_in_percent_and_correlations():
    found = asked_for(sample(6, 1.0), NETS)
    table = found.table()
    assert table.loc["norms", Quadrant.WW] == pytest.approx(100 * found.shares.loc[Quadrant.WW, "norms"])
    assert table["correlation"].equals(found.correlations)
